//! `show`: a resolved object, what its templates see, or what one of them makes of it.
//!
//! Secrets are masked in all three.

use std::path::Path;

use serde_json::{Value, json};
use tera::Context;

use super::args::{DataFormat, Show};
use super::session::Session;
use super::{Outcome, UsageError};
use crate::diag::{Sink, nearest};
use crate::model::host::Host;
use crate::pipeline::Loaded;
use crate::render::{guest_context, guest_list, mask, network_context};
use crate::yaml::emit::to_yaml;

/// What `show` can show.
const KINDS: &[&str] = &["guest", "network", "storage", "host", "os"];

pub(super) fn run(command: &Show, session: &mut Session) -> anyhow::Result<Outcome> {
    let Some(mut loaded) = session.open()? else {
        return Ok(Outcome::Faults);
    };
    let mut value = object(command, &loaded)?;
    mask(&mut value);
    if let Some(template) = &command.template {
        return render(template, &command.object, &value, &mut loaded, session);
    }
    let text = match command.format {
        DataFormat::Yaml => to_yaml(&value),
        DataFormat::Json => {
            let mut document = json!({ "format": 1 });
            if let (Some(document), Value::Object(value)) = (document.as_object_mut(), value) {
                document.extend(value);
            }
            format!("{document:#}\n")
        }
    };
    session.ui.data(&text)?;
    Ok(Outcome::Done)
}

/// Prints what a template, by its name or its file, makes of an object.
fn render(
    template: &Path,
    object: &str,
    values: &Value,
    loaded: &mut Loaded,
    session: &mut Session,
) -> anyhow::Result<Outcome> {
    let engine = &mut loaded.engine;
    let named = template.to_str().filter(|name| engine.contains(name));
    let mut sink = Sink::default();
    let name = match named {
        Some(name) => Some(name.to_owned()),
        None if template.exists() => engine.add_file(template, &mut session.files, &mut sink),
        None => {
            let name = template.display().to_string();
            let near = nearest(&name, engine.names());
            let hint = near.map(|near| format!("; did you mean `{near}`?"));
            let message = format!("`{name}` is neither a template nor a file");
            return Err(UsageError(message + &hint.unwrap_or_default()).into());
        }
    };
    let text = name.and_then(|name| {
        let context = Context::from_serialize(values).ok()?;
        let sources = &session.files.sources;
        loaded
            .engine
            .render(&name, &context, &format!("`{object}`"), sources, &mut sink)
    });
    session
        .ui
        .diagnostics(&sink.finish(), &session.files.sources);
    match text {
        Some(text) => {
            session.ui.data(&text)?;
            Ok(Outcome::Done)
        }
        None => Ok(Outcome::Faults),
    }
}

fn object(command: &Show, loaded: &Loaded) -> anyhow::Result<Value> {
    let lab = &loaded.lab;
    let (kind, name) = command
        .object
        .split_once('/')
        .unwrap_or((&command.object, ""));
    let missing = |known: Vec<&str>| UsageError::unknown(kind, name, &known);
    let templates = command.context || command.template.is_some();
    if kind == "os" && templates {
        let message = "no template is rendered for an operating system; `show guest/NAME --context` has its `os`";
        return Err(UsageError(message.to_owned()).into());
    }
    match kind {
        "guest" => {
            let guest = lab.guests.iter().find(|guest| &*guest.name == name);
            let guest = guest
                .ok_or_else(|| missing(lab.guests.iter().map(|guest| &*guest.name).collect()))?;
            let mut values = guest_context(guest, lab, &loaded.payloads);
            if templates {
                values.insert("networks".into(), serde_json::to_value(&lab.networks)?);
                values.insert("host".into(), host(&lab.host)?);
                values.insert("guests".into(), guest_list(lab));
            }
            Ok(Value::Object(values))
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
            Ok(serde_json::to_value(storage)?)
        }
        "host" if name.is_empty() => host(&lab.host),
        "host" => Err(UsageError("there is one host: `show host`".to_owned()).into()),
        "os" => {
            let os = loaded
                .table
                .get(name)
                .ok_or_else(|| missing(loaded.table.names()))?;
            Ok(serde_json::to_value(&*os)?)
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
