//! The stages of a run apart, in this process: what loading, rendering, comparing and writing take.

use std::fs;
use std::path::Path;
use std::time::Instant;

use miniascape::diag::Sink;
use miniascape::files::Files;

use miniascape::render::{Selection, render};
use miniascape::write::{Scope, compare, write};
use miniascape::{Request, load};

use crate::median;

/// How often each stage is run.
const ROUNDS: usize = 5;

/// Prints a line for each stage of a site of `guests` guests.
pub(crate) fn print(guests: usize, site: &Path, workdir: &Path) {
    let request = Request {
        confdirs: vec![site.join("conf.d")],
        tmpldirs: Vec::new(),
        connect: None,
        notes: false,
    };
    let mut times: [(&str, Vec<f64>); 4] =
        ["load", "render", "compare", "write"].map(|stage| (stage, Vec::new()));
    for _ in 0..ROUNDS {
        let (mut files, mut sink) = (Files::default(), Sink::default());
        let mut clock = Clock::new();
        let loaded = load(&request, &mut files, &mut sink).expect("a site without faults");
        let load_time = clock.lap();
        let out = render(
            &loaded.lab,
            &loaded.engine,
            &loaded.payloads,
            &Selection::all(),
            &files.sources,
            &mut sink,
        );
        let render_time = clock.lap();
        fs::remove_dir_all(workdir).expect("the last round's workdir");
        clock.lap();
        let changes = compare(workdir, &out, &Scope::Everything, false).expect("a new workdir");
        let compare_time = clock.lap();
        write(workdir, &out, &changes).expect("a place to write to");
        let write_time = clock.lap();
        let round = [load_time, render_time, compare_time, write_time];
        for ((_, times), time) in times.iter_mut().zip(round) {
            times.push(time);
        }
    }
    let stages = times.map(|(stage, times)| format!("{stage} {:.1} ms", median(&times)));
    println!("{guests:>7}  of that: {}", stages.join(", "));
}

/// A stopwatch.
struct Clock(Instant);

impl Clock {
    fn new() -> Self {
        Self(Instant::now())
    }

    /// Returns the milliseconds since the last call.
    fn lap(&mut self) -> f64 {
        let before = std::mem::replace(&mut self.0, Instant::now());
        (self.0 - before).as_secs_f64() * 1000.0
    }
}
