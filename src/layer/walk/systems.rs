//! The layers of an entry of the OS table: what it extends, the built-in entry, and what the site says of it.

use std::sync::Arc;

use super::{Layer, LayerKind, Walk};
use crate::diag::Sink;
use crate::layer::{Layers, merge};
use crate::model::os::OsTable;
use crate::yaml::{Map, Node};

/// Walks the layers of the entry that serves the OS of this name, those of the entries it extends first.
///
/// They are merged as [`OsTable::build`] does: the layers of each entry over what it extends.
pub(super) fn system_walk(name: &str, layers: &Layers, table: &OsTable) -> Option<Walk> {
    let series = || name.split_once('.').map(|(series, _)| series);
    let of = |name: &str| own(name, layers, table);
    let entry = match of(name) {
        own if own.is_empty() => series()?,
        _ => name,
    };
    let nothing = Arc::new(Map::default());
    let mut walk = Walk::default();
    for (name, own) in chain(entry, &of).into_iter().rev() {
        for node in own {
            let Some(map) = node.as_map() else { continue };
            let below = walk.merged().cloned().unwrap_or_default();
            let after = merge(below, &nothing, map, &mut Sink::default());
            let kind = LayerKind::Os(Arc::clone(&name));
            let base = Arc::clone(&nothing);
            walk.push(Layer { kind, node, base }, after);
        }
    }
    Some(walk)
}

/// Walks the values that an OS gives its guests, over the program's defaults.
pub(super) fn defaults_walk(defaults: &Node, system: &Walk, table: &OsTable) -> Walk {
    let base = table.defaults();
    let mut walk = Walk::default();
    let kind = LayerKind::Defaults;
    let layer = |kind, node: &Node| Layer {
        kind,
        node: node.clone(),
        base: Arc::clone(base),
    };
    walk.push(layer(kind, defaults), base.as_ref().clone());
    for (own, entry) in system.layers.iter().zip(&system.after) {
        let Some(said) = key(&own.node, "defaults") else {
            continue;
        };
        let given = entry.get("defaults").and_then(|given| given.value.as_map());
        let base = base.as_ref();
        let after = match given {
            Some(given) => merge(base.clone(), base, given, &mut Sink::default()),
            None => base.clone(),
        };
        walk.push(layer(own.kind.clone(), said), after);
    }
    walk
}

/// Returns an entry's own layers: the built-in one, and the site's.
fn own(name: &str, layers: &Layers, table: &OsTable) -> Vec<Node> {
    let builtin = table.builtin().get(name).map(|entry| entry.value.clone());
    let site = layers.os.get(name);
    let site = site.map_or(&[][..], |object| &object.layers);
    builtin.into_iter().chain(site.iter().cloned()).collect()
}

/// Returns an entry and those it extends, one through another, with the layers of each.
fn chain(name: &str, own: &dyn Fn(&str) -> Vec<Node>) -> Vec<(Arc<str>, Vec<Node>)> {
    let mut chain: Vec<(Arc<str>, Vec<Node>)> = Vec::new();
    let mut next = Some(name.to_owned());
    while let Some(name) = next.take() {
        let layers = own(&name);
        // A circle is a fault, which was reported.
        if layers.is_empty() || chain.iter().any(|(known, _)| **known == name) {
            break;
        }
        let says = layers.iter().rev().find_map(|layer| key(layer, "extends"));
        next = says.and_then(Node::as_text).map(str::to_owned);
        chain.push((name.into(), layers));
    }
    chain
}

/// Returns what a layer says under a key, be it `~`.
fn key<'n>(layer: &'n Node, key: &str) -> Option<&'n Node> {
    Some(&layer.as_map()?.get(key)?.value)
}
