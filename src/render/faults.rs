//! Tera's errors → located diagnostics, in the words of this program.

use std::collections::HashMap;
use std::ops::Range;

use tera::{Context, ErrorKind, Tera};

use super::Engine;
use super::filters::{self, CALLABLES};
use super::origin::Origin;
use super::probe::{Missing, probe};
use crate::diag::{Code, Diagnostic, nearest};
use crate::source::{Sources, Span};

/// A fault and the template it lies in.
#[derive(Debug)]
pub(super) struct Fault {
    /// The template's name, when Tera tells it.
    pub(super) template: Option<String>,
    /// The template that does not exist, when that is the fault.
    pub(super) wants: Option<String>,
    /// What is said about it.
    pub(super) diagnostic: Diagnostic,
}

/// Where the texts of templates are.
#[derive(Clone, Copy)]
pub(super) struct Texts<'a> {
    /// Where each template's text came from.
    pub(super) origins: &'a HashMap<String, Origin>,
    /// The texts.
    pub(super) sources: &'a Sources,
}

impl<'a> Texts<'a> {
    /// Returns the origin and text of a template.
    fn of(self, name: &str) -> Option<(&'a Origin, &'a str)> {
        let origin = self.origins.get(name)?;
        Some((origin, origin.text(self.sources)))
    }

    /// Returns the place of some bytes of a template.
    fn span(self, name: &str, bytes: Range<usize>) -> Option<Span> {
        Some(self.of(name)?.0.span(bytes, self.sources))
    }

    /// Returns the names of the templates that others can include.
    fn names(self) -> impl Iterator<Item = &'a str> {
        let names = self.origins.keys().map(String::as_str);
        names.filter(|name| !name.starts_with(Engine::PAYLOAD))
    }

    /// Makes an error at a place of a template, or about it when the place is unknown.
    fn error(self, name: &str, range: Option<Range<usize>>, message: &str) -> Diagnostic {
        let message = lowered(message);
        match self.span(name, range.unwrap_or(0..0)) {
            Some(span) => Diagnostic::error(Code::Template, span, message),
            None => Diagnostic::file_error(Code::Template, name, message),
        }
    }

    /// Adds the place where one template names another, with `tag` before the name.
    fn also(self, diagnostic: Diagnostic, from: &str, tag: &str, to: &str) -> Diagnostic {
        let place = self
            .of(from)
            .and_then(|(_, text)| self.span(from, reference(text, tag, to)?));
        match place {
            Some(span) => diagnostic.also(span, format!("`{to}` is named here")),
            None => diagnostic,
        }
    }
}

/// Returns the faults of templates that do not compile.
pub(super) fn compile_faults(error: &tera::Error, texts: Texts<'_>) -> Vec<Fault> {
    let one = |template: &str, wants: Option<&str>, diagnostic| {
        vec![Fault {
            template: Some(template.to_owned()),
            wants: wants.map(str::to_owned),
            diagnostic,
        }]
    };
    match error.kind() {
        ErrorKind::SyntaxError(_) | ErrorKind::RenderingError(_) => {
            let (template, _, diagnostic) = located(error, texts);
            one(&template, None, diagnostic)
        }
        ErrorKind::CircularInclude { tpl, include_chain } => {
            let chain: Vec<String> = include_chain
                .iter()
                .map(|name| format!("`{name}`"))
                .collect();
            let message = format!("templates include each other: {}", chain.join(" → "));
            let mut links = include_chain.windows(2);
            // The chain may begin outside the circle; the first link is where this template enters it.
            let first = links
                .next()
                .and_then(|link| reference(texts.of(&link[0])?.1, "include", &link[1]));
            let start = include_chain.first().unwrap_or(tpl);
            let mut diagnostic = texts.error(start, first, &message);
            for link in links {
                diagnostic = texts.also(diagnostic, &link[0], "include", &link[1]);
            }
            one(start, None, diagnostic)
        }
        ErrorKind::CircularExtend {
            tpl,
            inheritance_chain,
        } => {
            let message = format!("`{tpl}` extends itself");
            let place = inheritance_chain
                .first()
                .and_then(|parent| reference(texts.of(tpl)?.1, "extends", parent));
            one(tpl, None, texts.error(tpl, place, &message))
        }
        ErrorKind::MissingParent { current, parent } => {
            let message = format!("unknown template `{parent}`");
            let place = texts
                .of(current)
                .and_then(|(_, text)| reference(text, "extends", parent));
            let diagnostic = texts.error(current, place, &message);
            let known = texts.names();
            one(current, Some(parent), suggest(diagnostic, parent, known))
        }
        other => reports(&other.to_string(), texts),
    }
}

/// Returns what makes rendering `root` fail.
pub(super) fn render_fault(
    error: &tera::Error,
    tera: &Tera,
    root: &str,
    context: &Context,
    texts: Texts<'_>,
) -> Diagnostic {
    let (template, bytes, mut diagnostic) = located(error, texts);
    let undefined = ["undefined", "not defined"]
        .iter()
        .any(|word| diagnostic.message.contains(word));
    if let (true, Some(bytes), Some((origin, text))) = (undefined, bytes, texts.of(&template))
        && let Some(missing) = probe(tera, root, context, (&template, text), &bytes)
    {
        let span = origin.span(missing.range.clone(), texts.sources);
        let message = format!("`{}` is not defined", missing.path);
        diagnostic = Diagnostic::error(Code::Template, span, message).help(available(&missing));
    }
    included_from(diagnostic, &error.to_string(), texts)
}

/// Says what exists where a name was looked for.
fn available(missing: &Missing) -> String {
    let near = nearest(&missing.part, missing.known.iter().map(String::as_str));
    let near = near.map(|near| format!("did you mean `{near}`?"));
    let known = missing.known.join(", ");
    match (&missing.owner, missing.items) {
        (None, _) => near.unwrap_or_else(|| format!("available here: {known}")),
        (Some(owner), Some(1)) => format!("`{owner}` has 1 item"),
        (Some(owner), Some(items)) => format!("`{owner}` has {items} items"),
        (Some(owner), None) if known.is_empty() => format!("`{owner}` has no fields"),
        (Some(owner), None) => {
            let near = near.map_or_else(String::new, |near| near + " ");
            format!("{near}`{owner}` has: {known}")
        }
    }
}

/// Turns a syntax or rendering error into a diagnostic, and names its template and the bytes in it.
fn located(error: &tera::Error, texts: Texts<'_>) -> (String, Option<Range<usize>>, Diagnostic) {
    let (ErrorKind::SyntaxError(report) | ErrorKind::RenderingError(report)) = error.kind() else {
        let diagnostic = Diagnostic::file_error(Code::Template, "templates", error.to_string());
        return (String::new(), None, diagnostic);
    };
    let mut lines = report
        .message()
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty());
    let message = lines.next().unwrap_or("the template fails");
    let rest: Vec<&str> = lines.collect();
    let range = texts.of(report.filename()).map(|(_, text)| {
        let span = report.span();
        offset(text, span.start_line, span.start_col)..offset(text, span.end_line, span.end_col)
    });
    let mut diagnostic = texts.error(report.filename(), range.clone(), message);
    if !rest.is_empty() {
        diagnostic = diagnostic.help(rest.join(" "));
    }
    (report.filename().to_owned(), range, diagnostic)
}

/// Adds the chain of includes that led to a fault, innermost first. Tera gives it in its rendered report alone.
fn included_from(mut diagnostic: Diagnostic, report: &str, texts: Texts<'_>) -> Diagnostic {
    for line in report.lines() {
        if let Some(place) = line.strip_prefix("note: called from ")
            && let Some((name, at)) = place_of(place, texts)
            && let Some(span) = texts.span(name, at..at)
        {
            diagnostic = diagnostic.also(span, "included from here");
        }
    }
    diagnostic
}

/// Reads `TEMPLATE:LINE:COLUMN`, both numbers counted from 1.
fn place_of<'t>(place: &'t str, texts: Texts<'_>) -> Option<(&'t str, usize)> {
    let mut parts = place.rsplitn(3, ':');
    let column: usize = parts.next()?.trim().parse().ok()?;
    let line: usize = parts.next()?.parse().ok()?;
    let name = parts.next()?.trim();
    let (_, text) = texts.of(name)?;
    Some((name, offset(text, line, column.saturating_sub(1))))
}

/// Reads the faults that Tera gives as one rendered text: unknown filters, tests, functions and templates.
fn reports(text: &str, texts: Texts<'_>) -> Vec<Fault> {
    let mut faults: Vec<Fault> = Vec::new();
    let mut message = "";
    for line in text.lines() {
        if let Some(start) = line.strip_prefix("error: ") {
            message = start;
        } else if let Some(place) = line.trim_start().strip_prefix("--> ")
            && let Some((name, at)) = place_of(place, texts)
        {
            let quoted = message.split('`').nth(1).unwrap_or_default();
            let place = at..at + quoted.len();
            let diagnostic = texts.error(name, Some(place), message);
            let (diagnostic, wants) = known_for(diagnostic, message, quoted, texts);
            faults.push(Fault {
                template: Some(name.to_owned()),
                wants,
                diagnostic,
            });
        }
    }
    if faults.is_empty() {
        let message = lowered(
            text.lines()
                .next()
                .unwrap_or_default()
                .trim_start_matches("error: "),
        );
        faults.push(Fault {
            template: None,
            wants: None,
            diagnostic: Diagnostic::file_error(Code::Template, "templates", message),
        });
    }
    faults
}

/// Says what exists of the kind that is unknown.
fn known_for(
    diagnostic: Diagnostic,
    message: &str,
    given: &str,
    texts: Texts<'_>,
) -> (Diagnostic, Option<String>) {
    let own = |wanted: &'static str| {
        let ours = CALLABLES
            .iter()
            .filter(move |callable| callable.kind().starts_with(wanted));
        ours.map(|callable| callable.name)
    };
    match message.split(' ').nth(1).unwrap_or_default() {
        "filter" => (
            suggest(
                diagnostic,
                given,
                own("filter").chain(filters::TERA_FILTERS.iter().copied()),
            ),
            None,
        ),
        "test" => (
            suggest(
                diagnostic,
                given,
                own("test").chain(filters::TERA_TESTS.iter().copied()),
            ),
            None,
        ),
        "function" => (
            suggest(diagnostic, given, own("function").chain(["throw"])),
            None,
        ),
        "template" => (
            suggest(diagnostic, given, texts.names()),
            Some(given.to_owned()),
        ),
        _ => (diagnostic, None),
    }
}

/// Says which of `known` was probably meant, or all of them.
fn suggest<'k>(
    diagnostic: Diagnostic,
    given: &str,
    known: impl Iterator<Item = &'k str>,
) -> Diagnostic {
    let mut known: Vec<&str> = known.collect();
    known.sort_unstable();
    let help = match nearest(given, known.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("available here: {}", known.join(", ")),
    };
    diagnostic.help(help)
}

/// Returns whether a template includes or extends another.
pub(super) fn includes(text: &str, name: &str) -> bool {
    ["include", "extends"]
        .iter()
        .any(|tag| reference(text, tag, name).is_some())
}

/// Returns where `text` names a template in a tag such as `include`.
fn reference(text: &str, tag: &str, name: &str) -> Option<Range<usize>> {
    text.match_indices(tag).find_map(|(at, _)| {
        let rest = text[at + tag.len()..].trim_start();
        let start = text.len() - rest.len();
        let quoted = ['"', '\'', '`'].iter().any(|quote| {
            rest.strip_prefix(*quote)
                .and_then(|rest| rest.strip_prefix(name))
                .is_some_and(|rest| rest.starts_with(*quote))
        });
        quoted.then_some(start..start + name.len() + 2)
    })
}

/// Returns the byte offset of a line (from 1) and a column (from 0, in characters).
fn offset(text: &str, line: usize, column: usize) -> usize {
    let start: usize = text
        .split_inclusive('\n')
        .take(line.saturating_sub(1))
        .map(str::len)
        .sum();
    let rest = &text[start..];
    start
        + rest
            .char_indices()
            .nth(column)
            .map_or(rest.len(), |(at, _)| at)
}

/// Tera's messages begin with a capital; ours do not.
fn lowered(message: &str) -> String {
    let mut chars = message.chars();
    match (chars.next(), chars.clone().next()) {
        (Some(first), Some(second)) if first.is_uppercase() && second.is_lowercase() => {
            first.to_lowercase().chain(chars).collect()
        }
        _ => message.to_owned(),
    }
}
