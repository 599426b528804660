//! `ip: auto`: the lowest free address of the subnet, kept in the lock.

use std::collections::{HashMap, HashSet};
use std::net::{IpAddr, Ipv4Addr};

use indexmap::IndexMap;

use super::lock::{Choices, ReadLock};
use super::natural_order;
use crate::diag::{Code, Diagnostic, Sink};
use crate::model::cidr::{from_bits, to_bits};
use crate::model::network::Network;
use crate::source::{Span, Spanned};

/// An interface's wish for an address.
#[derive(Clone, Debug)]
pub(super) struct Wish {
    /// The guest's place in the lab.
    pub(super) guest: usize,
    /// The interface's place in the guest.
    pub(super) interface: usize,
    /// What the lock calls it.
    pub(super) key: String,
    /// The network.
    pub(super) network: String,
    /// Where the wish is written.
    pub(super) span: Span,
}

/// Grants the wishes of all networks; the result maps guest and interface to an address.
///
/// `taken` holds the explicit addresses of each network. Locked addresses come first, then the lowest free ones in
/// natural order of the guests, so that adding or removing a guest renumbers nobody.
pub(super) fn allocate(
    mut wishes: Vec<Wish>,
    networks: &IndexMap<String, Network>,
    taken: &HashMap<String, HashMap<Ipv4Addr, Span>>,
    lock: &ReadLock,
    chosen: &mut Choices<Ipv4Addr>,
    sink: &mut Sink,
) -> HashMap<(usize, usize), Spanned<Ipv4Addr>> {
    wishes.sort_by(|a, b| natural_order(&a.key, &b.key));
    let mut granted = HashMap::with_capacity(wishes.len());
    for (name, network) in networks {
        let wishes: Vec<&Wish> = wishes.iter().filter(|wish| wish.network == *name).collect();
        if wishes.is_empty() {
            continue;
        }
        let Some(mut free) = Free::new(network, taken.get(name)) else {
            no_subnet(network, &wishes, sink);
            continue;
        };
        let locked = lock.addresses.get(name);
        let mut open = Vec::new();
        for wish in wishes {
            match locked.and_then(|locked| locked.get(&wish.key)) {
                Some(address) if free.take(address, network, sink) => {
                    granted.insert(
                        (wish.guest, wish.interface),
                        Spanned::new(address.value, wish.span),
                    );
                    chosen
                        .entry(name.clone())
                        .or_default()
                        .insert(wish.key.clone(), address.value);
                }
                Some(_) => {}
                None => open.push(wish),
            }
        }
        for wish in open {
            let Some(address) = free.lowest() else {
                let message = format!("network `{name}` has no address left for this guest");
                let mut diagnostic = Diagnostic::error(Code::SubnetFull, wish.span, message);
                if let Some(subnet) = &network.subnet {
                    diagnostic = diagnostic.also(subnet.span, format!("{} is full", subnet.value));
                }
                if let Some(dhcp) = &network.dhcp {
                    diagnostic = diagnostic.also(
                        dhcp.start.span,
                        "addresses of the dynamic range are not given out",
                    );
                }
                sink.push(diagnostic);
                break;
            };
            granted.insert(
                (wish.guest, wish.interface),
                Spanned::new(address, wish.span),
            );
            chosen
                .entry(name.clone())
                .or_default()
                .insert(wish.key.clone(), address);
        }
    }
    granted
}

fn no_subnet(network: &Network, wishes: &[&Wish], sink: &mut Sink) {
    for wish in wishes {
        let message = format!(
            "`ip: auto` needs a network with a subnet; `{}` has none",
            network.name
        );
        sink.push(
            Diagnostic::error(Code::AddressNotServed, wish.span, message)
                .also(network.defined, "defined here"),
        );
    }
}

/// The free addresses of a network.
struct Free {
    first: u128,
    last: u128,
    next: u128,
    range: Option<(u128, u128)>,
    gateway: Option<u128>,
    dns: HashSet<u128>,
    taken: HashMap<u128, Option<Span>>,
}

impl Free {
    fn new(network: &Network, taken: Option<&HashMap<Ipv4Addr, Span>>) -> Option<Self> {
        let subnet = network
            .subnet
            .as_ref()
            .filter(|subnet| subnet.network().is_ipv4())?
            .value;
        let bits = |address: &Spanned<IpAddr>| to_bits(address.value);
        Some(Self {
            first: to_bits(subnet.first_host()),
            last: to_bits(subnet.last_host()),
            next: to_bits(subnet.first_host()),
            range: network
                .dhcp
                .as_ref()
                .map(|dhcp| (bits(&dhcp.start), bits(&dhcp.end))),
            gateway: network.gateway.as_ref().map(bits),
            dns: network.dns.iter().map(|host| bits(&host.ip)).collect(),
            taken: taken
                .into_iter()
                .flatten()
                .map(|(address, span)| (to_bits(IpAddr::V4(*address)), Some(*span)))
                .collect(),
        })
    }

    /// Takes a locked address, or explains why the lock contradicts the site.
    fn take(&mut self, address: &Spanned<Ipv4Addr>, network: &Network, sink: &mut Sink) -> bool {
        let bits = to_bits(IpAddr::V4(address.value));
        let conflict = |why: &str| {
            let message = format!("the lock gives {} to this guest, but {why}", address.value);
            Diagnostic::error(Code::LockConflict, address.span, message)
                .help("remove this line: the guest then gets the next free address")
        };
        if bits < self.first || bits > self.last {
            let mut diagnostic = conflict(&format!("it is outside network `{}`", network.name));
            if let Some(subnet) = &network.subnet {
                diagnostic = diagnostic.also(subnet.span, "the subnet");
            }
            sink.push(diagnostic);
            return false;
        }
        if let Some(other) = self.taken.get(&bits) {
            let diagnostic = conflict("another guest has it");
            sink.push(other.iter().fold(diagnostic, |diagnostic, span| {
                diagnostic.also(*span, "set here")
            }));
            return false;
        }
        let is_it = |other: &&Spanned<IpAddr>| to_bits(other.value) == bits;
        if let Some(gateway) = network.gateway.as_ref().filter(is_it) {
            sink.push(conflict("it is the gateway's").also(gateway.span, "set here"));
            return false;
        }
        if let Some(named) = network.dns.iter().map(|host| &host.ip).find(is_it) {
            let why = format!("network `{}` names it in `dns`", network.name);
            let help = format!(
                "remove this line: the guest then gets the next free address; or write `ip: {}` in the guest, if the \
                 names are for it",
                address.value
            );
            sink.push(conflict(&why).also(named.span, "set here").help(help));
            return false;
        }
        self.taken.insert(bits, Some(address.span));
        true
    }

    fn lowest(&mut self) -> Option<Ipv4Addr> {
        while self.next <= self.last {
            let bits = self.next;
            self.next += 1;
            let in_range = self
                .range
                .is_some_and(|(start, end)| (start..=end).contains(&bits));
            if !in_range
                && self.gateway != Some(bits)
                && !self.dns.contains(&bits)
                && !self.taken.contains_key(&bits)
            {
                self.taken.insert(bits, None);
                if let IpAddr::V4(address) = from_bits(bits, true) {
                    return Some(address);
                }
            }
        }
        None
    }
}
