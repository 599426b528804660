//! Explanations for programs.

use serde_json::{Value, json};

use super::{Explanation, Expression, Layer, Origin};
use crate::layer::How;
use crate::source::{Sources, Span};

/// Returns a place: `file`, `line`, and `column` in characters.
#[must_use]
pub fn place(span: Span, sources: &Sources) -> Value {
    let position = sources.position(span);
    json!({
        "file": sources.name(span.file),
        "line": position.line,
        "column": position.column,
    })
}

/// Returns a value with its origin and no more.
#[must_use]
pub fn brief(explained: &Explanation, sources: &Sources) -> Value {
    let mut value = json!({ "path": explained.path, "value": explained.value });
    let Origin {
        written,
        place: span,
        why,
    } = &explained.origin;
    if let Some(written) = written {
        value["written"] = json!(crate::yaml::path::show(written));
    }
    if let Some(span) = span {
        value["place"] = place(*span, sources);
    }
    if let Some(why) = why {
        value["why"] = json!(why);
    }
    value
}

/// Returns a value with all that is known of it.
#[must_use]
pub fn explanation(explained: &Explanation, sources: &Sources) -> Value {
    let mut value = brief(explained, sources);
    let layers = explained.layers.iter().map(|entry| layer(entry, sources));
    value["layers"] = layers.collect();
    let expressions = explained.expressions.iter();
    value["expressions"] = expressions.map(|read| expression(read, sources)).collect();
    value
}

fn layer(layer: &Layer, sources: &Sources) -> Value {
    let how = match layer.how {
        How::Set => "set",
        How::Merged => "merged",
        How::Appended => "appended",
        How::Removed => "removed",
        How::Replaced => "replaced",
        How::Returned => "returned",
        How::Dropped => "dropped",
    };
    json!({
        "layer": layer.name,
        "place": place(layer.place, sources),
        "how": how,
        "value": layer.value,
    })
}

fn expression(read: &Expression, sources: &Sources) -> Value {
    let inputs = read.inputs.iter().map(|input| explanation(input, sources));
    json!({
        "text": sources.secrets().hide(&read.text),
        "reads": inputs.collect::<Vec<_>>(),
    })
}
