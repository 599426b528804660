//! Templates: found, compiled, rendered, and their faults located.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tera::{Context, Tera};
use walkdir::WalkDir;

use super::{Payloads, builtin, filters};
use crate::diag::{Code, Diagnostic, Sink};
use crate::files::Files;
use crate::source::{FileId, Sources, Span};

/// The compiled templates of a run.
#[derive(Debug)]
pub struct Engine {
    tera: Tera,
    /// Where each template's text came from.
    origins: HashMap<String, Origin>,
}

/// Where the text of a template stands.
#[derive(Clone, Debug)]
pub(super) enum Origin {
    /// It is a file.
    File(FileId),
    /// It is a value of the site, which stands here.
    Value(Arc<str>, Span),
}

impl Engine {
    /// Compiles the built-in templates, each replaced by the file of its name in the first of `dirs` that has one.
    ///
    /// Files in `dirs` of other names are templates too, for a site's own outputs, and so are the payloads that say so.
    pub fn load(
        dirs: &[PathBuf],
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
        let mut tera = Tera::new();
        // The quotes of XML are the only ones Tera knows; every other language has a filter.
        tera.autoescape_on([".xml"]);
        filters::register(&mut tera);
        let mut origins: BTreeMap<String, Origin> = texts
            .into_iter()
            .map(|(name, file)| (name, Origin::File(file)))
            .collect();
        origins.extend(payloads.templates().clone());
        let pairs: Vec<(&str, Arc<str>)> = origins
            .iter()
            .map(|(name, origin)| (name.as_str(), origin.text(&files.sources)))
            .collect();
        let added = tera.add_raw_templates(pairs.iter().map(|(name, text)| (*name, &**text)));
        let origins = origins.into_iter().collect();
        let engine = Self { tera, origins };
        if let Err(error) = added {
            sink.push(engine.fault(&error, "", &files.sources));
            return None;
        }
        Some(engine)
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

    /// Returns the text of a template that is a file.
    pub(super) fn text<'a>(&self, name: &str, sources: &'a Sources) -> Option<&'a str> {
        match self.origins.get(name)? {
            Origin::File(file) => Some(&**sources.text(*file)),
            Origin::Value(..) => None,
        }
    }

    /// Renders `name`, unless that fails.
    pub(super) fn try_render(&self, name: &str, context: &Context) -> Option<String> {
        self.tera.render(name, context).ok()
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
        match self.tera.render(name, context) {
            Ok(text) => Some(text),
            Err(error) => {
                let mut diagnostic = self.fault(&error, name, sources);
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

    fn fault(&self, error: &tera::Error, name: &str, sources: &Sources) -> Diagnostic {
        let (tera::ErrorKind::SyntaxError(report) | tera::ErrorKind::RenderingError(report)) =
            error.kind()
        else {
            return self.report(&error.to_string(), name, sources);
        };
        let mut lines = report
            .message()
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty());
        let message = lines.next().unwrap_or("the template fails").to_owned();
        let rest: Vec<&str> = lines.collect();
        let mut diagnostic = match self.origins.get(report.filename()) {
            Some(origin) => {
                let place = |line, column| origin.place(line, column, sources);
                let start = place(report.span().start_line, report.span().start_col);
                let end = place(report.span().end_line, report.span().end_col);
                let span = Span {
                    end: end.start.max(start.start),
                    ..start
                };
                Diagnostic::error(Code::Template, span, message)
            }
            None => Diagnostic::file_error(Code::Template, report.filename(), message),
        };
        if !rest.is_empty() {
            diagnostic = diagnostic.help(rest.join(" "));
        }
        diagnostic
    }
}

impl Engine {
    /// Turns a fault that Tera gives as a rendered report, such as an unknown filter, back into a place.
    fn report(&self, text: &str, name: &str, sources: &Sources) -> Diagnostic {
        let message = text
            .lines()
            .next()
            .unwrap_or_default()
            .trim_start_matches("error: ");
        let place = text.lines().find_map(|line| {
            let mut parts = line.trim().strip_prefix("-->")?.trim().rsplitn(3, ':');
            let (column, line) = (
                parts.next()?.parse::<usize>().ok()?,
                parts.next()?.parse::<usize>().ok()?,
            );
            Some((self.origins.get(parts.next()?)?, line, column))
        });
        match place {
            Some((origin, line, column)) => {
                let span = origin.place(line, column.saturating_sub(1), sources);
                Diagnostic::error(Code::Template, span, message)
            }
            None => Diagnostic::file_error(
                Code::Template,
                if name.is_empty() { "templates" } else { name },
                message,
            ),
        }
    }
}

impl Origin {
    fn text(&self, sources: &Sources) -> Arc<str> {
        match self {
            Self::File(file) => Arc::clone(sources.text(*file)),
            Self::Value(text, _) => Arc::clone(text),
        }
    }

    /// Returns the place of a line (from 1) and a column (from 0, in characters) of the template.
    ///
    /// A value of the site may be indented, folded or escaped: the line is looked for in it, and the place is the start
    /// of the value when it is not there as it is.
    fn place(&self, line: usize, column: usize, sources: &Sources) -> Span {
        match self {
            Self::File(file) => {
                let at = offset(sources.text(*file), line, column);
                Span::new(*file, at, at)
            }
            Self::Value(text, span) => {
                let wanted = text.lines().nth(line.saturating_sub(1)).unwrap_or_default();
                let written = sources.slice(*span);
                let from = offset(written, line, 0);
                let at = written[from..].find(wanted).map(|at| from + at);
                let at = at.filter(|_| !wanted.trim().is_empty()).map(|at| {
                    let column = wanted.char_indices().nth(column);
                    at + column.map_or(wanted.len(), |(column, _)| column)
                });
                let start = span.start as usize + at.unwrap_or_default();
                Span::new(span.file, start, start)
            }
        }
    }
}

/// Returns the byte offset of a line (from 1) and a column (from 0, in characters).
fn offset(text: &str, line: usize, column: usize) -> usize {
    let start: usize = text
        .split_inclusive('\n')
        .take(line.saturating_sub(1))
        .map(str::len)
        .sum();
    let rest = &text[start..];
    start
        + rest
            .char_indices()
            .nth(column)
            .map_or(rest.len(), |(at, _)| at)
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
