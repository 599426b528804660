//! Guests fit what their operating system needs.

use crate::diag::{Code, Diagnostic, Sink};
use crate::link::{Guest, Lab};
use crate::model::guest::Firmware;

pub(super) fn check(lab: &Lab, sink: &mut Sink) {
    for guest in &lab.guests {
        sink.about(Some(&guest.name));
        memory(guest, sink);
        hardware(guest, sink);
        disk(guest, sink);
    }
    sink.about(None);
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
    processor(guest, sink);
    let secure = virtinst.secure_boot.as_ref().filter(|secure| secure.value);
    let uefi = virtinst
        .firmware
        .as_ref()
        .is_some_and(|firmware| firmware.value == Firmware::Uefi);
    if let Some(secure) = secure.filter(|_| !uefi) {
        let message = "secure boot is a matter of UEFI";
        sink.push(
            Diagnostic::error(Code::ConflictingKeys, secure.span, message)
                .help("write `firmware: uefi`"),
        );
    }
}

/// QEMU's models of processors below level 2 and 3 of x86-64 (qemu-cpu-models(7)).
const LEVEL_1: &[&str] = &[
    "486",
    "athlon",
    "Conroe",
    "core2duo",
    "coreduo",
    "kvm32",
    "kvm64",
    "n270",
    "Opteron_G1",
    "Opteron_G2",
    "Opteron_G3",
    "Penryn",
    "pentium",
    "pentium2",
    "pentium3",
    "phenom",
    "qemu32",
    "qemu64",
];
const LEVEL_2: &[&str] = &[
    "IvyBridge",
    "Nehalem",
    "Opteron_G4",
    "Opteron_G5",
    "SandyBridge",
    "Westmere",
];

/// Reports a named processor that the guest's programs do not run on.
fn processor(guest: &Guest, sink: &mut Sink) {
    let (Some(cpu), Some(level)) = (&guest.virtinst.cpu, guest.os.cpu_level) else {
        return;
    };
    let model = cpu
        .trim_end_matches("-IBRS")
        .trim_end_matches("-v1")
        .trim_end_matches("-v2");
    let has = if LEVEL_1.contains(&model) {
        1
    } else if LEVEL_2.contains(&model) {
        2
    } else {
        return;
    };
    if has < level
        && guest
            .virtinst
            .arch
            .as_ref()
            .is_none_or(|arch| arch.as_str() == "x86_64")
    {
        let message = format!(
            "{} needs x86-64-v{level}, and `{}` is x86-64-v{has}",
            guest.os.name, cpu.value
        );
        let help = "write `cpu: host-model`, or a newer model such as EPYC or Haswell";
        sink.push(Diagnostic::warning(Code::ProcessorTooOld, cpu.span, message).help(help));
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
