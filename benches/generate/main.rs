//! Measures whole runs of the program against the least the file system would take for the same files.
//!
//! The site is synthetic and lies on tmpfs, where times are steady. In each round the program and the plain loop it is
//! compared with run one after the other, so that both see the same load; medians are compared. Nothing is asserted:
//! numbers are for people to read. `MINIASCAPE_BENCH_GUESTS="10 1000 10000"` chooses the sizes.

#![expect(clippy::print_stdout, reason = "the results go to standard output")]

mod floor;
mod site;
mod stages;

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike;

const SIZES: &str = "10 1000 10000";

fn main() {
    let sizes = std::env::var("MINIASCAPE_BENCH_GUESTS").unwrap_or_else(|_| SIZES.to_owned());
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    println!("{cores} cores");
    println!(
        "{:>7}  {:<10} {:>11}  {:>8}  {:<36} {:>11}  {:>6}",
        "guests", "run", "median", "CPU", "compared with", "median", "ratio"
    );
    for size in sizes.split_whitespace() {
        bench(
            size.parse()
                .expect("MINIASCAPE_BENCH_GUESTS is a list of numbers"),
        );
    }
}

/// Measures one size of site, and prints a line for each kind of run.
fn bench(guests: usize) {
    let shm = Path::new("/dev/shm");
    let dir = if shm.is_dir() {
        tempfile::tempdir_in(shm)
    } else {
        tempfile::tempdir()
    }
    .expect("a temporary directory");
    let dir = dir.path();
    let (site, workdir, plain) = (dir.join("site"), dir.join("workdir"), dir.join("floor"));
    site::write(&site, guests);
    // A child counts the memory of its parent as its own until it has become the program: this one is small by now.
    for command in ["generate", "generate", "validate"] {
        program(&site, &workdir, command);
    }
    let peak = getrusage(UsageWho::RUSAGE_CHILDREN).map_or(0, |usage| usage.max_rss());
    let inputs = floor::read(&site);
    let outputs = floor::read(&workdir);

    let rounds = (10_000 / guests).clamp(5, 21);
    let mut fresh = Run::new("generate");
    let mut writing = Run::new("");
    let mut unchanged = Run::new("no change");
    let mut reading = Run::new("");
    let mut validate = Run::new("validate");
    for _ in 0..rounds {
        fs::remove_dir_all(&workdir).expect("the last round's workdir");
        fresh.time(|| program(&site, &workdir, "generate"));
        writing.time(|| floor::write(&plain, &outputs));
        fs::remove_dir_all(&plain).expect("what was just written");
        unchanged.time(|| program(&site, &workdir, "generate"));
        reading.time(|| (floor::read(&site), floor::read(&workdir)));
        validate.time(|| program(&site, &workdir, "validate"));
    }

    let bytes: usize = outputs.iter().map(|file| file.content.len()).sum();
    let write = format!("writing {} files, {} KiB", outputs.len(), bytes / 1024);
    let read = format!("reading {} files", inputs.len() + outputs.len());
    fresh.print(guests, &write, &writing);
    unchanged.print(guests, &read, &reading);
    validate.print(guests, &read, &reading);
    stages::print(guests, &site, &workdir);
    println!("{guests:>7}  largest run: {} MiB", peak / 1024);
}

/// The times of one kind of run.
struct Run {
    name: &'static str,
    /// Milliseconds from start to end.
    wall: Vec<f64>,
    /// Milliseconds of processor time, of all threads of the program.
    cpu: Vec<f64>,
}

impl Run {
    fn new(name: &'static str) -> Self {
        Self {
            name,
            wall: Vec::new(),
            cpu: Vec::new(),
        }
    }

    fn time<T>(&mut self, run: impl FnOnce() -> T) {
        let (start, before) = (Instant::now(), children());
        let result = run();
        self.wall.push(start.elapsed().as_secs_f64() * 1000.0);
        self.cpu.push(children() - before);
        // Freeing the result is no part of it.
        drop(result);
    }

    fn print(&self, guests: usize, compared: &str, floor: &Self) {
        let (wall, cpu, least) = (median(&self.wall), median(&self.cpu), median(&floor.wall));
        println!(
            "{guests:>7}  {:<10} {wall:>8.1} ms  {cpu:>5.0} ms  {compared:<36} {least:>8.1} ms  {:>6.2}",
            self.name,
            wall / least
        );
    }
}

/// Returns the processor time of all ended children, in milliseconds.
fn children() -> f64 {
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).expect("every process may ask for it");
    let micros = usage.user_time().num_microseconds() + usage.system_time().num_microseconds();
    micros as f64 / 1000.0
}

fn median(times: &[f64]) -> f64 {
    let mut times = times.to_vec();
    times.sort_unstable_by(f64::total_cmp);
    times[times.len() / 2]
}

/// Runs the program, which must find nothing to complain about.
fn program(site: &Path, workdir: &Path, command: &str) {
    let output = Command::new(env!("CARGO_BIN_EXE_miniascape"))
        .args(["--quiet", "--strict", "--confdir"])
        .arg(site.join("conf.d"))
        .arg("--workdir")
        .arg(workdir)
        .arg(command)
        .stdin(Stdio::null())
        .output()
        .expect("the program runs");
    assert!(
        output.status.success(),
        "{command} failed:\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
}
