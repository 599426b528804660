//! Volumes: one guest's, or shared by all that name them.

use std::collections::hash_map::Entry;

use foldhash::{HashMap, HashMapExt as _};

use crate::diag::{Code, Diagnostic, Sink};
use crate::link::{Disk, DiskPlace, Lab};

type Seen<'a> = HashMap<DiskPlace, (&'a str, &'a Disk)>;

pub(super) fn check(lab: &Lab, sink: &mut Sink) {
    let mut seen: Seen<'_> = HashMap::new();
    let all = || {
        let guests = lab.guests.iter();
        guests.flat_map(|guest| guest.disks.iter().map(move |disk| (&guest.name, disk)))
    };
    for (guest, disk) in all() {
        sink.about(Some(guest));
        let guest: &str = guest;
        let (first, other) = match seen.entry(bytes(lab, &disk.place)) {
            Entry::Occupied(first) => *first.get(),
            Entry::Vacant(place) => {
                place.insert((guest, disk));
                continue;
            }
        };
        if disk.shareable && other.shareable && first != guest {
            alike(disk, first, other, sink);
            continue;
        }
        let message = format!("{} is guest `{first}`'s already", name(&disk.place));
        let help = if first == guest {
            "a guest has a volume once: remove one of the disks, or give it another name"
        } else {
            "give it another name, or say `shareable: true` on both"
        };
        sink.push(
            Diagnostic::error(Code::DuplicateVolume, disk.place_span, message)
                .label(format!("guest `{guest}`"))
                .also(other.place_span, "the other one")
                .help(help),
        );
    }
    for guest in &lab.guests {
        sink.about(Some(&guest.name));
        let base = guest.base.as_ref().map(|base| &*base.name);
        for disk in &guest.disks {
            backing(lab, disk, base, &seen, sink);
        }
    }
    sink.about(None);
}

fn name(place: &DiskPlace) -> String {
    match place {
        DiskPlace::Volume { pool, vol } => format!("volume `{vol}` of pool `{pool}`"),
        DiskPlace::Path(path) => format!("disk `{path}`"),
    }
}

/// Returns the place by path where the pool's directory is known, so that a path and a volume can be seen to be one.
fn bytes(lab: &Lab, place: &DiskPlace) -> DiskPlace {
    if let DiskPlace::Volume { pool, vol } = place
        && let Some(target) = lab.storages.get(pool).and_then(|pool| pool.target.as_ref())
    {
        return DiskPlace::Path(format!("{}/{vol}", target.value));
    }
    place.clone()
}

/// Whichever guest is built first makes a shared disk, so all must say the same of it.
fn alike(disk: &Disk, first: &str, other: &Disk, sink: &mut Sink) {
    let what = if disk.size != other.size {
        "another size"
    } else if disk.sparse != other.sparse {
        "another `sparse`"
    } else {
        return;
    };
    let message = format!("guest `{first}` gives this shared disk {what}");
    sink.push(
        Diagnostic::error(Code::DuplicateVolume, disk.span, message)
            .also(other.span, "here")
            .help("say the same on all guests, best in their sysgroup"),
    );
}

/// A guest that writes to an image destroys every overlay of it. The `base` a guest starts from is not started itself.
fn backing(lab: &Lab, disk: &Disk, base: Option<&str>, seen: &Seen<'_>, sink: &mut Sink) {
    let Some(backing) = &disk.backing else { return };
    let place = match &disk.place {
        _ if backing.starts_with('/') => DiskPlace::Path(backing.as_str().to_owned()),
        DiskPlace::Volume { pool, .. } => DiskPlace::Volume {
            pool: pool.clone(),
            vol: backing.as_str().to_owned(),
        },
        DiskPlace::Path(_) => return,
    };
    let Some((writer, other)) = seen.get(&bytes(lab, &place)) else {
        return;
    };
    if base == Some(*writer) {
        return;
    }
    let message = format!(
        "the backing image `{}` is a disk of guest `{writer}`, which writes to it",
        backing.value
    );
    sink.push(
        Diagnostic::error(Code::DuplicateVolume, backing.span, message)
            .also(other.place_span, "the disk")
            .help("make the overlay of an image that no guest has as its disk; of one that is `seal: true`, name the guest in `backing`"),
    );
}
