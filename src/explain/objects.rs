//! What a resolved object is that is no guest: a network, a pool or the host.

use serde_json::{Value, json};

use super::network::NetworkValues;
use super::values::{said, without_secrets};
use super::{Explanation, Layer, Origin, Site};
use crate::layer::Walk;
use crate::model::host::Host;
use crate::render::{mask, network_context, storage_context};
use crate::secret::Secrets;
use crate::source::Span;
use crate::yaml::path::{Step, find, find_node, show};

/// A network, a pool or the host, with what `show` prints of it.
#[derive(Debug)]
pub enum ObjectValues<'a> {
    /// A network.
    Network(NetworkValues<'a>, Value),
    /// A pool: its layers and where it is defined.
    Storage(Walk, Span, Value),
    /// The host.
    Host(&'a Site<'a>, Value),
}

impl<'a> ObjectValues<'a> {
    /// Walks the layers of a network again.
    #[must_use]
    pub fn network(site: &'a Site<'a>, name: &str) -> Option<Self> {
        let values = NetworkValues::new(site, name)?;
        let mut resolved = network_context(values.network, site.lab);
        mask(&mut resolved, &Secrets::default());
        Some(Self::Network(values, resolved))
    }

    /// Walks the layers of a pool again.
    #[must_use]
    pub fn storage(site: &'a Site<'a>, name: &str) -> Option<Self> {
        let storage = site.lab.storages.get(name)?;
        let layers = site.layers.storages.get(name);
        let walk = Walk::of_object(layers.map_or(&[], |object| &object.layers));
        let mut resolved = storage_context(storage, site.lab);
        mask(&mut resolved, &Secrets::default());
        Some(Self::Storage(walk, storage.defined, resolved))
    }

    /// Walks the layers of the host again.
    #[must_use]
    pub fn host(site: &'a Site<'a>) -> Self {
        Self::Host(site, host_values(site))
    }

    /// Returns the resolved values, as `show` prints them.
    #[must_use]
    pub fn resolved(&self) -> &Value {
        match self {
            Self::Network(_, resolved)
            | Self::Storage(_, _, resolved)
            | Self::Host(_, resolved) => resolved,
        }
    }

    /// Returns where the value at a resolved path comes from.
    #[must_use]
    pub fn origin(&self, path: &[Step]) -> Origin {
        match self {
            Self::Network(values, resolved) => values.origin(path, resolved),
            Self::Storage(walk, defined, _) => storage_origin(walk, *defined, path),
            Self::Host(site, _) => host_origin(site, &Walk::of_object(&site.layers.host), path),
        }
    }

    /// Explains the value at a resolved path.
    #[must_use]
    pub fn explain(&self, path: &[Step], secrets: &Secrets) -> Explanation {
        let origin = self.origin(path);
        let host;
        let (walk, own) = match self {
            Self::Network(values, _) => (&values.walk, format!("network {}", values.network.name)),
            Self::Storage(walk, ..) => (walk, "pool".to_owned()),
            Self::Host(site, _) => {
                host = Walk::of_object(&site.layers.host);
                (&host, "host".to_owned())
            }
        };
        let value = find(self.resolved(), path).cloned().unwrap_or_default();
        explanation(path, value, origin, walk, &own, secrets)
    }
}

/// Puts together what is known of a value of an object.
pub(super) fn explanation(
    path: &[Step],
    value: Value,
    origin: Origin,
    walk: &Walk,
    own: &str,
    secrets: &Secrets,
) -> Explanation {
    let history = origin.written.as_deref().map(|path| walk.history(path));
    let layer = |past: &crate::layer::Past<'_>| {
        let value = past.value.map(|node| said(path, node, secrets));
        Layer::new(past, own, value)
    };
    Explanation {
        path: show(path),
        value: without_secrets(path, value, secrets),
        layers: history.iter().flatten().map(layer).collect(),
        origin,
        expressions: Vec::new(),
    }
}

/// Returns the origin of the value at `path` of merged layers, or of the shorter value that it is a part of.
pub(super) fn written(walk: &Walk, path: &[Step]) -> Option<Origin> {
    let merged = walk.merged()?;
    let there = (1..=path.len()).rev().find_map(|length| {
        let node = find_node(merged, &path[..length]).filter(|node| !node.is_null())?;
        Some((length, node))
    });
    // A map that lacks the key says nothing of it.
    let (length, node) =
        there.filter(|(length, node)| *length == path.len() || node.as_map().is_none())?;
    Some(Origin {
        written: Some(path[..length].to_vec()),
        place: Some(node.span),
        ..Origin::default()
    })
}

fn storage_origin(walk: &Walk, defined: Span, path: &[Step]) -> Origin {
    if let Some(origin) = written(walk, path) {
        return origin;
    }
    match path.first() {
        Some(Step::Key(key)) if key == "name" => Origin::made("the pool's name").at(defined),
        Some(Step::Key(key)) if key == "uuid" => Origin::made("version 5 of site, kind and name"),
        _ if walk.merged().is_none() => {
            Origin::made("no file defines it: it must be there").at(defined)
        }
        _ => Origin::default_value(),
    }
}

/// Returns the host as `show` prints it.
fn host_values(site: &Site<'_>) -> Value {
    let mut value = json!(site.lab.host);
    if site.lab.host.connect.is_none() {
        value["connect"] = json!(Host::DEFAULT_CONNECT);
    }
    mask(&mut value, &Secrets::default());
    value
}

fn host_origin(site: &Site<'_>, walk: &Walk, path: &[Step]) -> Origin {
    let is_connect = matches!(path, [Step::Key(key)] if key == "connect");
    if is_connect && site.connect {
        return Origin::made("`--connect` on the command line");
    }
    written(walk, path).unwrap_or_else(Origin::default_value)
}

/// Explains a value of the host.
pub(super) fn host(site: &Site<'_>, path: &[Step], secrets: &Secrets) -> Explanation {
    let walk = Walk::of_object(&site.layers.host);
    let value = find(&host_values(site), path).cloned().unwrap_or_default();
    let origin = host_origin(site, &walk, path);
    explanation(path, value, origin, &walk, "host", secrets)
}
