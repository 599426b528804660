//! META: which site, and which directories its layers lie in.

use indexmap::IndexMap;

use super::merge_all;
use crate::diag::{Code, Diagnostic, Sink};
use crate::source::{Span, Spanned};
use crate::yaml::typed::{Typer, section};
use crate::yaml::{Entry, Map, Node};

/// The classes of 0.3's META, which said per class where files lie; the layout is fixed today.
const LEGACY: &[&str] = &[
    "guest", "guests", "network", "networks", "storage", "storages", "host", "common", "meta",
];

section! {
    /// `META/*.yml`.
    "META" struct Meta {
        /// The site's name: part of every UUID and MAC address the program chooses.
        site: Option<Spanned<String>>,
        /// For a class of layers (`common`, `guests`, …) the directories to load, in order.
        directories: IndexMap<std::sync::Arc<str>, Node>,
    }
}

impl Meta {
    /// Reads META from its files' maps.
    pub(super) fn from_layers(layers: &[Node], sink: &mut Sink) -> Option<Self> {
        let first = layers.first()?.span;
        let merged = merge_all(layers, sink);
        let mut typer = Typer { sink };
        let known: Map = merged
            .iter()
            .filter(|(key, entry)| !is_legacy(key, entry, &mut typer))
            .map(clone)
            .collect();
        typer.unknown_keys(&known, Self::KEYS, "META");
        Self::read(&known, Span::new(first.file, 0, 0), &mut typer)
    }

    /// Returns the directories of `class`, or `default` when META names none.
    pub(super) fn directories(&self, class: &str, default: &str, sink: &mut Sink) -> Vec<String> {
        let Some(node) = self.directories.get(class) else {
            return vec![default.to_owned()];
        };
        let mut names = Vec::new();
        for item in node.one_or_many() {
            match item.as_text() {
                Some(name) => names.push(name.to_owned()),
                None => Typer { sink }.mismatch(item, "the name of a directory"),
            }
        }
        names
    }
}

fn clone((key, entry): (&std::sync::Arc<str>, &Entry)) -> (std::sync::Arc<str>, Entry) {
    (std::sync::Arc::clone(key), entry.clone())
}

fn is_legacy(key: &str, entry: &Entry, typer: &mut Typer<'_>) -> bool {
    let legacy = LEGACY.contains(&key);
    if legacy {
        typer.sink.push(
            Diagnostic::warning(
                Code::LegacyKey,
                entry.key,
                format!("META key `{key}` has no meaning today"),
            )
            .help("the layout is fixed; `directories:` names others"),
        );
    }
    legacy
}
