//! The workdir: the same bytes from the same input, nothing but what changed, and whole again after a kill.

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use crate::support::{PROGRAM, Run, Site, Tree, tree};

/// The paths whose mode or content differs between two trees.
fn differing(a: &Tree, b: &Tree) -> BTreeSet<String> {
    a.keys()
        .chain(b.keys())
        .filter(|path| a.get(*path) != b.get(*path))
        .cloned()
        .collect()
}

#[test]
fn the_same_site_gives_the_same_bytes_and_modes() {
    let want = Site::copy("examples/service").generate();
    let source = Site::copy("examples/service");
    let files: Vec<(String, Vec<u8>)> = tree(source.path())
        .into_iter()
        .map(|(path, (_, content))| (path, content))
        .collect();
    for (turn, threads) in ["1", "2", "7"].into_iter().enumerate() {
        let site = Site::new(&[]);
        // Directories list files in the order of their creation on many file systems.
        let mut shuffled: Vec<&(String, Vec<u8>)> = files.iter().collect();
        shuffled.sort_by_key(|(path, _)| {
            path.bytes()
                .map(u64::from)
                .fold(turn as u64 + 7, |sum, byte| (sum * 31 + byte) % 1009)
        });
        for (path, content) in shuffled {
            site.write(path, content);
        }
        let script = format!("umask 0{}77; exec \"$0\" generate -q", turn);
        let run = Command::new("sh")
            .args(["-c", &script, PROGRAM])
            .current_dir(site.path())
            .envs([
                ("RAYON_NUM_THREADS", threads),
                ("LC_ALL", "tr_TR.UTF-8"),
                ("TZ", "Asia/Tokyo"),
                ("USER", "nobody"),
            ])
            .env("HOME", "/nonexistent")
            .output()
            .unwrap();
        assert!(
            run.status.success(),
            "{}",
            String::from_utf8_lossy(&run.stderr)
        );
        assert_eq!(
            differing(&want, &tree(&site.path().join("workdir"))),
            BTreeSet::new()
        );
    }
}

#[test]
fn another_user_gets_the_same_bytes() {
    let site = Site::copy("examples/service");
    let want = site.generate();
    fs::remove_dir_all(site.path().join("workdir")).unwrap();
    let run = Command::new("unshare")
        .args(["--user", "--map-user=1234", "--map-group=1234", PROGRAM])
        .args(["generate", "-q"])
        .current_dir(site.path())
        .output()
        .unwrap();
    assert!(
        run.status.success(),
        "{}",
        String::from_utf8_lossy(&run.stderr)
    );
    assert_eq!(
        differing(&want, &tree(&site.path().join("workdir"))),
        BTreeSet::new()
    );
}

#[test]
fn adding_a_guest_touches_its_own_files_and_the_shared_ones() {
    for (from, args, new) in [
        (
            "examples/service",
            vec![],
            (
                "conf.d/guests.d/new.yml",
                "os: rhel6.3\nip: 192.168.155.77\nrootpw: locked\n",
                "new",
            ),
        ),
        (
            "tests/sites/normative-c",
            vec!["-c", "farm.yml"],
            ("farm.yml", "", "aaa"),
        ),
    ] {
        let site = Site::copy(from);
        let generate: Vec<&str> = args.iter().copied().chain(["generate"]).collect();
        site.succeed(&generate);
        let before = tree(&site.path().join("workdir"));
        let (file, text, name) = new;
        if text.is_empty() {
            // `ip: auto`, and first in natural order: it must not push the others.
            site.edit(
                file,
                "  mon:",
                "  aaa: {sysgroups: [base], interfaces: [{network: lan, ip: auto}]}\n  mon:",
            );
        } else {
            site.write(file, text);
        }
        site.succeed(&generate);
        let after = tree(&site.path().join("workdir"));
        let own = format!("guests.d/{name}/");
        let shared: BTreeSet<String> = differing(&before, &after)
            .into_iter()
            .filter(|path| !path.starts_with(&own))
            .collect();
        let network = if text.is_empty() { "lan" } else { "service" };
        let want = [
            ".miniascape/manifest".to_owned(),
            format!("host/networks.d/{network}.xml"),
            format!("host/networks.d/{network}.yml"),
        ];
        assert_eq!(shared, BTreeSet::from(want));
        assert!(after.keys().any(|path| path.starts_with(&own)));
    }
}

#[test]
fn only_changed_files_are_written() {
    let site = Site::copy("tests/sites/normative-c");
    let generate = ["-c", "farm.yml", "generate"];
    site.succeed(&generate);
    let modified = |path: &str| {
        fs::metadata(site.path().join("workdir").join(path))
            .unwrap()
            .modified()
            .unwrap()
    };
    let (same, changed) = ("guests.d/node-1/ks.cfg", "guests.d/mon/ks.cfg");
    let before = (modified(same), modified(changed));
    let run = site.succeed(&generate);
    assert!(
        run.stderr.ends_with("workdir: 0 written, 17 unchanged\n"),
        "{}",
        run.stderr
    );
    site.edit("farm.yml", "packages: ~,", "packages: [vim],");
    let check = site.run(&["-c", "farm.yml", "generate", "--check"]);
    assert_eq!(check.status, 1);
    assert!(
        check
            .stderr
            .contains("would update workdir/guests.d/mon/ks.cfg"),
        "{}",
        check.stderr
    );
    let diff = site.run(&["-c", "farm.yml", "diff"]);
    assert_eq!(diff.status, 1);
    assert!(
        diff.stdout
            .contains("--- a/workdir/guests.d/mon/ks.cfg\n+++ b/workdir/guests.d/mon/ks.cfg\n"),
        "{}",
        diff.stdout
    );
    assert!(diff.stdout.contains("\n+vim\n"), "{}", diff.stdout);
    assert_eq!(
        (modified(same), modified(changed)),
        before,
        "--check or diff wrote something"
    );
    site.succeed(&generate);
    assert_eq!(modified(same), before.0);
    assert_ne!(modified(changed), before.1);
    assert_eq!(
        site.run(&["-c", "farm.yml", "generate", "--check"]).status,
        0
    );
    assert_eq!(site.run(&["-c", "farm.yml", "diff"]).stdout, "");
}

#[test]
fn what_is_no_longer_generated_goes_and_the_rest_stays() {
    let site = Site::copy("tests/sites/normative-c");
    let generate = ["-c", "farm.yml", "generate"];
    site.succeed(&generate);
    site.write("workdir/guests.d/node-3/notes.txt", "mine");
    site.write("workdir/other/file", "mine");
    site.edit("farm.yml", "count: 3", "count: 2");
    site.edit("farm.yml", "  mon:", "  monitor:");
    site.succeed(&generate);
    assert!(!site.path().join("workdir/guests.d/mon").exists());
    let left: Vec<String> = tree(&site.path().join("workdir/guests.d/node-3"))
        .into_keys()
        .collect();
    assert_eq!(left, ["notes.txt"]);
    assert_eq!(site.read("workdir/other/file"), "mine");
}

#[test]
fn edited_and_foreign_files_are_kept_unless_forced() {
    let site = Site::copy("tests/sites/normative-c");
    let generate = ["-c", "farm.yml", "generate"];
    site.write("workdir/guests.d/mon/vmbuild.sh", "#!/bin/sh\n");
    let run = site.run(&generate);
    assert_eq!(run.status, 1);
    assert!(
        run.stderr
            .contains("kept workdir/guests.d/mon/vmbuild.sh: it was not written by miniascape"),
        "{}",
        run.stderr
    );
    assert_eq!(site.read("workdir/guests.d/mon/vmbuild.sh"), "#!/bin/sh\n");

    site.write("workdir/guests.d/node-1/ks.cfg", "edited\n");
    let run = site.run(&generate);
    assert_eq!(run.status, 1);
    assert!(
        run.stderr
            .contains("kept workdir/guests.d/node-1/ks.cfg: it was edited since it was written"),
        "{}",
        run.stderr
    );
    assert_eq!(site.read("workdir/guests.d/node-1/ks.cfg"), "edited\n");

    // An edited file is not removed with its guest either.
    site.edit("farm.yml", "count: 3", "count: 0");
    assert_eq!(site.run(&generate).status, 1);
    assert_eq!(site.read("workdir/guests.d/node-1/ks.cfg"), "edited\n");
    site.edit("farm.yml", "count: 0", "count: 3");

    site.succeed(&["-c", "farm.yml", "generate", "--force"]);
    assert!(
        site.read("workdir/guests.d/node-1/ks.cfg")
            .starts_with("# Kickstart of node-1")
    );
    assert_eq!(
        site.run(&["-c", "farm.yml", "generate", "--check"]).status,
        0
    );
}

#[test]
fn the_manifest_is_sha256sums() {
    let site = Site::copy("tests/sites/normative-c");
    site.succeed(&["-c", "farm.yml", "generate"]);
    let run = Command::new("sha256sum")
        .args(["--check", "--quiet", ".miniascape/manifest"])
        .current_dir(site.path().join("workdir"))
        .output()
        .unwrap();
    assert!(
        run.status.success(),
        "{}",
        String::from_utf8_lossy(&run.stdout)
    );
    let files = tree(&site.path().join("workdir")).len() - 1;
    assert_eq!(
        site.read("workdir/.miniascape/manifest").lines().count(),
        files
    );
}

#[test]
fn a_run_killed_at_any_step_is_completed_by_the_next() {
    let old = || {
        let site = Site::copy("tests/sites/normative-c");
        site.succeed(&["-c", "farm.yml", "generate"]);
        // Files to create, to update, to remove, and a lock to change.
        site.edit("farm.yml", "node: {count: 3}", "node: {count: 2}\n  new: {sysgroups: [node], interfaces: [{network: lan, ip: auto}], virtinst: {ram: 2048}}");
        site.edit("farm.yml", "packages: ~,", "packages: [vim],");
        site
    };
    let whole = old();
    whole.succeed(&["-c", "farm.yml", "generate"]);
    let want = tree(whole.path());
    // The site may change again before the next run: what the killed one wrote must not count as edited then.
    let change = |site: &Site| {
        site.edit("farm.yml", "packages: [vim],", "packages: [nano],");
        site.edit("farm.yml", "ram: 2048", "ram: 3072");
    };
    change(&whole);
    whole.succeed(&["-c", "farm.yml", "generate"]);
    let want_changed = tree(whole.path());
    let mut kills = 0;
    for syscall in [
        "rename", "unlink", "openat", "fchmod", "write", "writev", "mkdir", "rmdir",
    ] {
        for step in 1.. {
            let site = old();
            let inject = format!("inject={syscall}:signal=SIGKILL:when={step}");
            let output = Command::new("strace")
                .args(["-f", "-qq", "-o", "/dev/null"])
                .args([
                    "-e",
                    &format!("trace={syscall}"),
                    "-e",
                    &inject,
                    PROGRAM,
                    "-c",
                    "farm.yml",
                    "generate",
                ])
                .current_dir(site.path())
                .env("RAYON_NUM_THREADS", "1")
                .output()
                .unwrap_or_else(|error| {
                    panic!("strace cannot be run ({error}): install it with `make deps`")
                });
            let run = Run::of(&output);
            if run.status == 0 {
                break;
            }
            assert_eq!(run.status, -1, "{}", run.stderr);
            kills += 1;
            let want = if step % 2 == 0 { &want } else { &want_changed };
            if step % 2 == 1 {
                change(&site);
            }
            site.succeed(&["-c", "farm.yml", "generate"]);
            assert_eq!(
                differing(want, &tree(site.path())),
                BTreeSet::new(),
                "killed at {syscall} {step}"
            );
        }
    }
    assert!(kills > 30, "only {kills} kills: is anything traced?");
}

#[test]
fn what_a_killed_first_run_left_goes_with_the_next() {
    // The guests' directory is written beside its place. The next run about guests may be about one of them.
    for next in [vec!["guest", "mon"], vec!["generate"]] {
        let site = Site::copy("tests/sites/normative-c");
        let output = Command::new("strace")
            .args(["-f", "-qq", "-o", "/dev/null", "-e", "trace=writev"])
            .args(["-e", "inject=writev:signal=SIGKILL:when=6", PROGRAM])
            .args(["-c", "farm.yml", "generate"])
            .current_dir(site.path())
            .env("RAYON_NUM_THREADS", "1")
            .output()
            .unwrap_or_else(|error| {
                panic!("strace cannot be run ({error}): install it with `make deps`")
            });
        assert_eq!(Run::of(&output).status, -1);
        let hidden = |site: &Site| -> Vec<String> {
            let files = tree(&site.path().join("workdir")).into_keys();
            files
                .filter(|path| path.contains("miniascape-new"))
                .collect()
        };
        assert!(hidden(&site).len() > 1, "nothing was half made");
        if next[0] != "generate" {
            // Somebody made the place meanwhile: the directory of the next run is another.
            fs::create_dir(site.path().join("workdir/guests.d")).unwrap();
        }
        let args = [&["-c", "farm.yml"], next.as_slice()].concat();
        site.succeed(&args);
        assert_eq!(hidden(&site), Vec::<String>::new(), "{next:?}");
    }
}

#[test]
fn nothing_outside_the_workdir_is_touched() {
    let site = Site::copy("tests/sites/normative-c");
    let generate = ["-c", "farm.yml", "generate"];
    site.succeed(&generate);
    // A directory that became a link: neither written to nor removed from.
    let (inside, outside) = (
        site.path().join("workdir/guests.d/mon"),
        site.path().join("outside"),
    );
    fs::rename(&inside, &outside).unwrap();
    std::os::unix::fs::symlink(&outside, &inside).unwrap();
    let before = tree(&outside);
    site.edit("farm.yml", "packages: ~,", "packages: [vim],");
    let run = site.run(&generate);
    assert_eq!(run.status, 1);
    assert!(
        run.stderr
            .contains("kept workdir/guests.d/mon/ks.cfg: it is no regular file, or lies behind"),
        "{}",
        run.stderr
    );
    site.edit("farm.yml", "  mon:", "  monitor:");
    site.succeed(&generate);
    assert_eq!(tree(&outside), before);
    // A lab without anything is a mistake, not a wish for an empty workdir.
    let whole = tree(&site.path().join("workdir"));
    site.write("farm.yml", "");
    let run = site.run(&generate);
    assert_eq!(
        (run.status, run.codes()),
        (1, vec!["site-layout"]),
        "{}",
        run.stderr
    );
    assert_eq!(tree(&site.path().join("workdir")), whole);
    // The workdir is no part of the site.
    let site = Site::copy("examples/service");
    assert_eq!(site.run(&["generate", "-w", "conf.d/out"]).status, 2);
}

#[test]
fn names_that_begin_alike_are_not_mixed_up() {
    let site = Site::copy("tests/sites/normative-c");
    site.edit(
        "farm.yml",
        "  lan: {",
        "  lan.xml: {subnet: 10.8.0.0/24}\n  lan: {",
    );
    site.succeed(&["-c", "farm.yml", "generate"]);
    site.succeed(&["-c", "farm.yml", "net", "lan"]);
    assert_eq!(
        site.run(&["-c", "farm.yml", "generate", "--check"]).status,
        0
    );
}

#[test]
fn failures_of_the_host_are_told_apart() {
    let site = Site::copy("tests/sites/normative-c");
    site.write("workdir", "a file where a directory is due");
    let run = site.run(&["-c", "farm.yml", "generate"]);
    assert_eq!(run.status, 3, "{}", run.stderr);
    assert!(run.stderr.starts_with("error: workdir"), "{}", run.stderr);
    assert_eq!(site.run(&["frobnicate"]).status, 2);
    assert_eq!(site.run(&["-c", "farm.yml", "guest", "nobody"]).status, 2);
    assert_eq!(
        site.run(&["g"]).status,
        2,
        "an ambiguous abbreviation is no command"
    );
    assert_eq!(site.run(&["--help"]).status, 0);
}

#[test]
fn one_guest_or_network_alone_leaves_the_rest() {
    let site = Site::copy("tests/sites/normative-c");
    site.succeed(&["-c", "farm.yml", "gu", "mon"]);
    let files: Vec<String> = tree(&site.path().join("workdir")).into_keys().collect();
    let own = ["guest.yml", "ks.cfg", "vmbuild.sh"].map(|file| format!("guests.d/mon/{file}"));
    assert_eq!(
        files,
        [&[".miniascape/manifest".to_owned()], own.as_slice()].concat()
    );
    site.succeed(&["-c", "farm.yml", "n", "lan"]);
    assert_eq!(tree(&site.path().join("workdir")).len(), 6);
    site.succeed(&["-c", "farm.yml", "gu", "-A"]);
    site.succeed(&["-c", "farm.yml", "n"]);
    assert_eq!(site.run(&["-c", "farm.yml", "ge", "--check"]).status, 0);
    let scripts = tree(&site.path().join("workdir"))
        .into_iter()
        .filter(|(path, _)| path.ends_with(".sh"));
    assert!(scripts.into_iter().all(|(_, (mode, _))| mode == 0o755));
}
