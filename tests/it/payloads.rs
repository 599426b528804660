//! Files and scripts for guests: what the sections of a generated kickstart make when they are run.
//!
//! The installer's own parser takes a kickstart apart; its sections then run in a root of their own, in a mount
//! namespace, with the programs of this machine and nothing else of it. As another user than root, owners other than
//! that user cannot be given, and are not compared.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::PathBuf;
use std::process::Command;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{Run, Site, judge, project, tree};

/// The guests and the syntax of their kickstarts.
const GUESTS: &[(&str, &str)] = &[("five", "RHEL5"), ("six", "RHEL6"), ("nine", "RHEL9")];

/// A root to run sections in.
pub(crate) struct Scratch(TempDir);

impl Scratch {
    pub(crate) fn new() -> Self {
        let scratch = Self(tempfile::tempdir().unwrap());
        fs::set_permissions(scratch.0.path(), fs::Permissions::from_mode(0o755)).unwrap();
        scratch.put(
            "etc/passwd",
            "root:x:0:0::/root:/bin/sh\nann:x:1234:1234::/home/ann:/bin/sh\n",
        );
        scratch.put("etc/group", "root:x:0:\nann:x:1234:\nstaff:x:50:\n");
        // What the sections call and must not reach: each notes that it ran.
        for name in ["systemctl", "chkconfig"] {
            scratch.program(name, "#!/bin/sh\necho \"$0 $*\" >> /root/calls\n");
        }
        // An interpreter that keeps what it is given.
        let keep = "#!/bin/sh\nset -e\nmkdir -p /root/kept\ncp \"$1\" \"/root/kept/$(ls /root/kept | wc -l)\"\n";
        scratch.program("keep", keep);
        symlink("/usr/bin/python3", scratch.path("local/bin/python")).unwrap();
        if !is_root() {
            scratch.program("chown", "#!/bin/sh\n");
        }
        scratch
    }

    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.0.path().join(path.trim_start_matches('/'))
    }

    pub(crate) fn put(&self, path: &str, text: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub(crate) fn program(&self, name: &str, text: &str) {
        let path = format!("local/bin/{name}");
        self.put(&path, text);
        fs::set_permissions(self.path(&path), fs::Permissions::from_mode(0o755)).unwrap();
    }

    /// Runs a script that is in the root.
    #[track_caller]
    pub(crate) fn run(&self, interpreter: &str, script: &str) {
        let user = if is_root() { vec![] } else { vec!["-r"] };
        let output = Command::new("unshare")
            .args(user)
            .arg("-m")
            .arg("sh")
            .arg(project("tests/judges/scratch.sh"))
            .arg(self.0.path())
            .args([interpreter, script])
            .env("REAL_UID", if is_root() { "0" } else { "1" })
            .output()
            .unwrap_or_else(|error| panic!("unshare cannot be run ({error}): install util-linux"));
        let run = Run::of(&output);
        assert_eq!(run.status, 0, "{script}: {}{}", run.stdout, run.stderr);
    }

    /// Runs a section of a kickstart.
    #[track_caller]
    fn section(&self, section: &Value) {
        self.put("tmp/ks-script", section["text"].as_str().unwrap());
        self.run(section["interpreter"].as_str().unwrap(), "/tmp/ks-script");
    }

    /// The files that `keep` kept, in order.
    fn kept(&self) -> Vec<Vec<u8>> {
        (0..)
            .map_while(|number| fs::read(self.path(&format!("root/kept/{number}"))).ok())
            .collect()
    }
}

pub(crate) fn is_root() -> bool {
    fs::metadata("/proc/self").unwrap().uid() == 0
}

/// The sections of a guest's kickstart.
fn sections(site: &Site, guest: &str, syntax: &str) -> Vec<Value> {
    let parser = project("tests/judges/sections.py").display().to_string();
    let file = site.path().join(format!("workdir/guests.d/{guest}/ks.cfg"));
    let run = judge("python", &[&parser, syntax, &file.display().to_string()]);
    assert_eq!(run.status, 0, "{guest}: {}", run.stderr);
    serde_json::from_str(&run.stdout).unwrap()
}

/// A lab of three guests with `install` as their install data, as JSON, which is YAML.
fn lab(install: Value) -> Value {
    let mut common = json!({
        "rootpw": "locked",
        "virtinst": {"location": "http://x/"},
        "interfaces": [{"network": "lan", "ip": "auto"}],
    });
    common
        .as_object_mut()
        .unwrap()
        .extend(install.as_object().unwrap().clone());
    json!({
        "site": "x",
        "networks": {"lan": {"subnet": "10.0.0.0/24"}},
        "common": common,
        "guests": {"five": {"os": "rhel5"}, "six": {"os": "rhel6"}, "nine": {"os": "rhel9"}},
    })
}

fn generate(site: &Site, lab: &Value) {
    site.write("lab.yml", lab.to_string());
    site.succeed(&["-c", "lab.yml", "generate"]);
}

/// Mode, owner, group and content.
type Wanted = (u32, u32, u32, Vec<u8>);

#[track_caller]
fn same(scratch: &Scratch, guest: &str, wanted: &BTreeMap<&str, Wanted>) {
    for (path, (mode, uid, gid, content)) in wanted {
        let file = scratch.path(path);
        let metadata =
            fs::symlink_metadata(&file).unwrap_or_else(|error| panic!("{guest}: {path}: {error}"));
        assert!(metadata.is_file(), "{guest}: {path}");
        assert_eq!(
            metadata.permissions().mode() & 0o7777,
            *mode,
            "{guest}: {path}"
        );
        if is_root() {
            assert_eq!(
                (metadata.uid(), metadata.gid()),
                (*uid, *gid),
                "{guest}: {path}"
            );
        }
        assert!(
            fs::read(&file).unwrap() == *content,
            "{guest}: {path} has another content"
        );
    }
}

#[test]
fn files_arrive_byte_for_byte_with_mode_and_owner() {
    let bytes: Vec<u8> = (0..=255).cycle().take(1000).collect();
    let odd = "it's; $(touch HERE) \"&<b> ü.txt";
    let site = Site::new(&[]);
    for (path, content) in [
        ("files/tree/a.txt", b"a\n".to_vec()),
        ("files/tree/.hidden", b"h".to_vec()),
        ("files/tree/sub/all.bin", bytes.clone()),
        ("files/tree/sub/run.sh", b"#!/bin/sh\n".to_vec()),
        ("files/tree/empty", Vec::new()),
        ("files/tree/crlf.txt", b"one\r\ntwo\r\n".to_vec()),
        ("files/conf/b.conf", b"\0\n%end\n".to_vec()),
        ("files/conf/a.conf", b"EOF\n".to_vec()),
        ("files/conf/other.txt", b"x".to_vec()),
        ("motd", b"{{ name }} {{ interfaces[0].ip }}:{% for guest in guests %} {{ guest.name }}{% endfor %}".to_vec()),
    ] {
        site.write(path, content);
    }
    site.write(&format!("files/tree/{odd}"), "odd");
    let executable = site.path().join("files/tree/sub/run.sh");
    fs::set_permissions(executable, fs::Permissions::from_mode(0o775)).unwrap();
    symlink("a.txt", site.path().join("files/tree/link")).unwrap();
    let text = "%end\n%include /x\nEOF\n$HOME `id` {{ 1 }}\n\ttab";
    generate(
        &site,
        &lab(json!({"setup_data": [
            {"src": "files/tree", "dst": "/srv/tree/"},
            {"src": "files/conf/*.conf", "dst": "/etc/app/", "mode": "0640", "owner": "ann", "group": 50},
            {"src": "files/**/*.sh", "dst": "/opt/", "mode": "4711", "owner": 4711, "group": "staff"},
            {"src": "files/conf/[!x]ther.???"},
            {"content": text, "dst": "/etc/deep/new/it's $HOME", "mode": "0600"},
            {"content": "new", "dst": "/etc/link"},
            {"content": "", "dst": "//etc/./empty"},
            {"src": "motd", "dst": "/etc/motd", "template": true},
            {"content": "{% if os.major == 6 %}six{% else %}{{ os.major }}{% endif %}\n", "dst": "/etc/note", "template": true},
        ]})),
    );
    for (guest, syntax) in GUESTS {
        let scratch = Scratch::new();
        scratch.put("etc/target", "old");
        symlink("target", scratch.path("etc/link")).unwrap();
        let sections = sections(&site, guest, syntax);
        let section = sections
            .iter()
            .find(|section| section["text"].as_str().unwrap().contains("\nput /"));
        scratch.section(section.unwrap());
        let root = |mode, content: &[u8]| (mode, 0, 0, content.to_vec());
        let path = format!("/srv/tree/{odd}");
        let ip = match *guest {
            "five" => 2,
            "nine" => 3,
            _ => 4,
        };
        let motd = format!("{guest} 10.0.0.{ip}: five nine six");
        let note = match *guest {
            "five" => "5\n",
            "nine" => "9\n",
            _ => "six\n",
        };
        same(
            &scratch,
            guest,
            &BTreeMap::from([
                ("/srv/tree/a.txt", root(0o644, b"a\n")),
                ("/srv/tree/link", root(0o644, b"a\n")),
                ("/srv/tree/.hidden", root(0o644, b"h")),
                ("/srv/tree/sub/all.bin", root(0o644, &bytes)),
                ("/srv/tree/sub/run.sh", root(0o755, b"#!/bin/sh\n")),
                ("/srv/tree/empty", root(0o644, b"")),
                ("/srv/tree/crlf.txt", root(0o644, b"one\r\ntwo\r\n")),
                (path.as_str(), root(0o644, b"odd")),
                ("/etc/app/a.conf", (0o640, 1234, 50, b"EOF\n".to_vec())),
                ("/etc/app/b.conf", (0o640, 1234, 50, b"\0\n%end\n".to_vec())),
                (
                    "/opt/tree/sub/run.sh",
                    (0o4711, 4711, 50, b"#!/bin/sh\n".to_vec()),
                ),
                ("/root/setup/other.txt", root(0o644, b"x")),
                ("/etc/deep/new/it's $HOME", root(0o600, text.as_bytes())),
                ("/etc/link", root(0o644, b"new")),
                ("/etc/target", root(0o644, b"old")),
                ("/etc/empty", root(0o644, b"")),
                ("/etc/motd", root(0o644, motd.as_bytes())),
                ("/etc/note", root(0o644, note.as_bytes())),
            ]),
        );
        assert!(!scratch.path("etc/app/other.txt").exists());
        let dir = fs::metadata(scratch.path("etc/deep/new")).unwrap();
        assert_eq!(dir.permissions().mode() & 0o7777, 0o755);
    }
}

#[test]
fn scripts_arrive_verbatim_whatever_they_hold() {
    let texts = [
        "echo plain\n",
        "no line break at the end",
        "two line breaks\n\n",
        "\n\nblank lines first\n",
        "a backslash and a space \\ ",
        "%end\n",
        "  %post\nid\n%include /x\n%ksappend y\n",
        "cat <<EOF\nx\nEOF\n",
        "carriage\r\nreturns\r\n",
        "tab\tand ünï\u{2028}code\n",
        "\u{1b}[1m and {{ name }} and {% raw %}\n",
        "#!/usr/bin/python\nprint('%d' % 1)\n# comment\n",
    ];
    let scripts = |when: &str| -> Vec<Value> {
        let script =
            |text: &&str| json!({"when": when, "run": text, "interpreter": "/usr/local/bin/keep"});
        texts.iter().map(script).collect()
    };
    let all: Vec<Value> = ["pre", "post", "post-nochroot", "firstboot"]
        .iter()
        .flat_map(|when| scripts(when))
        .collect();
    let site = Site::new(&[]);
    generate(&site, &lab(json!({"scripts": all})));
    // A line break at the end is what a kickstart cannot leave out; to every interpreter it is the same script.
    let wanted: Vec<Vec<u8>> = texts
        .iter()
        .map(|text| text.trim_end_matches('\n').as_bytes().to_vec())
        .collect();
    let end = |kept: Vec<Vec<u8>>| -> Vec<Vec<u8>> {
        kept.into_iter()
            .map(|text| text.strip_suffix(b"\n").unwrap_or(&text).to_vec())
            .collect()
    };
    for (guest, syntax) in GUESTS {
        let sections = sections(&site, guest, syntax);
        let of = |kind: &str, chroot: bool| -> Vec<&Value> {
            let is_user = |section: &&Value| {
                let text = section["text"].as_str().unwrap();
                section["interpreter"] == "/usr/local/bin/keep"
                    || text.contains("/usr/local/bin/keep \"$script\"")
            };
            sections
                .iter()
                .filter(|section| section["kind"] == kind && section["chroot"] == chroot)
                .filter(is_user)
                .collect()
        };
        for sections in [of("pre", false), of("post", true), of("post", false)] {
            let scratch = Scratch::new();
            sections.iter().for_each(|section| scratch.section(section));
            let kept = scratch.kept();
            let exact = [1, 2, 4].map(|number: usize| {
                kept[number]
                    .strip_suffix(b"\n")
                    .unwrap_or(&kept[number])
                    .to_vec()
            });
            assert_eq!(exact[1], b"two line breaks\n", "{guest}");
            let kept: Vec<Vec<u8>> = end(kept).iter().map(|text| trim(text)).collect();
            assert_eq!(kept, wanted, "{guest}");
            assert!(!scratch.path("tmp/post-1").exists());
        }
        let scratch = Scratch::new();
        if *guest != "nine" {
            fs::create_dir_all(scratch.path("etc/init.d")).unwrap();
        } else {
            fs::create_dir_all(scratch.path("etc/systemd/system")).unwrap();
        }
        let firstboot = sections.iter().find(|section| {
            section["text"]
                .as_str()
                .unwrap()
                .starts_with("# Scripts for the first boot")
        });
        scratch.section(firstboot.unwrap());
        let private = fs::metadata(scratch.path("local/libexec/miniascape")).unwrap();
        assert_eq!(
            private.permissions().mode() & 0o777,
            0o700,
            "scripts may hold secrets"
        );
        assert!(scratch.kept().is_empty());
        for _ in 0..2 {
            // The second boot finds nothing to do.
            scratch.run("/bin/sh", "/usr/local/libexec/miniascape/firstboot");
            let kept: Vec<Vec<u8>> = end(scratch.kept()).iter().map(|text| trim(text)).collect();
            assert_eq!(kept, wanted, "{guest}");
        }
    }
}

fn trim(text: &[u8]) -> Vec<u8> {
    let end = text
        .iter()
        .rposition(|byte| *byte != b'\n')
        .map_or(0, |end| end + 1);
    text[..end].to_vec()
}

/// Expects one fault of a lab with `setup_data` at a place of `lab.yml` or of another file, and returns what is said.
#[track_caller]
fn fault(site: &Site, setup_data: &str, code: &str, place: &str, message: &str) -> String {
    let lab = format!(
        "site: x\nnetworks: {{lan: {{subnet: 10.0.0.0/24}}}}\nguests:\n  nine:\n    os: rhel9\n    rootpw: locked\n    virtinst: {{location: http://x/}}\n    ip: 10.0.0.9\n    interfaces: [{{network: lan}}]\n    setup_data:\n{setup_data}"
    );
    site.write("lab.yml", lab);
    let run = site.run(&["-c", "lab.yml", "generate"]);
    assert_eq!(run.status, 1, "{}", run.stderr);
    let said = format!("error[{code}]: {message}");
    assert!(run.stderr.starts_with(&said), "{said}\n{}", run.stderr);
    assert!(
        run.stderr.contains(&format!("--> {place}\n")),
        "{}",
        run.stderr
    );
    assert!(run.stderr.ends_with("\n1 error\n"), "{}", run.stderr);
    assert!(!site.path().join("workdir").exists());
    run.stderr
}

#[test]
fn faults_are_located() {
    let site = Site::new(&[
        ("files/a.conf", ""),
        ("files/b.conf", ""),
        ("bad.txt", "one\n{{ nmae }}\n"),
        ("syntax.txt", "one\n\n{% if %}\n"),
    ]);
    let made = Command::new("mkfifo")
        .arg(site.path().join("pipe"))
        .status();
    assert!(made.unwrap().success());
    symlink("nowhere", site.path().join("files/dangling")).unwrap();
    symlink("..", site.path().join("files/loop")).unwrap();
    fs::File::create(site.path().join("huge"))
        .unwrap()
        .set_len(1 << 30)
        .unwrap();
    for name in ["large", "larger"] {
        fs::write(site.path().join(name), vec![0; 17 << 20]).unwrap();
    }
    fs::write(site.path().join("latin1"), b"\xe4").unwrap();
    let one = |data: &str, code: &str, place: &str, message: &str| {
        fault(&site, data, code, place, message)
    };

    let said = one(
        "    - {src: files/a.cnf}\n",
        "unreadable-file",
        "lab.yml:11:13",
        "`./files/a.cnf` cannot be read: no such file or directory",
    );
    assert!(said.contains("did you mean `a.conf`?"), "{said}");
    let said = one(
        "    - {src: \"files/*.txt\", dst: /x/}\n",
        "unreadable-file",
        "lab.yml:11:13",
        "no file matches `files/*.txt`",
    );
    assert!(
        said.contains("known here: a.conf, b.conf, dangling, loop"),
        "{said}"
    );
    one(
        "    - {src: \"none/*.txt\", dst: /x/}\n",
        "unreadable-file",
        "lab.yml:11:13",
        "the directory `./none` does not exist",
    );
    one(
        "    - {src: \"files/[\", dst: /x/}\n",
        "unreadable-file",
        "lab.yml:11:13",
        "`files/[` is not a pattern: invalid range pattern",
    );
    one(
        "    - {src: pipe, dst: /x/}\n",
        "unreadable-file",
        "lab.yml:11:13",
        "`./pipe` is not a regular file",
    );
    one(
        "    - {src: files/dangling}\n",
        "unreadable-file",
        "lab.yml:11:13",
        "`./files/dangling` is a symbolic link that leads nowhere",
    );
    one(
        "    - {src: files/loop, dst: /x/}\n",
        "unreadable-file",
        "lab.yml:11:13",
        "`./files/loop` cannot be read: ./files/loop/files/loop leads into itself",
    );
    one(
        "    - {src: huge}\n",
        "unreadable-file",
        "lab.yml:11:13",
        "`./huge` is larger than 32 MiB",
    );
    one(
        "    - {src: \"larg*\", dst: /x/}\n",
        "payload-too-large",
        "lab.yml:11:7",
        "with this, the files of guest `nine` are more than 32 MiB",
    );
    one(
        "    - {src: \"files/*.conf\", dst: /x}\n",
        "invalid-value",
        "lab.yml:11:34",
        "`files/*.conf` can be several files: `dst` must be a directory",
    );
    one(
        "    - {content: x, dst: /x/}\n",
        "invalid-value",
        "lab.yml:11:25",
        "`content` needs a file for its `dst`, not a directory",
    );
    let said = one(
        "    - {src: files/a.conf, dst: /x/}\n    - {content: x, dst: //x/./a.conf}\n",
        "duplicate-output",
        "lab.yml:12:7",
        "two files are put at `/x/a.conf`",
    );
    assert!(said.contains("the first one"), "{said}");
    one(
        "    - {content: x, dst: /x}\n    - {content: x, dst: /x/y}\n",
        "duplicate-output",
        "lab.yml:12:7",
        "`/x/y` needs a directory where `/x` is a file",
    );
    one(
        "    - {src: bad.txt, template: true}\n",
        "template",
        "./bad.txt:2:4",
        "`nmae` is not defined",
    );
    one(
        "    - {src: syntax.txt, template: true}\n",
        "template",
        "./syntax.txt:3:7",
        "found `%}` but expected one of",
    );
    one(
        "    - content: |\n        one\n        {{ nmae }}\n      dst: /x\n      template: true\n",
        "template",
        "lab.yml:13:12",
        "`nmae` is not defined",
    );
    one(
        "    - {src: latin1, template: true}\n",
        "not-utf8",
        "lab.yml:11:13",
        "`./latin1` is not UTF-8 text: no template",
    );
    one(
        "    - {content: x, dst: /x, owner: 99999999999}\n",
        "invalid-value",
        "lab.yml:11:36",
        "99999999999 is too large for an owner",
    );
}

#[test]
fn private_keys_are_their_owners() {
    let site = Site::new(&[
        (
            "lab.yml",
            "common: {os: rhel9, rootpw: locked, virtinst: {location: http://x/}, interfaces: [{network: default}]}
guests: {a: {setup_data: [{src: key}, {src: key, dst: /k, mode: \"0640\"}, {src: key.pub}]}}
",
        ),
        (
            "key",
            "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
        ),
        (
            "key.pub",
            "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n",
        ),
    ]);
    site.succeed(&["-c", "lab.yml", "generate"]);
    let files = tree(&site.path().join("workdir/guests.d/a"));
    for (name, mode) in [
        ("ks.cfg", 0o600),
        ("setup/root/setup/key", 0o600),
        ("setup/k", 0o600),
        ("setup/root/setup/key.pub", 0o644),
    ] {
        assert_eq!(files[name].0, mode, "{name}");
    }
    let kickstart = String::from_utf8_lossy(&files["ks.cfg"].1).into_owned();
    for put in [
        "put /root/setup/key root:root 0600 ",
        "put /k root:root 0640 ",
        "put /root/setup/key.pub root:root 0644 ",
    ] {
        assert!(kickstart.contains(put), "{kickstart}");
    }
    // A link that leads nowhere is not what was meant instead of itself.
    std::os::unix::fs::symlink("nowhere", site.path().join("gone")).unwrap();
    site.edit("lab.yml", "{src: key.pub}", "{src: gone}");
    let run = site.run(&["-c", "lab.yml", "validate"]);
    assert!(run.stderr.contains("leads nowhere"), "{}", run.stderr);
    assert!(!run.stderr.contains("did you mean"), "{}", run.stderr);
}
