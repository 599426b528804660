//! The lock: choices the program made once and keeps.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;

use serde_json::json;

use crate::diag::{Code, Diagnostic, Sink};
use crate::files::Files;
use crate::model::mac::Mac;
use crate::source::Spanned;
use crate::yaml::typed::{FromNode, Typer};
use crate::yaml::{Node, emit, parse};

/// Chosen values by network and then guest, or by guest and then interface.
pub type Choices<T> = BTreeMap<String, BTreeMap<String, T>>;

/// Addresses and MAC addresses the program chose.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lock {
    /// Addresses by network and guest; a guest's second interface in a network is `GUEST/2`.
    pub addresses: Choices<IpAddr>,
    /// IPv6 addresses, in the same way.
    pub addresses6: Choices<IpAddr>,
    /// MAC addresses that had to give way to another's, by guest and `NETWORK/POSITION`.
    pub macs: Choices<Mac>,
}

/// The lock as it was read, each value with its place.
#[derive(Debug, Default)]
pub(super) struct ReadLock {
    pub(super) addresses: Choices<Spanned<IpAddr>>,
    pub(super) addresses6: Choices<Spanned<IpAddr>>,
    pub(super) macs: Choices<Spanned<Mac>>,
}

impl Lock {
    /// Returns whether there is nothing to keep.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.addresses.is_empty() && self.addresses6.is_empty() && self.macs.is_empty()
    }

    /// Returns the lock file's text.
    #[must_use]
    pub fn to_text(&self) -> String {
        let texts = |choices: BTreeMap<&String, BTreeMap<&String, String>>| json!(choices);
        let mut lock = json!({ "format": 1 });
        if !self.addresses.is_empty() {
            lock["addresses"] = texts(shown(&self.addresses));
        }
        if !self.addresses6.is_empty() {
            lock["addresses6"] = texts(shown(&self.addresses6));
        }
        if !self.macs.is_empty() {
            lock["macs"] = texts(shown(&self.macs));
        }
        format!(
            "# Addresses chosen by miniascape, kept so that they never change. Commit this file.\n{}",
            emit::to_yaml(&lock)
        )
    }
}

fn shown<T: std::fmt::Display>(
    choices: &Choices<T>,
) -> BTreeMap<&String, BTreeMap<&String, String>> {
    choices
        .iter()
        .map(|(outer, inner)| {
            (
                outer,
                inner
                    .iter()
                    .map(|(key, value)| (key, value.to_string()))
                    .collect(),
            )
        })
        .collect()
}

impl ReadLock {
    /// Reads the lock at `path`; without one there is nothing to keep.
    pub(super) fn read(path: &Path, files: &mut Files, sink: &mut Sink) -> Self {
        if std::fs::symlink_metadata(path).is_err() {
            return Self::default();
        }
        let Some(file) = files.text(path, sink) else {
            return Self::default();
        };
        let text = Arc::clone(files.sources.text(file));
        let Some(node) = parse(file, &text, sink) else {
            return Self::default();
        };
        let mut typer = Typer { sink };
        let Some(map) = typer.map(&node, "lock") else {
            return Self::default();
        };
        match node.get("format") {
            Some(format) if format.as_text() == Some("1") => typer.unknown_keys(
                map,
                &["format", "addresses", "addresses6", "macs"],
                "the lock",
            ),
            Some(format) => {
                let message =
                    "this lock was written by a newer miniascape: only format 1 is understood";
                sink.push(
                    Diagnostic::error(Code::LockConflict, format.span, message)
                        .help("use that version, or bring the lock back as it was before"),
                );
                return Self::default();
            }
            None => {
                let message = "the lock does not say its format";
                sink.push(
                    Diagnostic::error(Code::MissingKey, node.span, message)
                        .help("bring it back as it was committed, or write `format: 1`"),
                );
                return Self::default();
            }
        }
        Self {
            addresses: choices(&node, "addresses", sink),
            addresses6: choices(&node, "addresses6", sink),
            macs: choices(&node, "macs", sink),
        }
    }
}

fn choices<T: FromNode>(lock: &Node, section: &str, sink: &mut Sink) -> Choices<Spanned<T>> {
    let mut typer = Typer { sink };
    let Some(outer) = lock.get(section).and_then(|node| typer.map(node, section)) else {
        return Choices::new();
    };
    let mut read = Choices::new();
    for (name, entry) in outer {
        let Some(inner) = typer.map(&entry.value, name) else {
            continue;
        };
        let values = inner
            .iter()
            .filter_map(|(key, entry)| {
                Some((
                    key.to_string(),
                    Spanned::from_node(&entry.value, &mut typer)?,
                ))
            })
            .collect();
        read.insert(name.to_string(), values);
    }
    read
}
