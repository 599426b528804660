//! Answers for debian-installer: every version, with every kind of layout, network and feature, read by debconf.
//!
//! One lab has a guest for each combination. `tests/judges/preseed.py` reads their answers and compares them with what
//! the lab says, which is handed to it beside them. The script for the new system is run in a scratch root.

use std::fs;

use serde_json::{Map, Value, json};

use crate::payloads::{Scratch, is_root};
use crate::support::{Site, judge, project};

/// Operating systems, and what mirrors call them.
const SYSTEMS: &[(&str, &str)] = &[
    ("debian10", "buster"),
    ("debian11", "bullseye"),
    ("debian12", "bookworm"),
    ("debian13", "trixie"),
    ("ubuntu18.04", "bionic"),
];

/// A hash as `openssl passwd -6` makes them.
const HASH: &str = "$6$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G3uBnIFNjnQJuesI68u4OTLiBFdcbYEdFCoEOfaS35inz1";

/// The layouts, by name.
fn layouts() -> Vec<(&'static str, Value)> {
    let two = json!([{"size": 20}, {"size": 30}]);
    let root = json!({"name": "root", "mount": "/", "size": "grow"});
    vec![
        ("auto", json!({"partitions": "auto"})),
        ("swap", json!({"partitions": "auto", "swap": "2G"})),
        ("xfs", json!({"partitions": "auto", "filesystem": "xfs"})),
        (
            "raw",
            json!({"partitions": {"raw": "# Our own.\nd-i partman-auto/method string regular\nd-i partman-auto/choose_recipe select multi\n"}}),
        ),
        (
            "plain",
            json!({"partitions": [
                {"mount": "/boot", "size": "500M", "disk": "vda", "fs": "ext3"},
                {"mount": "swap"},
                {"mount": "/home", "size": "10%", "disk": "vda", "options": "nodev,nosuid"},
                {"mount": "/srv", "min": "1G", "max": "3G", "size": "grow", "label": "data"},
                {"mount": "/", "size": "grow"},
            ]}),
        ),
        (
            "lvm",
            json!({"partitions": [
                {"volume_group": "vg0", "volumes": [
                    {"name": "root", "mount": "/", "size": "8G", "label": "root"},
                    {"name": "swap", "mount": "swap", "size": "1G"},
                    {"name": "var", "mount": "/var", "size": "grow", "max": "9G", "fs": "xfs"},
                ]},
            ]}),
        ),
        (
            "percent",
            json!({"partitions": [
                {"mount": "/boot", "size": "1G"},
                {"volume_group": "vg0", "volumes": [
                    {"name": "root", "mount": "/", "size": "60%"},
                    {"name": "log", "mount": "/var/log", "size": "20%", "options": "noexec"},
                ]},
            ]}),
        ),
        (
            "disks",
            json!({
                "disks": [{"size": 20}, {"size": 30}, {"vol": "shared.raw", "size": 1, "format": "raw", "shareable": true}],
                "partitions": [{"volume_group": "vg0", "disks": ["vda", "vdb"], "volumes": [root]}],
            }),
        ),
        (
            "groups",
            json!({
                "disks": two,
                "partitions": [
                    {"volume_group": "system", "disks": ["vda"], "volumes": [root]},
                    {"volume_group": "data", "disks": ["vdb"], "volumes": [{"name": "srv", "mount": "/srv", "size": "4G"}]},
                ],
            }),
        ),
        (
            "raid",
            json!({
                "disks": two,
                "partitions": [
                    {"raid": "md0", "level": 1, "disks": ["vda", "vdb"], "size": "1G", "mount": "/boot", "fs": "ext3"},
                    {"raid": "md1", "level": 0, "disks": ["vda", "vdb"], "size": "1G", "mount": "swap"},
                    {"raid": "md2", "level": 1, "disks": ["vda", "vdb"], "mount": "/"},
                ],
            }),
        ),
        (
            "raid-lvm",
            json!({
                "disks": [{"size": 20}, {"size": 20}, {"size": 20}],
                "virtinst": {"firmware": "uefi"},
                "partitions": [
                    {"raid": "md0", "level": 5, "disks": ["vda", "vdb", "vdc"]},
                    {"volume_group": "vg0", "disks": ["md0"], "volumes": [root]},
                ],
            }),
        ),
        (
            "uefi",
            json!({"virtinst": {"firmware": "uefi"}, "partitions": [
                {"mount": "/boot", "size": "1G"},
                {"volume_group": "vg0", "volumes": [root]},
            ]}),
        ),
        (
            "uefi-auto",
            json!({"virtinst": {"firmware": "uefi"}, "partitions": "auto"}),
        ),
        (
            "luks",
            json!({"partitions": [
                {"volume_group": "vg0", "disks": ["vda"], "encrypt": {"passphrase": "it's \"#1\""}, "volumes": [root]},
            ]}),
        ),
    ]
}

/// The interfaces of guest number `n`, in one of four ways.
fn interfaces(n: usize) -> Value {
    let mac = |nic: usize| format!("52:54:00:{:02x}:{:02x}:{:02x}", nic + 1, n / 256, n % 256);
    let ip = |net: usize| format!("10.{}.{}.{}", net, n / 200, n % 200 + 10);
    match n % 4 {
        0 => json!([{"network": "lan", "mac": mac(0), "ip": ip(1)}]),
        1 => {
            json!([{"network": "lan", "mac": mac(0), "ip": ip(1), "bootproto": "static", "netmask": "255.255.0.0", "gateway": "10.1.0.1", "nameserver": ["10.1.0.1", "10.1.0.2"]}])
        }
        2 => json!([
            {"network": "san", "mac": mac(1), "ip": ip(2), "bootproto": "static", "netmask": "255.255.0.0", "nodefroute": true, "nodns": true},
            {"network": "lan", "mac": mac(0)},
            {"network": "lan", "mac": mac(2), "mtu": 1400, "nodefroute": true, "nodns": true},
        ]),
        _ => json!([
            {"network": "lan", "mac": mac(0), "ip": ip(1), "nodns": true},
            {"network": "lan", "mac": mac(1), "bootproto": "none"},
        ]),
    }
}

/// Everything that answers and scripts can say beside disks and network.
fn everything(system: &str) -> Value {
    let task = if system.starts_with("debian") {
        "@ssh-server"
    } else {
        "@openssh-server"
    };
    json!({
        "rootpw": HASH,
        "lang": "de_DE.UTF-8",
        "keyboard": {"layout": "de", "variant": "nodeadkeys"},
        "timezone": {"timezone": "Europe/Berlin", "utc": false},
        "ntp": ["ntp1.x.test", "10.1.0.1"],
        "groups": [{"name": "ops", "gid": 5000}, {"name": "web"}],
        "users": [
            {"name": "ann", "uid": 1500, "gecos": "Ann O'Neill, \"ops\"", "groups": ["ops", "adm"], "sudo": true, "password": HASH},
            {"name": "bob", "gid": 1600, "sudo": "ALL=(root) NOPASSWD: /bin/ls", "ssh_authorized_keys": ["ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAACQC7Ym9iAAAAAA== bob", "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAACQC7dHdvAAAAAA== bob's"]},
            {"name": "web", "home": "/srv/web", "shell": "/usr/sbin/nologin", "ssh_authorized_keys": ["ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAACQC7d2ViAAAAAA== web"]},
        ],
        "ssh_authorized_keys": ["ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAACQC7cm9vdAAAAA== root"],
        "packages": ["@standard", task, "vim", "libstdc++6", "-nano"],
        "repos": [
            {"name": "base", "baseurl": "http://10.1.0.1/base/", "suite": "stable", "components": ["main", "extra"], "gpgkey": "http://10.1.0.1/key.asc"},
            {"name": "flat", "baseurl": "http://10.1.0.1/flat/", "suite": "./", "gpgcheck": false, "install_only": true},
        ],
        "services": {"enabled": ["ssh", "cron"], "disabled": ["apt-daily.timer"]},
        "firewall": {"services": ["ssh", "http"], "ports": ["8088/tcp", "5000-5010/udp"], "trusted": ["eth0"]},
        "bootloader": {"append": ["audit=1", "panic=10"], "timeout": 3},
        "finish": "reboot",
        "kdump": {"enabled": true, "reserve": "256M"},
        "hosts": [{"ip": "10.1.0.9", "names": ["nine", "nine.x.test"]}],
        "proxy": {"url": "http://10.1.0.1:3128", "no_proxy": ["localhost", "10.0.0.0/8"]},
        "scripts": [
            {"when": "pre", "run": "echo pre > /tmp/pre\n"},
            {"when": "post", "on_error": "fail", "run": "echo post > /root/post\n"},
            {"when": "post-nochroot", "run": "cp /tmp/pre /target/root/pre\n"},
            {"when": "post", "interpreter": "/usr/bin/perl", "run": "print 'a';\r\n"},
            {"when": "firstboot", "run": "echo first\n"},
        ],
        "setup_data": [{"content": "hello\n", "dst": "/etc/motd"}],
    })
}

/// The lab of all combinations, and what each guest is: its system and its own values.
fn matrix() -> (Value, Vec<Value>) {
    let mut guests = Map::new();
    let mut jobs = Vec::new();
    for (system, suite) in SYSTEMS {
        for (layout, values) in layouts() {
            for full in [false, true] {
                let n = jobs.len();
                let name = format!("{}-{layout}-{n}", system.replace('.', "-"));
                let features = if full {
                    everything(system)
                } else {
                    json!({"rootpw": "locked"})
                };
                let mut guest = Map::new();
                guest.insert("os".into(), json!(system));
                guest.insert("interfaces".into(), interfaces(n / 2 + n));
                for part in [json!({"disks": [{"size": 40}]}), features, values.clone()] {
                    guest.extend(part.as_object().cloned().unwrap());
                }
                let tree = format!("http://10.1.0.1/mirror/dists/{suite}/main/installer-amd64/");
                let mut virtinst = guest.get("virtinst").cloned().unwrap_or(json!({}));
                virtinst["location"] = json!(tree);
                guest.insert("virtinst".into(), virtinst);
                jobs.push(json!({"name": name, "suite": suite, "fqdn": format!("{name}.x.test"), "guest": guest}));
                guests.insert(name, Value::Object(guest));
            }
        }
    }
    let lab = json!({
        "site": "matrix",
        "networks": {
            "lan": {"subnet": "10.1.0.0/16", "domain": "x.test", "dhcp": {"start": "10.1.200.1", "end": "10.1.255.254"}},
            "san": {"subnet": "10.2.0.0/16", "domain": "x.test", "mode": "isolated"},
        },
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

/// Says where the answers of each job are.
fn locate(site: &Site, jobs: &mut [Value]) {
    for job in jobs {
        let name = job["name"].as_str().unwrap();
        let file = format!("workdir/guests.d/{name}/preseed.cfg");
        job["file"] = json!(site.path().join(file).display().to_string());
    }
}

/// Asks the judge about jobs; returns the faults it finds.
fn faults(site: &Site, jobs: &[Value]) -> Vec<String> {
    let file = site.path().join("jobs.json");
    fs::write(&file, Value::from(jobs.to_vec()).to_string()).unwrap();
    let program = project("tests/judges/preseed.py").display().to_string();
    let run = judge("python", &[&program, &file.display().to_string()]);
    assert_eq!(run.status, 0, "{}", run.stderr);
    serde_json::from_str(&run.stdout).unwrap()
}

#[test]
fn every_version_answers_what_the_lab_says() {
    let (lab, mut jobs) = matrix();
    let site = Site::new(&[("lab.yml", &format!("{lab:#}"))]);
    generate(&site);
    locate(&site, &mut jobs);
    assert!(jobs.len() > 130, "{}", jobs.len());
    let found = faults(&site, &jobs);
    let shown: Vec<&str> = found.iter().take(40).map(String::as_str).collect();
    assert!(
        found.is_empty(),
        "{} faults in {} files:\n{}",
        found.len(),
        jobs.len(),
        shown.join("\n")
    );
}

/// Picks one guest of the matrix with everything, and generates it alone.
fn one(layout: &str) -> (Site, Value) {
    let (mut lab, mut jobs) = matrix();
    jobs.retain(|job| {
        let name = job["name"].as_str().unwrap();
        name.starts_with(&format!("debian12-{layout}-")) && job["guest"].get("users").is_some()
    });
    jobs.truncate(1);
    let name = jobs[0]["name"].as_str().unwrap().to_owned();
    lab["guests"]
        .as_object_mut()
        .unwrap()
        .retain(|guest, _| *guest == name);
    let site = Site::new(&[("lab.yml", &format!("{lab:#}"))]);
    generate(&site);
    locate(&site, &mut jobs);
    (site, jobs.remove(0))
}

#[test]
fn the_judge_of_answers_sees_differences() {
    let (site, job) = one("lvm");
    assert_eq!(
        faults(&site, std::slice::from_ref(&job)),
        Vec::<String>::new()
    );
    for (pointer, other) in [
        ("/guest/rootpw", json!("locked")),
        ("/guest/partitions/0/volumes/0/size", json!("9G")),
        ("/guest/partitions/0/volumes/2/max", json!("8G")),
        ("/guest/partitions/0/volume_group", json!("other")),
        ("/guest/packages/2", json!("emacs")),
        ("/guest/repos/0/suite", json!("testing")),
        ("/guest/timezone/timezone", json!("Asia/Tokyo")),
        ("/fqdn", json!("other.x.test")),
        ("/suite", json!("sid")),
    ] {
        let mut wrong = job.clone();
        *wrong.pointer_mut(pointer).unwrap() = other;
        assert!(!faults(&site, &[wrong]).is_empty(), "{pointer}");
    }
    let file = job["file"].as_str().unwrap();
    let text = fs::read_to_string(file).unwrap();
    for (from, to) in [
        ("d-i time/zone string", "d-i time/zone strnig"),
        (" . \\\n    1074", " \\\n    1074"),
    ] {
        assert!(text.contains(from), "{from}");
        fs::write(file, text.replacen(from, to, 1)).unwrap();
        assert!(
            !faults(&site, std::slice::from_ref(&job)).is_empty(),
            "{to}"
        );
    }
    fs::write(file, text).unwrap();
    let script = file.replace("preseed.cfg", "system.sh");
    let text = fs::read_to_string(&script).unwrap();
    fs::write(
        &script,
        text.replacen("authorize root '", "authorize root ", 1),
    )
    .unwrap();
    assert!(!faults(&site, &[job]).is_empty());
}

#[test]
fn the_new_system_is_set_up() {
    let (site, job) = one("plain");
    let name = job["name"].as_str().unwrap();
    let script = site.read(&format!("workdir/guests.d/{name}/system.sh"));
    let scratch = Scratch::new();
    scratch.put("root/system.sh", &script);
    scratch.put("etc/shadow", "root:*:20000:0:99999:7:::\n");
    scratch.put("etc/group", "root:x:0:\nadm:x:4:\n");
    scratch.put("etc/passwd", "root:x:0:0::/root:/bin/sh\n");
    scratch.put(
        "etc/default/keyboard",
        "XKBLAYOUT=\"de\"\nXKBVARIANT=\"\"\n",
    );
    scratch.put(
        "etc/apt/sources.list",
        "deb http://10.1.0.1/mirror bookworm main\ndeb [trusted=yes] http://10.1.0.1/flat/ ./\n",
    );
    for dir in [
        "etc/sudoers.d",
        "etc/apt/sources.list.d",
        "etc/profile.d",
        "etc/systemd/system",
        "etc/dhcp",
        "home",
        "srv",
    ] {
        fs::create_dir_all(scratch.path(dir)).unwrap();
    }
    for (number, nic) in job["guest"]["interfaces"]
        .as_array()
        .unwrap()
        .iter()
        .enumerate()
    {
        let mac = nic["mac"].as_str().unwrap();
        scratch.put(
            &format!("sys/class/net/enp{}s0/address", number + 1),
            &format!("{mac}\n"),
        );
    }
    for program in [
        "update-grub",
        "firewall-offline-cmd",
        "visudo",
        "apt-get",
        "update-locale",
    ] {
        scratch.program(program, "#!/bin/sh\necho \"$0 $*\" >> /root/calls\n");
    }
    scratch.program("dpkg-query", "#!/bin/sh\necho 'ii '\n");
    if !is_root() {
        // One number alone can own files there.
        scratch.program("useradd", "#!/bin/sh\nfor name; do :; done\necho \"$name:x:1500:1500::/home/$name:/bin/sh\" >> /etc/passwd\n");
        for program in ["groupadd", "passwd"] {
            scratch.program(program, "#!/bin/sh\n");
        }
    }
    scratch.run("/bin/sh", "/root/system.sh");
    let read = |path: &str| {
        fs::read_to_string(scratch.path(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    };
    assert_eq!(read("etc/hostname"), format!("{name}\n"));
    assert!(read("etc/hosts").ends_with("10.1.0.9 nine nine.x.test\n"));
    assert_eq!(read("etc/motd"), "hello\n");
    assert!(read("etc/default/keyboard").contains("XKBVARIANT=\"nodeadkeys\""));
    assert_eq!(
        read("etc/apt/sources.list"),
        "deb http://10.1.0.1/mirror bookworm main\n"
    );
    assert!(
        read("etc/default/grub.d/miniascape.cfg").contains(" audit=1 panic=10 crashkernel=256M'\n")
    );
    assert!(
        read("etc/systemd/timesyncd.conf.d/miniascape.conf").contains("NTP=ntp1.x.test 10.1.0.1\n")
    );
    assert_eq!(
        read("local/libexec/miniascape/firstboot-1").trim_end(),
        "echo first"
    );
    assert_eq!(
        read("root/.ssh/authorized_keys"),
        "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAACQC7cm9vdAAAAA== root\n"
    );
    for number in 1..=job["guest"]["interfaces"].as_array().unwrap().len() {
        let file = read(&format!("etc/network/interfaces.d/enp{number}s0"));
        assert!(
            file.starts_with(&format!("auto enp{number}s0\niface enp{number}s0 inet ")),
            "{file}"
        );
    }
    let calls = read("root/calls");
    for call in [
        "update-grub ",
        "systemctl enable ssh\n",
        "apt-get -y purge nano\n",
        "--add-service=http\n",
        "--add-interface=enp1s0\n",
    ] {
        assert!(calls.contains(call), "{call:?} is not in {calls}");
    }
    if is_root() {
        let accounts = read("etc/passwd");
        assert!(
            accounts.contains("ann:x:1500:1500:Ann O'Neill, \"ops\":/home/ann:/bin/bash\n"),
            "{accounts}"
        );
        assert!(
            accounts.contains(":1600::/home/bob:/bin/bash\n"),
            "{accounts}"
        );
        assert!(
            accounts.contains(":/srv/web:/usr/sbin/nologin\n"),
            "{accounts}"
        );
        assert!(read("etc/group").contains("ops:x:5000:ann\n"));
        assert!(read("etc/shadow").contains(&format!("ann:{HASH}:")));
        assert_eq!(
            read("home/bob/.ssh/authorized_keys"),
            "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAACQC7Ym9iAAAAAA== bob\nssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAACQC7dHdvAAAAAA== bob's\n"
        );
    }
}
