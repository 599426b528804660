//! A new site: all of its files at once, and never over anything that is there.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::{Failure, replace};
use crate::render::Content;

/// Where a site's files are written before they get their places, below its directory.
const UNFINISHED: &str = ".miniascape-init";

/// Returns what stands where the files of a new site would go: files, and directories that hold anything.
#[must_use]
pub fn taken(dir: &Path, files: &[(String, Content)]) -> Vec<PathBuf> {
    let is_free = |path: &PathBuf| match fs::symlink_metadata(path) {
        Ok(metadata) if metadata.is_dir() => {
            fs::read_dir(path).is_ok_and(|mut entries| entries.next().is_none())
        }
        Ok(_) => false,
        // What cannot be looked at cannot be written either, and that says why.
        Err(_) => true,
    };
    let tops = tops(files).into_iter().map(|top| dir.join(top));
    tops.filter(|path| !is_free(path)).collect()
}

/// Writes the files of a new site below `dir`, of which [`taken`] has nothing. A run that is killed leaves nothing but a
/// hidden directory, which the next one replaces.
///
/// # Errors
/// Returns the path and reason when a step fails.
pub fn create(dir: &Path, files: &[(String, Content)]) -> Result<(), Failure> {
    let unfinished = dir.join(UNFINISHED);
    match fs::remove_dir_all(&unfinished) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err((unfinished, error)),
        _ => {}
    }
    for (name, content) in files {
        let path = unfinished.join(name);
        let parent = path.parent().unwrap_or(&unfinished);
        fs::create_dir_all(parent).map_err(|error| (parent.to_path_buf(), error))?;
        replace(&path, content, 0o644)?;
    }
    for top in tops(files) {
        let to = dir.join(top);
        // A directory takes the place of an empty one.
        fs::rename(unfinished.join(top), &to).map_err(|error| (to, error))?;
    }
    fs::remove_dir(&unfinished).map_err(|error| (unfinished, error))
}

/// Returns the first parts of the paths, each once.
fn tops(files: &[(String, Content)]) -> BTreeSet<&str> {
    let first = |name: &'_ str| name.split('/').next().unwrap_or_default().len();
    files.iter().map(|(name, _)| &name[..first(name)]).collect()
}
