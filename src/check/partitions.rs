//! Layouts: on disks the guest has, with a root, nothing mounted twice, and no more than fits.

mod raids;
mod room;

use std::collections::HashMap;

use crate::diag::{Code, Diagnostic, Sink};
use crate::link::{Disk, Guest, Lab};
use crate::model::partitions::{Layout, Partitions};
use crate::model::text::Line;
use crate::source::{Span, Spanned};

pub(super) fn check(lab: &Lab, sink: &mut Sink) {
    for guest in &lab.guests {
        sink.about(Some(&guest.name));
        let Some(partitions) = &guest.install.partitions else {
            continue;
        };
        boot_disk(guest, &partitions.value, sink);
        let diskless = guest.disks.iter().all(|disk| disk.shareable);
        let Partitions::Layout(layout) = &partitions.value else {
            // Text of the installer's may lay out what a script attaches, and what boots from the network needs none.
            let auto = matches!(partitions.value, Partitions::Auto);
            let pxe = guest.virtinst.pxe.as_ref().is_some_and(|pxe| pxe.value);
            if diskless && auto && !pxe {
                let message = format!(
                    "guest `{}` has no disk of its own to install on",
                    guest.name
                );
                sink.push(
                    Diagnostic::error(Code::BadLayout, guest.defined, message)
                        .lacks(&["disks"])
                        .help("add one to its `disks`, as in `{size: 20}`"),
                );
            }
            continue;
        };
        if diskless {
            let message = format!("guest `{}` has no disk of its own to lay out", guest.name);
            sink.push(
                Diagnostic::error(Code::BadLayout, partitions.span, message)
                    .help("add one to its `disks`, as in `{size: 20}`"),
            );
            continue;
        }
        disks(guest, layout, sink);
        mounts(layout, partitions.span, sink);
        boot(layout, sink);
        roles(layout, sink);
        names(layout, sink);
        raids::check(layout, sink);
        room::check(guest, layout, sink);
    }
    sink.about(None);
}

/// Reports a first disk that no install touches: the machine boots from that one and looks at no other.
fn boot_disk(guest: &Guest, partitions: &Partitions, sink: &mut Sink) {
    let Some(first) = guest.disks.first() else {
        return;
    };
    let others = guest.disks.iter().any(|disk| !disk.shareable);
    let left_alone = match partitions {
        Partitions::Layout(layout) => {
            let mut own = guest.disks.iter().filter(|disk| !disk.shareable);
            let lies = |disk: &Disk| layout.disks.contains(&disk.device);
            own.any(lies) && !lies(first)
        }
        Partitions::Auto | Partitions::Raw { .. } => false,
    };
    let (message, help) = if first.shareable && others {
        (
            format!(
                "guest `{}` boots from its first disk, and `{}` is shared with other guests",
                guest.name, first.device
            ),
            "write a disk of its own before it",
        )
    } else if left_alone && !first.shareable {
        (
            format!(
                "guest `{}` boots from its first disk, and its layout leaves `{}` alone",
                guest.name, first.device
            ),
            "put a part of the layout there, or write the disk that holds the system first",
        )
    } else {
        return;
    };
    sink.push(Diagnostic::error(Code::BadLayout, first.span, message).help(help));
}

/// Every disk named in a layout, and whether a RAID device may stand there.
fn named(layout: &Layout) -> impl Iterator<Item = (&Spanned<Line>, bool)> {
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
                        .also(own.span, "the disk")
                        .help("name a disk of its own; scripts may set up a shared one"),
                );
            }
            Some(_) => {}
            None if elsewhere || array => {}
            None => {
                let known = guest.disks.iter().filter(|own| !own.shareable);
                let known: Vec<&str> = known.map(|own| own.device.as_str()).collect();
                let message = format!("guest `{}` has no disk `{}`", guest.name, disk.value);
                let help = format!("it has {}", known.join(", "));
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
                    .also(first, "the other one")
                    .help("mount one of them elsewhere, or remove it"),
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

/// Reports file systems that are no file system where they stand: swap is not mounted, and the firmware reads one kind.
fn roles(layout: &Layout, sink: &mut Sink) {
    let plain = layout.plain.iter().map(|part| (&part.mount, &part.fs));
    let raids = layout.raids.iter();
    let raids = raids.filter_map(|raid| Some((raid.mount.as_ref()?, &raid.fs)));
    let volumes = layout.volume_groups.iter().flat_map(|group| &group.volumes);
    let volumes = volumes.map(|volume| (&volume.mount, &volume.fs));
    for (mount, fs) in plain.chain(raids).chain(volumes) {
        let Some(fs) = fs else { continue };
        let role = match mount.as_str() {
            "swap" => "swap",
            "/boot/efi" => "efi",
            _ => "",
        };
        let of_role = matches!(fs.as_str(), "swap" | "efi");
        if (of_role || !role.is_empty()) && fs.as_str() != role {
            let message = format!("`{}` cannot be `{}`", mount.value, fs.value);
            let help = match role {
                "" => "name a file system, or leave `fs` out",
                _ => "leave `fs` out",
            };
            sink.push(
                Diagnostic::error(Code::BadLayout, fs.span, message)
                    .also(mount.span, "mounted here")
                    .help(help),
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
                        .also(first, "the other one")
                        .help("give one of them another name"),
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
