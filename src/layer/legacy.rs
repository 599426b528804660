//! Keys of miniascape 0.3 (2012) → today's keys, layer by layer, so that merging sees one vocabulary.
//!
//! Every rewritten or dropped key is a warning that says what to write. Values keep their places.

use std::sync::Arc;

use crate::diag::{Code, Diagnostic, Sink};
use crate::model::os::{Os, OsTable};
use crate::source::Span;
use crate::yaml::{Entry, Kind, Map, Node, Scalar};

/// Top-level keys that only changed their names.
const RENAMED: &[(&str, &str)] = &[
    ("ks_repos", "repos"),
    ("yum_repos", "repos"),
    ("ks_users", "users"),
    ("ks_finish", "finish"),
    ("defaultgw", "gateway"),
];

/// Keys without a meaning today, by the section they stand in.
const DROPPED: &[(&str, &[&str])] = &[
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
    ("repos", &["id"]),
];

/// Returns a layer of a guest, group or common in today's keys.
pub(super) fn modernize(layer: &Node, sink: &mut Sink) -> Node {
    let Some(map) = layer.as_map() else {
        return layer.clone();
    };
    let mut modern = Map::with_capacity(map.len());
    for (key, entry) in map {
        let (key, entry) = top_level(key, entry, sink);
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
                    .also(first.key, "set here"),
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
        return ((*today).into(), with(drop_nested(today, value, sink)));
    }
    match &**key {
        "partition" => {
            warn(entry.key, key, "write `partitions: {raw: …}`", sink);
            ("partitions".into(), with(wrap("raw", entry.key, value)))
        }
        "packages"
            if value
                .get("installed")
                .or(value.get("uninstalled"))
                .is_some() =>
        {
            warn(
                entry.key,
                "packages: {installed, uninstalled}",
                "write one list, with `-` before packages to leave out",
                sink,
            );
            (Arc::clone(key), with(packages(value)))
        }
        "nameservers" => (Arc::clone(key), with(each(value, key, "ip", sink))),
        "ntp" => match value.get("servers") {
            Some(servers) => {
                warn(entry.key, "ntp: {servers}", "write a list of servers", sink);
                (Arc::clone(key), with(each(servers, key, "hostname", sink)))
            }
            None => (Arc::clone(key), entry.clone()),
        },
        "hosts" => (Arc::clone(key), with(hosts(value, sink))),
        "proxy" if value.get("fqdn").is_some() => {
            warn(
                entry.key,
                "proxy: {fqdn, port}",
                "write `proxy: {url: …}`",
                sink,
            );
            (Arc::clone(key), with(proxy(value)))
        }
        "firewall" => (
            Arc::clone(key),
            with(drop_nested(key, &firewall(value, sink), sink)),
        ),
        "bootloader" => (
            Arc::clone(key),
            with(drop_nested(key, &bootloader(value, sink), sink)),
        ),
        "disks" => (Arc::clone(key), with(disks(value, sink))),
        "interfaces" => (
            Arc::clone(key),
            with(drop_nested(key, &interfaces(value, sink), sink)),
        ),
        "setup_data" => (
            Arc::clone(key),
            with(drop_nested(key, &setup_data(value, sink), sink)),
        ),
        "swap" => (Arc::clone(key), with(swap(value, sink))),
        "virtinst" => (
            Arc::clone(key),
            with(drop_nested(key, &virtinst(value, sink), sink)),
        ),
        _ => (Arc::clone(key), with(drop_nested(key, value, sink))),
    }
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

/// Applies `edit` to a map, or to each map of a list; values without an edit stay shared.
fn edit_maps(value: &Node, mut edit: impl FnMut(&Map) -> Option<Map>) -> Node {
    let mut one = |node: &Node| match node.as_map().and_then(&mut edit) {
        Some(map) => Node {
            kind: Kind::Map(Arc::new(map)),
            ..node.clone()
        },
        None => node.clone(),
    };
    match &value.kind {
        Kind::Seq(items) => Node {
            kind: Kind::Seq(Arc::new(items.iter().map(one).collect())),
            ..value.clone()
        },
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

fn packages(value: &Node) -> Node {
    let items = |key| value.get(key).and_then(Node::as_seq).unwrap_or_default();
    let removed = items("uninstalled")
        .iter()
        .map(|item| match item.as_text() {
            Some(name) => Node::text(item.span, format!("-{name}")),
            None => item.clone(),
        });
    list(
        value.span,
        items("installed").iter().cloned().chain(removed).collect(),
    )
}

/// Turns a list of one-key maps into a list of the key's values.
fn each(value: &Node, section: &str, key: &str, sink: &mut Sink) -> Node {
    let Some(items) = value.as_seq() else {
        return value.clone();
    };
    let flatten = |item: &Node| match item.get(key) {
        Some(inner) => {
            warn(
                item.span,
                &format!("{section}: [{{{key}}}]"),
                "write the value itself",
                sink,
            );
            inner.clone()
        }
        None => item.clone(),
    };
    list(value.span, items.iter().map(flatten).collect())
}

fn hosts(value: &Node, sink: &mut Sink) -> Node {
    edit_maps(value, |map| {
        let names: Vec<Node> = ["fqdn", "hostname"]
            .iter()
            .filter_map(|key| map.get(*key))
            .map(|entry| entry.value.clone())
            .collect();
        let first = names.first()?.span;
        warn(
            first,
            "hosts: [{ip, hostname}]",
            "write `{ip, names: [..]}`",
            sink,
        );
        let mut modern = Map::new();
        modern.extend(map.get("ip").map(|ip| (Arc::from("ip"), ip.clone())));
        modern.insert(
            "names".into(),
            Entry {
                key: first,
                value: list(first, names),
            },
        );
        Some(modern)
    })
}

fn proxy(value: &Node) -> Node {
    let text = |key| value.get(key).and_then(Node::as_text).unwrap_or_default();
    let credentials = match (text("user"), text("password")) {
        ("", _) => String::new(),
        (user, "") => format!("{user}@"),
        (user, password) => format!("{user}:{password}@"),
    };
    let port = if text("port").is_empty() {
        String::new()
    } else {
        format!(":{}", text("port"))
    };
    let url = Node::text(
        value.span,
        format!("http://{credentials}{}{port}", text("fqdn")),
    );
    wrap("url", value.span, &url)
}

fn firewall(value: &Node, sink: &mut Sink) -> Node {
    edit_maps(value, |map| {
        let mut modern = map.clone();
        if let Some(entry) = modern.shift_remove("disabled") {
            warn(entry.key, "firewall: {disabled}", "write `enabled`", sink);
            let enabled = if entry.value.as_text() == Some("true") {
                "false"
            } else {
                "true"
            };
            let enabled = Node::new(entry.value.span, Kind::Scalar(Scalar::plain(enabled)));
            modern.insert(
                "enabled".into(),
                Entry {
                    key: entry.key,
                    value: enabled,
                },
            );
        }
        if let Some(entry) = modern.shift_remove("rules") {
            warn(
                entry.key,
                "firewall: {rules}",
                "write `ports`, such as [80/tcp]",
                sink,
            );
            let port = |item: &Node| {
                Node::text(
                    item.span,
                    item.as_text().unwrap_or_default().replace(':', "/"),
                )
            };
            let ports = entry
                .value
                .as_seq()
                .unwrap_or_default()
                .iter()
                .map(port)
                .collect();
            modern.insert(
                "ports".into(),
                Entry {
                    key: entry.key,
                    value: list(entry.value.span, ports),
                },
            );
        }
        Some(modern)
    })
}

fn bootloader(value: &Node, sink: &mut Sink) -> Node {
    edit_maps(value, |map| {
        let mut modern = map.clone();
        let entry = modern.shift_remove("options")?;
        warn(
            entry.key,
            "bootloader: {options}",
            "write `append`, a list of kernel arguments",
            sink,
        );
        let options = entry.value.as_text().unwrap_or_default();
        let words = options
            .trim_start_matches("--append=")
            .trim_matches(['"', '\''])
            .split_whitespace();
        let words = words
            .map(|word| Node::text(entry.value.span, word))
            .collect();
        modern.insert(
            "append".into(),
            Entry {
                key: entry.key,
                value: list(entry.value.span, words),
            },
        );
        Some(modern)
    })
}

fn disks(value: &Node, sink: &mut Sink) -> Node {
    edit_maps(value, |map| {
        let mut modern = map.clone();
        let entry = modern.shift_remove("perms")?;
        if entry.value.as_text() == Some("sh") {
            warn(entry.key, "perms: sh", "write `shareable: true`", sink);
            let shared = Node::new(entry.value.span, Kind::Scalar(Scalar::plain("true")));
            modern.insert(
                "shareable".into(),
                Entry {
                    key: entry.key,
                    value: shared,
                },
            );
        } else {
            warn(
                entry.key,
                "perms",
                "remove it: disks are writable unless `shareable` says more",
                sink,
            );
        }
        Some(modern)
    })
}

/// An interface's name was `hostname` in some versions; its `options` were kickstart's, not virt-install's.
fn interfaces(value: &Node, sink: &mut Sink) -> Node {
    edit_maps(value, |map| {
        let mut modern = map.clone();
        if !map.contains_key("host")
            && let Some(entry) = modern.shift_remove("hostname")
        {
            modern.insert("host".into(), entry);
        }
        if modern
            .get("options")
            .and_then(|entry| entry.value.as_text())
            .is_some_and(|text| text.starts_with("--"))
            && let Some(entry) = modern.shift_remove("options")
        {
            warn(
                entry.key,
                "options",
                "kickstart's options have keys of their own today; remove it",
                sink,
            );
        }
        Some(modern)
    })
}

/// Paths without a directory lay in the archive that was unpacked below `/root/setup`.
fn setup_data(value: &Node, sink: &mut Sink) -> Node {
    edit_maps(value, |map| {
        let entry = map.get("dst")?;
        let dst = entry.value.as_text().filter(|dst| !dst.starts_with('/'))?;
        let absolute = format!("/root/setup/{dst}");
        warn(
            entry.value.span,
            &format!("dst: {dst}"),
            &format!("write `dst: {absolute}`"),
            sink,
        );
        let mut modern = map.clone();
        modern.insert(
            "dst".into(),
            Entry {
                key: entry.key,
                value: Node::text(entry.value.span, absolute),
            },
        );
        Some(modern)
    })
}

/// A bare number was MB; as GiB, today's unit, such numbers are no swap space.
fn swap(value: &Node, sink: &mut Sink) -> Node {
    match value
        .as_text()
        .filter(|text| text.parse::<u64>().is_ok_and(|number| number >= 128))
    {
        Some(text) => {
            warn(
                value.span,
                &format!("swap: {text}"),
                &format!("numbers are GiB today; write `{text}M`"),
                sink,
            );
            Node::text(value.span, format!("{text}M"))
        }
        None => value.clone(),
    }
}

fn virtinst(value: &Node, sink: &mut Sink) -> Node {
    edit_maps(value, |map| {
        let entry = map
            .get("cpu")
            .filter(|entry| entry.value.as_text() == Some("host"))?;
        warn(
            entry.value.span,
            "cpu: host",
            "write `host-passthrough`",
            sink,
        );
        let mut modern = map.clone();
        modern.insert(
            "cpu".into(),
            Entry {
                key: entry.key,
                value: Node::text(entry.value.span, "host-passthrough"),
            },
        );
        Some(modern)
    })
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
