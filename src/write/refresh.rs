//! Files of the program's own making into a directory of the user's: each that differs is replaced, others stay.

use std::fs;
use std::path::Path;

use super::{Failure, replace};
use crate::render::Content;

/// Writes the files below `dir` that are not there as they are here, and returns their names.
///
/// # Errors
/// Returns the path and reason when a step fails.
pub fn refresh<'a>(dir: &Path, files: &'a [(String, Content)]) -> Result<Vec<&'a str>, Failure> {
    fs::create_dir_all(dir).map_err(|error| (dir.to_path_buf(), error))?;
    let mut written = Vec::new();
    for (name, content) in files {
        let path = dir.join(name);
        let same = fs::read(&path).is_ok_and(|known| content.is(&known));
        if !same {
            replace(&path, content, 0o644)?;
            written.push(name.as_str());
        }
    }
    Ok(written)
}
