//! Bridges of libvirt's own networks: each has one, and the host's own network keeps its.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use crate::diag::{Code, Diagnostic, Sink};
use crate::link::Lab;
use crate::model::network::{DEFAULT_BRIDGE, DEFAULT_NETWORK};
use crate::model::text::DeviceName;
use crate::source::Spanned;

pub(super) fn check(lab: &Lab, sink: &mut Sink) {
    let help = "leave `bridge` out, and libvirt chooses a name that is free";
    let own_default = lab
        .networks
        .get(DEFAULT_NETWORK)
        .is_some_and(|network| !network.external);
    let mut seen: HashMap<&str, (&str, &Spanned<DeviceName>)> = HashMap::new();
    // Networks of mode `bridge` may well share one.
    for network in lab
        .networks
        .values()
        .filter(|network| network.mode.serves_addresses())
    {
        let Some(bridge) = &network.bridge else {
            continue;
        };
        match seen.entry(bridge.as_str()) {
            Entry::Occupied(first) => {
                let (first, other) = *first.get();
                let message = format!("bridge `{}` is network `{first}`'s already", bridge.value);
                sink.push(
                    Diagnostic::error(Code::DuplicateName, bridge.span, message)
                        .also(other.span, "the other one")
                        .help(help),
                );
            }
            Entry::Vacant(place) => {
                place.insert((&network.name, bridge));
                if bridge.as_str() == DEFAULT_BRIDGE && !network.external && !own_default {
                    let message = format!(
                        "bridge `{DEFAULT_BRIDGE}` is that of the host's network `{DEFAULT_NETWORK}`"
                    );
                    sink.push(
                        Diagnostic::warning(Code::DuplicateName, bridge.span, message).help(format!(
                            "{help}; libvirt refuses this one wherever its first network still exists"
                        )),
                    );
                }
            }
        }
    }
}
