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

/// Returns a node that a layer says at `path`, without secrets.
pub(super) fn said(path: &[Step], node: &Node, secrets: &Secrets) -> Value {
    let value = as_written(node);
    match node.tag {
        // Which variable or file holds a secret is none.
        Tag::Env | Tag::File => value,
        _ => without_secrets(path, value, secrets),
    }
}

/// Returns the value at `path` without secrets: those in `secrets`, and what is one by its key or form.
pub(super) fn without_secrets(path: &[Step], value: Value, secrets: &Secrets) -> Value {
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{said, without_secrets};
    use crate::diag::Sink;
    use crate::secret::Secrets;
    use crate::source::Sources;
    use crate::yaml::parse;
    use crate::yaml::path::read;

    #[test]
    fn a_secret_is_masked_and_its_source_is_not() {
        let mut secrets = Secrets::default();
        secrets.add("t0ken");
        let hidden = |path: &str, value| without_secrets(&read(path).unwrap(), value, &secrets);
        assert_eq!(hidden("users[0].password", json!("plain")), "***");
        assert_eq!(hidden("vars.list[0]", json!("a t0ken")), "a ***");
        assert_eq!(
            hidden("vars.list", json!([1, {"token": "x"}])),
            json!([1, {"token": "***"}])
        );
        let path = read("rootpw").unwrap();
        for (text, want) in [("!env ROOTPW", "!env ROOTPW"), ("\"!env ROOTPW\"", "***")] {
            let file = Sources::default().add("x", text);
            let node = parse(file, text, &mut Sink::default()).unwrap();
            assert_eq!(said(&path, &node, &secrets), want);
        }
    }
}
