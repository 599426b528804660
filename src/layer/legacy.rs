//! Keys of miniascape 0.3 (2012) → today's keys, layer by layer, so that merging sees one vocabulary.
//!
//! Every rewritten or dropped key is a warning that says what to write. Values keep their places.

mod sections;

use std::sync::Arc;

use crate::diag::{Code, Diagnostic, Sink};
use crate::model::os::{Os, OsTable};
use crate::source::Span;
use crate::yaml::{Entry, Kind, Map, Node};

/// Top-level keys that only changed their names.
pub(crate) const RENAMED: &[(&str, &str)] = &[
    ("ks_repos", "repos"),
    ("yum_repos", "repos"),
    ("ks_users", "users"),
    ("ks_finish", "finish"),
    ("defaultgw", "gateway"),
];

/// Keys without a meaning today, by the section they stand in.
pub(crate) const DROPPED: &[(&str, &[&str])] = &[
    (
        "virtinst",
        &[
            "connect",
            "basic_options",
            "os_type",
            "keyboard",
            "clock",
            "check_cpu",
            "accelerate",
        ],
    ),
    (
        "interfaces",
        &[
            "activate",
            "onboot",
            "route",
            "extra_options",
            "type",
            "hostname",
        ],
    ),
    ("timezone", &["nontp"]),
    ("firewall", &["input_rules"]),
    ("kdump", &["conf"]),
    ("setup_data", &["install"]),
    ("bootloader", &["location"]),
];

/// Returns a layer of a guest, group or common in today's keys.
pub(super) fn modernize(layer: &Node, sink: &mut Sink) -> Node {
    let Some(map) = layer.as_map() else {
        return layer.clone();
    };
    let entries: Vec<(Arc<str>, Entry)> = map
        .iter()
        .map(|(key, entry)| top_level(key, entry, sink))
        .collect();
    let is_same = |(key, entry): &(Arc<str>, Entry)| {
        let old = map.get(key);
        old.is_some_and(|old| old.value.identity() == entry.value.identity())
    };
    if entries.iter().all(is_same) {
        return layer.clone();
    }
    let mut modern = Map::with_capacity_and_hasher(map.len(), Default::default());
    for (key, entry) in entries {
        if let Some(first) = modern.get_mut(&key) {
            twice(&key, first, &entry, sink);
            continue;
        }
        modern.insert(key, entry);
    }
    Node {
        kind: Kind::Map(Arc::new(modern)),
        ..layer.clone()
    }
}

/// Joins two keys that are one today: lists add up, the same value said twice is fine.
fn twice(key: &str, first: &mut Entry, second: &Entry, sink: &mut Sink) {
    match (first.value.as_seq(), second.value.as_seq()) {
        (Some(a), Some(b)) => {
            first.value = list(first.value.span, a.iter().chain(b).cloned().collect())
        }
        _ if first.value.same_value(&second.value) || second.value.is_null() => {}
        _ if first.value.is_null() => *first = second.clone(),
        _ => {
            let message =
                format!("`{key}` is set here under its name of 0.3, and again under another");
            sink.push(
                Diagnostic::error(Code::ConflictingKeys, second.key, message)
                    .also(first.key, "set here")
                    .help(format!("remove `{key}`")),
            );
        }
    }
}

fn top_level(key: &Arc<str>, entry: &Entry, sink: &mut Sink) -> (Arc<str>, Entry) {
    let with = |value: Node| Entry {
        key: entry.key,
        value,
    };
    let value = &entry.value;
    if let Some((_, today)) = RENAMED.iter().find(|(old, _)| **old == **key) {
        warn(entry.key, key, &format!("write `{today}`"), sink);
        let value = if *today == "repos" {
            sections::repos(value, sink)
        } else {
            value.clone()
        };
        return ((*today).into(), with(drop_nested(today, &value, sink)));
    }
    if &**key == "partition" {
        warn(entry.key, key, "write `partitions: {raw: …}`", sink);
        return ("partitions".into(), with(wrap("raw", entry.key, value)));
    }
    let modern = match &**key {
        "packages" => sections::packages(value, entry.key, sink),
        "nameservers" => sections::each(value, key, "ip", sink),
        "ntp" => sections::ntp(value, entry.key, sink),
        "hosts" => sections::hosts(value, sink),
        "proxy" => sections::proxy(value, entry.key, sink),
        "firewall" => sections::firewall(value, sink),
        "bootloader" => sections::bootloader(value, sink),
        "disks" => sections::disks(value, sink),
        "interfaces" => sections::interfaces(value, sink),
        "repos" => sections::repos(value, sink),
        "setup_data" => sections::setup_data(value, sink),
        "templates" => sections::templates(value, sink),
        "mac" if value.as_text() == Some("RANDOM") => {
            return (Arc::clone(key), with(sections::chosen(value, sink)));
        }
        "swap" => sections::swap(value, sink),
        "virtinst" => sections::virtinst(value, sink),
        _ => value.clone(),
    };
    (Arc::clone(key), with(drop_nested(key, &modern, sink)))
}

fn warn(span: Span, key: &str, help: &str, sink: &mut Sink) {
    let message = format!("`{key}` is the form of 0.3");
    sink.push(Diagnostic::warning(Code::LegacyKey, span, message).help(help));
}

/// Drops the keys of a section, or of each item of its list, that mean nothing today.
fn drop_nested(section: &str, value: &Node, sink: &mut Sink) -> Node {
    let Some((_, dropped)) = DROPPED.iter().find(|(name, _)| *name == section) else {
        return value.clone();
    };
    edit_maps(value, |map| {
        let has = map.keys().any(|key| dropped.contains(&&**key));
        has.then(|| {
            let mut map = map.clone();
            map.retain(|key, entry| {
                let drop = dropped.contains(&&**key);
                if drop {
                    let message = format!("`{key}` of 0.3 has no meaning in {section} today");
                    sink.push(
                        Diagnostic::warning(Code::LegacyKey, entry.key, message).help("remove it"),
                    );
                }
                !drop
            });
            map
        })
    })
}

/// Applies `edit` to a map, or to each map of a list; a value without an edit stays as it is.
fn edit_maps(value: &Node, mut edit: impl FnMut(&Map) -> Option<Map>) -> Node {
    let mut one = |node: &Node| match node.as_map().and_then(&mut edit) {
        Some(map) => Node {
            kind: Kind::Map(Arc::new(map)),
            ..node.clone()
        },
        None => node.clone(),
    };
    match &value.kind {
        Kind::Seq(items) => {
            let edited: Vec<Node> = items.iter().map(one).collect();
            let same = |(old, new): (&Node, &Node)| old.identity() == new.identity();
            if items.iter().zip(&edited).all(same) {
                return value.clone();
            }
            Node {
                kind: Kind::Seq(Arc::new(edited)),
                ..value.clone()
            }
        }
        _ => one(value),
    }
}

fn wrap(key: &str, span: Span, value: &Node) -> Node {
    let entry = Entry {
        key: span,
        value: value.clone(),
    };
    Node::new(
        value.span,
        Kind::Map(Arc::new(Map::from_iter([(Arc::from(key), entry)]))),
    )
}

fn list(span: Span, items: Vec<Node>) -> Node {
    Node::new(span, Kind::Seq(Arc::new(items)))
}

/// Finds the OS of a guest whose layers have no `os`: from `virtinst.os_variant`, else from its template's name.
///
/// Returns the place it was read from as well; `None` when the layers are not of 0.3's kind.
pub(super) fn operating_system(layers: &[&Node], table: &OsTable) -> Option<(Arc<Os>, Span)> {
    let variant = layers
        .iter()
        .rev()
        .find_map(|layer| layer.get("virtinst")?.get("os_variant"));
    let template = layers
        .iter()
        .rev()
        .find_map(|layer| layer.get("templates")?.get("autoinst")?.get("src"));
    for node in [variant, template].into_iter().flatten() {
        let text = node.as_text().unwrap_or_default().replace("rhel-", "rhel");
        let word = text.find("rhel").map_or("", |start| &text[start..]);
        let end = word
            .find(|c: char| !c.is_ascii_alphanumeric() && c != '.')
            .unwrap_or(word.len());
        if let Some(os) = table.get(word[..end].trim_end_matches('.')) {
            return Some((os, node.span));
        }
    }
    // What the original assumed.
    table
        .get("rhel6")
        .zip(template.or(variant).map(|node| node.span))
}

/// Returns a layer of a network in today's keys.
pub fn modernize_network(layer: &Node, sink: &mut Sink) -> Node {
    edit_maps(layer, |map| {
        let dhcp = map
            .get("dhcp")
            .filter(|dhcp| dhcp.value.get("static").is_some())?;
        let value = edit_maps(&dhcp.value, |range| {
            let mut range = range.clone();
            let entry = range.shift_remove("static")?;
            let help = "remove it: `ip: auto` takes addresses outside the range";
            warn(entry.key, "dhcp: {static}", help, sink);
            Some(range)
        });
        let mut map = map.clone();
        map.insert(
            "dhcp".into(),
            Entry {
                key: dhcp.key,
                value,
            },
        );
        Some(map)
    })
}

/// Reports a storage layer of 0.3, which nothing ever read, and returns whether `storage` is one.
pub fn skip_storage(storage: &super::Object, sink: &mut Sink) -> bool {
    let key = storage
        .layers
        .iter()
        .find_map(|layer| Some(layer.as_map()?.get("storage_pools")?.key));
    if let Some(key) = key {
        sink.push(
            Diagnostic::warning(
                Code::LegacyKey,
                key,
                "`storage_pools` of 0.3 was never read",
            )
            .help("write one file per pool, `storages.d/NAME.yml`"),
        );
    }
    key.is_some()
}
