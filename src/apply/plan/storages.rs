//! What is to be done with storage pools.
//!
//! What is in them is the guests' matter, and of pools on disks only the definition is the lab's.

use super::claim::{Claim, Objects};
use super::{Action, Change, Desired, Item, Kind, Scope, on_or_off, read};
use crate::apply::live::Pool;
use crate::apply::{HostError, Hypervisor, Object};
use crate::link::uuid;
use crate::model::storage::Storage;

/// Compares the lab's pools with the host's.
pub(super) fn plan(
    desired: &Desired<'_>,
    host: &dyn Hypervisor,
    found: &[Object],
    scope: &Scope,
) -> Result<Vec<Item>, HostError> {
    let objects = Objects::new(found);
    let lab = desired.lab;
    let mut items = Vec::new();
    for storage in lab.storages.values() {
        if scope.has(Kind::Storage, &storage.name) {
            items.push(if storage.external {
                external(&storage.name, objects.named(&storage.name))
            } else {
                own(storage, desired, host, &objects, scope)?
            });
        }
    }
    if scope.objects.is_none() {
        let ids = lab.storages.keys();
        let ids = ids.map(|name| uuid(&lab.site, "storage", name)).collect();
        let names = lab.storages.keys().map(String::as_str).collect();
        // libvirt keeps no stamp in a pool, so its UUID says whose it is.
        let others = objects.others(&names, &ids);
        let once_ours = others.filter(|pool| pool.uuid == uuid(&lab.site, "storage", &pool.name));
        items.extend(once_ours.map(|pool| Item::orphan(Kind::Storage, &pool.name)));
    }
    Ok(items)
}

/// A pool that the host is to have, whatever it is.
fn external(name: &str, found: Option<&Object>) -> Item {
    let missing = |reason: String| Item::because(Kind::Storage, name, Action::Missing, reason);
    match found {
        Some(object) if object.is_active() => Item::changed(Kind::Storage, name, Vec::new()),
        Some(_) => missing(format!("it is not started: virsh pool-start {name}")),
        None if name == "default" => missing(
            "it is to be on the host already, and is not: virsh pool-define-as default dir --target /var/lib/libvirt/images; virsh pool-start default"
                .to_owned(),
        ),
        None => missing(
            "it is to be on the host already, and is not: define it, or let the site define it in `storages`"
                .to_owned(),
        ),
    }
}

fn own(
    storage: &Storage,
    desired: &Desired<'_>,
    host: &dyn Hypervisor,
    objects: &Objects<'_>,
    scope: &Scope,
) -> Result<Item, HostError> {
    let name = storage.name.as_str();
    let id = uuid(&desired.lab.site, "storage", name);
    let (object, mut changes) = match objects.claim(name, &id, |_| None) {
        Claim::Absent => return Ok(Item::create(Kind::Storage, name)),
        Claim::Renamed(object) => {
            let reason = format!("this lab's pool is called `{}` on this host", object.name);
            return Ok(Item::because(Kind::Storage, name, Action::NotOurs, reason));
        }
        Claim::Foreign(_, why) if !scope.adopt => {
            let reason = format!(
                "a pool of this name exists: {why}; with `external: true` the lab uses it, with --adopt it becomes the lab's"
            );
            return Ok(Item::because(Kind::Storage, name, Action::NotOurs, reason));
        }
        // Its volumes stay while it is defined anew.
        Claim::Foreign(object, _) => {
            let was = Some(object.uuid.as_str());
            let uuid = Change::of(Action::NeedsRestart, "UUID", was, Some(&*id));
            (object, uuid.into_iter().collect())
        }
        Claim::Ours(object) => (object, Vec::new()),
    };
    let Some(xml) = desired.storages.get(name) else {
        return Ok(Item::changed(Kind::Storage, name, changes));
    };
    let want = read(host, "the lab's pool", name, xml, Pool::read)?;
    match &object.running {
        Some(running) => {
            let running = read(host, "pool", name, running, Pool::read)?;
            changes.extend(compare(&want, &running, Action::NeedsRestart));
        }
        None => changes.extend(Change::of(
            Action::UpdateLive,
            "state",
            Some(on_or_off(false)),
            Some(on_or_off(true)),
        )),
    }
    match &object.stored {
        Some(stored) => {
            let stored = read(host, "pool", name, stored, Pool::read)?;
            for change in compare(&want, &stored, Action::UpdateLive) {
                if !changes.iter().any(|known| known.is_like(&change)) {
                    changes.push(change);
                }
            }
        }
        None => changes.push(Change::new(
            Action::UpdateLive,
            "its definition, which is not stored",
        )),
    }
    changes.extend(Change::of(
        Action::UpdateLive,
        "autostart",
        object.autostart.map(on_or_off),
        Some(on_or_off(storage.autostart)),
    ));
    Ok(Item::changed(Kind::Storage, name, changes))
}

fn compare(want: &Pool, found: &Pool, action: Action) -> Vec<Change> {
    let source = |pool: &Pool| Some(pool.source.join(", ")).filter(|source| !source.is_empty());
    let changes = [
        Change::of(action, "type", Some(&found.kind), Some(&want.kind)),
        Change::of(action, "source", source(found), source(want)),
        Change::of(
            action,
            "target",
            found.target.as_ref(),
            want.target.as_ref(),
        ),
    ];
    changes.into_iter().flatten().collect()
}
