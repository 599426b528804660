//! Allowances: warnings and notes the site declares to be meant.
//!
//! `allow: [CODE, …]` in META is about the whole site, a comment `# allow: CODE, …` about its line. An error cannot be
//! allowed, and an allowance of something that is not there is itself a warning, so that none outlives its reason.

use std::collections::HashMap;

use super::{Code, Diagnostic, Severity, Sink, nearest};
use crate::source::{FileId, Sources, Span};

/// What a comment begins with that is an allowance, after `#` and blanks; what follows a second `#` is the reason.
const COMMENT: &str = "allow:";

/// How far an allowance reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// To all of the site.
    Site,
    /// To what is wrong in its own line.
    Line,
}

/// One code that is allowed.
#[derive(Clone, Debug)]
pub(super) struct Allowance {
    code: Code,
    span: Span,
    reach: Reach,
    used: bool,
}

impl Allowance {
    /// Makes an allowance of the code of that name, which stands at `span`.
    ///
    /// # Errors
    /// Returns a diagnostic when there is no such code or it is always an error.
    pub(super) fn new(name: &str, span: Span, reach: Reach) -> Result<Self, Box<Diagnostic>> {
        let Some(code) = Code::named(name) else {
            let message = format!("`{name}` is not the code of a fault");
            // A comment may be prose that only looks like an allowance.
            let fault = match reach {
                Reach::Site => Diagnostic::error(Code::InvalidValue, span, message),
                Reach::Line => Diagnostic::warning(Code::UnusedAllowance, span, message),
            };
            let fault = fault
                .help("`validate --explain` lists the codes")
                .suggest(name, allowable().map(Code::as_str));
            return Err(Box::new(fault));
        };
        if code.least() == Severity::Error {
            let message = format!("`{name}` is an error, which cannot be allowed");
            let fault = Diagnostic::error(Code::InvalidValue, span, message)
                .help("only warnings and notes can be allowed; repair what is reported");
            return Err(Box::new(fault));
        }
        Ok(Self {
            code,
            span,
            reach,
            used: false,
        })
    }

    /// Makes an allowance of the code that was probably meant by a name that is none.
    pub(super) fn meant(name: &str, span: Span, reach: Reach) -> Option<Self> {
        let code = Code::named(nearest(name, allowable().map(Code::as_str))?)?;
        Some(Self {
            code,
            span,
            reach,
            used: true,
        })
    }
}

fn allowable() -> impl Iterator<Item = Code> {
    let all = Code::ALL.iter().copied();
    all.filter(|code| code.least() < Severity::Error)
}

/// Returns whether a text may hold a comment that is an allowance.
pub(crate) fn may_allow(text: &str) -> bool {
    text.contains(COMMENT)
}

/// Reads the allowances of a comment, if it holds any: `text` is what follows its `#`, `span` covers all of it.
pub(crate) fn read_comment(text: &str, span: Span, sink: &mut Sink) {
    let Some(list) = text.trim_start().strip_prefix(COMMENT) else {
        return;
    };
    let list = &list[..list.find('#').unwrap_or(list.len())];
    let mut at = span.start as usize + "#".len() + text.len() - text.trim_start().len();
    at += COMMENT.len();
    for part in list.split(',') {
        let name = part.trim();
        let start = at + part.len() - part.trim_start().len();
        let place = Span::new(span.file, start, start + name.len());
        at += part.len() + ",".len();
        if name.is_empty() {
            let message = "a code is missing here";
            sink.push(
                Diagnostic::warning(Code::UnusedAllowance, span, message)
                    .help("write `# allow: CODE`, or several codes with commas between them"),
            );
        } else {
            sink.allow(name, place, Reach::Line);
        }
    }
}

/// Parts diagnostics into those that are left and those the site allows.
pub(super) fn sift(
    diagnostics: Vec<Diagnostic>,
    allowances: &mut [Allowance],
    sources: &Sources,
) -> (Vec<Diagnostic>, Vec<Diagnostic>) {
    if allowances.is_empty() {
        return (diagnostics, Vec::new());
    }
    let mut places: HashMap<(Code, Option<Line>), Vec<usize>> = HashMap::new();
    for (index, allowance) in allowances.iter().enumerate() {
        let line = line(allowance.span, sources);
        let place = (allowance.reach == Reach::Line).then_some(line);
        let same = places.entry((allowance.code, place)).or_default();
        same.push(index);
    }
    let (mut left, mut allowed) = (Vec::new(), Vec::new());
    for mut diagnostic in diagnostics {
        let place = diagnostic.primary.as_ref();
        let place = place.map(|label| line(label.span, sources));
        let on_line = place.and_then(|place| places.get(&(diagnostic.code, Some(place))));
        let by = on_line
            .into_iter()
            .chain(places.get(&(diagnostic.code, None)));
        let by: Vec<usize> = by.flatten().copied().collect();
        let known = by.iter().any(|index| allowances[*index].used);
        for index in &by {
            allowances[*index].used = true;
        }
        match by.first() {
            Some(index) if diagnostic.severity == Severity::Error => {
                if !known {
                    let span = allowances[*index].span;
                    diagnostic = diagnostic.also(span, "an error cannot be allowed");
                }
                left.push(diagnostic);
            }
            Some(_) => allowed.push(diagnostic),
            None => left.push(diagnostic),
        }
    }
    (left, allowed)
}

/// Returns warnings about allowances of nothing. One of them may itself be allowed.
pub(super) fn unused(allowances: &mut [Allowance], sources: &Sources) -> Vec<Diagnostic> {
    let report = |allowance: &Allowance| {
        let code = allowance.code.as_str();
        let message = match allowance.reach {
            Reach::Site => format!("`{code}` is allowed, but nothing in the site has it"),
            Reach::Line => format!("`{code}` is allowed, but nothing in this line has it"),
        };
        Diagnostic::warning(Code::UnusedAllowance, allowance.span, message)
            .help("take the allowance away")
    };
    let is_about_these = |allowance: &&Allowance| allowance.code == Code::UnusedAllowance;
    let unused: Vec<Diagnostic> = allowances
        .iter()
        .filter(|allowance| !allowance.used && !is_about_these(allowance))
        .map(report)
        .collect();
    let (mut left, _) = sift(unused, allowances, sources);
    let about_these = allowances.iter().filter(is_about_these);
    left.extend(about_these.filter(|allowance| !allowance.used).map(report));
    left
}

/// A line of a file, by its number from 1.
type Line = (FileId, usize);

fn line(span: Span, sources: &Sources) -> Line {
    (span.file, sources.position(span).line)
}
