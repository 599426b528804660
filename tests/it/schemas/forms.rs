//! Forms of values: what a value may be, beside the nearest thing that it may not.

/// What the labs of [`FORMS`] have beside the value: nothing it depends on is missing.
pub(super) const BASE: &str =
    "site: x\ncommon: {os: rocky9, rootpw: locked, virtinst: {location: 'http://x.test/'}}\n";

/// Where a value stands, with `@` for it; a good one and a bad one.
pub(super) const FORMS: &[(&str, &str, &str)] = &[
    ("guests: {a: {virtinst: {ram: @}}}", "2048", "1e3M"),
    ("guests: {a: {virtinst: {ram: @}}}", "2 GiB", "2GB"),
    (
        "guests: {a: {virtinst: {ram: @}}}",
        "\"{{ 1024 * 2 }}\"",
        "[2048]",
    ),
    ("guests: {a: {virtinst: {ram: @}}}", "~", "true"),
    ("guests: {a: {virtinst: {vcpus: @}}}", "2", "two"),
    (
        "guests: {a: {virtinst: {cpu: @}}}",
        "host-passthrough",
        "a;b",
    ),
    ("guests: {a: {virtinst: {tpm: @}}}", "false", "no"),
    ("guests: {a: {virtinst: {firmware: @}}}", "uefi", "efi"),
    ("guests: {a: {hostname: @}}", "a-1.b", "a_1"),
    ("guests: {a: {hostname: @}}", "123", "-a"),
    ("guests: {a: {description: @}}", "\"a b\"", "[a]"),
    (
        "guests: {a: {interfaces: [{network: default, mac: @}]}}",
        "52-54-00-AB-CD-EF",
        "53:54:00:00:00:01",
    ),
    (
        "guests: {a: {interfaces: [{network: default, mac: @}]}}",
        "5254.0000.0001",
        "52:54:00:00:01",
    ),
    (
        "guests: {a: {interfaces: [{network: default, nameserver: @, bootproto: dhcp}]}}",
        "[10.0.0.1, \"fd00::1\"]",
        "10.0.0",
    ),
    (
        "guests: {a: {interfaces: [{network: default, device: @}]}}",
        "enp1s0",
        "a-name-too-long-for-it",
    ),
    ("guests: {a: {disks: [{size: 20, bus: @}]}}", "scsi", "nvme"),
    ("guests: {a: {disks: [{size: @}]}}", "20.5", "20.5.1"),
    ("guests: {a: {keyboard: @}}", "{layout: us}", "{layot: us}"),
    ("guests: {a: {timezone: @}}", "Europe/Berlin", "[UTC]"),
    ("guests: {a: {lang: @}}", "en_US.UTF-8", "en US"),
    (
        "guests: {a: {packages: @}}",
        "[\"@core\", -nano, \"@^minimal-environment\"]",
        "vim",
    ),
    ("guests: {a: {packages: [@]}}", "gtk2*", "a b"),
    (
        "guests: {a: {users: [@]}}",
        "{name: joe, sudo: true}",
        "{nam: joe}",
    ),
    (
        "guests: {a: {users: [{name: joe, sudo: @}]}}",
        "\"ALL=(ALL) ALL\"",
        "some",
    ),
    ("guests: {a: {users: [{name: @}]}}", "joe_1", "1joe"),
    (
        "guests: {a: {firewall: {ports: [@]}}}",
        "5000-5010/udp",
        "9999:tcpp",
    ),
    (
        "guests: {a: {firewall: {ports: [@]}}}",
        "65535/tcp",
        "65536/tcp",
    ),
    (
        "guests: {a: {services: {enabled: [@]}}}",
        "getty@tty1.service",
        "\"a,b\"",
    ),
    ("guests: {a: {partitions: @}}", "auto", "none"),
    (
        "guests: {a: {partitions: [@]}}",
        "{mount: /, size: 50%}",
        "{mount: var, size: 50%}",
    ),
    (
        "guests: {a: {partitions: [@]}}",
        "{mount: /, size: grow}",
        "{mount: /, size: 101%}",
    ),
    (
        "guests: {a: {partitions: [{mount: /, size: 8G}, @]}}",
        "{volume_group: vg, volumes: [{name: a, mount: /a, size: 1G}]}",
        "{volume_group: vg, volumes: [{name: a, size: 1G}]}",
    ),
    (
        "guests: {a: {setup_data: [{content: x, dst: /x, mode: @}]}}",
        "\"0644\"",
        "\"0844\"",
    ),
    (
        "guests: {a: {setup_data: [{content: x, dst: /x, owner: @}]}}",
        "1000",
        "\"a b\"",
    ),
    (
        "guests: {a: {scripts: [{run: x, when: @}]}}",
        "post",
        "after",
    ),
    (
        "guests: {a: {proxy: @}}",
        "{url: \"http://x.test:3128\"}",
        "{url: [x]}",
    ),
    (
        "guests: {a: {hosts: [@]}}",
        "{ip: 10.0.0.1, names: [a, b.test]}",
        "{ip: 10.0.0.1, nams: a}",
    ),
    ("guests: {a: {ntp: [@]}}", "time.x.test", "\"a b\""),
    (
        "guests: {a: {ssh_authorized_keys: [@]}}",
        "\"ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAACQC7bWUAAAAAAA== me\"",
        "\"# me\"",
    ),
    ("guests: {a: {finish: @}}", "reboot", "restart"),
    (
        "guests: {a: }\nnetworks: {n: {subnet: @}}",
        "10.0.0.0/8",
        "10.0.0.0/33",
    ),
    (
        "guests: {a: }\nnetworks: {n: {subnet: 10.0.0.0/8, ipv6: {subnet: @}}}",
        "\"fd00::/64\"",
        "\"fd00::/129\"",
    ),
    (
        "guests: {a: }\nnetworks: {n: {subnet: 10.0.0.0/8, mode: @}}",
        "route",
        "routed",
    ),
    (
        "guests: {a: }\nnetworks: {n: {subnet: 10.0.0.0/8, mac_prefix: @}}",
        "\"52:54:00:05\"",
        "\"52:54:00\"",
    ),
    (
        "guests: {a: }\nnetworks: {n: {subnet: 10.0.0.0/8, autostart: @}}",
        "false",
        "\"{{ true }}\"",
    ),
    (
        "guests: {a: }\nnetworks: {n: {mode: bridge, bridge: br0, virtualport: openvswitch, vlan: @}}",
        "[42, 43]",
        "4095",
    ),
    (
        "guests: {a: }\nnetworks: {n: {subnet: 10.0.0.0/8, forwarders: [@]}}",
        "{domain: x.test, addr: 10.0.0.1}",
        "x.test",
    ),
    (
        "guests: {a: }\nnetworks: {n: {subnet: 10.0.0.0/8, dnsmasq: [@]}}",
        "\"cname=a.test,b.test\"",
        "--cname",
    ),
    (
        "guests: {a: }\nnetworks: {n: {subnet: 10.0.0.0/8, domain: x.test, srv: [@]}}",
        "{service: ldap, protocol: tcp, target: a, port: 389}",
        "{service: _ldap, protocol: tcp, target: a, port: 389}",
    ),
    (
        "guests: {a: }\nstorages: {p: {type: @, target: /p}}",
        "dir",
        "directory",
    ),
    ("guests: {a: }\nhost: {memory: @}", "64G", "64GB"),
    ("guests: {a: }\nhost: @", "{vcpus: 8}", "{cpus: 8}"),
];
