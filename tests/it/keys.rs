//! Which key reaches which installer: the table of `docs/INSTALLERS.md`, made of what the program does.
//!
//! Every key is given to a guest of every installer. It has to change a file of that guest, or to be refused at its place
//! as something the installer cannot do: never is it accepted and lost. `UPDATE=1` writes the page anew.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;

use serde_json::{Value, json};

use crate::support::{Site, project, tree};

/// The installers: what the column is called, the system, and where its guests come from.
const INSTALLERS: &[(&str, &str, &str)] = &[
    ("kickstart", "rhel9", r#"{"location": "http://10.9.0.1/"}"#),
    ("preseed", "debian12", r#"{"location": "http://10.9.0.1/"}"#),
    (
        "AutoYaST",
        "opensuse15.6",
        r#"{"location": "http://10.9.0.1/"}"#,
    ),
    ("Agama", "opensuse16.0", r#"{"location": "/srv/leap.iso"}"#),
    (
        "autoinstall",
        "ubuntu24.04",
        r#"{"location": "/srv/ubuntu.iso"}"#,
    ),
    ("Alpine", "alpinelinux3.22", "{}"),
    ("Windows", "win2k22", r#"{"cdrom": "/srv/windows.iso"}"#),
    (
        "image, Debian",
        "debian12",
        r#"{"image": "debian-12-genericcloud-amd64.qcow2"}"#,
    ),
    (
        "image, Red Hat",
        "rocky9",
        r#"{"image": "Rocky-9-GenericCloud.latest.x86_64.qcow2"}"#,
    ),
];

/// A hash any system reads.
const HASH: &str = "$6$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G3uBnIFNjnQJuesI68u4OTLiBFdcbYEdFCoEOfaS35inz1";

/// A public key.
const KEY: &str =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA60ppaUiuo+2eCHL7NjJh+rXNnoID2c8ET2CZoR3BM8 nobody";

/// The keys: what the row is called, the guest without the key, and with a value of it that is nobody's default.
///
/// `HASH` and `KEY` stand for a hash and a public key, `SUITE` for what Debian's repositories need beside their address,
/// `RAW` for text of the installer's own, `NAME` for the guest's name.
const KEYS: &[(&str, &str, &str)] = &[
    ("hostname", r#"{}"#, r#"{"hostname": "other-NAME"}"#),
    ("lang", r#"{}"#, r#"{"lang": "de_DE.UTF-8"}"#),
    ("keyboard", r#"{}"#, r#"{"keyboard": "de"}"#),
    (
        "keyboard.variant",
        r#"{"keyboard": "de"}"#,
        r#"{"keyboard": {"layout": "de", "variant": "nodeadkeys"}}"#,
    ),
    ("timezone", r#"{}"#, r#"{"timezone": "Europe/Berlin"}"#),
    (
        "timezone.utc",
        r#"{"timezone": "Europe/Berlin"}"#,
        r#"{"timezone": {"timezone": "Europe/Berlin", "utc": false}}"#,
    ),
    ("ntp", r#"{}"#, r#"{"ntp": ["10.9.0.7"]}"#),
    ("rootpw: a hash", r#"{}"#, r#"{"rootpw": "HASH"}"#),
    (
        "ssh_authorized_keys",
        r#"{}"#,
        r#"{"ssh_authorized_keys": ["KEY"]}"#,
    ),
    ("users", r#"{}"#, r#"{"users": [{"name": "bob"}]}"#),
    (
        "users[].uid",
        r#"{}"#,
        r#"{"users": [{"name": "ann", "uid": 1717}]}"#,
    ),
    (
        "users[].gid",
        r#"{}"#,
        r#"{"users": [{"name": "ann", "gid": 1718}]}"#,
    ),
    (
        "users[].gecos",
        r#"{}"#,
        r#"{"users": [{"name": "ann", "gecos": "Ann"}]}"#,
    ),
    (
        "users[].home",
        r#"{}"#,
        r#"{"users": [{"name": "ann", "home": "/srv/ann"}]}"#,
    ),
    (
        "users[].shell",
        r#"{}"#,
        r#"{"users": [{"name": "ann", "shell": "/usr/bin/fish"}]}"#,
    ),
    (
        "users[].groups",
        r#"{}"#,
        r#"{"users": [{"name": "ann", "groups": ["adm"]}]}"#,
    ),
    (
        "users[].sudo",
        r#"{}"#,
        r#"{"users": [{"name": "ann", "sudo": true}]}"#,
    ),
    (
        "users[].password: a hash",
        r#"{}"#,
        r#"{"users": [{"name": "ann", "password": "HASH"}]}"#,
    ),
    (
        "users[].lock",
        r#"{"users": [{"name": "ann", "password": "HASH"}]}"#,
        r#"{"users": [{"name": "ann", "password": "HASH", "lock": true}]}"#,
    ),
    (
        "users[].ssh_authorized_keys",
        r#"{}"#,
        r#"{"users": [{"name": "ann", "ssh_authorized_keys": ["KEY"]}]}"#,
    ),
    (
        "groups",
        r#"{}"#,
        r#"{"groups": [{"name": "ops", "gid": 5000}]}"#,
    ),
    ("packages", r#"{}"#, r#"{"packages": ["vim"]}"#),
    ("packages: `-name`", r#"{}"#, r#"{"packages": ["-nano"]}"#),
    ("packages: `@group`", r#"{}"#, r#"{"packages": ["@base"]}"#),
    (
        "repos[].baseurl",
        r#"{}"#,
        r#"{"repos": [{"name": "y", "baseurl": "http://10.9.0.1/y/"SUITESUITE}]}"#,
    ),
    (
        "repos[].mirrorlist",
        r#"{}"#,
        r#"{"repos": [{"name": "x", "mirrorlist": "http://10.9.0.1/x/"SUITE}]}"#,
    ),
    (
        "repos[].metalink",
        r#"{}"#,
        r#"{"repos": [{"name": "x", "metalink": "http://10.9.0.1/x/"SUITE}]}"#,
    ),
    (
        "repos[].gpgkey",
        r#"{"repos": [{"name": "y", "baseurl": "http://10.9.0.1/y/"SUITE}]}"#,
        r#"{"repos": [{"name": "y", "baseurl": "http://10.9.0.1/y/"SUITE, "gpgkey": "http://10.9.0.1/key"}]}"#,
    ),
    (
        "repos[].gpgcheck",
        r#"{"repos": [{"name": "y", "baseurl": "http://10.9.0.1/y/"SUITE}]}"#,
        r#"{"repos": [{"name": "y", "baseurl": "http://10.9.0.1/y/"SUITE, "gpgcheck": false}]}"#,
    ),
    (
        "repos[].priority",
        r#"{"repos": [{"name": "y", "baseurl": "http://10.9.0.1/y/"SUITE}]}"#,
        r#"{"repos": [{"name": "y", "baseurl": "http://10.9.0.1/y/"SUITE, "priority": 10}]}"#,
    ),
    (
        "repos[].cost",
        r#"{"repos": [{"name": "y", "baseurl": "http://10.9.0.1/y/"SUITE}]}"#,
        r#"{"repos": [{"name": "y", "baseurl": "http://10.9.0.1/y/"SUITE, "cost": 10}]}"#,
    ),
    (
        "repos[].enabled",
        r#"{"repos": [{"name": "y", "baseurl": "http://10.9.0.1/y/"SUITE}]}"#,
        r#"{"repos": [{"name": "y", "baseurl": "http://10.9.0.1/y/"SUITE, "enabled": false}]}"#,
    ),
    (
        "repos[].install_only",
        r#"{"repos": [{"name": "y", "baseurl": "http://10.9.0.1/y/"SUITE}]}"#,
        r#"{"repos": [{"name": "y", "baseurl": "http://10.9.0.1/y/"SUITE, "install_only": true}]}"#,
    ),
    (
        "repos[].suite, components",
        r#"{"repos": [{"name": "y", "baseurl": "http://10.9.0.1/y/"SUITE}]}"#,
        r#"{"repos": [{"name": "y", "baseurl": "http://10.9.0.1/y/", "suite": "later", "components": ["extra"]}]}"#,
    ),
    (
        "proxy.url",
        r#"{}"#,
        r#"{"proxy": {"url": "http://10.9.0.9:3128"}}"#,
    ),
    (
        "proxy.no_proxy",
        r#"{"proxy": {"url": "http://10.9.0.8:3128"}}"#,
        r#"{"proxy": {"url": "http://10.9.0.8:3128", "no_proxy": ["x.test"]}}"#,
    ),
    (
        "services.enabled",
        r#"{}"#,
        r#"{"services": {"enabled": ["cups"]}}"#,
    ),
    (
        "services.disabled",
        r#"{}"#,
        r#"{"services": {"disabled": ["cups"]}}"#,
    ),
    ("selinux", r#"{}"#, r#"{"selinux": "permissive"}"#),
    (
        "firewall.enabled",
        r#"{"firewall": {"enabled": true}}"#,
        r#"{"firewall": {"enabled": false}}"#,
    ),
    (
        "firewall.services",
        r#"{}"#,
        r#"{"firewall": {"services": ["http"]}}"#,
    ),
    (
        "firewall.ports",
        r#"{}"#,
        r#"{"firewall": {"ports": ["8088/tcp"]}}"#,
    ),
    (
        "firewall.trusted",
        r#"{}"#,
        r#"{"firewall": {"trusted": ["eth1"]}}"#,
    ),
    ("kdump", r#"{}"#, r#"{"kdump": {"enabled": true}}"#),
    (
        "kdump.reserve",
        r#"{"kdump": {"enabled": true}}"#,
        r#"{"kdump": {"enabled": true, "reserve": "320M"}}"#,
    ),
    ("nameservers", r#"{}"#, r#"{"nameservers": ["10.9.0.6"]}"#),
    (
        "hosts",
        r#"{}"#,
        r#"{"hosts": [{"ip": "10.9.0.5", "names": ["five"]}]}"#,
    ),
    (
        "interfaces: static",
        r#"{}"#,
        r#"{"interfaces": [{"network": "lan", "ip": "auto", "bootproto": "static"}]}"#,
    ),
    (
        "interfaces: several",
        r#"{}"#,
        r#"{"interfaces": [{"network": "lan", "ip": "auto"}, {"network": "san", "bootproto": "dhcp"}]}"#,
    ),
    (
        "interfaces[].ipv6",
        r#"{"interfaces": [{"network": "six", "ip": "auto", "bootproto": "static"}]}"#,
        r#"{"interfaces": [{"network": "six", "ip": "auto", "ipv6": "auto", "bootproto": "static"}]}"#,
    ),
    (
        "interfaces[].mtu",
        r#"{}"#,
        r#"{"interfaces": [{"network": "lan", "ip": "auto", "mtu": 1400}]}"#,
    ),
    (
        "interfaces[].nameserver",
        r#"{"interfaces": [{"network": "lan", "ip": "auto", "bootproto": "static"}]}"#,
        r#"{"interfaces": [{"network": "lan", "ip": "auto", "bootproto": "static", "nameserver": ["10.9.0.4"]}]}"#,
    ),
    (
        "interfaces[].nodns",
        r#"{"interfaces": [{"network": "lan", "ip": "auto"}, {"network": "six", "bootproto": "dhcp"}]}"#,
        r#"{"interfaces": [{"network": "lan", "ip": "auto"}, {"network": "six", "bootproto": "dhcp", "nodns": true}]}"#,
    ),
    (
        "interfaces[].nodefroute",
        r#"{"interfaces": [{"network": "lan", "ip": "auto"}, {"network": "six", "bootproto": "dhcp"}]}"#,
        r#"{"interfaces": [{"network": "lan", "ip": "auto"}, {"network": "six", "bootproto": "dhcp", "nodefroute": true}]}"#,
    ),
    (
        "interfaces[].device",
        r#"{}"#,
        r#"{"interfaces": [{"network": "lan", "ip": "auto", "device": "uplink"}]}"#,
    ),
    (
        "interfaces[].routes",
        r#"{}"#,
        r#"{"interfaces": [{"network": "lan", "ip": "auto", "routes": [{"to": "10.8.0.0/16", "via": "10.9.0.9"}]}]}"#,
    ),
    (
        "bonds",
        r#"{"interfaces": [{"network": "lan", "ip": "auto"}, {"network": "lan", "bootproto": "none"}]}"#,
        r#"{"interfaces": [{"network": "lan", "ip": "auto"}, {"network": "lan", "bootproto": "none"}], "bonds": [{"device": "bond0", "interfaces": ["eth0", "eth1"], "mode": "active-backup", "options": {"miimon": 100}}]}"#,
    ),
    (
        "bridges",
        r#"{}"#,
        r#"{"bridges": [{"device": "br0", "interfaces": ["eth0"]}]}"#,
    ),
    (
        "vlans",
        r#"{}"#,
        r#"{"vlans": [{"interface": "eth0", "id": 30, "ip": "10.30.{{ index }}.9/24"}]}"#,
    ),
    (
        "partitions: plain",
        r#"{}"#,
        r#"{"partitions": [{"mount": "/", "size": "20G"}, {"mount": "/srv", "size": "grow"}]}"#,
    ),
    (
        "partitions[].fs",
        r#"{"partitions": [{"mount": "/", "size": "6G"}, {"mount": "/srv", "size": "6G"}]}"#,
        r#"{"partitions": [{"mount": "/", "size": "6G"}, {"mount": "/srv", "size": "6G", "fs": "ext3"}]}"#,
    ),
    (
        "partitions[].label",
        r#"{"partitions": [{"mount": "/", "size": "6G"}, {"mount": "/srv", "size": "6G"}]}"#,
        r#"{"partitions": [{"mount": "/", "size": "6G"}, {"mount": "/srv", "size": "6G", "label": "srv"}]}"#,
    ),
    (
        "partitions[].options",
        r#"{"partitions": [{"mount": "/", "size": "6G"}, {"mount": "/srv", "size": "6G"}]}"#,
        r#"{"partitions": [{"mount": "/", "size": "6G"}, {"mount": "/srv", "size": "6G", "options": "noatime"}]}"#,
    ),
    (
        "partitions: percent",
        r#"{}"#,
        r#"{"partitions": [{"mount": "/", "size": "40%"}, {"mount": "/srv", "size": "6G"}]}"#,
    ),
    (
        "partitions: min, max",
        r#"{"partitions": [{"mount": "/", "size": "grow"}]}"#,
        r#"{"partitions": [{"mount": "/", "min": "6G", "max": "9G"}]}"#,
    ),
    (
        "partitions: several disks",
        r#"{}"#,
        r#"{"partitions": [{"mount": "/", "size": "6G", "disk": "vda"}, {"mount": "/srv", "size": "6G", "disk": "vdb"}]}"#,
    ),
    (
        "partitions: LVM",
        r#"{}"#,
        r#"{"partitions": [{"mount": "/boot", "size": "1G"}, {"volume_group": "vg", "volumes": [{"name": "root", "mount": "/", "size": "6G"}]}]}"#,
    ),
    (
        "partitions: thin pool",
        r#"{}"#,
        r#"{"partitions": [{"mount": "/boot", "size": "1G"}, {"volume_group": "vg", "thin_pool": "pool", "volumes": [{"name": "root", "mount": "/", "size": "6G"}]}]}"#,
    ),
    (
        "partitions: LUKS",
        r#"{}"#,
        r#"{"partitions": [{"mount": "/boot", "size": "1G"}, {"mount": "/", "size": "6G"}, {"mount": "/srv", "size": "2G", "encrypt": {"passphrase": "opensesame"}}]}"#,
    ),
    (
        "partitions: LUKS below LVM",
        r#"{}"#,
        r#"{"partitions": [{"mount": "/boot", "size": "1G"}, {"volume_group": "vg", "encrypt": {"passphrase": "opensesame"}, "volumes": [{"name": "root", "mount": "/", "size": "6G"}]}]}"#,
    ),
    (
        "partitions: RAID",
        r#"{}"#,
        r#"{"partitions": [{"mount": "/boot", "size": "1G", "disk": "vda"}, {"raid": "md0", "level": 1, "disks": ["vda", "vdb"], "mount": "/", "fs": "ext4"}]}"#,
    ),
    (
        "partitions: btrfs",
        r#"{}"#,
        r#"{"partitions": [{"mount": "/boot", "size": "1G"}, {"btrfs": "pool", "disks": ["vda"], "volumes": [{"name": "root", "mount": "/"}, {"name": "home", "mount": "/home"}]}]}"#,
    ),
    (
        "partitions.raw",
        r#"{}"#,
        r#"{"partitions": {"raw": "RAW"}}"#,
    ),
    ("swap", r#"{}"#, r#"{"swap": "3G"}"#),
    ("filesystem", r#"{}"#, r#"{"filesystem": "ext3"}"#),
    (
        "bootloader.append",
        r#"{}"#,
        r#"{"bootloader": {"append": ["panic=10"]}}"#,
    ),
    (
        "bootloader.timeout",
        r#"{}"#,
        r#"{"bootloader": {"timeout": 7}}"#,
    ),
    (
        "bootloader.password",
        r#"{}"#,
        r#"{"bootloader": {"password": "grub.pbkdf2.sha512.10000.AA.BB"}}"#,
    ),
    ("finish: reboot", r#"{}"#, r#"{"finish": "reboot"}"#),
    ("finish: halt", r#"{}"#, r#"{"finish": "halt"}"#),
    (
        "scripts: pre",
        r#"{}"#,
        r#"{"scripts": [{"when": "pre", "run": "echo first"}]}"#,
    ),
    (
        "scripts: post",
        r#"{}"#,
        r#"{"scripts": [{"when": "post", "run": "echo last"}]}"#,
    ),
    (
        "scripts: post-nochroot",
        r#"{}"#,
        r#"{"scripts": [{"when": "post-nochroot", "run": "echo last"}]}"#,
    ),
    (
        "scripts: firstboot",
        r#"{}"#,
        r#"{"scripts": [{"when": "firstboot", "run": "echo last"}]}"#,
    ),
    (
        "scripts[].interpreter",
        r#"{"scripts": [{"when": "post", "run": "1"}]}"#,
        r#"{"scripts": [{"when": "post", "run": "1", "interpreter": "/usr/bin/python3"}]}"#,
    ),
    (
        "scripts[].on_error",
        r#"{"scripts": [{"when": "post", "run": "echo all"}]}"#,
        r#"{"scripts": [{"when": "post", "run": "echo all", "on_error": "fail"}]}"#,
    ),
    (
        "setup_data",
        r#"{}"#,
        r#"{"setup_data": [{"content": "hello", "dst": "/etc/motd"}]}"#,
    ),
    (
        "setup_data[].mode",
        r#"{"setup_data": [{"content": "hello", "dst": "/etc/motd"}]}"#,
        r#"{"setup_data": [{"content": "hello", "dst": "/etc/motd", "mode": "0600"}]}"#,
    ),
    (
        "setup_data[].owner, group",
        r#"{"setup_data": [{"content": "hello", "dst": "/etc/motd"}]}"#,
        r#"{"setup_data": [{"content": "hello", "dst": "/etc/motd", "owner": "daemon", "group": "daemon"}]}"#,
    ),
];

/// Keys that mean something within the lab alone: the systems of these installers name their interfaces themselves, and
/// other keys that name one are carried over by its address.
const WITHIN: &[(&str, &[&str])] = &[("interfaces[].device", &["kickstart", "preseed", "Alpine"])];

fn is_within(guest: Guest) -> bool {
    let (key, installer) = (KEYS[guest.key].0, INSTALLERS[guest.installer].0);
    let within = WITHIN.iter().find(|(name, _)| *name == key);
    within.is_some_and(|(_, installers)| installers.contains(&installer))
}

/// Text of an installer's own for disks.
fn raw(installer: &str) -> &'static str {
    match installer {
        "kickstart" => "part / --size=1 --grow",
        "preseed" => "d-i partman-auto/method string regular",
        "AutoYaST" => {
            "<partitioning config:type=\"list\"><drive><device>/dev/vda</device></drive></partitioning>"
        }
        "Agama" => "{\"drives\": []}",
        "autoinstall" => "layout: {name: direct}",
        "Windows" => "<DiskConfiguration/>",
        _ => "nothing",
    }
}

/// A guest for each key and installer, on a line of its own; with the keys, or all without.
fn lab(guests: &[Guest], keys: bool) -> String {
    let mut text = String::from(
        "networks: {lan: {subnet: 10.9.0.0/21}, san: {mode: isolated, subnet: 10.9.128.0/21}, six: {subnet: 10.10.0.0/21, ipv6: {subnet: \"fd09::/64\"}}}\nguests:\n",
    );
    for guest in guests {
        let (installer, os, virtinst) = INSTALLERS[guest.installer];
        let mut spec = json!({
            "os": os,
            "rootpw": "locked",
            "virtinst": serde_json::from_str::<Value>(virtinst).unwrap(),
            "interfaces": [{"network": "lan", "ip": "auto"}],
            "disks": [{"size": 40}, {"size": 40}],
            "ssh_authorized_keys": [KEY.replace("nobody", "first")],
            "users": [{"name": "ann"}],
        });
        if installer == "Windows" {
            let spec = spec.as_object_mut().unwrap();
            spec.remove("ssh_authorized_keys");
        }
        let (_, without, with) = KEYS[guest.key];
        let suite = match os.starts_with("debian") || os.starts_with("ubuntu") {
            true => ", \"suite\": \"stable\", \"components\": [\"main\"]",
            false => "",
        };
        let own = if keys { with } else { without }
            .replace("SUITE", suite)
            .replace(
                "/srv\"",
                if installer == "Windows" {
                    "/d\""
                } else {
                    "/srv\""
                },
            )
            .replace("NAME", &guest.name())
            .replace("HASH", HASH)
            .replace("KEY", KEY)
            .replace("RAW", &raw(installer).replace('"', "\\\""));
        let own: Value = serde_json::from_str(&own).unwrap();
        let own = own.as_object().unwrap().clone();
        spec.as_object_mut().unwrap().extend(own);
        writeln!(text, "  {}: {spec}", guest.name()).unwrap();
    }
    text
}

/// A key that is given to an installer.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Guest {
    key: usize,
    installer: usize,
}

impl Guest {
    fn all() -> Vec<Self> {
        (0..KEYS.len())
            .flat_map(|key| (0..INSTALLERS.len()).map(move |installer| Self { key, installer }))
            .collect()
    }

    fn name(self) -> String {
        format!("k{}-{}", self.key, self.installer)
    }

    fn describe(self) -> String {
        format!(
            "`{}` for {}",
            KEYS[self.key].0, INSTALLERS[self.installer].0
        )
    }
}

/// A file less the digest of the guest's values, which says nothing about where they land.
fn without_digest(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let lines = text.lines().filter(|line| !line.starts_with("digest="));
    lines.collect::<Vec<_>>().join("\n")
}

/// Generates and returns the files of each guest but the one for review.
fn files(guests: &[Guest], keys: bool) -> BTreeMap<Guest, Vec<(String, String)>> {
    let site = Site::new(&[("lab.yml", &lab(guests, keys))]);
    let run = site.run(&["-c", "lab.yml", "generate"]);
    assert_eq!(run.status, 0, "{}", run.stderr);
    let all = tree(&site.path().join("workdir/guests.d"));
    guests
        .iter()
        .map(|guest| {
            let prefix = format!("{}/", guest.name());
            let own = all
                .iter()
                .filter(|(name, _)| name.starts_with(&prefix) && !name.ends_with("guest.yml"))
                .map(|(name, (_, bytes))| (name.clone(), without_digest(bytes)))
                .collect();
            (*guest, own)
        })
        .collect()
}

/// The guests that are refused something as unsupported, and what else was found.
fn refused(guests: &[Guest], keys: bool) -> (BTreeSet<Guest>, Vec<String>) {
    let site = Site::new(&[("lab.yml", &lab(guests, keys))]);
    let run = site.run(&["-c", "lab.yml", "validate", "--format", "json"]);
    let report: Value = serde_json::from_str(&run.stdout).unwrap();
    let mut refused = BTreeSet::new();
    let mut wrong = Vec::new();
    let found = report["diagnostics"].as_array().unwrap().iter();
    for found in found.filter(|found| found["severity"] == "error") {
        let line = found["spans"][0]["line"].as_u64().unwrap() as usize;
        let guest = guests[line - 3];
        if found["code"] == "unsupported-key" || found["code"] == "unreadable-hash" {
            refused.insert(guest);
        } else {
            wrong.push(format!("{}: {}", guest.describe(), found["message"]));
        }
    }
    (refused, wrong)
}

/// The page, with a row for each key.
fn page(refused: &BTreeSet<Guest>) -> String {
    let mut page = String::from(
        "# What each installer is told\n\n\
         The same keys serve every system. This table, which the tests make, says which of them reach which installer: the\n\
         others are an error at their place (`unsupported-key`), and never lost. `lab` means that other keys of the lab may\n\
         refer to it, while the system has a name of its own. Single systems differ where their installers do: an old release\n\
         may lack what the newest has.\n\n",
    );
    let names: Vec<&str> = INSTALLERS.iter().map(|(name, ..)| *name).collect();
    let systems: Vec<String> = INSTALLERS
        .iter()
        .map(|(_, os, _)| format!("`{os}`"))
        .collect();
    writeln!(page, "| key | {} |", names.join(" | ")).unwrap();
    writeln!(page, "|---|{}", "---|".repeat(names.len())).unwrap();
    writeln!(page, "| tried with | {} |", systems.join(" | ")).unwrap();
    for (key, (name, ..)) in KEYS.iter().enumerate() {
        let cells: Vec<&str> = (0..INSTALLERS.len())
            .map(|installer| match (Guest { key, installer }) {
                guest if refused.contains(&guest) => "–",
                guest if is_within(guest) => "lab",
                _ => "yes",
            })
            .collect();
        let name = match name.split_once(": ") {
            Some((key, what)) => format!("`{key}`: {what}"),
            None => format!("`{name}`"),
        };
        writeln!(page, "| {name} | {} |", cells.join(" | ")).unwrap();
    }
    page
}

#[test]
fn every_key_reaches_its_installer_or_is_refused() {
    let (wrong, others) = refused(&Guest::all(), false);
    assert!(others.is_empty(), "{}", others.join("\n"));
    for guest in wrong {
        // What a key refines may be what is refused.
        let refines = KEYS[guest.key].1 != "{}";
        assert!(refines, "{} without it", guest.describe());
    }
    let (refused, mut faults) = refused(&Guest::all(), true);
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    let kept: Vec<Guest> = Guest::all()
        .into_iter()
        .filter(|guest| !refused.contains(guest))
        .collect();
    let (with, without) = (files(&kept, true), files(&kept, false));
    for guest in &kept {
        if (with[guest] == without[guest]) != is_within(*guest) {
            let what = if is_within(*guest) {
                "something, against `WITHIN`"
            } else {
                "nothing"
            };
            faults.push(format!("{} changes {what}", guest.describe()));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));

    let (path, page) = (project("docs/INSTALLERS.md"), page(&refused));
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&path, &page).unwrap();
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == page,
        "docs/INSTALLERS.md differs; UPDATE=1 cargo test --test it keys"
    );
}
