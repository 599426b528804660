//! The sections of one guest: those it has alone, between stretches that all guests of its kind have.

use std::sync::Arc;

use foldhash::fast::RandomState;
use indexmap::IndexMap;

use super::memo::Memo;
use super::sections::Section;

/// Sections by name, in the order of `guest.yml`.
pub(super) type Stretch = IndexMap<Arc<str>, Arc<Section>, RandomState>;

/// The sections of a guest, in the order of `guest.yml`; no two have the same name.
#[derive(Default)]
pub(super) struct Own(Vec<Part>);

/// A shared stretch is counted as one: cores that count the use of every section in it would wait for each other.
enum Part {
    Shared(Arc<Stretch>),
    Own(Vec<Arc<Section>>),
}

impl Own {
    /// Adds sections that other guests have as well, and that outlive all uses of them.
    pub(super) fn share(&mut self, sections: Arc<Stretch>) {
        self.0.push(Part::Shared(sections));
    }

    /// Adds a section.
    pub(super) fn push(&mut self, section: Arc<Section>) {
        match self.0.last_mut() {
            Some(Part::Own(sections)) => sections.push(section),
            _ => self.0.push(Part::Own(vec![section])),
        }
    }

    /// Returns the section of a name.
    pub(super) fn get(&self, name: &str) -> Option<&Section> {
        let section = self.0.iter().find_map(|part| match part {
            Part::Shared(sections) => sections.get(name),
            Part::Own(sections) => sections.iter().find(|section| section.name() == name),
        });
        section.map(|section| &**section)
    }

    /// Returns the sections of sorted names, each in the place of its name.
    pub(super) fn slots(&self, names: &[String], places: &Places) -> Vec<Option<&Section>> {
        let mut slots: Vec<Option<&Section>> = vec![None; names.len()];
        for part in &self.0 {
            match part {
                Part::Shared(sections) => {
                    for &(slot, index) in places.of(sections, names).iter() {
                        slots[slot] = Some(&sections[index]);
                    }
                }
                Part::Own(sections) => {
                    for section in sections {
                        if let Some(slot) = slot(names, section.name()) {
                            slots[slot] = Some(section);
                        }
                    }
                }
            }
        }
        slots
    }

    /// Returns the sections.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Section> {
        self.0.iter().flat_map(Part::iter)
    }
}

impl Part {
    fn iter(&self) -> impl Iterator<Item = &Section> {
        let (shared, own) = match self {
            Self::Shared(sections) => (Some(sections.values()), None),
            Self::Own(sections) => (None, Some(sections.iter())),
        };
        let sections = shared
            .into_iter()
            .flatten()
            .chain(own.into_iter().flatten());
        sections.map(|section| &**section)
    }
}

/// Returns the place of a name among sorted ones.
pub(super) fn slot(names: &[String], name: &str) -> Option<usize> {
    names.binary_search_by(|own| own.as_str().cmp(name)).ok()
}

/// Which sections of the shared stretches some names are, by the addresses of the stretches.
#[derive(Debug, Default)]
pub(super) struct Places(Memo<usize, Arc<[Place]>>);

/// The place of a name among the names, and that of its section in the stretch.
type Place = (usize, usize);

impl Places {
    fn of(&self, sections: &Arc<Stretch>, names: &[String]) -> Arc<[Place]> {
        let address = Arc::as_ptr(sections).addr();
        self.0.find(&address).unwrap_or_else(|| {
            let places = sections.keys().enumerate();
            let places = places.filter_map(|(index, name)| Some((slot(names, name)?, index)));
            self.0.keep(address, places.collect())
        })
    }
}
