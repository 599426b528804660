//! Values that would be syntax somewhere, in every place where a value of the user's can land.
//!
//! Each value is put in each place, alone. The program then either refuses it at its line and writes nothing, or it
//! succeeds, and the real readers of its outputs must see what they see of a harmless word in the same place, with the
//! value where the word was: no more commands, sections, options, elements or files, and no other content. The readers
//! are those of `tests/judges/observe.py`: pykickstart, virtinst's option parser, bash running what bash will run, with
//! programs that only note how they were called. Finally virt-install itself makes domains of all the values.
//!
//! A place meets a sixth of the values, its neighbours the others; all of them with `MINIASCAPE_HOSTILE=all`, which
//! `make hostile` sets.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{PROGRAM, Run, judge, project, tree};

/// The harmless word.
const WORD: &str = "benign";

/// The values. Whoever lets one become a command makes a file `CANARY`, or empties the home directory.
const VALUES: &[&str] = &[
    "a;rm -rf $HOME",
    "$(touch CANARY)",
    "`touch CANARY`",
    "';touch CANARY;'",
    "\";touch CANARY;\"",
    "it's",
    "a&<b>\"'",
    "one\ntwo",
    "one\nEOF\n%end\n%post\ntouch CANARY\n",
    "%end",
    "EOF",
    "a,b=c",
    "zoë–漢",
    "-x",
    "--help",
    "#x",
    "a #b",
    "back\\slash\\",
    "{{ 1 }}",
    "tab\there",
    "nul\0",
    "sep\u{2028}%end",
    "]]>--",
];

/// The values for places that take none of them: enough to meet each way of refusing.
const FOR_CLOSED: &[&str] = &[
    "a;rm -rf $HOME",
    "$(touch CANARY)",
    "one\ntwo",
    "%end",
    "a,b=c",
    "-x",
    "zoë–漢",
    "{{ 1 }}",
];

/// What a value may meet in a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// Some values are carried.
    Text,
    /// Nothing like the values can be meant here: all are refused.
    Closed,
}

use Kind::{Closed, Text};

/// The places: where in the lab, and what is put there; `@` is the value.
const PLACES: &[(Kind, &str, &str)] = &[
    // Names.
    (Text, "site", r#""@""#),
    (
        Text,
        "guests",
        r#"{"@": {"os": "rhel9", "rootpw": "locked", "virtinst": {"location": "http://10.9.0.1/"}, "interfaces": [{"network": "lan"}]}}"#,
    ),
    (
        Closed,
        "networks",
        r#"{"lan": {"subnet": "10.9.0.0/24"}, "@": {"subnet": "10.9.1.0/24"}}"#,
    ),
    (Closed, "storages", r#"{"@": {"external": true}}"#),
    (Closed, "storages.p", r#"{"type": "@"}"#),
    (Text, "storages.p", r#"{"target": "/srv/@"}"#),
    (
        Text,
        "storages.p",
        r#"{"type": "logical", "source": {"name": "@", "devices": ["/dev/x"]}}"#,
    ),
    (
        Text,
        "storages.p",
        r#"{"type": "logical", "source": {"devices": ["/dev/@"]}}"#,
    ),
    (
        Closed,
        "storages.p",
        r#"{"type": "netfs", "target": "/x", "source": {"host": "@", "dir": "/x"}}"#,
    ),
    (
        Text,
        "storages.p",
        r#"{"type": "netfs", "target": "/x", "source": {"host": "x", "dir": "/@"}}"#,
    ),
    (
        Closed,
        "storages.p",
        r#"{"type": "netfs", "target": "/x", "source": {"host": "x", "dir": "/x", "format": "@"}}"#,
    ),
    (
        Closed,
        "storages.p",
        r#"{"type": "iscsi", "source": {"host": "x", "device": "iqn.2026-11.test:@"}}"#,
    ),
    (
        Text,
        "storages.p",
        r#"{"type": "iscsi", "source": {"host": "x", "device": "iqn.2026-11.test:x", "auth": {"username": "@", "secret_usage": "@"}}}"#,
    ),
    (Closed, "sysgroups", r#"{"@": {"lang": "C"}}"#),
    (Closed, "guests.g9.sysgroups", r#"["@"]"#),
    (Closed, "guests.g9.os", r#""@""#),
    (Closed, "guests.g9.count", r#""@""#),
    (Closed, "guests.g9.name", r#""@""#),
    (Text, "guests.g9.hostname", r#""@""#),
    (Text, "guests.g9.fqdn", r#""@""#),
    (Text, "guests.g9.domain", r#""@""#),
    (Text, "guests.g9.description", r#""@""#),
    (Text, "guests.g9.vars", r#"{"x": "@"}"#),
    (Text, "guests.g9.vars", r#"{"@": ["@"]}"#),
    (Closed, "guests.g9.depends_on", r#"["@"]"#),
    (Text, "guests.g9.templates", r#"{"@": {"src": "own.txt"}}"#),
    (
        Text,
        "guests.g9.templates",
        r#"{"own": {"src": "own.txt", "dst": "@"}}"#,
    ),
    (
        Closed,
        "guests.g9.templates",
        r#"{"autoinst": {"src": "@"}}"#,
    ),
    (Text, "guests.g9.templates", r#"{"autoinst": {"dst": "@"}}"#),
    (Text, "guests.g9.templates", r#"{"virtinst": {"dst": "@"}}"#),
    (Closed, "guests.g9.ip", r#""@""#),
    (Closed, "guests.g9.mac", r#""@""#),
    // Hardware.
    (Closed, "guests.g9.interfaces", r#"[{"network": "@"}]"#),
    (Text, "guests.g9.interfaces", r#"[{"bridge": "@"}]"#),
    (
        Text,
        "guests.g9.interfaces",
        r#"[{"network": "lan", "device": "@"}]"#,
    ),
    (
        Text,
        "guests.g6.interfaces",
        r#"[{"network": "lan", "device": "@"}]"#,
    ),
    (
        Text,
        "guests.g5.interfaces",
        r#"[{"network": "lan", "device": "@"}]"#,
    ),
    (
        Closed,
        "guests.g9.interfaces",
        r#"[{"network": "lan", "mac": "@"}]"#,
    ),
    (
        Closed,
        "guests.g9.interfaces",
        r#"[{"network": "lan", "ip": "@"}]"#,
    ),
    (
        Closed,
        "guests.g9.interfaces",
        r#"[{"network": "lan", "ipv6": "@"}]"#,
    ),
    (
        Text,
        "guests.g9.interfaces",
        r#"[{"network": "lan", "ip": "10.9.0.9", "host": "@"}]"#,
    ),
    (
        Text,
        "guests.g9.interfaces",
        r#"[{"network": "lan", "ip": "10.9.0.9", "fqdn": "@"}]"#,
    ),
    (
        Closed,
        "guests.g9.interfaces",
        r#"[{"network": "lan", "bootproto": "@"}]"#,
    ),
    (
        Closed,
        "guests.g9.interfaces",
        r#"[{"network": "lan", "netmask": "@"}]"#,
    ),
    (
        Closed,
        "guests.g9.interfaces",
        r#"[{"network": "lan", "gateway": "@"}]"#,
    ),
    (
        Closed,
        "guests.g9.interfaces",
        r#"[{"network": "lan", "nameserver": ["@"]}]"#,
    ),
    (
        Text,
        "guests.g9.interfaces",
        r#"[{"network": "lan", "model": "@"}]"#,
    ),
    (
        Closed,
        "guests.g9.interfaces",
        r#"[{"network": "lan", "mtu": "@"}]"#,
    ),
    (Closed, "guests.g9.disks", r#"[{"size": 10, "pool": "@"}]"#),
    (Text, "guests.g9.disks", r#"[{"size": 10, "vol": "@"}]"#),
    (
        Text,
        "guests.g9.disks",
        r#"[{"path": "/srv/@", "size": 10}]"#,
    ),
    (Text, "guests.g9.disks", r#"[{"path": "/srv/@.img"}]"#),
    (Closed, "guests.g9.disks", r#"[{"size": "@"}]"#),
    (
        Closed,
        "guests.g9.disks",
        r#"[{"size": 10, "format": "@"}]"#,
    ),
    (Closed, "guests.g9.disks", r#"[{"size": 10, "cache": "@"}]"#),
    (Closed, "guests.g9.disks", r#"[{"size": 10, "bus": "@"}]"#),
    (
        Text,
        "guests.g9.disks",
        r#"[{"size": 10, "backing": "@", "backing_format": "raw"}]"#,
    ),
    (
        Text,
        "guests.g9.disks",
        r#"[{"size": 10, "backing": "/srv/@", "backing_format": "raw"}]"#,
    ),
    (
        Text,
        "guests.g9.disks",
        r#"[{"path": "/srv/x.qcow2", "size": 10, "backing": "/srv/@.raw"}]"#,
    ),
    (
        Closed,
        "guests.g9.disks",
        r#"[{"size": 10, "backing": "x", "backing_format": "@"}]"#,
    ),
    (Closed, "guests.g9.virtinst.ram", r#""@""#),
    (Closed, "guests.g9.virtinst.vcpus", r#""@""#),
    (Text, "guests.g9.virtinst.cpu", r#""@""#),
    (Text, "guests.g9.virtinst.arch", r#""@""#),
    (Text, "guests.g9.virtinst.machine", r#""@""#),
    (Text, "guests.g9.virtinst.virt_type", r#""@""#),
    (Closed, "guests.g9.virtinst.firmware", r#""@""#),
    (Text, "guests.g9.virtinst.graphics", r#""@""#),
    (Text, "guests.g9.virtinst.video", r#""@""#),
    (Closed, "guests.g9.virtinst.waittime", r#""@""#),
    (Text, "guests.g9.virtinst.os_variant", r#""@""#),
    (Text, "guests.g9.virtinst.location", r#""@""#),
    (
        Text,
        "guests.g9.virtinst.location",
        r#""http://10.9.0.1/@/""#,
    ),
    (Text, "guests.g9.virtinst", r#"{"cdrom": "/srv/@.iso"}"#),
    (Text, "guests.g9.virtinst.extra_args", r#""@""#),
    (Text, "guests.g9.virtinst.options", r#"["@"]"#),
    // The network and the host.
    (Text, "networks.lan.bridge", r#""@""#),
    (
        Text,
        "networks",
        r#"{"lan": {"subnet": "10.9.0.0/24"}, "m": {"mode": "macvtap", "device": "@"}}"#,
    ),
    (Closed, "networks.lan.mode", r#""@""#),
    (Closed, "networks.lan.domain", r#""@""#),
    (Closed, "networks.lan.subnet", r#""@""#),
    (Closed, "networks.lan.gateway", r#""@""#),
    (Closed, "networks.lan.mac_prefix", r#""@""#),
    (
        Closed,
        "networks.lan.dhcp",
        r#"{"start": "@", "end": "10.9.0.9"}"#,
    ),
    (
        Closed,
        "networks.lan.dns",
        r#"[{"ip": "@", "hostname": "x"}]"#,
    ),
    (
        Closed,
        "networks.lan.dns",
        r#"[{"ip": "10.9.0.8", "hostname": "@"}]"#,
    ),
    // The network's DNS, IPv6 and ports.
    (
        Closed,
        "networks.lan.srv",
        r#"[{"service": "@", "protocol": "tcp", "target": "x.y", "port": 1}]"#,
    ),
    (
        Closed,
        "networks.lan.srv",
        r#"[{"service": "x", "protocol": "@", "target": "x.y", "port": 1}]"#,
    ),
    (
        Closed,
        "networks.lan.srv",
        r#"[{"service": "x", "protocol": "tcp", "target": "@", "port": 1}]"#,
    ),
    (
        Closed,
        "networks.lan.srv",
        r#"[{"service": "x", "protocol": "tcp", "target": "x.y", "port": "@"}]"#,
    ),
    (
        Closed,
        "networks.lan.txt",
        r#"[{"name": "@", "value": "x"}]"#,
    ),
    (Text, "networks.lan.txt", r#"[{"name": "x", "value": "@"}]"#),
    (Closed, "networks.lan.forwarders", r#"["@"]"#),
    (Closed, "networks.lan.forwarders", r#"[{"domain": "@"}]"#),
    (Closed, "networks.lan.ipv6", r#"{"subnet": "@"}"#),
    (
        Closed,
        "networks.lan.routes",
        r#"[{"subnet": "@", "gateway": "10.9.0.8"}]"#,
    ),
    (Closed, "networks.lan.portgroups", r#"[{"name": "@"}]"#),
    (
        Closed,
        "networks.lan.portgroups",
        r#"[{"name": "x", "vlan": "@"}]"#,
    ),
    (Text, "networks.lan.dnsmasq", r#"["@"]"#),
    (Text, "networks.lan.dnsmasq", r#"["address=/x/@"]"#),
    (
        Closed,
        "guests.g9.interfaces",
        r#"[{"network": "lan", "portgroup": "@"}]"#,
    ),
    (
        Closed,
        "guests.g9.interfaces",
        r#"[{"network": "lan", "ipv6": "fd00::1", "duid": "@"}]"#,
    ),
    (Text, "host.connect", r#""@""#),
    (Text, "host.name", r#""@""#),
    // Install data, which all versions are given alike.
    (Text, "common.lang", r#""@""#),
    (Text, "common.keyboard", r#""@""#),
    (
        Text,
        "common.keyboard",
        r#"{"layout": "us", "variant": "@"}"#,
    ),
    (
        Text,
        "common.keyboard",
        r#"{"layout": "us", "vconsole": "@"}"#,
    ),
    (Text, "common.timezone", r#""@""#),
    (Text, "common.timezone", r#"{"ntp": ["@"]}"#),
    (
        Text,
        "common.rootpw",
        r#""$6$@$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G3uBnIFNjnQJuesI68u4OTLiBFdcbYEdFCoEOfaS35inz1""#,
    ),
    (Closed, "common.users", r#"[{"name": "@"}]"#),
    (Closed, "common.users", r#"[{"name": "ann", "uid": "@"}]"#),
    (Text, "common.users", r#"[{"name": "ann", "gecos": "@"}]"#),
    (
        Text,
        "common.users",
        r#"[{"name": "ann", "home": "/home/@"}]"#,
    ),
    (
        Text,
        "common.users",
        r#"[{"name": "ann", "shell": "/bin/@"}]"#,
    ),
    (
        Closed,
        "common.users",
        r#"[{"name": "ann", "groups": ["@"]}]"#,
    ),
    (
        Text,
        "common.users",
        r#"[{"name": "ann", "sudo": "ALL=(ALL) @"}]"#,
    ),
    (
        Text,
        "common.users",
        r#"[{"name": "ann", "password": "$6$@$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G3uBnIFNjnQJuesI68u4OTLiBFdcbYEdFCoEOfaS35inz1"}]"#,
    ),
    (
        Text,
        "common.users",
        r#"[{"name": "ann", "ssh_authorized_keys": ["ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAACQC7b25lAAAAAA== @"]}]"#,
    ),
    (
        Text,
        "common.users",
        r#"[{"name": "ann", "ssh_authorized_keys": ["ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAACQC7b25lAAAAAA== @", "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAACQC7dHdvAAAAAA== @"]}]"#,
    ),
    (Closed, "common.groups", r#"[{"name": "@"}]"#),
    (
        Text,
        "common.ssh_authorized_keys",
        r#"["ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAACQC7b25lAAAAAA== @"]"#,
    ),
    (Text, "common.packages", r#"["@"]"#),
    (Text, "common.packages", r#"["-@"]"#),
    (Text, "common.packages", r#"["@core", "x@"]"#),
    (
        Text,
        "common.repos",
        r#"[{"name": "@", "baseurl": "http://10.9.0.1/"}]"#,
    ),
    (
        Text,
        "common.repos",
        r#"[{"name": "x", "baseurl": "http://10.9.0.1/@"}]"#,
    ),
    (
        Text,
        "common.repos",
        r#"[{"name": "x", "mirrorlist": "http://10.9.0.1/@"}]"#,
    ),
    (
        Text,
        "guests.g9.repos",
        r#"[{"name": "x", "metalink": "http://10.9.0.1/@"}]"#,
    ),
    (
        Text,
        "common.repos",
        r#"[{"name": "x", "baseurl": "http://10.9.0.1/", "gpgkey": "file:///@"}]"#,
    ),
    (
        Text,
        "common.services",
        r#"{"enabled": ["@"], "disabled": ["cups"]}"#,
    ),
    (Text, "common.services", r#"{"disabled": ["@", "cups"]}"#),
    (Closed, "common.selinux", r#""@""#),
    (Text, "guests.g9.firewall", r#"{"services": ["@"]}"#),
    (Closed, "common.firewall", r#"{"ports": ["@"]}"#),
    (Text, "common.firewall", r#"{"trusted": ["@"]}"#),
    (
        Text,
        "common.partitions",
        r##"{"raw": "# @\npart / --size=1 --grow"}"##,
    ),
    (
        Text,
        "common.partitions",
        r#"[{"mount": "/", "size": "grow"}, {"mount": "/@", "size": "2G"}]"#,
    ),
    (
        Closed,
        "common.partitions",
        r#"[{"mount": "/", "size": "@"}]"#,
    ),
    (
        Closed,
        "common.partitions",
        r#"[{"mount": "/", "size": "grow", "fs": "@"}]"#,
    ),
    (
        Closed,
        "common.partitions",
        r#"[{"mount": "/", "size": "grow", "disk": "@"}]"#,
    ),
    (
        Text,
        "common.partitions",
        r#"[{"mount": "/", "size": "grow", "options": "@"}]"#,
    ),
    (
        Text,
        "common.partitions",
        r#"[{"mount": "/", "size": "grow", "label": "@"}]"#,
    ),
    (
        Text,
        "common.partitions",
        r#"[{"mount": "/", "size": "grow", "encrypt": {"passphrase": "@"}}]"#,
    ),
    (
        Text,
        "common.partitions",
        r#"[{"volume_group": "@", "volumes": [{"name": "root", "mount": "/", "size": "grow"}]}]"#,
    ),
    (
        Closed,
        "common.partitions",
        r#"[{"volume_group": "vg", "disks": ["@"], "volumes": [{"name": "root", "mount": "/", "size": "grow"}]}]"#,
    ),
    (
        Text,
        "guests.g9.partitions",
        r#"[{"volume_group": "vg", "thin_pool": "@", "volumes": [{"name": "root", "mount": "/", "size": "9G"}]}]"#,
    ),
    (
        Text,
        "common.partitions",
        r#"[{"volume_group": "vg", "volumes": [{"name": "@", "mount": "/", "size": "grow", "fs": "ext3"}]}]"#,
    ),
    (
        Text,
        "common.partitions",
        r#"[{"volume_group": "vg", "volumes": [{"name": "root", "mount": "/", "size": "2G", "fs": "ext3"}, {"name": "x", "mount": "/@", "size": "grow", "fs": "ext3"}]}]"#,
    ),
    (
        Closed,
        "common.partitions",
        r#"[{"volume_group": "vg", "volumes": [{"name": "root", "mount": "/", "size": "grow", "fs": "@"}]}]"#,
    ),
    (
        Closed,
        "guests.g9.partitions",
        r#"[{"raid": "@", "level": 1, "disks": ["vda", "vdb"], "mount": "/"}]"#,
    ),
    (
        Closed,
        "common.partitions",
        r#"[{"raid": "md@", "level": 1, "disks": ["vda", "vdb"], "mount": "/"}]"#,
    ),
    (
        Closed,
        "common.partitions",
        r#"[{"raid": "md0", "level": 1, "disks": ["@", "vdb"], "mount": "/"}]"#,
    ),
    (
        Text,
        "common.partitions",
        r#"[{"mount": "/", "size": "2G"}, {"raid": "md0", "level": 1, "disks": ["vda", "vdb"], "mount": "/@"}]"#,
    ),
    (
        Text,
        "common.partitions",
        r#"[{"volume_group": "vg", "encrypt": {"passphrase": "@"}, "volumes": [{"name": "root", "mount": "/", "size": "2G"}]}]"#,
    ),
    (
        Text,
        "common.partitions",
        r#"[{"volume_group": "vg", "volumes": [{"name": "root", "mount": "/", "size": "2G", "options": "@"}]}]"#,
    ),
    (
        Text,
        "guests.g8.partitions",
        r#"[{"volume_group": "vg", "volumes": [{"name": "root", "mount": "/", "size": "2G", "label": "@"}]}]"#,
    ),
    (
        Text,
        "guests.f42.partitions",
        r#"[{"btrfs": "@", "volumes": [{"name": "root", "mount": "/"}]}]"#,
    ),
    (
        Text,
        "guests.f42.partitions",
        r#"[{"btrfs": "x", "volumes": [{"name": "@", "mount": "/"}, {"name": "x", "mount": "/@"}]}]"#,
    ),
    (Closed, "common.swap", r#""@""#),
    (Closed, "common.filesystem", r#""@""#),
    (Text, "common.bootloader", r#"{"append": ["@"]}"#),
    (Text, "guests.g6.bootloader", r#"{"password": "$6$@"}"#),
    (
        Text,
        "guests.g9.bootloader",
        r#"{"password": "grub.pbkdf2.sha512.@"}"#,
    ),
    (Closed, "common.finish", r#""@""#),
    (
        Text,
        "common.scripts",
        r#"[{"name": "@", "when": "pre", "run": "true"}, {"name": "@", "when": "post", "run": "true"}]"#,
    ),
    (
        Text,
        "common.scripts",
        r#"[{"name": "@", "when": "firstboot", "run": "true"}]"#,
    ),
    (
        Closed,
        "common.scripts",
        r#"[{"when": "@", "run": "true"}]"#,
    ),
    (Text, "common.scripts", r#"[{"when": "pre", "run": "@"}]"#),
    (Text, "common.scripts", r#"[{"when": "post", "run": "@"}]"#),
    (
        Text,
        "common.scripts",
        r#"[{"when": "post-nochroot", "run": "@"}]"#,
    ),
    (
        Text,
        "common.scripts",
        r#"[{"when": "firstboot", "run": "@"}]"#,
    ),
    (
        Text,
        "common.scripts",
        r#"[{"when": "post", "run": "true", "interpreter": "/bin/@"}]"#,
    ),
    (
        Text,
        "common.scripts",
        r#"[{"when": "firstboot", "run": "true", "interpreter": "/bin/@"}]"#,
    ),
    (
        Closed,
        "common.scripts",
        r#"[{"when": "post", "run": "true", "on_error": "@"}]"#,
    ),
    (
        Text,
        "common.setup_data",
        r#"[{"content": "@", "dst": "/etc/x"}]"#,
    ),
    (
        Text,
        "common.setup_data",
        r#"[{"content": "x", "dst": "/etc/@"}]"#,
    ),
    (Closed, "common.setup_data", r#"[{"src": "@"}]"#),
    (
        Closed,
        "common.setup_data",
        r#"[{"src": "@*", "dst": "/etc/x/"}]"#,
    ),
    (
        Closed,
        "common.setup_data",
        r#"[{"content": "x", "dst": "/etc/x", "mode": "@"}]"#,
    ),
    (
        Closed,
        "common.setup_data",
        r#"[{"content": "x", "dst": "/etc/x", "owner": "@"}]"#,
    ),
    (
        Closed,
        "common.setup_data",
        r#"[{"content": "x", "dst": "/etc/x", "group": "@"}]"#,
    ),
    (Text, "common.ntp", r#"["@"]"#),
    (Closed, "common.nameservers", r#"["@"]"#),
    (Text, "common.proxy", r#"{"url": "http://10.9.0.1/@"}"#),
    (
        Text,
        "common.proxy",
        r#"{"url": "http://10.9.0.1/", "no_proxy": ["@", "x"]}"#,
    ),
    (Closed, "common.hosts", r#"[{"ip": "@", "names": ["x"]}]"#),
    (
        Closed,
        "common.hosts",
        r#"[{"ip": "10.9.0.8", "names": ["@"]}]"#,
    ),
    (
        Text,
        "guests.g6.kdump",
        r#"{"enabled": true, "reserve": "@"}"#,
    ),
    (
        Text,
        "guests.f42.kdump",
        r#"{"enabled": true, "reserve": "@"}"#,
    ),
    (
        Closed,
        "guests.g9.kdump",
        r#"{"enabled": true, "reserve": "@"}"#,
    ),
    // More of layouts, accounts, repositories and proxies.
    (
        Text,
        "common.partitions",
        r#"[{"mount": "/", "size": "2G", "disk": "disk/by-id/@"}]"#,
    ),
    (
        Closed,
        "common.partitions",
        r#"[{"mount": "/", "min": "@", "max": "@"}]"#,
    ),
    (
        Text,
        "guests.g9.partitions",
        r#"[{"mount": "/boot", "size": "1G", "disk": "vda"}, {"raid": "md1", "level": 1, "disks": ["vda", "vdb"], "mount": "/", "encrypt": {"passphrase": "@"}}]"#,
    ),
    (
        Text,
        "guests.g6.partitions",
        r#"[{"raid": "md1", "level": 1, "disks": ["vda", "vdb"]}, {"volume_group": "vg", "disks": ["md1"], "encrypt": {"passphrase": "@"}, "volumes": [{"name": "root", "mount": "/", "size": "2G", "encrypt": {"passphrase": "@"}}]}]"#,
    ),
    (
        Text,
        "guests.g5.partitions",
        r#"[{"mount": "/boot", "size": "1G", "disk": "vda"}, {"raid": "md1", "level": 1, "disks": ["vda", "vdb"], "mount": "/", "fs": "@"}]"#,
    ),
    (
        Closed,
        "common.partitions",
        r#"[{"raid": "md1", "level": "@", "disks": ["vda", "vdb"], "mount": "/"}]"#,
    ),
    (
        Closed,
        "common.partitions",
        r#"[{"raid": "md1", "level": 1, "disks": ["vda", "vdb"], "mount": "/", "size": "@"}]"#,
    ),
    (
        Closed,
        "guests.f42.partitions",
        r#"[{"btrfs": "x", "level": "@", "volumes": [{"name": "root", "mount": "/"}]}]"#,
    ),
    (
        Closed,
        "guests.f42.partitions",
        r#"[{"btrfs": "x", "disks": ["@"], "volumes": [{"name": "root", "mount": "/"}]}]"#,
    ),
    (
        Closed,
        "guests.f42.partitions",
        r#"[{"btrfs": "x", "label": "@", "volumes": [{"name": "root", "mount": "/"}]}]"#,
    ),
    (
        Text,
        "guests.f42.partitions",
        r#"[{"mount": "/boot", "size": "1G"}, {"mount": "/@", "size": "2G", "fs": "btrfs"}, {"mount": "/", "size": "2G"}]"#,
    ),
    (Closed, "common.users", r#"[{"name": "ann", "gid": "@"}]"#),
    (Closed, "common.users", r#"[{"name": "ann", "lock": "@"}]"#),
    (
        Text,
        "guests.g6.users",
        r#"[{"name": "ann", "gid": 1500, "gecos": "@", "groups": ["@"]}]"#,
    ),
    (Text, "common.rootpw", r#""@""#),
    (Closed, "common.groups", r#"[{"name": "ops", "gid": "@"}]"#),
    (
        Closed,
        "common.repos",
        r#"[{"name": "x", "baseurl": "http://10.9.0.1/", "priority": "@"}]"#,
    ),
    (
        Closed,
        "common.repos",
        r#"[{"name": "x", "baseurl": "http://10.9.0.1/", "gpgcheck": "@"}]"#,
    ),
    (
        Text,
        "common.repos",
        r#"[{"name": "x", "baseurl": "http://10.9.0.1/", "suite": "@", "components": ["@"]}]"#,
    ),
    (Text, "common.repos", r#"[{"name": "x", "baseurl": "@"}]"#),
    (Text, "common.proxy", r#"{"url": "@"}"#),
    (Text, "common.proxy", r#"{"url": "http://joe:@@10.9.0.1/"}"#),
    (Text, "guests.g9.virtinst", r#"{"location": "nfs:@:/x"}"#),
    (Text, "guests.g9.virtinst", r#"{"location": "nfs://x/@"}"#),
    (
        Text,
        "guests.g9.templates",
        r#"{"@": {"src": "own.txt", "dst": "@"}}"#,
    ),
    // The OS table.
    (Closed, "os", r#"{"rhel9": {"extends": "@"}}"#),
    (Text, "os", r#"{"rhel9": {"distro": "@"}}"#),
    (Text, "os", r#"{"rhel9": {"family": "@"}}"#),
    (Closed, "os", r#"{"rhel9": {"installer": "@"}}"#),
    (Text, "os", r#"{"rhel9": {"syntax": "@"}}"#),
    (Closed, "os", r#"{"rhel9": {"generation": "@"}}"#),
    (Text, "os", r#"{"rhel9": {"version": "@"}}"#),
    (Text, "os", r#"{"rhel9": {"osinfo": ["@"]}}"#),
    (Text, "os", r#"{"rhel9": {"install_file": "@"}}"#),
    (Text, "os", r#"{"rhel9": {"kernel_args": ["@"]}}"#),
    (Text, "os", r#"{"rhel9": {"console_args": ["@"]}}"#),
    (Text, "os", r#"{"rhel9": {"hashes": ["@"]}}"#),
    (Text, "os", r#"{"rhel9": {"filesystems": ["xfs", "@"]}}"#),
    (Text, "os", r#"{"rhel9": {"tree": "http://x/@"}}"#),
    (Text, "os", r#"{"rhel9": {"cloud_user": "@"}}"#),
    (Closed, "os", r#"{"rhel9": {"min_ram": "@"}}"#),
    (Text, "os", r#"{"rhel9": {"defaults": {"lang": "@"}}}"#),
    (Text, "os", r#"{"@": {"extends": "rhel9"}}"#),
    // Debian's own words.
    (
        Text,
        "guests.d12.partitions",
        r#"{"raw": "d-i partman-auto/choose_recipe select @"}"#,
    ),
    (
        Text,
        "guests.d12.partitions",
        r#"[{"volume_group": "vg", "encrypt": {"passphrase": "@"}, "volumes": [{"name": "root", "mount": "/", "size": "2G"}]}]"#,
    ),
    (
        Text,
        "guests.d12.partitions",
        r#"[{"volume_group": "@", "volumes": [{"name": "@", "mount": "/@", "size": "2G", "label": "@", "options": "@"}, {"name": "root", "mount": "/", "size": "2G"}]}]"#,
    ),
    (
        Text,
        "guests.d12.partitions",
        r#"[{"raid": "md0", "level": 1, "disks": ["vda", "vdb"], "mount": "/"}, {"raid": "md1", "level": 1, "disks": ["vda", "vdb"], "size": "1G", "mount": "/@"}]"#,
    ),
    (
        Text,
        "guests.d13.repos",
        r#"[{"name": "x", "baseurl": "http://10.9.0.1/@", "suite": "./", "gpgcheck": false, "install_only": true}]"#,
    ),
    (
        Text,
        "guests.d13.repos",
        r#"[{"name": "@", "baseurl": "http://10.9.0.1/@", "suite": "@", "components": ["@"], "enabled": false}]"#,
    ),
    (
        Text,
        "guests.d10.repos",
        r#"[{"name": "x", "baseurl": "http://10.9.0.1/", "suite": "./", "gpgkey": "http://10.9.0.1/@"}]"#,
    ),
    (Text, "guests.u18.packages", r#"["@@", "@"]"#),
    (Text, "guests.d12.packages", r#"["-@"]"#),
    (
        Text,
        "guests.d12.kdump",
        r#"{"enabled": true, "reserve": "@"}"#,
    ),
    (Text, "guests.d12.bootloader", r#"{"append": ["@"]}"#),
    (
        Text,
        "guests.d12.bootloader",
        r#"{"password": "grub.pbkdf2.sha512.10000.@"}"#,
    ),
    (
        Text,
        "guests.u18.interfaces",
        r#"[{"network": "lan", "device": "@"}]"#,
    ),
    (
        Text,
        "guests.d12.virtinst",
        r#"{"location": "http://10.9.0.1/@/dists/bookworm/main/installer-amd64/"}"#,
    ),
    (
        Closed,
        "guests.d12.templates",
        r#"{"autoinst": {"dst": "@"}}"#,
    ),
    // Cloud images.
    (Text, "guests.c12.virtinst", r#"{"image": "@.qcow2"}"#),
    (Text, "guests.c9.virtinst", r#"{"image": "/srv/@.qcow2"}"#),
    (
        Text,
        "guests.c12.repos",
        r#"[{"name": "@", "baseurl": "http://10.9.0.1/@", "suite": "@", "components": ["@"], "gpgkey": "http://10.9.0.1/@"}]"#,
    ),
    (
        Text,
        "guests.c9.repos",
        r#"[{"name": "@", "baseurl": "http://10.9.0.1/@", "gpgkey": "http://10.9.0.1/@"}]"#,
    ),
    (Text, "guests.c9.packages", r#"["@", "-@"]"#),
    (Text, "guests.c12.packages", r#"["@", "-x@"]"#),
    (
        Text,
        "guests.c12.proxy",
        r#"{"url": "http://10.9.0.1/@", "no_proxy": ["@"]}"#,
    ),
    (
        Text,
        "guests.c9.bootloader",
        r#"{"append": ["@"], "timeout": 3, "password": "grub.pbkdf2.sha512.10000.@"}"#,
    ),
    (
        Text,
        "guests.c12.users",
        r#"[{"name": "ann", "gecos": "@", "home": "/@", "shell": "/@", "sudo": "ALL=@", "ssh_authorized_keys": ["ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAACQC7b25lAAAAAA== @"]}]"#,
    ),
    (
        Text,
        "guests.c12.scripts",
        r#"[{"when": "post", "name": "@", "run": "@"}, {"when": "firstboot", "name": "@", "run": "@"}]"#,
    ),
    (
        Text,
        "guests.c9.scripts",
        r#"[{"when": "post", "run": "true", "interpreter": "/@"}]"#,
    ),
    (
        Text,
        "guests.c9.setup_data",
        r#"[{"content": "@", "dst": "/etc/@"}]"#,
    ),
    (
        Text,
        "guests.c12.interfaces",
        r#"[{"network": "lan", "device": "@"}]"#,
    ),
    (
        Text,
        "guests.c9.firewall",
        r#"{"services": ["@"], "trusted": ["@"]}"#,
    ),
    (
        Closed,
        "guests.c12.templates",
        r#"{"autoinst": {"dst": "@"}}"#,
    ),
    (Text, "os", r#"{"debian12": {"suite": "@"}}"#),
    (Text, "os", r#"{"debian12": {"mirror": "http://x/@"}}"#),
    (
        Text,
        "os",
        r#"{"debian12": {"tasks": ["standard", "ssh-server", "@"]}}"#,
    ),
    // SUSE's own words.
    (
        Text,
        "guests.s15.partitions",
        r#"{"raw": "<partitioning config:type=\"list\"><drive><device>/dev/@</device></drive></partitioning>"}"#,
    ),
    (
        Text,
        "guests.s12.partitions",
        r#"[{"volume_group": "@", "thin_pool": "@", "volumes": [{"name": "root", "mount": "/", "size": "2G"}, {"name": "x@", "mount": "/@", "size": "2G", "label": "@", "options": "@"}]}]"#,
    ),
    (
        Text,
        "guests.s15.partitions",
        r#"[{"volume_group": "vg", "encrypt": {"passphrase": "@"}, "volumes": [{"name": "root", "mount": "/", "size": "2G"}]}]"#,
    ),
    (
        Text,
        "guests.tw.partitions",
        r#"[{"mount": "/boot", "size": "1G"}, {"btrfs": "@", "disks": ["vda", "vdb"], "volumes": [{"name": "root", "mount": "/"}, {"name": "@", "mount": "/@"}]}]"#,
    ),
    (
        Text,
        "guests.s12.partitions",
        r#"[{"mount": "/", "size": "2G"}, {"raid": "md0", "level": 1, "disks": ["vda", "vdb"], "size": "1G", "mount": "/@"}]"#,
    ),
    (
        Text,
        "guests.s12.partitions",
        r#"[{"mount": "/", "size": "2G"}, {"raid": "md0", "level": 1, "disks": ["vda", "vdb"], "size": "1G", "mount": "/srv", "encrypt": {"passphrase": "@"}}]"#,
    ),
    (Text, "guests.s15.packages", r#"["@@", "@", "-@@", "-@"]"#),
    (
        Text,
        "guests.s15.repos",
        r#"[{"name": "@", "baseurl": "http://10.9.0.1/@", "gpgkey": "http://10.9.0.1/@"}, {"name": "x", "baseurl": "@", "enabled": false}, {"name": "y", "baseurl": "@", "install_only": true}]"#,
    ),
    (
        Text,
        "guests.s12.interfaces",
        r#"[{"network": "lan", "device": "@"}]"#,
    ),
    (
        Text,
        "guests.tw.interfaces",
        r#"[{"network": "lan", "device": "@"}]"#,
    ),
    (Text, "guests.s12.lang", r#""@""#),
    (
        Text,
        "guests.s15.bootloader",
        r#"{"password": "grub.pbkdf2.sha512.10000.@", "append": ["@"]}"#,
    ),
    (
        Text,
        "guests.s12.proxy",
        r#"{"url": "http://10.9.0.9/@", "no_proxy": ["@", "x"]}"#,
    ),
    (
        Text,
        "guests.s15.virtinst.location",
        r#""http://10.9.0.1/@/""#,
    ),
    (
        Text,
        "guests.s12.kdump",
        r#"{"enabled": true, "reserve": "@"}"#,
    ),
    (
        Text,
        "guests.s15.scripts",
        r#"[{"name": "@", "when": "post", "on_error": "fail", "run": "@", "interpreter": "/bin/@"}]"#,
    ),
    (Text, "os", r#"{"opensuse15.6": {"mirror": "http://x/@"}}"#),
    (Text, "os", r#"{"ubuntu24.04": {"mirror": "http://x/@"}}"#),
    (
        Text,
        "os",
        r#"{"ubuntu24.04": {"kernel": "@", "initrd": "x/@"}}"#,
    ),
    // Subiquity's own.
    (
        Text,
        "guests.u24.partitions",
        r##"{"raw": "# @\nlayout: {name: zfs}\n"}"##,
    ),
    (
        Text,
        "guests.u24.partitions",
        r#"[{"mount": "/", "size": "8G", "options": "@", "label": "@", "encrypt": {"passphrase": "@"}}]"#,
    ),
    (
        Closed,
        "guests.u24.partitions",
        r#"[{"volume_group": "@", "volumes": [{"name": "@", "mount": "/", "size": "8G"}]}]"#,
    ),
    (Text, "guests.u24.packages", r#"["a@"]"#),
    (
        Text,
        "guests.u24.repos",
        r#"[{"name": "x", "baseurl": "http://x/@", "suite": "x", "gpgkey": "http://x/@"}]"#,
    ),
    (
        Text,
        "guests.u24.scripts",
        r#"[{"name": "@", "when": "pre", "run": "@", "interpreter": "/bin/@"}, {"name": "@", "when": "post", "run": "@", "interpreter": "/bin/@"}]"#,
    ),
    (
        Text,
        "guests.u24.interfaces",
        r#"[{"network": "lan", "device": "@"}]"#,
    ),
    // And those for Agama.
    (
        Text,
        "guests.l16.partitions",
        r#"[{"mount": "/", "size": "20G", "label": "@", "options": "@", "encrypt": {"passphrase": "@"}}]"#,
    ),
    (
        Closed,
        "guests.l16.partitions",
        r#"[{"volume_group": "@", "thin_pool": "@", "volumes": [{"name": "@", "mount": "/@"}]}]"#,
    ),
    (Closed, "guests.l16.partitions", r#"{"raw": "@"}"#),
    (
        Text,
        "guests.l16.partitions",
        r#"{"raw": "{\"drives\": [], \"x\": \"@\"}"}"#,
    ),
    (
        Text,
        "guests.l16.repos",
        r#"[{"name": "x", "baseurl": "http://x/@", "gpgkey": "@"}]"#,
    ),
    (Text, "guests.l16.packages", r#"["-@"]"#),
    (
        Text,
        "guests.l16.scripts",
        r#"[{"name": "@", "when": "pre", "run": "@", "interpreter": "/bin/@"}, {"name": "@", "when": "post", "run": "@", "interpreter": "/bin/@"}]"#,
    ),
    (
        Text,
        "guests.l16.interfaces",
        r#"[{"network": "lan", "device": "@"}]"#,
    ),
    (Closed, "os", r#"{"opensuse16.0": {"syntax": "@"}}"#),
    // The site's own key, which templates may read.
    (Text, "common.zzz_own_data", r#"{"@": "@"}"#),
];

/// The lab in which every place is.
fn base() -> Value {
    let guest = |os: &str| {
        json!({
            "os": os,
            "rootpw": "locked",
            "virtinst": {"location": "http://10.9.0.1/"},
            "interfaces": [{"network": "lan"}],
            "disks": [{"size": 10}, {"size": 10}],
        })
    };
    let image = |os: &str| {
        let mut guest = guest(os);
        guest["virtinst"] = json!({"image": "base.qcow2"});
        guest
    };
    let leap = || {
        let mut guest = guest("opensuse16.0");
        guest["disks"] = json!([{"size": 30}, {"size": 30}]);
        guest
    };
    json!({
        "site": "hostile",
        "host": {"connect": "qemu:///system"},
        "networks": {"lan": {"subnet": "10.9.0.0/24", "domain": "h.test"}},
        "common": {"ssh_authorized_keys": []},
        "guests": {
            "g5": guest("rhel5"), "g6": guest("rhel6"), "g8": guest("rhel8"),
            "g9": guest("rhel9"), "g10": guest("rhel10"), "f42": guest("fedora42"),
            "d10": guest("debian10"), "d12": guest("debian12"), "d13": guest("debian13"), "u18": guest("ubuntu18.04"),
            "c12": image("debian12"), "c9": image("rocky9"), "u24": guest("ubuntu24.04"),
            "s12": guest("sles12.5"), "s15": guest("opensuse15.6"), "tw": guest("opensusetumbleweed"),
            "l16": leap(),
        },
    })
}

/// Puts `fragment` at the dotted path, merged with a map that is there.
fn put(lab: &mut Value, path: &str, fragment: Value) {
    let place = path.split('.').fold(lab, |value, key| {
        if value.is_null() {
            *value = json!({});
        }
        &mut value[key]
    });
    match (place.as_object_mut(), fragment) {
        (Some(map), Value::Object(more)) if path != "guests" && path != "networks" => {
            map.extend(more)
        }
        (_, fragment) => *place = fragment,
    }
    // An image is an installation medium instead of a tree, not beside it.
    if place.get("cdrom").is_some() {
        place.as_object_mut().unwrap().remove("location");
    }
}

fn fragment(text: &str, value: &str) -> Value {
    fn fill(node: Value, value: &str) -> Value {
        match node {
            Value::String(text) if text == "@core" => Value::String(text),
            Value::String(text) => Value::String(text.replace('@', value)),
            Value::Array(items) => items.into_iter().map(|item| fill(item, value)).collect(),
            Value::Object(map) => map
                .into_iter()
                .map(|(key, item)| (key.replace('@', value), fill(item, value)))
                .collect(),
            other => other,
        }
    }
    fill(serde_json::from_str(text).unwrap(), value)
}

/// The lab as YAML, of which JSON is a part. Text with braces is marked as text.
fn yaml(lab: &Value) -> String {
    let text = serde_json::to_string_pretty(lab).unwrap();
    let mut out = String::new();
    for line in text.lines() {
        let start = match line.find("\": ") {
            Some(key) => key + 3,
            None => line.len() - line.trim_start().len(),
        };
        let raw = line[start..].starts_with('"') && line[start..].contains("{{");
        writeln!(
            out,
            "{}{}{}",
            &line[..start],
            if raw { "!raw " } else { "" },
            &line[start..]
        )
        .unwrap();
    }
    out
}

/// The guests that are asked together: RHEL 5 and 6, a newer one, and one of another installer; a row for each place in
/// turn.
const TOGETHER: [[&str; 3]; 4] = [
    ["g5 g6 g9 d12", "g5 g6 g8 u24", "g5 g6 l16 c12"],
    ["g5 g6 f42 d10", "g5 g6 l16 s12", "g5 g6 g8 c9"],
    ["g5 g6 u24 d13", "g5 g6 f42 tw", "g5 g6 g9 c12"],
    ["g5 g6 l16 u18", "g5 g6 g10 s15", "g5 g6 f42 c9"],
];

/// One run of the program: a value in a place.
struct Trial {
    place: usize,
    value: &'static str,
    /// The names of the guests that are in the lab, with blanks between them.
    guests: &'static str,
    dir: PathBuf,
    /// The lines of the lab that hold the value, from 1.
    lines: Vec<usize>,
    run: Run,
}

impl Trial {
    fn new(root: &Path, place: usize, value: &'static str, guests: &'static str) -> Self {
        let number = VALUES
            .iter()
            .position(|other| *other == value)
            .map_or("word".to_owned(), |number| number.to_string());
        let dir = root.join(format!("{place}-{guests}-{number}").replace(' ', "-"));
        let (_, path, text) = PLACES[place];
        let lab = |value: &str| {
            let mut lab = base();
            let kept = |name: &str| guests.split(' ').any(|guest| guest == name);
            lab["guests"]
                .as_object_mut()
                .unwrap()
                .retain(|name, _| kept(name));
            put(&mut lab, path, fragment(text, value));
            lab
        };
        let word = yaml(&lab(WORD));
        let lines = word
            .lines()
            .enumerate()
            .filter(|(_, line)| line.contains(WORD))
            .map(|(at, _)| at + 1)
            .collect();
        let run = generate(&dir, &lab(value));
        Self {
            place,
            value,
            guests,
            dir,
            lines,
            run,
        }
    }

    fn accepted(&self) -> bool {
        self.run.status == 0
    }

    /// Returns whether a template refuses the value: the line shown is the template's, and help names the guest.
    fn in_a_template(&self) -> bool {
        self.run.stderr.contains("--> builtin:") && self.run.stderr.contains("rendered for guest `")
    }

    /// Returns whether the value may be refused for the sake of one guest: by its template, because its installer has no
    /// way to say it, or because that needs more than the others do.
    fn is_refused_by_one_installer(&self) -> bool {
        let is_unsupported = self.run.stderr.contains("[unsupported-key]");
        !self.accepted() && (self.in_a_template() || is_unsupported || self.fault().is_some())
    }

    /// Returns whether it is one for another family or a cloud image of what all systems are asked, and that refuses even
    /// the harmless word.
    fn is_no_place(&self, root: &Path) -> bool {
        let asked_all = PLACES[self.place].1.starts_with("common");
        let other = self.guests.starts_with(['d', 'u', 's', 't', 'c', 'l']);
        let word = || Self::new(root, self.place, WORD, self.guests);
        asked_all && other && self.run.status == 1 && word().run.status == 1
    }

    fn describe(&self) -> String {
        format!(
            "{} {} ({}) = {:?}",
            PLACES[self.place].1, PLACES[self.place].2, self.guests, self.value
        )
    }

    /// What is wrong with the way the program ended, if anything is.
    fn fault(&self) -> Option<String> {
        let wrong = |why: &str| Some(format!("{}: {why}\n{}", self.describe(), self.run.stderr));
        let located = self.lines.iter().any(|line| {
            let at = format!("lab.yml:{line}:");
            self.run.stderr.lines().any(|line| {
                line.contains("--> ") && line.contains(&at)
                    || line.contains("::: ") && line.contains(&at)
            })
        });
        match self.run.status {
            _ if self.run.stderr.contains("panicked") => wrong("a panic"),
            0 if PLACES[self.place].0 == Closed => {
                wrong("accepted, though nothing like it can be meant")
            }
            0 => None,
            1 if !self.run.stderr.contains("error[") => wrong("no error is named"),
            1 if self.dir.join("workdir").exists() => {
                wrong("refused, and yet something was written")
            }
            1 if located || self.in_a_template() => None,
            1 => wrong("the error is not at the value's line"),
            status => wrong(&format!("exit status {status}")),
        }
    }
}

fn generate(dir: &Path, lab: &Value) -> Run {
    fs::create_dir_all(dir.join("templates")).unwrap();
    fs::write(dir.join("templates/own.txt"), "{{ name }}\n").unwrap();
    fs::write(dir.join("lab.yml"), yaml(lab)).unwrap();
    let mut command = std::process::Command::new(PROGRAM);
    command
        .current_dir(dir)
        .args(["-c", "lab.yml", "generate"])
        .env("NO_COLOR", "1");
    Run::of(&command.output().unwrap())
}

/// Returns whether the value means something else in this place, as the user can read in the manual.
fn means_something(place: usize, value: &str) -> bool {
    match PLACES[place].2 {
        // Without the package.
        r#"["@"]"# if PLACES[place].1 == "common.packages" => value.starts_with('-'),
        // Two of them.
        text if text.contains(r#""options": "@"#) && text.contains("mount") => value.contains(','),
        // Another command of the installer.
        text if text.contains("raw") => value.contains('\n'),
        _ => false,
    }
}

/// Runs every value in every place; what one installer refuses, the others are still asked.
fn trials(root: &Path) -> Vec<Trial> {
    let values = |place: usize| {
        if PLACES[place].0 == Text {
            VALUES
        } else {
            FOR_CLOSED
        }
    };
    let pairs: Vec<(usize, &'static str)> = (0..PLACES.len())
        .flat_map(|place| values(place).iter().map(move |value| (place, *value)))
        .collect();
    let is_all = std::env::var("MINIASCAPE_HOSTILE").is_ok_and(|which| which == "all");
    let number = |value: &str| VALUES.iter().position(|other| *other == value);
    let is_asked = |place: usize, value: &str| {
        is_all || number(value).is_none_or(|number| (number / 3 + place).is_multiple_of(6))
    };
    let pairs: Vec<_> = pairs
        .into_iter()
        .filter(|(place, value)| is_asked(*place, value) && !means_something(*place, value))
        .collect();
    pairs
        .into_par_iter()
        .flat_map_iter(|(place, value)| {
            // Each place meets one installer of each family, each of them with a third of the values.
            let number = number(value).unwrap_or(0);
            let together = TOGETHER[place % TOGETHER.len()][number % 3];
            let guests = match PLACES[place].1.split('.').collect::<Vec<_>>()[..] {
                ["common", ..] => together,
                ["guests", guest, ..] => guest,
                ["os"] if PLACES[place].2.contains("debian") => "d12",
                ["os"] if PLACES[place].2.contains("opensuse16") => "l16",
                ["os"] if PLACES[place].2.contains("opensuse") => "s15",
                ["os"] if PLACES[place].2.contains("ubuntu24") => "u24",
                _ => "g9",
            };
            let all = Trial::new(root, place, value, guests);
            if !guests.contains(' ') || !all.is_refused_by_one_installer() {
                return vec![all];
            }
            let each = guests.split(' ');
            each.map(|guest| Trial::new(root, place, value, guest))
                .collect()
        })
        .collect()
}

#[test]
fn hostile_values_are_data_or_refused() {
    let root = TempDir::new().unwrap();
    let trials = trials(root.path());
    let mut faults: Vec<String> = trials
        .par_iter()
        .filter_map(|trial| {
            let fault = trial.fault()?;
            (!trial.is_no_place(root.path())).then_some(fault)
        })
        .collect();
    let accepted: Vec<&Trial> = trials.iter().filter(|trial| trial.accepted()).collect();

    // The same places with the harmless word, to compare with. A place that refuses it would prove nothing.
    let mut words: BTreeMap<(usize, &str), Trial> = BTreeMap::new();
    for trial in &accepted {
        words
            .entry((trial.place, trial.guests))
            .or_insert_with(|| Trial::new(root.path(), trial.place, WORD, trial.guests));
    }
    for word in words.values().filter(|word| !word.accepted()) {
        faults.push(format!(
            "{}: the harmless word is refused\n{}",
            word.describe(),
            word.run.stderr
        ));
    }
    let accepted: Vec<&Trial> = accepted
        .into_iter()
        .filter(|trial| words[&(trial.place, trial.guests)].accepted())
        .collect();
    faults.extend(
        accepted
            .par_iter()
            .flat_map_iter(|trial| review(trial, &words[&(trial.place, trial.guests)]))
            .collect::<Vec<_>>(),
    );

    let mut jobs: Vec<Value> = accepted
        .iter()
        .map(|trial| {
            let word = &words[&(trial.place, trial.guests)].dir;
            let (_, path, text) = PLACES[trial.place];
            let arguments = path.ends_with(".extra_args") || text.contains("kernel_args");
            json!({"what": trial.describe(), "value": trial.value, "dir": trial.dir, "word": word, "virt_install": false, "arguments": arguments})
        })
        .collect();
    jobs.extend(together(root.path(), &accepted, &mut faults));
    fs::write(
        root.path().join("jobs.json"),
        json!({"word": WORD, "jobs": jobs}).to_string(),
    )
    .unwrap();
    let judges = project("tests/judges");
    let run = judge(
        "python",
        &[
            &judges.join("observe.py").display().to_string(),
            &root.path().join("jobs.json").display().to_string(),
        ],
    );
    assert_eq!(run.status, 0, "{}", run.stderr);
    let seen: Vec<String> = serde_json::from_str(&run.stdout).unwrap();
    faults.extend(seen);

    let template = trials
        .iter()
        .filter(|trial| !trial.accepted() && trial.in_a_template())
        .count();
    let refused = trials.len() - accepted.len();
    println!(
        "{} places: {} carried, {refused} refused, {template} of them by a template",
        PLACES.len(),
        accepted.len()
    );
    assert!(
        faults.is_empty(),
        "{} faults:\n{}",
        faults.len(),
        faults.join("\n")
    );
}

/// The files for review are YAML that says the value.
fn review(trial: &Trial, word: &Trial) -> Vec<String> {
    let mut faults = Vec::new();
    let mut read = |trial: &Trial| -> BTreeMap<String, Vec<String>> {
        let files = tree(&trial.dir.join("workdir"));
        let files = files.into_iter().filter(|(name, _)| {
            name.ends_with("guest.yml") || name.starts_with("host/") && name.ends_with(".yml")
        });
        files
            .map(|(name, (_, bytes))| {
                let text = String::from_utf8(bytes).unwrap();
                let mut out = Vec::new();
                match serde_yaml::from_str::<serde_yaml::Value>(&text) {
                    Ok(value) => {
                        leaves(&value, &mut String::new(), &mut out);
                        // A text in dnsmasq's quotes, which the judge of the XML takes off.
                        out.retain(|leaf| !leaf.starts_with(".txt[].record="));
                    }
                    Err(error) => faults.push(format!("{}: {name}: {error}", trial.describe())),
                }
                (name, out)
            })
            .collect()
    };
    let (found, expected) = (read(trial), read(word));
    for (name, expected) in expected {
        let expected: Vec<String> = expected
            .iter()
            .map(|leaf| leaf.replace(WORD, trial.value))
            .collect();
        let none = Vec::new();
        let found = found.get(&name.replace(WORD, trial.value)).unwrap_or(&none);
        let differs =
            found.len() != expected.len() || found.iter().zip(&expected).any(|(a, b)| a != b);
        if differs {
            let first = found.iter().zip(&expected).find(|(a, b)| a != b);
            faults.push(format!(
                "{}: {name} says otherwise: {first:?}",
                trial.describe()
            ));
        }
    }
    faults
}

/// Every scalar with the keys that lead to it, less what is derived from the names in a lab.
fn leaves(value: &serde_yaml::Value, path: &mut String, out: &mut Vec<String>) {
    let length = path.len();
    match value {
        serde_yaml::Value::Mapping(map) => {
            for (key, value) in map {
                let key = key.as_str().unwrap_or_default();
                if !["digest", "uuid", "mac", "bridge_mac"].contains(&key) {
                    write!(path, ".{key}").unwrap();
                    leaves(value, path, out);
                    path.truncate(length);
                }
            }
        }
        serde_yaml::Value::Sequence(items) => {
            for item in items {
                path.push_str("[]");
                leaves(item, path, out);
                path.truncate(length);
            }
        }
        scalar => {
            out.push(format!("{path}={scalar:?}").replace(&format!("{scalar:?}"), &plain(scalar)))
        }
    }
}

fn plain(scalar: &serde_yaml::Value) -> String {
    scalar
        .as_str()
        .map_or_else(|| format!("{scalar:?}"), str::to_owned)
}

/// For each value a lab that has it in all places at once that carry it and reach the domain, for virt-install itself.
fn together(root: &Path, accepted: &[&Trial], faults: &mut Vec<String>) -> Vec<Value> {
    let free = |path: &str, text: &str| {
        matches!(
            path,
            "site" | "guests.g9.description" | "guests.g9.virtinst.extra_args"
        ) || path == "guests.g9.disks" && text.contains("/srv/@.img")
            || path == "guests.g9.interfaces" && text.contains("bridge")
    };
    let lab = |value: &str, places: &[usize]| {
        let mut lab = base();
        lab["guests"]
            .as_object_mut()
            .unwrap()
            .retain(|name, _| name == "g9");
        for place in places {
            put(
                &mut lab,
                PLACES[*place].1,
                fragment(PLACES[*place].2, value),
            );
        }
        lab
    };
    let mut jobs = Vec::new();
    for (number, value) in VALUES.iter().enumerate() {
        let places: Vec<usize> = accepted
            .iter()
            .filter(|trial| {
                trial.value == *value && free(PLACES[trial.place].1, PLACES[trial.place].2)
            })
            .map(|trial| trial.place)
            .collect();
        if places.is_empty() {
            continue;
        }
        let (dir, word) = (
            root.join(format!("together-{number}")),
            root.join(format!("together-{number}-word")),
        );
        for (dir, value) in [(&dir, *value), (&word, WORD)] {
            let run = generate(dir, &lab(value, &places));
            if run.status != 0 {
                faults.push(format!(
                    "{value:?} is carried in each of several places, but not in all: {}",
                    run.stderr
                ));
            }
        }
        let what = format!("virt-install with {value:?}");
        jobs.push(json!({"what": what, "value": value, "dir": dir, "word": word, "virt_install": true, "arguments": true}));
    }
    jobs
}
