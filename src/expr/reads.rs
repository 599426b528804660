//! What the expressions of a lab read, found before any is evaluated.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use foldhash::fast::RandomState;

use super::names::{self, Step};
use super::run::needs_evaluation;
use super::scan::{Piece, scan};
use super::scope::{self, Cause};
use super::values::leads_to_secret;
use crate::layer::Draft;
use crate::yaml::{Kind, Node, Tag};

/// The expressions of a lab, and what each value with expressions reads.
#[derive(Debug, Default)]
pub(super) struct Reads {
    /// Every expression, and the paths it reads.
    pub(super) paths: HashMap<String, Vec<Vec<Step>>, RandomState>,
    /// Maps and lists by their place in memory; `None` for those that have nothing to evaluate.
    shared: HashMap<usize, Option<Arc<Needs>>, RandomState>,
    /// Texts with expressions.
    texts: HashMap<Arc<str>, Arc<Needs>, RandomState>,
    /// What all values from outside the site need.
    outside: Arc<Needs>,
}

/// What evaluating a value takes.
#[derive(Clone, Debug, Default)]
struct Needs {
    /// The first names of the paths its expressions read, each once.
    roots: Vec<String>,
    /// Whether something in it comes from outside the site, or is made of a secret: each guest keeps its own.
    is_outside: bool,
}

impl Needs {
    fn root(&mut self, root: &str) {
        if !self.roots.iter().any(|known| known == root) {
            self.roots.push(root.to_owned());
        }
    }

    fn add(&mut self, other: &Self) {
        other.roots.iter().for_each(|root| self.root(root));
        self.is_outside |= other.is_outside;
    }
}

impl Reads {
    /// Visits the values of every guest.
    pub(super) fn of(drafts: &[Draft]) -> Self {
        let mut reads = Self {
            outside: Arc::new(Needs {
                is_outside: true,
                ..Needs::default()
            }),
            ..Self::default()
        };
        let mut visited: HashSet<usize, RandomState> = HashSet::default();
        for Draft { merged, .. } in drafts {
            if visited.insert(Arc::as_ptr(merged.below()).addr()) {
                for entry in merged.below().values() {
                    reads.node(&entry.value);
                }
            }
            for entry in merged.own() {
                reads.node(&entry.value);
            }
        }
        reads
    }

    /// Returns whether nothing in a map or list needs evaluation.
    pub(super) fn is_plain(&self, node: &Node) -> bool {
        let needs = address(node).and_then(|at| self.shared.get(&at));
        matches!(needs, Some(None))
    }

    /// Returns the nodes that the evaluated value of one of a guest's keys is made from, itself first: guests of one OS
    /// that have them in common have the same value. `None` when it may be another for each guest.
    pub(super) fn causes<'d>(
        &'d self,
        node: &'d Node,
        draft: &'d Draft,
    ) -> Option<Vec<Option<&'d Node>>> {
        let mut nodes = vec![Some(node)];
        let mut roots: Vec<&str> = Vec::new();
        let mut at = 0;
        while at < nodes.len() {
            let needs = nodes[at].and_then(|node| self.needs(node));
            at += 1;
            let Some(needs) = needs else { continue };
            if needs.is_outside {
                return None;
            }
            for root in &needs.roots {
                if roots.contains(&root.as_str()) {
                    continue;
                }
                roots.push(root);
                match scope::cause(root, draft) {
                    Cause::Lab => {}
                    Cause::Guest => return None,
                    Cause::Node(node) => nodes.push(node),
                }
            }
        }
        Some(nodes)
    }

    fn needs(&self, node: &Node) -> Option<&Arc<Needs>> {
        match &node.kind {
            Kind::Scalar(_) if is_outside(node) => Some(&self.outside),
            Kind::Scalar(scalar) => self.texts.get(&scalar.text),
            _ => self.shared.get(&address(node)?)?.as_ref(),
        }
    }

    /// Visits a value, unless it was visited before, and returns what it needs, if anything.
    fn node(&mut self, node: &Node) -> Option<Arc<Needs>> {
        let Some(at) = address(node) else {
            return self.scalar(node);
        };
        if let Some(known) = self.shared.get(&at) {
            return known.clone();
        }
        let children: Vec<Arc<Needs>> = match &node.kind {
            Kind::Map(map) => map
                .values()
                .filter_map(|entry| self.node(&entry.value))
                .collect(),
            Kind::Seq(items) => items.iter().filter_map(|item| self.node(item)).collect(),
            Kind::Scalar(_) => Vec::new(),
        };
        let all = match children.as_slice() {
            [] => None,
            [one] => Some(Arc::clone(one)),
            [first, rest @ ..] => {
                let mut all = Needs::clone(first);
                rest.iter().for_each(|needs| all.add(needs));
                Some(Arc::new(all))
            }
        };
        self.shared.insert(at, all.clone());
        all
    }

    fn scalar(&mut self, node: &Node) -> Option<Arc<Needs>> {
        let Kind::Scalar(scalar) = &node.kind else {
            return None;
        };
        if !needs_evaluation(node.tag, scalar) {
            return None;
        }
        // What names a variable or file may have expressions, too.
        let needs = self.text(&scalar.text);
        Some(if is_outside(node) {
            Arc::clone(&self.outside)
        } else {
            needs
        })
    }

    fn text(&mut self, text: &Arc<str>) -> Arc<Needs> {
        if let Some(known) = self.texts.get(text) {
            return Arc::clone(known);
        }
        let mut needs = Needs::default();
        for piece in scan(text).unwrap_or_default() {
            if let Piece::Expression(range) = piece {
                let expression = &text[range];
                let paths = self
                    .paths
                    .entry(expression.to_owned())
                    .or_insert_with(|| names::paths(expression));
                for path in paths {
                    needs.is_outside |= leads_to_secret(path);
                    if let Some(Step::Key(root)) = path.first() {
                        needs.root(root);
                    }
                }
            }
        }
        let needs = Arc::new(needs);
        self.texts.insert(Arc::clone(text), Arc::clone(&needs));
        needs
    }
}

fn is_outside(node: &Node) -> bool {
    matches!(node.tag, Tag::Env | Tag::File)
}

/// Returns where in memory a map or list lies.
fn address(node: &Node) -> Option<usize> {
    match &node.kind {
        Kind::Map(map) => Some(Arc::as_ptr(map).addr()),
        Kind::Seq(items) => Some(Arc::as_ptr(items).addr()),
        Kind::Scalar(_) => None,
    }
}
