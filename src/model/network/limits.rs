//! Which keys a network of a mode can carry: what libvirt would refuse or quietly forget is reported at the key.

use super::{Mode, NetworkSpec};
use crate::diag::{Code, Diagnostic};
use crate::source::Span;
use crate::yaml::Map;
use crate::yaml::typed::Typer;

/// Keys that describe a network to its guests, whoever defines it.
const KNOWLEDGE: &[&str] = &[
    "name",
    "mode",
    "domain",
    "subnet",
    "gateway",
    "network",
    "netmask",
    "mac_prefix",
    "ipv6",
    "mtu",
    "portgroups",
    "external",
];

/// Keys that only a bridge of libvirt's own can carry, with an address of the host's on it and a dnsmasq.
const SERVED: &[&str] = &[
    "dhcp",
    "routes",
    "dns",
    "srv",
    "txt",
    "forwarders",
    "localonly",
    "dnsmasq",
];

/// Reports keys of `map` that libvirt has no place for in such a network.
pub(super) fn check(map: &Map, spec: &NetworkSpec, typer: &mut Typer<'_>) {
    let mode = spec.mode.as_ref().map_or(Mode::Nat, |mode| mode.value);
    let external = spec.external.unwrap_or(false);
    let ipv6 = map.get("ipv6").and_then(|entry| entry.value.as_map());
    let inner = ipv6.into_iter().flat_map(|ipv6| {
        ipv6.iter()
            .map(|(key, entry)| (format!("ipv6.{key}"), entry))
    });
    let keys = map
        .iter()
        .map(|(key, entry)| (key.to_string(), entry))
        .chain(inner);
    for (key, entry) in keys.filter(|(_, entry)| !entry.value.is_null()) {
        if external {
            unheeded(&key, entry.key, typer);
        } else if let Some(help) = impossible(&key, mode) {
            let message = format!("a network of mode `{}` cannot carry `{key}`", mode.as_str());
            typer
                .sink
                .push(Diagnostic::error(Code::ConflictingKeys, entry.key, message).help(help));
        }
    }
    let open_vswitch = spec
        .isolated_ports
        .as_ref()
        .filter(|said| said.value && spec.virtualport.is_some());
    if let Some(isolated) = open_vswitch {
        let message = "libvirt isolates ports of Linux bridges only, not of Open vSwitch";
        typer.sink.push(
            Diagnostic::error(Code::ConflictingKeys, isolated.span, message)
                .help("remove `isolated_ports`"),
        );
    }
}

/// Warns of what is said about a network that somebody else defines.
fn unheeded(key: &str, span: Span, typer: &mut Typer<'_>) {
    let known = KNOWLEDGE.contains(&key) || matches!(key, "ipv6.subnet" | "ipv6.gateway");
    // A key nobody knows has been reported.
    let is_key = NetworkSpec::KEYS.contains(&key) || key.starts_with("ipv6.");
    if !known && is_key {
        let message = format!(
            "`{key}` has no effect: the network is external, and what the host says of it counts"
        );
        typer.sink.push(
            Diagnostic::warning(Code::ConflictingKeys, span, message)
                .help("remove it, or `external`, if this site shall define the network"),
        );
    }
}

/// Returns what to do about a key that a network of this mode cannot carry.
fn impossible(key: &str, mode: Mode) -> Option<&'static str> {
    let serves = mode.serves_addresses();
    let no_dnsmasq = "libvirt runs no dnsmasq there and has no address in it: remove it";
    match (key, mode) {
        (key, _) if SERVED.contains(&key) && !serves => Some(no_dnsmasq),
        ("ipv6.dhcp", _) if !serves => Some(no_dnsmasq),
        ("ipv6.nat", Mode::Nat) => None,
        ("ipv6.nat", _) => Some("only mode `nat` translates addresses: remove it"),
        ("device", Mode::Isolated) => Some("nothing is forwarded from there: remove it"),
        ("device", Mode::Open) => {
            Some("libvirt leaves forwarding to the host's own rules there: remove it")
        }
        ("device", Mode::Bridge) => {
            Some("the bridge already says where guests are connected: remove it")
        }
        ("bridge", Mode::Macvtap) => Some("it sits on a `device`: name that instead"),
        ("mtu", Mode::Macvtap) => {
            Some("libvirt sets no MTU on macvtap interfaces: set that of the `device` on the host")
        }
        ("isolated_ports", Mode::Macvtap) => {
            Some("only ports of a bridge can be isolated: remove it")
        }
        ("virtualport" | "vlan", Mode::Bridge) => None,
        ("virtualport", _) => Some("it tells what an existing bridge is: say `mode: bridge`"),
        // `ports` says more of VLANs.
        _ => None,
    }
}
