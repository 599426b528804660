//! The collection of a run's diagnostics.

use std::sync::Arc;

use rayon::prelude::*;

use super::allow::{self, Allowance, Reach};
use super::report::by_cause;
use super::{Diagnostic, Homes, Report, Severity};
use crate::source::{Sources, Span};

/// How much of the lab a run has looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// Some of it; stages or objects are left.
    Part,
    /// All of it: what was not found is not there.
    Whole,
}

/// Collects the diagnostics of a run, and what the site allows.
#[derive(Debug, Default)]
pub struct Sink {
    diagnostics: Vec<Diagnostic>,
    allowed: Vec<Diagnostic>,
    allowances: Vec<Allowance>,
    homes: Homes,
    guest: Option<Arc<str>>,
    errors: usize,
}

impl Sink {
    /// Makes a sink for the faults of one guest.
    #[must_use]
    pub fn of(guest: &Arc<str>) -> Self {
        Self {
            guest: Some(Arc::clone(guest)),
            ..Self::default()
        }
    }

    /// Says which guest the faults from here on are found in; `None` for those of the lab.
    ///
    /// Guests share most of their values, and with them their faults: what is found in one guest is not reported again
    /// for another that has it from the same place.
    pub fn about(&mut self, guest: Option<&Arc<str>>) {
        self.guest = guest.cloned();
    }

    /// Adds one fault.
    pub fn push(&mut self, mut diagnostic: Diagnostic) {
        debug_assert!(
            diagnostic.severity >= diagnostic.code.least(),
            "`{}` is declared to be an error always",
            diagnostic.code.as_str()
        );
        if diagnostic.guest.is_none() {
            diagnostic.guest.clone_from(&self.guest);
        }
        self.errors += usize::from(diagnostic.severity == Severity::Error);
        self.diagnostics.push(diagnostic);
    }

    /// Adds all that is in `other`, after what is already here.
    pub fn append(&mut self, mut other: Self) {
        self.errors += other.errors;
        self.diagnostics.append(&mut other.diagnostics);
        self.allowed.append(&mut other.allowed);
        self.allowances.append(&mut other.allowances);
    }

    /// Makes something of each guest, on all cores; returns what `make` made, and adds the faults it found, both in the
    /// order of the guests.
    pub fn each<I: Send, T: Send>(
        &mut self,
        guests: impl IndexedParallelIterator<Item = I>,
        name: impl Fn(&I) -> &Arc<str> + Sync,
        make: impl Fn(I, &mut Self) -> T + Sync,
    ) -> Vec<T> {
        let (mut made, mut found) = (Vec::new(), Vec::new());
        guests
            .map(|guest| {
                let mut sink = Self::of(name(&guest));
                let made = make(guest, &mut sink);
                // Few find any, and boxes that are not there take no room.
                let found = (!sink.is_empty()).then(|| Box::new(sink));
                (made, found)
            })
            .unzip_into_vecs(&mut made, &mut found);
        let found = found.into_iter().flatten();
        found.for_each(|faults| self.append(*faults));
        made
    }

    fn is_empty(&self) -> bool {
        self.diagnostics.is_empty() && self.allowed.is_empty() && self.allowances.is_empty()
    }

    /// Says where guests have their values from, so that what many of them lack can be reported there.
    pub fn know(&mut self, homes: Homes) {
        self.homes = homes;
    }

    /// Says where the guests are defined that are left to judge.
    pub fn know_judged(&mut self, guests: impl Iterator<Item = Span>) {
        self.homes.judged = Some(guests.collect());
    }

    /// Adds an allowance, by the name of a code; one that cannot be is reported.
    pub fn allow(&mut self, name: &str, span: Span, reach: Reach) {
        match Allowance::new(name, span, reach) {
            Ok(allowance) => self.allowances.push(allowance),
            Err(fault) => {
                self.push(*fault);
                // What was to be allowed is no fault of its own.
                self.allowances.extend(Allowance::meant(name, span, reach));
            }
        }
    }

    /// Returns how many diagnostics were found so far.
    #[must_use]
    pub fn found(&self) -> usize {
        self.diagnostics.len()
    }

    /// Returns the diagnostics that came after the first `count`.
    #[must_use]
    pub fn after(&self, count: usize) -> &[Diagnostic] {
        self.diagnostics.get(count..).unwrap_or_default()
    }

    /// Drops those diagnostics after the first `count` that are not to be kept.
    pub fn retain_after(&mut self, count: usize, keep: impl FnMut(&Diagnostic) -> bool) {
        let count = count.min(self.diagnostics.len());
        let mut later = self.diagnostics.split_off(count);
        let is_error = |found: &&Diagnostic| found.severity == Severity::Error;
        self.errors -= later.iter().filter(is_error).count();
        later.retain(keep);
        self.errors += later.iter().filter(is_error).count();
        self.diagnostics.append(&mut later);
    }

    /// Makes errors of the warnings that turn out to be why something is missing.
    pub fn worsen(&mut self, is_it: impl Fn(&Diagnostic) -> bool) {
        for diagnostic in &mut self.diagnostics {
            if diagnostic.severity == Severity::Warning && is_it(diagnostic) {
                diagnostic.severity = Severity::Error;
                self.errors += 1;
            }
        }
    }

    /// Returns whether an error is among the faults.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.errors > 0
    }

    /// Returns how many errors are among the faults.
    #[must_use]
    pub fn errors(&self) -> usize {
        self.errors
    }

    /// Takes out what the site allows, finds the causes of what guests lack and, when `strict`, turns the warnings left
    /// into errors; notes stay.
    ///
    /// When the whole lab has been looked at, allowances of nothing are reported first.
    pub fn judge(&mut self, sources: &Sources, strict: bool, extent: Extent) {
        let found = std::mem::take(&mut self.diagnostics);
        let (left, allowed) = allow::sift(found, &mut self.allowances, sources);
        self.allowed.extend(allowed);
        // A guest's own line may allow what it lacks, and so may the one that many guests lack it by.
        let (stay, moved) = self.homes.gather(left);
        let (left, allowed) = allow::sift(moved, &mut self.allowances, sources);
        self.diagnostics = stay;
        self.diagnostics.extend(left);
        self.allowed.extend(allowed);
        if extent == Extent::Whole && !self.has_errors() {
            let unused = allow::unused(&mut self.allowances, sources);
            self.diagnostics.extend(unused);
        }
        if strict {
            self.worsen(|_| true);
        }
    }

    /// Returns what there is to report.
    #[must_use]
    pub fn finish(self) -> Report {
        Report {
            diagnostics: by_cause(self.diagnostics),
            allowed: by_cause(self.allowed),
        }
    }

    /// Returns the codes of the faults, in the order they were found.
    #[cfg(test)]
    pub(crate) fn codes(&self) -> Vec<&'static str> {
        let codes = self.diagnostics.iter();
        codes.map(|diagnostic| diagnostic.code.as_str()).collect()
    }
}
