//! Layouts: what the initrd of the new system opens by itself, and what one tool after another can lay out.

use super::Alpine;
use crate::check::installer::rests::second_rests;
use crate::model::partitions::{Layout, Raid, Room};
use crate::model::words::MountPoint;
use crate::source::Spanned;

/// How a layout that is refused can be had nevertheless.
const BY_HAND: &str = "or make it yourself, and mount it at /mnt, in `partitions: {raw: …}`";

/// What holds the new system.
const ROOT: &str = "/";

impl Alpine<'_> {
    pub(super) fn layout(&mut self, layout: &Layout) {
        for second in second_rests(self.guest, layout) {
            let what = "share out what is left among several parts";
            self.cannot(second.span, what, &format!("{}, {BY_HAND}", second.instead));
        }
        let volumes = layout.volume_groups.iter().flat_map(|group| &group.volumes);
        let rooms = volumes.map(|volume| (&volume.mount, &volume.room));
        let plain = layout.plain.iter().map(|part| (&part.mount, &part.room));
        for (mount, room) in plain.chain(rooms) {
            self.room(mount, room);
        }
        self.encrypted(layout);
        for group in &layout.volume_groups {
            if let Some(pool) = &group.thin_pool {
                let what = "make a thin pool";
                self.refuse(pool, what, "leave `thin_pool` out");
            }
        }
        for pool in layout.btrfs.iter().filter(|pool| pool.disks.len() > 1) {
            if let Some(root) = pool.volumes.iter().find(|it| it.mount.as_str() == ROOT) {
                let what = "start from btrfs on several disks";
                self.refuse(&root.mount, what, "put it on a RAID device");
            }
        }
    }

    fn refuse<T>(&mut self, at: &Spanned<T>, what: &str, instead: &str) {
        self.cannot(at.span, what, &format!("{instead}, {BY_HAND}"));
    }

    fn room(&mut self, mount: &Spanned<MountPoint>, room: &Room) {
        if room.max.is_some() {
            let what = "let a part grow to some size and no further";
            self.refuse(mount, what, "write its `size`");
        }
    }

    /// The initrd opens one device, and that for the root (mkinitfs-bootparam(7), "cryptroot").
    fn encrypted(&mut self, layout: &Layout) {
        let what = "open an encrypted part that is not the root";
        let instead = "encrypt `/`, or the group of volumes with it";
        for part in layout.plain.iter().filter(|part| part.passphrase.is_some()) {
            if part.mount.as_str() != ROOT {
                self.refuse(&part.mount, what, instead);
            }
        }
        let locked = |raid: &&Raid| raid.passphrase.is_some();
        for raid in layout.raids.iter().filter(locked) {
            let what = "encrypt RAID devices";
            self.refuse(&raid.device, what, "leave `encrypt` out");
        }
        for group in &layout.volume_groups {
            for volume in group.volumes.iter().filter(|it| it.passphrase.is_some()) {
                let what = "encrypt a single volume";
                self.refuse(&volume.mount, what, "encrypt the group");
            }
            if group.passphrase.is_none() {
                continue;
            }
            let on_raid = group.disks.iter().any(|disk| {
                let mut raids = layout.raids.iter();
                raids.any(|raid| raid.device.as_str() == disk.as_str())
            });
            if on_raid {
                let what = "encrypt RAID devices";
                self.refuse(&group.name, what, "leave `encrypt` out");
            } else if group.disks.len() > 1 {
                let what = "encrypt a volume group on several disks";
                self.refuse(&group.name, what, "put it on one disk");
            } else if !group.volumes.iter().any(|it| it.mount.as_str() == ROOT) {
                self.refuse(&group.name, what, instead);
            }
        }
    }
}
