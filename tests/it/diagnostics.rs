//! What is reported, how often and in which order; what a site allows; the long texts; and the formats for programs.

mod allowances;
mod causes;
mod explanations;
mod formats;

use crate::support::{Run, Site};

/// A lab that is fine; tests break one thing.
const LAB: &str = "\
networks:
  lan: {subnet: 10.0.0.0/24}
common:
  os: rhel9
  rootpw: locked
  virtinst: {location: http://x/}
  interfaces: [{network: lan}]
guests:
  a: {ip: 10.0.0.5}
";

fn validate(lab: &str, args: &[&str]) -> Run {
    let site = Site::new(&[("lab.yml", lab)]);
    site.run(&[&["-c", "lab.yml", "validate"], args].concat())
}

/// Where each diagnostic is: `FILE:LINE:COLUMN`.
fn places(run: &Run) -> Vec<&str> {
    let lines = run.stderr.lines();
    lines
        .filter_map(|line| line.trim_start().strip_prefix("--> "))
        .collect()
}
