//! Networks, in the words of libvirt's network XML (formatnetwork.html).

pub mod dns;
pub mod dnsmasq;
pub mod ip;
mod limits;
pub mod ports;
pub mod spec;

pub use dns::{DnsHost, Forwarder, Srv, Txt, qualify};
pub use dnsmasq::DnsmasqOption;
pub use ip::{Dhcp, Ipv6, Segment};
pub use ports::{PortgroupSpec, VirtualPort, Vlan};
pub use spec::{NetworkSpec, RouteSpec};

use std::net::IpAddr;

use serde::Serialize;

use super::cidr::Cidr;
use super::mac::MacPrefix;
use super::one_of;
use super::text::{DeviceName, DnsName};
use crate::diag::{Code, Diagnostic};
use crate::source::{Span, Spanned};
use crate::yaml::Node;
use crate::yaml::typed::{FromNode, Typer};

/// The network every libvirt host starts with.
pub const DEFAULT_NETWORK: &str = "default";
/// The bridge of that network.
pub const DEFAULT_BRIDGE: &str = "virbr0";

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
    /// The host interface of a macvtap network, or the one that forwarded packets leave by.
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
    pub mac_prefix: Option<Spanned<MacPrefix>>,
    /// The dynamic range.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dhcp: Option<Dhcp>,
    /// The IPv6 side.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ipv6: Option<Ipv6>,
    /// Subnets behind a guest.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub routes: Vec<Spanned<RouteSpec>>,
    /// Names of addresses that no guest has, one entry per address.
    pub dns: Vec<DnsHost>,
    /// Services and where they are.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub srv: Vec<Srv>,
    /// Texts by name.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub txt: Vec<Txt>,
    /// Who is asked for names the network does not know.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub forwarders: Vec<Spanned<Forwarder>>,
    /// Whether names of the domain are never asked of the host's resolvers.
    pub localonly: bool,
    /// Lines for dnsmasq's own configuration.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub dnsmasq: Vec<Spanned<DnsmasqOption>>,
    /// The largest packet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mtu: Option<u32>,
    /// What kind of switch an existing bridge is, when it is not Linux's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub virtualport: Option<VirtualPort>,
    /// The VLANs of guests that are in no portgroup with VLANs of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vlan: Option<Vlan>,
    /// Classes of guests' interfaces.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub portgroups: Vec<Spanned<PortgroupSpec>>,
    /// Whether guests reach the host and the outside only, not one another.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub isolated_ports: bool,
    /// Whether it starts with the host.
    pub autostart: bool,
    /// Whether it must exist on the host and is never changed.
    pub external: bool,
    /// Where it is defined.
    #[serde(skip)]
    pub defined: Span,
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
            ipv6: None,
            routes: Vec::new(),
            dns: Vec::new(),
            srv: Vec::new(),
            txt: Vec::new(),
            forwarders: Vec::new(),
            localonly: false,
            dnsmasq: Vec::new(),
            mtu: None,
            virtualport: None,
            vlan: None,
            portgroups: Vec::new(),
            isolated_ports: false,
            autostart: false,
            external: true,
            defined,
        }
    }

    /// Reads a network from its merged layers; `common_domain` serves one without a domain.
    pub fn read(
        name: &str,
        defined: Span,
        node: &Node,
        common_domain: Option<&Spanned<DnsName>>,
        typer: &mut Typer<'_>,
    ) -> Option<Self> {
        let before = typer.sink.errors();
        // A value that could not be read would look like one that is missing.
        let spec = NetworkSpec::from_node(node, typer).filter(|_| typer.sink.errors() == before)?;
        limits::check(node.as_map()?, &spec, typer);
        Some(Self::new(name, defined, spec, common_domain, typer))
    }

    /// Fills in the defaults of `spec`.
    fn new(
        name: &str,
        defined: Span,
        spec: NetworkSpec,
        common_domain: Option<&Spanned<DnsName>>,
        typer: &mut Typer<'_>,
    ) -> Self {
        let mode = spec.mode.as_ref().map_or(Mode::Nat, |mode| mode.value);
        let external = spec.external.unwrap_or(false);
        let serves = mode.serves_addresses();
        let subnet = ip::subnet(&spec, serves, typer);
        if !external {
            require(mode, &spec, defined, typer);
            ports::check(
                mode,
                spec.virtualport.as_ref(),
                spec.vlan.as_ref(),
                &spec.portgroups,
                typer,
            );
        }
        let gateway = spec
            .gateway
            .map(|gateway| Spanned::new(IpAddr::V4(gateway.value), gateway.span));
        // Where libvirt has no address of its own, the router is somebody else's and known only when it is said.
        let first = || {
            let subnet = subnet.as_ref().filter(|_| serves)?;
            Some(Spanned::new(subnet.first_host(), subnet.span))
        };
        let gateway = gateway.or_else(first);
        let domain = spec.domain.or_else(|| common_domain.cloned());
        let suffix = domain.as_ref().map(|domain| domain.as_str());
        let dhcp = spec.dhcp.and_then(|dhcp| ip::range(dhcp, typer));
        let ipv6 = spec.ipv6.and_then(|ipv6| Ipv6::new(ipv6, serves, typer));
        if let Some(local) = spec
            .localonly
            .as_ref()
            .filter(|local| local.value && domain.is_none())
        {
            let message = "`localonly` is about the names of a `domain`, and there is none";
            typer.sink.push(
                Diagnostic::error(Code::MissingKey, local.span, message)
                    .help("give the network a `domain`"),
            );
        }
        let txt: Vec<Txt> = spec
            .txt
            .into_iter()
            .map(|txt| Txt::new(txt, suffix))
            .collect();
        let srv: Vec<Srv> = spec
            .srv
            .into_iter()
            .map(|srv| Srv::new(srv, suffix, typer))
            .collect();
        dns::check_records(&srv, &txt, typer);
        let has_range = dhcp.is_some() || ipv6.as_ref().is_some_and(|ipv6| ipv6.dhcp.is_some());
        dnsmasq::check(&spec.dnsmasq, has_range, typer);
        Self {
            name: name.to_owned(),
            mode,
            bridge: spec.bridge,
            device: spec.device,
            gateway,
            mac_prefix: spec.mac_prefix,
            dhcp,
            ipv6,
            routes: spec.routes,
            dns: dns::merge_names(spec.dns, suffix),
            srv,
            txt,
            forwarders: spec.forwarders,
            localonly: spec.localonly.is_some_and(|local| local.value),
            dnsmasq: spec.dnsmasq,
            mtu: spec.mtu.map(|mtu| mtu.value),
            virtualport: spec.virtualport.map(|port| port.value),
            vlan: spec.vlan.map(|vlan| vlan.value),
            portgroups: spec.portgroups,
            isolated_ports: spec.isolated_ports.is_some_and(|isolated| isolated.value),
            autostart: spec.autostart.unwrap_or(true),
            external,
            domain,
            subnet,
            defined,
        }
    }

    /// Returns whether guests can hold reserved IPv4 addresses here.
    #[must_use]
    pub fn reserves(&self) -> bool {
        !self.external && self.mode.serves_addresses() && self.subnet.is_some()
    }

    /// Returns whether guests can hold reserved IPv6 addresses here.
    #[must_use]
    pub fn reserves_ipv6(&self) -> bool {
        !self.external && self.mode.serves_addresses() && self.ipv6.is_some()
    }

    /// Returns the subnets, IPv4 first.
    pub fn segments(&self) -> impl Iterator<Item = Segment<'_>> {
        let ipv4 = self.subnet.as_ref().map(|subnet| Segment {
            subnet,
            gateway: self.gateway.as_ref(),
            dhcp: self.dhcp.as_ref(),
        });
        let ipv6 = self.ipv6.as_ref().map(|ipv6| Segment {
            subnet: &ipv6.subnet,
            gateway: ipv6.gateway.as_ref(),
            dhcp: ipv6.dhcp.as_ref(),
        });
        ipv4.into_iter().chain(ipv6)
    }

    /// Returns the subnet of the family of `address`.
    #[must_use]
    pub fn segment_of(&self, address: IpAddr) -> Option<Segment<'_>> {
        self.segments()
            .find(|segment| segment.subnet.network().is_ipv4() == address.is_ipv4())
    }
}

/// Reports what libvirt needs of a network of this mode and the site does not say (formatnetwork.html, "Connectivity").
fn require(mode: Mode, spec: &NetworkSpec, defined: Span, typer: &mut Typer<'_>) {
    let mut missing = |place: Span, what: &str, help: &str| {
        typer
            .sink
            .push(Diagnostic::error(Code::MissingKey, place, what).help(help));
    };
    let of_mode = |key: &str| format!("a network of mode `{}` needs `{key}`", mode.as_str());
    let addressed = spec.subnet.is_some()
        || spec.network.is_some()
        || spec.netmask.is_some()
        || spec.ipv6.is_some();
    match mode {
        Mode::Nat | Mode::Route | Mode::Open if !addressed => missing(
            defined,
            &of_mode("subnet"),
            "write `subnet: ADDRESS/PREFIX`",
        ),
        Mode::Bridge if spec.bridge.is_none() => missing(
            defined,
            &of_mode("bridge"),
            "name a bridge that exists on the host",
        ),
        Mode::Macvtap if spec.device.is_none() => missing(
            defined,
            &of_mode("device"),
            "name a network interface of the host",
        ),
        _ => {}
    }
    // libvirt keeps them, and starts no dnsmasq for a network without an address.
    let names = [
        spec.dns.first().map(|dns| dns.ip.span),
        spec.srv.first().map(|srv| srv.span),
        spec.txt.first().map(|txt| txt.span),
        spec.forwarders.first().map(|forwarder| forwarder.span),
        spec.dnsmasq.first().map(|option| option.span),
    ];
    if mode == Mode::Isolated && !addressed {
        for place in names.into_iter().flatten() {
            missing(
                place,
                "a network without a subnet has no dnsmasq that could answer this",
                "give the network a `subnet`",
            );
        }
    }
    if let Some(mtu) = &spec.mtu {
        // Linux takes IPv6 off an interface with less (RFC 8200, section 5), and the network then does not start.
        let least = if spec.ipv6.is_some() { 1280 } else { 68 };
        if !(least..=65_535).contains(&mtu.value) {
            let of = if least == 68 { "" } else { " with IPv6" };
            typer.invalid(
                mtu.span,
                format!("an MTU of {} is impossible{of}", mtu.value),
                format!("write a number from {least} to 65535"),
            );
        }
    }
}
