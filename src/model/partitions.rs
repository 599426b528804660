//! The layout of a guest's disks, in one vocabulary for every installer. How it is written is in [`written`].

pub mod written;

use serde::Serialize;

use super::one_of;
use super::size::Size;
use super::text::{Line, Text};
use super::words::{HardwareWord, MountPoint, PlainName, RaidName};
use crate::source::Spanned;
use crate::yaml::Node;
use crate::yaml::schema::{Place, Schema};
use crate::yaml::typed::{FromNode, Typer};

/// How the disks are laid out.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Partitions {
    /// The installer decides.
    Auto,
    /// The installer's own words.
    Raw {
        /// Those words.
        text: Spanned<Text>,
    },
    /// As written.
    Layout(Layout),
}

impl Partitions {
    /// Returns the passphrases of everything that is encrypted.
    pub fn passphrases(&self) -> impl Iterator<Item = &str> {
        let layout = match self {
            Self::Layout(layout) => Some(layout),
            Self::Auto | Self::Raw { .. } => None,
        };
        layout.into_iter().flat_map(|layout| {
            let plain = layout.plain.iter().map(|part| &part.passphrase);
            let raids = layout.raids.iter().map(|raid| &raid.passphrase);
            let groups = layout.volume_groups.iter().map(|group| &group.passphrase);
            let volumes = layout.volume_groups.iter().flat_map(|group| &group.volumes);
            plain
                .chain(raids)
                .chain(groups)
                .chain(volumes.map(|volume| &volume.passphrase))
                .filter_map(Option::as_deref)
        })
    }
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
    /// The disks it is confined to; none when some part is on whatever disk the installer takes.
    pub disks: Vec<String>,
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
                    format!("`{}` is not a share of a disk", text.escape_debug()),
                    "write `1%` to `100%`, or a size as in `8G`",
                );
            }
            return percent.map(Self::Percent);
        }
        Size::from_node(node, typer).map(Self::Fixed)
    }

    fn schema(place: Place) -> Schema {
        let percent = Schema::pattern(r"(?:100|[1-9][0-9]?)\s*%", "a share such as 50%");
        Schema::words(&[("grow", "What is left.")])
            .or(percent)
            .or(Size::schema(place))
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
    /// Makes the room of a part; one of a least or greatest size and no other grows.
    fn new(extent: Option<Extent>, min: Option<Size>, max: Option<Size>) -> Self {
        let grow =
            extent == Some(Extent::Grow) || extent.is_none() && (min.is_some() || max.is_some());
        Self {
            size: match extent {
                Some(Extent::Fixed(size)) => Some(size),
                _ => None,
            },
            percent: match extent {
                Some(Extent::Percent(percent)) => Some(percent),
                _ => None,
            },
            grow,
            min,
            max,
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
