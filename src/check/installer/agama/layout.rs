//! Layouts: what a profile has no words for, and shares of what nobody knows the size of.

use super::Agama;
use crate::model::partitions::Layout;
use crate::source::Spanned;

/// How a layout that is refused can be had nevertheless.
const BY_HAND: &str = "or write the section `storage` yourself in `partitions: {raw: …}`";

/// The levels it knows.
const RAID_LEVELS: &[u32] = &[0, 1, 5, 6, 10];

impl Agama<'_> {
    pub(super) fn layout(&mut self, layout: &Layout) {
        for raid in &layout.raids {
            if !RAID_LEVELS.contains(&raid.level.value) {
                let what = format!("make RAID {}", raid.level.value);
                self.refuse(&raid.level, &what, "RAID 5 takes as many disks");
            }
        }
        for pool in &layout.btrfs {
            let what = "make btrfs subvolumes of the site's";
            let instead = "leave them to the product, with `fs: btrfs` for `/`";
            self.refuse(&pool.label, what, instead);
        }
        for volume in layout.volume_groups.iter().flat_map(|group| &group.volumes) {
            if volume.room.percent.is_some() {
                let what = "give a volume a share of its group";
                self.refuse(&volume.mount, what, "write its `size`");
            }
        }
        let guest = self.guest;
        let own = guest.disks.iter().find(|disk| !disk.shareable);
        let first = own.map_or("", |disk| disk.device.as_str());
        for part in layout
            .plain
            .iter()
            .filter(|part| part.room.percent.is_some())
        {
            let disk = part.disk.as_ref().map_or(first, |disk| disk.as_str());
            let found = guest.disks.iter().find(|found| found.device == disk);
            if found.is_none_or(|disk| disk.size.is_none()) {
                let what = format!("give a partition a share of `{disk}`, whose size is not said");
                self.refuse(&part.mount, &what, "write its `size`, or that of the disk");
            }
        }
    }

    fn refuse<T>(&mut self, at: &Spanned<T>, what: &str, instead: &str) {
        self.cannot(at.span, what, &format!("{instead}, {BY_HAND}"));
    }
}
