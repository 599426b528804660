//! Addresses and subnets as text.

use std::fmt::Display;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::cidr::{Cidr, Netmask};
use super::mac::{Mac, MacPrefix};
use super::refusal::Refusal;
use super::text::escaped;
use crate::yaml::Node;
use crate::yaml::schema::{Place, Schema};
use crate::yaml::typed::{FromNode, Typer};

/// A part of an IPv4 address, as a pattern.
const OCTET: &str = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])";

/// Returns an IPv4 address, as a pattern.
fn ipv4() -> String {
    format!("(?:{OCTET}[.]){{3}}{OCTET}")
}

/// An IPv6 address, roughly, as a pattern.
const IPV6: &str = "(?=[^/]*:[^/]*:)[0-9A-Fa-f:.]{2,45}";

/// Reads types that parse from text, and says to editors what they look like.
macro_rules! from_text {
    ($($name:ty => $refuse:expr, $pattern:expr, $expected:literal;)*) => {
        $(impl FromNode for $name {
            fn from_node(node: &Node, typer: &mut Typer<'_>) -> Option<Self> {
                let text = String::from_node(node, typer)?;
                let refuse: fn(&str, <Self as std::str::FromStr>::Err) -> Refusal = $refuse;
                let parsed: Result<Self, _> = text.parse();
                parsed.map_err(|wrong| typer.refuse(node.span, refuse(&text, wrong))).ok()
            }

            fn schema(_: Place) -> Schema {
                Schema::pattern($pattern, $expected)
            }
        })*
    };
}

from_text! {
    Cidr => |_, refusal| refusal,
        format!("{}/(?:[12]?[0-9]|3[0-2])|{IPV6}/(?:[1-9]?[0-9]|1[01][0-9]|12[0-8])", ipv4()),
        "a subnet, as in 192.168.122.0/24";
    Mac => |_, refusal| refusal,
        "[0-9A-Fa-f][02468ACEace](?:[:-]?[0-9A-Fa-f]{2}[.]?){5}",
        "a MAC address, as in 52:54:00:12:34:56";
    MacPrefix => |_, refusal| refusal,
        "[0-9A-Fa-f][02468ACEace](?::[0-9A-Fa-f]{2}){3}",
        "a MAC prefix, as in \"52:54:00:05\"";
    IpAddr => |text, _| no_address::<IpAddr>(text, "an IP address"),
        format!("{}|{IPV6}", ipv4()), "an IP address";
    Ipv4Addr => |text, _| no_address::<Ipv4Addr>(text, "an IPv4 address"),
        ipv4(), "an IPv4 address";
    Netmask => |_, refusal| refusal,
        ipv4(), "a netmask, as in 255.255.255.0";
    Ipv6Addr => |text, _| no_address::<Ipv6Addr>(text, "an IPv6 address"),
        IPV6, "an IPv6 address";
}

/// Says why a text is no address of this type, and what to write.
fn no_address<A: std::str::FromStr + Display>(text: &str, what: &str) -> Refusal {
    let parse = |text: &str| text.parse::<A>().ok();
    let message = format!("`{}` is not {what}", escaped(text));
    let bare = text.split_once('/').and_then(|(bare, _)| parse(bare));
    let shorter = parse(&without_zeros(text));
    let help = if let Some(bare) = bare {
        format!("write `{bare}`: the prefix is the network's, which its `subnet` says")
    } else if let Some(shorter) = shorter {
        format!("write `{shorter}`, without leading zeros")
    } else if let Some(large) = too_large(text) {
        format!("{large} is too large: the four numbers of an address are at most 255 each")
    } else if text.parse::<Ipv4Addr>().is_ok() {
        "this is one of IPv4; write one as in `fd00::5`".to_owned()
    } else if text.parse::<Ipv6Addr>().is_ok() {
        "this is one of IPv6, which `ipv6` keys take; write one as in `10.0.0.5`".to_owned()
    } else if what.contains("IPv6") {
        "write one as in `fd00::5`".to_owned()
    } else {
        "write four numbers from 0 to 255, as in `10.0.0.5`".to_owned()
    };
    Refusal::new(message, help)
}

/// Returns the parts of an IPv4 address without leading zeros, which some programs read as octal.
fn without_zeros(text: &str) -> String {
    let parts = text
        .split('.')
        .map(|part| match part.trim_start_matches('0') {
            "" if !part.is_empty() => "0",
            digits => digits,
        });
    parts.collect::<Vec<_>>().join(".")
}

/// Returns the first of four numbers that is more than 255.
fn too_large(text: &str) -> Option<u32> {
    let numbers: Option<Vec<u32>> = text.split('.').map(|part| part.parse().ok()).collect();
    let numbers = numbers.filter(|numbers| numbers.len() == 4)?;
    numbers.into_iter().find(|number| *number > 255)
}
