//! YAML text → spanned tree → typed values.
//!
//! Owns YAML 1.2 and nothing of the lab: [`parse`] makes a [`Node`] tree in which every key and value knows its bytes,
//! [`typed`] reads typed values out of it, [`schema`] says to editors what they may be, [`emit`] writes plain data back as text that YAML 1.1 readers agree on.

pub mod annotate;
pub mod emit;
pub mod habits;
mod memo;
mod node;
mod overlay;
mod parse;
pub mod path;
mod scalar;
pub mod schema;
pub mod typed;

pub use memo::NodeMemo;
pub use node::{Entry, Kind, Map, Node, Tag};
pub use overlay::{Entries, Overlay};
pub use parse::parse;
pub use scalar::{Resolved, Scalar};
