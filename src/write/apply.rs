//! Carrying out the changes, so that a kill between any two steps leaves something the next run completes.

use std::fs::{self, OpenOptions, Permissions};
use std::io;
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::compare::{Change, Changes, directory};
use super::manifest::Manifest;
use crate::render::{Content, OutFile};

/// What a file is called while it is written.
const UNFINISHED: &str = ".miniascape-new";

/// Carries out `changes`.
///
/// First the manifest learns the new sums beside the old ones, then the files change, each by renaming a finished one into
/// place, and last the manifest forgets the old sums.
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
    let is_new = changes.manifest.files.is_empty();
    if is_new {
        write_manifest(workdir, &changes.next)?;
    } else {
        write_manifest(workdir, &both(changes))?;
    }
    // Where a file was, a directory may be due.
    for (path, change) in &changes.changes {
        if *change == Change::Remove {
            remove(workdir, &workdir.join(path))?;
        }
    }
    let changed: Vec<&OutFile> = files
        .iter()
        .filter(|file| changes.changes.contains_key(&file.path))
        .collect();
    let written: Vec<Result<(), (PathBuf, io::Error)>> = changed
        .par_chunk_by(|a, b| directory(a) == directory(b))
        .map(|files| {
            make_directory(&workdir.join(directory(files[0])))?;
            files
                .iter()
                .try_for_each(|file| replace(&workdir.join(&file.path), &file.content, file.mode))
        })
        .collect();
    written.into_iter().collect::<Result<(), _>>()?;
    for path in changes
        .manifest
        .files
        .keys()
        .filter(|path| !changes.next.files.contains_key(*path))
    {
        // What a killed run left of a file that is no longer wanted.
        remove(workdir, &unfinished(&workdir.join(path)))?;
    }
    if is_new {
        // It has no old sums to forget.
        return Ok(());
    }
    write_manifest(workdir, &changes.next)
}

/// The manifest while writing: what the program wrote, and what it is about to write.
fn both(changes: &Changes) -> Manifest {
    let mut manifest = changes.manifest.clone();
    for (path, sums) in &changes.next.files {
        manifest.add(path.clone(), sums);
    }
    manifest
}

fn write_manifest(workdir: &Path, manifest: &Manifest) -> Result<(), (PathBuf, io::Error)> {
    let path = Manifest::path(workdir);
    make_directory(path.parent().unwrap_or(workdir))?;
    replace(&path, &manifest.to_text().into(), 0o644)
}

fn make_directory(path: &Path) -> Result<(), (PathBuf, io::Error)> {
    fs::create_dir_all(path).map_err(|error| (path.to_path_buf(), error))
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
pub fn replace(path: &Path, content: &Content, mode: u32) -> Result<(), (PathBuf, io::Error)> {
    let at = |error| (path.to_path_buf(), error);
    let unfinished = unfinished(path);
    let mut create = OpenOptions::new();
    create.write(true).create_new(true).mode(mode);
    let mut file = match create.open(&unfinished) {
        // One left by a killed run may have any mode, and a planted link must not be followed.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            fs::remove_file(&unfinished).map_err(at)?;
            create.open(&unfinished)
        }
        created => created,
    }
    .map_err(at)?;
    content.write_to(&mut file).map_err(at)?;
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
