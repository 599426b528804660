//! What is reported, how often and in which order; what a site allows; the long texts; and the formats for programs.

use std::collections::BTreeSet;
use std::fs;

use miniascape::diag::Code;
use rayon::prelude::*;
use serde_json::Value;

use crate::support::{Run, Site, judge, project};

/// A lab that is fine; tests break one thing.
const LAB: &str = "\
networks:
  lan: {subnet: 10.0.0.0/24}
common:
  os: rhel9
  rootpw: locked
  virtinst: {location: http://x/}
  interfaces: [{network: lan}]
guests:
  a: {ip: 10.0.0.5}
";

fn validate(lab: &str, args: &[&str]) -> Run {
    let site = Site::new(&[("lab.yml", lab)]);
    site.run(&[&["-c", "lab.yml", "validate"], args].concat())
}

/// Where each diagnostic is: `FILE:LINE:COLUMN`.
fn places(run: &Run) -> Vec<&str> {
    let lines = run.stderr.lines();
    lines
        .filter_map(|line| line.trim_start().strip_prefix("--> "))
        .collect()
}

#[test]
fn every_code_is_explained_by_labs_that_have_it_and_do_not() {
    let names: BTreeSet<String> = fs::read_dir(project("docs/faults"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    let codes = Code::ALL.iter().map(|code| format!("{}.md", code.as_str()));
    assert_eq!(names, codes.collect());
    let failures: Vec<String> = Code::ALL
        .par_iter()
        .filter_map(|code| explained(*code).err())
        .collect();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// Checks the form of a long text, and what is said of its two labs.
fn explained(code: Code) -> Result<(), String> {
    let (name, text) = (code.as_str(), code.explanation());
    let form = || {
        let (text, right) = text.split_once("\n## Right\n\n```yaml\n")?;
        let (text, wrong) = text.split_once("\n## Wrong\n\n```yaml\n")?;
        let said = text.strip_prefix(&format!("# {name}\n\n"))?;
        let long = said.len() > 100 && said.lines().all(|line| line.chars().count() <= 120);
        let labs = (wrong.strip_suffix("```\n")?, right.strip_suffix("```\n")?);
        long.then_some(labs)
    };
    let (wrong, right) = form().ok_or_else(|| format!("{name}: not in the form of a long text"))?;
    let site = Site::new(&[("lab.yml", wrong)]);
    surroundings(code, wrong, &site);
    let run = site.run(&["-c", "lab.yml", "-v", "validate"]);
    if run.codes() != [name] {
        return Err(format!("{name}: the wrong lab gets\n{}", run.stderr));
    }
    let run = validate(right, &["-v"]);
    if run.status != 0 || !run.codes().is_empty() {
        return Err(format!("{name}: the right lab gets\n{}", run.stderr));
    }
    Ok(())
}

/// Adds what a page cannot show.
fn surroundings(code: Code, lab: &str, site: &Site) {
    match code {
        Code::NotUtf8 => {
            let latin1 = lab.chars().map(|c| u8::try_from(u32::from(c)).unwrap());
            site.write("lab.yml", latin1.collect::<Vec<u8>>());
        }
        Code::LockConflict => {
            site.write(
                "lab.lock",
                "format: 1\naddresses:\n  lan:\n    web: 10.0.0.5\n",
            );
        }
        Code::PayloadTooLarge => {
            for name in ["a.img", "b.img"] {
                site.write(name, vec![0; 20 << 20]);
            }
        }
        _ => {}
    }
}

#[test]
fn codes_are_explained_on_demand() {
    let site = Site::new(&[]);
    let run = site.run(&["validate", "--explain", "bad-name"]);
    let text = fs::read_to_string(project("docs/faults/bad-name.md")).unwrap();
    assert_eq!((run.status, run.stdout), (0, text));
    let run = site.run(&["validate", "--explain"]);
    assert_eq!(run.status, 0);
    assert_eq!(run.stdout.lines().count(), Code::ALL.len());
    let run = site.run(&["validate", "--explain", "bad-nam"]);
    let message = "error: no fault has the code `bad-nam`; did you mean `bad-name`?\n";
    assert_eq!((run.status, &*run.stderr), (2, message));
}

#[test]
fn a_cause_that_many_guests_have_is_one_error() {
    let many: String = (1..=18).map(|n| format!("  g-{n}: {{}}\n")).collect();
    for (from, to, code, at, others) in [
        (
            "[{network: lan}]",
            "[{network: lna}]",
            "unknown-network",
            "7:26",
            "",
        ),
        (
            "[{network: lan}]",
            "[{network: lan, mtu: x}]",
            "invalid-value",
            "7:36",
            "",
        ),
        ("http://x/", "'{{ nope }}'", "unknown-name", "6:28", ""),
        (
            "[{network: lan}]",
            "[{network: lan, ip: \"10.0.0.{{ index % 2 * 255 }}\"}]",
            "reserved-address",
            "7:35",
            "9 more guests",
        ),
        ("  rootpw: locked\n", "  rootpw: ~\n", "no-login", "9:3", ""),
    ] {
        let mut lab = LAB.replace(from, to);
        if code == "no-login" {
            lab = lab.replace("  a: {ip: 10.0.0.5}", "  g: {count: 18, ip: auto}");
        } else {
            lab = lab.replace("  a: {ip: 10.0.0.5}\n", &many);
        }
        let run = validate(&lab, &["--strict"]);
        assert_eq!(run.codes(), [code], "{}", run.stderr);
        assert_eq!(places(&run)[0], format!("lab.yml:{at}"), "{}", run.stderr);
        let note = format!("= note: the same goes for {others}");
        assert!(
            others.is_empty() || run.stderr.contains(&note),
            "{}",
            run.stderr
        );
    }
}

#[test]
fn what_is_said_of_one_guest_is_said_to_go_for_the_others() {
    let lab = LAB
        .replace("  rootpw: locked\n", "")
        .replace("  a: {ip: 10.0.0.5}", "  g: {count: 18, ip: auto}");
    let run = validate(&lab, &[]);
    assert_eq!(run.codes(), ["no-login"], "{}", run.stderr);
    for said in ["guest `g-1`", "= note: the same goes for 17 more guests"] {
        assert!(run.stderr.contains(said), "{}", run.stderr);
    }
    let run = validate(&lab, &["--format", "json"]);
    let report: Value = serde_json::from_str(&run.stdout).unwrap();
    let fault = &report["diagnostics"][0];
    assert_eq!(
        (&fault["guest"], &fault["more_guests"]),
        (&"g-1".into(), &17.into())
    );
}

#[test]
fn faults_come_in_the_order_of_files_and_lines() {
    let site = Site::new(&[
        (
            "conf.d/common/z.yml",
            "os: rhel9\nrootpw: plain\nvirtinst: {location: http://x/}\n",
        ),
        (
            "conf.d/networks.d/lan.yml",
            "subnet: 10.0.0.0/24\ngateway: 10.9.0.1\n",
        ),
        (
            "conf.d/guests.d/a.yml",
            "interfaces: [{network: lan, ip: 10.0.0.0}]\n",
        ),
        (
            "conf.d/guests.d/b.yml",
            "ip: 10.0.0.255\nvirtinst: {ram: 1G}\ninterfaces: [{network: lan}]\n",
        ),
    ]);
    let run = site.run(&["validate"]);
    let want = [
        "conf.d/common/z.yml:2:9",
        "conf.d/networks.d/lan.yml:2:10",
        "conf.d/guests.d/a.yml:1:33",
        "conf.d/guests.d/b.yml:1:5",
        "conf.d/guests.d/b.yml:2:17",
    ];
    assert_eq!(places(&run), want, "{}", run.stderr);
    assert!(
        run.stderr.ends_with("\n3 errors, 2 warnings\n"),
        "{}",
        run.stderr
    );
}

#[test]
fn an_error_is_shown_however_many_warnings_there_are() {
    let many: String = (1..=300)
        .map(|n| format!("  g{n}: {{ip: auto, disks: [{{size: 4}}]}}\n"))
        .collect();
    let lab = LAB.replace("10.0.0.0/24", "10.0.0.0/16");
    let run = validate(
        &lab.replace("  a: {ip: 10.0.0.5}", &(many + "  z: {ip: 10.1.0.5}")),
        &[],
    );
    let codes = run.codes();
    assert_eq!((codes.len(), codes[199]), (200, "address-outside-network"));
    let end = "… and 101 more; `validate --format json` lists all\n\n1 error, 300 warnings\n";
    assert!(run.stderr.ends_with(end), "{}", run.stderr);
}

#[test]
fn comments_allow_what_their_line_has() {
    let small = LAB.replace("{ip: 10.0.0.5}", "{ip: 10.0.0.5, disks: [{size: 4}]}");
    assert_eq!(validate(&small, &[]).codes(), ["disk-too-small"]);
    for comment in [
        "# allow: disk-too-small",
        "#allow: disk-too-small",
        "#   allow: disk-too-small # a few packages",
    ] {
        let run = validate(
            &small.replace("]}\n", &format!("]}} {comment}\n")),
            &["--strict"],
        );
        assert_eq!((run.status, run.codes()), (0, vec![]), "{}", run.stderr);
    }
    // On another line, or no comment at all.
    for (from, to) in [
        ("  a:", "  # allow: disk-too-small\n  a:"),
        ("]}\n", "], vars: {x: \"# allow: disk-too-small\"}}\n"),
        ("]}\n", "], vars: {x: a#allow:disk-too-small}}\n"),
    ] {
        let run = validate(&small.replace(from, to), &[]);
        assert!(
            run.codes().contains(&"disk-too-small"),
            "{to}: {}",
            run.stderr
        );
    }
    let text = "  a:\n    ip: 10.0.0.5\n    disks: [{size: 20}]\n    scripts:\n      - when: post\n        run: |\n          # allow: disk-too-small\n          true\n";
    let run = validate(&LAB.replace("  a: {ip: 10.0.0.5}\n", text), &[]);
    assert_eq!((run.status, run.codes()), (0, vec![]), "{}", run.stderr);
}

#[test]
fn what_many_guests_lack_is_allowed_in_the_line_of_each_or_of_the_cause() {
    let lab = LAB
        .replace("  rootpw: locked\n", "")
        .replace("{network: lan}", "{network: lan, ip: auto}")
        .replace("  a: {ip: 10.0.0.5}", "  a: {}\n  b: {}\n  c: {}\n  d: {}");
    let run = validate(&lab, &[]);
    assert_eq!(
        (run.codes(), places(&run)),
        (vec!["no-login"], vec!["lab.yml:3:1"])
    );
    assert!(
        run.stderr.contains("the same goes for 3 more guests"),
        "{}",
        run.stderr
    );
    let run = validate(&lab.replace("common:", "common: # allow: no-login"), &[]);
    assert_eq!(run.codes(), [""; 0], "{}", run.stderr);
    // Those that are left are few.
    let two = lab
        .replace("a: {}", "a: {} # allow: no-login")
        .replace("b: {}", "b: {} # allow: no-login");
    let run = validate(&two, &[]);
    assert_eq!(
        places(&run),
        ["lab.yml:10:3", "lab.yml:11:3"],
        "{}",
        run.stderr
    );
}

#[test]
fn meta_allows_what_the_site_has() {
    let files = [
        ("conf.d/META/a.yml", "allow: [no-login]\n"),
        (
            "conf.d/common/a.yml",
            "os: rhel9\nvirtinst: {location: http://x/}\n",
        ),
        ("conf.d/networks.d/lan.yml", "subnet: 10.0.0.0/24\n"),
        (
            "conf.d/guests.d/a.yml",
            "ip: 10.0.0.5\ninterfaces: [{network: lan}]\n",
        ),
    ];
    let site = Site::new(&files);
    let run = site.run(&["validate", "--strict"]);
    assert_eq!((run.status, run.codes()), (0, vec![]), "{}", run.stderr);
    let run = site.run(&["generate", "--strict"]);
    assert_eq!((run.status, run.codes()), (0, vec![]), "{}", run.stderr);
    site.write("conf.d/META/a.yml", "allow: [no-login, plain-password]\n");
    let run = site.run(&["validate"]);
    assert_eq!((run.status, run.codes()), (0, vec!["unused-allowance"]));
    assert_eq!(places(&run), ["conf.d/META/a.yml:1:19"]);
    assert_eq!(site.run(&["generate", "--strict"]).status, 1);
    // What a run has not looked at may be there.
    assert!(site.run(&["guest", "a"]).codes().is_empty());
    site.write(
        "conf.d/guests.d/b.yml",
        "ip: 10.0.1.1\ninterfaces: [{network: lan}]\n",
    );
    assert_eq!(site.run(&["validate"]).codes(), ["address-outside-network"]);
    let single = format!(
        "allow: [no-login]\n{}",
        LAB.replace("  rootpw: locked\n", "")
    );
    assert!(validate(&single, &["--strict"]).codes().is_empty());
}

#[test]
fn what_cannot_be_allowed_is_located() {
    for (codes, code, at, message) in [
        (
            "duplicate-mac",
            "invalid-value",
            9,
            "`duplicate-mac` is an error, which cannot be allowed",
        ),
        (
            "no-login, disk-to-small",
            "invalid-value",
            19,
            "`disk-to-small` is not the code of a fault",
        ),
        (
            "{no-login: x}",
            "invalid-value",
            9,
            "text is due here, found a map",
        ),
    ] {
        let run = validate(&format!("allow: [{codes}]\n{LAB}"), &[]);
        assert_eq!((run.status, run.codes()), (1, vec![code]), "{}", run.stderr);
        assert!(run.stderr.contains(message), "{}", run.stderr);
        assert_eq!(places(&run), [format!("lab.yml:1:{at}")]);
    }
    for (comment, code, at, message) in [
        (
            "duplicate-mac",
            "invalid-value",
            32,
            "`duplicate-mac` is an error, which cannot be allowed",
        ),
        (
            "disk-to-small",
            "unused-allowance",
            32,
            "`disk-to-small` is not the code of a fault",
        ),
        (
            "no-login",
            "unused-allowance",
            32,
            "`no-login` is allowed, but nothing in this line has it",
        ),
        ("", "unused-allowance", 23, "a code is missing here"),
    ] {
        let lab = LAB.replace(".5}\n", &format!(".5}}   # allow: {comment}\n"));
        let run = validate(&lab, &[]);
        assert_eq!(run.codes(), [code], "{}", run.stderr);
        assert!(run.stderr.contains(message), "{}", run.stderr);
        assert_eq!(places(&run), [format!("lab.yml:9:{at}")], "{}", run.stderr);
    }
}

#[test]
fn an_error_stays_one_when_its_code_is_allowed_as_a_warning() {
    let lab = LAB.replace("10.0.0.5}", "10.0.1.5} # allow: address-outside-network");
    let run = validate(&lab, &[]);
    assert_eq!(
        (run.status, run.codes()),
        (1, vec!["address-outside-network"])
    );
    assert!(
        run.stderr.contains("an error cannot be allowed"),
        "{}",
        run.stderr
    );
}

#[test]
fn an_allowance_that_is_kept_for_later_can_be_allowed() {
    let lab = LAB.replace(".5}\n", ".5} # allow: no-login, unused-allowance\n");
    assert!(validate(&lab, &[]).codes().is_empty());
    let run = validate(
        &LAB.replace(".5}\n", ".5} # allow: unused-allowance\n"),
        &[],
    );
    assert_eq!(run.codes(), ["unused-allowance"], "{}", run.stderr);
}

#[test]
fn files_with_many_comments_are_read() {
    let comments = "# one\n".repeat(1000);
    let lab = LAB.replace(
        "common:\n",
        &format!("common: # allow: no-login\n{comments}"),
    );
    assert_eq!(validate(&lab, &[]).codes(), ["unused-allowance"]);
}

#[test]
fn json_has_all_that_is_known() {
    let lab = LAB.replace(
        "{ip: 10.0.0.5}",
        "{ip: 10.0.1.5, disks: [{size: 4}]} # allow: disk-too-small",
    );
    let run = validate(&lab, &["--format", "json"]);
    assert_eq!((run.status, &*run.stderr), (1, ""));
    let report: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(
        report["counts"],
        serde_json::json!({"errors": 1, "warnings": 0, "notes": 0, "allowed": 1})
    );
    assert_eq!(report["allowed"][0]["code"], "disk-too-small");
    let spans = report["diagnostics"][0]["spans"].as_array().unwrap();
    for span in spans {
        let place = |key: &str| usize::try_from(span[key].as_u64().unwrap()).unwrap();
        let line = lab.lines().nth(place("line") - 1).unwrap();
        let shown = &line[place("column") - 1..place("end_column") - 1];
        assert_eq!(shown, &lab[place("start")..place("end")]);
        assert_eq!(
            shown,
            if span["primary"] == true {
                "10.0.1.5"
            } else {
                "10.0.0.0/24"
            }
        );
    }
    assert_eq!(spans.len(), 2);
}

#[test]
fn sarif_is_what_its_schema_says() {
    let site = Site::new(&[
        (
            "conf.d/common/é a.yml",
            "os: rhel9\nrootpw: plain\ndescription: é\nip: 10.0.1.5\n",
        ),
        ("conf.d/networks.d/lan.yml", "subnet: 10.0.0.0/24\n"),
        (
            "conf.d/guests.d/a.yml",
            "interfaces: [{network: lan}]\ndisks: [{size: 4}] # allow: disk-too-small\n",
        ),
        (
            "conf.d/guests.d/b.yml",
            "ip: 10.0.0.5\ninterfaces: [{network: lan}]\n",
        ),
    ]);
    let log = |status: i32| {
        let run = site.run(&["validate", "--format", "sarif"]);
        assert_eq!((run.status, &*run.stderr), (status, ""));
        site.write("lab.sarif", &run.stdout);
        let file = site.path().join("lab.sarif").display().to_string();
        let verdict = judge("sarif-kit", &["validate", &file]);
        assert_eq!(verdict.status, 0, "{}{}", verdict.stdout, verdict.stderr);
        serde_json::from_str::<Value>(&run.stdout).unwrap()["runs"][0].take()
    };
    let run = log(1);
    let results = run["results"].as_array().unwrap();
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    for result in results {
        let rule = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(result["ruleId"], rules[rule]["id"]);
    }
    let found = |code: &str| {
        let mut results = results.iter();
        results.find(|result| result["ruleId"] == code).unwrap()
    };
    let outside = found("address-outside-network");
    assert_eq!(outside["level"], "error");
    let place = &outside["locations"][0]["physicalLocation"];
    assert_eq!(
        place["artifactLocation"]["uri"],
        "conf.d/common/%C3%A9%20a.yml"
    );
    let region =
        serde_json::json!({"startLine": 4, "startColumn": 5, "endLine": 4, "endColumn": 13});
    assert_eq!(place["region"], region);
    assert_eq!(outside["relatedLocations"].as_array().unwrap().len(), 1);
    assert_eq!(found("plain-password")["suppressions"], Value::Null);
    assert_eq!(
        found("disk-too-small")["suppressions"][0]["kind"],
        "inSource"
    );

    site.write("conf.d/guests.d/c.yml/d.yml", "");
    let run = log(1);
    let place = &run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"];
    assert_eq!(place["uri"], "conf.d/guests.d/c.yml");
}
