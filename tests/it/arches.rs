//! Guests of other architectures than the PC's: what virt-install makes of their build scripts is a machine there is.

use std::fs;

use roxmltree::{Document, Node};

use crate::judges::{at, build, kvm_host};
use crate::support::{Site, judge};

const LAB: &str = "site: arches
networks: {lan: {subnet: 10.0.0.0/24}}
common:
  os: rhel9
  rootpw: locked
  virtinst: {location: \"http://10.0.0.1/x/\"}
  interfaces: [{network: lan, ip: auto}]
guests:
  arm: {virtinst: {arch: aarch64, machine: virt, firmware: uefi, tpm: true}}
  emulated: {virtinst: {arch: aarch64, machine: virt, firmware: uefi, virt_type: qemu, cpu: host-model}}
  modelled: {virtinst: {arch: aarch64, machine: virt, firmware: uefi, cpu: host-model}}
  medium: {virtinst: {arch: aarch64, machine: virt, firmware: uefi, location: ~, cdrom: /srv/rhel9.iso}}
  power: {virtinst: {arch: ppc64le, machine: pseries, tpm: true}}
  mainframe: {virtinst: {arch: s390x, machine: s390-ccw-virtio}}
";

/// Returns the machine that a guest's script asks for, after libvirt's schema has judged it.
fn domain(site: &Site, guest: &str, mode: &str) -> String {
    let script = site
        .path()
        .join(format!("workdir/guests.d/{guest}/vmbuild.sh"));
    let printed = build(&script, &[mode, "-c", &kvm_host()]);
    let file = site.path().join(format!("{guest}.xml"));
    fs::write(&file, &printed).unwrap();
    let run = judge("virt-xml-validate", &[file.to_str().unwrap(), "domain"]);
    assert_eq!(
        run.status, 0,
        "{guest}: {}{}\n{printed}",
        run.stdout, run.stderr
    );
    let run = judge("shellcheck", &[script.to_str().unwrap()]);
    assert_eq!(run.status, 0, "{}{}", run.stdout, run.stderr);
    printed
}

/// Returns an attribute of every element at a path, in order.
fn all<'a>(domain: &Node<'a, 'a>, path: &str, attribute: &str) -> Vec<&'a str> {
    let (parent, name) = path.rsplit_once('/').unwrap();
    let found = at(domain, parent)
        .children()
        .filter(|node| node.has_tag_name(name));
    found.filter_map(|node| node.attribute(attribute)).collect()
}

#[test]
fn machines_have_what_their_architecture_has() {
    let site = Site::new(&[("lab.yml", LAB)]);
    let run = site.succeed(&["-c", "lab.yml", "--strict", "generate"]);
    assert!(!run.stderr.contains("warning"), "{}", run.stderr);
    for (guest, machine, serial, console, video, inputs, tpm) in [
        (
            "arm",
            "virt",
            "ttyAMA0,115200",
            "serial",
            "virtio",
            &["tablet", "keyboard"],
            Some("tpm-tis"),
        ),
        (
            "power",
            "pseries",
            "hvc0",
            "serial",
            "vga",
            &["tablet", "keyboard"],
            Some("tpm-spapr"),
        ),
        (
            "mainframe",
            "s390-ccw-virtio",
            "ttysclp0",
            "sclp",
            "virtio",
            &["tablet", "keyboard"],
            None,
        ),
    ] {
        let installer = domain(&site, guest, "-i");
        let document = Document::parse(&installer).unwrap();
        let args = at(&document.root_element(), "os/cmdline").text().unwrap();
        assert!(
            args.ends_with(&format!("console={serial}")),
            "{guest}: {args}"
        );
        let ks = site.read(&format!("workdir/guests.d/{guest}/ks.cfg"));
        assert!(ks.contains(&format!("console={serial}")), "{guest}: {ks}");

        let printed = domain(&site, guest, "-n");
        let document = Document::parse(&printed).unwrap();
        let domain = document.root_element();
        assert_eq!(at(&domain, "os/type").attribute("machine"), Some(machine));
        // Of ARM, libvirt has no models.
        let cpu = if guest == "arm" {
            "host-passthrough"
        } else {
            "host-model"
        };
        assert_eq!(at(&domain, "cpu").attribute("mode"), Some(cpu), "{guest}");
        assert_eq!(all(&domain, "clock/timer", "name"), [""; 0], "{guest}");
        assert_eq!(
            at(&domain, "devices/console/target").attribute("type"),
            Some(console)
        );
        assert_eq!(all(&domain, "devices/input", "type"), inputs, "{guest}");
        assert_eq!(
            at(&domain, "devices/video/model").attribute("type"),
            Some(video)
        );
        assert_eq!(all(&domain, "devices/tpm", "model").first().copied(), tpm);
        assert_eq!(
            all(&domain, "devices/watchdog", "model"),
            [""; 0],
            "{guest}"
        );
        for word in ["q35", "ide", "sata", "ps2", "ttyS0", "i6300esb", "pvpanic"] {
            assert!(
                !printed.contains(&format!("\"{word}")),
                "{guest}: {word}\n{printed}"
            );
        }
    }
    for (guest, mode) in [("modelled", "host-passthrough"), ("emulated", "maximum")] {
        let printed = domain(&site, guest, "-n");
        let document = Document::parse(&printed).unwrap();
        let cpu = at(&document.root_element(), "cpu");
        assert_eq!(cpu.attribute("mode"), Some(mode), "{guest}");
    }
    let printed = domain(&site, "medium", "-n");
    let document = Document::parse(&printed).unwrap();
    let mut disks = at(&document.root_element(), "devices").children();
    let drive = disks
        .find(|disk| disk.attribute("device") == Some("cdrom"))
        .unwrap();
    assert_eq!(
        at(&drive, "target").attribute("bus"),
        Some("scsi"),
        "{printed}"
    );
}
