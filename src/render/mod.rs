//! The lab → the text of every output.
//!
//! Owns Tera: which template makes which file, what a template may read, and how values are quoted on their way into
//! other languages. It neither reads the site's YAML nor writes files.

mod arguments;
mod boot;
mod builtin;
mod content;
mod context;
mod digest;
mod engine;
mod faults;
mod filters;
mod guest_files;
mod host_files;
mod links;
mod mask;
mod memo;
mod names;
mod network;
mod origin;
mod outputs;
mod own;
mod page;
mod parts;
mod payloads;
mod probe;
mod scan;
mod sections;
mod storage;
mod strangers;
mod targets;
mod trace;
mod views;

pub(crate) use arguments::{console_args, kernel_args};
pub use content::Content;
pub use context::guest_list;
pub use digest::digests;
pub use engine::Engine;
pub use guest_files::guest_context;
pub use mask::mask;
pub use names::{Kind, Name, Topic, guest_names, host_script_names, network_names, storage_names};
pub use network::network_context;
pub use outputs::{OutFile, Selection, render};
pub use page::page_parts;
pub use payloads::Brought;
pub use payloads::Payloads;
pub use sections::review;
pub use storage::storage_context;
pub use targets::check_outputs;
pub use trace::{Inside, Piece, Place, Trace, trace};

/// The XML namespace of the stamp that marks what this program made.
pub const STAMP_XMLNS: &str = "urn:miniascape:lab:1";
