//! Networks, in the words of libvirt's network XML (formatnetwork.html).

use std::net::{IpAddr, Ipv4Addr};

use indexmap::IndexMap;
use serde::Serialize;

use super::cidr::Cidr;
use super::mac::MacPrefix;
use super::one_of;
use super::text::{DeviceName, DnsName, ObjectName};
use crate::diag::{Code, Diagnostic};
use crate::source::{Span, Spanned};
use crate::yaml::Node;
use crate::yaml::typed::{Typer, section};

one_of! {
    /// How a network reaches the outside: libvirt's `<forward mode=…>`.
    Mode {
        /// Addresses are translated to the host's.
        Nat = "nat",
        /// Packets are routed; the outside needs a route back.
        Route = "route",
        /// No forwarding at all.
        Isolated = "isolated",
        /// Routed, and libvirt adds no firewall rules.
        Open = "open",
        /// An existing bridge of the host.
        Bridge = "bridge",
        /// A macvtap device on an interface of the host.
        Macvtap = "macvtap",
    }
}

impl Mode {
    /// Returns whether libvirt runs dnsmasq for the network, so that it can hold addresses and names.
    ///
    /// Networks of mode `bridge` and `macvtap` refuse an `<ip>` element.
    #[must_use]
    pub fn serves_addresses(self) -> bool {
        !matches!(self, Self::Bridge | Self::Macvtap)
    }
}

section! {
    /// A network as written.
    "network" struct NetworkSpec {
        /// Repeats the file's name.
        name: Option<Spanned<ObjectName>>,
        /// How it reaches the outside; `nat` when nothing is said.
        mode: Option<Spanned<Mode>>,
        /// The bridge device; libvirt chooses one when nothing is said.
        bridge: Option<Spanned<DeviceName>>,
        /// The host interface a macvtap network sits on.
        device: Option<Spanned<DeviceName>>,
        /// The DNS domain; common's when nothing is said.
        domain: Option<Spanned<DnsName>>,
        /// The subnet.
        subnet: Option<Spanned<Cidr>>,
        /// The host's address in it; the first one when nothing is said.
        gateway: Option<Spanned<Ipv4Addr>>,
        /// The network address, as 0.3 wrote subnets.
        network: Option<Spanned<Ipv4Addr>>,
        /// The netmask, as 0.3 wrote subnets.
        netmask: Option<Spanned<Ipv4Addr>>,
        /// The first four bytes of readable MAC addresses.
        mac_prefix: Option<MacPrefix>,
        /// The dynamic range.
        dhcp: Option<DhcpSpec>,
        /// Names for addresses that no guest has.
        dns: Vec<DnsSpec>,
        /// Whether names of the domain are never asked of the host's resolvers.
        localonly: Option<bool>,
        /// The largest packet, in bytes.
        mtu: Option<u32>,
        /// Whether it starts with the host; it does when nothing is said.
        autostart: Option<bool>,
        /// Whether it must exist on the host and is never changed.
        external: Option<bool>,
        /// Keys of the contract this version reads and refuses.
        srv: Option<Spanned<Node>>,
        /// See `srv`.
        txt: Option<Spanned<Node>>,
        /// See `srv`.
        forwarders: Option<Spanned<Node>>,
        /// See `srv`.
        ipv6: Option<Spanned<Node>>,
        /// See `srv`.
        routes: Option<Spanned<Node>>,
        /// See `srv`.
        portgroups: Option<Spanned<Node>>,
        /// See `srv`.
        dnsmasq: Option<Spanned<Node>>,
    }
}

section! {
    /// The range dnsmasq hands out by itself.
    "dhcp" struct DhcpSpec {
        /// Its first address.
        start: Option<Spanned<Ipv4Addr>>,
        /// Its last address.
        end: Option<Spanned<Ipv4Addr>>,
        /// How long a lease lasts, in minutes.
        lease: Option<u32>,
    }
}

section! {
    /// Names of an address.
    "dns" struct DnsSpec {
        /// The address.
        ip: Spanned<IpAddr>,
        /// Its name or names; the network's domain is added to names without a dot.
        hostname: Spanned<Names>,
    }
}

/// One name or a list of names.
#[derive(Clone, Debug, Serialize)]
#[serde(transparent)]
pub struct Names(pub Vec<DnsName>);

impl crate::yaml::typed::FromNode for Names {
    fn from_node(node: &Node, typer: &mut Typer<'_>) -> Option<Self> {
        Some(Self(
            node.one_or_many()
                .iter()
                .filter_map(|item| DnsName::from_node(item, typer))
                .collect(),
        ))
    }
}

/// A network with every default filled in.
#[derive(Clone, Debug, Serialize)]
pub struct Network {
    /// Its name.
    pub name: String,
    /// How it reaches the outside.
    pub mode: Mode,
    /// The bridge device.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bridge: Option<Spanned<DeviceName>>,
    /// The host interface of a macvtap network.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device: Option<Spanned<DeviceName>>,
    /// The DNS domain.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub domain: Option<Spanned<DnsName>>,
    /// The subnet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subnet: Option<Spanned<Cidr>>,
    /// The host's address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gateway: Option<Spanned<IpAddr>>,
    /// The prefix of readable MAC addresses.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mac_prefix: Option<MacPrefix>,
    /// The dynamic range.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dhcp: Option<Dhcp>,
    /// Names of addresses that no guest has, one entry per address.
    pub dns: Vec<DnsHost>,
    /// Whether names of the domain are never asked of the host's resolvers.
    pub localonly: bool,
    /// The largest packet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mtu: Option<u32>,
    /// Whether it starts with the host.
    pub autostart: bool,
    /// Whether it must exist on the host and is never changed.
    pub external: bool,
    /// Where it is defined.
    #[serde(skip)]
    pub defined: Span,
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

/// An address and all its names.
#[derive(Clone, Debug, Serialize)]
pub struct DnsHost {
    /// The address.
    pub ip: Spanned<IpAddr>,
    /// Its names.
    #[serde(rename = "hostname")]
    pub names: Vec<String>,
}

impl Network {
    /// Makes a network that the site does not define, and that must therefore exist on the host.
    #[must_use]
    pub fn external(name: &str, defined: Span) -> Self {
        Self {
            name: name.to_owned(),
            mode: Mode::Nat,
            bridge: None,
            device: None,
            domain: None,
            subnet: None,
            gateway: None,
            mac_prefix: None,
            dhcp: None,
            dns: Vec::new(),
            localonly: false,
            mtu: None,
            autostart: false,
            external: true,
            defined,
        }
    }

    /// Fills in the defaults of `spec`; `common_domain` serves a network without a domain.
    pub fn new(
        name: &str,
        defined: Span,
        spec: NetworkSpec,
        common_domain: Option<&Spanned<DnsName>>,
        typer: &mut Typer<'_>,
    ) -> Self {
        let mode = spec.mode.as_ref().map_or(Mode::Nat, |mode| mode.value);
        refuse_unserved(&spec, typer);
        let subnet = subnet(&spec, typer);
        if !spec.external.unwrap_or(false) {
            require(mode, &spec, subnet.as_ref(), defined, typer);
        }
        let gateway = spec
            .gateway
            .as_ref()
            .map(|gateway| Spanned::new(IpAddr::V4(gateway.value), gateway.span));
        let gateway = gateway.or_else(|| {
            subnet
                .as_ref()
                .map(|subnet| Spanned::new(subnet.first_host(), subnet.span))
        });
        let domain = spec.domain.or_else(|| common_domain.cloned());
        let dns = merge_names(spec.dns, domain.as_ref());
        Self {
            name: name.to_owned(),
            mode,
            bridge: spec.bridge,
            device: spec.device,
            gateway: gateway.filter(|_| mode.serves_addresses()),
            mac_prefix: spec.mac_prefix,
            dhcp: spec.dhcp.and_then(|dhcp| range(dhcp, typer)),
            dns,
            localonly: spec.localonly.unwrap_or(false),
            mtu: spec.mtu,
            autostart: spec.autostart.unwrap_or(true),
            external: spec.external.unwrap_or(false),
            domain,
            subnet,
            defined,
        }
    }

    /// Returns whether guests can hold reserved addresses here.
    #[must_use]
    pub fn reserves(&self) -> bool {
        !self.external && self.mode.serves_addresses() && self.subnet.is_some()
    }
}

/// Reports keys of the contract that the network XML does not carry yet.
fn refuse_unserved(spec: &NetworkSpec, typer: &mut Typer<'_>) {
    let keys: IndexMap<&str, &Option<Spanned<Node>>> = IndexMap::from([
        ("srv", &spec.srv),
        ("txt", &spec.txt),
        ("forwarders", &spec.forwarders),
        ("ipv6", &spec.ipv6),
        ("routes", &spec.routes),
        ("portgroups", &spec.portgroups),
        ("dnsmasq", &spec.dnsmasq),
    ]);
    for (key, value) in keys
        .into_iter()
        .filter_map(|(key, value)| Some((key, value.as_ref()?)))
    {
        typer.invalid(
            value.span,
            format!("`{key}` cannot be compiled into network XML by this version"),
        );
    }
}

/// Reports what libvirt needs of a network of this mode and the site does not say (formatnetwork.html, "Connectivity").
fn require(
    mode: Mode,
    spec: &NetworkSpec,
    subnet: Option<&Spanned<Cidr>>,
    defined: Span,
    typer: &mut Typer<'_>,
) {
    let mut missing = |key: &str, help: &str| {
        let message = format!("a network of mode `{}` needs `{key}`", mode.as_str());
        typer
            .sink
            .push(Diagnostic::error(Code::MissingKey, defined, message).help(help));
    };
    match mode {
        Mode::Nat | Mode::Route | Mode::Open if subnet.is_none() => {
            missing("subnet", "write `subnet: ADDRESS/PREFIX`")
        }
        Mode::Bridge if spec.bridge.is_none() => {
            missing("bridge", "name a bridge that exists on the host")
        }
        Mode::Macvtap if spec.device.is_none() => {
            missing("device", "name a network interface of the host")
        }
        _ => {}
    }
    if let Some(mtu) = spec.mtu.filter(|mtu| !(68..=65_535).contains(mtu)) {
        typer.invalid(
            defined,
            format!("an MTU of {mtu} is impossible: 68 to 65535 are"),
        );
    }
    if let Some(lease) = spec
        .dhcp
        .as_ref()
        .and_then(|dhcp| dhcp.lease)
        .filter(|lease| *lease < 2)
    {
        typer.invalid(
            defined,
            format!("dnsmasq's leases last at least 2 minutes, not {lease}"),
        );
    }
    if let Some(subnet) = subnet {
        let network = subnet.network();
        if network.is_loopback() || network.is_multicast() || network.is_unspecified() {
            typer.invalid(
                subnet.span,
                format!("{} cannot be the subnet of a network", subnet.value),
            );
        } else if mode.serves_addresses() && network.is_ipv4() && subnet.prefix() > 30 {
            typer.invalid(
                subnet.span,
                format!("{} has no room for a guest beside the host", subnet.value),
            );
        }
    }
    if let Some(subnet) = subnet.filter(|subnet| !subnet.network().is_ipv4()) {
        typer.invalid(
            subnet.span,
            format!(
                "{} is an IPv6 subnet; this version compiles IPv4 ones",
                subnet.value
            ),
        );
    }
}

fn subnet(spec: &NetworkSpec, typer: &mut Typer<'_>) -> Option<Spanned<Cidr>> {
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
                Err(reason) => {
                    typer.invalid(netmask.span, reason);
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
                    .also(subnet.span, "here"),
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

fn range(spec: DhcpSpec, typer: &mut Typer<'_>) -> Option<Dhcp> {
    let ip = |address: Spanned<Ipv4Addr>| Spanned::new(IpAddr::V4(address.value), address.span);
    match (spec.start, spec.end) {
        (Some(start), Some(end)) => Some(Dhcp {
            start: ip(start),
            end: ip(end),
            lease: spec.lease,
        }),
        (None, None) => None,
        (Some(half), None) | (None, Some(half)) => {
            typer.sink.push(Diagnostic::error(
                Code::MissingKey,
                half.span,
                "a range needs both `start` and `end`",
            ));
            None
        }
    }
}

/// Joins the entries of one address: libvirt takes two, and then refuses every later update of either.
fn merge_names(entries: Vec<DnsSpec>, domain: Option<&Spanned<DnsName>>) -> Vec<DnsHost> {
    let mut hosts: Vec<DnsHost> = Vec::new();
    for entry in entries {
        let names = entry
            .hostname
            .value
            .0
            .iter()
            .map(|name| qualify(name, domain.map(|domain| domain.as_str())));
        match hosts
            .iter_mut()
            .find(|host| host.ip.value == entry.ip.value)
        {
            Some(host) => {
                let new: Vec<String> = names.filter(|name| !host.names.contains(name)).collect();
                host.names.extend(new);
            }
            None => hosts.push(DnsHost {
                names: names.collect(),
                ip: entry.ip,
            }),
        }
    }
    hosts
}

/// Returns a name with its domain, unless it has one.
#[must_use]
pub fn qualify(name: &str, domain: Option<&str>) -> String {
    match domain {
        Some(domain) if !name.contains('.') => format!("{name}.{domain}"),
        _ => name.to_owned(),
    }
}
