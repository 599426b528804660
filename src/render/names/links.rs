//! What is said of the links of a guest: its interfaces, and what it makes of them.

use super::table::rows;
use super::{Kind, Row};

rows! {
    /// The links.
    LINKS {
        "links" always Maps: "What the guest's network consists of: interfaces, bonds, bridges and VLANs, each after those it is made of. What writes the configuration of a network reads this, as a bond or bridge takes over how its first interface is reached.",
        "links[].kind" always Text: "`ethernet`, `bond`, `bridge` or `vlan`.",
        "links[].device" always Text: "Its name; of an `ethernet`, what the site calls it.",
        "links[].mac" always Text: "Its MAC address: that of an interface, or of the first one it is made of.",
        "links[].master" optional Text: "The bond or bridge it is a port of.",
        "links[].ports" optional Texts: "The links a bond or bridge is made of.",
        "links[].mode" optional Text: "How a bond uses its interfaces, such as `active-backup`.",
        "links[].options" optional Any: "A bond's options, by the kernel's names for them.",
        "links[].stp" optional YesNo: "Whether a bridge speaks the spanning tree protocol.",
        "links[].forward_delay" optional Number: "How long a bridge's port listens before it forwards, in seconds.",
        "links[].interface" optional Text: "The link a VLAN's frames go through.",
        "links[].id" optional Number: "A VLAN's number.",
        "links[].mtu" optional Number: "The largest packet, in bytes.",
        "links[].bootproto" always Text: "How the system gets its address: `dhcp`, `static` or `none`.",
        "links[].ip" optional Text: "Its address.",
        "links[].netmask" optional Text: "The netmask of its address.",
        "links[].prefix" optional Number: "The netmask as the number of its bits.",
        "links[].gateway" optional Text: "The gateway of its network.",
        "links[].ipv6" optional Text: "Its IPv6 address.",
        "links[].ipv6_prefix" optional Number: "The prefix length of its IPv6 address.",
        "links[].ipv6_gateway" optional Text: "The IPv6 gateway of its network.",
        "links[].nameservers" always Texts: "Name servers of a static address.",
        "links[].nodns" always YesNo: "Whether the system ignores name servers offered here.",
        "links[].nodefroute" always YesNo: "Whether the system takes no default route from here.",
        "links[].routes" always Maps: "What it reaches through others than the gateway.",
        "links[].routes[].to" always Text: "A subnet.",
        "links[].routes[].via" always Text: "The router on the way.",
        "links[].routes[].metric" optional Number: "Which route counts when there are several: the one with the lowest number.",
        "interfaces[].routes" optional Maps: "What the guest reaches through others than the gateway, as in `links`.",
        "interfaces[].routes[].to" always Text: "A subnet.",
        "interfaces[].routes[].via" always Text: "The router on the way.",
        "interfaces[].routes[].metric" optional Number: "Which route counts when there are several.",
        "bonds" optional Any: "Bonds as they are written; `links` says what comes of them.",
        "bridges" optional Any: "Bridges as they are written.",
        "vlans" optional Any: "VLANs as they are written.",
    }
}
