//! Disks: which volume, which format, and what the guest calls them.

use indexmap::IndexMap;

use super::{Disk, DiskPlace};
use crate::diag::{Code, Diagnostic, Sink};
use crate::model::guest::{DiskFormat, DiskSpec};
use crate::model::storage::{PoolType, Storage};
use crate::model::words::HardwareWord;
use crate::source::{Span, Spanned};

/// The pool every libvirt host starts with, or virt-install makes.
const DEFAULT_POOL: &str = "default";

/// Resolves the disks of `guest` in order; pools of 0.3's sites, and `default`, need no definition.
pub(super) fn resolve(
    guest: &str,
    specs: Vec<Spanned<DiskSpec>>,
    legacy: bool,
    storages: &mut IndexMap<String, Storage>,
    sink: &mut Sink,
) -> Vec<Disk> {
    let mut pools = Pools {
        legacy,
        storages,
        sink,
    };
    let mut disks: Vec<Disk> = Vec::with_capacity(specs.len());
    for (index, Spanned { value: spec, span }) in specs.into_iter().enumerate() {
        let shareable = spec
            .shareable
            .as_ref()
            .is_some_and(|shareable| shareable.value);
        let format = format(&spec, shareable, pools.sink);
        let volume = format!("{guest}-{}.{}", index + 1, format.as_str());
        let Some(place) = pools.place(&spec, span, volume) else {
            continue;
        };
        if spec.size.is_none()
            && spec.vol.is_none()
            && spec.backing.is_none()
            && spec.path.is_none()
        {
            pools.sink.push(
                Diagnostic::error(Code::MissingKey, span, "a new volume needs a `size`")
                    .help("write `size: 10` for 10 GiB, or `vol:` for a volume that exists"),
            );
        }
        let bus = spec.bus.map_or_else(|| word("virtio"), |bus| bus.value);
        let device = device(
            &bus,
            disks
                .iter()
                .filter(|disk| prefix(&disk.bus) == prefix(&bus))
                .count(),
        );
        disks.push(Disk {
            span,
            device,
            place,
            size: spec.size.map(|size| size.value),
            format,
            cache: spec.cache.unwrap_or_else(|| word("none")),
            bus,
            shareable,
            sparse: spec.sparse.unwrap_or(true),
            backing: spec.backing.map(|backing| backing.value),
        });
    }
    disks
}

fn word(text: &str) -> HardwareWord {
    text.parse().expect("a word of our own")
}

/// QEMU refuses to start a guest with a shared qcow2: two writers would destroy it.
fn format(spec: &DiskSpec, shareable: bool, sink: &mut Sink) -> DiskFormat {
    match &spec.format {
        Some(format) if shareable && format.value == DiskFormat::Qcow2 => {
            sink.push(
                Diagnostic::error(
                    Code::InvalidValue,
                    format.span,
                    "a shared disk cannot be qcow2",
                )
                .help("write `format: raw`"),
            );
            DiskFormat::Raw
        }
        Some(format) => format.value,
        None if shareable => DiskFormat::Raw,
        None => DiskFormat::Qcow2,
    }
}

/// The pools known so far.
struct Pools<'a> {
    legacy: bool,
    storages: &'a mut IndexMap<String, Storage>,
    sink: &'a mut Sink,
}

impl Pools<'_> {
    /// Finds where a disk's bytes are; a volume without a name is called `volume`.
    fn place(&mut self, spec: &DiskSpec, span: Span, volume: String) -> Option<DiskPlace> {
        if let Some(path) = &spec.path {
            for other in [&spec.pool, &spec.vol].into_iter().flatten() {
                let message = "`path` and `pool` or `vol` exclude each other";
                self.sink.push(
                    Diagnostic::error(Code::ConflictingKeys, other.span, message)
                        .also(path.span, "the path"),
                );
            }
            return Some(DiskPlace::Path(path.as_str().to_owned()));
        }
        let pool = spec
            .pool
            .as_ref()
            .map_or(DEFAULT_POOL, |pool| pool.as_str())
            .to_owned();
        let pool_span = spec.pool.as_ref().map_or(span, |pool| pool.span);
        if !self.storages.contains_key(&pool) {
            if pool != DEFAULT_POOL && !self.undefined(&pool, pool_span) {
                return None;
            }
            self.storages
                .insert(pool.clone(), external(&pool, pool_span));
        }
        let vol = spec
            .vol
            .as_ref()
            .map_or(volume, |vol| vol.as_str().to_owned());
        Some(DiskPlace::Volume { pool, vol })
    }

    /// Reports a pool nobody defines; returns whether to go on as if it were on the host.
    fn undefined(&mut self, pool: &str, span: Span) -> bool {
        let message = format!("storage pool `{pool}` is not defined");
        self.sink.push(if self.legacy {
            Diagnostic::warning(Code::UnknownPool, span, message)
                .help("it must exist on the host; say so with `external: true` in storages.d")
        } else {
            Diagnostic::error(Code::UnknownPool, span, message)
                .suggest(pool, self.storages.keys().map(String::as_str))
        });
        self.legacy
    }
}

fn external(name: &str, defined: Span) -> Storage {
    Storage {
        name: name.to_owned(),
        kind: PoolType::Dir,
        target: None,
        autostart: false,
        external: true,
        defined,
    }
}

fn prefix(bus: &str) -> &'static str {
    match bus {
        "virtio" => "vd",
        "ide" => "hd",
        "fdc" => "fd",
        _ => "sd",
    }
}

/// Returns the kernel's name of the disk that is number `index` on its kind of bus: `vda`, `vdb`, … `vdaa`.
fn device(bus: &str, index: usize) -> String {
    let mut letters = Vec::new();
    let mut rest = index;
    loop {
        letters.push(b'a' + u8::try_from(rest % 26).unwrap_or_default());
        match (rest / 26).checked_sub(1) {
            Some(next) => rest = next,
            None => break,
        }
    }
    let letters: String = letters
        .iter()
        .rev()
        .map(|letter| char::from(*letter))
        .collect();
    format!("{}{letters}", prefix(bus))
}

#[cfg(test)]
mod tests {
    use super::device;

    #[test]
    fn devices_are_named_as_the_kernel_names_them() {
        assert_eq!(device("virtio", 0), "vda");
        assert_eq!(device("scsi", 25), "sdz");
        assert_eq!(device("virtio", 26), "vdaa");
        assert_eq!(device("virtio", 701), "vdzz");
        assert_eq!(device("virtio", 702), "vdaaa");
    }
}
