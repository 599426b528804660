//! The layout of a guest's disks, in one vocabulary for every installer.

use serde::Serialize;

use super::one_of;
use super::password::Password;
use super::size::Size;
use super::text::{Line, Text};
use super::words::{HardwareWord, MountPoint, PlainName, RaidName};
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
    /// Btrfs file systems with subvolumes.
    pub btrfs: Vec<Btrfs>,
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
        fs: Option<Spanned<HardwareWord>>,
        /// The disk it is on.
        disk: Option<Spanned<Line>>,
        /// Its mount options.
        options: Option<Line>,
        /// Its label.
        label: Option<Spanned<Line>>,
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
        /// The disks, or RAID devices, it is on; the first disk when nothing is said.
        disks: Vec<Spanned<Line>>,
        /// The thin pool its volumes are in.
        thin_pool: Option<Spanned<PlainName>>,
        /// The encryption of what it is on.
        encrypt: Option<Encrypt>,
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
        mount: Spanned<MountPoint>,
        /// Its size.
        size: Option<Extent>,
        /// The least size of a growing one.
        min: Option<Size>,
        /// The most a growing one grows to.
        max: Option<Size>,
        /// Its file system.
        fs: Option<Spanned<HardwareWord>>,
        /// Its mount options.
        options: Option<Line>,
        /// Its label.
        label: Option<Spanned<Line>>,
        /// Its encryption.
        encrypt: Option<Encrypt>,
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
        disks: Vec<Spanned<Line>>,
        /// How much of each disk it takes; what is left when nothing is said.
        size: Option<Size>,
        /// Where it is mounted, unless a volume group is on it.
        mount: Option<Spanned<MountPoint>>,
        /// Its file system.
        fs: Option<Spanned<HardwareWord>>,
        /// Its encryption.
        encrypt: Option<Encrypt>,
    }
}

section! {
    /// A btrfs file system with subvolumes as written.
    "btrfs" struct BtrfsSpec {
        /// Its label.
        btrfs: Spanned<PlainName>,
        /// The disks it is on; the first one when nothing is said.
        disks: Vec<Spanned<Line>>,
        /// How data is spread over several disks.
        level: Option<BtrfsLevel>,
        /// Its subvolumes.
        volumes: Vec<SubvolumeSpec>,
    }
}

section! {
    /// A subvolume as written.
    "subvolume" struct SubvolumeSpec {
        /// Its name.
        name: Spanned<PlainName>,
        /// Where it is mounted.
        mount: Spanned<MountPoint>,
    }
}

one_of! {
    /// How btrfs spreads data over its disks (mkfs.btrfs(8), "PROFILES").
    BtrfsLevel {
        /// Each piece is somewhere once.
        Single = "single",
        /// Pieces are striped.
        Raid0 = "raid0",
        /// Each piece is on two disks.
        Raid1 = "raid1",
        /// Both.
        Raid10 = "raid10",
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
    /// The least size of a growing one, in bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min: Option<Size>,
    /// The most a growing one grows to, in bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max: Option<Size>,
}

impl Room {
    fn new(extent: Option<Extent>, min: Option<Size>, max: Option<Size>) -> Self {
        Self {
            min,
            max,
            ..Self::from(extent)
        }
    }
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
    pub mount: Spanned<MountPoint>,
    /// Its extent.
    #[serde(flatten)]
    pub room: Room,
    /// Its file system.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fs: Option<Spanned<HardwareWord>>,
    /// The disk it is on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disk: Option<Spanned<Line>>,
    /// Its mount options.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub options: Option<Line>,
    /// Its label.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<Spanned<Line>>,
    /// What opens it, when it is encrypted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub passphrase: Option<String>,
}

/// A volume group.
#[derive(Clone, Debug, Serialize)]
pub struct VolumeGroup {
    /// Its name.
    pub name: Spanned<PlainName>,
    /// The disks, or RAID devices, it is on.
    pub disks: Vec<Spanned<Line>>,
    /// The thin pool its volumes are in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub thin_pool: Option<Spanned<PlainName>>,
    /// What opens the disks it is on, when they are encrypted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub passphrase: Option<String>,
    /// Its volumes.
    pub volumes: Vec<Volume>,
}

/// A logical volume.
#[derive(Clone, Debug, Serialize)]
pub struct Volume {
    /// Its name.
    pub name: Spanned<PlainName>,
    /// Where it is mounted, or `swap`.
    pub mount: Spanned<MountPoint>,
    /// Its extent.
    #[serde(flatten)]
    pub room: Room,
    /// Its file system.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fs: Option<Spanned<HardwareWord>>,
    /// Its mount options.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub options: Option<Line>,
    /// Its label.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<Spanned<Line>>,
    /// What opens it, when it is encrypted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub passphrase: Option<String>,
}

/// A software RAID array.
#[derive(Clone, Debug, Serialize)]
pub struct Raid {
    /// The device's name.
    pub device: Spanned<RaidName>,
    /// Its level.
    pub level: Spanned<u32>,
    /// The disks it is on.
    pub disks: Vec<Spanned<Line>>,
    /// How much of each disk it takes, in bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size: Option<Size>,
    /// Where it is mounted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mount: Option<Spanned<MountPoint>>,
    /// Its file system.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fs: Option<Spanned<HardwareWord>>,
    /// What opens it, when it is encrypted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub passphrase: Option<String>,
}

/// A btrfs file system with subvolumes.
#[derive(Clone, Debug, Serialize)]
pub struct Btrfs {
    /// Its label.
    pub label: Spanned<PlainName>,
    /// The disks it is on.
    pub disks: Vec<Spanned<Line>>,
    /// How data is spread over them.
    pub level: BtrfsLevel,
    /// Its subvolumes.
    pub volumes: Vec<Subvolume>,
}

/// A subvolume.
#[derive(Clone, Debug, Serialize)]
pub struct Subvolume {
    /// Its name.
    pub name: Spanned<PlainName>,
    /// Where it is mounted.
    pub mount: Spanned<MountPoint>,
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

impl Layout {
    /// Reads one item of the list; its first key says what it is.
    fn add(&mut self, item: &Node, typer: &mut Typer<'_>) {
        if item.get("volume_group").is_some() {
            let spec = VolumeGroupSpec::from_node(item, typer);
            self.volume_groups
                .extend(spec.map(|spec| volume_group(spec, typer)));
        } else if item.get("raid").is_some() {
            let spec = RaidSpec::from_node(item, typer);
            self.raids.extend(spec.map(|spec| raid(spec, typer)));
        } else if item.get("btrfs").is_some() {
            self.btrfs
                .extend(BtrfsSpec::from_node(item, typer).map(btrfs));
        } else if item.get("mount").is_some_and(|mount| !mount.is_null()) {
            let spec = PartitionSpec::from_node(item, typer);
            self.plain
                .extend(spec.and_then(|spec| partition(spec, typer)));
        } else if let Some(map) = typer.map(item, "partition") {
            typer.unknown_keys(map, PartitionSpec::KEYS, "partition");
            let message =
                "a partition needs `mount` (a path or `swap`), `volume_group`, `raid` or `btrfs`";
            let fault = Diagnostic::error(Code::MissingKey, item.span, message);
            typer.sink.push(fault);
        }
    }
}

fn volume_group(spec: VolumeGroupSpec, typer: &mut Typer<'_>) -> VolumeGroup {
    let mut volume = |spec: VolumeSpec| Volume {
        name: spec.name,
        mount: spec.mount,
        room: Room::new(spec.size, spec.min, spec.max),
        fs: spec.fs,
        options: spec.options,
        label: spec.label,
        passphrase: passphrase(spec.encrypt, typer),
    };
    let volumes = spec.volumes.into_iter().map(&mut volume).collect();
    VolumeGroup {
        name: spec.volume_group,
        disks: spec.disks,
        thin_pool: spec.thin_pool,
        passphrase: passphrase(spec.encrypt, typer),
        volumes,
    }
}

fn raid(spec: RaidSpec, typer: &mut Typer<'_>) -> Raid {
    Raid {
        device: spec.raid,
        level: spec.level,
        disks: spec.disks,
        size: spec.size,
        mount: spec.mount,
        fs: spec.fs,
        passphrase: passphrase(spec.encrypt, typer),
    }
}

fn btrfs(spec: BtrfsSpec) -> Btrfs {
    let subvolume = |spec: SubvolumeSpec| Subvolume {
        name: spec.name,
        mount: spec.mount,
    };
    Btrfs {
        label: spec.btrfs,
        disks: spec.disks,
        level: spec.level.unwrap_or(BtrfsLevel::Single),
        volumes: spec.volumes.into_iter().map(subvolume).collect(),
    }
}

/// Returns the passphrase itself: the installer needs it, and a hash opens nothing.
fn passphrase(encrypt: Option<Encrypt>, typer: &mut Typer<'_>) -> Option<String> {
    let passphrase = encrypt?.passphrase;
    match passphrase.value {
        Password::Plain(text) | Password::Outside(text) | Password::Hash(text) => Some(text),
        Password::Locked => {
            typer.invalid(passphrase.span, "an encrypted partition needs a passphrase");
            None
        }
    }
}

fn partition(spec: PartitionSpec, typer: &mut Typer<'_>) -> Option<Partition> {
    Some(Partition {
        mount: spec.mount?,
        room: Room::new(spec.size, spec.min, spec.max),
        fs: spec.fs,
        disk: spec.disk,
        options: spec.options,
        label: spec.label,
        passphrase: passphrase(spec.encrypt, typer),
    })
}
