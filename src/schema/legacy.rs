//! What miniascape 0.3 wrote, and still loads: editors accept it and say what to write today.

use serde_json::{Map, Value, json};

use super::Kind;
use crate::layer::{LEGACY_CLASSES, LEGACY_DROPPED, LEGACY_RENAMED};

/// Keys that a section had beside those of today, and what to write.
const KEYS: &[(&str, &[&str], &str)] = &[
    ("firewall", &["disabled"], "write `enabled`"),
    ("firewall", &["rules"], "write `ports`, such as [80/tcp]"),
    (
        "bootloader",
        &["options"],
        "write `append`, a list of kernel arguments",
    ),
    (
        "disks",
        &["perms"],
        "write `shareable: true` for a shared disk, else remove it",
    ),
    (
        "proxy",
        &["fqdn", "port", "user", "password"],
        "write `proxy: {url: …}`",
    ),
    ("ntp", &["servers"], "write a list of servers"),
    (
        "packages",
        &["installed", "uninstalled", "add", "del"],
        PACKAGES,
    ),
];

const PACKAGES: &str = "write one list, with `-` before packages to leave out";

/// Items of lists that were maps, by their list and their key.
const ITEMS: &[(&str, &str)] = &[("nameservers", "ip"), ("ntp", "hostname")];

/// Keys of items that have another name today.
const ITEM_KEYS: &[(&str, &str, &str)] = &[
    ("repos", "id", "name"),
    ("hosts", "fqdn", "names"),
    ("hosts", "hostname", "names"),
];

/// Adds what 0.3 wrote in layers of guests.
pub(super) fn guest(schema: &mut Value) {
    for &(section, keys, help) in KEYS {
        for key in keys {
            add(section_of(schema, section), key, help);
        }
    }
    for &(section, key) in ITEMS {
        let items = schema.pointer_mut(&format!("/properties/{section}/items"));
        add(
            items.and_then(Value::as_object_mut),
            key,
            "write the value itself",
        );
    }
    for &(section, old, today) in ITEM_KEYS {
        rename(section_of(schema, section), old, today);
    }
    for (section, keys) in LEGACY_DROPPED {
        for key in *keys {
            add(
                section_of(schema, section),
                key,
                "remove it: it has no meaning today",
            );
        }
    }
    if let Some(dst) = schema.pointer_mut("/properties/setup_data/items/properties/dst") {
        // Paths without a directory lay below `/root/setup`.
        dst["type"] = json!(["string", "null"]);
        dst.as_object_mut().map(|dst| dst.shift_remove("pattern"));
    }
    let Some(keys) = schema["properties"].as_object_mut() else {
        return;
    };
    for (old_key, today) in LEGACY_RENAMED {
        keys.insert((*old_key).to_owned(), old(&format!("write `{today}`")));
    }
    keys.insert("partition".to_owned(), old("write `partitions: {raw: …}`"));
}

/// Adds what 0.3 wrote of an object that is no guest.
pub(super) fn object(kind: Kind, schema: &mut Value) {
    match kind {
        Kind::Network => {
            add(
                section_of(schema, "dhcp"),
                "static",
                "remove it: `ip: auto` takes addresses outside the range",
            );
            for key in ["network", "netmask"] {
                deprecate(
                    &mut schema["properties"][key],
                    "write `subnet: ADDRESS/PREFIX`",
                );
            }
        }
        Kind::Storage => add(
            schema.as_object_mut(),
            "storage_pools",
            "write one file per pool, `storages.d/NAME.yml`",
        ),
        Kind::Meta => {
            for key in LEGACY_CLASSES {
                add(
                    schema.as_object_mut(),
                    key,
                    "remove it: the layout is fixed; `directories` names others",
                );
            }
        }
        _ => {}
    }
}

/// Returns the schema of a section's map, or of the items of its list.
fn section_of<'a>(schema: &'a mut Value, section: &str) -> Option<&'a mut Map<String, Value>> {
    let section = schema["properties"].get_mut(section)?;
    let has_maps = section.pointer("/items/properties").is_some();
    let map = if has_maps {
        &mut section["items"]
    } else {
        section
    };
    map.as_object_mut()
}

/// Adds a key to a map's schema; a value that was no map may be one then.
fn add(schema: Option<&mut Map<String, Value>>, key: &str, help: &str) {
    let Some(schema) = schema else { return };
    if !schema.contains_key("properties") {
        schema.insert("properties".to_owned(), json!({}));
        schema.insert("additionalProperties".to_owned(), false.into());
        allow_map(schema);
    }
    schema["properties"][key] = old(help);
}

fn allow_map(schema: &mut Map<String, Value>) {
    match schema.get_mut("type") {
        Some(Value::Array(types)) => types.push("object".into()),
        Some(only) => *only = json!([only.take(), "object"]),
        None => {}
    }
}

/// Adds the old name of a key that maps must have.
fn rename(schema: Option<&mut Map<String, Value>>, old_key: &str, today: &str) {
    let Some(schema) = schema else { return };
    schema["properties"][old_key] = old(&format!("write `{today}`"));
    if let Some(required) = schema.get_mut("required").and_then(Value::as_array_mut) {
        required.retain(|key| key != today);
    }
    let names = schema
        .entry("anyOf")
        .or_insert_with(|| json!([{ "required": [today] }]));
    if let Some(names) = names.as_array_mut() {
        names.push(json!({ "required": [old_key] }));
    }
}

/// Returns the schema of a key that only 0.3 had.
fn old(help: &str) -> Value {
    let mut schema = json!({ "description": "A key of miniascape 0.3." });
    deprecate(&mut schema, help);
    schema
}

fn deprecate(schema: &mut Value, help: &str) {
    schema["deprecated"] = true.into();
    schema["deprecationMessage"] = format!("the form of 0.3: {help}").into();
}
