//! Guests that start from cloud images: every system, with every kind of network and feature, read by cloud-init.
//!
//! One lab has a guest for each combination. `tests/judges/cloud.py` asks cloud-init's own schema and parsers what they
//! make of the files, and compares that with what the lab says, which is handed to it beside them.

use std::fs;

use serde_json::{Map, Value, json};

use crate::support::{Site, judge, project};

/// Systems with cloud images, and the account these come with.
const SYSTEMS: &[(&str, &str)] = &[
    ("debian10", "debian"),
    ("debian11", "debian"),
    ("debian12", "debian"),
    ("debian13", "debian"),
    ("ubuntu18.04", "ubuntu"),
    ("ubuntu24.04", "ubuntu"),
    ("centos7", "centos"),
    ("rhel8", "cloud-user"),
    ("rocky9", "rocky"),
    ("almalinux10", "almalinux"),
    ("fedora42", "fedora"),
];

/// A hash as `openssl passwd -6` makes them.
const HASH: &str = "$6$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G3uBnIFNjnQJuesI68u4OTLiBFdcbYEdFCoEOfaS35inz1";

/// A key as `ssh-keygen` makes them, less its comment.
const KEY: &str =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA60ppaUiuo+2eCHL7NjJh+rXNnoID2c8ET2CZoR3BM8";

/// The interfaces of guest number `n`, in one of four ways.
fn interfaces(system: &str, n: usize) -> Value {
    let mac = |nic: usize| format!("52:54:00:{:02x}:{:02x}:{:02x}", nic + 1, n / 256, n % 256);
    let ip = |net: usize| format!("10.{}.{}.{}", net, n / 200, n % 200 + 10);
    // Nobody says of DHCP's what is not taken to the ifupdown of these.
    let picky = !["debian10", "debian11"].contains(&system);
    match n % 4 {
        0 => json!([{"network": "lan", "mac": mac(0), "ip": ip(1)}]),
        1 => {
            json!([{"network": "lan", "mac": mac(0), "ip": ip(1), "ipv6": format!("fd01::{n:x}:1"), "bootproto": "static", "nameserver": ["10.1.0.1", "10.1.0.2"]}])
        }
        2 => json!([
            {"network": "san", "mac": mac(1), "ip": ip(2), "bootproto": "static", "nodefroute": true, "nodns": true},
            {"network": "lan", "mac": mac(0), "ip": ip(1)},
            {"network": "lan", "mac": mac(2), "mtu": 1400, "nodefroute": picky, "nodns": picky},
        ]),
        _ => json!([
            {"network": "lan", "mac": mac(0), "ip": ip(1), "device": "lan0", "nodns": picky},
            {"network": "lan", "mac": mac(1), "bootproto": "none"},
        ]),
    }
}

/// Everything that user data can say beside the network.
fn everything(system: &str, account: &str) -> Value {
    let debian = system.starts_with("debian") || system.starts_with("ubuntu");
    let repos = if debian {
        json!([
            {"name": "base", "baseurl": "http://10.1.0.1/base/", "suite": "stable", "components": ["main", "extra"], "gpgkey": "http://10.1.0.1/it's.asc"},
            {"name": "flat", "baseurl": "http://10.1.0.1/flat/", "suite": "./", "gpgcheck": false, "install_only": true},
            {"name": "later", "baseurl": "http://10.1.0.1/later/", "suite": "stable", "enabled": false},
        ])
    } else {
        json!([
            {"name": "base", "baseurl": "http://10.1.0.1/base/", "gpgkey": "http://10.1.0.1/key.asc", "priority": 5},
            {"name": "flat", "baseurl": "http://10.1.0.1/flat/", "gpgcheck": false, "install_only": true},
            {"name": "later", "mirrorlist": "http://10.1.0.1/later/", "enabled": false},
        ])
    };
    json!({
        "description": "# of a kind, and: more",
        "rootpw": HASH,
        "lang": "de_DE.UTF-8",
        "keyboard": {"layout": "de", "variant": "nodeadkeys"},
        "timezone": {"timezone": "Europe/Berlin", "utc": false},
        "ntp": ["ntp1.x.test", "10.1.0.1"],
        "swap": "1G",
        "groups": [{"name": "ops", "gid": 5000}, {"name": "web"}],
        "users": [
            {"name": "ann", "uid": 1500, "gecos": "Ann O'Neill, \"ops\"", "groups": ["ops", "adm"], "sudo": true, "password": HASH},
            {"name": "bob", "gid": 1600, "sudo": "ALL=(root) NOPASSWD: /bin/ls", "ssh_authorized_keys": [format!("{KEY} bob"), format!("{KEY} bob's: #1")]},
            {"name": "web", "home": "/srv/web", "shell": "/usr/sbin/nologin", "ssh_authorized_keys": [format!("{KEY} web")]},
            {"name": account, "uid": 1700},
        ],
        "ssh_authorized_keys": [format!("{KEY} default")],
        "packages": ["vim", "-nano"],
        "repos": repos,
        "services": {"enabled": ["sshd"], "disabled": ["chronyd"]},
        "firewall": {"services": ["ssh", "http"], "ports": ["8088/tcp", "5000-5010/udp"], "trusted": ["eth1", "docker0"]},
        "bootloader": {"append": ["audit=1", "panic=10"], "timeout": 3, "password": "grub.pbkdf2.sha512.10000.AA.BB"},
        "finish": "reboot",
        "kdump": {"enabled": true, "reserve": "256M"},
        "hosts": [{"ip": "10.1.0.9", "names": ["nine", "nine.x.test"]}],
        "proxy": {"url": "http://10.1.0.1:3128", "no_proxy": ["localhost", "10.0.0.0/8"]},
        "scripts": [
            {"when": "post", "name": "One: two", "on_error": "fail", "run": "#!/bin/sh\n  echo 'post: #1' > /root/post\n"},
            {"when": "post", "interpreter": "/usr/bin/perl", "run": "print 'a';\r\n"},
            {"when": "post", "run": "\n\n- no end"},
            {"when": "firstboot", "run": "echo first\n"},
        ],
        "setup_data": [
            {"content": "hello\n", "dst": "/etc/motd"},
            {"content": "", "dst": "/srv/it's here", "mode": "0600", "owner": "ann", "group": "ops"},
        ],
    })
}

/// The lab of all combinations, and what each guest is: its system and its own values.
fn matrix() -> (Value, Vec<Value>) {
    let mut guests = Map::new();
    let mut jobs = Vec::new();
    for (system, account) in SYSTEMS {
        for way in 0..4 {
            for full in [false, true] {
                let n = 4 * jobs.len() + way;
                let name = format!("{}-{n}", system.replace('.', "-"));
                let mut guest = Map::new();
                let mut disks = json!([{"size": 40}, {"size": 5}]);
                let image = match way {
                    0 => "base.qcow2",
                    1 => "/srv/images/base.raw",
                    _ => "base.img",
                };
                if way > 1 {
                    disks[0]["backing_format"] = json!("qcow2");
                }
                guest.insert("os".into(), json!(system));
                guest.insert("virtinst".into(), json!({"image": image}));
                guest.insert("disks".into(), disks);
                guest.insert("interfaces".into(), interfaces(system, n));
                let features = match full {
                    true => everything(system, account),
                    false => json!({"ssh_authorized_keys": [format!("{KEY} default")]}),
                };
                guest.extend(features.as_object().cloned().unwrap());
                jobs.push(json!({"name": name, "system": system, "account": account, "fqdn": format!("{name}.x.test"), "guest": guest}));
                guests.insert(name, Value::Object(guest));
            }
        }
    }
    let lab = json!({
        "site": "matrix",
        "networks": {
            "lan": {"subnet": "10.1.0.0/16", "ipv6": {"subnet": "fd01::/64"}, "domain": "x.test", "dhcp": {"start": "10.1.200.1", "end": "10.1.255.254"}},
            "san": {"subnet": "10.2.0.0/16", "domain": "x.test", "mode": "isolated"},
        },
        "guests": guests,
    });
    (lab, jobs)
}

/// Generates the lab without a warning, and says where the files of each job are.
fn generate(lab: &Value, jobs: &mut [Value]) -> Site {
    let site = Site::new(&[("lab.yml", &format!("{lab:#}"))]);
    site.succeed(&["-c", "lab.yml", "generate"]);
    for job in jobs {
        let dir = format!("workdir/guests.d/{}", job["name"].as_str().unwrap());
        job["dir"] = json!(site.path().join(dir).display().to_string());
    }
    site
}

/// Asks the judge about jobs; returns the faults it finds.
fn faults(site: &Site, jobs: &[Value]) -> Vec<String> {
    let file = site.path().join("jobs.json");
    fs::write(&file, Value::from(jobs.to_vec()).to_string()).unwrap();
    let program = project("tests/judges/cloud.py").display().to_string();
    let run = judge("python", &[&program, &file.display().to_string()]);
    assert_eq!(run.status, 0, "{}", run.stderr);
    serde_json::from_str(&run.stdout).unwrap()
}

#[test]
fn every_image_is_told_what_the_lab_says() {
    let (lab, mut jobs) = matrix();
    let site = generate(&lab, &mut jobs);
    assert_eq!(jobs.len(), 88);
    let found = faults(&site, &jobs);
    let shown: Vec<&str> = found.iter().take(40).map(String::as_str).collect();
    assert!(
        found.is_empty(),
        "{} faults in {} guests:\n{}",
        found.len(),
        jobs.len(),
        shown.join("\n")
    );
}

#[test]
fn the_judge_of_user_data_sees_differences() {
    let (mut lab, mut jobs) = matrix();
    // Everything, and three interfaces.
    jobs.retain(|job| {
        job["system"] == "debian12"
            && job["guest"].get("users").is_some()
            && job["guest"]["interfaces"].as_array().unwrap().len() == 3
    });
    let name = jobs[0]["name"].as_str().unwrap().to_owned();
    let guests = lab["guests"].as_object_mut().unwrap();
    guests.retain(|guest, _| *guest == name);
    let site = generate(&lab, &mut jobs);
    let job = jobs.remove(0);
    assert_eq!(
        faults(&site, std::slice::from_ref(&job)),
        Vec::<String>::new()
    );
    for (pointer, other) in [
        ("/guest/rootpw", json!("locked")),
        ("/guest/users/0/uid", json!(7)),
        ("/guest/users/1/sudo", json!("ALL=(ALL) ALL")),
        (
            "/guest/users/2/ssh_authorized_keys/0",
            json!(format!("{KEY} other")),
        ),
        ("/guest/packages/0", json!("emacs")),
        ("/guest/repos/0/suite", json!("testing")),
        ("/guest/timezone/timezone", json!("Asia/Tokyo")),
        ("/guest/interfaces/0/ip", json!("10.2.9.9")),
        ("/guest/interfaces/2/mtu", json!(1500)),
        ("/guest/scripts/0/run", json!("echo other\n")),
        ("/guest/setup_data/0/content", json!("other\n")),
        ("/guest/finish", json!("poweroff")),
        ("/fqdn", json!("other.x.test")),
    ] {
        let mut wrong = job.clone();
        *wrong.pointer_mut(pointer).unwrap() = other;
        assert!(!faults(&site, &[wrong]).is_empty(), "{pointer}");
    }
    let file = format!("{}/user-data", job["dir"].as_str().unwrap());
    let text = fs::read_to_string(&file).unwrap();
    for (from, to) in [
        ("#cloud-config", "# cloud-config"),
        ("growpart:\n  mode: auto", "growpart:\n  mode: sometimes"),
        ("      set -e\n", "      set -e $x\n"),
        ("runcmd:", "runcmb:"),
    ] {
        assert!(text.contains(from), "{from}");
        fs::write(&file, text.replacen(from, to, 1)).unwrap();
        assert!(
            !faults(&site, std::slice::from_ref(&job)).is_empty(),
            "{to}"
        );
    }
}

/// A guest is set up anew when its image was another guest's, and when something else is said of it.
#[test]
fn an_instance_is_a_guest_as_it_is_described() {
    let lab = "site: x
networks: {lan: {subnet: 10.0.0.0/24}}
common: {os: debian12, rootpw: locked, virtinst: {image: base.qcow2}, interfaces: [{network: lan, ip: auto}]}
guests: {a: {}, b: {}}
";
    let site = Site::new(&[("lab.yml", lab)]);
    let instance = |guest: &str| {
        let text = site.read(&format!("workdir/guests.d/{guest}/meta-data"));
        text.lines().next().unwrap().to_owned()
    };
    site.succeed(&["-c", "lab.yml", "generate"]);
    let (a, b) = (instance("a"), instance("b"));
    assert_ne!(a, b);
    site.edit("lab.yml", "a: {}", "a: {packages: [vim]}");
    site.succeed(&["-c", "lab.yml", "generate"]);
    assert_ne!(instance("a"), a);
    assert_eq!(instance("b"), b);
}
