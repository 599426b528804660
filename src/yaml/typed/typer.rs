//! What typing says of a value that is not what is due.

use super::super::habits;
use super::super::node::{Kind, Map, Node, Tag};
use super::super::overlay::Entries;
use super::super::scalar::Resolved;
use super::FromNode;
use crate::diag::{Code, Diagnostic, Sink, nearest};
use crate::model::refusal::Refusal;
use crate::source::Span;

/// What reading needs besides the node.
#[derive(Debug)]
pub struct Typer<'a> {
    /// Where faults go.
    pub sink: &'a mut Sink,
}

impl Typer<'_> {
    /// Reports that `node` is not `expected`, naming YAML 1.1 habits where one is the cause.
    pub fn mismatch(&mut self, node: &Node, expected: &str) {
        let found = match node.as_text() {
            Some(text)
                if node.tag != Tag::Secret
                    && !text.is_empty()
                    && text.chars().count() <= 60
                    && !text.contains('\n') =>
            {
                format!("found {} `{text}`", node.describe())
            }
            _ => format!("found {}", node.describe()),
        };
        let message = format!("{expected} is due here, {found}");
        let help = habit(node, expected).unwrap_or_else(|| in_its_place(node, expected));
        self.invalid(node.span, message, help);
    }

    /// Reports a value that cannot be used, and what to write.
    pub fn invalid(&mut self, span: Span, message: impl Into<String>, help: impl Into<String>) {
        self.sink
            .push(Diagnostic::error(Code::InvalidValue, span, message).help(help));
    }

    /// Reports a text that is no value of its type.
    pub fn refuse(&mut self, span: Span, refusal: Refusal) {
        self.sink.push(refusal.into_error(Code::InvalidValue, span));
    }

    /// Reports a value that stands alone where a list is due.
    pub(super) fn not_a_list<T: FromNode>(&mut self, node: &Node, key: &str) {
        // One from outside may be a secret.
        let text = node.as_text().filter(|_| node.tag == Tag::None);
        let words = text.and_then(habits::as_words);
        let help = match (text, words) {
            (Some(_), _) if !stands_alone::<T>(node) => {
                format!("write `{key}: [{{…}}]`: its items are maps")
            }
            (_, Some(words)) => format!("write `{key}: {words}`"),
            (Some(text), None) if !text.contains([',', '\n']) && text.chars().count() <= 60 => {
                format!("write `{key}: [{text}]`")
            }
            _ => "write `- ` before each item, or `[` and `]` around them".to_owned(),
        };
        let message = format!("a list of {key} is due here, found {}", node.describe());
        self.invalid(node.span, message, help);
    }

    /// Reports a number that other readers of YAML take for another.
    pub fn unambiguous(&mut self, node: &Node) {
        if let Kind::Scalar(scalar) = &node.kind
            && let Some((message, help)) = habits::leading_zero(scalar)
        {
            self.sink
                .push(Diagnostic::warning(Code::AmbiguousNumber, node.span, message).help(help));
        }
    }

    /// Returns the map behind `node`, or reports that `what` must be one.
    pub fn map<'n>(&mut self, node: &'n Node, what: &str) -> Option<&'n Map> {
        let map = node.as_map();
        if map.is_none() {
            self.mismatch(node, &format!("a map of {what} keys"));
        }
        map
    }

    /// Reports every key of `map` that is not among `known`.
    pub fn unknown_keys(&mut self, map: &Map, known: &[&str], what: &str) {
        for (key, entry) in map {
            if !known.contains(&&**key) {
                let message = format!("unknown key `{key}` in {what}");
                let diagnostic = Diagnostic::error(Code::UnknownKey, entry.key, message);
                self.sink.push(match set_already(map, key, known) {
                    Some((near, at)) => doubled(diagnostic, near, at),
                    None => diagnostic.suggest(key, known.iter().copied()),
                });
            }
        }
    }
}

/// Returns whether a scalar may be an item of a list, as far as its kind goes.
fn stands_alone<T: FromNode>(node: &Node) -> bool {
    let mut sink = Sink::default();
    let item = T::from_node(node, &mut Typer { sink: &mut sink });
    let refused = sink.after(0).first();
    item.is_some() || !refused.is_some_and(|refused| refused.message.starts_with("a map of "))
}

/// Says of an unknown key that the one that is probably meant is set beside it, at `at`.
pub(crate) fn doubled(unknown: Diagnostic, near: &str, at: Span) -> Diagnostic {
    unknown
        .also(at, "set here")
        .help(format!("if `{near}` is meant, keep one of the two"))
}

/// Returns the key that is probably meant by an unknown one, and its place, when the same file sets it already.
fn set_already<'k>(map: &Map, key: &str, known: &[&'k str]) -> Option<(&'k str, Span)> {
    let near = nearest(key, known.iter().copied())?;
    let (at, unknown) = (map.get(near)?.key, map.get(key)?.key);
    (at.file == unknown.file).then_some((near, at))
}

/// Returns whether `map` has a key, unknown among `known`, by which `key` is probably meant.
///
/// That it is unknown is all there is to say: that `key` is missing only follows from it.
pub(crate) fn is_misspelt(map: &impl Entries, key: &str, known: &[&str]) -> bool {
    let keys = map.entries().map(|(key, _)| key);
    let mut unknown = keys.filter(|given| !known.contains(&&***given));
    unknown.any(|given| nearest(given, known.iter().copied()) == Some(key))
}

/// Returns what to write instead of a scalar of the wrong type, where a habit is the cause.
fn habit(node: &Node, expected: &str) -> Option<String> {
    let Kind::Scalar(scalar) = &node.kind else {
        return None;
    };
    if expected.contains("`true` or `false`") {
        return habits::boolean(scalar, node.describe());
    }
    if expected.contains("number") {
        return habits::number(scalar);
    }
    let boolean = matches!(scalar.resolve(), Resolved::Bool(_)) && expected == "text";
    boolean.then(|| format!("write it in quotes: \"{}\"", scalar.text))
}

/// Returns what to write where `expected` is due.
fn in_its_place(node: &Node, expected: &str) -> String {
    let several = !matches!(node.kind, Kind::Scalar(_));
    match expected {
        "text" if several => "write one value; text that begins with `[` or `{` needs quotes",
        _ if expected.starts_with("a map") => "write its keys below it, or between `{` and `}`",
        _ if expected.contains("number") => "write it in digits",
        _ if expected.contains("`true`") => "write `true` or `false`",
        _ => "write one value",
    }
    .to_owned()
}
