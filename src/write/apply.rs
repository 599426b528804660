//! Carrying out the changes, so that a kill between any two steps leaves something the next run completes.

use std::fs::{self, OpenOptions, Permissions};
use std::io;
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::compare::{Change, Changes};
use super::manifest::Manifest;
use super::{Failure, fresh};
use crate::render::{Content, OutFile};

/// What a file is called while it is written.
const UNFINISHED: &str = ".miniascape-new";

/// Carries out `changes`.
///
/// First the manifest learns the new sums beside the old ones, then the files change, each file or new directory by
/// renaming a finished one into place, and last the manifest forgets the old sums.
///
/// # Errors
/// Returns the path and reason of the first step that failed; the next run goes on from there.
pub fn write(workdir: &Path, files: &[OutFile], changes: &Changes) -> Result<(), Failure> {
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
        remove_leftovers(workdir, changes)?;
    }
    // Where a file was, a directory may be due.
    for (path, change) in &changes.changes {
        if *change == Change::Remove {
            remove(workdir, &workdir.join(path))?;
        }
    }
    let changed = changed(files, changes);
    let written: Vec<Result<(), Failure>> = fresh::groups(workdir, &changed)
        .into_par_iter()
        .map(|group| match group.root {
            Some(root) => fresh::write(workdir, root, group.files),
            None => group
                .files
                .iter()
                .try_for_each(|file| replace(&workdir.join(&file.path), &file.content, file.mode)),
        })
        .collect();
    written.into_iter().collect::<Result<(), _>>()?;
    if is_new {
        // It has no old sums to forget.
        return Ok(());
    }
    write_manifest(workdir, &changes.next)
}

/// Returns the files that change; both are sorted by path.
fn changed<'a>(files: &'a [OutFile], changes: &Changes) -> Vec<&'a OutFile> {
    let mut paths = changes.changes.keys().peekable();
    let is_changed = |file: &&OutFile| {
        while paths.next_if(|path| **path < file.path).is_some() {}
        paths.next_if(|path| **path == file.path).is_some()
    };
    files.iter().filter(is_changed).collect()
}

/// Removes what a killed run left of files that are not there, and of files that are no longer wanted.
fn remove_leftovers(workdir: &Path, changes: &Changes) -> Result<(), Failure> {
    let known = || changes.manifest.files.keys();
    let is_wanted = |path: &String| changes.next.files.contains_key(path);
    for path in known().filter(|path| !is_wanted(path)) {
        remove(workdir, &unfinished(&workdir.join(path)))?;
    }
    let is_missing =
        |path: &&String| !is_wanted(path) || changes.changes.get(*path) == Some(&Change::Create);
    fresh::remove_unfinished(workdir, known().filter(is_missing).map(String::as_str))
}

/// The manifest while writing: what the program wrote, and what it is about to write.
fn both(changes: &Changes) -> Manifest {
    let mut manifest = changes.manifest.clone();
    for (path, sums) in &changes.next.files {
        manifest.add(path.clone(), sums);
    }
    manifest
}

fn write_manifest(workdir: &Path, manifest: &Manifest) -> Result<(), Failure> {
    let path = Manifest::path(workdir);
    make_directory(path.parent().unwrap_or(workdir))?;
    replace(&path, &manifest.to_text().into(), 0o644)
}

/// Makes a directory and those above it, unless they are there.
pub(super) fn make_directory(path: &Path) -> Result<(), Failure> {
    fs::create_dir_all(path).map_err(|error| (path.to_path_buf(), error))
}

/// Returns where a file or directory is while it is written.
pub(super) fn unfinished(path: &Path) -> PathBuf {
    let mut name = std::ffi::OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(UNFINISHED);
    path.with_file_name(name)
}

/// Puts a finished file in the place of whatever is there.
///
/// # Errors
/// Returns the path and reason when a step fails; what was there is then as it was.
pub fn replace(path: &Path, content: &Content, mode: u32) -> Result<(), Failure> {
    let at = |error| (path.to_path_buf(), error);
    let unfinished = unfinished(path);
    match write_new(&unfinished, content, mode, NOTHING) {
        // One left by a killed run may have any mode, and a planted link must not be followed.
        Err((_, error)) if error.kind() == io::ErrorKind::AlreadyExists => {
            fs::remove_file(&unfinished).map_err(at)?;
            write_new(&unfinished, content, mode, NOTHING)
        }
        written => written,
    }
    .map_err(|(_, error)| at(error))?;
    fs::rename(&unfinished, path).map_err(at)
}

/// What [`permitted`] returns where nothing is known.
const NOTHING: u32 = 0;

/// Returns the permissions that a new directory was given of those that any file may ask for: the user's umask, and the
/// default ACL of the directory it is in, have the same say in the files below it (umask(2), acl(5)).
pub(super) fn permitted(new_directory: &Path) -> Result<u32, Failure> {
    match fs::metadata(new_directory) {
        Ok(metadata) => Ok(metadata.permissions().mode() & 0o777),
        Err(error) => Err((new_directory.to_path_buf(), error)),
    }
}

/// Writes a file that is not there, in a directory whose files get what is `permitted` of the mode they ask for.
pub(super) fn write_new(
    path: &Path,
    content: &Content,
    mode: u32,
    permitted: u32,
) -> Result<(), Failure> {
    let mut create = OpenOptions::new();
    create.write(true).create_new(true).mode(mode);
    create
        .open(path)
        .and_then(|mut file| {
            content.write_to(&mut file)?;
            if mode & permitted == mode {
                return Ok(());
            }
            // The user's umask has no say: the same input gives the same modes.
            file.set_permissions(Permissions::from_mode(mode))
        })
        .map_err(|error| (path.to_path_buf(), error))
}

/// Removes a file, and the directories that are empty without it.
fn remove(workdir: &Path, path: &Path) -> Result<(), Failure> {
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
