//! Which files a `src` of `setup_data` brings in, and what each is called below its destination.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

use crate::diag::{Code, Diagnostic, Sink};
use crate::files::Files;
use crate::model::text::Line;
use crate::source::Spanned;

/// What a `src` names.
#[derive(Debug)]
pub(super) struct Found {
    /// Whether it may be several files: a pattern or a directory.
    pub(super) many: bool,
    /// The files by their names below the destination, in byte order.
    pub(super) files: BTreeMap<String, PathBuf>,
}

/// Finds the files of `src`, which is relative to `root`; a fault is reported and gives `None`.
///
/// A path names the file that is there, whatever characters it has; else `*`, `?` and `[` make it a pattern. A
/// directory stands for every file below it.
pub(super) fn find(
    src: &Spanned<Line>,
    root: &Path,
    files: &Files,
    sink: &mut Sink,
) -> Option<Found> {
    let path = root.join(src.as_str());
    let is_pattern = src.contains(['*', '?', '[']) && path.symlink_metadata().is_err();
    let found = if is_pattern {
        pattern(src, root, files)
    } else if path.is_dir() {
        let mut named = BTreeMap::new();
        directory(&path, &path, files, &mut named)
            .map(|()| named)
            .map_err(|reason| fault(src, format!("`{}` {reason}", path.display())))
    } else {
        let name = path.file_name().map(Path::new).map(name);
        match name {
            Some(Ok(name)) => Ok([(name, path.clone())].into()),
            _ => Err(fault(src, format!("`{}` names no file", src.value))),
        }
    };
    match found {
        Ok(files) => Some(Found {
            many: is_pattern || path.is_dir(),
            files,
        }),
        Err(diagnostic) => {
            sink.push(*diagnostic);
            None
        }
    }
}

fn fault(src: &Spanned<Line>, message: String) -> Box<Diagnostic> {
    Box::new(Diagnostic::error(Code::UnreadableFile, src.span, message))
}

/// Finds what a pattern matches; names are what comes after its last directory without a wildcard.
fn pattern(
    src: &Spanned<Line>,
    root: &Path,
    files: &Files,
) -> Result<BTreeMap<String, PathBuf>, Box<Diagnostic>> {
    let wild = |part: &Component<'_>| {
        part.as_os_str()
            .as_encoded_bytes()
            .iter()
            .any(|byte| b"*?[".contains(byte))
    };
    let fixed: PathBuf = Path::new(src.as_str())
        .components()
        .take_while(|part| !wild(part))
        .collect();
    let base = root.join(&fixed);
    if !base.as_os_str().is_empty() && !base.is_dir() {
        let message = format!("the directory `{}` does not exist", base.display());
        return Err(fault(src, message));
    }
    let Some(escaped) = root.to_str().map(glob::Pattern::escape) else {
        let message = format!("`{}` is not UTF-8: no pattern works there", root.display());
        return Err(fault(src, message));
    };
    let full = Path::new(&escaped).join(src.as_str());
    let full = full.to_str().expect("both parts are UTF-8");
    let wrong = |reason: String| fault(src, format!("`{}` {reason}", src.value));
    let mut named = BTreeMap::new();
    for path in files.matching(full).map_err(wrong)? {
        directory(&base, &path, files, &mut named).map_err(wrong)?;
    }
    if named.is_empty() {
        let message = format!("no file matches `{}`", src.value);
        let names = files.names(if base.as_os_str().is_empty() {
            Path::new(".")
        } else {
            &base
        });
        let last = src.rsplit('/').next().unwrap_or_default();
        let diagnostic = (*fault(src, message)).suggest(last, names.iter().map(String::as_str));
        return Err(Box::new(diagnostic));
    }
    Ok(named)
}

/// Adds a file, or every file below a directory, by its name below `base`.
fn directory(
    base: &Path,
    path: &Path,
    files: &Files,
    named: &mut BTreeMap<String, PathBuf>,
) -> Result<(), String> {
    let found = if path.is_dir() {
        files.below(path)?
    } else {
        vec![path.to_path_buf()]
    };
    for path in found {
        let bare = plain(&path);
        let below = bare.strip_prefix(plain(base)).unwrap_or(&bare);
        named.insert(name(below)?, path);
    }
    Ok(())
}

/// Returns a path without the `.` that one part of a search may have and another not.
fn plain(path: &Path) -> PathBuf {
    path.components()
        .filter(|part| *part != Component::CurDir)
        .collect()
}

/// Returns a path as text; one that no script can carry is refused.
fn name(path: &Path) -> Result<String, String> {
    match path.to_str() {
        Some(name) if name.parse::<Line>().is_ok() => Ok(name.to_owned()),
        _ => Err(format!(
            "brings in a file whose name is not one line of UTF-8: {:?}",
            path.as_os_str()
        )),
    }
}
