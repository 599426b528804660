//! What a disk can be where it is: its format, caching and backing, by the type of its pool.
//!
//! Owns what libvirt, LVM and QEMU demand of one disk. Which guests use one volume together is `check`'s.

use crate::diag::{Code, Diagnostic, Sink};
use crate::model::guest::{Cache, DiskFormat, DiskSpec};
use crate::model::storage::PoolType;
use crate::model::words::Backing;
use crate::source::{Span, Spanned};

/// How the bytes of a disk are kept.
#[derive(Debug)]
pub(super) struct Layout {
    pub(super) format: DiskFormat,
    pub(super) cache: Cache,
    pub(super) shareable: bool,
    pub(super) sparse: bool,
    pub(super) backing: Option<(Spanned<Backing>, DiskFormat)>,
}

/// Decides how the disk at `span` is kept in a pool of type `kind`, or at a path, and reports what is impossible.
pub(super) fn layout(
    spec: &DiskSpec,
    span: Span,
    kind: Option<PoolType>,
    sink: &mut Sink,
) -> Layout {
    let shareable = spec.shareable.as_ref().is_some_and(|shared| shared.value);
    let block = kind.is_some_and(|kind| !kind.has_files());
    let by_default = if shareable || block || is_raw(spec) {
        DiskFormat::Raw
    } else {
        DiskFormat::Qcow2
    };
    let format = spec
        .format
        .as_ref()
        .map_or(by_default, |format| format.value);
    if shareable {
        shared(spec, sink);
    }
    if let Some(kind) = kind {
        volume(spec, span, kind, sink);
    }
    Layout {
        format,
        cache: spec.cache.as_ref().map_or(Cache::None, |cache| cache.value),
        shareable,
        // LVM's sparse volumes are snapshots, which break when they are full.
        sparse: spec.sparse.as_ref().map_or(!block, |sparse| sparse.value),
        backing: backing(spec, span, format, kind, sink),
    }
}

/// Returns whether the place says that the bytes are as they are: a device, or a name that ends so.
fn is_raw(spec: &DiskSpec) -> bool {
    let path = spec.path.as_ref().map(|path| path.as_str());
    let name = path.or(spec.vol.as_ref().map(|vol| vol.as_str()));
    name.is_some_and(|name| name.ends_with(".raw") || name.starts_with("/dev/"))
}

/// QEMU refuses to start a guest with a shared qcow2, as two writers would destroy it; and what one host caches, the
/// other guests do not see.
fn shared(spec: &DiskSpec, sink: &mut Sink) {
    if let Some(format) = spec
        .format
        .as_ref()
        .filter(|format| format.value != DiskFormat::Raw)
    {
        let message = "a shared disk cannot be qcow2";
        let diagnostic = Diagnostic::error(Code::InvalidValue, format.span, message);
        sink.push(diagnostic.help("write `format: raw`"));
    }
    if let Some(cache) = spec
        .cache
        .as_ref()
        .filter(|cache| cache.value != Cache::None)
    {
        let message = format!("a shared disk cannot have cache `{}`", cache.value.as_str());
        let diagnostic = Diagnostic::error(Code::InvalidValue, cache.span, message);
        sink.push(
            diagnostic
                .help("write `cache: none`: the host would hide one guest's writes from another"),
        );
    }
}

/// Reports what a volume cannot be in a pool of its type.
fn volume(spec: &DiskSpec, span: Span, kind: PoolType, sink: &mut Sink) {
    let word = kind.as_str();
    if kind == PoolType::Iscsi {
        let pool = spec.pool.as_ref().map_or("POOL", |pool| pool.as_str());
        let help = format!("`virsh vol-list {pool}` lists them: name one, as in `vol: unit:0:0:1`");
        if let Some(size) = &spec.size {
            let message =
                "the volumes of an iSCSI target exist already; none can be made with a `size`";
            let help = match &spec.vol {
                Some(vol) => format!(
                    "remove `size`: `{}` is as large as the target has it",
                    vol.value
                ),
                None => format!("remove `size`; {help}"),
            };
            sink.push(Diagnostic::error(Code::ConflictingKeys, size.span, message).help(help));
        } else if spec.vol.is_none() {
            let message = "a disk in an iSCSI pool needs a `vol`";
            sink.push(Diagnostic::error(Code::MissingKey, span, message).help(help));
        }
    } else if let Some(vol) = spec.vol.as_ref().filter(|vol| vol.contains(':')) {
        let message = format!(
            "`{}` cannot be a volume of a pool of type `{word}`",
            vol.value
        );
        sink.push(
            Diagnostic::error(Code::BadName, vol.span, message)
                .help("only iSCSI targets have `:` in the names of their volumes"),
        );
    }
    if kind.has_files() {
        return;
    }
    if let Some(format) = spec
        .format
        .as_ref()
        .filter(|format| format.value != DiskFormat::Raw)
    {
        let message =
            format!("the volumes of a pool of type `{word}` are devices, not qcow2 files");
        let diagnostic = Diagnostic::error(Code::InvalidValue, format.span, message);
        sink.push(diagnostic.help("remove `format`, or write `format: raw`"));
    }
    if let Some(sparse) = spec
        .sparse
        .as_ref()
        .filter(|sparse| sparse.value && spec.size.is_some())
    {
        let message = "a volume of a volume group takes all its space at once";
        let diagnostic = Diagnostic::error(Code::InvalidValue, sparse.span, message);
        sink.push(
            diagnostic
                .help("remove `sparse`: LVM would make a snapshot, which breaks when it is full"),
        );
    }
}

/// Returns what the disk is an overlay of, and in which format that is.
///
/// The format is never guessed: QEMU would then let the guest choose it, and with it which of the host's files it
/// reads (qemu-img(1), "backing_fmt").
fn backing(
    spec: &DiskSpec,
    span: Span,
    format: DiskFormat,
    kind: Option<PoolType>,
    sink: &mut Sink,
) -> Option<(Spanned<Backing>, DiskFormat)> {
    let Some(backing) = &spec.backing else {
        if let Some(format) = &spec.backing_format {
            let message = "`backing_format` says nothing without `backing`";
            sink.push(
                Diagnostic::error(Code::MissingKey, format.span, message)
                    .help("remove it, or name the image in `backing`; the disk's own is `format`"),
            );
        }
        return None;
    };
    let conflict = |at: Span, message: &str, help: &str| {
        Diagnostic::error(Code::ConflictingKeys, at, message)
            .also(backing.span, "the backing image")
            .help(help)
    };
    if format != DiskFormat::Qcow2 {
        let at = spec
            .format
            .as_ref()
            .map_or(backing.span, |format| format.span);
        let help = "remove `backing`, or write `format: qcow2` in a pool of files";
        sink.push(conflict(at, "only a qcow2 disk can be an overlay", help));
    } else if let Some(sparse) = spec.sparse.as_ref().filter(|sparse| !sparse.value) {
        let help = "remove `sparse`";
        sink.push(conflict(
            sparse.span,
            "an overlay cannot take its space in advance",
            help,
        ));
    } else if spec.size.is_none() {
        let message = "an overlay needs a `size`";
        sink.push(
            Diagnostic::error(Code::MissingKey, span, message)
                .also(backing.span, "the backing image")
                .help("write at least the size of the backing image"),
        );
    } else if kind.is_none() && !backing.starts_with('/') {
        let help = "name the backing image by its path, too";
        sink.push(conflict(
            backing.span,
            "a disk with a `path` has no pool to look in",
            help,
        ));
    } else if spec
        .vol
        .as_ref()
        .is_some_and(|vol| vol.as_str() == backing.as_str())
    {
        let help = "name another volume";
        sink.push(conflict(
            backing.span,
            "a volume cannot be an overlay of itself",
            help,
        ));
    }
    let by_name = match backing.rsplit_once('.') {
        Some((_, "qcow2")) => Some(DiskFormat::Qcow2),
        Some((_, "raw")) => Some(DiskFormat::Raw),
        _ if backing.starts_with("/dev/") => Some(DiskFormat::Raw),
        _ => None,
    };
    let format = spec
        .backing_format
        .as_ref()
        .map(|format| format.value)
        .or(by_name);
    if format.is_none() {
        let message = format!("`{}` does not say what format it is in", backing.value);
        sink.push(
            Diagnostic::error(Code::MissingKey, backing.span, message).help(
                "give the disk `backing_format: qcow2` or `raw`; `qemu-img info` tells which",
            ),
        );
    }
    Some((backing.clone(), format?))
}
