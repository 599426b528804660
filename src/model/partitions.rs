//! The layout of a guest's disks, in one vocabulary for every installer.

use serde::Serialize;

use super::password::Password;
use super::size::Size;
use super::text::{Line, Text};
use super::words::{MountPoint, PlainName, RaidName};
use crate::diag::{Code, Diagnostic};
use crate::source::Spanned;
use crate::yaml::Node;
use crate::yaml::typed::{FromNode, Typer, section};

/// How the disks are laid out.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Partitions {
    /// The installer decides.
    Auto,
    /// The installer's own words.
    Raw {
        /// Those words.
        text: Text,
    },
    /// As written.
    Layout(Layout),
}

/// The parts of a written layout, each kind in the order written.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Layout {
    /// Partitions with a file system of their own.
    pub plain: Vec<Partition>,
    /// LVM volume groups.
    pub volume_groups: Vec<VolumeGroup>,
    /// Software RAID arrays.
    pub raids: Vec<Raid>,
}

/// A size, a share of the disk, or what is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// So many bytes.
    Fixed(Size),
    /// So many hundredths of the disk.
    Percent(u8),
    /// What is left.
    Grow,
}

impl FromNode for Extent {
    fn from_node(node: &Node, typer: &mut Typer<'_>) -> Option<Self> {
        let text = node.as_text().unwrap_or_default();
        if text == "grow" {
            return Some(Self::Grow);
        }
        if let Some(number) = text.strip_suffix('%') {
            let percent = number
                .trim()
                .parse()
                .ok()
                .filter(|percent| (1..=100).contains(percent));
            if percent.is_none() {
                typer.invalid(
                    node.span,
                    format!("`{}` is not a share from 1% to 100%", text.escape_debug()),
                );
            }
            return percent.map(Self::Percent);
        }
        Size::from_node(node, typer).map(Self::Fixed)
    }
}

impl Serialize for Extent {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Fixed(size) => size.serialize(serializer),
            Self::Percent(percent) => serializer.collect_str(&format_args!("{percent}%")),
            Self::Grow => serializer.serialize_str("grow"),
        }
    }
}

section! {
    /// A partition as written.
    "partition" struct PartitionSpec {
        /// Where it is mounted, or `swap`.
        mount: Option<Spanned<MountPoint>>,
        /// Its size.
        size: Option<Extent>,
        /// The least size of a growing one.
        min: Option<Size>,
        /// The most a growing one grows to.
        max: Option<Size>,
        /// Its file system.
        fs: Option<Line>,
        /// The disk it is on.
        disk: Option<Line>,
        /// Its mount options.
        options: Option<Line>,
        /// Its label.
        label: Option<Line>,
        /// Its encryption.
        encrypt: Option<Encrypt>,
    }
}

section! {
    /// Encryption with LUKS.
    "encrypt" struct Encrypt {
        /// What opens it.
        passphrase: Spanned<Password>,
    }
}

section! {
    /// A volume group as written.
    "volume group" struct VolumeGroupSpec {
        /// Its name.
        volume_group: Spanned<PlainName>,
        /// The disks it is on; the first one when nothing is said.
        disks: Vec<Line>,
        /// The thin pool its volumes are in.
        thin_pool: Option<PlainName>,
        /// Its volumes.
        volumes: Vec<VolumeSpec>,
    }
}

section! {
    /// A logical volume as written.
    "volume" struct VolumeSpec {
        /// Its name.
        name: Spanned<PlainName>,
        /// Where it is mounted, or `swap`.
        mount: Option<MountPoint>,
        /// Its size.
        size: Option<Extent>,
        /// Its file system.
        fs: Option<Line>,
    }
}

section! {
    /// A software RAID array as written.
    "raid" struct RaidSpec {
        /// The device's name, such as `md0`.
        raid: Spanned<RaidName>,
        /// Its level.
        level: Spanned<u32>,
        /// The disks it is on.
        disks: Vec<Line>,
        /// Where it is mounted.
        mount: Option<MountPoint>,
        /// Its file system.
        fs: Option<Line>,
    }
}

/// The extent of a part, in the fields templates read.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Room {
    /// Bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size: Option<Size>,
    /// Hundredths of the disk.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub percent: Option<u8>,
    /// Whether it takes what is left.
    pub grow: bool,
}

impl From<Option<Extent>> for Room {
    fn from(extent: Option<Extent>) -> Self {
        match extent {
            Some(Extent::Fixed(size)) => Self {
                size: Some(size),
                ..Self::default()
            },
            Some(Extent::Percent(percent)) => Self {
                percent: Some(percent),
                ..Self::default()
            },
            Some(Extent::Grow) => Self {
                grow: true,
                ..Self::default()
            },
            None => Self::default(),
        }
    }
}

/// A partition.
#[derive(Clone, Debug, Serialize)]
pub struct Partition {
    /// Where it is mounted, or `swap`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mount: Option<MountPoint>,
    /// Its extent.
    #[serde(flatten)]
    pub room: Room,
    /// The least size of a growing one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min: Option<Size>,
    /// The most a growing one grows to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max: Option<Size>,
    /// Its file system.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fs: Option<Line>,
    /// The disk it is on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disk: Option<Line>,
    /// Its mount options.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub options: Option<Line>,
    /// Its label.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<Line>,
    /// What opens it, when it is encrypted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub passphrase: Option<String>,
}

/// A volume group.
#[derive(Clone, Debug, Serialize)]
pub struct VolumeGroup {
    /// Its name.
    pub name: PlainName,
    /// The disks it is on.
    pub disks: Vec<Line>,
    /// The thin pool its volumes are in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub thin_pool: Option<PlainName>,
    /// Its volumes.
    pub volumes: Vec<Volume>,
}

/// A logical volume.
#[derive(Clone, Debug, Serialize)]
pub struct Volume {
    /// Its name.
    pub name: PlainName,
    /// Where it is mounted, or `swap`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mount: Option<MountPoint>,
    /// Its extent.
    #[serde(flatten)]
    pub room: Room,
    /// Its file system.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fs: Option<Line>,
}

/// A software RAID array.
#[derive(Clone, Debug, Serialize)]
pub struct Raid {
    /// The device's name.
    pub device: RaidName,
    /// Its level.
    pub level: u32,
    /// The disks it is on.
    pub disks: Vec<Line>,
    /// Where it is mounted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mount: Option<MountPoint>,
    /// Its file system.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fs: Option<Line>,
}

section! {
    /// A layout in the installer's own words.
    "partitions" struct RawPartitions {
        /// Those words.
        raw: Spanned<Text>,
        /// Whether `{{ }}` in them is an expression.
        template: Option<bool>,
    }
}

impl FromNode for Partitions {
    fn from_node(node: &Node, typer: &mut Typer<'_>) -> Option<Self> {
        if node.as_text() == Some("auto") {
            return Some(Self::Auto);
        }
        if node.as_map().is_some() {
            return raw(&RawPartitions::from_node(node, typer)?.raw, typer);
        }
        let Some(items) = node.as_seq() else {
            typer.mismatch(node, "`auto`, `{raw: …}` or a list of partitions");
            return None;
        };
        let mut layout = Layout::default();
        for item in items {
            layout.add(item, typer);
        }
        Some(Self::Layout(layout))
    }
}

/// The installer's commands may include files that a script wrote, but not open a section of the install file: that
/// would swallow the commands after them.
fn raw(text: &Spanned<Text>, typer: &mut Typer<'_>) -> Option<Partitions> {
    let opens = |line: &&str| line.starts_with('%') && !line.starts_with("%include ");
    if let Some(line) = text.lines().map(str::trim).find(opens) {
        typer.invalid(
            text.span,
            format!("`{line}` would end the section these commands stand in"),
        );
        return None;
    }
    Some(Partitions::Raw {
        text: text.value.clone(),
    })
}

impl Partitions {
    /// Returns the passphrases of encrypted partitions.
    pub fn passphrases(&self) -> impl Iterator<Item = &str> {
        let layout = match self {
            Self::Layout(layout) => Some(layout),
            Self::Auto | Self::Raw { .. } => None,
        };
        layout
            .into_iter()
            .flat_map(|layout| &layout.plain)
            .filter_map(|partition| partition.passphrase.as_deref())
    }
}

impl Layout {
    fn add(&mut self, item: &Node, typer: &mut Typer<'_>) {
        if item.get("volume_group").is_some() {
            self.volume_groups
                .extend(
                    VolumeGroupSpec::from_node(item, typer).map(|spec| VolumeGroup {
                        name: spec.volume_group.value,
                        disks: spec.disks,
                        thin_pool: spec.thin_pool,
                        volumes: spec.volumes.into_iter().map(Volume::from).collect(),
                    }),
                );
        } else if item.get("raid").is_some() {
            self.raids
                .extend(RaidSpec::from_node(item, typer).map(|spec| Raid {
                    device: spec.raid.value,
                    level: spec.level.value,
                    disks: spec.disks,
                    mount: spec.mount,
                    fs: spec.fs,
                }));
        } else if let Some(spec) = PartitionSpec::from_node(item, typer) {
            if spec.mount.is_none() {
                let message =
                    "a partition needs `mount` (a path or `swap`), `volume_group` or `raid`";
                typer
                    .sink
                    .push(Diagnostic::error(Code::MissingKey, item.span, message));
            }
            self.plain.push(partition(spec, typer));
        }
    }
}

impl From<VolumeSpec> for Volume {
    fn from(spec: VolumeSpec) -> Self {
        Self {
            name: spec.name.value,
            mount: spec.mount,
            room: spec.size.into(),
            fs: spec.fs,
        }
    }
}

fn partition(spec: PartitionSpec, typer: &mut Typer<'_>) -> Partition {
    let passphrase = spec
        .encrypt
        .and_then(|encrypt| match encrypt.passphrase.value {
            // The installer needs the passphrase itself: a hash opens nothing.
            Password::Outside(text) => Some(text),
            Password::Plain(text) | Password::Hash(text) => {
                let message = "a passphrase stands here in plain text";
                let help = "take it from outside with `!env` or `!file`; either way the install file holds it, and only its owner can read that";
                typer.sink.push(
                    Diagnostic::warning(Code::PlainPassword, encrypt.passphrase.span, message)
                        .help(help),
                );
                Some(text)
            }
            Password::Locked => {
                typer.invalid(
                    encrypt.passphrase.span,
                    "an encrypted partition needs a passphrase",
                );
                None
            }
        });
    Partition {
        mount: spec.mount.map(|mount| mount.value),
        room: spec.size.into(),
        min: spec.min,
        max: spec.max,
        fs: spec.fs,
        disk: spec.disk,
        options: spec.options,
        label: spec.label,
        passphrase,
    }
}
