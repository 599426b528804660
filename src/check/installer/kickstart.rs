//! What the kickstart of a release cannot say, by pykickstart's commands of each version.

use super::location::hidden;
use super::{layout, suites, unsupported};
use crate::diag::{Code, Diagnostic, Sink};
use crate::link::{Guest, Interface};
use crate::model::guest::{BootProto, Firmware};
use crate::model::partitions::Layout;
use crate::source::Span;

/// The services the firewall command of RHEL 5 has options for.
const RHEL5_SERVICES: &[&str] = &["ftp", "http", "smtp", "ssh", "telnet"];

/// The rules of kickstart for one guest.
pub(super) struct Kickstart<'a> {
    pub(super) guest: &'a Guest,
    pub(super) generation: u32,
    pub(super) sink: &'a mut Sink,
}

impl<'a> Kickstart<'a> {
    /// Reports what the kickstart of the guest's generation cannot say.
    pub(super) fn check(&mut self) {
        self.source();
        self.firmware();
        self.interfaces();
        self.packages();
        self.proxy();
        self.repositories();
        self.firewall();
        self.kdump();
        match layout(self.guest) {
            Some(layout) => self.layout(layout),
            None => self.automatic(),
        }
    }

    fn cannot(&mut self, span: Span, what: &str, help: &str) {
        unsupported(self.guest, span, what, Some(help.to_owned()), self.sink);
    }

    /// Its packages may be elsewhere than the tree.
    fn source(&mut self) {
        let help = "offer the tree by HTTP, FTP or NFS, name an `.iso`, or say where it is with `inst.repo=` in `extra_args`";
        hidden(self.guest, &["repo=", "method="], help, self.sink);
    }

    /// UEFI came with RHEL 6, and a boot loader that is signed for it with RHEL 7.
    fn firmware(&mut self) {
        let virtinst = &self.guest.virtinst;
        let firmware = virtinst.firmware.as_ref();
        let uefi = firmware.filter(|firmware| firmware.value == Firmware::Uefi);
        let secure = virtinst.secure_boot.as_ref().filter(|secure| secure.value);
        if let Some(uefi) = uefi.filter(|_| self.generation < 6) {
            self.cannot(uefi.span, "set up UEFI", "write `firmware: bios`");
        } else if let Some(secure) = secure.filter(|_| self.generation < 7) {
            self.cannot(secure.span, "set up secure boot", "leave `secure_boot` out");
        }
        let bios = firmware.filter(|firmware| firmware.value == Firmware::Bios);
        let plain = layout(self.guest)
            .into_iter()
            .flat_map(|layout| &layout.plain);
        let efi = plain
            .map(|part| &part.mount)
            .find(|mount| mount.as_str() == "/boot/efi");
        if let (Some(bios), Some(efi)) = (bios, efi) {
            let message = format!(
                "guest `{}` boots with BIOS, which reads no `/boot/efi`",
                self.guest.name
            );
            self.sink.push(
                Diagnostic::error(Code::BadLayout, efi.span, message)
                    .also(bios.span, "the firmware")
                    .help("remove this part: installers make what the firmware boots from"),
            );
        }
    }

    /// Environments came with RHEL 7.
    fn packages(&mut self) {
        if self.generation > 6 {
            return;
        }
        for package in &self.guest.install.packages {
            if package.trim_start_matches('-').starts_with("@^") {
                self.cannot(
                    package.span,
                    &format!("install the environment `{}`", package.value),
                    "name groups, as in `@core`",
                );
            }
        }
    }

    /// RHEL 5 fetches everything directly, which may or may not be possible.
    fn proxy(&mut self) {
        let install = &self.guest.install;
        let Some(proxy) = install.proxy.as_ref().filter(|_| self.generation < 6) else {
            return;
        };
        let tree = self
            .guest
            .virtinst
            .location
            .iter()
            .map(|tree| tree.as_str());
        let repos = install
            .repos
            .iter()
            .filter(|repo| repo.enabled != Some(false));
        let repos = repos.filter_map(|repo| repo.baseurl.as_ref().or(repo.mirrorlist.as_ref()));
        let mut urls = tree.chain(repos.map(|url| url.as_str()));
        let Some(url) = urls.find(|url| url.contains("://") && !proxy.spares(url)) else {
            return;
        };
        let message = format!(
            "the installer of {} fetches `{url}` without this proxy: it knows none",
            self.guest.os.name
        );
        self.sink.push(
            Diagnostic::warning(Code::UnsupportedKey, proxy.url.span, message)
                .help("name the host in `no_proxy` if it is reached directly"),
        );
    }

    fn interfaces(&mut self) {
        // Where a guest makes something of its interfaces, a script writes the files of all of them.
        if !self.guest.links.is_empty() {
            return;
        }
        let bare = |nic: &&Interface| nic.bootproto == BootProto::None;
        for nic in self.guest.interfaces.iter().filter(bare) {
            if self.generation < 6 {
                self.cannot(
                    nic.span,
                    "leave an interface without an address",
                    "give it an `ip`, or `bootproto: dhcp`",
                );
            }
        }
    }

    /// Reports repositories without one address; those of an image are the same to its package manager.
    pub(super) fn repositories(&mut self) {
        for repo in &self.guest.install.repos {
            suites(self.guest, repo, self.sink);
            match (&repo.baseurl, &repo.mirrorlist, &repo.metalink) {
                (None, None, None) => {
                    let message = format!("repository `{}` has no address", repo.name.value);
                    self.sink.push(
                        Diagnostic::error(Code::MissingKey, repo.name.span, message)
                            .help("write `baseurl`, `mirrorlist` or `metalink`"),
                    );
                }
                (None, None, Some(metalink)) if self.generation < 8 => {
                    self.cannot(
                        metalink.span,
                        "read a metalink",
                        "write `baseurl` or `mirrorlist`",
                    );
                }
                (Some(first), Some(second), _)
                | (Some(first), None, Some(second))
                | (None, Some(first), Some(second)) => {
                    let message = "`baseurl`, `mirrorlist` and `metalink` exclude each other";
                    self.sink.push(
                        Diagnostic::error(Code::ConflictingKeys, second.span, message)
                            .also(first.span, "the other one")
                            .help("keep one of them"),
                    );
                }
                _ => {}
            }
        }
    }

    fn firewall(&mut self) {
        let Some(firewall) = self
            .guest
            .install
            .firewall
            .as_ref()
            .filter(|_| self.generation < 6)
        else {
            return;
        };
        for service in firewall
            .services
            .iter()
            .filter(|service| !RHEL5_SERVICES.contains(&service.as_str()))
        {
            let what = format!("let in the firewall service `{}` by name", service.value);
            self.cannot(
                service.span,
                &what,
                "it knows ftp, http, smtp, ssh and telnet; write the others as `ports`",
            );
        }
    }

    /// The addon that keeps dumps from RHEL 7 on takes one number of MiB; before it, and on Fedora, the kernel is told.
    fn kdump(&mut self) {
        let Some(kdump) = &self.guest.install.kdump else {
            return;
        };
        let addon = self.generation > 6 && self.guest.os.distro != "fedora";
        let Some(reserve) = kdump
            .reserve
            .as_ref()
            .filter(|_| addon && kdump.enabled == Some(true))
        else {
            return;
        };
        let number = reserve.strip_suffix('M').unwrap_or(reserve.as_str());
        let fits = number.bytes().all(|byte| byte.is_ascii_digit()) && !number.is_empty();
        if !fits && reserve.as_str() != "auto" {
            let what = format!("set aside `{}` for crash dumps", reserve.value);
            self.cannot(
                reserve.span,
                &what,
                "write a number of MiB, as in `256M`, or `auto`",
            );
        }
    }

    /// Swap of a given size is a logical volume, and the rest is another.
    fn automatic(&mut self) {
        let install = &self.guest.install;
        let btrfs = install
            .filesystem
            .as_ref()
            .filter(|fs| fs.as_str() == "btrfs");
        if let Some(fs) = btrfs.filter(|_| install.swap.is_some()) {
            self.cannot(
                fs.span,
                "make swap of a given size beside btrfs",
                "write the layout as a list",
            );
        }
    }

    fn layout(&mut self, layout: &'a Layout) {
        let generation = self.generation;
        for raid in layout
            .raids
            .iter()
            .filter(|raid| generation < 6 && raid.level.value == 4)
        {
            self.cannot(raid.level.span, "make RAID 4", "RAID 5 takes as many disks");
        }
        for part in &layout.plain {
            let btrfs = part.fs.as_ref().is_some_and(|fs| fs.as_str() == "btrfs");
            if let Some(label) = part.label.as_ref().filter(|_| btrfs) {
                self.cannot(
                    label.span,
                    "label a btrfs partition here",
                    "write it as `{btrfs: LABEL, volumes: […]}`",
                );
            }
        }
        for group in &layout.volume_groups {
            if let Some(pool) = group.thin_pool.as_ref().filter(|_| self.generation < 6) {
                self.cannot(pool.span, "make thin pools", "leave `thin_pool` out");
            }
            for volume in &group.volumes {
                if let Some(label) = volume.label.as_ref().filter(|_| self.generation < 7) {
                    self.cannot(
                        label.span,
                        "label a logical volume",
                        "label it in a script, with e2label",
                    );
                }
                if let Some(fs) = volume.fs.as_ref().filter(|fs| fs.as_str() == "btrfs") {
                    self.cannot(
                        fs.span,
                        "put btrfs on a logical volume",
                        "write `{btrfs: LABEL, volumes: […]}`, or use xfs",
                    );
                }
            }
        }
        for raid in &layout.raids {
            if let Some(fs) = raid.fs.as_ref().filter(|fs| fs.as_str() == "btrfs") {
                self.cannot(
                    fs.span,
                    "mount btrfs from a RAID device",
                    "write `{btrfs: LABEL, disks: [md0], volumes: […]}`",
                );
            }
        }
        let of_filesystem = self
            .guest
            .install
            .filesystem
            .as_ref()
            .filter(|fs| fs.as_str() == "btrfs");
        let mounted = layout.plain.iter().filter(|part| part.options.is_some());
        for part in mounted {
            let fs = part.fs.as_ref().or(of_filesystem);
            if fs.is_some_and(|fs| fs.as_str() == "btrfs") && part.mount.as_str() != "/boot" {
                self.cannot(
                    part.mount.span,
                    "give btrfs mount options",
                    "add them in a script",
                );
            }
        }
    }
}
