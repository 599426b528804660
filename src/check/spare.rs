//! Free addresses to propose where a wrong one stands. Nothing is looked for before the first fault.

use std::collections::{HashMap, HashSet};
use std::net::IpAddr;

use super::members::{Members, addresses, interfaces};
use crate::link::Lab;
use crate::model::cidr::{from_bits, to_bits};
use crate::model::network::{Network, Segment};
use crate::source::Span;

/// Free addresses of networks; none is proposed twice.
#[derive(Debug)]
pub(super) struct Spare<'a> {
    lab: &'a Lab,
    members: &'a Members<'a>,
    networks: HashMap<&'a str, Used>,
    /// Where the values are written that several guests have.
    shared: Option<HashSet<Span>>,
}

/// What is taken in a network.
#[derive(Debug)]
struct Used {
    addresses: HashSet<IpAddr>,
    /// Where to look next, IPv4 first.
    next: [u128; 2],
}

impl<'a> Spare<'a> {
    pub(super) fn new(lab: &'a Lab, members: &'a Members<'a>) -> Self {
        Self {
            lab,
            members,
            networks: HashMap::new(),
            shared: None,
        }
    }

    /// Returns whether several guests have the address or gateway that is written there.
    pub(super) fn is_shared(&mut self, span: Span) -> bool {
        let lab = self.lab;
        self.shared
            .get_or_insert_with(|| shared(lab))
            .contains(&span)
    }

    /// Says what to write instead of `address`: the same number in the right subnet, or the lowest free one.
    pub(super) fn help(&mut self, address: IpAddr, network: &'a Network) -> String {
        match self.instead_of(address, network) {
            Some(free) => format!("{free} is free in network `{}`", network.name),
            None => format!(
                "network `{}` has no address left: give it a larger subnet",
                network.name
            ),
        }
    }

    fn instead_of(&mut self, address: IpAddr, network: &'a Network) -> Option<IpAddr> {
        let segment = network.segment_of(address)?;
        let members = self.members;
        let used = self
            .networks
            .entry(&network.name)
            .or_insert_with(|| Used::new(network, members));
        let free = used
            .counterpart(address, segment)
            .or_else(|| used.lowest(segment))?;
        used.addresses.insert(free);
        Some(free)
    }
}

impl Used {
    fn new(network: &Network, members: &Members<'_>) -> Self {
        let guests = members.of(network).iter();
        let guests = guests.flat_map(|(_, nic)| addresses(nic).map(|address| address.value));
        let gateways = network
            .segments()
            .filter_map(|segment| Some(segment.gateway?.value));
        let named = network.dns.iter().map(|host| host.ip.value);
        let routers = network.routes.iter().map(|route| route.gateway.value);
        Self {
            addresses: guests.chain(gateways).chain(named).chain(routers).collect(),
            next: [0; 2],
        }
    }

    /// Returns the address that has the host part of `address` and lies in the subnet, when it is free.
    fn counterpart(&self, address: IpAddr, segment: Segment<'_>) -> Option<IpAddr> {
        let subnet = segment.subnet.value;
        let hosts = to_bits(subnet.network()) ^ to_bits(subnet.last());
        let bits = to_bits(subnet.network()) | (to_bits(address) & hosts);
        let near = from_bits(bits, address.is_ipv4());
        let good = !subnet.is_reserved(near) && !in_range(bits, segment);
        (good && !self.addresses.contains(&near)).then_some(near)
    }

    fn lowest(&mut self, segment: Segment<'_>) -> Option<IpAddr> {
        let subnet = segment.subnet.value;
        let is_ipv4 = subnet.network().is_ipv4();
        let next = &mut self.next[usize::from(!is_ipv4)];
        *next = to_bits(subnet.first_host()).max(*next);
        let last = to_bits(subnet.last_host());
        while *next <= last {
            let bits = *next;
            if let Some(dhcp) = segment.dhcp.filter(|_| in_range(bits, segment)) {
                *next = to_bits(dhcp.end.value) + 1;
                continue;
            }
            *next += 1;
            let address = from_bits(bits, is_ipv4);
            if !self.addresses.contains(&address) {
                return Some(address);
            }
        }
        None
    }
}

/// Returns where the addresses and gateways are written that several guests have.
fn shared(lab: &Lab) -> HashSet<Span> {
    let mut first: HashMap<Span, &str> = HashMap::new();
    let mut shared = HashSet::new();
    for (guest, nic) in interfaces(lab) {
        let written = addresses(nic).map(|address| address.span);
        for span in written.chain(nic.gateway_span) {
            if *first.entry(span).or_insert(&guest.name) != &*guest.name {
                shared.insert(span);
            }
        }
    }
    shared
}

/// Returns whether the address of this number is handed out to anybody.
pub(super) fn in_range(bits: u128, segment: Segment<'_>) -> bool {
    segment
        .dhcp
        .is_some_and(|dhcp| (to_bits(dhcp.start.value)..=to_bits(dhcp.end.value)).contains(&bits))
}
