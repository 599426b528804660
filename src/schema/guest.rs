//! The layers of guests: the keys of a guest, a sysgroup and common.

use serde_json::{Value, json};

use super::{Kind, OBJECT, legacy};
use crate::layer::MAX_COUNT;
use crate::model::guest::{GuestSpec, Hardware};
use crate::model::install::{Files, Install, Links};
use crate::model::text::ObjectName;
use crate::model::words::SystemName;
use crate::yaml::schema::{Place, Schema};

/// Where expressions are evaluated.
const LAYER: Place = Place {
    evaluated: true,
    listed: false,
};

/// What editors say of a key the program does not know: what `validate` says of it.
const UNKNOWN: &str = "A key of the site's own, or a mistake: templates can read it; such data is best kept under `vars:`.";

/// Returns the schema of a layer of guests.
pub(super) fn layer(kind: Kind) -> Value {
    let mut map = Schema::map(kind.about());
    if kind != Kind::Common {
        let names = OBJECT.one_or_many::<ObjectName>().or_null();
        let name = OBJECT.value::<ObjectName>().or_null();
        map = map
            .with("name", "Repeats the file's name.", name.clone(), false)
            .with(
                "sysgroups",
                "The groups it starts from, later ones over earlier ones.",
                names,
                false,
            )
            .with("sysgroup", "The only group it starts from.", name, false);
    }
    if kind == Kind::Guest {
        let doc = "How many guests it stands for: NAME-1, NAME-2 and so on.";
        let number = Schema::whole(0, MAX_COUNT).or_null();
        map = map.with("count", doc, number, false);
    }
    let doc = "The operating system, such as `rocky9`; `miniascape os` lists those known.";
    let system = OBJECT.value::<SystemName>().or_null();
    map = map.with("os", doc, system, false);
    map = GuestSpec::describe(map, LAYER);
    map = Hardware::describe(map, LAYER);
    map = Install::describe(map, LAYER);
    map = Files::describe(map, LAYER);
    map = Links::describe(map, LAYER);
    let mut schema = map.to_value();
    legacy::guest(&mut schema);
    // A message of deprecation is the one warning a schema can give.
    schema["additionalProperties"] = json!({ "deprecationMessage": UNKNOWN });
    schema
}
