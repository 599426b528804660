//! Diagnostics as text with source snippets, and as JSON.

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};
use serde_json::{Value, json};

use super::{Diagnostic, Label, Severity};
use crate::source::{FileId, Sources};

/// How text output looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// Without colour, for pipes and files.
    Plain,
    /// With terminal colours.
    Colour,
}

/// Renders one diagnostic, without a final line break.
#[must_use]
pub fn render(diagnostic: &Diagnostic, sources: &Sources, style: Style) -> String {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let mut group = Group::with_title(
        level
            .primary_title(printable(&diagnostic.message))
            .id(diagnostic.code.as_str()),
    );
    let mut files: Vec<FileId> = Vec::new();
    for label in diagnostic.primary.iter().chain(&diagnostic.secondary) {
        if !files.contains(&label.span.file) {
            files.push(label.span.file);
        }
    }
    for file in files {
        let primary = diagnostic
            .primary
            .iter()
            .map(|label| (AnnotationKind::Primary, label));
        let secondary = diagnostic
            .secondary
            .iter()
            .map(|label| (AnnotationKind::Context, label));
        let mut snippet = Snippet::source(sources.text(file).as_ref()).path(sources.name(file));
        for (kind, label) in primary
            .chain(secondary)
            .filter(|(_, label)| label.span.file == file)
        {
            snippet = snippet.annotation(
                kind.span(visible_range(label, sources))
                    .label(printable(&label.text)),
            );
        }
        group = group.element(snippet);
    }
    if let Some(path) = &diagnostic.path {
        group = group.element(Origin::path(path.as_str()));
    }
    if let Some(help) = &diagnostic.help {
        group = group.element(Level::HELP.message(printable(help)));
    }
    let renderer = match style {
        Style::Plain => Renderer::plain(),
        Style::Colour => Renderer::styled(),
    };
    renderer.render(&[group])
}

/// Cuts a span to its first line: a caret under a whole block hides more than it shows.
fn visible_range(label: &Label, sources: &Sources) -> std::ops::Range<usize> {
    let text = sources.text(label.span.file);
    let mut start = (label.span.start as usize).min(text.len());
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    let mut end = (label.span.end as usize).clamp(start, text.len());
    while !text.is_char_boundary(end) {
        end += 1;
    }
    let first_line = text[start..end]
        .lines()
        .next()
        .unwrap_or_default()
        .trim_end();
    start..start + first_line.len()
}

/// Replaces control characters, so that a value from a file cannot steer the terminal.
fn printable(text: &str) -> String {
    text.chars()
        .map(|c| {
            if c.is_control() && c != '\n' {
                '\u{fffd}'
            } else {
                c
            }
        })
        .collect()
}

/// Returns all diagnostics as the documented JSON object.
#[must_use]
pub fn render_json(diagnostics: &[Diagnostic], sources: &Sources) -> Value {
    let span = |label: &Label| {
        let position = sources.position(label.span);
        json!({
            "file": sources.name(label.span.file),
            "line": position.line,
            "column": position.column,
            "start": label.span.start,
            "end": label.span.end,
            "label": label.text,
        })
    };
    let entries: Vec<Value> = diagnostics
        .iter()
        .map(|diagnostic| {
            let mut entry = json!({
                "code": diagnostic.code.as_str(),
                "severity": diagnostic.severity.as_str(),
                "message": diagnostic.message,
                "spans": diagnostic.primary.iter().chain(&diagnostic.secondary).map(span).collect::<Vec<_>>(),
            });
            if let Some(path) = &diagnostic.path {
                entry["file"] = json!(path);
            }
            if let Some(help) = &diagnostic.help {
                entry["help"] = json!(help);
            }
            entry
        })
        .collect();
    json!({ "format": 1, "diagnostics": entries })
}
