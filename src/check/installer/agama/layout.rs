//! Layouts: what a profile has no words for.

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
    }

    fn refuse<T>(&mut self, at: &Spanned<T>, what: &str, instead: &str) {
        self.cannot(at.span, what, &format!("{instead}, {BY_HAND}"));
    }
}
