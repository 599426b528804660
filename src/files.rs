//! The only reader of the site.
//!
//! Every stage that needs a file (layers, payloads, `!file`, the lock, templates) asks here, so that all of them treat
//! missing files, directories, foreign encodings and oversized input alike. It interprets nothing.

use std::fs;
use std::io::Read as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Component, Path, PathBuf};

use walkdir::WalkDir;

use rayon::prelude::*;

use crate::diag::{Code, Diagnostic, Sink};
use crate::source::{FileId, Sources, Span};

/// The largest file read, in bytes. A lab description is kilobytes; payload files may be images of some size.
const MAX_FILE_SIZE: u64 = 256 << 20;

/// The largest YAML file read, in bytes.
const MAX_TEXT_SIZE: u64 = 32 << 20;

/// Reads files and keeps the texts that diagnostics point into.
#[derive(Debug, Default)]
pub struct Files {
    /// The texts read so far.
    pub sources: Sources,
    /// The only directory to read, if not all may be.
    only_below: Option<PathBuf>,
}

impl Files {
    /// Makes a reader that refuses whatever lies outside `root`, for labs whose author is not trusted.
    ///
    /// Paths are judged as they are written: a symbolic link in `root` leads where it leads.
    #[must_use]
    pub fn only_below(root: impl Into<PathBuf>) -> Self {
        Self {
            only_below: Some(root.into()),
            ..Self::default()
        }
    }

    /// Returns an error, in words for the user, when a path or pattern may lead outside the only directory to read.
    fn allow(&self, path: &Path) -> Result<(), String> {
        let climbs = || path.components().any(|part| part == Component::ParentDir);
        match &self.only_below {
            Some(root) if climbs() || !path.starts_with(root) => {
                Err(format!("lies outside {}", root.display()))
            }
            _ => Ok(()),
        }
    }

    fn read(&self, path: &Path, limit: u64) -> Result<Vec<u8>, String> {
        self.allow(path)?;
        read_limited(path, limit)
    }

    /// Reads a text file and registers it; a fault is reported and gives `None`.
    ///
    /// A UTF-8 byte order mark is dropped. Text in another encoding is reported at its first bad byte.
    pub fn text(&mut self, path: &Path, sink: &mut Sink) -> Option<FileId> {
        self.readable(path, sink).ok()
    }

    /// Reads a text file as [`Files::text`] does.
    ///
    /// # Errors
    /// Returns what stands for a file with a fault, which was reported.
    pub fn readable(&mut self, path: &Path, sink: &mut Sink) -> Result<FileId, FileId> {
        let bytes = self.read(path, MAX_TEXT_SIZE);
        self.register(path, bytes, sink)
    }

    /// Reads text files as [`Files::readable`] does, on all cores; the results keep the order of `paths`.
    pub fn texts(&mut self, paths: &[&Path], sink: &mut Sink) -> Vec<Result<FileId, FileId>> {
        let read: Vec<Result<Vec<u8>, String>> = paths
            .par_iter()
            .map(|path| self.read(path, MAX_TEXT_SIZE))
            .collect();
        let files = paths.iter().zip(read);
        files
            .map(|(path, bytes)| self.register(path, bytes, sink))
            .collect()
    }

    fn register(
        &mut self,
        path: &Path,
        bytes: Result<Vec<u8>, String>,
        sink: &mut Sink,
    ) -> Result<FileId, FileId> {
        let name = path.to_string_lossy().into_owned();
        let bytes = match bytes {
            Ok(bytes) => bytes,
            Err(reason) => {
                let file = self.sources.add(name.clone(), "");
                sink.push(Diagnostic::file_error(Code::UnreadableFile, name, reason));
                return Err(file);
            }
        };
        let start = if bytes.starts_with(b"\xef\xbb\xbf") {
            3
        } else {
            0
        };
        match std::str::from_utf8(&bytes[start..]) {
            Ok(text) => Ok(self.sources.add(name, text)),
            Err(error) => {
                let at = error.valid_up_to();
                let file = self
                    .sources
                    .add(name, String::from_utf8_lossy(&bytes[start..]));
                let byte = bytes[start + at];
                sink.push(
                    Diagnostic::error(
                        Code::NotUtf8,
                        Span::new(file, at, at + 1),
                        "the file is not UTF-8 text",
                    )
                    .label(format!("byte 0x{byte:02x} is not UTF-8"))
                    .help("save the file as UTF-8, for example with `iconv -t UTF-8`"),
                );
                Err(file)
            }
        }
    }

    /// Reads a file as bytes.
    ///
    /// # Errors
    /// Returns the reason, in words for the user, when the file cannot be read.
    pub fn bytes(&self, path: &Path) -> Result<Vec<u8>, String> {
        self.read(path, MAX_FILE_SIZE)
    }

    /// Reads a file of at most `limit` bytes, and returns whether its owner may execute it.
    ///
    /// # Errors
    /// Returns the reason, in words for the user, when the file cannot be read.
    pub fn program(&self, path: &Path, limit: u64) -> Result<(Vec<u8>, bool), String> {
        let bytes = self.read(path, limit)?;
        let mode = fs::metadata(path).map_or(0, |metadata| metadata.permissions().mode());
        Ok((bytes, mode & 0o100 != 0))
    }

    /// Returns the names in a directory, sorted; none when it cannot be read.
    #[must_use]
    pub fn names(&self, dir: &Path) -> Vec<String> {
        if self.allow(dir).is_err() {
            return Vec::new();
        }
        let entries = fs::read_dir(dir).into_iter().flatten().flatten();
        let mut names: Vec<String> = entries
            .filter_map(|entry| entry.file_name().into_string().ok())
            .collect();
        names.sort_unstable();
        names
    }

    /// Returns all that lies below a directory and is none itself, in byte order; links are followed.
    ///
    /// # Errors
    /// Returns the reason, in words for the user, when a directory cannot be read or leads into itself.
    pub fn below(&self, dir: &Path) -> Result<Vec<PathBuf>, String> {
        self.allow(dir)?;
        let mut found = Vec::new();
        for entry in WalkDir::new(dir).follow_links(true).sort_by_file_name() {
            match entry {
                Ok(entry) if entry.file_type().is_dir() => {}
                Ok(entry) => found.push(entry.into_path()),
                // Reading it says what is wrong with it.
                Err(error)
                    if error.path().is_some_and(Path::is_symlink)
                        && error.loop_ancestor().is_none() =>
                {
                    found.extend(error.path().map(Path::to_path_buf));
                }
                Err(error) => {
                    let path = error.path().unwrap_or(dir).display().to_string();
                    return Err(match error.io_error() {
                        Some(error) => format!("cannot be read: {path}: {}", reason(error)),
                        None => format!("cannot be read: {path} leads into itself"),
                    });
                }
            }
        }
        Ok(found)
    }

    /// Returns what a pattern matches, files and directories, in byte order: `*`, `?` and `[…]` within a name, no dot
    /// at its start; `**` any directories.
    ///
    /// # Errors
    /// Returns the reason, in words for the user, when the pattern is none or a directory cannot be read.
    pub fn matching(&self, pattern: &str) -> Result<Vec<PathBuf>, String> {
        self.allow(Path::new(pattern))?;
        let options = glob::MatchOptions {
            case_sensitive: true,
            require_literal_separator: true,
            require_literal_leading_dot: true,
        };
        let matches = glob::glob_with(pattern, options)
            .map_err(|error| format!("is not a pattern: {}", error.msg))?;
        let mut found = Vec::new();
        for path in matches {
            found.push(path.map_err(|error| {
                let path = error.path().display().to_string();
                format!("cannot be read: {path}: {}", reason(error.error()))
            })?);
        }
        found.sort_unstable_by(|a, b| a.as_os_str().cmp(b.as_os_str()));
        Ok(found)
    }
}

fn read_limited(path: &Path, limit: u64) -> Result<Vec<u8>, String> {
    let metadata = fs::metadata(path).map_err(|error| match fs::symlink_metadata(path) {
        Ok(link) if link.is_symlink() => "is a symbolic link that leads nowhere".to_owned(),
        _ => format!("cannot be read: {}", reason(&error)),
    })?;
    if metadata.is_dir() {
        return Err("is a directory where a file is due".to_owned());
    }
    if !metadata.is_file() {
        return Err("is not a regular file".to_owned());
    }
    if metadata.len() > limit {
        return Err(format!("is larger than {} MiB", limit >> 20));
    }
    let mut bytes = Vec::with_capacity(usize::try_from(metadata.len()).unwrap_or_default());
    fs::File::open(path)
        .and_then(|file| file.take(limit + 1).read_to_end(&mut bytes))
        .map_err(|error| format!("cannot be read: {}", reason(&error)))?;
    Ok(bytes)
}

/// Returns an I/O error in plain words, without Rust's `(os error N)`.
#[must_use]
pub fn reason(error: &std::io::Error) -> String {
    let text = error.to_string();
    match text.find(" (os error ") {
        Some(end) => text[..end].to_lowercase(),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::Files;

    #[test]
    fn nothing_outside_the_only_directory_is_read() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().join("root");
        std::fs::create_dir(&root).unwrap();
        for path in ["root/in", "out"] {
            std::fs::write(dir.path().join(path), "text").unwrap();
        }
        let files = Files::only_below(&root);
        assert!(files.bytes(&root.join("in")).is_ok());
        assert_eq!(files.names(&root), ["in"]);
        for path in [
            dir.path().join("out"),
            root.join("../out"),
            "/etc/passwd".into(),
        ] {
            assert!(files.bytes(&path).is_err(), "{}", path.display());
        }
        assert!(files.names(dir.path()).is_empty());
        assert!(files.below(dir.path()).is_err());
        for pattern in ["/*", "*/../../*"] {
            let pattern = root.join(Path::new(pattern));
            assert!(files.matching(pattern.to_str().unwrap()).is_err());
        }
    }
}
