//! The layers of one object, walked again: what each of them made of every value.
//!
//! No run keeps where a value has been on its way through the layers; this merges them once more, with the very same
//! [`merge`], and compares what each layer found with what it left. It knows no key and no rule of merging.

mod systems;

use std::sync::Arc;

use self::systems::{defaults_walk, system_walk};
use super::draft::{Draft, less_literals};
use super::drafter::Drafter;
use super::names::index_of;
use super::{Layers, groups, merge};
use crate::diag::Sink;
use crate::model::os::OsTable;
use crate::source::Span;
use crate::yaml::path::{Step, find_node};
use crate::yaml::{Map, Node, Tag};

/// What a layer belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LayerKind {
    /// The program's defaults.
    Defaults,
    /// The entry of this name in the OS table, or what a site says of it.
    Os(Arc<str>),
    /// The site's common.
    Common,
    /// This sysgroup.
    Sysgroup(Arc<str>),
    /// The object itself.
    Own,
}

/// A layer and what lies beneath `~` in it.
#[derive(Clone, Debug)]
pub struct Layer {
    /// What it belongs to.
    pub kind: LayerKind,
    /// Its map.
    pub node: Node,
    /// The built-in values.
    pub base: Arc<Map>,
}

/// What a layer did to a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// It gave it.
    Set,
    /// It put keys of its own over those of earlier layers.
    Merged,
    /// It added items: `!append`.
    Appended,
    /// It took items away: `!remove`.
    Removed,
    /// It put a whole one in its place: `!replace`.
    Replaced,
    /// It brought the built-in value back: `~`.
    Returned,
    /// It gave a list or map without it.
    Dropped,
}

/// A layer that decided over a value, and what it left.
#[derive(Clone, Debug)]
pub struct Past<'w> {
    /// What the layer belongs to.
    pub kind: &'w LayerKind,
    /// Where it says so.
    pub place: Span,
    /// What it did.
    pub how: How,
    /// The value after it; none when there was none.
    pub value: Option<&'w Node>,
}

/// The layers of one object, and what was there after each.
#[derive(Debug, Default)]
pub struct Walk {
    layers: Vec<Layer>,
    after: Vec<Map>,
}

impl Walk {
    /// Merges `layers` one by one; their faults have been reported before.
    #[must_use]
    pub fn new(layers: Vec<Layer>) -> Self {
        Self::default().over(layers)
    }

    /// Merges more layers over these.
    fn over(mut self, layers: Vec<Layer>) -> Self {
        for layer in layers {
            let below = self.merged().cloned().unwrap_or_default();
            let after = match layer.node.as_map() {
                Some(over) => merge(below, &layer.base, over, &mut Sink::default()),
                None => below,
            };
            self.push(layer, after);
        }
        self
    }

    fn push(&mut self, layer: Layer, after: Map) {
        self.layers.push(layer);
        self.after.push(after);
    }

    /// Walks the layers of an object that is no guest.
    #[must_use]
    pub fn of_object(layers: &[Node]) -> Self {
        let nothing = Arc::new(Map::default());
        let own = |node: &Node| Layer {
            kind: LayerKind::Own,
            node: node.clone(),
            base: Arc::clone(&nothing),
        };
        Self::new(layers.iter().map(own).collect())
    }

    /// Returns what all layers came to.
    #[must_use]
    pub fn merged(&self) -> Option<&Map> {
        self.after.last()
    }

    /// Returns the layers that decided over the value at `path`, in load order; the last one left what is there now.
    ///
    /// An item that stayed in a list while others came or went is followed to where it was.
    #[must_use]
    pub fn history(&self, path: &[Step]) -> Vec<Past<'_>> {
        let mut found = Vec::new();
        let mut path = path.to_vec();
        for (at, layer) in self.layers.iter().enumerate().rev() {
            let now = &self.after[at];
            let Some(before) = at.checked_sub(1).map(|before| &self.after[before]) else {
                found.extend(past(layer, &path, find_node(now, &path), None));
                break;
            };
            let earlier = earlier(now, before, &path);
            let old = find_node(before, &earlier);
            found.extend(past(layer, &path, find_node(now, &path), old));
            path = earlier;
        }
        found.reverse();
        found
    }
}

/// The index of an item before there was one: no list is so long.
const NOWHERE: usize = usize::MAX;

/// Returns where the value at `path` was before a layer.
fn earlier(now: &Map, before: &Map, path: &[Step]) -> Vec<Step> {
    let mut earlier: Vec<Step> = Vec::with_capacity(path.len());
    for (depth, step) in path.iter().enumerate() {
        let lists = find_node(now, &path[..depth])
            .and_then(Node::as_seq)
            .zip(find_node(before, &earlier).and_then(Node::as_seq));
        earlier.push(match (step, lists) {
            (Step::Index(index), Some((now, before))) => {
                let same = |old: &Node| now.get(*index).is_some_and(|new| new.span == old.span);
                let stayed = before.get(*index).is_some_and(same);
                let moved = before.iter().position(same).filter(|_| !stayed);
                // What stood there and is still in the list was not replaced by this item.
                let is_kept = |old: &Node| now.iter().any(|new| new.span == old.span);
                let is_new = !stayed && moved.is_none() && before.get(*index).is_some_and(is_kept);
                Step::Index(if is_new {
                    NOWHERE
                } else {
                    moved.unwrap_or(*index)
                })
            }
            _ => step.clone(),
        });
    }
    earlier
}

/// Returns what a layer did to the value at `path`; none when it left it alone.
fn past<'w>(
    layer: &'w Layer,
    path: &[Step],
    now: Option<&'w Node>,
    old: Option<&Node>,
) -> Option<Past<'w>> {
    let (said, depth) = said(&layer.node, path)?;
    let same = match (now, old) {
        (None, None) => true,
        (Some(now), Some(old)) => now.identity() == old.identity(),
        _ => false,
    };
    let speaks = said.is_null() || depth == path.len();
    if same && !(speaks && now.is_some()) {
        return None;
    }
    let how = match (said.tag, now) {
        _ if said.is_null() => How::Returned,
        (_, None) => How::Dropped,
        (Tag::Append, _) => How::Appended,
        (Tag::Remove, _) => How::Removed,
        (Tag::Replace, _) => How::Replaced,
        (_, Some(now)) if now.as_map().is_some() && old.is_some() => How::Merged,
        _ => How::Set,
    };
    let place = match (how, now) {
        (How::Returned | How::Dropped, _) | (_, None) => said.span,
        (_, Some(now)) => now.span,
    };
    Some(Past {
        kind: &layer.kind,
        place,
        how,
        value: now,
    })
}

/// Returns the deepest value a layer itself has along `path`, as far as keys lead, and how deep that is.
fn said<'n>(layer: &'n Node, path: &[Step]) -> Option<(&'n Node, usize)> {
    let mut at = layer;
    for (depth, step) in path.iter().enumerate() {
        let next = match (step, at.as_map()) {
            (Step::Key(key), Some(map)) => map.get(key.as_str()).map(|entry| &entry.value),
            _ => None,
        };
        match next {
            Some(next) => at = next,
            // A map without the key says nothing of it, unless it takes the place of another.
            None if depth == 0 || at.as_map().is_some() && at.tag != Tag::Replace => return None,
            None => return Some((at, depth)),
        }
    }
    Some((at, path.len()))
}

/// A guest with its layers.
#[derive(Debug)]
pub struct GuestWalk {
    /// The guest, its values merged and its expressions still text.
    pub draft: Draft,
    /// Its layers. The keys that layering consumes (`os`, `sysgroups`, `count`, `name`) are among the values.
    pub walk: Walk,
    /// The layers of the OS table's entry that serves it.
    pub system: Walk,
    /// Its groups in load order, each with the place that names it; none for the one it has by its own name.
    pub groups: Vec<(Arc<str>, Option<Span>)>,
}

/// Walks the layers of the guest of this name.
#[must_use]
pub fn guest_walk(name: &Arc<str>, layers: &Layers, table: &OsTable) -> Option<GuestWalk> {
    let (defined, object) = layers.guests.get_key_value(name).or_else(|| {
        // One of those that `count` makes.
        let (stem, _) = name.rsplit_once('-')?;
        layers.guests.get_key_value(stem)
    })?;
    let mut sink = Sink::default();
    let mut drafter = Drafter::new(layers, table, &mut sink);
    let said = drafter.said(defined, object, &mut sink)?;
    let unmerged = drafter.place(said, &mut sink)?;
    let mut draft = unmerged.draft;
    let os = Arc::clone(&draft.os);
    let layer = |kind, node: &Node, base: &Arc<Map>| Layer {
        kind,
        node: node.clone(),
        base: Arc::clone(base),
    };
    let defaults = Node {
        kind: crate::yaml::Kind::Map(Arc::clone(table.defaults())),
        ..Node::empty_map(draft.defined)
    };
    let system = system_walk(&os.name, layers, table)?;
    let mut all = Vec::new();
    for (group, node) in drafter.layers_beneath(&draft.sysgroups) {
        let kind = group.map_or(LayerKind::Common, |group| {
            LayerKind::Sysgroup(Arc::clone(group))
        });
        all.push(layer(kind, node, &os.base));
    }
    let own = unmerged.layers.iter();
    all.extend(own.map(|node| layer(LayerKind::Own, node, &os.base)));

    let mut named = groups::named(object, &mut Sink::default()).unwrap_or_default();
    for group in draft.sysgroups.iter() {
        let parents = drafter.sysgroups.get(group);
        named.extend(
            parents
                .and_then(|parents| groups::named(parents, &mut Sink::default()))
                .unwrap_or_default(),
        );
    }
    let place = |group: &Arc<str>| {
        let named = named.iter().find(|(name, _)| name == group);
        (Arc::clone(group), named.map(|(_, span)| *span))
    };
    let groups = draft.sysgroups.iter().map(place).collect();
    let walk = defaults_walk(&defaults, &system, table).over(all);
    let values = less_literals(walk.merged().cloned().unwrap_or_default());
    draft.merged = Arc::new(values.into());
    draft.index = index_of(name);
    draft.name = Arc::clone(name);
    Some(GuestWalk {
        draft,
        walk,
        system,
        groups,
    })
}

#[cfg(test)]
mod tests;
