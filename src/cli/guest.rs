//! `guest`: the files of some guests, or a list of all.

use std::collections::HashSet;

use super::args::Guest;
use super::session::Session;
use super::table::table;
use super::{Outcome, UsageError};
use crate::link::Lab;
use crate::pipeline::Loaded;
use crate::render::Selection;
use crate::write::Scope;

pub(super) fn run(command: &Guest, session: &mut Session) -> anyhow::Result<Outcome> {
    if command.names.is_empty() && !command.all {
        return list(session);
    }
    let select = |loaded: &Loaded| {
        let guests = if command.all {
            None
        } else {
            Some(known(&command.names, &loaded.lab)?)
        };
        Ok(Selection {
            guests,
            networks: Some(HashSet::new()),
        })
    };
    let Some((loaded, files)) = session.render(select)? else {
        return Ok(Outcome::Faults);
    };
    let roots = if command.all {
        vec!["guests.d/".to_owned()]
    } else {
        command
            .names
            .iter()
            .map(|name| format!("guests.d/{name}/"))
            .collect()
    };
    session.write(&loaded, &files, &Scope::Below(roots))
}

fn known(names: &[String], lab: &Lab) -> anyhow::Result<HashSet<String>> {
    let all: Vec<&str> = lab.guests.iter().map(|guest| &*guest.name).collect();
    match names.iter().find(|name| !all.contains(&name.as_str())) {
        Some(name) => Err(UsageError::unknown("guest", name, &all).into()),
        None => Ok(names.iter().cloned().collect()),
    }
}

fn list(session: &mut Session) -> anyhow::Result<Outcome> {
    let Some(loaded) = session.open()? else {
        return Ok(Outcome::Faults);
    };
    let mut rows = vec![["NAME", "GROUP", "OS", "ADDRESS"].map(str::to_owned)];
    for guest in &loaded.lab.guests {
        let addresses: Vec<String> = guest
            .interfaces
            .iter()
            .filter_map(|nic| Some(nic.ip.as_ref()?.value.to_string()))
            .collect();
        let group = guest.sysgroups.last().map_or("-", |group| group);
        let address = if addresses.is_empty() {
            "-".to_owned()
        } else {
            addresses.join(",")
        };
        rows.push([
            guest.name.to_string(),
            group.to_owned(),
            guest.os.name.clone(),
            address,
        ]);
    }
    session.ui.data(&table(&rows))?;
    Ok(Outcome::Done)
}
