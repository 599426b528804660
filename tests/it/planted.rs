//! Faults of every kind, planted at random places of a large lab without any: all of them are reported, in one run, each
//! once and at its line, and nothing else is.
//!
//! `site` makes the lab, `lines`, `guests` and `shared` know how to break it. What is random is the same in every run.

mod guests;
mod lines;
mod shared;
mod site;

use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::fs::symlink;

use miniascape::diag::Code;
use rayon::prelude::*;
use serde_json::Value;

use self::site::{Lab, Random};
use crate::support::Site;

/// How many labs faults are planted in.
const LABS: u64 = 130;

/// How many faults each of them gets.
const FAULTS: usize = 8;

/// A fault that was planted: its code, file and line.
type Fault = (String, String, usize);

/// How to plant a fault.
#[derive(Clone, Copy)]
enum Plant {
    /// By a new line between the keys of the file.
    Line(&'static str),
    /// By a line in the place of the one that begins with the first text.
    Instead(&'static str, &'static str),
    /// In a way of its own; `None` when nothing is left that is whole.
    Own(fn(&mut Lab, &str) -> Option<Fault>),
}

/// Speaks for something that is whole, and returns its file.
type Place = fn(&mut Lab) -> Option<String>;

/// A fault that can be planted: its code, what has it, and how.
type Planter = (&'static str, Place, Plant);

/// Codes of faults that are not planted, and why.
const ELSEWHERE: &[(Code, &str)] = &[
    (
        Code::BaseImage,
        "takes another guest that fits but for one thing",
    ),
    (Code::PayloadTooLarge, "takes 32 MiB of files"),
    (Code::UnusedNetwork, "is a note, and the lab has errors"),
    (Code::ShadowedValue, "is a note, and the lab has errors"),
];

/// Returns all that can be planted.
fn planters() -> Vec<Planter> {
    let guest: Place = |lab| Some(lab.some_guest()?.file());
    let network: Place = |lab| lab.some_network().map(site::network);
    let pool: Place = |lab| lab.some_pool().map(site::pool);
    let group: Place = |lab| lab.some_group().map(site::group);
    let host: Place = |lab| lab.take("conf.d/host.d/host.yml");
    let meta: Place = |lab| lab.take(Lab::LAYOUT);
    let all = [
        (lines::GUEST, guest),
        (guests::PLANTS, guest),
        (lines::NETWORK, network),
        (lines::POOL, pool),
        (lines::GROUP, group),
        (lines::HOST, host),
        (lines::META, meta),
        (shared::PLANTS, host),
    ];
    let planters = all.into_iter().flat_map(|(plants, place)| {
        let plants = plants.iter();
        plants.map(move |(code, plant)| (*code, place, *plant))
    });
    planters.collect()
}

/// Plants a fault.
fn broken(lab: &mut Lab, (code, place, plant): Planter) -> Option<Fault> {
    let (file, line) = match plant {
        Plant::Own(plant) => return plant(lab, code),
        Plant::Line(text) => {
            let file = place(lab)?;
            (file.clone(), lab.insert(&file, text))
        }
        Plant::Instead(start, text) => {
            let file = place(lab)?;
            (file.clone(), lab.replace(&file, start, text))
        }
    };
    site::fault(code, file, line)
}

#[test]
fn faults_of_every_code_are_planted_or_said_not_to_be() {
    let planted: BTreeSet<&str> = planters().iter().map(|(code, ..)| *code).collect();
    let elsewhere = |code: &Code| ELSEWHERE.iter().any(|(other, _)| other == code);
    for code in Code::ALL {
        let known = planted.contains(code.as_str());
        assert_ne!(known, elsewhere(code), "{}", code.as_str());
    }
}

#[test]
fn the_lab_without_faults_is_fine() {
    for seed in 0..3 {
        assert_eq!(reported(&Lab::new(seed)), BTreeMap::new(), "lab {seed}");
    }
}

#[test]
fn every_planted_fault_is_reported_once_at_its_line_and_nothing_else() {
    let planters = planters();
    let results: Vec<(Vec<usize>, Result<(), String>)> = (0..LABS)
        .into_par_iter()
        .map(|seed| {
            let mut lab = Lab::new(seed);
            let (which, planted) = plant(&mut lab, seed, &planters);
            (which, compare(seed, &planted, &reported(&lab)))
        })
        .collect();
    let planted: BTreeSet<usize> = results
        .iter()
        .flat_map(|(which, _)| which)
        .copied()
        .collect();
    let never = (0..planters.len()).filter(|at| !planted.contains(at));
    let never: Vec<&str> = never.map(|at| planters[at].0).collect();
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

/// Plants different faults, and returns which planters did and what must be reported.
fn plant(lab: &mut Lab, seed: u64, planters: &[Planter]) -> (Vec<usize>, BTreeMap<Fault, usize>) {
    let mut random = Random::new(seed);
    let (mut which, mut planted) = (Vec::new(), BTreeMap::new());
    // A first one in turn, so that all have theirs.
    let mut order: Vec<usize> = (0..planters.len()).collect();
    random.shuffle(&mut order);
    order.insert(0, seed as usize % planters.len());
    for at in order {
        if which.len() == FAULTS {
            break;
        }
        if which.contains(&at) {
            continue;
        }
        if let Some(fault) = broken(lab, planters[at]) {
            which.push(at);
            *planted.entry(fault).or_default() += 1;
        }
    }
    (which, planted)
}

/// Validates the lab and counts what is reported.
fn reported(lab: &Lab) -> BTreeMap<Fault, usize> {
    let site = Site::new(&[]);
    for (path, lines) in &lab.files {
        let text = lines.join("\n") + "\n";
        if lab.latin1.contains(path) {
            let bytes = text.chars().map(|c| u8::try_from(u32::from(c)).unwrap());
            site.write(path, bytes.collect::<Vec<u8>>());
        } else {
            site.write(path, text);
        }
    }
    for path in &lab.links {
        symlink("nowhere", site.path().join(path)).unwrap();
    }
    let run = site.run(&["validate", "--format", "json"]);
    let report: Value = serde_json::from_str(&run.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}\n{}", run.stdout, run.stderr));
    let mut reported = BTreeMap::new();
    for fault in report["diagnostics"].as_array().unwrap() {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let place = &fault["spans"][0];
        let line = place["line"].as_u64().unwrap_or_default() as usize;
        // What concerns a file as a whole has no line.
        let file = [&place["file"], &fault["file"]]
            .into_iter()
            .find(|file| !file.is_null());
        let fault = (text(&fault["code"]), text(file.unwrap_or(place)), line);
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
