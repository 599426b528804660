//! Storage pools, in the words of libvirt's pool XML (formatstorage.html).
//!
//! Owns which keys a pool of each type needs and which it cannot carry. What guests keep in pools is `link`'s.

use serde::Serialize;

use super::one_of;
use super::path::{DiskPath, shortest};
use super::refusal::Refusal;
use super::text::{Line, ObjectName};
use super::words::{HostAddress, IscsiName, PlainName};
use crate::diag::{Code, Diagnostic};
use crate::source::{Span, Spanned};
use crate::yaml::schema::{Place, Schema};
use crate::yaml::typed::{FromNode, Typer, one_or_many, section};
use crate::yaml::{Map, Node};

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

    /// Returns the keys of its source, the required ones first.
    fn source_keys(self) -> &'static [&'static str] {
        match self {
            Self::Dir => &[],
            Self::Logical => &["name", "devices"],
            Self::Netfs => &["host", "dir", "format"],
            Self::Iscsi => &["host", "device", "port", "initiator", "auth"],
        }
    }
}

one_of! {
    /// A network file system (formatstorage.html, "Source elements").
    NetfsFormat {
        /// NFS.
        Nfs = "nfs",
        /// GlusterFS, through FUSE.
        Glusterfs = "glusterfs",
        /// SMB, as guest.
        Cifs = "cifs",
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

section! {
    /// Where a pool has its volumes from, as written.
    "source" struct SourceSpec {
        /// The server of a network file system or iSCSI target.
        host: Option<Spanned<HostAddress>>,
        /// The server's port, where it is not the usual one.
        port: Option<Spanned<u32>>,
        /// What the server of a network file system exports: a path, or the name of a volume or share.
        dir: Option<Spanned<Line>>,
        /// The network file system; `nfs` when nothing is said.
        format: Option<Spanned<NetfsFormat>>,
        /// The volume group; the pool's name when nothing is said.
        name: Option<Spanned<PlainName>>,
        /// The disks of the volume group.
        devices: Option<Spanned<Devices>>,
        /// The iSCSI target's qualified name.
        device: Option<Spanned<IscsiName>>,
        /// The qualified name the host goes by at the target; its own when nothing is said.
        initiator: Option<Spanned<IscsiName>>,
        /// How the host proves at the target who it is.
        auth: Option<Spanned<Auth>>,
    }
}

/// The disks of a volume group.
#[derive(Clone, Debug, Serialize)]
#[serde(transparent)]
pub struct Devices(pub Vec<DiskPath>);

impl FromNode for Devices {
    fn from_node(node: &Node, typer: &mut Typer<'_>) -> Option<Self> {
        Some(Self(one_or_many(node, typer)))
    }

    fn schema(place: Place) -> Schema {
        place.one_or_many::<DiskPath>()
    }
}

section! {
    /// CHAP, with a password that is a secret of the host's libvirt and in no file of the lab.
    "auth" struct Auth {
        /// The user.
        username: Spanned<Line>,
        /// The `usage` of the secret (formatsecret.html, "Usage type iscsi").
        secret_usage: Spanned<Line>,
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

/// Where a pool that is no directory has its volumes from.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
pub enum Source {
    /// A volume group.
    Logical {
        /// Its name.
        name: PlainName,
        /// Its disks, as far as they are known.
        devices: Vec<DiskPath>,
    },
    /// What a server exports.
    Netfs {
        /// The server.
        host: HostAddress,
        /// The path, volume or share.
        dir: Line,
        /// The file system.
        format: NetfsFormat,
    },
    /// An iSCSI target.
    Iscsi {
        /// The server.
        host: HostAddress,
        /// Its port.
        #[serde(skip_serializing_if = "Option::is_none")]
        port: Option<u16>,
        /// The target's name.
        device: IscsiName,
        /// The host's name.
        #[serde(skip_serializing_if = "Option::is_none")]
        initiator: Option<IscsiName>,
        /// How the host proves who it is.
        #[serde(skip_serializing_if = "Option::is_none")]
        auth: Option<Auth>,
    },
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
        let source = source(name, kind, spec.source, place, typer);
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

/// Returns the source of a pool, if it is to have one; `place` is where its type is said.
fn source(
    name: &str,
    kind: PoolType,
    spec: Option<Spanned<SourceSpec>>,
    place: Span,
    typer: &mut Typer<'_>,
) -> Option<Source> {
    if kind == PoolType::Dir {
        if let Some(spec) = spec {
            let message = "a pool of type `dir` has no source: its `target` is the directory";
            let help = "remove `source`, or say with `type` what it is";
            typer
                .sink
                .push(Diagnostic::error(Code::ConflictingKeys, spec.span, message).help(help));
        }
        return None;
    }
    let at = spec.as_ref().map_or(place, |spec| spec.span);
    let spec = spec.map(|spec| spec.value);
    let spec = spec.or_else(|| SourceSpec::read(&Map::default(), at, typer))?;
    refuse_foreign(kind, &spec, typer);
    match kind {
        PoolType::Dir => None,
        PoolType::Logical => Some(Source::Logical {
            name: match spec.name {
                Some(name) => name.value,
                None => name
                    .parse()
                    .map_err(|refusal: Refusal| {
                        let help = "name the volume group in `source: {name: …}`";
                        typer.refuse(place, refusal.help(help));
                    })
                    .ok()?,
            },
            devices: spec
                .devices
                .map(|devices| devices.value.0)
                .unwrap_or_default(),
        }),
        PoolType::Netfs => {
            let host = required(kind, "host", spec.host, "the server", at, typer);
            let dir = required(kind, "dir", spec.dir, "what the server exports", at, typer);
            let format = spec.format.map_or(NetfsFormat::Nfs, |format| format.value);
            Some(Source::Netfs {
                dir: exported(format, dir?, typer)?,
                host: host?.value,
                format,
            })
        }
        PoolType::Iscsi => {
            let host = required(kind, "host", spec.host, "the server", at, typer);
            let what = "the target, as in iqn.2026-11.org.example:lab";
            let device = required(kind, "device", spec.device, what, at, typer);
            let port = spec.port.and_then(|port| match u16::try_from(port.value) {
                Ok(port) if port > 0 => Some(port),
                _ => {
                    typer.invalid(
                        port.span,
                        format!("{} is no port", port.value),
                        "write a number from 1 to 65535",
                    );
                    None
                }
            });
            Some(Source::Iscsi {
                host: host?.value,
                port,
                device: device?.value,
                initiator: spec.initiator.map(|initiator| initiator.value),
                auth: spec.auth.map(|auth| auth.value),
            })
        }
    }
}

/// Returns a key that a source of this kind must have, or reports it.
fn required<T>(
    kind: PoolType,
    key: &str,
    value: Option<Spanned<T>>,
    what: &str,
    at: Span,
    typer: &mut Typer<'_>,
) -> Option<Spanned<T>> {
    if value.is_none() {
        let message = format!("a pool of type `{}` needs `source.{key}`", kind.as_str());
        let help = format!("write `source: {{{key}: …}}`: {what}");
        typer
            .sink
            .push(Diagnostic::error(Code::MissingKey, at, message).help(help));
    }
    value
}

/// Reports the keys that a source of this kind has no use for.
fn refuse_foreign(kind: PoolType, spec: &SourceSpec, typer: &mut Typer<'_>) {
    let given = [
        ("host", spec.host.as_ref().map(|key| key.span)),
        ("port", spec.port.as_ref().map(|key| key.span)),
        ("dir", spec.dir.as_ref().map(|key| key.span)),
        ("format", spec.format.as_ref().map(|key| key.span)),
        ("name", spec.name.as_ref().map(|key| key.span)),
        ("devices", spec.devices.as_ref().map(|key| key.span)),
        ("device", spec.device.as_ref().map(|key| key.span)),
        ("initiator", spec.initiator.as_ref().map(|key| key.span)),
        ("auth", spec.auth.as_ref().map(|key| key.span)),
    ];
    let own = kind.source_keys();
    for (key, at) in given {
        let Some(at) = at.filter(|_| !own.contains(&key)) else {
            continue;
        };
        let message = format!("a pool of type `{}` has no `source.{key}`", kind.as_str());
        let help = format!("its source has the keys {}", own.join(", "));
        typer
            .sink
            .push(Diagnostic::error(Code::UnknownKey, at, message).help(help));
    }
}

/// Checks what a server exports: a path with NFS, a name with the others (formatstorage.html, `dir`).
fn exported(format: NetfsFormat, dir: Spanned<Line>, typer: &mut Typer<'_>) -> Option<Line> {
    let absolute = dir.starts_with('/');
    let (wrong, example) = match format {
        NetfsFormat::Nfs if !absolute => ("NFS exports are absolute paths", "/srv/images"),
        NetfsFormat::Glusterfs if absolute => ("GlusterFS exports volumes by name", "gv0"),
        NetfsFormat::Cifs if absolute => ("SMB shares have a name", "images"),
        // libvirt keeps it that way.
        _ => return shortest(&dir.value).parse().ok(),
    };
    let message = format!("`{}`: {wrong}", dir.value);
    typer.invalid(dir.span, message, format!("write it as in `{example}`"));
    None
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
