//! Names of guests, networks and pools: told apart by everything that reads them.

use std::collections::hash_map::Entry;

use foldhash::{HashMap, HashMapExt as _};

use crate::diag::{Code, Diagnostic, Sink};
use crate::link::{Guest, Lab};
use crate::source::Span;

pub(super) fn check(lab: &Lab, sink: &mut Sink) {
    for guest in &lab.guests {
        sink.about(Some(&guest.name));
        number(guest, sink);
        devices(guest, sink);
    }
    sink.about(None);
    let guests = lab.guests.iter();
    // A guest's name becomes its host name, and DNS knows no case.
    one_case(
        "guest",
        guests.map(|guest| (&*guest.name, guest.defined)),
        Diagnostic::error,
        sink,
    );
    let networks = lab.networks.values();
    one_case(
        "network",
        networks.map(|network| (network.name.as_str(), network.defined)),
        Diagnostic::warning,
        sink,
    );
    let storages = lab.storages.values();
    one_case(
        "pool",
        storages.map(|storage| (storage.name.as_str(), storage.defined)),
        Diagnostic::warning,
        sink,
    );
}

/// Reports objects of a kind whose names differ by case only.
fn one_case<'a>(
    kind: &str,
    objects: impl Iterator<Item = (&'a str, Span)>,
    diagnostic: fn(Code, Span, String) -> Diagnostic,
    sink: &mut Sink,
) {
    let mut seen: HashMap<String, (&str, Span)> = HashMap::new();
    for (name, defined) in objects {
        match seen.entry(name.to_ascii_lowercase()) {
            Entry::Vacant(place) => {
                place.insert((name, defined));
            }
            Entry::Occupied(first) => {
                let other = *first.get();
                let (name, defined, first, span) = if other.1 < defined {
                    (name, defined, other.0, other.1)
                } else {
                    (other.0, other.1, name, defined)
                };
                let message = format!("{kind} `{name}` differs from {kind} `{first}` by case only");
                let help = if kind == "guest" {
                    "DNS knows no case, nor do some file systems: rename one of them"
                } else {
                    "file systems without case keep only one of their files: rename one of them"
                };
                sink.push(
                    diagnostic(Code::DuplicateName, defined, message)
                        .also(span, "the other one")
                        .help(help),
                );
            }
        }
    }
}

/// virsh takes a number for the id of a running guest before it looks for a name (virsh(1), "DOMAIN").
fn number(guest: &Guest, sink: &mut Sink) {
    if guest.name.bytes().all(|byte| byte.is_ascii_digit()) {
        let message = format!("guest `{}` has a number for a name", guest.name);
        let help = "virsh takes a number for the id of a running guest, and may then act on another one: add a letter";
        sink.push(Diagnostic::warning(Code::BadName, guest.defined, message).help(help));
    }
}

/// Reports interfaces of one guest with one name.
fn devices(guest: &Guest, sink: &mut Sink) {
    for (index, nic) in guest.interfaces.iter().enumerate() {
        if let Some(other) = guest.interfaces[..index]
            .iter()
            .find(|other| other.device == nic.device)
        {
            let message = format!("guest `{}` has two interfaces `{}`", guest.name, nic.device);
            sink.push(
                Diagnostic::error(Code::DuplicateName, nic.device_span, message)
                    .also(other.device_span, "the other one")
                    .help("give one of them another `device`"),
            );
        }
    }
}
