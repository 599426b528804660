//! Conf directories and single-file labs → [`Layers`].

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;
use walkdir::WalkDir;

use super::meta::{self, Meta};
use super::{Layers, Object, Objects};
use crate::diag::{Code, Diagnostic, Sink, nearest};
use crate::files::{Files, reason};
use crate::source::{FileId, Span, Spanned};
use crate::yaml::typed::{Field as _, FromNode as _, Typer};
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
        if conf.is_file() {
            single_file(conf, &mut layers, files, sink);
        } else {
            directory(conf, &mut layers, files, sink);
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
    let mut layers = Layers {
        root: root.to_path_buf(),
        lock: root.join(name).with_extension("lock"),
        ..Layers::default()
    };
    let file = files.sources.add(name, text);
    sections(file, &mut layers, files, sink);
    layers
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

/// One YAML file of a class: the object it belongs to, and where it is.
struct Found {
    class: &'static str,
    object: Option<String>,
    /// Whether it is one of the files that are all of their object: `NAME.yml`.
    is_whole: bool,
    path: PathBuf,
}

fn directory(conf: &Path, layers: &mut Layers, files: &mut Files, sink: &mut Sink) {
    if let Err(error) = fs::read_dir(conf) {
        let message = format!("the conf directory cannot be read: {}", reason(&error));
        sink.push(
            Diagnostic::file_error(Code::UnreadableFile, conf.display().to_string(), message)
                .help("name a conf directory or a single-file lab with -c"),
        );
        return;
    }
    let meta = read_meta(conf, files, sink);
    let site = meta.as_ref().and_then(|meta| meta.site.clone());
    let below = conf.join(site.as_ref().map_or("default", |site| site.as_str()));
    let default_dirs = |root: &Path| CLASSES.iter().any(|(_, dir, _)| root.join(dir).is_dir());
    let root = if !default_dirs(conf) && default_dirs(&below) {
        below
    } else {
        conf.to_path_buf()
    };
    layers.site = site.or(layers.site.take());

    if let Some(meta) = &meta {
        let known: Vec<&str> = CLASSES.iter().map(|(class, _, _)| *class).collect();
        meta.check_classes(&known, sink);
    }
    let mut found = Vec::new();
    let mut read = vec![conf.join("META")];
    for &(class, dir, per_object) in CLASSES {
        let named = meta
            .as_ref()
            .and_then(|meta| meta.directories(class, &root, sink));
        let dirs = named.unwrap_or_else(|| vec![dir.to_owned()]);
        for dir in dirs {
            let dir = root.join(dir);
            list(class, &dir, per_object, &mut found, sink);
            read.push(dir);
        }
    }
    if found.is_empty() && !sink.has_errors() {
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
    if !found.is_empty() && !sink.has_errors() {
        strays(&root, &read, sink);
    }
    let paths: Vec<&Path> = found.iter().map(|found| &*found.path).collect();
    let read = files.texts(&paths, sink);
    let texts: Vec<(Found, FileId)> = found
        .into_iter()
        .zip(read)
        .filter_map(|(found, file)| Some((found, file?)))
        .collect();
    twice(&texts, sink);
    let mut own = Layers::default();
    for ((found, file), (node, faults)) in texts.iter().zip(parse_all(&texts, files)) {
        sink.append(faults);
        // An object that cannot be read is there all the same: nobody who names it is at fault.
        let unread = || {
            found
                .object
                .is_some()
                .then(|| Node::empty_map(Span::new(*file, 0, 0)))
        };
        if let Some(node) = node.or_else(unread) {
            add(&mut own, found, *file, node, sink);
        }
    }
    layers.stack(own);
}

fn read_meta(conf: &Path, files: &mut Files, sink: &mut Sink) -> Option<Meta> {
    let mut found = Vec::new();
    list("META", &conf.join("META"), false, &mut found, sink);
    let mut nodes = Vec::new();
    for found in found {
        let file = files.text(&found.path, sink)?;
        let text = Arc::clone(files.sources.text(file));
        nodes.extend(
            parse(file, &text, sink).filter(|node| Typer { sink }.map(node, "META").is_some()),
        );
    }
    Meta::from_layers(&nodes, sink)
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

/// Lists the YAML files of one class in byte order of their paths.
fn list(
    class: &'static str,
    dir: &Path,
    per_object: bool,
    found: &mut Vec<Found>,
    sink: &mut Sink,
) {
    match fs::metadata(dir) {
        Ok(metadata) if metadata.is_dir() => {}
        Ok(_) => {
            let message = "is a file where a directory is due";
            sink.push(Diagnostic::file_error(
                Code::UnreadableFile,
                dir.display().to_string(),
                message,
            ));
            return;
        }
        Err(_) if fs::symlink_metadata(dir).is_err() => return,
        Err(error) => {
            let message = format!("cannot be read: {}", reason(&error));
            sink.push(Diagnostic::file_error(
                Code::UnreadableFile,
                dir.display().to_string(),
                message,
            ));
            return;
        }
    }
    let depth = if per_object { 2 } else { 1 };
    for entry in WalkDir::new(dir)
        .follow_links(true)
        .min_depth(1)
        .max_depth(depth)
        .sort_by_file_name()
    {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                let path = error.path().unwrap_or(dir).display().to_string();
                let broken = error.path().is_some_and(|path| path.is_symlink());
                if broken && !error.path().is_some_and(is_yaml) {
                    continue;
                }
                let message = match error.io_error() {
                    _ if broken => "is a symbolic link that leads nowhere".to_owned(),
                    Some(error) => format!("cannot be read: {}", reason(error)),
                    None => "is a symbolic link into itself".to_owned(),
                };
                sink.push(Diagnostic::file_error(Code::UnreadableFile, path, message));
                continue;
            }
        };
        let path = entry.path();
        let hidden = entry.file_name().as_encoded_bytes().starts_with(b".");
        if hidden || (entry.file_type().is_dir() && per_object && !is_yaml(path)) {
            continue;
        }
        if !is_yaml(path) {
            continue;
        }
        if entry.file_type().is_dir() {
            let message = "is a directory where a file is due";
            let help =
                "name the directory without this ending, which only files have, or move it away";
            sink.push(
                Diagnostic::file_error(Code::UnreadableFile, path.display().to_string(), message)
                    .help(help),
            );
            continue;
        }
        let object = per_object.then(|| {
            if entry.depth() == 1 {
                path.file_stem()
            } else {
                path.parent().and_then(Path::file_name)
            }
        });
        let object = object
            .flatten()
            .map(|name| name.to_string_lossy().into_owned());
        found.push(Found {
            class,
            object,
            is_whole: per_object && entry.depth() == 1,
            path: path.to_path_buf(),
        });
    }
}

/// Reports `NAME.yml` beside `NAME/` and `NAME.yml` beside `NAME.yaml`.
fn twice(texts: &[(Found, FileId)], sink: &mut Sink) {
    let mut by_object: HashMap<_, Vec<_>> = HashMap::new();
    for text in texts {
        let key = (text.0.class, text.0.object.as_deref());
        by_object.entry(key).or_default().push(text);
    }
    for (found, file) in texts.iter().filter(|(found, _)| found.is_whole) {
        let same = &by_object[&(found.class, found.object.as_deref())];
        // Of two files beside each other the later one is told of.
        let mut others = same
            .iter()
            .filter(|(other, _)| !other.is_whole || other.path < found.path);
        let Some((other, place)) = others.next() else {
            continue;
        };
        let whole = Some(&*other.path).filter(|_| other.is_whole);
        let beside = whole.or(other.path.parent()).unwrap_or(&other.path);
        let name = found.object.as_deref().unwrap_or_default();
        let message = format!("`{name}` is defined here and in {}", beside.display());
        sink.push(
            Diagnostic::error(Code::DefinedTwice, Span::new(*file, 0, 0), message)
                .also(Span::new(*place, 0, 0), "and here")
                .help("keep one of the two"),
        );
    }
}

/// Warns of what lies in a conf directory and is read by nobody: a directory whose name is nearly a class's, and files
/// beside the directories.
fn strays(root: &Path, read: &[PathBuf], sink: &mut Sink) {
    let entries = WalkDir::new(root)
        .min_depth(1)
        .max_depth(1)
        .sort_by_file_name();
    let entries = entries.into_iter().filter_map(Result::ok);
    for entry in entries.filter(|entry| !read.iter().any(|dir| dir.starts_with(entry.path()))) {
        let name = entry.file_name().to_string_lossy();
        let dirs = CLASSES.iter().map(|(_, dir, _)| *dir).chain(["META"]);
        let (message, help) = if entry.file_type().is_dir() {
            let Some(near) = nearest(&name, dirs) else {
                continue;
            };
            (
                "no layer is read from this directory",
                format!("did you mean `{near}`?"),
            )
        } else if is_yaml(entry.path()) && !name.starts_with('.') {
            let dirs: Vec<&str> = dirs.collect();
            (
                "nobody reads this file",
                format!("layers lie in {}", dirs.join(", ")),
            )
        } else {
            continue;
        };
        let path = entry.path().display().to_string();
        sink.push(Diagnostic::file_warning(Code::SiteLayout, path, message).help(help));
    }
}

fn is_yaml(path: &Path) -> bool {
    path.extension()
        .is_some_and(|extension| extension == "yml" || extension == "yaml")
}

fn add(layers: &mut Layers, found: &Found, file: FileId, node: Node, sink: &mut Sink) {
    if (Typer { sink }).map(&node, found.class).is_none() {
        return;
    }
    let defined = Span::new(file, 0, 0);
    match (&found.object, layers.objects_mut(found.class)) {
        (Some(name), Some(objects)) => {
            let object = objects
                .entry(name.as_str().into())
                .or_insert_with(|| Object {
                    defined,
                    layers: Vec::new(),
                });
            object.layers.push(node);
        }
        (None, Some(_)) => add_objects(layers, found.class, &node, sink),
        (_, None) => layers.list_mut(found.class, defined).push(node),
    }
}

/// Adds the objects of a map keyed by name.
fn add_objects(layers: &mut Layers, class: &str, node: &Node, sink: &mut Sink) {
    let Some(map) = Typer { sink }.map(node, class) else {
        return;
    };
    for (name, entry) in map {
        let value = if entry.value.is_null() {
            Node::empty_map(entry.key)
        } else {
            entry.value.clone()
        };
        // An object that cannot be read is there all the same.
        let value = match (Typer { sink }).map(&value, class) {
            Some(_) => value,
            None => Node::empty_map(value.span),
        };
        if let Some(objects) = layers.objects_mut(class) {
            let object = objects.entry(Arc::clone(name)).or_insert_with(|| Object {
                defined: entry.key,
                layers: Vec::new(),
            });
            object.layers.push(value);
        }
    }
}

fn single_file(path: &Path, layers: &mut Layers, files: &mut Files, sink: &mut Sink) {
    if let Some(file) = files.text(path, sink) {
        sections(file, layers, files, sink);
    }
}

/// Adds the layers of a text that is a whole lab.
fn sections(file: FileId, layers: &mut Layers, files: &Files, sink: &mut Sink) {
    let text = files.sources.text(file);
    let Some(node) = parse(file, text, sink) else {
        return;
    };
    let Some(map) = Typer { sink }.map(&node, "lab") else {
        return;
    };
    let mut known: Vec<&str> = CLASSES.iter().map(|(class, _, _)| *class).collect();
    known.extend(["site", "allow"]);
    Typer { sink }.unknown_keys(map, &known, "a single-file lab");
    let mut own = Layers::default();
    for (key, entry) in map.iter().filter(|(_, entry)| !entry.value.is_null()) {
        match &**key {
            "site" => {
                let site = String::from_node(&entry.value, &mut Typer { sink });
                own.site = site.map(|site| Spanned::new(site, entry.value.span));
            }
            "allow" => {
                let codes = Vec::field(node.span, key, Some(&entry.value), &mut Typer { sink });
                meta::allow(&codes.unwrap_or_default(), sink);
            }
            "common" | "host" => {
                let map = (Typer { sink }).map(&entry.value, key);
                let list = own.list_mut(key, entry.key);
                list.extend(map.map(|_| entry.value.clone()));
            }
            class if known.contains(&class) => add_objects(&mut own, class, &entry.value, sink),
            _ => {}
        }
    }
    layers.stack(own);
}

impl Layers {
    /// Puts the layers of a later conf directory over these.
    fn stack(&mut self, later: Self) {
        self.site = later.site.or(self.site.take());
        self.common.extend(later.common);
        self.common_defined = self.common_defined.or(later.common_defined);
        self.host.extend(later.host);
        for (mine, theirs) in [
            (&mut self.networks, later.networks),
            (&mut self.storages, later.storages),
            (&mut self.sysgroups, later.sysgroups),
            (&mut self.guests, later.guests),
            (&mut self.os, later.os),
        ] {
            for (name, object) in theirs {
                let layers = object.layers;
                let entry = mine.entry(name).or_insert_with(|| Object {
                    defined: object.defined,
                    layers: Vec::new(),
                });
                entry.layers.extend(layers);
            }
        }
    }

    fn objects_mut(&mut self, class: &str) -> Option<&mut Objects> {
        match class {
            "networks" => Some(&mut self.networks),
            "storages" => Some(&mut self.storages),
            "sysgroups" => Some(&mut self.sysgroups),
            "guests" => Some(&mut self.guests),
            "os" => Some(&mut self.os),
            _ => None,
        }
    }

    fn list_mut(&mut self, class: &str, defined: Span) -> &mut Vec<Node> {
        if class == "host" {
            &mut self.host
        } else {
            self.common_defined.get_or_insert(defined);
            &mut self.common
        }
    }
}
