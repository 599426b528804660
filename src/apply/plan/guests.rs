//! What is to be done with guests.

mod disks;
mod hardware;

use std::collections::HashMap;

use self::disks::Volumes;
use super::claim::{Claim, Objects};
use super::{Action, Change, Desired, Item, Kind, Scope, read, site};
use crate::apply::live::{Domain, Stamp};
use crate::apply::{HostError, Hypervisor, Object};
use crate::link::Guest;

/// The state of an install in a stamp, once it is over.
const INSTALLED: &str = "installed";

/// Compares the lab's guests with the host's domains.
pub(super) fn plan(
    desired: &Desired<'_>,
    host: &dyn Hypervisor,
    pools: &[Object],
    scope: &Scope,
) -> Result<Vec<Item>, HostError> {
    let found = host.domains()?;
    let objects = Objects::new(&found);
    let mut volumes = Volumes::new(host, pools);
    let lab = desired.lab;
    let mut items = Vec::new();
    for guest in &lab.guests {
        if scope.has(Kind::Guest, &guest.name) {
            items.push(one(guest, desired, &objects, &mut volumes, scope)?);
        }
    }
    if scope.objects.is_none() {
        let ids = lab.guests.iter().map(|guest| guest.uuid.clone());
        let names = lab.guests.iter().map(|guest| &*guest.name).collect();
        for object in objects.others(&names, &ids.collect()) {
            let live = read(host, "domain", &object.name, object.xml(), Domain::read)?;
            if site(live.stamp.as_ref()) == Some(&lab.site) {
                items.push(Item::orphan(Kind::Guest, &object.name));
            }
        }
    }
    Ok(items)
}

fn one(
    guest: &Guest,
    desired: &Desired<'_>,
    objects: &Objects<'_>,
    volumes: &mut Volumes<'_>,
    scope: &Scope,
) -> Result<Item, HostError> {
    let name = &*guest.name;
    let not_ours = |reason: String| Item::because(Kind::Guest, name, Action::NotOurs, reason);
    let mut stored = None;
    let claim = objects.claim(name, &guest.uuid, |object| {
        let domain = Domain::read(object.xml()).ok()?;
        let why = match &domain.stamp {
            None => Some("it has no stamp of this site".to_owned()),
            Some(stamp) if stamp.site != desired.lab.site => {
                Some(format!("it is site `{}`'s", stamp.site))
            }
            Some(_) => None,
        };
        stored = Some(domain);
        why
    });
    let (object, mut changes) = match claim {
        Claim::Absent => return create(guest, volumes),
        Claim::Renamed(object) => {
            let reason = format!("this lab's guest is called `{}` on this host", object.name);
            return Ok(not_ours(reason));
        }
        Claim::Foreign(_, why) if !scope.adopt => {
            return Ok(not_ours(format!(
                "a domain of this name exists: {why}; with --adopt it becomes the lab's"
            )));
        }
        Claim::Foreign(object, _) => (object, adoption(object, &guest.uuid)),
        Claim::Ours(object) => (object, Vec::new()),
    };
    let host = volumes.host();
    let stored = match stored {
        Some(stored) => stored,
        None => read(host, "domain", name, object.xml(), Domain::read)?,
    };
    let stamp = stored.stamp.clone().unwrap_or_else(|| Stamp {
        state: Some(INSTALLED.to_owned()),
        ..Stamp::default()
    });
    if let Some(item) = unfinished(name, &stamp, object) {
        return Ok(item);
    }
    if site(stored.stamp.as_ref()) != Some(&desired.lab.site) {
        changes.push(Change {
            was: stored.stamp.as_ref().map(|stamp| stamp.site.clone()),
            will: Some(desired.lab.site.clone()),
            ..Change::new(Action::UpdateLive, "site in the stamp")
        });
    }
    let running = object.running.as_deref();
    let running = running.map(|xml| read(host, "domain", name, xml, Domain::read));
    let running = running.transpose()?;
    changes.extend(hardware::differences(guest, &stored, running.as_ref()));
    changes.extend(disks::differences(guest, &stored, volumes)?);
    changes.extend(rebuild(name, desired.digests, &stamp));
    Ok(Item::changed(Kind::Guest, name, changes))
}

/// A guest whose install did not come to its end.
fn unfinished(name: &str, stamp: &Stamp, object: &Object) -> Option<Item> {
    if stamp.state.as_deref()? == INSTALLED {
        return None;
    }
    let reason = if object.is_active() {
        "its install goes on; it is waited for"
    } else {
        "an earlier install was cut short; it starts over"
    };
    Some(Item::because(Kind::Guest, name, Action::Create, reason))
}

/// A guest that is not there; what is in the way of its volumes stops the plan.
fn create(guest: &Guest, volumes: &mut Volumes<'_>) -> Result<Item, HostError> {
    Ok(match disks::in_the_way(guest, volumes)? {
        Some(reason) => Item::because(Kind::Guest, &guest.name, Action::NotOurs, reason),
        None => Item::create(Kind::Guest, &guest.name),
    })
}

/// What it takes to make somebody else's domain the lab's. libvirt gives no domain another UUID: it is defined anew.
fn adoption(object: &Object, id: &str) -> Vec<Change> {
    let was = Some(object.uuid.as_str());
    let uuid = Change::of(Action::NextBoot, "UUID", was, Some(id));
    uuid.into_iter().collect()
}

/// Compares what the install was made from.
fn rebuild(name: &str, digests: &HashMap<String, String>, stamp: &Stamp) -> Option<Change> {
    let (was, will) = (stamp.digest.as_ref()?, digests.get(name)?);
    (was != will).then(|| Change::new(Action::NextRebuild, "install data"))
}
