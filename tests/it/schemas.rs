//! JSON Schema for editors: the schemas kept in the project are those the program prints, and an independent validator
//! takes every site that is fine and refuses those whose fault one file shows.

mod forms;

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

use self::forms::{BASE, FORMS};
use crate::support::{Site, judge, project, tree};

/// Where the project keeps them.
const SCHEMAS: &str = "schemas";

/// Codes of faults that a schema can see, where one file shows them.
const SEEN: &[&str] = &["invalid-value", "missing-key", "unknown-key"];

/// Sites of those codes that the schemas pass, and why.
const PASSED: &[(&str, &str)] = &[
    ("invalid-value/agama-storage", OTHERS),
    ("invalid-value/allowed-error", CODES),
    ("invalid-value/allowed-nothing", CODES),
    ("invalid-value/edition", OTHERS),
    ("invalid-value/expression-of-wrong-type", LATER),
    ("invalid-value/file-mode", NUMBER),
    ("invalid-value/flag-with-value", WORDS),
    ("invalid-value/from-outside", LATER),
    ("invalid-value/image-url", PATHS),
    ("invalid-value/ipv6-subnet-of-ipv4", OTHERS),
    ("invalid-value/ipv6-subnet-of-ipv4", OTHERS),
    ("invalid-value/mtu-of-interface", NUMBER),
    ("invalid-value/netmask", ARITHMETIC),
    ("invalid-value/netmask-of-address", ARITHMETIC),
    ("invalid-value/no-cpu", NUMBER),
    ("invalid-value/number-with-fraction", NUMBER),
    ("invalid-value/passphrase-locked", OTHERS),
    ("invalid-value/password-lock", OTHERS),
    ("invalid-value/password-of-shadow", OTHERS),
    ("invalid-value/password-star", OTHERS),
    ("invalid-value/password-yes", OTHERS),
    ("invalid-value/port-range", ARITHMETIC),
    ("invalid-value/product-key", OTHERS),
    ("invalid-value/raid-level", NUMBER),
    ("invalid-value/route-family", OTHERS),
    ("invalid-value/section-in-raw-partitions", LATER),
    ("invalid-value/shared-cache", OTHERS),
    ("invalid-value/shared-qcow2", OTHERS),
    ("invalid-value/size-negative", NUMBER),
    ("invalid-value/size-of-nothing", NUMBER),
    ("invalid-value/size-too-exact", NUMBER),
    ("invalid-value/size-with-exponent", NUMBER),
    ("invalid-value/ssh-certificate", KEYS),
    ("invalid-value/ssh-key", CAPITALS),
    ("invalid-value/ssh-key-cut-off", ARITHMETIC),
    ("invalid-value/ssh-key-option", KEYS),
    ("invalid-value/ssh-key-type", KEYS),
    ("invalid-value/subnet-ipv6", OTHERS),
    ("invalid-value/subnet-link-local", ARITHMETIC),
    ("invalid-value/subnet-of-loopback", ARITHMETIC),
    ("invalid-value/subnet-with-host-bits", ARITHMETIC),
    ("invalid-value/subnet-without-room", ARITHMETIC),
    ("invalid-value/too-many-guests", ARITHMETIC),
    ("invalid-value/vlan-mtu", OTHERS),
    ("missing-key/address-of-repository", OTHERS),
    ("missing-key/alpine-repository", OTHERS),
    ("missing-key/bond-interfaces", EMPTY),
    ("missing-key/debian-repository", OTHERS),
    ("missing-key/debian-suite", OTHERS),
    ("missing-key/duid", OTHERS),
    ("missing-key/image-format", OTHERS),
    ("missing-key/interface-network", OTHERS),
    ("missing-key/netmask", OTHERS),
    ("missing-key/route-source", OTHERS),
    ("missing-key/size-of-partition", OTHERS),
    ("missing-key/static-address", OTHERS),
    ("missing-key/suse-repository", OTHERS),
    ("missing-key/vlan-address", OTHERS),
    ("missing-key/vlan-gateway", OTHERS),
    ("unknown-key/memory", OWN),
    ("unknown-key/near", OWN),
    ("unknown-key/near-one-of-common", OWN),
    ("unknown-key/network", OWN),
    ("unknown-key/own-data", OWN),
    ("unknown-key/root-access", OWN),
    ("unknown-key/top-level", OWN),
    ("unknown-key/twice", OWN),
    ("unknown-key/vcpus", OWN),
];

const ARITHMETIC: &str = "a pattern does not calculate";
const CAPITALS: &str = "a word in capitals may be what `!env` names";
const CODES: &str = "a schema does not know the codes";
const KEYS: &str = "a pattern takes any type of key, and any options before it";
const EMPTY: &str = "a list that is left out is empty";
const LATER: &str = "what an expression or a text comes to is not known yet";
const NUMBER: &str = "to JSON it is a whole number like others";
const OTHERS: &str = "it depends on other keys";
const OWN: &str = "a site may have keys of its own; editors warn";
const PATHS: &str = "a text with `/` in it may be the path that `!file` takes";
const WORDS: &str = "a word of a command line may be any text";

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
        .map(Result::unwrap)
        .filter(|entry| entry.file_type().is_file())
        .map(|entry| entry.path().display().to_string())
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
    let root = project("tests/faults");
    let mut all: Vec<String> = SEEN
        .iter()
        .map(|code| root.join(code))
        .filter(|directory| directory.is_dir())
        .flat_map(|directory| files(&directory))
        .collect();
    all.retain(|file| !file.contains(".fine"));
    if all.is_empty() {
        return;
    }
    let found = faults(&all).join("\n");
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
    let passed: BTreeSet<&str> = cases
        .iter()
        .filter(|case| passes(case))
        .map(String::as_str)
        .collect();
    let expected = PASSED.iter().map(|(case, _)| *case);
    let expected: BTreeSet<&str> = expected.filter(|case| cases.contains(*case)).collect();
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
    let site = Site::new(&[]);
    let mut arguments = Vec::new();
    for (index, (place, good, bad)) in FORMS.iter().enumerate() {
        for (name, value) in [("good", good), ("bad", bad)] {
            let file = format!("{index}-{name}.yml");
            let (head, tail) = place.split_once('@').unwrap();
            site.write(&file, format!("{BASE}{head}{value}{tail}\n"));
            arguments.push(format!("lab={}", site.path().join(&file).display()));
        }
    }
    let found = faults(&arguments).join("\n");
    FORMS
        .par_iter()
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
