//! Where resolved values come from.
//!
//! Nothing is kept for this in other runs: the layers of the one object in question are walked again, its expressions
//! read again, and the rules by which the program fills in the rest are told from what they gave. A value is named by
//! its path, either the one it is written at (`packages[2]`) or the one templates and `show` know it by
//! (`packages.installed[2]`). This module prints nothing and decides nothing.

mod gone;
mod guest;
mod interfaces;
pub mod json;
mod network;
mod objects;
mod output;
mod partitions;
mod subject;
mod system;
pub mod text;
mod values;

pub use guest::GuestValues;
pub use objects::ObjectValues;
pub use output::{Copied, OutputLine, Tag, explain_line};
pub use subject::Subject;

use serde_json::Value;

use crate::files::Files;
use crate::layer::{How, LayerKind, Layers, Past};
use crate::link::{Lab, Rules};
use crate::model::os::OsTable;
use crate::pipeline::Loaded;
use crate::source::Span;
use crate::yaml::path::Step;

/// What a loaded site is explained from.
#[derive(Debug)]
pub struct Site<'a> {
    lab: &'a Lab,
    loaded: &'a Loaded,
    layers: &'a Layers,
    table: &'a OsTable,
    rules: Rules<'a>,
    /// The connection URI of the command line.
    connect: bool,
}

impl<'a> Site<'a> {
    /// Prepares to explain a site; `connect` says that the command line names the connection.
    pub fn new(loaded: &'a Loaded, layers: &'a Layers, connect: bool, files: &mut Files) -> Self {
        Self {
            lab: &loaded.lab,
            loaded,
            layers,
            table: &loaded.table,
            rules: Rules::new(&loaded.lab, &loaded.lock, files),
            connect,
        }
    }
}

/// Where a value comes from.
#[derive(Clone, Debug, Default)]
pub struct Origin {
    /// The path it is written at, when it is written.
    pub written: Option<Vec<Step>>,
    /// The path in the OS table's entry that it is taken from.
    pub system: Option<Vec<Step>>,
    /// The place that gave it; what the program fills in by itself has none.
    pub place: Option<Span>,
    /// What made it, in words; nothing is said of what is taken as it is written.
    pub why: Option<String>,
}

impl Origin {
    /// A value that the program made.
    fn made(why: impl Into<String>) -> Self {
        Self {
            why: Some(why.into()),
            ..Self::default()
        }
    }

    /// A value that nobody gives.
    fn default_value() -> Self {
        Self::made("a default of the program")
    }

    /// Names the place it goes back to, if there is one.
    fn at(mut self, place: impl Into<Option<Span>>) -> Self {
        self.place = place.into().or(self.place);
        self
    }

    /// Says what was made of a written value.
    fn because(mut self, why: impl Into<String>) -> Self {
        self.why = Some(why.into());
        self
    }
}

/// A value with its origin, and what it took to become what it is.
#[derive(Clone, Debug)]
pub struct Explanation {
    /// Its path, as it was asked for.
    pub path: String,
    /// The value without secrets.
    pub value: Value,
    /// Where it comes from.
    pub origin: Origin,
    /// The layers that decided over it, in load order; the last one left what is there.
    pub layers: Vec<Layer>,
    /// The expressions it is made by.
    pub expressions: Vec<Expression>,
}

/// What one layer made of a value.
#[derive(Clone, Debug)]
pub struct Layer {
    /// The layer, in words.
    pub name: String,
    /// Where it says so.
    pub place: Span,
    /// What it did.
    pub how: How,
    /// The value after it, as it is written and without secrets; none when there was none.
    pub value: Option<Value>,
}

/// An expression and what it read.
#[derive(Clone, Debug)]
pub struct Expression {
    /// Its text between the braces.
    pub text: String,
    /// What it read.
    pub inputs: Vec<Explanation>,
}

impl Layer {
    fn new(past: &Past<'_>, own: &str, value: Option<Value>) -> Self {
        let name = match past.kind {
            LayerKind::Defaults => "defaults".to_owned(),
            LayerKind::Os(name) => format!("OS {name}"),
            LayerKind::Common => "common".to_owned(),
            LayerKind::Sysgroup(name) => format!("sysgroup {name}"),
            LayerKind::Own => own.to_owned(),
        };
        Self {
            name,
            place: past.place,
            how: past.how,
            value,
        }
    }

    /// Returns the tag by which the layer did not simply say a value.
    #[must_use]
    pub fn tag(&self) -> Option<&'static str> {
        match self.how {
            How::Set | How::Merged | How::Dropped => None,
            How::Appended => Some("!append"),
            How::Removed => Some("!remove"),
            How::Replaced => Some("!replace"),
            How::Returned => Some("~"),
        }
    }
}
