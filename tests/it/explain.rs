//! `explain` and `show --origin`: where values come from, and what made the lines of outputs.

mod answers;
mod layers;
mod origins;
mod outputs;
mod systems;
mod traces;

use crate::support::{Site, project};

/// A lab whose values come in every way there is.
const LAB: &str = "\
site: x
networks:
  lan: {subnet: 10.1.0.0/24, domain: x.test, dhcp: {start: 10.1.0.100, end: 10.1.0.150}}
  san: {mode: isolated, subnet: 10.1.9.0/24, mac_prefix: \"52:54:00:09\", mtu: 9000}
common:
  os: rocky9
  rootpw: locked
  vars: {tree: \"http://{{ networks.lan.gateway }}/{{ os.name }}\", list: [a, b, c]}
  packages: [vim, nano]
  virtinst: {location: \"{{ vars.tree }}\", ram: 3584}
  interfaces: [{network: lan, ip: auto}]
sysgroups:
  base:
    virtinst: {ram: 4096}
    packages: !append [tmux]
  web:
    sysgroups: [base]
    vars: {list: !remove [b]}
    virtinst: {ram: \"{{ 1024 * (index + 2) }}\", vcpus: ~}
    interfaces: !append [{network: san, ip: \"10.1.9.{{ 20 + index }}\"}]
guests:
  web: {count: 2, disks: !replace [{size: 20}]}
  db:
    sysgroups: [base]
    virtinst: {ram: ~}
    packages: ~
    ip: 10.1.0.9
    interfaces: [{network: lan, mac: \"52:54:00:00:00:09\"}]
";

/// A guest that says its own address and names, beside common's interface.
const OWN: &str = "\
site: web
networks: {lan: {subnet: 10.20.0.0/24, domain: web.test}}
common:
  os: rocky9
  rootpw: locked
  interfaces:
    - network: lan
      ip: auto
  virtinst: {location: \"http://x/y\"}
  description: gone
guests:
  a:
    mac: \"52:54:00:aa:bb:cc\"
    hostname: zed
    ip: 10.20.0.9
    vars: {n: \"{{ 1 + 1 }}\"}
  b:
    bootloader: {append: [quiet]}
    description: ~
";

fn lab() -> Site {
    Site::new(&[("lab.yml", LAB)])
}

/// Explains a value of [`LAB`].
#[track_caller]
fn explain(site: &Site, guest: &str, path: &str) -> String {
    site.succeed(&["-c", "lab.yml", "explain", guest, path])
        .stdout
}

/// The number of the first line in the table of the Red Hat family that says something.
fn table_line(text: &str) -> String {
    let table = std::fs::read_to_string(project("conf.d/os.d/redhat.yml")).unwrap();
    let line = table.lines().position(|line| line.contains(text));
    (line.unwrap() + 1).to_string()
}
