//! A site for each fault the program can find, with its exact report, and the near miss that is fine.
//!
//! `tests/faults/CODE/CASE.yml` is a single-file lab, `tests/faults/CODE/CASE/` a directory with a `conf.d`;
//! `CASE.out` is what `validate` says of it: one diagnostic, of that code. `CASE.fine.yml` or `CASE.fine/` is the
//! nearest site without the fault, of which there is nothing to say. With `UPDATE=1` the reports are written anew.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use miniascape::diag::Code;
use rayon::prelude::*;

use crate::support::{PROGRAM, Run, project};

/// Codes whose faults no site that can be kept in a repository has; they would be too large.
/// `diagnostics` has them.
const ELSEWHERE: &[Code] = &[Code::PayloadTooLarge];

/// Codes of faults that may be reported without help: of Tera, and of the system.
const SELF_EVIDENT: &[&str] = &["template", "unreadable-file"];

/// A site with one fault.
struct Case {
    code: String,
    /// Its path below the project, without an ending.
    path: PathBuf,
}

#[test]
fn every_fault_is_reported_as_written_and_its_near_miss_is_fine() {
    let cases = cases();
    let failures: Vec<String> = cases
        .par_iter()
        .flat_map_iter(|case| {
            let name = case.path.display();
            let faults = [fault(case), near_miss(case)];
            faults
                .into_iter()
                .filter_map(Result::err)
                .map(move |why| format!("{name}: {why}"))
        })
        .collect();
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}

#[test]
fn every_code_has_a_site_with_its_fault() {
    let shown: BTreeSet<String> = cases().into_iter().map(|case| case.code).collect();
    let missing: Vec<&str> = Code::ALL
        .iter()
        .filter(|code| !ELSEWHERE.contains(code))
        .map(|code| code.as_str())
        .filter(|code| !shown.contains(*code))
        .collect();
    assert!(missing.is_empty(), "no site in tests/faults: {missing:?}");
}

/// Checks that the case's site gets its report and nothing else.
fn fault(case: &Case) -> Result<(), String> {
    let run = validate(&case.path)?;
    let expected = case.path.with_added_extension("out");
    if std::env::var_os("UPDATE").is_some() {
        fs::write(project("").join(&expected), &run.stderr).map_err(|error| error.to_string())?;
    }
    let report = fs::read_to_string(project("").join(&expected))
        .map_err(|error| format!("{}: {error}", expected.display()))?;
    if run.stderr != report {
        return Err(format!("the report is\n{}\nand not\n{report}", run.stderr));
    }
    if !report.contains("help: ") && !SELF_EVIDENT.contains(&&*case.code) {
        return Err(format!("it does not say what to write:\n{report}"));
    }
    match run.codes()[..] {
        [code] if code == case.code => Ok(()),
        _ => Err(format!("one `{}` is due, not\n{}", case.code, run.stderr)),
    }
}

/// Checks that there is nothing to say of the case's near miss.
fn near_miss(case: &Case) -> Result<(), String> {
    let run = validate(&case.path.with_added_extension("fine"))?;
    if run.status == 0 && run.codes().is_empty() {
        return Ok(());
    }
    Err(format!("its near miss is not fine:\n{}", run.stderr))
}

/// Runs `validate` on the site at `path`, which is a file or a directory.
fn validate(path: &Path) -> Result<Run, String> {
    let file = path.with_added_extension("yml");
    let site = if project("").join(&file).is_file() {
        file
    } else {
        path.join("conf.d")
    };
    if !project("").join(&site).exists() {
        return Err(format!("there is no {}", site.display()));
    }
    let output = std::process::Command::new(PROGRAM)
        .current_dir(project(""))
        .arg("-c")
        .arg(&site)
        .args(["-v", "validate"])
        .env("NO_COLOR", "1")
        .env_remove("LIBVIRT_DEFAULT_URI")
        .output()
        .map_err(|error| error.to_string())?;
    Ok(Run::of(&output))
}

/// Finds the cases: every file and directory that is no report and no near miss.
fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    let root = Path::new("tests/faults");
    for code in entries(root) {
        for name in entries(&root.join(&code)) {
            let stem = name.strip_suffix(".yml").unwrap_or(&name);
            if !stem.ends_with(".out") && !stem.ends_with(".fine") {
                let path = root.join(&code).join(stem);
                let code = code.clone();
                cases.push(Case { code, path });
            }
        }
    }
    cases
}

fn entries(dir: &Path) -> Vec<String> {
    let entries = fs::read_dir(project("").join(dir)).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort_unstable();
    names
}
