//! The left fold over the layers.
//!
//! Maps merge key by key; scalars and lists replace; `~` brings back the built-in value; `!append`, `!remove` and
//! `!replace` change that for one value. Each surviving value keeps the span of the layer that set it, which is all the
//! provenance there is: what it shadows is found by walking the layers again.

use std::collections::HashMap;
use std::mem::discriminant;
use std::sync::Arc;

use crate::diag::{Code, Diagnostic, Sink};
use crate::yaml::{Entry, Kind, Map, Node, Tag};

/// Folds `layers` into one map, with nothing beneath them.
pub fn merge_all(layers: &[Node], sink: &mut Sink) -> Map {
    let nothing = Map::default();
    layers
        .iter()
        .filter_map(Node::as_map)
        .fold(Map::default(), |merged, layer| {
            merge(merged, &nothing, layer, sink)
        })
}

/// Puts `over` on top of `below`; `base` holds the built-in values that `~` returns to.
pub fn merge(mut below: Map, base: &Map, over: &Map, sink: &mut Sink) -> Map {
    for (key, entry) in over {
        match merge_entry(key, below.get(key), base.get(key), entry, sink) {
            Some(entry) => below.insert(Arc::clone(key), entry),
            // Removing by shifting keeps the order of the remaining keys.
            None => below.shift_remove(key),
        };
    }
    below
}

/// Does what [`merge`] does for one key: returns the entry that `new` makes of the `old` one, if any.
pub(super) fn merge_entry(
    key: &str,
    old: Option<&Entry>,
    base: Option<&Entry>,
    new: &Entry,
    sink: &mut Sink,
) -> Option<Entry> {
    if new.value.is_null() {
        return base.cloned();
    }
    Some(Entry {
        key: new.key,
        value: combine(
            key,
            old.map(|entry| &entry.value),
            base.map(|entry| &entry.value),
            &new.value,
            sink,
        ),
    })
}

fn combine(
    key: &str,
    old: Option<&Node>,
    base: Option<&Node>,
    new: &Node,
    sink: &mut Sink,
) -> Node {
    let untagged = || Node {
        tag: Tag::None,
        ..new.clone()
    };
    match (new.tag, old.map(|old| &old.kind), &new.kind) {
        (Tag::Append, Some(Kind::Seq(old)), Kind::Seq(new_items)) => {
            let items = old.iter().chain(new_items.iter()).cloned().collect();
            Node::new(new.span, Kind::Seq(Arc::new(items)))
        }
        (Tag::Remove, Some(Kind::Seq(old_items)), Kind::Seq(items)) => {
            let list = old.map_or(new.span, |old| old.span);
            let (earlier, removed) = (Values::new(old_items), Values::new(items));
            for item in items.iter().filter(|item| !earlier.has(item)) {
                let message = format!("`!remove` finds nothing of this kind in `{key}`");
                sink.push(
                    Diagnostic::warning(Code::MisplacedTag, item.span, message)
                        .also(list, "the list of the earlier layer")
                        .help("take the item away, or write it as it stands in the list"),
                );
            }
            let kept = old_items
                .iter()
                .filter(|item| !removed.has(item))
                .cloned()
                .collect();
            Node::new(new.span, Kind::Seq(Arc::new(kept)))
        }
        (Tag::Append, None, _) => untagged(),
        (Tag::Remove, None, _) => {
            let message = format!("`!remove`, but no earlier layer sets `{key}`");
            sink.push(
                Diagnostic::warning(Code::MisplacedTag, new.span, message)
                    .help("leave the key out: there is nothing to remove from"),
            );
            Node::new(new.span, Kind::Seq(Arc::default()))
        }
        (Tag::Append | Tag::Remove, Some(_), _) => kind_change(key, old, base, new, sink),
        (Tag::Replace, _, _) => resolved(&untagged(), base, sink),
        (_, Some(Kind::Map(below)), Kind::Map(over)) => {
            let nothing = Map::default();
            let base = base.and_then(Node::as_map).unwrap_or(&nothing);
            Node::new(
                new.span,
                Kind::Map(Arc::new(merge(below.as_ref().clone(), base, over, sink))),
            )
        }
        (_, Some(Kind::Map(_)), Kind::Seq(_)) | (_, Some(Kind::Seq(_)), Kind::Map(_)) => {
            kind_change(key, old, base, new, sink)
        }
        _ => resolved(new, base, sink),
    }
}

/// The items of a list, found by what they are.
struct Values<'n>(HashMap<u64, Vec<&'n Node>>);

impl<'n> Values<'n> {
    fn new(items: &'n [Node]) -> Self {
        let mut values: HashMap<u64, Vec<&Node>> = HashMap::new();
        for item in items {
            values.entry(item.value_hash()).or_default().push(item);
        }
        Self(values)
    }

    fn has(&self, value: &Node) -> bool {
        let same = self.0.get(&value.value_hash());
        same.is_some_and(|same| same.iter().any(|item| item.same_value(value)))
    }
}

/// Returns a value that stands alone, with the merge tags and `~` inside it carried out.
fn resolved(node: &Node, base: Option<&Node>, sink: &mut Sink) -> Node {
    match &node.kind {
        Kind::Map(map) if map.values().any(|entry| needs_merging(&entry.value)) => {
            let nothing = Map::default();
            let base = base.and_then(Node::as_map).unwrap_or(&nothing);
            let merged = merge(Map::default(), base, map, sink);
            Node {
                kind: Kind::Map(Arc::new(merged)),
                ..node.clone()
            }
        }
        _ => node.clone(),
    }
}

fn needs_merging(node: &Node) -> bool {
    let inner = node
        .as_map()
        .is_some_and(|map| map.values().any(|entry| needs_merging(&entry.value)));
    matches!(node.tag, Tag::Append | Tag::Remove | Tag::Replace) || node.is_null() || inner
}

/// Reports a value of another kind than the earlier one, which stays; what is built in has the kind that is due.
fn kind_change(
    key: &str,
    old: Option<&Node>,
    base: Option<&Node>,
    new: &Node,
    sink: &mut Sink,
) -> Node {
    let Some(old) = old else { return new.clone() };
    let message = format!(
        "`{key}` is {} here, but {} in an earlier layer",
        new.describe(),
        old.describe()
    );
    let is_due = base.is_some_and(|base| discriminant(&base.kind) == discriminant(&old.kind));
    let form = match old.kind {
        Kind::Seq(_) => "write `- ` before each item, or `[` and `]` around them",
        Kind::Map(_) => "write its keys below it, or between `{` and `}`",
        Kind::Scalar(_) => "write one value",
    };
    let help = match is_due {
        true => form.to_owned(),
        false => format!("{form}; or `!replace` before the value, to take the earlier one's place"),
    };
    sink.push(
        Diagnostic::error(Code::KindChange, new.span, message)
            .also(old.span, format!("{} here", old.describe()))
            .help(help),
    );
    old.clone()
}

#[cfg(test)]
mod tests;
