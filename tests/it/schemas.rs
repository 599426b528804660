//! JSON Schema for editors: the schemas kept in the project are those the program prints, and an independent validator
//! takes every site that is fine and refuses those whose fault one file shows.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use miniascape::diag::Sink;
use miniascape::schema::Kind;
use miniascape::source::Sources;
use miniascape::yaml::{Tag, parse};
use rayon::prelude::*;
use serde_json::Value;
use walkdir::WalkDir;

use crate::support::{Site, judge, project, tree};

/// Where the project keeps them.
const SCHEMAS: &str = "schemas";

/// Codes of faults that a schema can see, where one file shows them.
const SEEN: &[&str] = &["invalid-value", "missing-key", "unknown-key"];

/// Sites of those codes that the schemas pass, and why.
const PASSED: &[(&str, &str)] = &[];

/// The kind of a file by its path: a layer's by its directory, and what is below no conf directory is a whole lab.
fn kind(path: &str) -> Option<Kind> {
    let Some((_, layer)) = path.rsplit_once("/conf.d/") else {
        return Some(Kind::Lab);
    };
    // 0.3 had the directories of a site one level down.
    let below = layer.split_once('/').map_or(layer, |(_, below)| below);
    [layer, below]
        .iter()
        .find_map(|layer| Kind::of(&format!("conf.d/{layer}")))
}

/// Returns the YAML files below a directory, each as an argument of the judge; those of directories that a site names
/// itself are left out.
fn files(root: &Path) -> Vec<String> {
    let entries = WalkDir::new(root).sort_by_file_name();
    entries
        .into_iter()
        .map(|entry| entry.unwrap().path().display().to_string())
        .filter(|path| path.ends_with(".yml") && !path.contains("/workdir/"))
        .filter_map(|path| Some(format!("{}={path}", kind(&path)?.as_str())))
        .collect()
}

/// Returns what the judge says of files.
#[track_caller]
fn faults(files: &[String]) -> Vec<String> {
    assert!(!files.is_empty());
    let script = project("tests/judges/schemas.py");
    let schemas = project(SCHEMAS);
    let mut args = vec![script.to_str().unwrap(), schemas.to_str().unwrap()];
    args.extend(files.iter().map(String::as_str));
    let run = judge("python3", &args);
    assert_eq!(run.status, 0, "{}", run.stderr);
    run.stdout.lines().map(str::to_owned).collect()
}

#[test]
fn the_schemas_of_the_project_are_those_of_the_program() {
    let site = Site::new(&[]);
    site.succeed(&["schema", "--dir", "out"]);
    let printed = tree(&site.path().join("out"));
    if std::env::var_os("UPDATE").is_some() {
        for (name, (_, content)) in &printed {
            fs::write(project(SCHEMAS).join(name), content).unwrap();
        }
    }
    assert!(
        tree(&project(SCHEMAS)) == printed,
        "write them anew: UPDATE=1 cargo test --test it schemas"
    );
    for (name, (_, content)) in &printed {
        let kind = name.strip_suffix(".schema.json").unwrap();
        let alone = site.succeed(&["schema", kind]).stdout;
        assert_eq!(alone.as_bytes(), content, "{name}");
    }
    // What is there already is left alone, and nothing else in the directory is touched.
    site.write("out/notes.txt", "mine");
    site.write("out/meta.schema.json", "{}");
    let again = site.succeed(&["schema", "--dir", "out"]);
    assert!(
        again.stderr.contains("1 schema written, 8 unchanged"),
        "{}",
        again.stderr
    );
    assert_eq!(site.read("out/notes.txt"), "mine");
}

#[test]
fn every_site_that_is_fine_passes() {
    let roots = ["examples", "tests/sites", "tests/faults"];
    let mut all: Vec<String> = roots
        .iter()
        .flat_map(|root| files(&project(root)))
        .collect();
    all.retain(|file| !file.contains("/tests/faults/") || file.contains(".fine"));
    assert_eq!(faults(&all), Vec::<String>::new());
}

#[test]
fn a_new_site_passes() {
    let site = Site::new(&[]);
    site.succeed(&["init", "lab"]);
    assert_eq!(
        faults(&files(&site.path().join("lab/conf.d"))),
        Vec::<String>::new()
    );
}

#[test]
fn sites_whose_fault_one_file_shows_are_refused() {
    let mut all = files(&project("tests/faults"));
    all.retain(|file| !file.contains(".fine"));
    let found = faults(&all).join("\n");
    let root = project("tests/faults");
    let mut cases: BTreeSet<String> = BTreeSet::new();
    for file in &all {
        let (_, path) = file.split_once('=').unwrap();
        let path = Path::new(path).strip_prefix(&root).unwrap();
        let case: Vec<&str> = path
            .iter()
            .take(2)
            .map(|part| part.to_str().unwrap())
            .collect();
        cases.insert(case.join("/").trim_end_matches(".yml").to_owned());
    }
    let passes = |case: &String| {
        let case = root.join(case);
        let case = case.display();
        !found.contains(&format!("{case}.yml: ")) && !found.contains(&format!("{case}/"))
    };
    let is_seen = |case: &&String| {
        SEEN.iter()
            .any(|code| case.starts_with(&format!("{code}/")))
    };
    let passed: BTreeSet<&str> = cases
        .iter()
        .filter(is_seen)
        .filter(|case| passes(case))
        .map(String::as_str)
        .collect();
    let expected: BTreeSet<&str> = PASSED.iter().map(|(case, _)| *case).collect();
    assert_eq!(
        passed, expected,
        "say in `PASSED` why the schemas pass a site"
    );
}

#[test]
fn the_page_about_editors_has_every_tag_and_every_kind() {
    let page = fs::read_to_string(project("docs/EDITORS.md")).unwrap();
    let blocks = page.split("```json\n").skip(1);
    let settings: Vec<Value> = blocks
        .map(|block| serde_json::from_str(block.split("```").next().unwrap()).unwrap())
        .collect();
    let directories = settings[0]["yaml.schemas"].as_object().unwrap();
    assert_eq!(directories.len(), Kind::ALL.len());
    for kind in Kind::ALL {
        let place = directories[&format!("schemas/{}", kind.file())]
            .as_str()
            .unwrap();
        let directory = kind.directory().unwrap_or("lab.yml");
        assert!(place.contains(directory), "{place}");
    }
    let mut tags = Vec::new();
    for (tag, _) in Tag::ALL {
        for (kind, value) in [("scalar", "x"), ("sequence", "[]"), ("mapping", "{}")] {
            let (mut sources, mut sink) = (Sources::default(), Sink::default());
            let text = format!("a: !{tag} {value}\n");
            parse(sources.add("a.yml", text.as_str()), &text, &mut sink);
            tags.extend((!sink.has_errors()).then(|| format!("!{tag} {kind}")));
        }
    }
    assert_eq!(settings[1]["yaml.customTags"], Value::from(tags));
}

#[test]
fn what_a_value_may_be_is_what_the_program_reads() {
    // Every form of a value, and the nearest that is none; `validate` and the judge agree on each.
    let both: &[(&str, &str, &str)] = FORMS;
    let site = Site::new(&[]);
    let mut arguments = Vec::new();
    for (index, (place, good, bad)) in both.iter().enumerate() {
        for (name, value) in [("good", good), ("bad", bad)] {
            let file = format!("{index}-{name}.yml");
            let (head, tail) = place.split_once('@').unwrap();
            site.write(&file, format!("{BASE}{head}{value}{tail}\n"));
            arguments.push(format!("lab={}", site.path().join(&file).display()));
        }
    }
    let found = faults(&arguments).join("\n");
    both.par_iter()
        .enumerate()
        .for_each(|(index, (place, good, bad))| {
            for (name, value) in [("good", good), ("bad", bad)] {
                let file = format!("{index}-{name}.yml");
                let refused = found.contains(&format!("/{file}: "));
                assert_eq!(
                    refused,
                    name == "bad",
                    "the judge on {place} {value}\n{found}"
                );
                let run = site.run(&["-c", &file, "validate"]);
                let codes = run.codes();
                let refused = SEEN.iter().any(|code| codes.contains(code));
                assert_eq!(refused, name == "bad", "{place} {value}\n{}", run.stderr);
            }
        });
}

/// What the labs of [`FORMS`] have beside the value: nothing it depends on is missing.
const BASE: &str =
    "site: x\ncommon: {os: rocky9, rootpw: locked, virtinst: {location: 'http://x.test/'}}\n";

/// Where a value stands, with `@` for it; a good one and a bad one.
const FORMS: &[(&str, &str, &str)] = &[
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
        "\"ssh-rsa AAAA me\"",
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
