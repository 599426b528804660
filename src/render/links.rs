//! What a guest's network consists of, as templates read it: its interfaces, and the bonds, bridges and VLANs made of them,
//! each with the addresses it really has.
//!
//! A link comes after all that lie beneath it. A bond or bridge takes over, from the first of its ports, how it is reached;
//! the ports keep nothing of that. `check` has seen to it that all names exist and none is beneath itself.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use serde::Serialize;
use serde_json::{Value, json};

use crate::link::{Guest, Interface};
use crate::model::guest::BootProto;
use crate::model::install::{Bond, BondMode, Bridge, Route, Vlan};
use crate::model::mac::Mac;
use crate::model::network::ports::Tag;
use crate::source::Spanned;

/// One link.
#[derive(Clone, Serialize)]
pub(super) struct LinkView<'a> {
    kind: &'static str,
    device: String,
    mac: Mac,
    /// The bond or bridge it is a port of.
    #[serde(skip_serializing_if = "Option::is_none")]
    master: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mtu: Option<u32>,
    #[serde(flatten)]
    made: Made<'a>,
    #[serde(flatten)]
    reached: Reached<'a>,
}

/// How a link is made of others.
#[derive(Clone, Serialize)]
#[serde(untagged)]
enum Made<'a> {
    Itself {},
    Bond {
        ports: Vec<&'a str>,
        mode: BondMode,
        options: Value,
    },
    Bridge {
        ports: Vec<&'a str>,
        stp: bool,
        forward_delay: u32,
    },
    Vlan {
        interface: &'a str,
        id: Tag,
    },
}

/// How a link is reached.
#[derive(Clone, Serialize)]
struct Reached<'a> {
    bootproto: BootProto,
    #[serde(skip_serializing_if = "Option::is_none")]
    ip: Option<Ipv4Addr>,
    #[serde(skip_serializing_if = "Option::is_none")]
    netmask: Option<Ipv4Addr>,
    #[serde(skip_serializing_if = "Option::is_none")]
    prefix: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    gateway: Option<Ipv4Addr>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ipv6: Option<Ipv6Addr>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ipv6_prefix: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ipv6_gateway: Option<Ipv6Addr>,
    nameservers: &'a [IpAddr],
    nodns: bool,
    nodefroute: bool,
    routes: &'a [Spanned<Route>],
}

impl Reached<'_> {
    /// That of a port: not at all.
    const NOT: Self = Self {
        bootproto: BootProto::None,
        ip: None,
        netmask: None,
        prefix: None,
        gateway: None,
        ipv6: None,
        ipv6_prefix: None,
        ipv6_gateway: None,
        nameservers: &[],
        nodns: false,
        nodefroute: false,
        routes: &[],
    };
}

impl<'a> From<&'a Interface> for Reached<'a> {
    fn from(nic: &'a Interface) -> Self {
        let ipv6 = nic.ipv6.as_ref().map(|ipv6| ipv6.value);
        Self {
            bootproto: nic.bootproto,
            ip: nic.ip.as_ref().map(|ip| ip.value),
            netmask: nic.netmask,
            prefix: nic.netmask.map(|netmask| netmask.to_bits().count_ones()),
            gateway: nic.gateway,
            ipv6,
            ipv6_prefix: ipv6.map(|_| nic.ipv6_prefix),
            ipv6_gateway: nic.ipv6_gateway.filter(|_| ipv6.is_some()),
            nameservers: &nic.nameservers,
            nodns: nic.nodns,
            nodefroute: nic.nodefroute,
            routes: &nic.routes,
        }
    }
}

impl<'a> From<&'a Vlan> for Reached<'a> {
    fn from(vlan: &'a Vlan) -> Self {
        let netmask = vlan.ip.as_ref().and_then(|ip| match ip.subnet.netmask() {
            IpAddr::V4(netmask) => Some(netmask),
            IpAddr::V6(_) => None,
        });
        let nameservers = vlan.nameserver.as_ref();
        Self {
            bootproto: vlan.proto(),
            ip: vlan.ip.as_ref().map(|ip| ip.address),
            netmask,
            prefix: vlan.ip.as_ref().map(|ip| u32::from(ip.subnet.prefix())),
            gateway: vlan.gateway.as_ref().map(|gateway| gateway.value),
            ipv6: vlan.ipv6.as_ref().map(|ipv6| ipv6.address),
            ipv6_prefix: vlan.ipv6.as_ref().map(|ipv6| ipv6.subnet.prefix()),
            ipv6_gateway: None,
            nameservers: nameservers.map_or(&[], |servers| &servers.0),
            nodns: false,
            nodefroute: vlan.nodefroute.unwrap_or(false),
            routes: &vlan.routes,
        }
    }
}

/// Returns the links of a guest, each after those it is made of.
pub(super) fn links_of(guest: &Guest) -> Vec<LinkView<'_>> {
    let mut links: Vec<LinkView<'_>> = guest.interfaces.iter().map(ethernet).collect();
    let written = &*guest.links;
    if written.is_empty() {
        return links;
    }
    let mut left: Vec<Part<'_>> = written
        .bonds
        .iter()
        .map(|bond| Part::Bond(bond))
        .chain(written.bridges.iter().map(|bridge| Part::Bridge(bridge)))
        .chain(written.vlans.iter().map(|vlan| Part::Vlan(vlan)))
        .collect();
    while !left.is_empty() {
        let before = left.len();
        left.retain(|part| {
            let there = |name: &str| links.iter().any(|link| link.device == name);
            let ready = part.beneath().all(there);
            if ready {
                part.add(&mut links);
            }
            !ready
        });
        if left.len() == before {
            break;
        }
    }
    links
}

/// What a guest makes.
enum Part<'a> {
    Bond(&'a Bond),
    Bridge(&'a Bridge),
    Vlan(&'a Vlan),
}

impl<'a> Part<'a> {
    /// Returns the names of what it is made of.
    fn beneath(&self) -> impl Iterator<Item = &'a str> {
        let names = match self {
            Self::Bond(bond) => bond.interfaces.as_slice(),
            Self::Bridge(bridge) => bridge.interfaces.as_slice(),
            Self::Vlan(vlan) => std::slice::from_ref(&vlan.interface),
        };
        names.iter().map(|name| name.as_str())
    }

    /// Adds it to the links, among which all that it is made of are.
    fn add(&self, links: &mut Vec<LinkView<'a>>) {
        let ports: Vec<&str> = self.beneath().collect();
        let first = links
            .iter()
            .find(|link| ports.first() == Some(&&*link.device));
        let Some(first) = first.cloned() else { return };
        let (kind, device, mtu, made) = match self {
            Self::Bond(bond) => {
                let made = Made::Bond {
                    ports: ports.clone(),
                    mode: bond
                        .mode
                        .as_ref()
                        .map_or(BondMode::BalanceRr, |mode| mode.value),
                    options: bond
                        .options
                        .as_ref()
                        .map_or_else(|| json!({}), |options| json!(options)),
                };
                ("bond", bond.device.as_str().to_owned(), &bond.mtu, made)
            }
            Self::Bridge(bridge) => {
                let stp = bridge.stp.unwrap_or(false);
                let made = Made::Bridge {
                    ports: ports.clone(),
                    stp,
                    forward_delay: bridge
                        .forward_delay
                        .as_ref()
                        .map_or(if stp { 15 } else { 0 }, |delay| delay.value),
                };
                let device = bridge.device.as_str().to_owned();
                ("bridge", device, &bridge.mtu, made)
            }
            Self::Vlan(vlan) => {
                links.push(LinkView {
                    kind: "vlan",
                    device: vlan.name(),
                    mac: first.mac,
                    master: None,
                    mtu: vlan.mtu.as_ref().map(|mtu| mtu.value),
                    made: Made::Vlan {
                        interface: vlan.interface.as_str(),
                        id: vlan.id.value,
                    },
                    reached: Reached::from(*vlan),
                });
                return;
            }
        };
        let link = LinkView {
            kind,
            device,
            mac: first.mac,
            master: None,
            mtu: mtu.as_ref().map(|mtu| mtu.value).or(first.mtu),
            made,
            reached: first.reached,
        };
        let master = match self {
            Self::Bond(bond) => bond.device.as_str(),
            Self::Bridge(bridge) => bridge.device.as_str(),
            Self::Vlan(_) => return,
        };
        for port in links
            .iter_mut()
            .filter(|link| ports.contains(&&*link.device))
        {
            port.master = Some(master);
            port.reached = Reached::NOT;
        }
        links.push(link);
    }
}

fn ethernet(nic: &Interface) -> LinkView<'_> {
    LinkView {
        kind: "ethernet",
        device: nic.device.clone(),
        mac: nic.mac,
        master: None,
        mtu: nic.mtu,
        made: Made::Itself {},
        reached: Reached::from(nic),
    }
}
