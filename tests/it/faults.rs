//! Sites with one fault each: the code, the place and the message, and that nothing is written.

use crate::support::{Run, Site};

/// A lab that is fine; each test breaks one thing.
const LAB: &str = "\
site: x
networks:
  lan: {subnet: 10.0.0.0/24, domain: x.test, dhcp: {start: 10.0.0.100, end: 10.0.0.199}}
common:
  os: rhel9
  rootpw: locked
  virtinst: {location: http://x/}
  interfaces: [{network: lan}]
guests:
  a: {ip: 10.0.0.5}
  b-1: {ip: 10.0.0.6, os: rhel9}
";

/// The first line that says where: `--> FILE:LINE:COLUMN`.
fn place(run: &Run) -> &str {
    let line = run
        .stderr
        .lines()
        .find_map(|line| line.trim().strip_prefix("--> "))
        .unwrap_or_default();
    line.strip_prefix("lab.yml:").unwrap_or(line)
}

/// Expects one fault of `code` at `at` (line and column) whose message is `message`.
#[track_caller]
pub(crate) fn fault(lab: &str, code: &str, at: &str, message: &str) {
    let site = Site::new(&[("lab.yml", lab)]);
    let run = site.run(&["-c", "lab.yml", "generate", "--strict"]);
    assert_eq!(run.status, 1, "{}", run.stderr);
    assert_eq!(
        run.stderr.lines().next().unwrap(),
        format!("error[{code}]: {message}"),
        "{}",
        run.stderr
    );
    assert_eq!(place(&run), at, "{}", run.stderr);
    assert!(run.stderr.ends_with("\n1 error\n"), "{}", run.stderr);
    assert!(!site.path().join("workdir").exists() && !site.path().join("lab.lock").exists());
}

/// Expects the lab with `from` replaced by `to` to be faulty.
#[track_caller]
fn broken(from: &str, to: &str, code: &str, at: &str, message: &str) {
    assert!(LAB.contains(from), "{from}");
    fault(&LAB.replace(from, to), code, at, message);
}

/// Expects the lab with `from` replaced by `to` to be as good as before.
#[track_caller]
fn fine(from: &str, to: &str) {
    assert!(LAB.contains(from), "{from}");
    let site = Site::new(&[("lab.yml", &LAB.replace(from, to))]);
    site.succeed(&["-c", "lab.yml", "generate", "--strict"]);
}

#[test]
fn the_lab_is_fine() {
    fine("site: x", "site: x");
}

#[test]
fn text_that_is_nested_without_end_is_stopped() {
    fault(
        &"[".repeat(100_000),
        "yaml-too-large",
        "1:65",
        "values are nested more than 64 deep",
    );
}

#[test]
fn files_that_are_none_are_reported() {
    let site = Site::new(&[
        ("conf.d/common/empty.yml", ""),
        ("conf.d/guests.d/none.yml", "# nothing yet\n"),
    ]);
    assert_eq!(site.run(&["validate"]).codes(), ["missing-os"]);

    let run = Site::new(&[]).run(&["validate"]);
    assert_eq!(
        (run.status, run.codes()),
        (1, vec!["unreadable-file"]),
        "{}",
        run.stderr
    );

    let site = Site::new(&[
        ("conf.d/guests.d/a.yml", "os: rhel9\n"),
        ("conf.d/guests.d/a/b.yml", "os: rhel9\n"),
    ]);
    assert_eq!(site.run(&["validate"]).codes(), ["defined-twice"]);
}

#[test]
fn expressions_are_located() {
    fine(
        "location: http://x/",
        "location: 'http://{{ name }}.{{ domain }}/{% x %}${#a[@]}'",
    );
}

#[test]
fn expressions_that_grow_without_end_are_stopped() {
    let vars = |value: fn(usize) -> String| {
        let vars: Vec<String> = (1..60)
            .map(|n| format!("a{n}: \"{{{{ {} }}}}\"", value(n - 1)))
            .collect();
        format!("vars: {{a0: xxxxxxxxxx, {}}}", vars.join(", "))
    };
    for (value, code) in [
        (
            (|n| format!("vars.a{n} ~ vars.a{n}")) as fn(usize) -> String,
            "expression",
        ),
        (|n| format!("[vars.a{n}, vars.a{n}]"), "expression"),
        (|_| "vars".to_owned(), "expression-cycle"),
    ] {
        let site = Site::new(&[("lab.yml", &LAB.replace("ip: 10.0.0.5", &vars(value)))]);
        let run = site.run(&["-c", "lab.yml", "validate"]);
        assert_eq!((run.status, run.codes()[0]), (1, code), "{}", run.stderr);
    }
}

#[test]
fn values_have_their_types() {
    let bad = |value: &str, at: &str, message: &str| {
        broken("ip: 10.0.0.5", value, "invalid-value", at, message)
    };
    bad(
        "ip: 10.0.0.500",
        "10:11",
        "`10.0.0.500` is not an IPv4 address",
    );
    bad(
        "mac: 53:54:00:00:00:01",
        "10:12",
        "`53:54:00:00:00:01` is multicast: the lowest bit of its first byte, 53, is set",
    );
    broken(
        "subnet: 10.0.0.0/24",
        "subnet: 10.0.0.7/24",
        "invalid-value",
        "3:17",
        "`10.0.0.7/24` has host bits set",
    );
}

#[test]
fn secrets_are_not_shown() {
    for (line, code) in [
        ("rootpw: hunter2", "plain-password"),
        ("rootpw: \"hunter2\\nx\"", "invalid-value"),
        (
            "users: [{name: ann, password: hunter2, shell: bash}]",
            "invalid-value",
        ),
        ("vars: {x: '{{ rootpw }}'}, rootpw: hunter2", "expression"),
    ] {
        let site = Site::new(&[("lab.yml", &LAB.replace("ip: 10.0.0.5", line))]);
        for format in ["text", "json"] {
            let run = site.run(&["-c", "lab.yml", "validate", "--strict", "--format", format]);
            assert_eq!(run.status, 1);
            assert!(
                (run.stderr.clone() + &run.stdout).contains(code),
                "{}",
                run.stderr
            );
            assert!(
                !run.stderr.contains("hunter2") && !run.stdout.contains("hunter2"),
                "{}{}",
                run.stderr,
                run.stdout
            );
        }
    }
}

#[test]
fn interfaces_and_networks_make_sense() {
    broken(
        "end: 10.0.0.199}",
        "end: 10.0.0.199, lease: 1}",
        "invalid-value",
        "3:96",
        "dnsmasq's leases cannot last 1 minutes",
    );
    broken(
        "end: 10.0.0.199}",
        "end: 10.0.0.199, lease: 35791395}",
        "invalid-value",
        "3:96",
        "dnsmasq's leases cannot last 35791395 minutes",
    );
    fine("end: 10.0.0.199}", "end: 10.0.0.199, lease: 35791394}");
}

#[test]
fn a_name_that_is_not_there_may_have_a_default() {
    fine(
        "ip: 10.0.0.5",
        "vars: {a: '{{ vars.nope | default(value=1) }}', b: '{{ nope | default(value=2) }}'}",
    );
}

#[test]
fn all_faults_of_a_stage_come_in_one_run() {
    let lab = LAB
        .replace("10.0.0.5", "10.0.1.5")
        .replace("10.0.0.6", "10.0.0.1");
    let site = Site::new(&[("lab.yml", &lab)]);
    let run = site.run(&["-c", "lab.yml", "validate", "--format", "json"]);
    let report: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!((run.status, &report["format"]), (1, &1.into()));
    let found: Vec<(&str, u64)> = report["diagnostics"]
        .as_array()
        .unwrap()
        .iter()
        .map(|fault| {
            (
                fault["code"].as_str().unwrap(),
                fault["spans"][0]["line"].as_u64().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        found,
        [("address-outside-network", 10), ("reserved-address", 11)]
    );
}
