//! Diagnostics: what is wrong with the user's files, where, and what to write instead.
//!
//! Owns the data ([`Diagnostic`], [`Label`], [`Code`]), their collection ([`Sink`]) and their rendering. Stages push
//! faults here and go on, so that one run reports all of them. It never prints; `ui` does.

mod code;
mod redact;
mod render;
mod suggest;

pub use code::Code;
pub use render::{Style, render, render_json};
pub use suggest::nearest;

use crate::source::Span;

/// How bad a fault is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Worth knowing, and fine as it is.
    Note,
    /// The site is taken as it is, but something in it is likely not what was meant.
    Warning,
    /// The site cannot be compiled.
    Error,
}

impl Severity {
    /// Returns the word used in output.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// A place and what to say about it.
#[derive(Clone, Debug)]
pub struct Label {
    /// The place.
    pub span: Span,
    /// The text beside the caret; may be empty.
    pub text: String,
}

/// One fault.
#[derive(Clone, Debug)]
pub struct Diagnostic {
    /// Stable name of the kind of fault.
    pub code: Code,
    /// How bad it is.
    pub severity: Severity,
    /// One line, lower case, names in backticks.
    pub message: String,
    /// Where the fault is: in a text, or …
    pub primary: Option<Label>,
    /// … the file it concerns as a whole (unreadable, a directory where a file is due, a template).
    pub path: Option<String>,
    /// The other places involved, in the order to read them.
    pub secondary: Vec<Label>,
    /// What to do.
    pub help: Option<String>,
}

impl Diagnostic {
    /// Makes an error at `span`.
    pub fn error(code: Code, span: Span, message: impl Into<String>) -> Self {
        Self::new(code, Severity::Error, Some(span), message)
    }

    /// Makes a warning at `span`.
    pub fn warning(code: Code, span: Span, message: impl Into<String>) -> Self {
        Self::new(code, Severity::Warning, Some(span), message)
    }

    /// Makes a note at `span`.
    pub fn note(code: Code, span: Span, message: impl Into<String>) -> Self {
        Self::new(code, Severity::Note, Some(span), message)
    }

    /// Makes an error that concerns the file `path` as a whole.
    pub fn file_error(code: Code, path: impl Into<String>, message: impl Into<String>) -> Self {
        let mut diagnostic = Self::new(code, Severity::Error, None, message);
        diagnostic.path = Some(path.into());
        diagnostic
    }

    fn new(code: Code, severity: Severity, span: Option<Span>, message: impl Into<String>) -> Self {
        Self {
            code,
            severity,
            message: message.into(),
            primary: span.map(|span| Label {
                span,
                text: String::new(),
            }),
            path: None,
            secondary: Vec::new(),
            help: None,
        }
    }

    /// Sets the text beside the caret.
    #[must_use]
    pub fn label(mut self, text: impl Into<String>) -> Self {
        if let Some(primary) = &mut self.primary {
            primary.text = text.into();
        }
        self
    }

    /// Adds another place, unless it is the same: one line of common can set two guests at odds.
    #[must_use]
    pub fn also(mut self, span: Span, text: impl Into<String>) -> Self {
        if self
            .primary
            .as_ref()
            .is_none_or(|primary| primary.span != span)
        {
            self.secondary.push(Label {
                span,
                text: text.into(),
            });
        }
        self
    }

    /// Says what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Says which of `known` was probably meant, when one is near; lists them when they are few.
    #[must_use]
    pub fn suggest<'a>(mut self, given: &str, known: impl IntoIterator<Item = &'a str>) -> Self {
        let known: Vec<&str> = known.into_iter().collect();
        if let Some(near) = nearest(given, known.iter().copied()) {
            self.help = Some(format!("did you mean `{near}`?"));
        } else if !known.is_empty() && known.len() <= 24 {
            self.help = Some(format!("known here: {}", known.join(", ")));
        }
        self
    }
}

/// Collects the diagnostics of a run.
#[derive(Debug, Default)]
pub struct Sink {
    diagnostics: Vec<Diagnostic>,
}

impl Sink {
    /// Adds one fault.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// Adds all faults of `other`, after those already here.
    pub fn append(&mut self, mut other: Self) {
        self.diagnostics.append(&mut other.diagnostics);
    }

    /// Returns whether an error is among the faults.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.errors() > 0
    }

    /// Returns how many errors are among the faults.
    #[must_use]
    pub fn errors(&self) -> usize {
        self.diagnostics
            .iter()
            .filter(|diagnostic| diagnostic.severity == Severity::Error)
            .count()
    }

    /// Turns every warning into an error (`--strict`); notes stay.
    pub fn promote_warnings(&mut self) {
        for diagnostic in &mut self.diagnostics {
            if diagnostic.severity == Severity::Warning {
                diagnostic.severity = Severity::Error;
            }
        }
    }

    /// Returns the faults ordered by file, place and message, each once.
    #[must_use]
    pub fn finish(mut self) -> Vec<Diagnostic> {
        let key = |diagnostic: &Diagnostic| {
            let place = diagnostic.primary.as_ref().map(|label| label.span);
            (
                diagnostic.path.clone(),
                place,
                diagnostic.code,
                diagnostic.message.clone(),
            )
        };
        self.diagnostics.sort_by_key(key);
        self.diagnostics.dedup_by_key(|diagnostic| key(diagnostic));
        self.diagnostics
    }
}
