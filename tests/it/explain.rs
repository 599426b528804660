//! `explain` and `show --origin`: where values come from, and what made the lines of outputs.

use std::collections::BTreeMap;

use miniascape::diag::Sink;
use miniascape::files::Files;
use miniascape::render::{Selection, Trace, render, trace};
use miniascape::{Request, load};
use serde_json::Value;

use crate::support::{SITES, Site, project};

/// A lab whose values come in every way there is.
const LAB: &str = "\
site: x
networks:
  lan: {subnet: 10.1.0.0/24, domain: x.test, dhcp: {start: 10.1.0.100, end: 10.1.0.150}}
  san: {mode: isolated, subnet: 10.1.9.0/24, mac_prefix: \"52:54:00:09\", mtu: 9000}
common:
  os: rocky9
  rootpw: locked
  vars: {tree: \"http://{{ networks.lan.gateway }}/{{ os.name }}\", list: [a, b, c]}
  packages: [vim, nano]
  virtinst: {location: \"{{ vars.tree }}\", ram: 3584}
  interfaces: [{network: lan, ip: auto}]
sysgroups:
  base:
    virtinst: {ram: 4096}
    packages: !append [tmux]
  web:
    sysgroups: [base]
    vars: {list: !remove [b]}
    virtinst: {ram: \"{{ 1024 * (index + 2) }}\", vcpus: ~}
    interfaces: !append [{network: san, ip: \"10.1.9.{{ 20 + index }}\"}]
guests:
  web: {count: 2, disks: !replace [{size: 20}]}
  db:
    sysgroups: [base]
    virtinst: {ram: ~}
    packages: ~
    ip: 10.1.0.9
    interfaces: [{network: lan, mac: \"52:54:00:00:00:09\"}]
";

fn lab() -> Site {
    Site::new(&[("lab.yml", LAB)])
}

/// Explains a value of [`LAB`].
#[track_caller]
fn explain(site: &Site, guest: &str, path: &str) -> String {
    site.succeed(&["-c", "lab.yml", "explain", guest, path])
        .stdout
}

/// The number of the first line in the table of the Red Hat family that says something.
fn table_line(text: &str) -> String {
    let table = std::fs::read_to_string(project("conf.d/os.d/redhat.yml")).unwrap();
    let line = table.lines().position(|line| line.contains(text));
    (line.unwrap() + 1).to_string()
}

#[test]
fn a_value_is_shown_with_all_it_shadows() {
    let site = lab();
    assert_eq!(
        explain(&site, "db", "virtinst.ram"),
        "\
virtinst.ram: 3072
  builtin:os.d/redhat.yml:64
  layers, of which the last one counts:
    defaults       builtin:common/defaults.yml:12  2048
    OS rocky9      builtin:os.d/redhat.yml:64      3072
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
    OS rocky9      builtin:os.d/redhat.yml:LINE  [\"@core\"]
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
fn an_address_names_the_rule_that_gave_it() {
    let site = lab();
    let second = |guest: &str, path: &str| {
        let text = explain(&site, guest, path);
        text.lines().nth(1).unwrap().trim().to_owned()
    };
    let family = table_line("family: redhat");
    let family = format!("builtin:os.d/redhat.yml:{family}, the OS table's `rocky9`");
    let cases: [(&str, &str, &str); 17] = [
        (
            "web-1",
            "interfaces[0].ip",
            "lab.yml:11, the lowest free address of network `lan`",
        ),
        (
            "web-1",
            "ip",
            "lab.yml:11, the lowest free address of network `lan`",
        ),
        (
            "web-1",
            "interfaces[0].mac",
            "drawn from the names of site, guest and network",
        ),
        ("web-1", "interfaces[1].ip", "lab.yml:20, an expression"),
        (
            "web-1",
            "interfaces[1].mac",
            "lab.yml:4, the readable form of its address, by `mac_prefix` of network `san`",
        ),
        (
            "web-1",
            "interfaces[1].mtu",
            "lab.yml:4, the MTU of network `san`",
        ),
        (
            "web-1",
            "interfaces[0].gateway",
            "lab.yml:3, the gateway of network `lan`",
        ),
        (
            "web-1",
            "interfaces[1].nodefroute",
            "lab.yml:4, the default for one interface of several in the isolated network `san`",
        ),
        ("web-1", "fqdn", "lab.yml:3, host name and domain"),
        ("web-1", "domain", "lab.yml:3, the domain of network `lan`"),
        ("web-1", "sysgroups[0]", "lab.yml:17"),
        ("web-1", "sysgroups[1]", "the group of the guest's name"),
        ("web-1", "packages.installed[2]", "lab.yml:15"),
        ("db", "interfaces[0].ip", "lab.yml:27"),
        ("db", "interfaces[0].mac", "lab.yml:28"),
        ("db", "os", "lab.yml:6"),
        ("db", "os.family", &family),
    ];
    for (guest, path, want) in cases {
        assert_eq!(second(guest, path), want, "{guest} {path}");
    }
    site.succeed(&["-c", "lab.yml", "generate"]);
    assert_eq!(
        second("web-2", "interfaces[0].ip"),
        "./lab.lock:6, kept by the lock"
    );
}

#[test]
fn secrets_are_masked_and_lists_are_whole() {
    let site = Site::new(&[("lab.yml", &LAB.replace("locked", "hunter2hunter2"))]);
    // A password in plain text is warned of.
    let printed = |args: &[&str]| {
        let run = site.run(&[&["-c", "lab.yml"], args].concat());
        assert_eq!(
            (run.status, run.codes()),
            (0, vec!["plain-password"]),
            "{args:?}"
        );
        run.stdout
    };
    let all = printed(&["explain", "web-1"]);
    assert!(!all.contains("hunter2") && !all.contains("$6$"), "{all}");
    assert!(all.contains("rootpw.hash "), "{all}");
    let password = printed(&["explain", "web-1", "rootpw"]);
    assert!(
        !password.contains("hunter2") && password.contains("lab.yml:7"),
        "{password}"
    );
    let text = printed(&["explain", "--output", "guests.d/web-1/ks.cfg:1"]);
    assert!(text.contains("name: web-1"), "{text}");
    site.run(&["-c", "lab.yml", "generate"]);
    let install = site.read("workdir/guests.d/web-1/ks.cfg");
    let line = install
        .lines()
        .position(|line| line.starts_with("rootpw"))
        .unwrap()
        + 1;
    let text = printed(&[
        "explain",
        "--output",
        &format!("guests.d/web-1/ks.cfg:{line}"),
    ]);
    assert!(
        text.contains("rootpw --iscrypted") && !text.contains("$6$"),
        "{text}"
    );
    // Every leaf that `show` prints is in the list, and in its order.
    let shown = printed(&["show", "guest/web-1", "--format", "json"]);
    let mut shown: Value = serde_json::from_str(&shown).unwrap();
    shown.as_object_mut().unwrap().shift_remove("format");
    let mut paths = Vec::new();
    miniascape::yaml::path::leaves(&mut Vec::new(), &shown, &mut |path, _| {
        paths.push(miniascape::yaml::path::show(path));
    });
    let listed: Vec<&str> = all
        .lines()
        .map(|line| line.split(' ').next().unwrap())
        .collect();
    assert_eq!(listed, paths);
}

#[test]
fn json_says_the_same() {
    let site = lab();
    let run = site.succeed(&[
        "-c",
        "lab.yml",
        "explain",
        "web-2",
        "virtinst.ram",
        "--format",
        "json",
    ]);
    let value: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(value["format"], 1);
    assert_eq!(value["guest"], "web-2");
    assert_eq!(value["value"], 4096);
    assert_eq!(value["place"]["line"], 19);
    let layers = value["layers"].as_array().unwrap();
    let lines: Vec<&Value> = layers.iter().map(|layer| &layer["place"]["line"]).collect();
    assert_eq!(lines, [12, 64, 10, 14, 19]);
    assert_eq!(value["expressions"][0]["reads"][0]["path"], "index");
    let run = site.succeed(&["-c", "lab.yml", "explain", "web-2", "--format", "json"]);
    let value: Value = serde_json::from_str(&run.stdout).unwrap();
    assert!(value["values"].as_array().unwrap().len() > 80, "{value}");
}

#[test]
fn unknown_names_are_usage_errors_with_the_nearest_known() {
    let site = lab();
    let cases: [(&[&str], &str); 9] = [
        (
            &["explain", "web"],
            "guest `web` is not in the lab; there are `web-1` to `web-2`",
        ),
        (
            &["explain", "--output", "./workdir:1"],
            "`./workdir:1` is the workdir itself: name a file in it",
        ),
        (
            &["explain", "web-3"],
            "guest `web-3` is not in the lab; did you mean `web-1`?",
        ),
        (
            &["explain", "db", "virtinst.rma"],
            "guest `db` has no value `virtinst.rma`; did you mean `virtinst.ram`?",
        ),
        (
            &["explain", "db", "interfaces[x]"],
            "guest `db` has no value `interfaces[x]`",
        ),
        (
            &["explain", "--output", "guests.d/db/ks.cfg"],
            "`guests.d/db/ks.cfg` is no FILE:LINE, as in guests.d/sam/ks.cfg:17",
        ),
        (
            &["explain", "--output", "guests.d/db/kx.cfg:1"],
            "the lab has no output `guests.d/db/kx.cfg`; did you mean `guests.d/db/ks.cfg`?",
        ),
        (
            &["explain", "--output", "guests.d/bd/ks.cfg:1"],
            "guest `bd` is not in the lab; did you mean `db`?",
        ),
        (
            &["explain", "--output", "host/net-setup.sh:0"],
            "`host/net-setup.sh` has ",
        ),
    ];
    for (args, want) in cases {
        let run = site.run(&[&["-c", "lab.yml"], args].concat());
        assert_eq!(run.status, 2, "{args:?}: {}", run.stderr);
        assert!(run.stderr.contains(want), "{args:?}: {}", run.stderr);
    }
}

#[test]
fn show_says_behind_each_value_where_it_comes_from() {
    let site = lab();
    for object in [
        "guest/web-1",
        "guest/db",
        "network/lan",
        "network/san",
        "storage/default",
        "host",
    ] {
        let shown = site.succeed(&["-c", "lab.yml", "show", object]).stdout;
        let annotated = site
            .succeed(&["-c", "lab.yml", "show", object, "--origin"])
            .stdout;
        let read = |text: &str| -> Value { serde_yaml::from_str(text).unwrap() };
        assert_eq!(read(&shown), read(&annotated), "{object}");
        let bare: Vec<&str> = annotated
            .lines()
            .filter(|line| !line.contains("  # "))
            .collect();
        assert!(
            bare.iter().all(|line| line.ends_with([':', '-'])),
            "{object}: {bare:?}"
        );
    }
    let san = site
        .succeed(&["-c", "lab.yml", "show", "network/san", "--origin"])
        .stdout;
    for line in [
        "mode: isolated                                # lab.yml:4",
        "gateway: \"10.1.9.1\"                           # lab.yml:4, the first address of the subnet",
        "  - mac: \"52:54:00:09:00:21\"                  # lab.yml:4, guest `web-1`: the readable form of its address",
        "    ip: \"10.1.9.21\"                           # lab.yml:20, guest `web-1`",
        "localonly: false                              # a default of the program",
    ] {
        assert!(san.lines().any(|own| own == line), "{line}\n{san}");
    }
}

#[test]
fn a_part_that_is_filled_in_is_not_taken_for_its_list() {
    let site = Site::copy("examples/multinet");
    let switch = site.succeed(&["show", "network/switch", "--origin"]).stdout;
    let default = "      trunk: true                           # a default of the program";
    assert!(switch.lines().any(|line| line == default), "{switch}");
}

/// Every file of every site is followed to the last byte.
#[test]
fn every_output_can_be_traced() {
    for (dir, file) in SITES {
        let site = project(dir).join(file.unwrap_or("conf.d"));
        let request = Request {
            confdirs: vec![site],
            tmpldirs: Vec::new(),
            connect: None,
            notes: false,
        };
        let (mut files, mut sink) = (Files::default(), Sink::default());
        let loaded = load(&request, &mut files, &mut sink).unwrap();
        let (engine, payloads) = (&loaded.engine, &loaded.payloads);
        let selection = Selection::all();
        let sources = &files.sources;
        let outputs = render(
            &loaded.lab,
            engine,
            payloads,
            &selection,
            sources,
            &mut sink,
        );
        // Of the files of one name the longest will do.
        let mut longest: BTreeMap<String, (String, String)> = BTreeMap::new();
        for output in outputs {
            let Ok(text) = String::from_utf8(output.content.to_vec()) else {
                continue;
            };
            let name = output.path.rsplit('/').next().unwrap().to_owned();
            let known = longest.entry(name).or_default();
            if known.1.len() <= text.len() {
                *known = (output.path, text);
            }
        }
        for (path, text) in longest.into_values() {
            let traced = trace(&path, &text, &loaded.lab, engine, payloads, sources);
            let traced = traced.unwrap_or_else(|| panic!("{dir}: {}", path));
            if let Trace::Templates(pieces) = traced {
                let mut at = 0;
                for piece in pieces {
                    assert_eq!(piece.range.start, at, "{dir}: {}", path);
                    at = piece.range.end;
                }
                assert_eq!(at, text.len(), "{dir}: {}", path);
            }
        }
    }
}

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
    interfaces: [{\"device\":\"eth0\",\"mac\":\"52:54:00:b9:77:f6\"… (lab.yml:20)
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
    assert!(line("k=1 ").contains("vars.map: {\"k\":1}"));
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

/// A guest that says its own address and names, beside common's interface.
const OWN: &str = "\
site: web
networks: {lan: {subnet: 10.20.0.0/24, domain: web.test}}
common:
  os: rocky9
  rootpw: locked
  interfaces:
    - network: lan
      ip: auto
  virtinst: {location: \"http://x/y\"}
  description: gone
guests:
  a:
    mac: \"52:54:00:aa:bb:cc\"
    hostname: zed
    ip: 10.20.0.9
    vars: {n: \"{{ 1 + 1 }}\"}
  b:
    bootloader: {append: [quiet]}
    description: ~
";

#[test]
fn each_part_of_a_reservation_has_its_own_place() {
    let site = Site::new(&[("lab.yml", OWN)]);
    let shown = || {
        let args = ["-c", "lab.yml", "show", "network/lan", "--origin"];
        let text = site.succeed(&args).stdout;
        let squeeze = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
        text.lines().map(squeeze).collect::<Vec<String>>()
    };
    let lines = shown();
    for line in [
        "- mac: \"52:54:00:aa:bb:cc\" # lab.yml:13, guest `a`",
        "name: zed.web.test # lab.yml:14, guest `a`",
        "ip: \"10.20.0.9\" # lab.yml:15, guest `a`",
        "ip: \"10.20.0.2\" # lab.yml:8, guest `b`: the lowest free address",
        "- zed.web.test # lab.yml:14, guest `a`",
        "- b.web.test # lab.yml:17, guest `b`",
    ] {
        assert!(lines.iter().any(|own| own == line), "{line}\n{lines:#?}");
    }
    site.succeed(&["-c", "lab.yml", "generate"]);
    let kept = "guest `b`: kept by the lock";
    let lines = shown();
    let kept = lines.iter().filter(|line| line.ends_with(kept));
    assert!(
        kept.clone().all(|line| line.contains("# ./lab.lock:")),
        "{lines:#?}"
    );
    assert!(kept.count() >= 2, "{lines:#?}");
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
fn the_kernel_arguments_of_the_os_are_a_layer() {
    let site = Site::new(&[("lab.yml", OWN)]);
    let text = explain(&site, "a", "bootloader.append");
    assert!(!text.contains("default of the program"), "{text}");
    assert!(text.contains(", the OS table's `rocky9`\n"), "{text}");
    let text = explain(&site, "b", "bootloader.append");
    assert!(
        text.contains("lab.yml:18, after those of the OS table\n"),
        "{text}"
    );
    assert!(
        text.contains("    OS rocky9  builtin:os.d/redhat.yml:"),
        "{text}"
    );
    assert!(text.contains("merged → [\"console="), "{text}");
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
fn an_output_is_found_however_its_path_is_written() {
    let site = lab();
    let dir = std::fs::canonicalize(site.path()).unwrap();
    let whole = dir.join("workdir/guests.d/db/ks.cfg:1");
    for (workdir, output) in [
        ("workdir", "guests.d/db/ks.cfg:1"),
        ("workdir", "./guests.d/./db/ks.cfg:1"),
        ("workdir", "./workdir/guests.d/db/ks.cfg:1"),
        ("workdir", "x/../workdir/guests.d/db/ks.cfg:1"),
        ("./workdir", "workdir/guests.d/db/ks.cfg:1"),
        ("./workdir", whole.to_str().unwrap()),
    ] {
        let args = [
            "-c", "lab.yml", "-w", workdir, "explain", "--output", output,
        ];
        let text = site.succeed(&args).stdout;
        assert!(text.starts_with("guests.d/db/ks.cfg:1: "), "{text}");
    }
}
