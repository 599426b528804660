//! What variables of templates stand for, in the scopes that Tera gives them: a loop's variables end with their round,
//! those of an included template with it, and what an including template has is seen in the included one.

use std::collections::HashMap;

use super::mark::{Mark, Marked};
use crate::yaml::path::Step;

/// What a variable stands for.
#[derive(Clone, Debug)]
pub(super) enum Binding {
    /// A value of the context.
    Alias(Vec<Step>),
    /// A list that was put together: what each item stands for, and what they were taken from.
    List {
        items: Vec<Self>,
        of: Vec<Vec<Step>>,
    },
    /// Something made of values of the context.
    Made(Vec<Vec<Step>>),
}

impl Binding {
    /// Returns what stands for something made of others.
    pub(super) fn made(of: impl Iterator<Item = Self>) -> Self {
        Self::Made(distinct(of.flat_map(|binding| binding.paths())))
    }

    /// Returns what an item stands for.
    pub(super) fn item(&self, at: usize) -> Self {
        self.part(&[Step::Index(at)])
    }

    /// Returns what the value at a path below stands for.
    pub(super) fn part(&self, path: &[Step]) -> Self {
        match (self, path) {
            (_, []) => self.clone(),
            (Self::Alias(whole), _) => Self::Alias([whole, path].concat()),
            (Self::List { items, .. }, [Step::Index(at), rest @ ..]) if *at < items.len() => {
                items[*at].part(rest)
            }
            _ => Self::Made(self.paths()),
        }
    }

    /// Returns the values of the context that it is or is made of, each once.
    pub(super) fn paths(&self) -> Vec<Vec<Step>> {
        match self {
            Self::Alias(path) => vec![path.clone()],
            Self::List { items, of } if items.is_empty() => of.clone(),
            Self::List { items, .. } => distinct(items.iter().flat_map(Self::paths)),
            Self::Made(of) => of.clone(),
        }
    }
}

fn distinct(paths: impl Iterator<Item = Vec<Step>>) -> Vec<Vec<Step>> {
    let mut distinct: Vec<Vec<Step>> = Vec::new();
    for path in paths {
        if !distinct.contains(&path) {
            distinct.push(path);
        }
    }
    distinct
}

/// What has been entered and not yet left.
pub(super) struct Frame<'m> {
    /// The tag that entered it; of a condition, that of the branch taken.
    pub(super) mark: &'m Marked,
    /// Of a condition, its first tag.
    pub(super) first: &'m Marked,
    /// Of a component, the value that called it and what that reads: all that its arguments are made of.
    pub(super) called: Option<(&'m Marked, Vec<Vec<Step>>)>,
    /// Of a loop, what it goes through.
    pub(super) list: Option<Binding>,
    /// Of a loop, what it is at in this round.
    pub(super) item: Option<Binding>,
    variables: HashMap<String, Binding>,
}

impl<'m> Frame<'m> {
    pub(super) fn new(mark: &'m Marked) -> Self {
        Self {
            mark,
            first: mark,
            called: None,
            list: None,
            item: None,
            variables: HashMap::new(),
        }
    }
}

/// The frames, outermost first; the first is the template itself.
pub(super) struct Scopes<'m>(Vec<Frame<'m>>);

impl<'m> Scopes<'m> {
    pub(super) fn new(template: &'m Marked) -> Self {
        Self(vec![Frame::new(template)])
    }

    pub(super) fn enter(&mut self, frame: Frame<'m>) {
        self.0.push(frame);
    }

    /// Returns the innermost frame.
    pub(super) fn innermost(&mut self) -> Option<&mut Frame<'m>> {
        self.0.last_mut()
    }

    /// Returns the frames from the innermost on.
    pub(super) fn outwards(&self) -> impl Iterator<Item = &Frame<'m>> {
        self.0.iter().rev()
    }

    /// Leaves whatever was entered inside the innermost frame of a kind.
    pub(super) fn back_to(&mut self, kind: &Mark) -> Option<()> {
        let is_it = |frame: &Frame<'_>| {
            let mark = &frame.mark.mark;
            mark == kind || *kind == Mark::Condition && *mark == Mark::Branch
        };
        let at = self.0.iter().rposition(is_it)?;
        self.0.truncate(at + 1);
        Some(())
    }

    /// Leaves the innermost frame of a kind and returns it; the template itself is never left.
    pub(super) fn leave(&mut self, kind: &Mark) -> Option<Frame<'m>> {
        self.back_to(kind)?;
        (self.0.len() > 1).then(|| self.0.pop()).flatten()
    }

    /// Begins a round of the innermost loop, whose variables these are.
    pub(super) fn round(&mut self, variables: HashMap<String, Binding>, item: Binding) {
        if let Some(frame) = self.0.last_mut() {
            frame.variables = variables;
            frame.item = Some(item);
        }
    }

    /// Gives a variable its value, that of a round or that of a whole template.
    pub(super) fn set(&mut self, name: String, binding: Binding, global: bool) -> Option<()> {
        let holds = |frame: &&mut Frame<'_>| match frame.mark.mark {
            Mark::Include | Mark::Component => true,
            Mark::Loop => !global,
            _ => false,
        };
        let frame = self.0.iter_mut().rev().find(holds)?;
        frame.variables.insert(name, binding);
        Some(())
    }

    /// Returns what a path stands for.
    pub(super) fn binding(&self, path: &[Step]) -> Binding {
        if let Some((Step::Key(root), rest)) = path.split_first() {
            for frame in self.outwards() {
                if let Some(binding) = frame.variables.get(root) {
                    return binding.part(rest);
                }
                if let Some((_, read)) = &frame.called {
                    return Binding::Made(read.clone());
                }
            }
        }
        Binding::Alias(path.to_vec())
    }

    /// Returns what paths stand for in the context, each once.
    pub(super) fn resolved(&self, paths: &[Vec<Step>]) -> Vec<Vec<Step>> {
        distinct(paths.iter().flat_map(|path| self.binding(path).paths()))
    }
}
