//! `show`: a resolved object.

use serde_json::{Value, json};

use super::args::{DataFormat, Show};
use super::session::Session;
use super::{Outcome, UsageError, os};
use crate::diag::Sink;
use crate::model::host::Host;
use crate::pipeline::Loaded;
use crate::render::{guest_context, guest_list, mask, network_context, review, storage_context};
use crate::secret::Secrets;
use crate::source::Sources;
use crate::yaml::emit::to_yaml;

/// What `show` can show.
const KINDS: &[&str] = &["guest", "network", "storage", "host", "os"];

pub(super) fn run(command: &Show, session: &mut Session) -> anyhow::Result<Outcome> {
    let Some(loaded) = session.open()? else {
        return Ok(Outcome::Faults);
    };
    let mut sink = Sink::default();
    let mut value = object(command, &loaded, &session.files.sources, &mut sink)?;
    if sink.has_errors() {
        session
            .ui
            .diagnostics(&sink.finish(), &session.files.sources);
        return Ok(Outcome::Faults);
    }
    mask(&mut value, &Secrets::default());
    session.ui.data(&text(value, command.format))?;
    Ok(Outcome::Done)
}

/// Writes a map as a document.
pub(super) fn text(value: Value, format: DataFormat) -> String {
    match format {
        DataFormat::Yaml => to_yaml(&value),
        DataFormat::Json => {
            let mut document = json!({ "format": 1 });
            if let (Some(document), Value::Object(value)) = (document.as_object_mut(), value) {
                document.extend(value);
            }
            format!("{document:#}\n")
        }
    }
}

fn object(
    command: &Show,
    loaded: &Loaded,
    sources: &Sources,
    sink: &mut Sink,
) -> anyhow::Result<Value> {
    let lab = &loaded.lab;
    let (kind, name) = command
        .object
        .split_once('/')
        .unwrap_or((&command.object, ""));
    let missing = |known: Vec<&str>| UsageError::unknown(kind, name, &known);
    if kind != "guest" && command.context {
        return Err(UsageError("--context is about guests".to_owned()).into());
    }
    match kind {
        "guest" => {
            let guest = lab.guests.iter().find(|guest| &*guest.name == name);
            let guest = guest
                .ok_or_else(|| missing(lab.guests.iter().map(|guest| &*guest.name).collect()))?;
            let (engine, payloads) = (&loaded.engine, &loaded.payloads);
            let mut values = guest_context(guest, lab, engine, payloads, sources, sink);
            if !command.context {
                values = review(&values);
            } else {
                values.insert("networks".into(), serde_json::to_value(&lab.networks)?);
                values.insert("host".into(), host(&lab.host)?);
                values.insert("guests".into(), guest_list(lab));
            }
            let mut value = Value::Object(values);
            mask(&mut value, &guest.secrets);
            Ok(value)
        }
        "network" => {
            let network = lab.networks.get(name);
            let network = network
                .ok_or_else(|| missing(lab.networks.keys().map(String::as_str).collect()))?;
            Ok(network_context(network, lab))
        }
        "storage" => {
            let storage = lab.storages.get(name);
            let storage = storage
                .ok_or_else(|| missing(lab.storages.keys().map(String::as_str).collect()))?;
            Ok(storage_context(storage, lab))
        }
        "host" if name.is_empty() => host(&lab.host),
        "host" => Err(UsageError("there is one host: `show host`".to_owned()).into()),
        "os" => {
            let os = loaded
                .table
                .get(name)
                .ok_or_else(|| missing(loaded.table.names()))?;
            Ok(os::entry(&os))
        }
        _ => Err(UsageError(format!(
            "`{kind}` cannot be shown: {} can",
            KINDS.join(", ")
        ))
        .into()),
    }
}

fn host(host: &Host) -> anyhow::Result<Value> {
    let mut value = serde_json::to_value(host)?;
    if host.connect.is_none() {
        value["connect"] = json!(Host::DEFAULT_CONNECT);
    }
    Ok(value)
}
