//! What a guest makes of its interfaces: bonds, bridges and VLANs, and the routes of any of them.
//!
//! Words are the kernel's (Documentation/networking/bonding.rst and bridge.rst, ip-link(8), ip-route(8)). Which names
//! exist and what fits together is `check`'s; which of them carries which address is `render`'s.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use serde::{Serialize, Serializer};

use crate::model::cidr::Cidr;
use crate::model::guest::BootProto;
use crate::model::network::ports::Tag;
use crate::model::one_of;
use crate::model::refusal::Refusal;
use crate::model::text::{DeviceName, escaped};
use crate::model::words::BondWord;
use crate::source::Spanned;
use crate::yaml::Node;
use crate::yaml::schema::{Place, Schema};
use crate::yaml::typed::{FromNode, OneOrMany, Typer, section};

section! {
    /// What a guest makes of its interfaces, apart from its other install data: addresses are in it.
    "guest" struct Links {
        /// Interfaces that work as one.
        bonds: Vec<Spanned<Bond>>,
        /// Bridges inside the guest.
        bridges: Vec<Spanned<Bridge>>,
        /// VLANs whose frames the guest tags itself.
        vlans: Vec<Spanned<Vlan>>,
    }
}

impl Links {
    /// Returns whether the guest makes nothing of its interfaces.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.bonds.is_empty() && self.bridges.is_empty() && self.vlans.is_empty()
    }
}

one_of! {
    /// How a bond uses its interfaces.
    BondMode {
        /// In turn.
        BalanceRr = "balance-rr",
        /// One, and another when it fails.
        ActiveBackup = "active-backup",
        /// By a hash of the addresses.
        BalanceXor = "balance-xor",
        /// All at once.
        Broadcast = "broadcast",
        /// As the switch agrees to, by LACP.
        Lacp = "802.3ad",
        /// What is sent by load, what is received by one.
        BalanceTlb = "balance-tlb",
        /// Both by load.
        BalanceAlb = "balance-alb",
    }
}

section! {
    /// Interfaces that work as one. It has the MAC address and all that says where it is reached of the first of them.
    "bond" struct Bond {
        /// Its name.
        device: Spanned<DeviceName>,
        /// Its interfaces, by `device`.
        interfaces: Vec<Spanned<DeviceName>>,
        /// How it uses them; `balance-rr` when nothing is said, as in the kernel.
        mode: Option<Spanned<BondMode>>,
        /// The kernel's options.
        options: Option<BondOptions>,
        /// The largest packet, in bytes; that of the first interface when nothing is said.
        mtu: Option<Spanned<u32>>,
    }
}

section! {
    /// The options of the kernel's bonding driver (Documentation/networking/bonding.rst).
    "options" struct BondOptions {
        /// The priority of the system in 802.3ad.
        ad_actor_sys_prio: Option<Spanned<BondWord>>,
        /// The MAC address of the system in 802.3ad.
        ad_actor_system: Option<Spanned<BondWord>>,
        /// What chooses the active aggregator: `stable`, `bandwidth` or `count`.
        ad_select: Option<Spanned<BondWord>>,
        /// The upper bits of the port key in 802.3ad.
        ad_user_port_key: Option<Spanned<BondWord>>,
        /// Whether duplicate frames are delivered: 1.
        all_slaves_active: Option<Spanned<BondWord>>,
        /// Whether `any` or `all` targets of ARP must answer.
        arp_all_targets: Option<Spanned<BondWord>>,
        /// How often targets are asked by ARP, in milliseconds.
        arp_interval: Option<Spanned<BondWord>>,
        /// Who is asked by ARP: addresses, with commas between them.
        arp_ip_target: Option<Spanned<BondWord>>,
        /// How many questions may stay without an answer.
        arp_missed_max: Option<Spanned<BondWord>>,
        /// Which interfaces' answers are looked at.
        arp_validate: Option<Spanned<BondWord>>,
        /// How long a lost link is waited for, in milliseconds.
        downdelay: Option<Spanned<BondWord>>,
        /// Which MAC addresses the interfaces have: `none`, `active` or `follow`.
        fail_over_mac: Option<Spanned<BondWord>>,
        /// Whether LACP is spoken without being spoken to.
        lacp_active: Option<Spanned<BondWord>>,
        /// How often LACP is spoken: `slow` or `fast`.
        lacp_rate: Option<Spanned<BondWord>>,
        /// How often switches are told where others are, in seconds.
        lp_interval: Option<Spanned<BondWord>>,
        /// How often links are looked at, in milliseconds.
        miimon: Option<Spanned<BondWord>>,
        /// How many links a carrier needs.
        min_links: Option<Spanned<BondWord>>,
        /// How many gratuitous ARPs a failover sends.
        num_grat_arp: Option<Spanned<BondWord>>,
        /// How many unsolicited neighbour advertisements a failover sends.
        num_unsol_na: Option<Spanned<BondWord>>,
        /// How many packets one interface sends in its turn.
        packets_per_slave: Option<Spanned<BondWord>>,
        /// How far apart those of a failover are, in milliseconds.
        peer_notif_delay: Option<Spanned<BondWord>>,
        /// The interface that is used whenever it works.
        primary: Option<Spanned<DeviceName>>,
        /// When the primary takes over again: `always`, `better` or `failure`.
        primary_reselect: Option<Spanned<BondWord>>,
        /// How many IGMP reports a failover sends.
        resend_igmp: Option<Spanned<BondWord>>,
        /// Whether flows move with the load in balance-tlb.
        tlb_dynamic_lb: Option<Spanned<BondWord>>,
        /// How long a new link is waited for, in milliseconds.
        updelay: Option<Spanned<BondWord>>,
        /// What the hash of addresses is made of.
        xmit_hash_policy: Option<Spanned<BondWord>>,
    }
}

section! {
    /// A bridge inside the guest. It has the MAC address and all that says where it is reached of its first interface.
    "bridge" struct Bridge {
        /// Its name.
        device: Spanned<DeviceName>,
        /// Its interfaces, by `device`; bonds and VLANs may be among them.
        interfaces: Vec<Spanned<DeviceName>>,
        /// Whether it speaks the spanning tree protocol; it does not when nothing is said.
        stp: Option<bool>,
        /// How long a port listens before it forwards, in seconds; 0 without the spanning tree protocol, 15 with it,
        /// when nothing is said.
        forward_delay: Option<Spanned<u32>>,
        /// The largest packet, in bytes; that of the first interface when nothing is said.
        mtu: Option<Spanned<u32>>,
    }
}

section! {
    /// A VLAN of an interface.
    "vlan" struct Vlan {
        /// Its name; `INTERFACE.ID` when nothing is said.
        device: Option<Spanned<DeviceName>>,
        /// What its frames go through: an interface, a bond, a bridge or another VLAN, by `device`.
        interface: Spanned<DeviceName>,
        /// Its number.
        id: Spanned<Tag>,
        /// The largest packet, in bytes; that of its interface when nothing is said.
        mtu: Option<Spanned<u32>>,
        /// How the system gets an address here; `static` with one, `none` without.
        bootproto: Option<Spanned<BootProto>>,
        /// Its address with the bits of its network, as in `10.30.0.9/24`.
        ip: Option<Spanned<Inside<Ipv4Addr>>>,
        /// Its IPv6 address with the bits of its network.
        ipv6: Option<Spanned<Inside<Ipv6Addr>>>,
        /// The gateway of its network.
        gateway: Option<Spanned<Ipv4Addr>>,
        /// The name servers reached here.
        nameserver: Option<OneOrMany<IpAddr>>,
        /// Whether the system takes no default route from here.
        nodefroute: Option<bool>,
        /// What is reached through others than the gateway.
        routes: Vec<Spanned<Route>>,
    }
}

impl Vlan {
    /// Returns its name: the one that is written, or that of its interface with its number.
    #[must_use]
    pub fn name(&self) -> String {
        match &self.device {
            Some(device) => device.as_str().to_owned(),
            None => format!("{}.{}", self.interface.value, self.id.value),
        }
    }

    /// Returns how the system gets an address here.
    #[must_use]
    pub fn proto(&self) -> BootProto {
        let with_address = self.ip.is_some() || self.ipv6.is_some();
        match &self.bootproto {
            Some(bootproto) => bootproto.value,
            None if with_address => BootProto::Static,
            None => BootProto::None,
        }
    }
}

section! {
    /// A route of the guest.
    "route" struct Route {
        /// What is reached: a subnet.
        to: Spanned<Destination>,
        /// The router on the way, in a subnet of the interface.
        via: Spanned<IpAddr>,
        /// Which route counts when there are several: the one with the lowest number.
        metric: Option<Spanned<u32>>,
    }
}

/// Where a route leads; not everywhere, for that is the gateway's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Destination(pub Cidr);

impl FromStr for Destination {
    type Err = Refusal;

    fn from_str(text: &str) -> Result<Self, Refusal> {
        let everywhere = || {
            Err(Refusal::new(
                "the default route is the gateway's",
                "write `gateway: ADDRESS` in place of this route",
            ))
        };
        if text == "default" {
            return everywhere();
        }
        let subnet: Cidr = text.parse()?;
        if subnet.prefix() == 0 {
            return everywhere();
        }
        Ok(Self(subnet))
    }
}

impl FromNode for Destination {
    fn from_node(node: &Node, typer: &mut Typer<'_>) -> Option<Self> {
        let text = String::from_node(node, typer)?;
        let parsed = text.parse();
        parsed
            .map_err(|refusal| typer.refuse(node.span, refusal))
            .ok()
    }

    fn schema(place: Place) -> Schema {
        Cidr::schema(place)
    }
}

impl Serialize for Destination {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

/// An address and the subnet it is in, in CIDR notation with host bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Inside<A> {
    /// The address.
    pub address: A,
    /// The subnet.
    pub subnet: Cidr,
}

impl<A: FromStr + fmt::Display + Copy> FromStr for Inside<A>
where
    IpAddr: From<A>,
{
    type Err = Refusal;

    fn from_str(text: &str) -> Result<Self, Refusal> {
        let v4 = A::from_str("0.0.0.0").is_ok();
        let example = if v4 { "10.30.0.9/24" } else { "fd00::9/64" };
        let (address, prefix) = text.split_once('/').unwrap_or((text, ""));
        let (Ok(address), Some(prefix)) = (address.parse::<A>(), number(prefix)) else {
            let message = format!("`{}` is not an address in its network", escaped(text));
            let help = match address.parse::<A>() {
                Ok(address) => {
                    let usual = if v4 { 24 } else { 64 };
                    format!(
                        "write the bits of the network behind it, as in `{address}/{usual}`: no `network` says them here"
                    )
                }
                Err(_) => format!("write it as in `{example}`"),
            };
            return Err(Refusal::new(message, help));
        };
        Cidr::around(address.into(), prefix).map_or_else(
            || {
                let most = if v4 { 32 } else { 128 };
                let message = format!("`{}` has no possible prefix length", escaped(text));
                let help = format!("write a number from 1 to {most} behind the `/`");
                Err(Refusal::new(message, help))
            },
            |subnet| Ok(Self { address, subnet }),
        )
    }
}

/// Returns the number that digits, and nothing else, write.
fn number(digits: &str) -> Option<u8> {
    let plain = digits.bytes().all(|byte| byte.is_ascii_digit());
    digits.parse().ok().filter(|_| plain)
}

impl<A: FromStr + fmt::Display + Copy> FromNode for Inside<A>
where
    IpAddr: From<A>,
{
    fn from_node(node: &Node, typer: &mut Typer<'_>) -> Option<Self> {
        let text = String::from_node(node, typer)?;
        let parsed = text.parse();
        parsed
            .map_err(|refusal| typer.refuse(node.span, refusal))
            .ok()
    }

    fn schema(_: Place) -> Schema {
        if A::from_str("0.0.0.0").is_ok() {
            let pattern = "[0-9]{1,3}(?:[.][0-9]{1,3}){3}/[0-9]{1,2}";
            Schema::pattern(pattern, "an address in its network, as in 10.30.0.9/24")
        } else {
            let pattern = "[0-9A-Fa-f:.]{2,45}/[0-9]{1,3}";
            Schema::pattern(pattern, "an IPv6 address in its network, as in fd00::9/64")
        }
    }
}

impl<A: fmt::Display> Serialize for Inside<A> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{}/{}", self.address, self.subnet.prefix()))
    }
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, Ipv6Addr};

    use super::{Destination, Inside};

    #[test]
    fn addresses_say_their_network() {
        let inside: Inside<Ipv4Addr> = "10.30.0.9/24".parse().unwrap();
        assert_eq!(inside.subnet.to_string(), "10.30.0.0/24");
        assert_eq!(inside.address.to_string(), "10.30.0.9");
        let inside: Inside<Ipv6Addr> = "fd00::9/64".parse().unwrap();
        assert_eq!(inside.subnet.to_string(), "fd00::/64");
        for bad in [
            "10.30.0.9",
            "10.30.0.9/",
            "10.30.0.9/33",
            "10.30.0.9/0",
            "10.30.0.9/+24",
            "10.30.0/24",
            "fd00::9/64",
        ] {
            assert!(bad.parse::<Inside<Ipv4Addr>>().is_err(), "{bad}");
        }
    }

    #[test]
    fn no_route_leads_everywhere() {
        for bad in ["default", "0.0.0.0/0", "::/0", "10.0.0.1/8", "10.0.0.0"] {
            assert!(bad.parse::<Destination>().is_err(), "{bad}");
        }
        assert!("10.0.0.0/8".parse::<Destination>().is_ok());
        assert!("fd00::/8".parse::<Destination>().is_ok());
    }
}
