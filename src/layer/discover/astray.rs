//! Files that define an object a second time, and those that nobody reads.

use std::fs;
use std::path::{Path, PathBuf};

use super::CLASSES;
use super::list::{Found, is_yaml};
use crate::diag::{Code, Diagnostic, Sink, nearest};
use crate::source::{FileId, Span};
use foldhash::{HashMap, HashMapExt as _, HashSet, HashSetExt as _};

/// Reports `NAME.yml` beside `NAME/` and `NAME.yml` beside `NAME.yaml`.
pub(super) fn twice(texts: &[(Found, FileId)], sink: &mut Sink) {
    let mut seen = HashSet::with_capacity(texts.len());
    let again = texts
        .iter()
        .filter(|(found, _)| !seen.insert(object(found)));
    let mut several: HashMap<_, Vec<_>> = HashMap::new();
    for (found, _) in again {
        several.entry(object(found)).or_default();
    }
    for text in texts {
        if let Some(same) = several.get_mut(&object(&text.0)) {
            same.push(text);
        }
    }
    for (found, file) in texts.iter().filter(|(found, _)| found.is_whole) {
        let Some(same) = several.get(&object(found)) else {
            continue;
        };
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

/// Returns the class and name of the object a file is of.
fn object(found: &Found) -> (&str, Option<&str>) {
    (found.class, found.object.as_deref())
}

/// Warns of what lies in a conf directory and is read by nobody: a directory whose name is nearly a class's, and files
/// beside the directories. Returns the directories with those classes.
pub(super) fn strays(
    root: &Path,
    read: &[PathBuf],
    sink: &mut Sink,
) -> Vec<(String, &'static str)> {
    let mut found = Vec::new();
    let entries = fs::read_dir(root).into_iter().flatten();
    let entries = entries.filter_map(Result::ok);
    for entry in entries.filter(|entry| !read.iter().any(|dir| dir.starts_with(entry.path()))) {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let dirs = CLASSES.iter().map(|(_, dir, _)| *dir).chain(["META"]);
        let path = entry.path().display().to_string();
        let (message, help) = if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            let Some(near) = nearest(&name, dirs) else {
                continue;
            };
            let class = CLASSES.iter().find(|(_, dir, _)| *dir == near);
            found.extend(class.map(|(class, _, _)| (path.clone(), *class)));
            (
                "no layer is read from this directory",
                format!("did you mean `{near}`?"),
            )
        } else if is_yaml(&entry.path()) && !name.starts_with('.') {
            let dirs: Vec<&str> = dirs.collect();
            (
                "nobody reads this file",
                format!("layers lie in {}", dirs.join(", ")),
            )
        } else {
            continue;
        };
        sink.push(Diagnostic::file_warning(Code::SiteLayout, path, message).help(help));
    }
    found
}
