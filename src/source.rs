//! Which text a span lies in.
//!
//! Owns the texts of every file read so far and turns byte spans into lines and columns. It neither opens files
//! (`files` does) nor knows what the text means.

use std::sync::{Arc, OnceLock};

use crate::secret::Secrets;

/// A file known to [`Sources`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FileId(u32);

/// A byte range of one file; `start == end` marks a point.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    /// The file.
    pub file: FileId,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// Makes a span of `file` from byte offsets.
    ///
    /// Offsets past 4 GiB cannot occur: [`crate::files`] refuses files that large long before.
    #[must_use]
    pub fn new(file: FileId, start: usize, end: usize) -> Self {
        let clamp = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
        Self {
            file,
            start: clamp(start),
            end: clamp(end.max(start)),
        }
    }

    /// Returns the span as a range of byte offsets.
    #[must_use]
    pub fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }

    /// Returns whether `other` lies in it.
    #[must_use]
    pub fn has(self, other: Self) -> bool {
        self.file == other.file && self.start <= other.start && other.end <= self.end
    }
}

/// A value with the place it was written at.
#[derive(Clone, Debug)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Where it was written.
    pub span: Span,
}

impl<T> Spanned<T> {
    /// Pairs `value` with `span`.
    pub fn new(value: T, span: Span) -> Self {
        Self { value, span }
    }
}

impl<T> std::ops::Deref for Spanned<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T: serde::Serialize> serde::Serialize for Spanned<T> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.value.serialize(serializer)
    }
}

/// A position for people: both numbers count from 1, the column in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// Line.
    pub line: usize,
    /// Column.
    pub column: usize,
}

#[derive(Debug)]
struct Source {
    name: String,
    text: Arc<str>,
    /// Where each line starts, found when somebody first asks.
    lines: OnceLock<Vec<u32>>,
    /// The text as people may see it, made when somebody first asks.
    shown: OnceLock<String>,
}

/// The texts of all files read in this run.
#[derive(Debug, Default)]
pub struct Sources {
    sources: Vec<Source>,
    secrets: Secrets,
}

impl Sources {
    /// Registers a text under the name people know it by (the path as the user gave it).
    pub fn add(&mut self, name: impl Into<String>, text: impl Into<Arc<str>>) -> FileId {
        let id = FileId(u32::try_from(self.sources.len()).expect("fewer than 2^32 files are read"));
        // Names go to the terminal as they are.
        let mut name = name.into();
        if name.contains(char::is_control) {
            name = name.replace(char::is_control, "\u{fffd}");
        }
        self.sources.push(Source {
            name,
            text: text.into(),
            lines: OnceLock::new(),
            shown: OnceLock::new(),
        });
        id
    }

    /// Returns the name `file` was registered under.
    #[must_use]
    pub fn name(&self, file: FileId) -> &str {
        &self.sources[file.0 as usize].name
    }

    /// Returns the file that was registered last under this name.
    #[must_use]
    pub fn named(&self, name: &str) -> Option<FileId> {
        let at = self
            .sources
            .iter()
            .rposition(|source| source.name == name)?;
        u32::try_from(at).ok().map(FileId)
    }

    /// Returns the text of `file`.
    #[must_use]
    pub fn text(&self, file: FileId) -> &Arc<str> {
        &self.sources[file.0 as usize].text
    }

    /// Remembers values that no diagnostic may show.
    pub fn hide(&mut self, secrets: &Secrets) {
        self.secrets.extend(secrets);
    }

    /// Returns the values that no diagnostic may show.
    #[must_use]
    pub fn secrets(&self) -> &Secrets {
        &self.secrets
    }

    /// Returns the text of `file` as people may see it: what `redact` makes of it, which must keep its length.
    pub fn shown(&self, file: FileId, redact: impl FnOnce(&str) -> String) -> &str {
        let source = &self.sources[file.0 as usize];
        source.shown.get_or_init(|| redact(&source.text))
    }

    /// Returns the text `span` covers.
    #[must_use]
    pub fn slice(&self, span: Span) -> &str {
        self.text(span.file).get(span.range()).unwrap_or_default()
    }

    /// Returns where `span` starts.
    #[must_use]
    pub fn position(&self, span: Span) -> Position {
        let source = &self.sources[span.file.0 as usize];
        let text = &source.text;
        let lines = source.lines.get_or_init(|| {
            let starts = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
            let start = |(at, _): (usize, u8)| u32::try_from(at + 1).unwrap_or(u32::MAX);
            std::iter::once(0).chain(starts.map(start)).collect()
        });
        let line = lines.partition_point(|start| *start <= span.start);
        let mut end = (span.start as usize).min(text.len());
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let start = lines
            .get(line.saturating_sub(1))
            .copied()
            .unwrap_or_default() as usize;
        Position {
            line,
            column: text[start..end].chars().count() + 1,
        }
    }
}
