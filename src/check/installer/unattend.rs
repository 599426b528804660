//! What Windows Setup cannot be told, by its answer file or by the script that runs when Windows is there.
//!
//! The source is Microsoft's "Unattended Windows Setup Reference". What is installed on is in [`disks`], and what the
//! system is told of people, names and networks in [`system`].

mod disks;
mod system;

use super::unsupported;
use crate::diag::{Code, Diagnostic, Sink};
use crate::link::Guest;
use crate::model::install::When;
use crate::model::install::system::Finish;
use crate::model::text::Line;
use crate::source::{Span, Spanned};

/// Setup looks for its answers in a file of this name.
const ANSWERS: &str = "autounattend.xml";

/// No medium with drivers.
const NONE: &str = "none";

/// Reports what is only said of media that Windows is installed from.
pub(super) fn misplaced(guest: &Guest, sink: &mut Sink) {
    let virtinst = &guest.virtinst;
    for (key, value) in [
        ("drivers", &virtinst.drivers),
        ("edition", &virtinst.edition),
        ("product_key", &virtinst.product_key),
    ] {
        if let Some(value) = value {
            let what = format!("be told of `{key}`");
            let help = format!("leave `{key}` out: it is about media with Windows");
            unsupported(guest, value.span, &what, Some(help), sink);
        }
    }
}

/// The rules for one guest.
pub(super) struct Unattend<'a> {
    pub(super) guest: &'a Guest,
    pub(super) sink: &'a mut Sink,
}

impl Unattend<'_> {
    pub(super) fn check(&mut self) {
        self.name();
        self.source();
        self.machine();
        self.finish();
        self.scripts();
        self.files();
        self.disks();
        self.system();
    }

    fn cannot(&mut self, span: Span, what: &str, help: &str) {
        unsupported(self.guest, span, what, Some(help.to_owned()), self.sink);
    }

    fn name(&mut self) {
        let own = self.guest.templates.get("autoinst");
        let dst = own.and_then(|own| own.dst.as_ref());
        if let Some(dst) = dst.filter(|dst| dst.as_str() != ANSWERS) {
            let what = format!("find its answers in `{}`", dst.value);
            let help = format!("leave `dst` out: the file is called `{ANSWERS}`");
            self.cannot(dst.span, &what, &help);
        }
    }

    /// It starts from a medium in the host's files, which is shown to the machine as it is.
    fn source(&mut self) {
        let guest = self.guest;
        let virtinst = &guest.virtinst;
        let pxe = virtinst.pxe.as_ref().filter(|pxe| pxe.value);
        let help = "write `cdrom`, the absolute path of its medium on the host";
        if let Some(location) = &virtinst.location {
            self.cannot(location.span, "be started from an install tree", help);
        }
        if let Some(pxe) = pxe {
            self.cannot(pxe.span, "be started from the network", help);
        }
        let drivers = virtinst.drivers.as_ref();
        let drivers = drivers.filter(|drivers| drivers.as_str() != NONE);
        for medium in virtinst.cdrom.iter().chain(drivers) {
            if !medium.starts_with('/') {
                let what = format!("be shown the medium `{}`", medium.value);
                self.cannot(medium.span, &what, "write its absolute path on the host");
            }
        }
        let args = virtinst.extra_args.as_ref();
        if args.is_some_and(|args| !args.trim().is_empty()) {
            let at = virtinst.cdrom.as_ref().map_or(guest.os_span, |it| it.span);
            let help = "leave `virtinst.extra_args` out";
            self.cannot(at, "take `extra_args`: no kernel of Linux is started", help);
        }
        if virtinst
            .edition
            .as_ref()
            .is_some_and(|it| it.trim().is_empty())
        {
            let at = virtinst
                .edition
                .as_ref()
                .map_or(guest.os_span, |it| it.span);
            let help = "write the number or the name of a system on the medium: `wiminfo sources/install.wim` lists them";
            let message = "`edition` is empty";
            self.sink
                .push(Diagnostic::error(Code::InvalidValue, at, message).help(help));
        }
        if virtinst
            .product_key
            .as_ref()
            .is_some_and(|key| !is_product_key(key))
        {
            let at = virtinst
                .product_key
                .as_ref()
                .map_or(guest.os_span, |it| it.span);
            let help = "write five groups of five letters and digits with hyphens between them";
            let message = "this is no product key of Windows";
            self.sink
                .push(Diagnostic::error(Code::InvalidValue, at, message).help(help));
        }
    }

    /// Windows 11 looks for what its requirements name, and stops without.
    fn machine(&mut self) {
        let guest = self.guest;
        let virtinst = &guest.virtinst;
        if guest.os.version != "11" {
            return;
        }
        for (key, value) in [
            ("tpm", &virtinst.tpm),
            ("secure_boot", &virtinst.secure_boot),
        ] {
            if let Some(value) = value.as_ref().filter(|value| !value.value) {
                let what = format!("do without `{key}`");
                self.cannot(
                    value.span,
                    &what,
                    &format!("write `{key}: true`, or leave it out"),
                );
            }
        }
    }

    /// Its restarts are a part of the install, so one more would tell nobody that it is over.
    fn finish(&mut self) {
        let finish = self.guest.install.finish.as_ref();
        let Some(finish) = finish.filter(|finish| finish.value != Finish::Poweroff) else {
            return;
        };
        let what = match finish.value {
            Finish::Reboot => "say by a restart that it is done: it restarts more than once",
            _ => "stop the machine without turning it off",
        };
        self.cannot(finish.span, what, "write `poweroff`");
    }

    /// Scripts are PowerShell's, in the new system.
    fn scripts(&mut self) {
        let guest = self.guest;
        for script in &guest.install.scripts {
            if matches!(script.when.value, When::Pre | When::PostNochroot) {
                let what = format!("run a script at `{}`", script.when.value.as_str());
                self.cannot(
                    script.when.span,
                    &what,
                    "write `when: post`, or `firstboot`",
                );
            }
            if let Some(interpreter) = &script.interpreter {
                let what = format!("run a script by `{}`", interpreter.as_str());
                let help =
                    "leave `interpreter` out: scripts are PowerShell's, which can call others";
                self.cannot(script.span, &what, help);
            }
        }
    }

    /// Files get the rights of the directory they are in.
    fn files(&mut self) {
        let guest = self.guest;
        for file in &guest.files.setup_data {
            if file.mode.is_some() || file.owner.is_some() || file.group.is_some() {
                let what = "give a file a `mode`, an `owner` or a `group`";
                self.cannot(
                    file.span,
                    what,
                    "leave them out, and call `icacls` in a script",
                );
            }
            if let Some(dst) = &file.dst
                && let Some(bad) = dst.as_str().chars().find(|c| "<>:\"|?*\\".contains(*c))
            {
                let what = format!("make a file with `{bad}` in its path");
                let help = "write a path below `C:\\`, with `/` between its parts: `/Tools/x.txt`";
                self.cannot(dst.span, &what, help);
            }
        }
    }
}

/// Five groups of five letters and digits.
fn is_product_key(key: &Spanned<Line>) -> bool {
    let groups: Vec<&str> = key.as_str().split('-').collect();
    let whole = |group: &&str| group.len() == 5 && group.bytes().all(|b| b.is_ascii_alphanumeric());
    groups.len() == 5 && groups.iter().all(whole)
}
