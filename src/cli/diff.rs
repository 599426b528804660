//! `diff`: what `generate` would change.

use super::Outcome;
use super::session::Session;
use crate::files::reason;
use crate::render::Selection;
use crate::secret::Secrets;
use crate::write::{Scope, diff};

pub(super) fn run(session: &mut Session) -> anyhow::Result<Outcome> {
    let Some((loaded, files)) = session.render(|_| Ok(Selection::all()))? else {
        return Ok(Outcome::Faults);
    };
    let changes = session.compare(&files, &Scope::Everything)?;
    let mut secrets = Secrets::default();
    for guest in &loaded.lab.guests {
        secrets.extend(&guest.secrets);
    }
    let text = diff(&session.common.workdir, &files, &changes, &secrets)
        .map_err(|(path, error)| anyhow::anyhow!("{}: {}", path.display(), reason(&error)))?;
    session.ui.data(&text)?;
    Ok(if changes.is_empty() {
        Outcome::Done
    } else {
        Outcome::Faults
    })
}
