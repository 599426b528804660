//! META: which site, and which directories its layers lie in.

use std::path::Path;

use indexmap::IndexMap;

use super::merge_all;
use super::parts::{Part, Parts, whole};
use crate::diag::{Code, Diagnostic, Reach, Sink, nearest};
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
    /// Reads META from its files' maps; a key with a fault is missing, and what it may have said is in doubt.
    pub(super) fn from_layers(layers: &[Node], parts: &mut Parts, sink: &mut Sink) -> Option<Self> {
        let first = layers.first()?.span;
        let merged = merge_all(layers, sink);
        let mut typer = Typer { sink };
        let known: Map = merged
            .iter()
            .filter(|(key, entry)| !is_legacy(key, entry, &mut typer))
            .map(clone)
            .collect();
        typer.unknown_keys(&known, Self::KEYS, "META");
        let mut meta = Self {
            site: None,
            directories: IndexMap::new(),
            allow: Vec::new(),
        };
        for (key, entry) in &known {
            let map: Map = std::iter::once((key, entry)).map(clone).collect();
            let before = typer.sink.errors();
            let read = Self::read(&map, Span::new(first.file, 0, 0), &mut typer);
            let faulty = typer.sink.errors() > before;
            let doubt = match nearest(key, Self::KEYS.iter().copied()) {
                Some("directories") if faulty || &**key != "directories" => Part::Directories,
                Some("allow") if faulty || &**key != "allow" => Part::Allowances,
                _ => Part::Meta,
            };
            parts.texts.push((whole(entry), doubt));
            if let Some(read) = read {
                meta.site = meta.site.or(read.site);
                meta.directories.extend(read.directories);
                meta.allow.extend(read.allow);
            }
        }
        for (class, node) in &meta.directories {
            parts.texts.push((node.span, Part::meant(class, &[])));
        }
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
    pub(super) fn check_classes<'a>(
        &self,
        known: impl Iterator<Item = &'a str> + Clone,
        sink: &mut Sink,
    ) {
        for (class, node) in self
            .directories
            .iter()
            .filter(|(class, _)| !known.clone().any(|known| known == &***class))
        {
            let message = format!("`{class}` is not a class of layers");
            sink.push(
                Diagnostic::error(Code::UnknownKey, node.span, message)
                    .suggest(class, known.clone()),
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
