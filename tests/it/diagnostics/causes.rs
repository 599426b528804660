//! How often a fault is reported, and in which order.

use serde_json::Value;

use super::{LAB, places, validate};
use crate::support::Site;

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
