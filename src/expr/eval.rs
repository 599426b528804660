//! Compiles every expression once, and evaluates guests with them on all cores.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use rayon::prelude::*;
use tera::{Kwargs, State, Tera};

use super::run::Run;
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
        let mut texts = BTreeSet::new();
        let mut seen = BTreeSet::new();
        for draft in drafts {
            collect_map(&draft.merged, &mut seen, &mut texts);
        }
        let mut tera = Tera::new();
        tera.autoescape_on(Vec::<&str>::new());
        tera.register_filter("__keep", |value: tera::Value, _: Kwargs, _: &State<'_>| {
            RESULT.with(|result| *result.borrow_mut() = Some(value));
            ""
        });
        let mut broken = HashMap::new();
        for text in texts {
            if let Err(error) = tera.add_raw_template(&text, &template(&text)) {
                broken.insert(text, reason(&error));
            }
        }
        Self {
            tera,
            broken,
            globals,
            outside: Outside::new(root, files),
            sources: &files.sources,
        }
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

/// Gathers the expressions below a map; shared maps are visited once.
fn collect_map(map: &Arc<Map>, seen: &mut BTreeSet<usize>, texts: &mut BTreeSet<String>) {
    if seen.insert(Arc::as_ptr(map).addr()) {
        for entry in map.values() {
            collect(&entry.value, seen, texts);
        }
    }
}

fn collect(node: &Node, seen: &mut BTreeSet<usize>, texts: &mut BTreeSet<String>) {
    match &node.kind {
        Kind::Map(map) => collect_map(map, seen, texts),
        Kind::Seq(items) => items.iter().for_each(|item| collect(item, seen, texts)),
        Kind::Scalar(scalar) if scalar.text.contains("{{") => {
            for piece in scan(&scalar.text).unwrap_or_default() {
                if let Piece::Expression(range) = piece {
                    texts.insert(scalar.text[range].to_owned());
                }
            }
        }
        Kind::Scalar(_) => {}
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
