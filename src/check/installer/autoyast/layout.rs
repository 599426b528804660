//! Layouts: one part of a disk or volume group takes what is left, and subvolumes lie where their names lead.

use super::super::rests::second_rests;
use super::AutoYast;
use crate::model::partitions::{Btrfs, Layout};
use crate::model::words::MountPoint;
use crate::source::Spanned;

/// How a layout that is refused can be had nevertheless.
const BY_HAND: &str = "or write the section `partitioning` yourself in `partitions: {raw: …}`";

impl AutoYast<'_> {
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
        self.rests(layout);
        for raid in layout.raids.iter().filter(|raid| raid.level.value == 4) {
            self.refuse(&raid.level, "make RAID 4", "RAID 5 takes as many disks");
        }
        let first_releases = self.is_before(15);
        for group in &layout.volume_groups {
            if group.passphrase.is_some() && first_releases {
                self.refuse(&group.name, "encrypt a volume group", "encrypt its volumes");
            }
        }
        for pool in &layout.btrfs {
            self.subvolumes(pool);
        }
    }

    fn refuse<T>(&mut self, at: &Spanned<T>, what: &str, instead: &str) {
        self.cannot(at.span, what, &format!("{instead}, {BY_HAND}"));
    }

    /// "One partition can have the value max to use all remaining space", and so can one volume of a group.
    fn rests(&mut self, layout: &Layout) {
        for second in second_rests(self.guest, layout) {
            let what = "share out what is left among several parts";
            self.cannot(second.span, what, &format!("{}, {BY_HAND}", second.instead));
        }
    }

    /// The name of the topmost subvolume begins those of the others, which are mounted where the rest of theirs leads.
    fn subvolumes(&mut self, pool: &Btrfs) {
        if self.is_before(15) {
            let what = "name the subvolumes of btrfs";
            self.refuse(&pool.label, what, "use a file system without them");
            return;
        }
        let older = self.guest.os.generation == Some(15)
            && self.guest.os.minor.is_some_and(|minor| minor < 2);
        if older && pool.disks.len() > 1 {
            let what = "make btrfs on several disks";
            self.refuse(&pool.label, what, "put it on a RAID device");
        }
        let depth = |mount: &Spanned<MountPoint>| mount.as_str().trim_end_matches('/').len();
        let Some(top) = pool
            .volumes
            .iter()
            .min_by_key(|volume| depth(&volume.mount))
        else {
            return;
        };
        let below = top.mount.as_str().trim_end_matches('/');
        for volume in &pool.volumes {
            if std::ptr::eq(volume, top) {
                continue;
            }
            let place = volume.mount.as_str().strip_prefix(below);
            let place = place.and_then(|place| place.strip_prefix('/'));
            if place != Some(volume.name.as_str()) {
                let what = format!(
                    "mount the subvolume `{}` at `{}`",
                    volume.name.value, volume.mount.value
                );
                let help = match place {
                    Some(place) if !place.contains('/') => format!("call it `{place}`"),
                    _ => format!("mount it at `{below}/{}`", volume.name.value),
                };
                self.refuse(&volume.mount, &what, &help);
            }
        }
    }
}
