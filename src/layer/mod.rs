//! Files → layers → one merged, unevaluated map per guest.
//!
//! Owns the order in which things load and what a later layer does to an earlier one. It knows the four literal keys
//! it must read before merging (`sysgroups`, `count`, `os`, `site`) and nothing else of the model; expressions are
//! still text here.

mod builtin;
mod discover;
mod draft;
mod groups;
mod homes;
mod legacy;
mod merge;
mod meta;
mod names;
mod order;
mod shadowed;
mod walk;

pub use builtin::{DEFAULTS, OS_TABLE};
pub(crate) use discover::CLASSES;
pub use discover::{discover, expect_lab, from_text};
pub(crate) use draft::MAX_COUNT;
pub use draft::{Draft, drafts};
pub(crate) use legacy::{DROPPED as LEGACY_DROPPED, RENAMED as LEGACY_RENAMED};
pub use legacy::{modernize_network, skip_storage as skip_legacy_storage};
pub use merge::{merge, merge_all};
pub(crate) use meta::LEGACY as LEGACY_CLASSES;
pub use meta::Meta;
pub use names::{check_name, check_word};
pub use order::natural_order;
pub use shadowed::shadowed;
pub use walk::{GuestWalk, How, LayerKind, Past, Walk, guest_walk};

use std::path::PathBuf;
use std::sync::Arc;

use indexmap::IndexMap;

use crate::source::{Span, Spanned};
use crate::yaml::Node;

/// An object of the site: the layers of its own that define it, in load order.
#[derive(Clone, Debug)]
pub struct Object {
    /// Where it is first defined: its key in a single file, the start of its file elsewhere.
    pub defined: Span,
    /// Its maps, later ones over earlier ones.
    pub layers: Vec<Node>,
}

/// Objects by name, in load order.
pub type Objects = IndexMap<Arc<str>, Object>;

/// Everything the conf directories hold, parsed, by class and in load order.
#[derive(Debug, Default)]
pub struct Layers {
    /// The site's name.
    pub site: Option<Spanned<String>>,
    /// What every guest starts from.
    pub common: Vec<Node>,
    /// Where that is first defined: its key in a single file, the start of its file elsewhere.
    pub common_defined: Option<Span>,
    /// The virtualization host.
    pub host: Vec<Node>,
    /// Networks.
    pub networks: Objects,
    /// Storage pools.
    pub storages: Objects,
    /// Groups of guests.
    pub sysgroups: Objects,
    /// Guests, before `count`.
    pub guests: Objects,
    /// The site's own operating systems.
    pub os: Objects,
    /// The directory relative paths start from.
    pub root: PathBuf,
    /// The file of chosen addresses.
    pub lock: PathBuf,
}
