//! The names of objects: words everywhere, and the same wherever they are written.

use super::Object;
use crate::diag::{Code, Diagnostic, Sink};
use crate::model::text::ObjectName;
use crate::source::Span;

/// Reports a name that cannot be one, and a `name:` that differs from it.
pub fn check_name(name: &str, object: &Object, sink: &mut Sink) {
    check_word(name, object.defined, sink);
    for layer in &object.layers {
        let Some(entry) = layer.as_map().and_then(|map| map.get("name")) else {
            continue;
        };
        if entry.value.as_text() != Some(name) {
            let key = object.defined.end > 0;
            let place = if key { "key" } else { "file" };
            let message = format!("`name` differs from what this {place} defines, `{name}`");
            let help =
                format!("rename the {place}, or leave `name` out; a guest's `hostname` may differ");
            let fault = Diagnostic::error(Code::NameMismatch, entry.value.span, message).help(help);
            sink.push(if key {
                fault.also(object.defined, "defined here")
            } else {
                fault
            });
        }
    }
}

/// Reports a name that is no word to libvirt, file systems or scripts, and the nearest one that is.
pub fn check_word(name: &str, span: Span, sink: &mut Sink) {
    if let Err(refusal) = name.parse::<ObjectName>() {
        sink.push(refusal.into_error(Code::BadName, span));
    }
}

/// Returns the number a name ends with after its last `-`.
pub(super) fn index_of(name: &str) -> Option<u32> {
    let (_, number) = name.rsplit_once('-')?;
    if number.bytes().all(|byte| byte.is_ascii_digit()) {
        number.parse().ok()
    } else {
        None
    }
}
