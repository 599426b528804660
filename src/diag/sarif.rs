//! Diagnostics as SARIF 2.1.0, for services that show findings beside the lines of a change.
//!
//! Section numbers are those of the OASIS standard "Static Analysis Results Interchange Format (SARIF) Version 2.1.0".

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{Code, Diagnostic, Label, Report, Severity};
use crate::source::{Sources, Span};

/// Where the schema of the format lies.
const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// Returns a report as a SARIF log with one run.
///
/// What the site allows is there as suppressed. Files are named as the program was told of them, so for a relative
/// `-c` below the directory it ran in.
#[must_use]
pub fn render_sarif(report: &Report, sources: &Sources) -> Value {
    let all = report.diagnostics.iter().chain(&report.allowed);
    let codes: BTreeSet<Code> = all.map(|diagnostic| diagnostic.code).collect();
    let codes: Vec<Code> = codes.into_iter().collect();
    let one = |diagnostic| result(diagnostic, &codes, sources);
    let mut results: Vec<Value> = report.diagnostics.iter().map(one).collect();
    results.extend(report.allowed.iter().map(|diagnostic| {
        let mut result = one(diagnostic);
        result["suppressions"] = json!([{ "kind": "inSource" }]);
        result
    }));
    json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": env!("CARGO_PKG_NAME"),
                "version": env!("CARGO_PKG_VERSION"),
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": codes.iter().map(|code| rule(*code)).collect::<Vec<_>>(),
            }},
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    })
}

/// Describes a code (3.49, reportingDescriptor).
fn rule(code: Code) -> Value {
    let (heading, text) = code.explanation().split_once('\n').unwrap_or_default();
    debug_assert_eq!(heading.trim_start_matches("# "), code.as_str());
    let text = text.trim();
    let description = text.split("\n\n").next().unwrap_or_default();
    json!({
        "id": code.as_str(),
        "shortDescription": { "text": code.summary() },
        "fullDescription": { "text": description.replace('\n', " ") },
        "help": { "text": text, "markdown": text },
        "defaultConfiguration": { "level": code.least().as_str() },
    })
}

/// Describes a diagnostic (3.27, result).
fn result(diagnostic: &Diagnostic, codes: &[Code], sources: &Sources) -> Value {
    let said = |text: &str| sources.secrets().hide_quoted(text).into_owned();
    let mut text = said(&diagnostic.message);
    if let Some(others) = diagnostic.and_others() {
        text = format!("{text}; {others}");
    }
    if let Some(help) = &diagnostic.help {
        text = format!("{text}\nhelp: {}", said(help));
    }
    let mut result = json!({
        "ruleId": diagnostic.code.as_str(),
        "ruleIndex": codes.binary_search(&diagnostic.code).unwrap_or_default(),
        "level": level(diagnostic.severity),
        "message": { "text": text },
    });
    let place = diagnostic
        .primary
        .as_ref()
        .map(|label| location(label, sources));
    let file = diagnostic.path.as_deref().map(file);
    if let Some(place) = place.or(file) {
        result["locations"] = json!([place]);
    }
    if !diagnostic.secondary.is_empty() {
        let others = diagnostic.secondary.iter();
        let others: Vec<Value> = others.map(|label| location(label, sources)).collect();
        result["relatedLocations"] = json!(others);
    }
    result
}

/// The level of a severity (3.27.10).
fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

fn location(label: &Label, sources: &Sources) -> Value {
    let Span { file, end, .. } = label.span;
    let first = sources.position(label.span);
    let last = sources.position(Span {
        start: end,
        ..label.span
    });
    let mut location = json!({ "physicalLocation": {
        "artifactLocation": { "uri": uri(sources.name(file)) },
        "region": {
            "startLine": first.line,
            "startColumn": first.column,
            "endLine": last.line,
            "endColumn": last.column,
        },
    }});
    if !label.text.is_empty() {
        let text = sources.secrets().hide_quoted(&label.text);
        location["message"] = json!({ "text": text });
    }
    location
}

/// A whole file; readers of the format want a line of it all the same.
fn file(path: &str) -> Value {
    json!({ "physicalLocation": {
        "artifactLocation": { "uri": uri(path) },
        "region": { "startLine": 1 },
    }})
}

/// Returns a path as a URI: relative as it is, absolute with the scheme `file` (3.10.1; RFC 3986, sections 2.3 and 4.2).
fn uri(path: &str) -> String {
    let absolute = path.starts_with('/');
    let mut uri = String::from(if absolute { "file://" } else { "" });
    for byte in path.strip_prefix("./").unwrap_or(path).bytes() {
        match byte {
            b'/' | b'-' | b'.' | b'_' | b'~' => uri.push(char::from(byte)),
            _ if byte.is_ascii_alphanumeric() => uri.push(char::from(byte)),
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::uri;

    #[test]
    fn paths_become_uris() {
        for (path, want) in [
            ("conf.d/guests.d/a-1.yml", "conf.d/guests.d/a-1.yml"),
            ("./lab.yml", "lab.yml"),
            ("../lab:1.yml", "../lab%3A1.yml"),
            ("my lab/é%.yml", "my%20lab/%C3%A9%25.yml"),
            ("/srv/lab.yml", "file:///srv/lab.yml"),
        ] {
            assert_eq!(uri(path), want);
        }
    }
}
