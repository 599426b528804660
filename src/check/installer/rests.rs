//! What is left of a disk or a volume group, for installers that give it to one part.

use std::collections::HashSet;

use crate::link::Guest;
use crate::model::partitions::Layout;
use crate::source::Span;

/// What else partitions and volumes can be.
const SIZES: &str = "write the `size` of all but one";

/// What else RAID devices can be.
const MEMBERS: &str = "write how much of each disk it takes, in `size`";

/// Where else volume groups and btrfs can be.
const ELSEWHERE: &str = "name another disk among its `disks`";

/// A part that wants what is left as well.
pub(super) struct SecondRest {
    /// Where it is written.
    pub(super) span: Span,
    /// What to write instead.
    pub(super) instead: &'static str,
}

/// Returns the parts that want what is left of a disk or volume group where another one has it.
pub(super) fn second_rests(guest: &Guest, layout: &Layout) -> Vec<SecondRest> {
    let own = guest.disks.iter().find(|disk| !disk.shareable);
    let first = own.map_or("", |disk| disk.device.as_str());
    let mut taken: HashSet<&str> = HashSet::new();
    let mut found = Vec::new();
    let mut add = |span, instead| found.push(SecondRest { span, instead });
    for group in &layout.volume_groups {
        let rest = group.volumes.iter().filter(|volume| volume.room.grow);
        for volume in rest.skip(1) {
            add(volume.mount.span, SIZES);
        }
    }
    for part in layout.plain.iter().filter(|part| part.room.grow) {
        let disk = part.disk.as_ref().map_or(first, |disk| disk.as_str());
        if !taken.insert(disk) {
            add(part.mount.span, SIZES);
        }
    }
    for raid in layout.raids.iter().filter(|raid| raid.size.is_none()) {
        for disk in &raid.disks {
            if !taken.insert(disk.as_str()) {
                add(disk.span, MEMBERS);
            }
        }
    }
    let arrays: Vec<&str> = layout
        .raids
        .iter()
        .map(|raid| raid.device.as_str())
        .collect();
    let groups = layout.volume_groups.iter();
    let groups = groups.map(|group| (&group.name, &group.disks));
    let pools = layout.btrfs.iter().map(|pool| (&pool.label, &pool.disks));
    for (name, disks) in groups.chain(pools) {
        if disks.is_empty() && !taken.insert(first) {
            add(name.span, ELSEWHERE);
        }
        for disk in disks.iter().filter(|disk| !arrays.contains(&disk.as_str())) {
            if !taken.insert(disk.as_str()) {
                add(disk.span, ELSEWHERE);
            }
        }
    }
    found
}
