//! Rules about the resolved lab as a whole. libvirt accepts nearly every fault found here, and the guest then just fails.
//!
//! Each topic is a file; each rule pushes diagnostics and never changes the lab.

mod accounts;
mod addresses;
mod fit;
mod installer;
mod logins;
mod names;
mod partitions;
mod pools;
mod ranges;
mod segments;
mod volumes;

use crate::diag::Sink;
use crate::link::Lab;

/// Checks the whole lab.
pub fn check(lab: &Lab, sink: &mut Sink) {
    ranges::check(lab, sink);
    segments::check(lab, sink);
    addresses::check(lab, sink);
    names::check(lab, sink);
    pools::check(lab, sink);
    volumes::check(lab, sink);
    fit::check(lab, sink);
    partitions::check(lab, sink);
    installer::check(lab, sink);
    accounts::check(lab, sink);
    logins::check(lab, sink);
}
