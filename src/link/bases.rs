//! Base images: sealed guests, whose first own disk other guests start from.
//!
//! Owns which guest starts from which, and makes it a guest with an image. Whether the two fit each other is `check`'s.

mod left;

use std::sync::Arc;

use foldhash::HashMap;

use self::left::{left, machine};
use super::{Aside, Disk, DiskPlace, uuid};
use crate::diag::{Code, Diagnostic, Sink};
use crate::model::guest::{DiskFormat, DiskSpec, VirtinstSpec};
use crate::model::install::Install;
use crate::model::read::{TypedGuest, give_way};
use crate::model::size::Size;
use crate::model::words::Backing;
use crate::source::{Span, Spanned};

/// The size of a disk whose base has a fault: enough for whatever is in it.
const STAND_IN: Size = Size::TIB;

/// The base image a guest starts from.
#[derive(Clone, Debug)]
pub struct Base {
    /// The sealed guest.
    pub name: Arc<str>,
    /// Its UUID.
    pub uuid: String,
    /// Where the guest names it.
    pub span: Span,
}

/// Which guests start from which, by their positions; empty when none does and none is sealed.
#[derive(Default)]
pub(super) struct Bases {
    wanted: Vec<Option<(usize, Span)>>,
    /// What is said of each guest's install and hardware, before its base's is left out.
    whole: Vec<(Arc<Install>, Arc<VirtinstSpec>)>,
    /// What is left of install data, by their address, the base, and whether the guest is sealed.
    installs: HashMap<(usize, Option<usize>, bool), Arc<Install>>,
    /// Machines by the address of what is said of them, and where the base is named.
    machines: HashMap<(usize, Span), Arc<VirtinstSpec>>,
}

/// Returns whether a guest ends as an image.
fn is_sealed(guest: &TypedGuest) -> bool {
    guest.spec.seal.as_ref().is_some_and(|seal| seal.value)
}

/// Reports a sealed guest that has nothing others could start from.
fn needs_disk(guest: &TypedGuest, sink: &mut Sink) {
    let seal = guest.spec.seal.as_ref().filter(|seal| seal.value);
    if let Some(seal) = seal.filter(|_| first_own(&guest.spec.disks).is_none()) {
        let message = "a sealed guest ends as the image of its first own disk, and it has none";
        sink.push(
            Diagnostic::error(Code::BaseImage, seal.span, message)
                .help("give it a disk that is not `shareable`, as in `disks: [{size: 20}]`"),
        );
    }
}

/// Returns the position of the first disk that is the guest's alone.
pub(super) fn first_own(disks: &[Spanned<DiskSpec>]) -> Option<usize> {
    let shared = |disk: &DiskSpec| disk.shareable.as_ref().is_some_and(|shared| shared.value);
    disks.iter().position(|disk| !shared(disk))
}

impl Bases {
    /// Finds the guests whose first own disk is said to be an overlay of another guest's.
    pub(super) fn find(guests: &mut [TypedGuest], aside: &Aside, sink: &mut Sink) -> Self {
        let backed = |guest: &TypedGuest| {
            guest.virtinst.image.is_some()
                || guest.spec.disks.iter().any(|disk| disk.backing.is_some())
        };
        if !guests.iter().any(|guest| backed(guest) || is_sealed(guest)) {
            return Self::default();
        }
        for guest in guests.iter_mut() {
            // Of a base that has faults, nothing is known but that it is one.
            if let Some(named) = named(guest).filter(|named| aside.has_guest(&named.value)) {
                let span = named.span;
                stand_in(guest, span);
            }
        }
        let guests = &*guests;
        let numbers = guests.iter().enumerate();
        let numbers: HashMap<&str, usize> = numbers
            .map(|(number, guest)| (&*guest.draft.name, number))
            .collect();
        let mut wanted = Vec::with_capacity(guests.len());
        for guest in guests {
            sink.about(Some(&guest.draft.name));
            needs_disk(guest, sink);
            wanted.push(base_of(guest, guests, &numbers, sink));
        }
        sink.about(None);
        let whole = |guest: &TypedGuest| (Arc::clone(&guest.install), Arc::clone(&guest.virtinst));
        Self {
            wanted,
            whole: guests.iter().map(whole).collect(),
            ..Self::default()
        }
    }

    /// Returns the base of a guest, and where it is named.
    pub(super) fn of(&self, guest: usize) -> Option<(usize, Span)> {
        self.wanted.get(guest).copied().flatten()
    }

    /// Returns the base of each guest by its name.
    pub(super) fn named(&self, guests: &[TypedGuest], site: &str) -> Vec<Option<Base>> {
        let named = |guest| {
            let (base, span) = self.of(guest)?;
            let name = Arc::clone(&guests[base].draft.name);
            let uuid = uuid(site, "guest", &name);
            Some(Base { name, uuid, span })
        };
        (0..guests.len()).map(named).collect()
    }

    /// Returns the positions of all `count` guests, each after its base; guests that start from each other come last.
    pub(super) fn order(&self, count: usize) -> Vec<usize> {
        let (mut order, mut later): (Vec<usize>, Vec<usize>) =
            (0..count).partition(|guest| self.of(*guest).is_none());
        let mut ready = vec![false; count];
        order.iter().for_each(|guest| ready[*guest] = true);
        while !later.is_empty() {
            let is_ready = |guest: &usize| self.of(*guest).is_none_or(|(base, _)| ready[base]);
            let (now, rest): (Vec<usize>, Vec<usize>) = later.iter().copied().partition(is_ready);
            if now.is_empty() {
                order.extend(rest);
                break;
            }
            now.iter().for_each(|guest| ready[*guest] = true);
            order.extend(now);
            later = rest;
        }
        order
    }

    /// Makes a guest start from the image its base has among its disks, and leaves out what is done there already; of a
    /// sealed guest, what is for the guests that start from it.
    pub(super) fn apply(
        &mut self,
        position: usize,
        guest: &mut TypedGuest,
        disks: Option<&[Disk]>,
        sink: &mut Sink,
    ) {
        let base = self.of(position);
        if let Some((base, span)) = base {
            let image = start_from(guest, span, disks, sink);
            if let Some(first) = first_own(&guest.spec.disks) {
                // It is made an overlay of what the guest starts from.
                guest.spec.disks[first].value.backing = None;
            }
            let (own, theirs) = (&guest.virtinst, &self.whole[base].1);
            let key = (Arc::as_ptr(own).addr(), span);
            let made = self.machines.entry(key);
            let made = made.or_insert_with(|| {
                let mut machine = machine(own, theirs, image, span);
                give_way(&mut machine, &guest.draft.os.base);
                Arc::new(machine)
            });
            guest.virtinst = Arc::clone(made);
        }
        let (base, sealed) = (base.map(|(base, _)| base), is_sealed(guest));
        if base.is_none() && !sealed {
            return;
        }
        let key = (Arc::as_ptr(&guest.install).addr(), base, sealed);
        let known = self.installs.get(&key).cloned();
        guest.install = known.unwrap_or_else(|| {
            let left = Arc::new(left(&guest.install, &self.ancestors(base), sealed));
            self.installs.insert(key, Arc::clone(&left));
            left
        });
    }

    /// Returns the install data of a base, and of the bases it starts from itself.
    fn ancestors(&self, base: Option<usize>) -> Vec<&Install> {
        let next = |base: &usize| self.of(*base).map(|(base, _)| base);
        // Guests that start from each other would have no end.
        let bases = std::iter::successors(base, next).take(self.whole.len());
        bases.map(|base| &*self.whole[base].0).collect()
    }
}

/// Returns what a guest's first own disk is said to be an overlay of.
fn named(guest: &TypedGuest) -> Option<&Spanned<Backing>> {
    let first = first_own(&guest.spec.disks);
    let backing = first.and_then(|first| guest.spec.disks[first].backing.as_ref());
    backing.or(guest.virtinst.image.as_ref())
}

/// Finds the guest that is named as what another's first own disk is an overlay of.
fn base_of(
    guest: &TypedGuest,
    guests: &[TypedGuest],
    numbers: &HashMap<&str, usize>,
    sink: &mut Sink,
) -> Option<(usize, Span)> {
    let first = first_own(&guest.spec.disks);
    for (position, disk) in guest.spec.disks.iter().enumerate() {
        let named = disk.backing.as_ref();
        let Some((named, base)) = named.and_then(|it| Some((it, numbers.get(it.as_str())?))) else {
            continue;
        };
        if first != Some(position) && is_sealed(&guests[*base]) {
            let message = format!(
                "`{}` is a base image, and this is not the guest's first disk",
                named.value
            );
            sink.push(
                Diagnostic::error(Code::BaseImage, named.span, message)
                    .help("give the first disk this `backing`: a guest boots from it"),
            );
        }
    }
    let named = named(guest)?;
    let base = *numbers.get(named.as_str())?;
    if !is_sealed(&guests[base]) {
        let other = &guests[base].draft;
        let message = format!(
            "guest `{}` is not sealed, so it is no base image",
            other.name
        );
        sink.push(
            Diagnostic::error(Code::BaseImage, named.span, message)
                .also(other.defined, "the guest")
                .help(format!(
                    "write `seal: true` in guest `{}`, or name a volume or a path",
                    other.name
                )),
        );
    }
    Some((base, named.span))
}

/// Makes the first own disk of a guest an overlay of an image of no meaning, for its base has a fault that is reported.
fn stand_in(guest: &mut TypedGuest, span: Span) -> Option<Backing> {
    let image: Backing = "base.qcow2".parse().ok()?;
    let named = guest.virtinst.image.is_some();
    let first = first_own(&guest.spec.disks)?;
    let spec = &mut guest.spec.disks[first].value;
    spec.backing = Some(Spanned::new(image.clone(), span)).filter(|_| !named);
    spec.backing_format = Some(Spanned::new(DiskFormat::Qcow2, span));
    spec.size = spec.size.take().or(Some(Spanned::new(STAND_IN, span)));
    Some(image)
}

/// Makes the first own disk of a guest an overlay of its base's, and returns what that is.
fn start_from(
    guest: &mut TypedGuest,
    span: Span,
    disks: Option<&[Disk]>,
    sink: &mut Sink,
) -> Option<Backing> {
    let Some(disk) = disks.and_then(|disks| disks.iter().find(|disk| !disk.shareable)) else {
        return stand_in(guest, span);
    };
    let first = first_own(&guest.spec.disks)?;
    let spec = &mut guest.spec.disks[first].value;
    let image = match &disk.place {
        DiskPlace::Path(path) => path,
        DiskPlace::Volume { pool, vol } => {
            let said = spec.pool.as_ref().map(|said| (said.as_str(), said.span));
            let path = spec.path.as_ref().map(|path| (path.as_str(), path.span));
            if let Some((place, at)) = said.or(path)
                && (place != pool || said.is_none())
            {
                let message = format!("the disk is not in pool `{pool}`, where its base image is");
                sink.push(
                    Diagnostic::error(Code::BaseImage, at, message)
                        .also(disk.place_span, "the base image")
                        .help(format!("write `pool: {pool}`, or leave it out")),
                );
                return stand_in(guest, span);
            }
            spec.pool = pool.parse().ok().map(|pool| Spanned::new(pool, span));
            vol
        }
    };
    let image: Backing = image.parse().ok()?;
    spec.backing_format = Some(Spanned::new(disk.format, span));
    let size = disk.size.map(|size| Spanned::new(size, span));
    spec.size = spec.size.take().or(size);
    Some(image)
}
