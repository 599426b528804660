//! Kickstarts of every version, with every kind of layout, network and feature, read by pykickstart.
//!
//! One lab has a guest for each combination. `tests/judges/ksmatrix.py` reads their kickstarts and compares them with
//! what the lab says, which is handed to it beside them.

use std::fs;

use serde_json::{Map, Value, json};

use crate::support::{Site, judge, project};

/// Operating systems: the name, pykickstart's version, and the generation of the installer.
const SYSTEMS: &[(&str, &str, u32)] = &[
    ("rhel5", "RHEL5", 5),
    ("centos5.11", "RHEL5", 5),
    ("rhel6.10", "RHEL6", 6),
    ("rhel7", "RHEL7", 7),
    ("centos7", "RHEL7", 7),
    ("rhel8.10", "RHEL8", 8),
    ("ol8", "RHEL8", 8),
    ("rhel9", "RHEL9", 9),
    ("rocky9", "RHEL9", 9),
    ("rhel10.1", "RHEL10", 10),
    ("almalinux10", "RHEL10", 10),
    ("fedora38", "F38", 9),
    ("fedora39", "F39", 9),
    ("fedora40", "F40", 10),
    ("fedora41", "F41", 10),
    ("fedora42", "F42", 10),
    ("fedora43", "F43", 10),
    ("fedora44", "F44", 10),
];

/// A hash as `openssl passwd -6` makes them.
const HASH: &str = "$6$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G3uBnIFNjnQJuesI68u4OTLiBFdcbYEdFCoEOfaS35inz1";

/// The layouts, by name, and the first and last generation that can make them.
fn layouts() -> Vec<(&'static str, u32, Value)> {
    let lvm = json!([
        {"mount": "/boot", "size": "1G", "disk": "vda"},
        {"volume_group": "vg0", "disks": ["vda"], "volumes": [
            {"name": "root", "mount": "/", "size": "8G"},
            {"name": "swap", "mount": "swap", "size": "1G"},
            {"name": "var", "mount": "/var", "size": "grow", "max": "9G"},
        ]},
    ]);
    vec![
        ("auto", 5, json!({"partitions": "auto"})),
        ("swap", 5, json!({"partitions": "auto", "swap": "2G"})),
        (
            "ext3",
            5,
            json!({"partitions": "auto", "filesystem": "ext3"}),
        ),
        (
            "raw",
            5,
            json!({"partitions": {"raw": "part /boot --fstype=ext3 --size=500\npart / --fstype=ext3 --size=1 --grow\n"}}),
        ),
        (
            "plain",
            5,
            json!({"partitions": [
                {"mount": "/boot", "size": "500M", "disk": "vda", "fs": "ext3"},
                {"mount": "swap"},
                {"mount": "/home", "size": "10%", "disk": "vda", "options": "nodev,nosuid"},
                {"mount": "/srv", "min": "1G", "max": "3G", "size": "grow"},
                {"mount": "/", "size": "grow"},
            ]}),
        ),
        ("lvm", 5, json!({"partitions": lvm})),
        (
            "percent",
            5,
            json!({"partitions": [
                {"mount": "/boot", "size": "1G"},
                {"volume_group": "vg0", "volumes": [
                    {"name": "root", "mount": "/", "size": "60%"},
                    {"name": "log", "mount": "/var/log", "size": "20%", "options": "noexec"},
                    {"name": "swap", "mount": "swap"},
                ]},
            ]}),
        ),
        (
            "disks",
            5,
            json!({
                "disks": [{"size": 20}, {"size": 30}, {"size": 40, "bus": "scsi"}, {"vol": "shared.raw", "size": 1, "format": "raw", "shareable": true}],
                "partitions": [
                    {"mount": "/boot", "size": "1G", "disk": "vda"},
                    {"mount": "/", "size": "grow", "disk": "vda"},
                    {"volume_group": "data", "disks": ["vdb", "sda"], "volumes": [{"name": "data", "mount": "/data", "size": "grow"}]},
                ],
            }),
        ),
        (
            "raid",
            5,
            json!({
                "disks": [{"size": 20}, {"size": 20}],
                "partitions": [
                    {"raid": "md0", "level": 1, "disks": ["vda", "vdb"], "size": "1G", "mount": "/boot", "fs": "ext3"},
                    {"raid": "md1", "level": 0, "disks": ["vda", "vdb"], "size": "1G", "mount": "swap"},
                    {"raid": "md2", "level": 1, "disks": ["vda", "vdb"], "mount": "/"},
                ],
            }),
        ),
        (
            "raid-lvm",
            5,
            json!({
                "disks": [{"size": 20}, {"size": 20}, {"size": 20}],
                "partitions": [
                    {"raid": "md0", "level": 1, "disks": ["vda", "vdb"], "size": "1G", "mount": "/boot"},
                    {"raid": "md1", "level": 5, "disks": ["vda", "vdb", "vdc"]},
                    {"volume_group": "vg0", "disks": ["md1"], "volumes": [{"name": "root", "mount": "/", "size": "grow"}]},
                ],
            }),
        ),
        (
            "raid-luks",
            5,
            json!({
                "disks": [{"size": 20}, {"size": 20}],
                "partitions": [
                    {"raid": "md0", "level": 1, "disks": ["vda", "vdb"], "size": "1G", "mount": "/boot"},
                    {"raid": "md1", "level": 1, "disks": ["vda", "vdb"], "size": "2G", "mount": "/secret", "encrypt": {"passphrase": "of md1"}},
                    {"raid": "md2", "level": 1, "disks": ["vda", "vdb"]},
                    {"volume_group": "vg0", "disks": ["md2"], "encrypt": {"passphrase": "pass phrase"}, "volumes": [{"name": "root", "mount": "/", "size": "grow"}]},
                ],
            }),
        ),
        (
            "uefi",
            6,
            json!({"virtinst": {"firmware": "uefi"}, "partitions": [
                {"mount": "/boot", "size": "1G"},
                {"volume_group": "vg0", "volumes": [{"name": "root", "mount": "/", "size": "grow"}]},
            ]}),
        ),
        (
            "uefi-auto",
            6,
            json!({"virtinst": {"firmware": "uefi"}, "partitions": "auto"}),
        ),
        (
            "luks",
            5,
            json!({"partitions": [
                {"mount": "/boot", "size": "1G"},
                {"mount": "/secret", "size": "2G", "encrypt": {"passphrase": "it's \"#1\""}},
                {"volume_group": "vg0", "disks": ["vda"], "encrypt": {"passphrase": "pass phrase"}, "volumes": [
                    {"name": "root", "mount": "/", "size": "grow"},
                ]},
            ]}),
        ),
        (
            "thin",
            6,
            json!({"partitions": [
                {"mount": "/boot", "size": "1G"},
                {"volume_group": "vg0", "disks": ["vda"], "thin_pool": "pool", "volumes": [
                    {"name": "root", "mount": "/", "size": "9G"},
                    {"name": "home", "mount": "/home", "size": "30G"},
                    {"name": "swap", "mount": "swap", "size": "1G"},
                ]},
            ]}),
        ),
        (
            "labels",
            7,
            json!({"partitions": [
                {"mount": "/boot", "size": "1G", "label": "boot"},
                {"volume_group": "vg0", "volumes": [{"name": "root", "mount": "/", "size": "grow", "label": "root"}]},
            ]}),
        ),
        (
            "btrfs",
            100,
            json!({
                "disks": [{"size": 20}, {"size": 20}],
                "partitions": [
                    {"mount": "/boot", "size": "1G", "disk": "vda"},
                    {"mount": "/srv", "size": "2G", "disk": "vda", "fs": "btrfs"},
                    {"btrfs": "main", "disks": ["vda", "vdb"], "level": "raid1", "volumes": [
                        {"name": "root", "mount": "/"}, {"name": "home", "mount": "/home"},
                    ]},
                ],
            }),
        ),
        (
            "btrfs-auto",
            100,
            json!({"partitions": "auto", "filesystem": "btrfs"}),
        ),
    ]
}

/// Whether the installer of a system can make a layout.
fn offers(system: &str, generation: u32, layout: &str, first: u32) -> bool {
    match layout {
        "btrfs" | "btrfs-auto" => system.starts_with("fedora") || generation == 7,
        _ => generation >= first,
    }
}

/// The interfaces of guest number `n`, in one of four ways.
fn interfaces(n: usize, generation: u32) -> Value {
    let mac = |nic: usize| format!("52:54:00:{:02x}:{:02x}:{:02x}", nic + 1, n / 256, n % 256);
    let ip = |net: usize| format!("10.{}.{}.{}", net, n / 200, n % 200 + 10);
    match n % 4 {
        0 => json!([{"network": "lan", "mac": mac(0), "ip": ip(1)}]),
        1 => {
            json!([{"network": "lan", "mac": mac(0), "ip": ip(1), "bootproto": "static", "netmask": "255.255.0.0", "gateway": "10.1.0.1", "nameserver": ["10.1.0.1", "10.1.0.2"]}])
        }
        2 => json!([
            {"network": "lan", "mac": mac(0)},
            {"network": "san", "mac": mac(1), "ip": ip(2), "bootproto": "static", "netmask": "255.255.0.0", "nodefroute": true, "nodns": true},
            {"network": "lan", "mac": mac(2), "mtu": 1400, "nodefroute": true, "nodns": true},
        ]),
        _ if generation > 5 => json!([
            {"network": "lan", "mac": mac(0), "ip": ip(1), "nodns": true},
            {"network": "lan", "mac": mac(1), "bootproto": "none"},
        ]),
        _ => json!([{"network": "lan", "mac": mac(0), "mtu": 9000}]),
    }
}

/// What guest number `n` makes of its interfaces: most of them nothing, some all there is.
fn links(n: usize, generation: u32) -> Value {
    if n % 5 != 4 {
        return json!({});
    }
    let mac = |nic: usize| format!("52:54:00:{:02x}:{:02x}:{:02x}", nic + 1, n / 256, n % 256);
    let ip = format!("10.1.{}.{}", n / 200, n % 200 + 10);
    json!({
        "interfaces": [
            {"network": "lan", "mac": mac(0), "ip": ip, "routes": [{"to": "10.7.0.0/16", "via": "10.1.0.9", "metric": 50}]},
            {"network": "lan", "mac": mac(1), "bootproto": "none"},
            {"network": "san", "mac": mac(2), "bootproto": "none"},
        ],
        "bonds": [{"device": "bond0", "interfaces": ["eth0", "eth1"], "mode": "active-backup", "options": {"miimon": 100, "primary": "eth1"}}],
        "bridges": [{"device": "br0", "interfaces": ["bond0"], "stp": n.is_multiple_of(2)}],
        "vlans": [
            {"interface": "eth2", "id": 30, "ip": format!("10.30.{}.{}/16", n / 200, n % 200 + 10), "gateway": "10.30.0.1", "nodefroute": true, "routes": [{"to": "10.8.0.0/16", "via": "10.30.0.9"}]},
            {"interface": "br0", "id": 31, "device": if generation < 7 { "br0.31" } else { "tagged" }, "bootproto": "dhcp", "nodefroute": true},
        ],
    })
}

/// What else guest number `n` is asked to be: little, or everything.
fn features(n: usize, generation: u32) -> Value {
    if n.is_multiple_of(2) {
        return json!({"rootpw": "locked"});
    }
    let mut features = json!({
        "rootpw": HASH,
        "lang": "de_DE.UTF-8",
        "keyboard": {"layout": "de", "vconsole": "de-latin1"},
        "timezone": {"timezone": "Europe/Berlin", "utc": false},
        "ntp": ["ntp1.x.test", "10.1.0.1"],
        "groups": [{"name": "ops", "gid": 5000}, {"name": "web"}],
        "users": [
            {"name": "ann", "uid": 1500, "gecos": "Ann O'Neill, \"ops\"", "groups": ["ops", "wheel"], "sudo": true, "password": HASH},
            {"name": "bob", "gid": 1600, "sudo": "ALL=(root) NOPASSWD: /bin/ls", "ssh_authorized_keys": ["ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAACQC7Ym9iAAAAAA== bob", "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAACQC7dHdvAAAAAA== bob's"]},
            {"name": "web", "home": "/srv/web", "shell": "/sbin/nologin", "ssh_authorized_keys": ["ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAACQC7d2ViAAAAAA== web"]},
        ],
        "ssh_authorized_keys": ["ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAACQC7cm9vdAAAAA== root"],
        "packages": ["@core", "vim-enhanced", "-nano", "@Development Tools"],
        "repos": [
            {"name": "base", "baseurl": "http://10.1.0.1/base/"},
            {"name": "extra", "mirrorlist": "http://10.1.0.1/?arch=$basearch&repo=extra", "gpgcheck": false, "priority": 10},
        ],
        "services": {"enabled": ["sshd", "crond"], "disabled": ["cups"]},
        "selinux": "permissive",
        "firewall": {"services": ["ssh", "http"], "ports": ["8088/tcp", "5000-5010/udp"], "trusted": ["eth0"]},
        "bootloader": {"append": ["audit=1", "panic=10"], "timeout": 3},
        "finish": if n.is_multiple_of(3) { "reboot" } else { "poweroff" },
        "kdump": {"enabled": n.is_multiple_of(5)},
        "hosts": [{"ip": "10.1.0.9", "names": ["nine", "nine.x.test"]}],
        "proxy": {"url": "http://10.1.0.1:3128", "no_proxy": if generation > 5 { json!(["localhost"]) } else { json!(["10.0.0.0/8"]) }},
        "scripts": [
            {"when": "pre", "run": "echo pre > /tmp/pre\n"},
            {"when": "post", "on_error": "fail", "run": "echo post > /root/post\n"},
            {"when": "post-nochroot", "run": "cp /tmp/pre /mnt/sysimage/root/pre\n"},
            {"when": "firstboot", "run": "echo first\n"},
        ],
        "setup_data": [{"content": "hello\n", "dst": "/etc/motd"}],
    });
    if generation == 5 {
        features["firewall"]["trusted"] = json!(["eth1"]);
    }
    features
}

/// The lab of all combinations, and what each guest is: its system and its own values.
fn matrix() -> (Value, Vec<Value>) {
    let mut guests = Map::new();
    let mut jobs = Vec::new();
    for (system, syntax, generation) in SYSTEMS {
        for (layout, first, values) in layouts() {
            if !offers(system, *generation, layout, first) {
                continue;
            }
            for _ in 0..2 {
                let n = jobs.len();
                let name = format!("{}-{layout}-{n}", system.replace('.', "-"));
                let mut guest = Map::new();
                guest.insert("os".into(), json!(system));
                guest.insert("interfaces".into(), interfaces(n, *generation));
                let features = features(n / 4 + n, *generation);
                let links = links(n, *generation);
                for part in [
                    json!({"disks": [{"size": 40}]}),
                    features,
                    values.clone(),
                    links,
                ] {
                    guest.extend(part.as_object().cloned().unwrap());
                }
                jobs.push(json!({"name": name, "syntax": syntax, "generation": generation, "fqdn": format!("{name}.x.test"), "guest": guest}));
                guests.insert(name, Value::Object(guest));
            }
        }
    }
    let lab = json!({
        "site": "matrix",
        "networks": {
            "lan": {"subnet": "10.1.0.0/16", "domain": "x.test", "dhcp": {"start": "10.1.200.1", "end": "10.1.255.254"}},
            "san": {"subnet": "10.2.0.0/16", "mode": "isolated"},
        },
        "common": {"virtinst": {"location": "http://10.1.0.1/tree/"}},
        "guests": guests,
    });
    (lab, jobs)
}

/// Generates the lab; its passphrases stand in plain text, and of nothing else may there be a warning.
fn generate(site: &Site) {
    let run = site.run(&["-c", "lab.yml", "generate"]);
    let fine = run.codes().iter().all(|code| *code == "plain-password");
    assert!(run.status == 0 && fine, "{}", run.stderr);
}

/// Asks the judge about jobs; returns the faults it finds.
fn faults(site: &Site, jobs: &[Value]) -> Vec<String> {
    let file = site.path().join("jobs.json");
    fs::write(&file, Value::from(jobs.to_vec()).to_string()).unwrap();
    let program = project("tests/judges/ksmatrix.py").display().to_string();
    let run = judge("python", &[&program, &file.display().to_string()]);
    assert_eq!(run.status, 0, "{}", run.stderr);
    serde_json::from_str(&run.stdout).unwrap()
}

#[test]
fn every_version_says_what_the_lab_says() {
    let (lab, mut jobs) = matrix();
    let site = Site::new(&[("lab.yml", &format!("{lab:#}"))]);
    generate(&site);
    for job in &mut jobs {
        let name = job["name"].as_str().unwrap();
        let file = site.path().join(format!("workdir/guests.d/{name}/ks.cfg"));
        job["file"] = json!(file.display().to_string());
    }
    assert!(jobs.len() > 400, "{}", jobs.len());
    let found = faults(&site, &jobs);
    assert!(
        found.is_empty(),
        "{} faults in {} files:\n{}",
        found.len(),
        jobs.len(),
        found
            .iter()
            .take(40)
            .map(String::as_str)
            .collect::<Vec<_>>()
            .join("\n")
    );
}

#[test]
fn the_matrix_judge_sees_differences() {
    let (lab, jobs) = matrix();
    let full = jobs
        .iter()
        .find(|job| {
            job["name"].as_str().unwrap().starts_with("rhel9-lvm")
                && job["guest"].get("users").is_some()
        })
        .unwrap();
    let name = full["name"].as_str().unwrap();
    let mut one = lab;
    one["guests"]
        .as_object_mut()
        .unwrap()
        .retain(|guest, _| guest == name);
    let site = Site::new(&[("lab.yml", &format!("{one:#}"))]);
    generate(&site);
    let file = site.path().join(format!("workdir/guests.d/{name}/ks.cfg"));
    let mut job = full.clone();
    job["file"] = json!(file.display().to_string());
    assert!(faults(&site, &[job.clone()]).is_empty());
    for (pointer, other) in [
        ("/guest/interfaces/0/mac", json!("52:54:00:ff:ff:ff")),
        ("/guest/users/0/uid", json!(1501)),
        (
            "/guest/users/1/ssh_authorized_keys/0",
            json!("ssh-rsa ZZZZ"),
        ),
        ("/guest/services/enabled/0", json!("httpd")),
        ("/guest/partitions/1/volumes/0/size", json!("9G")),
        ("/guest/packages/1", json!("emacs")),
        ("/fqdn", json!("other.x.test")),
    ] {
        let mut wrong = job.clone();
        *wrong.pointer_mut(pointer).unwrap() = other;
        assert!(!faults(&site, &[wrong]).is_empty(), "{pointer}");
    }
    let text = fs::read_to_string(&file).unwrap();
    for (from, to) in [
        (
            "timezone Europe/Berlin",
            "timezone Europe/Berlin\nauth --useshadow",
        ),
        ("    mkdir -p", "    if mkdir -p"),
    ] {
        assert!(text.contains(from), "{from}");
        fs::write(&file, text.replacen(from, to, 1)).unwrap();
        assert!(!faults(&site, &[job.clone()]).is_empty(), "{to}");
    }
}
