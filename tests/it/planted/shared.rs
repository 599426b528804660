//! Faults in what guests share: networks, pools and groups.

use super::Fault;
use super::Planter;
use super::site::{Lab, fault, group, network, pool};

/// Each breaks one network, pool or group.
pub(super) const PLANTERS: &[(&str, Planter)] = &[
    ("network: no text", |lab| {
        in_network(lab, "yaml-syntax", "domain:", "domain: @home")
    }),
    ("network: unknown key", |lab| {
        in_network(lab, "unknown-key", "mtu:", "mut: 1500")
    }),
    ("network: key twice", |lab| {
        in_network(lab, "duplicate-key", "mtu:", "mode: nat")
    }),
    ("network: no subnet", |lab| {
        in_network(lab, "invalid-value", "subnet:", "subnet: 10.0.0/24")
    }),
    ("network: bridge", |lab| {
        in_network(
            lab,
            "invalid-value",
            "bridge:",
            "bridge: virbr-much-too-long",
        )
    }),
    ("network: gateway", |lab| {
        in_network(
            lab,
            "address-outside-network",
            "gateway:",
            "gateway: 10.98.0.1",
        )
    }),
    ("network: range", |lab| {
        in_network(lab, "bad-range", "start:", "start: 10.97.0.5")
    }),
    ("network: domain", |lab| {
        in_network(lab, "invalid-value", "domain:", "domain: bad_domain.test")
    }),
    ("pool: unknown key", |lab| {
        in_pool(lab, "unknown-key", "autostart:", "autostrat: true")
    }),
    ("pool: no type", |lab| {
        in_pool(lab, "invalid-value", "type:", "type: drawer")
    }),
    ("group: unknown tag", |lab| {
        in_group(lab, "unknown-tag", "services:", "services: !repalce {}")
    }),
    ("group: map over list", |lab| {
        in_group(lab, "kind-change", "packages:", "packages: {vim: true}")
    }),
    ("group: unknown name", |lab| {
        in_group(lab, "unknown-name", "kind:", "kind: \"{{ nmae }}\"")
    }),
    ("group: unknown key", |lab| {
        in_group(
            lab,
            "unknown-key",
            "services:",
            "sevices: {enabled: [sshd]}",
        )
    }),
    ("group: parent of itself", |lab| {
        let number = lab.some_group()?;
        let line = lab.insert(&group(number), &format!("sysgroups: [kind-{number}]"));
        fault("sysgroup-cycle", group(number), line)
    }),
];

fn in_network(lab: &mut Lab, code: &str, start: &str, line: &str) -> Option<Fault> {
    let number = lab.some_network()?;
    broken(lab, network(number), code, start, line)
}

fn in_pool(lab: &mut Lab, code: &str, start: &str, line: &str) -> Option<Fault> {
    let number = lab.some_pool()?;
    broken(lab, pool(number), code, start, line)
}

fn in_group(lab: &mut Lab, code: &str, start: &str, line: &str) -> Option<Fault> {
    let number = lab.some_group()?;
    broken(lab, group(number), code, start, line)
}

fn broken(lab: &mut Lab, path: String, code: &str, start: &str, line: &str) -> Option<Fault> {
    let number = lab.replace(&path, start, line);
    fault(code, path, number)
}
