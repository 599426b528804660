//! Volumes of storage pools (formatstorage.html, "StorageVolume").

use roxmltree::{Document, Error, Node};

use super::xml::{number, one, text};

/// A volume of a pool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Volume {
    /// Where the host has it.
    pub path: String,
    /// How much it holds, in bytes.
    pub capacity: u64,
    /// How much of the host's space it takes, in bytes.
    pub allocation: u64,
    /// Whether it is a block device, which takes all of its space from the start.
    pub is_block: bool,
}

impl Volume {
    /// Reads a volume from libvirt's XML, whose sizes are in bytes.
    ///
    /// # Errors
    /// Returns where the text is no XML.
    pub fn read(xml: &str) -> Result<Self, Error> {
        let document = Document::parse(xml)?;
        let root = document.root_element();
        let bytes = |name| number(one(root, name).and_then(|size: Node<'_, '_>| size.text()));
        let path = one(root, "target").and_then(|target| text(target, "path"));
        Ok(Self {
            path: path.unwrap_or_default(),
            capacity: bytes("capacity").unwrap_or_default(),
            allocation: bytes("allocation").unwrap_or_default(),
            is_block: root.attribute("type") == Some("block"),
        })
    }
}
