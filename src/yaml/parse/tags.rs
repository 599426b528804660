//! Tags of values: which there are, and before what each stands.

use granit_parser::Tag as RawTag;

use super::super::node::{Kind, Node, Tag};
use super::super::scalar::Resolved;
use super::Reader;
use crate::diag::{Code, Diagnostic, nearest};

impl Reader<'_> {
    /// Gives a value the meaning of its tag.
    pub(super) fn tagged(&mut self, mut node: Node, tag: Option<&RawTag>) -> Node {
        let Some(tag) = tag else { return node };
        if let Some(core) = tag.core_suffix() {
            return self.core_tagged(node, core);
        }
        let name = tag.suffix();
        let known = Tag::ALL
            .iter()
            .find(|(known, _)| *known == name && tag.handle() == "!");
        match (known, &node.kind) {
            (Some((_, Tag::Append | Tag::Remove)), Kind::Map(_) | Kind::Scalar(_)) => {
                self.misplaced(&node, name, "a list");
            }
            (Some((_, Tag::Replace)), Kind::Scalar(_)) => {
                self.misplaced(&node, name, "a map or a list")
            }
            (Some((_, Tag::Env | Tag::File)), Kind::Seq(_) | Kind::Map(_)) => {
                self.misplaced(&node, name, "text")
            }
            (Some((_, known)), _) => node.tag = *known,
            (None, _) if tag.handle() == "!" && name.is_empty() => {
                if let Kind::Scalar(scalar) = &mut node.kind {
                    scalar.plain = false;
                }
            }
            (None, _) => {
                let written = format!("{}{}", tag.original_handle(), name);
                let known = Tag::ALL.iter().map(|(known, _)| *known);
                let help = match nearest(name, known.clone()) {
                    Some(near) => format!("did you mean `!{near}`?"),
                    None => format!(
                        "tags known here: !{}",
                        known.collect::<Vec<_>>().join(", !")
                    ),
                };
                let message = format!("unknown tag `{written}`");
                self.sink
                    .push(Diagnostic::error(Code::UnknownTag, node.span, message).help(help));
            }
        }
        node
    }

    fn misplaced(&mut self, node: &Node, tag: &str, wants: &str) {
        let message = format!(
            "`!{tag}` stands before {wants}, not before {}",
            node.describe()
        );
        let help = match (tag, node.as_text()) {
            ("append" | "remove", Some(item)) => format!("write a list: `!{tag} [{item}]`"),
            ("replace", Some(_)) => "leave the tag out: text always takes the place of text".into(),
            _ => format!("write {wants} after it, or leave `!{tag}` out"),
        };
        self.sink
            .push(Diagnostic::error(Code::MisplacedTag, node.span, message).help(help));
    }

    /// Applies `!!str` and its kin.
    fn core_tagged(&mut self, mut node: Node, core: &str) -> Node {
        let Kind::Scalar(scalar) = &mut node.kind else {
            let fits = matches!(
                (&node.kind, core),
                (Kind::Seq(_), "seq") | (Kind::Map(_), "map")
            );
            if !fits {
                self.misplaced(&node, &format!("!{core}"), "another kind of value");
            }
            return node;
        };
        scalar.plain = core != "str";
        let fits = matches!(
            (scalar.resolve(), core),
            (Resolved::Str(_), "str")
                | (Resolved::Int(_), "int" | "float")
                | (Resolved::Float(_), "float")
                | (Resolved::Bool(_), "bool")
                | (Resolved::Null, "null")
        );
        if !fits {
            let message = format!("`{}` is not what `!!{core}` says", scalar.text);
            self.sink.push(
                Diagnostic::error(Code::InvalidValue, node.span, message)
                    .help("leave the tag out, and quote what is to be text"),
            );
        }
        node
    }
}
