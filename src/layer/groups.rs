//! Which groups a guest belongs to, parents first, each once.

use std::sync::Arc;

use super::literal::is_literal;
use super::{Object, Objects};
use crate::diag::{Code, Diagnostic, Sink};
use crate::source::Span;
use crate::yaml::typed::Typer;
use crate::yaml::{Node, Tag};

/// How many groups may be parents of each other, one through another: loading recurses over them.
const MAX_CHAIN: usize = 64;

/// The groups an object names with `sysgroups` or `sysgroup`; `None` when it names none.
///
/// Of several layers the last that says it counts: group lists never merge.
pub(super) fn named(object: &Object, sink: &mut Sink) -> Option<Vec<(Arc<str>, Span)>> {
    let (key, value) = object.layers.iter().rev().find_map(|layer| {
        let map = layer.as_map()?;
        let plural = map.get("sysgroups");
        let singular = map.get("sysgroup");
        if let (Some(plural), Some(singular)) = (plural, singular) {
            sink.push(
                Diagnostic::error(
                    Code::ConflictingKeys,
                    singular.key,
                    "`sysgroup` and `sysgroups` exclude each other",
                )
                .also(plural.key, "the other one")
                .help("name all groups in `sysgroups`"),
            );
        }
        let entry = plural.or(singular)?;
        Some((
            if plural.is_some() {
                "sysgroups"
            } else {
                "sysgroup"
            },
            entry.value.clone(),
        ))
    })?;
    if value.is_null() {
        return None;
    }
    if !is_literal(&value, key, sink) {
        return Some(Vec::new());
    }
    if value.tag != Tag::None {
        let message = "the groups of a layer take the place of earlier ones: they never merge";
        sink.push(
            Diagnostic::error(Code::MisplacedTag, value.span, message)
                .help("name every group here"),
        );
    }
    let items = match value.as_seq() {
        Some(items) if key == "sysgroups" => items.to_vec(),
        _ => vec![value],
    };
    Some(
        items
            .iter()
            .filter_map(|item| group_name(item, key, sink))
            .collect(),
    )
}

fn group_name(item: &Node, key: &str, sink: &mut Sink) -> Option<(Arc<str>, Span)> {
    if !is_literal(item, key, sink) {
        return None;
    }
    let Some(name) = item.as_text() else {
        Typer { sink }.mismatch(item, "the name of a sysgroup");
        return None;
    };
    Some((name.into(), item.span))
}

/// Returns the group a guest belongs to by its name: `web-1` to `web`, when such a group exists.
pub(super) fn implied(guest: &str, sysgroups: &Objects) -> Option<Arc<str>> {
    let stem = match guest.rsplit_once('-') {
        Some((stem, number))
            if !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()) =>
        {
            stem
        }
        _ => guest,
    };
    sysgroups
        .get_key_value(stem)
        .map(|(name, _)| Arc::clone(name))
}

/// Orders the groups of `wanted` for loading: parents before children, each once.
pub(super) fn load_order(
    wanted: &[(Arc<str>, Span)],
    sysgroups: &Objects,
    sink: &mut Sink,
) -> Vec<Arc<str>> {
    let mut order = Vec::new();
    let mut path = Vec::new();
    for (name, span) in wanted {
        visit(name, *span, sysgroups, &mut path, &mut order, sink);
    }
    order
}

fn visit(
    name: &Arc<str>,
    span: Span,
    sysgroups: &Objects,
    path: &mut Vec<(Arc<str>, Span)>,
    order: &mut Vec<Arc<str>>,
    sink: &mut Sink,
) {
    if order.contains(name) {
        return;
    }
    if let Some(start) = path.iter().position(|(seen, _)| seen == name) {
        let chain: Vec<&str> = path[start..]
            .iter()
            .map(|(name, _)| &**name)
            .chain([&**name])
            .collect();
        let message = format!("sysgroup `{name}` is its own parent: {}", chain.join(" → "));
        let diagnostic = Diagnostic::error(Code::SysgroupCycle, span, message);
        let parents = path[start + 1..].iter();
        let diagnostic = parents.fold(diagnostic, |diagnostic, (parent, span)| {
            diagnostic.also(*span, format!("`{parent}` is named here"))
        });
        sink.push(diagnostic.help("leave out one of these parents"));
        return;
    }
    if path.len() >= MAX_CHAIN {
        let message =
            format!("sysgroup `{name}` is the parent of {MAX_CHAIN} others, one through another");
        sink.push(
            Diagnostic::error(Code::SysgroupCycle, span, message)
                .help("one group can name several parents: `sysgroups: [a, b]`"),
        );
        return;
    }
    let Some(object) = sysgroups.get(name) else {
        let known = sysgroups.keys().map(|name| &**name);
        let message = format!("sysgroup `{name}` is not defined");
        sink.push(Diagnostic::error(Code::UnknownSysgroup, span, message).suggest(name, known));
        return;
    };
    path.push((Arc::clone(name), span));
    for (parent, span) in named(object, sink).unwrap_or_default() {
        visit(&parent, span, sysgroups, path, order, sink);
    }
    path.pop();
    order.push(Arc::clone(name));
}
