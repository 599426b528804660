//! What is to be done with networks.

use std::collections::{BTreeMap, BTreeSet};

use super::claim::{Claim, Objects};
use super::{Action, Change, Desired, Item, Kind, Scope, on_or_off, read, site};
use crate::apply::live::Network;
use crate::apply::{HostError, Hypervisor, Object};
use crate::link::uuid;
use crate::model::network;

/// Compares the lab's networks with the host's.
pub(super) fn plan(
    desired: &Desired<'_>,
    host: &dyn Hypervisor,
    scope: &Scope,
) -> Result<Vec<Item>, HostError> {
    let found = host.networks()?;
    let objects = Objects::new(&found);
    let lab = desired.lab;
    let mut items = Vec::new();
    for network in lab.networks.values() {
        if scope.has(Kind::Network, &network.name) {
            items.push(if network.external {
                external(&network.name, objects.named(&network.name))
            } else {
                own(network, desired, host, &objects, scope)?
            });
        }
    }
    if scope.objects.is_none() {
        let ids = lab
            .networks
            .keys()
            .map(|name| uuid(&lab.site, "network", name));
        let names = lab.networks.keys().map(String::as_str).collect();
        for object in objects.others(&names, &ids.collect()) {
            let live = read(host, "network", &object.name, object.xml(), Network::read)?;
            if site(live.stamp.as_ref()) == Some(&lab.site) {
                items.push(Item::orphan(Kind::Network, &object.name));
            }
        }
    }
    Ok(items)
}

/// A network that the host is to have, whatever it is.
fn external(name: &str, found: Option<&Object>) -> Item {
    let missing = |reason: String| Item::because(Kind::Network, name, Action::Missing, reason);
    match found {
        Some(object) if object.is_active() => Item::changed(Kind::Network, name, Vec::new()),
        Some(_) => missing(format!("it is not started: virsh net-start {name}")),
        None => missing(
            "it is to be on the host already, and is not: define it, or let the site define it in `networks`"
                .to_owned(),
        ),
    }
}

fn own(
    network: &network::Network,
    desired: &Desired<'_>,
    host: &dyn Hypervisor,
    objects: &Objects<'_>,
    scope: &Scope,
) -> Result<Item, HostError> {
    let name = network.name.as_str();
    let lab = desired.lab;
    let id = uuid(&lab.site, "network", name);
    let whose = |object: &Object| {
        let stamp = Network::read(object.xml()).ok()?.stamp?;
        (stamp.site != lab.site).then(|| format!("it is site `{}`'s", stamp.site))
    };
    let (object, mut changes) = match objects.claim(name, &id, whose) {
        Claim::Absent => return Ok(Item::create(Kind::Network, name)),
        Claim::Renamed(object) => {
            let reason = format!(
                "this lab's network is called `{}` on this host",
                object.name
            );
            return Ok(Item::because(Kind::Network, name, Action::NotOurs, reason));
        }
        Claim::Foreign(_, why) if !scope.adopt => {
            let reason = format!(
                "a network of this name exists: {why}; with `external: true` the lab uses it, with --adopt it becomes the lab's"
            );
            return Ok(Item::because(Kind::Network, name, Action::NotOurs, reason));
        }
        Claim::Foreign(object, _) => (object, adoption(object, &id)),
        Claim::Ours(object) => (object, Vec::new()),
    };
    let Some(xml) = desired.networks.get(name) else {
        return Ok(Item::changed(Kind::Network, name, changes));
    };
    let want = read(host, "the lab's network", name, xml, Network::read)?;
    let stored = object.stored.as_deref();
    let stored = stored.map(|xml| read(host, "network", name, xml, Network::read));
    let stored = stored.transpose()?;
    let running = object.running.as_deref();
    let running = running.map(|xml| read(host, "network", name, xml, Network::read));
    let running = running.transpose()?;
    changes.extend(differences(&want, stored.as_ref(), running.as_ref()));
    changes.extend(Change::of(
        Action::UpdateLive,
        "autostart",
        object.autostart.map(on_or_off),
        Some(on_or_off(network.autostart)),
    ));
    Ok(Item::changed(Kind::Network, name, changes))
}

/// What it takes to make a network of somebody else's the lab's. libvirt gives no network another UUID.
fn adoption(object: &Object, id: &str) -> Vec<Change> {
    let uuid = Change::of(
        Action::NeedsRestart,
        "UUID",
        Some(object.uuid.as_str()),
        Some(id),
    );
    uuid.into_iter().collect()
}

/// Compares a network with what is stored and what runs of it.
fn differences(want: &Network, stored: Option<&Network>, running: Option<&Network>) -> Vec<Change> {
    let owner = |network: &Network| site(network.stamp.as_ref()).map(str::to_owned);
    let mut changes: Vec<Change> = Vec::new();
    match running {
        Some(running) => changes.extend(compare(want, running, Action::NeedsRestart)),
        None => changes.extend(Change::of(
            Action::UpdateLive,
            "state",
            Some(on_or_off(false)),
            Some(on_or_off(true)),
        )),
    }
    let Some(stored) = stored else {
        changes.push(Change::new(
            Action::UpdateLive,
            "its definition, which is not stored",
        ));
        return changes;
    };
    for change in compare(want, stored, Action::UpdateLive) {
        if !changes.iter().any(|known| known.is_like(&change)) {
            let what = if running.is_some() {
                format!("{}, as it is stored", change.what)
            } else {
                change.what
            };
            changes.push(Change { what, ..change });
        }
    }
    changes.extend(Change::of(
        Action::UpdateLive,
        "site in the stamp",
        owner(stored),
        owner(want),
    ));
    changes
}

/// Compares two definitions; `fixed` says when that is done which a running network does not take.
fn compare(want: &Network, found: &Network, fixed: Action) -> Vec<Change> {
    let mut changes = Vec::new();
    // What libvirt chose is as good as any.
    for (what, was, will) in [
        ("bridge", &found.bridge, &want.bridge),
        ("MAC address of the bridge", &found.mac, &want.mac),
    ] {
        if will.is_some() {
            changes.extend(Change::of(fixed, what, was.as_ref(), will.as_ref()));
        }
    }
    let names = want.settings.keys().chain(found.settings.keys());
    let names: BTreeSet<_> = names.collect();
    for name in names {
        let value = |network: &Network| {
            let values = network.settings.get(name)?;
            Some(values.join(", "))
        };
        changes.extend(Change::of(fixed, *name, value(found), value(want)));
    }
    let mut entries: BTreeMap<String, [Vec<String>; 2]> = BTreeMap::new();
    for (side, entries_of) in [
        found.entries.difference(&want.entries),
        want.entries.difference(&found.entries),
    ]
    .into_iter()
    .enumerate()
    {
        for entry in entries_of {
            entries.entry(entry.subject()).or_default()[side].push(entry.value());
        }
    }
    changes.extend(entries.into_iter().map(|(what, sides)| {
        let [was, will] =
            sides.map(|values| Some(values.join(", ")).filter(|_| !values.is_empty()));
        Change {
            was,
            will,
            ..Change::new(Action::UpdateLive, what)
        }
    }));
    changes
}
