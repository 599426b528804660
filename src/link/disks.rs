//! Disks: which pool, which volume, and what the guest calls them.

use indexmap::{IndexMap, IndexSet};

use super::volumes::layout;
use super::{Aside, Disk, DiskPlace};
use crate::diag::{Code, Diagnostic, Sink};
use crate::model::guest::{Bus, DiskSpec};
use crate::model::storage::{DEFAULT_POOL, PoolType, Storage};
use crate::model::words::Backing;
use crate::source::{Span, Spanned};

/// Resolves the disks of `guest` in order, the first of its own as an overlay of the `image` it starts from; pools of 0.3's sites, and `default`, need no definition.
pub(super) fn resolve(
    guest: &str,
    mut specs: Vec<Spanned<DiskSpec>>,
    image: Option<&Spanned<Backing>>,
    legacy: bool,
    storages: &mut IndexMap<String, Storage>,
    aside: &Aside,
    sink: &mut Sink,
) -> Vec<Disk> {
    let mut pools = Pools {
        legacy,
        storages,
        aside,
        sink,
    };
    if let Some(image) = image {
        start_from(image, &mut specs, pools.sink);
    }
    let mut disks: Vec<Disk> = Vec::with_capacity(specs.len());
    for (index, Spanned { value: spec, span }) in specs.into_iter().enumerate() {
        let Some(home) = pools.home(&spec, span) else {
            continue;
        };
        let layout = layout(&spec, span, home.kind(), pools.sink);
        if spec.size.is_none()
            && spec.vol.is_none()
            && spec.backing.is_none()
            && matches!(&home, Home::Pool(_, kind) if *kind != PoolType::Iscsi)
        {
            pools.sink.push(
                Diagnostic::error(Code::MissingKey, span, "a new volume needs a `size`")
                    .help("write `size: 10` for 10 GiB, or `vol:` for a volume that exists"),
            );
        }
        let place_span = spec.path.as_ref().map(|path| path.span);
        let place_span = place_span.or(spec.vol.as_ref().map(|vol| vol.span));
        let place = match home {
            Home::Path(path) => DiskPlace::Path(path),
            Home::Pool(pool, _) => {
                let own = || format!("{guest}-{}.{}", index + 1, layout.format.as_str());
                let vol = spec.vol.map_or_else(own, |vol| vol.as_str().to_owned());
                DiskPlace::Volume { pool, vol }
            }
        };
        let bus = spec.bus.map_or(Bus::Virtio, |bus| bus.value);
        let alike = |disk: &&Disk| prefix(disk.bus) == prefix(bus);
        let device = device(bus, disks.iter().filter(alike).count());
        let (backing, backing_format) = layout.backing.unzip();
        disks.push(Disk {
            span,
            device,
            place,
            place_span: place_span.unwrap_or(span),
            size: spec.size.map(|size| size.value),
            format: layout.format,
            cache: layout.cache,
            bus,
            shareable: layout.shareable,
            sparse: layout.sparse,
            backing,
            backing_format,
        });
    }
    disks
}

/// Makes the first disk that no other guest writes to an overlay of the image; that there is one is `check`'s.
fn start_from(image: &Spanned<Backing>, specs: &mut [Spanned<DiskSpec>], sink: &mut Sink) {
    let shared = |disk: &DiskSpec| disk.shareable.as_ref().is_some_and(|shared| shared.value);
    let Some(first) = specs.iter_mut().find(|disk| !shared(disk)) else {
        return;
    };
    match &first.value.backing {
        Some(backing) => sink.push(
            Diagnostic::error(
                Code::ConflictingKeys,
                backing.span,
                "the first disk is an overlay of the image the guest starts from",
            )
            .also(image.span, "the image")
            .help("keep `image` for a cloud image, which cloud-init sets up, or `backing` for another"),
        ),
        None => first.value.backing = Some(image.clone()),
    }
}

/// Where a disk is, before a volume has its name.
enum Home {
    /// At a path of the host.
    Path(String),
    /// In a pool of a type.
    Pool(String, PoolType),
}

impl Home {
    fn kind(&self) -> Option<PoolType> {
        match self {
            Self::Path(_) => None,
            Self::Pool(_, kind) => Some(*kind),
        }
    }
}

/// The pools known so far.
struct Pools<'a> {
    legacy: bool,
    storages: &'a mut IndexMap<String, Storage>,
    aside: &'a Aside,
    sink: &'a mut Sink,
}

impl Pools<'_> {
    /// Finds where a disk's bytes are.
    fn home(&mut self, spec: &DiskSpec, span: Span) -> Option<Home> {
        if let Some(path) = &spec.path {
            let pool = spec.pool.as_ref().map(|pool| pool.span);
            let vol = spec.vol.as_ref().map(|vol| vol.span);
            for other in [pool, vol].into_iter().flatten() {
                let message = "`path` and `pool` or `vol` exclude each other";
                self.sink.push(
                    Diagnostic::error(Code::ConflictingKeys, other, message)
                        .also(path.span, "the path")
                        .help("keep `path` for a file or device of the host, `pool` and `vol` for a volume"),
                );
            }
            return Some(Home::Path(path.as_str().to_owned()));
        }
        let pool = spec
            .pool
            .as_ref()
            .map_or(DEFAULT_POOL, |pool| pool.as_str())
            .to_owned();
        let pool_span = spec.pool.as_ref().map_or(span, |pool| pool.span);
        if let Some(storage) = self.storages.get(&pool) {
            // Only iSCSI targets have `:` in the names of their volumes.
            let named = spec.vol.as_ref().is_some_and(|vol| vol.contains(':'));
            let kind = match storage.kind {
                PoolType::Dir if storage.assumed && named => PoolType::Iscsi,
                kind => kind,
            };
            return Some(Home::Pool(pool, kind));
        }
        if pool != DEFAULT_POOL && !self.undefined(&pool, pool_span) {
            return None;
        }
        let storage = Storage::external(&pool, pool_span);
        let kind = storage.kind;
        self.storages.insert(pool.clone(), storage);
        Some(Home::Pool(pool, kind))
    }

    /// Reports a pool nobody defines; returns whether to go on as if it were on the host.
    fn undefined(&mut self, pool: &str, span: Span) -> bool {
        let message = format!("storage pool `{pool}` is not defined");
        self.sink.push(if self.legacy {
            Diagnostic::warning(Code::UnknownPool, span, message)
                .help("it must exist on the host; say so with `external: true` in storages.d")
        } else {
            let known = self.storages.keys().chain(&self.aside.pools);
            let known: IndexSet<&str> = known.map(String::as_str).chain([DEFAULT_POOL]).collect();
            Diagnostic::error(Code::UnknownPool, span, message).suggest(pool, known)
        });
        self.legacy
    }
}

fn prefix(bus: Bus) -> &'static str {
    match bus {
        Bus::Virtio => "vd",
        Bus::Ide => "hd",
        Bus::Scsi | Bus::Sata | Bus::Usb => "sd",
    }
}

/// Returns the kernel's name of the disk that is number `index` on its kind of bus: `vda`, `vdb`, … `vdaa`.
fn device(bus: Bus, index: usize) -> String {
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
    use crate::model::guest::Bus;

    #[test]
    fn devices_are_named_as_the_kernel_names_them() {
        assert_eq!(device(Bus::Virtio, 0), "vda");
        assert_eq!(device(Bus::Scsi, 25), "sdz");
        assert_eq!(device(Bus::Virtio, 26), "vdaa");
        assert_eq!(device(Bus::Virtio, 701), "vdzz");
        assert_eq!(device(Bus::Virtio, 702), "vdaaa");
    }
}
