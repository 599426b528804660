//! RAID devices: enough disks for their level, each once, and one use.

use crate::diag::{Code, Diagnostic, Sink};
use crate::model::partitions::Layout;

/// The levels of software RAID and how many disks each takes (md(4)).
const RAID_LEVELS: &[(u32, usize)] = &[(0, 2), (1, 2), (4, 3), (5, 3), (6, 4), (10, 4)];

pub(super) fn check(layout: &Layout, sink: &mut Sink) {
    for raid in &layout.raids {
        let device = &raid.device.value;
        match RAID_LEVELS
            .iter()
            .find(|(level, _)| *level == raid.level.value)
        {
            None => {
                let message = format!("RAID {} does not exist", raid.level.value);
                sink.push(
                    Diagnostic::error(Code::InvalidValue, raid.level.span, message)
                        .help("levels are 0, 1, 4, 5, 6 and 10"),
                );
            }
            Some((level, least)) if raid.disks.len() < *least => {
                let message = format!(
                    "RAID {level} takes {least} disks, and `{device}` has {}",
                    raid.disks.len()
                );
                sink.push(
                    Diagnostic::error(Code::BadLayout, raid.device.span, message)
                        .also(raid.level.span, "its level")
                        .help("name more `disks`, or write a `level` that takes fewer"),
                );
            }
            Some(_) => {}
        }
        for (index, disk) in raid.disks.iter().enumerate() {
            if let Some(other) = raid.disks[..index]
                .iter()
                .find(|other| other.value == disk.value)
            {
                let message = format!("disk `{}` is in `{device}` twice", disk.value);
                sink.push(
                    Diagnostic::error(Code::BadLayout, disk.span, message)
                        .also(other.span, "the other one")
                        .help("name another disk: two parts of one fail together"),
                );
            }
        }
        let groups = layout.volume_groups.iter().flat_map(|group| &group.disks);
        let pools = layout.btrfs.iter().flat_map(|pool| &pool.disks);
        let users: Vec<_> = groups
            .chain(pools)
            .filter(|disk| disk.as_str() == device.as_str())
            .collect();
        let twice = layout.volume_groups.iter().find(|group| {
            let on = group
                .disks
                .iter()
                .any(|disk| disk.as_str() == device.as_str());
            on && group.passphrase.is_some() && raid.passphrase.is_some()
        });
        if let Some(group) = twice {
            let message = format!(
                "`{device}` is encrypted, and so is `{}` on it",
                group.name.value
            );
            sink.push(
                Diagnostic::error(Code::ConflictingKeys, group.name.span, message)
                    .also(raid.device.span, "the RAID device")
                    .help("write `encrypt` in one of the two places"),
            );
        }
        match (&raid.mount, users.as_slice()) {
            (None, []) => {
                let message = format!("nothing is on `{device}`");
                sink.push(
                    Diagnostic::error(Code::BadLayout, raid.device.span, message)
                        .help("give it a `mount`, or name it among the `disks` of a volume group"),
                );
            }
            (Some(mount), [user, ..]) => {
                let message = format!("`{device}` is mounted, so nothing else can be on it");
                sink.push(
                    Diagnostic::error(Code::BadLayout, user.span, message)
                        .also(mount.span, "mounted here")
                        .help("leave `mount` out, or name another device"),
                );
            }
            (None, [first, second, ..]) => {
                let message = format!("`{device}` is used twice");
                sink.push(
                    Diagnostic::error(Code::BadLayout, second.span, message)
                        .also(first.span, "the other one")
                        .help("name it in one place"),
                );
            }
            _ => {}
        }
    }
}
