//! Profiles for Agama: every product, with every kind of layout, network and feature, read as JSON.
//!
//! One lab has a guest for each combination. `tests/judges/agama.py` reads their profiles and compares them with what the
//! lab says, which is handed to it beside them; where Agama's own schemas are at hand, it asks them as well. The script for
//! the new system is run in a scratch root.

mod layouts;

use std::fs;

use serde_json::{Map, Value, json};

use self::layouts::layouts;
use crate::autoyast::{HASH, KEY, everything, interfaces, reader};
use crate::payloads::{Scratch, is_root};
use crate::support::{Site, judge, project};

/// Operating systems, and where their installer is.
const SYSTEMS: &[(&str, &str)] = &[
    ("opensuse16.0", "/srv/leap.iso"),
    ("sles16.0", "http://10.1.0.1/sles/"),
];

/// The lab of all combinations, and what each guest is: its system and its own values.
fn matrix() -> (Value, Vec<Value>) {
    let mut guests = Map::new();
    let mut jobs = Vec::new();
    for (system, location) in SYSTEMS {
        for (layout, values) in layouts() {
            for full in [false, true] {
                let n = jobs.len();
                let name = format!("{}-{layout}-{n}", system.replace('.', "-"));
                let features = if full {
                    let mut features = everything();
                    features["selinux"] = json!("permissive");
                    features["bootloader"]["password"] = json!("grub.pbkdf2.sha512.10000.AA.BB");
                    features
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
                virtinst["location"] = json!(location);
                virtinst["ram"] = json!(4096);
                guest.insert("virtinst".into(), virtinst);
                jobs.push(json!({"name": name, "system": system, "guest": guest}));
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
    let program = project("tests/judges/agama.py").display().to_string();
    let run = judge("python", &[&program, &file.display().to_string()]);
    assert_eq!(run.status, 0, "{}", run.stderr);
    serde_json::from_str(&run.stdout).unwrap()
}

#[test]
fn every_profile_says_what_the_lab_says() {
    let (lab, mut jobs) = matrix();
    let site = generate(&lab, &mut jobs);
    assert!(jobs.len() > 40, "{}", jobs.len());
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
fn one(system: &str, layout: &str) -> (Site, Value) {
    let (mut lab, mut jobs) = matrix();
    let start = format!("{}-{layout}-", system.replace('.', "-"));
    jobs.retain(|job| {
        let name = job["name"].as_str().unwrap();
        name.starts_with(&start) && job["guest"].get("users").is_some()
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
fn the_judge_of_profiles_sees_differences() {
    let (site, job) = one("opensuse16.0", "lvm");
    assert_eq!(
        faults(&site, std::slice::from_ref(&job)),
        Vec::<String>::new()
    );
    for (pointer, other) in [
        ("/system", json!("sles16.0")),
        ("/guest/rootpw", json!("locked")),
        ("/guest/partitions/0/volumes/0/size", json!("9G")),
        ("/guest/partitions/0/volumes/0/label", json!("other")),
        ("/guest/partitions/0/volumes/3/max", json!("5G")),
        ("/guest/partitions/0/volume_group", json!("other")),
        ("/guest/packages/0", json!("@other")),
        ("/guest/packages/1", json!("emacs")),
        ("/guest/repos/0/priority", json!(21)),
        ("/guest/timezone/timezone", json!("Asia/Tokyo")),
        ("/guest/interfaces/0/mac", json!("52:54:00:00:00:01")),
        ("/guest/bootloader/append/0", json!("audit=0")),
        ("/guest/scripts/0/when", json!("post")),
        ("/guest/finish", json!("poweroff")),
        ("/guest/proxy/url", json!("http://10.1.0.2/")),
    ] {
        let mut wrong = job.clone();
        *wrong.pointer_mut(pointer).unwrap() = other;
        assert!(!faults(&site, &[wrong]).is_empty(), "{pointer}");
    }
    let with_schemas = std::env::var_os("MINIASCAPE_SCHEMAS").is_some();
    let dir = job["dir"].as_str().unwrap().to_owned();
    for (name, from, to, seen) in [
        ("autoinst.json", "\"hostname\": {", "\"product\": {", true),
        ("autoinst.json", "\"id\": \"lvm\"", "\"id\": \"raid\"", true),
        (
            "autoinst.json",
            "\"delete\": true",
            "\"delete\": false",
            true,
        ),
        (
            "autoinst.json",
            "\"chroot\": false",
            "\"chroot\": 0",
            with_schemas,
        ),
        (
            "autoinst.json",
            "\"alias\": \"vda\"",
            "\"alias\": \"vdb\"",
            true,
        ),
        ("system.sh", "authorize root '", "authorize root ", true),
        ("installer.sh", "case $1", "case", true),
    ] {
        let file = format!("{dir}/{name}");
        let text = fs::read_to_string(&file).unwrap();
        assert!(text.contains(from), "{from}");
        fs::write(&file, text.replacen(from, to, 1)).unwrap();
        let found = faults(&site, std::slice::from_ref(&job));
        assert_eq!(!found.is_empty(), seen, "{to}: {found:?}");
        fs::write(&file, text).unwrap();
    }
}

#[test]
fn the_new_system_is_set_up() {
    let (site, job) = one("opensuse16.0", "plain");
    let name = job["name"].as_str().unwrap();
    let scratch = Scratch::new();
    scratch.put(
        "root/system.sh",
        &site.read(&format!("workdir/guests.d/{name}/system.sh")),
    );
    scratch.put("etc/shadow", "root:*:20000:0:99999:7:::\n");
    scratch.put("etc/group", "root:x:0:\nadm:x:4:\nusers:x:100:\n");
    scratch.put("etc/passwd", "root:x:0:0::/root:/bin/sh\n");
    scratch.put(
        "etc/selinux/config",
        "SELINUX=enforcing\nSELINUXTYPE=targeted\n",
    );
    scratch.put(
        "etc/default/grub",
        "GRUB_TERMINAL=\"gfxterm\"\nGRUB_CMDLINE_LINUX_DEFAULT=\"splash=silent security=selinux selinux=1 enforcing=1 quiet\"\n",
    );
    let installers = "etc/NetworkManager/system-connections/wired.nmconnection";
    scratch.put(installers, "of the installer's own\n");
    for dir in [
        "etc/grub.d",
        "etc/sudoers.d",
        "etc/sysconfig",
        "etc/udev/rules.d",
        "etc/zypp/repos.d",
        "etc/systemd/system",
        "home",
        "srv",
    ] {
        fs::create_dir_all(scratch.path(dir)).unwrap();
    }
    // The installer's own file for a repository that is not to be there later.
    scratch.put("etc/zypp/repos.d/flat.repo", "[flat]\n");
    for program in [
        "firewall-offline-cmd",
        "grub2-mkconfig",
        "rpm",
        "visudo",
        "zypper",
    ] {
        scratch.program(program, "#!/bin/sh\necho \"$0 $*\" >> /root/calls\n");
    }
    if !is_root() {
        // One number alone can own files there.
        scratch.program("useradd", "#!/bin/sh\nfor name; do :; done\necho \"$name:x:1500:1500::/home/$name:/bin/sh\" >> /etc/passwd\n");
        for program in ["groupadd", "passwd"] {
            scratch.program(program, "#!/bin/sh\n");
        }
    }
    scratch.run("/bin/sh", "/root/system.sh");
    let read = reader(&scratch);
    assert_eq!(read("etc/hostname"), format!("{name}\n"));
    assert!(read("etc/hosts").ends_with("10.1.0.9 nine nine.x.test\n"));
    assert_eq!(read("etc/motd"), "hello\n");
    assert_eq!(read("etc/vconsole.conf"), "KEYMAP=de-nodeadkeys\n");
    assert_eq!(read("etc/adjtime"), "0.0 0 0.0\n0\nLOCAL\n");
    assert!(read("etc/chrony.d/miniascape.conf").starts_with("server ntp1.x.test iburst\n"));
    assert!(read("etc/sysconfig/proxy").contains("\nHTTP_PROXY=http://10.1.0.1:3128\n"));
    assert!(read("etc/zypp/repos.d/off.repo").contains("\nenabled=0\n"));
    let kept = read("etc/zypp/repos.d/base.repo");
    let lines = "\nbaseurl=http://10.1.0.1/base/?a&b\npriority=20\ngpgcheck=1\n";
    assert!(kept.contains(lines), "{kept}");
    assert!(!scratch.path("etc/zypp/repos.d/flat.repo").exists());
    assert_eq!(
        read("local/libexec/miniascape/firstboot-1").trim_end(),
        "echo first"
    );
    assert_eq!(read("root/.ssh/authorized_keys"), format!("{KEY} root\n"));
    assert_eq!(
        read("etc/selinux/config"),
        "SELINUX=permissive\nSELINUXTYPE=targeted\n"
    );
    assert_eq!(
        read("etc/default/grub"),
        "GRUB_CMDLINE_LINUX_DEFAULT=\"splash=silent quiet security=selinux selinux=1 enforcing=0\"\nGRUB_TERMINAL=\"console serial\"\nGRUB_SERIAL_COMMAND=\"serial --speed=115200 --unit=0 --word=8 --parity=no --stop=1\"\n"
    );
    assert!(read("etc/grub.d/42_password").contains("\npassword_pbkdf2 root grub.pbkdf2"));
    assert!(!scratch.path(installers).exists());
    let nics = job["guest"]["interfaces"].as_array().unwrap();
    for (number, nic) in nics.iter().enumerate() {
        let file = format!("etc/NetworkManager/system-connections/eth{number}.nmconnection");
        let line = format!("\nmac-address={}\n", nic["mac"].as_str().unwrap());
        assert!(read(&file).contains(&line), "{}", read(&file));
    }
    let calls = read("root/calls");
    for call in [
        "zypper --non-interactive --no-refresh remove -- nano\n",
        "systemctl enable NetworkManager.service\n",
        "systemctl enable kdump.service\n",
        "--add-service=http\n",
        "--zone=trusted --add-interface=eth0\n",
        "grub2-mkconfig -o /boot/grub2/grub.cfg\n",
    ] {
        assert!(calls.contains(call), "{call:?} is not in {calls}");
    }
    if is_root() {
        assert!(read("etc/shadow").contains(&format!("ann:{HASH}:")));
        assert!(read("etc/group").contains("ops:x:5000:ann\n"));
    }
}
