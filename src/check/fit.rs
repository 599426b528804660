//! Guests fit what their operating system needs.

use crate::diag::{Code, Diagnostic, Sink};
use crate::link::{Guest, Lab};
use crate::model::guest::Firmware;

pub(super) fn check(lab: &Lab, sink: &mut Sink) {
    for guest in &lab.guests {
        memory(guest, sink);
        hardware(guest, sink);
        disk(guest, sink);
    }
}

fn memory(guest: &Guest, sink: &mut Sink) {
    let (Some(ram), Some(least)) = (&guest.virtinst.ram, guest.os.min_ram) else {
        return;
    };
    if ram.value < least {
        let message = format!(
            "{} MiB are too little for the installer of {}",
            ram.mib(),
            guest.os.name
        );
        let help = format!("it needs {} MiB", least.mib());
        sink.push(Diagnostic::warning(Code::TooLittleMemory, ram.span, message).help(help));
    }
}

fn hardware(guest: &Guest, sink: &mut Sink) {
    let virtinst = &guest.virtinst;
    if let Some(vcpus) = virtinst.vcpus.as_ref().filter(|vcpus| vcpus.value == 0) {
        sink.push(Diagnostic::error(
            Code::InvalidValue,
            vcpus.span,
            "a guest needs at least one CPU",
        ));
    }
    let secure = virtinst.secure_boot.as_ref().filter(|secure| secure.value);
    if let Some(secure) = secure.filter(|_| virtinst.firmware != Some(Firmware::Uefi)) {
        let message = "secure boot is a matter of UEFI";
        sink.push(
            Diagnostic::error(Code::ConflictingKeys, secure.span, message)
                .help("write `firmware: uefi`"),
        );
    }
}

fn disk(guest: &Guest, sink: &mut Sink) {
    let Some(disk) = guest.disks.iter().find(|disk| !disk.shareable) else {
        return;
    };
    let (Some(size), Some(least)) = (disk.size, guest.os.min_disk) else {
        return;
    };
    if size < least {
        let message = format!("a disk of {size} is too small to install {}", guest.os.name);
        let help = format!("it needs {least}");
        sink.push(Diagnostic::warning(Code::DiskTooSmall, disk.span, message).help(help));
    }
}
