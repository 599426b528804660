//! JSON Schema of the files of a site, for editors.
//!
//! Owns which file has which schema, and the keys that no section declares: those layering itself reads, and those of
//! 0.3. What a value may be is said by its type, in `model`. It reads no site.

mod guest;
mod legacy;
mod text;

use serde_json::{Map, Value, json};

use crate::layer::{CLASSES, Meta};
use crate::model::host::Host;
use crate::model::network::NetworkSpec;
use crate::model::os::OsEntry;
use crate::model::storage::StorageSpec;
use crate::yaml::schema::{Place, Schema};
use crate::yaml::typed::FromNode as _;

/// The version of the schemas' form, as of every JSON output.
const FORMAT: u32 = 1;

/// What stands nowhere in a list, and where nothing is evaluated.
const OBJECT: Place = Place {
    evaluated: false,
    listed: false,
};

/// A kind of file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A guest's.
    Guest,
    /// A group's.
    Sysgroup,
    /// What every guest starts from.
    Common,
    /// A network's.
    Network,
    /// A storage pool's.
    Storage,
    /// The host's.
    Host,
    /// Operating systems'.
    Os,
    /// The site's.
    Meta,
    /// All of a lab in one.
    Lab,
}

impl Kind {
    /// Every kind, in the order of the documentation.
    pub const ALL: &[Self] = &[
        Self::Guest,
        Self::Sysgroup,
        Self::Common,
        Self::Network,
        Self::Storage,
        Self::Host,
        Self::Os,
        Self::Meta,
        Self::Lab,
    ];

    /// Returns its name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Guest => "guest",
            Self::Sysgroup => "sysgroup",
            Self::Common => "common",
            Self::Network => "network",
            Self::Storage => "storage",
            Self::Host => "host",
            Self::Os => "os",
            Self::Meta => "meta",
            Self::Lab => "lab",
        }
    }

    /// Returns the directory below a conf directory that has files of this kind, if one has.
    #[must_use]
    pub fn directory(self) -> Option<&'static str> {
        match self {
            Self::Guest => Some("guests.d"),
            Self::Sysgroup => Some("sysgroups.d"),
            Self::Common => Some("common"),
            Self::Network => Some("networks.d"),
            Self::Storage => Some("storages.d"),
            Self::Host => Some("host.d"),
            Self::Os => Some("os.d"),
            Self::Meta => Some("META"),
            Self::Lab => None,
        }
    }

    /// Returns the kind of a file by its path below the site, if it is a layer.
    #[must_use]
    pub fn of(path: &str) -> Option<Self> {
        let directory = path.strip_prefix("conf.d/")?.split('/').next()?;
        let is_yaml = path.ends_with(".yml") || path.ends_with(".yaml");
        let known = Self::ALL.iter().copied();
        known
            .filter(|_| is_yaml)
            .find(|kind| kind.directory() == Some(directory))
    }

    /// Returns what files of this kind are about, in a line.
    #[must_use]
    pub fn about(self) -> &'static str {
        match self {
            Self::Guest => "A guest",
            Self::Sysgroup => "What guests of a kind share",
            Self::Common => "What every guest starts from",
            Self::Network => "A network",
            Self::Storage => "A storage pool",
            Self::Host => "The host the lab runs on",
            Self::Os => "Operating systems, by name",
            Self::Meta => "Which site it is, and where its layers lie",
            Self::Lab => "A whole lab in a single file",
        }
    }

    /// Returns the name of the file its schema is kept in.
    #[must_use]
    pub fn file(self) -> String {
        format!("{}.schema.json", self.as_str())
    }

    /// Returns its schema as text.
    #[must_use]
    pub fn text(self) -> String {
        text::text(&self.schema())
    }

    /// Returns its schema.
    #[must_use]
    pub fn schema(self) -> Value {
        let name = self.as_str();
        let mut out = json!({
            "$schema": "http://json-schema.org/draft-07/schema#",
            "$id": format!("urn:miniascape:schema:{name}"),
            "$comment": format!("Format {FORMAT}; made by `miniascape schema {name}`."),
            "title": format!("miniascape {name}"),
        });
        if let (Some(out), Value::Object(body)) = (out.as_object_mut(), self.body()) {
            out.extend(body);
            out.insert("description".to_owned(), self.about().into());
        }
        out
    }

    fn body(self) -> Value {
        let mut schema = match self {
            Self::Guest | Self::Sysgroup | Self::Common => return guest::layer(self),
            Self::Network => NetworkSpec::schema(OBJECT),
            Self::Storage => StorageSpec::schema(OBJECT),
            Self::Host => Host::schema(OBJECT),
            Self::Os => return systems(),
            Self::Meta => return meta(),
            Self::Lab => return lab(),
        }
        .to_value();
        legacy::object(self, &mut schema);
        schema
    }
}

/// The file of operating systems. Values of their guests stand under `defaults`.
fn systems() -> Value {
    let entry = OsEntry::schema(OBJECT).or_null();
    let mut schema = Schema::map_of(entry).to_value();
    if let Some(defaults) = schema.pointer_mut("/additionalProperties/properties/defaults") {
        let description = defaults["description"].take();
        *defaults = guest::layer(Kind::Common);
        defaults["description"] = description;
        defaults["type"] = json!(["object", "null"]);
    }
    schema
}

/// META, which names directories by class.
fn meta() -> Value {
    let mut schema = Meta::schema(OBJECT).to_value();
    if let Some(directories) = schema.pointer_mut("/properties/directories") {
        let names = OBJECT.one_or_many::<String>();
        let doc = "The directories of this class, in load order.";
        let classes = CLASSES.iter().fold(Schema::map(""), |map, (class, _, _)| {
            map.with(class, doc, names.clone(), false)
        });
        let description = directories["description"].take();
        *directories = classes.or_null().to_value();
        directories["description"] = description;
    }
    legacy::object(Kind::Meta, &mut schema);
    schema
}

/// A lab in a single file: each object under its name.
fn lab() -> Value {
    // What META says of a conf directory, a single file says of itself; it has no directories.
    let mut meta = Meta::schema(OBJECT).to_value();
    let mut keys = match meta["properties"].take() {
        Value::Object(keys) => keys,
        _ => Map::new(),
    };
    keys.shift_remove("directories");
    let mut definitions = Map::new();
    let several = [
        ("networks", Kind::Network, "The networks, by name."),
        ("storages", Kind::Storage, "The storage pools, by name."),
        ("sysgroups", Kind::Sysgroup, "The groups, by name."),
        ("guests", Kind::Guest, "The guests, by name."),
    ];
    for (key, kind) in [("common", Kind::Common), ("host", Kind::Host)] {
        let doc = format!("{}.", kind.about());
        let body = orphaned(kind.body(), &mut definitions);
        keys.insert(key.to_owned(), described(&doc, body));
    }
    for (key, kind, doc) in several {
        let body = orphaned(kind.body(), &mut definitions);
        let objects = json!({ "type": ["object", "null"], "additionalProperties": body });
        keys.insert(key.to_owned(), described(doc, objects));
    }
    let mut systems = systems();
    systems["type"] = json!(["object", "null"]);
    if let Some(defaults) = systems.pointer_mut("/additionalProperties/properties/defaults") {
        *defaults = orphaned(defaults.take(), &mut definitions);
    }
    keys.insert(
        "os".to_owned(),
        described("More operating systems, by name.", systems),
    );
    json!({
        "type": "object",
        "properties": keys,
        "additionalProperties": false,
        "definitions": definitions,
    })
}

/// Allows nothing in place of an object, and moves the keys that guests, groups and common share to the definitions.
fn orphaned(mut object: Value, definitions: &mut Map<String, Value>) -> Value {
    object["type"] = json!(["object", "null"]);
    let shared = object.get("additionalProperties") != Some(&Value::Bool(false));
    if let Some(keys) = object["properties"].as_object_mut().filter(|_| shared) {
        for (key, value) in keys {
            // What is short is read best where it stands.
            let nested = ["properties", "items", "anyOf", "additionalProperties"];
            if nested.iter().any(|word| value.get(word).is_some()) {
                let reference = json!({ "$ref": format!("#/definitions/{key}") });
                let known = std::mem::replace(value, reference);
                definitions.insert(key.clone(), known);
            }
        }
    }
    object
}

/// Puts a description at the head of a schema.
fn described(doc: &str, schema: Value) -> Value {
    let mut out = json!({ "description": doc });
    if let (Some(out), Value::Object(mut schema)) = (out.as_object_mut(), schema) {
        schema.shift_remove("description");
        out.extend(schema);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{CLASSES, Kind, Meta};
    use serde_json::Value;

    /// Calls `each` with every schema of a key, and where it is.
    fn keys(value: &Value, path: &str, each: &mut impl FnMut(&str, &Value)) {
        match value {
            Value::Object(map) => {
                for (word, inner) in map {
                    let path = format!("{path}/{word}");
                    if word == "properties" {
                        for (key, schema) in inner.as_object().into_iter().flatten() {
                            each(&format!("{path}/{key}"), schema);
                            keys(schema, &format!("{path}/{key}"), each);
                        }
                    } else {
                        keys(inner, &path, each);
                    }
                }
            }
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    keys(item, &format!("{path}/{index}"), each);
                }
            }
            _ => {}
        }
    }

    #[test]
    fn every_key_is_described() {
        for kind in Kind::ALL {
            let schema = kind.schema();
            keys(&schema, kind.as_str(), &mut |path, key| {
                let known = key.get("$ref").and_then(Value::as_str);
                let key = known.map_or(Some(key), |path| schema.pointer(&path[1..]));
                let key = key.unwrap_or_else(|| panic!("{path} leads nowhere"));
                let words = key["description"].as_str().unwrap_or_default();
                assert!(words.ends_with('.') && words.len() > 5, "{path}: {words:?}");
            });
        }
    }

    #[test]
    fn guests_groups_and_common_share_the_definitions_of_a_lab() {
        let lab = Kind::Lab.schema();
        for kind in [Kind::Guest, Kind::Sysgroup, Kind::Common] {
            let own = kind.schema();
            for (key, schema) in lab["definitions"].as_object().unwrap() {
                let same = own["properties"].get(key).unwrap_or(schema);
                assert_eq!(same, schema, "{key} of {}", kind.as_str());
            }
        }
    }

    #[test]
    fn every_class_of_layers_has_a_schema() {
        let lab = Kind::Lab.schema();
        let mut of_lab: Vec<&str> = lab["properties"]
            .as_object()
            .unwrap()
            .keys()
            .map(String::as_str)
            .filter(|key| !Meta::KEYS.contains(key))
            .collect();
        let mut classes: Vec<&str> = CLASSES.iter().map(|(class, _, _)| *class).collect();
        of_lab.sort_unstable();
        classes.sort_unstable();
        assert_eq!(of_lab, classes);
        for (class, directory, _) in CLASSES {
            let known = Kind::ALL
                .iter()
                .any(|kind| kind.directory() == Some(directory));
            assert!(known, "{class}");
        }
    }
}
