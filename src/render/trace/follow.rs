//! Rendered text with marks → the text without them, and what made each stretch of it.

use std::ops::Range;

use super::super::parts::tokens::{Token, tokens};
use super::mark::{Mark, Marked, Marker};
use super::recipe::{Choices, Recipe, names};
use super::scope::{Binding, Frame, Scopes};
use super::{Inside, Piece, Place};
use crate::yaml::path::Step;

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
        caught: Vec::new(),
        plain: String::with_capacity(rendered.len()),
        pieces: Vec::new(),
    };
    let signs = marker.signs;
    let mut parts = rendered.split(signs.open);
    follower.text(parts.next().unwrap_or_default());
    for part in parts {
        let (mark, text) = part.split_once(signs.close)?;
        let (number, says) = mark.split_once(signs.more)?;
        let mark = marker.marks.get(number.parse::<usize>().ok()?)?;
        follower.mark(mark, says)?;
        follower.text(text);
    }
    Some((follower.plain, follower.pieces))
}

/// The state of a reading half done.
struct Follower<'m, 't> {
    scopes: Scopes<'m>,
    templates: &'t dyn Templates,
    /// The text or value that is being read, and what made the value.
    current: Option<(&'m Marked, Vec<Vec<Step>>)>,
    /// Of each text that is being caught, innermost last, what the values in it are made of.
    caught: Vec<Vec<Vec<Step>>>,
    plain: String,
    pieces: Vec<Piece>,
}

impl<'m> Follower<'m, '_> {
    /// Reads a mark that says more than where it stands.
    fn mark(&mut self, mark: &'m Marked, says: &str) -> Option<()> {
        let current = self.current.take();
        match mark.mark {
            Mark::Text => self.current = Some((mark, Vec::new())),
            Mark::Value => self.current = Some((mark, self.made(mark, says)?.paths())),
            Mark::Section => self.current = Some((mark, self.caught.pop()?)),
            Mark::ValueEnd => {}
            Mark::Catch => self.caught.push(Vec::new()),
            Mark::Include | Mark::Condition => self.scopes.enter(Frame::new(mark)),
            Mark::Loop => {
                let mut frame = Frame::new(mark);
                frame.list = Some(self.made(mark, says)?);
                self.scopes.enter(frame);
            }
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
                self.round(mark, says)?;
            }
            Mark::Set => self.set(mark, says)?,
            Mark::Component => {
                // What a component gives is printed by the tag that calls it.
                let mut frame = Frame::new(mark);
                frame.called = Some(current?);
                self.scopes.enter(frame);
            }
            Mark::ComponentEnd => {
                self.current = Some(self.scopes.leave(&Mark::Component)?.called?);
            }
        }
        Some(())
    }

    /// Returns what the expression of a tag stands for that chose this.
    fn made(&self, mark: &Marked, chosen: &str) -> Option<Binding> {
        let recipe = Recipe::of_tag(self.tag(mark)?)?;
        recipe.value(&mut Choices::new(chosen), &self.scopes)
    }

    /// Begins a round of a loop, by its number or key.
    fn round(&mut self, mark: &Marked, at: &str) -> Option<()> {
        let (head, _) = self.tag(mark)?.split_once(" in ")?;
        let variables = head.trim_start_matches("for").split(',').map(str::trim);
        let variables: Vec<String> = variables.map(str::to_owned).collect();
        let list = self.scopes.innermost()?.list.clone()?;
        let item = match variables.as_slice() {
            [_] => list.item(at.parse().ok()?),
            _ => list.part(&[Step::Key(at.to_owned())]),
        };
        let bound = |variable| (variable, item.clone());
        let variables = variables.into_iter().map(bound).collect();
        self.scopes.round(variables, item);
        Some(())
    }

    /// Gives a variable what it stands for.
    fn set(&mut self, mark: &Marked, chosen: &str) -> Option<()> {
        let (word, rest) = self.tag(mark)?.split_once(char::is_whitespace)?;
        let name = rest.split(['=', ' ', '|']).next()?.to_owned();
        let global = word == "set_global";
        let binding = if rest.contains('=') {
            self.made(mark, chosen)?
        } else {
            Binding::Made(self.caught.pop()?)
        };
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

    /// Adds what the current mark made.
    fn text(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        let is_value = |mark: &Marked| matches!(mark.mark, Mark::Value | Mark::Section);
        if let Some(caught) = self.caught.last_mut() {
            let reads = self.current.iter().flat_map(|(_, reads)| reads);
            for path in reads {
                if !caught.contains(path) {
                    caught.push(path.clone());
                }
            }
            return;
        }
        let start = self.plain.len();
        self.plain.push_str(text);
        let place = |mark: &Marked| self.templates.place(&mark.template, &mark.at);
        let Some((mark, reads)) = &self.current else {
            return;
        };
        let Some(made) = place(mark) else { return };
        let outwards = self.scopes.outwards();
        let includes = outwards.filter(|frame| frame.mark.mark == Mark::Include);
        let piece = Piece {
            range: start..self.plain.len(),
            place: made,
            tag: self.tag(mark).filter(|_| is_value(mark)).map(str::to_owned),
            reads: reads.clone(),
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
        let mut reads = match frame.item.as_ref().or(frame.list.as_ref()) {
            Some(at) => at.paths(),
            None => self.scopes.resolved(&names(&tag)),
        };
        if frame.mark.at != frame.first.at {
            let branch = self.tag(frame.mark)?;
            reads.extend(self.scopes.resolved(&names(branch)));
            tag = format!("{tag} %}} … {{% {branch}");
        }
        Some(Inside {
            place: self.templates.place(&mark.template, &frame.first.at)?,
            tag,
            reads,
        })
    }
}
