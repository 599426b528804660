//! `diff`: what `generate` would change.

use super::Outcome;
use super::session::Session;
use crate::files::reason;
use crate::render::Selection;
use crate::write::{Scope, diff};

pub(super) fn run(session: &mut Session) -> anyhow::Result<Outcome> {
    let Some((_, files)) = session.render(|_| Ok(Selection::all()))? else {
        return Ok(Outcome::Faults);
    };
    let changes = session.compare(&files, &Scope::Everything)?;
    let text = diff(&session.common.workdir, &files, &changes)
        .map_err(|(path, error)| anyhow::anyhow!("{}: {}", path.display(), reason(&error)))?;
    session.ui.data(&text)?;
    Ok(if changes.is_empty() {
        Outcome::Done
    } else {
        Outcome::Faults
    })
}
