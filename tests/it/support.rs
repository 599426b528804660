//! A site in a directory of its own, and the program run on it.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;
use walkdir::WalkDir;

/// The program under test.
pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_miniascape");

/// The sites whose outputs are judged and compared, and the single file that is all of the site, if it is one.
pub(crate) const SITES: &[(&str, Option<&str>)] = &[
    ("examples/service", None),
    ("examples/ha-cluster", None),
    ("examples/multinet", None),
    ("examples/three-tier", None),
    ("examples/single", None),
    ("examples/small", None),
    ("tests/sites/normative-a", None),
    ("tests/sites/normative-b", Some("lab.yml")),
    ("tests/sites/normative-c", Some("farm.yml")),
    ("tests/sites/pools", Some("lab.yml")),
    ("tests/sites/rhel9", Some("lab.yml")),
    ("tests/sites/debian", Some("lab.yml")),
    ("tests/sites/cloud", Some("lab.yml")),
    ("tests/sites/suse", Some("lab.yml")),
    ("tests/sites/agama", Some("lab.yml")),
    ("tests/sites/ubuntu", Some("lab.yml")),
    ("tests/sites/seal", Some("lab.yml")),
    ("tests/sites/links", Some("lab.yml")),
    ("tests/sites/windows", Some("lab.yml")),
    ("tests/sites/alpine", Some("lab.yml")),
    ("tests/sites/neutral", Some("lab.yml")),
];

/// Returns a path below the project.
pub(crate) fn project(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// A directory with a site in it, removed when dropped.
pub(crate) struct Site {
    dir: TempDir,
}

/// What a run of the program came to.
pub(crate) struct Run {
    pub(crate) status: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Site {
    /// Makes a site of files, given as path and text.
    pub(crate) fn new(files: &[(&str, &str)]) -> Self {
        let site = Self {
            dir: tempfile::tempdir().unwrap(),
        };
        for (path, text) in files {
            site.write(path, text);
        }
        site
    }

    /// Makes a site of a copy of a directory of the project.
    pub(crate) fn copy(from: &str) -> Self {
        let site = Self::new(&[]);
        let from = project(from);
        for entry in WalkDir::new(&from)
            .into_iter()
            .map(Result::unwrap)
            .filter(|entry| entry.file_type().is_file())
        {
            let to = site.path().join(entry.path().strip_prefix(&from).unwrap());
            fs::create_dir_all(to.parent().unwrap()).unwrap();
            fs::copy(entry.path(), to).unwrap();
        }
        site
    }

    pub(crate) fn path(&self) -> &Path {
        self.dir.path()
    }

    /// Writes a file of the site, whatever was there.
    pub(crate) fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Reads a file of the site.
    pub(crate) fn read(&self, path: &str) -> String {
        let path = self.path().join(path);
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    /// Replaces text in a file of the site; it must be there.
    pub(crate) fn edit(&self, path: &str, from: &str, to: &str) {
        let text = self.read(path);
        assert!(text.contains(from), "{path} has no {from:?}");
        self.write(path, text.replace(from, to));
    }

    /// Returns the program, to be run in the site's directory.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(PROGRAM);
        command
            .current_dir(self.path())
            .args(args)
            .env("NO_COLOR", "1")
            .env_remove("LIBVIRT_DEFAULT_URI");
        command
    }

    /// Runs the program in the site's directory.
    pub(crate) fn run(&self, args: &[&str]) -> Run {
        Run::of(&self.command(args).output().unwrap())
    }

    /// Runs the program and expects it to succeed without a word of warning.
    #[track_caller]
    pub(crate) fn succeed(&self, args: &[&str]) -> Run {
        let run = self.run(args);
        assert!(
            run.status == 0 && !run.stderr.contains("warning["),
            "{args:?} ended with {}:\n{}",
            run.status,
            run.stderr
        );
        run
    }

    /// Generates the workdir and returns its files.
    #[track_caller]
    pub(crate) fn generate(&self) -> Tree {
        self.succeed(&["generate"]);
        tree(&self.path().join("workdir"))
    }
}

impl Run {
    pub(crate) fn of(output: &Output) -> Self {
        Self {
            status: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// The codes of the diagnostics printed, in order.
    pub(crate) fn codes(&self) -> Vec<&str> {
        self.stderr
            .lines()
            .filter_map(|line| {
                ["error[", "warning[", "note["]
                    .iter()
                    .find_map(|level| line.strip_prefix(level))?
                    .split(']')
                    .next()
            })
            .collect()
    }
}

/// Files by path: mode and content.
pub(crate) type Tree = BTreeMap<String, (u32, Vec<u8>)>;

/// Reads every file below `root`.
pub(crate) fn tree(root: &Path) -> Tree {
    WalkDir::new(root)
        .into_iter()
        .map(Result::unwrap)
        .filter(|entry| entry.file_type().is_file())
        .map(|entry| {
            let name = entry
                .path()
                .strip_prefix(root)
                .unwrap()
                .display()
                .to_string();
            let mode = entry.metadata().unwrap().permissions().mode() & 0o7777;
            (name, (mode, fs::read(entry.path()).unwrap()))
        })
        .collect()
}

/// Runs a judge on something; a judge that is missing fails the test with the line that installs it.
#[track_caller]
pub(crate) fn judge(program: &str, args: &[&str]) -> Run {
    let local = project(".venv/bin").join(program);
    let path = if local.exists() {
        local
    } else {
        PathBuf::from(program)
    };
    match Command::new(&path)
        .args(args)
        .env("LC_ALL", "C.UTF-8")
        .output()
    {
        Ok(output) => Run::of(&output),
        Err(error) => panic!("{program} cannot be run ({error}): install it with `make judges`"),
    }
}
