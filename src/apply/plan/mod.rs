//! The lab and the live host → what is to be done, object by object.
//!
//! Only objects of the lab are planned for: networks and domains carry its stamp, pools its UUID. What has another's, or
//! none, is left alone and stops the plan. Nothing is changed here.

mod claim;
mod guests;
mod networks;
mod report;
mod storages;

#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet};

use serde::Serialize;

use super::{HostError, Hypervisor, live};
use crate::link::Lab;

/// What is to be done with an object, or with a part of it; later ones interfere more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// Nothing: it is as the lab says.
    Unchanged,
    /// It is not there.
    Create,
    /// It changes at once, and running guests go on.
    UpdateLive,
    /// Its definition changes, and the guest has it when it is started the next time.
    NextBoot,
    /// It takes a restart of the network, pool or guest.
    NeedsRestart,
    /// What the install was made from changed; the guest goes on as it is until it is built anew.
    NextRebuild,
    /// Only building it anew gets there, and that destroys its data.
    Replace,
    /// It is this lab's, and no longer in the lab.
    Orphan,
    /// The lab needs it from the host, which does not have it.
    Missing,
    /// It has the name of an object of the lab, and is somebody else's.
    NotOurs,
}

impl Action {
    /// Every action, in the order of a summary.
    pub const ALL: [Self; 10] = [
        Self::Create,
        Self::UpdateLive,
        Self::NextBoot,
        Self::NeedsRestart,
        Self::NextRebuild,
        Self::Replace,
        Self::Orphan,
        Self::Missing,
        Self::NotOurs,
        Self::Unchanged,
    ];

    /// Returns the action in words.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unchanged => "unchanged",
            Self::Create => "create",
            Self::UpdateLive => "update live",
            Self::NextBoot => "next boot",
            Self::NeedsRestart => "needs restart",
            Self::NextRebuild => "next rebuild",
            Self::Replace => "replace (destroys data)",
            Self::Orphan => "orphan",
            Self::Missing => "missing",
            Self::NotOurs => "not ours",
        }
    }

    /// Returns whether nothing is done at all while an object is so.
    #[must_use]
    pub fn stops(self) -> bool {
        matches!(self, Self::Missing | Self::NotOurs)
    }
}

/// What kind of object a plan is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A network.
    Network,
    /// A storage pool.
    Storage,
    /// A guest.
    Guest,
}

impl Kind {
    /// Returns the kind as `show` and the site's directories call it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Network => "network",
            Self::Storage => "storage",
            Self::Guest => "guest",
        }
    }
}

/// A difference between the lab and the host.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// When it is made.
    pub action: Action,
    /// What differs.
    pub what: String,
    /// What the host has, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub was: Option<String>,
    /// What the lab says, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub will: Option<String>,
}

/// An object, and what is to be done with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Item {
    /// Its kind.
    pub kind: Kind,
    /// Its name.
    pub name: String,
    /// What is done with it: of its changes, the one that interferes most.
    pub action: Action,
    /// Why, where its changes do not say so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What differs.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<Change>,
}

/// A plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The site it is for.
    pub site: String,
    /// The host it is for.
    pub uri: String,
    /// Objects in the order they are made in, and then those of the host that the lab no longer has.
    pub items: Vec<Item>,
}

/// What the lab is to be on a host.
#[derive(Clone, Copy, Debug)]
pub struct Desired<'a> {
    /// The lab.
    pub lab: &'a Lab,
    /// The XML of the lab's own networks, by name.
    pub networks: &'a HashMap<String, String>,
    /// The XML of the lab's own pools, by name.
    pub storages: &'a HashMap<String, String>,
    /// The digests of guests' install data, by name.
    pub digests: &'a HashMap<String, String>,
}

/// Which objects are planned for, and how.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    /// These objects alone; all, and orphans, when nothing is said.
    pub objects: Option<HashSet<(Kind, String)>>,
    /// Whether objects of others that have a name of the lab's become the lab's.
    pub adopt: bool,
}

impl Scope {
    fn has(&self, kind: Kind, name: &str) -> bool {
        let objects = self.objects.as_ref();
        objects.is_none_or(|objects| objects.contains(&(kind, name.to_owned())))
    }
}

impl Plan {
    /// Returns whether something stands in the way, so that nothing would be done.
    #[must_use]
    pub fn stops(&self) -> bool {
        self.items.iter().any(|item| item.action.stops())
    }

    /// Returns whether the host is as the lab says.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let mut actions = self.items.iter().map(|item| item.action);
        actions.all(|action| action == Action::Unchanged)
    }
}

impl Change {
    fn new(action: Action, what: impl Into<String>) -> Self {
        Self {
            action,
            what: what.into(),
            was: None,
            will: None,
        }
    }

    /// Makes the change of a value that differs.
    fn of<T: PartialEq + ToString>(
        action: Action,
        what: impl Into<String>,
        was: Option<T>,
        will: Option<T>,
    ) -> Option<Self> {
        (was != will).then(|| Self {
            was: was.map(|value| value.to_string()),
            will: will.map(|value| value.to_string()),
            ..Self::new(action, what)
        })
    }

    /// Returns whether it is about the same difference as another change, whenever they are made.
    fn is_like(&self, other: &Self) -> bool {
        (&self.what, &self.will) == (&other.what, &other.will)
    }
}

impl Item {
    /// Makes an item of what differs.
    fn changed(kind: Kind, name: &str, changes: Vec<Change>) -> Self {
        let actions = changes.iter().map(|change| change.action);
        Self {
            kind,
            name: name.to_owned(),
            action: actions.max().unwrap_or(Action::Unchanged),
            reason: None,
            changes,
        }
    }

    /// Makes an item of something else than differences.
    fn because(kind: Kind, name: &str, action: Action, reason: impl Into<String>) -> Self {
        Self {
            action,
            reason: Some(reason.into()),
            ..Self::changed(kind, name, Vec::new())
        }
    }

    /// Makes the item of an object that the lab had once.
    fn orphan(kind: Kind, name: &str) -> Self {
        Self::because(kind, name, Action::Orphan, "the lab has it no more")
    }

    fn create(kind: Kind, name: &str) -> Self {
        Self {
            action: Action::Create,
            ..Self::changed(kind, name, Vec::new())
        }
    }
}

/// Compares the lab with a host.
///
/// # Errors
/// Returns what the host did not answer.
pub fn plan(
    desired: &Desired<'_>,
    host: &dyn Hypervisor,
    scope: &Scope,
) -> Result<Plan, HostError> {
    let mut items = networks::plan(desired, host, scope)?;
    let pools = host.pools()?;
    items.extend(storages::plan(desired, host, &pools, scope)?);
    items.extend(guests::plan(desired, host, &pools, scope)?);
    // Those that are no longer in the lab come last; the rest stays in its order.
    items.sort_by_key(|item| item.action == Action::Orphan);
    Ok(Plan {
        site: desired.lab.site.clone(),
        uri: host.uri().to_owned(),
        items,
    })
}

/// Reads an object's XML.
fn read<T>(
    host: &dyn Hypervisor,
    kind: &str,
    name: &str,
    xml: &str,
    reader: fn(&str) -> Result<T, roxmltree::Error>,
) -> Result<T, HostError> {
    reader(xml)
        .map_err(|error| HostError::unread(host.uri(), format!("read {kind} `{name}`"), &error))
}

/// Returns a switch in words.
fn on_or_off(is_on: bool) -> &'static str {
    if is_on { "on" } else { "off" }
}

/// Returns whose an object is by its stamp.
fn site(stamp: Option<&live::Stamp>) -> Option<&str> {
    stamp.map(|stamp| stamp.site.as_str())
}
