//! The least the file system takes: plain loops that write or read the same bytes, one file after the other.

use std::fs;
use std::io::Write;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

/// One file, by its path below a root.
pub(crate) struct File {
    path: PathBuf,
    mode: u32,
    pub(crate) content: Vec<u8>,
}

/// Reads every file below `root`, one after the other.
pub(crate) fn read(root: &Path) -> Vec<File> {
    let files = WalkDir::new(root)
        .into_iter()
        .map(|entry| entry.expect("a readable folder"))
        .filter(|entry| entry.file_type().is_file());
    files
        .map(|entry| File {
            path: entry
                .path()
                .strip_prefix(root)
                .expect("a path below the root")
                .to_owned(),
            mode: entry
                .metadata()
                .expect("the file is there")
                .permissions()
                .mode()
                & 0o7777,
            content: fs::read(entry.path()).expect("a readable file"),
        })
        .collect()
}

/// Writes the files below `root`, one after the other.
pub(crate) fn write(root: &Path, files: &[File]) {
    let mut last = None;
    for file in files {
        let path = root.join(&file.path);
        let folder = path.parent().map(Path::to_owned);
        if folder != last {
            fs::create_dir_all(path.parent().expect("a path with folders")).expect("a new folder");
            last = folder;
        }
        let mut options = fs::OpenOptions::new();
        options.write(true).create_new(true).mode(file.mode);
        options
            .open(&path)
            .and_then(|mut new| new.write_all(&file.content))
            .expect("a new file");
    }
}
