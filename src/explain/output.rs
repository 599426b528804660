//! What made a line of an output: the templates, and the values in it.

use serde_json::Value;

use super::{Explanation, Site, Subject};
use crate::render::{Brought, Inside, OutFile, Piece, Place, Trace, trace};
use crate::source::{Sources, Span};
use crate::write::shown_lines;
use crate::yaml::annotate::lines;
use crate::yaml::emit::to_yaml;
use crate::yaml::path::Step;

/// A line of an output with all that made it.
#[derive(Clone, Debug)]
pub struct OutputLine {
    /// The output, as a path below the workdir.
    pub file: String,
    /// The number of the line, from 1.
    pub line: usize,
    /// The line without secrets.
    pub text: String,
    /// The places in templates that made it, in order, each line once.
    pub templates: Vec<Place>,
    /// The tags by which the first of them was included, innermost first.
    pub included: Vec<Place>,
    /// The file or value that is copied, where no template is at work.
    pub copied: Option<Copied>,
    /// The tags that printed values, with what they read.
    pub values: Vec<Tag>,
    /// The conditions and loops that parts of the line stand in, each once.
    pub inside: Vec<Tag>,
}

/// What an output is a copy of.
#[derive(Clone, Debug)]
pub enum Copied {
    /// A file, whose lines are those of the output.
    File(String),
    /// A value of the site.
    Value(Span),
}

/// A tag of a template and what it reads.
#[derive(Clone, Debug)]
pub struct Tag {
    /// What stands between its braces; nothing in outputs that show values as they are.
    pub text: String,
    /// Where it stands.
    pub place: Option<Place>,
    /// What it reads.
    pub reads: Vec<Explanation>,
}

/// Explains line number `line` of an output.
///
/// # Errors
/// Says what is wrong when there is no such line, or the output cannot be followed.
pub fn explain_line(
    site: &Site<'_>,
    subject: &Subject<'_>,
    file: &OutFile,
    line: usize,
    sources: &Sources,
) -> Result<OutputLine, String> {
    let bytes = file.content.to_vec();
    let Ok(text) = String::from_utf8(bytes) else {
        return Err(format!("`{}` is not text", file.path));
    };
    let secrets = sources.secrets();
    let shown = shown_lines(&text, file.mode, secrets);
    let Some(shown) = line.checked_sub(1).and_then(|at| shown.get(at)) else {
        let count = crate::ui::counted(shown.len(), "line");
        return Err(format!("`{}` has {count}", file.path));
    };
    let mut explained = OutputLine {
        file: file.path.clone(),
        line,
        text: shown.clone(),
        templates: Vec::new(),
        included: Vec::new(),
        copied: None,
        values: Vec::new(),
        inside: Vec::new(),
    };
    let loaded = site.loaded;
    let (engine, payloads) = (&loaded.engine, &loaded.payloads);
    let traced = trace(&file.path, &text, site.lab, engine, payloads, sources);
    match traced {
        None => return Err(format!("what made `{}` cannot be followed", file.path)),
        Some(Trace::Review) => {
            let value = subject
                .resolved()
                .and_then(|values| review(values, &text, line));
            let value = value.and_then(|path| subject.explain(&path, site, secrets));
            explained.values.extend(value.map(|value| Tag {
                text: String::new(),
                place: None,
                reads: vec![value],
            }));
        }
        Some(Trace::Payload(Brought::File(path))) => {
            explained.copied = Some(Copied::File(path.display().to_string()));
        }
        Some(Trace::Payload(Brought::Value(span))) => {
            explained.copied = Some(Copied::Value(span));
        }
        Some(Trace::Payload(Brought::Template(_))) => {}
        Some(Trace::Templates(pieces)) => {
            let explain = |path: &Vec<Step>| subject.explain(path, site, secrets);
            explained.add(&pieces, &text, &explain, sources);
        }
    }
    Ok(explained)
}

/// Returns the path of the value in a line of a file for review.
fn review(values: &Value, text: &str, line: usize) -> Option<Vec<Step>> {
    let lines = lines(values);
    // Its secrets may be masked elsewhere, but the lines are the same.
    let same = to_yaml(values).lines().count() == text.lines().count();
    let line = lines.into_iter().nth(line - 1).filter(|_| same)?;
    Some(line.path)
}

impl OutputLine {
    /// Adds what the pieces of the line say.
    fn add(
        &mut self,
        pieces: &[Piece],
        text: &str,
        explain: &dyn Fn(&Vec<Step>) -> Option<Explanation>,
        sources: &Sources,
    ) {
        let before: usize = text
            .split_inclusive('\n')
            .take(self.line - 1)
            .map(str::len)
            .sum();
        let length = text[before..].find('\n').unwrap_or(text.len() - before);
        // The line break at the end is what the next line begins with, in many a template; an empty line has no more.
        let end = before + length.max(1);
        let here = |piece: &&Piece| piece.range.start < end && before < piece.range.end;
        let blank = |piece: &Piece| {
            let range = piece.range.start.max(before)..piece.range.end.min(end);
            text[range].trim().is_empty()
        };
        let here: Vec<&Piece> = pieces.iter().filter(here).collect();
        let said: Vec<&Piece> = here.iter().copied().filter(|piece| !blank(piece)).collect();
        let here = if said.is_empty() { here } else { said };
        let line = |place: &Place| (place.span.file, sources.position(place.span).line);
        for piece in &here {
            if !self
                .templates
                .iter()
                .any(|known| line(known) == line(&piece.place))
            {
                self.templates.push(piece.place.clone());
            }
            if let Some(tag) = &piece.tag {
                push(&mut self.values, tag, &piece.place, &piece.reads, explain);
            }
            if let Some(Inside { place, tag, reads }) = &piece.inside {
                push(&mut self.inside, tag, place, reads, explain);
            }
        }
        self.included = here
            .first()
            .map_or_else(Vec::new, |first| first.included.clone());
    }
}

/// Adds a tag, unless it is there with the same values.
fn push(
    tags: &mut Vec<Tag>,
    text: &str,
    place: &Place,
    reads: &[Vec<Step>],
    explain: &dyn Fn(&Vec<Step>) -> Option<Explanation>,
) {
    let reads: Vec<Explanation> = reads.iter().filter_map(explain).collect();
    let same = |tag: &&Tag| {
        let paths = |reads: &[Explanation]| -> Vec<String> {
            reads.iter().map(|read| read.path.clone()).collect()
        };
        tag.place.as_ref() == Some(place) && paths(&tag.reads) == paths(&reads)
    };
    if tags.iter().find(same).is_none() {
        tags.push(Tag {
            text: text.to_owned(),
            place: Some(place.clone()),
            reads,
        });
    }
}
