//! Answers for Windows Setup: every version, with every kind of layout, network and feature, read as XML and JSON.
//!
//! One lab has a guest for each combination. `tests/judges/windows.py` reads their files and compares them with what the
//! lab says, which is handed to it beside them.

use std::fs;

use serde_json::{Map, Value, json};

use crate::support::{Site, judge, project};

/// Operating systems, and the directory that virtio-win has their drivers in.
const SYSTEMS: &[(&str, &str)] = &[
    ("win2k16", "2k16"),
    ("win2k19", "2k19"),
    ("win2k22", "2k22"),
    ("win2k25", "2k25"),
    ("win10", "w10"),
    ("win11", "w11"),
];

/// Texts that would be syntax of XML, JSON, PowerShell or cmd if they were no data.
const HOSTILE: &str =
    "</Value>]]>&amp;<!-- \"'`$(calc)@'%PATH%^|& \\u0041 {% x %}{# x #} \u{e4}\u{1f600}";

/// The interfaces of guest number `n`, in one of four ways.
fn interfaces(n: usize) -> Value {
    let mac = |nic: usize| format!("52:54:00:{:02x}:{:02x}:{:02x}", nic + 1, n / 256, n % 256);
    let ip = |net: usize| format!("10.{}.{}.{}", net, n / 200, n % 200 + 10);
    match n % 4 {
        0 => json!([{"network": "lan", "mac": mac(0), "ip": ip(1)}]),
        1 => {
            json!([{"network": "lan", "mac": mac(0), "ip": ip(1), "ipv6": format!("fd01::{n:x}:1"), "bootproto": "static", "nameserver": ["10.1.0.1", "10.1.0.2"]}])
        }
        2 => json!([
            {"network": "san", "mac": mac(1), "ip": ip(2), "bootproto": "static", "nodefroute": true, "nodns": true, "mtu": 9000},
            {"network": "lan", "mac": mac(0), "ip": ip(1), "bootproto": "static", "nameserver": ["10.1.0.1"]},
            {"network": "lan", "mac": mac(2), "nodefroute": true},
        ]),
        _ => json!([
            {"network": "lan", "mac": mac(0), "ip": ip(1), "device": "lan0"},
            {"network": "lan", "mac": mac(1), "bootproto": "none"},
        ]),
    }
}

/// Layouts, each with the disks it needs and what else it stands for.
fn layouts() -> Vec<(&'static str, Value)> {
    let two = json!([{"size": 80}, {"size": 20}]);
    vec![
        ("auto", json!({"disks": [{"size": 80}]})),
        ("spare", json!({"disks": two.clone()})),
        (
            "bios",
            json!({"disks": [{"size": 80, "bus": "sata"}], "virtinst": {"firmware": "bios"}}),
        ),
        (
            "plain",
            json!({"disks": [{"size": 80}], "partitions": [
                {"mount": "/boot/efi", "size": "300M"},
                {"mount": "/", "size": "grow", "label": "System & <more>"},
                {"mount": "/d", "size": "10G", "fs": "vfat", "label": "data"},
            ]}),
        ),
        (
            "two",
            json!({"disks": two.clone(), "partitions": [
                {"mount": "/e", "size": "4G", "disk": "vdb"},
                {"mount": "/", "size": "60G"},
                {"mount": "/d", "size": "grow", "disk": "vdb"},
            ]}),
        ),
        (
            "mbr",
            json!({"disks": [{"size": 80, "bus": "scsi"}, {"size": 20, "bus": "scsi"}], "virtinst": {"firmware": "bios"}, "partitions": [
                {"mount": "/", "size": "60G"},
                {"mount": "/d", "size": "grow"},
                {"mount": "/E", "size": "grow", "disk": "sdb"},
            ]}),
        ),
        (
            "raw",
            json!({"disks": [{"size": 80}], "partitions": {"raw": "<DiskConfiguration><Disk wcm:action=\"add\"><DiskID>0</DiskID><WillWipeDisk>true</WillWipeDisk></Disk></DiskConfiguration>"}}),
        ),
    ]
}

/// Everything that answers and script can say beside disks and network.
fn everything() -> Value {
    json!({
        "rootpw": format!("pw{HOSTILE}"),
        "lang": "de_DE.UTF-8",
        "keyboard": {"layout": "us", "variant": "dvorak"},
        "timezone": {"timezone": "Europe/Berlin", "utc": false, "ntp": ["10.1.0.1"]},
        "ntp": ["ntp1.x.test"],
        "nameservers": ["10.1.0.9"],
        "groups": [{"name": "ops"}],
        "users": [
            {"name": "ann", "gecos": format!("Ann O'Neill {HOSTILE}"), "groups": ["ops"], "sudo": true, "password": HOSTILE},
            {"name": "bob"},
        ],
        "services": {"enabled": ["TermService"], "disabled": ["Spooler"]},
        "firewall": {"services": ["rdp", "dns"], "ports": ["8088/tcp", "5000-5010/udp"]},
        "hosts": [{"ip": "10.1.0.9", "names": ["nine", "nine.x.test"]}],
        "proxy": {"url": "http://10.1.0.1:3128/", "no_proxy": ["localhost", ".x.test"]},
        "scripts": [
            {"when": "post", "on_error": "fail", "run": format!("Write-Output '{HOSTILE}'\r\n\t\n")},
            {"when": "firstboot", "run": "'@\n\"@\n"},
        ],
        "setup_data": [{"content": format!("{HOSTILE}\r\n"), "dst": "/Site's files/a & b/$x.txt"}],
        "virtinst": {"edition": format!("Windows {HOSTILE}"), "product_key": "AAAAA-BBBBB-CCCCC-DDDDD-EEEEE"},
    })
}

/// The lab of all combinations, and what each guest is.
fn matrix() -> (Value, Vec<Value>) {
    let mut guests = Map::new();
    let mut jobs = Vec::new();
    for (system, drivers) in SYSTEMS {
        for (layout, values) in layouts() {
            // It wants UEFI.
            if *system == "win11" && values["virtinst"]["firmware"] == "bios" {
                continue;
            }
            for full in [false, true] {
                let n = jobs.len();
                let name = format!("{layout}-{n}");
                let mut guest = Map::new();
                guest.insert("os".into(), json!(system));
                guest.insert("interfaces".into(), interfaces(n / 2 + n));
                let features = if full {
                    everything()
                } else {
                    json!({"rootpw": "locked", "users": [{"name": "ann", "password": "plain"}]})
                };
                let mut virtinst = json!({"cdrom": "/srv/iso/w & 'x', \"y\".iso"});
                for part in [features, values.clone()] {
                    let mut part = part.as_object().cloned().unwrap();
                    for (key, value) in part
                        .remove("virtinst")
                        .iter()
                        .flat_map(|it| it.as_object().unwrap())
                    {
                        virtinst[key] = value.clone();
                    }
                    guest.extend(part);
                }
                guest.insert("virtinst".into(), virtinst);
                let (zone, language, keyboard) = if full {
                    ("W. Europe Standard Time", "de-DE", "0409:00010409")
                } else {
                    ("UTC", "en-US", "0409:00000409")
                };
                jobs.push(json!({"name": name, "system": system, "drivers": drivers, "guest": guest,
                    "zone": zone, "language": language, "keyboard": keyboard, "gateway": "10.1.0.1"}));
                guests.insert(name, Value::Object(guest));
            }
        }
    }
    let lab = json!({
        "site": "matrix",
        "networks": {
            "lan": {"subnet": "10.1.0.0/16", "domain": "x.test", "ipv6": {"subnet": "fd01::/64"}, "dhcp": {"start": "10.1.200.1", "end": "10.1.255.254"}},
            "san": {"subnet": "10.2.0.0/16", "domain": "x.test", "mode": "isolated"},
        },
        "guests": guests,
    });
    (lab, jobs)
}

/// Generates a lab whose passwords stand in plain text; of nothing else may there be a warning. Says where files are.
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
    let program = project("tests/judges/windows.py").display().to_string();
    let run = judge("python", &[&program, &file.display().to_string()]);
    assert_eq!(run.status, 0, "{}", run.stderr);
    serde_json::from_str(&run.stdout).unwrap()
}

#[test]
fn every_version_says_what_the_lab_says() {
    let (lab, mut jobs) = matrix();
    let site = generate(&lab, &mut jobs);
    assert!(jobs.len() > 70, "{}", jobs.len());
    let found = faults(&site, &jobs);
    let shown: Vec<&str> = found.iter().take(40).map(String::as_str).collect();
    let (found, all) = (found.len(), jobs.len());
    assert!(
        found == 0,
        "{found} faults in {all} files:\n{}",
        shown.join("\n")
    );
    // A script is the same for all guests, so nothing of a site can be in it.
    let script =
        |job: &Value| fs::read(format!("{}/setup.ps1", job["dir"].as_str().unwrap())).unwrap();
    assert!(jobs.iter().all(|job| script(job) == script(&jobs[0])));
}

#[test]
fn the_judge_of_answers_sees_differences() {
    let (mut lab, mut jobs) = matrix();
    jobs.retain(|job| {
        job["name"].as_str().unwrap().starts_with("plain-") && job["guest"].get("proxy").is_some()
    });
    jobs.truncate(1);
    let name = jobs[0]["name"].as_str().unwrap().to_owned();
    lab["guests"]
        .as_object_mut()
        .unwrap()
        .retain(|guest, _| *guest == name);
    let site = generate(&lab, &mut jobs);
    assert_eq!(faults(&site, &jobs), Vec::<String>::new());
    for (pointer, other) in [
        ("/guest/rootpw", json!("other")),
        ("/guest/users/0/gecos", json!("other")),
        ("/guest/users/0/password", json!("other")),
        ("/guest/partitions/0/size", json!("301M")),
        ("/guest/partitions/1/label", json!("other")),
        ("/guest/partitions/2/mount", json!("/e")),
        ("/guest/scripts/0/run", json!("other")),
        ("/guest/setup_data/0/dst", json!("/other")),
        ("/guest/virtinst/edition", json!("other")),
        ("/guest/firewall/ports/0", json!("8089/tcp")),
        ("/guest/nameservers/0", json!("10.1.0.8")),
        ("/zone", json!("Tokyo Standard Time")),
        ("/drivers", json!("2k22")),
    ] {
        let mut wrong = jobs[0].clone();
        *wrong.pointer_mut(pointer).unwrap() = other;
        if wrong != jobs[0] {
            assert!(!faults(&site, &[wrong]).is_empty(), "{pointer}");
        }
    }
    let file = format!("{}/autounattend.xml", jobs[0]["dir"].as_str().unwrap());
    let text = fs::read_to_string(&file).unwrap();
    for (there, instead) in [
        ("<AcceptEula>", "<AcceptEULA>"),
        (
            "Microsoft-Windows-Shell-Setup",
            "Microsoft-Windows-ShellSetup",
        ),
        ("pass=\"specialize\"", "pass=\"specialise\""),
        ("wcm:action=\"add\"", "wcm:action=\"modify\""),
        ("31bf3856ad364e35", "31bf3856ad364e36"),
        ("</unattend>", ""),
    ] {
        assert!(text.contains(there), "{there}");
        fs::write(&file, text.replace(there, instead)).unwrap();
        assert!(!faults(&site, &jobs).is_empty(), "{there}");
    }
}

/// Files with a password are for their owner alone, and nothing for review shows it.
#[test]
fn passwords_are_kept_from_others() {
    use std::os::unix::fs::PermissionsExt as _;
    let lab = json!({
        "site": "secret",
        "networks": {"lan": {"subnet": "10.1.0.0/24"}},
        "guests": {"w": {"os": "win2k22", "rootpw": "t0ps3cret!", "interfaces": [{"network": "lan", "ip": "auto"}],
            "virtinst": {"cdrom": "/srv/w.iso", "product_key": "AAAAA-BBBBB-CCCCC-DDDDD-EEEEE"}}},
    });
    let site = generate(&lab, &mut []);
    let dir = site.path().join("workdir/guests.d/w");
    let mode = |file: &str| fs::metadata(dir.join(file)).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode("autounattend.xml"), 0o600);
    let review = fs::read_to_string(dir.join("guest.yml")).unwrap();
    let hidden = ["t0ps3cret", "AAAAA", "dAAwAHAAcwAz"];
    assert!(
        hidden.iter().all(|secret| !review.contains(secret)),
        "{review}"
    );
    let answers = fs::read_to_string(dir.join("autounattend.xml")).unwrap();
    assert!(answers.contains("dAAwAHAAcwAz") && !answers.contains("t0ps3cret"));
    let shown = site.run(&["-c", "lab.yml", "show", "guest/w", "--context"]);
    assert!(
        hidden.iter().all(|secret| !shown.stdout.contains(secret)),
        "{}",
        shown.stdout
    );
}

/// The services that the script knows the ports of are those the check lets through.
#[test]
fn the_script_knows_the_services_that_are_let_in() {
    let text = |path: &str| fs::read_to_string(project(path)).unwrap();
    let script = text("templates/autoinstall/unattend/setup.ps1");
    let table = script
        .split_once("$ports = @{")
        .unwrap()
        .1
        .split_once('}')
        .unwrap()
        .0;
    let known: Vec<&str> = table
        .lines()
        .filter_map(|line| line.split('\'').nth(1))
        .collect();
    let source = text("src/check/installer/unattend/system.rs");
    let list = source
        .split_once("const SERVICES: &[&str] = &[")
        .unwrap()
        .1
        .split_once(']')
        .unwrap()
        .0;
    let taken: Vec<&str> = list.split('"').skip(1).step_by(2).collect();
    assert_eq!(known, taken);
}

/// Media are in the domain that runs the install, whatever they are called, and in no other.
#[test]
fn the_install_sees_its_media() {
    let cdrom = "/srv/iso/w & 'x', \"y\" $(z).iso";
    let lab = json!({
        "site": "media",
        "networks": {"lan": {"subnet": "10.1.0.0/24"}},
        "guests": {"w": {"os": "win11", "rootpw": "locked", "users": [{"name": "ann"}], "interfaces": [{"network": "lan", "ip": "auto"}],
            "virtinst": {"cdrom": cdrom, "drivers": "/srv/drivers;.iso"}}},
    });
    let site = generate(&lab, &mut []);
    let script = site.path().join("workdir/guests.d/w/vmbuild.sh");
    let script = script.display().to_string();
    let domain = |option: &str| judge("bash", &[&script, option, "-c", "test:///default"]);
    let (installed, installer) = (domain("-n"), domain("-i"));
    assert_eq!(
        (installed.status, installer.status),
        (0, 0),
        "{}",
        installer.stderr
    );
    let cdroms = |text: &str| {
        let document = roxmltree::Document::parse(text).unwrap();
        let disks = document
            .descendants()
            .filter(|node| node.attribute("device") == Some("cdrom"));
        let sources = disks.flat_map(|disk| {
            disk.children()
                .filter(|node| node.has_tag_name("source"))
                .collect::<Vec<_>>()
        });
        let place = |node: roxmltree::Node<'_, '_>| {
            let file = node.attribute("file").or(node.attribute("volume"));
            file.unwrap_or_default().to_owned()
        };
        sources.map(place).collect::<Vec<String>>()
    };
    assert_eq!(cdroms(&installed.stdout), Vec::<String>::new());
    assert_eq!(
        cdroms(&installer.stdout),
        [cdrom, "/srv/drivers;.iso", "w-seed.iso"]
    );
    assert!(
        installer
            .stdout
            .contains("<boot dev='hd'/><boot dev='cdrom'/>"),
        "{}",
        installer.stdout
    );
}
