//! Diagnostics: what is wrong with the user's files, where, and what to write instead.
//!
//! Owns the data ([`Diagnostic`], [`Label`], [`Code`]), their collection ([`Sink`]), what is made of it ([`Report`]) and
//! its rendering. Stages push faults here and go on, so that one run reports all of them. It never prints; `ui` does.

mod allow;
mod code;
mod homes;
mod json;
mod redact;
mod render;
mod report;
mod sarif;
mod sink;
mod suggest;

pub use allow::Reach;
pub(crate) use allow::{may_allow, read_comment};
pub use code::Code;
pub use homes::{Home, Homes};
pub use json::render_json;
pub use render::{Style, render};
pub use report::Report;
pub use sarif::render_sarif;
pub use sink::{Extent, Sink};
pub use suggest::nearest;

use std::sync::Arc;

use crate::source::Span;

/// How bad a fault is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
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
    /// The guest it was found in, one of several when they have the value from one place.
    pub guest: Option<Arc<str>>,
    /// How many more guests have it from the same place, when the message is about the first alone.
    pub more_guests: usize,
    /// The keys any of which would give the guest what it lacks, when the fault is that it lacks something.
    pub lacks: &'static [&'static str],
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

    /// Makes a warning that concerns the file or directory `path` as a whole.
    pub fn file_warning(code: Code, path: impl Into<String>, message: impl Into<String>) -> Self {
        let mut diagnostic = Self::new(code, Severity::Warning, None, message);
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
            guest: None,
            more_guests: 0,
            lacks: &[],
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

    /// Says that the guest it is found in, which is defined at its place, lacks one of these keys: when others lack it
    /// for the same reason, that is what is reported.
    #[must_use]
    pub fn lacks(mut self, keys: &'static [&'static str]) -> Self {
        self.lacks = keys;
        self
    }

    /// Returns the places, the first one first.
    pub fn labels(&self) -> impl Iterator<Item = &Label> {
        self.primary.iter().chain(&self.secondary)
    }

    /// Returns what there is to say of the other guests that have it from the same place.
    #[must_use]
    pub fn and_others(&self) -> Option<String> {
        match self.more_guests {
            0 => None,
            1 => Some("the same goes for 1 more guest".to_owned()),
            more => Some(format!("the same goes for {more} more guests")),
        }
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
