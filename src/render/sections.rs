//! The top-level names of a guest's context, each converted once for all guests that share it.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, OnceLock};

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::content::Piece;
use super::context::guest_list;
use super::memo::Memo;
use super::own::{Own, Places, Stretch, slot};
use super::{Content, mask};
use crate::link::Lab;
use crate::model::host::Host;
use crate::secret::{Secrets, is_plain};
use crate::yaml::emit::{entry_to_yaml, to_yaml};

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
    LINKS,
    "stamp",
];

/// The disks as installers see them, which `guest.yml` has in full under `disks`.
const DRIVES: &str = "drives";

/// What the guest's network consists of, which `guest.yml` has as it is written.
pub(super) const LINKS: &str = "links";

/// The payloads, whose bytes `guest.yml` does not have.
pub(super) const PAYLOADS: &str = "setup_data";

/// The longest value, as JSON, that is kept for other guests; payloads may be as large as they like.
const MAX_KEPT: usize = 16 * 1024;

/// One top-level name of a context.
#[derive(Debug)]
pub(super) struct Section {
    /// Two sections with the same number say the same.
    pub(super) id: u32,
    /// Whether other guests may have it as well.
    pub(super) is_shared: bool,
    /// The name and the value, as [`text`] writes them; the name alone when all guests have it.
    pub(super) text: Arc<str>,
    /// How long the name is.
    name: usize,
    /// Whether nothing in it can be a secret, whatever a template makes of it.
    pub(super) is_plain: bool,
    /// The value as templates see it.
    pub(super) value: tera::Value,
    /// Its lines of `guest.yml`, without what is a secret by its name or its form.
    pub(super) review: Arc<[u8]>,
}

/// The sections of a guest.
pub(super) struct Sections<'s> {
    /// Its own.
    pub(super) own: Own,
    /// Those of all guests.
    pub(super) common: &'s Common<'s>,
}

impl Sections<'_> {
    /// Returns the section of a name.
    pub(super) fn get(&self, name: &str) -> Option<&Section> {
        let common = self.common.get(name).map(|section| &**section);
        common.or_else(|| self.own.get(name))
    }

    /// Returns the sections of sorted names, each in the place of its name.
    pub(super) fn slots(&self, names: &[String], places: &Places) -> Vec<Option<&Section>> {
        let mut slots = self.own.slots(names, places);
        for name in COMMON {
            if let Some(slot) = slot(names, name) {
                slots[slot] = self.common.get(name).map(|section| &**section);
            }
        }
        slots
    }

    /// Returns `guest.yml`, in which no secret is shown.
    pub(super) fn review(&self, secrets: &Secrets, known: &Known) -> Content {
        let mut content = Content::default();
        if !secrets.is_empty() {
            for section in self.own.iter() {
                let lines = lines(section.name(), section.to_json(), Some(secrets));
                content.push(lines.into());
            }
            return content;
        }
        let sections: Vec<&Section> = self.own.iter().collect();
        for run in sections.chunk_by(|a, b| a.is_shared && b.is_shared) {
            content.push(match run {
                [own] if !own.is_shared => Piece::from(Arc::clone(&own.review)),
                shared => known.review(shared),
            });
        }
        content
    }

    /// Returns the values of the guest's own names.
    pub(super) fn values(&self) -> Map<String, Value> {
        let value = |section: &Section| (section.name().to_owned(), section.to_json());
        self.own.iter().map(value).collect()
    }

    /// Returns whether the value of a name has one of `secrets` in it, or something that looks like one.
    pub(super) fn holds_secret(&self, name: &str, secrets: &Secrets) -> bool {
        self.own.get(name).is_some_and(|section| {
            let plain = section.to_json();
            let mut masked = plain.clone();
            mask(&mut masked, secrets);
            masked != plain
        })
    }

    /// Returns the names a template may read.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        COMMON
            .iter()
            .copied()
            .chain(self.own.iter().map(Section::name))
    }
}

/// The names every guest's templates see.
const COMMON: [&str; 3] = ["networks", "guests", "host"];

/// What every guest's templates see, each converted when the first template reads it.
pub(super) struct Common<'a> {
    lab: &'a Lab,
    sections: [OnceLock<Arc<Section>>; COMMON.len()],
}

impl<'a> Common<'a> {
    pub(super) fn new(lab: &'a Lab) -> Self {
        Self {
            lab,
            sections: Default::default(),
        }
    }

    fn get(&self, name: &str) -> Option<&Arc<Section>> {
        let at = COMMON.iter().position(|own| *own == name)?;
        let convert = || {
            let value = match name {
                "networks" => serde_json::to_value(&self.lab.networks).expect("networks serialize"),
                "guests" => guest_list(self.lab),
                _ => host(self.lab),
            };
            Arc::new(Section {
                id: u32::try_from(at).unwrap_or_default(),
                is_shared: true,
                text: name.into(),
                name: name.len(),
                is_plain: is_plain(&text(name, &value)),
                value: tera::Value::from_serializable(&value),
                // What all guests share is in no guest's file.
                review: Arc::default(),
            })
        };
        Some(self.sections[at].get_or_init(convert))
    }
}

/// Returns the host as templates see it.
fn host(lab: &Lab) -> Value {
    let mut host = serde_json::to_value(&lab.host).expect("hosts serialize");
    if host.get("connect").is_none() {
        host["connect"] = json!(Host::DEFAULT_CONNECT);
    }
    host
}

/// The sections known so far in a run.
#[derive(Debug, Default)]
pub(super) struct Known {
    sections: Memo<Arc<str>, Arc<Section>>,
    /// The lines of `guest.yml` for sections that follow each other, by their numbers.
    reviews: Memo<Vec<u32>, Piece>,
    next: AtomicU32,
}

impl Known {
    /// Converts a whole context.
    pub(super) fn sections(&self, context: Map<String, Value>) -> Stretch {
        let entry = |(key, value): (String, Value)| {
            let section = self.section(&key, &value);
            (key.into(), section)
        };
        context.into_iter().map(entry).collect()
    }

    /// Converts one value, or finds the equal one of another guest.
    pub(super) fn section<T: Serialize + ?Sized>(&self, key: &str, value: &T) -> Arc<Section> {
        let text = text(key, value);
        if OWN.contains(&key) || text.len() > MAX_KEPT {
            return self.convert(key, value, text, false);
        }
        if let Some(section) = self.sections.find(&*text) {
            return section;
        }
        let section = self.convert(key, value, Arc::clone(&text), true);
        self.sections.keep(text, section)
    }

    /// Converts a value that no other guest has.
    pub(super) fn own<T: Serialize + ?Sized>(&self, key: &str, value: &T) -> Arc<Section> {
        self.convert(key, value, text(key, value), false)
    }

    /// Returns the lines of `guest.yml` for shared sections, in one piece for all guests that have them.
    fn review(&self, sections: &[&Section]) -> Piece {
        let key: Vec<u32> = sections.iter().map(|section| section.id).collect();
        self.reviews.find(&key).unwrap_or_else(|| {
            let lines = sections.iter().map(|section| Arc::clone(&section.review));
            let lines: Vec<Piece> = lines.map(Piece::from).collect();
            self.reviews.keep(key, Piece::join(&lines))
        })
    }

    fn convert<T: Serialize + ?Sized>(
        &self,
        key: &str,
        value: &T,
        text: Arc<str>,
        is_shared: bool,
    ) -> Arc<Section> {
        // The first numbers are those of what all guests share.
        let id = self.next.fetch_add(1, Ordering::Relaxed) + COMMON.len() as u32;
        let value = tera::Value::from_serializable(value);
        // Looking through each text of a value takes longer than all the rest, and most have nothing to hide.
        let is_name = OWN.contains(&key) && value.as_array().is_none();
        let is_plain = is_name || is_plain(&text);
        let review = if is_plain && !matches!(key, DRIVES | LINKS | PAYLOADS) {
            entry_to_yaml(key, &value)
        } else {
            let secrets = (!is_plain).then(Secrets::default);
            lines(key, from_text(&text, key.len()), secrets.as_ref())
        };
        Arc::new(Section {
            id,
            is_shared,
            text,
            name: key.len(),
            is_plain,
            value,
            review: review.into_bytes().into(),
        })
    }
}

/// The sections of a guest, one after the other.
pub(super) struct Gathered<'k> {
    known: &'k Known,
    pub(super) own: Own,
}

impl<'k> Gathered<'k> {
    /// Gathers nothing yet.
    pub(super) fn new(known: &'k Known) -> Self {
        let own = Own::default();
        Self { known, own }
    }

    /// Adds values that this guest has alone, or few others.
    pub(super) fn values(&mut self, context: Map<String, Value>) {
        context
            .iter()
            .for_each(|(key, value)| self.value(key, value));
    }

    /// Adds a value.
    pub(super) fn value<T: Serialize + ?Sized>(&mut self, key: &str, value: &T) {
        self.own.push(self.known.section(key, value));
    }
}

impl Section {
    /// Returns the name.
    pub(super) fn name(&self) -> &str {
        &self.text[..self.name]
    }

    /// Returns the value of a guest's own section.
    fn to_json(&self) -> Value {
        from_text(&self.text, self.name)
    }
}

/// Returns the value that [`text`] wrote, whose name is so long.
fn from_text(text: &str, name: usize) -> Value {
    let json = text.get(name + 1..).unwrap_or_default();
    serde_json::from_str(json).unwrap_or_default()
}

/// Returns a name and its value, as JSON, in one line: what digests are made from.
pub(super) fn text<T: Serialize + ?Sized>(name: &str, value: &T) -> Arc<str> {
    let mut text = Vec::with_capacity(128);
    text.extend([name.as_bytes(), b"="].concat());
    serde_json::to_writer(&mut text, value).expect("plain data serializes");
    text.push(b'\n');
    String::from_utf8(text).expect("JSON is text").into()
}

/// Takes away what `guest.yml` and `show` say elsewhere: the disks and the network as installers see them, and the bytes
/// of payloads, which lie beside `guest.yml` in `setup/`.
pub fn review(mut values: Map<String, Value>) -> Map<String, Value> {
    values.shift_remove(DRIVES);
    values.shift_remove(LINKS);
    let payloads = values.get_mut(PAYLOADS).and_then(Value::as_array_mut);
    for payload in payloads.into_iter().flatten() {
        if let Some(payload) = payload.as_object_mut() {
            payload.remove("base64");
        }
    }
    values
}

/// Returns the lines of `guest.yml` for a value, without secrets, unless there is nothing to hide.
fn lines(key: &str, value: Value, secrets: Option<&Secrets>) -> String {
    let values = review(Map::from_iter([(key.to_owned(), value)]));
    if values.is_empty() {
        return String::new();
    }
    // The key counts: what is under it may be a secret for its name.
    let mut values = Value::Object(values);
    if let Some(secrets) = secrets {
        mask(&mut values, secrets);
    }
    to_yaml(&values)
}
