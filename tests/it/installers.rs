//! What installers get, by version, and the table of operating systems. What they cannot do is in `tests/faults`.

use serde_json::Value;

use crate::support::{Site, judge};

/// Runs a lab of one guest with `keys` of its own.
fn lab(os: &str, keys: &str) -> (Site, crate::support::Run) {
    let indented: String = keys.lines().map(|line| format!("    {line}\n")).collect();
    let text = format!(
        "networks: {{lan: {{subnet: 10.0.0.0/24}}}}
guests:
  g:
    os: {os}
    rootpw: locked
    virtinst: {{location: http://x/}}
    interfaces: [{{network: lan, ip: auto}}]
    disks: [{{size: 20}}, {{size: 20}}, {{size: 1, vol: s.raw, shareable: true}}]
{indented}"
    );
    let site = Site::new(&[("lab.yml", &text)]);
    let run = site.run(&["-c", "lab.yml", "generate", "--strict"]);
    (site, run)
}

#[test]
fn text_of_the_installers_own_stands_as_it_is() {
    let (site, run) = lab(
        "rhel9",
        "partitions: {raw: \"# clearpart and zerombr are added\\npart / --size=1 --grow\"}",
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
common: {{os: {os}, rootpw: locked, virtinst: {{location: http://x/}}, interfaces: [{{network: default}}]}}
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
}

#[test]
fn trees_on_nfs_are_named() {
    for location in ["nfs:srv.x.test:/tree/9", "nfs://srv.x.test/tree/9"] {
        let site = Site::new(&[(
            "lab.yml",
            &format!(
                "common: {{os: rhel9, rootpw: locked, virtinst: {{location: '{location}'}}, interfaces: [{{network: default}}]}}\nguests: {{g: {{}}}}\n"
            ),
        )]);
        site.succeed(&["-c", "lab.yml", "generate"]);
        let kickstart = site.read("workdir/guests.d/g/ks.cfg");
        let line = "\nnfs --server=srv.x.test --dir=/tree/9\n";
        assert!(kickstart.contains(line), "{kickstart}");
    }
}

#[test]
fn the_os_table_is_listed_and_extended() {
    let site = Site::new(&[]);
    let list = site.succeed(&["os"]);
    assert!(list.stdout.starts_with("NAME "), "{}", list.stdout);
    assert!(
        list.stdout
            .contains("\nrhel10              redhat   rhel          10, 10.0-10.1  kickstart\n"),
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
        "os: own1\nrootpw: locked\nvirtinst: {location: http://x/}\ninterfaces: [{network: default}]\n",
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
    // What a built-in entry has from the one it extends is there to be changed as well.
    let before = site.succeed(&["os", "rocky9", "--format", "json"]);
    let before: Value = serde_json::from_str(&before.stdout).unwrap();
    site.write(
        "conf.d/os.d/rocky.yml",
        "rocky9: {kernel_args: !append [quiet], filesystems: !remove [vfat], cloud_user: ~}\n",
    );
    let changed = site.succeed(&["os", "rocky9", "--format", "json"]);
    let changed: Value = serde_json::from_str(&changed.stdout).unwrap();
    let list = |of: &Value, key: &str| of[key].as_array().unwrap().clone();
    let mut args = list(&before, "kernel_args");
    args.push("quiet".into());
    assert_eq!(list(&changed, "kernel_args"), args);
    let mut filesystems = list(&before, "filesystems");
    filesystems.retain(|name| name != "vfat");
    assert_eq!(list(&changed, "filesystems"), filesystems);
    assert!(filesystems.len() > 2 && !before["cloud_user"].is_null());
    assert!(changed["cloud_user"].is_null());
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
        "os: rhel8.11\nrootpw: locked\nvirtinst: {location: http://x/}\ninterfaces: [{network: default}]\n",
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
        assert!(
            ids.iter().any(|id| known.contains(&id.as_str().unwrap())),
            "{name}: {ids:?}"
        );
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
        "debian",
        "opensuse",
        "sles",
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
        let first = match distro {
            "fedora" => 38,
            "debian" => 10,
            "opensuse" => 15,
            "sles" => 12,
            _ => 5,
        };
        // Numbers of openSUSE went from 42 back to 15.
        if number < first || distro == "opensuse" && number == 42 {
            continue;
        }
        checked += 1;
        // Releases with entries of their own have the host's names.
        if all.iter().any(|(name, _)| name == id) {
            continue;
        }
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

#[test]
fn volumes_have_room_beside_a_partition_that_grows() {
    let lab = "\
site: x
networks: {lan: {subnet: 10.0.0.0/24}}
common:
  rootpw: locked
  interfaces: [{network: lan, ip: auto}]
  disks: [{size: 20}]
  partitions:
    - {mount: /, size: 4G}
    - {mount: /srv, size: grow}
    - {volume_group: v, volumes: [{name: d, mount: /var, size: 6G}, {name: e, mount: /home, size: 3G}]}
guests:
  el: {os: rocky9, virtinst: {location: \"http://x/\"}}
  deb: {os: debian12}
";
    let site = Site::new(&[("lab.yml", lab)]);
    site.succeed(&["-c", "lab.yml", "generate"]);
    let kickstart = site.read("workdir/guests.d/el/ks.cfg");
    assert!(
        kickstart.contains("part pv.101 --size=9244 --ondisk=vda\n"),
        "{kickstart}"
    );
    let answers = site.read("workdir/guests.d/deb/preseed.cfg");
    // In millions of bytes.
    assert!(answers.contains("\n    9694 19694 -1 "), "{answers}");
}
