//! Rules about the resolved lab as a whole. libvirt accepts nearly every fault found here, and the guest then just fails.
//!
//! Each topic is a file; each rule pushes diagnostics and never changes the lab.

mod accounts;
mod addresses;
mod attachments;
mod bases;
mod bridges;
mod cards;
mod dns;
mod fit;
mod installer;
mod links;
mod locale;
mod logins;
mod machine;
mod macs;
mod members;
mod names;
mod packages;
mod partitions;
mod pools;
mod processor;
mod ranges;
mod repositories;
mod segments;
mod services;
mod sources;
mod spare;
mod subnets;
mod volumes;

use std::collections::HashSet;

use rayon::prelude::*;

use self::members::Members;
use crate::diag::Sink;
use crate::link::Lab;
use crate::model::install::Install;

/// Checks the whole lab.
pub fn check(lab: &Lab, sink: &mut Sink) {
    let members = Members::new(lab);
    let wrong = subnets::check(lab, &members, sink);
    let rules: &[&Rules<'_>] = &[
        &|sink| addresses::check(lab, &members, &wrong, sink),
        &|sink| ranges::check(lab, &members, &wrong, sink),
        &|sink| segments::check(lab, &members, &wrong, sink),
        &|sink| bridges::check(lab, sink),
        &|sink| attachments::check(lab, &members, sink),
        &|sink| cards::check(lab, sink),
        &|sink| links::check(lab, sink),
        &|sink| macs::check(lab, sink),
        &|sink| names::check(lab, sink),
        &|sink| dns::check(lab, sink),
        &|sink| pools::check(lab, sink),
        &|sink| volumes::check(lab, sink),
        &|sink| bases::check(lab, sink),
        &|sink| fit::check(lab, sink),
        &|sink| machine::check(lab, sink),
        &|sink| processor::check(lab, sink),
        &|sink| partitions::check(lab, sink),
        &|sink| sources::check(lab, sink),
        &|sink| installer::check(lab, sink),
        &|sink| accounts::check(lab, sink),
        &|sink| logins::check(lab, sink),
        &|sink| locale::check(lab, sink),
        &|sink| services::check(lab, sink),
        &|sink| packages::check(lab, sink),
        &|sink| repositories::check(lab, sink),
    ];
    let found: Vec<Sink> = rules
        .par_iter()
        .map(|rules| {
            let mut sink = Sink::default();
            rules(&mut sink);
            sink
        })
        .collect();
    found.into_iter().for_each(|faults| sink.append(faults));
}

/// The rules of a topic, which know nothing of the others'.
type Rules<'a> = dyn Fn(&mut Sink) + Sync + 'a;

/// Returns the install data of the guests, once where several share it.
fn installs(lab: &Lab) -> impl Iterator<Item = &Install> {
    let mut seen = HashSet::new();
    let install = lab.guests.iter().map(|guest| &*guest.install);
    install.filter(move |install| seen.insert(std::ptr::from_ref::<Install>(install)))
}
