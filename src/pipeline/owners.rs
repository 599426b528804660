//! What each text and file of the site is about, so that a fault is known to be somebody's.

use std::cmp::Reverse;
use std::path::Path;
use std::sync::Arc;

use foldhash::HashMap;

use rayon::prelude::*;

use crate::diag::Diagnostic;
use crate::layer::{Layers, Object, Part};
use crate::source::{Sources, Span};

/// What a fault is of, whose text it lies in.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Owner {
    Guest(Arc<str>),
    Sysgroup(Arc<str>),
    Network(Arc<str>),
    Storage(Arc<str>),
    /// An entry of the OS table.
    Os(Arc<str>),
    /// No object: nothing else need be faulty, but something may be missing.
    Part(Part),
    /// The lock.
    Lock,
}

impl Owner {
    pub(super) fn network(&self) -> Option<&Arc<str>> {
        match self {
            Self::Network(name) => Some(name),
            _ => None,
        }
    }

    pub(super) fn os(&self) -> Option<&Arc<str>> {
        match self {
            Self::Os(name) => Some(name),
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

/// Who has which texts and files.
#[derive(Debug)]
pub(super) struct Owners {
    /// The texts, by file and place.
    texts: Vec<(Span, Owner)>,
    /// The files and directories that are faulty as a whole.
    paths: HashMap<String, Owner>,
}

impl Owners {
    pub(super) fn new(layers: &Layers) -> Self {
        Self {
            texts: texts(layers),
            paths: paths(layers),
        }
    }

    /// Adds the lock, a file that comes after all others.
    pub(super) fn lock(&mut self, path: &Path, sources: &Sources) {
        let path = path.display().to_string();
        let text = sources
            .named(&path)
            .map(|file| Span::new(file, 0, usize::MAX));
        self.texts.extend(text.map(|text| (text, Owner::Lock)));
        self.paths.insert(path, Owner::Lock);
    }

    /// Returns what a fault is of.
    pub(super) fn of(&self, fault: &Diagnostic) -> Option<&Owner> {
        match (&fault.primary, &fault.path) {
            (Some(label), _) => self.at(label.span),
            (None, Some(path)) => self.paths.get(path),
            (None, None) => None,
        }
    }

    /// Returns the object whose text a place lies in: of several, the one that begins last.
    pub(super) fn at(&self, span: Span) -> Option<&Owner> {
        let before = self
            .texts
            .partition_point(|(place, _)| (place.file, place.start) <= (span.file, span.start));
        let (_, owner) = self.texts[..before]
            .iter()
            .rev()
            .take_while(|(place, _)| place.file == span.file)
            .find(|(place, _)| place.end >= span.end)?;
        Some(owner)
    }
}

/// Returns the text of each object and part, by file and place.
fn texts(layers: &Layers) -> Vec<(Span, Owner)> {
    let mut texts = Vec::new();
    for (objects, owner) in [
        (&layers.guests, Owner::Guest as fn(Arc<str>) -> Owner),
        (&layers.sysgroups, Owner::Sysgroup),
        (&layers.networks, Owner::Network),
        (&layers.storages, Owner::Storage),
        (&layers.os, Owner::Os),
    ] {
        for (name, object) in objects {
            for layer in &object.layers {
                texts.push((text(object, layer.span), owner(Arc::clone(name))));
            }
            if !is_file(object) || object.layers.is_empty() {
                let defined = text(object, object.defined);
                texts.push((defined, owner(Arc::clone(name))));
            }
        }
    }
    let parts = layers.parts.texts.iter();
    texts.extend(parts.map(|(span, part)| (*span, Owner::Part(*part))));
    // Of two that begin together, the smaller one is inside the other.
    texts.par_sort_by_key(|(span, _)| (span.file, span.start, Reverse(span.end)));
    texts
}

/// Returns what cannot be read, by path.
fn paths(layers: &Layers) -> HashMap<String, Owner> {
    let owner = |class: &'static str, name: &Option<Arc<str>>| match (class, name) {
        ("META", _) => Owner::Part(Part::Directories),
        ("guests", Some(name)) => Owner::Guest(Arc::clone(name)),
        ("sysgroups", Some(name)) => Owner::Sysgroup(Arc::clone(name)),
        ("networks", Some(name)) => Owner::Network(Arc::clone(name)),
        ("storages", Some(name)) => Owner::Storage(Arc::clone(name)),
        _ => Owner::Part(Part::Class(class)),
    };
    let unread = layers.parts.unread.iter();
    unread
        .map(|(path, (class, name))| (path.clone(), owner(class, name)))
        .collect()
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
