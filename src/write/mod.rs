//! The rendered files → the workdir, and nothing but what changed.
//!
//! Owns the comparison with what is there, the manifest that says which files are the program's, and the order of
//! writes that lets a killed run be completed by the next. It renders nothing and decides nothing about the lab.

mod apply;
mod compare;
mod diff;
mod fresh;
mod manifest;
mod refresh;
mod site;

pub use apply::{replace, write};
pub use compare::{Change, Changes, Kept, Scope, compare};
pub use diff::{diff, shown_lines};
pub use manifest::{Manifest, Sum, sum};
pub use refresh::refresh;
pub use site::{create, taken};

/// The path and reason of a step that failed.
pub type Failure = (std::path::PathBuf, std::io::Error);
