//! How links are reached: the addresses of VLANs, and the routes of interfaces and VLANs.

use std::net::IpAddr;

use foldhash::HashMap;

use super::Links;
use crate::check::members;
use crate::diag::{Code, Diagnostic, Sink};
use crate::link::{Guest, Interface, Lab};
use crate::model::cidr::{Cidr, to_bits};
use crate::model::guest::BootProto;
use crate::model::install::{Route, Vlan};
use crate::source::{Span, Spanned};

/// The addresses in VLANs, by the VLAN's number, and whose they are.
#[derive(Default)]
pub(super) struct Addresses<'a>(HashMap<(u32, IpAddr), (&'a str, Span)>);

/// An address of a VLAN and the subnet it is in.
type Placed = (Spanned<IpAddr>, Cidr);

fn addresses(vlan: &Vlan) -> impl Iterator<Item = Placed> {
    let ipv4 = vlan.ip.as_ref();
    let ipv4 = ipv4.map(|ip| (Spanned::new(IpAddr::V4(ip.address), ip.span), ip.subnet));
    let ipv6 = vlan.ipv6.as_ref();
    let ipv6 = ipv6.map(|ip| (Spanned::new(IpAddr::V6(ip.address), ip.span), ip.subnet));
    ipv4.into_iter().chain(ipv6)
}

/// Reports addresses that VLANs cannot have.
pub(super) fn vlans<'a>(links: &Links<'a>, lab: &Lab, known: &mut Addresses<'a>, sink: &mut Sink) {
    let guest = links.guest;
    for (index, vlan) in guest.links.vlans.iter().enumerate() {
        bootproto(vlan, sink);
        gateway(vlan, sink);
        for (address, subnet) in addresses(vlan) {
            if subnet.is_reserved(address.value) {
                let message = format!(
                    "{} is no host's address: it is the first or last of {subnet}",
                    address.value
                );
                sink.push(
                    Diagnostic::error(Code::ReservedAddress, address.span, message).help(format!(
                        "write one between them, as in `{}`",
                        subnet.first_host()
                    )),
                );
            }
            let place = (vlan.id.number(), address.value);
            let before = known.0.insert(place, (&guest.name, address.span));
            if let Some((other, span)) = before {
                let message = format!(
                    "address {} in VLAN {} is guest `{other}`'s already",
                    address.value, vlan.id.value
                );
                sink.push(
                    Diagnostic::error(Code::DuplicateAddress, address.span, message)
                        .also(span, "the other one")
                        .help("write another address in one of them; `{{ index }}` differs between guests of a `count`"),
                );
            }
            overlaps(guest, lab, index, &address, subnet, sink);
        }
    }
}

/// Reports a subnet that is beneath another link of the guest as well: it would answer through one of them only.
fn overlaps(
    guest: &Guest,
    lab: &Lab,
    index: usize,
    address: &Spanned<IpAddr>,
    subnet: Cidr,
    sink: &mut Sink,
) {
    let nics = guest.interfaces.iter();
    let nics = nics.flat_map(|nic| near(nic, lab).into_iter().map(|near| (near, nic.span)));
    let vlans = guest.links.vlans[..index].iter();
    let vlans = vlans.flat_map(|vlan| addresses(vlan).map(|(ip, near)| (near, ip.span)));
    let mut others = nics.chain(vlans);
    if let Some((other, span)) = others.find(|(near, _)| near.overlaps(subnet)) {
        let message = format!("{subnet} and {other}, which the guest is in as well, overlap");
        sink.push(
            Diagnostic::warning(Code::OverlappingNetworks, address.span, message)
                .also(span, "there")
                .help("give the VLAN a subnet of its own: the guest answers through one of the two only"),
        );
    }
}

/// Reports a way to come by an address that does not go with the addresses.
fn bootproto(vlan: &Vlan, sink: &mut Sink) {
    let ipv4 = vlan.ip.as_ref().map(|ip| ip.span);
    let ip = ipv4.or(vlan.ipv6.as_ref().map(|ip| ip.span));
    let Some(written) = &vlan.bootproto else {
        return;
    };
    match (written.value, ip) {
        (BootProto::Static, None) => {
            let message = "a static VLAN needs an `ip`";
            sink.push(
                Diagnostic::error(Code::MissingKey, written.span, message)
                    .help("write `ip: ADDRESS/BITS`, as in `ip: 10.30.0.9/24`"),
            );
        }
        (BootProto::Dhcp, _) if ipv4.is_some() => {
            let message = "nobody reserves an address in a VLAN of the guest's own";
            sink.push(
                Diagnostic::error(Code::ConflictingKeys, written.span, message)
                    .also(ipv4.unwrap_or(written.span), "the address")
                    .help("leave `bootproto` out, or `ip`"),
            );
        }
        (BootProto::None, Some(ip)) => {
            let message = "a VLAN with `bootproto: none` has no address";
            sink.push(
                Diagnostic::error(Code::ConflictingKeys, written.span, message)
                    .also(ip, "the address")
                    .help("leave `bootproto` out"),
            );
        }
        _ => {}
    }
}

/// Reports a gateway that the VLAN cannot reach.
fn gateway(vlan: &Vlan, sink: &mut Sink) {
    let Some(gateway) = &vlan.gateway else {
        return;
    };
    let Some(ip) = &vlan.ip else {
        let message = "a gateway needs an address beside it";
        sink.push(
            Diagnostic::error(Code::MissingKey, gateway.span, message)
                .help("write `ip: ADDRESS/BITS`, or leave `gateway` out: DHCP says it as well"),
        );
        return;
    };
    if !ip.subnet.contains(gateway.value.into()) {
        let message = format!("the gateway {} is outside {}", gateway.value, ip.subnet);
        sink.push(
            Diagnostic::error(Code::AddressOutsideNetwork, gateway.span, message)
                .also(ip.span, "the subnet")
                .help(format!("write an address of {}", ip.subnet)),
        );
    } else if gateway.value == ip.address {
        let message = format!("the gateway {} is the guest itself", gateway.value);
        sink.push(
            Diagnostic::error(Code::ReservedAddress, gateway.span, message)
                .also(ip.span, "its address")
                .help("name the router, or leave `gateway` out"),
        );
    }
}

/// Reports routes whose router cannot be reached.
pub(super) fn routes(guest: &Guest, lab: &Lab, sink: &mut Sink) {
    for nic in guest.interfaces.iter().filter(|nic| !nic.routes.is_empty()) {
        let own = members::addresses(nic).map(|ip| ip.value);
        let own: Vec<IpAddr> = own.collect();
        let quiet = nic.bootproto == BootProto::None && own.is_empty();
        each(&nic.routes, &near(nic, lab), &own, quiet, nic.span, sink);
    }
    for vlan in guest
        .links
        .vlans
        .iter()
        .filter(|vlan| !vlan.routes.is_empty())
    {
        let (own, near): (Vec<IpAddr>, Vec<Cidr>) = addresses(vlan)
            .map(|(address, subnet)| (address.value, subnet))
            .unzip();
        let quiet = vlan.proto() == BootProto::None;
        each(&vlan.routes, &near, &own, quiet, vlan.span, sink);
    }
}

/// Returns the subnets that an interface is in, as far as anybody knows.
fn near(nic: &Interface, lab: &Lab) -> Vec<Cidr> {
    let network = nic.network.as_ref();
    let network = network.and_then(|name| lab.networks.get(&name.value));
    let mut near: Vec<Cidr> = network
        .into_iter()
        .flat_map(|network| network.segments())
        .map(|segment| segment.subnet.value)
        .collect();
    if let (Some(ip), Some(netmask)) = (&nic.ip, nic.netmask) {
        let prefix = u8::try_from(netmask.to_bits().count_ones()).unwrap_or(32);
        near.extend(Cidr::around(ip.value.into(), prefix));
    }
    if let Some(ipv6) = &nic.ipv6 {
        near.extend(Cidr::around(ipv6.value.into(), nic.ipv6_prefix));
    }
    near.sort_by_key(|subnet| (to_bits(subnet.network()), subnet.prefix()));
    near.dedup();
    near
}

fn each(
    routes: &[Spanned<Route>],
    near: &[Cidr],
    own: &[IpAddr],
    quiet: bool,
    at: Span,
    sink: &mut Sink,
) {
    for (index, route) in routes.iter().enumerate() {
        let (to, via) = (route.to.value.0, &route.via);
        if quiet {
            let message = "a route needs an address to leave from";
            sink.push(
                Diagnostic::error(Code::MissingKey, route.span, message)
                    .also(at, "nothing here has one")
                    .help("give the interface an `ip`"),
            );
            continue;
        }
        if to.network().is_ipv4() != via.value.is_ipv4() {
            let message = format!("the router {} is not of the family of {to}", via.value);
            sink.push(
                Diagnostic::error(Code::InvalidValue, via.span, message)
                    .also(route.to.span, "the subnet")
                    .help("name the router's address of that family"),
            );
            continue;
        }
        // Every interface has link-local addresses (RFC 4291, section 2.1), and a lease may be of any subnet.
        let local = matches!(via.value, IpAddr::V6(via) if via.is_unicast_link_local());
        let same = |subnet: &&Cidr| subnet.network().is_ipv4() == via.value.is_ipv4();
        let mut known = near.iter().filter(same).peekable();
        if own.contains(&via.value) {
            let message = format!("the router {} is the guest itself", via.value);
            sink.push(
                Diagnostic::error(Code::ReservedAddress, via.span, message)
                    .also(at, "the interface")
                    .help("name the next one on the way"),
            );
        } else if !local
            && known.peek().is_some()
            && !known.any(|subnet| subnet.contains(via.value))
        {
            let there: Vec<String> = near.iter().filter(same).map(Cidr::to_string).collect();
            let message = format!(
                "the router {} of a route is not in {}",
                via.value,
                there.join(" or ")
            );
            sink.push(
                Diagnostic::error(Code::AddressOutsideNetwork, via.span, message)
                    .also(at, "the interface")
                    .help("name a router that the interface reaches by itself"),
            );
        }
        let metric = |route: &Route| route.metric.as_ref().map(|metric| metric.value);
        let twice = routes[..index]
            .iter()
            .find(|other| other.to.value == route.to.value && metric(other) == metric(route));
        if let Some(other) = twice {
            let message = format!("there is a route to {to} already");
            sink.push(
                Diagnostic::error(Code::ConflictingKeys, route.to.span, message)
                    .also(other.to.span, "the other one")
                    .help("remove one of them, or give them each a `metric` of its own"),
            );
        }
    }
}
