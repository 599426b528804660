//! Storage pools, in the words of libvirt's pool XML (formatstorage.html).
//!
//! Owns what a pool of each type is and where its volumes appear; where they come from is `source`'s, what guests keep in
//! them `link`'s.

mod source;

use serde::Serialize;

pub use self::source::{Source, SourceSpec};
use super::one_of;
use super::path::DiskPath;
use super::text::ObjectName;
use crate::diag::{Code, Diagnostic};
use crate::source::{Span, Spanned};
use crate::yaml::typed::{Typer, section};

/// The pool every libvirt host starts with, or virt-install makes.
pub const DEFAULT_POOL: &str = "default";

/// Where that pool is.
const DEFAULT_TARGET: &str = "/var/lib/libvirt/images";

/// Where pools of files customarily are.
const POOLS: &str = "/var/lib/libvirt";

/// Where the disks of an iSCSI target have names that last (formatstorage.html, "Target elements").
const BY_PATH: &str = "/dev/disk/by-path";

one_of! {
    /// The kind of a pool.
    PoolType {
        /// A directory.
        Dir = "dir",
        /// An LVM volume group.
        Logical = "logical",
        /// A directory of a network file system, which libvirt mounts.
        Netfs = "netfs",
        /// An iSCSI target, which libvirt logs in to.
        Iscsi = "iscsi",
    }
}

impl PoolType {
    /// Returns whether volumes are files, which have a format; others are block devices.
    #[must_use]
    pub fn has_files(self) -> bool {
        matches!(self, Self::Dir | Self::Netfs)
    }
}

section! {
    /// A storage pool as written.
    "storage" struct StorageSpec {
        /// Repeats the file's name.
        name: Option<Spanned<ObjectName>>,
        /// Its kind; `dir` when nothing is said.
        kind ("type"): Option<Spanned<PoolType>>,
        /// The directory its volumes appear in.
        target: Option<Spanned<DiskPath>>,
        /// Where a pool that is no directory has its volumes from.
        source: Option<Spanned<SourceSpec>>,
        /// Whether it starts with the host; it does when nothing is said.
        autostart: Option<Spanned<bool>>,
        /// Whether it must exist on the host and is never changed.
        external: Option<bool>,
    }
}

/// A storage pool with every default filled in.
#[derive(Clone, Debug, Serialize)]
pub struct Storage {
    /// Its name.
    pub name: String,
    /// Its kind.
    #[serde(rename = "type")]
    pub kind: PoolType,
    /// Whether its kind is assumed: the host knows it, and the site does not say.
    #[serde(skip)]
    pub assumed: bool,
    /// Where a pool that is no directory has its volumes from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<Source>,
    /// The directory its volumes appear in; unknown of a pool that only the host knows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<Spanned<DiskPath>>,
    /// Whether it starts with the host.
    pub autostart: bool,
    /// Whether it must exist on the host and is never changed.
    pub external: bool,
    /// Where it is defined.
    #[serde(skip)]
    pub defined: Span,
}

impl Storage {
    /// Makes a pool that the site does not define, and that must therefore exist on the host.
    #[must_use]
    pub fn external(name: &str, defined: Span) -> Self {
        Self {
            name: name.to_owned(),
            kind: PoolType::Dir,
            assumed: false,
            source: None,
            target: None,
            autostart: false,
            external: true,
            defined,
        }
    }

    /// Fills in the defaults of `spec`, and reports what a pool of its type lacks or cannot have.
    pub fn new(name: &str, defined: Span, spec: StorageSpec, typer: &mut Typer<'_>) -> Self {
        let kind = spec.kind.as_ref().map_or(PoolType::Dir, |kind| kind.value);
        let place = spec.kind.as_ref().map_or(defined, |kind| kind.span);
        if spec.external == Some(true) {
            if let Some(source) = &spec.source {
                let message = "an external pool has its source on the host, where it is defined";
                typer.sink.push(
                    Diagnostic::error(Code::ConflictingKeys, source.span, message)
                        .help("remove `source`, or `external: true` to have the pool defined"),
                );
            }
            if let Some(autostart) = &spec.autostart {
                let message =
                    "`autostart` has no effect: the pool is external, and is never changed";
                typer.sink.push(
                    Diagnostic::warning(Code::ConflictingKeys, autostart.span, message)
                        .help("remove it, or `external`, if this site shall define the pool"),
                );
            }
            return Self {
                kind,
                assumed: spec.kind.is_none(),
                target: spec.target,
                ..Self::external(name, defined)
            };
        }
        let source = source::read(name, kind, spec.source, place, typer);
        let target = target(name, kind, spec.target, source.as_ref(), place, typer);
        Self {
            name: name.to_owned(),
            kind,
            assumed: false,
            source,
            target,
            autostart: spec.autostart.is_none_or(|autostart| autostart.value),
            external: false,
            defined,
        }
    }
}

/// Returns where the volumes of a pool appear, which only some types leave to the site.
fn target(
    name: &str,
    kind: PoolType,
    given: Option<Spanned<DiskPath>>,
    source: Option<&Source>,
    place: Span,
    typer: &mut Typer<'_>,
) -> Option<Spanned<DiskPath>> {
    let path = |text: String| text.parse().ok().map(|path| Spanned::new(path, place));
    match (kind, given) {
        (PoolType::Logical, given) => {
            let Some(Source::Logical { name: group, .. }) = source else {
                return None;
            };
            let own = format!("/dev/{group}");
            if let Some(given) = given.filter(|given| given.as_str() != own) {
                let message = format!("the volumes of group `{group}` appear in `{own}`");
                typer.sink.push(
                    Diagnostic::error(Code::ConflictingKeys, given.span, message)
                        .help(match given.strip_prefix("/dev/").filter(|name| !name.contains('/')) {
                            Some(meant) => format!("write `source: {{name: {meant}}}` if `{meant}` is the volume group, and remove `target`"),
                            None => "remove `target`".to_owned(),
                        }),
                );
            }
            path(own)
        }
        (PoolType::Iscsi, None) => path(BY_PATH.to_owned()),
        (PoolType::Iscsi, Some(given)) if !given.starts_with("/dev/disk/by-") => {
            let message = format!(
                "`{}` does not name the disks of a target the same each time",
                given.value
            );
            typer.sink.push(
                Diagnostic::error(Code::InvalidValue, given.span, message)
                    .help(format!("remove `target`: they are in `{BY_PATH}`")),
            );
            None
        }
        (_, Some(given)) if given.as_str() == "/" => {
            typer.invalid(
                given.span,
                "`/` cannot be a pool",
                format!("name a directory of its own, as in `{POOLS}/{name}`"),
            );
            None
        }
        (_, Some(given)) => Some(given),
        (PoolType::Dir, None) if name == DEFAULT_POOL => path(DEFAULT_TARGET.to_owned()),
        (PoolType::Dir | PoolType::Netfs, None) => {
            let message = format!("a pool of type `{}` needs `target`", kind.as_str());
            let help = format!("name the directory of its volumes, as in `target: {POOLS}/{name}`");
            typer
                .sink
                .push(Diagnostic::error(Code::MissingKey, place, message).help(help));
            None
        }
    }
}
