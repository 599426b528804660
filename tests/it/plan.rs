//! `plan` before libvirt's test driver, which reads a host from a file and keeps it as long as it is connected.

mod host;

use serde_json::Value;

use self::host::Host;
use crate::support::{Run, Site};

/// A lab with a guest for each thing that can be planned.
const LAB: &str = "\
site: web
networks:
  lan: {subnet: 10.20.0.0/24, domain: web.test, autostart: false}
  back: {mode: isolated, subnet: 10.30.0.0/24, autostart: false}
storages:
  disks: {target: /srv/disks, autostart: false}
common:
  os: debian12
  rootpw: locked
  ssh_authorized_keys: [ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAnqRnRcUa7VbWTfDpPvxFZkBIPEDQcq9YKu5vCwoWW2 me]
  virtinst: {ram: 2048, vcpus: 2}
  interfaces: [{network: lan}, {network: back, ip: auto}]
  disks: [{pool: disks, size: 10}]
guests:
  db: {ip: 10.20.0.2, mac: \"52:54:00:00:00:02\"}
  web-1: {ip: 10.20.0.3, mac: \"52:54:00:00:00:03\"}
  web-2: {ip: 10.20.0.4, mac: \"52:54:00:00:00:04\"}
";

/// Replaces text in the XML of an object; it must be there.
#[track_caller]
fn edit(objects: &mut [(String, String)], name: &str, from: &str, to: &str) {
    let (_, xml) = objects.iter_mut().find(|(known, _)| known == name).unwrap();
    assert!(xml.contains(from), "{name} has no {from:?}:\n{xml}");
    *xml = xml.replace(from, to);
}

fn lab() -> (Site, Host) {
    let site = Site::new(&[("lab.yml", LAB)]);
    let host = Host::applied(&site, &["-c", "lab.yml"]);
    (site, host)
}

#[track_caller]
fn expect(run: &Run, status: i32, stdout: &str) {
    assert_eq!(run.stdout, stdout, "{}", run.stderr);
    assert_eq!(run.status, status, "{}", run.stderr);
}

#[test]
fn after_the_lab_was_applied_there_is_nothing_to_do() {
    for example in ["ha-cluster", "multinet", "small"] {
        let site = Site::copy(&format!("examples/{example}"));
        let host = Host::applied(&site, &[]);
        let run = host.plan(&site, &["--format", "json"]);
        assert_eq!(run.status, 0, "{example}: {}", run.stderr);
        let plan: Value = serde_json::from_str(&run.stdout).unwrap();
        for object in plan["objects"].as_array().unwrap() {
            // A file cannot say that something starts with the host, and the test driver knows no options of dnsmasq.
            let kept = |change: &&Value| {
                let what = change["what"].as_str().unwrap();
                !["autostart", "dnsmasq options"].contains(&what)
            };
            let changes = object["changes"].as_array().into_iter().flatten();
            let changes: Vec<&Value> = changes.filter(kept).collect();
            let reason = object.get("reason");
            assert!(
                changes.is_empty() && reason.is_none(),
                "{example}: {object:#}"
            );
        }
    }
}

#[test]
fn what_differs_is_planned_for() {
    let (site, mut host) = lab();
    let check = ["-c", "lab.yml", "--check"];
    expect(&host.plan(&site, &check), 0, "");
    let Host {
        domains,
        networks,
        pools,
    } = &mut host;
    edit(networks, "lan", "ip=\"10.20.0.3\"/>", "ip=\"10.20.0.9\"/>");
    edit(networks, "lan", "name=\"web.test\"", "name=\"old.test\"");
    edit(pools, "disks", "/srv/disks<", "/srv/other<");
    edit(domains, "db", "2097152", "1048576");
    edit(domains, "db", "<vcpu>2<", "<vcpu>1<");
    edit(domains, "web-1", "digest=\"", "digest=\"0");
    edit(
        pools,
        "disks",
        "web-2-1.qcow2</name><capacity>10737418240",
        "web-2-1.qcow2</name><capacity>21474836480",
    );
    networks.retain(|(name, _)| name != "back");
    let mut old = domains.last().unwrap().clone();
    old.1 = old
        .1
        .replace("web-2", "web-3")
        .replace("52:54:00:00:00:04", "52:54:00:00:00:05");
    let uuid = old.1.find("<uuid>").unwrap() + "<uuid>".len();
    old.1.replace_range(uuid..uuid + 8, "01234567");
    domains.push(old);
    let plan = "\
network  lan    needs restart
    ~ domain: old.test → web.test
    ~ reservation of 52:54:00:00:00:03: 10.20.0.9 web-1.web.test → 10.20.0.3 web-1.web.test (update live)
network  back   create
storage  disks  needs restart
    ~ target: /srv/other → /srv/disks
guest    db     next boot
    ~ memory: 1024 MiB → 2048 MiB
    ~ vcpus: 1 → 2
guest    web-1  next rebuild
    ~ install data
guest    web-2  replace (destroys data)
    ~ size of disk vda: 20G → 10G
guest    web-3  orphan
    the lab has it no more
";
    expect(&host.plan(&site, &check), 1, plan);
    let run = host.plan(&site, &["-c", "lab.yml"]);
    expect(&run, 0, plan);
    let counts = "1 create, 1 next boot, 2 needs restart, 1 next rebuild, 1 replace (destroys data), 1 orphan\n";
    assert!(run.stderr.ends_with(counts), "{}", run.stderr);
    let some = host.plan(&site, &["-c", "lab.yml", "web-1", "network/back"]);
    let plan = "\
network  back   create
guest    web-1  next rebuild
    ~ install data
";
    expect(&some, 0, plan);
}

#[test]
fn an_empty_host_gets_everything() {
    let site = Site::new(&[("lab.yml", LAB)]);
    let host = Host {
        domains: Vec::new(),
        networks: Vec::new(),
        pools: Vec::new(),
    };
    let run = host.plan(&site, &["-c", "lab.yml", "--format", "json"]);
    assert_eq!(run.status, 0, "{}", run.stderr);
    let plan: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!((&plan["format"], &plan["site"]), (&1.into(), &"web".into()));
    let objects = plan["objects"].as_array().unwrap().iter();
    let objects: Vec<[&str; 3]> = objects
        .map(|object| ["kind", "name", "action"].map(|key| object[key].as_str().unwrap()))
        .collect();
    assert_eq!(
        objects,
        [
            ["network", "lan", "create"],
            ["network", "back", "create"],
            ["storage", "disks", "create"],
            ["guest", "db", "create"],
            ["guest", "web-1", "create"],
            ["guest", "web-2", "create"],
        ]
    );
}

#[test]
fn what_is_not_the_labs_stops_the_plan() {
    let (site, mut host) = lab();
    edit(&mut host.domains, "db", "site=\"web\"", "site=\"other\"");
    let (_, lan) = host
        .networks
        .iter_mut()
        .find(|(name, _)| name == "lan")
        .unwrap();
    let (from, to) = (lan.find("<uuid>").unwrap(), lan.find("</uuid>").unwrap());
    lan.replace_range(from..to, "<uuid>6695eb01-f6a4-8304-79aa-97f2502e193f");
    let run = host.plan(&site, &["-c", "lab.yml"]);
    let plan = "\
network  lan  not ours
    a network of this name exists: its UUID is 6695eb01-f6a4-8304-79aa-97f2502e193f, and this lab's would be LAN; with `external: true` the lab uses it, with --adopt it becomes the lab's
guest    db   not ours
    a domain of this name exists: it is site `other`'s; with --adopt it becomes the lab's
";
    let uuid = site.run(&["-c", "lab.yml", "show", "network/lan", "--context"]);
    let uuid = uuid
        .stdout
        .lines()
        .find_map(|line| line.strip_prefix("uuid: "));
    expect(
        &run,
        1,
        &plan.replace("LAN", uuid.unwrap().trim_matches('"')),
    );
    assert!(
        run.stderr.contains("error: nothing can be done"),
        "{}",
        run.stderr
    );
    let run = host.plan(&site, &["-c", "lab.yml", "--adopt", "db"]);
    let plan = "\
guest    db  update live
    ~ site in the stamp: other → web
";
    expect(&run, 0, plan);
}

#[test]
fn what_the_host_is_to_have_and_has_not_stops_the_plan() {
    let site = Site::new(&[(
        "lab.yml",
        &LAB.replace("{target: /srv/disks, autostart: false}", "{external: true}"),
    )]);
    let host = Host {
        domains: Vec::new(),
        networks: Vec::new(),
        pools: Vec::new(),
    };
    let run = host.plan(&site, &["-c", "lab.yml", "storage/disks"]);
    let plan = "\
storage  disks  missing
    it is to be on the host already, and is not: define it, or let the site define it in `storages`
";
    expect(&run, 1, plan);
}

#[test]
fn a_site_without_a_name_owns_nothing() {
    let site = Site::new(&[("lab.yml", &LAB.replace("site: web\n", ""))]);
    let run = site.run(&["-c", "lab.yml", "--connect", "test:///default", "plan"]);
    expect(&run, 1, "");
    assert!(
        run.stderr.contains("the site has no name of its own"),
        "{}",
        run.stderr
    );
}

#[test]
fn objects_that_are_not_in_the_lab_are_a_matter_of_usage() {
    let site = Site::new(&[("lab.yml", LAB)]);
    for (name, said) in [
        (
            "web-3",
            "guest `web-3` is not in the lab; did you mean `web-1`?",
        ),
        (
            "network/lam",
            "network `lam` is not in the lab; did you mean `lan`?",
        ),
        (
            "host/x",
            "`host/x` is no object: write GUEST, guest/NAME, network/NAME or storage/NAME",
        ),
    ] {
        let run = site.run(&[
            "-c",
            "lab.yml",
            "--connect",
            "test:///default",
            "plan",
            name,
        ]);
        expect(&run, 2, "");
        assert!(run.stderr.contains(said), "{}", run.stderr);
    }
}

#[test]
fn a_host_that_is_not_reached_is_explained() {
    let site = Site::new(&[("lab.yml", LAB)]);
    for (uri, said) in [
        (
            "test:///nowhere.xml",
            "the test driver reads the file of that path",
        ),
        (
            "qemu+tcp://127.0.0.1:1/system",
            "does libvirt listen on that host?",
        ),
        (
            "qemu+unix:///system?socket=/nowhere",
            "cannot connect to libvirt on `qemu+unix:///system?socket=/nowhere`",
        ),
    ] {
        let run = site.run(&["-c", "lab.yml", "--connect", uri, "plan"]);
        expect(&run, 3, "");
        assert!(run.stderr.contains(said), "{}", run.stderr);
    }
}

#[test]
fn what_a_host_changes_without_an_install_is_not_in_the_digest() {
    let digest = |from: &str, to: &str| {
        assert!(LAB.contains(from), "{from}");
        let site = Site::new(&[("lab.yml", &LAB.replace(from, to))]);
        let run = site.succeed(&["-c", "lab.yml", "show", "guest/db", "--format", "json"]);
        let guest: Value = serde_json::from_str(&run.stdout).unwrap();
        guest["stamp"]["digest"].as_str().unwrap().to_owned()
    };
    let before = digest("site: web", "site: web");
    for (from, to) in [
        ("ram: 2048", "ram: 4096"),
        ("vcpus: 2", "vcpus: 4"),
        ("size: 10", "size: 20, cache: writeback"),
        (
            "db: {",
            "db: {description: all our data, depends_on: [web-1], ",
        ),
        ("{network: back,", "{network: back, model: e1000,"),
    ] {
        assert_eq!(digest(from, to), before, "{to}");
    }
    for (from, to) in [
        ("rootpw: locked", "rootpw: locked\n  packages: [vim]"),
        ("ip: 10.20.0.2", "ip: 10.20.0.7"),
        ("size: 10", "size: 10, bus: scsi"),
        ("size: 10", "size: 10, format: raw"),
        ("vcpus: 2", "vcpus: 2, firmware: uefi"),
    ] {
        assert_ne!(digest(from, to), before, "{to}");
    }
}
