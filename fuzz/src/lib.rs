//! What the fuzz targets share.

pub mod inputs;

use std::path::Path;

use rayon::Yield;

/// Returns the directory whose files inputs may read.
#[must_use]
pub fn site() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/site"))
}

/// Keeps all work on the fuzzer's own thread: what an input does must not depend on timing.
///
/// # Panics
/// Panics when the thread pool was already in use.
pub fn one_thread() {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(1)
        .use_current_thread();
    pool.build_global().expect("nothing has used the pool yet");
}

/// Does what was left to be done in the background: on one thread, nobody else does.
pub fn settle() {
    while rayon::yield_now() == Some(Yield::Executed) {}
}
