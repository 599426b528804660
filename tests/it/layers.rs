//! Layers: where they are looked for, which one wins, and which templates are used.

use serde_json::Value;

use crate::support::Site;

const COMMON: &str = "os: rhel9\nrootpw: locked\nvirtinst: {cdrom: /x.iso}\n";

fn show(site: &Site, args: &[&str], object: &str) -> Value {
    let args: Vec<&str> = args
        .iter()
        .copied()
        .chain(["show", object, "--format", "json"])
        .collect();
    serde_json::from_str(&site.succeed(&args).stdout).unwrap()
}

#[test]
fn files_of_a_directory_load_in_byte_order() {
    let site = Site::new(&[
        ("conf.d/common/00.yml", COMMON),
        (
            "conf.d/common/10.yml",
            "lang: de_DE.UTF-8\nvars: {a: 10, b: 10}\n",
        ),
        ("conf.d/common/9.yml", "lang: fr_FR.UTF-8\nvars: {b: 9}\n"),
        ("conf.d/common/Z.yaml", "vars: {z: 1}\n"),
        ("conf.d/common/.hidden.yml", "nonsense: [\n"),
        ("conf.d/common/notes.txt", "nonsense: [\n"),
        ("conf.d/guests.d/a/2.yml", "vars: {a: second}\n"),
        ("conf.d/guests.d/a/1.yml", "vars: {a: first}\n"),
    ]);
    let guest = show(&site, &[], "guest/a");
    assert_eq!(guest["lang"], "fr_FR.UTF-8");
    assert_eq!(
        guest["vars"],
        serde_json::json!({"a": "second", "b": 9, "z": 1})
    );
}

#[test]
fn a_conf_directory_may_hold_its_site_one_level_down() {
    let files = [
        ("common/00.yml", COMMON),
        ("guests.d/a.yml", "vars: {here: true}\n"),
    ];
    for (meta, below) in [("", "default"), ("site: lab2\n", "lab2")] {
        let site = Site::new(&[]);
        for (path, text) in files {
            site.write(&format!("conf.d/{below}/{path}"), text);
        }
        if !meta.is_empty() {
            site.write("conf.d/META/site.yml", meta);
        }
        assert_eq!(show(&site, &[], "guest/a")["vars"]["here"], true);
    }
    // Layers beside META come first.
    let site = Site::new(&[
        ("conf.d/META/x.yml", "site: x\n"),
        ("conf.d/x/guests.d/b.yml", "os: rhel9\n"),
    ]);
    for (path, text) in files {
        site.write(&format!("conf.d/{path}"), text);
    }
    assert_eq!(site.succeed(&["guest"]).stdout.lines().count(), 2);
}

#[test]
fn meta_names_directories_and_their_order() {
    let site = Site::new(&[
        (
            "conf.d/META/00.yml",
            "site: x\ndirectories: {common: [base, local], guests: machines}\n",
        ),
        ("conf.d/base/00.yml", COMMON),
        ("conf.d/base/99.yml", "vars: {who: base}\n"),
        ("conf.d/local/00.yml", "vars: {who: local}\n"),
        ("conf.d/machines/a.yml", ""),
        ("conf.d/os.d/none.txt", ""),
    ]);
    assert_eq!(show(&site, &[], "guest/a")["vars"]["who"], "local");
}

#[test]
fn several_conf_directories_stack_class_by_class() {
    let site = Site::new(&[
        ("base/common/00.yml", COMMON),
        (
            "base/sysgroups.d/web.yml",
            "vars: {group: base, common: group}\n",
        ),
        ("base/guests.d/web-1.yml", "vars: {guest: base}\n"),
        (
            "more/common/00.yml",
            "vars: {common: more, group: common}\n",
        ),
        ("more/sysgroups.d/web.yml", "vars: {more: group}\n"),
        ("more/guests.d/web-1.yml", "vars: {guest: more}\n"),
        (
            "lab.yml",
            "site: one\nguests: {web-1: {vars: {file: true}}, web-2: }\n",
        ),
    ]);
    let guest = show(
        &site,
        &["-c", "base", "-c", "more", "-c", "lab.yml"],
        "guest/web-1",
    );
    // A later common does not reach over an earlier group.
    let want = serde_json::json!({"common": "group", "group": "base", "more": "group", "guest": "more", "file": true});
    assert_eq!(guest["vars"], want);
    assert_eq!(guest["site"], "one");
    site.succeed(&["-c", "base", "-c", "more", "guest"]);
}

#[test]
fn groups_load_parents_first_and_lists_of_groups_replace() {
    let site = Site::new(&[
        (
            "conf.d/common/00.yml",
            &format!("{COMMON}sysgroups: [ignored]\n"),
        ),
        (
            "conf.d/sysgroups.d/base.yml",
            "vars: {a: base, b: base, c: base}\n",
        ),
        (
            "conf.d/sysgroups.d/left.yml",
            "sysgroup: base\nvars: {b: left, c: left}\n",
        ),
        (
            "conf.d/sysgroups.d/right.yml",
            "sysgroups: [base]\nvars: {c: right}\n",
        ),
        ("conf.d/guests.d/x-1.yml", "sysgroups: [left, right]\n"),
        ("conf.d/guests.d/left-7.yml", "hostname: other\n"),
    ]);
    let guest = show(&site, &[], "guest/x-1");
    assert_eq!(
        guest["sysgroups"],
        serde_json::json!(["base", "left", "right"])
    );
    assert_eq!(
        guest["vars"],
        serde_json::json!({"a": "base", "b": "left", "c": "right"})
    );
    let guest = show(&site, &[], "guest/left-7");
    assert_eq!(guest["sysgroups"], serde_json::json!(["base", "left"]));
    assert_eq!(
        (&guest["index"], &guest["hostname"]),
        (&7.into(), &"other".into())
    );
}

#[test]
fn a_site_extends_the_os_table() {
    let site = Site::new(&[
        ("conf.d/common/00.yml", COMMON),
        (
            "conf.d/os.d/own.yml",
            "ourlinux9: {extends: rhel9, distro: ourlinux, defaults: {lang: is_IS.UTF-8}}\n",
        ),
        ("conf.d/guests.d/a.yml", "os: ourlinux9.3\n"),
        ("conf.d/guests.d/b.yml", "lang: ~\n"),
    ]);
    let guest = show(&site, &[], "guest/a");
    assert_eq!(guest["lang"], "is_IS.UTF-8");
    assert_eq!(guest["os"]["version"], "9.3");
    assert_eq!(guest["os"]["osinfo"][0], "ourlinux9.3");
    assert_eq!(show(&site, &[], "guest/b")["lang"], "en_US.UTF-8");
    // Nothing an entry takes away is missing: the program's own value returns.
    site.edit("conf.d/os.d/own.yml", "lang: is_IS.UTF-8", "virtinst: ~");
    assert_eq!(show(&site, &[], "guest/a")["virtinst"]["machine"], "q35");
    site.write("conf.d/os.d/own.yml", "a: {extends: b}\nb: {extends: a}\n");
    assert_eq!(site.run(&["validate"]).codes()[0], "unknown-os");
}

#[test]
fn values_come_from_the_environment_and_from_files() {
    let site = Site::new(&[
        (
            "conf.d/common/00.yml",
            &format!("{COMMON}rootpw: !env ROOTPW\n").replace("rootpw: locked\n", ""),
        ),
        (
            "conf.d/guests.d/a.yml",
            "description: !file 'about-{{ name }}.txt'\nvars: {raw: !raw '{{ name }}'}\n",
        ),
        ("about-a.txt", "text of {{ name }}\n"),
    ]);
    let output = site
        .command(&["generate", "--strict"])
        .env("ROOTPW", "hunter2")
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let files = crate::support::tree(&site.path().join("workdir"));
    assert!(
        files
            .values()
            .all(|(_, content)| !String::from_utf8_lossy(content).contains("hunter2"))
    );
    assert!(
        site.read("workdir/guests.d/a/ks.cfg")
            .contains("\nrootpw --iscrypted $6$")
    );
    let review = site.read("workdir/guests.d/a/guest.yml");
    assert!(
        review.contains("hash: \"***\"") && !review.contains("$6$"),
        "{review}"
    );
    assert!(
        review.contains("description: \"***\"") && review.contains("raw: \"{{ name }}\""),
        "what comes from outside is not shown: {review}"
    );
    assert!(
        site.read("workdir/guests.d/a/ks.cfg")
            .contains("\n# text of {{ name }}\n")
    );
}

#[test]
fn verbatim_texts_are_templates_only_when_they_say_so() {
    let site = Site::new(&[
        ("conf.d/common/00.yml", COMMON),
        (
            "conf.d/guests.d/a.yml",
            "scripts:\n  - {when: post, run: 'echo {{ name }} ${#x[@]}'}\n  - {when: post, run: 'echo {{ name }}', template: true}\n\
             partitions: {raw: '# {{ name }}'}\n",
        ),
    ]);
    let guest = show(&site, &[], "guest/a");
    assert_eq!(guest["scripts"][0]["run"], "echo {{ name }} ${#x[@]}");
    assert_eq!(guest["scripts"][1]["run"], "echo a");
    assert_eq!(guest["partitions"]["text"], "# {{ name }}");
}

#[test]
fn templates_are_replaced_file_by_file() {
    let site = Site::new(&[
        ("conf.d/common/00.yml", COMMON),
        (
            "conf.d/guests.d/a.yml",
            "templates: {motd: {src: site/motd.txt, dst: etc/motd}}\n",
        ),
        ("conf.d/guests.d/b.yml", ""),
        (
            "templates/autoinstall/ks/packages.cfg",
            "# packages of the site, for {{ name }}\n",
        ),
        (
            "templates/site/motd.txt",
            "{{ fqdn }} of {{ site }}:{% for guest in guests %} {{ guest.name }}{% endfor %}\n",
        ),
        ("first/site/motd.txt", "first {{ name }}\n"),
        ("second/site/motd.txt", "second {{ name }}\n"),
    ]);
    site.succeed(&["generate"]);
    let kickstart = site.read("workdir/guests.d/a/ks.cfg");
    assert!(
        kickstart.contains("# packages of the site, for a\n") && !kickstart.contains("%packages"),
        "{kickstart}"
    );
    assert!(
        kickstart.contains("\nrootpw "),
        "the other partials are the built-in ones"
    );
    assert_eq!(
        site.read("workdir/guests.d/a/etc/motd"),
        "a of default: a b\n"
    );
    site.succeed(&["generate", "-t", "first", "-t", "second"]);
    assert_eq!(site.read("workdir/guests.d/a/etc/motd"), "first a\n");
}

#[test]
fn template_faults_name_the_template_line() {
    let site = Site::new(&[
        ("conf.d/common/00.yml", COMMON),
        (
            "conf.d/guests.d/a.yml",
            "templates: {motd: {src: motd.txt}}\n",
        ),
        ("templates/motd.txt", "one\ntwo {{ virtinst.rma }}\n"),
    ]);
    let run = site.run(&["generate"]);
    assert_eq!(
        (run.status, run.codes()),
        (1, vec!["template"]),
        "{}",
        run.stderr
    );
    assert!(
        run.stderr.contains("--> ./templates/motd.txt:2:"),
        "{}",
        run.stderr
    );
    assert!(run.stderr.contains("rma"), "{}", run.stderr);
    assert!(!site.path().join("workdir").exists());
    site.write("templates/motd.txt", "{{ name | nope }}\n");
    let run = site.run(&["generate"]);
    assert!(
        run.stderr.contains("unknown filter `nope`") && run.stderr.contains("motd.txt:1:"),
        "{}",
        run.stderr
    );
    site.write("templates/motd.txt", "{% if %}\n");
    assert_eq!(site.run(&["generate"]).codes(), ["template"]);
}

#[test]
fn the_lock_keeps_addresses() {
    let lab = "networks: {lan: {subnet: 10.0.0.0/24}}\ncommon: {os: rhel9, rootpw: locked, virtinst: {location: http://x/}, \
               interfaces: [{network: lan, ip: auto}]}\nguests:\n  b: {}\n  d: {}\n";
    let site = Site::new(&[("lab.yml", lab)]);
    let addresses = || -> Vec<String> {
        let run = site.succeed(&["-c", "lab.yml", "guest"]);
        run.stdout
            .lines()
            .skip(1)
            .map(|row| row.split_whitespace().collect::<Vec<_>>()[3].to_owned())
            .collect()
    };
    site.succeed(&["-c", "lab.yml", "generate"]);
    assert_eq!(addresses(), ["10.0.0.2", "10.0.0.3"]);
    site.write("lab.yml", format!("{lab}  a: {{}}\n  c: {{}}\n"));
    site.succeed(&["-c", "lab.yml", "generate"]);
    assert_eq!(
        addresses(),
        ["10.0.0.4", "10.0.0.2", "10.0.0.5", "10.0.0.3"]
    );
    site.edit("lab.yml", "  b: {}\n", "");
    site.succeed(&["-c", "lab.yml", "generate"]);
    assert_eq!(addresses(), ["10.0.0.4", "10.0.0.5", "10.0.0.3"]);
    assert!(
        !site.read("lab.lock").contains("b:"),
        "{}",
        site.read("lab.lock")
    );
    site.edit("lab.yml", "  d: {}", "  d: {ip: 10.0.0.4}");
    let run = site.run(&["-c", "lab.yml", "validate"]);
    assert_eq!(run.codes(), ["lock-conflict"], "{}", run.stderr);
    assert!(
        run.stderr
            .contains("the lock gives 10.0.0.4 to this guest, but another guest has it"),
        "{}",
        run.stderr
    );
}

/// Guests that have an expression in common share what it came to only where they share what it reads.
#[test]
fn an_expression_of_common_is_evaluated_for_each_guest_that_differs_in_what_it_reads() {
    let site = Site::new(&[
        ("conf.d/common/00.yml", COMMON),
        (
            "conf.d/common/vars.yml",
            r#"
vars: {base: common, from: "{{ vars.base }}!", list: ["{{ name }}", "{{ vars.from }}"]}
description: "{{ vars.from }} {{ lang }} {{ os.name }} {{ domain }}"
lang: de_DE.UTF-8
interfaces: [{network: lan, ip: auto}]
"#,
        ),
        (
            "conf.d/networks.d/lan.yml",
            "subnet: 10.0.0.0/24\ndomain: lan.test\n",
        ),
        (
            "conf.d/networks.d/san.yml",
            "subnet: 10.0.1.0/24\ndomain: san.test\n",
        ),
        ("conf.d/sysgroups.d/role.yml", "vars: {base: group}\n"),
        ("conf.d/guests.d/a-1.yml", "{}\n"),
        ("conf.d/guests.d/a-2.yml", "{}\n"),
        ("conf.d/guests.d/b-1.yml", "vars: {base: own}\n"),
        ("conf.d/guests.d/c-1.yml", "lang: fr_FR.UTF-8\n"),
        ("conf.d/guests.d/d-1.yml", "os: rocky9\n"),
        (
            "conf.d/guests.d/e-1.yml",
            "interfaces: [{network: san, ip: auto}]\n",
        ),
        ("conf.d/guests.d/f-1.yml", "sysgroups: role\n"),
        ("conf.d/guests.d/g-1.yml", "domain: own.test\n"),
    ]);
    let own = |guest: &str| {
        let guest = show(&site, &[], &format!("guest/{guest}"));
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let list = &guest["vars"]["list"];
        [&guest["description"], &list[0], &list[1]].map(text)
    };
    for (guest, description, from) in [
        ("a-1", "common! de_DE.UTF-8 rhel9 lan.test", "common!"),
        ("a-2", "common! de_DE.UTF-8 rhel9 lan.test", "common!"),
        ("b-1", "own! de_DE.UTF-8 rhel9 lan.test", "own!"),
        ("c-1", "common! fr_FR.UTF-8 rhel9 lan.test", "common!"),
        ("d-1", "common! de_DE.UTF-8 rocky9 lan.test", "common!"),
        ("e-1", "common! de_DE.UTF-8 rhel9 san.test", "common!"),
        ("f-1", "group! de_DE.UTF-8 rhel9 lan.test", "group!"),
        ("g-1", "common! de_DE.UTF-8 rhel9 own.test", "common!"),
    ] {
        assert_eq!(own(guest), [description, guest, from], "{guest}");
    }
}
