//! The files of one guest.

use std::collections::HashMap;
use std::path::Path;

use serde_json::{Map, Value, json};
use tera::Context;

use super::context::{Hashes, context, guest_list};
use super::outputs::text;
use super::payloads::{Payload, Payloads};
use super::targets::outputs;
use super::{Engine, OutFile, mask};
use crate::diag::{Code, Diagnostic, Sink};
use crate::link::{Guest, Lab};
use crate::model::guest::TemplateRef;
use crate::model::password::Password;
use crate::secret::has_shape;
use crate::source::{Sources, Span, Spanned};
use crate::yaml::emit::to_yaml;

/// What every guest's templates see, converted once.
pub(super) struct Shared {
    networks: tera::Value,
    guests: tera::Value,
    host: tera::Value,
    hashes: Hashes,
}

impl Shared {
    pub(super) fn new(lab: &Lab) -> Self {
        let mut host = serde_json::to_value(&lab.host).expect("hosts serialize");
        if host.get("connect").is_none() {
            host["connect"] = json!(crate::model::host::Host::DEFAULT_CONNECT);
        }
        Self {
            networks: tera::Value::from_serializable(&lab.networks),
            guests: tera::Value::from_serializable(&guest_list(lab)),
            host: tera::Value::from_serializable(&host),
            hashes: Hashes::default(),
        }
    }
}

/// Renders every file of a guest.
pub(super) fn guest_files(
    guest: &Guest,
    lab: &Lab,
    engine: &Engine,
    payloads: &Payloads,
    shared: &Shared,
    sources: &Sources,
    sink: &mut Sink,
) -> Vec<OutFile> {
    let dir = format!("guests.d/{}", guest.name);
    let mut files = Vec::new();
    let payloads = rendered(guest, lab, engine, payloads, shared, sources, sink);
    let values = context(guest, lab, &payloads, &shared.hashes);
    let mut review = Value::Object(review(&values));
    mask(&mut review, &guest.secrets);
    files.push(text(format!("{dir}/guest.yml"), 0o644, to_yaml(&review)));
    if !source(guest, sink) {
        return files;
    }
    let Some(context) = with_shared(&values, shared) else {
        return files;
    };
    let holds_secret = holds_secret(guest, &payloads);
    let object = format!("guest `{}`", guest.name);
    for output in outputs(guest, engine, sink) {
        if let Some(content) = engine.render(&output.template, &context, &object, sources, sink) {
            let script = output.key == "virtinst" || output.file.ends_with(".sh");
            // The install file has many ways to write a secret; what else is made has them as they are.
            let secret = has_shape(&content)
                || guest.secrets.are_in(&content)
                || holds_secret && output.key == "autoinst";
            let mode = match (script, secret) {
                (true, false) => 0o755,
                (true, true) => 0o700,
                (false, false) => 0o644,
                (false, true) => 0o600,
            };
            files.push(text(format!("{dir}/{}", output.file), mode, content));
        }
    }
    for payload in payloads {
        let path = format!("{dir}/setup/{}", payload.dst.trim_start_matches('/'));
        files.push(OutFile {
            path,
            mode: payload.review_mode(),
            content: payload.content.to_vec(),
        });
    }
    files
}

/// Returns the context of a guest as its templates see it, less what every guest shares; payloads that are templates are
/// rendered, and their faults reported.
///
/// # Panics
/// Never: the sections of the model serialize.
#[must_use]
pub fn guest_context(
    guest: &Guest,
    lab: &Lab,
    engine: &Engine,
    payloads: &Payloads,
    sources: &Sources,
    sink: &mut Sink,
) -> Map<String, Value> {
    let shared = Shared::new(lab);
    let payloads = rendered(guest, lab, engine, payloads, &shared, sources, sink);
    context(guest, lab, &payloads, &shared.hashes)
}

/// The payloads of a guest with their contents; one whose template fails is missing. A template sees everything but the
/// payloads themselves.
fn rendered<'a>(
    guest: &'a Guest,
    lab: &Lab,
    engine: &Engine,
    payloads: &Payloads,
    shared: &Shared,
    sources: &Sources,
    sink: &mut Sink,
) -> Vec<Payload<'a>> {
    let mut payloads = payloads.of(guest);
    if payloads.iter().any(Payload::is_template) {
        let mut values = context(guest, lab, &[], &shared.hashes);
        values.retain(|key, _| !matches!(key.as_str(), "setup_data" | "stamp"));
        let Some(context) = with_shared(&values, shared) else {
            return Vec::new();
        };
        payloads.retain_mut(|payload| {
            payload
                .render(guest, engine, &context, sources, sink)
                .is_some()
        });
    }
    payloads
}

fn with_shared(values: &Map<String, Value>, shared: &Shared) -> Option<Context> {
    let mut context = Context::from_serialize(values).ok()?;
    context.insert_value("networks", shared.networks.clone());
    context.insert_value("guests", shared.guests.clone());
    context.insert_value("host", shared.host.clone());
    Some(context)
}

/// Returns whether a guest has a secret that its install file may hold, in whatever words.
fn holds_secret(guest: &Guest, payloads: &[Payload<'_>]) -> bool {
    let install = &guest.install;
    let hashed = |password: &Spanned<Password>| password.value != Password::Locked;
    let passwords = install
        .users
        .iter()
        .filter_map(|user| user.password.as_ref());
    !guest.secrets.is_empty()
        || install.rootpw.iter().chain(passwords).any(hashed)
        || payloads.iter().any(|payload| payload.secret)
}

/// `guest.yml` and `show` leave out the bytes of payloads: they lie in `setup/`.
pub fn review(values: &Map<String, Value>) -> Map<String, Value> {
    let mut review = values.clone();
    for payload in review
        .get_mut("setup_data")
        .and_then(Value::as_array_mut)
        .into_iter()
        .flatten()
    {
        if let Some(payload) = payload.as_object_mut() {
            payload.remove("base64");
        }
    }
    review
}

/// Returns whether the guest's installation starts from one thing, and reports when it does not.
fn source(guest: &Guest, sink: &mut Sink) -> bool {
    let virtinst = &guest.virtinst;
    let pxe = virtinst
        .pxe
        .as_ref()
        .filter(|pxe| pxe.value)
        .map(|pxe| pxe.span);
    let place = |source: &Option<Spanned<crate::model::text::Line>>| {
        source.as_ref().map(|source| source.span)
    };
    let sources = [
        place(&virtinst.location),
        place(&virtinst.cdrom),
        place(&virtinst.image),
        pxe,
    ];
    let said: Vec<Span> = sources.into_iter().flatten().collect();
    match said.as_slice() {
        [] => sink.push(
            Diagnostic::error(
                Code::MissingSource,
                guest.defined,
                format!("guest `{}` has nothing to install from", guest.name),
            )
            .help("set `virtinst.location` to an install tree, or `virtinst.cdrom` to an image"),
        ),
        [_] => {}
        [first, second, ..] => sink.push(
            Diagnostic::error(
                Code::ConflictingKeys,
                *second,
                "`location`, `cdrom`, `image` and `pxe` exclude each other",
            )
            .also(*first, "the other one"),
        ),
    }
    if let Some(image) = &virtinst.image {
        let message = "guests that start from a cloud image cannot be built by this version";
        sink.push(Diagnostic::error(
            Code::UnsupportedInstaller,
            image.span,
            message,
        ));
    }
    said.len() == 1 && virtinst.image.is_none()
}

/// Returns where the site asks for the output at `path`, as far as a template's name tells.
fn output_place(guest: &Guest, path: &str) -> Span {
    let named = |output: &&Spanned<TemplateRef>| {
        let name = output.dst.as_deref().or(output.src.as_deref());
        name.is_some_and(|name| Path::new(path).ends_with(name.as_str()))
    };
    let output = guest.templates.values().find(named);
    output.map_or(guest.defined, |output| {
        output.dst.as_ref().map_or(output.span, |dst| dst.span)
    })
}

/// Reports two outputs of one name, and a file where another needs a directory.
pub(super) fn duplicates(guest: &Guest, files: &[OutFile], sink: &mut Sink) {
    let mut seen: HashMap<&str, ()> = HashMap::new();
    for file in files {
        let mut taken = seen.insert(&file.path, ()).is_some();
        let parents = Path::new(&file.path)
            .ancestors()
            .skip(1)
            .filter_map(Path::to_str);
        taken |= parents
            .filter(|parent| !parent.is_empty())
            .any(|parent| files.iter().any(|other| other.path == parent));
        if taken {
            let place = output_place(guest, &file.path);
            let message = format!(
                "two outputs of guest `{}` are called `{}`",
                guest.name, file.path
            );
            sink.push(Diagnostic::error(Code::DuplicateOutput, place, message));
        }
    }
}
