//! Conf directories and single-file labs → [`Layers`].

mod astray;
mod list;
mod single;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;

use self::list::{Found, Listing};
use super::meta::Meta;
use super::parts::Part;
use super::{Layers, Object};
use crate::diag::{Code, Diagnostic, Sink};
use crate::files::{Files, reason};
use crate::source::{FileId, Span};
use crate::yaml::typed::Typer;
use crate::yaml::{Node, parse};

/// The classes of layers, in load order: name in META and in single files, directory, one object per file.
pub(crate) const CLASSES: &[(&str, &str, bool)] = &[
    ("common", "common", false),
    ("host", "host.d", false),
    ("networks", "networks.d", true),
    ("storages", "storages.d", true),
    ("sysgroups", "sysgroups.d", true),
    ("guests", "guests.d", true),
    ("os", "os.d", false),
];

/// Loads every layer below the given conf directories or single files; later ones come after earlier ones.
pub fn discover(confdirs: &[PathBuf], files: &mut Files, sink: &mut Sink) -> Layers {
    let mut layers = Layers::default();
    for conf in confdirs {
        if !conf.is_file() {
            layers.stack(directory(conf, files, sink));
        } else if let Some(file) = files.text(conf, sink) {
            layers.stack(single::sections(file, files, sink));
        }
    }
    if let Some(last) = confdirs.last() {
        let parent = last
            .parent()
            .filter(|parent| !parent.as_os_str().is_empty());
        // `-c .` and the like have no parent by name.
        let parent = match last.file_name() {
            Some(_) => parent.map_or_else(|| PathBuf::from("."), Path::to_path_buf),
            None => last.join(".."),
        };
        layers.lock = match last.file_stem().filter(|_| last.is_file()) {
            Some(stem) => parent.join(stem).with_added_extension("lock"),
            None => parent.join("miniascape.lock"),
        };
        layers.root = parent;
    }
    layers
}

/// Loads the layers of a text that is a whole lab; relative paths in it start from `root`.
pub fn from_text(
    name: &str,
    text: &str,
    root: &Path,
    files: &mut Files,
    sink: &mut Sink,
) -> Layers {
    let file = files.sources.add(name, text);
    Layers {
        root: root.to_path_buf(),
        lock: root.join(name).with_extension("lock"),
        ..single::sections(file, files, sink)
    }
}

/// Reports conf directories that describe no lab at all; a table of operating systems alone is none.
pub fn expect_lab(confdirs: &[PathBuf], layers: &Layers, sink: &mut Sink) {
    let nothing =
        layers.guests.is_empty() && layers.networks.is_empty() && layers.storages.is_empty();
    if let Some(last) = confdirs.last().filter(|_| nothing && !sink.has_errors()) {
        let message = "this describes no lab: it has no guest, no network and no pool";
        sink.push(
            Diagnostic::file_error(Code::SiteLayout, last.display().to_string(), message)
                .help("a lab without any would empty the workdir"),
        );
    }
}

/// Loads the layers of a conf directory.
fn directory(conf: &Path, files: &mut Files, sink: &mut Sink) -> Layers {
    let mut own = Layers::default();
    if let Err(error) = fs::read_dir(conf) {
        let message = format!("the conf directory cannot be read: {}", reason(&error));
        sink.push(
            Diagnostic::file_error(Code::UnreadableFile, conf.display().to_string(), message)
                .help("name a conf directory or a single-file lab with -c"),
        );
        return own;
    }
    let before = sink.errors();
    let meta = meta(conf, &mut own, files, sink);
    let below = conf.join(own.site.as_ref().map_or("default", |site| site.as_str()));
    let default_dirs = |root: &Path| CLASSES.iter().any(|(_, dir, _)| root.join(dir).is_dir());
    let root = if !default_dirs(conf) && default_dirs(&below) {
        below
    } else {
        conf.to_path_buf()
    };

    let mut listing = Listing::default();
    let mut read = vec![conf.join("META")];
    for &(class, dir, per_object) in CLASSES {
        let named = meta
            .as_ref()
            .and_then(|meta| meta.directories(class, &root, sink));
        let dirs = named.unwrap_or_else(|| vec![dir.to_owned()]);
        for dir in dirs {
            let dir = root.join(dir);
            listing.add(class, &dir, per_object, sink);
            read.push(dir);
        }
    }
    // Without all of META, nobody knows where layers lie.
    let laid_out = sink.errors() == before + listing.lost.len();
    if listing.is_empty() && laid_out {
        let names: Vec<&str> = CLASSES.iter().map(|(_, dir, _)| *dir).collect();
        sink.push(
            Diagnostic::file_error(
                Code::SiteLayout,
                conf.display().to_string(),
                "no layer is found in this directory",
            )
            .help(format!("its YAML files lie in {}", names.join(", "))),
        );
    }
    if !listing.is_empty() && laid_out {
        own.parts.strays = astray::strays(&root, &read, sink);
    }
    load(listing, &mut own, files, sink);
    own
}

/// Reads the files of a conf directory, META's aside, and adds what is in them.
fn load(listing: Listing, own: &mut Layers, files: &mut Files, sink: &mut Sink) {
    let Listing { found, lost } = listing;
    for lost in lost {
        // It was reported; whoever names the object it would be is not at fault.
        let file = files.sources.add(lost.path.display().to_string(), "");
        own.unread(&lost, file);
    }
    let paths: Vec<&Path> = found.iter().map(|found| &*found.path).collect();
    let read = files.texts(&paths, sink);
    let mut texts = Vec::with_capacity(found.len());
    for (found, read) in found.into_iter().zip(read) {
        match read {
            Ok(file) => texts.push((found, file)),
            Err(file) => own.unread(&found, file),
        }
    }
    astray::twice(&texts, sink);
    for ((found, file), (node, faults)) in texts.iter().zip(parse_all(&texts, files)) {
        sink.append(faults);
        match node.filter(|node| (Typer { sink }).map(node, found.class).is_some()) {
            Some(node) => own.add(found, *file, node, sink),
            None => own.unread(found, *file),
        }
    }
}

/// Reads META, and takes note of what is in doubt when it has faults.
fn meta(conf: &Path, own: &mut Layers, files: &mut Files, sink: &mut Sink) -> Option<Meta> {
    let mut listing = Listing::default();
    listing.add("META", &conf.join("META"), false, sink);
    let mut nodes = Vec::new();
    for lost in listing.lost {
        let path = lost.path.display().to_string();
        own.parts.unread.insert(path, ("META", None));
    }
    for found in listing.found {
        let path = found.path.display().to_string();
        let file = match files.readable(&found.path, sink) {
            Ok(file) => file,
            Err(file) => {
                own.parts.texts.push((all_of(file), Part::Directories));
                own.parts.unread.insert(path, ("META", None));
                continue;
            }
        };
        let text = Arc::clone(files.sources.text(file));
        let node = parse(file, &text, sink);
        let node = node.filter(|node| (Typer { sink }).map(node, "META").is_some());
        let part = match &node {
            Some(_) => Part::Meta,
            // It cannot be read, but what it does not mention it does not say.
            None if text.contains("directories") => Part::Directories,
            None => Part::Allowances,
        };
        own.parts.texts.push((all_of(file), part));
        nodes.extend(node);
    }
    let meta = Meta::from_layers(&nodes, &mut own.parts, sink)?;
    own.site.clone_from(&meta.site);
    meta.check_classes(CLASSES.iter().map(|(class, _, _)| *class), sink);
    Some(meta)
}

/// Parses all texts, on all cores; results keep the order of the texts.
fn parse_all(texts: &[(Found, FileId)], files: &Files) -> Vec<(Option<Node>, Sink)> {
    texts
        .par_iter()
        .map(|(_, file)| {
            let mut sink = Sink::default();
            (parse(*file, files.sources.text(*file), &mut sink), sink)
        })
        .collect()
}

/// Returns the place of all that a file holds.
fn all_of(file: FileId) -> Span {
    Span::new(file, 0, usize::MAX)
}

impl Layers {
    /// Adds what a file holds.
    fn add(&mut self, found: &Found, file: FileId, node: Node, sink: &mut Sink) {
        let defined = Span::new(file, 0, 0);
        match (&found.object, self.objects_mut(found.class)) {
            (Some(name), Some(objects)) => {
                let object = objects.entry(name.as_str().into());
                let object = object.or_insert_with(|| Object::new(defined));
                object.layers.push(node);
            }
            (None, Some(_)) => {
                let part = Part::of_class(found.class);
                self.parts.texts.push((all_of(file), part));
                add_objects(self, found.class, &node, sink);
            }
            (_, None) => {
                let part = Part::of_class(found.class);
                self.parts.texts.push((all_of(file), part));
                self.list_mut(found.class, defined).push(node);
            }
        }
    }

    /// Adds what should be in a file that cannot be read: its object is there all the same, so nobody who names it is at
    /// fault.
    fn unread(&mut self, found: &Found, file: FileId) {
        let defined = Span::new(file, 0, 0);
        let name: Option<Arc<str>> = found.object.as_deref().map(Into::into);
        if let (Some(name), Some(objects)) = (&name, self.objects_mut(found.class)) {
            let object = objects.entry(Arc::clone(name));
            let object = object.or_insert_with(|| Object::new(defined));
            object.layers.push(Node::empty_map(defined));
            object.unread = true;
        } else {
            let part = Part::Class(found.class);
            self.parts.texts.push((all_of(file), part));
        }
        let path = found.path.display().to_string();
        self.parts.unread.insert(path, (found.class, name));
    }
}

/// Adds the objects of a map keyed by name.
fn add_objects(layers: &mut Layers, class: &str, node: &Node, sink: &mut Sink) {
    let Some(map) = (Typer { sink }).map(node, class) else {
        return;
    };
    for (name, entry) in map {
        let value = if entry.value.is_null() {
            Node::empty_map(entry.key)
        } else {
            entry.value.clone()
        };
        let readable = (Typer { sink }).map(&value, class).is_some();
        let Some(objects) = layers.objects_mut(class) else {
            continue;
        };
        let object = objects.entry(Arc::clone(name));
        let object = object.or_insert_with(|| Object::new(entry.key));
        // An object that cannot be read is there all the same.
        object.unread |= !readable;
        object.layers.push(if readable {
            value
        } else {
            Node::empty_map(value.span)
        });
    }
}
