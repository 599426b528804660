//! Guests fit what their operating system needs, and together what the host has.

use crate::diag::{Code, Diagnostic, Sink};
use crate::link::{Guest, Lab};
use crate::model::host::Host;
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
    let shared = [host_memory(&lab.host), host_cpus(&lab.host)];
    for resource in shared.into_iter().flatten() {
        resource.check(lab, sink);
    }
}

/// What counts is the installer, and a cloud image needs none. Over HTTP and FTP the installer's system is copied into
/// memory before it starts; from a medium and by NFS it is mounted (dracut.cmdline of anaconda, `inst.stage2`; the
/// figures are those of Red Hat's installation guides). What it takes then depends on the tree, and often less will do:
/// a note.
fn memory(guest: &Guest, sink: &mut Sink) {
    let Some(ram) = guest
        .virtinst
        .ram
        .as_ref()
        .filter(|_| guest.virtinst.image.is_none())
    else {
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
fn host_memory(host: &Host) -> Option<Resource> {
    let limit = host.memory.as_ref()?;
    Some(Resource {
        limit: (limit.mib(), limit.span),
        share: |guest| guest.virtinst.ram.as_ref().map(|ram| (ram.mib(), ram.span)),
        unit: " MiB",
        what: " MiB of memory",
        fault: Diagnostic::error,
        alone: "give the guest less, or the lab more",
        together: |sum| format!("write `memory: {sum}`, or give the guests less"),
    })
}

/// A host shares its processors out by time, so more CPUs than it has are usual and slow: a warning.
fn host_cpus(host: &Host) -> Option<Resource> {
    let limit = host.vcpus.as_ref()?;
    Some(Resource {
        limit: (u64::from(limit.value), limit.span),
        share: |guest| {
            let vcpus = guest.virtinst.vcpus.as_ref()?;
            Some((u64::from(vcpus.value), vcpus.span))
        },
        unit: "",
        what: " CPUs",
        fault: Diagnostic::warning,
        alone: "a guest with more CPUs than its host is slower, not faster: give it fewer",
        together: |sum| format!("write `vcpus: {sum}` if they may share, or give the guests fewer"),
    })
}

/// Something of the host's that its guests share, in numbers of one unit.
struct Resource {
    /// How much of it the lab may use, and where that is said.
    limit: (u64, Span),
    /// How much of it a guest has, and where that is said.
    share: fn(&Guest) -> Option<(u64, Span)>,
    /// What follows the limit in messages.
    unit: &'static str,
    /// What follows the numbers of guests.
    what: &'static str,
    /// Makes the diagnostic, of the severity that too much of it has.
    fault: fn(Code, Span, String) -> Diagnostic,
    /// What to do about a guest that has too much by itself.
    alone: &'static str,
    /// What to do about guests that have too much together.
    together: fn(u64) -> String,
}

impl Resource {
    /// Reports guests that have more than there is: each by itself, or else all together.
    fn check(&self, lab: &Lab, sink: &mut Sink) {
        let Self { unit, what, .. } = self;
        let (limit, place) = self.limit;
        let each = |guest| Some((guest, (self.share)(guest)?));
        let guests: Vec<(&Guest, (u64, Span))> = lab.guests.iter().filter_map(each).collect();
        // A guest that is too large by itself is the cause of what the sum would say.
        let mut is_one_too_large = false;
        for (guest, (amount, at)) in guests.iter().filter(|(_, (amount, _))| *amount > limit) {
            is_one_too_large = true;
            let message = format!(
                "guest `{}` has {amount}{what}, and the lab may use {limit}{unit}",
                guest.name
            );
            sink.push(
                (self.fault)(Code::HostTooSmall, *at, message)
                    .also(place, "the host's")
                    .help(self.alone),
            );
        }
        // A sum without guests that were set aside would be wrong.
        let is_whole = lab.aside.guests.is_empty();
        let sum: u64 = guests.iter().map(|(_, (amount, _))| amount).sum();
        if is_one_too_large || !is_whole || sum <= limit {
            return;
        }
        let message =
            format!("the guests have {sum}{what} together, and the lab may use {limit}{unit}");
        let fault = (self.fault)(Code::HostTooSmall, place, message).help((self.together)(sum));
        // Of guests with equally much, the first.
        let largest = guests.iter().rev().max_by_key(|(_, (amount, _))| amount);
        sink.push(match largest {
            Some((guest, (_, at))) => fault.also(*at, format!("`{}` has most", guest.name)),
            None => fault,
        });
    }
}
