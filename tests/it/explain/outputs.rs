//! `explain --output`: what made a line.

use super::LAB;
use crate::support::Site;

/// Templates with all that stands between a value and its line.
const TEMPLATES: &[(&str, &str)] = &[
    (
        "templates/report.txt",
        "\
{%- component row(label, value) %}
row {{ label }}
  is {{ value }}
{% endcomponent row -%}
{# a comment -#}
{% set who = name %}
{%- set shout -%} {{ who }}! {%- endset -%}
begin {{ who | upper }}
{% for nic in interfaces -%}
  {% if loop.first %}{% continue %}{% endif -%}
  nic {{ nic.ip }}{% include \"part.txt\" %}
{% else %}
none
{% endfor -%}
{% for key, value in vars.map %}{{ key }}={{ value }} {% endfor %}
{% filter upper %}kept {{ hostname }}{% endfilter %}
{% raw %}{{ raw }}{% endraw %} {{ shout }}
{{ <row label={name} value={virtinst.ram} /> }}
{% if vars.map.k == 2 %}two{% elif virtinst.vcpus == 1 %}one{% else %}more{% endif %}
end",
    ),
    ("templates/part.txt", " on {{ nic.network }}\n"),
    (
        "templates/guest/vmbuild/values.sh",
        "name={{ name | sh }}\n",
    ),
];

#[test]
fn a_line_names_its_templates_and_values() {
    let lab = LAB.replace(
        "guests:\n  web: {count: 2,",
        "guests:\n  web: {count: 2, vars: {map: {k: 1}}, templates: {report: {src: report.txt}},",
    );
    let site = Site::new(&[&[("lab.yml", lab.as_str())], TEMPLATES].concat());
    site.succeed(&["-c", "lab.yml", "generate"]);
    let report = site.read("workdir/guests.d/web-1/report.txt");
    let line = |text: &str| {
        let number = report.lines().position(|line| line == text);
        let number = number.unwrap_or_else(|| panic!("{text:?} is not in\n{report}")) + 1;
        let output = format!("workdir/guests.d/web-1/report.txt:{number}");
        let run = site.succeed(&["-c", "lab.yml", "explain", "--output", &output]);
        run.stdout.split_once('\n').unwrap().1.to_owned()
    };
    assert_eq!(
        line("begin WEB-1"),
        "  made by ./templates/report.txt:8
  {{ who | upper }} at ./templates/report.txt:8
    name: web-1 (lab.yml:22, the guest's name)
"
    );
    assert_eq!(
        line("nic 10.1.9.21 on san"),
        "  made by ./templates/report.txt:11
      and ./templates/part.txt:1
  inside {% for nic in interfaces %} at ./templates/report.txt:9
    interfaces[1]: {\"device\":\"eth1\",\"mac\":\"52:54:00:09:00:21\",… (lab.yml:20)
  {{ nic.ip }} at ./templates/report.txt:11
    interfaces[1].ip: \"10.1.9.21\" (lab.yml:20, an expression)
  {{ nic.network }} at ./templates/part.txt:1
    interfaces[1].network: san (lab.yml:20)
"
    );
    assert_eq!(
        line("KEPT WEB-1"),
        "  made by ./templates/report.txt:16
  {{ hostname }} at ./templates/report.txt:16
    hostname: web-1 (lab.yml:22, the guest's name)
"
    );
    assert_eq!(
        line("  is 3072"),
        "  made by ./templates/report.txt:3
  {{ value }} at ./templates/report.txt:3
    name: web-1 (lab.yml:22, the guest's name)
    virtinst.ram: 3072 (lab.yml:19, an expression)
"
    );
    assert_eq!(
        line("one"),
        "  made by ./templates/report.txt:19
  inside {% if vars.map.k == 2 %} … {% elif virtinst.vcpus == 1 %} at ./templates/report.txt:19
    vars.map.k: 1 (lab.yml:22)
    virtinst.vcpus: 1 (builtin:common/defaults.yml:13)
"
    );
    let raw = line("{{ raw }} web-1!");
    assert!(
        raw.starts_with(
            "  made by ./templates/report.txt:17\n      and ./templates/report.txt:7\n"
        ),
        "{raw}"
    );
    assert!(
        raw.contains("{{ who }} at ./templates/report.txt:7\n    name: web-1"),
        "{raw}"
    );
    assert!(line("k=1 ").contains("    vars.map.k: 1 (lab.yml:22)\n"));
    let number = site.read("workdir/guests.d/web-1/vmbuild.sh");
    let number = number
        .lines()
        .position(|line| line == "name=web-1")
        .unwrap()
        + 1;
    let output = format!("guests.d/web-1/vmbuild.sh:{number}");
    let run = site
        .succeed(&["-c", "lab.yml", "explain", "--output", &output])
        .stdout;
    assert!(
        run.contains("made by ./templates/guest/vmbuild/values.sh:1, in place of the built-in guest/vmbuild/values.sh\n    included by builtin:guest/vmbuild.sh:"),
        "{run}"
    );
}

#[test]
fn copied_files_and_files_for_review_name_their_sources() {
    let lab = LAB.replace(
        "guests:\n",
        "  more:\n    setup_data: [{src: motd, dst: /etc/motd}, {content: \"{{ x }}\\n\", dst: /etc/x}]\nguests:\n  s: {sysgroups: [more]}\n",
    );
    let site = Site::new(&[("lab.yml", lab.as_str()), ("motd", "one\ntwo\n")]);
    let line = |output: &str| {
        site.succeed(&["-c", "lab.yml", "explain", "--output", output])
            .stdout
    };
    assert_eq!(
        line("guests.d/s/setup/etc/motd:2"),
        "guests.d/s/setup/etc/motd:2: two\n  copied from ./motd:2\n"
    );
    assert!(line("guests.d/s/setup/etc/x:1").contains("copied from the value at lab.yml:22\n"));
    assert_eq!(
        line("guests.d/web-1/guest.yml:2"),
        "guests.d/web-1/guest.yml:2: hostname: web-1\n  hostname: web-1 (lab.yml:25, the guest's name)\n"
    );
    let network = site
        .succeed(&["-c", "lab.yml", "show", "network/lan"])
        .stdout;
    let number = network
        .lines()
        .position(|line| line.starts_with("gateway"))
        .unwrap()
        + 1;
    let run = line(&format!("host/networks.d/lan.yml:{number}"));
    assert!(
        run.ends_with("  gateway: \"10.1.0.1\" (lab.yml:3, the first address of the subnet)\n"),
        "{run}"
    );
}

/// A lab whose kickstart goes through lists that were picked from others.
const PICKED: &str = "\
site: x
networks: {lan: {subnet: 10.1.0.0/24, domain: x.test}}
common:
  os: rocky9
  rootpw: locked
  timezone: {timezone: UTC, ntp: [a.test]}
  ntp: [b.test]
  users:
    - name: ann
    - name: bob
      sudo: true
      ssh_authorized_keys:
        - ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIG9uZQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA one
        - ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHR3bwAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA two
  groups: [{name: bob, gid: 900}]
  repos:
    - {name: off, baseurl: \"http://x/off\", enabled: false}
    - {name: own, mirrorlist: \"http://x/own\"}
  scripts:
    - {when: pre, run: begin}
    - {when: post, run: second}
    - {when: firstboot, run: third}
    - {when: post, run: fourth}
  virtinst: {location: \"http://x/y\"}
  disks: [{size: 20}, {vol: shared.img, size: 1, format: raw, shareable: true}]
  interfaces: [{network: lan, ip: auto}]
guests:
  a: {}
";

/// Returns what is said of the line of an output that begins with `text`, less the line itself.
#[track_caller]
fn line(site: &Site, output: &str, text: &str) -> String {
    let content = site.read(&format!("workdir/{output}"));
    let number = content.lines().position(|line| line.starts_with(text));
    let number = number.unwrap_or_else(|| panic!("{text:?} is not in\n{content}")) + 1;
    let output = format!("{output}:{number}");
    let run = site.succeed(&["-c", "lab.yml", "explain", "--output", &output]);
    run.stdout.split_once('\n').unwrap().1.to_owned()
}

#[test]
fn an_item_that_was_picked_is_named_with_its_field() {
    let site = Site::new(&[("lab.yml", PICKED)]);
    site.succeed(&["-c", "lab.yml", "generate"]);
    for (text, value) in [
        ("fourth", "scripts[3].run: fourth (lab.yml:23)"),
        ("third", "scripts[2].run: third (lab.yml:22)"),
        ("begin", "scripts[0].run: begin (lab.yml:20)"),
        ("user --name=ann", "users[0].name: ann (lab.yml:9)"),
        ("user --name=bob", "users[1].name: bob (lab.yml:10)"),
        ("user --name=bob", "groups[0].gid: 900 (lab.yml:15)"),
        ("bob\tALL", "users[1].name: bob (lab.yml:10)"),
        (
            "authorize bob 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHR3bwAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
            "users[1].ssh_authorized_keys[1]: \"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHR3bwAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA two\" (lab.yml:14)",
        ),
        (
            "repo --name=own",
            "repos[1].mirrorlist: \"http://x/own\" (lab.yml:18)",
        ),
        (
            "timesource --ntp-server=a",
            "timezone.ntp[0]: a.test (lab.yml:6)",
        ),
        ("timesource --ntp-server=b", "ntp[0]: b.test (lab.yml:7)"),
        (
            "ignoredisk",
            "drives[1].device: vdb (its position among the disks of its bus)",
        ),
        (
            "network --device",
            "interfaces[0].mac: \"52:54:00:88:04:e4\" (drawn from the names of site, guest and network)",
        ),
    ] {
        let said = line(&site, "guests.d/a/ks.cfg", text);
        let value = format!("    {value}\n");
        assert!(said.contains(&value), "{value}{said}");
    }
    // Of `nic.mac if el > 6 else nic.device` only one is in the line, and what was not picked is in none.
    let network = line(&site, "guests.d/a/ks.cfg", "network --device");
    assert!(!network.contains("device: eth0 "), "{network}");
    let users = line(&site, "guests.d/a/ks.cfg", "bob\tALL");
    assert!(!users.contains("ann"), "{users}");
}

#[test]
fn what_was_caught_tells_the_values_in_it() {
    let lab = PICKED.replace(
        "  a: {}\n",
        "  a: {templates: {own: {src: own.txt}, whole: {src: whole.txt}}}\n",
    );
    let own = "\
{% set body %}{% for user in users %} {{ user.name }}{% endfor %}{% endset -%}
{% if body | trim %}has:{{ body }}{% endif %}
";
    // Base64 minds marks.
    let whole = "\
{% set body %}{% for user in [user for user in users if user.sudo is defined] %}{{ user.name }}{% endfor %}{% endset -%}
{{ body | base64 }}
{% filter base64 %}{{ users[0].name }} and {{ timezone.timezone }}{% endfilter %}
";
    let site = Site::new(&[
        ("lab.yml", &lab),
        ("templates/own.txt", own),
        ("templates/whole.txt", whole),
    ]);
    site.succeed(&["-c", "lab.yml", "generate"]);
    let ann = "    users[0].name: ann (lab.yml:9)\n";
    let bob = "    users[1].name: bob (lab.yml:10)\n";
    let has = line(&site, "guests.d/a/own.txt", "has: ann bob");
    let inside = format!("  inside {{% if body | trim %}} at ./templates/own.txt:2\n{ann}{bob}");
    assert!(has.contains(&inside), "{has}");
    let name = format!("  {{{{ user.name }}}} at ./templates/own.txt:1\n{bob}");
    assert!(has.contains(&name), "{has}");
    assert_eq!(
        line(&site, "guests.d/a/whole.txt", "Ym9i"),
        format!(
            "  made by ./templates/whole.txt:2\n  {{{{ body | base64 }}}} at ./templates/whole.txt:2\n{bob}"
        )
    );
    assert_eq!(
        line(&site, "guests.d/a/whole.txt", "YW5u"),
        format!(
            "  made by ./templates/whole.txt:3\n  {{{{ filter base64 }}}} at ./templates/whole.txt:3\n{ann}    timezone.timezone: UTC (lab.yml:6)\n"
        )
    );
}
