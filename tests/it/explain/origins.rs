//! The rules and places that values come from, and `show --origin`, which names them behind each.

use serde_json::Value;

use super::{OWN, explain, lab, table_line};
use crate::support::Site;

#[test]
fn an_address_names_the_rule_that_gave_it() {
    let site = lab();
    let second = |guest: &str, path: &str| {
        let text = explain(&site, guest, path);
        text.lines().nth(1).unwrap().trim().to_owned()
    };
    let family = table_line("family: redhat");
    let family = format!("builtin:os.d/redhat.yml:{family}, the OS table's `rocky9`");
    let cases: [(&str, &str, &str); 17] = [
        (
            "web-1",
            "interfaces[0].ip",
            "lab.yml:11, the lowest free address of network `lan`",
        ),
        (
            "web-1",
            "ip",
            "lab.yml:11, the lowest free address of network `lan`",
        ),
        (
            "web-1",
            "interfaces[0].mac",
            "drawn from the names of site, guest and network",
        ),
        ("web-1", "interfaces[1].ip", "lab.yml:20, an expression"),
        (
            "web-1",
            "interfaces[1].mac",
            "lab.yml:4, the readable form of its address, by `mac_prefix` of network `san`",
        ),
        (
            "web-1",
            "interfaces[1].mtu",
            "lab.yml:4, the MTU of network `san`",
        ),
        (
            "web-1",
            "interfaces[0].gateway",
            "lab.yml:3, the gateway of network `lan`",
        ),
        (
            "web-1",
            "interfaces[1].nodefroute",
            "lab.yml:4, the default for one interface of several in the isolated network `san`",
        ),
        ("web-1", "fqdn", "lab.yml:3, host name and domain"),
        ("web-1", "domain", "lab.yml:3, the domain of network `lan`"),
        ("web-1", "sysgroups[0]", "lab.yml:17"),
        ("web-1", "sysgroups[1]", "the group of the guest's name"),
        ("web-1", "packages.installed[2]", "lab.yml:15"),
        ("db", "interfaces[0].ip", "lab.yml:27"),
        ("db", "interfaces[0].mac", "lab.yml:28"),
        ("db", "os", "lab.yml:6"),
        ("db", "os.family", &family),
    ];
    for (guest, path, want) in cases {
        assert_eq!(second(guest, path), want, "{guest} {path}");
    }
    site.succeed(&["-c", "lab.yml", "generate"]);
    assert_eq!(
        second("web-2", "interfaces[0].ip"),
        "./lab.lock:6, kept by the lock"
    );
}

#[test]
fn each_part_of_a_reservation_has_its_own_place() {
    let site = Site::new(&[("lab.yml", OWN)]);
    let shown = || {
        let args = ["-c", "lab.yml", "show", "network/lan", "--origin"];
        let text = site.succeed(&args).stdout;
        let squeeze = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
        text.lines().map(squeeze).collect::<Vec<String>>()
    };
    let lines = shown();
    for line in [
        "- mac: \"52:54:00:aa:bb:cc\" # lab.yml:13, guest `a`",
        "name: zed.web.test # lab.yml:14, guest `a`",
        "ip: \"10.20.0.9\" # lab.yml:15, guest `a`",
        "ip: \"10.20.0.2\" # lab.yml:8, guest `b`: the lowest free address",
        "- zed.web.test # lab.yml:14, guest `a`",
        "- b.web.test # lab.yml:17, guest `b`",
    ] {
        assert!(lines.iter().any(|own| own == line), "{line}\n{lines:#?}");
    }
    site.succeed(&["-c", "lab.yml", "generate"]);
    let kept = "guest `b`: kept by the lock";
    let lines = shown();
    let kept = lines.iter().filter(|line| line.ends_with(kept));
    assert!(
        kept.clone().all(|line| line.contains("# ./lab.lock:")),
        "{lines:#?}"
    );
    assert!(kept.count() >= 2, "{lines:#?}");
}

#[test]
fn the_kernel_arguments_of_the_os_are_a_layer() {
    let site = Site::new(&[("lab.yml", OWN)]);
    let text = explain(&site, "a", "bootloader.append");
    assert!(!text.contains("default of the program"), "{text}");
    assert!(text.contains(", the OS table's `rocky9`\n"), "{text}");
    let text = explain(&site, "b", "bootloader.append");
    assert!(
        text.contains("lab.yml:18, after those of the OS table\n"),
        "{text}"
    );
    assert!(
        text.contains("    OS rhel5  builtin:os.d/redhat.yml:"),
        "{text}"
    );
    assert!(text.contains("merged → [\"console="), "{text}");
}

#[test]
fn show_says_behind_each_value_where_it_comes_from() {
    let site = lab();
    for object in [
        "guest/web-1",
        "guest/db",
        "network/lan",
        "network/san",
        "storage/default",
        "host",
    ] {
        let shown = site.succeed(&["-c", "lab.yml", "show", object]).stdout;
        let annotated = site
            .succeed(&["-c", "lab.yml", "show", object, "--origin"])
            .stdout;
        let read = |text: &str| -> Value { serde_yaml::from_str(text).unwrap() };
        assert_eq!(read(&shown), read(&annotated), "{object}");
        let bare: Vec<&str> = annotated
            .lines()
            .filter(|line| !line.contains("  # "))
            .collect();
        assert!(
            bare.iter().all(|line| line.ends_with([':', '-'])),
            "{object}: {bare:?}"
        );
    }
    let san = site
        .succeed(&["-c", "lab.yml", "show", "network/san", "--origin"])
        .stdout;
    for line in [
        "mode: isolated                                # lab.yml:4",
        "gateway: \"10.1.9.1\"                           # lab.yml:4, the first address of the subnet",
        "  - mac: \"52:54:00:09:00:21\"                  # lab.yml:4, guest `web-1`: the readable form of its address",
        "    ip: \"10.1.9.21\"                           # lab.yml:20, guest `web-1`",
        "localonly: false                              # a default of the program",
    ] {
        assert!(san.lines().any(|own| own == line), "{line}\n{san}");
    }
}

#[test]
fn a_part_that_is_filled_in_is_not_taken_for_its_list() {
    let site = Site::copy("examples/multinet");
    let switch = site.succeed(&["show", "network/switch", "--origin"]).stdout;
    let default = "      trunk: true                           # a default of the program";
    assert!(switch.lines().any(|line| line == default), "{switch}");
}

#[test]
fn parts_of_a_layout_are_found_where_they_are_written() {
    let lab = "\
site: x
common:
  os: rocky9
  rootpw: locked
  virtinst: {cdrom: /x.iso, os_variant: rocky9.1}
  disks: [{size: 40}, {size: 40}]
guests:
  a:
    vars: {\"a.b\": {\"\": 1, 'c\"]': 2}}
    partitions:
      - {mount: /boot, size: 1G, disk: vda}
      - raid: md0
        level: 1
        disks: [vda, vdb]
      - mount: /srv
        disk: vdb
        size: 10%
      - volume_group: system
        disks: [md0]
        encrypt:
          passphrase: !file passphrase
        volumes:
          - {name: swap, mount: swap, size: 1G}
          - name: root
            mount: /
            size: grow
  b:
    os: fedora42
    virtinst: {os_variant: ~}
    partitions:
      - btrfs: pool
        volumes:
          - {name: root, mount: /}
      - mount: /boot
        min: 1G
";
    let site = Site::new(&[("lab.yml", lab), ("passphrase", "long enough\n")]);
    for (guest, path, line) in [
        ("a", "partitions.plain[1].mount", 15),
        ("a", "partitions.plain[1].percent", 17),
        ("a", "partitions.raids[0].device", 12),
        ("a", "partitions.raids[0].disks[1]", 14),
        ("a", "partitions.volume_groups[0].name", 18),
        ("a", "partitions.volume_groups[0].passphrase", 21),
        ("a", "partitions.volume_groups[0].volumes[1].grow", 26),
        ("a", "partitions.volume_groups[0].volumes[0].size", 23),
        ("a", "partitions.disks[0]", 11),
        ("a", "partitions.disks[1]", 14),
        ("b", "partitions.btrfs[0].label", 31),
        ("b", "partitions.btrfs[0].volumes[0].name", 33),
        ("b", "partitions.plain[0].min", 35),
        ("b", "partitions.plain[0].grow", 35),
        ("a", "os.osinfo[0]", 5),
        ("a", "vars[\"a.b\"][\"\"]", 9),
        ("a", "vars[\"a.b\"][\"c\\\"]\"]", 9),
    ] {
        let text = explain(&site, guest, path);
        let second = text.lines().nth(1).unwrap().trim();
        assert_eq!(second, format!("lab.yml:{line}"), "{guest} {path}\n{text}");
    }
    for path in ["partitions.btrfs[0].level", "partitions.plain[0].fs"] {
        let run = site.run(&["-c", "lab.yml", "explain", "b", path]);
        let default = run.stdout.contains("\n  a default of the program\n");
        assert!(default || run.stderr.contains("no value"), "{}", run.stdout);
    }
    let second = explain(&site, "a", "os.osinfo[2]");
    assert!(second.contains(", the OS table's `rocky9`\n"), "{second}");
}
