//! Directories that are not there yet: written beside their place, and moved there when every file in them is finished.
//!
//! One rename then does for all the files what would take one for each, and nobody ever sees half of a new directory.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::Path;

use rayon::prelude::*;

use super::Failure;
use super::apply::{make_directory, permitted, unfinished, write_new};
use super::compare::directory;
use crate::render::OutFile;

/// Some changed files, sorted by path.
pub(super) struct Group<'a> {
    /// The topmost directory on the way to them that is not there, below the workdir; none when all are there.
    pub(super) root: Option<&'a str>,
    pub(super) files: &'a [&'a OutFile],
}

/// Groups files, sorted by path, by the new directory they are in.
pub(super) fn groups<'a>(workdir: &Path, files: &'a [&'a OutFile]) -> Vec<Group<'a>> {
    let mut groups: Vec<Group<'a>> = Vec::new();
    let mut rest = files;
    while let Some(first) = rest.first() {
        let root = missing(workdir, directory(first));
        let length = match root {
            Some(root) => rest.partition_point(|file| is_below(&file.path, root)),
            None => {
                let same = |file: &&&OutFile| directory(file) == directory(first);
                rest.iter().take_while(same).count()
            }
        };
        let (files, others) = rest.split_at(length);
        groups.push(Group { root, files });
        rest = others;
    }
    groups
}

/// Returns the topmost directory on the way to `directory` that is not there.
fn missing<'a>(workdir: &Path, directory: &'a str) -> Option<&'a str> {
    if directory.is_empty() {
        return None;
    }
    let ends = directory.match_indices('/').map(|(at, _)| at);
    ends.chain([directory.len()])
        .map(|end| &directory[..end])
        .find(|path| {
            let metadata = fs::symlink_metadata(workdir.join(path));
            metadata.is_err_and(|error| error.kind() == io::ErrorKind::NotFound)
        })
}

fn is_below(path: &str, directory: &str) -> bool {
    let rest = path.strip_prefix(directory);
    rest.is_some_and(|rest| rest.starts_with('/'))
}

/// Writes the files of the new directory `root`, and then puts it into its place.
pub(super) fn write(workdir: &Path, root: &str, files: &[&OutFile]) -> Result<(), Failure> {
    let place = workdir.join(root);
    let unfinished = unfinished(&place);
    remove_whole(&unfinished)?;
    make_directory(&unfinished)?;
    let permitted = permitted(&unfinished)?;
    let written: Vec<Result<(), Failure>> = files
        .par_chunk_by(|a, b| directory(a) == directory(b))
        .map(|files| {
            let below = directory(files[0])[root.len()..].trim_start_matches('/');
            let dir = unfinished.join(below);
            if !below.is_empty() {
                make_directory(&dir)?;
            }
            files.iter().try_for_each(|file| {
                let name = &file.path[directory(file).len() + 1..];
                write_new(&dir.join(name), &file.content, file.mode, permitted)
            })
        })
        .collect();
    written.into_iter().collect::<Result<(), _>>()?;
    fs::rename(&unfinished, &place).map_err(|error| (place, error))
}

/// Removes what a killed run left of the new directories that `paths` were to be in.
pub(super) fn remove_unfinished<'a>(
    workdir: &Path,
    paths: impl Iterator<Item = &'a str>,
) -> Result<(), Failure> {
    let parents = |path: &'a str| path.match_indices('/').map(move |(at, _)| &path[..at]);
    let directories: BTreeSet<&str> = paths.flat_map(parents).collect();
    directories
        .into_iter()
        .try_for_each(|path| remove_whole(&unfinished(&workdir.join(path))))
}

/// Removes a directory with all that is in it, if it is there; of a link, the link.
fn remove_whole(path: &Path) -> Result<(), Failure> {
    match fs::symlink_metadata(path) {
        Ok(metadata) if metadata.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
        Err(_) => Ok(()),
    }
    .map_err(|error| (path.to_path_buf(), error))
}
