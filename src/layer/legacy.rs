//! Keys of miniascape 0.3 (2012) → today's keys, layer by layer, so that merging sees one vocabulary.
//!
//! Every rewritten or dropped key is a warning that says what to write. Values keep their places.

use std::sync::Arc;

use crate::diag::{Code, Diagnostic, Sink};
use crate::model::os::{Os, OsTable};
use crate::source::Span;
use crate::yaml::{Entry, Kind, Map, Node, Resolved, Scalar};

/// Top-level keys that only changed their names.
const RENAMED: &[(&str, &str)] = &[("ks_repos", "repos"), ("ks_users", "users"), ("ks_finish", "finish")];

/// Keys without a meaning today, by the section they stand in.
const DROPPED: &[(&str, &[&str])] = &[
    ("virtinst", &["connect", "basic_options", "os_type", "keyboard", "clock", "check_cpu", "accelerate"]),
    ("interfaces", &["activate", "onboot", "route", "extra_options", "type", "hostname"]),
    ("timezone", &["nontp"]),
    ("firewall", &["rules", "input_rules"]),
    ("kdump", &["conf"]),
    ("setup_data", &["install"]),
    ("bootloader", &["location"]),
    ("repos", &["id"]),
];

/// Returns a layer of a guest, group or common in today's keys.
pub(super) fn modernize(layer: &Node, sink: &mut Sink) -> Node {
    let Some(map) = layer.as_map() else { return layer.clone() };
    let mut modern = Map::with_capacity(map.len());
    for (key, entry) in map {
        let (key, entry) = top_level(key, entry, sink);
        if let Some(first) = modern.get(&key).map(|first: &Entry| first.key) {
            let message = format!("this is `{key}` under its name of 0.3, and `{key}` is set as well");
            sink.push(Diagnostic::error(Code::ConflictingKeys, entry.key, message).also(first, "set here"));
            continue;
        }
        modern.insert(key, entry);
    }
    Node { kind: Kind::Map(Arc::new(modern)), ..layer.clone() }
}

fn top_level(key: &Arc<str>, entry: &Entry, sink: &mut Sink) -> (Arc<str>, Entry) {
    let with = |value: Node| Entry { key: entry.key, value };
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
        "packages" if value.as_map().is_some() => {
            warn(entry.key, "packages: {installed, uninstalled}", "write one list, with `-` before packages to leave out", sink);
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
            warn(entry.key, "proxy: {fqdn, port}", "write `proxy: {url: …}`", sink);
            (Arc::clone(key), with(proxy(value)))
        }
        "firewall" => (Arc::clone(key), with(drop_nested(key, &firewall(value, sink), sink))),
        "bootloader" => (Arc::clone(key), with(drop_nested(key, &bootloader(value, sink), sink))),
        "disks" => (Arc::clone(key), with(disks(value, sink))),
        "interfaces" => (Arc::clone(key), with(drop_nested(key, &interface_names(value), sink))),
        _ => (Arc::clone(key), with(drop_nested(key, value, sink))),
    }
}

fn warn(span: Span, key: &str, help: &str, sink: &mut Sink) {
    let message = format!("`{key}` is the form of 0.3");
    sink.push(Diagnostic::warning(Code::LegacyKey, span, message).help(help));
}

/// Drops the keys of a section, or of each item of its list, that mean nothing today.
fn drop_nested(section: &str, value: &Node, sink: &mut Sink) -> Node {
    let Some((_, dropped)) = DROPPED.iter().find(|(name, _)| *name == section) else { return value.clone() };
    edit_maps(value, |map| {
        let has = map.keys().any(|key| dropped.contains(&&**key));
        has.then(|| {
            let mut map = map.clone();
            map.retain(|key, entry| {
                let drop = dropped.contains(&&**key);
                if drop {
                    let message = format!("`{key}` of 0.3 has no meaning in {section} today");
                    sink.push(Diagnostic::warning(Code::LegacyKey, entry.key, message).help("remove it"));
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
        Some(map) => Node { kind: Kind::Map(Arc::new(map)), ..node.clone() },
        None => node.clone(),
    };
    match &value.kind {
        Kind::Seq(items) => Node { kind: Kind::Seq(Arc::new(items.iter().map(one).collect())), ..value.clone() },
        _ => one(value),
    }
}

fn wrap(key: &str, span: Span, value: &Node) -> Node {
    let entry = Entry { key: span, value: value.clone() };
    Node::new(value.span, Kind::Map(Arc::new(Map::from_iter([(Arc::from(key), entry)]))))
}

fn list(span: Span, items: Vec<Node>) -> Node {
    Node::new(span, Kind::Seq(Arc::new(items)))
}

fn packages(value: &Node) -> Node {
    let items = |key| value.get(key).and_then(Node::as_seq).unwrap_or_default();
    let removed = items("uninstalled").iter().map(|item| match item.as_text() {
        Some(name) => Node::text(item.span, format!("-{name}")),
        None => item.clone(),
    });
    list(value.span, items("installed").iter().cloned().chain(removed).collect())
}

/// Turns a list of one-key maps into a list of the key's values.
fn each(value: &Node, section: &str, key: &str, sink: &mut Sink) -> Node {
    let Some(items) = value.as_seq() else { return value.clone() };
    let flatten = |item: &Node| match item.get(key) {
        Some(inner) => {
            warn(item.span, &format!("{section}: [{{{key}}}]"), "write the value itself", sink);
            inner.clone()
        }
        None => item.clone(),
    };
    list(value.span, items.iter().map(flatten).collect())
}

fn hosts(value: &Node, sink: &mut Sink) -> Node {
    edit_maps(value, |map| {
        let names: Vec<Node> =
            ["fqdn", "hostname"].iter().filter_map(|key| map.get(*key)).map(|entry| entry.value.clone()).collect();
        let first = names.first()?.span;
        warn(first, "hosts: [{ip, hostname}]", "write `{ip, names: [..]}`", sink);
        let mut modern = Map::new();
        modern.extend(map.get("ip").map(|ip| (Arc::from("ip"), ip.clone())));
        modern.insert("names".into(), Entry { key: first, value: list(first, names) });
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
    let port = if text("port").is_empty() { String::new() } else { format!(":{}", text("port")) };
    let url = Node::text(value.span, format!("http://{credentials}{}{port}", text("fqdn")));
    wrap("url", value.span, &url)
}

fn firewall(value: &Node, sink: &mut Sink) -> Node {
    edit_maps(value, |map| {
        let mut modern = map.clone();
        let entry = modern.shift_remove("disabled")?;
        warn(entry.key, "firewall: {disabled}", "write `enabled`", sink);
        let Kind::Scalar(scalar) = &entry.value.kind else { return None };
        let Resolved::Bool(disabled) = scalar.resolve() else { return None };
        let enabled = Kind::Scalar(Scalar::plain(if disabled { "false" } else { "true" }));
        modern.insert("enabled".into(), Entry { key: entry.key, value: Node::new(entry.value.span, enabled) });
        Some(modern)
    })
}

fn bootloader(value: &Node, sink: &mut Sink) -> Node {
    edit_maps(value, |map| {
        let mut modern = map.clone();
        let entry = modern.shift_remove("options")?;
        warn(entry.key, "bootloader: {options}", "write `append`, a list of kernel arguments", sink);
        let words = entry.value.as_text().unwrap_or_default().split_whitespace();
        let words = words.map(|word| Node::text(entry.value.span, word)).collect();
        modern.insert("append".into(), Entry { key: entry.key, value: list(entry.value.span, words) });
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
            modern.insert("shareable".into(), Entry { key: entry.key, value: shared });
        } else {
            warn(entry.key, "perms", "remove it: disks are writable unless `shareable` says more", sink);
        }
        Some(modern)
    })
}

/// 0.3 said `hostname` and later versions `host` for an interface's name.
fn interface_names(value: &Node) -> Node {
    edit_maps(value, |map| {
        if map.contains_key("host") {
            return None;
        }
        let mut modern = map.clone();
        let entry = modern.shift_remove("hostname")?;
        modern.insert("host".into(), entry);
        Some(modern)
    })
}

/// Finds the OS of a guest whose layers have no `os`: from `virtinst.os_variant`, else from its template's name.
///
/// Returns the place it was read from as well; `None` when the layers are not of 0.3's kind.
pub(super) fn operating_system(layers: &[&Node], table: &OsTable) -> Option<(Arc<Os>, Span)> {
    let variant = layers.iter().rev().find_map(|layer| layer.get("virtinst")?.get("os_variant"));
    let template = layers.iter().rev().find_map(|layer| layer.get("templates")?.get("autoinst")?.get("src"));
    for node in [variant, template].into_iter().flatten() {
        let text = node.as_text().unwrap_or_default().replace("rhel-", "rhel");
        let word = text.find("rhel").map_or("", |start| &text[start..]);
        let end = word.find(|c: char| !c.is_ascii_alphanumeric() && c != '.').unwrap_or(word.len());
        if let Some(os) = table.get(word[..end].trim_end_matches('.')) {
            return Some((os, node.span));
        }
    }
    // What the original assumed.
    table.get("rhel6").zip(template.or(variant).map(|node| node.span))
}

/// Reports a storage layer of 0.3, which nothing ever read, and returns whether `storage` is one.
pub fn skip_storage(storage: &super::Object, sink: &mut Sink) -> bool {
    let key = storage.layers.iter().find_map(|layer| Some(layer.as_map()?.get("storage_pools")?.key));
    if let Some(key) = key {
        sink.push(
            Diagnostic::warning(Code::LegacyKey, key, "`storage_pools` of 0.3 was never read")
                .help("write one file per pool, `storages.d/NAME.yml`"),
        );
    }
    key.is_some()
}
