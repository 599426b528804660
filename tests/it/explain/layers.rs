//! The layers that decided over a value, and the expressions that made it.

use super::{OWN, explain, lab, table_line};
use crate::support::Site;

#[test]
fn a_value_is_shown_with_all_it_shadows() {
    let site = lab();
    assert_eq!(
        explain(&site, "db", "virtinst.ram"),
        "\
virtinst.ram: 3072
  builtin:os.d/redhat.yml:66
  layers, of which the last one counts:
    defaults       builtin:common/defaults.yml:12  2048
    OS rhel8       builtin:os.d/redhat.yml:66      3072
    common         lab.yml:10                      3584
    sysgroup base  lab.yml:14                      4096
    guest db       lab.yml:25                      ~ → 3072
"
    );
    assert_eq!(
        explain(&site, "db", "packages"),
        "\
packages: {\"installed\":[\"@core\"],\"uninstalled\":[]}
  builtin:os.d/redhat.yml:LINE
  layers, of which the last one counts:
    OS rhel5       builtin:os.d/redhat.yml:LINE  [\"@core\"]
    common         lab.yml:9                   [\"vim\",\"nano\"]
    sysgroup base  lab.yml:15                  !append → [\"vim\",\"nano\",\"tmux\"]
    guest db       lab.yml:26                  ~ → [\"@core\"]

packages.installed[0]  \"@core\"  builtin:os.d/redhat.yml:LINE
packages.uninstalled   []       builtin:os.d/redhat.yml:LINE
"
        .replace("LINE", &table_line("packages: [\"@core\"]"))
    );
}

#[test]
fn an_item_is_followed_to_where_it_was_in_the_list() {
    let site = lab();
    // `c` was the third before `b` was taken out.
    let item = "\
vars.list[1]: c
  lab.yml:8
  layers, of which the last one counts:
    common  lab.yml:8  c
";
    for path in ["vars.list[1]", "vars.list.1"] {
        assert_eq!(explain(&site, "web-1", path), item);
    }
    let list = explain(&site, "web-1", "vars.list");
    assert!(
        list.contains("sysgroup web  lab.yml:18  !remove → [\"a\",\"c\"]\n"),
        "{list}"
    );
    let disk = explain(&site, "web-1", "disks[0].size");
    assert_eq!(
        disk,
        "\
disks[0].size: 21474836480
  lab.yml:22
  layers, of which the last one counts:
    defaults     builtin:common/defaults.yml:10  10
    guest web-1  lab.yml:22                      !replace → 20
"
    );
}

#[test]
fn an_own_address_is_shown_over_that_of_the_interface() {
    let site = Site::new(&[("lab.yml", OWN)]);
    let layers = "  lab.yml:15
  layers, of which the last one counts:
    common   lab.yml:8   auto
    guest a  lab.yml:15  \"10.20.0.9\"
";
    for path in ["ip", "interfaces[0].ip"] {
        let text = explain(&site, "a", path);
        assert_eq!(text, format!("{path}: \"10.20.0.9\"\n{layers}"));
    }
}

#[test]
fn an_expression_is_shown_with_its_inputs_and_theirs() {
    let site = lab();
    assert_eq!(
        explain(&site, "web-2", "virtinst.location"),
        "\
virtinst.location: \"http://10.1.0.1/rocky9\"
  lab.yml:10, an expression
  {{ vars.tree }} reads
    vars.tree: \"http://10.1.0.1/rocky9\" (lab.yml:8, an expression)
      {{ networks.lan.gateway }} reads
        networks.lan.gateway: \"10.1.0.1\" (lab.yml:3, the first address of the subnet)
      {{ os.name }} reads
        os.name: rocky9 (lab.yml:6)
  layers, of which the last one counts:
    common  lab.yml:10  \"{{ vars.tree }}\"
"
    );
    let ram = explain(&site, "web-2", "virtinst.ram");
    assert!(
        ram.starts_with("virtinst.ram: 4096\n  lab.yml:19, an expression\n  {{ 1024 * (index + 2) }} reads\n    index: 2 (the number its name ends with)\n"),
        "{ram}"
    );
}

#[test]
fn an_expression_that_reads_nothing_says_so_little() {
    let site = Site::new(&[("lab.yml", OWN)]);
    assert_eq!(
        explain(&site, "a", "vars.n"),
        "\
vars.n: 2
  lab.yml:16, an expression
  {{ 1 + 1 }}
  layers, of which the last one counts:
    guest a  lab.yml:16  \"{{ 1 + 1 }}\"
"
    );
}

#[test]
fn a_value_that_was_taken_away_is_told_with_what_it_was() {
    let lab = "\
site: x
common:
  os: rocky9
  rootpw: locked
  description: all
  vars: {a: 1, b: {c: 2}, list: [p, q, r]}
  virtinst: {cdrom: /x.iso}
sysgroups:
  g: {vars: {a: 3}}
guests:
  n:
    sysgroups: [g]
    description: ~
    vars: !replace {d: 1}
  m: {vars: {list: !remove [p], b: ~}}
  k: {count: 2, vars: {list: [z]}}
";
    let site = Site::new(&[("lab.yml", lab)]);
    for (guest, path, want) in [
        (
            "n",
            "description",
            "\
description: nothing
  lab.yml:13, taken away with `~` by guest n
  layers, of which the last one counts:
    common   lab.yml:5   all
    guest n  lab.yml:13  ~ → nothing
",
        ),
        (
            "n",
            "vars.a",
            "\
vars.a: nothing
  lab.yml:14, left out by guest n, which replaces the whole
  layers, of which the last one counts:
    common      lab.yml:6   1
    sysgroup g  lab.yml:9   3
    guest n     lab.yml:14  without it
",
        ),
        (
            "m",
            "vars.b.c",
            "\
vars.b.c: nothing
  lab.yml:15, taken away with `~` by guest m
  layers, of which the last one counts:
    common   lab.yml:6   2
    guest m  lab.yml:15  ~ → nothing
",
        ),
        (
            "m",
            "vars.list[2]",
            "\
vars.list[2]: nothing
  lab.yml:15, `vars.list` has 2 items since guest m
  layers, of which the last one counts:
    common   lab.yml:6   [\"p\",\"q\",\"r\"]
    guest m  lab.yml:15  !remove → [\"q\",\"r\"]
",
        ),
        (
            "k-2",
            "count",
            "\
count: 2
  lab.yml:16
  layers, of which the last one counts:
    guest k-2  lab.yml:16  2
",
        ),
    ] {
        assert_eq!(explain(&site, guest, path), want, "{guest} {path}");
    }
    let args = [
        "-c", "lab.yml", "explain", "n", "vars.a", "--format", "json",
    ];
    let value: serde_json::Value = serde_json::from_str(&site.succeed(&args).stdout).unwrap();
    assert!(value["value"].is_null());
    assert_eq!(value["layers"][2]["how"], "dropped");
    for path in ["vars.x", "vars.list[3]", "vars.list[0].x", "description.x"] {
        let run = site.run(&["-c", "lab.yml", "explain", "m", path]);
        assert_eq!(run.status, 2, "{path}: {}", run.stdout);
        assert!(run.stderr.contains(&format!("no value `{path}`")), "{path}");
    }
    let run = site.run(&["-c", "lab.yml", "explain", "m", "vars.b.never"]);
    assert_eq!(run.status, 2, "{}", run.stdout);
}

#[test]
fn what_a_default_took_the_place_of_is_told() {
    let lab = "\
site: x
networks: {lan: {subnet: 10.0.0.0/24}}
common: {os: rocky9, rootpw: locked, virtinst: {cdrom: /x.iso, graphics: none}, interfaces: [{network: lan, ip: auto}]}
sysgroups:
  p: {services: {enabled: [sshd]}, firewall: {ports: [1/tcp]}}
guests:
  g: {sysgroups: [p], services: ~, firewall: {ports: ~}}
";
    let site = Site::new(&[("lab.yml", lab)]);
    for (path, was) in [
        ("services.enabled", "[\"sshd\"]"),
        ("firewall.ports", "[\"1/tcp\"]"),
    ] {
        let want = format!(
            "\
{path}: []
  lab.yml:7, taken away with `~` by guest g
  layers, of which the last one counts:
    sysgroup p  lab.yml:5  {was}
    guest g     lab.yml:7  ~ → nothing
"
        );
        assert_eq!(explain(&site, "g", path), want);
    }
}
