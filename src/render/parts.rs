//! Templates made of parts: what guests have in common is rendered once.
//!
//! A template is not rendered as a whole where that can be avoided. Each tag of it is, alone, with the names it mentions
//! and no others; the result serves every guest for which these names have the same values.

mod split;
pub(super) mod tokens;

use std::collections::BTreeSet;
use std::sync::Arc;

use tera::{Context, Tera};

use self::split::{Segment, split};
use super::content::Piece;
use super::memo::Memo;
use super::own::Places;
use super::sections::{Section, Sections};
use super::{Content, Engine};
use crate::secret::is_plain;
use crate::source::Sources;

/// What the templates of a run consist of, and what their parts became.
#[derive(Debug, Default)]
pub(super) struct Parts {
    split: Memo<String, Option<Arc<Split>>>,
}

/// A template that was taken apart.
#[derive(Debug)]
struct Split {
    /// The templates of the units.
    tera: Tera,
    parts: Vec<Part>,
    /// Every name that a unit reads, sorted.
    names: Vec<String>,
    /// Where shared sections stand among the names.
    places: Places,
    /// What guests have in common, by the numbers of the shared sections they read.
    common: Memo<Key, Arc<Common>>,
}

/// Numbers of sections: none for those that are missing, [`OWN`] for a guest's own.
type Key = Box<[Option<u32>]>;

/// Stands for every section that no other guest has.
const OWN: u32 = u32::MAX;

/// A piece of a template.
#[derive(Debug)]
enum Part {
    /// Text that is copied.
    Text(Piece),
    /// A template of its own.
    Unit(Arc<Unit>),
}

/// What a template becomes for guests with the same shared sections.
#[derive(Debug)]
struct Common {
    known: Vec<Known>,
    /// What the parts that are a guest's own read, by the places of the names.
    reads: BTreeSet<usize>,
}

/// A stretch of what a template becomes.
#[derive(Debug)]
enum Known {
    /// Parts that are the same for all these guests, in one piece: cores would wait for each other to count who uses
    /// many small ones.
    Said(Piece),
    /// A part that is a guest's own.
    Own(Arc<Unit>),
}

/// A part that is rendered.
#[derive(Debug)]
struct Unit {
    /// Its name in [`Split::tera`].
    name: String,
    /// The places in [`Split::names`] of the names it reads.
    reads: Vec<usize>,
    /// Whether nothing it says itself looks like a secret; what it includes might.
    is_plain: bool,
    /// What is empty when it is.
    guard: Option<Box<Self>>,
    /// What it became, by the numbers of the sections it reads.
    rendered: Memo<Key, Piece>,
}

/// The sections of a guest, in the order of [`Split::names`].
type Slots<'s> = [Option<&'s Section>];

impl Parts {
    /// Renders a template part by part; `None` when it cannot be taken apart, or a part fails.
    pub(super) fn render(
        &self,
        engine: &Engine,
        template: &str,
        sections: &Sections<'_>,
        sources: &Sources,
    ) -> Option<Content> {
        self.of(engine, template, sources)?.render(sections)
    }

    /// Returns the names a template mentions; `None` when they cannot be known.
    pub(super) fn names(
        &self,
        engine: &Engine,
        template: &str,
        sources: &Sources,
    ) -> Option<Vec<String>> {
        Some(self.of(engine, template, sources)?.names.clone())
    }

    fn of(&self, engine: &Engine, template: &str, sources: &Sources) -> Option<Arc<Split>> {
        if let Some(split) = self.split.find(template) {
            return split;
        }
        let split = Split::new(engine, template, sources).map(Arc::new);
        self.split.keep(template.to_owned(), split)
    }
}

impl Split {
    fn new(engine: &Engine, template: &str, sources: &Sources) -> Option<Self> {
        let text_of = |name: &str| engine.text(name, sources);
        let segments = split(template, &text_of)?;
        let names = segments.iter().filter_map(|segment| match segment {
            Segment::Text(_) => None,
            // What the guard reads, the unit reads as well.
            Segment::Unit { reads, .. } => Some(reads),
        });
        let names: BTreeSet<String> = names.flatten().cloned().collect();
        let names: Vec<String> = names.into_iter().collect();
        let mut templates = Vec::new();
        let mut unit = |name: String, source: String, reads: BTreeSet<String>| {
            let is_plain = is_plain(&source) && !source.contains("include");
            templates.push((name.clone(), source));
            let place = |read: &String| names.binary_search(read).ok();
            Unit {
                name,
                reads: reads.iter().filter_map(place).collect(),
                is_plain,
                guard: None,
                rendered: Memo::default(),
            }
        };
        let part = |(at, segment)| match segment {
            Segment::Text(text) => Part::Text(Piece::from(text).shared()),
            Segment::Unit {
                source,
                reads,
                guard,
            } => {
                let guard = guard.map(|(source, reads)| {
                    Box::new(unit(format!("{template}#{at}?"), source, reads))
                });
                Part::Unit(Arc::new(Unit {
                    guard,
                    ..unit(format!("{template}#{at}"), source, reads)
                }))
            }
        };
        let parts = segments.into_iter().enumerate().map(part).collect();
        let tera = engine.with(templates)?;
        Some(Self {
            tera,
            parts,
            names,
            places: Places::default(),
            common: Memo::default(),
        })
    }

    fn render(&self, sections: &Sections<'_>) -> Option<Content> {
        let slots = sections.slots(&self.names, &self.places);
        let common = self.common(&slots)?;
        let context = self.context(common.reads.iter(), &slots);
        let mut content = Content::default();
        for known in &common.known {
            content.push(match known {
                Known::Said(piece) => piece.clone(),
                Known::Own(unit) => unit.render(self, &context, &slots)?,
            });
        }
        Some(content)
    }

    /// Renders the parts that are not this guest's own, or finds them rendered.
    fn common(&self, slots: &Slots<'_>) -> Option<Arc<Common>> {
        let key: Key = slots.iter().map(|slot| number(*slot)).collect();
        if let Some(common) = self.common.find(&key) {
            return Some(common);
        }
        let mut reads = BTreeSet::new();
        let mut known = Vec::new();
        let mut said: Vec<Piece> = Vec::new();
        for part in &self.parts {
            let unit = match part {
                Part::Text(text) => {
                    said.push(text.clone());
                    continue;
                }
                Part::Unit(unit) => unit,
            };
            let piece = if unit.is_own(slots) {
                unit.absent(self, slots)?
            } else {
                Some(unit.shared(self, slots)?)
            };
            if let Some(piece) = piece {
                said.push(piece);
                continue;
            }
            reads.extend(&unit.reads);
            known.push(Known::Said(Piece::join(&said)));
            known.push(Known::Own(Arc::clone(unit)));
            said.clear();
        }
        known.push(Known::Said(Piece::join(&said)));
        let common = Arc::new(Common { known, reads });
        Some(self.common.keep(key, common))
    }

    /// Returns a context of the names at these places.
    fn context<'r>(&self, reads: impl Iterator<Item = &'r usize>, slots: &Slots<'_>) -> Context {
        let mut context = Context::new();
        for read in reads {
            if let Some(section) = slots[*read] {
                context.insert_value(self.names[*read].clone(), section.value.clone());
            }
        }
        context
    }
}

/// Returns what stands for a section in a key.
fn number(slot: Option<&Section>) -> Option<u32> {
    slot.map(|section| if section.is_shared { section.id } else { OWN })
}

impl Unit {
    /// Returns whether it reads what is one guest's alone.
    fn is_own(&self, slots: &Slots<'_>) -> bool {
        let mut sections = self.reads.iter().filter_map(|read| slots[*read]);
        sections.any(|section| !section.is_shared)
    }

    /// Returns the empty piece when its guard, for which other guests count as well, says that it is one.
    #[expect(clippy::option_option, reason = "a guard may fail")]
    fn absent(&self, split: &Split, slots: &Slots<'_>) -> Option<Option<Piece>> {
        let Some(guard) = self.guard.as_ref().filter(|guard| !guard.is_own(slots)) else {
            return Some(None);
        };
        let said = guard.shared(split, slots)?;
        Some(said.bytes().is_empty().then_some(said))
    }

    fn shared(&self, split: &Split, slots: &Slots<'_>) -> Option<Piece> {
        let key: Key = self.reads.iter().map(|read| number(slots[*read])).collect();
        if let Some(piece) = self.rendered.find(&key) {
            return Some(piece);
        }
        let context = split.context(self.reads.iter(), slots);
        let piece = self.render(split, &context, slots)?.shared();
        Some(self.rendered.keep(key, piece))
    }

    fn render(&self, split: &Split, context: &Context, slots: &Slots<'_>) -> Option<Piece> {
        super::filters::restart();
        let text = split.tera.render(&self.name, context).ok()?;
        let mut sections = self.reads.iter().filter_map(|read| slots[*read]);
        Some(
            if self.is_plain && sections.all(|section| section.is_plain) {
                Piece::plain(text)
            } else {
                text.into()
            },
        )
    }
}
