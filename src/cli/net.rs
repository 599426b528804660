//! `net`: the files of networks.

use std::collections::HashSet;

use super::args::Net;
use super::session::Session;
use super::{Outcome, UsageError};
use crate::pipeline::Loaded;
use crate::render::Selection;
use crate::write::Scope;

pub(super) fn run(command: &Net, session: &mut Session) -> anyhow::Result<Outcome> {
    let select = |loaded: &Loaded| {
        let own = loaded
            .lab
            .networks
            .values()
            .filter(|network| !network.external);
        let all: Vec<&str> = own.map(|network| network.name.as_str()).collect();
        if let Some(name) = command
            .names
            .iter()
            .find(|name| !all.contains(&name.as_str()))
        {
            return Err(UsageError::unknown("network", name, &all).into());
        }
        let wanted = if command.names.is_empty() {
            all.into_iter().map(str::to_owned).collect()
        } else {
            command.names.iter().cloned().collect()
        };
        Ok(Selection {
            guests: Some(HashSet::new()),
            networks: Some(wanted),
        })
    };
    let Some((loaded, files)) = session.render(select)? else {
        return Ok(Outcome::Faults);
    };
    let roots = if command.names.is_empty() {
        vec![
            "host/networks.d/".to_owned(),
            "host/net-setup.sh".to_owned(),
        ]
    } else {
        let files = command
            .names
            .iter()
            .flat_map(|name| ["xml", "yml"].map(|kind| format!("host/networks.d/{name}.{kind}")));
        files.collect()
    };
    session.write(&loaded, &files, &Scope::Below(roots))
}
