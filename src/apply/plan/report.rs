//! A plan in text, for people, and as JSON, for programs.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::{Action, Change, Item, Plan};

/// The version of the JSON form.
const FORMAT: u32 = 1;

impl Plan {
    /// Returns the plan as lines, an object to a line with what differs below; what is unchanged, only when `all` is asked
    /// for.
    #[must_use]
    pub fn to_text(&self, all: bool) -> String {
        let told = |item: &&Item| all || item.action != Action::Unchanged;
        let items: Vec<&Item> = self.items.iter().filter(told).collect();
        let widest = items.iter().map(|item| item.name.chars().count()).max();
        let width = widest.unwrap_or_default();
        let mut text = String::new();
        for item in items {
            line(item, width, &mut text).expect("writing to a string does not fail");
        }
        text
    }

    /// Returns the plan as JSON.
    #[must_use]
    pub fn to_json(&self) -> Value {
        json!({
            "format": FORMAT,
            "site": self.site,
            "connect": self.uri,
            "objects": self.items,
        })
    }

    /// Returns how many objects there are of each action: `1 create, 8 unchanged`.
    #[must_use]
    pub fn summary(&self) -> String {
        let count = |action| {
            let same = self.items.iter().filter(|item| item.action == action);
            (same.count(), action)
        };
        let counts = Action::ALL.map(count).into_iter();
        let counts: Vec<String> = counts
            .filter(|(number, _)| *number > 0)
            .map(|(number, action)| format!("{number} {}", action.as_str()))
            .collect();
        if counts.is_empty() {
            "nothing to plan".to_owned()
        } else {
            counts.join(", ")
        }
    }
}

fn line(item: &Item, width: usize, text: &mut String) -> std::fmt::Result {
    let (kind, name, action) = (item.kind.as_str(), &item.name, item.action.as_str());
    writeln!(text, "{kind:<7}  {name:<width$}  {action}")?;
    if let Some(reason) = &item.reason {
        writeln!(text, "    {reason}")?;
    }
    for change in &item.changes {
        let when = if change.action == item.action {
            String::new()
        } else {
            format!(" ({})", change.action.as_str())
        };
        writeln!(text, "    {}{when}", words(change))?;
    }
    Ok(())
}

fn words(
    Change {
        what, was, will, ..
    }: &Change,
) -> String {
    match (was, will) {
        (Some(was), Some(will)) => format!("~ {what}: {was} → {will}"),
        (None, Some(will)) => format!("+ {what}: {will}"),
        (Some(was), None) => format!("- {what}: {was}"),
        (None, None) => format!("~ {what}"),
    }
}
