//! Networks: their gateway, range and names lie in their subnet, and the range has room for the guests.

use super::members::{Members, addresses};
use super::spare::in_range;
use super::subnets::Wrong;
use crate::diag::{Code, Diagnostic, Sink};
use crate::link::Lab;
use crate::model::cidr::{from_bits, to_bits};
use crate::model::guest::BootProto;
use crate::model::network::{Dhcp, DnsHost, Network, Segment};

/// How many bits of a range's ends may differ: `virSocketAddrGetRange` in libvirt's src/util/virsocketaddr.c.
const RANGE_BITS: u32 = 16;

pub(super) fn check(lab: &Lab, members: &Members<'_>, wrong: &Wrong, sink: &mut Sink) {
    for network in lab.networks.values().filter(|network| !network.external) {
        let before = sink.errors();
        let (bad, good): (Vec<Segment<'_>>, Vec<_>) = network
            .segments()
            .partition(|segment| wrong.contains(&segment.subnet.span));
        for segment in good {
            gateway(network, segment, sink);
            range(network, segment, sink);
        }
        orphan_range(network, sink);
        prefix(network, members, sink);
        // What a wrong subnet or range has room for means nothing.
        if bad.is_empty() && sink.errors() == before {
            // Guests that were set aside have leases, too, and addresses that are not known.
            let whole = lab.aside.guests.is_empty();
            leases(network, members, whole, sink);
            names(network, members, whole, sink);
        }
    }
}

fn gateway(network: &Network, segment: Segment<'_>, sink: &mut Sink) {
    let (subnet, Some(gateway)) = (segment.subnet, segment.gateway) else {
        return;
    };
    let first = subnet.first_host();
    let help = if network.mode.serves_addresses() {
        format!(
            "leave it out, and {first} is taken; or write an address from {first} to {}",
            subnet.last_host()
        )
    } else {
        format!("write an address from {first} to {}", subnet.last_host())
    };
    if !subnet.contains(gateway.value) {
        let message = format!(
            "gateway {} is outside network `{}`",
            gateway.value, network.name
        );
        sink.push(
            Diagnostic::error(Code::AddressOutsideNetwork, gateway.span, message)
                .label(format!("not in {}", subnet.value))
                .also(subnet.span, "the subnet")
                .help(help),
        );
    } else if subnet.is_reserved(gateway.value) {
        let what = match gateway.value.is_ipv4() {
            true if gateway.value == subnet.network() => "network",
            true => "broadcast",
            false => "routers' anycast",
        };
        let message = format!(
            "gateway {} is the {what} address of network `{}`",
            gateway.value, network.name
        );
        sink.push(
            Diagnostic::error(Code::ReservedAddress, gateway.span, message)
                .also(subnet.span, "the subnet")
                .help(help),
        );
    }
}

fn orphan_range(network: &Network, sink: &mut Sink) {
    if let (Some(dhcp), None) = (&network.dhcp, &network.subnet) {
        let message = format!("network `{}` has a DHCP range but no subnet", network.name);
        sink.push(
            Diagnostic::error(Code::BadRange, dhcp.start.span, message)
                .also(network.defined, "the network")
                .help("give the network the `subnet` that the range is in"),
        );
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
            let label = if subnet.contains(end.value) {
                format!("no host of {}", subnet.value)
            } else {
                format!("not in {}", subnet.value)
            };
            let help = format!(
                "hosts have addresses from {} to {}",
                subnet.first_host(),
                subnet.last_host()
            );
            sink.push(
                Diagnostic::error(Code::BadRange, end.span, message)
                    .label(label)
                    .also(subnet.span, "the subnet")
                    .help(help),
            );
            return;
        }
    }
    let (start, end) = (to_bits(dhcp.start.value), to_bits(dhcp.end.value));
    if end < start {
        let message = format!("the range of `{}` ends before it starts", network.name);
        let help = format!(
            "write `start: {}` and `end: {}`",
            dhcp.end.value, dhcp.start.value
        );
        sink.push(
            Diagnostic::error(Code::BadRange, dhcp.end.span, message)
                .also(dhcp.start.span, "the start")
                .help(help),
        );
        return;
    }
    if let Some(gateway) = segment
        .gateway
        .filter(|gateway| in_range(to_bits(gateway.value), segment))
    {
        let message = format!(
            "the range of `{}` holds its gateway {}",
            network.name, gateway.value
        );
        let own = to_bits(gateway.value);
        let address = |bits| from_bits(bits, gateway.value.is_ipv4());
        let help = if own - start < end - own {
            format!("start it at {}", address(own + 1))
        } else {
            format!("end it at {}", address(own - 1))
        };
        sink.push(
            Diagnostic::error(Code::BadRange, dhcp.start.span, message)
                .also(gateway.span, "the gateway")
                .help(help),
        );
    }
    if start >> RANGE_BITS != end >> RANGE_BITS {
        let message = format!(
            "libvirt takes no range whose ends differ in more than their last {RANGE_BITS} bits"
        );
        let last = from_bits(start | ((1 << RANGE_BITS) - 1), dhcp.start.value.is_ipv4());
        sink.push(
            Diagnostic::error(Code::BadRange, dhcp.end.span, message)
                .also(dhcp.start.span, "the start")
                .help(format!("end it at {last} or before")),
        );
    }
}

/// libvirt lets dnsmasq give as many leases as its ranges have addresses, of both families together, and reservations
/// count.
fn leases(network: &Network, members: &Members<'_>, whole: bool, sink: &mut Sink) {
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
    let clients: usize = members
        .of(network)
        .iter()
        .map(|(_, nic)| {
            // An interface without an address takes one out of a range.
            let asks = nic.ip.is_some() || nic.bootproto == BootProto::Dhcp;
            usize::from(network.subnet.is_some() && asks)
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
        let least = if whole { "" } else { "at least " };
        let message = format!(
            "network `{}` has {least}{clients} {what}, but {range} only {leases} leases",
            network.name
        );
        sink.push(
            Diagnostic::error(Code::RangeTooSmall, first.start.span, message)
                .also(first.end.span, "the end")
                .help(format!(
                    "dnsmasq counts reservations too: make room for {least}{clients} addresses in the range"
                )),
        );
    }
}

/// Reports a subnet that is too large for the DHCPv6 that the network or a guest asks for.
fn prefix(network: &Network, members: &Members<'_>, sink: &mut Sink) {
    let Some(ipv6) = network.ipv6.as_ref().filter(|_| network.reserves_ipv6()) else {
        return;
    };
    let range = ipv6.dhcp.as_ref().map(|dhcp| dhcp.start.span);
    let mut members = members.of(network).iter();
    let reservation = || members.find_map(|(_, nic)| Some(nic.ipv6.as_ref()?.span));
    if let Some(asked) = range.or_else(reservation) {
        ipv6.check_prefix(&network.name, asked, sink);
    }
}

/// Warns of names for addresses that lie elsewhere, or, when all guests are known (`whole`), that dnsmasq gives to
/// anybody.
fn names(network: &Network, members: &Members<'_>, whole: bool, sink: &mut Sink) {
    let Some(first) = network.segments().next() else {
        return;
    };
    for host in &network.dns {
        let ip = host.ip.value;
        let own = network.segment_of(ip);
        let Some(segment) = own.filter(|segment| segment.subnet.contains(ip)) else {
            let message = format!("address {ip} is outside network `{}`", network.name);
            let subnet = own.unwrap_or(first).subnet;
            sink.push(
                Diagnostic::warning(Code::AddressOutsideNetwork, host.ip.span, message)
                    .label(format!("not in {}", subnet.value))
                    .also(subnet.span, "the subnet")
                    .help("guests reach it only by way of the gateway: correct it, or let it be if that is meant"),
            );
            continue;
        };
        let Some(dhcp) = segment.dhcp.filter(|_| in_range(to_bits(ip), segment)) else {
            continue;
        };
        if whole && !reserved(host, network, members) {
            let message = format!(
                "address {ip} lies in the dynamic range of network `{}`",
                network.name
            );
            sink.push(
                Diagnostic::warning(Code::AddressInRange, host.ip.span, message)
                    .also(dhcp.start.span, "the range starts here")
                    .help("dnsmasq may lease it to anybody, who then has these names: let the range leave it out"),
            );
        }
    }
}

/// Returns whether a guest has the address, and with it the range's permission.
fn reserved(host: &DnsHost, network: &Network, members: &Members<'_>) -> bool {
    let members = members.of(network).iter();
    members
        .flat_map(|(_, nic)| addresses(nic))
        .any(|address| address.value == host.ip.value)
}
