//! Templates with marks in them, by which the text they become tells what made it.
//!
//! A mark is a number between two characters that occur nowhere else. It stands where a template copies text, prints a
//! value, or enters and leaves loops, conditions and other templates; taken out of the result, it leaves what would
//! have been there without it.

use std::ops::Range;

use super::super::parts::split::{Token, tokens};
use super::signs::Signs;

/// What a mark says of the text behind it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    /// It is copied.
    Text,
    /// It is printed by this tag.
    Value,
    /// The value ends.
    ValueEnd,
    /// Another template begins.
    Include,
    /// It ends.
    IncludeEnd,
    /// A loop begins.
    Loop,
    /// One of its rounds begins; the number of the round follows.
    Round,
    /// The loop ends.
    LoopEnd,
    /// A condition begins.
    Condition,
    /// The branch of this tag is taken.
    Branch,
    /// The condition ends.
    ConditionEnd,
    /// A variable has been given a value.
    Set,
    /// A component begins, which a printed value calls.
    Component,
    /// It ends.
    ComponentEnd,
}

/// A mark with its place.
#[derive(Clone, Debug)]
pub(super) struct Marked {
    pub(super) mark: Mark,
    /// The template it stands in.
    pub(super) template: String,
    /// The bytes of the tag or text there.
    pub(super) at: Range<usize>,
}

/// Writes marked templates, and numbers their marks.
#[derive(Debug)]
pub(super) struct Marker {
    pub(super) signs: Signs,
    /// Whether text that does not go where it stands is marked, too: what a component, a `set` or a filter takes. That
    /// only works where no filter minds the marks.
    inside: bool,
    pub(super) marks: Vec<Marked>,
}

/// A block of a template that is still open.
enum Block {
    For,
    If,
    Other,
}

impl Marker {
    pub(super) fn new(signs: Signs, inside: bool) -> Self {
        Self {
            signs,
            inside,
            marks: Vec::new(),
        }
    }

    /// Returns a template's text with marks.
    pub(super) fn template(&mut self, name: &str, text: &str) -> String {
        let all = tokens(text);
        let mut out = String::with_capacity(2 * text.len());
        let mut open: Vec<Block> = Vec::new();
        let mut at = 0;
        let mut trim = false;
        let mut rest = all.as_slice();
        while let Some(first) = rest.first() {
            let length = match captured(rest) {
                length if first.word() == "raw" || !self.inside => length,
                _ => 1,
            };
            let source: String = rest[..length].iter().map(Token::source).collect();
            let range = at..at + source.len();
            at = range.end;
            let next = rest.get(length);
            let taken = &rest[..length];
            let last = &rest[length - 1];
            rest = &rest[length..];
            let Token::Tag { kind, .. } = first else {
                let text = trimmed(&source, std::mem::take(&mut trim), next);
                self.text(name, text, range, &source, &mut out);
                continue;
            };
            // A comment keeps what the tag before it said of the space behind.
            trim = ends_with_dash(last) || trim && *kind == '#';
            let mut mark = |mark| self.mark(mark, name, &range);
            let (before, after) = match (kind, first.word()) {
                ('#', _) => continue,
                _ if length > 1 && first.sets() => (None, Some(mark(Mark::Set))),
                _ if length > 1 && is_definition(first) => (None, None),
                (_, "component") => (None, Some(mark(Mark::Component))),
                (_, "endcomponent") => (Some(mark(Mark::ComponentEnd)), None),
                // Its own lines are not told apart.
                (_, "raw") => (Some(mark(Mark::Text)), None),
                ('{', _) => (Some(mark(Mark::Value)), Some(mark(Mark::ValueEnd))),
                _ if length > 1 => (Some(mark(Mark::Value)), Some(mark(Mark::ValueEnd))),
                (_, "include") => (Some(mark(Mark::Include)), Some(mark(Mark::IncludeEnd))),
                // The text of one without a value follows.
                _ if first.sets() && !source.contains('=') => (None, None),
                _ if first.sets() => (None, Some(mark(Mark::Set))),
                (_, "for") => {
                    open.push(Block::For);
                    (Some(mark(Mark::Loop)), Some(self.round(name, &range)))
                }
                (_, "if") => {
                    open.push(Block::If);
                    (Some(mark(Mark::Condition)), Some(mark(Mark::Branch)))
                }
                (_, "elif" | "else") if matches!(open.last(), Some(Block::If)) => {
                    (None, Some(mark(Mark::Branch)))
                }
                (_, "block") => {
                    open.push(Block::Other);
                    (None, None)
                }
                (_, "endfor") => {
                    open.pop();
                    (None, Some(mark(Mark::LoopEnd)))
                }
                (_, "endif") => {
                    open.pop();
                    (None, Some(mark(Mark::ConditionEnd)))
                }
                (_, "endblock") => {
                    open.pop();
                    (None, None)
                }
                _ => (None, None),
            };
            out.extend(before);
            match length {
                1 => out.push_str(&source),
                _ => out.extend(taken.iter().map(|token| self.without_marks(token))),
            }
            out.extend(after);
        }
        out
    }

    /// Returns a template's text as it is, but for the templates it includes, which are the ones without marks, and the
    /// components it defines, which there are already.
    pub(super) fn unmarked(&self, text: &str) -> String {
        let all = tokens(text);
        let mut rest = all.as_slice();
        let mut out = String::with_capacity(text.len());
        while let Some(first) = rest.first() {
            if is_definition(first) {
                rest = &rest[captured(rest)..];
            } else {
                out.push_str(&self.without_marks(first));
                rest = &rest[1..];
            }
        }
        out
    }

    /// Returns what a template without marks is called.
    pub(super) fn unmarked_name(&self, name: &str) -> String {
        format!("{}{name}", self.signs.open)
    }

    fn without_marks(&self, token: &Token<'_>) -> String {
        let source = token.source();
        match token.included() {
            Some(name) => {
                let (own, unmarked) = (format!("\"{name}\""), self.unmarked_name(name));
                source.replace(&own, &format!("\"{unmarked}\""))
            }
            None => source,
        }
    }

    /// Writes text line by line, each behind its mark.
    fn text(&mut self, name: &str, text: &str, range: Range<usize>, whole: &str, out: &mut String) {
        let offset = text.as_ptr().addr() - whole.as_ptr().addr();
        let mut at = range.start + offset;
        for line in text.split_inclusive('\n') {
            let mark = self.mark(Mark::Text, name, &(at..at + line.len()));
            out.extend([mark.as_str(), line]);
            at += line.len();
        }
    }

    fn mark(&mut self, mark: Mark, template: &str, at: &Range<usize>) -> String {
        let Signs { open, close, .. } = self.signs;
        format!("{open}{}{close}", self.number(mark, template, at))
    }

    fn round(&mut self, template: &str, at: &Range<usize>) -> String {
        let Signs { open, round, close } = self.signs;
        let number = self.number(Mark::Round, template, at);
        format!("{open}{number}{round}{{{{ loop.index0 }}}}{close}")
    }

    fn number(&mut self, mark: Mark, template: &str, at: &Range<usize>) -> usize {
        self.marks.push(Marked {
            mark,
            template: template.to_owned(),
            at: at.clone(),
        });
        self.marks.len() - 1
    }
}

/// Returns the text less the space that the tags around it take away.
fn trimmed<'t>(text: &'t str, start: bool, next: Option<&Token<'_>>) -> &'t str {
    let text = if start { text.trim_start() } else { text };
    match next {
        Some(Token::Tag { inner, .. }) if inner.starts_with('-') => text.trim_end(),
        _ => text,
    }
}

fn ends_with_dash(token: &Token<'_>) -> bool {
    matches!(token, Token::Tag { inner, .. } if inner.ends_with('-'))
}

/// Returns whether a tag defines a component.
fn is_definition(token: &Token<'_>) -> bool {
    token.word() == "component"
}

/// Returns how many tokens belong together because their text does not go where it stands: what a `set`, a filter or a
/// component takes, and what is raw.
fn captured(tokens: &[Token<'_>]) -> usize {
    let end = match (tokens.first(), tokens.first().map_or("", Token::word)) {
        (Some(Token::Tag { inner, .. }), "set" | "set_global") if !inner.contains('=') => "endset",
        (_, "filter") => "endfilter",
        (_, "raw") => "endraw",
        (_, "component") => "endcomponent",
        (Some(Token::Tag { kind: '%', inner }), _)
            if inner.trim_start_matches(['-', ' ']).starts_with('<') =>
        {
            "</"
        }
        _ => return 1,
    };
    let begins = |token: &Token<'_>| tokens[0].word() == token.word() && token.word() != "";
    let mut depth = 0;
    for (at, token) in tokens.iter().enumerate() {
        let is_end = match token {
            Token::Tag { kind: '%', inner } => {
                inner.trim_start_matches(['-', ' ']).starts_with(end)
            }
            _ => false,
        };
        let nested = match token {
            Token::Tag { inner, .. } if end == "endset" => begins(token) && !inner.contains('='),
            _ => begins(token) && end != "endraw" || at == 0,
        };
        depth += i32::from(nested || at == 0);
        depth -= i32::from(is_end);
        if depth == 0 {
            return at + 1;
        }
    }
    1
}
