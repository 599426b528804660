//! What a network reserves for its guests: addresses of both families, and names.

use super::{body, generated};
use crate::support::{Site, judge};

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
