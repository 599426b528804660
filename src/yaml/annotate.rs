//! YAML text with a comment behind every value.

use serde_json::Value;

use super::emit::to_yaml;
use super::path::Step;

/// The widest line that the comments of a document are moved right for, in characters.
const MAX_COLUMN: usize = 48;

/// What a line of [`to_yaml`] says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The path of the value whose line it is.
    pub path: Vec<Step>,
    /// Whether it begins a leaf: the other lines are those of a longer text, and the keys of maps and lists.
    pub begins: bool,
}

/// Returns what each line of [`to_yaml`] of a value says.
#[must_use]
pub fn lines(value: &Value) -> Vec<Line> {
    let text = to_yaml(value);
    let mut reader = Reader {
        lines: Vec::new(),
        text: text.lines().collect(),
    };
    reader.value(&mut Vec::new(), value, Form::Whole);
    reader.lines
}

/// Writes `value` as [`to_yaml`] does, with what `comment` returns behind each leaf.
#[must_use]
pub fn with_comments(value: &Value, comment: impl Fn(&[Step]) -> Option<String>) -> String {
    let text = to_yaml(value);
    let said = lines(value);
    let comments: Vec<Option<String>> = said
        .iter()
        .map(|line| comment(&line.path).filter(|_| line.begins))
        .collect();
    let widths = text
        .lines()
        .zip(&comments)
        .filter(|(_, comment)| comment.is_some());
    let widths = widths.map(|(line, _)| line.chars().count());
    let column = widths
        .filter(|width| *width <= MAX_COLUMN)
        .max()
        .unwrap_or(0);
    let mut out = String::new();
    for (line, comment) in text.lines().zip(comments) {
        match comment {
            Some(comment) => {
                let comment = comment.replace(|c: char| c.is_control(), " ");
                out.push_str(&format!("{line:<column$}  # {comment}\n"));
            }
            None => out.extend([line, "\n"]),
        }
    }
    out
}

/// What comes before a value on its line.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    /// Nothing: it is the document.
    Whole,
    /// Its key.
    Entry,
    /// The dash of an item.
    Item,
}

struct Reader<'t> {
    lines: Vec<Line>,
    text: Vec<&'t str>,
}

impl Reader<'_> {
    fn value(&mut self, path: &mut Vec<Step>, value: &Value, form: Form) {
        match value {
            Value::Object(map) if !map.is_empty() => {
                if form == Form::Entry {
                    self.push(path, false);
                }
                for (key, value) in map {
                    path.push(Step::Key(key.clone()));
                    self.value(path, value, Form::Entry);
                    path.pop();
                }
            }
            Value::Array(items) if !items.is_empty() => {
                if form != Form::Whole {
                    self.push(path, false);
                }
                for (index, item) in items.iter().enumerate() {
                    path.push(Step::Index(index));
                    self.value(path, item, Form::Item);
                    path.pop();
                }
            }
            leaf => {
                let line = self.text.get(self.lines.len()).copied().unwrap_or_default();
                // Nothing but the head of a literal block ends so: other texts with a bar are quoted.
                let block = form != Form::Whole && is_head(line);
                self.push(path, true);
                let rest = leaf
                    .as_str()
                    .filter(|_| block)
                    .map_or(0, |text| text.lines().count());
                for _ in 0..rest {
                    self.push(path, false);
                }
            }
        }
    }

    fn push(&mut self, path: &[Step], begins: bool) {
        self.lines.push(Line {
            path: path.to_vec(),
            begins,
        });
    }
}

fn is_head(line: &str) -> bool {
    line.ends_with(" |") || line.ends_with(" |-")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{lines, with_comments};
    use crate::yaml::emit::to_yaml;
    use crate::yaml::path::show;

    #[test]
    fn every_leaf_has_its_comment_and_stays_what_it_is() {
        let value = json!({
            "a": {"b": 1, "c": [], "text": "one\n\ntwo\n"},
            "list": ["x", {"k": "v |", "l": ["z"]}, [1, [2]], "a\nb"],
        });
        let text = with_comments(&value, |path| Some(show(path)));
        assert_eq!(
            text,
            "a:\n  b: 1        # a.b\n  c: []       # a.c\n  text: |     # a.text\n    one\n\n    two\nlist:\n  \
             - x         # list[0]\n  - k: \"v |\"  # list[1].k\n    l:\n      - z     # list[1].l[0]\n  -\n    \
             - 1       # list[2][0]\n    -\n      - 2     # list[2][1][0]\n  - |-        # list[3]\n    a\n    b\n"
        );
        let back: serde_json::Value = serde_yaml::from_str(&text).unwrap();
        assert_eq!(back, value);
    }

    proptest::proptest! {
        #[test]
        fn there_is_one_entry_for_each_line(text in "[ -~\\n]{0,12}", key in "[a-z|-]{0,4}") {
            let value = json!({ key: {"t": text.clone(), "l": [text.clone(), [text], {}]}, "z": null });
            proptest::prop_assert_eq!(lines(&value).len(), to_yaml(&value).lines().count());
            let back: serde_json::Value = serde_yaml::from_str(&with_comments(&value, |_| Some("x".into()))).unwrap();
            proptest::prop_assert_eq!(back, value);
        }
    }
}
