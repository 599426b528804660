//! The parts of the page for template authors that are made from the code.

use std::fmt::Write as _;

use super::filters::CALLABLES;
use super::names::{Topic, guest_names, host_script_names, network_names, storage_names};

/// The parts by their names, which the page's markers repeat, in Markdown.
#[must_use]
pub fn page_parts() -> Vec<(&'static str, String)> {
    vec![
        ("guest names", names(&guest_names())),
        ("network names", names(&network_names())),
        ("storage names", names(&storage_names())),
        ("host script names", names(&host_script_names())),
        ("filters", callables()),
    ]
}

fn names(topics: &[Topic]) -> String {
    let mut out = String::new();
    for topic in topics {
        let title = topic.title;
        line(&mut out, &format!("\n### {title}\n"));
        line(&mut out, "| name | is | there | means |");
        line(&mut out, "|---|---|---|---|");
        for name in &topic.names {
            let there = if name.always { "always" } else { "if set" };
            let doc = name.doc.replace('|', "\\|");
            let kind = name.kind.as_str();
            line(
                &mut out,
                &format!("| `{}` | {kind} | {there} | {doc} |", name.path),
            );
        }
    }
    out
}

fn callables() -> String {
    let mut out = String::new();
    let mut language = "";
    for callable in CALLABLES {
        if callable.language != language {
            language = callable.language;
            line(&mut out, &format!("\n### {language}\n"));
        }
        let (name, kind, does) = (callable.name, callable.kind(), callable.does);
        line(&mut out, &format!("- `{name}`, a {kind}. {does}\n"));
        for (template, result) in callable.examples {
            let result = match result {
                Ok(text) => text.replace('\n', "⏎"),
                Err(message) => format!("error: … {message} …"),
            };
            line(&mut out, &format!("      {template}\n        → {result}"));
        }
    }
    out
}

fn line(out: &mut String, text: &str) {
    // Writing to a string cannot fail.
    let _ = writeln!(out, "{text}");
}
