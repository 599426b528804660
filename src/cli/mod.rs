//! The command line: its types, and one file per command.

mod args;
mod diff;
mod explain;
mod generate;
mod guest;
mod init;
mod net;
mod origin;
mod os;
#[cfg(feature = "apply")]
mod plan;
mod schema;
mod session;
mod show;
mod table;
mod validate;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser as _;

use crate::diag::nearest;
use args::{Args, Command};
use session::Session;

/// How a command ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    /// Fine.
    Done,
    /// The site has faults, or a difference was found.
    Faults,
}

/// An argument that means nothing, or nothing in this lab.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct UsageError(String);

impl UsageError {
    /// Makes the error for a name that is not among `known`, with the nearest one.
    fn unknown(kind: &str, name: &str, known: &[&str]) -> Self {
        let near = nearest(name, known.iter().copied());
        let hint = near
            .map(|near| format!("; did you mean `{near}`?"))
            .unwrap_or_default();
        Self(format!("{kind} `{name}` is not in the lab{hint}"))
    }
}

/// Runs the program and returns its exit status: 0 fine, 1 faults or differences, 2 usage, 3 the host failed.
#[must_use]
pub fn run(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let args = match Args::try_parse_from(args) {
        Ok(args) => args,
        Err(error) => {
            // Help is data and fine; everything else is usage. Printing can only fail when nobody reads.
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { 2 } else { 0 });
        }
    };
    let mut session = Session::new(args.common);
    let outcome = match args.command {
        Command::Init(command) => init::run(&command, &session),
        Command::Generate(command) => generate::run(&command, &mut session),
        Command::Guest(command) => guest::run(&command, &mut session),
        Command::Net(command) => net::run(&command, &mut session),
        Command::Validate(command) => validate::run(&command, &mut session),
        Command::Show(command) => show::run(&command, &mut session),
        Command::Explain(command) => explain::run(&command, &mut session),
        Command::Os(command) => os::run(&command, &mut session),
        Command::Schema(command) => schema::run(&command, &session),
        #[cfg(feature = "apply")]
        Command::Plan(command) => plan::run(&command, &mut session),
        Command::Diff => diff::run(&mut session),
    };
    match outcome {
        Ok(Outcome::Done) => ExitCode::SUCCESS,
        Ok(Outcome::Faults) => ExitCode::from(1),
        Err(error) => {
            session.ui.error(&format!("{error:#}"));
            ExitCode::from(if error.is::<UsageError>() { 2 } else { 3 })
        }
    }
}
