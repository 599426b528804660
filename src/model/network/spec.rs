//! Networks as written.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::Mode;
use super::dns::{DnsSpec, Forwarder, SrvSpec, TxtSpec};
use super::dnsmasq::DnsmasqOption;
use super::ip::Minutes;
use super::ports::{PortgroupSpec, VirtualPort, Vlan};
use crate::model::cidr::Cidr;
use crate::model::mac::MacPrefix;
use crate::model::text::{DeviceName, DnsName, ObjectName};
use crate::source::Spanned;
use crate::yaml::typed::section;

section! {
    /// A network as written.
    "network" struct NetworkSpec {
        /// Repeats the file's name.
        name: Option<Spanned<ObjectName>>,
        /// How it reaches the outside; `nat` when nothing is said.
        mode: Option<Spanned<Mode>>,
        /// The bridge device; libvirt chooses one when nothing is said.
        bridge: Option<Spanned<DeviceName>>,
        /// The host interface a macvtap network sits on, or the only one that forwarded packets leave by.
        device: Option<Spanned<DeviceName>>,
        /// The DNS domain; common's when nothing is said.
        domain: Option<Spanned<DnsName>>,
        /// The IPv4 subnet.
        subnet: Option<Spanned<Cidr>>,
        /// The host's address in it; the first one when nothing is said.
        gateway: Option<Spanned<Ipv4Addr>>,
        /// The network address, as 0.3 wrote subnets.
        network: Option<Spanned<Ipv4Addr>>,
        /// The netmask, as 0.3 wrote subnets.
        netmask: Option<Spanned<Ipv4Addr>>,
        /// The first four bytes of readable MAC addresses.
        mac_prefix: Option<Spanned<MacPrefix>>,
        /// The dynamic range.
        dhcp: Option<Spanned<DhcpSpec>>,
        /// The IPv6 side.
        ipv6: Option<Spanned<Ipv6Spec>>,
        /// Subnets behind a guest.
        routes: Vec<Spanned<RouteSpec>>,
        /// Names for addresses that no guest has.
        dns: Vec<DnsSpec>,
        /// Services and where they are.
        srv: Vec<Spanned<SrvSpec>>,
        /// Texts by name.
        txt: Vec<Spanned<TxtSpec>>,
        /// Who is asked for names the network does not know; the host's resolvers when nothing is said.
        forwarders: Vec<Spanned<Forwarder>>,
        /// Whether names of the domain are never asked of the host's resolvers.
        localonly: Option<Spanned<bool>>,
        /// Lines for dnsmasq's own configuration.
        dnsmasq: Vec<Spanned<DnsmasqOption>>,
        /// The largest packet, in bytes.
        mtu: Option<Spanned<u32>>,
        /// What kind of switch an existing bridge is, when it is not Linux's own.
        virtualport: Option<Spanned<VirtualPort>>,
        /// The VLANs of guests that are in no portgroup with VLANs of its own.
        vlan: Option<Spanned<Vlan>>,
        /// Classes of guests' interfaces.
        portgroups: Vec<Spanned<PortgroupSpec>>,
        /// Whether guests reach the host and the outside only, not one another.
        isolated_ports: Option<Spanned<bool>>,
        /// Whether it starts with the host; it does when nothing is said.
        autostart: Option<bool>,
        /// Whether it must exist on the host and is never changed.
        external: Option<bool>,
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
        lease: Option<Spanned<Minutes>>,
    }
}

section! {
    /// The IPv6 side of a network.
    "ipv6" struct Ipv6Spec {
        /// The subnet.
        subnet: Spanned<Cidr>,
        /// The host's address in it; the first one when nothing is said.
        gateway: Option<Spanned<Ipv6Addr>>,
        /// The range of DHCPv6.
        dhcp: Option<Spanned<Dhcp6Spec>>,
        /// Whether addresses are translated to the host's, which needs libvirt 6.5; they are routed when nothing is said.
        nat: Option<Spanned<bool>>,
    }
}

section! {
    /// The range DHCPv6 hands out by itself.
    "dhcp" struct Dhcp6Spec {
        /// Its first address.
        start: Option<Spanned<Ipv6Addr>>,
        /// Its last address.
        end: Option<Spanned<Ipv6Addr>>,
        /// How long a lease lasts, in minutes.
        lease: Option<Spanned<Minutes>>,
    }
}

section! {
    /// A subnet the host reaches through a guest.
    "route" struct RouteSpec {
        /// The subnet.
        subnet: Spanned<Cidr>,
        /// The guest's address, in a subnet of the network.
        gateway: Spanned<std::net::IpAddr>,
        /// Which route counts when there are several: the one with the lowest number; 1 when nothing is said.
        metric: Option<Spanned<u32>>,
    }
}
