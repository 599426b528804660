//! Words of virt-install's command line.

use serde::Serialize;

use super::text::Line;
use crate::yaml::Node;
use crate::yaml::habits::as_words;
use crate::yaml::schema::{Place, Schema};
use crate::yaml::typed::{FromNode, Typer};

/// One word of a command line: a flag, the value after it, or both joined by `=`.
#[derive(Clone, Debug, Serialize)]
#[serde(transparent)]
pub struct Argument(Line);

impl Argument {
    /// Returns the word.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl FromNode for Argument {
    fn from_node(node: &Node, typer: &mut Typer<'_>) -> Option<Self> {
        let word = Line::from_node(node, typer)?;
        if let Some(list) = as_words(&word) {
            let message = "each item is one word of the command line, and this is a flag and more";
            typer.invalid(node.span, message, format!("write `{list}`"));
            return None;
        }
        Some(Self(word))
    }

    fn schema(place: Place) -> Schema {
        Line::schema(place)
    }
}
