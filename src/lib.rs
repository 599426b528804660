//! miniascape compiles one layered YAML description of a lab of virtual machines into files that stand alone: libvirt
//! network XML, an unattended-install file per guest, and a build script per guest.
//!
//! The pipeline, one stage a module, each a function from the last one's value to the next one's and a sink of
//! diagnostics:
//!
//! 1. [`layer::discover`] finds the YAML files of the conf directories, and [`yaml::parse`] reads them into trees in
//!    which every value knows its place.
//! 2. [`layer::drafts`] works out groups and counts, and merges each guest's layers.
//! 3. [`expr::evaluate`] evaluates the expressions in the merged values.
//! 4. [`model`] gives every value its type.
//! 5. [`link`](mod@link) resolves references, and chooses addresses, MAC addresses and UUIDs.
//! 6. [`check`](mod@check) applies the rules about the lab as a whole.
//! 7. [`render`](mod@render) makes the text of every output.
//! 8. [`write`](mod@write) compares that with the workdir and changes what differs.
//!
//! A stage reports all its faults; a fault stops what needs the object it is in. Nothing is written before
//! `write`, and nothing but [`files`] reads the site.

#[cfg(feature = "apply")]
pub mod apply;
pub mod check;
pub mod cli;
pub mod diag;
pub mod explain;
pub mod expr;
pub mod files;
pub mod layer;
pub mod link;
pub mod model;
mod pipeline;
pub mod render;
pub mod schema;
pub mod secret;
pub mod source;
pub mod ui;
pub mod write;
pub mod yaml;

pub use pipeline::{Loaded, Request, load, load_text, load_with_layers, os_table};
