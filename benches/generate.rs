//! Measures whole runs of the program against the least the file system would take for the same files.
//!
//! The site is synthetic and lies on tmpfs, where times are steady. In each round the program and the plain loop it is
//! compared with run one after the other, so that both see the same load; medians are compared. Nothing is asserted:
//! numbers are for people to read. `MINIASCAPE_BENCH_GUESTS="10 1000 10000"` chooses the sizes.

#![expect(clippy::print_stdout, reason = "the results go to standard output")]

use std::fs;
use std::io::Write;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use walkdir::WalkDir;

const SIZES: &str = "10 1000";
const GROUPS: usize = 40;

fn main() {
    let sizes = std::env::var("MINIASCAPE_BENCH_GUESTS").unwrap_or_else(|_| SIZES.to_owned());
    println!(
        "{:>7}  {:<12} {:>10}  {:<38} {:>10}  {:>6}",
        "guests", "run", "median", "compared with", "median", "ratio"
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
    let (site, workdir, floor) = (
        dir.path().join("site"),
        dir.path().join("workdir"),
        dir.path().join("floor"),
    );
    write_site(&site, guests);
    program(&site, &workdir, "generate");
    let inputs = read(&site);
    let outputs = read(&workdir);

    let rounds = (10_000 / guests).clamp(5, 21);
    let (mut fresh, mut writing, mut unchanged, mut reading, mut validate) =
        (vec![], vec![], vec![], vec![], vec![]);
    for _ in 0..rounds {
        fs::remove_dir_all(&workdir).expect("the last round's workdir");
        fresh.push(time(|| program(&site, &workdir, "generate")));
        writing.push(time(|| write(&floor, &outputs)));
        fs::remove_dir_all(&floor).expect("what was just written");
        unchanged.push(time(|| program(&site, &workdir, "generate")));
        reading.push(time(|| (read(&site), read(&workdir))));
        validate.push(time(|| program(&site, &workdir, "validate")));
    }

    let bytes: usize = outputs.iter().map(|file| file.content.len()).sum();
    let written = format!("writing {} files, {} KiB", outputs.len(), bytes / 1024);
    let read = format!("reading {} files", inputs.len() + outputs.len());
    let (writing, reading) = (median(writing), median(reading));
    line(guests, "generate", median(fresh), &written, writing);
    line(guests, "no change", median(unchanged), &read, reading);
    line(guests, "validate", median(validate), &read, reading);
}

/// Prints what a run took, and what the loop it is compared with took.
fn line(guests: usize, run: &str, time: f64, floor: &str, floor_time: f64) {
    println!(
        "{guests:>7}  {run:<12} {time:>7.1} ms  {floor:<38} {floor_time:>7.1} ms  {:>6.2}",
        time / floor_time
    );
}

/// Writes a site with as many guests: 40 groups, two networks, expressions, and two interfaces for a tenth of them.
fn write_site(site: &Path, guests: usize) {
    let conf = site.join("conf.d");
    let put = |path: String, text: String| {
        let path = conf.join(path);
        fs::create_dir_all(path.parent().expect("a path with folders"))
            .expect("a folder of the site");
        fs::write(path, text).expect("a file of the site");
    };
    put("META/site.yml".into(), "site: bench\n".into());
    put(
        "common/install.yml".into(),
        "os: rhel9.4\n\
         rootpw: locked\n\
         vars: {tree: \"http://{{ networks.lan.gateway }}/rhel9\"}\n\
         virtinst: {location: \"{{ vars.tree }}/{{ os.version }}/{{ virtinst.arch }}/\", vcpus: 2}\n\
         interfaces: [{network: lan}]\n\
         packages: [\"@core\", vim-enhanced]\n\
         partitions: [{mount: /boot, size: 1G}, {mount: swap, size: 1G}, {mount: /, size: grow}]\n"
            .into(),
    );
    put(
        "networks.d/lan.yml".into(),
        "subnet: 10.16.0.0/16\ndomain: bench.test\nbridge: virbr16\n".into(),
    );
    put(
        "networks.d/san.yml".into(),
        "mode: isolated\nsubnet: 10.17.0.0/16\nbridge: virbr17\n".into(),
    );
    for group in 0..GROUPS {
        put(
            format!("sysgroups.d/g{group}.yml"),
            format!(
                "description: Role {group}\n\
                 packages: !append [package-{group}, other-{group}]\n\
                 firewall: {{ports: [\"{port}/tcp\"]}}\n\
                 services: {{enabled: [service-{group}]}}\n\
                 virtinst: {{ram: \"{{{{ 2048 + 512 * {factor} }}}}\"}}\n\
                 scripts:\n\
                 - name: role\n  \
                   when: post\n  \
                   run: |\n    \
                     echo role {group} > /etc/role\n    \
                     chmod 0644 /etc/role\n",
                port = 8000 + group,
                factor = group % 4
            ),
        );
    }
    for guest in 0..guests {
        let host = guest + 256;
        let address = format!("{}.{}", host / 256, host % 256);
        let interfaces = if guest % 10 == 0 {
            format!(
                "interfaces: !append [{{network: san, ip: \"10.17.{address}\", bootproto: static, dns_record: false}}]\n"
            )
        } else {
            String::new()
        };
        put(
            format!("guests.d/vm{guest}.yml"),
            format!(
                "sysgroups: [g{}]\nip: 10.16.{address}\n{interfaces}",
                guest % GROUPS
            ),
        );
    }
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

/// One file, by its path below a root.
struct File {
    path: PathBuf,
    mode: u32,
    content: Vec<u8>,
}

/// Reads every file below `root`, one after the other.
fn read(root: &Path) -> Vec<File> {
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
fn write(root: &Path, files: &[File]) {
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

/// Returns how long something took, in milliseconds.
fn time<T>(run: impl FnOnce() -> T) -> f64 {
    let start = Instant::now();
    let result = run();
    let time = start.elapsed();
    // Freeing the result is no part of it.
    drop(result);
    time.as_secs_f64() * 1000.0
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_unstable_by(f64::total_cmp);
    times[times.len() / 2]
}
