//! Templates made of parts: what guests have in common is rendered once.
//!
//! A template is not rendered as a whole where that can be avoided. Each tag of it is, alone, with the names it mentions
//! and no others; the result serves every guest for which these names have the same values.

mod split;

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use tera::{Context, Tera};

use self::split::split;
use super::content::Piece;
use super::sections::{Section, Sections};
use super::{Content, Engine};
use crate::source::Sources;

/// What the templates of a run consist of, and what their parts became.
#[derive(Debug, Default)]
pub(super) struct Parts {
    split: RwLock<HashMap<String, Option<Arc<Split>>>>,
}

/// A template that was taken apart.
#[derive(Debug)]
struct Split {
    /// The templates of the units, each under its place in `parts`.
    tera: Tera,
    parts: Vec<Part>,
}

/// A piece of a template.
#[derive(Debug)]
enum Part {
    /// Text that is copied.
    Text(Piece),
    /// A template of its own.
    Unit(Unit),
}

/// A part that is rendered.
#[derive(Debug)]
struct Unit {
    /// Its name in [`Split::tera`].
    name: String,
    /// The names it mentions.
    reads: Vec<String>,
    /// What it became, by the numbers of the sections it reads.
    rendered: RwLock<HashMap<Box<[Option<u32>]>, Piece>>,
}

impl Parts {
    /// Renders a template part by part; `None` when it cannot be taken apart, or a part fails.
    pub(super) fn render(
        &self,
        engine: &Engine,
        template: &str,
        sections: &Sections<'_>,
        sources: &Sources,
    ) -> Option<Content> {
        let split = self.of(engine, template, sources)?;
        let mut content = Content::default();
        for part in &split.parts {
            content.push(match part {
                Part::Text(text) => text.clone(),
                Part::Unit(unit) => unit.render(&split.tera, sections)?,
            });
        }
        Some(content)
    }

    fn of(&self, engine: &Engine, template: &str, sources: &Sources) -> Option<Arc<Split>> {
        let known = self.split.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(split) = known.get(template) {
            return split.clone();
        }
        drop(known);
        let split = Split::new(engine, template, sources).map(Arc::new);
        self.split
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(template.to_owned(), split.clone());
        split
    }
}

impl Split {
    fn new(engine: &Engine, template: &str, sources: &Sources) -> Option<Self> {
        let text_of = |name: &str| engine.text(name, sources);
        let mut templates = Vec::new();
        let part = |(at, segment)| match segment {
            split::Segment::Text(text) => Part::Text(text.into()),
            split::Segment::Unit { source, reads } => {
                let name = format!("{template}#{at}");
                templates.push((name.clone(), source));
                Part::Unit(Unit {
                    name,
                    reads: reads.into_iter().collect(),
                    rendered: RwLock::default(),
                })
            }
        };
        let parts = split(template, &text_of)?;
        let parts = parts.into_iter().enumerate().map(part).collect();
        let tera = engine.with(templates)?;
        Some(Self { tera, parts })
    }
}

impl Unit {
    fn render(&self, tera: &Tera, sections: &Sections<'_>) -> Option<Piece> {
        let reads = self.reads.iter().map(|name| sections.get(name));
        let reads: Vec<Option<&Section>> = reads.collect();
        if !reads.iter().flatten().all(|section| section.is_shared) {
            return self.fresh(tera, &reads);
        }
        let key = reads.iter().map(|section| Some(section.as_ref()?.id));
        let key: Box<[Option<u32>]> = key.collect();
        let rendered = self.rendered.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(piece) = rendered.get(&key) {
            return Some(piece.clone());
        }
        drop(rendered);
        let piece = self.fresh(tera, &reads)?;
        self.rendered
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(key, piece.clone());
        Some(piece)
    }

    fn fresh(&self, tera: &Tera, reads: &[Option<&Section>]) -> Option<Piece> {
        let mut context = Context::new();
        for (name, section) in self.reads.iter().zip(reads) {
            if let Some(section) = section {
                context.insert_value(name.clone(), section.value.clone());
            }
        }
        super::filters::restart();
        Some(tera.render(&self.name, &context).ok()?.into())
    }
}
