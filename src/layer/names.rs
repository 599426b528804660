//! The names of objects: words everywhere, and the same wherever they are written.

use super::{Object, Objects};
use crate::diag::{Code, Diagnostic, Sink};
use crate::model::text::ObjectName;
use crate::source::Span;

/// Reports a name that cannot be one, and a `name:` that differs from it; `others` have names as well.
pub fn check_name(name: &str, object: &Object, others: &Objects, sink: &mut Sink) {
    check_word_among(name, object.defined, others, sink);
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
    check_word_among(name, span, &Objects::default(), sink);
}

fn check_word_among(name: &str, span: Span, others: &Objects, sink: &mut Sink) {
    let Err(refusal) = name.parse::<ObjectName>() else {
        return;
    };
    let near = ObjectName::near(name).filter(|near| others.contains_key(near.as_str()));
    let free = near.and_then(|near| {
        let mut numbered = (2_u32..).map(|number| format!("{near}-{number}"));
        numbered.find(|name| !others.contains_key(name.as_str()))
    });
    let refusal = match free {
        Some(free) => refusal.help(format!("write a name that is free, as in `{free}`")),
        None => refusal,
    };
    sink.push(refusal.into_error(Code::BadName, span));
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
