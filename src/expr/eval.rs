//! Compiles every expression once, and evaluates guests with them on all cores.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use foldhash::fast::RandomState;
use rayon::prelude::*;
use tera::{Kwargs, State, StringInput, Tera};

use super::bounded;
use super::names;
use super::reads::Reads;
use super::run::Run;
use super::scope::Globals;
use super::sources::Outside;
use crate::diag::Sink;
use crate::files::Files;
use crate::layer::Draft;
use crate::model::os::debian_arch;
use crate::source::Sources;
use crate::yaml::{Node, NodeMemo};

std::thread_local! {
    /// What the last evaluation of this thread came to, with its type.
    static RESULT: std::cell::RefCell<Option<tera::Value>> = const { std::cell::RefCell::new(None) };
}

/// The filter of that name, as templates have it.
fn deb_arch(arch: StringInput<'_>, _: Kwargs, _: &State<'_>) -> String {
    debian_arch(arch.as_str()).to_owned()
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
    let drafts = sink.each(
        drafts.into_par_iter(),
        |draft| &draft.name,
        |draft, sink| evaluator.guest(draft, sink),
    );
    for draft in &drafts {
        files.sources.hide(&draft.secrets);
    }
    drafts
}

/// Compiled expressions and what they may name.
#[derive(Debug)]
pub struct Evaluator<'a> {
    pub(super) tera: Tera,
    /// The expressions that do not compile, with the message and its column in the template.
    pub(super) broken: HashMap<String, (String, usize)>,
    pub(super) reads: Reads,
    /// What keys of guests came to, by the key, the OS and the nodes it is made from; `None` when nothing changed.
    pub(super) entries: NodeMemo<(Arc<str>, usize), Option<Node>>,
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
        let reads = Reads::of(drafts);
        let mut tera = Tera::new();
        tera.autoescape_on(Vec::<&str>::new());
        tera.register_filter("__keep", |value: tera::Value, _: Kwargs, _: &State<'_>| {
            RESULT.with(|result| *result.borrow_mut() = Some(value));
            ""
        });
        bounded::register(&mut tera);
        tera.register_filter("deb_arch", deb_arch);
        let broken = compile(&mut tera, reads.paths.keys().map(String::as_str));
        Self {
            tera,
            broken,
            reads,
            entries: NodeMemo::default(),
            known: RwLock::default(),
            globals,
            outside: Outside::new(root, files),
            sources: &files.sources,
        }
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
        let changed = run.entries();
        let secrets = std::mem::take(&mut run.secrets);
        if changed.is_empty() {
            return draft;
        }
        let mut merged = Arc::unwrap_or_clone(draft.merged);
        for (key, entry) in changed {
            merged.insert(key, entry);
        }
        Draft {
            merged: Arc::new(merged),
            secrets,
            ..draft
        }
    }
}

/// Compiles expressions, and returns why those are none that do not, with the column in the template.
fn compile<'t>(
    tera: &mut Tera,
    expressions: impl Iterator<Item = &'t str>,
) -> HashMap<String, (String, usize)> {
    let mut broken = HashMap::new();
    let mut templates: Vec<(&str, String)> = Vec::new();
    for text in expressions {
        if names::loops(text) > 1 {
            let message = "a list is made from one other: `for` stands once in an expression";
            broken.insert(text.to_owned(), (message.to_owned(), TEMPLATE_PREFIX));
        } else {
            templates.push((text, template(text)));
        }
    }
    // Tera looks through all it has whenever some are added, so they are added together: all, or those that can be.
    let add = |tera: &mut Tera, templates: &[(&str, String)]| {
        let named = templates.iter().map(|(name, template)| (*name, template));
        tera.add_raw_templates(named)
    };
    if add(tera, &templates).is_err() {
        let mut alone = tera.clone();
        templates.retain(|(text, template)| {
            let fault = alone.add_raw_template("", template).err();
            broken.extend(fault.map(|error| ((*text).to_owned(), reason(&error))));
            !broken.contains_key(*text)
        });
        // Together they are refused for nothing that one alone is not; should they be, none can be evaluated.
        if let Err(error) = add(tera, &templates) {
            let why = reason(&error);
            broken.extend(
                templates
                    .iter()
                    .map(|(text, _)| ((*text).to_owned(), why.clone())),
            );
        }
    }
    broken
}

/// The template that evaluates one expression and keeps its value's type.
fn template(expression: &str) -> String {
    format!("{{{{ ({expression}) | __keep }}}}")
}

/// How many bytes of [`template`] come before the expression.
pub(super) const TEMPLATE_PREFIX: usize = "{{ (".len();

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
