//! Changes as a unified diff.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use similar::TextDiff;

use super::compare::{Change, Changes, Kept};
use crate::render::OutFile;

/// Returns what writing would change, as `diff -u` shows it; files that are kept although they differ are shown too.
///
/// # Errors
/// Returns the path and reason when a file that is there cannot be read.
pub fn diff(
    workdir: &Path,
    files: &[OutFile],
    changes: &Changes,
) -> Result<String, (PathBuf, io::Error)> {
    let mut out = String::new();
    let paths = changes.changes.keys().chain(changes.kept.keys());
    let mut paths: Vec<&String> = paths.collect();
    paths.sort();
    for path in paths {
        let full = workdir.join(path);
        let old = match changes.changes.get(path) {
            Some(Change::Create) => None,
            _ if !full.is_file() => None,
            _ => Some(fs::read(&full).map_err(|error| (full.clone(), error))?),
        };
        if changes.kept.get(path) == Some(&Kept::NotAFile) {
            out.push_str(&format!("{} is not a regular file\n", full.display()));
            continue;
        }
        let new = match changes.changes.get(path) {
            Some(Change::Remove) => None,
            _ => files
                .binary_search_by(|file| file.path.as_str().cmp(path))
                .ok()
                .map(|index| &files[index]),
        };
        let name = full.display().to_string();
        let header = |side: &str, there: bool| {
            if there {
                format!("{side}/{name}")
            } else {
                "/dev/null".to_owned()
            }
        };
        let (from, to) = (header("a", old.is_some()), header("b", new.is_some()));
        let old = old.unwrap_or_default();
        let content = new.map(|file| file.content.to_vec()).unwrap_or_default();
        match (std::str::from_utf8(&old), std::str::from_utf8(&content)) {
            (Ok(old), Ok(content)) if old == content => {
                out.push_str(&format!("mode of {name} differs\n"))
            }
            (Ok(old), Ok(content)) => {
                out.push_str(
                    &TextDiff::from_lines(old, content)
                        .unified_diff()
                        .header(&from, &to)
                        .to_string(),
                );
            }
            _ => out.push_str(&format!("Binary files {from} and {to} differ\n")),
        }
    }
    Ok(out)
}
