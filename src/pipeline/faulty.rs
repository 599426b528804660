//! Which objects of the site have faults, so that the stages after a fault go on with all the others.
//!
//! A fault is the object's in whose text it lies. What needs a faulty object (the guests of a group or a network) is set
//! aside with it, without a word: what else it may have shows when the fault is gone. So a run reports the faults of all
//! stages, and none that only follows from another. It reports nothing itself.

use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;

use super::owners::{Owner, Owners};
use crate::diag::{Code, Diagnostic, Severity, Sink};
use crate::layer::{Draft, Layers, Part};
use crate::link::{Aside, Lab};
use crate::model::guest::Address;
use crate::model::os::Os;
use crate::model::read::TypedGuest;
use crate::source::{Sources, Span, Spanned};
use crate::yaml::{Entries as _, Entry, Kind, Node};

/// The objects with faults, and what was seen of the reports so far.
#[derive(Debug)]
pub(super) struct Faulty {
    site: Owners,
    /// What has a fault.
    faulty: HashSet<Owner>,
    /// The directories that were probably meant for layers of a class, by path; they are no faults until something is
    /// missing.
    strays: Vec<(String, &'static str)>,
    /// The guests with an address that the lock may keep.
    choosing: HashSet<Arc<str>>,
    /// How many diagnostics were looked at.
    seen: usize,
}

impl Faulty {
    pub(super) fn new(layers: &Layers) -> Self {
        Self {
            site: Owners::new(layers),
            faulty: HashSet::new(),
            strays: layers.parts.strays.clone(),
            choosing: HashSet::new(),
            seen: 0,
        }
    }

    /// Takes note of what a stage reported, less what only follows from faults that are known.
    ///
    /// Returns `None` when no object can go on: a fault that is no object's may concern them all.
    pub(super) fn note(&mut self, sink: &mut Sink) -> Option<()> {
        self.drop_what_follows(sink);
        let is_error = |fault: &&Diagnostic| fault.severity == Severity::Error;
        let mut contained = true;
        for fault in sink.after(self.seen).iter().filter(is_error) {
            match self.site.of(fault) {
                Some(owner) => {
                    self.faulty.insert(owner.clone());
                }
                None => contained = false,
            }
        }
        self.seen = sink.found();
        contained.then_some(())
    }

    /// Drops what a stage said of objects whose faults are known, or of what they need.
    fn drop_what_follows(&mut self, sink: &mut Sink) {
        let is_lock = |fault: &Diagnostic| self.site.of(fault) == Some(&Owner::Lock);
        if !self.choosing.is_empty() && sink.after(self.seen).iter().any(is_lock) {
            // Without their addresses, these guests have faults that are the lock's.
            let chooses = |guest: &Arc<str>| self.choosing.contains(guest);
            sink.retain_after(self.seen, |fault| {
                is_lock(fault) || !fault.guest.as_ref().is_some_and(chooses)
            });
        }
        self.blame_strays(sink);
        if self.faulty.is_empty() {
            return;
        }
        // Of what is set aside, nobody knows whether it is used; nor what META allows that cannot be read.
        let least = if self.is_faulty(Part::Allowances) || self.is_faulty(Part::Directories) {
            Severity::Error
        } else {
            Severity::Warning
        };
        let mut needing = Vec::new();
        sink.retain_after(self.seen, |fault| {
            let owner = self.site.of(fault);
            if owner.is_some_and(|owner| self.faulty.contains(owner)) {
                return false;
            }
            let follows = self.follows(fault);
            if follows {
                needing.extend(owner.cloned());
            }
            !follows && fault.severity >= least
        });
        self.faulty.extend(needing);
    }

    /// Makes errors of the directories that may hold what a stage missed: what it said of that only follows from them.
    fn blame_strays(&mut self, sink: &mut Sink) {
        let missed = |class: &str| {
            let mut found = sink.after(self.seen).iter();
            found.any(|fault| fault.severity == Severity::Error && may_lack(fault).contains(&class))
        };
        let (blamed, left) = std::mem::take(&mut self.strays)
            .into_iter()
            .partition(|(_, class)| missed(class));
        self.strays = left;
        for (stray, class) in blamed {
            sink.worsen(|fault| {
                fault.code == Code::SiteLayout && fault.path.as_ref() == Some(&stray)
            });
            self.faulty.insert(Owner::Part(Part::Class(class)));
        }
    }

    /// Returns whether a part of the site has a fault.
    fn is_faulty(&self, part: Part) -> bool {
        self.faulty.contains(&Owner::Part(part))
    }

    /// Returns whether some of a class's layers may be missing.
    fn lacks_of(&self, class: &'static str) -> bool {
        self.is_faulty(Part::Class(class)) || self.is_faulty(Part::Directories)
    }

    /// Returns whether what all guests are made of may be missing, so that none can be judged.
    pub(super) fn lacks_layers(&self) -> bool {
        let mut classes = ["common", "sysgroups", "os"].into_iter();
        classes.any(|class| self.lacks_of(class))
    }

    /// Returns whether a fault may only follow from something that was not read.
    fn follows(&self, fault: &Diagnostic) -> bool {
        let classes = may_lack(fault);
        let stray = self.is_faulty(Part::Stray) && !classes.is_empty();
        stray || classes.iter().any(|class| self.lacks_of(class))
    }

    /// Sets aside the guests that cannot be evaluated: faulty ones, and those that may read a faulty network.
    pub(super) fn drafts(&self, drafts: &mut Vec<Draft>) {
        if self.faulty.is_empty() {
            return;
        }
        let networks = self.names(Owner::network);
        drafts.retain(|draft| {
            let any = self.lacks_of("networks") || self.is_faulty(Part::Stray);
            let of = |name: &str| any || networks.contains(name);
            let reads = |(_, entry): (_, &Entry)| reads_one_of(&entry.value, &of);
            self.is_sound(draft.defined, &draft.sysgroups, &draft.os)
                && (networks.is_empty() && !any || !draft.merged.entries().any(reads))
        });
    }

    /// Sets aside the guests that cannot be linked: faulty ones, and those in a faulty network or pool.
    pub(super) fn typed(&self, guests: &mut Vec<TypedGuest>) {
        if self.faulty.is_empty() {
            return;
        }
        let (networks, pools) = (self.names(Owner::network), self.names(Owner::storage));
        guests.retain(|TypedGuest { draft, spec, .. }| {
            let mut nics = spec
                .interfaces
                .iter()
                .filter_map(|nic| nic.network.as_ref());
            let mut disks = spec.disks.iter().filter_map(|disk| disk.pool.as_ref());
            self.is_sound(draft.defined, &draft.sysgroups, &draft.os)
                && nics.all(|network| !networks.contains(network.as_str()))
                && disks.all(|pool| !pools.contains(pool.as_str()))
        });
    }

    /// Takes note of who needs the lock.
    pub(super) fn choosing(&mut self, guests: &[TypedGuest]) {
        let chooses = |guest: &&TypedGuest| {
            let nics = &guest.spec.interfaces;
            is_auto(guest.spec.ip.as_ref())
                || nics.iter().any(|nic| is_auto(nic.ip.as_ref()))
                || nics.iter().any(|nic| is_auto(nic.ipv6.as_ref()))
        };
        let guests = guests.iter().filter(chooses);
        self.choosing = guests.map(|guest| Arc::clone(&guest.draft.name)).collect();
    }

    /// Says where the lock lies, which is read after all else.
    pub(super) fn lock(&mut self, path: &Path, sources: &Sources) {
        self.site.lock(path, sources);
    }

    /// Sets aside the guests whose references are faulty.
    pub(super) fn linked(&self, lab: &mut Lab) {
        if self.faulty.is_empty() {
            return;
        }
        let lock = self.faulty.contains(&Owner::Lock);
        let aside = &mut lab.aside.guests;
        lab.guests.retain(|guest| {
            let sound = self.is_sound(guest.defined, &guest.sysgroups, &guest.os)
                && !(lock && self.choosing.contains(&guest.name));
            if !sound {
                aside.insert(Arc::clone(&guest.name));
            }
            sound
        });
    }

    /// Returns what was set aside so far.
    pub(super) fn aside(&self, layers: &Layers, guests: &[TypedGuest]) -> Aside {
        if self.faulty.is_empty() {
            return Aside::default();
        }
        let left: HashSet<Span> = guests.iter().map(|guest| guest.draft.defined).collect();
        let objects = layers.guests.iter();
        let aside = objects.filter(|(_, object)| !left.contains(&object.defined));
        let pools = self.names(Owner::storage).into_iter();
        Aside {
            guests: aside.map(|(name, _)| Arc::clone(name)).collect(),
            pools: pools.map(str::to_owned).collect(),
        }
    }

    /// Returns the names of the faulty objects of a kind.
    pub(super) fn names(&self, of_kind: fn(&Owner) -> Option<&Arc<str>>) -> HashSet<&str> {
        self.faulty
            .iter()
            .filter_map(of_kind)
            .map(|name| &**name)
            .collect()
    }

    fn is_sound(&self, defined: Span, sysgroups: &[Arc<str>], os: &Os) -> bool {
        let is_faulty = |owner: &Owner| self.faulty.contains(owner);
        let group = |group: &Arc<str>| is_faulty(&Owner::Sysgroup(Arc::clone(group)));
        let entry = |entry: &Arc<str>| is_faulty(&Owner::Os(Arc::clone(entry)));
        !self.is_faulty(Part::Common)
            && !self.site.at(defined).is_some_and(is_faulty)
            && !sysgroups.iter().any(group)
            && !os.entries.iter().any(entry)
    }
}

/// Returns the classes of which a layer may be missing where a fault is found.
fn may_lack(fault: &Diagnostic) -> &'static [&'static str] {
    match fault.code {
        Code::UnknownNetwork => &["networks"],
        Code::UnknownPool => &["storages"],
        Code::UnknownGuest => &["guests"],
        Code::UnknownSysgroup => &["sysgroups"],
        Code::UnknownOs => &["os"],
        Code::UnknownName if fault.message.contains("`networks`") => &["networks"],
        // An expression of a guest's may read what common or a group says.
        Code::UnknownName => &["common", "sysgroups"],
        _ if !fault.lacks.is_empty() => &["common", "sysgroups"],
        _ => &[],
    }
}

fn is_auto<T>(address: Option<&Spanned<Address<T>>>) -> bool {
    address.is_some_and(|address| matches!(address.value, Address::Auto))
}

/// Returns whether an expression in a value may read one of these networks.
fn reads_one_of(node: &Node, networks: &dyn Fn(&str) -> bool) -> bool {
    match &node.kind {
        Kind::Scalar(scalar) if scalar.text.contains("{{") => {
            let mut reads = scalar.text.split("networks").skip(1);
            // `networks[x]` may be any of them.
            reads.any(|rest| named(rest).is_none_or(networks))
        }
        Kind::Scalar(_) => false,
        Kind::Seq(items) => items.iter().any(|item| reads_one_of(item, networks)),
        Kind::Map(map) => map
            .values()
            .any(|entry| reads_one_of(&entry.value, networks)),
    }
}

/// Returns the key that `.KEY` or `['KEY']` at the start of `rest` names.
fn named(rest: &str) -> Option<&str> {
    if let Some(rest) = rest.strip_prefix('.') {
        return rest
            .split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
            .next();
    }
    let rest = rest.strip_prefix('[')?;
    let quote = rest
        .chars()
        .next()
        .filter(|c| matches!(c, '"' | '\'' | '`'))?;
    rest[1..].split(quote).next()
}
