//! The values that an expression names, evaluated before it is.

use serde_json::Value;

use super::super::names::Step;
use super::super::scope::{is_own, known_names, missing};
use super::super::values::{drop_passwords, leads_to_secret, place};
use super::Run;
use crate::diag::{Code, Diagnostic};
use crate::secret::is_password_key;
use crate::yaml::path::show;
use crate::yaml::{Entries as _, Kind, Map, Node};

impl Run<'_, '_> {
    /// Puts the value at `path` into `values`, evaluating what it needs first, and returns whether it came from outside
    /// the site; `None` when that failed.
    pub(super) fn provide(
        &mut self,
        node: &Node,
        expression: &str,
        path: &[Step],
        values: &mut serde_json::Map<String, Value>,
    ) -> Option<bool> {
        let Some(Step::Key(root)) = path.first() else {
            return Some(false);
        };
        let merged = &self.draft.merged;
        if let Some(secret) = path
            .iter()
            .find(|step| matches!(step, Step::Key(key) if is_password_key(key)))
        {
            let message = format!(
                "`{}` is a secret: expressions cannot read it",
                show(std::slice::from_ref(secret))
            );
            let span = self.inside(node, expression, 0);
            self.sink.push(
                Diagnostic::error(Code::Expression, span, message)
                    .help("keep it under `vars`, with `!env` or `!file`, and read it from there in both places"),
            );
            return None;
        }
        let own = if is_own(root) {
            None
        } else {
            merged.entry(root.as_str())
        };
        let Some(entry) = own else {
            if let Some(value) = self.evaluator.globals.at(path, self.draft) {
                place(values, path, value);
                return Some(false);
            }
            match self.evaluator.globals.get(root, self.draft) {
                Some(value) => {
                    if !lenient(expression) {
                        self.descend(node, expression, &value, path)?;
                    }
                    values.insert(root.clone(), value)
                }
                None if lenient(expression) => None,
                None => {
                    match missing(root) {
                        Some(why) => self.absent(node, expression, root, why),
                        None => self.unknown(node, expression, root, &known_names(merged), None),
                    }
                    return None;
                }
            };
            return Some(false);
        };
        let mut at = &entry.value;
        let mut reached = vec![path[0].clone()];
        for step in &path[1..] {
            let next = match (step, &at.kind) {
                (Step::Key(key), Kind::Map(map)) => map.get(key.as_str()).map(|entry| &entry.value),
                (Step::Index(index), Kind::Seq(items)) => items.get(*index),
                // An expression whose value has parts: evaluate it whole.
                (_, Kind::Scalar(_)) => break,
                _ => None,
            };
            let Some(next) = next else {
                if lenient(expression) {
                    // What is there of the path is a map without the name.
                    place(values, &reached, Value::Object(serde_json::Map::new()));
                    return Some(false);
                }
                let keys: Vec<&str> = at
                    .as_map()
                    .into_iter()
                    .flat_map(Map::keys)
                    .map(|key| &**key)
                    .collect();
                let missing = match step {
                    Step::Key(key) => key.clone(),
                    Step::Index(index) => format!("item {index}"),
                };
                self.unknown(node, expression, &missing, &keys, Some(&show(&reached)));
                return None;
            };
            reached.push(step.clone());
            at = next;
        }
        let before = self.failures;
        let value = self
            .node(at, &mut reached.clone())
            .unwrap_or_else(|| at.clone());
        if self.failures > before {
            return None;
        }
        let secret = value.holds_secret() || leads_to_secret(path);
        let mut value = serde_json::to_value(&value).ok()?;
        drop_passwords(&mut value);
        place(values, &reached, value);
        Some(secret)
    }

    /// Checks that a shared value has what `path` names.
    fn descend(
        &mut self,
        node: &Node,
        expression: &str,
        value: &Value,
        path: &[Step],
    ) -> Option<()> {
        let mut at = value;
        for (depth, step) in path.iter().enumerate().skip(1) {
            let next = match step {
                Step::Key(key) => at.get(key),
                Step::Index(index) => at.get(index),
            };
            let Some(next) = next else {
                let keys: Vec<&str> = at
                    .as_object()
                    .into_iter()
                    .flat_map(|map| map.keys())
                    .map(String::as_str)
                    .collect();
                let missing = show(std::slice::from_ref(step));
                self.unknown(
                    node,
                    expression,
                    &missing,
                    &keys,
                    Some(&show(&path[..depth])),
                );
                return None;
            };
            at = next;
        }
        Some(())
    }
}

/// Returns whether an expression says itself what to do about a name that is not there.
fn lenient(expression: &str) -> bool {
    expression.contains("default") || expression.contains("defined")
}
