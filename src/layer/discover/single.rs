//! A text that is a whole lab: classes are the keys at its top.

use super::super::parts::{Part, whole};
use super::super::{Layers, meta};
use super::{CLASSES, add_objects};
use crate::diag::{Code, Sink};
use crate::files::Files;
use crate::source::FileId;
use crate::yaml::typed::{Field as _, Typer, read};
use crate::yaml::{Entry, Map, parse};

/// The keys that are no class's, and what they are.
const OTHERS: &[(&str, Part)] = &[("site", Part::Meta), ("allow", Part::Allowances)];

/// Returns the layers of a text that is a whole lab.
pub(super) fn sections(file: FileId, files: &Files, sink: &mut Sink) -> Layers {
    let mut own = Layers::default();
    let before = sink.found();
    let Some(node) = parse(file, files.sources.text(file), sink) else {
        return own;
    };
    let Some(map) = (Typer { sink }).map(&node, "lab") else {
        return own;
    };
    repeated(map, before, files, &mut own, sink);
    let classes = CLASSES.iter().map(|(class, _, _)| *class);
    let known: Vec<&str> = classes.chain(OTHERS.iter().map(|(key, _)| *key)).collect();
    Typer { sink }.unknown_keys(map, &known, "a single-file lab");
    for (key, entry) in map.iter().filter(|(_, entry)| !entry.value.is_null()) {
        let class = CLASSES.iter().find(|(class, _, _)| *class == &**key);
        let mut part = match class {
            Some((class, _, _)) => Part::of_class(class),
            None => Part::meant(key, OTHERS),
        };
        match (&**key, class) {
            ("site", _) => {
                own.site = read(&entry.value, &mut Typer { sink });
            }
            ("allow", _) => {
                let before = sink.errors();
                let codes = Vec::field(node.span, key, Some(&entry.value), &mut Typer { sink });
                if sink.errors() == before {
                    part = Part::Meta;
                }
                meta::allow(&codes.unwrap_or_default(), sink);
            }
            ("common" | "host", Some((class, _, _))) => {
                if (Typer { sink }).map(&entry.value, key).is_some() {
                    let list = own.list_mut(class, entry.key);
                    list.push(entry.value.clone());
                } else {
                    part = Part::Class(class);
                }
            }
            (_, Some((class, _, _))) => add_objects(&mut own, class, &entry.value, sink),
            (_, None) => {}
        }
        own.parts.texts.push((whole(entry), part));
    }
    own
}

/// Takes note of the sections that stand in the text a second time, and are not read.
fn repeated(map: &Map, before: usize, files: &Files, own: &mut Layers, sink: &Sink) {
    let twice = sink.after(before).iter();
    let twice = twice.filter(|fault| fault.code == Code::DuplicateKey);
    for span in twice.filter_map(|fault| Some(fault.primary.as_ref()?.span)) {
        let inside = |entry: &Entry| {
            let entry = whole(entry);
            entry.start < span.start && span.end <= entry.end
        };
        if !map.values().any(inside) {
            let key = files.sources.slice(span);
            own.parts.texts.push((span, Part::meant(key, OTHERS)));
        }
    }
}
