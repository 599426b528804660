//! Templates: found, compiled and rendered.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use tera::{Context, Tera};
use walkdir::WalkDir;

use super::faults::{Texts, compile_faults, includes, render_fault};
use super::origin::Origin;
use super::strangers::Known;
use super::{Payloads, builtin, filters};
use crate::diag::{Code, Diagnostic, Severity, Sink};
use crate::files::Files;
use crate::source::{FileId, Sources};

/// The compiled templates of a run.
#[derive(Debug)]
pub struct Engine {
    tera: Tera,
    /// Where each template's text came from.
    origins: HashMap<String, Origin>,
    /// What is wrong with those that do not compile.
    broken: BTreeMap<String, Vec<Diagnostic>>,
}

impl Engine {
    /// Begins to compile the built-in templates, while others read the site.
    pub fn prepare() {
        rayon::spawn(|| {
            LazyLock::force(&BUILTIN);
        });
    }

    /// Compiles the built-in templates, each replaced by the file of its name in the first of `dirs` that has one.
    ///
    /// Files in `dirs` of other names are templates too, for a site's own outputs, and so are the payloads that say so.
    /// A file that does not compile is an error when it is `used` or takes a built-in one's place, else a warning: the
    /// directory may hold other things.
    pub fn load(
        dirs: &[PathBuf],
        used: &HashSet<&str>,
        payloads: &Payloads,
        files: &mut Files,
        sink: &mut Sink,
    ) -> Option<Self> {
        let mut texts: BTreeMap<String, FileId> = BTreeMap::new();
        for (name, text) in builtin::TEMPLATES {
            texts.insert(
                (*name).to_owned(),
                files.sources.add(format!("builtin:{name}"), *text),
            );
        }
        // The first directory wins, so it comes last.
        for dir in dirs.iter().rev() {
            for (name, path) in list(dir, sink) {
                // What is no text is no template, whatever it does in this directory.
                let is_text = files
                    .bytes(&path)
                    .is_ok_and(|bytes| std::str::from_utf8(&bytes).is_ok());
                if let Some(file) = is_text.then(|| files.text(&path, sink)).flatten() {
                    texts.insert(name, file);
                }
            }
        }
        let mut origins: HashMap<String, Origin> = texts
            .into_iter()
            .map(|(name, file)| (name, Origin::File(file)))
            .collect();
        origins.extend(payloads.templates().clone());
        let (tera, broken) = compile(&origins, &files.sources, sink)?;
        let engine = Self {
            tera,
            origins,
            broken,
        };
        for (name, faults) in &engine.broken {
            let used = is_used(name, used);
            for fault in faults {
                let mut fault = fault.clone();
                if !used {
                    fault.severity = Severity::Warning;
                }
                sink.push(fault);
            }
        }
        Some(engine)
    }

    /// Adds the template in the file at `path`, and returns the name it is rendered by: the path.
    pub fn add_file(&mut self, path: &Path, files: &mut Files, sink: &mut Sink) -> Option<String> {
        let name = path.display().to_string();
        let file = files.text(path, sink)?;
        self.origins.insert(name.clone(), Origin::File(file));
        let text = Arc::clone(files.sources.text(file));
        if let Err(error) = self.tera.add_raw_template(&name, &text) {
            for fault in compile_faults(&error, self.texts(&files.sources)) {
                sink.push(fault.diagnostic);
            }
            return None;
        }
        Some(name)
    }

    fn texts<'a>(&'a self, sources: &'a Sources) -> Texts<'a> {
        Texts {
            origins: &self.origins,
            sources,
        }
    }

    /// Warns of names in the site's own templates that no context has, `own` keys of guests aside: in those that are
    /// `used`, take a built-in one's place, or are included by such.
    pub fn check_names(
        &self,
        used: &HashSet<&str>,
        own: &BTreeSet<&str>,
        sources: &Sources,
        sink: &mut Sink,
    ) {
        let text = |name: &str| {
            let origin = self
                .origins
                .get(name)
                .filter(|_| !self.broken.contains_key(name))?;
            Some((origin, origin.text(sources)))
        };
        let is_site =
            |name: &str| text(name).is_some_and(|(_, text)| builtin::text(name) != Some(text));
        let mut wanted: BTreeSet<&str> = self.origins.keys().map(String::as_str).collect();
        wanted.retain(|name| is_site(name) && is_used(name, used));
        let mut checked = BTreeSet::new();
        if wanted.is_empty() {
            return;
        }
        let texts = self
            .names()
            .into_iter()
            .filter_map(|name| Some(text(name)?.1));
        let known = Known::new(own, texts);
        while let Some(name) = wanted.pop_first() {
            let Some((origin, text)) = text(name).filter(|_| checked.insert(name)) else {
                continue;
            };
            known.check(origin, text, sources, sink);
            let included = self.origins.keys().map(String::as_str);
            wanted.extend(included.filter(|other| is_site(other) && includes(text, other)));
        }
    }

    /// Returns whether there is a template of that name.
    #[must_use]
    pub fn contains(&self, name: &str) -> bool {
        self.origins.contains_key(name)
    }

    /// What the names of payload templates begin with, which no path below a template directory does.
    pub(super) const PAYLOAD: &'static str = "payload:/";

    /// Returns the names of all templates but payloads, sorted.
    #[must_use]
    pub fn names(&self) -> Vec<&str> {
        let names = self.origins.keys().map(String::as_str);
        let mut names: Vec<&str> = names
            .filter(|name| !name.starts_with(Self::PAYLOAD))
            .collect();
        names.sort_unstable();
        names
    }

    /// Returns where the text of every template stands, by name; of those that do not compile there is none.
    pub(super) fn origins(&self) -> impl Iterator<Item = (&str, &Origin)> {
        let sound = self.origins.iter();
        let sound = sound.filter(|(name, _)| !self.broken.contains_key(*name));
        sound.map(|(name, origin)| (name.as_str(), origin))
    }

    /// Returns where the text of a template stands.
    pub(super) fn origin(&self, name: &str) -> Option<&Origin> {
        self.origins.get(name)
    }

    /// Returns the text of a template that is a file.
    pub(super) fn text<'a>(&self, name: &str, sources: &'a Sources) -> Option<&'a str> {
        match self.origins.get(name)? {
            Origin::File(file) => Some(&**sources.text(*file)),
            Origin::Value(..) => None,
        }
    }

    /// Returns these templates with some more, unless one of those does not compile.
    pub(super) fn with(&self, more: Vec<(String, String)>) -> Option<Tera> {
        self.with_filters(more, |_| {})
    }

    /// Returns these templates with some more, which see other filters.
    pub(super) fn with_filters(
        &self,
        more: Vec<(String, String)>,
        register: impl FnOnce(&mut Tera),
    ) -> Option<Tera> {
        let mut tera = self.tera.clone();
        register(&mut tera);
        tera.add_raw_templates(more).ok()?;
        Some(tera)
    }

    /// Renders `name`; a fault says which object it was rendered for.
    pub fn render(
        &self,
        name: &str,
        context: &Context,
        object: &str,
        sources: &Sources,
        sink: &mut Sink,
    ) -> Option<String> {
        if let Some(faults) = self.broken.get(name) {
            faults.iter().cloned().for_each(|fault| sink.push(fault));
            return None;
        }
        filters::restart();
        match self.tera.render(name, context) {
            Ok(text) => Some(text),
            Err(error) => {
                let texts = self.texts(sources);
                let mut diagnostic = render_fault(&error, &self.tera, name, context, texts);
                let help = format!("rendered for {object}");
                diagnostic.help = Some(
                    diagnostic
                        .help
                        .map_or_else(|| help.clone(), |more| format!("{help}; {more}")),
                );
                sink.push(diagnostic);
                None
            }
        }
    }
}

/// Returns whether something is made of a template: `used` names those that guests and the host ask for.
fn is_used(name: &str, used: &HashSet<&str>) -> bool {
    used.contains(name) || name.starts_with(Engine::PAYLOAD) || builtin::text(name).is_some()
}

/// Compiles templates, and sets aside those that cannot be, with what is wrong with them.
fn compile(
    origins: &HashMap<String, Origin>,
    sources: &Sources,
    sink: &mut Sink,
) -> Option<(Tera, BTreeMap<String, Vec<Diagnostic>>)> {
    let own = origins.iter().filter_map(|(name, origin)| {
        let text = origin.text(sources);
        (builtin::text(name) != Some(text)).then_some((name.as_str(), text))
    });
    let own: BTreeMap<&str, &str> = own.collect();
    let mut tera = BUILTIN.clone();
    if own.is_empty() || tera.add_raw_templates(own).is_ok() {
        return Some((tera, BTreeMap::new()));
    }
    let texts = Texts { origins, sources };
    let mut broken: BTreeMap<String, Vec<Diagnostic>> = BTreeMap::new();
    loop {
        let mut tera = empty();
        let sound = origins
            .iter()
            .filter(|(name, _)| !broken.contains_key(*name));
        let pairs: BTreeMap<&str, &str> = sound
            .map(|(name, origin)| (name.as_str(), origin.text(sources)))
            .collect();
        let Err(error) = tera.add_raw_templates(pairs) else {
            return Some((tera, broken));
        };
        let mut aside: BTreeMap<String, Vec<Diagnostic>> = BTreeMap::new();
        for fault in compile_faults(&error, texts) {
            let Some(name) = fault.template.filter(|name| origins.contains_key(name)) else {
                sink.push(fault.diagnostic);
                return None;
            };
            // Whoever includes a broken template is as broken, by the same fault.
            let cause = fault.wants.and_then(|wants| broken.get(&wants));
            let place = fault.diagnostic.primary.as_ref().map(|label| label.span);
            let faults = aside.entry(name).or_default();
            match (cause, place) {
                (Some(cause), Some(place)) => faults.extend(
                    cause
                        .iter()
                        .map(|fault| fault.clone().also(place, "included from here")),
                ),
                _ => faults.push(fault.diagnostic),
            }
        }
        broken.append(&mut aside);
    }
}

/// The built-in templates, compiled.
static BUILTIN: LazyLock<Tera> = LazyLock::new(|| {
    let mut tera = empty();
    let templates = builtin::TEMPLATES.iter().copied();
    tera.add_raw_templates(templates)
        .expect("built-in templates compile");
    tera
});

fn empty() -> Tera {
    let mut tera = Tera::new();
    // The quotes of XML are the only ones Tera knows; every other language has a filter.
    tera.autoescape_on([".xml"]);
    filters::register(&mut tera);
    tera
}

/// Lists the templates below `dir` by name, in byte order.
fn list(dir: &Path, sink: &mut Sink) -> Vec<(String, PathBuf)> {
    let mut found = Vec::new();
    let hidden = |name: &std::ffi::OsStr| name.as_encoded_bytes().starts_with(b".");
    let walk = WalkDir::new(dir)
        .follow_links(true)
        .sort_by_file_name()
        .min_depth(1);
    for entry in walk
        .into_iter()
        .filter_entry(|entry| !hidden(entry.file_name()))
    {
        match entry {
            Ok(entry) if entry.file_type().is_file() => {
                let relative = entry.path().strip_prefix(dir).unwrap_or(entry.path());
                let name = relative
                    .components()
                    .map(|part| part.as_os_str().to_string_lossy())
                    .collect::<Vec<_>>()
                    .join("/");
                found.push((name, entry.path().to_path_buf()));
            }
            Ok(_) => {}
            Err(error) => {
                let path = error.path().unwrap_or(dir).display().to_string();
                let reason = error
                    .io_error()
                    .map_or_else(|| "leads into itself".to_owned(), crate::files::reason);
                sink.push(Diagnostic::file_error(
                    Code::UnreadableFile,
                    path,
                    format!("cannot be read: {reason}"),
                ));
            }
        }
    }
    found
}
