//! Guests' addresses: in their network, nobody else's, and in the range only on purpose.

use std::collections::hash_map::Entry;
use std::net::{IpAddr, Ipv6Addr};

use foldhash::{HashMap, HashMapExt as _};

use super::members::{Member, Members, addresses, interfaces};
use super::spare::{Spare, in_range};
use super::subnets::Wrong;
use crate::diag::{Code, Diagnostic, Severity, Sink};
use crate::link::{Interface, Lab};
use crate::model::cidr::to_bits;
use crate::model::guest::BootProto;
use crate::model::network::{Mode, Network, Segment};
use crate::source::{Span, Spanned};

pub(super) fn check(lab: &Lab, members: &Members<'_>, wrong: &Wrong, sink: &mut Sink) {
    let mut spare = Spare::new(lab, members);
    let mut users = Users::of(lab);
    for (guest, nic) in interfaces(lab) {
        let network = nic.network.as_ref();
        let network = network.and_then(|name| lab.networks.get(&name.value));
        sink.about(Some(&guest.name));
        own_gateway(nic, &mut spare, sink);
        for address in addresses(nic) {
            let segment = network.and_then(|network| network.segment_of(address.value));
            if segment.is_some_and(|segment| wrong.contains(&segment.subnet.span)) {
                continue;
            }
            let misplaced = match (network, segment) {
                (Some(network), Some(segment)) => in_segment(&address, network, segment),
                (Some(network), None) => unserved(&address, nic, network),
                (None, _) => None,
            };
            let impossible = misplaced
                .as_ref()
                .is_some_and(|fault| fault.severity == Severity::Error);
            let twice = if impossible {
                None
            } else {
                users.add(&address, (guest, nic), network)
            };
            for diagnostic in misplaced.into_iter().chain(twice) {
                sink.push(match (network, &diagnostic.help) {
                    (_, None) if spare.is_shared(address.span) => {
                        let help = "write `ip: auto` here, or an `ip` in each guest";
                        let help = segment.map_or("write an `ip` in each guest", |_| help);
                        diagnostic.help(match address.value {
                            IpAddr::V4(_) => help.to_owned(),
                            IpAddr::V6(_) => help.replace("`ip", "`ipv6"),
                        })
                    }
                    (Some(network), None) => diagnostic.help(spare.help(address.value, network)),
                    (None, None) => diagnostic.help("write another address in one of them"),
                    _ => diagnostic,
                });
            }
        }
    }
    sink.about(None);
}

/// Says why an address cannot be in a network that has no subnet of its family.
fn unserved(address: &Spanned<IpAddr>, nic: &Interface, network: &Network) -> Option<Diagnostic> {
    let is_ipv6 = address.value.is_ipv6();
    let leased = nic.bootproto == BootProto::Dhcp || is_ipv6;
    if !leased || network.external || !network.mode.serves_addresses() {
        return None;
    }
    let (what, help) = if is_ipv6 {
        ("IPv6 subnet", "give the network `ipv6: {subnet: …}`")
    } else {
        (
            "subnet",
            "give the network a `subnet`, or the interface `bootproto: static` and a `netmask`",
        )
    };
    let message = format!(
        "network `{}` has no {what}, so nobody hands out {}",
        network.name, address.value
    );
    let diagnostic = Diagnostic::error(Code::AddressNotServed, address.span, message);
    Some(diagnostic.also(network.defined, "the network").help(help))
}

/// Says why an address cannot be a guest's in a subnet.
fn in_segment(
    address: &Spanned<IpAddr>,
    network: &Network,
    segment: Segment<'_>,
) -> Option<Diagnostic> {
    let (ip, name, subnet) = (address.value, &network.name, segment.subnet);
    let reserved =
        |message: String| Diagnostic::error(Code::ReservedAddress, address.span, message);
    if !subnet.contains(ip) {
        let message = format!("address {ip} is outside network `{name}`");
        return Some(
            Diagnostic::error(Code::AddressOutsideNetwork, address.span, message)
                .label(format!("not in {}", subnet.value))
                .also(subnet.span, format!("network `{name}` is declared here")),
        );
    }
    if subnet.is_reserved(ip) {
        let what = match ip {
            IpAddr::V4(_) if ip != subnet.network() => "broadcast",
            IpAddr::V4(_) => "network",
            // RFC 4291, section 2.6.1.
            IpAddr::V6(_) => "routers' anycast",
        };
        let message = format!("{ip} is the {what} address of network `{name}`");
        return Some(reserved(message).also(subnet.span, "the subnet"));
    }
    // Where libvirt has no address of its own, a guest may well be the router.
    let hosts = network.mode.serves_addresses();
    if let Some(gateway) = segment
        .gateway
        .filter(|gateway| hosts && gateway.value == ip)
    {
        let message = format!("{ip} is the gateway of network `{name}`");
        return Some(reserved(message).also(gateway.span, "set here"));
    }
    if let IpAddr::V6(ip) = ip
        && is_anycast(ip, subnet.prefix())
    {
        let message = format!("{ip} is kept for anycast in every subnet");
        let help = "RFC 2526 keeps the highest 128 addresses; take one below them";
        return Some(
            Diagnostic::warning(Code::ReservedAddress, address.span, message)
                .also(subnet.span, "the subnet")
                .help(help),
        );
    }
    let dhcp = segment.dhcp.filter(|_| in_range(to_bits(ip), segment))?;
    let message = format!("address {ip} lies in the dynamic range of network `{name}`");
    let help = "dnsmasq honours it, but keep reservations outside the range";
    Some(
        Diagnostic::warning(Code::AddressInRange, address.span, message)
            .also(dhcp.start.span, "the range starts here")
            .help(help),
    )
}

/// Returns whether an address is one of those that every subnet with 64-bit interface identifiers keeps for anycast
/// (RFC 2526, section 2).
fn is_anycast(address: Ipv6Addr, prefix: u8) -> bool {
    let [.., a, b, c, d] = address.segments();
    prefix <= 64 && [a, b, c, d & 0xff80] == [0xfdff, 0xffff, 0xffff, 0xff80]
}

/// Warns of a gateway that a static interface cannot reach, as it lies in no subnet of its own, and reports one that is
/// the interface itself. Where several guests share the gateway, one of them may well be it.
fn own_gateway(nic: &Interface, spare: &mut Spare<'_>, sink: &mut Sink) {
    let Some(span) = nic.gateway_span else { return };
    let Some(gateway) = nic.gateway else {
        if let Some(ip) = nic.ip.as_ref().filter(|_| !spare.is_shared(span)) {
            let message = format!(
                "{} is the interface's own address, and no way out",
                ip.value
            );
            sink.push(
                Diagnostic::error(Code::ReservedAddress, span, message)
                    .also(ip.span, "its address")
                    .help("name the router that leads out, or remove `gateway`"),
            );
        }
        return;
    };
    let (Some(ip), Some(netmask)) = (&nic.ip, nic.netmask) else {
        return;
    };
    if nic.bootproto != BootProto::Static || ip.value & netmask == gateway & netmask {
        return;
    }
    let message = format!(
        "gateway {gateway} is outside the subnet of {} with netmask {netmask}",
        ip.value
    );
    sink.push(
        Diagnostic::warning(Code::AddressOutsideNetwork, span, message)
            .also(ip.span, "the interface's address")
            .help("name a router that the interface reaches, or correct `netmask`"),
    );
}

/// A place where two interfaces with one address disturb each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Wire<'a> {
    /// A network of its own.
    Network(&'a str),
    /// A bridge of the host, or the interface that macvtap devices sit on.
    Device(&'a str),
}

/// Finds where an interface is plugged in.
fn wire<'a>(nic: &'a Interface, network: Option<&'a Network>) -> Option<Wire<'a>> {
    let Some(network) = network else {
        return Some(Wire::Device(nic.bridge.as_ref()?.as_str()));
    };
    let vlans =
        network.vlan.is_some() || network.portgroups.iter().any(|group| group.vlan.is_some());
    let device = match network.mode {
        Mode::Bridge => network.bridge.as_ref(),
        Mode::Macvtap => network.device.as_ref(),
        _ => None,
    };
    let device = device.filter(|_| !vlans);
    Some(device.map_or(Wire::Network(&network.name), |device| {
        Wire::Device(device.as_str())
    }))
}

/// The addresses met so far, and whose they are.
#[derive(Debug, Default)]
struct Users<'a> {
    here: HashMap<(Wire<'a>, IpAddr), (&'a str, Span)>,
    anywhere: HashMap<IpAddr, (&'a str, Span, Subnet)>,
}

/// What is known of the subnet of an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Subnet {
    Unknown,
    Elsewhere,
    /// libvirt has an address in it.
    Served,
}

impl<'a> Users<'a> {
    fn of(lab: &Lab) -> Self {
        Self {
            here: HashMap::with_capacity(lab.guests.len()),
            anywhere: HashMap::with_capacity(lab.guests.len()),
        }
    }

    /// Notes who has an address; says so when somebody else has it.
    fn add(
        &mut self,
        address: &Spanned<IpAddr>,
        (guest, nic): Member<'a>,
        network: Option<&'a Network>,
    ) -> Option<Diagnostic> {
        let wire = wire(nic, network)?;
        let user = (&*guest.name, address.span);
        let label = || format!("guest `{}`", guest.name);
        let ip = address.value;
        match self.here.entry((wire, ip)) {
            Entry::Occupied(first) => {
                let (first, span) = *first.get();
                let message = format!("address {ip} is guest `{first}`'s already");
                return Some(
                    Diagnostic::error(Code::DuplicateAddress, address.span, message)
                        .label(label())
                        .also(span, "the other one"),
                );
            }
            Entry::Vacant(place) => place.insert(user),
        };
        let subnet = match network.filter(|network| network.segment_of(ip).is_some()) {
            None => Subnet::Unknown,
            Some(network) if network.mode.serves_addresses() => Subnet::Served,
            Some(_) => Subnet::Elsewhere,
        };
        let (first, span, other) = match self.anywhere.entry(ip) {
            Entry::Occupied(first) => *first.get(),
            Entry::Vacant(place) => {
                place.insert((user.0, user.1, subnet));
                return None;
            }
        };
        // Both subnets hold the address, and that they do has been reported.
        let known = subnet != Subnet::Unknown && other != Subnet::Unknown;
        if known && (subnet == Subnet::Served || other == Subnet::Served) {
            return None;
        }
        let message = format!("address {ip} is guest `{first}`'s in another network");
        Some(
            Diagnostic::warning(Code::DuplicateAddress, address.span, message)
                .label(label())
                .also(span, "the other one")
                .help("two networks that never meet may both have it; else write another address"),
        )
    }
}
