//! Paths into values, as users write them: `virtinst.ram`, `interfaces[0].ip`, `vars["a.b"]`.

use serde_json::Value;

use super::{Entries, Kind, Node};

/// One step of a path into values.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    /// A map's key.
    Key(String),
    /// A list's item.
    Index(usize),
}

/// Returns a path as users write it.
#[must_use]
pub fn show(path: &[Step]) -> String {
    let mut out = String::new();
    for step in path {
        match step {
            Step::Key(key) if key.is_empty() || key.contains(['.', '[', ']', '"', '\\']) => {
                let quoted = key.replace('\\', "\\\\").replace('"', "\\\"");
                out.push_str(&format!("[\"{quoted}\"]"));
            }
            Step::Key(key) => {
                if !out.is_empty() {
                    out.push('.');
                }
                out.push_str(key);
            }
            Step::Index(index) => out.push_str(&format!("[{index}]")),
        }
    }
    out
}

/// Reads a path; `None` when it is none.
///
/// An item of a list may be written `.0` as well as `[0]`; [`settle`] tells it from a key.
#[must_use]
pub fn read(text: &str) -> Option<Vec<Step>> {
    let mut path = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        if let Some(quoted) = rest.strip_prefix("[\"") {
            let (key, after) = unquoted(quoted)?;
            path.push(Step::Key(key));
            rest = after;
        } else if let Some(number) = rest.strip_prefix('[') {
            let (number, after) = number.split_once(']')?;
            path.push(Step::Index(number.parse().ok()?));
            rest = after;
        } else {
            let word = match rest.strip_prefix('.') {
                Some(word) if !path.is_empty() => word,
                None if path.is_empty() => rest,
                _ => return None,
            };
            let end = word.find(['.', '[']).unwrap_or(word.len());
            path.push(Step::Key(word[..end].to_owned()));
            rest = &word[end..];
            if end == 0 {
                return None;
            }
        }
    }
    Some(path)
}

/// Reads a quoted key up to its `"]`, and returns what is behind that.
fn unquoted(text: &str) -> Option<(String, &str)> {
    let mut key = String::new();
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Some((key, text[at + 1..].strip_prefix(']')?)),
            '\\' => key.push(chars.next()?.1),
            _ => key.push(c),
        }
    }
    None
}

/// Returns the value at a path below `root`.
#[must_use]
pub fn find<'v>(root: &'v Value, path: &[Step]) -> Option<&'v Value> {
    path.iter().try_fold(root, |value, step| match step {
        Step::Key(key) => value.as_object()?.get(key),
        Step::Index(index) => value.as_array()?.get(*index),
    })
}

/// Returns the node at a path below a map.
#[must_use]
pub fn find_node<'n>(root: &'n impl Entries, path: &[Step]) -> Option<&'n Node> {
    let (Step::Key(first), rest) = path.split_first()? else {
        return None;
    };
    let first = &root.entry(first.as_str())?.value;
    rest.iter()
        .try_fold(first, |node, step| match (step, &node.kind) {
            (Step::Key(key), Kind::Map(map)) => Some(&map.get(key.as_str())?.value),
            (Step::Index(index), Kind::Seq(items)) => items.get(*index),
            _ => None,
        })
}

/// Takes the numbers among the keys of a path for items where `root` has lists.
#[must_use]
pub fn settle(root: &Value, path: Vec<Step>) -> Vec<Step> {
    let mut at = Some(root);
    let settled = |step: Step| {
        let index = match (&step, at) {
            (Step::Key(key), Some(Value::Array(_))) => key.parse().ok().map(Step::Index),
            _ => None,
        };
        let step = index.unwrap_or(step);
        at = at.and_then(|value| find(value, std::slice::from_ref(&step)));
        step
    };
    path.into_iter().map(settled).collect()
}

/// Calls `visit` with the path of every leaf of a value: what is no map and no list, or an empty one.
pub fn leaves<'v>(
    path: &mut Vec<Step>,
    value: &'v Value,
    visit: &mut impl FnMut(&[Step], &'v Value),
) {
    match value {
        Value::Object(map) if !map.is_empty() => {
            for (key, value) in map {
                path.push(Step::Key(key.clone()));
                leaves(path, value, visit);
                path.pop();
            }
        }
        Value::Array(items) if !items.is_empty() => {
            for (index, value) in items.iter().enumerate() {
                path.push(Step::Index(index));
                leaves(path, value, visit);
                path.pop();
            }
        }
        leaf => visit(path, leaf),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{find, leaves, read, settle, show};

    #[test]
    fn paths_are_read_as_they_are_shown() {
        for text in [
            "virtinst.ram",
            "interfaces[0].ip",
            "a[1][2]",
            "vars[\"a.b\"].c",
            "vars[\"\"][\"a\\\"]\\\\\"].c",
        ] {
            assert_eq!(show(&read(text).unwrap()), text);
        }
        for text in ["a..b", ".a", "a.", "a[x]", "a[1", "a[0]b"] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn numbers_are_items_of_lists_and_keys_of_maps() {
        let value = json!({"list": [{"0": "x"}]});
        let path = settle(&value, read("list.0.0").unwrap());
        assert_eq!(show(&path), "list[0].0");
        assert_eq!(find(&value, &path), Some(&json!("x")));
    }

    #[test]
    fn empty_maps_and_lists_are_leaves() {
        let value = json!({"a": {}, "b": [1, []]});
        let mut found = Vec::new();
        leaves(&mut Vec::new(), &value, &mut |path, _| {
            found.push(show(path))
        });
        assert_eq!(found, ["a", "b[0]", "b[1]"]);
    }
}
