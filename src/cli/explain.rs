//! `explain`: where a guest's values come from, and what made a line of an output.
//!
//! Secrets are masked, as `show` does.

mod line;

use serde_json::{Value, json};

use super::args::{AnswerFormat, Explain};
use super::session::Session;
use super::{Outcome, UsageError};
use crate::diag::nearest;
use crate::explain::{Explanation, GuestValues, Site, json as as_json, text};
use crate::source::Sources;
use crate::yaml::path::Step;

pub(super) fn run(command: &Explain, session: &mut Session) -> anyhow::Result<Outcome> {
    let Some((loaded, layers)) = session.open_with_layers()? else {
        return Ok(Outcome::Faults);
    };
    let connect = session.common.connect.is_some();
    let site = Site::new(&loaded, &layers, connect, &mut session.files);
    if let Some(output) = &command.output {
        return line::run(output, command.format, &site, &loaded, session);
    }
    let name = command.guest.as_deref().unwrap_or_default();
    let Some(guest) = GuestValues::new(&site, name, &mut session.files) else {
        let guests = loaded.lab.guests.iter().map(|guest| &*guest.name);
        let known: Vec<&str> = guests.collect();
        return Err(unknown_guest(name, &known).into());
    };
    let explained = match &command.path {
        Some(path) => value(&guest, path)?,
        None => (None, all(&guest, &[])),
    };
    let sources = &session.files.sources;
    let printed = match command.format {
        AnswerFormat::Text => in_text(&explained, sources),
        AnswerFormat::Json => in_json(name, &explained, sources),
    };
    session.ui.data(&printed)?;
    Ok(Outcome::Done)
}

/// Makes the error for a guest that is not in the lab: the name may be that of several that `count` made.
fn unknown_guest(name: &str, known: &[&str]) -> UsageError {
    let is_numbered = |guest: &&&str| {
        let number = guest
            .strip_prefix(name)
            .and_then(|rest| rest.strip_prefix('-'));
        number.is_some_and(|number| number.parse::<u32>().is_ok())
    };
    let numbered: Vec<&&str> = known.iter().filter(is_numbered).collect();
    match numbered.as_slice() {
        [first, .., last] => {
            let message =
                format!("guest `{name}` is not in the lab; there are `{first}` to `{last}`");
            UsageError(message)
        }
        _ => UsageError::unknown("guest", name, known),
    }
}

/// A value that was asked for, and the leaves below it.
type Explained = (Option<Explanation>, Vec<Explanation>);

fn all(guest: &GuestValues<'_>, path: &[Step]) -> Vec<Explanation> {
    let leaves = guest.leaves(path);
    leaves.iter().map(|path| guest.explain(path)).collect()
}

fn value(guest: &GuestValues<'_>, text: &str) -> anyhow::Result<Explained> {
    let Some(path) = guest.find(text) else {
        if let Some(gone) = guest.gone(text) {
            return Ok((Some(gone), Vec::new()));
        }
        let known = guest.paths();
        let near = nearest(text, known.iter().map(String::as_str));
        let hint = near.map_or_else(
            || "; without a path, all values are listed".to_owned(),
            |near| format!("; did you mean `{near}`?"),
        );
        let name = guest.name();
        return Err(UsageError(format!("guest `{name}` has no value `{text}`{hint}")).into());
    };
    let explained = guest.explain(&path);
    let below = match &explained.value {
        Value::Object(_) | Value::Array(_) => all(guest, &path),
        _ => Vec::new(),
    };
    let is_leaf = matches!(below.as_slice(), [only] if only.path == explained.path);
    Ok((Some(explained), if is_leaf { Vec::new() } else { below }))
}

fn in_text((value, leaves): &Explained, sources: &Sources) -> String {
    let value = value
        .as_ref()
        .filter(|value| leaves.is_empty() || !value.layers.is_empty());
    let value = value.map(|value| text::explanation(value, sources));
    let leaves = (!leaves.is_empty()).then(|| text::list(leaves, sources));
    let parts: Vec<String> = value.into_iter().chain(leaves).collect();
    parts.join("\n")
}

fn in_json(guest: &str, (value, leaves): &Explained, sources: &Sources) -> String {
    let mut document = json!({ "format": 1, "guest": guest });
    if let Some(value) = value {
        extend(&mut document, as_json::explanation(value, sources));
    }
    if value.is_none() || !leaves.is_empty() {
        let leaves = leaves.iter().map(|leaf| as_json::brief(leaf, sources));
        document["values"] = leaves.collect();
    }
    format!("{document:#}\n")
}

/// Adds the entries of one map to another.
fn extend(document: &mut Value, more: Value) {
    if let (Some(document), Value::Object(more)) = (document.as_object_mut(), more) {
        document.extend(more);
    }
}
