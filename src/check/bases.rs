//! Base images and the guests that start from them: what a guest has in common with its base because it is that system.

use foldhash::{HashMap, HashMapExt as _};

use crate::diag::{Code, Diagnostic, Sink};
use crate::link::{CLOUD_INIT, Disk, Guest, Lab};
use crate::source::Span;

/// The installers whose install files end with what seals the system.
const SEALING: &[&str] = &[
    "kickstart",
    "preseed",
    "autoyast",
    "autoinstall",
    CLOUD_INIT,
];

pub(super) fn check(lab: &Lab, sink: &mut Sink) {
    let mut sealed: HashMap<&str, &Guest> = HashMap::new();
    let guests = lab.guests.iter().filter(|guest| guest.seal.is_some());
    sealed.extend(guests.map(|guest| (&*guest.name, guest)));
    for guest in &lab.guests {
        let installer = guest.installer();
        if let Some(seal) = guest.seal.filter(|_| !SEALING.contains(&installer)) {
            sink.about(Some(&guest.name));
            let message = format!(
                "the installer of {} ({installer}) cannot seal a guest yet",
                guest.os.name
            );
            let help = match guest.os.cloud_user {
                Some(_) => {
                    "start from a cloud image instead, with `virtinst: {image: …}`, or leave `seal` out"
                }
                None => "leave `seal` out, and install each guest by itself",
            };
            sink.push(Diagnostic::error(Code::UnsupportedKey, seal, message).help(help));
        }
        let base = guest.base.as_ref();
        let Some(base) = base.and_then(|base| sealed.get(&*base.name)) else {
            continue;
        };
        sink.about(Some(&guest.name));
        Pair { guest, base, sink }.check();
    }
    sink.about(None);
}

/// A guest and the base it starts from.
struct Pair<'a> {
    guest: &'a Guest,
    base: &'a Guest,
    sink: &'a mut Sink,
}

impl Pair<'_> {
    fn check(&mut self) {
        self.system();
        self.machine();
        self.size();
    }

    fn differs(&mut self, at: Span, message: String, other: Span, help: String) {
        let name = &self.base.name;
        self.sink.push(
            Diagnostic::error(Code::BaseImage, at, message)
                .also(other, format!("guest `{name}`, whose image it starts from"))
                .help(help),
        );
    }

    fn system(&mut self) {
        let (os, base) = (&self.guest.os.name, &self.base.os.name);
        if os != base {
            let message = format!("the image it starts from has {base}, not {os}");
            let help = format!("write `os: {base}` in guest `{}`", self.guest.name);
            self.differs(self.guest.os_span, message, self.base.os_span, help);
        }
    }

    /// What the boot loader was installed for, and what the kernel runs on.
    fn machine(&mut self) {
        let (own, base) = (&self.guest.virtinst, &self.base.virtinst);
        if let (Some(arch), Some(other)) = (&own.arch, &base.arch)
            && arch.value != other.value
        {
            self.clash((arch.span, &arch.value), (other.span, &other.value), "arch");
        }
        if let (Some(firmware), Some(other)) = (&own.firmware, &base.firmware)
            && firmware.value != other.value
        {
            let (own, base) = (firmware.value.as_str(), other.value.as_str());
            self.clash((firmware.span, own), (other.span, base), "firmware");
        }
    }

    /// Reports two values that must be the same, at the one that loads last: it is the one that was set against the other.
    fn clash(&mut self, own: (Span, &str), base: (Span, &str), key: &str) {
        let guest = &self.guest.name;
        let message = format!(
            "guest `{guest}` has `{key}: {}`, and guest `{}`, whose image it starts from, `{key}: {}`",
            own.1, self.base.name, base.1
        );
        let (at, other) = (own.0.max(base.0), own.0.min(base.0));
        self.sink.push(
            Diagnostic::error(Code::BaseImage, at, message)
                .also(other, "the other one")
                .help(format!(
                    "write `{key}: {}` in guest `{guest}` as well, best in a sysgroup of both",
                    base.1
                )),
        );
    }

    /// Of a smaller overlay QEMU cuts off the end.
    fn size(&mut self) {
        let own = |guest: &Guest| guest.disks.iter().position(|disk| !disk.shareable);
        let Some((disk, base)) = own(self.guest).zip(own(self.base)) else {
            return;
        };
        let (disk, base): (&Disk, &Disk) = (&self.guest.disks[disk], &self.base.disks[base]);
        if let (Some(size), Some(least)) = (disk.size, base.size)
            && size < least
        {
            let message = "the disk is smaller than the image it starts from".to_owned();
            let (at, other) = (disk.span, base.span);
            let help = "leave `size` out for that of the base, or write a larger one, which the root file system fills";
            self.differs(at, message, other, help.to_owned());
        }
    }
}
