//! What AutoYaST cannot express, by its profile or by the script it runs in the new system.
//!
//! The sources are the AutoYaST guides of SUSE Linux Enterprise Server 12 and 15. Layouts are in [`layout`], what no system
//! of SUSE's can be told in [`super::suse`].

mod layout;

use super::location::hidden;
use super::suse::Suse;
use super::unsupported;
use crate::diag::Sink;
use crate::link::Guest;
use crate::model::install::Selinux;
use crate::model::install::system::Finish;
use crate::source::Span;

/// The services that SuSEfirewall2 lets in by the names the site has for them: those of services(5), over TCP.
const SERVICES: &[&str] = &[
    "ftp", "http", "https", "imap", "imaps", "ldap", "ldaps", "mysql", "nfs", "pop3", "pop3s",
    "rsyncd", "smtp", "ssh", "telnet",
];

/// The rules for one guest.
pub(super) struct AutoYast<'a> {
    pub(super) guest: &'a Guest,
    pub(super) sink: &'a mut Sink,
}

impl AutoYast<'_> {
    pub(super) fn check(&mut self) {
        self.source();
        self.finish();
        self.selinux();
        let (guest, sink) = (self.guest, &mut *self.sink);
        Suse { guest, sink }.check();
        self.firewall();
        if let Some(layout) = super::layout(self.guest) {
            self.layout(layout);
        }
    }

    fn cannot(&mut self, span: Span, what: &str, help: &str) {
        unsupported(self.guest, span, what, Some(help.to_owned()), self.sink);
    }

    /// Returns whether its installer is that of a SUSE Linux Enterprise older than `release`.
    fn is_before(&self, release: u32) -> bool {
        let generation = self.guest.os.generation;
        generation.is_some_and(|generation| generation < release)
    }

    /// The installer is told of the tree, and of the proxy to it, by kernel arguments.
    fn source(&mut self) {
        let help = "offer the tree by HTTP, FTP or NFS, name an `.iso`, or say where it is with `install=` in `extra_args`";
        hidden(self.guest, &["install="], help, self.sink);
        let guest = self.guest;
        let location = guest.virtinst.location.as_ref();
        let location = location.filter(|location| location.contains("://"));
        let proxy = guest.install.proxy.as_ref().map(|proxy| &proxy.url);
        let blank = |url: &str| url.contains(|c: char| c.is_whitespace() || c == '"');
        for url in location.into_iter().chain(proxy) {
            if blank(url.as_str()) {
                let what = "be told of a URL with blanks or quotes in it";
                let help = "write `%20` for a blank, and `%22` for a quote";
                self.cannot(url.span, what, help);
            }
        }
    }

    /// After its first stage it restarts the machine, or turns it off.
    fn finish(&mut self) {
        let finish = self.guest.install.finish.as_ref();
        if let Some(finish) = finish.filter(|finish| finish.value == Finish::Halt) {
            let what = "stop the machine without turning it off";
            self.cannot(finish.span, what, "write `poweroff` or `reboot`");
        }
    }

    /// Only Tumbleweed comes with a policy.
    fn selinux(&mut self) {
        let selinux = self.guest.install.selinux.as_ref();
        let asked = selinux.filter(|selinux| selinux.value != Selinux::Disabled);
        if let Some(selinux) = asked.filter(|_| self.is_before(16)) {
            let help = "leave `selinux` out, or set it up in a script";
            self.cannot(selinux.span, "set up SELinux", help);
        }
    }

    /// Before firewalld came, services were let in by their ports.
    fn firewall(&mut self) {
        let guest = self.guest;
        if !self.is_before(15) {
            return;
        }
        let services = guest.install.firewall.iter();
        let services = services.flat_map(|firewall| &firewall.services);
        for service in services.filter(|service| !SERVICES.contains(&service.as_str())) {
            let what = format!("let in the firewall service `{}` by name", service.value);
            let help = format!(
                "it knows {}; write the others as `ports`",
                SERVICES.join(", ")
            );
            self.cannot(service.span, &what, &help);
        }
    }
}
