//! Faults that are one line: put into a file, or in the place of another.

use super::Plant::{self, Instead, Line};

/// Lines of a guest's file.
pub(super) const GUEST: &[(&str, Plant)] = &[
    ("yaml-syntax", Instead("description:", "description: @home")),
    (
        "unknown-tag",
        Instead("packages:", "packages: !apend [tmux]"),
    ),
    (
        "misplaced-tag",
        Instead("description:", "description: !append x"),
    ),
    (
        "yaml-syntax",
        Instead("description:", "description: *nobody"),
    ),
    (
        "unknown-sysgroup",
        Instead("sysgroups:", "sysgroups: [knid-1]"),
    ),
    ("conflicting-keys", Line("sysgroup: kind-1")),
    ("unknown-os", Line("os: rokcy9")),
    ("name-mismatch", Line("name: somebody")),
    ("kind-change", Instead("packages:", "packages: {vim: true}")),
    (
        "misplaced-tag",
        Instead("packages:", "packages: !remove [emacs]"),
    ),
    ("invalid-value", Line("count: many")),
    ("expression", Instead("role:", "role: \"{{ name\"")),
    ("expression", Instead("role:", "role: \"{{ 1 + }}\"")),
    ("unknown-name", Instead("role:", "role: \"{{ nmae }}\"")),
    (
        "unknown-name",
        Instead("role:", "role: \"{{ networks.nowhere.bridge }}\""),
    ),
    (
        "expression-cycle",
        Instead("role:", "role: \"{{ vars.other }}\""),
    ),
    (
        "missing-variable",
        Line("proxy: {url: !env MINIASCAPE_NOT_SET}"),
    ),
    (
        "unreadable-file",
        Line("ssh_authorized_keys: [!file nowhere.pub]"),
    ),
    (
        "unknown-interface",
        Line("vlans: [{interface: eth9, id: 30}]"),
    ),
    (
        "bad-link",
        Line("bridges: [{device: br0, interfaces: [eth0, eth0]}]"),
    ),
    ("unknown-key", Instead("vcpus:", "vcpsu: 2")),
    ("unknown-key", Line("frobnication: 7")),
    ("invalid-value", Instead("ram:", "ram: lots")),
    ("invalid-value", Instead("ip:", "ip: 10.0.0.256")),
    ("invalid-value", Instead("users:", "hosts: nobody\nusers:")),
    ("invalid-value", Line("firewall: {ports: [\"9999:tcpp\"]}")),
    ("invalid-value", Line("kdump: {enabled: yes}")),
    ("invalid-value", Line("mac: \"01:00:5e:00:00:01\"")),
    ("unknown-network", Instead("- network:", "- network: nte-1")),
    (
        "unknown-pool",
        Instead("- {pool:", "- {pool: polo-1, size: 20}"),
    ),
    (
        "unknown-guest",
        Instead("depends_on:", "depends_on: [nobody]"),
    ),
    (
        "unknown-template",
        Line("templates: {autoinst: {src: nowhere.cfg}}"),
    ),
    ("address-outside-network", Instead("ip:", "ip: 10.99.0.5")),
    ("invalid-value", Line("hostname: bad_name")),
    ("too-little-memory", Instead("ram:", "ram: 64")),
    ("processor-too-old", Instead("vcpus:", "cpu: qemu64")),
    ("plain-password", Line("rootpw: opensesame")),
    (
        "unreadable-hash",
        Line("rootpw: \"$2b$12$abcdefghijklmnopqrstuuO9tK\""),
    ),
    (
        "unknown-disk",
        Line("partitions: [{mount: /, size: 8G, disk: vdz}]"),
    ),
    ("bad-layout", Line("partitions: [{mount: /, size: 90G}]")),
    (
        "unsupported-key",
        Line("partitions: [{mount: /, size: 8G, fs: reiserfs}]"),
    ),
    (
        "unreadable-file",
        Line("setup_data: [{src: nowhere.txt, dst: /root/x}]"),
    ),
    (
        "duplicate-mount",
        Line("partitions: [{mount: /, size: 8G}, {mount: /, size: 2G}]"),
    ),
    ("yaml-too-large", Line(DEEP)),
    ("ambiguous-number", Instead("vcpus:", "vcpus: 010")),
    ("missing-key", Line("setup_data: [{content: x}]")),
    ("legacy-key", Line("ks_finish: reboot")),
    ("bad-mac", Line("mac: \"00:50:56:00:00:01\"")),
    ("host-too-small", Instead("ram:", "ram: 3000000")),
    ("unknown-arch", Instead("vcpus:", "arch: x86_46")),
    ("unknown-machine", Instead("vcpus:", "machine: q53")),
    (
        "unknown-processor",
        Instead("vcpus:", "cpu: host-passtrough"),
    ),
    (
        "impossible-hardware",
        Instead("vcpus:", "secure_boot: true"),
    ),
    (
        "missing-source",
        Instead("vcpus:", "location: htp://10.0.0.1/"),
    ),
    ("unknown-timezone", Line("timezone: Europe/Berln")),
    ("unknown-keyboard", Line("keyboard: ja")),
    ("unknown-locale", Line("lang: de_DD.UTF-8")),
    ("unknown-service", Line("firewall: {services: [htpp]}")),
    (
        "template",
        Line("setup_data: [{dst: /etc/motd, template: true, content: \"{% if x %}\"}]"),
    ),
    (
        "duplicate-output",
        Line("setup_data: [{content: a, dst: /etc/motd}, {content: b, dst: /etc/motd}]"),
    ),
    ("unused-allowance", Line("lang: C # allow: disk-to-small")),
];

/// A value nested deeper than any is.
const DEEP: &str = "vars: [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]";

/// Lines of a network's file.
pub(super) const NETWORK: &[(&str, Plant)] = &[
    ("yaml-syntax", Instead("domain:", "domain: @home")),
    ("unknown-key", Instead("mtu:", "mut: 1500")),
    ("duplicate-key", Instead("mtu:", "mode: nat")),
    ("invalid-value", Instead("subnet:", "subnet: 10.0.0/24")),
    (
        "invalid-value",
        Instead("bridge:", "bridge: virbr-much-too-long"),
    ),
    (
        "address-outside-network",
        Instead("gateway:", "gateway: 10.98.0.1"),
    ),
    ("bad-range", Instead("start:", "start: 10.97.0.5")),
    (
        "invalid-value",
        Instead("domain:", "domain: bad_domain.test"),
    ),
];

/// Lines of a pool's file.
pub(super) const POOL: &[(&str, Plant)] = &[
    ("unknown-key", Instead("autostart:", "autostrat: true")),
    ("invalid-value", Instead("type:", "type: drawer")),
];

/// Lines of a sysgroup's file.
pub(super) const GROUP: &[(&str, Plant)] = &[
    ("unknown-tag", Instead("services:", "services: !repalce {}")),
    ("kind-change", Instead("packages:", "packages: {vim: true}")),
    ("unknown-name", Instead("kind:", "kind: \"{{ nmae }}\"")),
    (
        "unknown-key",
        Instead("services:", "sevices: {enabled: [sshd]}"),
    ),
    (
        "unknown-timezone",
        Instead("packages:", "timezone: Europe/Berln"),
    ),
];

/// Lines of the host's file.
pub(super) const HOST: &[(&str, Plant)] = &[
    ("invalid-value", Instead("vcpus:", "vcpus: lots")),
    ("unknown-key", Instead("vcpus:", "vcpsu: 2000")),
    ("yaml-syntax", Instead("vcpus:", "vcpus: @home")),
];

/// Lines of META.
pub(super) const META: &[(&str, Plant)] = &[
    ("bad-name", Instead("site:", "site: my lab")),
    ("unknown-key", Line("frobnication: 7")),
    ("invalid-value", Line("allow: [duplicate-mac]")),
    ("legacy-key", Line("guest: guests.d")),
];
