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
        let value = match std::env::var(name) {
            Ok(value) => text_of(&value),
            Err(std::env::VarError::NotPresent) => Err("is not set".to_owned()),
            Err(std::env::VarError::NotUnicode(_)) => Err("is not UTF-8 text".to_owned()),
        };
        match value {
            Ok(value) => Some(secret(span, value)),
            Err(why) => {
                let message = format!("the environment variable `{name}` {why}");
                let help = "set it where the program runs, or keep the value in a file and name that with `!file`";
                sink.push(Diagnostic::error(Code::MissingVariable, span, message).help(help));
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
            Ok(text) => Some(secret(span, text)),
            Err(reason) => {
                let message = format!("`{}` {reason}", path.display());
                let help = format!("relative paths begin at `{}`", self.root.display());
                sink.push(Diagnostic::error(Code::UnreadableFile, span, message).help(help));
                None
            }
        }
    }

    fn text(&self, path: &Path) -> Result<String, String> {
        let bytes = self.files.bytes(path)?;
        let text = String::from_utf8(bytes).map_err(|_| "is not UTF-8 text".to_owned())?;
        text_of(&text)
    }
}

fn secret(span: Span, text: String) -> Node {
    Node {
        tag: Tag::Secret,
        ..Node::text(span, text)
    }
}

/// Returns the text less its final line break, which editors and `echo` add.
fn text_of(text: &str) -> Result<String, String> {
    let text = text.strip_suffix('\n').unwrap_or(text);
    let text = text.strip_suffix('\r').unwrap_or(text);
    if text.is_empty() {
        return Err("is empty".to_owned());
    }
    match text
        .chars()
        .find(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t'))
    {
        Some(bad) => Err(format!(
            "is not text: it holds the control character U+{:04X}",
            u32::from(bad)
        )),
        None => Ok(text.to_owned()),
    }
}
