//! Layouts: partman takes all disks in one of four ways, and each way has its limits.

use super::Preseed;
use crate::link::Disk;
use crate::model::partitions::{Layout, Raid, VolumeGroup};
use crate::source::{Span, Spanned};

/// How a layout that is refused can be had nevertheless.
const BY_HAND: &str = "or write answers of your own in `partitions: {raw: …}`";

/// The levels partman-auto-raid knows.
const RAID_LEVELS: &[u32] = &[0, 1, 5, 6, 10];

impl Preseed<'_> {
    pub(super) fn layout(&mut self, layout: &Layout) {
        for pool in &layout.btrfs {
            let what = "make btrfs subvolumes";
            self.refuse(&pool.label, what, "use a file system without them");
        }
        for part in layout.plain.iter().filter(|part| part.passphrase.is_some()) {
            let what = "encrypt a partition by itself";
            self.refuse(&part.mount, what, "encrypt a volume group");
        }
        for group in &layout.volume_groups {
            self.group(layout, group);
        }
        if layout.raids.is_empty() {
            self.partitions(layout);
            self.groups(layout);
        } else {
            self.arrays(layout);
        }
    }

    fn refuse<T>(&mut self, at: &Spanned<T>, what: &str, instead: &str) {
        self.cannot(at.span, what, &format!("{instead}, {BY_HAND}"));
    }

    fn group(&mut self, layout: &Layout, group: &VolumeGroup) {
        if let Some(pool) = &group.thin_pool {
            self.refuse(pool, "make thin pools", "leave `thin_pool` out");
        }
        // A share is of the disks' sizes, which must be known, and those of RAID devices are not.
        let size = |name: &str| {
            let disk = self.own_disks().find(|disk| disk.device == name);
            disk.and_then(|disk| disk.size).is_some()
        };
        let known = match group.disks.as_slice() {
            [] => self
                .own_disks()
                .next()
                .is_some_and(|disk| disk.size.is_some()),
            disks => disks.iter().all(|disk| size(disk)),
        };
        let unknown = !known || !layout.raids.is_empty();
        for volume in &group.volumes {
            if volume.passphrase.is_some() {
                let what = "encrypt a volume by itself";
                self.refuse(&volume.mount, what, "encrypt its volume group");
            }
            if volume.room.percent.is_some() && unknown {
                let what = "share out a volume group whose size is not known";
                self.refuse(
                    &volume.mount,
                    what,
                    "write how much it takes, as in `size: 8G`",
                );
            }
        }
    }

    /// The guest's disks that an install may touch.
    fn own_disks(&self) -> impl Iterator<Item = &Disk> {
        self.guest.disks.iter().filter(|disk| !disk.shareable)
    }

    /// Returns the name of the disk the system boots from.
    fn main_disk(&self) -> String {
        let first = self.own_disks().next();
        first.map_or_else(String::new, |disk| disk.device.clone())
    }

    /// Partitions are made on the first disk.
    fn partitions(&mut self, layout: &Layout) {
        let main = self.main_disk();
        let disks = layout.plain.iter().filter_map(|part| part.disk.as_ref());
        for disk in disks.filter(|disk| disk.as_str() != main) {
            let what = format!("make partitions on another disk than the first, `{main}`");
            let instead = format!("put a volume group on `{main}` and that disk");
            self.refuse(disk, &what, &instead);
        }
    }

    /// Whatever else is there, some volume group is on the first disk; one that is encrypted is alone, on one disk.
    fn groups(&mut self, layout: &Layout) {
        let main = self.main_disk();
        let groups = &layout.volume_groups;
        let on_main = |group: &VolumeGroup| {
            group.disks.is_empty() || group.disks.iter().any(|disk| disk.as_str() == main)
        };
        if let Some(first) = groups.first().filter(|_| !groups.iter().any(on_main)) {
            let what = format!("leave the first disk, `{main}`, out of every volume group");
            let help = format!("add `{main}` to the `disks` of one");
            self.refuse(&first.name, &what, &help);
        }
        let Some(locked) = groups.iter().find(|group| group.passphrase.is_some()) else {
            return;
        };
        if groups.len() > 1 {
            let what = "encrypt one of several volume groups";
            self.refuse(&locked.name, what, "make one group of them");
        } else if locked.disks.len() > 1 {
            let what = "encrypt a volume group on several disks";
            self.refuse(&locked.name, what, "put it on one disk");
        }
    }

    /// All disks are parted alike, and RAID devices are all there is on them.
    fn arrays(&mut self, layout: &Layout) {
        if let Some(part) = layout.plain.first() {
            let what = "make partitions beside RAID devices";
            self.refuse(&part.mount, what, "make it a RAID device as well");
        }
        let names = |raid: &Raid| -> Vec<String> {
            raid.disks
                .iter()
                .map(|disk| disk.value.to_string())
                .collect()
        };
        let first = layout.raids.first().map(names).unwrap_or_default();
        for (number, raid) in layout.raids.iter().enumerate() {
            if !RAID_LEVELS.contains(&raid.level.value) {
                let what = format!("make RAID {}", raid.level.value);
                self.refuse(&raid.level, &what, "RAID 5 takes as many disks");
            }
            if names(raid) != first {
                let what = "make RAID devices of different disks";
                self.refuse(&raid.device, what, "name the same disks for each");
            }
            if raid.device.as_str() != format!("md{number}") {
                let what = format!(
                    "call its RAID device number {} `{}`",
                    number + 1,
                    raid.device.value
                );
                self.refuse(
                    &raid.device,
                    &what,
                    "call them `md0`, `md1` and so on, in this order",
                );
            }
            if raid.passphrase.is_some() {
                self.refuse(&raid.device, "encrypt RAID devices", "leave `encrypt` out");
            }
        }
        self.groups_on_arrays(layout);
    }

    /// A RAID device without a mount point belongs to the one volume group.
    fn groups_on_arrays(&mut self, layout: &Layout) {
        let is_array = |name: &str| layout.raids.iter().any(|raid| raid.device.as_str() == name);
        for (number, group) in layout.volume_groups.iter().enumerate() {
            let beside: Option<Span> = match group.disks.as_slice() {
                [] => Some(group.name.span),
                disks => disks
                    .iter()
                    .find(|disk| !is_array(disk))
                    .map(|disk| disk.span),
            };
            if number > 0 {
                let what = "make several volume groups on RAID devices";
                self.refuse(&group.name, what, "make one group of them");
            } else if let Some(span) = beside {
                let what = "make a volume group beside RAID devices";
                self.cannot(
                    span,
                    what,
                    &format!("name RAID devices as its `disks`, {BY_HAND}"),
                );
            } else if group.passphrase.is_some() {
                self.refuse(&group.name, "encrypt RAID devices", "leave `encrypt` out");
            }
        }
    }
}
