//! Volumes: one guest's, or shared by all that name them.

use std::collections::HashMap;

use crate::diag::{Code, Diagnostic, Sink};
use crate::link::{Disk, DiskPlace, Lab};

pub(super) fn check(lab: &Lab, sink: &mut Sink) {
    let mut seen: HashMap<&DiskPlace, (&str, &Disk)> = HashMap::new();
    for (guest, disk) in lab
        .guests
        .iter()
        .flat_map(|guest| guest.disks.iter().map(move |disk| (guest, disk)))
    {
        let Some((first, other)) = seen.insert(&disk.place, (&guest.name, disk)) else {
            continue;
        };
        if disk.shareable && other.shareable && first != &*guest.name {
            if disk.size != other.size {
                let message = format!("guest `{first}` gives this shared disk another size");
                sink.push(
                    Diagnostic::error(Code::DuplicateVolume, disk.span, message)
                        .also(other.span, "here"),
                );
            }
            continue;
        }
        let name = match &disk.place {
            DiskPlace::Volume { pool, vol } => format!("volume `{vol}` of pool `{pool}`"),
            DiskPlace::Path(path) => format!("disk `{path}`"),
        };
        sink.push(
            Diagnostic::error(
                Code::DuplicateVolume,
                disk.span,
                format!("{name} is guest `{first}`'s already"),
            )
            .also(other.span, "the other one")
            .help("give it another `vol`, or say `shareable: true` on both"),
        );
    }
}
