//! The files of the host: networks and pools.

use std::collections::HashSet;

use serde_json::Value;
use tera::Context;

use super::outputs::{Selection, text};
use super::{Engine, OutFile, mask, network_context, storage_context};
use crate::diag::Sink;
use crate::link::Lab;
use crate::secret::Secrets;
use crate::source::Sources;
use crate::yaml::emit::to_yaml;

/// Renders the selected networks, and, when all are selected, what else the host needs.
pub(super) fn host_files(
    lab: &Lab,
    engine: &Engine,
    selection: &Selection,
    sources: &Sources,
    sink: &mut Sink,
) -> Vec<OutFile> {
    let mut files = Vec::new();
    let wanted = |name: &str| {
        let names: Option<&HashSet<String>> = selection.networks.as_ref();
        names.is_none_or(|names| names.contains(name))
    };
    for network in lab
        .networks
        .values()
        .filter(|network| !network.external && wanted(&network.name))
    {
        let name = &network.name;
        let context = network_context(network, lab);
        let object = format!("network `{name}`");
        if let Some(xml) = render_json(engine, "host/network.xml", &context, &object, sources, sink)
        {
            files.push(text(format!("host/networks.d/{name}.xml"), 0o644, xml));
        }
        let mut review = context;
        mask(&mut review, &Secrets::default());
        files.push(text(
            format!("host/networks.d/{name}.yml"),
            0o644,
            to_yaml(&review),
        ));
    }
    if selection.networks.is_none() {
        for storage in lab.storages.values().filter(|storage| !storage.external) {
            let name = &storage.name;
            let context = storage_context(storage, lab);
            let object = format!("pool `{name}`");
            if let Some(xml) =
                render_json(engine, "host/storage.xml", &context, &object, sources, sink)
            {
                files.push(text(format!("host/storages.d/{name}.xml"), 0o644, xml));
            }
            files.push(text(
                format!("host/storages.d/{name}.yml"),
                0o644,
                to_yaml(&context),
            ));
        }
    }
    files
}

fn render_json(
    engine: &Engine,
    name: &str,
    values: &Value,
    object: &str,
    sources: &Sources,
    sink: &mut Sink,
) -> Option<String> {
    let context = Context::from_serialize(values).ok()?;
    engine.render(name, &context, object, sources, sink)
}
