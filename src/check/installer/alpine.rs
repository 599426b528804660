//! What Alpine's setup programs cannot do, or the scripts that call them.
//!
//! The sources are setup-disk(8) and its fellows, mkinitfs-bootparam(7), and apk-repositories(5). Layouts are in [`layout`].

mod layout;

use super::location::hidden;
use super::unsupported;
use crate::diag::{Code, Diagnostic, Sink};
use crate::link::Guest;
use crate::model::guest::BootProto;
use crate::model::install::{Repo, Selinux, When};
use crate::source::Span;

/// The services that the packet filter lets in by the names the site has for them; `system/firewall.sh` has their ports.
const SERVICES: &[&str] = &[
    "dns",
    "ftp",
    "http",
    "https",
    "imap",
    "imaps",
    "ldap",
    "ldaps",
    "mysql",
    "nfs",
    "ntp",
    "pop3",
    "pop3s",
    "postgresql",
    "smtp",
    "ssh",
];

/// How systemd's names of what OpenRC does not have end.
const UNITS: &[&str] = &[
    ".mount", ".path", ".service", ".slice", ".socket", ".target", ".timer",
];

/// The rules for one guest.
pub(super) struct Alpine<'a> {
    pub(super) guest: &'a Guest,
    pub(super) sink: &'a mut Sink,
}

impl Alpine<'_> {
    pub(super) fn check(&mut self) {
        self.source();
        self.network();
        self.machine();
        self.system();
        self.packages();
        self.repositories();
        self.services();
        self.scripts();
        if let Some(layout) = super::layout(self.guest) {
            self.layout(layout);
        }
    }

    fn cannot(&mut self, span: Span, what: &str, help: &str) {
        unsupported(self.guest, span, what, Some(help.to_owned()), self.sink);
    }

    /// Its kernel's modules and its packages come by HTTP or FTP before it knows of a proxy.
    fn source(&mut self) {
        let help = "offer the tree by HTTP or FTP, name an `.iso`, or say where its modules are with `modloop=` in `extra_args`";
        hidden(self.guest, &["modloop="], help, self.sink);
        let guest = self.guest;
        let Some(location) = &guest.virtinst.location else {
            return;
        };
        if location.starts_with("nfs:") {
            let help = "offer the tree by HTTP or FTP";
            self.cannot(location.span, "start from a tree on NFS", help);
        }
        if location.contains(char::is_whitespace) && location.contains("://") {
            let help = "write `%20` for a blank";
            self.cannot(location.span, "be told of a URL with blanks in it", help);
        }
        let proxy = guest.install.proxy.as_ref();
        let proxy = proxy.filter(|proxy| location.contains("://") && !proxy.spares(location));
        if let Some(proxy) = proxy {
            let what = "fetch itself through a proxy";
            let help = "name the host of `location` in `no_proxy`, or install from an `.iso` or a mirror of your own";
            self.cannot(proxy.url.span, what, help);
        }
    }

    /// Packages come over the network.
    fn network(&mut self) {
        let guest = self.guest;
        let mut nics = guest.interfaces.iter();
        if nics.all(|nic| nic.bootproto == BootProto::None) {
            let first = guest.interfaces.first();
            let span = first.map_or(guest.os_span, |nic| nic.span);
            let help = "give it an interface with an address";
            self.cannot(span, "install itself without a network", help);
        }
    }

    fn machine(&mut self) {
        let secure_boot = self.guest.virtinst.secure_boot.as_ref();
        if let Some(secure_boot) = secure_boot.filter(|secure_boot| secure_boot.value) {
            let help = "write `secure_boot: false`: nobody has signed its kernel";
            self.cannot(secure_boot.span, "start with secure boot", help);
        }
    }

    fn system(&mut self) {
        let guest = self.guest;
        let selinux = guest.install.selinux.as_ref();
        if let Some(selinux) = selinux.filter(|selinux| selinux.value != Selinux::Disabled) {
            let help = "leave `selinux` out: there is no policy for it";
            self.cannot(selinux.span, "set up SELinux", help);
        }
        let kdump = guest.install.kdump.as_ref();
        if let Some(kdump) = kdump.filter(|kdump| kdump.enabled == Some(true)) {
            let span = kdump.reserve.as_ref().map_or(guest.os_span, |it| it.span);
            let help = "leave `kdump` out, or set it up in a script";
            self.cannot(span, "keep crash dumps", help);
        }
        let firewall = guest.install.firewall.iter();
        let services = firewall.flat_map(|firewall| &firewall.services);
        for service in services.filter(|service| !SERVICES.contains(&service.as_str())) {
            let what = format!("let in the firewall service `{}` by name", service.value);
            let help = format!(
                "it knows {}; write the others as `ports`",
                SERVICES.join(", ")
            );
            self.cannot(service.span, &what, &help);
        }
    }

    fn packages(&mut self) {
        let guest = self.guest;
        for package in &guest.install.packages {
            let name = package.strip_prefix('-').unwrap_or(package.as_str());
            if let Some(group) = name.strip_prefix('@') {
                let what = format!("install the group `{group}`");
                let help = "name packages; many pull in others, as `build-base` does";
                self.cannot(package.span, &what, help);
            } else if !is_package(name) {
                let what = format!("find a package `{name}`");
                let help = "write the name as `apk search` shows it, without the version";
                self.cannot(package.span, &what, help);
            }
        }
    }

    fn repositories(&mut self) {
        let guest = self.guest;
        for repo in &guest.install.repos {
            self.repository(repo);
        }
    }

    /// A repository is a URL, and its key is known by the name of its file.
    fn repository(&mut self, repo: &Repo) {
        if let Some(list) = repo.mirrorlist.as_ref().or(repo.metalink.as_ref()) {
            self.cannot(list.span, "read lists of mirrors", "write `baseurl`");
        } else if repo.baseurl.is_none() {
            let message = format!("repository `{}` has no address", repo.name.value);
            let fault = Diagnostic::error(Code::MissingKey, repo.name.span, message);
            self.sink.push(fault.help("write `baseurl`"));
        }
        let span = repo.name.span;
        if repo.priority.is_some() || repo.cost.is_some() {
            let what = "prefer repositories by `priority` or `cost`";
            self.cannot(span, what, "leave them out: the newest version wins");
        }
        if repo.suite.is_some() || !repo.components.is_empty() {
            let what = "make a URL of `suite` and `components`";
            let help = "write all of it in `baseurl`, as in `http://10.0.0.1/alpine/v3.22/testing`";
            self.cannot(span, what, help);
        }
        if repo.gpgcheck == Some(false) {
            let what = "trust one repository without its key";
            self.cannot(span, what, "offer its key by HTTP, and name it in `gpgkey`");
        }
        let key = repo.gpgkey.as_ref().map(|key| key.as_str());
        let fetched = |key: &str| {
            ["http://", "https://", "ftp://"]
                .iter()
                .any(|it| key.starts_with(it))
        };
        if key.is_some_and(|key| !fetched(key)) {
            let what = "read the key of a repository from its `gpgkey`";
            self.cannot(span, what, "offer the key by HTTP, and write its URL");
        }
    }

    /// Services are OpenRC's.
    fn services(&mut self) {
        let guest = self.guest;
        let services = guest.install.services.iter();
        for service in services.flat_map(|all| all.enabled.iter().chain(&all.disabled)) {
            let unit = UNITS.iter().find(|unit| service.ends_with(**unit));
            if let Some(unit) = unit {
                let what = format!("run `{}`, a unit of systemd", service.value);
                let name = service.trim_end_matches(unit);
                let help = format!("name a service of OpenRC, as in `{name}`");
                self.cannot(service.span, &what, &help);
            }
        }
    }

    /// The live system is a busybox.
    fn scripts(&mut self) {
        let guest = self.guest;
        for script in &guest.install.scripts {
            let outside = matches!(script.when.value, When::Pre | When::PostNochroot);
            let interpreter = script.interpreter.as_ref().map(|path| path.as_str());
            if let Some(other) = interpreter.filter(|path| outside && *path != "/bin/sh") {
                self.cannot(
                    script.when.span,
                    &format!("run `{other}`"),
                    "write the script for /bin/sh, or let it run in the new system with `when: post`",
                );
            }
        }
    }
}

/// Returns whether a package can have this name (apk-package(5), "name").
fn is_package(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphanumeric())
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "+-._".contains(c))
}
