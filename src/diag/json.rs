//! Diagnostics as the JSON object `docs/DIAGNOSTICS.md` describes.

use serde_json::{Value, json};

use super::{Diagnostic, Label, Report, Severity};
use crate::source::{Sources, Span};

/// Returns a report as JSON.
#[must_use]
pub fn render_json(report: &Report, sources: &Sources) -> Value {
    let entries = |diagnostics: &[Diagnostic]| -> Vec<Value> {
        let diagnostics = diagnostics.iter();
        diagnostics.map(|one| entry(one, sources)).collect()
    };
    json!({
        "format": 1,
        "diagnostics": entries(&report.diagnostics),
        "allowed": entries(&report.allowed),
        "counts": {
            "errors": report.count(Severity::Error),
            "warnings": report.count(Severity::Warning),
            "notes": report.count(Severity::Note),
            "allowed": report.allowed.len(),
        },
    })
}

fn entry(diagnostic: &Diagnostic, sources: &Sources) -> Value {
    let said = |text: &str| sources.secrets().hide_quoted(text).into_owned();
    let primary = diagnostic.primary.iter();
    let primary = primary.map(|label| span(label, true, sources));
    let others = diagnostic.secondary.iter();
    let others = others.map(|label| span(label, false, sources));
    let mut entry = json!({
        "code": diagnostic.code.as_str(),
        "severity": diagnostic.severity.as_str(),
        "message": said(&diagnostic.message),
        "spans": primary.chain(others).collect::<Vec<_>>(),
    });
    if let Some(path) = &diagnostic.path {
        entry["file"] = json!(path);
    }
    if let Some(help) = &diagnostic.help {
        entry["help"] = json!(said(help));
    }
    // Of what does not depend on the guest, it is chance in which one it was found.
    if let Some(guest) = diagnostic
        .guest
        .as_ref()
        .filter(|_| diagnostic.more_guests > 0)
    {
        entry["guest"] = json!(guest);
        entry["more_guests"] = json!(diagnostic.more_guests);
    }
    entry
}

fn span(label: &Label, primary: bool, sources: &Sources) -> Value {
    let Span { file, start, end } = label.span;
    let first = sources.position(label.span);
    let last = sources.position(Span {
        file,
        start: end,
        end,
    });
    json!({
        "primary": primary,
        "file": sources.name(file),
        "line": first.line,
        "column": first.column,
        "end_line": last.line,
        "end_column": last.column,
        "start": start,
        "end": end,
        "label": sources.secrets().hide_quoted(&label.text),
    })
}
