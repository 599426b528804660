//! A fault in what is no object's hides none of objects, and none follows from it.

use std::os::unix::fs::symlink;

use crate::support::Site;

/// A site in which one guest has an address outside its network, one too little memory, and one is fine.
const FILES: &[(&str, &str)] = &[
    ("conf.d/META/site.yml", "site: x\n"),
    (
        "conf.d/common/all.yml",
        "rootpw: locked\nvirtinst: {location: \"http://10.0.0.1/x/\"}\n",
    ),
    ("conf.d/networks.d/lan.yml", "subnet: 10.0.0.0/24\n"),
    (
        "conf.d/networks.d/dmz.yml",
        "subnet: 10.0.1.0/24\nbridge: virbr9\n",
    ),
    (
        "conf.d/storages.d/fast.yml",
        "type: dir\ntarget: /srv/fast\n",
    ),
    ("conf.d/sysgroups.d/web.yml", "os: rhel9\n"),
    ("conf.d/sysgroups.d/db.yml", "os: rocky9\n"),
    (
        "conf.d/guests.d/web-1.yml",
        "interfaces: [{network: lan, ip: 10.9.0.5}]\n",
    ),
    (
        "conf.d/guests.d/web-2.yml",
        "interfaces: [{network: dmz, ip: 10.0.1.5}]\ndisks: [{pool: fast, size: 20}]\n\
         depends_on: [web-1]\nvars: {gateway: \"{{ networks.dmz.bridge }}\"}\n",
    ),
    (
        "conf.d/guests.d/db-1.yml",
        "interfaces: [{network: lan, ip: 10.0.0.6}]\nvirtinst: {ram: 64}\n",
    ),
];

/// What is said of the site by itself.
const OWN: &[&str] = &["address-outside-network", "too-little-memory"];

/// Expects the codes `more` beside those of `own` when some files are written anew; those without text are links that
/// lead nowhere.
#[track_caller]
fn said(changes: &[(&str, &str)], more: &str, own: &[&str]) {
    let site = Site::new(FILES);
    assert_eq!(codes(&site), OWN);
    for (path, text) in changes {
        if text.is_empty() {
            let path = site.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            let _ = std::fs::remove_file(&path);
            symlink("nowhere", path).unwrap();
        } else {
            site.write(path, text);
        }
    }
    let mut due: Vec<&str> = own.iter().copied().chain([more]).collect();
    due.sort_unstable();
    assert_eq!(
        codes(&site),
        due,
        "{changes:?}\n{}",
        site.run(&["validate"]).stderr
    );
}

fn codes(site: &Site) -> Vec<String> {
    let run = site.run(&["validate"]);
    let mut codes: Vec<String> = run.codes().iter().map(|code| (*code).to_owned()).collect();
    codes.sort_unstable();
    codes
}

#[test]
fn files_of_objects_that_cannot_be_read() {
    let unread = "unreadable-file";
    said(&[("conf.d/guests.d/web-3.yml", "")], unread, OWN);
    said(&[("conf.d/guests.d/web-1.yml", "")], unread, &OWN[1..]);
    said(&[("conf.d/networks.d/dmz.yml", "")], unread, OWN);
    said(&[("conf.d/networks.d/lan.yml", "")], unread, &[]);
    said(&[("conf.d/storages.d/fast.yml", "")], unread, OWN);
    said(&[("conf.d/sysgroups.d/db.yml", "")], unread, &OWN[..1]);
    said(&[("conf.d/guests.d/web-3.yml/x.yml", "ip: 1")], unread, OWN);
    said(&[("conf.d/guests.d/web-1/x.yml", "")], unread, &OWN[1..]);
    said(
        &[("conf.d/networks.d/dmz.yml", "- a\n")],
        "invalid-value",
        OWN,
    );
    said(
        &[("conf.d/networks.d/dmz.yml", "a: [\n")],
        "yaml-syntax",
        OWN,
    );
    // A group of no objects has what all guests need.
    said(
        &[("conf.d/sysgroups.d/db.yml", "os: [\n")],
        "yaml-syntax",
        &OWN[..1],
    );
}

#[test]
fn guests_that_are_set_aside_can_be_named() {
    let waits = "os: rhel9\ninterfaces: [{network: lan, ip: 10.0.0.9}]\n";
    let names = format!("{waits}depends_on: [db-1, many, many-2]\n");
    let after = ("conf.d/guests.d/z.yml", names.as_str());
    let many = |text| ("conf.d/guests.d/many.yml", text);
    said(&[after, many("count: 3\nos: rhle9\n")], "unknown-os", OWN);
    said(&[after, many("a: [\n")], "yaml-syntax", OWN);
    said(
        &[
            after,
            many("count: 1\nos: rhel9\ninterfaces: [{network: lan, ip: auto}]\n"),
        ],
        "unknown-guest",
        OWN,
    );
    let srv = "subnet: 10.0.1.0/24\nbridge: virbr9\ndomain: x.test\n\
               srv: [{service: ldap, protocol: tcp, target: ldap-1, port: 389}]\n";
    let served = "os: rhel9\ninterfaces: [{network: dmz, ip: 10.0.1.9}]\nhostname: ldap-1\n";
    let faulty = format!("{served}virtinst: {{vcpus: x}}\n");
    said(
        &[
            ("conf.d/networks.d/dmz.yml", srv),
            ("conf.d/guests.d/z.yml", &faulty),
        ],
        "invalid-value",
        OWN,
    );
}

#[test]
fn nothing_is_summed_up_or_missed_without_guests_that_are_set_aside() {
    let site = Site::new(&[
        ("conf.d/META/site.yml", "site: x\n"),
        ("conf.d/host.d/host.yml", "memory: 5G\nvcpus: 2\n"),
        (
            "conf.d/common/all.yml",
            "os: rhel9\nrootpw: locked\nvirtinst: {ram: 3G, location: \"http://10.0.0.1/x/\"}\n\
             interfaces: [{network: lan, ip: auto}]\n",
        ),
        (
            "conf.d/networks.d/lan.yml",
            "subnet: 10.0.0.0/24\ndomain: x.test\n\
             dhcp: {start: 10.0.0.100, end: 10.0.0.101}\n\
             srv: [{service: ldap, protocol: tcp, target: db, port: 389}]\n",
        ),
        ("conf.d/guests.d/db.yml", "virtinst: {vcpus: x}\n"),
        ("conf.d/guests.d/web.yml", "count: 2\n"),
    ]);
    assert_eq!(codes(&site), ["invalid-value"]);
    site.write("conf.d/guests.d/db.yml", "virtinst: {vcpus: 1}\n");
    assert_eq!(
        codes(&site),
        ["host-too-small", "host-too-small", "range-too-small"]
    );
}

#[test]
fn files_and_directories_of_classes_that_cannot_be_read() {
    said(&[("conf.d/common/more.yml", "")], "unreadable-file", &[]);
    said(&[("conf.d/common/more.yml", "os: [\n")], "yaml-syntax", &[]);
    said(&[("conf.d/host.d/host.yml", "")], "unreadable-file", OWN);
    said(
        &[("conf.d/host.d/host.yml", "memory: [\n")],
        "yaml-syntax",
        OWN,
    );
    said(&[("conf.d/host.d", "x\n")], "unreadable-file", OWN);
    said(&[("conf.d/os.d/own.yml", "")], "unreadable-file", &[]);
    let site = Site::new(FILES);
    std::fs::remove_dir_all(site.path().join("conf.d/networks.d")).unwrap();
    site.write("conf.d/networks.d", "x\n");
    site.write("conf.d/storages.d/fast.yml", "type: drawer\n");
    assert_eq!(codes(&site), ["invalid-value", "unreadable-file"]);
}

#[test]
fn faults_of_meta() {
    let meta = |text| ("conf.d/META/site.yml", text);
    said(&[meta("site: x y\n")], "bad-name", OWN);
    said(&[meta("site: [x]\n")], "invalid-value", OWN);
    said(&[meta("frob: x\n")], "unknown-key", OWN);
    said(
        &[meta("allow: [too-litle-memory]\n")],
        "invalid-value",
        &OWN[..1],
    );
    said(&[meta("allow: [duplicate-mac]\n")], "invalid-value", OWN);
    // It may allow what is only a warning.
    said(&[meta("allow: {x: y}\n")], "invalid-value", &OWN[..1]);
    said(
        &[meta("alow: [too-little-memory]\n")],
        "unknown-key",
        &OWN[..1],
    );
    said(&[meta("site: [x\n")], "yaml-syntax", &OWN[..1]);
    // It may say where other layers lie.
    said(&[meta("directories: [x\n")], "yaml-syntax", &[]);
    said(
        &[meta("directory: {guests: guests.d}\n")],
        "unknown-key",
        &[],
    );
    said(
        &[meta("directories: {networks: [networks.d, more]}\n")],
        "site-layout",
        OWN,
    );
    said(
        &[meta("directories: {network: networks.d}\n")],
        "unknown-key",
        OWN,
    );
    said(&[("conf.d/META/more.yml", "")], "unreadable-file", &[]);
}

#[test]
fn faults_of_the_os_table() {
    let entry = |text| ("conf.d/os.d/own.yml", text);
    // Nobody has this system.
    said(
        &[entry("own9: {extends: rhel9, instaler: x}\n")],
        "unknown-key",
        OWN,
    );
    said(&[entry("own9: {extends: rhle9}\n")], "unknown-os", OWN);
    said(&[entry("own9: 9\n")], "invalid-value", OWN);
    // Only its guests are set aside.
    said(
        &[entry("rocky9: {min_ram: lots}\n")],
        "invalid-value",
        &OWN[..1],
    );
    said(
        &[entry("rhel9: {defaults: {virtinst: {vcpus: x}}}\n")],
        "invalid-value",
        &[],
    );
    said(
        &[entry("rocky9: {defaults: {lang: \"{{ nope }}\"}}\n")],
        "unknown-name",
        &OWN[..1],
    );
    said(
        &[entry("rocky9: {defaults: {packages: {a: b}}}\n")],
        "kind-change",
        &OWN[..1],
    );
    said(
        &[entry("rocky9: {a: 1, a: 2}\n")],
        "duplicate-key",
        &OWN[..1],
    );
    said(&[entry("rocky9: [\n")], "yaml-syntax", &[]);
}

#[test]
fn faults_of_the_lock() {
    let lock = |text| ("miniascape.lock", text);
    said(&[lock("format: 2\n")], "lock-conflict", OWN);
    said(&[lock("format: 1\nadresses: {}\n")], "unknown-key", OWN);
    said(&[lock("format: [\n")], "yaml-syntax", OWN);
    said(&[lock("")], "unreadable-file", OWN);
    let auto = "interfaces: [{network: lan, ip: auto, bootproto: static}]\nos: rhel9\n";
    let kept = "format: 1\naddresses: {lan: {a: 10.9.0.9}}\n";
    said(
        &[("conf.d/guests.d/a.yml", auto), lock(kept)],
        "lock-conflict",
        OWN,
    );
}

#[test]
fn faults_of_templates() {
    let used = "templates: {x: {src: x.txt}, y: {src: y.txt}}\nos: rhel9\n\
                interfaces: [{network: lan, ip: 10.0.0.7}]\n";
    let site = Site::new(FILES);
    site.write("conf.d/guests.d/a.yml", used);
    site.write("templates/x.txt", "{{ name\n");
    site.write(
        "conf.d/guests.d/web-1.yml",
        "interfaces: [{network: lan, ip: 10.0.0.8}]\n",
    );
    assert_eq!(
        codes(&site),
        ["template", "too-little-memory", "unknown-template"]
    );
}

/// Expects these codes of a single-file lab in which `a` has an address outside its network, with `from` replaced.
#[track_caller]
fn single(from: &str, to: &str, due: &[&str]) {
    const LAB: &str = "\
networks:
  lan: {subnet: 10.0.0.0/24}
  dmz: {subnet: 10.0.1.0/24, gateway: 10.9.0.1}
sysgroups:
  web: {os: rhel9}
common:
  rootpw: locked
  virtinst: {location: \"http://10.0.0.1/x/\"}
guests:
  a: {os: rhel9, interfaces: [{network: lan, ip: 10.9.0.5}]}
  web-1: {interfaces: [{network: lan, ip: 10.0.0.6}]}
";
    assert!(LAB.contains(from), "{from}");
    let site = Site::new(&[("lab.yml", &LAB.replace(from, to))]);
    let run = site.run(&["-c", "lab.yml", "validate"]);
    assert_eq!(run.codes(), due, "{to}\n{}", run.stderr);
}

#[test]
fn sections_of_a_single_file() {
    let outside = "address-outside-network";
    single(
        "guests:",
        "frob: {x: y}\nguests:",
        &[outside, "unknown-key", outside],
    );
    single(
        "sysgroups:",
        "site: x y\nsysgroups:",
        &[outside, "bad-name", outside],
    );
    // These sections are not read: what needs them is not judged.
    single("networks:", "netwroks:", &["unknown-key"]);
    single("sysgroups:", "sysgroup:", &[outside, "unknown-key"]);
    single("common:", "comon:", &[outside, "unknown-key"]);
    single("guests:", "guest:", &[outside, "unknown-key"]);
    single(
        "common:",
        "groups: {db: {}}\ncommon:",
        &[outside, "unknown-key", outside],
    );
    single(
        "  web: {os: rhel9}",
        "  web: 5",
        &[outside, "invalid-value", outside],
    );
    single(
        "  web: {os: rhel9}",
        "  web: 5\nhost: 7",
        &[outside, "invalid-value", "invalid-value", outside],
    );
    // The second of two is not read.
    single(
        "guests:",
        "networks: {x: {}}\nguests:",
        &[outside, "duplicate-key", outside],
    );
    single(
        "guests:",
        "common: {os: rhel9}\nguests:",
        &[outside, "duplicate-key"],
    );
}
