//! Guests fit what their operating system needs, and together what the host has.

use crate::diag::{Code, Diagnostic, Sink};
use crate::link::{Guest, Lab};
use crate::model::size::Memory;
use crate::model::text::Line;
use crate::source::{Span, Spanned};

pub(super) fn check(lab: &Lab, sink: &mut Sink) {
    for guest in &lab.guests {
        sink.about(Some(&guest.name));
        memory(guest, sink);
        disk(guest, sink);
    }
    sink.about(None);
    host_memory(lab, sink);
    host_cpus(lab, sink);
}

/// Over HTTP and FTP the installer's system is copied into memory before it starts; from a medium and by NFS it is
/// mounted (dracut.cmdline of anaconda, `inst.stage2`; the figures are those of Red Hat's installation guides). What it
/// takes then depends on the tree, and often less will do: a note.
fn memory(guest: &Guest, sink: &mut Sink) {
    let Some(ram) = &guest.virtinst.ram else {
        return;
    };
    let fetched = |location: &&Spanned<Line>| {
        let schemes = ["http://", "https://", "ftp://"];
        schemes.iter().any(|scheme| location.starts_with(scheme)) && !location.ends_with(".iso")
    };
    let location = guest.virtinst.location.as_ref().filter(fetched);
    let least = |memory: Option<Memory>| memory.filter(|least| ram.value < *least);
    let fetching = location.zip(least(guest.os.min_ram_network));
    let (mib, name) = (ram.mib(), &guest.os.name);
    let fault = if least(guest.os.min_ram).is_some() {
        let message = format!("{mib} MiB are too little for the installer of {name}");
        Diagnostic::warning(Code::TooLittleMemory, ram.span, message)
    } else {
        let message = format!("{mib} MiB may be too little to install {name} over the network");
        Diagnostic::note(Code::TooLittleMemory, ram.span, message)
    };
    let most = fetching.map(|(_, least)| least);
    let Some(least) = most.or(least(guest.os.min_ram)) else {
        return;
    };
    let help = format!("it needs {} MiB: write `ram: {}`", least.mib(), least.mib());
    sink.push(
        fetching
            .into_iter()
            .fold(fault.help(help), |fault, (location, _)| {
                fault.also(
                    location.span,
                    "the installer is fetched into memory from here",
                )
            }),
    );
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
        let help = format!("it needs {least}: write `size: {least}`");
        sink.push(Diagnostic::warning(Code::DiskTooSmall, disk.span, message).help(help));
    }
}

/// The memory of guests that run is gone, so what the site says there is of it is a limit: an error.
fn host_memory(lab: &Lab, sink: &mut Sink) {
    let Some(limit) = &lab.host.memory else {
        return;
    };
    let each = |guest| Some((guest, ram(guest)?));
    let guests: Vec<(&Guest, &Spanned<Memory>)> = lab.guests.iter().filter_map(each).collect();
    let mut alone = guests
        .iter()
        .filter(|(_, ram)| ram.value > limit.value)
        .peekable();
    // A guest that is too large by itself is the cause of what the sum would say.
    if alone.peek().is_some() {
        for (guest, ram) in alone {
            let message = format!(
                "guest `{}` has {} MiB of memory, and the lab may use {} MiB",
                guest.name,
                ram.mib(),
                limit.mib()
            );
            sink.push(
                Diagnostic::error(Code::HostTooSmall, ram.span, message)
                    .also(limit.span, "the host's")
                    .help("give the guest less, or the lab more"),
            );
        }
        return;
    }
    let sum: u64 = guests.iter().map(|(_, ram)| ram.mib()).sum();
    if sum > limit.mib() {
        let message = format!(
            "the guests have {sum} MiB of memory together, and the lab may use {} MiB",
            limit.mib()
        );
        let largest = guests.iter().rev().max_by_key(|(_, ram)| ram.value);
        let fault = Diagnostic::error(Code::HostTooSmall, limit.span, message)
            .help(format!("write `memory: {sum}`, or give the guests less"));
        sink.push(largest_of(
            fault,
            largest.map(|(guest, ram)| (*guest, ram.span)),
        ));
    }
}

/// A host shares its processors out by time, so more CPUs than it has are usual and slow: a warning.
fn host_cpus(lab: &Lab, sink: &mut Sink) {
    let Some(limit) = &lab.host.vcpus else { return };
    let each = |guest| Some((guest, vcpus(guest)?));
    let guests: Vec<(&Guest, &Spanned<u32>)> = lab.guests.iter().filter_map(each).collect();
    let mut alone = guests
        .iter()
        .filter(|(_, vcpus)| vcpus.value > limit.value)
        .peekable();
    if alone.peek().is_some() {
        for (guest, vcpus) in alone {
            let message = format!(
                "guest `{}` has {} CPUs, and the lab may use {}",
                guest.name, vcpus.value, limit.value
            );
            sink.push(
                Diagnostic::warning(Code::HostTooSmall, vcpus.span, message)
                    .also(limit.span, "the host's")
                    .help(
                        "a guest with more CPUs than its host is slower, not faster: give it fewer",
                    ),
            );
        }
        return;
    }
    let sum: u64 = guests.iter().map(|(_, vcpus)| u64::from(vcpus.value)).sum();
    if sum > u64::from(limit.value) {
        let message = format!(
            "the guests have {sum} CPUs together, and the lab may use {}",
            limit.value
        );
        let largest = guests.iter().rev().max_by_key(|(_, vcpus)| vcpus.value);
        let fault = Diagnostic::warning(Code::HostTooSmall, limit.span, message).help(format!(
            "write `vcpus: {sum}` if they may share, or give the guests fewer"
        ));
        sink.push(largest_of(
            fault,
            largest.map(|(guest, vcpus)| (*guest, vcpus.span)),
        ));
    }
}

fn ram(guest: &Guest) -> Option<&Spanned<Memory>> {
    guest.virtinst.ram.as_ref()
}

fn vcpus(guest: &Guest) -> Option<&Spanned<u32>> {
    guest.virtinst.vcpus.as_ref()
}

/// Points at what takes most.
fn largest_of(fault: Diagnostic, largest: Option<(&Guest, Span)>) -> Diagnostic {
    match largest {
        Some((guest, span)) => fault.also(span, format!("`{}` has most", guest.name)),
        None => fault,
    }
}
