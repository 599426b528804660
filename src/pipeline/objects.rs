//! Layers of what is no guest → typed objects: the host, networks and pools.

use std::sync::Arc;

use indexmap::IndexMap;

use crate::diag::Sink;
use crate::layer::{self, Layers, merge_all};
use crate::model::host::Host;
use crate::model::network::Network;
use crate::model::storage::{Storage, StorageSpec};
use crate::model::text::DnsName;
use crate::source::{Span, Spanned};
use crate::yaml::typed::{FromNode as _, Typer};
use crate::yaml::{Map, Node};

/// The site of a conf directory that names none.
pub(crate) const UNNAMED: &str = "default";

pub(super) fn site(layers: &Layers, sink: &mut Sink) -> String {
    let Some(site) = &layers.site else {
        return UNNAMED.to_owned();
    };
    layer::check_word(site, site.span, sink);
    site.value.clone()
}

/// Merges the layers of an object that is no guest, and types them.
fn object<T>(
    layers: &[Node],
    span: Span,
    sink: &mut Sink,
    read: impl FnOnce(&Node, &mut Typer<'_>) -> Option<T>,
) -> Option<T> {
    let merged = merge_all(layers, sink);
    let node = Node {
        kind: crate::yaml::Kind::Map(Arc::new(merged)),
        ..Node::empty_map(span)
    };
    read(&node, &mut Typer { sink })
}

pub(super) fn host(layers: &Layers, sink: &mut Sink) -> Host {
    let empty = || {
        Host::read(
            &Map::default(),
            no_place(layers),
            &mut Typer {
                sink: &mut Sink::default(),
            },
        )
    };
    let span = layers
        .host
        .first()
        .map_or_else(|| no_place(layers), |node| node.span);
    object(&layers.host, span, sink, Host::from_node)
        .or_else(empty)
        .expect("a host needs no key")
}

/// A place for what no file says: the start of the first file.
fn no_place(layers: &Layers) -> Span {
    let first = layers
        .common
        .first()
        .map(|node| node.span)
        .or_else(|| Some(layers.guests.first()?.1.defined));
    first.unwrap_or_else(|| Span::new(crate::source::Sources::default().add("", ""), 0, 0))
}

pub(super) fn networks(layers: &Layers, sink: &mut Sink) -> IndexMap<String, Network> {
    let domain = common_domain(&layers.common);
    let mut networks = IndexMap::new();
    for (name, definition) in &layers.networks {
        layer::check_name(name, definition, &layers.networks, sink);
        let layers: Vec<Node> = definition
            .layers
            .iter()
            .map(|layer| layer::modernize_network(layer, sink))
            .collect();
        let network = object(&layers, definition.defined, sink, |node, typer| {
            Network::read(name, definition.defined, node, domain.as_ref(), typer)
        });
        networks.extend(network.map(|network| (name.to_string(), network)));
    }
    networks
}

/// Common's domain, which networks without one share; its type is reported with the guests'.
fn common_domain(common: &[Node]) -> Option<Spanned<DnsName>> {
    let node = common.iter().rev().find_map(|layer| layer.get("domain"))?;
    Some(Spanned::new(node.as_text()?.parse().ok()?, node.span))
}

pub(super) fn storages(layers: &Layers, sink: &mut Sink) -> IndexMap<String, Storage> {
    let mut storages = IndexMap::new();
    for (name, definition) in &layers.storages {
        if layer::skip_legacy_storage(definition, sink) {
            continue;
        }
        layer::check_name(name, definition, &layers.storages, sink);
        let defined = definition.defined;
        let storage = object(&definition.layers, defined, sink, |node, typer| {
            let before = typer.sink.errors();
            // A value that could not be read would look like one that is missing.
            let spec =
                StorageSpec::from_node(node, typer).filter(|_| typer.sink.errors() == before)?;
            Some(Storage::new(name, defined, spec, typer))
        });
        storages.extend(storage.map(|storage| (name.to_string(), storage)));
    }
    storages
}
