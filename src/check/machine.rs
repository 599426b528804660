//! Machines that exist: an architecture, and hardware that libvirt and QEMU put together on it.
//!
//! What libvirt's validation says when a domain is defined or started (`qemu_validate.c`, `qemu_firmware.c`) is said
//! here before anything is built. What the guest's own system lacks a driver for is a warning.

use crate::diag::{Code, Diagnostic, Sink, nearest};
use crate::link::{Disk, Guest, Lab};
use crate::model::guest::{Bus, Firmware};
use crate::source::Span;

/// The architectures libvirt knows by these names (`virarch.c`) and QEMU has a machine for that an installer boots on.
const ARCHES: &[&str] = &[
    "aarch64",
    "armv6l",
    "armv7l",
    "i686",
    "loongarch64",
    "mips",
    "mips64",
    "mips64el",
    "mipsel",
    "ppc",
    "ppc64",
    "ppc64le",
    "riscv32",
    "riscv64",
    "s390x",
    "sparc",
    "sparc64",
    "x86_64",
];

/// Architectures by the names that others have for them.
const OTHER_NAMES: &[(&str, &str)] = &[
    ("amd64", "x86_64"),
    ("x64", "x86_64"),
    ("x86", "i686"),
    ("i386", "i686"),
    ("i486", "i686"),
    ("i586", "i686"),
    ("arm64", "aarch64"),
    ("armhf", "armv7l"),
    ("ppc64el", "ppc64le"),
];

const X86: &[&str] = &["x86_64", "i686"];

/// Machine types by how their names begin, and the architectures they are of; the usual type of each comes first.
const MACHINES: &[(&str, &[&str])] = &[
    ("q35", X86),
    ("pc", X86),
    ("isapc", X86),
    ("microvm", X86),
    ("rhel", X86),
    ("xenfv", X86),
    (
        "virt",
        &["aarch64", "armv7l", "riscv32", "riscv64", "loongarch64"],
    ),
    ("pseries", &["ppc64", "ppc64le"]),
    ("s390-ccw-virtio", &["s390x"]),
];

/// Architectures whose `virt` machines start by UEFI, and have no BIOS.
const UEFI_ONLY: &[&str] = &["aarch64", "armv7l", "loongarch64", "riscv64"];

/// The most CPUs that interrupts reach without an IOMMU: an APIC's number has eight bits.
const MOST_CPUS: u32 = 255;

/// The most disks on the one IDE controller of machine `pc`.
const MOST_IDE: usize = 4;

pub(super) fn check(lab: &Lab, sink: &mut Sink) {
    for guest in &lab.guests {
        sink.about(Some(&guest.name));
        Machine {
            guest,
            arch: guest
                .virtinst
                .arch
                .as_ref()
                .map_or("x86_64", |arch| arch.as_str()),
            sink,
        }
        .check();
    }
    sink.about(None);
}

/// The rules for one guest.
struct Machine<'a> {
    guest: &'a Guest,
    arch: &'a str,
    sink: &'a mut Sink,
}

/// A value and what to say of it where it is not the first place.
type Place<'a> = (Span, &'a str);

impl Machine<'_> {
    fn check(&mut self) {
        self.cpus();
        if !self.architecture() || !self.machine() {
            // What is built on these would only be reported for them.
            return;
        }
        self.firmware();
        self.tpm();
        self.ide();
        self.virtio();
    }

    /// Reports two values that do not go together, at the one that loads last: it is the one that was set against the
    /// other.
    fn clash(&mut self, code: Code, one: Place<'_>, other: Place<'_>, message: String, help: &str) {
        let (at, also) = if one.0 > other.0 {
            (one, other)
        } else {
            (other, one)
        };
        self.sink.push(
            Diagnostic::error(code, at.0, message)
                .also(also.0, also.1)
                .help(help),
        );
    }

    fn place(&self) -> Span {
        let arch = self.guest.virtinst.arch.as_ref();
        arch.map_or(self.guest.defined, |arch| arch.span)
    }

    fn is_x86(&self) -> bool {
        X86.contains(&self.arch)
    }

    /// Returns whether the machine is one of Q35's generation.
    fn is_q35(&self) -> bool {
        let machine = self.guest.virtinst.machine.as_ref();
        machine.is_some_and(|machine| machine.as_str() == "q35" || machine.starts_with("pc-q35-"))
    }

    fn cpus(&mut self) {
        let virtinst = &self.guest.virtinst;
        let Some(vcpus) = &virtinst.vcpus else { return };
        if vcpus.value == 0 {
            let message = "a guest needs at least one CPU";
            self.sink.push(
                Diagnostic::error(Code::InvalidValue, vcpus.span, message).help("write `vcpus: 1`"),
            );
        }
        let iommu = virtinst
            .options
            .iter()
            .any(|option| option.as_str().contains("iommu"));
        if vcpus.value > MOST_CPUS && self.is_x86() && !(iommu && self.is_q35()) {
            let message = format!(
                "{} CPUs are more than the {MOST_CPUS} a machine has without an IOMMU",
                vcpus.value
            );
            let help = r#"on q35, write `options: ["--iommu", "model=intel,driver.intremap=on,driver.eim=on"]` in `virtinst`"#;
            self.sink
                .push(Diagnostic::error(Code::ImpossibleHardware, vcpus.span, message).help(help));
        }
    }

    /// Returns whether the architecture exists and the system is made for it.
    fn architecture(&mut self) -> bool {
        let Some(arch) = &self.guest.virtinst.arch else {
            return true;
        };
        let os = &self.guest.os;
        if !ARCHES.contains(&arch.as_str()) {
            let message = format!("libvirt knows no architecture `{}`", arch.value);
            let mut fault = Diagnostic::error(Code::UnknownArch, arch.span, message);
            let other = OTHER_NAMES.iter().find(|(name, _)| *name == arch.as_str());
            fault = match other {
                Some((_, name)) => fault.help(format!("its name for it is `{name}`")),
                None => fault.suggest(arch.as_str(), ARCHES.iter().copied()),
            };
            self.sink.push(fault);
            return false;
        }
        if !os.arches.is_empty() && !os.arches.iter().any(|made| made == arch.as_str()) {
            let message = format!("{} is not made for `{}`", os.name, arch.value);
            let help = format!(
                "it is made for {}; `arches` in os.d says so of a system of the site's own",
                os.arches.join(", ")
            );
            self.sink
                .push(Diagnostic::error(Code::UnknownArch, arch.span, message).help(help));
            return false;
        }
        true
    }

    /// Returns whether the architecture may have the machine.
    fn machine(&mut self) -> bool {
        let Some(machine) = &self.guest.virtinst.machine else {
            return true;
        };
        let family = MACHINES.iter().find(|(family, _)| {
            let rest = machine.strip_prefix(family);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('-') || *family == "rhel")
        });
        let usual = || {
            MACHINES
                .iter()
                .filter(|(_, arches)| arches.contains(&self.arch))
        };
        match family {
            Some((_, arches)) if !arches.contains(&self.arch) => {
                let message = format!("`{}` is no machine of {}", machine.value, self.arch);
                let help = match usual().next() {
                    Some((own, _)) if UEFI_ONLY.contains(&self.arch) => {
                        format!("write `machine: {own}` and `firmware: uefi`")
                    }
                    Some((own, _)) => format!("write `machine: {own}`"),
                    None => "`virsh capabilities` lists the machines of an architecture".to_owned(),
                };
                let arch = (self.place(), "the architecture");
                let machine = (machine.span, "the machine");
                self.clash(Code::UnknownMachine, machine, arch, message, &help);
                false
            }
            // There are boards by the hundred for the others.
            None if self.is_x86() => {
                let message = format!("QEMU has no machine `{}` for {}", machine.value, self.arch);
                let near = nearest(machine.as_str(), usual().map(|(family, _)| *family));
                let help = match near {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => "write `q35` or `pc`, or one of them of a certain version, as in `pc-q35-9.2`".to_owned(),
                };
                let machine = machine.span;
                self.sink
                    .push(Diagnostic::warning(Code::UnknownMachine, machine, message).help(help));
                false
            }
            _ => true,
        }
    }

    fn firmware(&mut self) {
        let virtinst = &self.guest.virtinst;
        let Some(firmware) = &virtinst.firmware else {
            return;
        };
        let place = (firmware.span, "the firmware");
        let arch = (self.place(), "the architecture");
        let uefi = firmware.value == Firmware::Uefi;
        let only = UEFI_ONLY.contains(&self.arch);
        if !uefi && only {
            let message = format!("machines of {} have no BIOS", self.arch);
            self.clash(
                Code::ImpossibleHardware,
                place,
                arch,
                message,
                "write `firmware: uefi`",
            );
            return;
        }
        if uefi && !only && !self.is_x86() {
            let message = format!("machines of {} have no UEFI", self.arch);
            let help = "leave `firmware` out: they have a firmware of their own";
            self.clash(Code::ImpossibleHardware, place, arch, message, help);
            return;
        }
        let Some(secure) = virtinst.secure_boot.as_ref().filter(|secure| secure.value) else {
            return;
        };
        // No hardware helps a system whose boot loader nobody signed, which is reported of its installer.
        if self
            .guest
            .os
            .generation
            .is_some_and(|generation| generation < 7)
        {
            return;
        }
        let secure = (secure.span, "secure boot");
        if !uefi {
            let message = "secure boot is a matter of UEFI".to_owned();
            self.clash(
                Code::ImpossibleHardware,
                secure,
                place,
                message,
                "write `firmware: uefi`",
            );
        } else if self.arch != "x86_64" {
            let message = format!("libvirt has no secure boot on {}", self.arch);
            self.clash(
                Code::ImpossibleHardware,
                secure,
                arch,
                message,
                "leave `secure_boot` out",
            );
        } else if let Some(machine) = virtinst.machine.as_ref().filter(|_| !self.is_q35()) {
            // It guards its variables in system management mode, which i440FX has not.
            let message = format!("machine `{}` has no secure boot", machine.value);
            let machine = (machine.span, "the machine");
            self.clash(
                Code::ImpossibleHardware,
                secure,
                machine,
                message,
                "write `machine: q35`",
            );
        }
    }

    /// TPM 2.0 came to RHEL with 7; s390x has cryptographic processors of its own.
    fn tpm(&mut self) {
        let Some(tpm) = self.guest.virtinst.tpm.as_ref().filter(|tpm| tpm.value) else {
            return;
        };
        let os = &self.guest.os;
        if self.arch == "s390x" {
            let message = "machines of s390x have no TPM".to_owned();
            let (tpm, arch) = ((tpm.span, "the TPM"), (self.place(), "the architecture"));
            self.clash(
                Code::ImpossibleHardware,
                tpm,
                arch,
                message,
                "leave `tpm` out",
            );
        } else if os.generation.is_some_and(|generation| generation < 7) {
            let message = format!("{} has no driver for a TPM 2.0", os.name);
            self.sink.push(
                Diagnostic::warning(Code::MissingDriver, tpm.span, message).help("leave `tpm` out"),
            );
        }
    }

    fn ide(&mut self) {
        let mut disks = self.guest.disks.iter().filter(|disk| disk.bus == Bus::Ide);
        let Some(first) = disks.next() else { return };
        let Some(machine) = &self.guest.virtinst.machine else {
            return;
        };
        if !self.is_x86() || self.is_q35() || machine.as_str() == "microvm" {
            let message = format!("machine `{}` has no IDE", machine.value);
            let help = if self.is_x86() {
                "write `bus: sata`"
            } else {
                "write `bus: scsi`"
            };
            let (disk, machine) = ((first.span, "the disk"), (machine.span, "the machine"));
            self.clash(Code::ImpossibleHardware, disk, machine, message, help);
        } else if let Some(more) = disks.nth(MOST_IDE - 1) {
            let message = format!(
                "machine `{}` has room for {MOST_IDE} IDE disks",
                machine.value
            );
            self.sink.push(
                Diagnostic::error(Code::ImpossibleHardware, more.span, message)
                    .also(machine.span, "the machine")
                    .help("write `bus: sata` or `bus: virtio` for the others"),
            );
        }
    }

    /// On PCI Express, which is all of Q35, QEMU's virtio devices are of version 1; the drivers of RHEL 6 and before
    /// know the draft (virtio 1.3, section 7.4).
    fn virtio(&mut self) {
        let os = &self.guest.os;
        let old = os.generation.is_some_and(|generation| generation < 7);
        let machine = self.guest.virtinst.machine.as_ref();
        let Some(machine) = machine.filter(|_| old && self.is_q35()) else {
            return;
        };
        let on_virtio = |disk: &&Disk| matches!(disk.bus, Bus::Virtio | Bus::Scsi);
        let disk = self
            .guest
            .disks
            .iter()
            .find(on_virtio)
            .map(|disk| disk.span);
        let mut nics = self.guest.interfaces.iter();
        let nic = nics
            .find(|nic| nic.model.as_str() == "virtio")
            .map(|nic| nic.span);
        if let Some(device) = disk.or(nic) {
            let message = format!(
                "{} has no driver for virtio on a `{}`",
                os.name, machine.value
            );
            self.sink.push(
                Diagnostic::warning(Code::MissingDriver, machine.span, message)
                    .also(device, "this device is virtio")
                    .help("leave `machine` out, or write `machine: pc`"),
            );
        }
    }
}
