//! Forms → JSON Schema, type by type.

use super::{Place, Schema};
use serde_json::json;

const LAYER: Place = Place {
    evaluated: true,
    listed: false,
};
const OBJECT: Place = Place {
    evaluated: false,
    listed: false,
};

#[test]
fn forms_add_up() {
    let words = Schema::words(&[("auto", " By itself.")]);
    assert_eq!(
        words.to_value(),
        json!({"enum": ["auto"], "enumDescriptions": ["By itself."]})
    );
    assert_eq!(
        words.clone().or_null().to_value(),
        json!({"enum": ["auto", null], "enumDescriptions": ["By itself.", "Nothing."]})
    );
    let either = words.or(Schema::whole(1, 9));
    assert_eq!(
        either.to_value(),
        json!({"anyOf": [
            {"enum": ["auto"], "enumDescriptions": ["By itself."]},
            {"type": "integer", "minimum": 1, "maximum": 9},
        ]})
    );
    let map = Schema::map(" A thing.").key::<Option<bool>>(OBJECT, "on", " Whether it is on.");
    assert_eq!(
        map.to_value(),
        json!({
            "description": "A thing.",
            "type": "object",
            "properties": {"on": {"description": "Whether it is on.", "type": ["boolean", "null"]}},
            "additionalProperties": false,
        })
    );
}

#[test]
fn expressions_stand_for_values_of_guests_only() {
    assert_eq!(
        OBJECT.value::<bool>().to_value(),
        json!({"type": "boolean"})
    );
    let value = LAYER.value::<bool>().to_value();
    assert_eq!(value["type"], json!(["string", "boolean"]));
    assert_eq!(value["patternErrorMessage"], "expected `true` or `false`");
    assert!(LAYER.value::<String>().to_value().get("pattern").is_none());
    let list = LAYER.list::<String>().or_expression().to_value();
    assert_eq!(list["type"], json!(["string", "array"]));
    assert_eq!(list["pattern"], r"\{\{");
}

#[test]
fn only_the_maps_of_lists_are_complete() {
    use crate::model::install::Group;
    use crate::yaml::typed::FromNode as _;
    let listed = Place {
        listed: true,
        ..OBJECT
    };
    assert_eq!(
        Group::schema(listed).to_value()["required"],
        json!(["name"])
    );
    assert!(Group::schema(OBJECT).to_value().get("required").is_none());
}
