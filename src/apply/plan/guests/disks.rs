//! Disks and their volumes. A disk grows while its guest runs; nothing ever makes it smaller.

use std::collections::{HashMap, HashSet};

use super::hardware::says;
use crate::apply::live::{Disk, Domain, Source, Volume};
use crate::apply::plan::{Action, Change};
use crate::apply::{HostError, Hypervisor, Object};
use crate::link::{self, DiskPlace, Guest};
use crate::model::size::Size;

/// The flags of virt-install that add disks.
const DISKS: [&str; 2] = ["--disk", "-f"];

/// Nothing was written to a volume that takes less, in bytes: the headers of its format take this much at most.
const EMPTY: u64 = 1_000_000;

/// The volumes of a host, each asked for once.
pub(super) struct Volumes<'a> {
    host: &'a dyn Hypervisor,
    /// The pools that are started.
    pools: HashSet<&'a str>,
    known: HashMap<(String, String), Option<Volume>>,
}

impl<'a> Volumes<'a> {
    pub(super) fn new(host: &'a dyn Hypervisor, pools: &'a [Object]) -> Self {
        let active = pools.iter().filter(|pool| pool.is_active());
        Self {
            host,
            pools: active.map(|pool| pool.name.as_str()).collect(),
            known: HashMap::new(),
        }
    }

    pub(super) fn host(&self) -> &'a dyn Hypervisor {
        self.host
    }

    /// Returns whether a pool is started: of others nothing is known.
    fn knows(&self, pool: &str) -> bool {
        self.pools.contains(pool)
    }

    fn find(&mut self, pool: &str, name: &str) -> Result<Option<Volume>, HostError> {
        if !self.knows(pool) {
            return Ok(None);
        }
        let key = (pool.to_owned(), name.to_owned());
        if let Some(volume) = self.known.get(&key) {
            return Ok(volume.clone());
        }
        let volume = self.host.volume(pool, name)?;
        self.known.insert(key, volume.clone());
        Ok(volume)
    }
}

/// Returns why a guest's volumes cannot be made: a name is taken by one that holds something.
pub(super) fn in_the_way(
    guest: &Guest,
    volumes: &mut Volumes<'_>,
) -> Result<Option<String>, HostError> {
    for disk in &guest.disks {
        let DiskPlace::Volume { pool, vol } = &disk.place else {
            continue;
        };
        if disk.shareable || disk.size.is_none() {
            continue;
        }
        let Some(volume) = volumes.find(pool, vol)? else {
            continue;
        };
        // Of a block device only its bytes tell whether it is in use.
        if !volume.is_block && volume.allocation >= EMPTY {
            return Ok(Some(format!(
                "volume `{vol}` of pool `{pool}` exists, and no guest of this lab is known to have it; if nobody needs it: virsh vol-delete --pool {pool} {vol}"
            )));
        }
    }
    Ok(None)
}

/// Compares a guest's disks with what is stored of it.
pub(super) fn differences(
    guest: &Guest,
    stored: &Domain,
    volumes: &mut Volumes<'_>,
) -> Result<Vec<Change>, HostError> {
    // The volume with the installer's files is no disk of the model.
    let seed = format!("{}-seed.iso", guest.name);
    let found: Vec<&Disk> = stored
        .disks
        .iter()
        .filter(|disk| !is_named(&disk.source, &seed))
        .collect();
    let mut changes = Vec::new();
    for disk in &guest.disks {
        match found.iter().find(|found| found.device == disk.device) {
            Some(found) => changes.extend(compare(disk, found, volumes)?),
            None => changes.push(Change {
                will: Some(place(disk).to_string()),
                ..Change::new(Action::NextBoot, format!("disk {}", disk.device))
            }),
        }
    }
    let is_known = |found: &&&Disk| {
        let mut devices = guest.disks.iter().map(|disk| &disk.device);
        devices.any(|device| *device == found.device)
    };
    if !says(guest, &DISKS) {
        let gone = found.iter().filter(|found| !is_known(found));
        changes.extend(gone.map(|found| Change {
            was: Some(found.source.to_string()),
            ..Change::new(Action::NextBoot, format!("disk {}", found.device))
        }));
    }
    Ok(changes)
}

/// Returns whether a disk is a volume of this name.
fn is_named(source: &Source, name: &str) -> bool {
    match source {
        Source::Volume(_, volume) => volume == name,
        Source::Path(path) => path.rsplit('/').next() == Some(name),
        Source::Other => false,
    }
}

fn place(disk: &link::Disk) -> Source {
    match &disk.place {
        DiskPlace::Volume { pool, vol } => Source::Volume(pool.clone(), vol.clone()),
        DiskPlace::Path(path) => Source::Path(path.clone()),
    }
}

fn compare(
    disk: &link::Disk,
    found: &Disk,
    volumes: &mut Volumes<'_>,
) -> Result<Vec<Change>, HostError> {
    let of = |what: &str| format!("{what} of disk {}", disk.device);
    let shared = |shared: bool| Some(if shared { "yes" } else { "no" });
    let mut changes: Vec<Change> = Vec::new();
    let mut note = |change: Option<Change>| changes.extend(change);
    note(Change::of(
        Action::Replace,
        of("format"),
        Some(found.format.as_str()),
        Some(disk.format.as_str()),
    ));
    note(Change::of(
        Action::NextRebuild,
        of("bus"),
        Some(found.bus.as_str()),
        Some(disk.bus.as_str()),
    ));
    note(Change::of(
        Action::NextBoot,
        of("cache"),
        Some(found.cache.as_str()),
        Some(disk.cache.as_str()),
    ));
    note(Change::of(
        Action::NextBoot,
        of("shareable"),
        shared(found.shareable),
        shared(disk.shareable),
    ));
    let want = place(disk);
    let DiskPlace::Volume { pool, vol } = &disk.place else {
        note(moved(of("source"), &found.source, &want));
        return Ok(changes);
    };
    if !volumes.knows(pool) {
        return Ok(changes);
    }
    let Some(volume) = volumes.find(pool, vol)? else {
        let gone = found.source == want || is_named(&found.source, vol);
        note(if gone {
            Some(Change {
                was: Some("gone from its pool".to_owned()),
                will: Some(want.to_string()),
                ..Change::new(Action::Replace, of("source"))
            })
        } else {
            moved(of("source"), &found.source, &want)
        });
        return Ok(changes);
    };
    if found.source != want && found.source != Source::Path(volume.path.clone()) {
        note(moved(of("source"), &found.source, &want));
        return Ok(changes);
    }
    if let Some(size) = disk.size {
        note(resized(of("size"), &volume, size));
    }
    Ok(changes)
}

fn moved(what: String, was: &Source, will: &Source) -> Option<Change> {
    let (was, will) = (was.to_string(), will.to_string());
    Change::of(Action::Replace, what, Some(was), Some(will))
}

/// Compares a volume's size. Volume groups round it up to whole extents, so that more is no difference there.
fn resized(what: String, volume: &Volume, size: Size) -> Option<Change> {
    let (was, will) = (volume.capacity, size.bytes());
    let action = match was.cmp(&will) {
        std::cmp::Ordering::Less => Action::UpdateLive,
        std::cmp::Ordering::Equal => return None,
        std::cmp::Ordering::Greater if volume.is_block => return None,
        std::cmp::Ordering::Greater => Action::Replace,
    };
    let [was, will] = [was, will].map(|bytes| Some(Size::from_bytes(bytes).to_string()));
    Change::of(action, what, was, will)
}
