//! Networks of every mode with every feature: the XML, and what libvirt keeps of it.

use super::{body, generated};
use crate::support::judge;

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
