//! Disks: partitions in plain, told apart by their position on one bus, each volume with a letter.

use super::Unattend;
use crate::diag::{Code, Diagnostic};
use crate::link::Disk;
use crate::model::guest::{Bus, Firmware};
use crate::model::partitions::{Layout, Partition, Partitions};
use crate::model::words::HardwareWord;
use crate::source::Spanned;

/// How a layout that is refused can be had nevertheless.
const BY_HAND: &str = "or write the section `DiskConfiguration` yourself in `partitions: {raw: …}`";

/// The primary partitions of a disk that BIOS boots from.
const MOST_PRIMARY: usize = 4;

/// The disks on SATA that leave room for three CDs on the controller that every machine has.
const MOST_SATA: usize = 3;

impl Unattend<'_> {
    pub(super) fn disks(&mut self) {
        let guest = self.guest;
        let mut sata = guest.disks.iter().filter(|disk| disk.bus == Bus::Sata);
        if let Some(disk) = sata.nth(MOST_SATA) {
            let what = format!("have more than {MOST_SATA} disks on SATA beside its media");
            self.cannot(disk.span, &what, "write `bus: virtio`");
        }
        let first = guest.disks.first();
        let others = guest.disks.iter().skip(1);
        if let Some((first, other)) = first.and_then(|first| {
            let mut others = others;
            Some((first, others.find(|other| other.bus != first.bus)?))
        }) {
            let what = "tell disks on several buses apart";
            let message = format!(
                "the installer of {} ({}) cannot {what}",
                guest.os.name,
                guest.installer()
            );
            self.sink.push(
                Diagnostic::error(Code::UnsupportedKey, other.span, message)
                    .also(first.span, "the first one")
                    .help("write the same `bus` for all of them"),
            );
        }
        self.drivers();
        let install = &guest.install;
        if let Some(fs) = install
            .filesystem
            .as_ref()
            .filter(|fs| fs.as_str() == "vfat")
        {
            self.root(fs);
        }
        let partitions = install.partitions.as_ref();
        if let Some(swap) = &install.swap {
            let help = "leave `swap` out: Windows swaps to a file of its own";
            self.cannot(swap.span, "make swap space", help);
        }
        if let Some(Partitions::Layout(layout)) = partitions.map(|partitions| &partitions.value) {
            self.layout(layout);
        }
    }

    /// Without virtio-win, Setup sees no disk on virtio, and Windows no card.
    fn drivers(&mut self) {
        let guest = self.guest;
        let drivers = guest.virtinst.drivers.as_ref();
        let Some(drivers) = drivers.filter(|drivers| drivers.as_str() == super::NONE) else {
            return;
        };
        let strange = |disk: &&Disk| matches!(disk.bus, Bus::Virtio | Bus::Scsi);
        let disk = guest.disks.iter().find(strange).map(|disk| disk.span);
        let mut nics = guest.interfaces.iter();
        let nic = nics.find(|nic| nic.model.as_str() == "virtio");
        if let Some(device) = disk.or(nic.map(|nic| nic.span)) {
            let message = format!(
                "the installer of {} ({}) cannot do without the drivers of virtio",
                guest.os.name,
                guest.installer()
            );
            let help = "name the medium of virtio-win, or write `bus: sata` of disks and `model: e1000e` of interfaces";
            self.sink.push(
                Diagnostic::error(Code::UnsupportedKey, drivers.span, message)
                    .also(device, "this device is virtio")
                    .help(help),
            );
        }
    }

    fn root(&mut self, fs: &Spanned<HardwareWord>) {
        let what = format!("install on `{}`", fs.value);
        self.cannot(fs.span, &what, "write `ntfs`, or leave it out");
    }

    fn layout(&mut self, layout: &Layout) {
        for group in &layout.volume_groups {
            self.refuse(&group.name, "make volume groups", "write partitions");
        }
        for raid in &layout.raids {
            self.refuse(&raid.device, "make software RAID", "write partitions");
        }
        for pool in &layout.btrfs {
            self.refuse(&pool.label, "make subvolumes", "write partitions");
        }
        for part in &layout.plain {
            self.partition(part);
        }
        self.per_disk(layout);
    }

    fn refuse<T>(&mut self, at: &Spanned<T>, what: &str, instead: &str) {
        self.cannot(at.span, what, &format!("{instead}, {BY_HAND}"));
    }

    fn partition(&mut self, part: &Partition) {
        let mount = &part.mount;
        match mount.as_str() {
            "/" => {
                if let Some(fs) = part.fs.as_ref().filter(|fs| fs.as_str() == "vfat") {
                    self.root(fs);
                }
            }
            "/boot/efi" if part.room.size.is_none() => {
                self.refuse(mount, "size what the firmware reads so", "write its `size`");
            }
            "/boot/efi" => {}
            "swap" => self.refuse(
                mount,
                "make swap space",
                "leave it out: Windows swaps to a file of its own",
            ),
            path if is_letter(path) => {}
            path => {
                let what = format!("mount a volume at `{path}`");
                self.refuse(mount, &what, "write a letter, as in `mount: /d` for `D:`");
            }
        }
        if part.room.percent.is_some() {
            self.refuse(mount, "take a share of a disk", "write `8G` or `grow`");
        }
        if part.room.max.is_some() {
            let what = "let a part grow to some size and no further";
            self.refuse(mount, what, "write its `size`");
        }
        if part.options.is_some() {
            self.refuse(mount, "set mount options", "leave `options` out");
        }
        if part.passphrase.is_some() {
            self.refuse(mount, "encrypt", "turn BitLocker on in a script");
        }
        let longest = if part.fs.as_ref().is_some_and(|fs| fs.as_str() == "vfat") {
            11
        } else {
            32
        };
        if let Some(label) = part
            .label
            .as_ref()
            .filter(|it| it.chars().count() > longest)
        {
            let what = format!("write a label of more than {longest} characters");
            self.refuse(label, &what, "write a shorter one");
        }
    }

    /// One part of a disk grows, and a disk with an MBR has four of them.
    fn per_disk(&mut self, layout: &Layout) {
        let guest = self.guest;
        let own = guest.disks.iter().find(|disk| !disk.shareable);
        let first = own.map_or("", |disk| disk.device.as_str());
        let place = |part: &Partition| {
            part.disk
                .as_ref()
                .map_or(first, |disk| disk.as_str())
                .to_owned()
        };
        let bios = guest.virtinst.firmware.as_ref();
        let bios = bios.is_none_or(|firmware| firmware.value == Firmware::Bios);
        for disk in &guest.disks {
            let parts = layout
                .plain
                .iter()
                .filter(|part| place(part) == disk.device);
            let parts: Vec<&Partition> = parts.collect();
            if let Some(second) = parts.iter().filter(|part| part.room.grow).nth(1) {
                let what = format!("let two parts of `{}` grow", disk.device);
                self.refuse(&second.mount, &what, "write the `size` of all but one");
            }
            let most = MOST_PRIMARY - usize::from(disk.device == first);
            if let Some(part) = parts.get(most).filter(|_| bios) {
                let what = format!(
                    "make more than {most} partitions on `{}` for BIOS",
                    disk.device
                );
                self.refuse(&part.mount, &what, "write `firmware: uefi`");
            }
        }
        for part in &layout.plain {
            let elsewhere = part.disk.as_ref().filter(|disk| disk.contains('/'));
            if let Some(disk) = elsewhere {
                let what = format!("find the disk `{}`", disk.value);
                self.refuse(disk, &what, "write its name in the site, as in `vda`");
            }
        }
    }
}

/// Returns whether a mount point stands for a drive's letter: `/d` for `D:`. A and B are floppies, C is the system's.
fn is_letter(path: &str) -> bool {
    let letter = path.strip_prefix('/').filter(|rest| rest.len() == 1);
    letter.is_some_and(|letter| {
        let letter = letter.to_ascii_uppercase();
        ("D"..="Z").contains(&letter.as_str())
    })
}
