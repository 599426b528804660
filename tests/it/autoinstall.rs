//! Answers for subiquity: every version, with every kind of layout, network and feature, read as YAML.
//!
//! One lab has a guest for each combination. `tests/judges/autoinstall.py` reads their answers and compares them with what
//! the lab says, which is handed to it beside them. The script for the new system is run in a scratch root, and the build
//! script before a virsh that says what a finished install would.

mod build;
mod layouts;

use std::fs;

use serde_json::{Map, Value, json};

use self::layouts::layouts;
use crate::payloads::{Scratch, is_root};
use crate::support::{Site, judge, project};

/// Operating systems.
const SYSTEMS: &[&str] = &["ubuntu20.04", "ubuntu22.04", "ubuntu24.04", "ubuntu26.04"];

/// The memory of the guests, in MiB: swap of no size is as large.
const RAM: u32 = 2048;

/// A hash as `openssl passwd -6` makes them.
const HASH: &str = "$6$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G3uBnIFNjnQJuesI68u4OTLiBFdcbYEdFCoEOfaS35inz1";

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
fn everything() -> Value {
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
        "packages": ["@lamp-server", "vim", "libstdc++6", "-nano"],
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
            {"when": "pre", "name": "First", "run": "echo pre > /tmp/pre\n"},
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
    for system in SYSTEMS {
        for (layout, values) in layouts() {
            for full in [false, true] {
                let n = jobs.len();
                let name = format!("{}-{layout}-{n}", system.replace('.', "-"));
                let features = if full {
                    everything()
                } else {
                    json!({"rootpw": "locked"})
                };
                let mut guest = Map::new();
                guest.insert("os".into(), json!(system));
                guest.insert("interfaces".into(), interfaces(n / 2 + n));
                for part in [json!({"disks": [{"size": 40}]}), features, values.clone()] {
                    guest.extend(part.as_object().cloned().unwrap());
                }
                let mut virtinst = guest.get("virtinst").cloned().unwrap_or(json!({}));
                virtinst["location"] = json!("/srv/ubuntu.iso");
                virtinst["ram"] = json!(RAM);
                guest.insert("virtinst".into(), virtinst);
                jobs.push(json!({"name": name, "system": system, "ram": RAM, "guest": guest}));
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

/// Generates the lab, and says where the files of each job are; its passphrases stand in plain text, and of nothing else
/// may there be a warning.
fn generate(lab: &Value, jobs: &mut [Value]) -> Site {
    let site = Site::new(&[("lab.yml", &format!("{lab:#}"))]);
    let run = site.run(&["-c", "lab.yml", "generate"]);
    let fine = run.codes().iter().all(|code| *code == "plain-password");
    assert!(run.status == 0 && fine, "{}", run.stderr);
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
    let program = project("tests/judges/autoinstall.py").display().to_string();
    let run = judge("python", &[&program, &file.display().to_string()]);
    assert_eq!(run.status, 0, "{}", run.stderr);
    serde_json::from_str(&run.stdout).unwrap()
}

#[test]
fn every_version_answers_what_the_lab_says() {
    let (lab, mut jobs) = matrix();
    let site = generate(&lab, &mut jobs);
    assert!(jobs.len() > 100, "{}", jobs.len());
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
        name.starts_with(&format!("ubuntu24-04-{layout}-")) && job["guest"].get("users").is_some()
    });
    jobs.truncate(1);
    let name = jobs[0]["name"].as_str().unwrap().to_owned();
    lab["guests"]
        .as_object_mut()
        .unwrap()
        .retain(|guest, _| *guest == name);
    let site = generate(&lab, &mut jobs);
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
        ("/guest/partitions/0/volumes/0/size", json!("9G")),
        ("/guest/partitions/0/volumes/0/label", json!("other")),
        ("/guest/partitions/0/volume_group", json!("other")),
        ("/guest/packages/1", json!("emacs")),
        ("/guest/timezone/timezone", json!("Asia/Tokyo")),
        ("/guest/interfaces/0/mac", json!("52:54:00:00:00:01")),
        ("/guest/scripts/0/when", json!("post")),
        ("/guest/finish", json!("poweroff")),
        ("/guest/proxy/url", json!("http://10.1.0.2/")),
    ] {
        let mut wrong = job.clone();
        *wrong.pointer_mut(pointer).unwrap() = other;
        assert!(!faults(&site, &[wrong]).is_empty(), "{pointer}");
    }
    let dir = job["dir"].as_str().unwrap().to_owned();
    for (name, from, to) in [
        ("user-data", "#cloud-config", "# cloud-config"),
        ("user-data", "  shutdown:", "  shutdwon:"),
        ("user-data", "flag: bios_grub", "flag: linux"),
        ("user-data", "users: [{name: root", "users: [{nmae: root"),
        ("user-data", "size: 20%", "size: -1"),
        ("system.sh", "authorize root '", "authorize root "),
        ("installer.sh", "case $1", "case"),
    ] {
        let file = format!("{dir}/{name}");
        let text = fs::read_to_string(&file).unwrap();
        assert!(text.contains(from), "{from}");
        fs::write(&file, text.replacen(from, to, 1)).unwrap();
        assert!(
            !faults(&site, std::slice::from_ref(&job)).is_empty(),
            "{to}"
        );
        fs::write(&file, text).unwrap();
    }
}

#[test]
fn the_new_system_is_set_up() {
    let (site, job) = one("plain");
    let name = job["name"].as_str().unwrap();
    let scratch = Scratch::new();
    scratch.put(
        "root/system.sh",
        &site.read(&format!("workdir/guests.d/{name}/system.sh")),
    );
    scratch.put("etc/shadow", "root:*:20000:0:99999:7:::\n");
    scratch.put("etc/group", "root:x:0:\nadm:x:4:\n");
    scratch.put("etc/passwd", "root:x:0:0::/root:/bin/sh\n");
    scratch.put(
        "etc/default/keyboard",
        "XKBLAYOUT=\"de\"\nXKBVARIANT=\"\"\n",
    );
    for dir in [
        "etc/sudoers.d",
        "etc/apt/apt.conf.d",
        "etc/apt/sources.list.d",
        "etc/profile.d",
        "etc/systemd/system",
        "home",
        "srv",
    ] {
        fs::create_dir_all(scratch.path(dir)).unwrap();
    }
    // A key that is there is not fetched.
    scratch.put("etc/apt/trusted.gpg.d/base.asc", "key\n");
    let interfaces = job["guest"]["interfaces"].as_array().unwrap();
    for (number, nic) in interfaces.iter().enumerate() {
        let mac = nic["mac"].as_str().unwrap();
        scratch.put(
            &format!("sys/class/net/enp{}s0/address", number + 1),
            &format!("{mac}\n"),
        );
    }
    for program in ["update-grub", "firewall-offline-cmd", "visudo", "apt-get"] {
        scratch.program(program, "#!/bin/sh\necho \"$0 $*\" >> /root/calls\n");
    }
    scratch.program("dpkg-query", "#!/bin/sh\necho 'ii '\n");
    if !is_root() {
        // One number alone can own files there.
        scratch.program("useradd", "#!/bin/sh\nfor name; do :; done\necho \"$name:x:1500:1500::/home/$name:/bin/sh\" >> /etc/passwd\n");
        for program in ["groupadd", "passwd", "usermod"] {
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
    assert_eq!(read("etc/adjtime"), "0.0 0 0.0\n0\nLOCAL\n");
    assert_eq!(
        read("etc/apt/sources.list.d/base.list"),
        "deb http://10.1.0.1/base/ stable main extra\n"
    );
    assert!(!scratch.path("etc/apt/sources.list.d/flat.list").exists());
    assert!(
        read("etc/default/grub.d/miniascape.cfg").contains(" audit=1 panic=10 crashkernel=256M'\n")
    );
    assert_eq!(
        read("local/libexec/miniascape/firstboot-1").trim_end(),
        "echo first"
    );
    let calls = read("root/calls");
    for call in [
        "apt-get update\n",
        "apt-get -y install lamp-server^ vim libstdc++6 systemd-timesyncd firewalld kdump-tools\n",
        "apt-get -y purge nano\n",
        "systemctl enable ssh\n",
        "--add-interface=enp1s0\n",
    ] {
        assert!(calls.contains(call), "{call:?} is not in {calls}");
    }
    if is_root() {
        assert!(read("etc/shadow").contains(&format!("root:{HASH}:")));
        assert!(read("etc/group").contains("ops:x:5000:ann\n"));
    }
}
