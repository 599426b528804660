//! `schema`: JSON Schema of the files of a site, for editors.

use anyhow::Context as _;

use super::Outcome;
use super::args::Schema as Command;
use super::session::{Session, failed};
use super::table::table;
use crate::render::Content;
use crate::schema::Kind;
use crate::ui::counted;
use crate::write;

pub(super) fn run(command: &Command, session: &Session) -> anyhow::Result<Outcome> {
    let kind = command.kind.as_deref().map(kind).transpose()?;
    match (kind, &command.dir) {
        (Some(kind), None) => session.ui.data(&kind.text())?,
        (None, None) => session.ui.data(&rows())?,
        (kind, Some(dir)) => {
            let files = match kind {
                Some(kind) => vec![file(kind)],
                None => files(),
            };
            let written = write::refresh(dir, &files).map_err(failed)?;
            for name in &written {
                let path = dir.join(name);
                session
                    .ui
                    .detail(&format!("{:<8}{}", "wrote", path.display()));
            }
            let unchanged = files.len() - written.len();
            session.ui.say(&format!(
                "{}: {} written, {unchanged} unchanged",
                dir.display(),
                counted(written.len(), "schema")
            ));
        }
    }
    Ok(Outcome::Done)
}

/// Returns the kind of that name, which the command line has checked.
fn kind(name: &str) -> anyhow::Result<Kind> {
    let known = Kind::ALL.iter().find(|kind| kind.as_str() == name);
    known
        .copied()
        .with_context(|| format!("no schema `{name}`"))
}

/// Returns every schema with the name of its file.
pub(super) fn files() -> Vec<(String, Content)> {
    Kind::ALL.iter().copied().map(file).collect()
}

fn file(kind: Kind) -> (String, Content) {
    (kind.file(), kind.text().into())
}

fn rows() -> String {
    let mut rows = vec![["KIND", "FILES", "WHAT THEY SAY"].map(str::to_owned)];
    for kind in Kind::ALL {
        let files = match kind.directory() {
            Some(directory) => format!("conf.d/{directory}"),
            None => "lab.yml".to_owned(),
        };
        rows.push([kind.as_str().to_owned(), files, kind.about().to_owned()]);
    }
    table(&rows)
}
