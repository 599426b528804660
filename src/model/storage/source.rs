//! The sources of storage pools: where one has its volumes from (formatstorage.html, "Source elements").
//!
//! Owns which keys a source of each type needs and which it cannot carry.

use serde::Serialize;

use super::PoolType;
use crate::diag::{Code, Diagnostic};
use crate::model::one_of;
use crate::model::path::{DiskPath, shortest};
use crate::model::refusal::Refusal;
use crate::model::text::Line;
use crate::model::words::{HostAddress, IscsiName, PlainName};
use crate::source::{Span, Spanned};
use crate::yaml::Map;
use crate::yaml::typed::{OneOrMany, Typer, section};

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
        devices: Option<Spanned<OneOrMany<DiskPath>>>,
        /// The iSCSI target's qualified name.
        device: Option<Spanned<IscsiName>>,
        /// The qualified name the host goes by at the target; its own when nothing is said.
        initiator: Option<Spanned<IscsiName>>,
        /// How the host proves at the target who it is.
        auth: Option<Spanned<Auth>>,
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

/// Returns the source of a pool, if it is to have one; `place` is where its type is said.
pub(super) fn read(
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
    let own = keys_of(kind);
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

/// Returns the keys of a source of this kind, the required ones first.
fn keys_of(kind: PoolType) -> &'static [&'static str] {
    match kind {
        PoolType::Dir => &[],
        PoolType::Logical => &["name", "devices"],
        PoolType::Netfs => &["host", "dir", "format"],
        PoolType::Iscsi => &["host", "device", "port", "initiator", "auth"],
    }
}
