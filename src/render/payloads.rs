//! The files of `setup_data`, read before anything is rendered.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use crate::diag::{Code, Diagnostic, Sink};
use crate::files::Files;
use crate::link::{Guest, Lab};
use crate::model::install::SetupData;
use crate::source::Spanned;

/// File contents by the `src` that names them.
#[derive(Debug, Default)]
pub struct Payloads {
    contents: HashMap<String, Arc<[u8]>>,
}

/// A payload of one guest.
#[derive(Debug)]
pub(super) struct Payload<'a> {
    pub(super) dst: String,
    pub(super) mode: &'a str,
    pub(super) owner: &'a str,
    pub(super) group: &'a str,
    pub(super) content: Arc<[u8]>,
}

impl Payloads {
    /// Reads the payload files of all guests, each once; `root` is the site's directory.
    pub fn read(lab: &Lab, root: &Path, files: &Files, sink: &mut Sink) -> Self {
        let mut payloads = Self::default();
        for entry in lab
            .guests
            .iter()
            .flat_map(|guest| &guest.install.setup_data)
        {
            if let Some(template) = entry
                .template
                .as_ref()
                .filter(|template| template.value && entry.src.is_some())
            {
                let message = "payload files are taken verbatim by this version";
                let help = "write the text as `content:`, where `template: true` works";
                sink.push(Diagnostic::error(Code::InvalidValue, template.span, message).help(help));
            }
            match (&entry.src, &entry.content) {
                (Some(src), None) => payloads.file(src, root, files, sink),
                (None, Some(content)) if entry.dst.is_none() => {
                    let message = "`content` needs a `dst`";
                    sink.push(Diagnostic::error(Code::MissingKey, content.span, message));
                }
                (None, Some(_)) => {}
                (Some(src), Some(content)) => sink.push(
                    Diagnostic::error(
                        Code::ConflictingKeys,
                        content.span,
                        "`content` and `src` exclude each other",
                    )
                    .also(src.span, "the source"),
                ),
                (None, None) => {
                    sink.push(Diagnostic::error(
                        Code::MissingKey,
                        entry.span,
                        "a file needs `src` or `content`",
                    ));
                }
            }
        }
        payloads
    }

    fn file(
        &mut self,
        src: &Spanned<crate::model::text::Line>,
        root: &Path,
        files: &Files,
        sink: &mut Sink,
    ) {
        if self.contents.contains_key(src.as_str()) {
            return;
        }
        match files.bytes(&root.join(src.as_str())) {
            Ok(bytes) => {
                self.contents.insert(src.as_str().to_owned(), bytes.into());
            }
            Err(reason) => {
                let message = format!("`{}` {reason}", root.join(src.as_str()).display());
                let mut diagnostic = Diagnostic::error(Code::UnreadableFile, src.span, message);
                if src.contains(['*', '?', '[']) {
                    diagnostic = diagnostic
                        .help("patterns are not expanded by this version: name each file");
                }
                sink.push(diagnostic);
            }
        }
    }

    /// Returns the payloads of a guest, in order.
    pub(super) fn of<'a>(&self, guest: &'a Guest) -> Vec<Payload<'a>> {
        guest
            .install
            .setup_data
            .iter()
            .filter_map(|entry| self.payload(entry))
            .collect()
    }

    fn payload<'a>(&self, entry: &'a SetupData) -> Option<Payload<'a>> {
        let content: Arc<[u8]> = match (&entry.src, &entry.content) {
            (Some(src), _) => Arc::clone(self.contents.get(src.as_str())?),
            (None, content) => content.as_ref()?.as_str().as_bytes().into(),
        };
        let name = entry
            .src
            .as_ref()
            .and_then(|src| Path::new(src.as_str()).file_name());
        let dst = match (&entry.dst, name) {
            (Some(dst), _) => dst.as_str().to_owned(),
            // Where the original unpacked its archive.
            (None, name) => format!("/root/setup/{}", name?.to_str()?),
        };
        Some(Payload {
            dst,
            mode: entry.mode.as_ref().map_or("0644", |mode| &mode.0),
            owner: entry.owner.as_ref().map_or("root", |owner| &owner.0),
            group: entry.group.as_ref().map_or("root", |group| &group.0),
            content,
        })
    }
}
