//! Entries of the OS table that start from others.

use std::collections::HashMap;
use std::sync::Arc;

use crate::diag::{Code, Diagnostic, Sink};
use crate::layer::merge;
use crate::yaml::{Map, Node};

/// How many entries may extend each other, one through another: reading recurses over them.
const MAX_CHAIN: usize = 32;

/// The layers of each entry as they are written, the built-in one first.
pub(super) type Raw<'a> = HashMap<Arc<str>, Vec<&'a Map>>;

/// Returns the entry that one with these layers extends, as it is written.
fn extended<'a>(layers: &[&'a Map]) -> Option<&'a Node> {
    let mut said = layers.iter().rev().filter_map(|layer| layer.get("extends"));
    said.next()
        .map(|entry| &entry.value)
        .filter(|value| !value.is_null())
}

/// Returns the entries that one is made from: itself, the one it extends, and so on.
pub(super) fn chain(name: &Arc<str>, raw: &Raw<'_>) -> Vec<Arc<str>> {
    let mut chain = vec![Arc::clone(name)];
    loop {
        let own = chain.last().and_then(|name| raw.get(name));
        let parent = own.and_then(|own| extended(own)?.as_text());
        let parent = parent.and_then(|parent| raw.get_key_value(parent));
        match parent {
            Some((parent, _)) if !chain.contains(parent) => chain.push(Arc::clone(parent)),
            _ => return chain,
        }
    }
}

/// Follows `extends` down to an entry without, and merges upwards from there.
pub(super) fn extend(
    name: &Arc<str>,
    raw: &Raw<'_>,
    path: &mut Vec<Arc<str>>,
    sink: &mut Sink,
) -> Map {
    let Some(own) = raw.get(name) else {
        return Map::default();
    };
    let over = |below: Map, sink: &mut Sink| {
        own.iter().fold(below, |below, layer| {
            merge(below, &Map::default(), layer, sink)
        })
    };
    let Some(parent) = extended(own) else {
        return over(Map::default(), sink);
    };
    path.push(Arc::clone(name));
    let known = parent
        .as_text()
        .and_then(|parent| raw.get_key_value(parent))
        .map(|(name, _)| Arc::clone(name));
    let below = match known {
        Some(_) if path.len() >= MAX_CHAIN => {
            let first = &path[0];
            let place = extended(&raw[first]).map(|value| value.span);
            let message =
                format!("`{first}` extends more than {MAX_CHAIN} others, one through another");
            sink.push(
                Diagnostic::error(Code::UnknownOs, place.unwrap_or(parent.span), message)
                    .help("let it extend the entry of the table that is nearest"),
            );
            Map::default()
        }
        Some(known) if !path.contains(&known) => extend(&known, raw, path, sink),
        Some(known) => {
            let message = format!("`{known}` extends itself");
            sink.push(
                Diagnostic::error(Code::UnknownOs, parent.span, message)
                    .help("name another entry, or remove `extends`"),
            );
            Map::default()
        }
        None => {
            let text = parent.as_text().unwrap_or_default();
            let message = format!("operating system `{text}` is not in the table");
            sink.push(
                Diagnostic::error(Code::UnknownOs, parent.span, message)
                    .suggest(text, raw.keys().map(|name| &**name)),
            );
            Map::default()
        }
    };
    path.pop();
    over(below, sink)
}
