//! Which template an output comes from, and what that may read.

use tera::Context;

use super::super::guest_files::Renderer;
use super::super::host_files::{NET_SETUP, setup_context};
use super::super::{Brought, Engine, Payloads, network_context, storage_context};
use crate::link::Lab;
use crate::source::Sources;

/// What an output is made from.
pub(super) enum Source {
    /// A template of this name, with all that it may read.
    Template(String, Context),
    /// The resolved values of an object.
    Review,
    /// What `setup_data` brings.
    Payload(Brought),
}

/// Returns what the output at `path` is made from; `None` when it is none of the lab.
pub(super) fn of(
    path: &str,
    lab: &Lab,
    engine: &Engine,
    payloads: &Payloads,
    sources: &Sources,
) -> Option<Source> {
    if let Some(path) = path.strip_prefix("guests.d/") {
        let (name, file) = path.split_once('/')?;
        let guest = lab.guests.iter().find(|guest| &*guest.name == name)?;
        if file == "guest.yml" {
            return Some(Source::Review);
        }
        let renderer = Renderer::new(lab, engine, payloads, sources);
        if let Some((template, context)) = renderer.template_of(guest, file) {
            return Some(Source::Template(template, context));
        }
        let brought = payloads.source(guest, file.strip_prefix("setup/")?)?;
        return Some(Source::Payload(brought));
    }
    let (template, values) = if path == NET_SETUP {
        (NET_SETUP, setup_context(lab))
    } else if path.ends_with(".yml") {
        return Some(Source::Review);
    } else if let Some(name) = path.strip_prefix("host/networks.d/") {
        let network = lab.networks.get(name.strip_suffix(".xml")?)?;
        ("host/network.xml", network_context(network, lab))
    } else {
        let name = path
            .strip_prefix("host/storages.d/")?
            .strip_suffix(".xml")?;
        let storage = lab.storages.get(name)?;
        ("host/storage.xml", storage_context(storage, lab))
    };
    let context = Context::from_serialize(&values).ok()?;
    Some(Source::Template(template.to_owned(), context))
}
