//! The files of one guest.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use tera::Context;

use super::context::{Digest, Hashes, context};
use super::parts::Parts;
use super::payloads::Payloads;
use super::sections::{Common, Known, Sections};
use super::targets::outputs;
use super::{Content, Engine, OutFile};
use crate::diag::{Code, Diagnostic, Sink};
use crate::link::{Guest, Lab};
use crate::source::{Sources, Span, Spanned};

/// Renders guests, and keeps from each what the next can use.
pub(super) struct Renderer<'a> {
    lab: &'a Lab,
    engine: &'a Engine,
    payloads: &'a Payloads,
    sources: &'a Sources,
    common: Common<'a>,
    known: Known,
    parts: Parts,
    hashes: Hashes,
}

impl<'a> Renderer<'a> {
    pub(super) fn new(
        lab: &'a Lab,
        engine: &'a Engine,
        payloads: &'a Payloads,
        sources: &'a Sources,
    ) -> Self {
        Self {
            lab,
            engine,
            payloads,
            sources,
            common: Common::new(lab),
            known: Known::default(),
            parts: Parts::default(),
            hashes: Hashes::default(),
        }
    }

    /// Renders every file of a guest.
    pub(super) fn guest(&self, guest: &Guest, sink: &mut Sink) -> Vec<OutFile> {
        let dir = format!("guests.d/{}", guest.name);
        let mut files = Vec::new();
        let sections = self.sections(guest);
        let mut review = Content::default();
        for section in sections.own.values() {
            review.push(Arc::clone(&section.review));
        }
        files.push(OutFile {
            path: format!("{dir}/guest.yml"),
            mode: 0o644,
            content: review,
        });
        if !source(guest, sink) {
            return files;
        }
        for output in outputs(guest, self.engine, sink) {
            if let Some(content) = self.output(&output.template, guest, &sections, sink) {
                let script = output.key == "virtinst" || output.file.ends_with(".sh");
                files.push(OutFile {
                    path: format!("{dir}/{}", output.file),
                    mode: if script { 0o755 } else { 0o644 },
                    content,
                });
            }
        }
        for payload in self.payloads.of(guest) {
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

    fn sections(&self, guest: &Guest) -> Sections<'_> {
        let context = context(guest, self.lab, self.payloads, &self.hashes);
        let mut own = self.known.sections(context);
        let mut digest = Digest::default();
        for section in own.values() {
            digest.add(&section.text);
        }
        let stamp = self.known.section("stamp", digest.stamp(self.lab));
        own.insert("stamp".to_owned(), stamp);
        Sections {
            own,
            common: &self.common,
        }
    }

    fn output(
        &self,
        template: &str,
        guest: &Guest,
        sections: &Sections<'_>,
        sink: &mut Sink,
    ) -> Option<Content> {
        let (engine, sources) = (self.engine, self.sources);
        if let Some(content) = self.parts.render(engine, template, sections, sources) {
            return Some(content);
        }
        // It cannot be taken apart, or one of its parts fails: then the fault is found here.
        let mut context = Context::new();
        for name in sections.names() {
            if let Some(section) = sections.get(name) {
                context.insert_value(name.to_owned(), section.value.clone());
            }
        }
        let object = format!("guest `{}`", guest.name);
        let text = engine.render(template, &context, &object, sources, sink)?;
        Some(text.into())
    }
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
