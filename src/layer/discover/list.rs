//! The YAML files of a class.

use std::fs;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use walkdir::{DirEntry, Error, WalkDir};

use crate::diag::{Code, Diagnostic, Sink};
use crate::files::reason;

/// One YAML file of a class: the object it belongs to, and where it is.
pub(super) struct Found {
    pub(super) class: &'static str,
    pub(super) object: Option<String>,
    /// Whether it is one of the files that are all of their object: `NAME.yml`.
    pub(super) is_whole: bool,
    pub(super) path: PathBuf,
}

/// The files of classes, and what is in their place where there should be some.
#[derive(Default)]
pub(super) struct Listing {
    pub(super) found: Vec<Found>,
    /// What was reported, because nothing can be read from it.
    pub(super) lost: Vec<Found>,
}

impl Listing {
    /// Returns whether there is no file at all.
    pub(super) fn is_empty(&self) -> bool {
        self.found.is_empty() && self.lost.is_empty()
    }

    /// Adds the YAML files of one class in byte order of their paths.
    pub(super) fn add(
        &mut self,
        class: &'static str,
        dir: &Path,
        per_object: bool,
        sink: &mut Sink,
    ) {
        let fault = match fs::metadata(dir) {
            Ok(metadata) if metadata.is_dir() => None,
            Ok(_) => Some((
                "is a file where a directory is due".to_owned(),
                Some("make a directory of that name, and put the file into it"),
            )),
            Err(_) if fs::symlink_metadata(dir).is_err() => return,
            Err(error) => Some((format!("cannot be read: {}", reason(&error)), None)),
        };
        if let Some((message, help)) = fault {
            self.lose(class, None, dir, message, help, sink);
            return;
        }
        let depth = if per_object { 2 } else { 1 };
        let walk = WalkDir::new(dir)
            .follow_links(true)
            .min_depth(1)
            .max_depth(depth);
        let first = self.found.len();
        for entry in walk {
            match entry {
                Ok(entry) => self.entry(class, &entry, per_object, sink),
                Err(error) => self.error(class, dir, &error, per_object, sink),
            }
        }
        self.found[first..].par_sort_by(|a, b| a.path.cmp(&b.path));
    }

    fn entry(&mut self, class: &'static str, entry: &DirEntry, per_object: bool, sink: &mut Sink) {
        let path = entry.path();
        let hidden = entry.file_name().as_encoded_bytes().starts_with(b".");
        // What lies in a directory that is named as a file is not its object's.
        let misplaced = entry.depth() > 1 && path.parent().is_some_and(is_yaml);
        if hidden || misplaced || !is_yaml(path) {
            return;
        }
        let object = per_object.then(|| object(path, entry.depth())).flatten();
        if entry.file_type().is_dir() {
            let message = "is a directory where a file is due".to_owned();
            let help =
                "name the directory without this ending, which only files have, or move it away";
            self.lose(class, object, path, message, Some(help), sink);
            return;
        }
        self.found.push(Found {
            class,
            object,
            is_whole: per_object && entry.depth() == 1,
            path: path.to_path_buf(),
        });
    }

    fn error(
        &mut self,
        class: &'static str,
        dir: &Path,
        error: &Error,
        per_object: bool,
        sink: &mut Sink,
    ) {
        let path = error.path().unwrap_or(dir);
        let broken = path.is_symlink();
        if broken && !is_yaml(path) {
            return;
        }
        let message = match error.io_error() {
            Some(_) if broken => "is a symbolic link that leads nowhere".to_owned(),
            Some(error) => format!("cannot be read: {}", reason(error)),
            None => "is a symbolic link into itself".to_owned(),
        };
        let object = per_object.then(|| object(path, error.depth())).flatten();
        self.lose(class, object, path, message, None, sink);
    }

    fn lose(
        &mut self,
        class: &'static str,
        object: Option<String>,
        path: &Path,
        message: String,
        help: Option<&str>,
        sink: &mut Sink,
    ) {
        let name = path.display().to_string();
        let mut fault = Diagnostic::file_error(Code::UnreadableFile, name, message);
        fault.help = help.map(str::to_owned);
        sink.push(fault);
        self.lost.push(Found {
            class,
            object,
            is_whole: false,
            path: path.to_path_buf(),
        });
    }
}

/// Returns the name of the object that a file at this depth belongs to, or that a directory's files do.
fn object(path: &Path, depth: usize) -> Option<String> {
    let name = match depth {
        0 => None,
        1 if is_yaml(path) => path.file_stem(),
        1 => path.file_name(),
        _ => path.parent().and_then(Path::file_name),
    };
    name.map(|name| name.to_string_lossy().into_owned())
}

pub(super) fn is_yaml(path: &Path) -> bool {
    path.extension()
        .is_some_and(|extension| extension == "yml" || extension == "yaml")
}
