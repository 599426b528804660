//! What networks cannot carry, what their records and routes must lead to, and what is fine beside it.

use super::{generated, lab};
use crate::support::Site;

/// Expects a fault, given as the first line of the message, ` @`, and the text that the carets stand under.
#[track_caller]
fn fault(network: &str, nics: &str, expected: &str) {
    let site = Site::new(&[("lab.yml", &lab(network, nics))]);
    let run = site.run(&["-c", "lab.yml", "generate", "--strict"]);
    let seen = run.stderr.lines().next().unwrap_or_default().to_owned();
    // What the carets stand under.
    let at = run
        .stderr
        .lines()
        .find_map(|line| line.trim().strip_prefix("--> lab.yml:"));
    let (line, column) = at.and_then(|at| at.split_once(':')).unwrap();
    let (line, column): (usize, usize) = (line.parse().unwrap(), column.parse().unwrap());
    let text = site.read("lab.yml");
    let rest = &text.lines().nth(line - 1).unwrap()[column - 1..];
    let expected = expected.split_once(" @").unwrap();
    assert_eq!(seen, expected.0, "{network} {nics}\n{}", run.stderr);
    assert!(rest.starts_with(expected.1), "{}", run.stderr);
    assert!(
        run.status == 1 && run.stderr.ends_with("\n1 error\n"),
        "{}",
        run.stderr
    );
    assert!(!site.path().join("workdir").exists());
}

#[track_caller]
fn fine(network: &str, nics: &str) {
    generated(network, nics);
}

#[test]
fn modes_refuse_what_they_cannot_carry() {
    let refused = |mode: &str, key: &str, value: &str| {
        let before = match mode {
            "bridge" => "mode: bridge, bridge: br0",
            "macvtap" => "mode: macvtap, device: lo",
            "isolated" | "open" | "route" | "nat" => &format!("mode: {mode}, subnet: 10.0.0.0/24"),
            _ => unreachable!(),
        };
        let expected = format!(
            "error[conflicting-keys]: a network of mode `{mode}` cannot carry `{key}` @{key}: "
        );
        fault(&format!("{before}, {key}: {value}"), "", &expected);
    };
    for mode in ["bridge", "macvtap"] {
        refused(mode, "dhcp", "{lease: 5, start: 10.0.0.1, end: 10.0.0.9}");
        refused(mode, "dns", "[{ip: 10.0.0.1, hostname: a}]");
        refused(
            mode,
            "srv",
            "[{service: a, protocol: tcp, target: a, port: 1}]",
        );
        refused(mode, "txt", "[{name: a, value: a}]");
        refused(mode, "forwarders", "[192.0.2.1]");
        refused(mode, "routes", "[]");
        refused(mode, "dnsmasq", "[no-hosts]");
    }
    refused("macvtap", "bridge", "br0");
    refused("macvtap", "mtu", "1400");
    refused("macvtap", "isolated_ports", "true");
    refused("macvtap", "virtualport", "openvswitch");
    refused("nat", "virtualport", "openvswitch");
    refused("bridge", "device", "lo");
    refused("isolated", "device", "lo");
    refused("open", "device", "lo");
    fine("mode: route, subnet: 10.0.0.0/24, device: lo", "");
    let nat = "error[conflicting-keys]: a network of mode `route` cannot carry `ipv6.nat` @nat";
    fault(
        "mode: route, ipv6: {subnet: 'fd00::/64', nat: true}",
        "",
        nat,
    );
    let dhcp = "error[conflicting-keys]: a network of mode `bridge` cannot carry `ipv6.dhcp` @dhcp";
    fault(
        "mode: bridge, bridge: br0, ipv6: {subnet: 'fd00::/64', dhcp: {start: 'fd00::2', end: 'fd00::3'}}",
        "",
        dhcp,
    );
}

#[test]
fn external_networks_are_only_known() {
    fine(
        "external: true, subnet: 10.0.0.0/24, gateway: 10.0.0.9, domain: x.test, mtu: 1400",
        "{network: n, portgroup: x}",
    );
    let site = Site::new(&[(
        "lab.yml",
        &lab(
            "external: true, autostart: true, ipv6: {subnet: 'fd00::/64', nat: true}",
            "",
        ),
    )]);
    let run = site.run(&["-c", "lab.yml", "generate"]);
    assert_eq!(
        run.codes(),
        ["conflicting-keys", "conflicting-keys"],
        "{}",
        run.stderr
    );
    assert!(
        run.stderr.starts_with(
            "warning[conflicting-keys]: `autostart` has no effect: the network is external,"
        ),
        "{}",
        run.stderr
    );
    assert!(!site.path().join("workdir/host/networks.d").exists());
}

#[test]
fn an_mtu_has_room_for_its_addresses() {
    fault(
        "ipv6: {subnet: 'fd00::/64'}, mtu: 1279",
        "",
        "error[invalid-value]: an MTU of 1279 is impossible with IPv6 @1279",
    );
    fine("ipv6: {subnet: 'fd00::/64'}, mtu: 1280", "");
    fine("subnet: 10.0.0.0/24, mtu: 68", "");
}

#[test]
fn routes_and_records_lead_somewhere() {
    let net = "subnet: 10.0.0.0/24, domain: x.test, ";
    let broken = |more: &str, expected: &str| fault(&format!("{net}{more}"), "", expected);
    broken(
        "routes: [{subnet: 10.1.0.0/24, gateway: 'fd00::2'}]",
        "error[invalid-value]: the gateway fd00::2 is not of the family of 10.1.0.0/24 @'fd00::2'",
    );
    broken(
        "routes: [{subnet: 10.1.0.0/24, gateway: 10.0.0.2, metric: 0}]",
        "error[invalid-value]: libvirt takes no metric of 0: the first route to be taken has 1 @0",
    );
    broken(
        "srv: [{service: _ldap, protocol: tcp, target: g, port: 1}]",
        "error[invalid-value]: libvirt adds the underscore of `_ldap` itself @_ldap",
    );
    broken(
        "srv: [{service: a, protocol: sctp, target: g, port: 1}]",
        "error[invalid-value]: `sctp` is not one of tcp, udp @sctp",
    );
    broken(
        "srv: [{service: a, protocol: tcp, target: g, port: 0}]",
        "error[invalid-value]: 0 is out of range @0",
    );
    broken(
        "txt: [{name: _dmarc, value: x}]",
        "error[invalid-value]: libvirt's schema has no `_` in the name of a text @_dmarc",
    );
    broken(
        &format!("txt: [{{name: a, value: {}}}]", "x".repeat(256)),
        "error[invalid-value]: a text in DNS has at most 255 bytes, this one 256 @xxxxxxxxxxxxxxxxxxxx",
    );
    fine(
        &format!("{net}txt: [{{name: a, value: {}}}]", "x".repeat(255)),
        "",
    );
    broken(
        "forwarders: [{}]",
        "error[missing-key]: a forwarder needs an `addr` or a `domain` @{}",
    );
    fault(
        "subnet: 10.0.0.0/24, localonly: true",
        "",
        "error[missing-key]: `localonly` is about the names of a `domain`, and there is none @true",
    );
    fault(
        "mode: isolated, txt: [{name: a, value: a}]",
        "",
        "error[missing-key]: a network without a subnet has no dnsmasq that could answer this @{name: a, value: a}",
    );
}

#[test]
fn dnsmasq_can_start_with_its_options() {
    let broken = |option: &str, expected: &str| {
        fault(
            &format!(
                "subnet: 10.0.0.0/24, dhcp: {{start: 10.0.0.8, end: 10.0.0.9}}, dnsmasq: ['{option}']"
            ),
            "",
            &format!("{expected} @'{option}'"),
        );
    };
    broken(
        "dhcp-lease-max=9",
        "error[conflicting-keys]: dnsmasq's `dhcp-lease-max` cannot be set here: libvirt sets it to the size of the dynamic range, and dnsmasq does not start with two",
    );
    broken(
        "pid-file=/x",
        "error[conflicting-keys]: dnsmasq's `pid-file` cannot be set here: libvirt sets it, and dnsmasq does not start with two",
    );
    broken(
        "no-daemon",
        "error[conflicting-keys]: dnsmasq's `no-daemon` cannot be set here: libvirt would wait for the end of dnsmasq forever",
    );
    broken(
        "--no-hosts",
        "error[invalid-value]: options stand without hyphens in dnsmasq's configuration",
    );
    broken(
        "no hosts",
        "error[invalid-value]: `no hosts` is not an option of dnsmasq",
    );
    fine(
        "subnet: 10.0.0.0/24, dnsmasq: ['dhcp-lease-max=9', 'address=/a b#c/10.0.0.3']",
        "",
    );
}

#[test]
fn portgroups_and_vlans_fit_their_network() {
    let ovs = "mode: bridge, bridge: br0, virtualport: openvswitch, ";
    let broken = |more: &str, expected: &str| fault(&format!("{ovs}{more}"), "", expected);
    broken(
        "vlan: 4095",
        "error[invalid-value]: 4095 is not a VLAN @4095",
    );
    broken(
        "vlan: [5, 5]",
        "error[duplicate-name]: VLAN 5 is listed twice @5",
    );
    broken(
        "vlan: {tags: [5], native: 6}",
        "error[invalid-value]: the native VLAN 6 is none of `tags` @6",
    );
    broken(
        "vlan: {tags: [5, 6], trunk: false}",
        "error[conflicting-keys]: several tags and a native VLAN make a trunk @false",
    );
    broken("vlan: []", "error[missing-key]: `vlan` needs a tag @[]");
    broken(
        "isolated_ports: true",
        "error[conflicting-keys]: libvirt isolates ports of Linux bridges only, not of Open vSwitch @true",
    );
    broken(
        "portgroups: [{name: a, default: true}, {name: b, default: true}]",
        "error[conflicting-keys]: a network has one default portgroup @b",
    );
    broken(
        "portgroups: [{name: a, bandwidth: {inbound: {average: 0}}}]",
        "error[invalid-value]: a bandwidth of 0 is none @{average: 0}",
    );
    fault(
        "subnet: 10.0.0.0/24, portgroups: [{name: a, vlan: 5}]",
        "",
        "error[conflicting-keys]: libvirt cannot tag VLANs in a network of mode `nat` @5",
    );
    fault(
        "mode: bridge, bridge: br0, vlan: 5",
        "",
        "error[conflicting-keys]: libvirt before 11.0 refuses a network with VLANs on a Linux bridge @5",
    );
    fault(
        "mode: macvtap, device: lo, portgroups: [{name: a, bandwidth: {outbound: {average: 5}}}]",
        "",
        "error[conflicting-keys]: a network of mode `macvtap` has no bridge on which libvirt could limit bandwidth @{outbound: {average: 5}}",
    );
    fault(
        "subnet: 10.0.0.0/24",
        "{bridge: br0, portgroup: red}",
        "error[conflicting-keys]: portgroups are a network's, and this interface is on a bridge @red",
    );
    let site = generated(
        "subnet: 10.0.0.0/24, portgroups: [{name: red}]",
        "{network: n, portgroup: red, ip: auto}",
    );
    let script = site.read("workdir/guests.d/g/vmbuild.sh");
    assert!(
        script.contains("--network 'network=n,portgroup=red,model="),
        "{script}"
    );
}
