//! Diagnostics as text with source snippets.

use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};

use super::redact::redact;
use super::{Diagnostic, Label, Severity};
use crate::source::{FileId, Position, Sources, Span};

/// The longest stretch of a file that is shown, in bytes; past it, the place alone is named.
const MAX_WINDOW: usize = 64 << 10;

/// The longest message that is shown, in characters.
const MAX_MESSAGE: usize = 600;

/// How text output looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// Without colour, for pipes and files.
    Plain,
    /// With terminal colours.
    Colour,
}

/// Renders one diagnostic, without a final line break.
#[must_use]
pub fn render(diagnostic: &Diagnostic, sources: &Sources, style: Style) -> String {
    let said = |text: &str| printable(&sources.secrets().hide_quoted(text));
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let mut group = Group::with_title(
        level
            .primary_title(said(&diagnostic.message))
            .id(diagnostic.code.as_str()),
    );
    let mut files: Vec<FileId> = Vec::new();
    for label in diagnostic.labels() {
        if !files.contains(&label.span.file) {
            files.push(label.span.file);
        }
    }
    for file in files {
        let labels = diagnostic
            .primary
            .iter()
            .map(|label| (AnnotationKind::Primary, label));
        let labels = labels.chain(
            diagnostic
                .secondary
                .iter()
                .map(|label| (AnnotationKind::Context, label)),
        );
        let labels: Vec<(AnnotationKind, &Label)> = labels
            .filter(|(_, label)| label.span.file == file)
            .collect();
        let window = window(&labels, sources, file);
        let shown = sources.shown(file, |text| redact(text, sources.secrets()));
        let first = sources
            .position(Span::new(file, window.start, window.start))
            .line;
        if window.len() > MAX_WINDOW {
            let place = labels
                .first()
                .map(|(_, label)| sources.position(label.span));
            let place = place.unwrap_or(Position {
                line: first,
                column: 1,
            });
            let origin = Origin::path(sources.name(file))
                .line(place.line)
                .char_column(place.column);
            group = group.element(origin);
            continue;
        }
        let mut snippet = Snippet::source(shown[window.clone()].to_owned())
            .line_start(first)
            .path(sources.name(file));
        for (kind, label) in labels {
            let range = visible_range(label, sources);
            let range = range.start - window.start..range.end - window.start;
            snippet = snippet.annotation(kind.span(range).label(said(&label.text)));
        }
        group = group.element(snippet);
    }
    if let Some(path) = &diagnostic.path {
        group = group.element(Origin::path(path.as_str()));
    }
    if let Some(others) = diagnostic.and_others() {
        group = group.element(Level::NOTE.message(others));
    }
    if let Some(help) = &diagnostic.help {
        group = group.element(Level::HELP.message(said(help)));
    }
    let renderer = match style {
        Style::Plain => Renderer::plain(),
        Style::Colour => Renderer::styled(),
    };
    renderer.render(&[group])
}

/// Returns the bytes of the whole lines that the labels stand in and all between them.
fn window(labels: &[(AnnotationKind, &Label)], sources: &Sources, file: FileId) -> Range<usize> {
    let text = sources.text(file);
    let ranges = labels
        .iter()
        .map(|(_, label)| visible_range(label, sources));
    let (start, end) = ranges.fold((text.len(), 0), |(start, end), range| {
        (start.min(range.start), end.max(range.end))
    });
    let start = text[..start].rfind('\n').map_or(0, |newline| newline + 1);
    let end = text[end..]
        .find('\n')
        .map_or(text.len(), |newline| end + newline);
    start..end.max(start)
}

/// Cuts a span to its first line: a caret under a whole block hides more than it shows.
fn visible_range(label: &Label, sources: &Sources) -> Range<usize> {
    let text = sources.text(label.span.file);
    let mut start = (label.span.start as usize).min(text.len());
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    let mut end = (label.span.end as usize).clamp(start, text.len());
    while !text.is_char_boundary(end) {
        end += 1;
    }
    let first_line = text[start..end]
        .lines()
        .next()
        .unwrap_or_default()
        .trim_end();
    start..start + first_line.len()
}

/// Replaces control characters, so that a value from a file cannot steer the terminal, and cuts what nobody would read.
fn printable(text: &str) -> String {
    let shown = text.chars().take(MAX_MESSAGE).map(|c| {
        if c.is_control() && c != '\n' {
            '\u{fffd}'
        } else {
            c
        }
    });
    let cut = text.chars().nth(MAX_MESSAGE).map(|_| '…');
    shown.chain(cut).collect()
}
