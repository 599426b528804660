//! Which objects of the site have faults, so that the stages after a fault go on with all the others.
//!
//! A fault is the object's in whose text it lies. What needs a faulty object (the guests of a group or a network) is set
//! aside with it, without a word: what else it may have shows when the fault is gone. So a run reports the faults of all
//! stages, and none that only follows from another. It reports nothing itself.

use std::collections::HashSet;
use std::sync::Arc;

use rayon::prelude::*;

use crate::diag::{Diagnostic, Severity, Sink};
use crate::layer::{Draft, Layers, Object};
use crate::link::Lab;
use crate::model::read::TypedGuest;
use crate::source::Span;
use crate::yaml::{Entry, Kind, Node};

/// An object whose text a fault lies in.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Owner {
    Guest(Arc<str>),
    Sysgroup(Arc<str>),
    Network(Arc<str>),
    Storage(Arc<str>),
    /// What every guest starts from.
    Common,
    /// Nothing needs the host to be read.
    Host,
}

/// The objects with faults, and what was seen of the reports so far.
#[derive(Debug)]
pub(super) struct Faulty {
    /// The text of each object, by file and place.
    places: Vec<(Span, Owner)>,
    owners: HashSet<Owner>,
    /// Every guest there is or would be without the faults.
    guests: HashSet<Arc<str>>,
    /// How many diagnostics were looked at.
    seen: usize,
}

impl Faulty {
    pub(super) fn new(layers: &Layers) -> Self {
        Self {
            places: places(layers),
            owners: HashSet::new(),
            guests: HashSet::new(),
            seen: 0,
        }
    }

    /// Takes note of what a stage reported, less what it says of objects whose faults are known.
    ///
    /// Returns `None` when no object can go on: a fault that is no object's may concern them all.
    pub(super) fn note(&mut self, sink: &mut Sink) -> Option<()> {
        if !self.owners.is_empty() {
            sink.retain_after(self.seen, |fault| {
                // Of what is set aside, nobody knows whether it is used.
                if fault.severity == Severity::Note {
                    return false;
                }
                let place = fault.primary.as_ref().map(|label| label.span);
                let owner = place.and_then(|span| self.owner(span));
                owner.is_none_or(|owner| !self.owners.contains(owner))
            });
        }
        let is_error = |fault: &&Diagnostic| fault.severity == Severity::Error;
        let errors: Vec<&Diagnostic> = sink.after(self.seen).iter().filter(is_error).collect();
        if !errors.is_empty() && self.guests.is_empty() {
            let guests = self.places.iter().filter_map(|(_, owner)| match owner {
                Owner::Guest(name) => Some(Arc::clone(name)),
                _ => None,
            });
            self.guests.extend(guests);
        }
        let mut contained = true;
        let mut found = Vec::new();
        for fault in errors {
            let place = fault.primary.as_ref().map(|label| label.span);
            match place.and_then(|span| self.owner(span)) {
                Some(owner) => found.push(owner.clone()),
                None => contained = false,
            }
        }
        self.owners.extend(found);
        self.seen = sink.found();
        contained.then_some(())
    }

    /// Returns the object whose text a place lies in: of several, the one that begins last.
    fn owner(&self, span: Span) -> Option<&Owner> {
        let before = self
            .places
            .partition_point(|(place, _)| (place.file, place.start) <= (span.file, span.start));
        let (_, owner) = self.places[..before]
            .iter()
            .rev()
            .take_while(|(place, _)| place.file == span.file)
            .find(|(place, _)| place.end >= span.end)?;
        Some(owner)
    }

    /// Sets aside the guests that cannot be evaluated: faulty ones, and those that may read a faulty network.
    pub(super) fn drafts(&mut self, drafts: &mut Vec<Draft>) {
        if self.owners.is_empty() {
            return;
        }
        self.guests
            .extend(drafts.iter().map(|draft| Arc::clone(&draft.name)));
        let networks = self.names(Owner::network);
        drafts.retain(|draft| {
            let reads = |entry: &Entry| reads_one_of(&entry.value, &networks);
            self.is_sound(draft.defined, &draft.sysgroups)
                && (networks.is_empty() || !draft.merged.values().any(reads))
        });
    }

    /// Sets aside the guests that cannot be linked: faulty ones, and those in a faulty network or pool.
    pub(super) fn typed(&mut self, guests: &mut Vec<TypedGuest>) {
        if self.owners.is_empty() {
            return;
        }
        self.guests
            .extend(guests.iter().map(|guest| Arc::clone(&guest.draft.name)));
        let (networks, pools) = (self.names(Owner::network), self.names(Owner::storage));
        guests.retain(|TypedGuest { draft, spec, .. }| {
            let mut nics = spec
                .interfaces
                .iter()
                .filter_map(|nic| nic.network.as_ref());
            let mut disks = spec.disks.iter().filter_map(|disk| disk.pool.as_ref());
            self.is_sound(draft.defined, &draft.sysgroups)
                && nics.all(|network| !networks.contains(network.as_str()))
                && disks.all(|pool| !pools.contains(pool.as_str()))
        });
    }

    /// Sets aside the guests whose references are faulty.
    pub(super) fn linked(&self, lab: &mut Lab) {
        if !self.owners.is_empty() {
            lab.guests
                .retain(|guest| self.is_sound(guest.defined, &guest.sysgroups));
        }
    }

    /// Returns the names of all guests, for others may name one that was set aside.
    pub(super) fn guests(&self) -> impl Iterator<Item = Arc<str>> {
        self.guests.iter().cloned()
    }

    /// Returns the names of the faulty objects of a kind.
    pub(super) fn names(&self, of_kind: fn(&Owner) -> Option<&Arc<str>>) -> HashSet<&str> {
        self.owners
            .iter()
            .filter_map(of_kind)
            .map(|name| &**name)
            .collect()
    }

    fn is_sound(&self, defined: Span, sysgroups: &[Arc<str>]) -> bool {
        let is_faulty = |owner: &Owner| self.owners.contains(owner);
        !is_faulty(&Owner::Common)
            && !self.owner(defined).is_some_and(is_faulty)
            && !sysgroups
                .iter()
                .any(|group| is_faulty(&Owner::Sysgroup(Arc::clone(group))))
    }
}

impl Owner {
    pub(super) fn network(&self) -> Option<&Arc<str>> {
        match self {
            Self::Network(name) => Some(name),
            _ => None,
        }
    }

    pub(super) fn storage(&self) -> Option<&Arc<str>> {
        match self {
            Self::Storage(name) => Some(name),
            _ => None,
        }
    }
}

/// Returns the text of each object, by file and place.
fn places(layers: &Layers) -> Vec<(Span, Owner)> {
    let mut places = Vec::new();
    for (objects, owner) in [
        (&layers.guests, Owner::Guest as fn(Arc<str>) -> Owner),
        (&layers.sysgroups, Owner::Sysgroup),
        (&layers.networks, Owner::Network),
        (&layers.storages, Owner::Storage),
    ] {
        for (name, object) in objects {
            for layer in &object.layers {
                places.push((text(object, layer.span), owner(Arc::clone(name))));
            }
            if !is_file(object) || object.layers.is_empty() {
                let defined = text(object, object.defined);
                places.push((defined, owner(Arc::clone(name))));
            }
        }
    }
    for (list, owner) in [(&layers.common, Owner::Common), (&layers.host, Owner::Host)] {
        places.extend(list.iter().map(|layer| (layer.span, owner.clone())));
    }
    places.par_sort_by_key(|(span, _)| *span);
    places
}

/// Returns where an object's layer may have faults: in the whole of a file that holds nothing else.
fn text(object: &Object, layer: Span) -> Span {
    if is_file(object) {
        Span::new(layer.file, 0, usize::MAX)
    } else {
        layer
    }
}

/// Returns whether an object has files of its own.
fn is_file(object: &Object) -> bool {
    object.defined.range().is_empty()
}

/// Returns whether an expression in a value may read one of these networks.
fn reads_one_of(node: &Node, networks: &HashSet<&str>) -> bool {
    match &node.kind {
        Kind::Scalar(scalar) if scalar.text.contains("{{") => {
            let mut reads = scalar.text.split("networks").skip(1);
            // `networks[x]` may be any of them.
            reads.any(|rest| named(rest).is_none_or(|name| networks.contains(name)))
        }
        Kind::Scalar(_) => false,
        Kind::Seq(items) => items.iter().any(|item| reads_one_of(item, networks)),
        Kind::Map(map) => map
            .values()
            .any(|entry| reads_one_of(&entry.value, networks)),
    }
}

/// Returns the key that `.KEY` or `['KEY']` at the start of `rest` names.
fn named(rest: &str) -> Option<&str> {
    if let Some(rest) = rest.strip_prefix('.') {
        return rest
            .split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
            .next();
    }
    let rest = rest.strip_prefix('[')?;
    let quote = rest
        .chars()
        .next()
        .filter(|c| matches!(c, '"' | '\'' | '`'))?;
    rest[1..].split(quote).next()
}
