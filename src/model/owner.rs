//! Who owns a file in a guest.

use serde::Serialize;

use super::install::AccountName;
use crate::yaml::Node;
use crate::yaml::schema::{Place, Schema};
use crate::yaml::typed::{FromNode, Typer};

/// A user or group: by name, or by number for one that no package or `users` entry of the site makes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Owner(pub String);

impl FromNode for Owner {
    fn from_node(node: &Node, typer: &mut Typer<'_>) -> Option<Self> {
        // chown(1) takes digits for a number; 4294967295 means "leave it" to chown(2).
        let number = node
            .as_text()
            .filter(|text| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()));
        match number {
            Some(text) => match text.parse::<u32>().ok().filter(|id| *id != u32::MAX) {
                Some(id) => Some(Self(id.to_string())),
                None => {
                    let message = format!("{text} is too large for an owner");
                    typer.invalid(
                        node.span,
                        message,
                        "write a name, or a number below 4294967295",
                    );
                    None
                }
            },
            None => AccountName::from_node(node, typer).map(|name| Self(name.0)),
        }
    }

    fn schema(place: Place) -> Schema {
        let number = Schema::pattern("[0-9]{1,10}", "a number").or(Schema::whole(0, u32::MAX - 1));
        AccountName::schema(place).or(number)
    }
}
