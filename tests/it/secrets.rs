//! Secrets: a canary in every place that can hold one appears in no output for people, and in no file that anybody but
//! its owner can read.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::support::{Run, Site, tree};

/// A lab with a canary wherever a secret can stand; each has the word `canary` in it.
const LAB: &str = r#"site: s
networks: {lan: {subnet: 10.0.0.0/24}}
common:
  os: rhel9
  rootpw: !env ROOTPW
  ssh_authorized_keys: [!file id.pub]
  users:
    - {name: ann, password: "canary, \"plain\"", ssh_authorized_keys: [!file id.pub]}
    - {name: bob, password: !file token}
  groups: [{name: wheel}]
  proxy: {url: !env PROXY}
  repos: [{name: own, baseurl: "https://joe:canary-repo@mirror/x"}]
  virtinst: {location: "http://joe:canary-location@mirror/"}
  partitions:
    - {mount: /boot, size: 1}
    - {mount: /, size: grow, encrypt: {passphrase: !file luks}}
  vars:
    token: !env TOKEN
    header: "Bearer {{ vars.token }}!"
    loud: "{{ vars.token | upper }}"
    map: {list: [!file token]}
    all: "{{ vars.map }}"
    db_password: canary-var
    dsn: "db:{{ vars.db_password | upper }}@h"
    old: {api_token: [canary-old], count: "{{ vars.db_password | length }}"}
    public: !file id.pub
  scripts:
    - {when: post, run: "login {{ vars.header }}", template: true}
    - {when: post, run: "db {{ vars.db_password }} {{ vars.dsn }} {{ vars.old.api_token[0] }}", template: true}
  setup_data:
    - {content: !file token, dst: /etc/token}
    - {src: conf, dst: /etc/conf, template: true}
    - {content: "http://joe:canary-url@h/", dst: /etc/url}
    - {content: "public", dst: /etc/public}
    - {content: "{{ vars.db_password }}", dst: /etc/db, template: true}
  templates: {own: {src: own.txt}, encoded: {src: encoded.txt}, whole: {src: whole.txt}}
  interfaces: [{network: lan, ip: auto}]
guests:
  a: {}
  b: {}
"#;

fn site() -> Site {
    Site::new(&[
        ("lab.yml", LAB),
        (
            "id.pub",
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIG1lAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA me@here\n",
        ),
        ("token", "canary-file\n"),
        ("luks", "canary \"luks\" 'x'\n"),
        ("conf", "token = {{ vars.token }}\n"),
        ("templates/own.txt", "nothing to hide from {{ name }}\n"),
        ("templates/encoded.txt", "{{ vars.token | base64 }}\n"),
        (
            "templates/whole.txt",
            "{% set text %}{{ vars.token | upper }}{% endset %}{{ text | base64 }}\n",
        ),
    ])
}

fn run(site: &Site, token: &str, args: &[&str]) -> Run {
    let mut command = site.command(&["-c", "lab.yml"]);
    command
        .args(args)
        .env("ROOTPW", "canary-root")
        .env("PROXY", "http://joe:canary-proxy@proxy:3128/")
        .env("TOKEN", token);
    Run::of(&command.output().unwrap())
}

#[track_caller]
fn silent(run: &Run) {
    for text in [&run.stdout, &run.stderr] {
        let shown: Vec<&str> = text
            .lines()
            .filter(|line| {
                let line = line.to_lowercase();
                // In base64, at each place where it can begin.
                ["canary", "y2fuyxj5", "nhbmfye", "jyw5hcn"]
                    .iter()
                    .any(|secret| line.contains(secret))
                    || line.contains("$6$")
            })
            .collect();
        assert!(shown.is_empty(), "{shown:#?}");
    }
}

#[test]
fn no_output_for_people_shows_one() {
    let site = site();
    for args in [
        &["validate"][..],
        &["validate", "--format", "json"],
        &["diff"],
        &["guest"],
        &["show", "guest/a"],
        &["show", "guest/a", "--format", "json"],
        &["show", "guest/a", "--context"],
        &["show", "guest/a", "--context", "--format", "json"],
        &["show", "guest/a", "--template", "autoinstall/ks.cfg"],
        &["show", "guest/a", "--template", "guest/vmbuild.sh"],
        &["show", "network/lan"],
        &["explain", "a"],
        &["explain", "a", "scripts"],
        &["explain", "a", "vars"],
        &["explain", "--output", "guests.d/a/setup/etc/db:1"],
        &["-v", "generate"],
    ] {
        let run = run(&site, "canary-token", args);
        assert!(
            run.status == 0 || args == ["diff"],
            "{args:?}: {}",
            run.stderr
        );
        silent(&run);
    }
    let shown = run(&site, "canary-token", &["show", "guest/a"]).stdout;
    assert_eq!(
        shown.matches("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIG1lAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA me@here").count(),
        3,
        "{shown}"
    );
    assert!(
        shown.contains("header: Bearer ***!")
            || shown.contains("header: '***'")
            || shown.contains("header: \"***\""),
        "{shown}"
    );
}

#[test]
fn a_file_that_holds_one_is_its_owners() {
    let site = site();
    let run = run(&site, "canary-token", &["generate"]);
    assert_eq!(run.status, 0, "{}", run.stderr);
    let files = tree(&site.path().join("workdir"));
    let mode = |name: &str| files[&format!("guests.d/a/{name}")].0;
    for (name, (mode, content)) in &files {
        let text = String::from_utf8_lossy(content).to_lowercase();
        let secret = text.contains("canary") || text.contains("$6$") || text.contains("y2fuyxj5");
        assert!(!secret || mode & 0o077 == 0, "{name} is {mode:o}");
    }
    assert_eq!(mode("ks.cfg"), 0o600);
    assert_eq!(mode("vmbuild.sh"), 0o700);
    assert_eq!(mode("guest.yml"), 0o644);
    assert_eq!(mode("own.txt"), 0o644);
    assert_eq!(mode("encoded.txt"), 0o600);
    assert_eq!(mode("whole.txt"), 0o600);
    assert_eq!(mode("setup/etc/token"), 0o600);
    assert_eq!(mode("setup/etc/conf"), 0o600);
    assert_eq!(mode("setup/etc/url"), 0o600);
    assert_eq!(mode("setup/etc/public"), 0o644);
    assert_eq!(mode("setup/etc/db"), 0o600);
    let conf = String::from_utf8(files["guests.d/a/setup/etc/conf"].1.clone()).unwrap();
    assert_eq!(conf, "token = canary-token\n");
    let ks = String::from_utf8(files["guests.d/a/ks.cfg"].1.clone()).unwrap();
    assert!(
        !ks.contains("canary-root") && !ks.contains("canary, "),
        "plain passwords are hashed"
    );
}

#[test]
fn modes_do_not_depend_on_the_umask_and_are_mended() {
    let modes = |umask: &str| {
        let site = site();
        let line = format!("umask {umask}; exec \"$0\" -c lab.yml generate");
        let output = std::process::Command::new("sh")
            .args(["-c", &line, crate::support::PROGRAM])
            .current_dir(site.path())
            .envs([("ROOTPW", "x"), ("PROXY", "http://x/"), ("TOKEN", "t0ken")])
            .output()
            .unwrap();
        assert!(output.status.success());
        let files = tree(&site.path().join("workdir"));
        let modes: Vec<(String, u32)> = files
            .into_iter()
            .map(|(name, (mode, _))| (name, mode))
            .collect();
        (site, modes)
    };
    let (site, open) = modes("0");
    assert_eq!(open, modes("077").1);
    let file = site.path().join("workdir/guests.d/a/ks.cfg");
    let mode = |file: &Path| fs::metadata(file).unwrap().permissions().mode() & 0o7777;
    let again = |args: &[&str]| {
        let mut command = site.command(&["-c", "lab.yml"]);
        command
            .args(args)
            .envs([("ROOTPW", "x"), ("PROXY", "http://x/"), ("TOKEN", "t0ken")]);
        Run::of(&command.output().unwrap())
    };
    fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
    let diff = again(&["diff"]);
    assert_eq!(diff.stdout, "mode of workdir/guests.d/a/ks.cfg differs\n");
    let run = again(&["generate"]);
    assert!(run.stderr.contains("workdir: 1 written"), "{}", run.stderr);
    assert_eq!(mode(&file), 0o600);
}

#[test]
fn a_diff_shows_neither_the_old_secret_nor_the_new() {
    let site = site();
    assert_eq!(run(&site, "canary-old", &["generate"]).status, 0);
    site.edit(
        "lab.yml",
        "  os: rhel9\n",
        "  os: rhel9\n  lang: de_DE.UTF-8\n",
    );
    site.write("token", "canary-new-file\n");
    site.write("luks", "canary-new-luks\n");
    let diff = run(&site, "canary-new", &["diff"]);
    assert_eq!(diff.status, 1, "{}", diff.stderr);
    silent(&diff);
    assert!(
        diff.stdout.contains("+lang de_DE.UTF-8\n"),
        "{}",
        diff.stdout
    );
    assert!(
        diff.stdout
            .contains("secrets in workdir/guests.d/a/setup/etc/token differ\n")
            || diff.stdout.contains("-***\n"),
        "{}",
        diff.stdout
    );
}

#[test]
fn diagnostics_near_secrets_do_not_show_them() {
    let lab = |part: &str| format!("site: s\nguests:\n  a:\n    os: rhel9\n{part}");
    for part in [
        "    users: [{name: ann, password: canary1, uid: x}]\n",
        "    users:\n      - {name: ann,\n         password: canary1, uid: x}\n",
        "    users:\n      - name: ann\n        password: canary1 #x\n        uid: x\n",
        "    users:\n      - name: ann\n        uid: x\n        password: |\n          canary1\n          canary2\n",
        "    users: [{name: ann, \"password\":\"canary\\\" x\", uid: x}]\n",
        "    rootpw: [canary1, canary2]\n",
        "    rootpw: {canary1: canary2}\n",
        "    rootpw: \"canary\\n1\"\n",
        "    rootpw:\n      canary1\n    uid: x\n    lang: [x]\n",
        "    vars: {p: &p canary1}\n    rootpw: *p\n    lang: [x, {y: z}]\n",
        "    proxy: {url: http://joe:canary@h, x: y}\n",
        "    partitions: [{mount: x, encrypt: {passphrase: 'canary'}}]\n",
        "    bootloader: {password: canary1}\n    ip: 1.2.3.4\n",
        "    vars: {t: !env TOKEN}\n    hostname: \"{{ vars.t }}\"\n",
        "    hostname: !env TOKEN\n",
        "    virtinst: {ram: !env TOKEN}\n",
        "    interfaces: [{network: !env TOKEN}]\n",
        "    disks: [{pool: !env TOKEN, size: 1}]\n",
        "    depends_on: [!env TOKEN]\n",
        "    vars: {t: !env TOKEN, u: \"{{ vars.t + 1 }}\"}\n",
        "    vars: {t: !env TOKEN, u: \"{{ vars.t.x }}\"}\n",
        "    ssh_authorized_keys: [!file token]\n",
        "    rootpw: !file binary\n",
        "    rootpw: !file latin1\n",
    ] {
        let site = Site::new(&[
            ("lab.yml", &lab(part)),
            ("token", "canary-file"),
            ("binary", "canary\0"),
        ]);
        site.write("latin1", b"canary\xe4");
        for args in [&["validate"][..], &["validate", "--format", "json"]] {
            let run = run(&site, "canary token", args);
            assert_eq!(run.status, 1, "{part}{}", run.stderr);
            let said = run.stdout.clone() + &run.stderr;
            assert!(!said.contains("canary"), "{part}{said}");
        }
    }
}

#[test]
fn what_lies_outside_must_be_text() {
    for (value, code, message) in [
        (
            "!env MISSING",
            "missing-variable",
            "the environment variable `MISSING` is not set",
        ),
        (
            "!env EMPTY",
            "missing-variable",
            "the environment variable `EMPTY` is empty",
        ),
        (
            "!file none",
            "unreadable-file",
            "`./none` cannot be read: no such file or directory",
        ),
        ("!file empty", "unreadable-file", "`./empty` is empty"),
        (
            "!file dir",
            "unreadable-file",
            "`./dir` is a directory where a file is due",
        ),
        (
            "!file nul",
            "unreadable-file",
            "`./nul` is not text: it holds the control character U+0000",
        ),
    ] {
        let lab = format!("site: s\nguests:\n  a:\n    os: rhel9\n    rootpw: {value}\n");
        let site = Site::new(&[
            ("lab.yml", &lab),
            ("empty", "\n"),
            ("dir/x", ""),
            ("nul", "a\0b"),
        ]);
        let output = site
            .command(&["-c", "lab.yml", "validate"])
            .env("EMPTY", "\n")
            .output();
        let run = Run::of(&output.unwrap());
        assert_eq!(run.status, 1);
        let first = run.stderr.lines().next().unwrap_or_default();
        assert_eq!(first, format!("error[{code}]: {message}"));
        assert!(run.stderr.contains("--> lab.yml:5:13"), "{}", run.stderr);
    }
    let site = Site::new(&[(
        "lab.yml",
        "site: s\nnetworks: {lan: {subnet: 10.0.0.0/24, domain: !env HOME}}\n",
    )]);
    let run = site.run(&["-c", "lab.yml", "validate"]);
    assert_eq!(run.codes(), ["misplaced-tag"], "{}", run.stderr);
}

#[test]
fn a_boot_loader_takes_only_hashes_it_can_read() {
    let lab = |os: &str, password: &str| {
        let lab = format!(
            "site: s\nguests:\n  a: {{os: {os}, rootpw: locked, virtinst: {{location: http://x/}}, interfaces: [{{network: default}}], bootloader: {{password: {password}}}}}\n"
        );
        Site::new(&[("lab.yml", lab.as_str())]).run(&["-c", "lab.yml", "validate"])
    };
    let grub = "grub.pbkdf2.sha512.10000.AABB.CCDD";
    for (os, password) in [
        ("rhel9", grub),
        ("rhel8", grub),
        ("rhel6", "$6$salt$x"),
        ("rhel5", "$1$salt$x"),
    ] {
        let run = lab(os, password);
        assert_eq!(run.status, 0, "{os}: {}", run.stderr);
    }
    for (os, password, found) in [
        ("rhel9", "canary", "plain text"),
        ("rhel9", "$6$canary$canary", "a hash of the kind `$6$`"),
        ("rhel6", grub, "a hash of the kind `grub.pbkdf2.sha512.`"),
        ("rhel5", "$6$canary$x", "a hash of the kind `$6$`"),
        ("rhel9", "locked", "`locked`"),
    ] {
        let run = lab(os, password);
        assert_eq!(run.codes(), ["unreadable-hash"], "{}", run.stderr);
        assert!(
            run.stderr.contains(found) && !run.stderr.contains("canary"),
            "{}",
            run.stderr
        );
    }
}

#[test]
fn numbers_and_booleans_come_from_outside_as_yaml_reads_them() {
    let site = Site::new(&[
        (
            "lab.yml",
            "site: s
networks: {lan: {subnet: 10.0.0.0/24}}
common:
  os: rhel9
  rootpw: locked
  virtinst: {location: http://x/, ram: !env RAM, vcpus: !file cpus, tpm: !env TPM}
  vars: {mtu: !env MTU, flag: !env TPM}
  disks: [{size: !env SIZE}]
  interfaces: [{network: lan, ip: auto, mtu: \"{{ vars.mtu | int - 100 }}\"}]
guests:
  a: {}
",
        ),
        ("cpus", "0x2\n"),
    ]);
    let run = |ram: &str, args: &[&str]| {
        let mut command = site.command(&["-c", "lab.yml"]);
        command
            .args(args)
            .env("RAM", ram)
            .env("TPM", "true")
            .env("SIZE", "20")
            .env("MTU", "1600");
        Run::of(&command.output().unwrap())
    };
    let context = run(
        "6144",
        &["show", "guest/a", "--format", "json", "--context"],
    );
    assert_eq!(context.status, 0, "{}", context.stderr);
    for part in ["\"vcpus\": 2,", "\"tpm\": true", "\"flag\": \"true\""] {
        assert!(context.stdout.contains(part), "{part}: {}", context.stdout);
    }
    assert!(!context.stdout.contains("6144"), "{}", context.stdout);
    assert_eq!(run("6144", &["generate"]).status, 0);
    let script = site.read("workdir/guests.d/a/vmbuild.sh");
    for part in ["--memory 6144", "--vcpus 2", "--tpm"] {
        assert!(script.contains(part), "{part}: {script}");
    }
    for ram in ["canary", "5 canary", "-1", "true", "0"] {
        let wrong = run(ram, &["validate"]);
        let text = &wrong.stderr;
        assert!(
            text.contains("a number of MiB, or text such as 2G is due here, and what this names is something else")
                && text.contains("lab.yml:6:40"),
            "{ram}: {text}"
        );
        silent(&wrong);
    }
}
