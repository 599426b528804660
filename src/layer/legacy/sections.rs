//! The sections of a guest whose form changed since 0.3, each rewritten by a function of its name.

use std::sync::Arc;

use super::{edit_maps, list, warn, wrap};
use crate::diag::Sink;
use crate::source::Span;
use crate::yaml::{Entry, Kind, Map, Node, Scalar};

pub(super) fn packages(value: &Node, key: Span, sink: &mut Sink) -> Node {
    if value
        .get("installed")
        .or(value.get("uninstalled"))
        .is_none()
    {
        return value.clone();
    }
    let help = "write one list, with `-` before packages to leave out";
    warn(key, "packages: {installed, uninstalled}", help, sink);
    let items = |key| {
        value
            .get(key)
            .and_then(Node::as_seq)
            .unwrap_or_default()
            .iter()
    };
    let removed = items("uninstalled")
        .chain(items("del"))
        .map(|item| match item.as_text() {
            Some(name) => Node::text(item.span, format!("-{name}")),
            None => item.clone(),
        });
    list(
        value.span,
        items("installed")
            .chain(items("add"))
            .cloned()
            .chain(removed)
            .collect(),
    )
}

/// Turns a list of one-key maps into a list of the key's values.
pub(super) fn each(value: &Node, section: &str, key: &str, sink: &mut Sink) -> Node {
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

pub(super) fn ntp(value: &Node, key: Span, sink: &mut Sink) -> Node {
    let Some(servers) = value.get("servers") else {
        return value.clone();
    };
    warn(key, "ntp: {servers}", "write a list of servers", sink);
    each(servers, "ntp", "hostname", sink)
}

pub(super) fn hosts(value: &Node, sink: &mut Sink) -> Node {
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
        let mut modern = Map::default();
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

pub(super) fn proxy(value: &Node, key: Span, sink: &mut Sink) -> Node {
    if value.get("fqdn").is_none() {
        return value.clone();
    }
    warn(key, "proxy: {fqdn, port}", "write `proxy: {url: …}`", sink);
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

pub(super) fn firewall(value: &Node, sink: &mut Sink) -> Node {
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

pub(super) fn bootloader(value: &Node, sink: &mut Sink) -> Node {
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

pub(super) fn disks(value: &Node, sink: &mut Sink) -> Node {
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
pub(super) fn interfaces(value: &Node, sink: &mut Sink) -> Node {
    edit_maps(value, |map| {
        let mut modern = map.clone();
        if !map.contains_key("host")
            && let Some(entry) = modern.shift_remove("hostname")
        {
            modern.insert("host".into(), entry);
        }
        if modern.get("mac").and_then(|entry| entry.value.as_text()) == Some("RANDOM")
            && let Some(entry) = modern.shift_remove("mac")
        {
            chosen(&entry.value, sink);
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

/// Hardware addresses used to be drawn anew at each build; today one is chosen once, and left out for that.
pub(super) fn chosen(value: &Node, sink: &mut Sink) -> Node {
    warn(
        value.span,
        "mac: RANDOM",
        "remove it: an address is chosen, and stays",
        sink,
    );
    Node::new(value.span, Kind::Scalar(Scalar::plain("~")))
}

/// Outputs of versions before that this program has no use for.
pub(super) fn templates(value: &Node, sink: &mut Sink) -> Node {
    edit_maps(value, |map| {
        let mut modern = map.clone();
        for key in ["netregist", "Makefile"] {
            if let Some(entry) = modern.shift_remove(key) {
                warn(
                    entry.key,
                    key,
                    "remove it: nothing of the kind is needed today",
                    sink,
                );
            }
        }
        Some(modern)
    })
}

/// Repositories had an id beside the name people read; the id is what `name` is today.
pub(super) fn repos(value: &Node, sink: &mut Sink) -> Node {
    edit_maps(value, |map| {
        let mut modern = map.clone();
        let id = modern.shift_remove("id")?;
        warn(id.key, "id", "write it as `name`", sink);
        modern.insert("name".into(), id);
        Some(modern)
    })
}

/// Paths without a directory lay in the archive that was unpacked below `/root/setup`.
pub(super) fn setup_data(value: &Node, sink: &mut Sink) -> Node {
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
pub(super) fn swap(value: &Node, sink: &mut Sink) -> Node {
    if value.as_text() == Some("0") {
        warn(
            value.span,
            "swap: 0",
            "leave it out; `partitions` says what is wanted",
            sink,
        );
        return Node::new(value.span, Kind::Scalar(Scalar::plain("~")));
    }
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

pub(super) fn virtinst(value: &Node, sink: &mut Sink) -> Node {
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
