//! A map over another that it shares: guests have most of their values in common.

use std::sync::Arc;

use super::{Entry, Map};

/// What has entries by keys: a map, or one over another.
pub trait Entries {
    /// Returns the entry of a key.
    fn entry(&self, key: &str) -> Option<&Entry>;

    /// Returns the entries in their order.
    fn entries(&self) -> impl Iterator<Item = (&Arc<str>, &Entry)>;
}

impl Entries for Map {
    fn entry(&self, key: &str) -> Option<&Entry> {
        self.get(key)
    }

    fn entries(&self) -> impl Iterator<Item = (&Arc<str>, &Entry)> {
        self.iter()
    }
}

/// A map that has a few entries of its own over those of another.
#[derive(Clone, Debug, Default)]
pub struct Overlay {
    below: Arc<Map>,
    /// What takes the place of entries below, by their indexes and in their order; `None` where an entry is gone.
    changed: Vec<(usize, Option<Entry>)>,
    /// The entries whose keys are not below, or gone from there.
    added: Map,
}

impl Overlay {
    /// Makes a map that is the same as `below` so far.
    #[must_use]
    pub fn new(below: Arc<Map>) -> Self {
        Self {
            below,
            ..Self::default()
        }
    }

    /// Returns the map below, whose entries may be others here.
    #[must_use]
    pub fn below(&self) -> &Arc<Map> {
        &self.below
    }

    /// Returns the entries that are not those of the map below.
    pub fn own(&self) -> impl Iterator<Item = &Entry> {
        let changed = self.changed.iter().filter_map(|(_, own)| own.as_ref());
        changed.chain(self.added.values())
    }

    /// Sets the entry of a key: in its place, or after all others.
    pub fn insert(&mut self, key: Arc<str>, entry: Entry) {
        let Some(index) = self.below.get_index_of(&key) else {
            self.added.insert(key, entry);
            return;
        };
        match self.changed.binary_search_by_key(&index, |(at, _)| *at) {
            Ok(at) => match &mut self.changed[at].1 {
                Some(own) => *own = entry,
                None => {
                    self.added.insert(key, entry);
                }
            },
            Err(at) => self.changed.insert(at, (index, Some(entry))),
        }
    }

    /// Takes the entry of a key away; the others keep their order.
    pub fn remove(&mut self, key: &str) {
        self.added.shift_remove(key);
        let Some(index) = self.below.get_index_of(key) else {
            return;
        };
        match self.changed.binary_search_by_key(&index, |(at, _)| *at) {
            Ok(at) => self.changed[at].1 = None,
            Err(at) => self.changed.insert(at, (index, None)),
        }
    }

    /// Returns it as a map that shares nothing but values.
    #[must_use]
    pub fn to_map(&self) -> Map {
        let entries = self.entries();
        entries
            .map(|(key, entry)| (Arc::clone(key), entry.clone()))
            .collect()
    }
}

impl Entries for Overlay {
    fn entry(&self, key: &str) -> Option<&Entry> {
        let Some((index, _, below)) = self.below.get_full(key) else {
            return self.added.get(key);
        };
        match self.changed.binary_search_by_key(&index, |(at, _)| *at) {
            Ok(at) => self.changed[at].1.as_ref().or_else(|| self.added.get(key)),
            Err(_) => Some(below),
        }
    }

    fn entries(&self) -> impl Iterator<Item = (&Arc<str>, &Entry)> {
        let mut changed = self.changed.iter().peekable();
        let below = self.below.iter().enumerate();
        let below = below.filter_map(move |(index, (key, entry))| {
            match changed.next_if(|(at, _)| *at == index) {
                Some((_, own)) => Some((key, own.as_ref()?)),
                None => Some((key, entry)),
            }
        });
        below.chain(&self.added)
    }
}

impl From<Map> for Overlay {
    fn from(map: Map) -> Self {
        Self::new(Arc::new(map))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{Entries as _, Overlay};
    use crate::diag::Sink;
    use crate::source::Sources;
    use crate::yaml::{Map, parse};

    fn map(text: &str) -> Map {
        let file = Sources::default().add("x", text);
        let node = parse(file, text, &mut Sink::default()).unwrap();
        node.as_map().unwrap().clone()
    }

    fn said(overlay: &Overlay) -> String {
        let entries = overlay.entries().map(|(key, entry)| {
            assert!(overlay.entry(key).is_some());
            format!("{key}={} ", entry.value.as_text().unwrap())
        });
        entries.collect()
    }

    #[test]
    fn it_does_what_a_map_does() {
        let edits = ["b: 2", "d: 4", "-b", "b: 5", "-d", "a: 6", "-b", "-x", "-c"];
        let below = Arc::new(map("{a: 0, b: 0, c: 0}"));
        let mut plain = below.as_ref().clone();
        let mut overlay = Overlay::new(Arc::clone(&below));
        for edit in edits {
            if let Some(key) = edit.strip_prefix('-') {
                plain.shift_remove(key);
                overlay.remove(key);
                assert!(overlay.entry(key).is_none(), "{edit}");
            } else {
                for (key, entry) in map(&format!("{{{edit}}}")) {
                    plain.insert(Arc::clone(&key), entry.clone());
                    overlay.insert(key, entry);
                }
            }
            assert_eq!(
                said(&overlay),
                said(&Overlay::from(plain.clone())),
                "{edit}"
            );
            assert!(overlay.to_map().keys().eq(plain.keys()), "{edit}");
        }
        assert_eq!(said(&Overlay::new(below)), "a=0 b=0 c=0 ");
        assert_eq!(overlay.own().count(), 1);
    }
}
