//! Storage pools and the disks in them: pool XML before libvirt, the host's script before bash, and one fault each.

use std::fs;
use std::process::Command;

use roxmltree::Document;

use crate::faults::fault;
use crate::support::{Run, Site, judge, tree};

const SITES: &[(&str, &str)] = &[
    ("tests/sites/pools", "lab.yml"),
    ("examples/ha-cluster", "conf.d"),
];

/// A lab that is fine; each test breaks one line of it.
const LAB: &str = "\
site: x
networks: {lan: {subnet: 10.0.0.0/24}}
common: {os: rhel9, rootpw: locked, virtinst: {location: http://x/}, interfaces: [{network: lan, ip: auto}]}
storages:
  files: {target: /srv/files}
  group: {type: logical}
  mount: {type: netfs, target: /srv/mount, source: {host: nas, dir: /export}}
  target: {type: iscsi, source: {host: san, device: iqn.2026-11.test:x}}
guests:
  a: {disks: [{size: 10}, {pool: files, size: 1}]}
  b: {disks: [{size: 10}, {pool: target, vol: 'unit:0:0:1'}]}
";

/// Expects one fault in the lab with line `number` replaced, where `text` has a `^`.
#[track_caller]
fn line(number: usize, text: &str, code: &str, message: &str) {
    let column = text.find('^').unwrap() + 1;
    let lab = with(number, &text.replace('^', ""));
    fault(&lab, code, &format!("{number}:{column}"), message);
}

/// Expects the lab with line `number` replaced to be as good as before.
#[track_caller]
fn fine(number: usize, text: &str) {
    let site = Site::new(&[("lab.yml", &with(number, text))]);
    site.succeed(&["-c", "lab.yml", "generate", "--strict"]);
}

fn with(number: usize, text: &str) -> String {
    let lines = LAB.lines().enumerate();
    let lines = lines.map(|(at, line)| if at + 1 == number { text } else { line });
    lines.map(|line| format!("{line}\n")).collect()
}

/// Expects the disk to be faulty as guest `a`'s second.
#[track_caller]
fn disk(text: &str, code: &str, message: &str) {
    let guest = format!("  a: {{disks: [{{size: 10}}, {text}]}}");
    line(10, &guest, code, message);
}

#[test]
fn pools_are_valid_and_can_be_defined_twice() {
    for (from, conf) in SITES {
        let site = Site::copy(from);
        site.succeed(&["-c", conf, "generate"]);
        let folder = site.path().join("workdir/host/storages.d");
        let mut pools = 0;
        for name in tree(&folder)
            .into_keys()
            .filter(|name| name.ends_with(".xml"))
        {
            let file = folder.join(&name).display().to_string();
            let run = judge("virt-xml-validate", &[&file, "storagepool"]);
            assert_eq!(run.status, 0, "{file}: {}{}", run.stdout, run.stderr);
            let pool = name.trim_end_matches(".xml");
            let commands = format!("pool-define {file}; pool-define {file}; pool-dumpxml {pool}");
            let run = judge("virsh", &["-q", "-c", "test:///default", &commands]);
            let kept = &run.stdout[run
                .stdout
                .find("<pool")
                .unwrap_or_else(|| panic!("{}", run.stderr))..];
            assert!(
                run.status == 0 && run.stderr.is_empty(),
                "{file}: {}",
                run.stderr
            );
            assert_eq!(
                said(kept),
                said(&fs::read_to_string(&file).unwrap()),
                "{file}"
            );
            fs::write(folder.join("kept"), kept).unwrap();
            let script = site.path().join("workdir/host/net-setup.sh");
            let place = |name: &str| {
                let command = "source <(sed -n '/^place()/,/^}/p' \"$1\"); place < \"$2\"";
                let (script, file) = (script.display().to_string(), folder.join(name));
                let file = file.display().to_string();
                judge("bash", &["-euc", command, "bash", &script, &file]).stdout
            };
            assert_eq!(
                place("kept"),
                place(&name),
                "{file}: the script would define it anew"
            );
            pools += 1;
        }
        assert!(pools > 0, "{from}");
    }
}

/// What is said of a pool, element by element, less what libvirt adds.
fn said(xml: &str) -> Vec<String> {
    let document = Document::parse(xml.trim()).unwrap();
    let tags = [
        "pool", "name", "uuid", "host", "dir", "device", "format", "auth", "secret", "iqn", "path",
    ];
    let elements = document
        .descendants()
        .filter(|node| tags.contains(&node.tag_name().name()));
    let mut said: Vec<String> = elements
        .map(|node| {
            let attributes: Vec<String> = node
                .attributes()
                .map(|a| format!("{}={}", a.name(), a.value()))
                .collect();
            format!(
                "{} {attributes:?} {}",
                node.tag_name().name(),
                node.text().unwrap_or_default().trim()
            )
        })
        .collect();
    said.sort();
    said
}

#[test]
fn pools_are_shown_as_they_are_written() {
    let site = Site::copy("tests/sites/pools");
    site.succeed(&["-c", "lab.yml", "generate"]);
    let shown = site.succeed(&["-c", "lab.yml", "show", "storage/san"]);
    assert_eq!(shown.stdout, site.read("workdir/host/storages.d/san.yml"));
    let files = tree(&site.path().join("workdir/host/storages.d"));
    assert!(
        !files
            .keys()
            .any(|name| name.starts_with("theirs") || name.starts_with("default"))
    );
}

#[test]
fn keys_of_a_pool_fit_its_type() {
    line(
        5,
        "  files: {type: ^zfs}",
        "invalid-value",
        "`zfs` is not one of dir, logical, netfs, iscsi",
    );
    line(
        5,
        "  ^files: {}",
        "missing-key",
        "a pool of type `dir` needs `target`",
    );
    line(
        5,
        "  files: {target: ^/}",
        "invalid-value",
        "`/` cannot be a pool",
    );
    line(
        5,
        "  files: {target: ^x}",
        "invalid-value",
        "`x` is not an absolute path",
    );
    line(
        5,
        "  files: {target: /srv/files, source: ^{dir: /x}}",
        "conflicting-keys",
        "a pool of type `dir` has no source: its `target` is the directory",
    );
    line(
        6,
        "  group: {type: logical, target: ^/dev/x}",
        "conflicting-keys",
        "the volumes of group `group` appear in `/dev/group`",
    );
    fine(6, "  group: {type: logical, target: /dev/group}");
    line(
        6,
        "  group: {type: logical, source: {device: ^iqn.2026-11.test:x}}",
        "unknown-key",
        "a pool of type `logical` has no `source.device`",
    );
    line(
        7,
        "  mount: {type: netfs, target: /srv/mount, source: ^{host: nas}}",
        "missing-key",
        "a pool of type `netfs` needs `source.dir`",
    );
    line(
        7,
        "  mount: {type: netfs, target: /srv/mount, source: {host: nas, dir: ^export}}",
        "invalid-value",
        "`export`: NFS exports are absolute paths",
    );
    line(
        7,
        "  mount: {type: ^netfs, source: {host: nas, dir: /export}}",
        "missing-key",
        "a pool of type `netfs` needs `target`",
    );
    line(
        7,
        "  mount: {type: netfs, target: /srv/mount, source: {host: nas, dir: /x, format: ^ceph}}",
        "invalid-value",
        "`ceph` is not one of nfs, glusterfs, cifs",
    );
    line(
        8,
        "  target: {type: iscsi, source: {host: san, device: ^/dev/sdb}}",
        "invalid-value",
        "`/dev/sdb` is not an iSCSI name, as in iqn.2026-11.org.example:lab",
    );
    line(
        8,
        "  target: {type: iscsi, source: {host: san, device: iqn.2026-11.test:x, port: ^0}}",
        "invalid-value",
        "0 is no port",
    );
    line(
        8,
        "  target: {type: iscsi, target: ^/dev, source: {host: san, device: iqn.2026-11.test:x}}",
        "invalid-value",
        "`/dev` does not name the disks of a target the same each time",
    );
    line(
        8,
        "  target: {type: iscsi, source: {host: san, device: iqn.2026-11.test:x, auth: ^{username: u}}}",
        "missing-key",
        "`secret_usage` is missing here",
    );
    line(
        5,
        "  files: {external: true, source: ^{host: x}}",
        "conflicting-keys",
        "an external pool has its source on the host, where it is defined",
    );
    fine(5, "  files: {external: true}");
}

#[test]
fn external_pools_are_never_changed() {
    let lab = with(
        5,
        "  files: {external: true, target: /srv/files, autostart: true}",
    );
    let site = Site::new(&[("lab.yml", &lab)]);
    let run = site.run(&["-c", "lab.yml", "validate", "--strict"]);
    let head = "error[conflicting-keys]: `autostart` has no effect: the pool is external, and is never changed\n \
                --> lab.yml:5:58\n";
    assert!(
        run.status == 1 && run.stderr.starts_with(head),
        "{}",
        run.stderr
    );
    fine(5, "  files: {external: true, target: /srv/files}");
}

#[test]
fn a_source_that_lacks_all_is_reported_at_once() {
    let site = Site::new(&[("lab.yml", &with(8, "  target: {type: iscsi}"))]);
    let run = site.run(&["-c", "lab.yml", "validate"]);
    assert_eq!(run.codes(), ["missing-key"; 2], "{}", run.stderr);
}

#[test]
fn pools_are_apart() {
    line(
        7,
        "  mount: {type: dir, target: ^/srv/files/}",
        "duplicate-pool",
        "pool `mount` is pool `files` again: both have the same volumes",
    );
    fine(7, "  mount: {type: dir, target: /srv/files2}");
}

#[test]
fn disks_fit_their_pool() {
    disk(
        "{pool: group, size: 1, format: ^qcow2}",
        "invalid-value",
        "the volumes of a pool of type `logical` are devices, not qcow2 files",
    );
    disk(
        "{pool: group, size: 1, sparse: ^true}",
        "invalid-value",
        "a volume of a volume group takes all its space at once",
    );
    disk(
        "{pool: target, vol: x, size: ^1}",
        "conflicting-keys",
        "the volumes of an iSCSI target exist already; none can be made with a `size`",
    );
    disk(
        "^{pool: target}",
        "missing-key",
        "a disk in an iSCSI pool needs a `vol`",
    );
    disk(
        "^{pool: files}",
        "missing-key",
        "a new volume needs a `size`",
    );
    disk(
        "{pool: files, vol: ^'unit:0:0:1'}",
        "bad-name",
        "`unit:0:0:1` cannot be a volume of a pool of type `dir`",
    );
    disk(
        "{pool: files, size: 1, cache: ^fast}",
        "invalid-value",
        "`fast` is not one of none, directsync, writethrough, writeback, unsafe",
    );
    disk(
        "{pool: files, size: 1, bus: ^xen}",
        "invalid-value",
        "`xen` is not one of virtio, scsi, sata, ide, usb",
    );
    fine(
        10,
        "  a: {disks: [{size: 10}, {pool: group, size: 1}, {pool: mount, size: 1, sparse: false}]}",
    );
}

#[test]
fn shared_disks_are_raw_uncached_and_the_same_everywhere() {
    disk(
        "{vol: q, size: 1, shareable: true, format: ^qcow2}",
        "invalid-value",
        "a shared disk cannot be qcow2",
    );
    disk(
        "{vol: q, size: 1, shareable: true, cache: ^writeback}",
        "invalid-value",
        "a shared disk cannot have cache `writeback`",
    );
    let both = |a: &str, b: &str| {
        let guests =
            format!("  a: {{disks: [{{size: 10}}, {a}]}}\n  b: {{disks: [{{size: 10}}, {b}]}}");
        with(10, &guests)
            .lines()
            .take(11)
            .collect::<Vec<_>>()
            .join("\n")
    };
    let own = "{pool: files, vol: q.raw, size: 1, shareable: true}";
    Site::new(&[("lab.yml", &both(own, own))]).succeed(&["-c", "lab.yml", "generate", "--strict"]);
}

#[test]
fn overlays_say_what_they_lie_over() {
    disk(
        "{size: 1, backing: ^base.img}",
        "missing-key",
        "`base.img` does not say what format it is in",
    );
    disk(
        "{size: 1, backing: base.raw, format: ^raw}",
        "conflicting-keys",
        "only a qcow2 disk can be an overlay",
    );
    disk(
        "{size: 1, backing: base.raw, sparse: ^false}",
        "conflicting-keys",
        "an overlay cannot take its space in advance",
    );
    disk(
        "^{backing: base.raw}",
        "missing-key",
        "an overlay needs a `size`",
    );
    disk(
        "{vol: a.qcow2, size: 1, backing: ^a.qcow2}",
        "conflicting-keys",
        "a volume cannot be an overlay of itself",
    );
    disk(
        "{path: /srv/x.qcow2, size: 1, backing: ^b.qcow2}",
        "conflicting-keys",
        "a disk with a `path` has no pool to look in",
    );
    disk(
        "{size: 1, backing: ^../b.qcow2}",
        "invalid-value",
        "`../b.qcow2` is not the name of a volume",
    );
    disk(
        "{size: 1, backing_format: ^raw}",
        "missing-key",
        "`backing_format` says nothing without `backing`",
    );
    disk(
        "{pool: group, size: 1, backing: ^b.qcow2}",
        "conflicting-keys",
        "only a qcow2 disk can be an overlay",
    );
    fine(
        10,
        "  a: {disks: [{size: 10}, {size: 1, backing: base.img, backing_format: qcow2}]}",
    );
}

/// What the host's script says it would do on libvirt's test driver, which has a pool `default-pool`.
fn dry_run(site: &Site) -> Run {
    let script = site.path().join("workdir/host/net-setup.sh");
    let run = judge("shellcheck", &[&script.display().to_string()]);
    assert_eq!(run.status, 0, "{}", run.stdout);
    let output = Command::new(&script)
        .args(["-n", "-c", "test:///default"])
        .output()
        .unwrap();
    Run::of(&output)
}

#[test]
fn the_host_script_makes_pools_and_changes_nobody_elses() {
    let site = Site::copy("tests/sites/pools");
    site.succeed(&["-c", "lab.yml", "generate"]);
    let run = dry_run(&site);
    let images = "pool images: would be defined\npool images: would be started\n\
        pool images: would be set to start with the host\n";
    assert!(run.stdout.contains(images), "{}", run.stdout);
    assert!(
        run.stdout.contains("pool vg0: would be started\n")
            && !run.stdout.contains("pool vg0: would be set"),
        "{}",
        run.stdout
    );
    assert_eq!(
        (run.status, run.stderr.as_str()),
        (
            1,
            "pool theirs: is to be on the host already, and is not: define it, or let the site define it in storages.d\n\
             net-setup.sh: not everything could be done, see above\n"
        )
    );
    let script = site.read("workdir/host/net-setup.sh");
    let groups =
        "declare -A groups=(\n  [fast]='vg_fast /dev/sdb /dev/sdc'\n  [vg0]='vg0 DEVICE'\n)";
    assert!(script.contains(groups), "{script}");
}

#[test]
fn the_host_script_makes_nothing_that_would_be_forgotten() {
    let site = Site::new(&[("lab.yml", "storages: {p: {target: /srv/x}}\n")]);
    site.succeed(&["-c", "lab.yml", "generate"]);
    let script = site.path().join("workdir/host/net-setup.sh");
    let output = Command::new(&script)
        .args(["-c", "test:///default"])
        .output();
    let run = Run::of(&output.unwrap());
    assert_eq!(
        (run.status, run.stderr.as_str()),
        (
            1,
            "net-setup.sh: libvirt's test driver forgets networks when the program ends: only -n makes sense\n"
        )
    );
}

#[test]
fn a_pool_of_somebody_else_stops_the_host_script() {
    let lab = "storages: {default-pool: {target: /srv/x}, other: {target: /srv/y}}\n";
    let site = Site::new(&[("lab.yml", lab)]);
    site.succeed(&["-c", "lab.yml", "generate"]);
    let run = dry_run(&site);
    assert_eq!((run.status, run.stdout.as_str()), (1, ""));
    assert!(
        run.stderr
            .starts_with("pool default-pool: a pool of this name, ")
            && run.stderr.ends_with(
                ", exists and is not this lab's; it is left alone, and with `external: true` the lab uses it\n\
                net-setup.sh: nothing was changed\n"
            ),
        "{}",
        run.stderr
    );
}
