//! `show --origin`: a resolved object with the place of every value behind it.

use super::session::Session;
use super::show::KINDS;
use super::{Outcome, UsageError};
use crate::explain::{GuestValues, ObjectValues, Site, text};
use crate::yaml::annotate::with_comments;
use crate::yaml::path::Step;

pub(super) fn run(object: &str, session: &mut Session) -> anyhow::Result<Outcome> {
    let Some((loaded, layers)) = session.open_with_layers()? else {
        return Ok(Outcome::Faults);
    };
    let connect = session.common.connect.is_some();
    let site = Site::new(&loaded, &layers, connect, &mut session.files);
    let lab = &loaded.lab;
    let (kind, name) = object.split_once('/').unwrap_or((object, ""));
    let unknown = |known: Vec<&str>| UsageError::unknown(kind, name, &known);
    let values = match kind {
        "guest" => {
            let names = || lab.guests.iter().map(|guest| &*guest.name).collect();
            let guest = GuestValues::new(&site, name, &mut session.files);
            let guest = guest.ok_or_else(|| unknown(names()))?;
            let origin =
                |path: &[Step]| Some(text::note(&guest.origin(path), &session.files.sources));
            session.ui.data(&with_comments(guest.resolved(), origin))?;
            return Ok(Outcome::Done);
        }
        "network" => {
            let names = || lab.networks.keys().map(String::as_str).collect();
            ObjectValues::network(&site, name).ok_or_else(|| unknown(names()))?
        }
        "storage" => {
            let names = || lab.storages.keys().map(String::as_str).collect();
            ObjectValues::storage(&site, name).ok_or_else(|| unknown(names()))?
        }
        "host" if name.is_empty() => ObjectValues::host(&site),
        "host" => return Err(UsageError("there is one host: `show host`".to_owned()).into()),
        "os" => {
            let message =
                "`--origin` is about what a site says; `os` is the table guests start from";
            return Err(UsageError(message.to_owned()).into());
        }
        _ => {
            let kinds = KINDS.join(", ");
            return Err(UsageError(format!("`{kind}` cannot be shown: {kinds} can")).into());
        }
    };
    let origin = |path: &[Step]| Some(text::note(&values.origin(path), &session.files.sources));
    session.ui.data(&with_comments(values.resolved(), origin))?;
    Ok(Outcome::Done)
}
