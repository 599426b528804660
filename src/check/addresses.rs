//! Guests' addresses: in their network, nobody else's, and in the range only on purpose.

use std::collections::HashMap;
use std::net::IpAddr;

use crate::diag::{Code, Diagnostic, Sink};
use crate::link::{Guest, Interface, Lab};
use crate::model::cidr::to_bits;
use crate::model::guest::BootProto;
use crate::model::mac::Mac;
use crate::model::network::Network;
use crate::source::{Span, Spanned};

pub(super) fn check(lab: &Lab, sink: &mut Sink) {
    let mut addresses: HashMap<(&str, IpAddr), (&str, Span)> = HashMap::new();
    let mut macs: HashMap<Mac, (&str, Span)> = HashMap::new();
    for (guest, nic) in lab
        .guests
        .iter()
        .flat_map(|guest| guest.interfaces.iter().map(move |nic| (guest, nic)))
    {
        sink.about(Some(&guest.name));
        mac(guest, nic, &mut macs, sink);
        let Some(network) = nic
            .network
            .as_ref()
            .and_then(|name| lab.networks.get(&name.value))
        else {
            continue;
        };
        let ipv4 = nic
            .ip
            .as_ref()
            .map(|ip| Spanned::new(IpAddr::V4(ip.value), ip.span));
        let ipv6 = nic
            .ipv6
            .as_ref()
            .map(|ip| Spanned::new(IpAddr::V6(ip.value), ip.span));
        for address in ipv4.into_iter().chain(ipv6) {
            in_network(&address, nic, network, sink);
            let user = (&*guest.name, address.span);
            if let Some((first, span)) = addresses.insert((&network.name, address.value), user) {
                let message = format!("address {} is guest `{first}`'s already", address.value);
                sink.push(
                    Diagnostic::error(Code::DuplicateAddress, address.span, message)
                        .label(format!("guest `{}`", guest.name))
                        .also(span, "the other one"),
                );
            }
        }
    }
    sink.about(None);
}

fn in_network(address: &Spanned<IpAddr>, nic: &Interface, network: &Network, sink: &mut Sink) {
    let name = &network.name;
    let Some(segment) = network.segment_of(address.value) else {
        let leased = nic.bootproto == BootProto::Dhcp || address.value.is_ipv6();
        if leased && !network.external && network.mode.serves_addresses() {
            let what = if address.value.is_ipv6() {
                "IPv6 subnet"
            } else {
                "subnet"
            };
            let message = format!(
                "network `{name}` has no {what}, so nobody hands out {}",
                address.value
            );
            if address.value.is_ipv6() {
                sink.push(
                    Diagnostic::error(Code::AddressNotServed, address.span, message)
                        .also(network.defined, "the network")
                        .help("give the network `ipv6: {subnet: …}`"),
                );
                return;
            }
            sink.push(
                Diagnostic::error(Code::AddressNotServed, address.span, message)
                    .also(network.defined, "the network")
                    .help("give the network a `subnet`, or the interface `bootproto: static` and a `netmask`"),
            );
        }
        return;
    };
    let subnet = segment.subnet;
    if !subnet.contains(address.value) {
        let message = format!("address {} is outside network `{name}`", address.value);
        sink.push(
            Diagnostic::error(Code::AddressOutsideNetwork, address.span, message)
                .label(format!("not in {}", subnet.value))
                .also(subnet.span, format!("network `{name}` is declared here")),
        );
        return;
    }
    if subnet.is_reserved(address.value) {
        let what = if address.value == subnet.network() {
            "network"
        } else {
            "broadcast"
        };
        let message = format!(
            "{} is the {what} address of network `{name}`",
            address.value
        );
        sink.push(
            Diagnostic::error(Code::ReservedAddress, address.span, message)
                .also(subnet.span, "the subnet"),
        );
        return;
    }
    // Where libvirt has no address of its own, a guest may well be the router.
    let hosts = network.mode.serves_addresses();
    if let Some(gateway) = segment
        .gateway
        .filter(|gateway| hosts && gateway.value == address.value)
    {
        let message = format!("{} is the gateway of network `{name}`", address.value);
        sink.push(
            Diagnostic::error(Code::ReservedAddress, address.span, message)
                .also(gateway.span, "set here"),
        );
        return;
    }
    if let Some(dhcp) = segment.dhcp {
        let range = to_bits(dhcp.start.value)..=to_bits(dhcp.end.value);
        if range.contains(&to_bits(address.value)) {
            let message = format!(
                "address {} lies in the dynamic range of network `{name}`",
                address.value
            );
            sink.push(
                Diagnostic::warning(Code::AddressInRange, address.span, message)
                    .also(dhcp.start.span, "the range starts here")
                    .help("dnsmasq honours it, but keep reservations outside the range"),
            );
        }
    }
}

fn mac<'a>(
    guest: &'a Guest,
    nic: &'a Interface,
    seen: &mut HashMap<Mac, (&'a str, Span)>,
    sink: &mut Sink,
) {
    let span = nic.mac_span.unwrap_or(nic.span);
    let Some((first, other)) = seen.insert(nic.mac, (&guest.name, span)) else {
        return;
    };
    let message = format!("MAC address {} is guest `{first}`'s already", nic.mac);
    sink.push(
        Diagnostic::error(Code::DuplicateMac, span, message)
            .label(format!("guest `{}`", guest.name))
            .also(other, "the other one"),
    );
}
