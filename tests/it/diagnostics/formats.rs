//! Reports for programs.

use serde_json::Value;

use super::{LAB, validate};
use crate::support::{Site, judge};

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
