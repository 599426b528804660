//! Values that reach no guest, because a later layer of each guest they are for sets another.
//!
//! What survives a merge has the place of the layer that set it, so a value that is nobody's is one whose place no
//! guest has. That takes a walk over everything, and is done for who asks for notes. Where a layer is one guest's alone,
//! a value set over it is a way to write an exception, and nothing is said.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::draft::LITERAL;
use super::{Draft, Layers};
use crate::diag::{Code, Diagnostic, Sink};
use crate::source::Span;
use crate::yaml::{Entries as _, Kind, Map, Node, Tag};

/// Reports the values of `layers` that no guest of `drafts` has.
pub fn shadowed(layers: &Layers, drafts: &[Draft], sink: &mut Sink) {
    let mut alive = Alive::default();
    let mut of_group: HashMap<&str, (&Draft, u32)> = HashMap::new();
    let mut of_place: HashMap<Span, &Draft> = HashMap::new();
    for draft in drafts {
        for (_, entry) in draft.merged.entries() {
            alive.node(&entry.value);
        }
        of_place.entry(draft.defined).or_insert(draft);
        for group in draft.sysgroups.iter() {
            of_group.entry(group).or_insert((draft, 0)).1 += 1;
        }
    }
    let mut search = Search { alive, sink };
    if let [first, _, ..] = drafts {
        for layer in &layers.common {
            // Networks without a domain take this one.
            search.layer(layer, &["domain"], first);
        }
    }
    for (name, group) in &layers.sysgroups {
        if let Some((first, 2..)) = of_group.get(&**name) {
            for layer in &group.layers {
                search.layer(layer, &[], first);
            }
        }
    }
    for guest in layers.guests.values() {
        if let Some(first) = of_place.get(&guest.defined) {
            for layer in &guest.layers {
                search.layer(layer, &[], first);
            }
        }
    }
}

/// The places of all values that guests have.
#[derive(Default)]
struct Alive {
    spans: HashSet<Span>,
    /// Maps and lists that were seen, by address: guests share them.
    seen: HashSet<usize>,
}

impl Alive {
    fn map(&mut self, map: &Arc<Map>) {
        if self.seen.insert(Arc::as_ptr(map) as usize) {
            for entry in map.values() {
                self.node(&entry.value);
            }
        }
    }

    fn node(&mut self, node: &Node) {
        self.spans.insert(node.span);
        match &node.kind {
            Kind::Scalar(_) => {}
            Kind::Map(map) => self.map(map),
            Kind::Seq(items) => {
                if self.seen.insert(Arc::as_ptr(items) as usize) {
                    for item in items.iter() {
                        self.node(item);
                    }
                }
            }
        }
    }
}

struct Search<'a> {
    alive: Alive,
    sink: &'a mut Sink,
}

impl Search<'_> {
    /// Looks for dead values in a layer, which `guest` is one of those to load.
    fn layer(&mut self, layer: &Node, used: &[&str], guest: &Draft) {
        let Some(map) = layer.as_map() else { return };
        let own = |key: &str| LITERAL.contains(&key) || used.contains(&key);
        for (key, entry) in map.iter().filter(|(key, _)| !own(key)) {
            let over = guest.merged.entry(key).map(|entry| &entry.value);
            self.value(&mut vec![key], &entry.value, over, guest);
        }
    }

    /// Looks at a value at `path`, where the guest has `over`. A path the guest has nothing at is another matter: it
    /// was taken away with `~`, or its key is one of an older version.
    fn value<'n>(
        &mut self,
        path: &mut Vec<&'n str>,
        node: &'n Node,
        over: Option<&Node>,
        guest: &Draft,
    ) {
        let Some(over) = over else { return };
        match &node.kind {
            Kind::Map(map) if over.as_map().is_some() => {
                for (key, entry) in map.iter() {
                    path.push(key);
                    let over = over.as_map().and_then(|map| map.get(key));
                    self.value(path, &entry.value, over.map(|entry| &entry.value), guest);
                    path.pop();
                }
            }
            _ if node.is_null() || node.tag == Tag::Remove || self.is_alive(node) => {}
            _ => {
                let path = path.join(".");
                let message =
                    format!("`{path}` has no effect: every guest it is for has another value");
                let instead = format!("guest `{}` has this one", guest.name);
                self.sink.push(
                    Diagnostic::note(Code::ShadowedValue, node.span, message)
                        .also(over.span, instead)
                        .help("remove it, or what is set over it"),
                );
            }
        }
    }

    /// Returns whether a guest has the value, or a part of it: a form of an older version may be another kind today.
    fn is_alive(&self, node: &Node) -> bool {
        let parts = match &node.kind {
            Kind::Scalar(_) => false,
            Kind::Seq(items) => items.iter().any(|item| self.is_alive(item)),
            Kind::Map(map) => map.values().any(|entry| self.is_alive(&entry.value)),
        };
        parts || self.alive.spans.contains(&node.span)
    }
}
