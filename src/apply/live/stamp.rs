//! The stamp in the metadata of networks and domains, by which a site knows its own.

use roxmltree::Node;

use super::xml::{attribute, one};
use crate::render::STAMP_XMLNS;

/// The stamp of a network or domain.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stamp {
    /// The site whose object it is.
    pub site: String,
    /// A digest of what made it.
    pub digest: Option<String>,
    /// How far the install of a domain is: `installing` or `installed`.
    pub state: Option<String>,
    /// The volumes that go with a domain, each as `POOL/VOLUME`.
    pub volumes: Vec<String>,
}

impl Stamp {
    /// Reads the stamp of an object from its root element.
    pub(super) fn read(root: Node<'_, '_>) -> Option<Self> {
        let metadata = one(root, "metadata")?;
        let stamp = metadata
            .children()
            .find(|child| child.has_tag_name((STAMP_XMLNS, "lab")))?;
        let volumes = stamp.attribute("volumes").unwrap_or_default();
        Some(Self {
            site: attribute(stamp, "site").unwrap_or_default(),
            digest: attribute(stamp, "digest"),
            state: attribute(stamp, "state"),
            volumes: volumes
                .split_ascii_whitespace()
                .map(str::to_owned)
                .collect(),
        })
    }
}
