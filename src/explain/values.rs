//! Values for people: as they are written, and without secrets.

use serde_json::{Value, json};

use crate::render::mask;
use crate::secret::Secrets;
use crate::yaml::path::Step;
use crate::yaml::{Kind, Node, Tag};

/// Returns a node as plain data, `!env` and `!file` as they are written.
pub(super) fn as_written(node: &Node) -> Value {
    match (&node.kind, node.tag) {
        (Kind::Scalar(scalar), Tag::Env) => json!(format!("!env {}", scalar.text)),
        (Kind::Scalar(scalar), Tag::File) => json!(format!("!file {}", scalar.text)),
        (Kind::Scalar(_), _) => json!(node),
        (Kind::Seq(items), _) => items.iter().map(as_written).collect(),
        (Kind::Map(map), _) => {
            let entries = map.iter().filter(|(_, entry)| !entry.value.is_null());
            let entries = entries.map(|(key, entry)| (key.to_string(), as_written(&entry.value)));
            Value::Object(entries.collect())
        }
    }
}

/// Returns the value at `path` without secrets: those in `secrets`, and what is one by its key or form.
pub(super) fn without_secrets(path: &[Step], value: Value, secrets: &Secrets) -> Value {
    // Which variable or file holds a secret is none.
    let names_a_source = value
        .as_str()
        .is_some_and(|text| text.starts_with("!env ") || text.starts_with("!file "));
    if names_a_source {
        return value;
    }
    let keys = path.iter().rev().filter_map(|step| match step {
        Step::Key(key) => Some(key.as_str()),
        Step::Index(_) => None,
    });
    // What stands under the key of a secret is one, and whatever lies below public keys is none.
    let key = keys.into_iter().next().unwrap_or_default();
    let mut nested = json!({ key: value });
    mask(&mut nested, secrets);
    nested[key].take()
}
