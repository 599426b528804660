//! The lab → the text of every output.
//!
//! Owns Tera: which template makes which file, what a template may read, and how values are quoted on their way into
//! other languages. It neither reads the site's YAML nor writes files.

mod builtin;
mod content;
mod context;
mod engine;
mod filters;
mod guest_files;
mod host_files;
mod mask;
mod network;
mod outputs;
mod parts;
mod payloads;
mod sections;
mod storage;
mod targets;

pub use content::Content;
pub use context::guest_list;
pub use engine::Engine;
pub use guest_files::{guest_context, review};
pub use mask::mask;
pub use network::network_context;
pub use outputs::{OutFile, Selection, render};
pub use payloads::Payloads;
pub use storage::storage_context;

/// The XML namespace of the stamp that marks what this program made.
pub const STAMP_XMLNS: &str = "urn:miniascape:lab:1";
