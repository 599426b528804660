//! What a run reports: each cause once, in the order of the files.

use std::collections::HashSet;
use std::sync::Arc;

use indexmap::IndexMap;

use super::{Code, Diagnostic, Severity};
use crate::source::Span;

/// The outcome of a run.
///
/// What concerns a file as a whole comes first, by name; all else by file in the order of loading, line and column.
#[derive(Debug)]
pub struct Report {
    /// What was found.
    pub diagnostics: Vec<Diagnostic>,
    /// What was found too, but the site allows.
    pub allowed: Vec<Diagnostic>,
}

impl Report {
    /// Returns how many diagnostics of a severity there are.
    #[must_use]
    pub fn count(&self, severity: Severity) -> usize {
        let found = self.diagnostics.iter();
        found.filter(|found| found.severity == severity).count()
    }
}

/// What makes two diagnostics one: the kind of fault and the place to repair.
#[derive(PartialEq, Eq, Hash)]
struct Cause {
    path: Option<String>,
    place: Option<Span>,
    code: Code,
    severity: Severity,
}

impl Cause {
    fn of(diagnostic: &Diagnostic) -> Self {
        Self {
            path: diagnostic.path.clone(),
            place: diagnostic.primary.as_ref().map(|label| label.span),
            code: diagnostic.code,
            severity: diagnostic.severity,
        }
    }
}

/// Returns the diagnostics in order, each cause as it was found first.
pub(super) fn by_cause(diagnostics: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let mut causes: IndexMap<Cause, Vec<Diagnostic>> = IndexMap::new();
    for diagnostic in diagnostics {
        let found = causes.entry(Cause::of(&diagnostic)).or_default();
        found.push(diagnostic);
    }
    let mut all: Vec<Diagnostic> = causes.into_values().flat_map(first_found).collect();
    all.sort_by(|a, b| order(a).cmp(&order(b)));
    all
}

/// Diagnostics without a place come before those with one.
fn order(diagnostic: &Diagnostic) -> (Option<Span>, Option<&str>, Code, &str) {
    (
        diagnostic.primary.as_ref().map(|label| label.span),
        diagnostic.path.as_deref(),
        diagnostic.code,
        &diagnostic.message,
    )
}

/// Returns those of one cause that were found in the first guest, and those of no guest; each message once.
///
/// One guest can have several faults in one place, as a section that lacks two keys. The same place seen from another
/// guest has the same faults, whatever the message makes of that guest's name or number.
fn first_found(found: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let first = found.iter().find_map(|found| found.guest.clone());
    let mut messages: HashSet<String> = HashSet::new();
    let mut others: HashSet<Arc<str>> = HashSet::new();
    let mut kept: Vec<Diagnostic> = Vec::new();
    for diagnostic in found {
        if messages.contains(&diagnostic.message) {
            continue;
        }
        match &diagnostic.guest {
            Some(guest) if Some(guest) != first.as_ref() => {
                others.insert(Arc::clone(guest));
            }
            _ => {
                messages.insert(diagnostic.message.clone());
                kept.push(diagnostic);
            }
        }
    }
    if let Some(seen) = kept.iter_mut().find(|kept| kept.guest.is_some()) {
        seen.more_guests = others.len();
    }
    kept
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use crate::diag::{Code, Diagnostic, Sink};
    use crate::source::{Sources, Span};

    /// The messages reported of faults of a code, each in a guest, if in one, and at a place.
    fn reported(faults: &[(&str, usize, &str)]) -> Vec<(String, usize)> {
        let file = Sources::default().add("x", "");
        let mut sink = Sink::default();
        for (guest, at, message) in faults {
            let guest: Option<Arc<str>> = (!guest.is_empty()).then(|| (*guest).into());
            sink.about(guest.as_ref());
            let place = Span::new(file, *at, *at);
            sink.push(Diagnostic::error(Code::InvalidValue, place, *message));
        }
        let report = sink.finish().diagnostics.into_iter();
        report.map(|one| (one.message, one.more_guests)).collect()
    }

    #[test]
    fn a_cause_is_reported_once() {
        let shared = [("a", 5, "of `a`"), ("b", 5, "of `b`"), ("c", 5, "of `c`")];
        assert_eq!(reported(&shared), [("of `a`".to_owned(), 2)]);
        let alike = [("a", 5, "bad"), ("b", 5, "bad")];
        assert_eq!(reported(&alike), [("bad".to_owned(), 0)]);
    }

    #[test]
    fn faults_that_are_not_one_stay_apart() {
        let two = [("a", 5, "no x"), ("a", 5, "no y"), ("b", 5, "no x")];
        let said = ["no x", "no y"].map(|message| (message.to_owned(), 0));
        assert_eq!(reported(&two), said);
        let places = [("b", 9, "of `b`"), ("a", 5, "of `a`"), ("", 5, "lab")];
        let said = ["lab", "of `a`", "of `b`"].map(|message| (message.to_owned(), 0));
        assert_eq!(reported(&places), said);
    }
}
