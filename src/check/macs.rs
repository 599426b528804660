//! MAC addresses: one interface's each, and out of a range that is for guests.

use std::collections::hash_map::Entry;

use foldhash::{HashMap, HashMapExt as _, HashSet, HashSetExt as _};

use super::members::interfaces;
use crate::diag::{Code, Diagnostic, Sink};
use crate::link::{Guest, Interface, Lab};
use crate::model::mac::Mac;
use crate::model::network::{Mode, Network};
use crate::source::Span;

pub(super) fn check(lab: &Lab, sink: &mut Sink) {
    for network in lab.networks.values() {
        if let Some(prefix) = &network.mac_prefix {
            let what = format!("the MAC prefix {}", prefix.value);
            owner(prefix.lowest(), &what, prefix.span, Some(network), sink);
        }
    }
    let mut first: HashMap<Mac, (&Guest, &Interface)> = HashMap::new();
    let mut told = HashSet::new();
    for (guest, nic) in interfaces(lab) {
        sink.about(Some(&guest.name));
        let network = network_of(nic, lab);
        if let Some(span) = nic.mac_span {
            let what = format!("MAC address {}", nic.mac);
            owner(nic.mac, &what, span, network, sink);
        }
        match first.entry(nic.mac) {
            Entry::Vacant(place) => {
                place.insert((guest, nic));
            }
            Entry::Occupied(place) => {
                let (owner, other) = *place.get();
                let prefixes = same_prefix(nic, network, other, network_of(other, lab));
                match prefixes {
                    Some((at, of)) => {
                        if told.insert(at) {
                            sink.push(prefix_twice(nic.mac, guest, owner, at, of));
                        }
                    }
                    None => sink.push(twice(guest, nic, owner, other)),
                }
            }
        }
    }
    sink.about(None);
}

fn network_of<'a>(nic: &Interface, lab: &'a Lab) -> Option<&'a Network> {
    lab.networks.get(&nic.network.as_ref()?.value)
}

/// Reports an address that somebody else gives out.
fn owner(mac: Mac, what: &str, span: Span, network: Option<&Network>, sink: &mut Sink) {
    let help = "take one that starts with 52:54:00, as QEMU and libvirt do, or leave it out";
    let on_bridge = network.is_none_or(|network| network.mode != Mode::Macvtap);
    if mac.is_tap() && on_bridge {
        let message =
            format!("{what} starts with fe, which libvirt keeps for its own side of interfaces");
        sink.push(Diagnostic::error(Code::BadMac, span, message).help(help));
    } else if mac.is_universal() {
        let message = format!("{what} is a manufacturer's: a real card may have it, too");
        sink.push(Diagnostic::warning(Code::BadMac, span, message).help(help));
    }
}

/// Returns where two networks say the one prefix from which both addresses are made, the later place first.
fn same_prefix(
    nic: &Interface,
    network: Option<&Network>,
    other: &Interface,
    others: Option<&Network>,
) -> Option<(Span, Span)> {
    let made = nic.mac_span.is_none() && other.mac_span.is_none();
    let (one, two) = (network?.mac_prefix.as_ref()?, others?.mac_prefix.as_ref()?);
    (made && one.span != two.span && one.value == two.value)
        .then(|| (one.span.max(two.span), one.span.min(two.span)))
}

fn prefix_twice(mac: Mac, guest: &Guest, owner: &Guest, at: Span, of: Span) -> Diagnostic {
    let whose = if guest.name == owner.name {
        format!("two interfaces of guest `{}`", guest.name)
    } else {
        format!("guests `{}` and `{}`", owner.name, guest.name)
    };
    let message =
        format!("two networks have this prefix, and {whose} would have MAC address {mac}");
    Diagnostic::error(Code::DuplicateMac, at, message)
        .also(of, "the other network's")
        .help("give each network a `mac_prefix` of its own")
}

/// virt-install refuses a MAC address that a guest of the host has, whatever network that one is in.
fn twice(guest: &Guest, nic: &Interface, owner: &Guest, other: &Interface) -> Diagnostic {
    let place = |nic: &Interface| nic.mac_span.unwrap_or(nic.span);
    let message = format!(
        "MAC address {} is guest `{}`'s already",
        nic.mac, owner.name
    );
    Diagnostic::error(Code::DuplicateMac, place(nic), message)
        .label(format!("guest `{}`", guest.name))
        .also(place(other), "the other one")
        .help("leave `mac` out, and the interface gets one of its own that never changes")
}
