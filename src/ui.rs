//! The only place that prints.
//!
//! Data goes to standard output, talk to standard error; colour follows the terminal and `NO_COLOR`. A reader that goes
//! away (`| head`) ends the program quietly.

use std::io::{self, Write};

use crate::diag::{Diagnostic, Report, Severity, Style, render};
use crate::files::reason;
use crate::source::Sources;

/// How many diagnostics are shown, errors before others: past it, nobody reads on.
const MAX_SHOWN: usize = 200;

/// How much is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verbosity {
    /// Errors only.
    Quiet,
    /// What changed, and a count.
    Normal,
    /// Every file.
    Verbose,
}

/// The terminal or what stands in for it.
#[derive(Debug)]
pub struct Ui {
    verbosity: Verbosity,
}

impl Ui {
    /// Makes a user interface that says as much as `verbosity` allows.
    #[must_use]
    pub fn new(verbosity: Verbosity) -> Self {
        Self { verbosity }
    }

    /// Writes data to standard output.
    ///
    /// # Errors
    /// Returns an error when the output cannot be written, for example to a full disk.
    pub fn data(&self, text: &str) -> io::Result<()> {
        let mut out = io::stdout().lock();
        match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            other => other
                .map_err(|error| io::Error::other(format!("standard output: {}", reason(&error)))),
        }
    }

    /// Says what is being done, in normal verbosity.
    pub fn say(&self, text: &str) {
        if self.verbosity >= Verbosity::Normal {
            talk(text);
        }
    }

    /// Says a detail, with `-v`.
    pub fn detail(&self, text: &str) {
        if self.verbosity >= Verbosity::Verbose {
            talk(text);
        }
    }

    /// Says why the program stops.
    pub fn error(&self, text: &str) {
        let prefix = if console::colors_enabled_stderr() {
            "\u{1b}[1m\u{1b}[91merror\u{1b}[0m"
        } else {
            "error"
        };
        talk(&format!("{prefix}: {text}"));
    }

    /// Prints diagnostics and their count; warnings are left out when quiet.
    pub fn diagnostics(&self, report: &Report, sources: &Sources) {
        let style = if console::colors_enabled_stderr() {
            Style::Colour
        } else {
            Style::Plain
        };
        let is_error = |diagnostic: &Diagnostic| diagnostic.severity == Severity::Error;
        let told = report.diagnostics.iter();
        let told: Vec<&Diagnostic> = told
            .filter(|diagnostic| self.verbosity > Verbosity::Quiet || is_error(diagnostic))
            .collect();
        let mut room = MAX_SHOWN.saturating_sub(report.count(Severity::Error));
        let fits = |diagnostic: &&&Diagnostic| {
            let fits = is_error(diagnostic) || room > 0;
            room = room.saturating_sub(usize::from(!is_error(diagnostic)));
            fits
        };
        for diagnostic in told.iter().filter(fits).take(MAX_SHOWN) {
            talk(&format!("{}\n", render(diagnostic, sources, style)));
        }
        let more = told.len().saturating_sub(MAX_SHOWN);
        if more > 0 {
            talk(&format!(
                "… and {more} more; `validate --format json` lists all\n"
            ));
        }
        let mut counts: Vec<String> = [Severity::Error, Severity::Warning, Severity::Note]
            .map(|severity| (report.count(severity), severity))
            .into_iter()
            .filter(|(number, _)| *number > 0)
            .map(|(number, severity)| counted(number, severity.as_str()))
            .collect();
        if self.verbosity == Verbosity::Verbose && !report.allowed.is_empty() {
            counts.push(format!("{} allowed", report.allowed.len()));
        }
        let quiet = self.verbosity == Verbosity::Quiet && report.count(Severity::Error) == 0;
        if !counts.is_empty() && !quiet {
            talk(&counts.join(", "));
        }
    }
}

/// Returns a number of things in words: `1 guest`, `2 guests`.
#[must_use]
pub fn counted(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

/// Writes a line to standard error; when nobody can read it, there is nobody to tell.
fn talk(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{text}");
}
