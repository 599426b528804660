//! Explanations as text for people.

use serde_json::Value;

use super::{Copied, Explanation, Expression, Layer, Origin, OutputLine, Tag};
use crate::layer::How;
use crate::render::Place;
use crate::source::{Sources, Span};
use crate::yaml::emit::to_yaml;

/// The longest value in a column, in characters.
const MAX_CELL: usize = 44;

/// The longest value by itself, in characters.
const MAX_VALUE: usize = 200;

/// Returns a place as diagnostics name it: file and line.
#[must_use]
pub fn place(span: Span, sources: &Sources) -> String {
    let position = sources.position(span);
    format!("{}:{}", sources.name(span.file), position.line)
}

/// Returns an origin in one line: the place, and what made the value of it.
#[must_use]
pub fn note(origin: &Origin, sources: &Sources) -> String {
    let place = origin.place.map(|span| place(span, sources));
    let parts = place.into_iter().chain(origin.why.clone());
    parts.collect::<Vec<_>>().join(", ")
}

/// Explains one value.
#[must_use]
pub fn explanation(explained: &Explanation, sources: &Sources) -> String {
    let mut out = format!(
        "{}: {}\n",
        explained.path,
        inline(&explained.value, MAX_VALUE)
    );
    out.push_str(&format!("  {}\n", note(&explained.origin, sources)));
    expressions(&mut out, &explained.expressions, 2, sources);
    if !explained.layers.is_empty() {
        out.push_str("  layers, of which the last one counts:\n");
        let row = |layer: &Layer| {
            let place = place(layer.place, sources);
            [layer.name.clone(), place, said(layer)]
        };
        let rows: Vec<[String; 3]> = explained.layers.iter().map(row).collect();
        out.push_str(&columns(&rows, "    "));
    }
    out
}

/// Lists values in columns: path, value, origin.
#[must_use]
pub fn list(explained: &[Explanation], sources: &Sources) -> String {
    let row = |explained: &Explanation| {
        let value = inline(&explained.value, MAX_CELL);
        [
            explained.path.clone(),
            value,
            note(&explained.origin, sources),
        ]
    };
    let rows: Vec<[String; 3]> = explained.iter().map(row).collect();
    columns(&rows, "")
}

/// Says what made a line of an output.
#[must_use]
pub fn output_line(line: &OutputLine, sources: &Sources) -> String {
    let mut out = format!("{}:{}: {}\n", line.file, line.line, line.text);
    match &line.copied {
        Some(Copied::File(name)) => out.push_str(&format!("  copied from {name}:{}\n", line.line)),
        Some(Copied::Value(span)) => {
            out.push_str(&format!(
                "  copied from the value at {}\n",
                place(*span, sources)
            ));
        }
        None => {}
    }
    for (at, made) in line.templates.iter().enumerate() {
        let word = if at == 0 { "made by" } else { "    and" };
        out.push_str(&format!("  {word} {}\n", template(made, sources)));
    }
    for included in &line.included {
        out.push_str(&format!(
            "    included by {}\n",
            template(included, sources)
        ));
    }
    for tag in &line.inside {
        self::tag(
            &mut out,
            &format!("inside {{% {} %}}", tag.text),
            tag,
            sources,
        );
    }
    for tag in &line.values {
        let printed = format!("{{{{ {} }}}}", tag.text);
        self::tag(&mut out, &printed, tag, sources);
    }
    out
}

/// Returns a place in a template, and what it overrides.
fn template(made: &Place, sources: &Sources) -> String {
    let overrides = match made.overrides {
        true => format!(", in place of the built-in {}", made.template),
        false => String::new(),
    };
    format!("{}{overrides}", place(made.span, sources))
}

/// Adds a tag and what it reads.
fn tag(out: &mut String, text: &str, tag: &Tag, sources: &Sources) {
    let mut pad = "  ";
    if let Some(made) = &tag.place {
        let text = sources.secrets().hide(text);
        out.push_str(&format!("  {text} at {}\n", place(made.span, sources)));
        pad = "    ";
    }
    for read in &tag.reads {
        let limit = match read.value {
            Value::Object(_) | Value::Array(_) => MAX_CELL,
            _ => MAX_VALUE,
        };
        let value = inline(&read.value, limit);
        let note = note(&read.origin, sources);
        out.push_str(&format!("{pad}{}: {value} ({note})\n", read.path));
    }
}

/// Adds the expressions of a value with what they read.
pub(super) fn expressions(
    out: &mut String,
    expressions: &[Expression],
    indent: usize,
    sources: &Sources,
) {
    let pad = " ".repeat(indent);
    for expression in expressions {
        let text = sources.secrets().hide(&expression.text);
        let reads = if expression.inputs.is_empty() {
            ""
        } else {
            " reads"
        };
        out.push_str(&format!("{pad}{{{{ {text} }}}}{reads}\n"));
        for input in &expression.inputs {
            let value = inline(&input.value, MAX_VALUE);
            let note = note(&input.origin, sources);
            out.push_str(&format!("{pad}  {}: {value} ({note})\n", input.path));
            self::expressions(out, &input.expressions, indent + 4, sources);
        }
    }
}

/// Returns what a layer said.
fn said(layer: &Layer) -> String {
    let value = layer.value.as_ref().map(|value| inline(value, MAX_VALUE));
    match (layer.how, layer.tag(), value) {
        (How::Merged, _, Some(value)) => format!("merged → {value}"),
        (_, Some(tag), Some(value)) => format!("{tag} → {value}"),
        (_, None, Some(value)) => value,
        (_, Some(tag), None) => format!("{tag} → nothing"),
        (_, None, None) => "without it".to_owned(),
    }
}

/// Returns a value in one line, cut to `limit` characters.
pub(super) fn inline(value: &Value, limit: usize) -> String {
    let text = match value {
        Value::Null => "nothing".to_owned(),
        Value::Object(_) | Value::Array(_) => value.to_string(),
        scalar => to_yaml(scalar).trim_end().to_owned(),
    };
    if text.chars().count() <= limit {
        return text;
    }
    let cut: String = text.chars().take(limit - 1).collect();
    format!("{cut}…")
}

/// Returns rows in columns as wide as their widest cell, in characters.
pub(super) fn columns<const N: usize>(rows: &[[String; N]], indent: &str) -> String {
    let width = |column: usize| {
        let widths = rows.iter().map(|row| row[column].chars().count());
        widths.max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..N).map(width).collect();
    let mut out = String::new();
    for row in rows {
        let cells = row.iter().zip(&widths);
        let cells: Vec<String> = cells
            .map(|(cell, width)| format!("{cell:<width$}"))
            .collect();
        out.extend([indent, cells.join("  ").trim_end(), "\n"]);
    }
    out
}
