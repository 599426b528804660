//! The session of the README: one lab, and exactly the network and machine it describes.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use crate::support::{Site, project};

/// The network's content, grouped by address.
#[derive(Debug, PartialEq)]
struct Service {
    forward: String,
    bridge: String,
    domain: String,
    gateway: String,
    netmask: String,
    range: Vec<String>,
    dns: BTreeMap<Ipv4Addr, Vec<String>>,
    dhcp: Vec<Vec<String>>,
}

fn parsed(xml: &str) -> Service {
    let document = roxmltree::Document::parse(xml).unwrap();
    let all = |name: &'static str| {
        document
            .descendants()
            .filter(move |node| node.has_tag_name(name))
    };
    let attribute = |name: &'static str, key: &str| {
        all(name).next().unwrap().attribute(key).unwrap().to_owned()
    };
    let mut dns: BTreeMap<Ipv4Addr, Vec<String>> = BTreeMap::new();
    for name in all("hostname") {
        let address = name
            .parent()
            .unwrap()
            .attribute("ip")
            .unwrap()
            .parse()
            .unwrap();
        dns.entry(address)
            .or_default()
            .push(name.text().unwrap().to_owned());
    }
    let reservations = all("host").filter(|node| node.has_attribute("mac"));
    Service {
        forward: attribute("forward", "mode"),
        bridge: attribute("bridge", "name"),
        domain: attribute("domain", "name"),
        gateway: attribute("ip", "address"),
        netmask: attribute("ip", "netmask"),
        range: ["start", "end"]
            .iter()
            .map(|key| attribute("range", key))
            .collect(),
        dns,
        dhcp: reservations
            .map(|node| {
                ["mac", "name", "ip"]
                    .iter()
                    .map(|key| node.attribute(*key).unwrap().to_owned())
                    .collect()
            })
            .collect(),
    }
}

/// What the README printed, with its one wrong address corrected.
fn expected() -> Service {
    let text = std::fs::read_to_string(project("tests/sites/service-readme.json")).unwrap();
    let value: serde_json::Value = serde_json::from_str(&text).unwrap();
    let text = |key: &str| value[key].as_str().unwrap().to_owned();
    let list = |value: &serde_json::Value| -> Vec<String> {
        value
            .as_array()
            .unwrap()
            .iter()
            .map(|item| item.as_str().unwrap().to_owned())
            .collect()
    };
    Service {
        forward: text("forward"),
        bridge: text("bridge"),
        domain: text("domain"),
        gateway: text("gateway"),
        netmask: text("netmask"),
        range: list(&value["range"]),
        dns: value["dns"]
            .as_object()
            .unwrap()
            .iter()
            .map(|(ip, names)| (ip.parse().unwrap(), list(names)))
            .collect(),
        dhcp: value["dhcp"].as_array().unwrap().iter().map(list).collect(),
    }
}

#[test]
fn the_service_network_is_the_readmes() {
    let site = Site::copy("examples/service");
    site.generate();
    assert_eq!(
        parsed(&site.read("workdir/host/networks.d/service.xml")),
        expected()
    );
}

#[test]
fn the_heartbeat_network_has_addresses_and_no_names() {
    let site = Site::copy("examples/service");
    site.generate();
    let xml = site.read("workdir/host/networks.d/heartbeat.xml");
    let document = roxmltree::Document::parse(&xml).unwrap();
    let hosts: Vec<_> = document
        .descendants()
        .filter(|node| node.has_tag_name("host"))
        .collect();
    assert_eq!(hosts.len(), 4, "{xml}");
    assert!(
        hosts
            .iter()
            .all(|host| host.has_attribute("mac") && !host.has_attribute("name")),
        "{xml}"
    );
    assert!(
        !document
            .descendants()
            .any(|node| node.has_tag_name("forward") || node.has_tag_name("dns")),
        "{xml}"
    );
}

#[test]
fn the_readmes_wrong_address_is_reported_at_its_line() {
    let site = Site::copy("examples/service");
    let file = "conf.d/guests.d/rhel-5-client-1.yml";
    site.edit(file, "192.168.155.151", "192.158.155.151");
    let line = site
        .read(file)
        .lines()
        .position(|line| line.contains("192.158.155.151"))
        .unwrap()
        + 1;
    let run = site.run(&["generate"]);
    assert_eq!(run.status, 1);
    assert_eq!(run.codes(), ["address-outside-network"], "{}", run.stderr);
    assert!(
        run.stderr
            .contains("address 192.158.155.151 is outside network `service`"),
        "{}",
        run.stderr
    );
    assert!(
        run.stderr.contains(&format!("--> {file}:{line}:5")),
        "{}",
        run.stderr
    );
    assert!(
        run.stderr.contains("::: conf.d/networks.d/service.yml:"),
        "{}",
        run.stderr
    );
    assert!(
        !site.path().join("workdir").exists(),
        "a run with errors wrote something"
    );
}

#[test]
fn the_lab_has_the_readmes_guests() {
    let run = Site::copy("examples/service").succeed(&["gu"]);
    let names: Vec<&str> = run
        .stdout
        .lines()
        .skip(1)
        .map(|line| line.split_whitespace().next().unwrap())
        .collect();
    let readme = "cds-1, cds-2, rhel-5-client-1, rhel-5-cluster-1, rhel-5-cluster-2, rhel-6-client-1, rhel-6-client-2, \
                  rhel-6-cluster-1, rhel-6-cluster-2, rhs-1, rhs-2, rhs-3, rhs-4, rhua, rhui-rhel-5-client-1, \
                  rhui-rhel-6-client-1, sam, satellite";
    assert_eq!(names.join(", "), readme);
}

#[test]
fn example_a_gives_readable_hardware_addresses() {
    let site = Site::copy("tests/sites/normative-a");
    let run = site.succeed(&["show", "guest/rhel-6-cluster-1", "--format", "json"]);
    let guest: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(guest["format"], 1);
    assert_eq!(guest["ip"], "192.168.155.111");
    assert_eq!(guest["mac"], "52:54:00:05:01:11");
    assert_eq!(guest["fqdn"], "rhel-6-cluster-1.m2.local");
    assert_eq!(guest["interfaces"][1]["ip"], "10.6.0.1");
    assert_eq!(
        guest["virtinst"]["location"],
        "http://ks.m2.local/RHEL/6.3/x86_64/"
    );
    assert_eq!(
        guest["packages"]["installed"],
        serde_json::json!(["@core", "@high-availability"])
    );
    assert_eq!(guest["disks"][1]["vol"], "quorum6.img");
    assert_eq!(guest["disks"][1]["shareable"], true);
}

#[test]
fn example_b_allocates_addresses_in_natural_order() {
    let site = Site::copy("tests/sites/normative-b");
    let run = site.succeed(&["-c", "lab.yml", "guest"]);
    let rows: Vec<Vec<&str>> = run
        .stdout
        .lines()
        .skip(1)
        .map(|line| line.split_whitespace().collect())
        .collect();
    let addresses: Vec<(&str, &str)> = rows.iter().map(|row| (row[0], row[3])).collect();
    assert_eq!(
        addresses,
        [
            ("db", "10.20.0.2"),
            ("web-1", "10.20.0.3"),
            ("web-2", "10.20.0.4")
        ]
    );
    let run = site.succeed(&["-c", "lab.yml", "show", "guest/web-2", "--format=json"]);
    let guest: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(guest["depends_on"], serde_json::json!(["db"]));
    assert_eq!(
        guest["ssh_authorized_keys"][0],
        site.read("id.pub").trim_end()
    );
}

#[test]
fn example_c_keeps_the_types_of_expressions() {
    let site = Site::copy("tests/sites/normative-c");
    let show = |name: &str| -> serde_json::Value {
        let run = site.succeed(&[
            "-c",
            "farm.yml",
            "show",
            &format!("guest/{name}"),
            "--format=json",
        ]);
        serde_json::from_str(&run.stdout).unwrap()
    };
    let node = show("node-2");
    assert_eq!(node["virtinst"]["ram"], 4096);
    assert_eq!(
        node["virtinst"]["location"],
        "http://10.9.0.1/rocky9/x86_64"
    );
    let addresses: Vec<&str> = node["interfaces"]
        .as_array()
        .unwrap()
        .iter()
        .map(|nic| nic["ip"].as_str().unwrap())
        .collect();
    assert_eq!(addresses, ["10.9.0.3", "10.9.9.12"]);
    assert_eq!(
        node["packages"]["installed"],
        serde_json::json!(["@core", "vim", "chrony"])
    );
    let os: serde_json::Value = serde_json::from_str(
        &site
            .succeed(&["-c", "farm.yml", "show", "os/rocky9", "--format=json"])
            .stdout,
    )
    .unwrap();
    assert_eq!(os["family"], "redhat");
    assert_eq!(
        show("mon")["packages"]["installed"],
        serde_json::json!(["@core"])
    );
    assert_eq!(show("mon")["ip"], "10.9.0.5");
}

#[test]
fn a_site_of_2012_loads_with_warnings_only() {
    let site = Site::copy("tests/sites/legacy-0.3");
    let run = site.run(&["generate"]);
    assert_eq!(run.status, 0, "{}", run.stderr);
    assert!(!run.stderr.contains("error["), "{}", run.stderr);
    assert!(
        run.stderr
            .contains("warning[legacy-key]: no `os:` is set; `rhel6` is taken from this"),
        "{}",
        run.stderr
    );
    assert!(
        run.stderr.contains("is a template of the original"),
        "{}",
        run.stderr
    );
    assert!(
        site.path()
            .join("workdir/host/networks.d/service.xml")
            .exists()
    );
}
