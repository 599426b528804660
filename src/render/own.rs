//! The sections of one guest: those it has alone, between stretches that all guests of its kind have.

use std::sync::Arc;

use foldhash::fast::RandomState;
use indexmap::IndexMap;

use super::sections::Section;

/// Sections by name, in the order of `guest.yml`.
pub(super) type Stretch = IndexMap<Arc<str>, Arc<Section>, RandomState>;

/// The sections of a guest by name, in the order of `guest.yml`.
#[derive(Default)]
pub(super) struct Own(Vec<Part>);

/// A shared stretch is counted as one: cores that count the use of every section in it would wait for each other.
enum Part {
    Shared(Arc<Stretch>),
    Own(Stretch),
}

impl Part {
    fn sections(&self) -> &Stretch {
        match self {
            Self::Shared(sections) => sections,
            Self::Own(sections) => sections,
        }
    }
}

impl Own {
    /// Adds sections that other guests have as well.
    pub(super) fn share(&mut self, sections: Arc<Stretch>) {
        self.0.push(Part::Shared(sections));
    }

    /// Adds a section, or puts it in the place of the one of its name.
    pub(super) fn insert(&mut self, name: &str, section: Arc<Section>) {
        let known = self
            .0
            .iter_mut()
            .find(|part| part.sections().contains_key(name));
        if let Some(part) = known {
            if part.sections()[name].id != section.id {
                let mut sections = part.sections().clone();
                sections.insert(name.into(), section);
                *part = Part::Own(sections);
            }
        } else if let Some(Part::Own(sections)) = self.0.last_mut() {
            sections.insert(name.into(), section);
        } else {
            self.0
                .push(Part::Own(Stretch::from_iter([(name.into(), section)])));
        }
    }

    /// Returns the section of a name.
    pub(super) fn get(&self, name: &str) -> Option<&Section> {
        // Most names are install data's, which come last.
        let mut parts = self.0.iter().rev();
        parts
            .find_map(|part| part.sections().get(name))
            .map(|section| &**section)
    }

    /// Returns the sections by name.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &Section)> {
        let sections = self.0.iter().flat_map(|part| part.sections());
        sections.map(|(name, section)| (&**name, &**section))
    }
}
