//! Guests, sites and pools that are called like a variable of their build script.
//!
//! Shellcheck takes `x=name-1` for arithmetic where there is a variable `name`. As it takes long for each script, one is
//! made of all: lines that differ from guest to guest stand there once for each.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

use crate::support::{Site, judge};

/// A system of each kind of source: a tree, an image, a medium that boots by itself, an overlay.
const SYSTEMS: &[(&str, &str)] = &[
    ("rocky9", "{location: 'http://x/'}"),
    ("debian12", "{image: base.qcow2}"),
    ("win2k22", "{cdrom: /srv/windows.iso}"),
    ("alpinelinux3.22", "{}"),
];

/// Generates the build scripts of guests of these names, in their order.
fn scripts(dir: &Path, system: (&str, &str), names: &[String]) -> Vec<String> {
    let (os, source) = system;
    let mut lab = format!(
        "site: name-1\nnetworks: {{lan: {{subnet: 10.0.0.0/16, domain: x.test}}}}\nstorages: {{name-1: {{target: /srv}}}}\n\
         common: {{os: {os}, rootpw: locked, virtinst: {source}, interfaces: [{{network: lan, ip: auto}}], disks: [{{size: 80, pool: name-1}}]}}\nguests:\n"
    );
    for (number, name) in names.iter().enumerate() {
        writeln!(lab, "  {name}: {{hostname: h{number}}}").unwrap();
    }
    let site = Site::new(&[("lab.yml", &lab)]);
    let workdir = dir.display().to_string();
    site.succeed(&["-c", "lab.yml", "-w", &workdir, "generate"]);
    let read = |name: &String| {
        std::fs::read_to_string(dir.join(format!("guests.d/{name}/vmbuild.sh"))).unwrap()
    };
    names.iter().map(read).collect()
}

/// The variables that a script uses.
fn variables(script: &str) -> BTreeSet<&str> {
    let used = script.split('$').skip(1);
    let used = used.map(|rest| rest.trim_start_matches(['{', '#', '!']));
    let named = used.map(|rest| {
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        &rest[..end.unwrap_or(rest.len())]
    });
    named
        .filter(|name| name.starts_with(|c: char| c.is_ascii_alphabetic()))
        .collect()
}

/// All the scripts in one, which has a line that several have only once.
fn merged(scripts: &[String]) -> String {
    let mut lines: Vec<Vec<&str>> = Vec::new();
    for script in scripts {
        for (number, line) in script.lines().enumerate() {
            match lines.get_mut(number) {
                None => lines.push(vec![line]),
                Some(known) if !known.contains(&line) => known.push(line),
                Some(_) => {}
            }
        }
        assert_eq!(script.lines().count(), lines.len());
    }
    lines.concat().join("\n") + "\n"
}

#[test]
fn guests_may_be_called_like_variables() {
    let dir = tempfile::tempdir().unwrap();
    for system in SYSTEMS {
        let work = |name: &str| dir.path().join(format!("{}-{name}", system.0));
        let plain = scripts(&work("plain"), *system, &["web".to_owned()]);
        let names: Vec<String> = variables(&plain[0])
            .into_iter()
            .flat_map(|name| [format!("{name}-1"), format!("{name}+x")])
            .collect();
        assert!(names.len() > 60, "{names:?}");
        assert!(names.contains(&"name-1".to_owned()), "{names:?}");
        let script = dir.path().join("vmbuild.sh");
        let judged = |text: &str| {
            std::fs::write(&script, text).unwrap();
            judge("shellcheck", &[&script.display().to_string()])
        };
        let all = merged(&scripts(&work("all"), *system, &names));
        let run = judged(&all);
        assert_eq!(run.status, 0, "{}: {}{}", system.0, run.stdout, run.stderr);
        // Without quotes it sees them all.
        let bare = |line: &str| match line.starts_with("name='") {
            true => line.replace('\'', "") + "\n",
            false => format!("{line}\n"),
        };
        let said = judged(&all.lines().map(bare).collect::<String>()).stdout;
        assert!(said.contains("SC2100"), "{}: {said}", system.0);
    }
}
