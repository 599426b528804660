//! Why a text is no value of a type, and what to write instead.

use std::fmt;

use crate::diag::{Code, Diagnostic};
use crate::source::Span;

/// What is wrong with a text, and what to write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    message: String,
    help: String,
}

impl Refusal {
    /// Says what is wrong, and what to write.
    #[must_use]
    pub fn new(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            help: help.into(),
        }
    }

    /// Says something else to write.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = help.into();
        self
    }

    /// Makes an error of it at `span`.
    #[must_use]
    pub fn into_error(self, code: Code, span: Span) -> Diagnostic {
        Diagnostic::error(code, span, self.message).help(self.help)
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}
