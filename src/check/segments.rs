//! What networks say of one another's parts: routes lead through the network, and interfaces choose what it has.

use std::collections::HashMap;

use super::members::{Members, interfaces};
use super::subnets::Wrong;
use crate::diag::{Code, Diagnostic, Sink, nearest};
use crate::link::{Guest, Interface, Lab};
use crate::model::network::Network;
use crate::source::Span;

pub(super) fn check(lab: &Lab, members: &Members<'_>, wrong: &Wrong, sink: &mut Sink) {
    for network in lab.networks.values().filter(|network| !network.external) {
        routes(network, lab, wrong, sink);
        // Nobody knows what guests are called that were set aside.
        if lab.aside.guests.is_empty() {
            targets(network, members, sink);
        }
    }
    let mut clients: HashMap<(&str, &str), (&str, Span)> = HashMap::new();
    for (guest, nic) in interfaces(lab) {
        sink.about(Some(&guest.name));
        let network = nic
            .network
            .as_ref()
            .and_then(|name| lab.networks.get(&name.value));
        portgroup(nic, network, sink);
        if let Some(network) = network {
            client(guest, nic, network, &mut clients, sink);
        }
    }
    sink.about(None);
}

/// libvirt refuses a route whose gateway lies in no subnet of the network or is of the other family, and starts no
/// network whose addresses the host has a route to.
fn routes(network: &Network, lab: &Lab, wrong: &Wrong, sink: &mut Sink) {
    for route in &network.routes {
        let (subnet, gateway) = (&route.subnet, &route.gateway);
        if let Some(metric) = route.metric.as_ref().filter(|metric| metric.value == 0) {
            let message = "libvirt takes no metric of 0: the first route to be taken has 1";
            sink.push(
                Diagnostic::error(Code::InvalidValue, metric.span, message)
                    .help("write 1 or more, or leave it out"),
            );
        }
        if subnet.network().is_ipv4() != gateway.value.is_ipv4() {
            let message = format!(
                "the gateway {} is not of the family of {}",
                gateway.value, subnet.value
            );
            sink.push(
                Diagnostic::error(Code::InvalidValue, gateway.span, message)
                    .also(subnet.span, "the subnet")
                    .help("name an address of a guest of that family"),
            );
            continue;
        }
        let segment = network.segment_of(gateway.value);
        let reachable = segment.is_some_and(|segment| segment.subnet.contains(gateway.value));
        if segment.is_some_and(|segment| wrong.contains(&segment.subnet.span)) {
            // That subnet is the mistake.
        } else if !reachable {
            let message = format!(
                "the gateway {} of a route is outside network `{}`",
                gateway.value, network.name
            );
            let mut diagnostic =
                Diagnostic::error(Code::AddressOutsideNetwork, gateway.span, message)
                    .help("name the address of a guest in this network that knows the way");
            if let Some(segment) = segment {
                diagnostic = diagnostic.also(segment.subnet.span, "the subnet");
            }
            sink.push(diagnostic);
        } else if segment
            .and_then(|segment| segment.gateway)
            .is_some_and(|own| own.value == gateway.value)
        {
            let message = format!(
                "the gateway {} of a route is the host itself",
                gateway.value
            );
            sink.push(
                Diagnostic::error(Code::ReservedAddress, gateway.span, message)
                    .help("name the address of a guest in this network that knows the way"),
            );
        }
        let served = |other: &&Network| !other.external && other.mode.serves_addresses();
        let mut there = lab.networks.values().filter(served).flat_map(|other| {
            let segments = other.segments();
            segments.map(move |segment| (other, segment))
        });
        if let Some((other, own)) = there.find(|(_, own)| own.subnet.overlaps(subnet.value)) {
            let message = format!(
                "a route to {} is of no use: the host is in network `{}` itself",
                subnet.value, other.name
            );
            sink.push(
                Diagnostic::error(Code::OverlappingNetworks, subnet.span, message)
                    .also(own.subnet.span, "its subnet")
                    .help(
                        "libvirt does not start a network whose addresses the host has a route to",
                    ),
            );
        }
    }
}

/// Reports services whose target nobody in the network's domain is called.
fn targets(network: &Network, members: &Members<'_>, sink: &mut Sink) {
    let Some(domain) = &network.domain else {
        return;
    };
    let own = format!(".{}", domain.to_lowercase());
    let guests = members.of(network).iter();
    let guests = guests
        .filter(|(_, nic)| nic.dns_record)
        .map(|(_, nic)| nic.fqdn.as_str());
    let aliases = network.dns.iter().flat_map(|host| &host.names);
    let names = || {
        guests
            .clone()
            .chain(aliases.clone().map(|name| name.as_str()))
    };
    for srv in &network.srv {
        let target = srv.target.to_lowercase();
        let aliased = network
            .dnsmasq
            .iter()
            .any(|option| option.to_lowercase().contains(&target));
        let known = || names().any(|name| name.eq_ignore_ascii_case(&target));
        if target.ends_with(&own) && !aliased && !known() {
            let message = format!(
                "nobody in network `{}` is called `{}`",
                network.name, srv.target.value
            );
            let help = match nearest(&target, names()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "name a guest, or give the name an address with `dns`".to_owned(),
            };
            sink.push(Diagnostic::warning(Code::UnknownGuest, srv.target.span, message).help(help));
        }
    }
}

/// Reports a portgroup the interface's network does not have: libvirt takes it and gives the guest the default one.
fn portgroup(nic: &Interface, network: Option<&Network>, sink: &mut Sink) {
    let Some(wanted) = &nic.portgroup else { return };
    let Some(network) = network else {
        if nic.bridge.is_some() {
            let message = "portgroups are a network's, and this interface is on a bridge";
            sink.push(
                Diagnostic::error(Code::ConflictingKeys, wanted.span, message)
                    .help("name a `network` instead"),
            );
        }
        return;
    };
    let known = || network.portgroups.iter().map(|group| group.name.as_str());
    if network.external || known().any(|name| name == wanted.as_str()) {
        return;
    }
    let message = format!(
        "network `{}` has no portgroup `{}`",
        network.name, wanted.value
    );
    sink.push(
        Diagnostic::error(Code::UnknownNetwork, wanted.span, message)
            .also(network.defined, "the network")
            .suggest(wanted.as_str(), known()),
    );
}

/// Reports two interfaces that DHCPv6 could not tell apart, and one it could know only by a DUID nobody has said.
fn client<'a>(
    guest: &'a Guest,
    nic: &'a Interface,
    network: &'a Network,
    clients: &mut HashMap<(&'a str, &'a str), (&'a str, Span)>,
    sink: &mut Sink,
) {
    let Some(ip) = nic.ipv6.as_ref().filter(|_| network.reserves_ipv6()) else {
        if let Some(duid) = nic.duid.as_ref().filter(|_| nic.ipv6.is_none()) {
            let message = "`duid` is about a reserved IPv6 address, and there is none";
            sink.push(
                Diagnostic::error(Code::MissingKey, duid.span, message)
                    .help("add `ipv6: ADDRESS` or `ipv6: auto`"),
            );
        }
        return;
    };
    if nic.duid.is_none() && !nic.dns_record {
        let message = "DHCPv6 has no name to know this interface by, and will expect the DUID of its MAC address";
        sink.push(
            Diagnostic::warning(Code::AddressNotServed, ip.span, message).help(
                "say what the guest sends with `duid`; `duid: ll` is the one of the MAC address",
            ),
        );
    }
    let known_by = nic
        .duid
        .as_ref()
        .map_or(nic.fqdn.as_str(), |duid| duid.value.as_str());
    if nic.duid.is_none() && !nic.dns_record {
        return;
    }
    if let Some((first, other)) = clients.insert((&network.name, known_by), (&guest.name, ip.span))
    {
        let message = format!(
            "DHCPv6 in network `{}` knows `{known_by}` already, from guest `{first}`",
            network.name
        );
        sink.push(
            Diagnostic::error(Code::DuplicateName, ip.span, message)
                .also(other, "the other one")
                .help("give one of the interfaces a name of its own with `host`, or a `duid`"),
        );
    }
}
