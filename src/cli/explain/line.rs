//! `explain --output`: what made a line of an output.

use std::collections::HashSet;
use std::path::{Component, Path, PathBuf};

use serde_json::json;

use super::super::args::AnswerFormat;
use super::super::session::Session;
use super::super::{Outcome, UsageError};
use super::{extend, unknown_guest};
use crate::diag::{Sink, nearest};
use crate::explain::{Site, Subject, explain_line, json as as_json, text};
use crate::pipeline::Loaded;
use crate::render::{Selection, render};

/// Says what made a line of an output, given as `FILE:LINE`.
pub(super) fn run(
    output: &str,
    format: AnswerFormat,
    site: &Site<'_>,
    loaded: &Loaded,
    session: &mut Session,
) -> anyhow::Result<Outcome> {
    let (path, number) = output
        .rsplit_once(':')
        .and_then(|(path, number)| Some((path, number.parse::<usize>().ok()?)))
        .ok_or_else(|| {
            UsageError(format!(
                "`{output}` is no FILE:LINE, as in guests.d/sam/ks.cfg:17"
            ))
        })?;
    let path = below(Path::new(path), &session.common.workdir);
    if path.is_empty() {
        let message = format!(
            "`{output}` is the workdir itself: name a file in it, as in guests.d/sam/ks.cfg:17"
        );
        return Err(UsageError(message).into());
    }
    let mut sink = Sink::default();
    let (lab, sources) = (&loaded.lab, &session.files.sources);
    let owner = path
        .strip_prefix("guests.d/")
        .and_then(|path| path.split('/').next());
    let selection = match owner {
        Some(name) => Selection {
            guests: Some(HashSet::from([name.to_owned()])),
            networks: Some(HashSet::new()),
        },
        None => Selection {
            guests: Some(HashSet::new()),
            networks: None,
        },
    };
    if let Some(name) = owner
        && !lab.guests.iter().any(|guest| *guest.name == *name)
    {
        let known: Vec<&str> = lab.guests.iter().map(|guest| &*guest.name).collect();
        return Err(unknown_guest(name, &known).into());
    }
    let files = render(
        lab,
        &loaded.engine,
        &loaded.payloads,
        &selection,
        sources,
        &mut sink,
    );
    if sink.has_errors() {
        session.ui.diagnostics(&sink.finish(), sources);
        return Ok(Outcome::Faults);
    }
    let Some(file) = files.iter().find(|file| file.path == path) else {
        let near = nearest(&path, files.iter().map(|file| file.path.as_str()));
        let hint = near.map(|near| format!("; did you mean `{near}`?"));
        let message = format!("the lab has no output `{path}`{}", hint.unwrap_or_default());
        return Err(UsageError(message).into());
    };
    let subject = Subject::of(&path, site, &mut session.files)
        .ok_or_else(|| UsageError(format!("`{path}` is about no object of the lab")))?;
    let sources = &session.files.sources;
    let explained = explain_line(site, &subject, file, number, sources).map_err(UsageError)?;
    let printed = match format {
        AnswerFormat::Text => text::output_line(&explained, sources),
        AnswerFormat::Json => {
            let mut document = json!({ "format": 1 });
            extend(&mut document, as_json::output_line(&explained, sources));
            format!("{document:#}\n")
        }
    };
    session.ui.data(&printed)?;
    Ok(Outcome::Done)
}

/// Returns a path as the workdir has it: a name that leads into the workdir from here is meant that way.
fn below(path: &Path, workdir: &Path) -> String {
    let whole = normal(path);
    let path = match whole.strip_prefix(normal(workdir)) {
        Ok(below) => below.to_path_buf(),
        Err(_) => path.components().collect(),
    };
    let path = path.strip_prefix("./").unwrap_or(&path);
    path.display().to_string()
}

/// Returns a path from the root, without `.` and `..`; symbolic links are not followed.
fn normal(path: &Path) -> PathBuf {
    let full = std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
    let mut normal = PathBuf::new();
    for component in full.components() {
        match component {
            Component::ParentDir => {
                normal.pop();
            }
            other => normal.push(other),
        }
    }
    normal
}
