//! `ip: auto` and `ipv6: auto`: the lowest free address of the subnet, kept in the lock.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::net::IpAddr;

use indexmap::IndexMap;

use super::lock::{Lock, ReadLock};
use crate::diag::{Code, Diagnostic, Sink};
use crate::layer::natural_order;
use crate::model::cidr::{from_bits, to_bits};
use crate::model::network::{Network, Segment};
use crate::source::{Span, Spanned};

/// A family of addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Family {
    /// IPv4.
    V4,
    /// IPv6.
    V6,
}

impl Family {
    /// Returns the interface's key.
    pub(super) fn key(self) -> &'static str {
        match self {
            Self::V4 => "ip",
            Self::V6 => "ipv6",
        }
    }

    /// Returns the network's subnet of this family.
    fn segment(self, network: &Network) -> Option<Segment<'_>> {
        network
            .segments()
            .find(|segment| segment.subnet.network().is_ipv4() == (self == Self::V4))
    }
}

/// Explicit addresses by network.
pub(super) type Taken = HashMap<String, HashMap<IpAddr, Span>>;

/// Granted addresses by the places of guest and interface, and family.
pub(super) type Granted = HashMap<(usize, usize, Family), Spanned<IpAddr>>;

/// An interface's wish for an address.
#[derive(Clone, Debug)]
pub(super) struct Wish {
    /// The guest's place in the lab.
    pub(super) guest: usize,
    /// The interface's place in the guest.
    pub(super) interface: usize,
    /// Of which family.
    pub(super) family: Family,
    /// What the lock calls it.
    pub(super) key: String,
    /// The network.
    pub(super) network: String,
    /// Where the wish is written.
    pub(super) span: Span,
}

/// Grants the wishes of all networks.
///
/// Locked addresses come first, then the lowest free ones in
/// natural order of the guests, so that adding or removing a guest renumbers nobody.
pub(super) fn allocate(
    mut wishes: Vec<Wish>,
    networks: &IndexMap<String, Network>,
    taken: &Taken,
    read: &ReadLock,
    lock: &mut Lock,
    sink: &mut Sink,
) -> Granted {
    wishes.sort_by(|a, b| natural_order(&a.key, &b.key));
    let mut granted = HashMap::with_capacity(wishes.len());
    let both = [Family::V4, Family::V6];
    for ((name, network), family) in networks
        .iter()
        .flat_map(|network| both.map(|family| (network, family)))
    {
        let wishes: Vec<&Wish> = wishes
            .iter()
            .filter(|wish| wish.family == family && wish.network == *name)
            .collect();
        if wishes.is_empty() {
            continue;
        }
        let Some(mut free) = Free::new(network, family, taken.get(name)) else {
            no_subnet(network, family, &wishes, sink);
            continue;
        };
        let (locked, chosen) = match family {
            Family::V4 => (&read.addresses, &mut lock.addresses),
            Family::V6 => (&read.addresses6, &mut lock.addresses6),
        };
        let locked = locked.get(name);
        if let Some(fault) = moved(network, family, &wishes, locked) {
            sink.push(fault);
            continue;
        }
        let mut open = Vec::new();
        for wish in wishes {
            match locked.and_then(|locked| locked.get(&wish.key)) {
                Some(address) if free.take(address, network, sink) => {
                    granted.insert(
                        (wish.guest, wish.interface, family),
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
        let mut missing = open.len();
        for wish in open {
            let Some(address) = free.lowest() else {
                let message = format!("network `{name}` has no address left for this guest");
                let mut diagnostic = Diagnostic::error(Code::SubnetFull, wish.span, message);
                let segment = family.segment(network);
                if let Some(Segment { subnet, .. }) = segment {
                    diagnostic = diagnostic.also(subnet.span, format!("{} is full", subnet.value));
                }
                if let Some(dhcp) = segment.and_then(|segment| segment.dhcp) {
                    diagnostic = diagnostic.also(
                        dhcp.start.span,
                        "addresses of the dynamic range are not given out",
                    );
                }
                sink.push(diagnostic.help(larger(segment, free.taken.len() + missing)));
                break;
            };
            missing -= 1;
            granted.insert(
                (wish.guest, wish.interface, family),
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

/// Reports that no locked address of a network lies in its subnet: that has moved, which is one fault, not one for each.
fn moved(
    network: &Network,
    family: Family,
    wishes: &[&Wish],
    locked: Option<&BTreeMap<String, Spanned<IpAddr>>>,
) -> Option<Diagnostic> {
    let (locked, segment) = (locked?, family.segment(network)?);
    let subnet = segment.subnet;
    let kept: Vec<&Spanned<IpAddr>> = wishes
        .iter()
        .filter_map(|wish| locked.get(&wish.key))
        .collect();
    let outside = kept.iter().all(|address| !subnet.contains(address.value));
    let first = kept.iter().map(|address| address.span).min();
    let first = first.filter(|_| outside && kept.len() > 1)?;
    let name = &network.name;
    let message = format!(
        "all {} addresses that the lock keeps in network `{name}` are outside its subnet",
        kept.len()
    );
    let help = format!(
        "bring the old subnet back; or remove `{name}` from this lock, and its guests get new addresses"
    );
    let diagnostic = Diagnostic::error(Code::LockConflict, first, message);
    Some(diagnostic.also(subnet.span, "the subnet").help(help))
}

/// Says which subnet has room for this many guests, the gateway and the dynamic range.
fn larger(segment: Option<Segment<'_>>, guests: usize) -> String {
    let prefix = segment.and_then(|segment| {
        let range = segment.dhcp.map_or(0, |dhcp| {
            to_bits(dhcp.end.value).saturating_sub(to_bits(dhcp.start.value)) + 1
        });
        let subnet = segment.subnet;
        let width = if subnet.network().is_ipv4() { 32 } else { 128 };
        // The gateway, the network's own address and the broadcast address.
        let wanted = guests as u128 + range + 3;
        let fits = |prefix: &u8| 1_u128.checked_shl(width - u32::from(*prefix)) >= Some(wanted);
        (1..subnet.prefix()).rev().find(fits)
    });
    match prefix {
        Some(prefix) => format!("a subnet of /{prefix} has room for all"),
        None => "give the network a larger subnet, or a smaller dynamic range".to_owned(),
    }
}

fn no_subnet(network: &Network, family: Family, wishes: &[&Wish], sink: &mut Sink) {
    for wish in wishes {
        let subnet = match family {
            Family::V4 => "a subnet",
            Family::V6 => "an IPv6 subnet",
        };
        let message = format!(
            "`{}: auto` needs a network with {subnet}; `{}` has none",
            family.key(),
            network.name
        );
        let help = match (family, network.external) {
            (_, true) => "write the address, or say in `networks.d` which subnet the network has",
            (Family::V4, false) => {
                "give the network `subnet: ADDRESS/PREFIX`, or write the address"
            }
            (Family::V6, false) => "give the network `ipv6: {subnet: …}`",
        };
        sink.push(
            Diagnostic::error(Code::AddressNotServed, wish.span, message)
                .also(network.defined, "defined here")
                .help(help),
        );
    }
}

/// The free addresses of a network.
struct Free {
    family: Family,
    first: u128,
    last: u128,
    next: u128,
    range: Option<(u128, u128)>,
    gateway: Option<u128>,
    dns: HashSet<u128>,
    taken: HashMap<u128, Option<Span>>,
}

impl Free {
    fn new(
        network: &Network,
        family: Family,
        taken: Option<&HashMap<IpAddr, Span>>,
    ) -> Option<Self> {
        let segment = family.segment(network)?;
        let subnet = segment.subnet.value;
        let bits = |address: &Spanned<IpAddr>| to_bits(address.value);
        Some(Self {
            family,
            first: to_bits(subnet.first_host()),
            last: to_bits(subnet.last_host()),
            next: to_bits(subnet.first_host()),
            range: segment
                .dhcp
                .map(|dhcp| (bits(&dhcp.start), bits(&dhcp.end))),
            gateway: segment.gateway.map(bits),
            dns: network.dns.iter().map(|host| bits(&host.ip)).collect(),
            taken: taken
                .into_iter()
                .flatten()
                .map(|(address, span)| (to_bits(*address), Some(*span)))
                .collect(),
        })
    }

    /// Takes a locked address, or explains why the lock contradicts the site.
    fn take(&mut self, address: &Spanned<IpAddr>, network: &Network, sink: &mut Sink) -> bool {
        let bits = to_bits(address.value);
        let conflict = |why: &str| {
            let message = format!("the lock gives {} to this guest, but {why}", address.value);
            Diagnostic::error(Code::LockConflict, address.span, message)
                .help("remove this line: the guest then gets the next free address")
        };
        let stranger = address.value.is_ipv4() != (self.family == Family::V4);
        if stranger || bits < self.first || bits > self.last {
            let mut diagnostic = conflict(&format!("it is outside network `{}`", network.name));
            if let Some(segment) = self.family.segment(network) {
                diagnostic = diagnostic.also(segment.subnet.span, "the subnet");
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
        let gateway = self
            .family
            .segment(network)
            .and_then(|segment| segment.gateway);
        if let Some(gateway) = gateway.filter(is_it) {
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

    fn lowest(&mut self) -> Option<IpAddr> {
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
                return Some(from_bits(bits, self.family == Family::V4));
            }
        }
        None
    }
}
