//! Where the texts of templates stand.

use std::ops::Range;
use std::sync::Arc;

use crate::source::{FileId, Sources, Span};

/// Where the text of a template stands.
#[derive(Clone, Debug)]
pub(super) enum Origin {
    /// It is a file.
    File(FileId),
    /// It is a value of the site, which stands here.
    Value(Arc<str>, Span),
}

impl Origin {
    /// Returns the text.
    pub(super) fn text<'a>(&'a self, sources: &'a Sources) -> &'a str {
        match self {
            Self::File(file) => sources.text(*file),
            Self::Value(text, _) => text,
        }
    }

    /// Returns the place of some bytes of the text.
    ///
    /// A value of the site may be indented, folded or escaped: the line is looked for in it, and the place is the start
    /// of the value when it is not there as it is.
    pub(super) fn span(&self, bytes: Range<usize>, sources: &Sources) -> Span {
        let (text, value) = match self {
            Self::File(file) => return Span::new(*file, bytes.start, bytes.end),
            Self::Value(text, value) => (text, *value),
        };
        let start = text[..bytes.start].rfind('\n').map_or(0, |at| at + 1);
        let line = text[start..].lines().next().unwrap_or_default();
        let number = text[..start].matches('\n').count();
        let written = sources.slice(value);
        let from: usize = written
            .split_inclusive('\n')
            .take(number)
            .map(str::len)
            .sum();
        let found = written[from..]
            .find(line)
            .filter(|_| !line.trim().is_empty());
        let first = value.start as usize;
        match found {
            Some(at) => {
                let at = first + from + at + bytes.start - start;
                let length = bytes.len().min(start + line.len() - bytes.start);
                Span::new(value.file, at, at + length)
            }
            None => Span::new(value.file, first, first),
        }
    }
}
