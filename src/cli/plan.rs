//! `plan`: what would be done to the host.

use std::collections::{HashMap, HashSet};

use super::args::{AnswerFormat, Plan};
use super::session::Session;
use super::{Outcome, UsageError};
use crate::apply::Libvirt;
use crate::apply::plan::{self, Desired, Kind, Scope};
use crate::link::Lab;
use crate::model::host::Host;
use crate::pipeline::UNNAMED;
use crate::render::{OutFile, Selection, digests};

pub(super) fn run(command: &Plan, session: &mut Session) -> anyhow::Result<Outcome> {
    let Some((loaded, files)) = session.render(|_| Ok(Selection::all()))? else {
        return Ok(Outcome::Faults);
    };
    let lab = &loaded.lab;
    if lab.site == UNNAMED {
        session.ui.error(&format!(
            "the site has no name of its own, by which its objects on the host are known: write `site: NAME` in META, or at the top of a single file; `{UNNAMED}` is every unnamed site's"
        ));
        return Ok(Outcome::Faults);
    }
    let scope = Scope {
        objects: objects(&command.names, lab)?,
        adopt: command.adopt,
    };
    let desired = Desired {
        lab,
        networks: &xml(&files, "host/networks.d/"),
        storages: &xml(&files, "host/storages.d/"),
        digests: &digests(
            lab,
            &loaded.engine,
            &loaded.payloads,
            &session.files.sources,
        ),
    };
    let uri = uri(session.common.connect.as_deref(), lab);
    let host = Libvirt::look_at(&uri)?;
    let plan = plan::plan(&desired, &host, &scope)?;
    match command.format {
        AnswerFormat::Text => session.ui.data(&plan.to_text(session.common.verbose))?,
        AnswerFormat::Json => session.ui.data(&format!("{:#}\n", plan.to_json()))?,
    }
    session
        .ui
        .say(&format!("{} on {uri}: {}", lab.site, plan.summary()));
    let outcome = if plan.stops() {
        session
            .ui
            .error("nothing can be done while objects are missing, or are not the lab's");
        Outcome::Faults
    } else if command.check && !plan.is_empty() {
        Outcome::Faults
    } else {
        Outcome::Done
    };
    // The process ends here: taking a lab apart value by value would only keep people waiting.
    std::mem::forget((loaded, files));
    Ok(outcome)
}

/// Returns the host: what the command line says, else libvirt's variable, as for the scripts, else what the site says.
fn uri(given: Option<&str>, lab: &Lab) -> String {
    let variable = std::env::var("LIBVIRT_DEFAULT_URI").ok();
    let site = lab.host.connect.as_ref().map(|uri| uri.as_str().to_owned());
    given
        .map(str::to_owned)
        .or(variable.filter(|uri| !uri.is_empty()))
        .or(site)
        .unwrap_or_else(|| Host::DEFAULT_CONNECT.to_owned())
}

/// Returns the objects that are named: guests by their name, others as `KIND/NAME`.
fn objects(names: &[String], lab: &Lab) -> anyhow::Result<Option<HashSet<(Kind, String)>>> {
    if names.is_empty() {
        return Ok(None);
    }
    let one = |name: &String| {
        let (kind, name) = name.split_once('/').unwrap_or(("guest", name));
        let (kind, known): (Kind, Vec<&str>) = match kind {
            "guest" => (
                Kind::Guest,
                lab.guests.iter().map(|guest| &*guest.name).collect(),
            ),
            "network" => (
                Kind::Network,
                lab.networks.keys().map(String::as_str).collect(),
            ),
            "storage" => (
                Kind::Storage,
                lab.storages.keys().map(String::as_str).collect(),
            ),
            _ => {
                let message = format!(
                    "`{kind}/{name}` is no object: write GUEST, guest/NAME, network/NAME or storage/NAME"
                );
                return Err(UsageError(message));
            }
        };
        if known.contains(&name) {
            Ok((kind, name.to_owned()))
        } else {
            Err(UsageError::unknown(kind.as_str(), name, &known))
        }
    };
    let objects: Result<HashSet<_>, _> = names.iter().map(one).collect();
    Ok(Some(objects?))
}

/// Returns the XML files below a directory of the workdir, by the names of their objects.
fn xml(files: &[OutFile], directory: &str) -> HashMap<String, String> {
    let named = files.iter().filter_map(|file| {
        let name = file.path.strip_prefix(directory)?.strip_suffix(".xml")?;
        let text = String::from_utf8_lossy(&file.content.to_vec()).into_owned();
        Some((name.to_owned(), text))
    });
    named.collect()
}
