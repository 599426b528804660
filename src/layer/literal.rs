//! The values that layering reads itself, before anything is evaluated.

use crate::diag::{Code, Diagnostic, Sink};
use crate::yaml::{Node, Tag};

/// Returns whether the value of `key` is written as it is meant, and reports one that is yet to be found out.
pub(super) fn is_literal(node: &Node, key: &str, sink: &mut Sink) -> bool {
    let (code, what) = match node.tag {
        Tag::Env => (Code::MisplacedTag, "`!env` is"),
        Tag::File => (Code::MisplacedTag, "`!file` is"),
        _ if node.as_text().is_some_and(|text| text.contains("{{")) => {
            (Code::InvalidValue, "expressions are")
        }
        _ => return true,
    };
    let message = format!("`{key}` is read before {what}");
    sink.push(Diagnostic::error(code, node.span, message).help("write the value itself"));
    false
}
