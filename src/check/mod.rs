//! Rules about the resolved lab as a whole. libvirt accepts nearly every fault found here, and the guest then just fails.
//!
//! Each topic is a file; each rule pushes diagnostics and never changes the lab.

mod accounts;
mod addresses;
mod attachments;
mod bridges;
mod dns;
mod fit;
mod installer;
mod locale;
mod logins;
mod machine;
mod macs;
mod members;
mod names;
mod partitions;
mod pools;
mod processor;
mod ranges;
mod segments;
mod services;
mod spare;
mod subnets;
mod volumes;

use std::collections::HashSet;

use self::members::Members;
use crate::diag::Sink;
use crate::link::Lab;
use crate::model::install::Install;

/// Checks the whole lab.
pub fn check(lab: &Lab, sink: &mut Sink) {
    let members = Members::new(lab);
    let wrong = subnets::check(lab, &members, sink);
    ranges::check(lab, &members, &wrong, sink);
    segments::check(lab, &members, &wrong, sink);
    bridges::check(lab, sink);
    addresses::check(lab, &members, &wrong, sink);
    attachments::check(lab, &members, sink);
    macs::check(lab, sink);
    names::check(lab, sink);
    dns::check(lab, sink);
    pools::check(lab, sink);
    volumes::check(lab, sink);
    fit::check(lab, sink);
    machine::check(lab, sink);
    processor::check(lab, sink);
    partitions::check(lab, sink);
    installer::check(lab, sink);
    accounts::check(lab, sink);
    logins::check(lab, sink);
    locale::check(lab, sink);
    services::check(lab, sink);
}

/// Returns the install data of the guests, once where several share it.
fn installs(lab: &Lab) -> impl Iterator<Item = &Install> {
    let mut seen = HashSet::new();
    let install = lab.guests.iter().map(|guest| &*guest.install);
    install.filter(move |install| seen.insert(std::ptr::from_ref::<Install>(install)))
}
