//! Storage pools, in the words of libvirt's pool XML (formatstorage.html).

use serde::Serialize;

use super::one_of;
use super::text::{AbsolutePath, ObjectName};
use crate::source::{Span, Spanned};
use crate::yaml::Node;
use crate::yaml::typed::section;

one_of! {
    /// The kind of a pool.
    PoolType {
        /// A directory.
        Dir = "dir",
        /// An LVM volume group.
        Logical = "logical",
        /// A directory of a network file system.
        Netfs = "netfs",
        /// An iSCSI target.
        Iscsi = "iscsi",
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
        target: Option<Spanned<AbsolutePath>>,
        /// Where a pool that is not a directory has its volumes from.
        source: Option<Spanned<Node>>,
        /// Whether it starts with the host; it does when nothing is said.
        autostart: Option<bool>,
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
    /// The directory its volumes appear in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<Spanned<AbsolutePath>>,
    /// Whether it starts with the host.
    pub autostart: bool,
    /// Whether it must exist on the host and is never changed.
    pub external: bool,
    /// Where it is defined.
    #[serde(skip)]
    pub defined: Span,
}
