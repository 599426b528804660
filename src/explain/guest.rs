//! The values of one guest.

use std::sync::Arc;

use serde_json::{Value, json};

use super::network::NetworkValues;
use super::values::{as_written, said, without_secrets};
use super::{Explanation, Expression, Layer, Origin, Site, interfaces, system};
use crate::diag::Sink;
use crate::expr::{Globals, evaluate, inputs, is_own};
use crate::files::Files;
use crate::layer::{GuestWalk, Past, Walk, guest_walk};
use crate::link::Guest;
use crate::render::{guest_context, mask, review};
use crate::secret::Secrets;
use crate::source::Span;
use crate::yaml::path::{Step, find, find_node, leaves, read, settle, show};
use crate::yaml::{Kind, Node, Overlay};

/// How deep the inputs of expressions are followed: a cycle is a fault, and longer chains nobody reads.
const MAX_DEPTH: usize = 16;

/// What an expression reads that is the same for every guest.
const SHARED: [&str; 2] = ["networks", "host"];

/// A guest with all that explains its values.
#[derive(Debug)]
pub struct GuestValues<'a> {
    pub(super) site: &'a Site<'a>,
    pub(super) guest: &'a Guest,
    pub(super) found: GuestWalk,
    /// Its merged values after evaluation.
    pub(super) evaluated: Arc<Overlay>,
    /// What `show` prints, without secrets.
    context: Value,
    secrets: Secrets,
}

impl<'a> GuestValues<'a> {
    /// Walks the layers of a guest again; `None` when the lab has none of that name.
    pub fn new(site: &'a Site<'a>, name: &str, files: &mut Files) -> Option<Self> {
        let guest = site.lab.guests.iter().find(|guest| &*guest.name == name)?;
        let found = guest_walk(&guest.name, site.layers, site.table)?;
        let globals = Globals::new(&site.lab.site, &site.lab.host, &site.lab.networks);
        // What is wrong with any of it was reported when the site was loaded.
        let mut sink = Sink::default();
        let root = &site.layers.root;
        let drafts = evaluate(vec![found.draft.clone()], &globals, root, files, &mut sink);
        let evaluated = Arc::clone(&drafts.first()?.merged);
        let loaded = site.loaded;
        let (engine, payloads) = (&loaded.engine, &loaded.payloads);
        let values = guest_context(guest, site.lab, engine, payloads, &files.sources, &mut sink);
        let mut context = Value::Object(review(values));
        mask(&mut context, &guest.secrets);
        Some(Self {
            site,
            guest,
            found,
            evaluated,
            context,
            secrets: files.sources.secrets().clone(),
        })
    }

    /// Returns the guest's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.guest.name
    }

    /// Returns the resolved values, as `show` prints them.
    #[must_use]
    pub fn resolved(&self) -> &Value {
        &self.context
    }

    /// Returns the path that is meant, as it is found among the resolved values or else among those that are written.
    #[must_use]
    pub fn find(&self, text: &str) -> Option<Vec<Step>> {
        let path = read(text).filter(|path| !path.is_empty())?;
        let resolved = settle(&self.context, path.clone());
        if find(&self.context, &resolved).is_some() {
            return Some(resolved);
        }
        let written = settle(&as_written(&self.root()), path);
        self.node(&written).map(|_| written)
    }

    /// Returns every path [`GuestValues::find`] knows, those of lists and maps included.
    #[must_use]
    pub fn paths(&self) -> Vec<String> {
        let mut paths = Vec::new();
        for root in [&self.context, &as_written(&self.root())] {
            leaves(&mut Vec::new(), root, &mut |path, _| {
                paths.extend((1..=path.len()).map(|length| show(&path[..length])));
            });
        }
        paths.sort_unstable();
        paths.dedup();
        paths
    }

    fn root(&self) -> Node {
        Node {
            kind: Kind::Map(Arc::new(self.evaluated.to_map())),
            ..Node::empty_map(self.guest.defined)
        }
    }

    /// Returns the paths of the resolved leaves at and below `path`.
    #[must_use]
    pub fn leaves(&self, path: &[Step]) -> Vec<Vec<Step>> {
        let mut found = Vec::new();
        let written;
        let root = match find(&self.context, path) {
            Some(_) => &self.context,
            None => {
                written = as_written(&self.root());
                &written
            }
        };
        if let Some(value) = find(root, path) {
            leaves(&mut path.to_vec(), value, &mut |path, _| {
                found.push(path.to_vec())
            });
        }
        found
    }

    /// Explains the value at a path that [`GuestValues::find`] returned.
    #[must_use]
    pub fn explain(&self, path: &[Step]) -> Explanation {
        self.explain_at(path, 0)
    }

    fn explain_at(&self, path: &[Step], depth: usize) -> Explanation {
        let known = self.known_origin(path);
        // The default may be there because a layer took away what others gave.
        let lost = match &known {
            Some(_) => None,
            None => self.lost_value(path),
        };
        let (origin, mut layers) = match (known, lost) {
            (Some(origin), _) => (origin, Vec::new()),
            (None, Some(lost)) => (lost.origin, lost.layers),
            (None, None) => (Origin::default_value(), Vec::new()),
        };
        let value = self.value(path);
        let written = origin.written.clone();
        if let Some(beneath) = interfaces::beneath(self, written.as_deref()) {
            layers.extend(self.layers(&beneath));
        }
        layers.extend(written.iter().flat_map(|path| self.layers(path)));
        if let Some(path) = &origin.system {
            layers.extend(self.system_layers(path));
        }
        system::with_console(self, path, &mut layers);
        let expressions = written.map(|path| self.expressions(&path, depth));
        Explanation {
            path: show(path),
            value,
            origin,
            layers,
            expressions: expressions.unwrap_or_default(),
        }
    }

    /// Returns the value at a path, resolved when it is among the resolved ones.
    #[must_use]
    pub fn value(&self, path: &[Step]) -> Value {
        let written = || {
            let node = self.node(path)?;
            Some(without_secrets(path, json!(node), &self.secrets))
        };
        find(&self.context, path)
            .cloned()
            .or_else(written)
            .unwrap_or_default()
    }

    /// Returns the layers that decided over the value that is written at a path, in load order.
    pub(super) fn layers(&self, path: &[Step]) -> Vec<Layer> {
        self.past(&self.found.walk, path)
    }

    /// Returns the layers that decided over the value at a path of the OS table's entry.
    pub(super) fn system_layers(&self, path: &[Step]) -> Vec<Layer> {
        self.past(&self.found.system, path)
    }

    /// Returns what the layers of a walk made of the value at a path, or of the longest part of the path they know.
    pub(super) fn past(&self, walk: &Walk, path: &[Step]) -> Vec<Layer> {
        let own = format!("guest {}", self.found.draft.name);
        // What an expression gave may have parts, of which the layers know only the whole.
        let histories = (1..=path.len()).rev();
        let history = histories
            .map(|length| walk.history(&path[..length]))
            .find(|history| !history.is_empty());
        let layer = |past: &Past<'_>| {
            let value = past.value.map(|node| said(path, node, &self.secrets));
            Layer::new(past, &own, value)
        };
        history.iter().flatten().map(layer).collect()
    }

    /// Returns where the value at a resolved or written path comes from.
    #[must_use]
    pub fn origin(&self, path: &[Step]) -> Origin {
        let origin = self.known_origin(path);
        origin.unwrap_or_else(Origin::default_value)
    }

    /// Returns where a value comes from that is no default of the program.
    fn known_origin(&self, path: &[Step]) -> Option<Origin> {
        interfaces::origin(self, path)
            .or_else(|| system::origin(self, path))
            .or_else(|| self.written(path))
            .or_else(|| self.written_shorter(path))
    }

    /// Returns the origin of a part of what is written in a shorter form, as in `timezone: UTC`.
    fn written_shorter(&self, path: &[Step]) -> Option<Origin> {
        let mut lengths = (1..path.len()).rev();
        let (length, node) = lengths.find_map(|length| {
            let node = find_node(&*self.evaluated, &path[..length])?;
            Some((length, node))
        })?;
        let whole = || self.written(&path[..length]).unwrap_or_default();
        node.as_map().is_none().then(whole)
    }

    /// Returns the origin of a value that is written at `path`.
    pub(super) fn written(&self, path: &[Step]) -> Option<Origin> {
        let node = self.node(path)?;
        let is_expression = !self.read_at(path).is_empty();
        Some(Origin {
            written: Some(path.to_vec()),
            place: Some(node.span),
            why: is_expression.then(|| "an expression".to_owned()),
            ..Origin::default()
        })
    }

    /// Returns the origin of the value that is written at one of `paths`, the one that stands at `span`.
    pub(super) fn written_at(&self, span: Span, paths: &[Vec<Step>]) -> Option<Origin> {
        let is_it = |path: &&Vec<Step>| self.node(path).is_some_and(|node| node.span == span);
        self.written(paths.iter().find(is_it)?)
    }

    /// Returns the evaluated node at a written path.
    pub(super) fn node(&self, path: &[Step]) -> Option<&Node> {
        let literal = || {
            // These are read before anything is merged, and then taken away.
            let is_read = matches!(path, [Step::Key(key)] if key == "os" || key == "count");
            let merged = self.found.walk.merged()?;
            find_node(merged, path).filter(|_| is_read)
        };
        let node = find_node(&*self.evaluated, path).or_else(literal)?;
        (!node.is_null()).then_some(node)
    }

    /// Returns the expressions of the text at a written path.
    fn read_at(&self, path: &[Step]) -> Vec<crate::expr::Read> {
        // What an expression gave may have parts, which it does not have itself.
        let node = (1..=path.len()).find_map(|length| {
            let node = find_node(&*self.found.draft.merged, &path[..length])?;
            matches!(node.kind, Kind::Scalar(_)).then_some((length, node))
        });
        let Some((length, node)) = node else {
            return Vec::new();
        };
        let text = match &node.kind {
            Kind::Scalar(scalar) if scalar.text.contains("{{") => &scalar.text,
            _ => return Vec::new(),
        };
        // Texts that are taken as they stand have none.
        let evaluated = find_node(&*self.evaluated, &path[..length]);
        if evaluated.is_some_and(|value| value.as_text() == Some(text)) {
            return Vec::new();
        }
        inputs(text)
    }

    fn expressions(&self, path: &[Step], depth: usize) -> Vec<Expression> {
        if depth > MAX_DEPTH {
            return Vec::new();
        }
        let read = self.read_at(path).into_iter();
        let expression = |read: crate::expr::Read| {
            let inputs = read.paths.iter().map(|path| self.input(path, depth + 1));
            Expression {
                inputs: inputs.collect(),
                text: read.expression,
            }
        };
        read.map(expression).collect()
    }

    /// Explains what an expression reads.
    fn input(&self, path: &[Step], depth: usize) -> Explanation {
        let Some(Step::Key(root)) = path.first() else {
            return unexplained(path);
        };
        if SHARED.contains(&root.as_str()) {
            return self.shared(path).unwrap_or_else(|| unexplained(path));
        }
        if !is_own(root) && self.node(path).is_some() {
            let mut explanation = self.explain_at(path, depth);
            // An expression sees what is written, not what was made of it.
            let written = json!(self.node(path));
            explanation.value = without_secrets(path, written, &self.secrets);
            return explanation;
        }
        match find(&self.context, path) {
            Some(_) => self.explain_at(path, depth),
            None => unexplained(path),
        }
    }

    /// Explains a value that every guest's expressions and templates see: of a network, or of the host.
    pub(super) fn shared(&self, path: &[Step]) -> Option<Explanation> {
        match path {
            [Step::Key(root)] if root == "networks" => Some(Explanation {
                value: json!(self.site.lab.networks.keys().collect::<Vec<_>>()),
                origin: Origin::made("the networks of the lab"),
                ..unexplained(path)
            }),
            [Step::Key(root), Step::Key(name), rest @ ..] if root == "networks" => {
                let values = NetworkValues::new(self.site, name)?;
                let mut explanation = values.explain(rest, &self.secrets);
                explanation.path = show(path);
                Some(explanation)
            }
            [Step::Key(root), rest @ ..] if root == "host" => {
                let mut explanation = super::objects::host(self.site, rest, &self.secrets);
                explanation.path = show(path);
                Some(explanation)
            }
            _ => None,
        }
    }
}

/// A name that is not there: an expression may ask whether it is.
fn unexplained(path: &[Step]) -> Explanation {
    Explanation {
        path: show(path),
        value: Value::Null,
        origin: Origin::made("not defined"),
        layers: Vec::new(),
        expressions: Vec::new(),
    }
}
