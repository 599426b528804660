//! `init`: the sites it writes generate as they are, and it writes over nothing.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use crate::support::{Run, Site, project, tree};

/// The examples, which are the directories below `examples/`.
fn examples() -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(project("examples"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

/// A public key whose comment would be an expression, were it read as one.
const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGFubgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA ann: \"{{ name }}\" #'s key";

/// A key of the older type, without a comment.
const RSA: &str = "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAACQC7YW5uAAAAAA==";

/// Runs the program in a directory, for a user whose home is `home` below it.
fn run(site: &Site, home: &str, args: &[&str]) -> Run {
    let home = site.path().join(home);
    Run::of(&site.command(args).env("HOME", home).output().unwrap())
}

#[test]
fn every_example_generates_without_a_warning() {
    for example in examples() {
        for (home, login) in [("ann", "key"), ("nobody", "password")] {
            // Its guests are older than keys of this type.
            let key = match example.as_str() {
                "service" => format!("{RSA} ann: \"{{{{ name }}}}\" #'s key"),
                _ => KEY.to_owned(),
            };
            let site = Site::new(&[
                ("ann/.ssh/id_ed25519.pub", &key),
                (
                    "ann/.ssh/id_ed25519-cert.pub",
                    "ssh-ed25519-cert-v01@openssh.com AAAA x",
                ),
                ("ann/.ssh/broken.pub", "not a key\n"),
            ]);
            let made = run(&site, home, &["init", "my lab", "--example", &example]);
            assert_eq!(made.status, 0, "{}", made.stderr);
            let in_site = |args: &[&str]| {
                let mut command = site.command(args);
                Run::of(
                    &command
                        .current_dir(site.path().join("my lab"))
                        .output()
                        .unwrap(),
                )
            };
            let generated = in_site(&["generate", "--strict"]);
            assert_eq!(
                (generated.status, generated.codes()),
                (0, vec![]),
                "{example} with a {login}: {}",
                generated.stderr
            );
            assert_eq!(generated.stderr.lines().count(), 1, "{}", generated.stderr);

            // The site is called like its directory, and nothing else of the example has changed.
            let wrote = tree(&site.path().join("my lab/conf.d"));
            let given = tree(&project(&format!("examples/{example}/conf.d")));
            assert_eq!(
                wrote.keys().collect::<Vec<_>>(),
                given.keys().collect::<Vec<_>>()
            );
            for (name, (mode, content)) in &wrote {
                assert_eq!(*mode, 0o644, "{name}");
                // Each layer names a schema that is there.
                let text = String::from_utf8_lossy(content);
                let (head, content) = text.split_once('\n').unwrap();
                let schema = head
                    .strip_prefix("# yaml-language-server: $schema=")
                    .unwrap();
                let layer = site.path().join("my lab/conf.d").join(name);
                assert!(
                    layer.parent().unwrap().join(schema).is_file(),
                    "{name}: {head}"
                );
                match name.as_str() {
                    "META/site.yml" => {
                        assert!(content.ends_with("\nsite: my-lab\n"));
                    }
                    "common/login.yml" => {}
                    _ => assert_eq!(content.as_bytes(), given[name].1, "{name}"),
                }
            }

            let workdir = tree(&site.path().join("my lab/workdir"));
            let kickstarts: Vec<String> = workdir
                .iter()
                .filter(|(name, _)| name.ends_with("/ks.cfg"))
                .map(|(_, (_, text))| String::from_utf8_lossy(text).into_owned())
                .collect();
            assert!(!kickstarts.is_empty());
            if login == "key" {
                assert_eq!(made.stdout, "");
                assert!(
                    made.stderr.contains("your SSH keys: id_ed25519.pub\n"),
                    "{}",
                    made.stderr
                );
                assert!(
                    kickstarts.iter().all(|text| text.contains("rootpw --lock")
                        || text.contains("rootpw --iscrypted"))
                );
                let data = key.split(' ').nth(1).unwrap();
                let login =
                    fs::read_to_string(site.path().join("my lab/conf.d/common/login.yml")).unwrap();
                assert!(login.contains(data), "{login}");
                let object = in_site(&["guest"])
                    .stdout
                    .lines()
                    .nth(1)
                    .unwrap()
                    .split(' ')
                    .next()
                    .unwrap()
                    .to_owned();
                let shown =
                    in_site(&["show", &format!("guest/{object}"), "--format", "json"]).stdout;
                let shown: serde_json::Value = serde_json::from_str(&shown).unwrap();
                assert_eq!(shown["ssh_authorized_keys"][0], key.as_str());
            } else {
                let password = made.stdout.trim();
                assert_eq!(
                    password.split('-').map(str::len).collect::<Vec<_>>(),
                    [5; 4]
                );
                assert!(!made.stderr.contains(password));
                assert!(
                    kickstarts
                        .iter()
                        .all(|text| text.contains("rootpw --iscrypted $6$")),
                    "{}",
                    kickstarts[0]
                );
                for (name, (_, content)) in wrote.iter().chain(&workdir) {
                    assert!(
                        !String::from_utf8_lossy(content).contains(password),
                        "{name}"
                    );
                }
            }
        }
    }
}

#[test]
fn keys_that_a_guest_cannot_read_are_not_taken() {
    let site = Site::new(&[("ann/.ssh/id_ed25519.pub", KEY)]);
    let made = run(&site, "ann", &["init", "-x", "--example", "service"]);
    assert_eq!(made.status, 2, "a directory that looks like an option");
    let made = run(&site, "ann", &["init", "--example", "service", "--", "-x"]);
    assert_eq!(made.stdout.trim().len(), 23, "{}", made.stderr);
    assert!(made.stderr.contains("then cd ./-x &&"), "{}", made.stderr);
    let keys = "rootpw: locked\nssh_authorized_keys: [\"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGFubgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA ann\"]\n";
    site.write("-x/conf.d/common/login.yml", keys);
    let mut command = site.command(&["validate"]);
    let run = Run::of(
        &command
            .current_dir(site.path().join("-x"))
            .output()
            .unwrap(),
    );
    assert!(
        run.codes().iter().all(|code| *code == "no-login"),
        "{}",
        run.stderr
    );
    // Guests that one file makes are reported once.
    let more = run.stderr.lines();
    let more = more.filter_map(|line| line.trim().strip_prefix("= note: the same goes for "));
    let more = more.map(|rest| rest.split(' ').next().unwrap().parse::<usize>().unwrap());
    assert_eq!(
        run.codes().len() + more.sum::<usize>(),
        18,
        "{}",
        run.stderr
    );
    site.edit(
        "-x/conf.d/common/login.yml",
        "A ann\"",
        "A ann\", \"ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAACQC7YW5uAAAAAA== ann\"",
    );
    let mut command = site.command(&["validate", "--strict"]);
    let run = Run::of(
        &command
            .current_dir(site.path().join("-x"))
            .output()
            .unwrap(),
    );
    assert_eq!(run.status, 0, "{}", run.stderr);
}

#[test]
fn nothing_is_written_over() {
    let site = Site::new(&[("conf.d/guests.d/a.yml", "os: rhel9\n")]);
    let before = tree(site.path());
    let run = site.run(&["init"]);
    assert_eq!(run.status, 1);
    assert_eq!(
        run.stderr,
        "error: ./conf.d exists already: a new site needs a place of its own\n"
    );
    assert_eq!(tree(site.path()), before);

    // An empty directory is no site, and neither is what a killed run left.
    let site = Site::new(&[(".miniascape-init/conf.d/x.yml", "")]);
    fs::create_dir(site.path().join("conf.d")).unwrap();
    site.succeed(&["i"]);
    assert!(!site.path().join(".miniascape-init").exists());
    assert!(!site.path().join("conf.d/x.yml").exists());
    assert_eq!(site.run(&["init"]).status, 1);

    // A file where the directory should be.
    let site = Site::new(&[("lab", "")]);
    assert_eq!(site.run(&["init", "lab"]).status, 3);
    assert_eq!(site.read("lab"), "");
}

#[test]
fn a_directory_that_cannot_be_written_is_the_hosts_failure() {
    let site = Site::new(&[("ro/keep", "")]);
    let dir = site.path().join("ro");
    fs::set_permissions(&dir, fs::Permissions::from_mode(0o555)).unwrap();
    let run = site.run(&["init", "ro/lab"]);
    // Root may write everywhere.
    let is_root = fs::write(dir.join("probe"), "").is_ok();
    fs::set_permissions(&dir, fs::Permissions::from_mode(0o755)).unwrap();
    assert_eq!(run.status, if is_root { 0 } else { 3 }, "{}", run.stderr);
}

#[test]
fn examples_are_listed_and_suggested() {
    let site = Site::new(&[]);
    let help = site.run(&["init", "-h"]).stdout;
    for example in examples() {
        assert!(help.contains(&example), "{help}");
    }
    let run = site.run(&["init", "--example", "smal"]);
    assert_eq!(run.status, 2);
    assert!(run.stderr.contains("'small'"), "{}", run.stderr);
}

#[test]
fn a_user_without_a_home_gets_a_password() {
    let site = Site::new(&[]);
    let run = Run::of(
        &site
            .command(&["init", "-q"])
            .env_remove("HOME")
            .output()
            .unwrap(),
    );
    assert_eq!((run.status, run.stderr.as_str()), (0, ""));
    assert_eq!(run.stdout.trim().len(), 23);
}
