//! Subnets: the ones their own networks contradict, too small ones, and those that share addresses.

use std::cmp::Reverse;
use std::collections::HashSet;
use std::net::IpAddr;

use super::members::{Member, Members, addresses};
use crate::diag::{Code, Diagnostic, Sink};
use crate::link::Lab;
use crate::model::cidr::{Cidr, from_bits, to_bits};
use crate::model::guest::BootProto;
use crate::model::network::{Network, Segment};
use crate::source::{Span, Spanned};

/// Subnets that are wrong themselves, so that nothing is said of what lies outside them: by their places.
pub(super) type Wrong = HashSet<Span>;

pub(super) fn check(lab: &Lab, members: &Members<'_>, sink: &mut Sink) -> Wrong {
    let mut wrong = Wrong::new();
    for network in lab.networks.values() {
        for segment in network.segments() {
            let used = Used {
                network,
                segment,
                is_ipv4: segment.subnet.network().is_ipv4(),
                members: members.of(network),
            };
            if used.contradicted(sink) || used.crowded(sink) {
                wrong.insert(segment.subnet.span);
            }
        }
    }
    overlaps(lab, sink);
    wrong
}

/// A subnet of a network and the interfaces in it.
struct Used<'a> {
    network: &'a Network,
    segment: Segment<'a>,
    is_ipv4: bool,
    members: &'a [Member<'a>],
}

impl Used<'_> {
    /// Reports a subnet with more of the network's own addresses outside than inside: it is the one mistake, not they.
    fn contradicted(&self, sink: &mut Sink) -> bool {
        let Self {
            network,
            segment,
            is_ipv4,
            members,
        } = *self;
        let subnet = segment.subnet;
        let gateway = segment
            .gateway
            .filter(|gateway| gateway.span != subnet.span);
        let range = segment
            .dhcp
            .into_iter()
            .flat_map(|dhcp| [&dhcp.start, &dhcp.end]);
        let own = gateway.into_iter().chain(range).cloned();
        let guests = members.iter().flat_map(|(_, nic)| addresses(nic));
        let (mut inside, mut first, mut outside) = (0_usize, None, Vec::new());
        for address in own
            .chain(guests)
            .filter(|address| address.value.is_ipv4() == is_ipv4)
        {
            if subnet.contains(address.value) {
                inside += 1;
            } else {
                outside.push(address.value);
                first = first.or(Some(address.span));
            }
        }
        let Some(first) = first.filter(|_| outside.len() > 1 && outside.len() > inside) else {
            return false;
        };
        let (name, all) = (&network.name, outside.len() + inside);
        let (how_many, label) = if inside == 0 {
            (format!("all {all}"), "holds none of them".to_owned())
        } else {
            (
                format!("{} of {all}", outside.len()),
                format!("holds {inside} of them"),
            )
        };
        let message = format!("{how_many} addresses in network `{name}` lie outside its subnet");
        let diagnostic = Diagnostic::error(Code::AddressOutsideNetwork, subnet.span, message)
            .label(label)
            .also(first, "the first one outside");
        sink.push(match around(&outside, subnet.prefix()) {
            Some(meant) => diagnostic.help(format!("was `{meant}` meant?")),
            None => diagnostic.help("write the subnet that they are in, or correct them"),
        });
        true
    }

    /// Reports a subnet with fewer addresses than the network has interfaces that need one.
    fn crowded(&self, sink: &mut Sink) -> bool {
        let (network, subnet) = (self.network, self.segment.subnet);
        if network.external || !network.mode.serves_addresses() {
            return false;
        }
        let wants = self.members.iter().filter(|(_, nic)| match self.is_ipv4 {
            true => nic.ip.is_some() || nic.bootproto == BootProto::Dhcp,
            false => nic.ipv6.is_some(),
        });
        let wanted = wants.count() as u128;
        // One address is the host's.
        let room = to_bits(subnet.last_host()) - to_bits(subnet.first_host());
        if wanted <= room {
            return false;
        }
        let message = format!(
            "network `{}` has {wanted} interfaces, but {} has room for {room} besides the gateway",
            network.name, subnet.value
        );
        let fits = |prefix: &u8| (1_u128 << (32 - prefix)) - 3 >= wanted;
        let larger = (1..subnet.prefix())
            .rev()
            .find(fits)
            .filter(|_| self.is_ipv4);
        let help = match larger {
            Some(prefix) => format!("a subnet of /{prefix} has room for them"),
            None => "give it a larger subnet".to_owned(),
        };
        sink.push(Diagnostic::error(Code::SubnetFull, subnet.span, message).help(help));
        true
    }
}

/// Returns the subnet of this prefix that holds all of `addresses`, when there is one.
fn around(addresses: &[IpAddr], prefix: u8) -> Option<Cidr> {
    let first = *addresses.first()?;
    let width = if first.is_ipv4() { 32 } else { 128 };
    let hosts = u32::from(width - prefix);
    let network = to_bits(first).checked_shr(hosts)?.checked_shl(hosts)?;
    let meant: Cidr = format!("{}/{prefix}", from_bits(network, first.is_ipv4()))
        .parse()
        .ok()?;
    addresses
        .iter()
        .all(|address| meant.contains(*address))
        .then_some(meant)
}

/// A subnet with its first and last address as numbers.
struct Interval<'a> {
    network: &'a Network,
    /// Which network it is, as the site has them.
    position: usize,
    subnet: &'a Spanned<Cidr>,
    first: u128,
    last: u128,
}

/// Reports networks that share addresses. Subnets are apart or one within the other, so those that share addresses
/// stand together once they are sorted.
fn overlaps(lab: &Lab, sink: &mut Sink) {
    for is_ipv4 in [true, false] {
        let mut all: Vec<Interval<'_>> = lab
            .networks
            .values()
            .enumerate()
            .flat_map(|(position, network)| {
                network.segments().map(move |segment| Interval {
                    network,
                    position,
                    subnet: segment.subnet,
                    first: to_bits(segment.subnet.network()),
                    last: to_bits(segment.subnet.last()),
                })
            })
            .filter(|interval| interval.subnet.network().is_ipv4() == is_ipv4)
            .collect();
        all.sort_by_key(|interval| (interval.first, Reverse(interval.last), interval.position));
        sweep(
            all.iter().filter(|one| one.network.mode.serves_addresses()),
            both_served,
            sink,
        );
        sweep(all.iter(), one_served, sink);
    }
}

/// Compares each subnet with the one it lies in, and lets `judge` say what of that is a fault.
fn sweep<'a>(
    sorted: impl Iterator<Item = &'a Interval<'a>>,
    judge: fn(&Network, &Network) -> Option<Fault>,
    sink: &mut Sink,
) {
    let mut outer: Option<&Interval<'_>> = None;
    for inner in sorted {
        let Some(around) = outer.filter(|outer| inner.first <= outer.last) else {
            outer = Some(inner);
            continue;
        };
        let (earlier, later) = if around.position < inner.position {
            (around, inner)
        } else {
            (inner, around)
        };
        let Some(fault) = judge(earlier.network, later.network) else {
            continue;
        };
        let message = format!(
            "network `{}` shares addresses with network `{}`",
            later.network.name, earlier.network.name
        );
        let at = later.subnet.span;
        let diagnostic = if fault.certain {
            Diagnostic::error(Code::OverlappingNetworks, at, message)
        } else {
            Diagnostic::warning(Code::OverlappingNetworks, at, message)
        };
        sink.push(
            diagnostic
                .also(
                    earlier.subnet.span,
                    format!("network `{}`", earlier.network.name),
                )
                .help(fault.help),
        );
    }
}

/// What is wrong with two networks that share addresses.
struct Fault {
    certain: bool,
    help: &'static str,
}

/// Two networks with addresses of the host's own: libvirt starts the first and refuses the second
/// (`networkCheckRouteCollision` in src/network/bridge_driver_linux.c).
fn both_served(one: &Network, other: &Network) -> Option<Fault> {
    (!one.external || !other.external).then_some(Fault {
        certain: true,
        help: "libvirt starts only one of them: give the other a subnet of its own",
    })
}

/// A network of libvirt's own and a LAN that the host is likely in as well.
fn one_served(one: &Network, other: &Network) -> Option<Fault> {
    let differ = one.mode.serves_addresses() != other.mode.serves_addresses();
    let served = if one.mode.serves_addresses() {
        one
    } else {
        other
    };
    let bridge = |network: &Network| network.bridge.as_ref().map(|bridge| bridge.value.clone());
    // A second name for one bridge is the same LAN.
    let same = bridge(one).is_some() && bridge(one) == bridge(other);
    (differ && !same && !served.external).then_some(Fault {
        certain: false,
        help: "libvirt does not start the one it serves where the host has an address in the other: give it another \
               subnet",
    })
}
