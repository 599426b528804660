//! What an expression may name besides its guest's own values.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use indexmap::IndexMap;
use serde_json::{Value, json};

use super::names::Step;
use crate::layer::Draft;
use crate::model::host::Host;
use crate::model::network::Network;
use crate::yaml::{Entries as _, Node, Overlay};

/// The names every guest shares: the site, the host and the networks.
#[derive(Debug)]
pub struct Globals {
    site: Value,
    host: Value,
    networks: Value,
    /// Entries of the OS table by name.
    os: Mutex<HashMap<String, Arc<Value>>>,
}

/// Names that are the program's own; the others fall back to the guest's values.
const OWN: &[&str] = &["index", "name", "site", "host", "networks", "os"];

/// Names with a default when the guest does not say them.
const DEFAULTED: &[&str] = &["hostname", "domain"];

impl Globals {
    /// Gathers the names guests share.
    ///
    /// # Panics
    /// Never: hosts and networks serialize.
    #[must_use]
    pub fn new(site: &str, host: &Host, networks: &IndexMap<String, Network>) -> Self {
        let json = |value: serde_json::Result<Value>| value.expect("hosts and networks serialize");
        let mut host_value = json(serde_json::to_value(host));
        if host_value.get("connect").is_none() {
            host_value["connect"] = json!(Host::DEFAULT_CONNECT);
        }
        Self {
            site: json!(site),
            host: host_value,
            networks: json(serde_json::to_value(networks)),
            os: Mutex::default(),
        }
    }

    /// Returns what lies at a path that begins with a shared name, when there is something.
    ///
    /// This spares a copy of all networks where one's gateway is wanted.
    pub(super) fn at(&self, path: &[Step], draft: &Draft) -> Option<Value> {
        let (Step::Key(root), rest) = path.split_first()? else {
            return None;
        };
        let os;
        let root = match root.as_str() {
            "host" => &self.host,
            "networks" => &self.networks,
            "os" => {
                os = self.os(draft);
                &os
            }
            _ => return None,
        };
        let mut at = root;
        for step in rest {
            at = match step {
                Step::Key(key) => at.get(key)?,
                Step::Index(index) => at.get(index)?,
            };
        }
        Some(at.clone())
    }

    /// Returns the table's entry of a guest's system, converted once.
    fn os(&self, draft: &Draft) -> Arc<Value> {
        let mut known = self.os.lock().unwrap_or_else(PoisonError::into_inner);
        let convert = || serde_json::to_value(&*draft.os).unwrap_or_default().into();
        let value = known.entry(draft.os.name.clone()).or_insert_with(convert);
        Arc::clone(value)
    }

    /// Returns the value of a name of the program's own, or of a defaulted one; `None` when it has none.
    pub(super) fn get(&self, name: &str, draft: &Draft) -> Option<Value> {
        match name {
            "index" => draft.index.map(|index| json!(index)),
            "name" | "hostname" => Some(json!(&*draft.name)),
            "site" => Some(self.site.clone()),
            "host" => Some(self.host.clone()),
            "networks" => Some(self.networks.clone()),
            "os" => Some((*self.os(draft)).clone()),
            "domain" => {
                let network = first_network(draft)?.as_text()?;
                self.networks.get(network)?.get("domain").cloned()
            }
            _ => None,
        }
    }
}

/// Returns whether `name` is the program's own whatever the guest says.
#[must_use]
pub fn is_own(name: &str) -> bool {
    OWN.contains(&name)
}

/// What decides the value of a name.
pub(super) enum Cause<'d> {
    /// The lab and the guest's OS.
    Lab,
    /// Who the guest is.
    Guest,
    /// A value of the guest, if it has it.
    Node(Option<&'d Node>),
}

/// Returns what decides the value of a name that a guest's expressions read.
pub(super) fn cause<'d>(name: &str, draft: &'d Draft) -> Cause<'d> {
    match (name, draft.merged.entry(name)) {
        ("index" | "name", _) | ("hostname", None) => Cause::Guest,
        (own, _) if is_own(own) => Cause::Lab,
        ("domain", None) => Cause::Node(first_network(draft)),
        (_, own) => Cause::Node(own.map(|entry| &entry.value)),
    }
}

/// Returns the name of the network of a guest's first interface.
fn first_network(draft: &Draft) -> Option<&Node> {
    let interfaces = &draft.merged.entry("interfaces")?.value;
    interfaces.as_seq()?.first()?.get("network")
}

/// Returns why a guest may be without a name that is known to all.
pub(super) fn missing(name: &str) -> Option<&'static str> {
    match name {
        "index" => Some("its name does not end in `-` and a number"),
        "domain" => Some("neither it nor the network of its first interface says one"),
        _ => None,
    }
}

/// Returns every name an expression of a guest with these values may begin with.
pub(super) fn known_names(values: &Overlay) -> Vec<&str> {
    OWN.iter()
        .chain(DEFAULTED)
        .copied()
        .chain(values.entries().map(|(key, _)| &**key))
        .collect()
}
