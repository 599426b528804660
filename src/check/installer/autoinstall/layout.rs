//! Layouts: what curtin has no actions for, and what the installer does not say about the size of a part.

use super::super::rests::second_rests;
use super::Autoinstall;
use crate::model::partitions::Layout;
use crate::source::{Span, Spanned};

/// How a layout that is refused can be had nevertheless.
const BY_HAND: &str = "or write the section `storage` yourself in `partitions: {raw: …}`";

/// The levels it knows.
const RAID_LEVELS: &[u32] = &[0, 1, 5, 6, 10];

impl Autoinstall<'_> {
    pub(super) fn layout(&mut self, layout: &Layout) {
        let volumes = layout.volume_groups.iter().flat_map(|group| &group.volumes);
        let volumes = volumes.map(|volume| (&volume.mount, &volume.room));
        let plain = layout.plain.iter().map(|part| (&part.mount, &part.room));
        for (mount, room) in plain.chain(volumes) {
            if room.max.is_some() {
                let what = "let a part grow to some size and no further";
                self.refuse(mount, what, "write its `size`");
            }
        }
        for second in second_rests(self.guest, layout) {
            let what = "share out what is left among several parts";
            self.refuse_at(second.span, what, second.instead);
        }
        for raid in &layout.raids {
            if !RAID_LEVELS.contains(&raid.level.value) {
                let what = format!("make RAID {}", raid.level.value);
                self.refuse(&raid.level, &what, "RAID 5 takes as many disks");
            }
        }
        for pool in layout
            .volume_groups
            .iter()
            .filter_map(|group| group.thin_pool.as_ref())
        {
            self.refuse(pool, "make thin pools", "leave `thin_pool` out");
        }
        for pool in &layout.btrfs {
            let what = "make btrfs subvolumes";
            self.refuse(&pool.label, what, "use a file system without them");
        }
    }

    fn refuse<T>(&mut self, at: &Spanned<T>, what: &str, instead: &str) {
        self.refuse_at(at.span, what, instead);
    }

    fn refuse_at(&mut self, span: Span, what: &str, instead: &str) {
        self.cannot(span, what, &format!("{instead}, {BY_HAND}"));
    }
}
