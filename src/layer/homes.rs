//! Which keys common and the sysgroups set, for faults about what guests lack.

use std::collections::HashSet;
use std::sync::Arc;

use super::Layers;
use super::drafter::Drafter;
use crate::diag::{Home, Homes};
use crate::source::Span;
use crate::yaml::{Map, Node};

/// Returns where the guests that were drafted have their values from.
pub(super) fn of(drafter: &Drafter<'_>, layers: &Layers) -> Homes {
    let sysgroups = drafter.sysgroups.iter();
    let sysgroups = sysgroups.map(|(name, group)| {
        let home = home(Some(group.defined), &group.layers);
        (Arc::clone(name), home)
    });
    Homes {
        common: home(layers.common_defined, &drafter.common),
        sysgroups: sysgroups.collect(),
        guests: drafter.members.clone(),
        judged: None,
    }
}

fn home(defined: Option<Span>, layers: &[Node]) -> Home {
    let mut keys = HashSet::new();
    for (key, value) in layers.iter().filter_map(Node::as_map).flat_map(set) {
        let inner = value.as_map().into_iter().flat_map(set);
        keys.extend(inner.map(|(inner, _)| format!("{key}.{inner}")));
        keys.insert(key.to_string());
    }
    Home { defined, keys }
}

/// Returns the keys of a map that give guests something.
fn set(map: &Map) -> impl Iterator<Item = (&Arc<str>, &Node)> {
    let is_empty = |node: &Node| node.is_null() || node.as_seq().is_some_and(<[_]>::is_empty);
    let values = map.iter().map(|(key, entry)| (key, &entry.value));
    values.filter(move |(_, value)| !is_empty(value))
}
