//! Values from outside the site, which are never shown, whatever is wrong with them.

use super::super::node::{Kind, Node, Tag};
use super::super::scalar::Scalar;
use super::super::schema::Place;
use super::{FromNode, Typer};
use crate::diag::{Code, Diagnostic, Sink};

/// Reads a value, whether it stands in the site or outside.
pub(crate) fn read<T: FromNode>(node: &Node, typer: &mut Typer<'_>) -> Option<T> {
    match node.tag {
        Tag::Env | Tag::File => {
            // Nothing evaluates what is neither a guest's nor a group's.
            let message = "`!env` and `!file` give values to guests, sysgroups and common only";
            typer.sink.push(
                Diagnostic::error(Code::MisplacedTag, node.span, message)
                    .help("write the value itself"),
            );
            None
        }
        Tag::Secret => secret(node, typer),
        _ => T::from_node(node, typer),
    }
}

/// Reads a value from outside, which is text: where text is no value, it is read as YAML reads it without quotes.
fn secret<T: FromNode>(node: &Node, typer: &mut Typer<'_>) -> Option<T> {
    let plain = match &node.kind {
        Kind::Scalar(scalar) if !scalar.plain => Some(Node {
            kind: Kind::Scalar(Scalar::plain(scalar.text.trim())),
            ..node.clone()
        }),
        _ => None,
    };
    for node in std::iter::once(node).chain(&plain) {
        let mut sink = Sink::default();
        let value = T::from_node(node, &mut Typer { sink: &mut sink });
        if !sink.has_errors() {
            return value;
        }
    }
    let place = Place {
        evaluated: true,
        listed: false,
    };
    let message = match T::schema(place).expected() {
        Some(expected) => format!("{expected} is due here, and what this names is something else"),
        None => "what this names cannot be a value here".to_owned(),
    };
    let help = "the value is not shown, because it may be a secret";
    typer.invalid(node.span, message, help);
    None
}
