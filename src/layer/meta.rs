//! META: which site, and which directories its layers lie in.

use std::path::Path;

use indexmap::IndexMap;

use super::merge_all;
use crate::diag::{Code, Diagnostic, Sink};
use crate::source::{Span, Spanned};
use crate::yaml::typed::{Typer, section};
use crate::yaml::{Entry, Map, Node};

/// The classes of 0.3's META, which said per class where files lie; the layout is fixed today.
pub(crate) const LEGACY: &[&str] = &[
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

    /// Returns the directories below `root` that META names for `class`, if it names any.
    pub(super) fn directories(
        &self,
        class: &str,
        root: &Path,
        sink: &mut Sink,
    ) -> Option<Vec<String>> {
        let node = self.directories.get(class)?;
        let mut names = Vec::new();
        for item in node.one_or_many() {
            match item.as_text() {
                Some(name) if root.join(name).is_dir() => names.push(name.to_owned()),
                Some(name) => {
                    let message = format!(
                        "the directory `{}` does not exist",
                        root.join(name).display()
                    );
                    sink.push(Diagnostic::error(Code::SiteLayout, item.span, message));
                }
                None => Typer { sink }.mismatch(item, "the name of a directory"),
            }
        }
        Some(names)
    }

    /// Reports directories for classes that do not exist.
    pub(super) fn check_classes(&self, known: &[&str], sink: &mut Sink) {
        for (class, node) in self
            .directories
            .iter()
            .filter(|(class, _)| !known.contains(&&***class))
        {
            let message = format!("`{class}` is not a class of layers");
            sink.push(
                Diagnostic::error(Code::UnknownKey, node.span, message)
                    .suggest(class, known.iter().copied()),
            );
        }
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
