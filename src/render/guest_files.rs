//! The files of one guest.

use std::collections::HashMap;
use std::path::Path;

use serde_json::{Map, Value, json};
use tera::Context;

use super::context::{Hashes, context, guest_list};
use super::outputs::text;
use super::payloads::Payloads;
use super::targets::outputs;
use super::{Engine, OutFile, mask};
use crate::diag::{Code, Diagnostic, Sink};
use crate::link::{Guest, Lab};
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
    let values = context(guest, lab, payloads, &shared.hashes);
    let mut review = Value::Object(review(&values));
    mask(&mut review, &guest.secrets);
    files.push(text(format!("{dir}/guest.yml"), 0o644, to_yaml(&review)));
    if !source(guest, sink) {
        return files;
    }
    let Ok(mut context) = Context::from_serialize(&values) else {
        return files;
    };
    context.insert_value("networks", shared.networks.clone());
    context.insert_value("guests", shared.guests.clone());
    context.insert_value("host", shared.host.clone());
    let object = format!("guest `{}`", guest.name);
    for output in outputs(guest, engine, sink) {
        if let Some(content) = engine.render(&output.template, &context, &object, sources, sink) {
            let script = output.key == "virtinst" || output.file.ends_with(".sh");
            files.push(text(
                format!("{dir}/{}", output.file),
                if script { 0o755 } else { 0o644 },
                content,
            ));
        }
    }
    for payload in payloads.of(guest) {
        let mode = u32::from_str_radix(payload.mode, 8).unwrap_or(0o644) & 0o755 | 0o600;
        let path = format!("{dir}/setup/{}", payload.dst.trim_start_matches('/'));
        files.push(OutFile {
            path,
            mode,
            content: payload.content.to_vec(),
        });
    }
    files
}

/// `guest.yml` leaves out the bytes of payloads: they lie beside it in `setup/`.
fn review(values: &Map<String, Value>) -> Map<String, Value> {
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
            let place = guest
                .templates
                .values()
                .next()
                .map(|template| template.span);
            let place = guest
                .install
                .setup_data
                .first()
                .map(|entry| entry.span)
                .or(place)
                .unwrap_or(guest.defined);
            let message = format!(
                "two outputs of guest `{}` are called `{}`",
                guest.name, file.path
            );
            sink.push(Diagnostic::error(Code::DuplicateOutput, place, message));
        }
    }
}
