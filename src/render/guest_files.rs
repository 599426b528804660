//! The files of one guest.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use serde_json::json;
use tera::Context;

use super::context::{Digest, Hashes, context, guest_list};
use super::parts::Parts;
use super::payloads::Payloads;
use super::sections::{Known, Section, Sections};
use super::targets::outputs;
use super::{Content, Engine, OutFile};
use crate::diag::{Code, Diagnostic, Sink};
use crate::link::{Guest, Lab};
use crate::source::{Sources, Span, Spanned};

/// What rendering keeps from one guest for the next.
pub(super) struct Shared {
    /// What every guest's templates see.
    common: [(&'static str, Arc<Section>); 3],
    known: Known,
    parts: Parts,
    hashes: Hashes,
}

impl Shared {
    pub(super) fn new(lab: &Lab) -> Self {
        let mut host = serde_json::to_value(&lab.host).expect("hosts serialize");
        if host.get("connect").is_none() {
            host["connect"] = json!(crate::model::host::Host::DEFAULT_CONNECT);
        }
        let networks = serde_json::to_value(&lab.networks).expect("networks serialize");
        let known = Known::default();
        let common = [
            ("networks", networks),
            ("guests", guest_list(lab)),
            ("host", host),
        ];
        Self {
            common: common.map(|(name, value)| (name, known.section(name, value))),
            known,
            parts: Parts::default(),
            hashes: Hashes::default(),
        }
    }

    fn sections(&self, guest: &Guest, lab: &Lab, payloads: &Payloads) -> Sections {
        let mut sections = self
            .known
            .sections(context(guest, lab, payloads, &self.hashes));
        let mut digest = Digest::default();
        for (name, section) in &sections {
            digest.add(name, &section.json);
        }
        let stamp = self.known.section("stamp", digest.stamp(lab));
        sections.insert("stamp".to_owned(), stamp);
        sections
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
    let mut sections = shared.sections(guest, lab, payloads);
    let mut review = Content::default();
    sections
        .values()
        .for_each(|section| review.push(Arc::clone(&section.review)));
    files.push(OutFile {
        path: format!("{dir}/guest.yml"),
        mode: 0o644,
        content: review,
    });
    if !source(guest, sink) {
        return files;
    }
    for (name, section) in &shared.common {
        sections.insert((*name).to_owned(), Arc::clone(section));
    }
    for output in outputs(guest, engine, sink) {
        let content = shared
            .parts
            .render(engine, &output.template, &sections, sources)
            .or_else(|| whole(guest, &output.template, &sections, engine, sources, sink));
        if let Some(content) = content {
            let script = output.key == "virtinst" || output.file.ends_with(".sh");
            files.push(OutFile {
                path: format!("{dir}/{}", output.file),
                mode: if script { 0o755 } else { 0o644 },
                content,
            });
        }
    }
    for payload in payloads.of(guest) {
        let mode = u32::from_str_radix(payload.mode, 8).unwrap_or(0o644) & 0o755 | 0o600;
        let path = format!("{dir}/setup/{}", payload.dst.trim_start_matches('/'));
        files.push(OutFile {
            path,
            mode,
            content: payload.content.into(),
        });
    }
    files
}

/// Renders a template that cannot be taken apart, or one of whose parts fails: then its fault is found here.
fn whole(
    guest: &Guest,
    template: &str,
    sections: &Sections,
    engine: &Engine,
    sources: &Sources,
    sink: &mut Sink,
) -> Option<Content> {
    let mut context = Context::new();
    for (name, section) in sections {
        context.insert_value(name.clone(), section.value.clone());
    }
    let object = format!("guest `{}`", guest.name);
    let text = engine.render(template, &context, &object, sources, sink)?;
    Some(text.into())
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
