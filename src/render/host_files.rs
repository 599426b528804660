//! The files of the host: networks and pools.

use std::collections::HashSet;

use serde_json::{Value, json};
use tera::Context;

use super::outputs::{Selection, text};
use super::{Engine, OutFile, mask, network_context, storage_context};
use crate::diag::Sink;
use crate::link::{Lab, uuid};
use crate::model::host::Host;
use crate::secret::Secrets;
use crate::source::Sources;
use crate::yaml::emit::to_yaml;

/// The script that sets up networks and pools.
pub(super) const NET_SETUP: &str = "host/net-setup.sh";

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
    let everything = match &selection.networks {
        None => !lab.networks.is_empty() || !lab.storages.is_empty(),
        Some(names) => {
            let mut own = lab.networks.values().filter(|network| !network.external);
            !names.is_empty() && own.all(|network| names.contains(&network.name))
        }
    };
    if everything {
        let context = setup_context(lab);
        let script = render_json(engine, NET_SETUP, &context, "the host", sources, sink);
        files.extend(script.map(|script| text(NET_SETUP.to_owned(), 0o755, script)));
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

/// What the host's script reads: its connection, and the networks and pools, each by name.
pub(super) fn setup_context(lab: &Lab) -> Value {
    let connect = lab.host.connect.as_ref();
    let networks = lab.networks.values().map(|network| {
        json!({
            "name": network.name,
            "uuid": uuid(&lab.site, "network", &network.name),
            "autostart": network.autostart,
            "external": network.external,
        })
    });
    let storages = lab.storages.values();
    let storages = storages.map(|storage| storage_context(storage, lab));
    json!({
        "site": lab.site,
        "connect": connect.map_or(Host::DEFAULT_CONNECT, |connect| connect.as_str()),
        "networks": networks.collect::<Vec<_>>(),
        "storages": storages.collect::<Vec<_>>(),
    })
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
