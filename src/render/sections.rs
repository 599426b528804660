//! The top-level names of a guest's context, each converted once for all guests that share it.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use serde_json::{Map, Value};

use super::mask;
use crate::yaml::emit::to_yaml;

/// Names whose values no two guests share; looking for an equal one would be in vain.
const OWN: &[&str] = &[
    "name",
    "hostname",
    "fqdn",
    "index",
    "uuid",
    "ip",
    "mac",
    "interfaces",
    "disks",
    "stamp",
];

/// The longest value, as JSON, that is kept for other guests; payloads may be as large as they like.
const MAX_KEPT: usize = 16 * 1024;

/// One top-level name of a context.
#[derive(Debug)]
pub(super) struct Section {
    /// Two sections with the same number say the same.
    pub(super) id: u32,
    /// The value as JSON text.
    pub(super) json: String,
    /// The value as templates see it.
    pub(super) value: tera::Value,
    /// Its lines of `guest.yml`, secrets masked.
    pub(super) review: Arc<[u8]>,
}

/// The sections of a guest by name, in the order of `guest.yml`.
pub(super) type Sections = indexmap::IndexMap<String, Arc<Section>>;

/// The sections known so far in a run.
#[derive(Debug, Default)]
pub(super) struct Known {
    sections: RwLock<HashMap<String, Arc<Section>>>,
    next: AtomicU32,
}

impl Known {
    /// Converts a whole context.
    pub(super) fn sections(&self, context: Map<String, Value>) -> Sections {
        let entry = |(key, value): (String, Value)| {
            let section = self.section(&key, value);
            (key, section)
        };
        context.into_iter().map(entry).collect()
    }

    /// Converts one value, or finds the equal one of another guest.
    pub(super) fn section(&self, key: &str, value: Value) -> Arc<Section> {
        let json = value.to_string();
        if OWN.contains(&key) || json.len() > MAX_KEPT {
            return Arc::new(self.convert(key, value, json));
        }
        // Equal values of different names have different lines in `guest.yml`.
        let known = format!("{key}={json}");
        let sections = self.sections.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(section) = sections.get(&known) {
            return Arc::clone(section);
        }
        drop(sections);
        let section = Arc::new(self.convert(key, value, json));
        let mut sections = self
            .sections
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        Arc::clone(sections.entry(known).or_insert(section))
    }

    fn convert(&self, key: &str, value: Value, json: String) -> Section {
        let as_seen = tera::Value::from_serializable(&value);
        Section {
            id: self.next.fetch_add(1, Ordering::Relaxed),
            json,
            value: as_seen,
            review: to_yaml(&review(key, value)).into_bytes().into(),
        }
    }
}

/// What `guest.yml` shows of a value: no secrets, and not the bytes of payloads, which lie beside it in `setup/`.
fn review(key: &str, mut value: Value) -> Value {
    if key == "setup_data" {
        for payload in value.as_array_mut().into_iter().flatten() {
            if let Some(payload) = payload.as_object_mut() {
                payload.remove("base64");
            }
        }
    }
    let mut review = Value::Object(Map::from_iter([(key.to_owned(), value)]));
    mask(&mut review);
    review
}
