//! A synthetic site: as many guests as asked for, in 40 groups with parents, with what real labs have.

use std::fs;
use std::path::Path;

/// How many sysgroups the guests are spread over; each of them has a parent.
const GROUPS: usize = 40;

/// How many of the groups are parents of the others.
const PARENTS: usize = 8;

/// Writes a site of `guests` guests below `site`: two networks, expressions in common and in the groups, a second
/// interface for a tenth of the guests, payload files for a sixth.
pub(crate) fn write(site: &Path, guests: usize) {
    let put = |path: String, text: String| {
        let path = site.join(path);
        fs::create_dir_all(path.parent().expect("a path with folders"))
            .expect("a folder of the site");
        fs::write(path, text).expect("a file of the site");
    };
    put("conf.d/META/site.yml".into(), "site: bench\n".into());
    put("conf.d/common/install.yml".into(), COMMON.into());
    put("conf.d/networks.d/lan.yml".into(), LAN.into());
    put("conf.d/networks.d/san.yml".into(), SAN.into());
    put("files/motd".into(), "Authorized use only.\n".repeat(20));
    for parent in 0..PARENTS {
        put(format!("conf.d/sysgroups.d/base{parent}.yml"), base(parent));
    }
    for number in 0..GROUPS {
        put(format!("conf.d/sysgroups.d/g{number}.yml"), group(number));
    }
    for number in 0..guests {
        put(format!("conf.d/guests.d/vm{number}.yml"), guest(number));
    }
}

const COMMON: &str = r#"os: rhel9.4
rootpw: locked
vars: {tree: "http://{{ networks.lan.gateway }}/rhel9"}
virtinst: {location: "{{ vars.tree }}/{{ os.version }}/{{ virtinst.arch }}/", vcpus: 2}
interfaces: [{network: lan}]
packages: ["@core", vim-enhanced]
partitions: [{mount: /boot, size: 1G}, {mount: swap, size: 1G}, {mount: /, size: grow}]
"#;

const LAN: &str = "subnet: 10.16.0.0/15\ndomain: bench.test\nbridge: virbr16\n";

const SAN: &str = "mode: isolated\nsubnet: 10.18.0.0/15\nbridge: virbr18\n";

fn base(number: usize) -> String {
    format!(
        r#"description: Base {number}
packages: !append [base-{number}]
services: {{enabled: [service-{number}]}}
"#
    )
}

fn group(number: usize) -> String {
    format!(
        r#"sysgroups: [base{parent}]
description: Role {number} of {{{{ domain }}}}
packages: !append [package-{number}, other-{number}]
firewall: {{ports: ["{port}/tcp"]}}
virtinst: {{ram: "{{{{ 3072 + 512 * {factor} }}}}"}}
scripts:
- name: role
  when: post
  run: |
    echo role {number} > /etc/role
    chmod 0644 /etc/role
"#,
        parent = number % PARENTS,
        port = 8000 + number,
        factor = number % 4
    )
}

fn guest(number: usize) -> String {
    let host = number + 256;
    let address = format!("{}.{}", host / 256, host % 256);
    let mut text = format!("sysgroups: [g{}]\nip: 10.16.{address}\n", number % GROUPS);
    if number.is_multiple_of(10) {
        text += &format!(
            "interfaces: !append [{{network: san, ip: \"10.18.{address}\", bootproto: static, dns_record: false}}]\n"
        );
    }
    if number.is_multiple_of(6) {
        text += &format!(
            "setup_data:\n- {{src: files/motd, dst: /etc/motd}}\n- {{content: \"number {number}\\n\", dst: /etc/number}}\n"
        );
    }
    text
}
