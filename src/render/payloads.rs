//! The files of `setup_data`: read before anything is rendered, and handed to each guest as bytes with a destination,
//! a mode and an owner.

mod find;
mod payload;

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sha2::{Digest as _, Sha256};

use self::find::{Found, find};
pub(super) use self::payload::Payload;
use super::Engine;
use super::origin::Origin;
use crate::diag::{Code, Diagnostic, Sink};
use crate::files::Files;
use crate::link::{Guest, Lab};
use crate::model::install::SetupData;
use crate::source::Span;

/// The most bytes of payload a guest gets. The install file carries them as base64, lies in the initrd, and is held in
/// the memory of the installer several times over.
const MAX_TOTAL: u64 = 32 << 20;

/// Where a file without a `dst` goes.
const DEFAULT_DIR: &str = "/root/setup/";

/// File contents by the `src` that names them, and the templates among them.
#[derive(Debug, Default)]
pub struct Payloads {
    /// What each `src` brings in; `None` when that is faulty.
    found: HashMap<String, Option<Found>>,
    contents: HashMap<PathBuf, Content>,
    templates: BTreeMap<String, Origin>,
}

/// A file that was read.
#[derive(Debug)]
struct Content {
    bytes: Arc<[u8]>,
    executable: bool,
}

/// What the bytes of a payload are made from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Brought {
    /// A template of this name.
    Template(String),
    /// A file, as it is.
    File(PathBuf),
    /// A text of the site, as it is.
    Value(Span),
}

impl Payloads {
    /// Reads the payload files of all guests, each once; `root` is the site's directory.
    pub fn read(lab: &Lab, root: &Path, files: &mut Files, sink: &mut Sink) -> Self {
        let mut payloads = Self::default();
        for guest in &lab.guests {
            sink.about(Some(&guest.name));
            let before = sink.errors();
            for entry in &guest.files.setup_data {
                payloads.entry(entry, entry.span, root, files, sink);
            }
            if sink.errors() == before {
                payloads.check(guest, sink);
            }
        }
        sink.about(None);
        payloads
    }

    /// Returns the templates among the payloads, by name.
    pub(super) fn templates(&self) -> &BTreeMap<String, Origin> {
        &self.templates
    }

    fn entry(
        &mut self,
        entry: &SetupData,
        span: Span,
        root: &Path,
        files: &mut Files,
        sink: &mut Sink,
    ) {
        let is_dir = entry.dst.as_ref().is_some_and(|dst| dst.ends_with('/'));
        match (&entry.src, &entry.content) {
            (Some(src), None) => {
                if !self.found.contains_key(src.as_str()) {
                    let found = find(src, root, files, sink);
                    let found = found.filter(|found| self.load(found, src.span, files, sink));
                    self.found.insert(src.as_str().to_owned(), found);
                }
                let Some(Some(found)) = self.found.get(src.as_str()) else {
                    return;
                };
                if let Some(dst) = entry.dst.as_ref().filter(|_| found.many && !is_dir) {
                    let message = format!(
                        "`{}` can be several files: `dst` must be a directory",
                        src.value
                    );
                    let help = format!("write `{}/`", dst.value);
                    sink.push(Diagnostic::error(Code::InvalidValue, dst.span, message).help(help));
                }
                if entry.template == Some(true) {
                    for path in found.files.values() {
                        let Some(content) = self.contents.get(path) else {
                            continue;
                        };
                        template(path, content, src.span, &mut self.templates, files, sink);
                    }
                }
            }
            (None, Some(content)) => match &entry.dst {
                None => {
                    let message = "`content` needs a `dst`";
                    sink.push(
                        Diagnostic::error(Code::MissingKey, content.span, message)
                            .help("write the path of the file, as in `dst: /etc/motd`"),
                    );
                }
                Some(dst) if is_dir => {
                    let message = "`content` needs a file for its `dst`, not a directory";
                    sink.push(
                        Diagnostic::error(Code::InvalidValue, dst.span, message).help(format!(
                            "write the file's name behind it, as in `{}motd`",
                            dst.value
                        )),
                    );
                }
                Some(dst) if entry.template == Some(true) => {
                    let origin = Origin::Value(content.as_str().into(), content.span);
                    self.templates.insert(content_name(content, dst), origin);
                }
                Some(_) => {}
            },
            (Some(src), Some(content)) => {
                let message = "`content` and `src` exclude each other";
                sink.push(
                    Diagnostic::error(Code::ConflictingKeys, content.span, message)
                        .also(src.span, "the source")
                        .help("keep one of them"),
                );
            }
            (None, None) => {
                let message = "a file needs `src` or `content`";
                sink.push(
                    Diagnostic::error(Code::MissingKey, span, message)
                        .help("name a file of the site in `src`, or write the text in `content`"),
                );
            }
        }
    }

    /// Reads the files of a `src`; returns whether all could be.
    fn load(&mut self, found: &Found, span: Span, files: &Files, sink: &mut Sink) -> bool {
        let mut complete = true;
        for path in found.files.values() {
            if self.contents.contains_key(path) {
                continue;
            }
            match files.program(path, MAX_TOTAL) {
                Ok((bytes, executable)) => {
                    let content = Content {
                        bytes: bytes.into(),
                        executable,
                    };
                    self.contents.insert(path.clone(), content);
                }
                Err(reason) => {
                    let message = format!("`{}` {reason}", path.display());
                    let mut diagnostic = Diagnostic::error(Code::UnreadableFile, span, message);
                    if let Some(dir) = path.parent().filter(|_| !path.exists()) {
                        let name = path.file_name().and_then(|name| name.to_str());
                        let names = files.names(dir);
                        let others = names.iter().map(String::as_str);
                        // A link that leads nowhere is there.
                        let others = others.filter(|other| Some(*other) != name);
                        diagnostic = diagnostic.suggest(name.unwrap_or_default(), others);
                    }
                    sink.push(diagnostic);
                    complete = false;
                }
            }
        }
        complete
    }

    /// Reports two files of a guest for one place, one where another needs a directory, and too many bytes.
    fn check(&self, guest: &Guest, sink: &mut Sink) {
        let mut places: HashMap<String, Span> = HashMap::new();
        let mut total = 0;
        for entry in &guest.files.setup_data {
            for payload in self.payloads(entry) {
                total += payload.content.len() as u64;
                if let Some(first) = places.insert(payload.dst.clone(), entry.span) {
                    let message = format!("two files are put at `{}`", payload.dst);
                    sink.push(
                        Diagnostic::error(Code::DuplicateOutput, entry.span, message)
                            .also(first, "the first one")
                            .help("give one of them another `dst`"),
                    );
                }
            }
            if total > MAX_TOTAL {
                let message = format!(
                    "with this, the files of guest `{}` are more than {} MiB",
                    guest.name,
                    MAX_TOTAL >> 20
                );
                let help = "the install file carries them into the installer's memory; let a script fetch what is large";
                sink.push(Diagnostic::error(Code::PayloadTooLarge, entry.span, message).help(help));
                return;
            }
        }
        for (dst, span) in &places {
            let parents = Path::new(dst).ancestors().skip(1);
            for parent in parents.filter_map(Path::to_str) {
                if let Some(file) = places.get(parent) {
                    let message = format!("`{dst}` needs a directory where `{parent}` is a file");
                    sink.push(
                        Diagnostic::error(Code::DuplicateOutput, *span, message)
                            .also(*file, "the file")
                            .help("give one of them another `dst`"),
                    );
                }
            }
        }
    }

    /// Returns the payloads of a guest, in order; those that are templates are still without content.
    pub(super) fn of<'a>(&self, guest: &'a Guest) -> Vec<Payload<'a>> {
        let entries = guest.files.setup_data.iter();
        let mut payloads: Vec<Payload<'a>> =
            entries.flat_map(|entry| self.payloads(entry)).collect();
        for payload in &mut payloads {
            payload.judge(guest);
        }
        payloads
    }

    /// Returns what the payload that goes to `dst` is made from; the `/` it begins with may be missing.
    pub(super) fn source(&self, guest: &Guest, dst: &str) -> Option<Brought> {
        let dst = normal(dst);
        guest.files.setup_data.iter().find_map(|entry| {
            let payloads = self.payloads(entry);
            let at = payloads.iter().position(|payload| payload.dst == dst)?;
            if let Some(template) = &payloads[at].template {
                return Some(Brought::Template(template.clone()));
            }
            if let Some(content) = &entry.content {
                return Some(Brought::Value(content.span));
            }
            let found = self.found.get(entry.src.as_ref()?.as_str())?.as_ref()?;
            Some(Brought::File(found.files.values().nth(at)?.clone()))
        })
    }

    fn payloads<'a>(&self, entry: &'a SetupData) -> Vec<Payload<'a>> {
        let template = entry.template == Some(true);
        let make = |dst: String, content: Arc<[u8]>, executable, template| Payload {
            dst: normal(&dst),
            mode: String::new(),
            owner: entry.owner.as_ref().map_or("root", |owner| &owner.0),
            group: entry.group.as_ref().map_or("root", |group| &group.0),
            content,
            secret: false,
            template,
            executable,
            said_mode: entry.mode.as_ref().map(|mode| mode.0.as_str()),
        };
        if let (Some(content), Some(dst)) = (&entry.content, &entry.dst) {
            let name = template.then(|| content_name(content, dst));
            let bytes = content.as_bytes().into();
            return vec![make(dst.as_str().to_owned(), bytes, false, name)];
        }
        let found = entry
            .src
            .as_ref()
            .and_then(|src| self.found.get(src.as_str()));
        let dst = entry.dst.as_ref().map_or(DEFAULT_DIR, |dst| dst.as_str());
        let files = found
            .and_then(Option::as_ref)
            .into_iter()
            .flat_map(|found| &found.files);
        files
            .filter_map(|(name, path)| {
                let content = self.contents.get(path)?;
                let dst = if dst.ends_with('/') {
                    format!("{dst}{name}")
                } else {
                    dst.to_owned()
                };
                let name = template.then(|| file_name(path));
                let bytes = Arc::clone(&content.bytes);
                Some(make(dst, bytes, content.executable, name))
            })
            .collect()
    }
}

/// Registers a file as a template; its text must be one.
fn template(
    path: &Path,
    content: &Content,
    span: Span,
    templates: &mut BTreeMap<String, Origin>,
    files: &mut Files,
    sink: &mut Sink,
) {
    let name = file_name(path);
    if templates.contains_key(&name) {
        return;
    }
    match std::str::from_utf8(&content.bytes) {
        Ok(text) => {
            let file = files.sources.add(path.display().to_string(), text);
            templates.insert(name, Origin::File(file));
        }
        Err(_) => {
            let message = format!("`{}` is not UTF-8 text: no template", path.display());
            sink.push(
                Diagnostic::error(Code::NotUtf8, span, message).help(
                    "leave `template` out: files that are no templates are carried as they are",
                ),
            );
        }
    }
}

/// What the template of a file is called. Its end stays, because it decides whether XML's quotes are applied.
fn file_name(path: &Path) -> String {
    format!("{}{}", Engine::PAYLOAD, path.display())
}

/// What the template of a text is called: guests may have different ones at the same place of a file.
fn content_name(text: &str, dst: &str) -> String {
    let digest = Sha256::digest(text);
    let digest: String = digest
        .iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("{}{digest}{dst}", Engine::PAYLOAD)
}

/// Returns a path without doubled slashes and dots, so that one place has one name.
fn normal(path: &str) -> String {
    let parts: Vec<&str> = path
        .split('/')
        .filter(|part| !part.is_empty() && *part != ".")
        .collect();
    format!("/{}", parts.join("/"))
}
