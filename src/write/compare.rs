//! What writing would change, found without changing anything.

use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use rayon::prelude::*;

use super::Failure;
use super::manifest::{Manifest, Sum, sum_of};
use crate::render::OutFile;

/// What happens to one file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Change {
    /// It is not there yet.
    Create,
    /// Its content or mode differs.
    Update,
    /// The program wrote it once and generates it no longer.
    Remove,
}

/// Why a file stays as it is although the program would change it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// The program wrote it and somebody edited it since.
    Edited,
    /// The program never wrote it.
    Foreign,
    /// It is no regular file, or the way to it leads over a link or a file.
    NotAFile,
}

/// Which part of the workdir a run is about; files elsewhere are neither written nor removed.
#[derive(Clone, Debug)]
pub enum Scope {
    /// All of it.
    Everything,
    /// What lies below these directories, which end in `/`, or is one of these files.
    Below(Vec<String>),
}

impl Scope {
    fn covers(&self, path: &str) -> bool {
        match self {
            Self::Everything => true,
            Self::Below(roots) => roots.iter().any(|root| {
                if root.ends_with('/') {
                    path.starts_with(root.as_str())
                } else {
                    path == root
                }
            }),
        }
    }
}

/// The difference between a workdir and what is to be in it.
#[derive(Debug, Default)]
pub struct Changes {
    /// What happens to which file, by path.
    pub changes: BTreeMap<String, Change>,
    /// Files that stay as they are, and why.
    pub kept: BTreeMap<String, Kept>,
    /// How many files are as they should be.
    pub unchanged: usize,
    /// The manifest as it is.
    pub(super) manifest: Manifest,
    /// The manifest as it will be.
    pub(super) next: Manifest,
}

impl Changes {
    /// Returns whether the workdir is as it should be.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty() && self.kept.is_empty()
    }
}

enum State {
    Missing,
    Same,
    Differs(Vec<u8>),
    NotAFile,
}

/// Compares `files`, which are sorted by path, with `workdir`; `force` takes edited files back.
///
/// # Errors
/// Returns the path and reason when something that is there cannot be read.
pub fn compare(
    workdir: &Path,
    files: &[OutFile],
    scope: &Scope,
    force: bool,
) -> Result<Changes, Failure> {
    let manifest = Manifest::read(workdir).map_err(|error| (Manifest::path(workdir), error))?;
    let absent = absent(workdir, files);
    let found: Vec<Vec<Found>> = files
        .par_chunk_by(|a, b| directory(a) == directory(b))
        .map(|files| found(workdir, files, &absent))
        .collect();
    let mut found = found.into_iter().flatten();
    let mut changes = Changes::default();
    // Sorted lists become maps faster than one entry after the other does.
    let (mut changed, mut sums) = (Vec::new(), Vec::with_capacity(files.len()));
    for file in files {
        let (state, sum) = found.next().expect("every file was looked at");
        let change = match state? {
            State::Missing => Some(Change::Create),
            State::Same => None,
            State::Differs(content)
                if force || manifest.wrote(&file.path, &content) || file.content.is(&content) =>
            {
                Some(Change::Update)
            }
            State::Differs(_) => {
                let why = if manifest.files.contains_key(&file.path) {
                    Kept::Edited
                } else {
                    Kept::Foreign
                };
                changes.kept.insert(file.path.clone(), why);
                continue;
            }
            State::NotAFile => {
                changes.kept.insert(file.path.clone(), Kept::NotAFile);
                continue;
            }
        };
        match change {
            Some(change) => changed.push((file.path.clone(), change)),
            None => changes.unchanged += 1,
        }
        sums.push((file.path.clone(), vec![sum]));
    }
    changes.changes = changed.into_iter().collect();
    changes.next = manifest.clone();
    changes.next.files.append(&mut sums.into_iter().collect());
    let is_generated = |path: &str| {
        let found = files.binary_search_by(|file| file.path.as_str().cmp(path));
        found.is_ok()
    };
    let stale = manifest
        .files
        .keys()
        .filter(|path| !is_generated(path) && scope.covers(path));
    for path in stale {
        let full = workdir.join(path);
        if way(workdir, path) == Way::Blocked {
            changes.next.files.remove(path);
            continue;
        }
        match fs::symlink_metadata(&full) {
            Err(error)
                if error.kind() == io::ErrorKind::NotFound
                    || error.kind() == io::ErrorKind::NotADirectory =>
            {
                changes.next.files.remove(path);
            }
            Err(error) => return Err((full, error)),
            Ok(metadata) if !metadata.is_file() => {
                changes.next.files.remove(path);
            }
            Ok(_) => {
                let content = fs::read(&full).map_err(|error| (full, error))?;
                if force || manifest.wrote(path, &content) {
                    changes.changes.insert(path.clone(), Change::Remove);
                    changes.next.files.remove(path);
                } else {
                    changes.kept.insert(path.clone(), Kept::Edited);
                }
            }
        }
    }
    changes.manifest = manifest;
    Ok(changes)
}

/// Returns the directory of a file, below the workdir.
pub(super) fn directory(file: &OutFile) -> &str {
    file.path
        .rsplit_once('/')
        .map_or("", |(directory, _)| directory)
}

/// What the directories on the way to a file are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// They are there.
    There,
    /// One of them is not there yet.
    Missing,
    /// One of them is a link or a file: what lies behind a link is not the workdir's.
    Blocked,
}

/// Looks at the directories on the way to `path`.
fn way(workdir: &Path, path: &str) -> Way {
    let relative = Path::new(path).parent().unwrap_or(Path::new(""));
    let mut at = workdir.to_path_buf();
    for part in relative.components() {
        at.push(part);
        match fs::symlink_metadata(&at) {
            Ok(metadata) if metadata.is_dir() => {}
            Ok(_) => return Way::Blocked,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Way::Missing,
            // Looking at the file itself says why.
            Err(_) => return Way::There,
        }
    }
    Way::There
}

/// What is there of a file, and the sum of what it is to be.
type Found = (Result<State, Failure>, Sum);

/// Returns the directories of the workdir that are to be there and are not: there is nothing to look at below them.
fn absent<'a>(workdir: &Path, files: &'a [OutFile]) -> HashSet<&'a str> {
    files
        .chunk_by(|a, b| top(&a.path) == top(&b.path))
        .filter_map(|files| top(&files[0].path))
        .filter(|top| {
            let metadata = fs::symlink_metadata(workdir.join(top));
            metadata.is_err_and(|error| error.kind() == io::ErrorKind::NotFound)
        })
        .collect()
}

/// Returns the first directory on the way to a file.
fn top(path: &str) -> Option<&str> {
    path.split_once('/').map(|(top, _)| top)
}

/// Looks at files of one directory.
fn found(workdir: &Path, files: &[OutFile], absent: &HashSet<&str>) -> Vec<Found> {
    let way = files.first().map(|file| {
        if top(&file.path).is_some_and(|top| absent.contains(top)) {
            Way::Missing
        } else {
            way(workdir, &file.path)
        }
    });
    let look = |file: &OutFile| {
        let state = match way {
            Some(Way::Missing) => Ok(State::Missing),
            Some(Way::Blocked) => Ok(State::NotAFile),
            _ => state(workdir, file),
        };
        (state, sum_of(&file.content))
    };
    files.iter().map(look).collect()
}

fn state(workdir: &Path, file: &OutFile) -> Result<State, Failure> {
    let path = workdir.join(&file.path);
    let metadata = match fs::symlink_metadata(&path) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(State::Missing),
        Err(error) => return Err((path, error)),
    };
    if !metadata.is_file() {
        return Ok(State::NotAFile);
    }
    let content = fs::read(&path).map_err(|error| (path, error))?;
    let same = file.content.is(&content) && metadata.permissions().mode() & 0o7777 == file.mode;
    Ok(if same {
        State::Same
    } else {
        State::Differs(content)
    })
}
