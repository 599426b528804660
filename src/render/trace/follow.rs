//! Rendered text with marks → the text without them, and what made each stretch of it.

use std::collections::HashMap;
use std::ops::Range;

use super::super::parts::split::{Token, tokens};
use super::super::scan::bound;
use super::mark::{Mark, Marked, Marker};
use super::scope::{Binding, Frame, Scopes};
use super::{Inside, Piece, Place};
use crate::expr::reads;
use crate::yaml::path::{Step, show};

/// Words of tags that name no value.
const WORDS: &[&str] = &[
    "elif",
    "endfilter",
    "endset",
    "filter",
    "loop",
    "set",
    "set_global",
];

/// What the marks refer to.
pub(super) trait Templates {
    /// Returns the text of a template.
    fn text(&self, template: &str) -> Option<&str>;

    /// Returns the place of some bytes of a template.
    fn place(&self, template: &str, at: &Range<usize>) -> Option<Place>;
}

/// Reads what a marked template became.
///
/// Returns `None` when the marks do not fit together.
pub(super) fn follow(
    template: &str,
    rendered: &str,
    marker: &Marker,
    templates: &dyn Templates,
) -> Option<(String, Vec<Piece>)> {
    let root = Marked {
        mark: Mark::Include,
        template: template.to_owned(),
        at: 0..0,
    };
    let mut follower = Follower {
        scopes: Scopes::new(&root),
        templates,
        current: None,
        plain: String::with_capacity(rendered.len()),
        pieces: Vec::new(),
    };
    let signs = marker.signs;
    let mut parts = rendered.split(signs.open);
    follower.text(parts.next().unwrap_or_default());
    for part in parts {
        let (number, text) = part.split_once(signs.close)?;
        let (number, round) = match number.split_once(signs.round) {
            Some((number, round)) => (number, Some(round.parse().ok()?)),
            None => (number, None),
        };
        let mark = marker.marks.get(number.parse::<usize>().ok()?)?;
        follower.mark(mark, round)?;
        follower.text(text);
    }
    Some((follower.plain, follower.pieces))
}

/// The state of a reading half done.
struct Follower<'m, 't> {
    scopes: Scopes<'m>,
    templates: &'t dyn Templates,
    /// The text or value that is being read.
    current: Option<&'m Marked>,
    plain: String,
    pieces: Vec<Piece>,
}

impl<'m> Follower<'m, '_> {
    fn mark(&mut self, mark: &'m Marked, round: Option<usize>) -> Option<()> {
        let current = self.current.take();
        match mark.mark {
            Mark::Text | Mark::Value => self.current = Some(mark),
            Mark::ValueEnd => {}
            Mark::Include | Mark::Loop | Mark::Condition => self.scopes.enter(Frame::new(mark)),
            Mark::IncludeEnd => drop(self.scopes.leave(&Mark::Include)?),
            Mark::LoopEnd => drop(self.scopes.leave(&Mark::Loop)?),
            Mark::ConditionEnd => drop(self.scopes.leave(&Mark::Condition)?),
            Mark::Branch => {
                // `continue` leaves conditions without a word.
                self.scopes.back_to(&Mark::Condition)?;
                self.scopes.innermost()?.mark = mark;
            }
            Mark::Round => {
                self.scopes.back_to(&Mark::Loop)?;
                let variables = self.round(mark, round?)?;
                self.scopes.round(variables);
            }
            Mark::Set => self.set(mark)?,
            Mark::Component => {
                // What a component gives is printed by the tag that calls it.
                let call = current?;
                let mut frame = Frame::new(mark);
                frame.called = Some((call, self.read_by(call)));
                self.scopes.enter(frame);
            }
            Mark::ComponentEnd => {
                let (call, _) = self.scopes.leave(&Mark::Component)?.called?;
                self.current = Some(call);
            }
        }
        Some(())
    }

    /// Returns what a loop's variables stand for in a round.
    fn round(&self, mark: &Marked, round: usize) -> Option<HashMap<String, Binding>> {
        let tag = self.tag(mark)?;
        let (head, _) = tag.split_once(" in ")?;
        let names = head.trim_start_matches("for").split(',').map(str::trim);
        let names: Vec<&str> = names.collect();
        let read: Vec<Vec<Step>> = self
            .read(tag)
            .into_iter()
            .filter(|path| !matches!(path.first(), Some(Step::Key(name)) if names.contains(&name.as_str())))
            .collect();
        let whole = match (names.as_slice(), read.as_slice()) {
            // A filter or an operator behind the path gives something else.
            ([_], [path]) if tag.ends_with(&format!(" in {}", show(path))) => {
                self.scopes.alias(path)
            }
            _ => None,
        };
        let binding = match whole {
            Some(mut path) => {
                path.push(Step::Index(round));
                Binding::Alias(path)
            }
            None => Binding::Made(self.scopes.resolved(&read)),
        };
        let variables = names
            .into_iter()
            .map(|name| (name.to_owned(), binding.clone()));
        Some(variables.collect())
    }

    /// Gives a variable what it stands for.
    fn set(&mut self, mark: &Marked) -> Option<()> {
        let (word, rest) = self.tag(mark)?.split_once(char::is_whitespace)?;
        let (name, global) = (rest.split(['=', ' ', '|']).next()?, word == "set_global");
        let binding = match rest.split_once('=') {
            Some((_, value)) => {
                let read = self.read(value);
                let alias = match read.as_slice() {
                    [path] if show(path) == value.trim() => self.scopes.alias(path),
                    _ => None,
                };
                alias.map_or_else(
                    || Binding::Made(self.scopes.resolved(&read)),
                    Binding::Alias,
                )
            }
            // The text up to `endset`.
            None => Binding::Made(self.read_by(mark)),
        };
        let name = name.to_owned();
        self.scopes.set(name, binding, global)
    }

    /// Returns what stands between the braces of a mark's first tag.
    fn tag(&self, mark: &Marked) -> Option<&str> {
        let text = self.templates.text(&mark.template)?.get(mark.at.clone())?;
        match tokens(text).first()? {
            Token::Tag { inner, .. } => Some(inner.trim_matches(['-', ' ', '\n'])),
            Token::Text(_) => None,
        }
    }

    /// Returns what the tags of a mark read: there are several where a filter takes the text between two.
    fn read_by(&self, mark: &Marked) -> Vec<Vec<Step>> {
        let text = self.templates.text(&mark.template);
        let text = text.and_then(|text| text.get(mark.at.clone()));
        let tags = tokens(text.unwrap_or_default()).into_iter();
        let read = tags.filter_map(|token| match token {
            Token::Tag {
                kind: '{' | '%',
                inner,
            } => Some(self.read(inner)),
            _ => None,
        });
        let read: Vec<Vec<Step>> = read.flatten().collect();
        self.scopes.resolved(&read)
    }

    /// Returns the paths an expression reads, less the variables it makes itself.
    fn read(&self, expression: &str) -> Vec<Vec<Step>> {
        let bound = bound(expression, &(0..expression.len()));
        let is_own = |path: &Vec<Step>| match path.first() {
            Some(Step::Key(root)) => {
                let of_list = |(name, list): &(&str, Option<&str>)| name == root && list.is_some();
                WORDS.contains(&root.as_str()) || bound.iter().any(of_list)
            }
            _ => true,
        };
        let mut read = reads(expression);
        read.retain(|path| !is_own(path));
        read
    }

    /// Adds what the current mark made.
    fn text(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        let start = self.plain.len();
        self.plain.push_str(text);
        let place = |mark: &Marked| self.templates.place(&mark.template, &mark.at);
        let Some(mark) = self.current else { return };
        let Some(made) = place(mark) else { return };
        let is_value = mark.mark == Mark::Value;
        let outwards = self.scopes.outwards();
        let includes = outwards.filter(|frame| frame.mark.mark == Mark::Include);
        let piece = Piece {
            range: start..self.plain.len(),
            place: made,
            tag: self.tag(mark).filter(|_| is_value).map(str::to_owned),
            reads: if is_value {
                self.read_by(mark)
            } else {
                Vec::new()
            },
            inside: self.inside(mark),
            // The outermost one is the template itself, which nothing includes.
            included: includes
                .filter(|frame| !frame.mark.at.is_empty())
                .filter_map(|frame| place(frame.mark))
                .collect(),
        };
        self.pieces.push(piece);
    }

    /// Returns the innermost condition or loop of a mark's own template.
    fn inside(&self, mark: &Marked) -> Option<Inside> {
        let frame = self.scopes.outwards().next()?;
        let is_block = matches!(frame.mark.mark, Mark::Loop | Mark::Branch);
        if !is_block || frame.mark.template != mark.template {
            return None;
        }
        let mut tag = self.tag(frame.first)?.to_owned();
        let mut reads = self.read(&tag);
        if frame.mark.at != frame.first.at {
            let branch = self.tag(frame.mark)?;
            reads.extend(self.read(branch));
            tag = format!("{tag} %}} … {{% {branch}");
        }
        Some(Inside {
            place: self.templates.place(&mark.template, &frame.first.at)?,
            tag,
            reads: self.scopes.resolved(&reads),
        })
    }
}
