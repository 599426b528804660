//! Faults of every kind, planted at random places of a large lab without any: all of them are reported, in one run, each
//! once and at its line, and nothing else is.
//!
//! `site` makes the lab, `guests` and `shared` know how to break it. What is random is the same in every run.

mod guests;
mod shared;
mod site;

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;
use serde_json::Value;

use self::site::{Lab, Random};
use crate::support::Site;

/// How many labs faults are planted in.
const LABS: u64 = 100;

/// How many faults each of them gets.
const FAULTS: usize = 8;

/// A fault that was planted: its code, file and line.
type Fault = (String, String, usize);

/// Breaks something and returns what must be said of it; `None` when nothing is left that is whole.
type Planter = fn(&mut Lab) -> Option<Fault>;

#[test]
fn the_lab_without_faults_is_fine() {
    for seed in 0..3 {
        assert_eq!(reported(&Lab::new(seed)), BTreeMap::new(), "lab {seed}");
    }
}

#[test]
fn every_planted_fault_is_reported_once_at_its_line_and_nothing_else() {
    let planters: Vec<(&str, Planter)> = guests::PLANTERS
        .iter()
        .chain(shared::PLANTERS)
        .copied()
        .collect();
    let results: Vec<(Vec<&str>, Result<(), String>)> = (0..LABS)
        .into_par_iter()
        .map(|seed| {
            let mut lab = Lab::new(seed);
            let (names, planted) = plant(&mut lab, seed, &planters);
            (names, compare(seed, &planted, &reported(&lab)))
        })
        .collect();
    let planted: BTreeSet<&str> = results
        .iter()
        .flat_map(|(names, _)| names)
        .copied()
        .collect();
    let never: Vec<&str> = planters
        .iter()
        .map(|(name, _)| *name)
        .filter(|name| !planted.contains(name))
        .collect();
    assert!(never.is_empty(), "never planted: {never:?}");
    let failures: Vec<String> = results
        .into_iter()
        .filter_map(|(_, result)| result.err())
        .collect();
    assert!(
        failures.is_empty(),
        "{} of {LABS} labs:\n\n{}",
        failures.len(),
        failures.join("\n\n")
    );
}

/// Plants different faults, and returns the planters' names and what must be reported.
fn plant<'p>(
    lab: &mut Lab,
    seed: u64,
    planters: &[(&'p str, Planter)],
) -> (Vec<&'p str>, BTreeMap<Fault, usize>) {
    let mut random = Random::new(seed);
    let (mut names, mut planted) = (Vec::new(), BTreeMap::new());
    // A first one in turn, so that all have theirs.
    let mut order: Vec<usize> = (0..planters.len()).collect();
    random.shuffle(&mut order);
    order.insert(0, seed as usize % planters.len());
    for at in order {
        let (name, planter) = planters[at];
        if names.len() == FAULTS {
            break;
        }
        if names.contains(&name) {
            continue;
        }
        if let Some(fault) = planter(lab) {
            names.push(name);
            *planted.entry(fault).or_default() += 1;
        }
    }
    (names, planted)
}

/// Validates the lab and counts what is reported.
fn reported(lab: &Lab) -> BTreeMap<Fault, usize> {
    let site = Site::new(&[]);
    for (path, lines) in &lab.files {
        site.write(path, lines.join("\n") + "\n");
    }
    let run = site.run(&["validate", "--format", "json"]);
    let report: Value = serde_json::from_str(&run.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}\n{}", run.stdout, run.stderr));
    let mut reported = BTreeMap::new();
    for fault in report["diagnostics"].as_array().unwrap() {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let place = &fault["spans"][0];
        let line = place["line"].as_u64().unwrap_or_default() as usize;
        let fault = (text(&fault["code"]), text(&place["file"]), line);
        *reported.entry(fault).or_default() += 1;
    }
    reported
}

fn compare(
    seed: u64,
    planted: &BTreeMap<Fault, usize>,
    reported: &BTreeMap<Fault, usize>,
) -> Result<(), String> {
    let beyond = |a: &BTreeMap<Fault, usize>, b: &BTreeMap<Fault, usize>| {
        let more = a
            .iter()
            .filter(|(fault, count)| b.get(*fault).unwrap_or(&0) < *count);
        more.map(|((code, file, line), _)| format!("{code} {file}:{line}"))
            .collect::<Vec<_>>()
    };
    let (missing, unasked) = (beyond(planted, reported), beyond(reported, planted));
    if missing.is_empty() && unasked.is_empty() {
        return Ok(());
    }
    let all: Vec<&str> = planted.keys().map(|(code, ..)| code.as_str()).collect();
    Err(format!(
        "lab {seed}, with {}\n  not reported: {}\n  not planted: {}",
        all.join(", "),
        missing.join(", "),
        unasked.join(", ")
    ))
}
