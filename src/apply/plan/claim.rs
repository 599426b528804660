//! Which of a host's objects is the lab's.

use std::collections::{HashMap, HashSet};

use super::super::Object;

/// A host's objects of one kind, by name and by UUID.
pub(super) struct Objects<'a> {
    all: &'a [Object],
    names: HashMap<&'a str, &'a Object>,
    uuids: HashMap<&'a str, &'a Object>,
}

/// What a host has under the name or the UUID of an object of the lab.
pub(super) enum Claim<'a> {
    /// Nothing.
    Absent,
    /// The lab's own.
    Ours(&'a Object),
    /// Somebody else's, and how that shows.
    Foreign(&'a Object, String),
    /// The lab's own under another name.
    Renamed(&'a Object),
}

impl<'a> Objects<'a> {
    pub(super) fn new(objects: &'a [Object]) -> Self {
        Self {
            all: objects,
            names: objects
                .iter()
                .map(|object| (&*object.name, object))
                .collect(),
            uuids: objects
                .iter()
                .map(|object| (&*object.uuid, object))
                .collect(),
        }
    }

    /// Returns the object of a name.
    pub(super) fn named(&self, name: &str) -> Option<&'a Object> {
        self.names.get(name).copied()
    }

    /// Finds the object that is to have a name and a UUID.
    ///
    /// `whose` says of an object that has both why it is not the lab's all the same.
    pub(super) fn claim(
        &self,
        name: &str,
        uuid: &str,
        whose: impl FnOnce(&Object) -> Option<String>,
    ) -> Claim<'a> {
        match (self.named(name), self.uuids.get(uuid)) {
            (Some(named), _) if named.uuid == uuid => match whose(named) {
                None => Claim::Ours(named),
                Some(why) => Claim::Foreign(named, why),
            },
            (_, Some(renamed)) => Claim::Renamed(renamed),
            (Some(named), None) => {
                let why = format!("its UUID is {}, and this lab's would be {uuid}", named.uuid);
                Claim::Foreign(named, why)
            }
            (None, None) => Claim::Absent,
        }
    }

    /// Returns the objects that have neither a name nor a UUID of the lab's: among them are those it no longer has.
    pub(super) fn others(
        &self,
        names: &HashSet<&str>,
        uuids: &HashSet<String>,
    ) -> impl Iterator<Item = &'a Object> {
        self.all
            .iter()
            .filter(|object| !names.contains(object.name.as_str()) && !uuids.contains(&object.uuid))
    }
}
