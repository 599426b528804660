//! META: which site, and which directories its layers lie in.

use std::path::Path;

use indexmap::IndexMap;

use super::merge_all;
use crate::diag::{Code, Diagnostic, Reach, Sink};
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
        /// Codes of warnings and notes that are meant, all over the site.
        allow: Vec<Spanned<String>>,
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
        let meta = Self::read(&known, Span::new(first.file, 0, 0), &mut typer)?;
        allow(&meta.allow, sink);
        Some(meta)
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
                    let beside = std::fs::read_dir(root).into_iter().flatten().flatten();
                    let beside = beside.filter(|entry| entry.path().is_dir());
                    let mut beside: Vec<String> = beside
                        .filter_map(|entry| entry.file_name().into_string().ok())
                        .collect();
                    beside.sort_unstable();
                    let beside = beside.iter().map(String::as_str);
                    sink.push(
                        Diagnostic::error(Code::SiteLayout, item.span, message)
                            .help("directories are named as seen from the conf directory")
                            .suggest(name, beside),
                    );
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

/// Allows codes all over the site.
pub(super) fn allow(codes: &[Spanned<String>], sink: &mut Sink) {
    for code in codes {
        sink.allow(code, code.span, Reach::Site);
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
