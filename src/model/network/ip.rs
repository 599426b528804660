//! The addresses of a network: its subnets, their gateways and the ranges handed out.

use std::net::IpAddr;

use serde::Serialize;

use super::spec::{Dhcp6Spec, DhcpSpec, Ipv6Spec, NetworkSpec};
use crate::diag::{Code, Diagnostic};
use crate::model::cidr::Cidr;
use crate::source::{Span, Spanned};
use crate::yaml::Node;
use crate::yaml::schema::{Place, Schema};
use crate::yaml::typed::{FromNode, Typer};

/// The longest prefix of a subnet with DHCPv6: dnsmasq stops at a shorter one.
const DHCPV6_PREFIX: u8 = 64;
/// The shortest lease dnsmasq gives, in minutes.
const SHORTEST_LEASE: u32 = 2;
/// The longest one, in minutes: dnsmasq counts the seconds in a C `int`.
const LONGEST_LEASE: u32 = i32::MAX.unsigned_abs() / 60;

/// A time in minutes.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(transparent)]
pub struct Minutes(pub u32);

impl FromNode for Minutes {
    fn from_node(node: &Node, typer: &mut Typer<'_>) -> Option<Self> {
        let units = [("m", 1), ("h", 60), ("d", 24 * 60)];
        let with_unit = units.iter().find_map(|(unit, minutes)| {
            let number: u32 = node.as_text()?.strip_suffix(unit)?.trim().parse().ok()?;
            number.checked_mul(*minutes)
        });
        if let Some(minutes) = with_unit {
            let message = "a number of minutes is due here, without a unit";
            typer.invalid(node.span, message, format!("write `{minutes}`"));
            return None;
        }
        u32::from_node(node, typer).map(Self)
    }

    fn schema(place: Place) -> Schema {
        u32::schema(place)
    }
}

/// The range dnsmasq hands out by itself.
#[derive(Clone, Debug, Serialize)]
pub struct Dhcp {
    /// Its first address.
    pub start: Spanned<IpAddr>,
    /// Its last address.
    pub end: Spanned<IpAddr>,
    /// How long a lease lasts, in minutes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lease: Option<u32>,
}

/// The IPv6 side of a network.
#[derive(Clone, Debug, Serialize)]
pub struct Ipv6 {
    /// The subnet.
    pub subnet: Spanned<Cidr>,
    /// The host's address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gateway: Option<Spanned<IpAddr>>,
    /// The range of DHCPv6.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dhcp: Option<Dhcp>,
    /// Whether addresses are translated to the host's.
    pub nat: bool,
}

/// A subnet of a network with what belongs to it, of either family.
#[derive(Clone, Copy, Debug)]
pub struct Segment<'a> {
    /// The subnet.
    pub subnet: &'a Spanned<Cidr>,
    /// The host's address.
    pub gateway: Option<&'a Spanned<IpAddr>>,
    /// The dynamic range.
    pub dhcp: Option<&'a Dhcp>,
}

impl Ipv6 {
    /// Fills in the defaults; `serves` says whether libvirt has an address in the network itself.
    pub(super) fn new(
        spec: Spanned<Ipv6Spec>,
        serves: bool,
        typer: &mut Typer<'_>,
    ) -> Option<Self> {
        let Spanned { value: spec, .. } = spec;
        let subnet = spec.subnet;
        if subnet.network().is_ipv4() {
            typer.invalid(
                subnet.span,
                format!("{} is an IPv4 subnet", subnet.value),
                "write it beside `ipv6`, as the network's own `subnet`",
            );
            return None;
        }
        check_subnet(&subnet, serves, typer);
        let dhcp = spec.dhcp.and_then(|dhcp| range6(dhcp, typer));
        let gateway = spec
            .gateway
            .map(|gateway| Spanned::new(IpAddr::V6(gateway.value), gateway.span));
        let first = || serves.then(|| Spanned::new(subnet.first_host(), subnet.span));
        Some(Self {
            gateway: gateway.or_else(first),
            dhcp,
            nat: spec.nat.is_some_and(|nat| nat.value),
            subnet,
        })
    }

    /// Reports a subnet that DHCPv6 cannot serve, at the key or interface that asks for it.
    pub(crate) fn check_prefix(&self, network: &str, asked: Span, sink: &mut crate::diag::Sink) {
        let prefix = self.subnet.prefix();
        if prefix < DHCPV6_PREFIX {
            let message = format!(
                "DHCPv6 in network `{network}` needs a subnet of /{DHCPV6_PREFIX} or longer, not /{prefix}"
            );
            sink.push(
                Diagnostic::error(Code::AddressNotServed, asked, message)
                    .also(self.subnet.span, "the subnet")
                    .help("dnsmasq does not start with a shorter prefix"),
            );
        }
    }
}

/// Reads the IPv4 subnet, today's way or that of 0.3.
pub(super) fn subnet(
    spec: &NetworkSpec,
    serves: bool,
    typer: &mut Typer<'_>,
) -> Option<Spanned<Cidr>> {
    let subnet = written_subnet(spec, typer)?;
    if subnet.network().is_ipv4() {
        check_subnet(&subnet, serves, typer);
        return Some(subnet);
    }
    let message = format!(
        "{} is an IPv6 subnet; `subnet` is the IPv4 one",
        subnet.value
    );
    typer.sink.push(
        Diagnostic::error(Code::InvalidValue, subnet.span, message)
            .help(format!("write `ipv6: {{subnet: \"{}\"}}`", subnet.value)),
    );
    None
}

fn written_subnet(spec: &NetworkSpec, typer: &mut Typer<'_>) -> Option<Spanned<Cidr>> {
    match (&spec.subnet, &spec.network, &spec.netmask) {
        (Some(subnet), None, None) => Some(subnet.clone()),
        (None, Some(network), Some(netmask)) => {
            match Cidr::from_netmask(network.value, netmask.value) {
                Ok(subnet) => {
                    typer.sink.push(
                        Diagnostic::warning(
                            Code::LegacyKey,
                            network.span,
                            "`network` and `netmask` are the form of 0.3",
                        )
                        .help(format!("write `subnet: {subnet}`")),
                    );
                    Some(Spanned::new(subnet, network.span))
                }
                Err(refusal) => {
                    typer.refuse(netmask.span, refusal);
                    None
                }
            }
        }
        (None, None, None) => None,
        (Some(subnet), network, netmask) => {
            for extra in [network, netmask].into_iter().flatten() {
                typer.sink.push(
                    Diagnostic::error(
                        Code::ConflictingKeys,
                        extra.span,
                        "`subnet` says this already",
                    )
                    .also(subnet.span, "here")
                    .help("remove it"),
                );
            }
            Some(subnet.clone())
        }
        (None, network, netmask) => {
            if let Some(half) = [network, netmask].into_iter().flatten().next() {
                typer.sink.push(
                    Diagnostic::error(
                        Code::MissingKey,
                        half.span,
                        "`network` and `netmask` go together",
                    )
                    .help("write `subnet: ADDRESS/PREFIX`"),
                );
            }
            None
        }
    }
}

/// Reports a subnet that no network can have.
fn check_subnet(subnet: &Spanned<Cidr>, serves: bool, typer: &mut Typer<'_>) {
    let network = subnet.network();
    let link_local = matches!(network, IpAddr::V6(network) if network.is_unicast_link_local());
    let longest = if network.is_ipv4() { 30 } else { 126 };
    if network.is_loopback() || network.is_multicast() || network.is_unspecified() || link_local {
        let message = format!("{} cannot be the subnet of a network", subnet.value);
        let private = if network.is_ipv4() {
            "take a private one, as in 192.168.150.0/24"
        } else {
            "take a private one, as in fd00:150::/64"
        };
        typer.invalid(subnet.span, message, private);
    } else if serves && subnet.prefix() > longest {
        let message = format!("{} has no room for a guest beside the host", subnet.value);
        let help = format!("write a prefix of /{longest} or shorter");
        typer.invalid(subnet.span, message, help);
    }
}

/// Reads the IPv4 range.
pub(super) fn range(spec: Spanned<DhcpSpec>, typer: &mut Typer<'_>) -> Option<Dhcp> {
    let DhcpSpec { start, end, lease } = spec.value;
    make_range(start.map(address), end.map(address), lease, typer)
}

fn range6(spec: Spanned<Dhcp6Spec>, typer: &mut Typer<'_>) -> Option<Dhcp> {
    let Dhcp6Spec { start, end, lease } = spec.value;
    make_range(start.map(address), end.map(address), lease, typer)
}

fn address<A: Into<IpAddr>>(address: Spanned<A>) -> Spanned<IpAddr> {
    Spanned::new(address.value.into(), address.span)
}

fn make_range(
    start: Option<Spanned<IpAddr>>,
    end: Option<Spanned<IpAddr>>,
    lease: Option<Spanned<Minutes>>,
    typer: &mut Typer<'_>,
) -> Option<Dhcp> {
    let possible = SHORTEST_LEASE..=LONGEST_LEASE;
    if let Some(lease) = lease
        .as_ref()
        .filter(|lease| !possible.contains(&lease.value.0))
    {
        typer.invalid(
            lease.span,
            format!("dnsmasq's leases cannot last {} minutes", lease.value.0),
            format!("write a number from {SHORTEST_LEASE} to {LONGEST_LEASE}"),
        );
    }
    match (start, end) {
        (Some(start), Some(end)) => Some(Dhcp {
            start,
            end,
            lease: lease.map(|lease| lease.value.0),
        }),
        (None, None) => {
            if let Some(lease) = lease {
                let message = "`lease` is about a range, and there is none";
                typer.sink.push(
                    Diagnostic::error(Code::MissingKey, lease.span, message)
                        .help("add `start` and `end`"),
                );
            }
            None
        }
        (Some(half), None) | (None, Some(half)) => {
            let message = "a range needs both `start` and `end`";
            typer.sink.push(
                Diagnostic::error(Code::MissingKey, half.span, message)
                    .help("write the other one beside it"),
            );
            None
        }
    }
}
