//! `!env` and `!file`: values that lie outside the site's YAML.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use crate::diag::{Code, Diagnostic, Sink};
use crate::files::Files;
use crate::source::Span;
use crate::yaml::{Node, Tag};

/// Reads variables and files for values, each file once.
#[derive(Debug)]
pub(super) struct Outside<'a> {
    root: &'a Path,
    files: &'a Files,
    read: Mutex<HashMap<PathBuf, Result<String, String>>>,
}

impl<'a> Outside<'a> {
    pub(super) fn new(root: &'a Path, files: &'a Files) -> Self {
        Self {
            root,
            files,
            read: Mutex::default(),
        }
    }

    /// Returns the value of an environment variable as text at `span`.
    pub(super) fn variable(name: &str, span: Span, sink: &mut Sink) -> Option<Node> {
        match std::env::var(name) {
            Ok(value) => Some(Node {
                tag: Tag::Env,
                ..Node::text(span, value)
            }),
            Err(error) => {
                let why = match error {
                    std::env::VarError::NotPresent => "is not set",
                    std::env::VarError::NotUnicode(_) => "is not UTF-8",
                };
                let message = format!("the environment variable `{name}` {why}");
                sink.push(Diagnostic::error(Code::MissingVariable, span, message));
                None
            }
        }
    }

    /// Returns the text of a file, less its final line break.
    pub(super) fn file(&self, path: &str, span: Span, sink: &mut Sink) -> Option<Node> {
        let path = self.root.join(path);
        let content = {
            let mut read = self
                .read
                .lock()
                .unwrap_or_else(std::sync::PoisonError::into_inner);
            read.entry(path.clone())
                .or_insert_with(|| self.text(&path))
                .clone()
        };
        match content {
            Ok(text) => Some(Node {
                tag: Tag::File,
                ..Node::text(span, text)
            }),
            Err(reason) => {
                let message = format!("`{}` {reason}", path.display());
                sink.push(Diagnostic::error(Code::UnreadableFile, span, message));
                None
            }
        }
    }

    fn text(&self, path: &Path) -> Result<String, String> {
        let bytes = self.files.bytes(path)?;
        let text = String::from_utf8(bytes).map_err(|_| "is not UTF-8 text".to_owned())?;
        let text = text.strip_suffix('\n').unwrap_or(&text);
        Ok(text.strip_suffix('\r').unwrap_or(text).to_owned())
    }
}
