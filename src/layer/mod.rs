//! Files → layers → one merged, unevaluated map per guest.
//!
//! Owns the order in which things load and what a later layer does to an earlier one. It knows the four literal keys
//! it must read before merging (`sysgroups`, `count`, `os`, `site`) and nothing else of the model; expressions are
//! still text here.

mod builtin;
mod discover;
mod draft;
mod drafter;
mod groups;
mod homes;
mod legacy;
mod literal;
mod merge;
mod meta;
mod names;
mod odd;
mod order;
mod parts;
mod shadowed;
mod walk;

pub use builtin::{DEFAULTS, OS_TABLE};
pub(crate) use discover::CLASSES;
pub use discover::{discover, expect_lab, from_text};
pub use draft::{Draft, drafts};
pub(crate) use drafter::MAX_COUNT;
pub(crate) use legacy::{DROPPED as LEGACY_DROPPED, RENAMED as LEGACY_RENAMED};
pub use legacy::{modernize_network, skip_storage as skip_legacy_storage};
pub use merge::{merge, merge_all};
pub(crate) use meta::LEGACY as LEGACY_CLASSES;
pub use meta::Meta;
pub use names::{check_name, check_word};
pub use order::natural_order;
pub use parts::{Part, Parts};
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
    /// Whether a part of it cannot be read: what it lacks is no fault of its own.
    pub unread: bool,
}

impl Object {
    /// Makes an object of no layers yet.
    pub(crate) fn new(defined: Span) -> Self {
        Self {
            defined,
            layers: Vec::new(),
            unread: false,
        }
    }
}

/// Objects by name, in load order.
pub type Objects = IndexMap<Arc<str>, Object, foldhash::fast::RandomState>;

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
    /// What is written where no object is.
    pub parts: Parts,
}

impl Layers {
    /// Puts the layers of a later conf directory over these.
    fn stack(&mut self, later: Self) {
        self.site = later.site.or(self.site.take());
        self.common.extend(later.common);
        self.common_defined = self.common_defined.or(later.common_defined);
        self.host.extend(later.host);
        self.parts.extend(later.parts);
        for (mine, theirs) in [
            (&mut self.networks, later.networks),
            (&mut self.storages, later.storages),
            (&mut self.sysgroups, later.sysgroups),
            (&mut self.guests, later.guests),
            (&mut self.os, later.os),
        ] {
            for (name, object) in theirs {
                let entry = mine.entry(name);
                let entry = entry.or_insert_with(|| Object::new(object.defined));
                entry.layers.extend(object.layers);
                entry.unread |= object.unread;
            }
        }
    }

    fn objects_mut(&mut self, class: &str) -> Option<&mut Objects> {
        match class {
            "networks" => Some(&mut self.networks),
            "storages" => Some(&mut self.storages),
            "sysgroups" => Some(&mut self.sysgroups),
            "guests" => Some(&mut self.guests),
            "os" => Some(&mut self.os),
            _ => None,
        }
    }

    /// Returns the layers of common or the host, one of which is about to be added; `defined` is where it begins.
    fn list_mut(&mut self, class: &str, defined: Span) -> &mut Vec<Node> {
        if class == "host" {
            &mut self.host
        } else {
            self.common_defined.get_or_insert(defined);
            &mut self.common
        }
    }
}
