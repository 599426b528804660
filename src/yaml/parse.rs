//! YAML text → [`Node`] tree.
//!
//! The only file that knows the parser crate. It turns events into nodes and enforces what the crate leaves open: one
//! document, text keys, no duplicate keys, known tags, and bounds on nesting and on what aliases may expand to.

mod syntax;
mod tags;

use std::collections::HashMap;
use std::sync::Arc;

use granit_parser::{Event, Options, Parser, ScalarStyle, options};

use super::node::{Entry, Kind, Map, Node};
use super::scalar::{Resolved, Scalar};
use crate::diag::{Code, Diagnostic, Sink, may_allow, read_comment};
use crate::source::{FileId, Span};

/// Nesting no hand-written lab reaches; later stages recurse over the tree.
const MAX_DEPTH: usize = 64;

/// How many values the aliases of one file may stand for in total.
const MAX_ALIASED: u64 = 200_000;

/// Parses one document; an empty file is an empty map.
///
/// Faults go to `sink`. `None` means the text is not YAML at all; a tree is returned for faults that leave the rest
/// readable (a duplicate key, an unknown tag), so that later stages of the same run can be tried on it.
pub fn parse(file: FileId, text: &str, sink: &mut Sink) -> Option<Node> {
    let options = options! {
        strict_indentation: true,
        block_nesting_limit: MAX_DEPTH,
        flow_nesting_limit: MAX_DEPTH,
        emit_unresolved_aliases: true,
        emit_comments: may_allow(text),
        max_buffered_comment_events: usize::MAX,
    };
    Reader::new(file, text, options, sink).document()
}

/// The parse cannot go on; the fault is in the sink.
struct Abort;

/// A node and how many nodes it stands for once its aliases are expanded.
type Weighed = (Node, u64);

struct Reader<'a> {
    file: FileId,
    text: &'a str,
    events: Parser<'a, granit_parser::StrInput<'a>>,
    anchors: HashMap<usize, Weighed>,
    aliased: u64,
    /// Faults of keys that are no text; when the text turns out not to be YAML, they are only how that began.
    odd_keys: Vec<Diagnostic>,
    sink: &'a mut Sink,
}

impl<'a> Reader<'a> {
    fn new(file: FileId, text: &'a str, options: Options, sink: &'a mut Sink) -> Self {
        let events = Parser::new_from_str_with_options(text, options);
        Self {
            file,
            text,
            events,
            anchors: HashMap::new(),
            aliased: 0,
            odd_keys: Vec::new(),
            sink,
        }
    }

    fn document(mut self) -> Option<Node> {
        let mut root: Option<Node> = None;
        loop {
            let (event, span) = self.next().ok()?;
            match event {
                Event::StreamStart | Event::DocumentEnd => {}
                Event::DocumentStart(..) if root.is_some() => {
                    self.sink.push(
                        Diagnostic::error(
                            Code::YamlSyntax,
                            span,
                            "a second YAML document in one file",
                        )
                        .help("put it into a file of its own; only one document is read"),
                    );
                    return None;
                }
                Event::DocumentStart(..) => {}
                Event::StreamEnd => break,
                event => root = Some(self.node(event, span, 0).ok()?.0),
            }
        }
        for fault in self.odd_keys {
            self.sink.push(fault);
        }
        let start = Span::new(self.file, 0, 0);
        match root {
            Some(node) if !node.is_null() => Some(node),
            _ => Some(Node::empty_map(start)),
        }
    }

    /// Returns the next event that is about values; comments can be allowances.
    fn next(&mut self) -> Result<(Event<'a>, Span), Abort> {
        loop {
            match self.event()? {
                (Event::Comment(text, _), span) => read_comment(&text, span, self.sink),
                event => return Ok(event),
            }
        }
    }

    fn event(&mut self) -> Result<(Event<'a>, Span), Abort> {
        match self.events.next() {
            Some(Ok((event, span))) => {
                let range = span.byte_range().unwrap_or_default();
                let start = span
                    .tag_start()
                    .and_then(|mark| mark.byte_offset())
                    .unwrap_or(range.start)
                    .min(range.start);
                Ok((event, self.span(start, range.end)))
            }
            Some(Err(error)) => {
                let at = error.marker().byte_offset().unwrap_or(self.text.len());
                self.syntax_error(at, &error.info());
                Err(Abort)
            }
            None => Err(Abort),
        }
    }

    /// Makes a span, without the white space that the parser counts to the end of a block.
    fn span(&self, start: usize, end: usize) -> Span {
        let end = end.min(self.text.len());
        let covered = self.text.get(start..end).unwrap_or_default();
        Span::new(self.file, start, start + covered.trim_end().len())
    }

    fn node(&mut self, event: Event<'a>, span: Span, depth: usize) -> Result<Weighed, Abort> {
        let (anchor, (mut node, weight)) = match event {
            Event::Alias(id) => return self.alias(id, span),
            Event::UnresolvedAlias(name) => {
                self.sink.push(
                    Diagnostic::error(
                        Code::YamlSyntax,
                        span,
                        format!("no anchor `&{name}` comes before this alias"),
                    )
                    .help("anchors end with the file they stand in"),
                );
                return Ok((Node::text(span, ""), 1));
            }
            Event::Scalar(text, style, anchor, tag) => {
                let plain = style == ScalarStyle::Plain;
                let node = Node::new(
                    span,
                    Kind::Scalar(Scalar {
                        text: Arc::from(text.as_ref()),
                        plain,
                    }),
                );
                (anchor, (self.tagged(node, tag.as_deref()), 1))
            }
            Event::SequenceStart(_, anchor, tag) => {
                let (node, weight) = self.sequence(span, depth)?;
                (anchor, (self.tagged(node, tag.as_deref()), weight))
            }
            Event::MappingStart(_, anchor, tag) => {
                let (node, weight) = self.mapping(span, depth)?;
                (anchor, (self.tagged(node, tag.as_deref()), weight))
            }
            _ => return Err(Abort),
        };
        if anchor != 0 {
            self.anchors.insert(anchor, (node.clone(), weight));
        }
        node.span.start = node.span.start.min(span.start);
        Ok((node, weight))
    }

    fn alias(&mut self, id: usize, span: Span) -> Result<Weighed, Abort> {
        let Some((node, weight)) = self.anchors.get(&id).cloned() else {
            // Only an alias inside the very value its anchor names gets here.
            self.sink.push(
                Diagnostic::error(
                    Code::YamlSyntax,
                    span,
                    "this alias stands inside the value it names",
                )
                .help("write the value itself here"),
            );
            return Err(Abort);
        };
        self.aliased = self.aliased.saturating_add(weight);
        if self.aliased > MAX_ALIASED {
            self.sink.push(
                Diagnostic::error(
                    Code::YamlTooLarge,
                    span,
                    format!("aliases stand for more than {MAX_ALIASED} values"),
                )
                .label("this one passes the limit")
                .help("put what they share into a sysgroup or common"),
            );
            return Err(Abort);
        }
        // The value is the anchor's, the place is the alias's: that is the line to edit.
        Ok((Node { span, ..node }, weight))
    }

    fn sequence(&mut self, start: Span, depth: usize) -> Result<Weighed, Abort> {
        self.check_depth(start, depth)?;
        let mut items = Vec::new();
        let mut weight = 1_u64;
        loop {
            match self.next()? {
                (Event::SequenceEnd, end) => {
                    let span =
                        self.enclosing(start, end, items.last().map(|item: &Node| item.span));
                    return Ok((Node::new(span, Kind::Seq(Arc::new(items))), weight));
                }
                (event, span) => {
                    let (item, item_weight) = self.node(event, span, depth + 1)?;
                    weight = weight.saturating_add(item_weight);
                    items.push(item);
                }
            }
        }
    }

    fn mapping(&mut self, start: Span, depth: usize) -> Result<Weighed, Abort> {
        self.check_depth(start, depth)?;
        let mut map = Map::default();
        let mut merges: Vec<Node> = Vec::new();
        let mut weight = 1_u64;
        let mut last = None;
        loop {
            let (event, key_span) = match self.next()? {
                (Event::MappingEnd, end) => {
                    self.apply_merges(&mut map, &merges);
                    let span = self.enclosing(start, end, last);
                    return Ok((Node::new(span, Kind::Map(Arc::new(map))), weight));
                }
                other => other,
            };
            let (key, _) = self.node(event, key_span, depth + 1)?;
            let (event, value_span) = self.next()?;
            let (mut value, value_weight) = self.node(event, value_span, depth + 1)?;
            weight = weight.saturating_add(value_weight);
            if value.span.start == value.span.end && value.is_null() {
                value.span = key.span;
            }
            last = Some(value.span);
            match &key.kind {
                Kind::Scalar(scalar) if scalar.plain && &*scalar.text == "<<" => merges.push(value),
                Kind::Scalar(scalar) if scalar.resolve() != Resolved::Null => {
                    self.insert(&mut map, Arc::clone(&scalar.text), key.span, value);
                }
                _ => self.odd_keys.push(
                    Diagnostic::error(
                        Code::InvalidValue,
                        key.span,
                        format!("{} cannot be a key", key.describe()),
                    )
                    .help("a value that begins with `{` or `[` as text needs quotes"),
                ),
            }
        }
    }

    fn insert(&mut self, map: &mut Map, name: Arc<str>, key: Span, value: Node) {
        if let Some(first) = map.get(&name) {
            self.sink.push(
                Diagnostic::error(
                    Code::DuplicateKey,
                    key,
                    format!("key `{name}` is set twice"),
                )
                .label("set again here")
                .also(first.key, "first set here")
                .help("keep one of the two, with what both say"),
            );
            return;
        }
        map.insert(name, Entry { key, value });
    }

    /// Adds what `<<` brings: explicit keys win, and of several maps the first.
    fn apply_merges(&mut self, map: &mut Map, merges: &[Node]) {
        for merge in merges {
            let sources: &[Node] = match &merge.kind {
                Kind::Map(_) => std::slice::from_ref(merge),
                Kind::Seq(items) => items,
                Kind::Scalar(_) => &[],
            };
            if sources.is_empty() || sources.iter().any(|source| source.as_map().is_none()) {
                self.sink.push(
                    Diagnostic::error(
                        Code::InvalidValue,
                        merge.span,
                        "`<<` takes a map, or a list of maps",
                    )
                    .label(format!("this is {}", merge.describe()))
                    .help("write an alias of a map, as in `<<: *base`"),
                );
                continue;
            }
            for (key, entry) in sources.iter().filter_map(Node::as_map).flatten() {
                map.entry(Arc::clone(key)).or_insert_with(|| entry.clone());
            }
        }
    }

    fn check_depth(&mut self, span: Span, depth: usize) -> Result<(), Abort> {
        if depth < MAX_DEPTH {
            return Ok(());
        }
        self.sink.push(too_deep(span));
        Err(Abort)
    }

    /// Returns the span of a collection: to its bracket in flow style, to its last item in block style.
    fn enclosing(&self, start: Span, end: Span, last: Option<Span>) -> Span {
        let closes = self
            .text
            .get(end.range())
            .is_some_and(|text| matches!(text, "]" | "}"));
        let stop = if closes {
            end.end
        } else {
            last.map_or(start.end, |last| last.end.max(start.end))
        };
        self.span(start.start as usize, stop as usize)
    }
}

/// Says that values are nested too deep.
fn too_deep(span: Span) -> Diagnostic {
    let message = format!("values are nested more than {MAX_DEPTH} deep");
    Diagnostic::error(Code::YamlTooLarge, span, message)
        .help("give a value within it a name of its own, in a layer of its own")
}

#[cfg(test)]
mod tests;
