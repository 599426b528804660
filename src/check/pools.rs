//! Storage pools: each has a place of its own, as libvirt demands.

use std::collections::HashMap;

use crate::diag::{Code, Diagnostic, Sink};
use crate::link::Lab;
use crate::model::storage::{Source, Storage};

pub(super) fn check(lab: &Lab, sink: &mut Sink) {
    let mut seen: HashMap<String, &Storage> = HashMap::new();
    for storage in lab.storages.values() {
        let Some(first) = place(storage).and_then(|place| seen.insert(place, storage)) else {
            continue;
        };
        let at = |storage: &Storage| {
            storage
                .target
                .as_ref()
                .map_or(storage.defined, |target| target.span)
        };
        let message = format!(
            "pool `{}` is pool `{}` again: both have the same volumes",
            storage.name, first.name
        );
        sink.push(
            Diagnostic::error(Code::DuplicatePool, at(storage), message)
                .also(at(first), "the other one")
                .help("libvirt refuses the second of two pools in one place"),
        );
    }
}

/// Says what libvirt compares to tell pools apart (`virStoragePoolObjIsDuplicate`): a directory, or a target's name.
fn place(storage: &Storage) -> Option<String> {
    match &storage.source {
        Some(Source::Iscsi { host, device, .. }) => Some(format!("{host} {device}")),
        _ => {
            let target = storage.target.as_ref()?;
            Some(target.as_str().to_owned())
        }
    }
}
