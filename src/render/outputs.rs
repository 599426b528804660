//! Which files the lab becomes, and what is in them.

use std::collections::HashSet;
use std::path::Path;

use rayon::prelude::*;

use super::guest_files::Renderer;
use super::host_files::host_files;
use super::payloads::Payloads;
use super::{Content, Engine};
use crate::diag::{Code, Diagnostic, Sink};
use crate::link::{Guest, Lab};
use crate::model::guest::TemplateRef;
use crate::source::{Sources, Span, Spanned};

/// A file to write.
#[derive(Clone, Debug)]
pub struct OutFile {
    /// Its path below the workdir, with `/` between the parts.
    pub path: String,
    /// Its permission bits.
    pub mode: u32,
    /// Its bytes.
    pub content: Content,
}

/// Which objects to render.
#[derive(Clone, Debug)]
pub struct Selection {
    /// The guests of these names, or all.
    pub guests: Option<HashSet<String>>,
    /// The networks of these names, or all.
    pub networks: Option<HashSet<String>>,
}

impl Selection {
    /// Everything.
    #[must_use]
    pub fn all() -> Self {
        Self {
            guests: None,
            networks: None,
        }
    }

    /// Returns whether it is everything.
    #[must_use]
    pub fn is_all(&self) -> bool {
        self.guests.is_none() && self.networks.is_none()
    }
}

/// Renders the selected objects of the lab, on all cores; the files are sorted by path.
pub fn render(
    lab: &Lab,
    engine: &Engine,
    payloads: &Payloads,
    selection: &Selection,
    sources: &Sources,
    sink: &mut Sink,
) -> Vec<OutFile> {
    let renderer = Renderer::new(lab, engine, payloads, sources);
    let guests: Vec<&Guest> = lab
        .guests
        .iter()
        .filter(|guest| {
            let names = selection.guests.as_ref();
            names.is_none_or(|names| names.contains(&*guest.name))
        })
        .collect();
    let mut of_guests = Sink::default();
    let (mut files, rendered) = rayon::join(
        || host_files(lab, engine, selection, sources, sink),
        || {
            let render = |guest: &Guest, sink: &mut Sink| {
                let files = renderer.guest(guest, sink);
                duplicates(guest, &files, sink);
                files
            };
            of_guests.each(guests.into_par_iter(), |guest| &guest.name, render)
        },
    );
    sink.append(of_guests);
    let gather = || {
        files.extend(rendered.into_iter().flatten());
        files.par_sort_by(|a, b| a.path.cmp(&b.path));
        files
    };
    // Letting go of what guests had in common takes as long.
    rayon::join(|| drop(renderer), gather).1
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
fn duplicates(guest: &Guest, files: &[OutFile], sink: &mut Sink) {
    for (index, file) in files.iter().enumerate() {
        let mut others = files.iter().enumerate();
        // Nearly all guests have a few files, so comparing them all takes less time than sorting them.
        let taken = others.any(|(at, other)| {
            let below = file.path.strip_prefix(&other.path);
            below.is_some_and(|rest| rest.starts_with('/') || rest.is_empty() && at < index)
        });
        if taken {
            let place = output_place(guest, &file.path);
            let message = format!(
                "two outputs of guest `{}` are called `{}`",
                guest.name, file.path
            );
            sink.push(
                Diagnostic::error(Code::DuplicateOutput, place, message)
                    .help("give one of them another `dst`"),
            );
        }
    }
}

/// Makes a file of text.
pub(super) fn text(path: String, mode: u32, content: String) -> OutFile {
    OutFile {
        path,
        mode,
        content: content.into(),
    }
}
