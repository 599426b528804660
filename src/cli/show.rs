//! `show`: a resolved object, what its templates see, or what one of them makes of it.
//!
//! Secrets are masked in all three.

use std::collections::HashSet;
use std::path::Path;

use serde_json::{Value, json};
use tera::Context;

use super::args::{DataFormat, Show};
use super::session::Session;
use super::{Outcome, UsageError, origin, os};
use crate::diag::{Extent, Sink, nearest};
use crate::model::host::Host;
use crate::pipeline::Loaded;
use crate::render::{guest_context, guest_list, mask, network_context, review, storage_context};
use crate::secret::Secrets;
use crate::source::Sources;
use crate::yaml::emit::to_yaml;

/// What `show` can show.
pub(super) const KINDS: &[&str] = &["guest", "network", "storage", "host", "os"];

pub(super) fn run(command: &Show, session: &mut Session) -> anyhow::Result<Outcome> {
    if command.origin {
        return origin::run(&command.object, session);
    }
    let Some(mut loaded) = session.open()? else {
        return Ok(Outcome::Faults);
    };
    let mut sink = Sink::default();
    let mut value = object(command, &loaded, &session.files.sources, &mut sink)?;
    if sink.has_errors() {
        session.report(sink);
        return Ok(Outcome::Faults);
    }
    mask(&mut value, &Secrets::default());
    if let Some(template) = &command.template {
        return render(template, &command.object, &value, &mut loaded, session);
    }
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

/// Prints what a template, by its name or its file, makes of an object.
fn render(
    template: &Path,
    object: &str,
    values: &Value,
    loaded: &mut Loaded,
    session: &mut Session,
) -> anyhow::Result<Outcome> {
    let mut sink = Sink::default();
    let text = find(template, loaded, session, &mut sink)?.and_then(|name| {
        let context = Context::from_serialize(values).ok()?;
        let (object, sources) = (format!("`{object}`"), &session.files.sources);
        let engine = &loaded.engine;
        engine.render(&name, &context, &object, sources, &mut sink)
    });
    let sources = &session.files.sources;
    sink.judge(sources, session.common.strict, Extent::Part);
    let text = text.filter(|_| !sink.has_errors());
    session.report(sink);
    let Some(text) = text else {
        return Ok(Outcome::Faults);
    };
    session.ui.data(&text)?;
    Ok(Outcome::Done)
}

/// Returns the name of the template that is meant; a file is added under its path.
fn find(
    template: &Path,
    loaded: &mut Loaded,
    session: &mut Session,
    sink: &mut Sink,
) -> anyhow::Result<Option<String>> {
    let engine = &mut loaded.engine;
    let shown = template.display().to_string();
    if engine.contains(&shown) {
        return Ok(Some(shown));
    }
    if !template.exists() {
        let near = nearest(&shown, engine.names());
        let hint = near.map(|near| format!("; did you mean `{near}`?"));
        let message = format!("`{shown}` is neither a template nor a file");
        return Err(UsageError(message + &hint.unwrap_or_default()).into());
    }
    let name = engine.add_file(template, &mut session.files, sink);
    if let Some(name) = &name {
        let used = HashSet::from([name.as_str()]);
        let own = loaded.lab.own_keys();
        engine.check_names(&used, &own, &session.files.sources, sink);
    }
    Ok(name)
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
            let (engine, payloads) = (&loaded.engine, &loaded.payloads);
            let mut values = guest_context(guest, lab, engine, payloads, sources, sink);
            if !templates {
                values = review(values);
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
