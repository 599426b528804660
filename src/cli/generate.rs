//! `generate`: the whole workdir.

use super::Outcome;
use super::args::Generate;
use super::session::{Session, summary};
use crate::render::Selection;
use crate::write::{Change, Scope};

pub(super) fn run(command: &Generate, session: &mut Session) -> anyhow::Result<Outcome> {
    let Some((loaded, files)) = session.render(|_| Ok(Selection::all()))? else {
        return Ok(Outcome::Faults);
    };
    if !command.check {
        let outcome = session.write(&loaded, &files, &Scope::Everything);
        // The process ends here: taking a lab apart value by value would only keep people waiting.
        std::mem::forget((loaded, files));
        return outcome;
    }
    let changes = session.compare(&files, &Scope::Everything)?;
    for (path, change) in &changes.changes {
        let verb = match change {
            Change::Create => "create",
            Change::Update => "update",
            Change::Remove => "remove",
        };
        session.ui.say(&format!(
            "would {verb} {}",
            session.common.workdir.join(path).display()
        ));
    }
    session.report_kept(&changes);
    let lock = session.lock_differs(&loaded)?;
    if lock {
        session
            .ui
            .say(&format!("would write {}", loaded.lock.display()));
    }
    if changes.is_empty() && !lock {
        session.ui.say(&summary(&session.common.workdir, &changes));
        return Ok(Outcome::Done);
    }
    Ok(Outcome::Faults)
}
