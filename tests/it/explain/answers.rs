//! What `explain` is asked, and the forms in which it answers.

use serde_json::Value;

use super::{LAB, lab};
use crate::support::Site;

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
    assert_eq!(lines, [12, 66, 10, 14, 19]);
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
