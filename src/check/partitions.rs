//! Layouts: on disks the guest has, with a root, nothing mounted twice, and no more than fits.

use std::collections::HashMap;

use crate::diag::{Code, Diagnostic, Sink};
use crate::link::{Guest, Lab};
use crate::model::partitions::{Layout, Partitions, Room};
use crate::model::size::Size;
use crate::source::{Span, Spanned};

/// The levels of software RAID and how many disks each takes (md(4)).
const RAID_LEVELS: &[(u32, usize)] = &[(0, 2), (1, 2), (4, 3), (5, 3), (6, 4), (10, 4)];

pub(super) fn check(lab: &Lab, sink: &mut Sink) {
    for guest in &lab.guests {
        let Some(partitions) = &guest.install.partitions else {
            continue;
        };
        let Partitions::Layout(layout) = &partitions.value else {
            continue;
        };
        disks(guest, layout, sink);
        mounts(layout, partitions.span, sink);
        boot(layout, sink);
        names(layout, sink);
        raids(layout, sink);
        sizes(layout, sink);
        room(guest, layout, sink);
    }
}

/// Every disk named in a layout, and whether a RAID device may stand there.
fn named(layout: &Layout) -> impl Iterator<Item = (&Spanned<crate::model::text::Line>, bool)> {
    let plain = layout.plain.iter().filter_map(|part| part.disk.as_ref());
    let raids = layout.raids.iter().flat_map(|raid| &raid.disks);
    let groups = layout.volume_groups.iter().flat_map(|group| &group.disks);
    let pools = layout.btrfs.iter().flat_map(|pool| &pool.disks);
    plain
        .chain(raids)
        .map(|disk| (disk, false))
        .chain(groups.chain(pools).map(|disk| (disk, true)))
}

fn disks(guest: &Guest, layout: &Layout, sink: &mut Sink) {
    for (disk, raid) in named(layout) {
        // Longer names, such as disk/by-id/virtio-SERIAL, are known on the machine only.
        let elsewhere = disk.contains('/');
        let array = raid
            && layout
                .raids
                .iter()
                .any(|raid| raid.device.as_str() == disk.as_str());
        match guest.disks.iter().find(|own| own.device == disk.as_str()) {
            Some(own) if own.shareable => {
                let message = format!(
                    "disk `{}` is shared with other guests, so no install may touch it",
                    disk.value
                );
                sink.push(
                    Diagnostic::error(Code::UnknownDisk, disk.span, message)
                        .also(own.span, "the disk"),
                );
            }
            Some(_) => {}
            None if elsewhere || array => {}
            None => {
                let known = guest.disks.iter().filter(|own| !own.shareable);
                let known: Vec<&str> = known.map(|own| own.device.as_str()).collect();
                let message = format!("guest `{}` has no disk `{}`", guest.name, disk.value);
                let help = match known.as_slice() {
                    [] => "it has no disk of its own".to_owned(),
                    known => format!("it has {}", known.join(", ")),
                };
                sink.push(Diagnostic::error(Code::UnknownDisk, disk.span, message).help(help));
            }
        }
    }
}

fn mounts(layout: &Layout, span: Span, sink: &mut Sink) {
    let plain = layout.plain.iter().map(|part| &part.mount);
    let raids = layout.raids.iter().filter_map(|raid| raid.mount.as_ref());
    let volumes = layout.volume_groups.iter().flat_map(|group| &group.volumes);
    let subvolumes = layout.btrfs.iter().flat_map(|pool| &pool.volumes);
    let all = plain
        .chain(raids)
        .chain(volumes.map(|volume| &volume.mount))
        .chain(subvolumes.map(|volume| &volume.mount));
    let mut seen: HashMap<&str, Span> = HashMap::new();
    for mount in all.filter(|mount| mount.as_str() != "swap") {
        if let Some(first) = seen.insert(mount.as_str(), mount.span) {
            let message = format!("`{}` is mounted twice", mount.value);
            sink.push(
                Diagnostic::error(Code::DuplicateMount, mount.span, message)
                    .also(first, "the other one"),
            );
        }
    }
    if !seen.contains_key("/") {
        let message = "no part of this layout is mounted at `/`";
        sink.push(
            Diagnostic::error(Code::BadLayout, span, message)
                .help("add `{mount: /, size: grow}`, or a volume with `mount: /`"),
        );
    }
}

/// Reports a `/boot` that no boot loader reads: GRUB needs a partition, or a mirror of partitions, in the clear.
fn boot(layout: &Layout, sink: &mut Sink) {
    let volumes = layout.volume_groups.iter().flat_map(|group| &group.volumes);
    let volumes = volumes.map(|volume| (&volume.mount, "a logical volume"));
    let locked = layout.plain.iter().filter(|part| part.passphrase.is_some());
    let locked = locked.map(|part| (&part.mount, "an encrypted partition"));
    let arrays = layout.raids.iter().filter_map(|raid| {
        let what = if raid.passphrase.is_some() {
            "an encrypted RAID device"
        } else if raid.level.value != 1 {
            "a RAID device that is no mirror"
        } else {
            return None;
        };
        Some((raid.mount.as_ref()?, what))
    });
    for (mount, what) in volumes.chain(locked).chain(arrays) {
        if mount.as_str() == "/boot" {
            let message = format!("the boot loader does not read {what}");
            sink.push(
                Diagnostic::error(Code::BadLayout, mount.span, message).help(
                    "put `/boot` on a partition, or leave it out: one is added where it is needed",
                ),
            );
        }
    }
}

/// Reports names that stand for two things: of groups and file systems, of volumes in their group, of RAID devices.
fn names(layout: &Layout, sink: &mut Sink) {
    let mut once = |what: &str, names: Vec<(&str, Span)>| {
        let mut seen: HashMap<&str, Span> = HashMap::new();
        for (name, span) in names {
            if let Some(first) = seen.insert(name, span) {
                let message = format!("{what} `{name}` is defined twice");
                sink.push(
                    Diagnostic::error(Code::DuplicateName, span, message)
                        .also(first, "the other one"),
                );
            }
        }
    };
    let groups = layout.volume_groups.iter();
    once(
        "volume group",
        groups
            .map(|group| (group.name.as_str(), group.name.span))
            .collect(),
    );
    let raids = layout.raids.iter();
    once(
        "RAID device",
        raids
            .map(|raid| (raid.device.as_str(), raid.device.span))
            .collect(),
    );
    let pools = layout.btrfs.iter();
    once(
        "btrfs",
        pools
            .map(|pool| (pool.label.as_str(), pool.label.span))
            .collect(),
    );
    for group in &layout.volume_groups {
        let pool = group
            .thin_pool
            .as_ref()
            .map(|pool| (pool.as_str(), pool.span));
        let volumes = group.volumes.iter();
        let volumes = volumes.map(|volume| (volume.name.as_str(), volume.name.span));
        once("volume", pool.into_iter().chain(volumes).collect());
    }
    for pool in &layout.btrfs {
        let volumes = pool.volumes.iter();
        once(
            "subvolume",
            volumes
                .map(|volume| (volume.name.as_str(), volume.name.span))
                .collect(),
        );
    }
}

fn raids(layout: &Layout, sink: &mut Sink) {
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
                sink.push(Diagnostic::error(
                    Code::BadLayout,
                    raid.device.span,
                    message,
                ));
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
                        .also(other.span, "the other one"),
                );
            }
        }
        let groups = layout.volume_groups.iter().flat_map(|group| &group.disks);
        let pools = layout.btrfs.iter().flat_map(|pool| &pool.disks);
        let users: Vec<_> = groups
            .chain(pools)
            .filter(|disk| disk.as_str() == device.as_str())
            .collect();
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
                        .also(mount.span, "mounted here"),
                );
            }
            (None, [first, second, ..]) => {
                let message = format!("`{device}` is used twice");
                sink.push(
                    Diagnostic::error(Code::BadLayout, second.span, message)
                        .also(first.span, "the other one"),
                );
            }
            _ => {}
        }
    }
}

/// Every part has a size; only swap has one that goes without saying.
fn sizes(layout: &Layout, sink: &mut Sink) {
    let plain = layout.plain.iter().map(|part| (&part.mount, &part.room));
    let volumes = layout.volume_groups.iter().flat_map(|group| &group.volumes);
    for (mount, room) in plain.chain(volumes.map(|volume| (&volume.mount, &volume.room))) {
        let said = room.size.is_some() || room.percent.is_some() || room.grow;
        if !said && mount.as_str() != "swap" {
            let message = format!("`{}` has no size", mount.value);
            sink.push(
                Diagnostic::error(Code::MissingKey, mount.span, message)
                    .help("write `size: 8G`, `size: 50%` or `size: grow`"),
            );
        }
        let bounded = room.min.is_some() || room.max.is_some();
        if bounded && !room.grow {
            let message = format!("`min` and `max` of `{}` are about what grows", mount.value);
            sink.push(
                Diagnostic::error(Code::ConflictingKeys, mount.span, message)
                    .help("write `size: grow` beside them"),
            );
        }
        if room.min.zip(room.max).is_some_and(|(min, max)| min > max) {
            let message = format!("`{}` grows from its `min` down to its `max`", mount.value);
            sink.push(Diagnostic::error(Code::BadLayout, mount.span, message));
        }
    }
}

/// Returns the least number of bytes a part takes of `whole`.
fn least(room: &Room, whole: u64) -> u64 {
    let share = room.percent.map(|percent| whole / 100 * u64::from(percent));
    let size = room.size.or(room.min).map(Size::bytes);
    size.or(share).unwrap_or_default()
}

/// Reports what is larger than the disk it is on, where that is known.
fn room(guest: &Guest, layout: &Layout, sink: &mut Sink) {
    let own = || guest.disks.iter().filter(|disk| !disk.shareable);
    let only = own().next().filter(|_| own().count() == 1);
    let percent = layout.plain.iter().find(|part| part.room.percent.is_some());
    for disk in own() {
        let on = |named: Option<&str>| named.map_or(only.is_some(), |named| named == disk.device);
        let name = |disk: &Option<Spanned<crate::model::text::Line>>| {
            disk.as_ref().map(|disk| disk.value.to_string())
        };
        let plain = || {
            layout
                .plain
                .iter()
                .filter(|part| on(name(&part.disk).as_deref()))
        };
        let Some(size) = disk.size else {
            if let Some(part) = percent.filter(|_| plain().any(|part| part.room.percent.is_some()))
            {
                let message = format!(
                    "`{}` takes a share of disk `{}`, whose size is not known",
                    part.mount.value, disk.device
                );
                sink.push(
                    Diagnostic::error(Code::BadLayout, part.mount.span, message)
                        .also(disk.span, "the disk"),
                );
            }
            continue;
        };
        let members = layout
            .raids
            .iter()
            .filter(|raid| raid.disks.iter().any(|member| on(Some(member.as_str()))));
        let members: u64 = members.filter_map(|raid| raid.size).map(Size::bytes).sum();
        let plain_sum: u64 = plain().map(|part| least(&part.room, size.bytes())).sum();
        if plain_sum + members > size.bytes() {
            let taken = Size::from_bytes((plain_sum + members) >> 20 << 20);
            let place = plain().last().map_or(disk.span, |part| part.mount.span);
            let message = format!(
                "the partitions of disk `{}` take {taken}, and it has {size}",
                disk.device
            );
            sink.push(
                Diagnostic::error(Code::BadLayout, place, message).also(disk.span, "the disk"),
            );
        }
    }
    for group in &layout.volume_groups {
        let first = own().next().map(|disk| disk.device.as_str());
        let devices: Vec<&str> = match group.disks.as_slice() {
            [] => first.into_iter().collect(),
            disks => disks.iter().map(|disk| disk.as_str()).collect(),
        };
        let sizes = devices
            .iter()
            .map(|name| own().find(|disk| disk.device == *name)?.size);
        let Some(whole) = sizes.map(|size| Some(size?.bytes())).sum::<Option<u64>>() else {
            continue;
        };
        // Volumes of a thin pool take space when they are written, so together they may promise more than there is.
        let thick = group
            .volumes
            .iter()
            .filter(|volume| group.thin_pool.is_none() || volume.mount.as_str() == "swap");
        let taken: u64 = thick.map(|volume| least(&volume.room, 0)).sum();
        if taken > whole {
            let (taken, whole) = (Size::from_bytes(taken), Size::from_bytes(whole));
            let message = format!(
                "the volumes of `{}` take {taken}, and its disks have {whole}",
                group.name.value
            );
            sink.push(Diagnostic::error(Code::BadLayout, group.name.span, message));
        }
        let shares: u32 = group
            .volumes
            .iter()
            .filter_map(|volume| volume.room.percent)
            .map(u32::from)
            .sum();
        if shares > 100 {
            let message = format!(
                "the volumes of `{}` share out {shares}% of it",
                group.name.value
            );
            sink.push(Diagnostic::error(Code::BadLayout, group.name.span, message));
        }
    }
}
