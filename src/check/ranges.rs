//! Networks: their gateway, range and names lie in their subnet, and they share no address with one another.

use crate::diag::{Code, Diagnostic, Sink};
use crate::link::Lab;
use crate::model::cidr::to_bits;
use crate::model::network::Network;

pub(super) fn check(lab: &Lab, sink: &mut Sink) {
    for network in lab.networks.values().filter(|network| !network.external) {
        gateway(network, sink);
        range(network, lab, sink);
        names(network, sink);
    }
    let mut networks = lab
        .networks
        .values()
        .filter(|network| network.subnet.is_some() && !network.external);
    while let Some(network) = networks.next() {
        for other in networks.clone() {
            overlap(network, other, sink);
        }
    }
    bridges(lab, sink);
}

fn gateway(network: &Network, sink: &mut Sink) {
    let (Some(subnet), Some(gateway)) = (&network.subnet, &network.gateway) else {
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

fn range(network: &Network, lab: &Lab, sink: &mut Sink) {
    let Some(dhcp) = &network.dhcp else { return };
    let Some(subnet) = &network.subnet else {
        let message = format!("network `{}` has a DHCP range but no subnet", network.name);
        sink.push(Diagnostic::error(Code::BadRange, dhcp.start.span, message));
        return;
    };
    if !network.mode.serves_addresses() {
        let message = format!(
            "libvirt serves no addresses in a network of mode `{}`",
            network.mode.as_str()
        );
        sink.push(
            Diagnostic::error(Code::AddressNotServed, dhcp.start.span, message)
                .help("remove `dhcp`"),
        );
        return;
    }
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
    if let Some(gateway) = network
        .gateway
        .as_ref()
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
    // libvirt sets dnsmasq's lease limit to the size of the range, and reservations count against it.
    let leases = end - start + 1;
    let on_it = lab.guests.iter().flat_map(|guest| &guest.interfaces);
    let clients = on_it
        .filter(|nic| {
            nic.network
                .as_ref()
                .is_some_and(|name| name.value == network.name)
        })
        .count();
    if clients as u128 > leases {
        let message = format!(
            "network `{}` has {clients} interfaces, but its range allows only {leases} leases",
            network.name
        );
        sink.push(
            Diagnostic::error(Code::RangeTooSmall, dhcp.start.span, message).help(
                "dnsmasq counts reservations too: make the range as large as the number of guests",
            ),
        );
    }
}

fn names(network: &Network, sink: &mut Sink) {
    let Some(subnet) = &network.subnet else {
        return;
    };
    for host in network
        .dns
        .iter()
        .filter(|host| !subnet.contains(host.ip.value))
    {
        let message = format!(
            "address {} is outside network `{}`",
            host.ip.value, network.name
        );
        sink.push(
            Diagnostic::warning(Code::AddressOutsideNetwork, host.ip.span, message)
                .label(format!("not in {}", subnet.value))
                .also(subnet.span, "the subnet"),
        );
    }
}

fn overlap(network: &Network, other: &Network, sink: &mut Sink) {
    let (Some(subnet), Some(others)) = (&network.subnet, &other.subnet) else {
        return;
    };
    if network.mode.serves_addresses()
        && other.mode.serves_addresses()
        && subnet.overlaps(others.value)
    {
        let message = format!(
            "network `{}` shares addresses with network `{}`",
            other.name, network.name
        );
        sink.push(
            Diagnostic::error(Code::OverlappingNetworks, others.span, message)
                .also(subnet.span, format!("network `{}`", network.name)),
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
