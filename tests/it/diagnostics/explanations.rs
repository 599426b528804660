//! The long texts: each shows a lab that has its fault, and one that does not.

use std::collections::BTreeSet;
use std::fs;

use miniascape::diag::Code;
use rayon::prelude::*;

use super::validate;
use crate::support::{Site, project};

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
