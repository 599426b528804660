//! Templates of a site: what they see, how they are tried alone, and where their faults are.

use std::collections::BTreeMap;
use std::fs;

use miniascape::render::{
    Kind, Name, Topic, guest_names, network_names, page_parts, storage_names,
};
use serde_json::Value;

use crate::support::{Site, project};

/// The page for template authors.
const PAGE: &str = "docs/TEMPLATES.md";

/// Sites whose contexts are walked: their directory or file.
const SITES: &[(&str, Option<&str>)] = &[
    ("examples/ha-cluster", None),
    ("examples/multinet", None),
    ("examples/service", None),
    ("examples/three-tier", None),
    ("tests/sites/debian", Some("lab.yml")),
    ("tests/sites/normative-a", None),
    ("tests/sites/normative-c", Some("farm.yml")),
    ("tests/sites/pools", Some("lab.yml")),
    ("tests/sites/rhel9", Some("lab.yml")),
    ("tests/sites/templates", Some("lab.yml")),
    ("tests/sites/cloud", Some("lab.yml")),
    ("tests/sites/ubuntu", Some("lab.yml")),
    ("tests/sites/windows", Some("lab.yml")),
    ("tests/sites/seal", Some("lab.yml")),
    ("tests/sites/alpine", Some("lab.yml")),
    ("tests/sites/links", Some("lab.yml")),
];

/// The names met, and what was wrong with them.
struct Walk<'n> {
    names: BTreeMap<&'n str, &'n Name>,
    /// How often each name was there, and how often it could have been.
    seen: BTreeMap<&'n str, (usize, usize)>,
    faults: Vec<String>,
}

impl<'n> Walk<'n> {
    fn new(topics: &'n [Topic]) -> Self {
        let names = topics.iter().flat_map(|topic| &topic.names);
        Self {
            names: names.map(|name| (name.path.as_str(), name)).collect(),
            seen: BTreeMap::new(),
            faults: Vec::new(),
        }
    }

    /// Visits a map whose names start with `prefix`.
    fn map(&mut self, prefix: &str, value: &Value) {
        let map = value.as_object().unwrap();
        for key in map.keys() {
            let path = format!("{prefix}{key}");
            match self.names.get(path.as_str()) {
                Some(name) => self.value(name, &map[key]),
                None => self.faults.push(format!("`{path}` is not on the page")),
            }
        }
        for path in self.names.keys() {
            let own = path
                .strip_prefix(prefix)
                .is_some_and(|key| !key.contains(['.', '[']));
            if own {
                let (there, possible) = self.seen.entry(path).or_default();
                *there += usize::from(map.contains_key(&path[prefix.len()..]));
                *possible += 1;
            }
        }
    }

    fn value(&mut self, name: &Name, value: &Value) {
        let path = &name.path;
        let fits = match name.kind {
            Kind::Text => value.is_string(),
            Kind::Number | Kind::Bytes | Kind::Mebibytes => value.is_u64(),
            Kind::YesNo => value.is_boolean(),
            Kind::Texts | Kind::Maps => value.is_array(),
            Kind::Map => value.is_object(),
            Kind::Any => true,
        };
        if !fits {
            self.faults
                .push(format!("`{path}` is {value}, not {}", name.kind.as_str()));
            return;
        }
        let keyed = format!("{path}.*");
        match value {
            Value::Object(map) if self.names.contains_key(keyed.as_str()) => {
                *self
                    .seen
                    .entry(self.names[keyed.as_str()].path.as_str())
                    .or_default() = (1, 2);
                for value in map.values() {
                    self.map(&format!("{keyed}."), value);
                }
            }
            Value::Object(_) if name.kind == Kind::Map && path != "host.host_templates" => {
                self.map(&format!("{path}."), value);
            }
            Value::Array(items) if name.kind != Kind::Any => {
                // The page says of these that they are those of the guest itself.
                let path = path.strip_prefix("guests[].").unwrap_or(path);
                for item in items {
                    match name.kind {
                        Kind::Maps => self.map(&format!("{path}[]."), item),
                        _ if item.is_string() => {}
                        _ => self.faults.push(format!("an item of `{path}` is {item}")),
                    }
                }
            }
            _ => {}
        }
    }

    /// Expects every name to have been met, and to be there as often as the page says.
    #[track_caller]
    fn finish(mut self) {
        for (path, name) in &self.names {
            let (there, possible) = self.seen.get(path).copied().unwrap_or_default();
            if there == 0 {
                self.faults.push(format!("`{path}` is never there"));
            } else if name.always != (there == possible) && !path.ends_with(".*") {
                self.faults
                    .push(format!("`{path}` is there {there} times of {possible}"));
            }
        }
        self.faults.sort();
        self.faults.dedup();
        assert!(self.faults.is_empty(), "{:#?}", self.faults);
    }
}

/// The contexts of every object of a kind in all sites.
fn contexts(kind: &str) -> Vec<Value> {
    let mut contexts = Vec::new();
    for (from, file) in SITES {
        let site = Site::copy(from);
        let options = file.map_or_else(Vec::new, |file| vec!["-c", file]);
        site.run(&[&options[..], &["generate"]].concat());
        let dir = site.path().join("workdir").join(match kind {
            "guest" => "guests.d",
            "storage" => "host/storages.d",
            _ => "host/networks.d",
        });
        let mut names: Vec<String> = fs::read_dir(dir)
            .into_iter()
            .flatten()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| kind == "guest" || name.ends_with(".xml"))
            .map(|name| name.trim_end_matches(".xml").to_owned())
            .collect();
        names.sort();
        for name in names {
            let object = format!("{kind}/{name}");
            let args = ["show", &object, "--context", "--format", "json"];
            let run = site.run(&[&options[..], &args].concat());
            let mut value: Value = serde_json::from_str(&run.stdout).unwrap();
            assert_eq!(
                value.as_object_mut().unwrap().shift_remove("format"),
                Some(1.into())
            );
            contexts.push(value);
        }
    }
    contexts
}

#[test]
fn the_page_lists_every_name_of_a_guest() {
    let topics = guest_names();
    let mut walk = Walk::new(&topics);
    for context in contexts("guest") {
        walk.map("", &context);
    }
    walk.finish();
}

#[test]
fn the_page_lists_every_name_of_a_network() {
    let topics = network_names();
    let mut walk = Walk::new(&topics);
    for context in contexts("network") {
        walk.map("", &context);
    }
    walk.finish();
}

#[test]
fn the_page_lists_every_name_of_a_pool() {
    let topics = storage_names();
    let mut walk = Walk::new(&topics);
    for context in contexts("storage") {
        walk.map("", &context);
    }
    walk.finish();
}

#[test]
fn the_page_is_what_the_code_says() {
    let mut page = fs::read_to_string(project(PAGE)).unwrap();
    let committed = page.clone();
    for (part, text) in page_parts() {
        let open = format!("<!-- made from the code: {part} -->\n");
        let start = page.find(&open).unwrap() + open.len();
        let end = start + page[start..].find("<!-- end -->").unwrap();
        page.replace_range(start..end, &format!("{text}\n"));
    }
    if std::env::var_os("UPDATE").is_some() {
        fs::write(project(PAGE), &page).unwrap();
    }
    assert!(
        page == committed || std::env::var_os("UPDATE").is_some(),
        "{PAGE} is not what the code says: `UPDATE=1 cargo test --test it templates` writes it"
    );
}

/// A lab whose guest has an output of the site's own.
const LAB: &str = "\
site: x
networks: {lan: {subnet: 10.0.0.0/24, domain: x.test}}
common: {os: rhel9, rootpw: locked, virtinst: {location: http://x/}, interfaces: [{network: lan}]}
guests:
  a: {ip: 10.0.0.5, users: [{name: ann, password: s3cret-word}], templates: {motd: {src: motd.txt}}}
";

/// A site of [`LAB`], `motd.txt` and the files in `more`.
fn site(motd: &str, more: &[(&str, &str)]) -> Site {
    let files = [("lab.yml", LAB), ("templates/motd.txt", motd)];
    Site::new(&[&files, more].concat())
}

/// Expects `motd` to be refused: message, place and help.
#[track_caller]
fn refused(motd: &str, more: &[(&str, &str)], message: &str, places: &[&str], help: &str) {
    let run = site(motd, more).run(&["-c", "lab.yml", "validate", "-q"]);
    assert_eq!(run.status, 1, "{}", run.stderr);
    let first = run.stderr.lines().find(|line| line.starts_with("error"));
    assert_eq!(
        first.unwrap(),
        format!("error[template]: {message}"),
        "{}",
        run.stderr
    );
    let shown: Vec<&str> = run
        .stderr
        .lines()
        .filter_map(|line| {
            let line = line.trim_start();
            line.strip_prefix("--> ").or(line.strip_prefix("::: "))
        })
        .map(|place| place.trim_start_matches("./templates/"))
        .collect();
    assert_eq!(&shown[..places.len()], places, "{}", run.stderr);
    assert!(run.stderr.contains(help), "{}", run.stderr);
}

#[test]
fn a_name_that_does_not_exist_is_located_and_what_exists_is_said() {
    let here = "= help: rendered for guest `a`; ";
    let cases = [
        (
            "\n{{ nam }}",
            "`nam` is not defined",
            "motd.txt:2:4",
            "did you mean `name`?",
        ),
        (
            "{{ zzzzzz }}",
            "`zzzzzz` is not defined",
            "motd.txt:1:4",
            "available here: bootloader, disks, ",
        ),
        (
            "{{ interfaces[0].mtuu | sh }}",
            "`interfaces[0].mtuu` is not defined",
            "motd.txt:1:4",
            "`interfaces[0]` has: bootproto, ",
        ),
        (
            "{{ interfaces[3].mtu }}",
            "`interfaces[3]` is not defined",
            "motd.txt:1:4",
            "`interfaces` has 1 item",
        ),
        (
            "{{ [1] | join(sep=os.nam) }}",
            "`os.nam` is not defined",
            "motd.txt:1:19",
            "did you mean `name`? `os` has: cloud_user, distro, ",
        ),
        (
            "{{ name.first }}",
            "`name.first` is not defined",
            "motd.txt:1:4",
            "`name` has no fields",
        ),
        (
            "{% for nic in interfaces %}{{ nic.ipp | ident }}{% endfor %}",
            "`nic.ipp` is not defined",
            "motd.txt:1:31",
            "did you mean `ip`? `nic` has: bootproto, ",
        ),
        (
            "{% for x in hostt %}{% endfor %}",
            "`hostt` is not defined",
            "motd.txt:1:13",
            "did you mean `host`?",
        ),
        (
            "{% set mine = 1 %}{{ mien }}",
            "`mien` is not defined",
            "motd.txt:1:22",
            "did you mean `mine`?",
        ),
        (
            "{{ networks.lam.subnet }}",
            "`networks.lam` is not defined",
            "motd.txt:1:4",
            "did you mean `lan`? `networks` has: lan",
        ),
    ];
    for (motd, message, place, help) in cases {
        let help = format!("{here}{help}");
        refused(motd, &[], message, &[place], &help);
    }
}

#[test]
fn faults_in_included_templates_show_the_way_there() {
    let more = [
        ("templates/one.txt", "1\n{% include \"two.txt\" %}"),
        ("templates/two.txt", "{{ nic.ipp }}"),
    ];
    refused(
        "{% for nic in interfaces %}\n{% include \"one.txt\" %}{% endfor %}",
        &more,
        "`nic.ipp` is not defined",
        &["two.txt:1:4", "one.txt:2:12", "motd.txt:2:12"],
        "did you mean `ip`?",
    );
    refused(
        "{% include \"one.txt\" %}",
        &[("templates/one.txt", "{% include \"motd.txt\" %}")],
        "templates include each other: `motd.txt` → `one.txt` → `motd.txt`",
        &["motd.txt:1:12", "one.txt:1:12"],
        "",
    );
    refused(
        "{% include \"one.txt\" %}",
        &[("templates/one.txt", "{% if %}")],
        "found `%}` but expected one of: integer, float, string, bool, ident, `-`, `not`, `<`, `{`, `[` or `(`",
        &["one.txt:1:7", "motd.txt:1:12"],
        "included from here",
    );
}

#[test]
fn what_cannot_be_called_is_suggested_or_listed() {
    let cases = [
        (
            "{{ name | shh }}",
            "unknown filter `shh`",
            "motd.txt:1:11",
            "did you mean `sh`?",
        ),
        (
            "{{ name | zzzzzz }}",
            "unknown filter `zzzzzz`",
            "motd.txt:1:11",
            "available here: abs, account, agama_raw, ",
        ),
        (
            "{{ faill(msg=\"x\") }}",
            "unknown function `faill`",
            "motd.txt:1:4",
            "did you mean `fail`?",
        ),
        (
            "{% if name is definde %}{% endif %}",
            "unknown test `definde`",
            "motd.txt:1:15",
            "did you mean `defined`?",
        ),
        (
            "{% include \"host/network.xlm\" %}",
            "unknown template `host/network.xlm`",
            "motd.txt:1:12",
            "did you mean `host/network.xml`?",
        ),
        (
            "{% extends \"motd.text\" %}",
            "unknown template `motd.text`",
            "motd.txt:1:12",
            "did you mean `motd.txt`?",
        ),
    ];
    for (motd, message, place, help) in cases {
        refused(motd, &[], message, &[place], &format!("= help: {help}"));
    }
}

#[test]
fn loops_in_loops_end() {
    refused(
        "{% for a in range(end=1000) %}{% for b in range(end=1000) %}x{% endfor %}{% endfor %}",
        &[],
        "range: this file takes more than 100000 numbers",
        &["motd.txt:1:43"],
        "rendered for guest `a`",
    );
    // The count is each file's own.
    let site = site("{{ range(end=90000) | length }}\n", &[]);
    site.write("templates/b.txt", "{{ range(end=90000) | length }}\n");
    site.edit("lab.yml", "motd.txt}", "motd.txt}, b: {src: b.txt}");
    site.succeed(&["-c", "lab.yml", "generate", "-q"]);
}

#[test]
fn a_broken_file_nobody_uses_is_a_warning() {
    let site = site(
        "{{ name }}\n",
        &[("templates/notes.md", "write {% if %}\n")],
    );
    let run = site.run(&["-c", "lab.yml", "generate"]);
    assert_eq!(
        (run.status, run.codes()),
        (0, vec!["plain-password", "template"]),
        "{}",
        run.stderr
    );
    assert!(run.stderr.contains("warning[template]"), "{}", run.stderr);
    // What takes a built-in template's place is used.
    site.write("templates/host/network.xml", "{{ nope( }}");
    assert_eq!(site.run(&["-c", "lab.yml", "generate"]).status, 1);
}

#[test]
fn one_template_is_rendered_alone() {
    let site = site(
        "{{ name }} {{ users[0].hash }}\n",
        &[(
            "try.xml",
            "<a b=\"{{ vars | length }}{{ name ~ '&' }}\"/>\n",
        )],
    );
    let show = |args: &[&str]| site.run(&[&["-c", "lab.yml", "-q", "show"], args].concat());
    assert_eq!(
        show(&["guest/a", "--template", "motd.txt"]).stdout,
        "a ***\n"
    );
    assert_eq!(
        show(&["guest/a", "--template", "try.xml"]).stdout,
        "<a b=\"0a&amp;\"/>\n"
    );
    let run = show(&["network/lan", "--template", "host/network.xml"]);
    assert!(run.stdout.contains("<name>lan</name>"), "{}", run.stdout);
    site.write("typo.txt", "\n{{ nam }}");
    let run = show(&["guest/a", "--template", "typo.txt"]);
    assert_eq!((run.status, run.stdout.as_str()), (1, ""));
    assert!(run.stderr.contains("--> typo.txt:2:4"), "{}", run.stderr);
    let run = show(&["guest/a", "--template", "motd.text"]);
    assert_eq!(run.status, 2);
    assert!(
        run.stderr.contains("did you mean `motd.txt`?"),
        "{}",
        run.stderr
    );
    assert_eq!(show(&["os/rhel9", "--context"]).status, 2);
    assert!(!site.path().join("workdir").exists());
}

#[test]
fn contexts_hide_secrets_and_come_in_both_formats() {
    let site = site("{{ name }}\n", &[]);
    for object in ["guest/a", "network/lan", "host"] {
        let yaml = site
            .run(&["-c", "lab.yml", "show", object, "--context"])
            .stdout;
        assert!(!yaml.contains("$6$") && !yaml.contains("s3cret"), "{yaml}");
        let json = site
            .run(&[
                "-c",
                "lab.yml",
                "show",
                object,
                "--context",
                "--format",
                "json",
            ])
            .stdout;
        let json: Value = serde_json::from_str(&json).unwrap();
        let yaml: Value = serde_yaml::from_str(&yaml).unwrap();
        let mut want = yaml.as_object().unwrap().clone();
        want.insert("format".to_owned(), 1.into());
        assert_eq!(json.as_object().unwrap(), &want, "{object}");
    }
}

#[test]
fn names_that_no_template_has_are_warned_about() {
    let more = [
        ("templates/part.txt", "{{ os.nam == 1 }}"),
        ("templates/other.txt", "{{ nam ~ 1 }}"),
    ];
    let site = site(
        "{% if virtinst.rma == 1 %}{% endif %}{% include \"part.txt\" %}{{ rolle ~ role }}",
        &more,
    );
    site.edit("lab.yml", "a: {ip", "a: {role: x, ip");
    let run = site.run(&["-c", "lab.yml", "validate"]);
    let said = |text: &str| run.stderr.contains(text);
    assert!(
        run.status == 0 && said("warning[unknown-name]: no template has a name `virtinst.rma`"),
        "{}",
        run.stderr
    );
    assert!(
        said("templates/motd.txt:1:7") && said("did you mean `ram`?"),
        "{}",
        run.stderr
    );
    assert!(
        said("no template has a name `os.nam`") && said("`rolle`") && said("did you mean `role`?"),
        "{}",
        run.stderr
    );
    // The guest's own key is known, and a file nobody uses is nobody's fault.
    assert!(
        !said("a name `role`") && !said("a name `nam`"),
        "{}",
        run.stderr
    );
    assert_eq!(
        run.stderr.matches("warning[unknown-name]").count(),
        3,
        "{}",
        run.stderr
    );
}

/// What a template made for one guest must not serve another that reads the same names and has one more.
#[test]
fn guests_that_lack_a_name_share_nothing_with_those_that_have_it() {
    let lab = "\
site: x
networks: {lan: {subnet: 10.0.0.0/24}}
common:
  os: rocky9
  rootpw: locked
  virtinst: {location: http://x/}
  interfaces: [{network: lan}]
  templates: {motd: {src: motd.txt}}
guests: {web: {}, web-1: {}, web-2: {}, db: {vars: {role: d}}}
";
    let motd = "{% set number = index | default(value=\"none\") -%}\n\
        {% if vars.role is defined %}{{ name }} {% endif %}{{ number }} {{ os.name }}\n";
    let site = Site::new(&[("lab.yml", lab), ("templates/motd.txt", motd)]);
    // One after the other, those that lack it first.
    let mut command = site.command(&["-c", "lab.yml", "generate"]);
    command.env("RAYON_NUM_THREADS", "1");
    assert!(command.output().unwrap().status.success());
    for (guest, want) in [
        ("db", "db none rocky9\n"),
        ("web", "none rocky9\n"),
        ("web-1", "1 rocky9\n"),
        ("web-2", "2 rocky9\n"),
    ] {
        let path = format!("workdir/guests.d/{guest}/motd.txt");
        assert_eq!(site.read(&path), want, "{guest}");
    }
}
