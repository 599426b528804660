//! Explanations as text for people.

use serde_json::Value;

use super::{Explanation, Expression, Layer, Origin};
use crate::layer::How;
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
        out.push_str(&format!("{pad}{{{{ {text} }}}} reads\n"));
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
