//! Profiles for AutoYaST: every version, with every kind of layout, network and feature, read as XML.
//!
//! One lab has a guest for each combination. `tests/judges/autoyast.py` reads their profiles and compares them with what
//! the lab says, which is handed to it beside them; where YaST's own schemas are at hand, it asks them as well. The script
//! for the new system is run in a scratch root.

mod layouts;

use std::fs;

use serde_json::{Map, Value, json};

use self::layouts::layouts;
use crate::payloads::{Scratch, is_root};
use crate::support::{Site, judge, project};

/// Operating systems, the release of the installer, and whether it has what came with 15.2.
const SYSTEMS: &[(&str, u32, bool)] = &[
    ("sles12", 12, false),
    ("sles12sp5", 12, false),
    ("sles15.1", 15, false),
    ("sle15sp6", 15, true),
    ("sles15", 15, true),
    ("opensuse15.0", 15, false),
    ("opensuse15.6", 15, true),
    ("opensusetumbleweed", 16, true),
];

/// A hash as `openssl passwd -6` makes them.
pub(crate) const HASH: &str = "$6$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G3uBnIFNjnQJuesI68u4OTLiBFdcbYEdFCoEOfaS35inz1";

/// A key, less who it is for.
pub(crate) const KEY: &str =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA60ppaUiuo+2eCHL7NjJh+rXNnoID2c8ET2CZoR3BM8";

/// The interfaces of guest number `n`, in one of four ways.
pub(crate) fn interfaces(n: usize) -> Value {
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

/// Everything that profiles and scripts can say beside disks and network.
pub(crate) fn everything() -> Value {
    json!({
        "rootpw": HASH,
        "lang": "de_DE.UTF-8",
        "keyboard": {"layout": "de", "variant": "nodeadkeys"},
        "timezone": {"timezone": "Europe/Berlin", "utc": false},
        "ntp": ["ntp1.x.test", "10.1.0.1"],
        "groups": [{"name": "ops", "gid": 5000}, {"name": "web"}],
        "users": [
            {"name": "ann", "uid": 1500, "gecos": "Ann O'Neill, \"ops\"", "groups": ["ops", "adm"], "sudo": true, "password": HASH},
            {"name": "bob", "gid": 1600, "sudo": "ALL=(root) NOPASSWD: /bin/ls", "ssh_authorized_keys": [format!("{KEY} bob"), format!("{KEY} bob's")]},
            {"name": "web", "home": "/srv/web", "shell": "/usr/sbin/nologin", "ssh_authorized_keys": [format!("{KEY} web")]},
        ],
        "ssh_authorized_keys": [format!("{KEY} root")],
        "packages": ["@base", "vim", "libstdc++6", "-nano", "-@x11"],
        "repos": [
            {"name": "base", "baseurl": "http://10.1.0.1/base/?a&b", "gpgkey": "http://10.1.0.1/key.asc", "priority": 20},
            {"name": "flat", "baseurl": "http://10.1.0.1/flat/", "gpgcheck": false, "install_only": true},
            {"name": "off", "baseurl": "http://10.1.0.1/off/", "enabled": false},
        ],
        "services": {"enabled": ["sshd", "cron"], "disabled": ["cups"]},
        "firewall": {"services": ["ssh", "http"], "ports": ["8088/tcp", "5000-5010/udp"], "trusted": ["eth0"]},
        "bootloader": {"append": ["audit=1", "panic=10"], "timeout": 3},
        "finish": "reboot",
        "kdump": {"enabled": true, "reserve": "256M"},
        "hosts": [{"ip": "10.1.0.9", "names": ["nine", "nine.x.test"]}],
        "proxy": {"url": "http://10.1.0.1:3128", "no_proxy": ["localhost", "10.0.0.0/8"]},
        "scripts": [
            {"when": "pre", "run": "echo pre > /tmp/pre\n"},
            {"when": "post", "on_error": "fail", "run": "echo post > /root/post\n"},
            {"when": "post-nochroot", "run": "cp /tmp/pre /mnt/root/pre\n"},
            {"when": "post", "interpreter": "/usr/bin/perl", "run": "print 'a]]>';\r\n"},
            {"when": "firstboot", "run": "echo first\n"},
        ],
        "setup_data": [{"content": "hello\n", "dst": "/etc/motd"}],
    })
}

/// The lab of all combinations, and what each guest is: its system and its own values.
fn matrix() -> (Value, Vec<Value>) {
    let mut guests = Map::new();
    let mut jobs = Vec::new();
    for (system, release, modern) in SYSTEMS {
        for (layout, first, values) in layouts() {
            if first > if *modern { 200 } else { *release } {
                continue;
            }
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
                virtinst["location"] = json!("http://10.1.0.1/tree/");
                guest.insert("virtinst".into(), virtinst);
                jobs.push(json!({"name": name, "system": system, "release": release, "modern": modern, "guest": guest}));
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

/// Says where the profile of each job is.
fn locate(site: &Site, jobs: &mut [Value]) {
    for job in jobs {
        let name = job["name"].as_str().unwrap();
        let file = format!("workdir/guests.d/{name}/autoinst.xml");
        job["file"] = json!(site.path().join(file).display().to_string());
    }
}

/// Asks the judge about jobs; returns the faults it finds.
fn faults(site: &Site, jobs: &[Value]) -> Vec<String> {
    let file = site.path().join("jobs.json");
    fs::write(&file, Value::from(jobs.to_vec()).to_string()).unwrap();
    let program = project("tests/judges/autoyast.py").display().to_string();
    let run = judge("python", &[&program, &file.display().to_string()]);
    assert_eq!(run.status, 0, "{}", run.stderr);
    serde_json::from_str(&run.stdout).unwrap()
}

#[test]
fn every_version_says_what_the_lab_says() {
    let (lab, mut jobs) = matrix();
    let site = Site::new(&[("lab.yml", &format!("{lab:#}"))]);
    generate(&site);
    locate(&site, &mut jobs);
    assert!(jobs.len() > 200, "{}", jobs.len());
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
    jobs.retain(|job| {
        let name = job["name"].as_str().unwrap();
        name.starts_with(&format!("{}-{layout}-", system.replace('.', "-")))
            && job["guest"].get("users").is_some()
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
fn the_judge_of_profiles_sees_differences() {
    let (site, job) = one("opensuse15.6", "lvm");
    assert_eq!(
        faults(&site, std::slice::from_ref(&job)),
        Vec::<String>::new()
    );
    for (pointer, other) in [
        ("/guest/rootpw", json!("locked")),
        ("/guest/partitions/0/volumes/0/size", json!("9G")),
        ("/guest/partitions/0/volumes/0/label", json!("boot")),
        ("/guest/partitions/0/volumes/2/size", json!("21%")),
        ("/guest/partitions/0/volume_group", json!("other")),
        ("/guest/packages/1", json!("emacs")),
        ("/guest/packages/0", json!("@other")),
        ("/guest/repos/0/priority", json!(21)),
        ("/guest/timezone/timezone", json!("Asia/Tokyo")),
        ("/guest/bootloader/append/0", json!("audit=0")),
        ("/guest/finish", json!("poweroff")),
        ("/guest/scripts/0/when", json!("post")),
        ("/system", json!("sles15")),
    ] {
        let mut wrong = job.clone();
        *wrong.pointer_mut(pointer).unwrap() = other;
        assert!(!faults(&site, &[wrong]).is_empty(), "{pointer}");
    }
    let file = job["file"].as_str().unwrap();
    let text = fs::read_to_string(file).unwrap();
    let with_schemas = std::env::var_os("MINIASCAPE_SCHEMAS").is_some();
    for (from, to, seen) in [
        ("</software>", "</sotfware>", true),
        ("<confirm config:type=\"boolean\">", "<confirm>", true),
        ("authorize root '", "authorize root ", true),
        ("<halt ", "<htal x='' ", true),
        ("<use>all</use>", "<usage>all</usage>", with_schemas),
        ("<product_dir>/<", "<product_dir>/x<", false),
    ] {
        assert!(text.contains(from), "{from}");
        fs::write(file, text.replace(from, to)).unwrap();
        let found = faults(&site, std::slice::from_ref(&job));
        assert_eq!(!found.is_empty(), seen, "{to}: {found:?}");
    }
}

/// Runs the script for the new system of a guest in a scratch root, and returns that.
fn set_up(site: &Site, job: &Value) -> Scratch {
    let name = job["name"].as_str().unwrap();
    let text = site.read(&format!("workdir/guests.d/{name}/autoinst.xml"));
    let options = roxmltree::ParsingOptions {
        allow_dtd: true,
        ..Default::default()
    };
    let profile = roxmltree::Document::parse_with_options(&text, options).unwrap();
    let named = |node: &roxmltree::Node<'_, '_>| {
        node.has_tag_name(("http://www.suse.com/1.0/yast2ns", "filename"))
            && node.text() == Some("system.sh")
    };
    let script = profile.descendants().find(named).unwrap().parent().unwrap();
    let source = script
        .children()
        .find(|node| node.tag_name().name() == "source");
    let source = source.and_then(|source| source.text()).unwrap();
    let scratch = Scratch::new();
    // A script that failed would wait for somebody to look.
    scratch.put(
        "root/system.sh",
        &source.replace("while :; do sleep 3600; done", "exit 1"),
    );
    scratch.put("etc/shadow", "root:*:20000:0:99999:7:::\n");
    scratch.put("etc/group", "root:x:0:\nadm:x:4:\nusers:x:100:\n");
    scratch.put("etc/passwd", "root:x:0:0::/root:/bin/sh\n");
    scratch.put("etc/ntp.conf", "server 0.pool.test\ndriftfile x\n");
    scratch.put(
        "etc/sysconfig/network/ifcfg-eth7",
        "of the installer's own\n",
    );
    scratch.put("etc/sysconfig/network/ifcfg-lo", "kept\n");
    scratch.put(
        "etc/sysconfig/network/config",
        "NETCONFIG_DNS_POLICY=\"auto\"\nNETCONFIG_DNS_STATIC_SERVERS=\"\"\n",
    );
    for dir in [
        "etc/sudoers.d",
        "etc/udev/rules.d",
        "etc/zypp/repos.d",
        "etc/systemd/system",
        "home",
        "srv",
    ] {
        fs::create_dir_all(scratch.path(dir)).unwrap();
    }
    for program in ["firewall-offline-cmd", "visudo"] {
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
    scratch
}

/// Returns a reader of files below a scratch root.
pub(crate) fn reader(scratch: &Scratch) -> impl Fn(&str) -> String {
    |path: &str| {
        fs::read_to_string(scratch.path(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }
}

#[test]
fn the_new_system_is_set_up() {
    let (site, job) = one("opensuse15.6", "plain");
    let scratch = set_up(&site, &job);
    let read = reader(&scratch);
    let name = job["name"].as_str().unwrap();
    assert_eq!(read("etc/hostname"), format!("{name}\n"));
    assert!(read("etc/hosts").ends_with("10.1.0.9 nine nine.x.test\n"));
    assert_eq!(read("etc/motd"), "hello\n");
    assert_eq!(read("etc/vconsole.conf"), "KEYMAP=de-nodeadkeys\n");
    assert!(read("etc/chrony.d/miniascape.conf").starts_with("server ntp1.x.test iburst\n"));
    assert!(read("etc/sysconfig/proxy").contains("\nHTTP_PROXY=http://10.1.0.1:3128\n"));
    assert!(read("etc/zypp/repos.d/off.repo").contains("\nenabled=0\n"));
    let later = read("local/libexec/miniascape/repos/base.repo");
    assert!(
        later.contains("\nbaseurl=http://10.1.0.1/base/?a&b\npriority=20\ngpgcheck=1\n"),
        "{later}"
    );
    assert_eq!(
        read("local/libexec/miniascape/firstboot-1").trim_end(),
        "echo first"
    );
    assert_eq!(read("root/.ssh/authorized_keys"), format!("{KEY} root\n"));
    assert!(!scratch.path("etc/sysconfig/network/ifcfg-eth7").exists());
    assert_eq!(read("etc/sysconfig/network/ifcfg-lo"), "kept\n");
    let rules = read("etc/udev/rules.d/70-persistent-net.rules");
    for (number, nic) in job["guest"]["interfaces"]
        .as_array()
        .unwrap()
        .iter()
        .enumerate()
    {
        let file = read(&format!("etc/sysconfig/network/ifcfg-eth{number}"));
        assert!(file.starts_with("STARTMODE='auto'\nBOOTPROTO='"), "{file}");
        let rule = format!(
            "=={}, ATTR{{type}}==\"1\", NAME=\"eth{number}\"\n",
            nic["mac"]
        );
        assert!(rules.contains(&rule), "{rules} has no {rule}");
    }
    let calls = read("root/calls");
    for call in [
        "systemctl enable sshd\n",
        "systemctl enable kdump.service\n",
        "systemctl enable wicked.service\n",
        "--add-service=http\n",
        "--zone=trusted --add-interface=eth0\n",
    ] {
        assert!(calls.contains(call), "{call:?} is not in {calls}");
    }
    let rule = "Defaults:ann !targetpw\nann\tALL=(ALL) ALL\n";
    assert!(read("etc/sudoers.d/miniascape").starts_with(rule));
    if is_root() {
        let accounts = read("etc/passwd");
        assert!(
            accounts.contains(":Ann O'Neill, \"ops\":/home/ann:/bin/bash\n"),
            "{accounts}"
        );
        assert!(
            accounts.contains(":1600::/home/bob:/bin/bash\n"),
            "{accounts}"
        );
        assert!(read("etc/group").contains("ops:x:5000:ann\n"));
        assert!(read("etc/shadow").contains(&format!("ann:{HASH}:")));
    }
}

#[test]
fn the_first_release_is_set_up_in_its_own_ways() {
    let (site, job) = one("sles12sp5", "lvm");
    let scratch = set_up(&site, &job);
    let read = reader(&scratch);
    let wall = read("etc/sysconfig/SuSEfirewall2");
    for line in [
        "FW_DEV_INT=\"eth0\"\n",
        "FW_SERVICES_EXT_TCP=\"ssh http 8088\"\n",
        "FW_SERVICES_EXT_UDP=\"5000:5010\"\n",
    ] {
        assert!(wall.contains(line), "{wall}");
    }
    assert_eq!(
        read("etc/ntp.conf"),
        "driftfile x\nserver ntp1.x.test iburst\nserver 10.1.0.1 iburst\n"
    );
}

#[test]
fn tumbleweed_has_profiles_of_network_manager() {
    let (site, job) = one("opensusetumbleweed", "lvm");
    let scratch = set_up(&site, &job);
    let read = reader(&scratch);
    let interfaces = job["guest"]["interfaces"].as_array().unwrap();
    for (number, nic) in interfaces.iter().enumerate() {
        let file = format!("etc/NetworkManager/system-connections/eth{number}.nmconnection");
        let mac = nic["mac"].as_str().unwrap();
        let text = read(&file);
        assert!(text.contains(&format!("\nmac-address={mac}\n")), "{text}");
    }
}
