//! Base images: what `seal.sh` does to a system, and what is left to do in the guests that start from one.

mod subiquity;

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Command, Output};

use crate::support::{Site, tree};

/// A sealed guest of each kind of installer, and a guest that starts from one.
const LAB: &str = "site: x
networks: {lan: {subnet: 10.0.0.0/24, domain: x.test}}
common:
  rootpw: locked
  interfaces: [{network: lan, ip: auto}]
  packages: [vim]
  scripts:
    - {when: post, scope: common, run: \"echo for all\\n\"}
    - {when: post, scope: node, run: \"echo for each\\n\"}
    - {when: post, run: \"echo said nothing\\n\"}
    - {when: firstboot, run: \"echo at last\\n\"}
guests:
  el: {os: rocky9, seal: true, virtinst: {location: \"http://x/\"}, disks: [{size: 20}]}
  deb: {os: debian12, seal: true, disks: [{size: 20}]}
  ubuntu: {os: ubuntu24.04, seal: true, virtinst: {location: /srv/ubuntu.iso, ram: 8192}, disks: [{size: 20}]}
  suse: {os: sles15, seal: true, virtinst: {location: \"http://x/\"}, disks: [{size: 40}]}
  cloud: {os: debian13, seal: true, virtinst: {image: base.qcow2}, disks: [{size: 20}]}
  node: {os: debian12, packages: [vim, nginx], disks: [{backing: deb}]}
";

/// The files the systems are installed by, in which `seal.sh` stands or which have it beside them.
const INSTALLS: &[(&str, &str)] = &[
    ("el", "ks.cfg"),
    ("suse", "autoinst.xml"),
    ("cloud", "user-data"),
];

fn generate() -> Site {
    let site = Site::new(&[("lab.yml", LAB)]);
    site.succeed(&["-c", "lab.yml", "generate"]);
    site
}

fn put(root: &Path, path: &str, text: &str) {
    let path = root.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

/// A system after its install: what stays as it is, and what makes it this one.
fn system(root: &Path) {
    for (path, text) in [
        (
            "etc/hosts",
            "127.0.0.1\tlocalhost\n127.0.1.1\tdeb.x.test deb\n10.0.0.9 other\n",
        ),
        (
            "etc/network/interfaces",
            "auto eth0\niface eth0 inet static\n    address 10.0.0.5/24\n",
        ),
        (
            "etc/dhcp/dhclient.conf",
            "timeout 300;\n\ninterface \"eth0\" {\n    request routers;\n}\n",
        ),
        (
            "etc/sysconfig/network",
            "NETWORKING=yes\nHOSTNAME=el.x.test\nGATEWAYDEV=eth0\n",
        ),
        ("etc/hostname", "deb\n"),
        ("etc/machine-id", "0123456789abcdef0123456789abcdef\n"),
        ("etc/resolv.conf", "nameserver 10.0.0.1\n"),
        ("var/log/dpkg.log", "installed\n"),
        ("var/log/apt/history.log", "installed\n"),
    ] {
        put(root, path, text);
    }
    for path in [
        "etc/passwd",
        "etc/ssh/sshd_config",
        "etc/sysconfig/network-scripts/ifcfg-lo",
        "etc/cloud/cloud.cfg",
        "etc/cloud/cloud.cfg.d/90_dpkg.cfg",
        "home/ann/notes it's",
        "root/.ssh/authorized_keys",
        "usr/bin/ssh-keygen",
    ] {
        put(root, path, "stays\n");
    }
    for path in [
        "etc/ssh/ssh_host_ed25519_key",
        "etc/ssh/ssh_host_ed25519_key.pub",
        "etc/udev/rules.d/70-persistent-net.rules",
        "etc/sysconfig/network-scripts/ifcfg-eth0",
        "etc/NetworkManager/system-connections/eth0.nmconnection",
        "etc/netplan/01-netcfg.yaml",
        "etc/network/interfaces.d/eth0",
        "etc/pki/consumer/cert.pem",
        "etc/cloud/clean.d/99-installer",
        "etc/cloud/cloud-init.disabled",
        "etc/cloud/cloud.cfg.d/50-curtin-networking.cfg",
        "etc/cloud/cloud.cfg.d/90-installer-network.cfg",
        "etc/cloud/cloud.cfg.d/99-installer.cfg",
        "etc/cloud/cloud.cfg.d/curtin-preserve-sources.cfg",
        "etc/cloud/cloud.cfg.d/subiquity-disable-cloudinit-networking.cfg",
        "etc/cloud/ds-identify.cfg",
        "etc/lvm/devices/system.devices",
        "root/anaconda-ks.cfg",
        "root/.bash_history",
        "home/ann/.bash_history",
        "tmp/a file",
        "tmp/.hidden/file",
        "var/cache/dnf/x.solv",
        "var/cache/apt/archives/x.deb",
        "var/lib/apt/lists/x_Packages",
        "var/lib/cloud/instances/i/user-data.txt",
        "var/lib/dbus/machine-id",
        "var/lib/dhcp/dhclient.leases",
        "var/lib/systemd/random-seed",
        "var/log/anaconda/program.log",
        "var/log/installer/syslog",
        "var/log/journal/0123/system.journal",
        "var/log/messages-20260101",
        "var/log/syslog.1",
    ] {
        put(root, path, "goes\n");
    }
    symlink("../run/resolv.conf", root.join("etc/link")).unwrap();
}

/// Runs the script of a guest with `shell`.
fn seal(site: &Site, shell: &[&str], guest: &str, root: &[&Path]) -> Output {
    let script = site
        .path()
        .join(format!("workdir/guests.d/{guest}/seal.sh"));
    let mut command = Command::new(shell[0]);
    command.args(&shell[1..]).arg(script).args(root);
    command.output().unwrap()
}

/// What is in a system, as text.
fn texts(root: &Path) -> Vec<(String, String)> {
    let text =
        |(name, (_, bytes)): (String, (u32, Vec<u8>))| (name, String::from_utf8(bytes).unwrap());
    tree(root).into_iter().map(text).collect()
}

#[test]
fn sealing_leaves_nothing_that_is_one_machines() {
    let site = generate();
    for shell in [&["dash"][..], &["busybox", "sh"], &["bash", "--posix"]] {
        let root = tempfile::tempdir().unwrap();
        system(root.path());
        let run = seal(&site, shell, "deb", &[root.path()]);
        assert!(
            run.status.success(),
            "{shell:?}: {}",
            String::from_utf8_lossy(&run.stderr)
        );
        let sealed = texts(root.path());
        let gone: Vec<&String> = sealed
            .iter()
            .filter(|(_, text)| text == "goes\n")
            .map(|(name, _)| name)
            .collect();
        assert!(gone.is_empty(), "{shell:?}: {gone:?}");
        assert_eq!(
            sealed.iter().filter(|(_, text)| text == "stays\n").count(),
            8,
            "{shell:?}"
        );
        let text = |path: &str| {
            sealed
                .iter()
                .find(|(name, _)| name == path)
                .map(|(_, text)| text.as_str())
        };
        for (path, want) in [
            ("etc/hosts", "127.0.0.1\tlocalhost\n10.0.0.9 other\n"),
            (
                "etc/network/interfaces",
                "source /etc/network/interfaces.d/*\n\nauto lo\niface lo inet loopback\n",
            ),
            ("etc/dhcp/dhclient.conf", "timeout 300;\n\n"),
            (
                "etc/sysconfig/network",
                "NETWORKING=yes\nHOSTNAME=localhost\n",
            ),
            ("etc/hostname", "localhost\n"),
            ("etc/machine-id", ""),
            ("etc/resolv.conf", ""),
            ("var/log/dpkg.log", ""),
            ("var/log/apt/history.log", ""),
            ("root/.miniascape-sealed", "miniascape: sealed deb\n"),
        ] {
            assert_eq!(text(path), Some(want), "{shell:?}: {path}");
        }
        let unit = text("etc/systemd/system/miniascape-host-keys.service").unwrap();
        assert!(
            unit.contains("\nExecStart=/usr/bin/ssh-keygen -A\n"),
            "{unit}"
        );
        let wanted = "etc/systemd/system/multi-user.target.wants/miniascape-host-keys.service";
        assert!(root.path().join(wanted).exists());
        // Run again, it changes nothing.
        assert!(seal(&site, shell, "deb", &[root.path()]).status.success());
        assert_eq!(texts(root.path()), sealed, "{shell:?}");
    }
}

#[test]
fn every_family_is_sealed() {
    let site = generate();
    for guest in ["el", "ubuntu", "suse", "cloud"] {
        let root = tempfile::tempdir().unwrap();
        system(root.path());
        let run = seal(&site, &["sh"], guest, &[root.path()]);
        assert!(
            run.status.success(),
            "{guest}: {}",
            String::from_utf8_lossy(&run.stderr)
        );
        let left = texts(root.path())
            .into_iter()
            .filter(|(_, text)| text == "goes\n");
        assert_eq!(left.count(), 0, "{guest}");
        // An empty system has nothing to seal.
        let root = tempfile::tempdir().unwrap();
        fs::create_dir(root.path().join("etc")).unwrap();
        let run = seal(&site, &["sh"], guest, &[root.path()]);
        assert!(
            run.status.success(),
            "{guest}: {}",
            String::from_utf8_lossy(&run.stderr)
        );
    }
}

/// Whoever runs it by accident keeps the system.
#[test]
fn sealing_wants_to_be_told_what() {
    let site = generate();
    assert!(!seal(&site, &["sh"], "deb", &[]).status.success());
}

#[test]
fn installs_end_with_what_is_there_to_be_read() {
    let site = generate();
    for (guest, file) in INSTALLS {
        let install = site.read(&format!("workdir/guests.d/{guest}/{file}"));
        let script = site.read(&format!("workdir/guests.d/{guest}/seal.sh"));
        let install: Vec<&str> = install.lines().map(str::trim).collect();
        let script: Vec<&str> = script.lines().map(str::trim).collect();
        let holds = install.windows(script.len()).any(|lines| lines == script);
        assert!(holds, "{guest}: {file}");
    }
    for (guest, brought) in [
        ("deb", "for script in installer.sh system.sh seal.sh; do"),
        (
            "ubuntu",
            "for file in user-data meta-data installer.sh system.sh seal.sh; do",
        ),
    ] {
        let build = site.read(&format!("workdir/guests.d/{guest}/vmbuild.sh"));
        assert!(build.contains(brought), "{build}");
    }
}

#[test]
fn a_base_has_what_is_common_and_a_guest_what_is_its_own() {
    let site = generate();
    let read = |path: &str| site.read(&format!("workdir/guests.d/{path}"));
    let base = read("deb/installer.sh") + &read("deb/system.sh");
    let node = read("node/user-data");
    for (text, in_base, in_node) in [
        ("echo for all", true, false),
        ("echo said nothing", true, false),
        ("echo for each", false, true),
        ("echo at last", false, true),
    ] {
        assert_eq!(
            (base.contains(text), node.contains(text)),
            (in_base, in_node),
            "{text}"
        );
    }
    assert!(node.contains("\npackages:\n  - \"nginx\"\n\n"), "{node}");
    let answers = read("deb/preseed.cfg");
    assert!(
        answers.contains("\nd-i pkgsel/include string vim cloud-init cloud-guest-utils\n"),
        "{answers}"
    );
    let build = read("node/vmbuild.sh");
    assert!(
        build.contains("--backing-vol deb-1.qcow2 --backing-vol-format qcow2"),
        "{build}"
    );
    assert!(!read("node/user-data").contains("seal.sh"));
}

/// Of what a base is made from, its guests are made as well, however many images lie between.
#[test]
fn a_guest_is_out_of_date_when_its_base_is() {
    let lab = "site: x
networks: {lan: {subnet: 10.0.0.0/24, domain: x.test}}
common: {os: debian12, rootpw: locked, interfaces: [{network: lan, ip: auto}]}
guests:
  golden: {seal: true, setup_data: [{content: '{{ name }} one', dst: /etc/motd, template: true}], disks: [{size: 20}]}
  db: {seal: true, disks: [{backing: golden}]}
  db-1: {sysgroups: [], disks: [{backing: db}]}
  web: {disks: [{backing: golden}]}
  other: {seal: true, disks: [{size: 20}]}
  mail: {disks: [{backing: other}]}
";
    let site = Site::new(&[("lab.yml", lab)]);
    let digests = |args: &[&str]| {
        site.succeed(&[&["-c", "lab.yml"], args].concat());
        ["golden", "db", "db-1", "web", "other", "mail"].map(|guest| {
            let build = site.read(&format!("workdir/guests.d/{guest}/vmbuild.sh"));
            let digest = build.lines().find(|line| line.starts_with("digest="));
            digest.unwrap().to_owned()
        })
    };
    let before = digests(&["generate"]);
    site.edit("lab.yml", "}} one'", "}} two'");
    let alone = digests(&["guest", "web"]);
    let after = digests(&["generate"]);
    let same: Vec<bool> = before.iter().zip(&after).map(|(a, b)| a == b).collect();
    assert_eq!(same, [false, false, false, false, true, true]);
    // One guest alone is written as it is with all the others.
    assert_eq!(alone[3], after[3]);
}
