//! What an installer cannot do: layouts that do not fit, accounts that clash, keys a version lacks. One fault each.

use serde_json::Value;

use crate::support::{Site, judge};

/// Runs a lab of one guest with `keys` of its own, from line 9 and column 5 on.
fn lab(os: &str, keys: &str) -> (Site, crate::support::Run) {
    let indented: String = keys.lines().map(|line| format!("    {line}\n")).collect();
    let text = format!(
        "networks: {{lan: {{subnet: 10.0.0.0/24}}}}
guests:
  g:
    os: {os}
    rootpw: locked
    virtinst: {{location: http://x/}}
    interfaces: [{{network: lan}}]
    disks: [{{size: 20}}, {{size: 20}}, {{size: 1, vol: s.raw, shareable: true}}]
{indented}"
    );
    let site = Site::new(&[("lab.yml", &text)]);
    let run = site.run(&["-c", "lab.yml", "generate", "--strict"]);
    (site, run)
}

/// Expects one fault, at a line and column of `keys`.
#[track_caller]
fn fault(os: &str, keys: &str, code: &str, at: (usize, usize), message: &str) {
    let (site, run) = lab(os, keys);
    let first = run.stderr.lines().next().unwrap_or_default();
    assert_eq!(first, format!("error[{code}]: {message}"), "{}", run.stderr);
    let place = format!("lab.yml:{}:{}", at.0 + 8, at.1 + 4);
    let shown = run
        .stderr
        .lines()
        .find_map(|line| line.trim().strip_prefix("--> "));
    assert_eq!(shown, Some(place.as_str()), "{}", run.stderr);
    assert!(run.stderr.ends_with("\n1 error\n"), "{}", run.stderr);
    assert!(!site.path().join("workdir").exists());
}

/// Expects nothing to be wrong.
#[track_caller]
fn fine(os: &str, keys: &str) {
    let (_, run) = lab(os, keys);
    assert_eq!((run.status, run.codes()), (0, vec![]), "{}", run.stderr);
}

#[test]
fn layouts_are_on_disks_the_guest_has() {
    fine(
        "rhel9",
        "partitions: [{mount: /boot, size: 1G, disk: vda}, {mount: /, size: grow, disk: vdb}]",
    );
    fine(
        "rhel9",
        "partitions: [{mount: /, size: grow, disk: disk/by-id/virtio-x}]",
    );
    fault(
        "rhel9",
        "partitions: [{mount: /, size: grow, disk: sda}]",
        "unknown-disk",
        (1, 43),
        "guest `g` has no disk `sda`",
    );
    fault(
        "rhel9",
        "partitions: [{mount: /, size: grow, disk: vdc}]",
        "unknown-disk",
        (1, 43),
        "disk `vdc` is shared with other guests, so no install may touch it",
    );
    fault(
        "rhel9",
        "partitions: [{volume_group: vg, disks: [md0], volumes: [{name: r, mount: /, size: grow}]}]",
        "unknown-disk",
        (1, 41),
        "guest `g` has no disk `md0`",
    );
}

#[test]
fn layouts_have_one_root_and_mount_nothing_twice() {
    fault(
        "rhel9",
        "partitions: [{mount: /srv, size: grow}]",
        "bad-layout",
        (1, 13),
        "no part of this layout is mounted at `/`",
    );
    fault(
        "rhel9",
        "partitions:\n- {mount: /, size: grow}\n- {volume_group: v, volumes: [{name: r, mount: /, size: 2G}]}",
        "duplicate-mount",
        (3, 48),
        "`/` is mounted twice",
    );
    fine(
        "rhel9",
        "partitions: [{mount: /, size: grow}, {mount: swap, size: 1G}, {mount: swap, size: 1G, disk: vdb}]",
    );
    fault(
        "rhel9",
        "partitions: [{volume_group: v, volumes: [{name: r, mount: /, size: 2G}, {name: r, mount: /x, size: 1G}]}]",
        "duplicate-name",
        (1, 80),
        "volume `r` is defined twice",
    );
    fault(
        "rhel9",
        "partitions: [{volume_group: v, thin_pool: r, volumes: [{name: r, mount: /, size: 2G}]}]",
        "duplicate-name",
        (1, 63),
        "volume `r` is defined twice",
    );
}

#[test]
fn layouts_fit_their_disks() {
    fine("rhel9", "partitions: [{mount: /, size: 20G, disk: vda}]");
    fault(
        "rhel9",
        "partitions: [{mount: /, size: 18G, disk: vda}, {mount: /x, size: 3G, disk: vda}]",
        "bad-layout",
        (1, 56),
        "the partitions of disk `vda` take 21G, and it has 20G",
    );
    fault(
        "rhel9",
        "partitions: [{volume_group: v, disks: [vda, vdb], volumes: [{name: r, mount: /, size: 41G}]}]",
        "bad-layout",
        (1, 29),
        "the volumes of `v` take 41G, and its disks have 40G",
    );
    fine(
        "rhel9",
        "partitions: [{volume_group: v, disks: [vda], thin_pool: p, volumes: [{name: r, mount: /, size: 41G}]}]",
    );
    fault(
        "rhel9",
        "partitions: [{mount: /}]",
        "missing-key",
        (1, 22),
        "`/` has no size",
    );
    fault(
        "rhel9",
        "partitions: [{mount: /, size: grow, min: 4G, max: 2G}]",
        "bad-layout",
        (1, 22),
        "`/` grows from its `min` down to its `max`",
    );
    fault(
        "rhel9",
        "partitions: [{mount: /, size: 4G, max: 8G}]",
        "conflicting-keys",
        (1, 22),
        "`min` and `max` of `/` are about what grows",
    );
}

#[test]
fn layouts_need_disks_of_known_size() {
    let site = Site::new(&[]);
    for (disks, size, message) in [
        (
            "[]",
            "grow",
            Some("guest `g` has no disk of its own to lay out"),
        ),
        (
            "[{vol: x.raw, size: 1, shareable: true}]",
            "grow",
            Some("guest `g` has no disk of its own to lay out"),
        ),
        (
            "[{vol: x.img}]",
            "50%",
            Some("`/` takes a share of a disk whose size is not known"),
        ),
        ("[{vol: x.img}]", "grow", None),
        ("[{size: 10}, {vol: x.img}]", "50%", None),
    ] {
        let lab = format!(
            "common: {{os: rhel9, rootpw: locked, virtinst: {{location: http://x/}}}}\nguests: {{g: {{disks: {disks}, partitions: [{{mount: /, size: {size}}}]}}}}\n"
        );
        site.write("lab.yml", lab);
        let run = site.run(&["-c", "lab.yml", "validate"]);
        let first = run.stderr.lines().next().unwrap_or_default();
        match message {
            Some(message) => assert_eq!(
                first,
                format!("error[bad-layout]: {message}"),
                "{}",
                run.stderr
            ),
            None => assert_eq!((run.status, run.codes()), (0, vec![]), "{}", run.stderr),
        }
    }
}

#[test]
fn guests_boot_from_their_first_disk() {
    let lab = |disks: &str, partitions: &str| {
        let text = format!(
            "networks: {{lan: {{subnet: 10.0.0.0/24}}}}
guests:
  g:
    os: rhel9
    rootpw: locked
    virtinst: {{location: http://x/}}
    interfaces: [{{network: lan}}]
    disks: [{disks}]
    partitions: {partitions}
"
        );
        let site = Site::new(&[("lab.yml", &text)]);
        site.run(&["-c", "lab.yml", "validate", "--strict"])
    };
    let (own, other) = (
        "{size: 20}",
        "{size: 1, vol: s.raw, format: raw, shareable: true}",
    );
    let on_second = "[{mount: /, size: grow, disk: vdb}]";
    assert_eq!(lab(&format!("{own}, {other}"), "auto").status, 0);
    for (disks, partitions, message) in [
        (
            format!("{own}, {own}"),
            on_second,
            "its layout leaves `vda` alone",
        ),
        (
            format!("{other}, {own}"),
            "auto",
            "`vda` is shared with other guests",
        ),
        (
            format!("{other}, {own}"),
            on_second,
            "`vda` is shared with other guests",
        ),
    ] {
        let run = lab(&disks, partitions);
        let want = format!(
            "error[bad-layout]: guest `g` boots from its first disk, and {message}\n --> lab.yml:8:13\n"
        );
        assert!(run.stderr.starts_with(&want), "{}", run.stderr);
        assert!(run.stderr.ends_with("\n1 error\n"), "{}", run.stderr);
    }
}

#[test]
fn file_systems_fit_what_is_mounted() {
    let layout = |parts: &str| format!("partitions: [{{mount: /, size: 2G}}, {parts}]");
    fine("rhel9", &layout("{mount: swap, size: 1G, fs: swap}"));
    fine("rhel9", &layout("{mount: /boot/efi, size: 600M, fs: efi}"));
    for (part, column, message) in [
        (
            "{mount: swap, size: 1G, fs: ext4}",
            64,
            "`swap` cannot be `ext4`",
        ),
        (
            "{mount: /srv, size: 1G, fs: swap}",
            64,
            "`/srv` cannot be `swap`",
        ),
        (
            "{mount: /boot/efi, size: 1G, fs: xfs}",
            69,
            "`/boot/efi` cannot be `xfs`",
        ),
        (
            "{mount: /srv, size: 1G, fs: efi}",
            64,
            "`/srv` cannot be `efi`",
        ),
    ] {
        fault("rhel9", &layout(part), "bad-layout", (1, column), message);
    }
    for mount in ["/srv/", "/a//b", "/a/../b"] {
        fault(
            "rhel9",
            &layout(&format!("{{mount: {mount}, size: 1G}}")),
            "invalid-value",
            (1, 44),
            &format!("`{mount}` is not a mount point: an absolute path or `swap`"),
        );
    }
}

#[test]
fn installers_have_a_disk_and_a_source() {
    let one = |keys: &str| {
        let text = format!("common: {{os: rhel9, rootpw: locked}}\nguests:\n  g: {{{keys}}}\n");
        let site = Site::new(&[("lab.yml", &text)]);
        let run = site.run(&["-c", "lab.yml", "generate", "--strict"]);
        (site, run)
    };
    let shared = "{size: 1, vol: s.raw, format: raw, shareable: true}";
    for keys in [
        "virtinst: {location: http://x/}, disks: []".to_owned(),
        format!("virtinst: {{location: http://x/}}, disks: [{shared}]"),
    ] {
        let (_, run) = one(&keys);
        let want =
            "error[bad-layout]: guest `g` has no disk of its own to install on\n --> lab.yml:3:3\n";
        assert!(run.stderr.starts_with(want), "{}", run.stderr);
    }
    assert_eq!(one("virtinst: {pxe: true}, disks: []").1.status, 0);
    let (_, run) = one("virtinst: {location: /srv/tree}");
    let want = "error[missing-source]: guest `g` cannot read `/srv/tree`: only the host has it\n --> lab.yml:3:28\n";
    assert!(run.stderr.starts_with(want), "{}", run.stderr);
    for keys in [
        "virtinst: {location: /srv/tree, extra_args: 'inst.repo=http://x/'}",
        "virtinst: {location: /srv/rhel9.iso}",
    ] {
        assert_eq!(one(keys).1.status, 0, "{keys}");
    }
    let (site, run) = one(
        "virtinst: {location: http://x/}, partitions: {raw: \"# clearpart and zerombr are added\\npart / --size=1 --grow\"}",
    );
    assert_eq!(run.status, 0, "{}", run.stderr);
    let kickstart = site.read("workdir/guests.d/g/ks.cfg");
    assert!(
        kickstart.contains("\nzerombr\nclearpart --all --initlabel\n# clearpart and"),
        "{kickstart}"
    );
}

#[test]
fn boot_loaders_read_their_file_system() {
    let root = "{name: r, mount: /, size: 2G}";
    fault(
        "rhel9",
        &format!(
            "partitions: [{{volume_group: v, volumes: [{{name: b, mount: /boot, size: 1G}}, {root}]}}]"
        ),
        "bad-layout",
        (1, 59),
        "the boot loader does not read a logical volume",
    );
    let lab = |os: &str, partitions: &str| {
        let (site, run) = lab(os, &format!("partitions: {partitions}"));
        assert_eq!(run.status, 0, "{}", run.stderr);
        site.read("workdir/guests.d/g/ks.cfg")
    };
    let on_lvm = format!("[{{volume_group: v, volumes: [{root}]}}]");
    assert!(lab("rhel9", &on_lvm).contains("\nreqpart --add-boot\n"));
    assert!(lab("rhel6", &on_lvm).contains("\npart /boot --fstype=ext4 --size=500 --ondisk=vda\n"));
    assert!(lab("rhel9", "[{mount: /, size: grow}]").contains("\nreqpart\n"));
}

#[test]
fn raid_devices_have_their_disks_and_a_use() {
    let raid = |raid: &str| format!("partitions: [{{mount: /, size: 2G}}, {{raid: md0, {raid}}}]");
    fine("rhel9", &raid("level: 1, disks: [vda, vdb], mount: /x"));
    fault(
        "rhel9",
        &raid("level: 5, disks: [vda, vdb], mount: /x"),
        "bad-layout",
        (1, 43),
        "RAID 5 takes 3 disks, and `md0` has 2",
    );
    fault(
        "rhel9",
        &raid("level: 7, disks: [vda, vdb], mount: /x"),
        "invalid-value",
        (1, 55),
        "RAID 7 does not exist",
    );
    fault(
        "rhel9",
        &raid("level: 1, disks: [vda, vda], mount: /x"),
        "bad-layout",
        (1, 71),
        "disk `vda` is in `md0` twice",
    );
    fault(
        "rhel9",
        &raid("level: 1, disks: [vda, vdb]"),
        "bad-layout",
        (1, 43),
        "nothing is on `md0`",
    );
}

#[test]
fn installers_are_asked_for_what_they_can() {
    let volume = |more: &str| format!("partitions: [{{volume_group: v, {more}}}]");
    let thin = volume("thin_pool: p, volumes: [{name: r, mount: /, size: 2G}]");
    fine("rhel6", &thin);
    fault(
        "rhel5",
        &thin,
        "unsupported-key",
        (1, 43),
        "the installer of rhel5 (kickstart) cannot make thin pools",
    );
    let encrypted = "encrypt: {passphrase: !env HOME}";
    fault(
        "rhel9",
        &format!(
            "partitions: [{{raid: md0, level: 1, disks: [vda, vdb], {encrypted}}}, {{volume_group: v, disks: [md0], {encrypted}, volumes: [{{name: r, mount: /, size: 2G}}]}}]"
        ),
        "conflicting-keys",
        (1, 105),
        "`md0` is encrypted, and so is `v` on it",
    );
    fine("rhel7", "packages: ['@^minimal']");
    fault(
        "rhel6",
        "packages: ['@core', '-@^minimal']",
        "unsupported-key",
        (1, 21),
        "the installer of rhel6 (kickstart) cannot install the environment `-@^minimal`",
    );
    fine("rhel5", "proxy: {url: http://p/, no_proxy: [x]}");
    fine("rhel6", "proxy: {url: http://p/}");
    fault(
        "rhel5",
        "proxy: {url: http://p/}",
        "unsupported-key",
        (1, 14),
        "the installer of rhel5 fetches `http://x/` without this proxy: it knows none",
    );
    let label = volume("volumes: [{name: r, mount: /, size: 2G, label: x}]");
    fine("rhel7", &label);
    fault(
        "rhel6",
        &label,
        "unsupported-key",
        (1, 79),
        "the installer of rhel6 (kickstart) cannot label a logical volume",
    );
    let btrfs = "partitions: [{btrfs: b, volumes: [{name: r, mount: /}]}]";
    fine("fedora42", btrfs);
    fault(
        "rhel8",
        btrfs,
        "unsupported-key",
        (1, 22),
        "the installer of rhel8 (kickstart) cannot make btrfs",
    );
    fine("rhel6", "filesystem: xfs");
    fault(
        "rhel5",
        "filesystem: xfs",
        "unsupported-key",
        (1, 13),
        "the installer of rhel5 (kickstart) cannot make the file system `xfs`",
    );
    fine("rhel5", "firewall: {services: [http]}");
    fault(
        "rhel5",
        "firewall: {services: [dns]}",
        "unsupported-key",
        (1, 23),
        "the installer of rhel5 (kickstart) cannot let in the firewall service `dns` by name",
    );
    let metalink = "repos: [{name: x, metalink: http://x/}]";
    fine("rhel8", metalink);
    fault(
        "rhel7",
        metalink,
        "unsupported-key",
        (1, 29),
        "the installer of rhel7 (kickstart) cannot read a metalink",
    );
    fault(
        "rhel9",
        "repos: [{name: x}]",
        "missing-key",
        (1, 16),
        "repository `x` has no address",
    );
    fine("rhel9", "kdump: {enabled: true, reserve: 256M}");
    fine("fedora42", "kdump: {enabled: true, reserve: '1G-:256M'}");
    fault(
        "rhel9",
        "kdump: {enabled: true, reserve: '1G-:256M'}",
        "unsupported-key",
        (1, 33),
        "the installer of rhel9 (kickstart) cannot set aside `1G-:256M` for crash dumps",
    );
}

#[test]
fn firmware_is_what_the_system_boots_from() {
    let machine = |more: &str| format!("virtinst: {{location: http://x/, firmware: uefi{more}}}");
    let one = |os: &str, more: &str| {
        let text = format!(
            "networks: {{lan: {{subnet: 10.0.0.0/24}}}}
guests:
  g:
    os: {os}
    rootpw: locked
    interfaces: [{{network: lan}}]
    {}
",
            machine(more)
        );
        let site = Site::new(&[("lab.yml", &text)]);
        site.run(&["-c", "lab.yml", "validate", "--strict"])
    };
    for (os, more) in [("rhel6", ""), ("rhel7", ", secure_boot: true")] {
        assert_eq!(one(os, more).status, 0, "{os}");
    }
    for (os, more, what) in [
        ("rhel5", "", "UEFI"),
        ("rhel6", ", secure_boot: true", "secure boot"),
    ] {
        let run = one(os, more);
        let want = format!(
            "error[unsupported-key]: the installer of {os} (kickstart) cannot set up {what}\n"
        );
        assert!(run.stderr.starts_with(&want), "{}", run.stderr);
    }
}

#[test]
fn repositories_nearby_are_reached_without_the_proxy() {
    let (site, run) = lab(
        "rhel9",
        "proxy: {url: http://p:3128, no_proxy: [.x.test, 10.0.0.0/24]}
repos:
- {name: near, baseurl: http://a.x.test/}
- {name: here, baseurl: http://10.0.0.1/}
- {name: far, baseurl: http://y.test/}",
    );
    assert_eq!(run.status, 0, "{}", run.stderr);
    let kickstart = site.read("workdir/guests.d/g/ks.cfg");
    for (name, url, direct) in [
        ("near", "http://a.x.test/", true),
        ("here", "http://10.0.0.1/", true),
        ("far", "http://y.test/", false),
    ] {
        let proxy = if direct { "" } else { " --proxy=http://p:3128" };
        let line = format!("\nrepo --name={name} --baseurl={url}{proxy}\n");
        assert!(kickstart.contains(&line), "{kickstart}");
        let own = if direct { "\nproxy=_none_" } else { "" };
        let file =
            format!("[{name}]\nname={name}\nbaseurl={url}\nenabled=1\ngpgcheck=1{own}\nEOF\n");
        assert!(kickstart.contains(&file), "{kickstart}");
    }
}

#[test]
fn gateways_of_ipv6_reach_every_version() {
    for (os, want) in [
        ("rhel5", "\nIPV6_DEFAULTGW=fd00::1\n"),
        (
            "rhel6",
            "\necho IPV6_DEFAULTGW=fd00::1 >> /etc/sysconfig/network-scripts/ifcfg-eth0\n",
        ),
        ("rhel7", " --ipv6=fd00::5/64 --ipv6gateway=fd00::1 "),
    ] {
        let lab = format!(
            "networks: {{lan: {{subnet: 10.0.0.0/24, ipv6: {{subnet: \"fd00::/64\"}}}}}}
common: {{os: {os}, rootpw: locked, virtinst: {{location: http://x/}}}}
guests: {{g: {{interfaces: [{{network: lan, ip: 10.0.0.5, ipv6: \"fd00::5\"}}]}}}}
"
        );
        let site = Site::new(&[("lab.yml", &lab)]);
        site.succeed(&["-c", "lab.yml", "generate"]);
        let kickstart = site.read("workdir/guests.d/g/ks.cfg");
        assert!(kickstart.contains(want), "{os}: {kickstart}");
    }
}

#[test]
fn names_of_lvm_and_repositories_are_what_their_tools_take() {
    let (site, run) = lab(
        "rhel9",
        "partitions: [{volume_group: v+g, thin_pool: t+p, volumes: [{name: r+1, mount: /, size: 2G}]}]
repos: [{name: \"x:y\", baseurl: http://x/}]",
    );
    assert_eq!(run.status, 0, "{}", run.stderr);
    let kickstart = site.read("workdir/guests.d/g/ks.cfg");
    assert!(
        kickstart.contains("--vgname=v+g --name=r+1 "),
        "{kickstart}"
    );
    fault(
        "rhel9",
        "repos: [{name: x+y, baseurl: http://x/}]",
        "invalid-value",
        (1, 16),
        "`x+y` is not a repository: letters, digits and . _ : -",
    );
}

#[test]
fn trees_on_nfs_are_named() {
    for location in ["nfs:srv.x.test:/tree/9", "nfs://srv.x.test/tree/9"] {
        let site = Site::new(&[(
            "lab.yml",
            &format!(
                "common: {{os: rhel9, rootpw: locked, virtinst: {{location: '{location}'}}}}\nguests: {{g: {{}}}}\n"
            ),
        )]);
        site.succeed(&["-c", "lab.yml", "generate"]);
        let kickstart = site.read("workdir/guests.d/g/ks.cfg");
        let line = "\nnfs --server=srv.x.test --dir=/tree/9\n";
        assert!(kickstart.contains(line), "{kickstart}");
    }
}

#[test]
fn processors_are_new_enough() {
    let site = Site::new(&[]);
    for (os, cpu, codes) in [
        ("rhel8", "qemu64", vec![]),
        ("rhel9", "Nehalem", vec![]),
        ("rhel9", "qemu64", vec!["processor-too-old"]),
        ("rocky10", "Nehalem-v2", vec!["processor-too-old"]),
        ("rocky10", "Haswell", vec![]),
    ] {
        let lab = format!(
            "common: {{os: {os}, rootpw: locked, virtinst: {{location: http://x/, cpu: {cpu}}}}}\nguests: {{g: {{}}}}\n"
        );
        site.write("lab.yml", lab);
        let run = site.run(&["-c", "lab.yml", "validate"]);
        assert_eq!((run.status, run.codes()), (0, codes), "{}", run.stderr);
    }
}

#[test]
fn accounts_are_there_once() {
    fine(
        "rhel9",
        "users: [{name: a, uid: 1000}, {name: b, uid: 1001}]",
    );
    fault(
        "rhel9",
        "users: [{name: a}, {name: a}]",
        "duplicate-account",
        (1, 27),
        "user `a` is defined twice",
    );
    fault(
        "rhel9",
        "users: [{name: root}]",
        "duplicate-account",
        (1, 16),
        "`root` is there already",
    );
    fault(
        "rhel9",
        "users: [{name: a, uid: 7}, {name: b, uid: 7}]",
        "duplicate-account",
        (1, 43),
        "two users have the number 7",
    );
    fault(
        "rhel9",
        "users: [{name: a, uid: 0}]",
        "duplicate-account",
        (1, 24),
        "number 0 is `root`'s",
    );
    fault(
        "rhel9",
        "groups: [{name: a, gid: 5}, {name: b, gid: 5}]",
        "duplicate-account",
        (1, 44),
        "two groups have the number 5",
    );
    fine(
        "rhel9",
        "groups: [{name: a, gid: 5}]\nusers: [{name: a, gid: 5}]",
    );
    fault(
        "rhel9",
        "groups: [{name: a}]\nusers: [{name: a, gid: 5}]",
        "duplicate-account",
        (2, 24),
        "the group `a` has another number than its user's own group",
    );
}

#[test]
fn the_os_table_is_listed_and_extended() {
    let site = Site::new(&[]);
    let list = site.succeed(&["os"]);
    assert!(list.stdout.starts_with("NAME "), "{}", list.stdout);
    assert!(
        list.stdout
            .contains("\nrhel10           redhat  rhel          10, 10.0-10.1  kickstart\n"),
        "{}",
        list.stdout
    );
    let one = site.succeed(&["os", "fedora42"]);
    assert!(
        one.stdout.starts_with("name: fedora42\nversion: \"42\"\n"),
        "{}",
        one.stdout
    );
    assert_eq!(site.run(&["os", "rokcy9"]).status, 2);
    site.write(
        "conf.d/os.d/own.yml",
        "own1: {extends: rocky9, distro: own, osinfo: !append [x], last_minor: ~}\n",
    );
    let own = site.succeed(&["os", "own1", "--format", "json"]);
    let own: Value = serde_json::from_str(&own.stdout).unwrap();
    assert_eq!(
        (&own["format"], &own["distro"], &own["last_minor"]),
        (&Value::from(1), &Value::from("own"), &Value::Null)
    );
    assert_eq!(
        own["osinfo"],
        serde_json::json!(["own1", "rocky9", "rhel9.0", "x"])
    );
    site.write(
        "conf.d/guests.d/a.yml",
        "os: own1\nrootpw: locked\nvirtinst: {location: http://x/}\n",
    );
    site.write(
        "conf.d/os.d/ours.yml",
        "ours: {extends: rocky9, version: \"7\"}\n",
    );
    let ours = site.succeed(&["os", "ours.4", "--format", "json"]);
    let ours: Value = serde_json::from_str(&ours.stdout).unwrap();
    assert_eq!(
        (&ours["version"], &ours["minor"]),
        (&"7.4".into(), &4.into())
    );
    assert_eq!(
        site.succeed(&["show", "os/own1", "--format", "json"])
            .stdout,
        site.succeed(&["os", "own1", "--format", "json"]).stdout
    );
    fault_of_minor(&site);
}

#[test]
fn entries_of_the_os_table_are_whole() {
    for (entry, code, column, message) in [
        (
            "my: {extends: rhel9}",
            "missing-key",
            6,
            "the name `my` tells no version",
        ),
        (
            "\"a;b9\": {extends: rhel9}",
            "invalid-value",
            6,
            "`a;b9` is not a name of letters, digits and . _ + -",
        ),
        (
            "my9: {extends: rhel9, install_file: ../x}",
            "invalid-value",
            42,
            "`../x` cannot be a name: `/` is not a letter, digit or one of . _ - +",
        ),
        (
            "my9: {extends: rhel9, installer: \"a b\"}",
            "invalid-value",
            39,
            "`a b` is not a name of letters, digits and . _ + -",
        ),
        (
            "my9: {extends: rhel99}",
            "unknown-os",
            21,
            "operating system `rhel99` is not in the table",
        ),
    ] {
        let site = Site::new(&[(
            "lab.yml",
            &format!("os: {{{entry}}}\nnetworks: {{lan: {{subnet: 10.0.0.0/24}}}}\n"),
        )]);
        let run = site.run(&["-c", "lab.yml", "validate"]);
        let want = format!("error[{code}]: {message}\n --> lab.yml:1:{column}\n");
        assert!(run.stderr.starts_with(&want), "{}", run.stderr);
        assert!(run.stderr.ends_with("\n1 error\n"), "{}", run.stderr);
    }
    let site = Site::new(&[]);
    for name in ["rhel9.", "rhel9.04", "fedora42.1", "centos-stream9.3"] {
        assert_eq!(site.run(&["os", name]).status, 2, "{name}");
    }
}

/// A minor release the table does not know yet is built like those it knows.
fn fault_of_minor(site: &Site) {
    site.write(
        "conf.d/guests.d/a.yml",
        "os: rhel8.11\nrootpw: locked\nvirtinst: {location: http://x/}\n",
    );
    let run = site.run(&["validate"]);
    assert_eq!(
        (run.status, run.codes()),
        (0, vec!["unknown-os"]),
        "{}",
        run.stderr
    );
    site.write("conf.d/os.d/own.yml", "rhel8: {last_minor: 11}\n");
    site.succeed(&["validate"]);
}

#[test]
fn the_host_knows_an_id_of_every_system() {
    let site = Site::new(&[]);
    let known = judge("virt-install", &["--osinfo", "list"]);
    let known: Vec<&str> = known.stdout.split([',', '\n']).map(str::trim).collect();
    let list: Value =
        serde_json::from_str(&site.succeed(&["os", "--format", "json"]).stdout).unwrap();
    let mut all = Vec::new();
    for os in list["os"].as_array().unwrap() {
        let name = os["name"].as_str().unwrap();
        all.push((name.to_owned(), os["last_minor"].as_u64()));
        let entry: Value =
            serde_json::from_str(&site.succeed(&["os", name, "--format", "json"]).stdout).unwrap();
        let ids = entry["osinfo"].as_array().unwrap();
        if entry["installer"] == "kickstart" {
            assert!(
                ids.iter().any(|id| known.contains(&id.as_str().unwrap())),
                "{name}: {ids:?}"
            );
        }
    }
    // And the table knows what the host knows, from the first release on that has an entry.
    let ours = [
        "rhel",
        "centos",
        "centos-stream",
        "rocky",
        "almalinux",
        "ol",
        "fedora",
    ];
    let mut checked = 0;
    for id in known {
        let start = id.find(|c: char| c.is_ascii_digit()).unwrap_or(id.len());
        let (distro, version) = id.split_at(start);
        let (major, minor) = version
            .split_once('.')
            .map_or((version, None), |(major, minor)| (major, Some(minor)));
        let Some(number) = major.parse::<u32>().ok().filter(|_| ours.contains(&distro)) else {
            continue;
        };
        if number < 5 || distro == "fedora" && number < 38 {
            continue;
        }
        checked += 1;
        let entry = all
            .iter()
            .find(|(name, _)| *name == format!("{distro}{major}"));
        let (_, last) = entry.unwrap_or_else(|| panic!("{id} is not in the table"));
        if let Some(minor) = minor {
            assert!(
                last.is_some_and(|last| minor.parse::<u64>().unwrap() <= last),
                "{id} is newer than the table"
            );
        }
    }
    assert!(checked > 60, "{checked}");
}
