//! Explanations for programs.

use serde_json::{Value, json};

use super::{Copied, Explanation, Expression, Layer, Origin, OutputLine, Tag};
use crate::layer::How;
use crate::render::Place;
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
        ..
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

/// Returns what made a line of an output.
#[must_use]
pub fn output_line(line: &OutputLine, sources: &Sources) -> Value {
    let templates =
        |places: &[Place]| -> Value { places.iter().map(|made| template(made, sources)).collect() };
    let tags = |tags: &[Tag]| -> Value { tags.iter().map(|read| tag(read, sources)).collect() };
    let mut value = json!({
        "output": line.file,
        "line": line.line,
        "text": line.text,
        "templates": templates(&line.templates),
        "included": templates(&line.included),
        "inside": tags(&line.inside),
        "values": tags(&line.values),
    });
    match &line.copied {
        Some(Copied::File(name)) => {
            value["copied"] = json!({ "file": name, "line": line.line, "column": 1 });
        }
        Some(Copied::Value(span)) => value["copied"] = place(*span, sources),
        None => {}
    }
    value
}

fn template(made: &Place, sources: &Sources) -> Value {
    json!({
        "template": made.template,
        "place": place(made.span, sources),
        "overrides": made.overrides,
    })
}

fn tag(read: &Tag, sources: &Sources) -> Value {
    let reads = read.reads.iter().map(|read| explanation(read, sources));
    let mut value = json!({
        "tag": sources.secrets().hide(&read.text),
        "reads": reads.collect::<Vec<_>>(),
    });
    if let Some(made) = &read.place {
        value["place"] = place(made.span, sources);
    }
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
