//! How a layout is written: the keys of its parts, and what they come to.

use super::{
    Btrfs, BtrfsLevel, Extent, Layout, Partition, Partitions, Raid, Room, Subvolume, Volume,
    VolumeGroup,
};
use crate::diag::{Code, Diagnostic};
use crate::model::password::Password;
use crate::model::size::Size;
use crate::model::text::{Line, Text};
use crate::model::words::{HardwareWord, MountPoint, PlainName, RaidName};
use crate::source::{Span, Spanned};
use crate::yaml::Node;
use crate::yaml::schema::{Place, Schema};
use crate::yaml::typed::{FromNode, Typer, is_misspelt, section};

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
        layout.confine();
        Some(Self::Layout(layout))
    }

    fn schema(place: Place) -> Schema {
        Schema::words(&[("auto", "The installer decides.")])
            .or(RawPartitions::schema(place))
            .or(place.list_of(part))
    }
}

/// The installer's commands may include files that a script wrote, but not open a section of the install file: that
/// would swallow the commands after them.
fn raw(text: &Spanned<Text>, typer: &mut Typer<'_>) -> Option<Partitions> {
    let opens = |line: &&str| line.starts_with('%') && !line.starts_with("%include ");
    if let Some(line) = text.lines().map(str::trim).find(opens) {
        let message = format!("`{line}` would end the section these commands stand in");
        let help = "remove it; what is no partitioning is an entry of `packages` or `scripts`";
        typer.invalid(text.span, message, help);
        return None;
    }
    Some(Partitions::Raw { text: text.clone() })
}

/// Returns the forms of an item of the list, as [`Layout::add`] reads them.
fn part(place: Place) -> Schema {
    let kinds = [
        (PartitionSpec::schema(place), "mount"),
        (VolumeGroupSpec::schema(place), "volume_group"),
        (RaidSpec::schema(place), "raid"),
        (BtrfsSpec::schema(place), "btrfs"),
    ];
    let kinds = kinds.into_iter().map(|(kind, key)| kind.requiring(key));
    kinds.fold(Schema::default(), Schema::or)
}

/// Returns where the keys stand that say what an item of the list is, in order.
fn kinds(item: &Node) -> Vec<Span> {
    let map = item.as_map().into_iter().flatten();
    let kinds = map.filter(|(key, entry)| {
        matches!(&***key, "volume_group" | "raid" | "btrfs") && !entry.value.is_null()
    });
    kinds.map(|(_, entry)| entry.key).collect()
}

impl Layout {
    /// Reads one item of the list; its first key says what it is.
    fn add(&mut self, item: &Node, typer: &mut Typer<'_>) {
        if let [first, second, ..] = kinds(item)[..] {
            let message = "`volume_group`, `raid` and `btrfs` exclude each other";
            let fault = Diagnostic::error(Code::ConflictingKeys, second, message);
            typer.sink.push(fault.also(first, "the other one").help(
                "write an item of the list for each; a volume group names a RAID device among its `disks`",
            ));
        } else if item.get("volume_group").is_some() {
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
            if is_misspelt(map, "mount", PartitionSpec::KEYS) {
                return;
            }
            let message = "nothing says what this part of the layout is";
            let help = "write `mount`, a path or `swap`, or else `volume_group`, `raid` or `btrfs`";
            let fault = Diagnostic::error(Code::MissingKey, item.span, message);
            typer.sink.push(fault.help(help));
        }
    }
}

impl Layout {
    /// Notes the disks the layout is confined to, when every part of it names its own by the kernel's name.
    fn confine(&mut self) {
        let plain = self.plain.iter().map(|part| part.disk.as_slice());
        let groups = self.volume_groups.iter().map(|group| &group.disks[..]);
        let raids = self.raids.iter().map(|raid| &raid.disks[..]);
        let pools = self.btrfs.iter().map(|pool| &pool.disks[..]);
        let parts: Vec<_> = plain.chain(groups).chain(raids).chain(pools).collect();
        let named = parts.iter().copied().flatten().map(|disk| disk.as_str());
        if parts.iter().any(|part| part.is_empty()) || named.clone().any(|disk| disk.contains('/'))
        {
            return;
        }
        let is_raid = |disk: &str| self.raids.iter().any(|raid| raid.device.as_str() == disk);
        let mut disks: Vec<String> = named
            .filter(|disk| !is_raid(disk))
            .map(str::to_owned)
            .collect();
        disks.sort();
        disks.dedup();
        self.disks = disks;
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
        Password::Outside(text) => Some(text),
        Password::Plain(text) | Password::Hash(text) => {
            let message = "a passphrase stands here in plain text";
            let help = "take it from outside with `!env` or `!file`; either way the install file holds it, and only its owner can read that";
            let warning = Diagnostic::warning(Code::PlainPassword, passphrase.span, message);
            typer.sink.push(warning.help(help));
            Some(text)
        }
        Password::Locked => {
            typer.invalid(
                passphrase.span,
                "an encrypted partition needs a passphrase",
                "write `passphrase: !env NAME` or `passphrase: !file PATH`",
            );
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
