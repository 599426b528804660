//! Arguments in, exit status out.

use std::process::ExitCode;

use mimalloc::MiMalloc;

/// A lab is millions of small values, made on all cores: a fifth of a run went into the system's allocator.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    miniascape::cli::run(std::env::args_os())
}
