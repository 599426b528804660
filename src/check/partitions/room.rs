//! Sizes: said, in order, and no more than the disks have.

use crate::diag::{Code, Diagnostic, Sink};
use crate::link::Guest;
use crate::model::partitions::{Layout, Partition, Room, VolumeGroup};
use crate::model::size::Size;
use crate::model::text::Line;
use crate::source::{Span, Spanned};

pub(super) fn check(guest: &Guest, layout: &Layout, sink: &mut Sink) {
    sizes(layout, sink);
    shares(guest, layout, sink);
    partitions(guest, layout, sink);
    groups(guest, layout, sink);
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
            sink.push(
                Diagnostic::error(Code::BadLayout, mount.span, message)
                    .help("write the smaller of the two as `min`"),
            );
        }
    }
}

/// Reports shares of a disk whose size is not known: the installer takes sizes only.
fn shares(guest: &Guest, layout: &Layout, sink: &mut Sink) {
    for part in layout
        .plain
        .iter()
        .filter(|part| part.room.percent.is_some())
    {
        let named = part.disk.as_ref().map(|disk| disk.as_str());
        let mut own = guest.disks.iter().filter(|disk| !disk.shareable);
        let disk = own.find(|disk| named.is_none_or(|named| named == disk.device));
        // A name that is no disk's is reported as such.
        let unknown = disk.is_none() && named.is_some_and(|named| !named.contains('/'));
        if disk.and_then(|disk| disk.size).is_none() && !unknown {
            let message = format!(
                "`{}` takes a share of a disk whose size is not known",
                part.mount.value
            );
            sink.push(
                Diagnostic::error(Code::BadLayout, part.mount.span, message)
                    .help("write how much it takes, as in `size: 8G`"),
            );
        }
    }
}

/// Returns the least number of bytes a part takes of `whole`.
fn least(room: &Room, whole: u64) -> u64 {
    let share = room.percent.map(|percent| whole / 100 * u64::from(percent));
    let size = room.size.or(room.min).map(Size::bytes);
    size.or(share).unwrap_or_default()
}

/// Returns how many bytes the volumes of a group take at least. Those of a thin pool take space when they are written, so
/// together they may promise more than there is.
fn fixed(group: &VolumeGroup) -> u64 {
    let thick = group
        .volumes
        .iter()
        .filter(|volume| group.thin_pool.is_none() || volume.mount.as_str() == "swap");
    thick.map(|volume| least(&volume.room, 0)).sum()
}

/// Reports partitions, those of volume groups among them, that are larger together than the disk they are on, or leave
/// nothing for one that grows, where that is known.
fn partitions(guest: &Guest, layout: &Layout, sink: &mut Sink) {
    let own = || guest.disks.iter().filter(|disk| !disk.shareable);
    let only = own().next().filter(|_| own().count() == 1);
    for disk in own() {
        let on = |named: Option<&str>| named.map_or(only.is_some(), |named| named == disk.device);
        let name = |disk: &Option<Spanned<Line>>| disk.as_ref().map(|disk| disk.value.to_string());
        let plain = || {
            layout
                .plain
                .iter()
                .filter(|part| on(name(&part.disk).as_deref()))
        };
        let Some(size) = disk.size else { continue };
        let members = layout
            .raids
            .iter()
            .filter(|raid| raid.disks.iter().any(|member| on(Some(member.as_str()))));
        let members: u64 = members.filter_map(|raid| raid.size).map(Size::bytes).sum();
        let is_first = own()
            .next()
            .is_some_and(|first| first.device == disk.device);
        let groups = layout
            .volume_groups
            .iter()
            .filter(|group| match group.disks.as_slice() {
                [] => is_first,
                [only] => only.as_str() == disk.device,
                _ => false,
            });
        // One that is too large by itself is reported as such.
        let groups = groups
            .map(|group| (group.name.span, fixed(group)))
            .filter(|(_, taken)| *taken <= size.bytes());
        let parts = plain().map(|part| (part.mount.span, least(&part.room, size.bytes())));
        let parts: Vec<(Span, u64)> = parts.chain(groups).collect();
        let taken = members + parts.iter().map(|(_, taken)| taken).sum::<u64>();
        if taken > size.bytes() {
            let mut sum = members;
            let over = |(_, taken): &&(Span, u64)| {
                sum += taken;
                sum > size.bytes()
            };
            let place = parts
                .iter()
                .find(over)
                .map_or(disk.span, |(place, _)| *place);
            let message = format!(
                "the partitions of disk `{}` take {}, and it has {size}",
                disk.device,
                Size::from_bytes(taken >> 20 << 20)
            );
            sink.push(
                Diagnostic::error(Code::BadLayout, place, message)
                    .also(disk.span, "the disk")
                    .help("give the disk a larger `size`, or the partitions smaller ones"),
            );
            continue;
        }
        // Shares are rounded down.
        let full = taken + 100 > size.bytes();
        let starved = |part: &&Partition| part.room.grow && part.room.min.is_none();
        if let Some(part) = plain().find(starved).filter(|_| full) {
            let message = format!(
                "nothing of disk `{}` is left for `{}`",
                disk.device, part.mount.value
            );
            sink.push(
                Diagnostic::error(Code::BadLayout, part.mount.span, message)
                    .also(disk.span, "the disk")
                    .help("give the disk a larger `size`, or the other partitions smaller ones"),
            );
        }
    }
}

/// Reports volumes that are larger together than the disks of their group, where that is known.
fn groups(guest: &Guest, layout: &Layout, sink: &mut Sink) {
    let own = || guest.disks.iter().filter(|disk| !disk.shareable);
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
        let taken = fixed(group);
        if taken > whole {
            let (taken, whole) = (Size::from_bytes(taken), Size::from_bytes(whole));
            let message = format!(
                "the volumes of `{}` take {taken}, and its disks have {whole}",
                group.name.value
            );
            let disks = own().filter(|disk| devices.contains(&disk.device.as_str()));
            let fault = Diagnostic::error(Code::BadLayout, group.name.span, message)
                .help("give the disks a larger `size`, or the volumes smaller ones");
            sink.push(disks.fold(fault, |fault, disk| fault.also(disk.span, "a disk of it")));
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
            sink.push(
                Diagnostic::error(Code::BadLayout, group.name.span, message)
                    .help("write shares that come to 100% at most"),
            );
        }
    }
}
