//! Networks: their gateway, range and names lie in their subnet, and they share no address with one another.

use crate::diag::{Code, Diagnostic, Sink};
use crate::link::{Interface, Lab};
use crate::model::cidr::to_bits;
use crate::model::network::{Dhcp, DnsHost, Network, Segment};

/// How many bits of a range's ends may differ: `virSocketAddrGetRange` in libvirt's src/util/virsocketaddr.c.
const RANGE_BITS: u32 = 16;

pub(super) fn check(lab: &Lab, sink: &mut Sink) {
    for network in lab.networks.values().filter(|network| !network.external) {
        for segment in network.segments() {
            gateway(network, segment, sink);
            range(network, segment, sink);
        }
        orphan_range(network, sink);
        leases(network, lab, sink);
        prefix(network, lab, sink);
        names(network, sink);
    }
    let mut networks = lab.networks.values().filter(|network| !network.external);
    while let Some(network) = networks.next() {
        for other in networks.clone() {
            overlap(network, other, sink);
        }
    }
    bridges(lab, sink);
}

fn gateway(network: &Network, segment: Segment<'_>, sink: &mut Sink) {
    let (subnet, Some(gateway)) = (segment.subnet, segment.gateway) else {
        return;
    };
    if !subnet.contains(gateway.value) {
        let message = format!(
            "gateway {} is outside network `{}`",
            gateway.value, network.name
        );
        sink.push(
            Diagnostic::error(Code::AddressOutsideNetwork, gateway.span, message)
                .label(format!("not in {}", subnet.value))
                .also(subnet.span, "the subnet"),
        );
    } else if subnet.is_reserved(gateway.value) {
        let message = format!(
            "gateway {} is the network or broadcast address of `{}`",
            gateway.value, network.name
        );
        sink.push(
            Diagnostic::error(Code::ReservedAddress, gateway.span, message)
                .also(subnet.span, "the subnet"),
        );
    }
}

fn orphan_range(network: &Network, sink: &mut Sink) {
    if let (Some(dhcp), None) = (&network.dhcp, &network.subnet) {
        let message = format!("network `{}` has a DHCP range but no subnet", network.name);
        sink.push(Diagnostic::error(Code::BadRange, dhcp.start.span, message));
    }
}

fn range(network: &Network, segment: Segment<'_>, sink: &mut Sink) {
    let (subnet, Some(dhcp)) = (segment.subnet, segment.dhcp) else {
        return;
    };
    for end in [&dhcp.start, &dhcp.end] {
        if !subnet.contains(end.value) || subnet.is_reserved(end.value) {
            let message = format!(
                "{} is no host address of network `{}`",
                end.value, network.name
            );
            sink.push(
                Diagnostic::error(Code::BadRange, end.span, message)
                    .label(format!("not in {}", subnet.value))
                    .also(subnet.span, "the subnet"),
            );
            return;
        }
    }
    let (start, end) = (to_bits(dhcp.start.value), to_bits(dhcp.end.value));
    if end < start {
        let message = format!("the range of `{}` ends before it starts", network.name);
        sink.push(
            Diagnostic::error(Code::BadRange, dhcp.end.span, message)
                .also(dhcp.start.span, "the start"),
        );
        return;
    }
    if let Some(gateway) = segment
        .gateway
        .filter(|gateway| (start..=end).contains(&to_bits(gateway.value)))
    {
        let message = format!(
            "the range of `{}` holds its gateway {}",
            network.name, gateway.value
        );
        sink.push(
            Diagnostic::error(Code::BadRange, dhcp.start.span, message)
                .also(gateway.span, "the gateway"),
        );
    }
    if start >> RANGE_BITS != end >> RANGE_BITS {
        let message = format!(
            "libvirt takes no range whose ends differ in more than their last {RANGE_BITS} bits"
        );
        sink.push(
            Diagnostic::error(Code::BadRange, dhcp.end.span, message)
                .also(dhcp.start.span, "the start"),
        );
    }
}

/// libvirt lets dnsmasq give as many leases as its ranges have addresses, of both families together, and reservations
/// count.
fn leases(network: &Network, lab: &Lab, sink: &mut Sink) {
    let size = |dhcp: &Dhcp| to_bits(dhcp.end.value).checked_sub(to_bits(dhcp.start.value));
    let ranges: Vec<&Dhcp> = network
        .segments()
        .filter_map(|segment| segment.dhcp)
        .collect();
    let Some(first) = ranges.first() else { return };
    let Some(leases) = ranges
        .iter()
        .map(|dhcp| size(dhcp))
        .try_fold(0, |sum: u128, size| sum.checked_add(size?)?.checked_add(1))
    else {
        return;
    };
    let clients: usize = on(network, lab)
        .map(|nic| {
            // An interface without an address takes one out of a range.
            usize::from(network.subnet.is_some())
                + usize::from(nic.ipv6.is_some() && network.ipv6.is_some())
        })
        .sum();
    if clients as u128 > leases {
        let range = if ranges.len() > 1 {
            "its ranges allow"
        } else {
            "its range allows"
        };
        let what = if network.ipv6.is_some() {
            "addresses to lease"
        } else {
            "interfaces"
        };
        let message = format!(
            "network `{}` has {clients} {what}, but {range} only {leases} leases",
            network.name
        );
        sink.push(
            Diagnostic::error(Code::RangeTooSmall, first.start.span, message).help(
                "dnsmasq counts reservations too: make the range as large as the number of guests",
            ),
        );
    }
}

/// Reports a subnet that is too large for the DHCPv6 that the network or a guest asks for.
fn prefix(network: &Network, lab: &Lab, sink: &mut Sink) {
    let Some(ipv6) = network.ipv6.as_ref().filter(|_| network.reserves_ipv6()) else {
        return;
    };
    let range = ipv6.dhcp.as_ref().map(|dhcp| dhcp.start.span);
    let reservation = || on(network, lab).find_map(|nic| Some(nic.ipv6.as_ref()?.span));
    if let Some(asked) = range.or_else(reservation) {
        ipv6.check_prefix(&network.name, asked, sink);
    }
}

/// The interfaces in a network.
fn on<'a>(network: &'a Network, lab: &'a Lab) -> impl Iterator<Item = &'a Interface> {
    lab.guests
        .iter()
        .flat_map(|guest| &guest.interfaces)
        .filter(|nic| {
            nic.network
                .as_ref()
                .is_some_and(|name| name.value == network.name)
        })
}

fn names(network: &Network, sink: &mut Sink) {
    let outside = |host: &&DnsHost| {
        !network
            .segments()
            .any(|segment| segment.subnet.contains(host.ip.value))
    };
    let Some(first) = network.segments().next() else {
        return;
    };
    for host in network.dns.iter().filter(outside) {
        let message = format!(
            "address {} is outside network `{}`",
            host.ip.value, network.name
        );
        let subnet = network.segment_of(host.ip.value).unwrap_or(first).subnet;
        sink.push(
            Diagnostic::warning(Code::AddressOutsideNetwork, host.ip.span, message)
                .label(format!("not in {}", subnet.value))
                .also(subnet.span, "the subnet"),
        );
    }
}

fn overlap(network: &Network, other: &Network, sink: &mut Sink) {
    if !network.mode.serves_addresses() || !other.mode.serves_addresses() {
        return;
    }
    for (segment, others) in network
        .segments()
        .flat_map(|segment| other.segments().map(move |others| (segment, others)))
        .filter(|(segment, others)| segment.subnet.overlaps(others.subnet.value))
    {
        let message = format!(
            "network `{}` shares addresses with network `{}`",
            other.name, network.name
        );
        sink.push(
            Diagnostic::error(Code::OverlappingNetworks, others.subnet.span, message)
                .also(segment.subnet.span, format!("network `{}`", network.name)),
        );
    }
}

fn bridges(lab: &Lab, sink: &mut Sink) {
    let mut seen: std::collections::HashMap<&str, &Network> = std::collections::HashMap::new();
    // Networks of mode `bridge` may well share one.
    for network in lab
        .networks
        .values()
        .filter(|network| network.mode.serves_addresses())
    {
        let Some(bridge) = &network.bridge else {
            continue;
        };
        let Some(first) = seen.insert(bridge.as_str(), network) else {
            continue;
        };
        let message = format!(
            "bridge `{}` is network `{}`'s already",
            bridge.value, first.name
        );
        let diagnostic = Diagnostic::error(Code::DuplicateName, bridge.span, message);
        sink.push(first.bridge.iter().fold(diagnostic, |diagnostic, other| {
            diagnostic.also(other.span, "the other one")
        }));
    }
}
