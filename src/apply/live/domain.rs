//! Domains (formatdomain.html).

use std::fmt;

use roxmltree::{Document, Error, Node};

use super::Stamp;
use super::xml::{all, attribute, number, of_child, one, text};

/// What a domain is made from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Domain {
    /// Whose it is, and how far its install is.
    pub stamp: Option<Stamp>,
    /// A line for people.
    pub description: Option<String>,
    /// The most memory it can have, in KiB.
    pub memory: u64,
    /// The memory it has, in KiB; a balloon takes the rest.
    pub current_memory: u64,
    /// Its virtual CPUs.
    pub processors: Processors,
    /// Its network interfaces.
    pub interfaces: Vec<Interface>,
    /// Its disks, without drives for media.
    pub disks: Vec<Disk>,
}

/// Virtual CPUs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Processors {
    /// How many it can have.
    pub most: u64,
    /// How many it has.
    pub current: u64,
}

/// A network interface.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interface {
    /// Its MAC address, in lower case.
    pub mac: String,
    /// What it is plugged into, in words: `network lan`, `bridge br0`.
    pub source: String,
    /// The portgroup of that.
    pub portgroup: Option<String>,
    /// The card's model.
    pub model: Option<String>,
    /// The largest packet.
    pub mtu: Option<u64>,
}

/// A disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disk {
    /// Its name in the guest.
    pub device: String,
    /// The bus.
    pub bus: String,
    /// Where its bytes are.
    pub source: Source,
    /// Its format.
    pub format: String,
    /// The host's caching; `default` when nothing is said.
    pub cache: String,
    /// Whether several guests write to it.
    pub shareable: bool,
}

/// Where a disk's bytes are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A volume, by its pool and name.
    Volume(String, String),
    /// A file or device of the host.
    Path(String),
    /// Something the model does not have, or nothing.
    Other,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Volume(pool, volume) => write!(f, "{pool}/{volume}"),
            Self::Path(path) => f.write_str(path),
            Self::Other => f.write_str("something else"),
        }
    }
}

impl fmt::Display for Processors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.current == self.most {
            write!(f, "{}", self.most)
        } else {
            write!(f, "{} of {}", self.current, self.most)
        }
    }
}

impl Domain {
    /// Reads a domain from libvirt's XML.
    ///
    /// # Errors
    /// Returns where the text is no XML.
    pub fn read(xml: &str) -> Result<Self, Error> {
        let document = Document::parse(xml)?;
        let root = document.root_element();
        let memory = one(root, "memory").and_then(kib).unwrap_or_default();
        let devices = one(root, "devices");
        let children = |name| {
            devices
                .into_iter()
                .flat_map(move |devices| all(devices, name))
        };
        let is_disk = |disk: &Node<'_, '_>| disk.attribute("device").is_none_or(|is| is == "disk");
        Ok(Self {
            stamp: Stamp::read(root),
            description: text(root, "description"),
            memory,
            current_memory: one(root, "currentMemory").and_then(kib).unwrap_or(memory),
            processors: processors(root),
            interfaces: children("interface").map(interface).collect(),
            disks: children("disk").filter(is_disk).map(disk).collect(),
        })
    }
}

/// Returns an amount of memory. libvirt prints KiB, whatever it was given.
fn kib(node: Node<'_, '_>) -> Option<u64> {
    let amount = number(node.text())?;
    match node.attribute("unit") {
        None | Some("KiB" | "k") => Some(amount),
        Some("MiB" | "M") => amount.checked_mul(1 << 10),
        Some("GiB" | "G") => amount.checked_mul(1 << 20),
        Some("b" | "bytes") => Some(amount >> 10),
        Some(_) => None,
    }
}

fn processors(root: Node<'_, '_>) -> Processors {
    let vcpu = one(root, "vcpu");
    let most = number(vcpu.and_then(|vcpu| vcpu.text())).unwrap_or(1);
    let current = number(vcpu.and_then(|vcpu| vcpu.attribute("current")));
    Processors {
        most,
        current: current.unwrap_or(most),
    }
}

fn interface(node: Node<'_, '_>) -> Interface {
    let kind = node.attribute("type").unwrap_or_default();
    let source = one(node, "source");
    // A running interface also names the bridge of its network.
    let place =
        source.and_then(|source| source.attribute(kind).or_else(|| source.attribute("dev")));
    Interface {
        mac: of_child(node, "mac", "address")
            .unwrap_or_default()
            .to_ascii_lowercase(),
        source: format!("{kind} {}", place.unwrap_or_default())
            .trim_end()
            .to_owned(),
        portgroup: source.and_then(|source| attribute(source, "portgroup")),
        model: of_child(node, "model", "type"),
        mtu: number(of_child(node, "mtu", "size").as_deref()),
    }
}

fn disk(node: Node<'_, '_>) -> Disk {
    let source = one(node, "source").map_or(Source::Other, |source| {
        let given = |name| attribute(source, name);
        let path = || given("file").or_else(|| given("dev")).map(Source::Path);
        let volume = given("pool").zip(given("volume"));
        volume
            .map(|(pool, volume)| Source::Volume(pool, volume))
            .or_else(path)
            .unwrap_or(Source::Other)
    });
    let driver = |name| of_child(node, "driver", name);
    Disk {
        device: of_child(node, "target", "dev").unwrap_or_default(),
        bus: of_child(node, "target", "bus").unwrap_or_default(),
        source,
        format: driver("type").unwrap_or_else(|| "raw".to_owned()),
        cache: driver("cache").unwrap_or_else(|| "default".to_owned()),
        shareable: one(node, "shareable").is_some(),
    }
}
