//! What fuzzing kept, without the fuzzer: every input of `fuzz/corpus`, and those of `fuzz/crashes` that once failed.

use std::fs;
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use crate::support::project;

#[allow(
    unreachable_pub,
    reason = "the fuzz targets call these as another package"
)]
#[path = "../../fuzz/src/inputs.rs"]
mod inputs;

/// What is done with a text; the directory is the only one it may read.
type Run = fn(&str, &Path);

/// The targets, by name.
const TARGETS: &[(&str, Run)] = &[
    ("yaml", |text, _| inputs::yaml(text)),
    ("merge", |text, _| inputs::merging(text)),
    ("expressions", inputs::expressions),
    ("lab", inputs::lab),
];

#[test]
fn no_input_that_fuzzing_kept_fails() {
    let root = project("fuzz/site");
    for (target, run) in TARGETS {
        let kept = files(&project("fuzz/corpus").join(target));
        assert!(!kept.is_empty(), "{target} has no corpus");
        let failed: Vec<PathBuf> = kept
            .into_par_iter()
            .chain(files(&project("fuzz/crashes").join(target)))
            .filter(|path| {
                let text = String::from_utf8_lossy(&fs::read(path).unwrap()).into_owned();
                catch_unwind(|| run(&text, &root)).is_err()
            })
            .collect();
        assert!(failed.is_empty(), "{target}: {failed:#?}");
    }
}

/// Lists the files in a directory; one that is not there has none.
fn files(dir: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(dir).into_iter().flatten();
    entries.map(|entry| entry.unwrap().path()).collect()
}
