//! What a site allows, and what it cannot.

use super::{LAB, places, validate};
use crate::support::Site;

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
