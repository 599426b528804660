//! `validate`: every check, nothing written.

use super::Outcome;
use super::args::{ReportFormat, Validate};
use super::session::Session;
use crate::diag::{Severity, Sink, render_json};
use crate::render::{Selection, render};
use crate::ui::counted;

pub(super) fn run(command: &Validate, session: &mut Session) -> anyhow::Result<Outcome> {
    let mut sink = Sink::default();
    if let Some(loaded) = session.load(&mut sink)? {
        render(
            &loaded.lab,
            &loaded.engine,
            &loaded.payloads,
            &Selection::all(),
            &session.files.sources,
            &mut sink,
        );
        if session.common.strict {
            sink.promote_warnings();
        }
        if !sink.has_errors() && command.format == ReportFormat::Text {
            let (guests, networks) = (loaded.lab.guests.len(), loaded.lab.networks.len());
            let (guests, networks) = (counted(guests, "guest"), counted(networks, "network"));
            session.ui.say(&format!("{guests} and {networks} are fine"));
        }
    }
    let diagnostics = sink.finish();
    match command.format {
        ReportFormat::Text => session.ui.diagnostics(&diagnostics, &session.files.sources),
        ReportFormat::Json => session.ui.data(&format!(
            "{:#}\n",
            render_json(&diagnostics, &session.files.sources)
        ))?,
    }
    let faulty = diagnostics
        .iter()
        .any(|diagnostic| diagnostic.severity == Severity::Error);
    Ok(if faulty {
        Outcome::Faults
    } else {
        Outcome::Done
    })
}
