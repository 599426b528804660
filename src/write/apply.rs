//! Carrying out the changes, so that a kill between any two steps leaves something the next run completes.

use std::collections::{BTreeSet, HashMap};
use std::fs::{self, OpenOptions, Permissions};
use std::io::{self, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use super::compare::{Change, Changes};
use super::manifest::{Manifest, sum};
use crate::render::OutFile;

/// What a file is called while it is written.
const UNFINISHED: &str = ".miniascape-new";

/// Carries out `changes`.
///
/// First the manifest learns the new sums beside the old ones, then the files change one by one, each by renaming a
/// finished one into place, and last the manifest forgets the old sums.
///
/// # Errors
/// Returns the path and reason of the first step that failed; the next run goes on from there.
pub fn write(
    workdir: &Path,
    files: &[OutFile],
    changes: &Changes,
) -> Result<(), (PathBuf, io::Error)> {
    if changes.changes.is_empty() {
        if changes.next != changes.manifest {
            write_manifest(workdir, &changes.next)?;
        }
        return Ok(());
    }
    write_manifest(workdir, &both(files, changes))?;
    let by_path: HashMap<&str, &OutFile> = files
        .iter()
        .map(|file| (file.path.as_str(), file))
        .collect();
    let mut made: BTreeSet<PathBuf> = BTreeSet::new();
    for (path, change) in &changes.changes {
        let full = workdir.join(path);
        match (change, by_path.get(path.as_str())) {
            (Change::Remove, _) => remove(workdir, &full)?,
            (_, Some(file)) => {
                make_parent(&full, &mut made)?;
                replace(&full, &file.content, file.mode)?;
            }
            (_, None) => {}
        }
    }
    for path in changes
        .manifest
        .files
        .keys()
        .filter(|path| !changes.next.files.contains_key(*path))
    {
        // What a killed run left of a file that is no longer wanted.
        remove(workdir, &unfinished(&workdir.join(path)))?;
    }
    write_manifest(workdir, &changes.next)
}

/// The manifest while writing: what the program wrote, and what it is about to write.
fn both(files: &[OutFile], changes: &Changes) -> Manifest {
    let mut manifest = changes.manifest.clone();
    for file in files
        .iter()
        .filter(|file| !changes.kept.contains_key(&file.path))
    {
        manifest
            .files
            .entry(file.path.clone())
            .or_default()
            .insert(sum(&file.content));
    }
    manifest
}

fn write_manifest(workdir: &Path, manifest: &Manifest) -> Result<(), (PathBuf, io::Error)> {
    let path = Manifest::path(workdir);
    make_parent(&path, &mut BTreeSet::new())?;
    replace(&path, manifest.to_text().as_bytes(), 0o644)
}

fn make_parent(path: &Path, made: &mut BTreeSet<PathBuf>) -> Result<(), (PathBuf, io::Error)> {
    let Some(parent) = path.parent().filter(|parent| !made.contains(*parent)) else {
        return Ok(());
    };
    fs::create_dir_all(parent).map_err(|error| (parent.to_path_buf(), error))?;
    made.insert(parent.to_path_buf());
    Ok(())
}

fn unfinished(path: &Path) -> PathBuf {
    let mut name = std::ffi::OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(UNFINISHED);
    path.with_file_name(name)
}

/// Puts a finished file in the place of whatever is there.
///
/// # Errors
/// Returns the path and reason when a step fails; what was there is then as it was.
pub fn replace(path: &Path, content: &[u8], mode: u32) -> Result<(), (PathBuf, io::Error)> {
    let at = |error| (path.to_path_buf(), error);
    let unfinished = unfinished(path);
    // One left by a killed run may have any mode, and a planted link must not be followed.
    match fs::remove_file(&unfinished) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(at(error)),
        _ => {}
    }
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(mode)
        .open(&unfinished)
        .map_err(at)?;
    file.write_all(content).map_err(at)?;
    // The user's umask has no say: the same input gives the same modes.
    file.set_permissions(Permissions::from_mode(mode))
        .map_err(at)?;
    drop(file);
    fs::rename(&unfinished, path).map_err(at)
}

/// Removes a file, and the directories that are empty without it.
fn remove(workdir: &Path, path: &Path) -> Result<(), (PathBuf, io::Error)> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            return Err((path.to_path_buf(), error));
        }
        _ => {}
    }
    for dir in path
        .ancestors()
        .skip(1)
        .take_while(|dir| *dir != workdir && dir.starts_with(workdir))
    {
        if fs::remove_dir(dir).is_err() {
            break;
        }
    }
    Ok(())
}
