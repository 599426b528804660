//! Values of the OS table: what entries extend, and what a site says over the built-in ones.

use super::explain;
use crate::support::{Site, project};

/// A site that changes a built-in entry and adds one of its own.
const LAB: &str = "\
site: x
os:
  rocky9: {osinfo: [rocky9.7], kernel_args: [a, b], defaults: {virtinst: {ram: 3000}}}
  mine9: {extends: rocky9, cloud_user: ~, console_args: !append [quiet], defaults: {virtinst: {ram: 3500}}}
common: {rootpw: locked, virtinst: {cdrom: /x.iso}}
guests:
  a: {os: mine9, bootloader: {append: [single]}}
  b: {os: rhel9.4, virtinst: {ram: 5000}}
";

/// The number of the line in the table of the Red Hat family that says something, behind the line of an entry.
fn table_line(entry: &str, text: &str) -> usize {
    let table = std::fs::read_to_string(project("conf.d/os.d/redhat.yml")).unwrap();
    let head = format!("{entry}:");
    let lines = table.lines().enumerate();
    let mut lines = lines.skip_while(|(_, line)| !line.starts_with(&head));
    lines.find(|(_, line)| line.contains(text)).unwrap().0 + 1
}

/// What `explain` says, with runs of spaces made one.
#[track_caller]
fn squeezed(site: &Site, guest: &str, path: &str) -> Vec<String> {
    let text = explain(site, guest, path);
    let squeeze = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
    text.lines().map(squeeze).collect()
}

#[test]
fn the_entries_an_os_is_made_of_are_layers() {
    let site = Site::new(&[("lab.yml", LAB)]);
    let builtin = |entry: &str, text: &str| {
        let line = table_line(entry, text);
        format!("OS {entry} builtin:os.d/redhat.yml:{line}")
    };
    let own = |name: &str, line: usize| format!("OS {name} lab.yml:{line}");
    for (path, want) in [
        (
            "os.osinfo[1]",
            vec![
                "os.osinfo[1]: rocky9.7".to_owned(),
                "lab.yml:3, the OS table's `mine9`".to_owned(),
            ],
        ),
        (
            "os.generation",
            vec![
                format!("{} 8", builtin("rhel8", "generation")),
                format!("{} 9", builtin("rhel9", "generation")),
            ],
        ),
        (
            "bootloader.append",
            vec![
                format!("{} !append → [\"console=tty0\",\"console=ttyS0,115200\",\"quiet\"]", own("mine9", 4)),
                "guest a lab.yml:7 merged → [\"console=tty0\",\"console=ttyS0,115200\",\"quiet\",\"single\"]".to_owned(),
            ],
        ),
        (
            "virtinst.ram",
            vec![
                format!("{} 3000", own("rocky9", 3)),
                format!("{} 3500", own("mine9", 4)),
            ],
        ),
        ("install.kernel_args[1]", vec![format!("{} b", own("rocky9", 3))]),
    ] {
        let lines = squeezed(&site, "a", path);
        for want in want {
            assert!(lines.contains(&want), "{path}: {want}\n{lines:#?}");
        }
    }
    let user = squeezed(&site, "a", "os.cloud_user");
    assert_eq!(user[1], "lab.yml:4, taken away with `~` by OS mine9");
    let ram = squeezed(&site, "b", "virtinst.ram");
    assert_eq!(ram.last().unwrap(), "guest b lab.yml:8 5000");
}

#[test]
fn an_argument_behind_one_that_is_left_out_has_its_own_place() {
    let lab = "\
site: x
os:
  debian12:
    kernel_args:
      - a
      - BOOTIF={bootif}
      - b
common: {os: debian12, rootpw: locked, virtinst: {cdrom: /x.iso}, disks: [{size: 20}]}
networks: {lan: {subnet: 10.0.0.0/24}}
guests:
  alone: {}
  linked: {interfaces: [{network: lan, ip: auto}]}
";
    let site = Site::new(&[("lab.yml", lab)]);
    for (guest, path, line) in [
        ("alone", "install.kernel_args[1]", "lab.yml:7,"),
        ("linked", "install.kernel_args[1]", "lab.yml:6,"),
        ("linked", "install.kernel_args[2]", "lab.yml:7,"),
    ] {
        let text = explain(&site, guest, path);
        let place = text.lines().nth(1).unwrap().trim();
        assert!(place.starts_with(line), "{guest} {path}: {text}");
    }
}
