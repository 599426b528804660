//! What guests are installed from: one thing.

use crate::diag::{Code, Diagnostic, Sink};
use crate::link::{Guest, Lab};
use crate::model::text::Line;
use crate::source::{Span, Spanned};

/// The keys of which a guest needs one.
const KEYS: &[&str] = &[
    "virtinst.location",
    "virtinst.cdrom",
    "virtinst.image",
    "virtinst.pxe",
];

pub(super) fn check(lab: &Lab, sink: &mut Sink) {
    for guest in &lab.guests {
        sink.about(Some(&guest.name));
        source(guest, sink);
    }
    sink.about(None);
}

fn source(guest: &Guest, sink: &mut Sink) {
    let virtinst = &guest.virtinst;
    let pxe = virtinst.pxe.as_ref().filter(|pxe| pxe.value);
    let sources = [
        virtinst.location.as_ref().map(|source| source.span),
        virtinst.cdrom.as_ref().map(|source| source.span),
        virtinst.image.as_ref().map(|source| source.span),
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
            let help = "set `virtinst.location` to an install tree, `virtinst.cdrom` to a medium, or `virtinst.image` to a cloud image";
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
}
