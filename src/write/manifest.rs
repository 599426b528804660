//! Which files of a workdir the program wrote, and with which content.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use crate::render::Content;

/// The hexadecimal digits.
const DIGITS: &[u8; 16] = b"0123456789abcdef";

/// A SHA-256 sum.
pub type Sum = [u8; 32];

/// The manifest of a workdir: `sha256sum` lines, so that `sha256sum -c .miniascape/manifest` checks a workdir.
///
/// While a run writes, a file may have two sums, its old and its new one; both are the program's.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Manifest {
    /// The sums of each file, sorted, by its path below the workdir.
    pub files: BTreeMap<String, Vec<Sum>>,
}

impl Manifest {
    /// Returns where the manifest of `workdir` lies.
    #[must_use]
    pub fn path(workdir: &Path) -> PathBuf {
        workdir.join(".miniascape/manifest")
    }

    /// Reads the manifest of `workdir`; a workdir without one has no files of the program's.
    ///
    /// # Errors
    /// Returns an error when the manifest is there and cannot be read. Lines that are none are passed over: the files
    /// they meant then count as somebody else's, and stay.
    pub fn read(workdir: &Path) -> io::Result<Self> {
        let text = match fs::read(Self::path(workdir)) {
            Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(error) => return Err(error),
        };
        let entry = |line: &str| {
            let (sum, path) = line.split_once("  ")?;
            Some((path.to_owned(), parse(sum)?)).filter(|(path, _)| is_inside(path))
        };
        let mut entries: Vec<(String, Sum)> = text.lines().filter_map(entry).collect();
        entries.sort_unstable();
        entries.dedup();
        let files = entries.chunk_by(|a, b| a.0 == b.0).map(|lines| {
            let sums = lines.iter().map(|(_, sum)| *sum).collect();
            (lines[0].0.clone(), sums)
        });
        Ok(Self {
            files: files.collect(),
        })
    }

    /// Adds sums to those of a file.
    pub(super) fn add(&mut self, path: String, sums: &[Sum]) {
        let all = self.files.entry(path).or_default();
        all.extend(sums);
        all.sort_unstable();
        all.dedup();
    }

    /// Returns the manifest's text.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut text = String::with_capacity(self.files.len() * 100);
        for (path, sums) in &self.files {
            for sum in sums {
                let mut hex = [0; 64];
                for (digits, byte) in hex.chunks_exact_mut(2).zip(sum) {
                    digits[0] = DIGITS[usize::from(byte >> 4)];
                    digits[1] = DIGITS[usize::from(byte & 15)];
                }
                text.push_str(std::str::from_utf8(&hex).expect("digits are ASCII"));
                text.push_str("  ");
                text.push_str(path);
                text.push('\n');
            }
        }
        text
    }

    /// Returns whether `content` of `path` is something the program wrote.
    #[must_use]
    pub fn wrote(&self, path: &str, content: &[u8]) -> bool {
        self.files
            .get(path)
            .is_some_and(|sums| sums.contains(&sum(content)))
    }
}

/// Returns the SHA-256 sum of some bytes.
#[must_use]
pub fn sum(content: &[u8]) -> Sum {
    Sha256::digest(content).into()
}

/// Returns the SHA-256 sum of a file's content.
pub(super) fn sum_of(content: &Content) -> Sum {
    let mut digest = Sha256::new();
    content.pieces().for_each(|piece| digest.update(piece));
    digest.finalize().into()
}

fn parse(hex: &str) -> Option<Sum> {
    let mut sum = [0; 32];
    if hex.len() != 64 || !hex.is_ascii() {
        return None;
    }
    for (byte, digits) in sum.iter_mut().zip(hex.as_bytes().chunks(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
    }
    Some(sum)
}

/// Refuses paths that would lead out of the workdir: a manifest may have come with somebody's checkout.
fn is_inside(path: &str) -> bool {
    Path::new(path)
        .components()
        .all(|part| matches!(part, std::path::Component::Normal(_)))
}

#[cfg(test)]
mod tests {
    use super::{Manifest, sum};

    #[test]
    fn survives_a_round_trip_and_refuses_to_lead_outside() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join(".miniascape")).unwrap();
        let mut manifest = Manifest::default();
        manifest.add("guests.d/a b/ks.cfg".into(), &[sum(b"old"), sum(b"new")]);
        let outside = Manifest {
            files: [("../x".to_owned(), [sum(b"x")].into())].into(),
        };
        let text = manifest.to_text() + &outside.to_text() + "garbage\n";
        std::fs::write(Manifest::path(dir.path()), text).unwrap();
        let read = Manifest::read(dir.path()).unwrap();
        assert_eq!(read, manifest);
        assert!(
            read.wrote("guests.d/a b/ks.cfg", b"old")
                && !read.wrote("guests.d/a b/ks.cfg", b"edited")
        );
    }
}
