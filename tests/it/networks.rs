//! Networks of every mode with every feature: the XML, what libvirt makes of it, and what is refused.

use std::process::Command;

use crate::support::{Run, Site, judge, tree};

/// What is said of the network `n`, and its XML less name, UUID, stamp and the bridge's MAC address.
const VARIANTS: &[(&str, &str)] = &[
    (
        "subnet: 10.0.0.0/24",
        r#"<forward mode="nat"/>
<bridge stp="on" delay="0"/>
<ip address="10.0.0.1" netmask="255.255.255.0"/>"#,
    ),
    (
        "subnet: 10.0.0.0/24, device: lo, bridge: br-n, mtu: 1400, isolated_ports: true, dhcp: {start: 10.0.0.8, end: 10.0.0.9, lease: 5}",
        r#"<forward dev="lo" mode="nat">
<interface dev="lo"/>
</forward>
<bridge name="br-n" stp="on" delay="0"/>
<mtu size="1400"/>
<port isolated="yes"/>
<ip address="10.0.0.1" netmask="255.255.255.0">
<dhcp>
<range start="10.0.0.8" end="10.0.0.9">
<lease expiry="5" unit="minutes"/>
</range>
</dhcp>
</ip>"#,
    ),
    (
        "subnet: 10.0.0.0/24, ipv6: {subnet: 'fd00::/64', nat: true, dhcp: {start: 'fd00::10', end: 'fd00::1f'}}",
        r#"<forward mode="nat">
<nat ipv6="yes"/>
</forward>
<bridge stp="on" delay="0"/>
<ip address="10.0.0.1" netmask="255.255.255.0"/>
<ip family="ipv6" address="fd00::1" prefix="64">
<dhcp>
<range start="fd00::10" end="fd00::1f"/>
</dhcp>
</ip>"#,
    ),
    (
        "mode: route, ipv6: {subnet: 'fd00::/48', gateway: 'fd00::ff'}, routes: [{subnet: 'fd01::/64', gateway: 'fd00::7', metric: 4}]",
        r#"<forward mode="route"/>
<bridge stp="on" delay="0"/>
<ip family="ipv6" address="fd00::ff" prefix="48"/>
<route family="ipv6" address="fd01::" prefix="64" gateway="fd00::7" metric="4"/>"#,
    ),
    ("mode: isolated", r#"<bridge stp="on" delay="0"/>"#),
    (
        "mode: isolated, subnet: 10.0.0.0/24, routes: [{subnet: 10.1.0.0/16, gateway: 10.0.0.2}]",
        r#"<bridge stp="on" delay="0"/>
<ip address="10.0.0.1" netmask="255.255.255.0"/>
<route family="ipv4" address="10.1.0.0" prefix="16" gateway="10.0.0.2"/>"#,
    ),
    (
        "mode: open, subnet: 10.0.0.0/24, domain: x.test, localonly: true, \
         dns: [{ip: 10.0.0.1, hostname: [gw, www.y.test]}, {ip: 10.0.0.3, hostname: gw}, {ip: 10.0.0.1, hostname: ns}], \
         srv: [{service: ldap, protocol: tcp, target: gw, port: 389}, {service: sip, protocol: udp, domain: y.test, target: a.y.test, port: 5060, priority: 0, weight: 7}], \
         txt: [{name: note, value: \"it's <one> & \\\"two\\\"\"}, {name: a.y.test, value: [x y, 'a,b']}], \
         forwarders: [192.0.2.1, {domain: z.test, addr: 'fd00::53'}, {domain: q.test}], dnsmasq: [no-negcache, 'cname=www.x.test,gw.x.test']",
        r#"<forward mode="open"/>
<bridge stp="on" delay="0"/>
<domain name="x.test" localOnly="yes"/>
<dns>
<forwarder addr="192.0.2.1"/>
<forwarder domain="z.test" addr="fd00::53"/>
<forwarder domain="q.test"/>
<txt name="note.x.test" value="&quot;it&#39;s &lt;one&gt; &amp; \&quot;two\&quot;&quot;"/>
<txt name="a.y.test" value="x y,&quot;a,b&quot;"/>
<srv service="ldap" protocol="tcp" domain="x.test" target="gw.x.test" port="389"/>
<srv service="sip" protocol="udp" domain="y.test" target="a.y.test" port="5060" weight="7"/>
<host ip="10.0.0.1">
<hostname>gw.x.test</hostname>
<hostname>www.y.test</hostname>
<hostname>ns.x.test</hostname>
</host>
<host ip="10.0.0.3">
<hostname>gw.x.test</hostname>
</host>
</dns>
<ip address="10.0.0.1" netmask="255.255.255.0"/>
<dnsmasq:options>
<dnsmasq:option value="no-negcache"/>
<dnsmasq:option value="cname=www.x.test,gw.x.test"/>
</dnsmasq:options>"#,
    ),
    (
        "mode: route, subnet: 10.0.0.0/24, portgroups: [{name: a, default: true}, {name: b, bandwidth: {inbound: {average: 5, peak: 6, burst: 7}, outbound: {average: 8}}}]",
        r#"<forward mode="route"/>
<bridge stp="on" delay="0"/>
<ip address="10.0.0.1" netmask="255.255.255.0"/>
<portgroup name="a" default="yes">
</portgroup>
<portgroup name="b">
<bandwidth>
<inbound average="5" peak="6" burst="7"/>
<outbound average="8"/>
</bandwidth>
</portgroup>"#,
    ),
    (
        "mode: bridge, bridge: br0, subnet: 10.0.0.0/24, gateway: 10.0.0.9, domain: x.test, mtu: 1400, isolated_ports: true",
        r#"<forward mode="bridge"/>
<bridge name="br0"/>
<port isolated="yes"/>"#,
    ),
    (
        "mode: bridge, bridge: ovs0, virtualport: openvswitch, vlan: 5, portgroups: [{name: a, vlan: [6, 7]}, {name: b, vlan: {tags: [8, 9], native: 9, native_mode: tagged}}, {name: c, vlan: {tags: [4], trunk: true}}]",
        r#"<forward mode="bridge"/>
<bridge name="ovs0"/>
<vlan>
<tag id="5"/>
</vlan>
<virtualport type="openvswitch"/>
<portgroup name="a">
<vlan trunk="yes">
<tag id="6"/>
<tag id="7"/>
</vlan>
</portgroup>
<portgroup name="b">
<vlan trunk="yes">
<tag id="8"/>
<tag id="9" nativeMode="tagged"/>
</vlan>
</portgroup>
<portgroup name="c">
<vlan trunk="yes">
<tag id="4"/>
</vlan>
</portgroup>"#,
    ),
    (
        "mode: macvtap, device: eth0, subnet: 10.0.0.0/24, autostart: false",
        r#"<forward dev="eth0" mode="bridge">
<interface dev="eth0"/>
</forward>"#,
    ),
];

/// A lab of one network and a guest, whose interfaces are `nics`, or one without an address.
fn lab(network: &str, nics: &str) -> String {
    let nics = if nics.is_empty() {
        "{network: n, bootproto: none}"
    } else {
        nics
    };
    format!(
        "site: x\nnetworks:\n  n: {{{network}}}\nguests:\n  g: {{os: rhel9, rootpw: locked, virtinst: {{location: http://x/}}, interfaces: [{nics}]}}\n"
    )
}

/// The site with its workdir.
#[track_caller]
fn generated(network: &str, nics: &str) -> Site {
    let site = Site::new(&[("lab.yml", &lab(network, nics))]);
    site.succeed(&["-c", "lab.yml", "generate", "--strict"]);
    site
}

/// The lines of the network's XML that differ between networks.
fn body(site: &Site) -> String {
    let xml = site.read("workdir/host/networks.d/n.xml");
    let own = [
        "<network",
        "</network",
        "<name>",
        "<uuid>",
        "<metadata>",
        "<lab ",
        "</metadata>",
        "<mac ",
    ];
    let lines = xml.lines().map(str::trim);
    lines
        .filter(|line| !own.iter().any(|start| line.starts_with(start)))
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn every_mode_carries_what_it_can() {
    for (network, want) in VARIANTS {
        assert_eq!(body(&generated(network, "")), *want, "{network}");
    }
}

/// libvirt takes the XML, twice, and what it keeps reads the same to net-setup.sh as what is in the file, so that a
/// network that is up to date is left alone.
#[test]
fn libvirt_takes_them_and_keeps_what_they_say() {
    for (network, _) in VARIANTS {
        let site = generated(network, "");
        let file = site
            .path()
            .join("workdir/host/networks.d/n.xml")
            .display()
            .to_string();
        let run = judge("virt-xml-validate", &[&file, "network"]);
        assert_eq!(run.status, 0, "{network}: {}{}", run.stdout, run.stderr);
        let commands = format!("net-define {file}; net-define {file}; net-dumpxml n");
        let run = judge("virsh", &["--quiet", "-c", "test:///default", &commands]);
        assert!(
            run.status == 0 && run.stderr.is_empty(),
            "{network}: {}",
            run.stderr
        );
        let kept = site.path().join("kept.xml");
        std::fs::write(&kept, &run.stdout).unwrap();
        let read = |file: &str| {
            let script = site
                .path()
                .join("workdir/host/net-setup.sh")
                .display()
                .to_string();
            let command = "source <(sed -n '/^parts()/,/^}/p' \"$1\"); parts < \"$2\"";
            let run = judge("bash", &["-euc", command, "bash", &script, file]);
            assert_eq!(run.status, 0, "{}", run.stderr);
            // The test driver forgets what is meant for dnsmasq.
            let kept = run
                .stdout
                .lines()
                .filter(|line| !line.contains("<dnsmasq:"));
            let mut lines: Vec<String> = kept.map(str::to_owned).collect();
            lines.sort();
            lines
        };
        assert_eq!(read(&kept.display().to_string()), read(&file), "{network}");
    }
}

#[test]
fn reservations_of_both_families() {
    let network = "subnet: 10.0.0.0/24, ipv6: {subnet: 'fd00::/64'}, domain: x.test";
    let site = generated(
        network,
        "{network: n, ip: auto, ipv6: auto, mac: 52:54:00:00:00:01}, \
         {network: n, ip: 10.0.0.9, ipv6: 'fd00::9', host: b, duid: ll, mac: 52:54:00:00:00:02}, \
         {network: n, ip: 10.0.0.8, ipv6: 'fd00::8', dns_record: false, duid: '00:04:00:11:22:33:44:55:66:77:88:99:aa:bb:cc:dd:ee:FF', mac: 52:54:00:00:00:03}",
    );
    let body = body(&site);
    let want = r#"<dns>
<host ip="10.0.0.2">
<hostname>g.x.test</hostname>
</host>
<host ip="10.0.0.9">
<hostname>b.x.test</hostname>
</host>
<host ip="fd00::2">
<hostname>g.x.test</hostname>
</host>
<host ip="fd00::9">
<hostname>b.x.test</hostname>
</host>
</dns>
<ip address="10.0.0.1" netmask="255.255.255.0">
<dhcp>
<host mac="52:54:00:00:00:01" name="g.x.test" ip="10.0.0.2"/>
<host mac="52:54:00:00:00:03" ip="10.0.0.8"/>
<host mac="52:54:00:00:00:02" name="b.x.test" ip="10.0.0.9"/>
</dhcp>
</ip>
<ip family="ipv6" address="fd00::1" prefix="64">
<dhcp>
<host name="g.x.test" ip="fd00::2"/>
<host id="00:04:00:11:22:33:44:55:66:77:88:99:aa:bb:cc:dd:ee:ff" ip="fd00::8"/>
<host id="00:03:00:01:52:54:00:00:00:02" name="b.x.test" ip="fd00::9"/>
</dhcp>
</ip>"#;
    assert!(body.ends_with(want), "{body}");
    let file = site
        .path()
        .join("workdir/host/networks.d/n.xml")
        .display()
        .to_string();
    assert_eq!(judge("virt-xml-validate", &[&file, "network"]).status, 0);
    let lock = site.read("lab.lock");
    assert!(
        lock.ends_with(
            "addresses:\n  \"n\":\n    g: \"10.0.0.2\"\naddresses6:\n  \"n\":\n    g: \"fd00::2\"\n"
        ),
        "{lock}"
    );
}

#[test]
fn chosen_ipv6_addresses_stay() {
    let lab = |guests: &str| {
        format!(
            "site: x\nnetworks:\n  n: {{ipv6: {{subnet: 'fd00::/64', dhcp: {{start: 'fd00::3', end: 'fd00::ff'}}}}}}\n\
             common: {{os: rhel9, rootpw: locked, virtinst: {{location: http://x/}}, interfaces: [{{network: n, ipv6: auto}}]}}\nguests: {guests}\n"
        )
    };
    let site = Site::new(&[("lab.yml", &lab("{b: {}, c: {}}"))]);
    // A lock from before there was IPv6.
    site.write("lab.lock", "format: 1\naddresses: {}\n");
    site.succeed(&["-c", "lab.yml", "generate"]);
    site.write("lab.yml", lab("{a: {}, b: {}, c: {}}"));
    site.succeed(&["-c", "lab.yml", "generate"]);
    let lock = site.read("lab.lock");
    assert!(
        lock.ends_with(
            "addresses6:\n  \"n\":\n    a: \"fd00::101\"\n    b: \"fd00::2\"\n    c: \"fd00::100\"\n"
        ),
        "{lock}"
    );
    site.write("lab.yml", lab("{c: {}}"));
    site.succeed(&["-c", "lab.yml", "generate"]);
    assert!(
        site.read("lab.lock")
            .ends_with("  \"n\":\n    c: \"fd00::100\"\n")
    );
}

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

/// The example has networks of every mode, and the script that makes them.
#[test]
fn the_example_is_complete() {
    let site = Site::copy("examples/multinet");
    let lock = site.read("miniascape.lock");
    site.succeed(&["generate", "--strict"]);
    assert_eq!(site.read("miniascape.lock"), lock);
    let script = site.path().join("workdir/host/net-setup.sh");
    assert_eq!(
        tree(&site.path().join("workdir"))["host/net-setup.sh"].0,
        0o755
    );
    let run = judge("shellcheck", &[&script.display().to_string()]);
    assert_eq!(run.status, 0, "{}{}", run.stdout, run.stderr);
    // From elsewhere, and with a network `default` that is there.
    let output = Command::new(&script)
        .args(["-n", "--connect", "test:///default"])
        .current_dir("/")
        .output()
        .unwrap();
    let run = Run::of(&output);
    assert!(run.status == 0 && run.stderr.is_empty(), "{}", run.stderr);
    let want = "office: would be defined\noffice: would be started\noffice: would be set to start with the host\n";
    assert!(run.stdout.contains(want), "{}", run.stdout);
    assert!(
        run.stdout.contains("lan: would be started\n") && !run.stdout.contains("lan: would be set"),
        "{}",
        run.stdout
    );
    // A network of the lab's name that is not the lab's.
    site.write(
        "conf.d/networks.d/default.yml",
        "subnet: 10.99.0.0/24\ndhcp: {start: 10.99.0.8, end: 10.99.0.15}\n",
    );
    site.succeed(&["generate"]);
    let output = Command::new(&script)
        .args(["-n", "-c", "test:///default"])
        .output()
        .unwrap();
    let run = Run::of(&output);
    assert!(run.status == 1 && run.stdout.is_empty(), "{}", run.stdout);
    assert!(
        run.stderr.starts_with("default: a network of this name, ")
            && run
                .stderr
                .contains(", exists and is not this lab's; it is left alone, and ")
            && run.stderr.ends_with("net-setup.sh: nothing was changed\n"),
        "{}",
        run.stderr
    );
    for (args, status) in [
        (&["-h"][..], 0),
        (&["-c"], 2),
        (&["--frob"], 2),
        (&["x"], 2),
    ] {
        assert_eq!(
            Command::new(&script)
                .args(args)
                .output()
                .unwrap()
                .status
                .code(),
            Some(status),
            "{args:?}"
        );
    }
}

/// libvirt takes no second reservation of a name for a running network.
#[test]
fn a_guest_twice_in_a_network_has_its_name_reserved_once() {
    let site = generated(
        "subnet: 10.0.0.0/24, domain: x.test",
        "{network: n, ip: auto}, {network: n, ip: auto}",
    );
    let body = body(&site);
    assert_eq!(body.matches("name=\"g.x.test\"").count(), 1, "{body}");
    assert_eq!(
        body.matches("<hostname>g.x.test</hostname>").count(),
        2,
        "{body}"
    );
}
