//! Plain data for expressions, and back.

use std::sync::Arc;

use serde_json::Value;

use super::names::Step;
use crate::secret::{Secrets, is_password_key, names_secret};
use crate::source::Span;
use crate::yaml::{Entry, Kind, Node, Resolved, Scalar, Tag};

/// What a value takes besides its text, in bytes: on the way to YAML's nodes and back it is held in several forms.
const OVERHEAD: usize = 32;

/// Returns whether a value is no larger than `room`, in bytes, and takes its size from that.
pub(super) fn fits(value: &tera::Value, room: &mut usize) -> bool {
    let size = OVERHEAD + value.as_str().map_or(0, str::len);
    let Some(left) = room.checked_sub(size) else {
        return false;
    };
    *room = left;
    let items = value.as_array().unwrap_or_default();
    items.iter().all(|item| fits(item, room))
        && value
            .as_map()
            .is_none_or(|map| map.values().all(|item| fits(item, room)))
}

/// Takes the passwords out of a section that an expression reads as a whole.
pub(super) fn drop_passwords(value: &mut Value) {
    match value {
        Value::Object(map) => {
            map.retain(|key, _| !is_password_key(key));
            map.values_mut().for_each(drop_passwords);
        }
        Value::Array(items) => items.iter_mut().for_each(drop_passwords),
        _ => {}
    }
}

/// Returns whether a path leads to what is a secret by its key.
pub(super) fn leads_to_secret(path: &[Step]) -> bool {
    path.iter()
        .any(|step| matches!(step, Step::Key(key) if names_secret(key)))
}

/// Puts `value` at `path`, making the maps and lists on the way.
pub(super) fn place(values: &mut serde_json::Map<String, Value>, path: &[Step], value: Value) {
    let Some(Step::Key(root)) = path.first() else {
        return;
    };
    let mut at = values.entry(root.clone()).or_insert(Value::Null);
    for step in &path[1..] {
        at = match step {
            Step::Key(key) => {
                if !at.is_object() {
                    *at = Value::Object(serde_json::Map::new());
                }
                at.as_object_mut()
                    .expect("just made")
                    .entry(key.clone())
                    .or_insert(Value::Null)
            }
            Step::Index(index) => {
                if !at.is_array() {
                    *at = Value::Array(Vec::new());
                }
                let items = at.as_array_mut().expect("just made");
                if items.len() <= *index {
                    items.resize(index + 1, Value::Null);
                }
                &mut items[*index]
            }
        };
    }
    merge_json(at, value);
}

/// Lets a whole value and a part of it, read by one expression, stand together.
fn merge_json(at: &mut Value, value: Value) {
    match (at, value) {
        (Value::Object(below), Value::Object(over)) => {
            for (key, value) in over {
                merge_json(below.entry(key).or_insert(Value::Null), value);
            }
        }
        (at, value) => *at = value,
    }
}

pub(super) fn from_json(value: &Value, span: Span) -> Node {
    let kind = match value {
        Value::Null => Kind::Scalar(Scalar::plain("~")),
        Value::Bool(_) | Value::Number(_) => Kind::Scalar(Scalar::plain(value.to_string())),
        Value::String(text) => Kind::Scalar(Scalar::quoted(text.as_str())),
        Value::Array(items) => Kind::Seq(Arc::new(
            items.iter().map(|item| from_json(item, span)).collect(),
        )),
        Value::Object(map) => {
            let entry = |(key, value): (&String, &Value)| {
                (
                    Arc::from(key.as_str()),
                    Entry {
                        key: span,
                        value: from_json(value, span),
                    },
                )
            };
            Kind::Map(Arc::new(map.iter().map(entry).collect()))
        }
    };
    Node::new(span, kind)
}

/// Says of a value and all in it that it is a secret, or was made of one.
pub(super) fn tainted(node: Node) -> Node {
    match node.kind {
        Kind::Scalar(_) => Node {
            tag: Tag::Secret,
            ..node
        },
        Kind::Seq(items) => Node {
            kind: Kind::Seq(Arc::new(items.iter().cloned().map(tainted).collect())),
            ..node
        },
        Kind::Map(map) => {
            let mut map = Arc::unwrap_or_clone(map);
            for entry in map.values_mut() {
                entry.value = tainted(entry.value.clone());
            }
            Node {
                kind: Kind::Map(Arc::new(map)),
                ..node
            }
        }
    }
}

/// Adds the texts and numbers that are tagged as secrets to `secrets`: a boolean tells nobody anything.
pub(super) fn collect_secrets(node: &Node, secrets: &mut Secrets) {
    match &node.kind {
        // Text may be due to become a number or boolean.
        Kind::Scalar(scalar) if node.tag == Tag::Secret => {
            let text = scalar.text.trim();
            match Scalar::plain(text).resolve() {
                Resolved::Null | Resolved::Bool(_) => {}
                Resolved::Int(_) | Resolved::Float(_) => secrets.add_number(text),
                Resolved::Str(_) => secrets.add(&scalar.text),
            }
        }
        Kind::Scalar(_) => {}
        Kind::Seq(items) => items.iter().for_each(|item| collect_secrets(item, secrets)),
        Kind::Map(map) => map
            .values()
            .for_each(|entry| collect_secrets(&entry.value, secrets)),
    }
}
