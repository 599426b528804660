//! What the templates read of a storage pool.

use serde_json::{Value, json};

use crate::link::{Lab, uuid};
use crate::model::storage::Storage;

/// Returns the context of a pool: its resolved values and, of one that is the lab's, `uuid`.
///
/// libvirt drops what it does not know from pool XML, so a pool carries no stamp: its UUID says whose it is.
///
/// # Panics
/// Never: pools serialize.
#[must_use]
pub fn storage_context(storage: &Storage, lab: &Lab) -> Value {
    let mut context = serde_json::to_value(storage).expect("pools serialize");
    if !storage.external {
        context["uuid"] = json!(uuid(&lab.site, "storage", &storage.name));
    }
    context
}
