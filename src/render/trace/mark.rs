//! Templates with marks in them, by which the text they become tells what made it.
//!
//! A mark is a number between two characters that occur nowhere else. It stands where a template copies text, prints a
//! value, or enters and leaves loops, conditions and other templates; taken out of the result, it leaves what would
//! have been there without it. Behind the number may stand what an expression chose ([`Recipe`]).
//!
//! Text that is caught on its way (by `set`, a filter or a component) is marked as well, and printed once more where it is
//! caught, to tell what is in it.

use std::ops::Range;

use super::super::parts::tokens::{Token, tokens};
use super::recipe::Recipe;
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
    /// One of its rounds begins; the number of the round follows, or the key it is at.
    Round,
    /// The loop ends.
    LoopEnd,
    /// A condition begins.
    Condition,
    /// The branch of this tag is taken.
    Branch,
    /// The condition ends.
    ConditionEnd,
    /// A variable is given a value, or the text that was caught.
    Set,
    /// Text follows that is caught: it goes elsewhere.
    Catch,
    /// What was caught is printed by the section of this tag.
    Section,
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
    /// Whether text that is caught keeps its marks on the way, which only works where no filter minds them. Otherwise
    /// what it becomes is one value.
    inside: bool,
    pub(super) marks: Vec<Marked>,
}

/// A block of a template that is still open.
enum Block<'t> {
    For,
    If,
    /// The text of a variable, from a tag at these bytes on.
    Set(&'t str, Range<usize>),
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
        let mut out = String::with_capacity(2 * text.len());
        self.tokens(name, &tokens(text), 0, &mut out);
        out
    }

    /// Writes the tokens of a template that begin at `at`, with marks.
    fn tokens(&mut self, name: &str, all: &[Token<'_>], mut at: usize, out: &mut String) {
        let mut open: Vec<Block<'_>> = Vec::new();
        let mut trim = false;
        let mut rest = all;
        while let Some(first) = rest.first() {
            let length = match captured(rest) {
                length if first.word() == "raw" || !self.inside => length,
                _ => 1,
            };
            let (taken, next) = rest.split_at(length);
            rest = next;
            let source: String = taken.iter().map(Token::source).collect();
            let range = at..at + source.len();
            at = range.end;
            let Token::Tag { kind, .. } = first else {
                let text = trimmed(&source, std::mem::take(&mut trim), next.first());
                self.text(name, text, range, &source, out);
                continue;
            };
            // A comment keeps what the tag before it said of the space behind.
            trim = taken.last().is_some_and(ends_with_dash) || trim && *kind == '#';
            if *kind == '#' {
                continue;
            }
            if length > 1 && first.word() != "raw" {
                self.section(name, taken, &range, out);
                continue;
            }
            let (before, after) = self.around(first, name, range, &mut open);
            out.extend(before);
            out.push_str(&source);
            out.extend(after);
        }
    }

    /// Returns the marks before and behind a tag, and keeps account of the blocks that are open.
    fn around<'t>(
        &mut self,
        tag: &Token<'t>,
        name: &str,
        at: Range<usize>,
        open: &mut Vec<Block<'t>>,
    ) -> (Option<String>, Option<String>) {
        let Token::Tag { kind, inner } = tag else {
            return (None, None);
        };
        let text = inner.trim_matches(['-', ' ', '\n']);
        match (kind, tag.word()) {
            ('{', _) => (
                Some(self.choice(Mark::Value, name, &at, text)),
                Some(self.mark(Mark::ValueEnd, name, &at)),
            ),
            // Its own lines are not told apart.
            (_, "raw") => (Some(self.mark(Mark::Text, name, &at)), None),
            (_, "component") => (None, Some(self.mark(Mark::Component, name, &at))),
            (_, "endcomponent") => (Some(self.mark(Mark::ComponentEnd, name, &at)), None),
            (_, "include") => (
                Some(self.mark(Mark::Include, name, &at)),
                Some(self.mark(Mark::IncludeEnd, name, &at)),
            ),
            _ if tag.sets() && text.contains('=') => {
                (Some(self.choice(Mark::Set, name, &at, text)), None)
            }
            _ if tag.sets() => {
                open.push(Block::Set(tag.variable().unwrap_or_default(), at));
                (None, None)
            }
            (_, "endset") => {
                let Some(Block::Set(variable, at)) = open.pop() else {
                    return (None, None);
                };
                let catch = self.mark(Mark::Catch, name, &at);
                let set = self.mark(Mark::Set, name, &at);
                let print = format!("{{{{ {variable} | safe }}}}");
                (None, Some(catch + &print + &set))
            }
            (_, "for") => {
                open.push(Block::For);
                (
                    Some(self.choice(Mark::Loop, name, &at, text)),
                    Some(self.round(name, &at, text)),
                )
            }
            (_, "if") => {
                open.push(Block::If);
                (
                    Some(self.mark(Mark::Condition, name, &at)),
                    Some(self.mark(Mark::Branch, name, &at)),
                )
            }
            (_, "elif" | "else") if matches!(open.last(), Some(Block::If)) => {
                (None, Some(self.mark(Mark::Branch, name, &at)))
            }
            (_, "block") => {
                open.push(Block::Other);
                (None, None)
            }
            (_, "endfor") => {
                open.pop();
                (None, Some(self.mark(Mark::LoopEnd, name, &at)))
            }
            (_, "endif") => {
                open.pop();
                (None, Some(self.mark(Mark::ConditionEnd, name, &at)))
            }
            (_, "endblock") => {
                open.pop();
                (None, None)
            }
            _ => (None, None),
        }
    }

    /// Writes a section that keeps no marks: what is in it comes with marks before it.
    fn section(
        &mut self,
        name: &str,
        tokens: &[Token<'_>],
        range: &Range<usize>,
        out: &mut String,
    ) {
        let first = &tokens[0];
        let unmarked = tokens.iter().map(|token| self.without_marks(token));
        let unmarked: String = unmarked.collect();
        if is_definition(first) {
            out.push_str(&unmarked);
            return;
        }
        out.push_str(&self.mark(Mark::Catch, name, range));
        let start = range.start + first.source().len();
        self.tokens(name, &tokens[1..tokens.len() - 1], start, out);
        let (before, after) = if first.sets() {
            (None, self.mark(Mark::Set, name, range))
        } else {
            let before = self.mark(Mark::Section, name, range);
            (Some(before), self.mark(Mark::ValueEnd, name, range))
        };
        out.extend(before);
        out.push_str(&unmarked);
        out.push_str(&after);
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
        self.saying(mark, template, at, "")
    }

    /// Writes a mark with what the expression of its tag chooses.
    fn choice(&mut self, mark: Mark, template: &str, at: &Range<usize>, tag: &str) -> String {
        let choices = Recipe::of_tag(tag).map(|recipe| recipe.ask());
        self.saying(mark, template, at, &choices.unwrap_or_default())
    }

    fn round(&mut self, template: &str, at: &Range<usize>, tag: &str) -> String {
        let head = tag.split_once(" in ").map_or(tag, |(head, _)| head);
        let says = match head.split_once(',') {
            Some((key, _)) => {
                let key = key.trim_start_matches("for").trim();
                format!("{{{{ {key} | safe }}}}")
            }
            None => "{{ loop.index0 }}".to_owned(),
        };
        self.saying(Mark::Round, template, at, &says)
    }

    /// Writes a mark with tags that say more.
    fn saying(&mut self, mark: Mark, template: &str, at: &Range<usize>, more: &str) -> String {
        let Signs {
            open,
            more: sign,
            close,
        } = self.signs;
        let number = self.number(mark, template, at);
        format!("{open}{number}{sign}{more}{close}")
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
