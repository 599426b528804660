//! MAC addresses for interfaces that name none.

use std::collections::HashSet;

use foldhash::HashMap;
use rayon::prelude::*;

use super::ids::mac_number;
use super::lock::{Choices, ReadLock};
use crate::diag::{Code, Diagnostic, Sink};
use crate::model::mac::Mac;
use crate::source::{Span, Spanned};

/// An interface that needs a MAC address.
#[derive(Clone, Debug)]
pub(super) struct Request<'a> {
    /// The guest's name.
    pub(super) guest: &'a str,
    /// The network or bridge.
    pub(super) on: &'a str,
    /// The interface's place in the guest.
    pub(super) position: usize,
}

impl Request<'_> {
    /// What the lock calls the interface.
    fn key(&self) -> String {
        format!("{}/{}", self.on, self.position)
    }

    /// Returns the part of its address that may be chosen.
    fn number(&self, site: &str) -> u32 {
        mac_number(&[site, self.guest, self.on, &self.position.to_string()])
    }
}

/// Chooses an address for each of `requests`, from site, guest, network and position: a changed IP address does not
/// change the hardware. `written` are addresses that nobody needs to choose, with their places if they have one.
///
/// A collision takes the next free one. Who gives way depends on who was there first, so both go into the lock; of two
/// that are not in it, a guest that has locked addresses was there before one that has none.
pub(super) fn choose(
    site: &str,
    requests: &[Request<'_>],
    lock: &ReadLock,
    written: HashMap<Mac, Option<Span>>,
    chosen: &mut Choices<Mac>,
    sink: &mut Sink,
) -> Vec<Mac> {
    let mut used = written;
    used.reserve(requests.len());
    let mut macs: Vec<Option<Mac>> = Vec::with_capacity(requests.len());
    for request in requests {
        let locked = lock.macs.get(request.guest);
        let locked = locked.and_then(|macs| macs.get(&request.key()));
        if let Some(mac) = locked {
            if let Some(other) = used.insert(mac.value, Some(mac.span)) {
                contradiction(mac, other, sink);
            }
            keep(chosen, request, mac.value);
        }
        macs.push(locked.map(|locked| locked.value));
    }
    let ipv4 = lock.addresses.values().flat_map(|guests| guests.keys());
    let ipv6 = lock.addresses6.values().flat_map(|guests| guests.keys());
    let known: HashSet<&str> = ipv4
        .chain(ipv6)
        .map(|key| key.split('/').next().unwrap_or(key))
        .collect();
    let numbers: Vec<u32> = requests
        .par_iter()
        .map(|request| request.number(site))
        .collect();
    for old in [true, false] {
        for (index, request) in requests.iter().enumerate() {
            if macs[index].is_some() || known.contains(request.guest) != old {
                continue;
            }
            let number = numbers[index];
            let natural = Mac::qemu(number);
            let mut free = (0..).map(|offset| Mac::qemu((number + offset) & 0xff_ffff));
            let granted = free
                .find(|mac| !used.contains_key(mac))
                .expect("a lab has fewer interfaces than there are addresses");
            used.insert(granted, None);
            if granted != natural {
                keep(chosen, request, granted);
                if let Some(owner) = macs.iter().position(|mac| *mac == Some(natural)) {
                    keep(chosen, &requests[owner], natural);
                }
            }
            macs[index] = Some(granted);
        }
    }
    macs.into_iter().flatten().collect()
}

/// Reports an address of the lock that another interface has, too.
fn contradiction(mac: &Spanned<Mac>, other: Option<Span>, sink: &mut Sink) {
    let message = format!(
        "the lock gives {} to this interface, but another one has it",
        mac.value
    );
    let diagnostic = Diagnostic::error(Code::LockConflict, mac.span, message)
        .help("remove this line: the interface then gets an address of its own");
    sink.push(other.into_iter().fold(diagnostic, |diagnostic, span| {
        diagnostic.also(span, "the other one")
    }));
}

fn keep(chosen: &mut Choices<Mac>, request: &Request<'_>, mac: Mac) {
    let guest = chosen.entry(request.guest.to_owned()).or_default();
    guest.insert(request.key(), mac);
}

#[cfg(test)]
mod tests {
    use foldhash::HashMap;

    use super::{Mac, ReadLock, Request, choose, mac_number};
    use crate::diag::Sink;
    use crate::link::lock::Choices;
    use crate::source::{Sources, Span, Spanned};

    /// Two guests whose addresses collide, in natural order.
    fn colliding() -> (String, String) {
        let mut seen = std::collections::HashMap::new();
        for number in 0_u32.. {
            let name = format!("g{number}");
            if let Some(first) = seen.insert(natural(&name), name.clone()) {
                return (first, name);
            }
        }
        unreachable!("24 bits run out");
    }

    fn natural(guest: &str) -> Mac {
        Mac::qemu(mac_number(&["x", guest, "lan", "0"]))
    }

    fn run(guests: &[&str], lock: &ReadLock) -> (Vec<Mac>, Choices<Mac>) {
        let requests: Vec<Request<'_>> = guests
            .iter()
            .map(|guest| Request {
                guest,
                on: "lan",
                position: 0,
            })
            .collect();
        let mut chosen = Choices::new();
        let mut sink = Sink::default();
        let macs = choose(
            "x",
            &requests,
            lock,
            HashMap::default(),
            &mut chosen,
            &mut sink,
        );
        assert!(!sink.has_errors());
        (macs, chosen)
    }

    /// The lock that a run would leave, and the next one reads.
    fn locked(chosen: &Choices<Mac>) -> ReadLock {
        let place = Span::new(Sources::default().add("", ""), 0, 0);
        let mut lock = ReadLock::default();
        for (guest, macs) in chosen {
            let macs = macs
                .iter()
                .map(|(key, mac)| (key.clone(), Spanned::new(*mac, place)));
            lock.macs.insert(guest.clone(), macs.collect());
        }
        lock
    }

    #[test]
    fn a_collision_gives_way_once_and_stays() {
        let (a, b) = colliding();
        let (macs, chosen) = run(&[&a, &b], &ReadLock::default());
        assert_eq!(macs[0], natural(&a));
        assert_ne!(macs[1], macs[0]);
        assert_eq!(chosen.len(), 2, "both are kept: {chosen:?}");
        let lock = locked(&chosen);
        assert_eq!(run(&[&a, &b], &lock).0, macs);
        assert_eq!(
            run(&[&b, &a], &lock).0,
            [macs[1], macs[0]],
            "order decides nothing now"
        );
        assert_eq!(
            run(&[&b], &lock).0,
            [macs[1]],
            "who gave way does not move back"
        );
        let (alone, none) = run(&[&a, "other"], &ReadLock::default());
        assert_eq!(alone[0], macs[0]);
        assert!(none.is_empty(), "{none:?}");
    }

    #[test]
    fn who_was_there_first_keeps_its_address() {
        let (a, b) = colliding();
        let mut lock = ReadLock::default();
        let place = Span::new(Sources::default().add("", ""), 0, 0);
        let ip = Spanned::new([10, 0, 0, 2].into(), place);
        lock.addresses
            .insert("lan".into(), [(b.clone(), ip)].into());
        let (macs, _) = run(&[&a, &b], &lock);
        assert_eq!(macs[1], natural(&b), "guest {a} is new");
        assert_ne!(macs[0], macs[1]);
    }

    #[test]
    fn a_locked_address_is_not_given_to_a_guest_before_it() {
        let place = Span::new(Sources::default().add("", ""), 0, 0);
        let mut lock = ReadLock::default();
        let taken = [("lan/0".to_owned(), Spanned::new(natural("a"), place))];
        lock.macs.insert("b".into(), taken.into());
        let (macs, _) = run(&["a", "b"], &lock);
        assert_eq!(macs[1], natural("a"));
        assert_ne!(macs[0], macs[1]);
    }
}
