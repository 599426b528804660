//! The generated files of every site as they were last reviewed, below `tests/golden`.
//!
//! They show what a change does to the outputs, and prove no more than that it does: whether the files are right, the
//! judges say. After a change that is meant, `UPDATE=1 cargo test --test it golden` writes them anew.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use crate::support::{SITES, Site, project, tree};

/// A site of whatever templates can meet; what it builds is nothing a host would take.
const TEMPLATES: (&str, Option<&str>) = ("tests/sites/templates", Some("lab.yml"));

/// Contents by path; git keeps whether a file can be executed, and so does the map.
type Files = BTreeMap<String, (bool, Vec<u8>)>;

/// The files below a directory, less the program's own.
fn files(dir: &Path) -> Files {
    let files = tree(dir).into_iter();
    files
        .filter(|(name, _)| !name.starts_with(".miniascape/"))
        .map(|(name, (mode, bytes))| (name, (mode & 0o100 != 0, bytes)))
        .collect()
}

/// Says how two sets of files differ, in either direction.
fn differences(golden: &Files, generated: &Files) -> Vec<String> {
    let names: BTreeSet<&String> = golden.keys().chain(generated.keys()).collect();
    let differs = |name: &String| match (golden.get(name), generated.get(name)) {
        (Some(a), Some(b)) if a == b => None,
        (Some(a), Some(b)) if a.1 == b.1 => Some(format!("{name}: executable or not")),
        (Some(a), Some(b)) => Some(format!("{name}: {}", first_difference(&a.1, &b.1))),
        (Some(_), None) => Some(format!("{name} is not generated any more")),
        (None, _) => Some(format!("{name} is new")),
    };
    names.into_iter().filter_map(differs).collect()
}

fn first_difference(golden: &[u8], generated: &[u8]) -> String {
    let (golden, generated) = (
        String::from_utf8_lossy(golden),
        String::from_utf8_lossy(generated),
    );
    let mut lines = golden.lines().zip(generated.lines()).enumerate();
    match lines.find(|(_, (a, b))| a != b) {
        Some((at, (a, b))) => format!("line {}:\n  - {a}\n  + {b}", at + 1),
        None => "one ends before the other".to_owned(),
    }
}

#[test]
fn sites_generate_what_was_reviewed() {
    let mut faults = Vec::new();
    for (from, file) in SITES.iter().chain([&TEMPLATES]) {
        let site = Site::copy(from);
        let options = file.map_or_else(Vec::new, |file| vec!["-c", file]);
        site.succeed(&[&options[..], &["generate"]].concat());
        let generated = files(&site.path().join("workdir"));
        let name = from.rsplit('/').next().unwrap();
        let dir = project("tests/golden").join(name);
        if std::env::var_os("UPDATE").is_some() {
            let _ = fs::remove_dir_all(&dir);
            for path in generated.keys() {
                let to = dir.join(path);
                fs::create_dir_all(to.parent().unwrap()).unwrap();
                // The mode comes along, less what git does not keep.
                fs::copy(site.path().join("workdir").join(path), &to).unwrap();
            }
        }
        let golden = files(&dir);
        assert!(!golden.is_empty(), "{} has no files", dir.display());
        let differences = differences(&golden, &generated);
        faults.extend(differences.into_iter().map(|text| format!("{name}/{text}")));
    }
    assert!(
        faults.is_empty(),
        "{}\n\nIf all of this is meant: UPDATE=1 cargo test --test it golden",
        faults.join("\n")
    );
}

#[test]
fn missing_and_extra_files_are_differences() {
    let file = |text: &str| (false, text.as_bytes().to_vec());
    let one = Files::from([
        ("a".to_owned(), file("x\ny\n")),
        ("b".to_owned(), file("x")),
    ]);
    let other = Files::from([
        ("a".to_owned(), file("x\nz\n")),
        ("c".to_owned(), file("x")),
    ]);
    assert_eq!(
        differences(&one, &other),
        [
            "a: line 2:\n  - y\n  + z",
            "b is not generated any more",
            "c is new"
        ]
    );
    assert_eq!(differences(&one, &one), [""; 0]);
}

/// A directory nobody compares with would be forgotten.
#[test]
fn every_golden_directory_is_a_sites() {
    let sites = SITES.iter().chain([&TEMPLATES]);
    let known: BTreeSet<&str> = sites
        .map(|(from, _)| from.rsplit('/').next().unwrap())
        .collect();
    assert_eq!(known.len(), SITES.len() + 1, "two sites of one name");
    for entry in fs::read_dir(project("tests/golden")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(known.contains(name.as_str()), "tests/golden/{name}");
    }
}
