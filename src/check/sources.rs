//! What guests are installed from: one thing, and one that this version can install from.

use crate::diag::{Code, Diagnostic, Sink};
use crate::link::{Guest, Lab};
use crate::model::text::Line;
use crate::source::{Span, Spanned};

/// The keys of which a guest needs one.
const KEYS: &[&str] = &["virtinst.location", "virtinst.cdrom", "virtinst.pxe"];

pub(super) fn check(lab: &Lab, sink: &mut Sink) {
    for guest in &lab.guests {
        sink.about(Some(&guest.name));
        source(guest, sink);
    }
    sink.about(None);
}

fn source(guest: &Guest, sink: &mut Sink) {
    let virtinst = &guest.virtinst;
    let place = |source: &Option<Spanned<Line>>| source.as_ref().map(|source| source.span);
    let pxe = virtinst.pxe.as_ref().filter(|pxe| pxe.value);
    let sources = [
        place(&virtinst.location),
        place(&virtinst.cdrom),
        place(&virtinst.image),
        pxe.map(|pxe| pxe.span),
    ];
    let mut said: Vec<Span> = sources.into_iter().flatten().collect();
    if said.len() > 1 {
        // Nothing is no second source; that it is nothing is reported of the location.
        let nothing = |location: &&Spanned<Line>| location.trim().is_empty();
        let nothing = virtinst.location.as_ref().filter(nothing);
        said.retain(|span| nothing.is_none_or(|location| location.span != *span));
    }
    match said.as_slice() {
        [] => {
            let message = format!("guest `{}` has nothing to install from", guest.name);
            let help =
                "set `virtinst.location` to an install tree, or `virtinst.cdrom` to an image";
            sink.push(
                Diagnostic::error(Code::MissingSource, guest.defined, message)
                    .lacks(KEYS)
                    .help(help),
            );
        }
        [_] => {}
        [first, second, ..] => sink.push(
            Diagnostic::error(
                Code::ConflictingKeys,
                *second,
                "`location`, `cdrom`, `image` and `pxe` exclude each other",
            )
            .also(*first, "the other one")
            .help("keep one of them; `~` takes away what an earlier layer says"),
        ),
    }
    if let Some(image) = &virtinst.image {
        let message = "guests that start from a cloud image cannot be built by this version";
        sink.push(
            Diagnostic::error(Code::UnsupportedInstaller, image.span, message)
                .help("install it, from a `location` or a `cdrom`"),
        );
    }
}
