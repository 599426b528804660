//! Compiles every expression once, and evaluates guests with them on all cores.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::{Arc, PoisonError, RwLock};

use foldhash::fast::RandomState;
use rayon::prelude::*;
use tera::{Kwargs, State, Tera};

use super::names::{self, Step};
use super::run::{Run, needs_evaluation};
use super::scan::{Piece, scan};
use super::scope::Globals;
use super::sources::Outside;
use crate::diag::Sink;
use crate::files::Files;
use crate::layer::Draft;
use crate::source::Sources;
use crate::yaml::{Kind, Map, Node};

std::thread_local! {
    /// What the last evaluation of this thread came to, with its type.
    static RESULT: std::cell::RefCell<Option<tera::Value>> = const { std::cell::RefCell::new(None) };
}

/// The longest expression with its values, in bytes, whose result is kept.
const MAX_KEY: usize = 4096;

/// Takes what the expression rendered last on this thread came to.
pub(super) fn take_result() -> Option<tera::Value> {
    RESULT.with(|result| result.borrow_mut().take())
}

/// Evaluates the expressions of every guest; the result keeps the order of `drafts`.
pub fn evaluate(
    drafts: Vec<Draft>,
    globals: &Globals,
    root: &std::path::Path,
    files: &mut Files,
    sink: &mut Sink,
) -> Vec<Draft> {
    let evaluator = Evaluator::new(&drafts, globals, root, files);
    let evaluated: Vec<(Draft, Sink)> = drafts
        .into_par_iter()
        .map(|draft| {
            let mut sink = Sink::default();
            (evaluator.guest(draft, &mut sink), sink)
        })
        .collect();
    let mut drafts = Vec::with_capacity(evaluated.len());
    for (draft, faults) in evaluated {
        sink.append(faults);
        files.sources.hide(&draft.secrets);
        drafts.push(draft);
    }
    drafts
}

/// Compiled expressions and what they may name.
#[derive(Debug)]
pub struct Evaluator<'a> {
    pub(super) tera: Tera,
    /// The expressions that do not compile, with the message and its column in the template.
    pub(super) broken: HashMap<String, (String, usize)>,
    /// What each expression reads.
    pub(super) paths: HashMap<String, Vec<Vec<Step>>, RandomState>,
    /// Where the maps and lists lie that have nothing to evaluate; guests share most of theirs.
    plain: HashSet<usize>,
    /// What expressions came to, by their text and the values they read.
    known: RwLock<HashMap<String, tera::Value, RandomState>>,
    pub(super) globals: &'a Globals,
    pub(super) outside: Outside<'a>,
    pub(super) sources: &'a Sources,
}

impl<'a> Evaluator<'a> {
    /// Compiles every expression of every guest, each distinct text once.
    fn new(
        drafts: &[Draft],
        globals: &'a Globals,
        root: &'a std::path::Path,
        files: &'a Files,
    ) -> Self {
        let mut found = Found::default();
        for draft in drafts {
            found.map(&draft.merged);
        }
        let mut tera = Tera::new();
        tera.autoescape_on(Vec::<&str>::new());
        tera.register_filter("__keep", |value: tera::Value, _: Kwargs, _: &State<'_>| {
            RESULT.with(|result| *result.borrow_mut() = Some(value));
            ""
        });
        let mut broken = HashMap::new();
        let mut paths = HashMap::default();
        for text in found.texts {
            paths.insert(text.clone(), names::paths(&text));
            if let Err(error) = tera.add_raw_template(&text, &template(&text)) {
                broken.insert(text, reason(&error));
            }
        }
        Self {
            tera,
            broken,
            paths,
            plain: found
                .shared
                .into_iter()
                .filter_map(|(at, plain)| plain.then_some(at))
                .collect(),
            known: RwLock::default(),
            globals,
            outside: Outside::new(root, files),
            sources: &files.sources,
        }
    }

    /// Returns whether nothing in a map or list needs evaluation.
    pub(super) fn is_plain(&self, node: &Node) -> bool {
        let at = match &node.kind {
            Kind::Map(map) => Arc::as_ptr(map).addr(),
            Kind::Seq(items) => Arc::as_ptr(items).addr(),
            Kind::Scalar(_) => return false,
        };
        self.plain.contains(&at)
    }

    /// Returns what the same expression came to before, with the same values.
    pub(super) fn known(&self, key: &str) -> Option<tera::Value> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        known.get(key).cloned()
    }

    /// Keeps what an expression came to.
    pub(super) fn remember(&self, key: String, value: &tera::Value) {
        if key.len() > MAX_KEY {
            return;
        }
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        known.insert(key, value.clone());
    }

    fn guest(&self, draft: Draft, sink: &mut Sink) -> Draft {
        let mut run = Run::new(self, &draft, sink);
        let values = run.map(&draft.merged, &mut Vec::new());
        let secrets = std::mem::take(&mut run.secrets);
        match values {
            Some(values) => Draft {
                merged: Arc::new(values),
                secrets,
                ..draft
            },
            None => draft,
        }
    }
}

/// The template that evaluates one expression and keeps its value's type.
fn template(expression: &str) -> String {
    format!("{{{{ ({expression}) | __keep }}}}")
}

/// How many bytes of [`template`] come before the expression.
pub(super) const TEMPLATE_PREFIX: usize = "{{ (".len();

/// The expressions of a lab, and what holds none.
#[derive(Default)]
struct Found {
    texts: BTreeSet<String>,
    /// Maps and lists by their place in memory, and whether they have nothing to evaluate.
    shared: HashMap<usize, bool, RandomState>,
}

impl Found {
    /// Visits a map, unless it was visited before, and returns whether it has nothing to evaluate.
    fn map(&mut self, map: &Arc<Map>) -> bool {
        let at = Arc::as_ptr(map).addr();
        if let Some(plain) = self.shared.get(&at) {
            return *plain;
        }
        let mut plain = true;
        for entry in map.values() {
            plain &= self.node(&entry.value);
        }
        self.shared.insert(at, plain);
        plain
    }

    fn node(&mut self, node: &Node) -> bool {
        match &node.kind {
            Kind::Map(map) => self.map(map),
            Kind::Seq(items) => {
                let at = Arc::as_ptr(items).addr();
                if let Some(plain) = self.shared.get(&at) {
                    return *plain;
                }
                let mut plain = true;
                for item in items.iter() {
                    plain &= self.node(item);
                }
                self.shared.insert(at, plain);
                plain
            }
            Kind::Scalar(scalar) if needs_evaluation(node.tag, scalar) => {
                for piece in scan(&scalar.text).unwrap_or_default() {
                    if let Piece::Expression(range) = piece {
                        self.texts.insert(scalar.text[range].to_owned());
                    }
                }
                false
            }
            Kind::Scalar(_) => true,
        }
    }
}

/// Returns a template fault's message and its column in the template's first line.
pub(super) fn reason(error: &tera::Error) -> (String, usize) {
    match error.kind() {
        tera::ErrorKind::SyntaxError(report) | tera::ErrorKind::RenderingError(report) => {
            let column = if report.span().start_line == 1 {
                report.span().start_col
            } else {
                0
            };
            (
                report
                    .message()
                    .lines()
                    .next()
                    .unwrap_or_default()
                    .to_owned(),
                column,
            )
        }
        // Unknown filters and the like come as a rendered report, several of them in one text.
        other => {
            let text = other.to_string();
            let first = text
                .lines()
                .next()
                .unwrap_or_default()
                .trim_start_matches("error: ")
                .to_owned();
            let place = text.lines().find_map(|line| {
                line.trim()
                    .strip_prefix("-->")?
                    .rsplit(':')
                    .next()?
                    .parse()
                    .ok()
            });
            (first, place.map_or(0, |column: usize| column - 1))
        }
    }
}
