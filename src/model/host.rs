//! The virtualization host.

use indexmap::IndexMap;

use super::guest::TemplateRef;
use super::path::AbsolutePath;
use super::size::Memory;
use super::text::Line;
use crate::source::Spanned;
use crate::yaml::Node;
use crate::yaml::typed::section;

section! {
    /// `host.d`: the host the lab runs on.
    "host" struct Host {
        /// The libvirt connection URI of the scripts; `qemu:///system` when nothing is said.
        connect: Option<Line>,
        /// The host's name, for people.
        name: Option<Line>,
        /// The memory the lab may use.
        memory: Option<Spanned<Memory>>,
        /// The virtual CPUs the lab may use.
        vcpus: Option<Spanned<u32>>,
        /// Where installation images are mounted.
        isomntdir: Option<AbsolutePath>,
        /// Where installation images lie.
        isodatadir: Option<AbsolutePath>,
        /// iSCSI targets, as 0.3 wrote them; templates may read them.
        iscsi: Option<Node>,
        /// Further outputs for the host.
        host_templates: IndexMap<std::sync::Arc<str>, Spanned<TemplateRef>>,
    }
}

impl Host {
    /// The host of a site that says nothing of it.
    pub const DEFAULT_CONNECT: &str = "qemu:///system";
}
