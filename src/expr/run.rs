//! The evaluation of one guest: which of its texts are evaluated, each once, and what becomes of them.

mod faults;
mod provide;

use std::collections::HashMap;
use std::sync::Arc;

use foldhash::fast::RandomState;
use serde_json::Value;
use tera::Context;

use super::eval::{Evaluator, reason, take_result};
use super::names::Step;
use super::scan::{Piece, scan};
use super::sources::Outside;
use super::values::{collect_secrets, fits, from_json, tainted};
use crate::diag::{Code, Diagnostic, Sink};
use crate::layer::Draft;
use crate::secret::Secrets;
use crate::source::Span;
use crate::yaml::{Entries as _, Entry, Kind, Map, Node, Scalar, Tag};

/// Texts that stay verbatim unless the map they stand in says `template: true`: section and key.
const VERBATIM: &[(&str, &str)] = &[("scripts", "run"), ("partitions", "raw")];

/// The text that stays verbatim here even then, because it becomes a template with all that templates have.
const CONTENT: (&str, &str) = ("setup_data", "content");

/// How deep expressions may lead from one to another; evaluation recurses over them.
const MAX_CHAIN: usize = 64;

/// The largest value an expression may give, in bytes: expressions that double each other must end.
pub(super) const MAX_SIZE: usize = 1 << 20;

/// The evaluation of one guest.
pub(super) struct Run<'r, 'a> {
    evaluator: &'r Evaluator<'a>,
    draft: &'r Draft,
    /// Finished values by path; `None` where evaluation failed.
    done: HashMap<Vec<Step>, Option<Node>, RandomState>,
    /// The paths being evaluated, outermost first.
    chain: Vec<(Vec<Step>, Span)>,
    /// Whether a chain was too long: what is left of it may be so again, and is the same fault.
    is_too_deep: bool,
    /// How often a value was needed whose evaluation failed; the fault itself is reported once.
    failures: usize,
    /// What came from outside the site, and what was made of it.
    pub(super) secrets: Secrets,
    sink: &'r mut Sink,
}

impl<'r, 'a> Run<'r, 'a> {
    pub(super) fn new(evaluator: &'r Evaluator<'a>, draft: &'r Draft, sink: &'r mut Sink) -> Self {
        Self {
            evaluator,
            draft,
            done: HashMap::default(),
            chain: Vec::new(),
            is_too_deep: false,
            failures: 0,
            secrets: Secrets::default(),
            sink,
        }
    }

    /// Evaluates the guest's values, and returns those that change.
    pub(super) fn entries(&mut self) -> Vec<(Arc<str>, Entry)> {
        let draft = self.draft;
        let mut changed = Vec::new();
        for (key, entry) in draft.merged.entries() {
            if let Some(value) = self.entry(key, &entry.value) {
                let key_span = entry.key;
                changed.push((
                    Arc::clone(key),
                    Entry {
                        key: key_span,
                        value,
                    },
                ));
            }
        }
        changed
    }

    /// Evaluates the value of a key, unless another guest's is made from the same values.
    fn entry(&mut self, key: &Arc<str>, node: &Node) -> Option<Node> {
        let evaluator = self.evaluator;
        let is_plain = match &node.kind {
            Kind::Scalar(scalar) => !needs_evaluation(node.tag, scalar),
            _ => evaluator.reads.is_plain(node),
        };
        if is_plain {
            return None;
        }
        let path = &mut vec![Step::Key(key.to_string())];
        let Some(causes) = evaluator.reads.causes(node, self.draft) else {
            return self.node(node, path);
        };
        let memo = (Arc::clone(key), Arc::as_ptr(&self.draft.os).addr());
        if let Some(known) = evaluator.entries.find(&memo, &causes) {
            return known;
        }
        let before = self.failures;
        let value = self.node(node, path);
        if self.failures == before {
            evaluator.entries.keep(memo, &causes, value.clone());
        }
        value
    }

    /// Returns the map with its expressions evaluated, or `None` when nothing in it changes.
    fn map(&mut self, map: &Map, path: &mut Vec<Step>) -> Option<Map> {
        let mut changed: Option<Map> = None;
        let templated = map
            .get("template")
            .is_some_and(|entry| entry.value.as_text() == Some("true"));
        for (key, entry) in map {
            if entry.value.tag == Tag::None && is_verbatim(path, key, templated) {
                continue;
            }
            path.push(Step::Key(key.to_string()));
            if let Some(value) = self.node(&entry.value, path) {
                let changed = changed.get_or_insert_with(|| map.clone());
                changed.insert(
                    Arc::clone(key),
                    Entry {
                        key: entry.key,
                        value,
                    },
                );
            }
            path.pop();
        }
        changed
    }

    fn node(&mut self, node: &Node, path: &mut Vec<Step>) -> Option<Node> {
        if self.evaluator.reads.is_plain(node) {
            return None;
        }
        match &node.kind {
            Kind::Map(map) => {
                let map = self.map(map, path)?;
                Some(Node {
                    kind: Kind::Map(Arc::new(map)),
                    ..node.clone()
                })
            }
            Kind::Seq(items) => {
                let mut changed: Option<Vec<Node>> = None;
                for (index, item) in items.iter().enumerate() {
                    path.push(Step::Index(index));
                    if let Some(value) = self.node(item, path) {
                        changed.get_or_insert_with(|| items.to_vec())[index] = value;
                    }
                    path.pop();
                }
                changed.map(|items| Node {
                    kind: Kind::Seq(Arc::new(items)),
                    ..node.clone()
                })
            }
            Kind::Scalar(scalar) => {
                if !needs_evaluation(node.tag, scalar) {
                    return None;
                }
                self.scalar(node, scalar, path)
            }
        }
    }

    fn scalar(&mut self, node: &Node, scalar: &Scalar, path: &[Step]) -> Option<Node> {
        let value = self.evaluated(node, scalar, path);
        self.failures += usize::from(value.is_none());
        value
    }

    fn evaluated(&mut self, node: &Node, scalar: &Scalar, path: &[Step]) -> Option<Node> {
        if let Some(done) = self.done.get(path) {
            return done.clone();
        }
        if self.chain.iter().any(|(open, _)| open == path) {
            self.cycle(node, path);
            return None;
        }
        if self.chain.len() >= MAX_CHAIN {
            self.too_deep(node);
            return None;
        }
        self.chain.push((path.to_vec(), node.span));
        let value = match node.tag {
            Tag::Raw => Some(Node {
                tag: Tag::None,
                ..node.clone()
            }),
            tag => self
                .text(node, &scalar.text)
                .and_then(|value| self.outside(tag, value)),
        };
        self.chain.pop();
        if let Some(value) = value.as_ref().filter(|value| value.holds_secret()) {
            collect_secrets(value, &mut self.secrets);
        }
        self.done.insert(path.to_vec(), value.clone());
        value
    }

    /// Fetches what `!env` and `!file` name.
    fn outside(&mut self, tag: Tag, value: Node) -> Option<Node> {
        let name = value.as_text().unwrap_or_default();
        match tag {
            Tag::Env => Outside::variable(name, value.span, self.sink),
            Tag::File => self.evaluator.outside.file(name, value.span, self.sink),
            _ => Some(value),
        }
    }

    /// Takes the values being evaluated for failed: on other ways to them the same fault would be found again, and
    /// there are very many ways through values that name each other's whole section.
    fn give_up(&mut self) {
        for (path, _) in &self.chain {
            self.done.insert(path.clone(), None);
        }
    }

    /// Evaluates a text: one expression keeps its type, a mixture is text.
    fn text(&mut self, node: &Node, text: &str) -> Option<Node> {
        if !text.contains("{{") {
            return Some(Node {
                tag: Tag::None,
                ..node.clone()
            });
        }
        let pieces = match scan(text) {
            Ok(pieces) => pieces,
            Err(offset) => {
                let span = self.inside(node, &text[offset..], 0);
                self.sink.push(
                    Diagnostic::error(Code::Expression, span, "`{{` is never closed with `}}`")
                        .help("`!raw` before the value keeps it as text"),
                );
                return None;
            }
        };
        if let [Piece::Expression(range)] = pieces.as_slice() {
            let (value, secret) = self.expression(node, &text[range.clone()])?;
            let value = self.typed(&value, node, &text[range.clone()])?;
            return Some(if secret { tainted(value) } else { value });
        }
        let mut out = String::with_capacity(text.len());
        let mut complete = true;
        let mut secret = false;
        for piece in pieces {
            match piece {
                Piece::Literal(range) => out.push_str(&text[range]),
                Piece::Expression(range) => {
                    let value = self.expression(node, &text[range.clone()]);
                    match value {
                        Some((value, _))
                            if value.is_map() || value.is_array() || value.is_none() =>
                        {
                            let message =
                                format!("an expression inside text gives {}", value.name());
                            let span = self.inside(node, &text[range], 0);
                            self.sink.push(
                                Diagnostic::error(Code::Expression, span, message).help(
                                    "name one value in it, or join a list with `| join(sep=\" \")`",
                                ),
                            );
                            complete = false;
                        }
                        Some((value, from_secret)) => {
                            out.push_str(&value.to_string());
                            secret |= from_secret;
                        }
                        None => complete = false,
                    }
                }
            }
            if out.len() > text.len() + MAX_SIZE {
                let message = "the expressions in this text give more than 1 MiB";
                self.sink.push(
                    Diagnostic::error(Code::Expression, node.span, message)
                        .help("put long texts into files, with `setup_data`"),
                );
                return None;
            }
        }
        let value = Node::text(node.span, out);
        complete.then(|| if secret { tainted(value) } else { value })
    }

    /// Evaluates one expression; the other half says whether it read a secret.
    fn expression(&mut self, node: &Node, expression: &str) -> Option<(tera::Value, bool)> {
        if let Some((message, column)) = self.evaluator.broken.get(expression) {
            self.fault(node, expression, message, *column);
            return None;
        }
        let mut values = serde_json::Map::new();
        let evaluator = self.evaluator;
        let mut secret = false;
        for path in evaluator.reads.paths.get(expression).into_iter().flatten() {
            secret |= self.provide(node, expression, path, &mut values)?;
        }
        let values = Value::Object(values);
        let key = format!("{expression}\n{values}");
        if let Some(value) = evaluator.known(&key) {
            return Some((value, secret));
        }
        let context = Context::from_serialize(&values).ok()?;
        match self.evaluator.tera.render(expression, &context) {
            Ok(_) => {
                let value = take_result().filter(|value| !value.is_undefined());
                if value
                    .as_ref()
                    .is_some_and(|value| !fits(value, &mut { MAX_SIZE }))
                {
                    self.fault(node, expression, "it gives more than 1 MiB", 0);
                    return None;
                }
                match &value {
                    Some(value) => evaluator.remember(key, value),
                    None => self.fault(node, expression, "it gives nothing", 0),
                }
                value.map(|value| (value, secret))
            }
            Err(error) => {
                let (message, column) = reason(&error);
                self.fault(node, expression, &message, column);
                None
            }
        }
    }

    /// Turns an expression's value into a node at the expression's place.
    fn typed(&mut self, value: &tera::Value, node: &Node, expression: &str) -> Option<Node> {
        match serde_json::to_value(value) {
            Ok(Value::Null) | Err(_) => {
                self.fault(node, expression, "it gives nothing", 0);
                None
            }
            Ok(json) => Some(from_json(&json, node.span)),
        }
    }
}

pub(super) fn needs_evaluation(tag: Tag, scalar: &Scalar) -> bool {
    matches!(tag, Tag::Raw | Tag::Env | Tag::File) || scalar.text.contains("{{")
}

fn is_verbatim(path: &[Step], key: &str, templated: bool) -> bool {
    let Some(Step::Key(section)) = path.first() else {
        return false;
    };
    let depth = if section == "partitions" { 1 } else { 2 };
    let text = (section.as_str(), key);
    path.len() == depth && (text == CONTENT || !templated && VERBATIM.contains(&text))
}
