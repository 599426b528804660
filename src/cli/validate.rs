//! `validate`: every check, nothing written; and what the codes mean.

use std::fmt::Write as _;

use super::args::{ReportFormat, Validate};
use super::session::Session;
use super::{Outcome, UsageError};
use crate::diag::{Code, Severity, Sink, nearest, render_json, render_sarif};
use crate::render::Selection;
use crate::ui::counted;

pub(super) fn run(command: &Validate, session: &mut Session) -> anyhow::Result<Outcome> {
    if let Some(code) = &command.explain {
        session.ui.data(&explanation(code.as_deref())?)?;
        return Ok(Outcome::Done);
    }
    let mut sink = Sink::default();
    if let Some(loaded) = session.load(&mut sink)? {
        session.render_selected(&loaded, &Selection::all(), &mut sink);
        if !sink.has_errors() && command.format == ReportFormat::Text {
            let (guests, networks) = (loaded.lab.guests.len(), loaded.lab.networks.len());
            let (guests, networks) = (counted(guests, "guest"), counted(networks, "network"));
            session.ui.say(&format!("{guests} and {networks} are fine"));
        }
    }
    let report = sink.finish();
    let sources = &session.files.sources;
    match command.format {
        ReportFormat::Text => session.ui.diagnostics(&report, sources),
        ReportFormat::Json => {
            let json = render_json(&report, sources);
            session.ui.data(&format!("{json:#}\n"))?;
        }
        ReportFormat::Sarif => {
            let sarif = render_sarif(&report, sources);
            session.ui.data(&format!("{sarif:#}\n"))?;
        }
    }
    Ok(if report.count(Severity::Error) > 0 {
        Outcome::Faults
    } else {
        Outcome::Done
    })
}

/// Returns the long text of a code, or all codes with a sentence about each.
fn explanation(code: Option<&str>) -> Result<String, UsageError> {
    let Some(name) = code else {
        let mut list = String::new();
        let names = Code::ALL.iter().map(|code| code.as_str().len());
        let width = names.max().unwrap_or_default();
        for code in Code::ALL {
            writeln!(list, "{:<width$}  {}", code.as_str(), code.summary())
                .expect("writing to a string does not fail");
        }
        return Ok(list);
    };
    match Code::named(name) {
        Some(code) => Ok(code.explanation().to_owned()),
        None => {
            let near = nearest(name, Code::ALL.iter().map(|code| code.as_str()));
            let hint = match near {
                Some(near) => format!("did you mean `{near}`?"),
                None => "`validate --explain` lists the codes".to_owned(),
            };
            Err(UsageError(format!(
                "no fault has the code `{name}`; {hint}"
            )))
        }
    }
}
