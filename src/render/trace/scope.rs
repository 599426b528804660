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
    /// Something made of such values.
    Made(Vec<Vec<Step>>),
}

/// What has been entered and not yet left.
pub(super) struct Frame<'m> {
    /// The tag that entered it; of a condition, that of the branch taken.
    pub(super) mark: &'m Marked,
    /// Of a condition, its first tag.
    pub(super) first: &'m Marked,
    /// Of a component, the value that called it and what that reads: all that its arguments are made of.
    pub(super) called: Option<(&'m Marked, Vec<Vec<Step>>)>,
    variables: HashMap<String, Binding>,
}

impl<'m> Frame<'m> {
    pub(super) fn new(mark: &'m Marked) -> Self {
        Self {
            mark,
            first: mark,
            called: None,
            variables: HashMap::new(),
        }
    }
}

/// Where a name is found.
enum Found<'f> {
    /// Among the values the template is rendered with.
    Context,
    /// Among the variables of the templates.
    Variable(&'f Binding),
    /// Among the arguments of a component, which are made of these.
    Argument(&'f [Vec<Step>]),
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

    /// Begins a round of the innermost loop.
    pub(super) fn round(&mut self, variables: HashMap<String, Binding>) {
        if let Some(frame) = self.0.last_mut() {
            frame.variables = variables;
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
        let binding = match (frame.variables.remove(&name), binding) {
            // What is added to in every round is made of all that was added.
            (Some(Binding::Made(mut before)), Binding::Made(now)) if global => {
                let new = now.into_iter().filter(|path| !before.contains(path));
                let new: Vec<Vec<Step>> = new.collect();
                before.extend(new);
                Binding::Made(before)
            }
            (_, binding) => binding,
        };
        frame.variables.insert(name, binding);
        Some(())
    }

    /// Returns what paths stand for in the context, each once.
    pub(super) fn resolved(&self, paths: &[Vec<Step>]) -> Vec<Vec<Step>> {
        let mut found: Vec<Vec<Step>> = Vec::new();
        for path in paths {
            let resolved = match self.find(path) {
                Found::Context => vec![path.clone()],
                Found::Variable(Binding::Alias(whole)) => vec![[whole, &path[1..]].concat()],
                Found::Variable(Binding::Made(of)) => of.clone(),
                Found::Argument(of) => of.to_vec(),
            };
            for path in resolved {
                if !found.contains(&path) {
                    found.push(path);
                }
            }
        }
        found
    }

    /// Returns the path of the context that a path is, when it is one.
    pub(super) fn alias(&self, path: &[Step]) -> Option<Vec<Step>> {
        match self.find(path) {
            Found::Context => Some(path.to_vec()),
            Found::Variable(Binding::Alias(whole)) => Some([whole, &path[1..]].concat()),
            Found::Variable(Binding::Made(_)) | Found::Argument(_) => None,
        }
    }

    fn find(&self, path: &[Step]) -> Found<'_> {
        let Some(Step::Key(root)) = path.first() else {
            return Found::Context;
        };
        for frame in self.outwards() {
            if let Some(binding) = frame.variables.get(root) {
                return Found::Variable(binding);
            }
            if let Some((_, read)) = &frame.called {
                return Found::Argument(read);
            }
        }
        Found::Context
    }
}
