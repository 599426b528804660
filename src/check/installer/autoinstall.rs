//! What subiquity, the installer of Ubuntu's live media, cannot express, by its answers or by the script it runs in the new
//! system.
//!
//! The sources are its reference of autoinstall, and curtin's of storage. Layouts are in [`layout`], what no Debian can be
//! told in [`super::debian`].

mod layout;

use super::debian::Debian;
use super::location::hidden;
use super::unsupported;
use crate::diag::{Code, Diagnostic, Sink};
use crate::link::Guest;
use crate::model::install::system::Finish;
use crate::model::words::is_debian_package;
use crate::source::Span;

/// The name cloud-init looks for, which hands the answers over.
const ANSWERS: &str = "user-data";

/// The architectures whose media have the kernel where the table says.
const ARCHES: &[&str] = &["x86_64", "aarch64", "riscv64"];

/// The kernel arguments that say where the medium is, when it is not in a drive (casper(7)).
const MEDIA: &[&str] = &["url=", "nfsroot="];

/// How the places of trees begin that a guest can reach.
const REMOTE: &[&str] = &["http://", "https://", "ftp://", "nfs:"];

/// The rules for one guest.
pub(super) struct Autoinstall<'a> {
    pub(super) guest: &'a Guest,
    pub(super) sink: &'a mut Sink,
}

impl Autoinstall<'_> {
    pub(super) fn check(&mut self) {
        self.answers();
        self.source();
        self.finish();
        let (guest, sink) = (self.guest, &mut *self.sink);
        Debian { guest, sink }.check();
        self.packages();
        if let Some(layout) = super::layout(self.guest) {
            self.layout(layout);
        }
    }

    fn cannot(&mut self, span: Span, what: &str, help: &str) {
        unsupported(self.guest, span, what, Some(help.to_owned()), self.sink);
    }

    fn answers(&mut self) {
        let own = self.guest.templates.get("autoinst");
        let dst = own.and_then(|own| own.dst.as_ref());
        if let Some(dst) = dst.filter(|dst| dst.as_str() != ANSWERS) {
            let what = format!("find its answers in `{}`", dst.value);
            let help = format!("leave `dst` out: the file is called `{ANSWERS}`");
            self.cannot(dst.span, &what, &help);
        }
    }

    /// The installer is on its medium: a tree has only the kernel and what mounts that.
    fn source(&mut self) {
        let help = "name the medium's `.iso`, or say where the guest finds it in `extra_args`, as in `ip=dhcp url=http://10.0.0.1/ubuntu.iso`";
        hidden(self.guest, MEDIA, help, self.sink);
        let virtinst = &self.guest.virtinst;
        let arch = virtinst.arch.as_ref();
        if let Some(arch) = arch.filter(|arch| !ARCHES.contains(&arch.as_str()))
            && !virtinst.pxe.as_ref().is_some_and(|pxe| pxe.value)
        {
            let what = format!(
                "be booted from its medium on {} by this version",
                arch.value
            );
            let help = "boot it over the network with `pxe: true`, or start from a cloud image";
            self.cannot(arch.span, &what, help);
        }
        let Some(location) = &virtinst.location else {
            return;
        };
        let mut args = virtinst
            .extra_args
            .iter()
            .flat_map(|args| args.split_whitespace());
        let told = args.any(|arg| MEDIA.iter().any(|key| arg.contains(key)));
        let remote = REMOTE.iter().any(|scheme| location.starts_with(scheme));
        if remote && !location.ends_with(".iso") && !told {
            let message = format!(
                "the installer of guest `{}` does not know where its medium is",
                self.guest.name
            );
            self.sink
                .push(Diagnostic::warning(Code::MissingSource, location.span, message).help(help));
        }
    }

    /// It restarts the machine, or turns it off.
    fn finish(&mut self) {
        let finish = self.guest.install.finish.as_ref();
        if let Some(finish) = finish.filter(|finish| finish.value == Finish::Halt) {
            let what = "stop the machine without turning it off";
            self.cannot(finish.span, what, "write `poweroff` or `reboot`");
        }
    }

    /// A group is a task of the archive, which apt knows by the packages that are in it.
    fn packages(&mut self) {
        let guest = self.guest;
        for package in &guest.install.packages {
            let (removed, name) = match package.strip_prefix('-') {
                Some(name) => (true, name),
                None => (false, package.as_str()),
            };
            let Some(task) = name.strip_prefix('@') else {
                continue;
            };
            if removed {
                let what = format!("leave out the task `{task}`");
                self.cannot(package.span, &what, "name packages, as in `-nano`");
            } else if !is_debian_package(task) {
                let what = format!("find a task `{task}`");
                let help =
                    "tasks are called as `apt-cache dumpavail` shows them, as in `@lamp-server`";
                self.cannot(package.span, &what, help);
            }
        }
    }
}
