//! Bridges that libvirt makes for its networks: each is one network's alone, and the host's own network keeps its.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use crate::diag::{Code, Diagnostic, Sink};
use crate::link::Lab;
use crate::model::network::{DEFAULT_BRIDGE, DEFAULT_NETWORK, Network};
use crate::model::text::DeviceName;
use crate::source::Spanned;

pub(super) fn check(lab: &Lab, sink: &mut Sink) {
    let help = "leave `bridge` out, and libvirt chooses a name that is free";
    let own_default = lab
        .networks
        .get(DEFAULT_NETWORK)
        .is_some_and(|network| !network.external);
    let mut seen: HashMap<&str, (&Network, &Spanned<DeviceName>)> = HashMap::new();
    for network in lab.networks.values() {
        let Some(bridge) = &network.bridge else {
            continue;
        };
        let is_made = network.mode.serves_addresses();
        match seen.entry(bridge.as_str()) {
            Entry::Occupied(first) => {
                let (first, other) = *first.get();
                // Networks of mode `bridge` may well share one.
                if !is_made && !first.mode.serves_addresses() {
                    continue;
                }
                let message = format!(
                    "bridge `{}` is network `{}`'s already",
                    bridge.value, first.name
                );
                let fault = Diagnostic::error(Code::DuplicateName, bridge.span, message)
                    .also(other.span, "the other one");
                sink.push(if is_made {
                    fault.help(help)
                } else {
                    fault.help(format!(
                        "name a bridge that the host has of its own, or put the guests into network `{}`",
                        first.name
                    ))
                });
            }
            Entry::Vacant(place) => {
                place.insert((network, bridge));
                if is_made && bridge.as_str() == DEFAULT_BRIDGE && !network.external && !own_default
                {
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
