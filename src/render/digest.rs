//! The digests in stamps: what an object was made from, so that it shows when that changed.

use std::collections::HashMap;

use rayon::prelude::*;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::context::{interfaces, virtinst};
use super::guest_files::Renderer;
use super::own::Own;
use super::payloads::Payloads;
use super::sections::{LINKS, text};
use super::views::{DiskView, InterfaceView};
use super::{Engine, STAMP_XMLNS};
use crate::link::{Guest, Lab};
use crate::source::Sources;

/// How many hexadecimal digits of a SHA-256 digest a stamp keeps.
const DIGEST_LENGTH: usize = 32;

/// Returns whether a guest's install is not made from a section, or not from all of it: what a host changes without an
/// install would otherwise look as if it needed one. The list of links says once more what the sections it is made from
/// say.
fn is_apart(section: &str) -> bool {
    matches!(
        section,
        "depends_on" | "description" | "disks" | "drives" | "interfaces" | LINKS | "virtinst"
    )
}

/// The hardware that a guest has from its next boot on.
const NEXT_BOOT: [&str; 2] = ["ram", "vcpus"];

/// The digest of what an object is made from, for its stamp.
#[derive(Default)]
pub(super) struct Digest(Sha256);

impl Digest {
    /// Makes the digest of a guest's install data, given its sections and the text of its [`machine`].
    pub(super) fn of_install(guest: &Guest, own: &Own, machine: &str) -> Self {
        let mut digest = Self::default();
        for section in own.iter() {
            if !is_apart(section.name()) {
                digest.add(&section.text);
            }
        }
        digest.add(machine);
        let interfaces = interfaces(guest).into_iter();
        let interfaces: Vec<_> = interfaces.map(InterfaceView::installed).collect();
        digest.add(&text("interfaces", &interfaces));
        let disks = guest.disks.iter().map(DiskView::from);
        let disks: Vec<_> = disks.map(DiskView::installed).collect();
        digest.add(&text("disks", &disks));
        digest
    }

    /// Adds a top-level name of the context with its value.
    pub(super) fn add(&mut self, text: &str) {
        self.0.update(text);
    }

    /// Returns the stamp that marks the object as the lab's.
    pub(super) fn stamp(self, lab: &Lab) -> Value {
        json!({ "xmlns": STAMP_XMLNS, "site": lab.site, "digest": self.text() })
    }

    /// Returns as much of the digest as a stamp keeps.
    pub(super) fn text(self) -> String {
        let mut hex = String::with_capacity(2 * Sha256::output_size());
        for byte in self.0.finalize() {
            hex.extend(
                [byte >> 4, byte & 15]
                    .map(|digit| char::from(b"0123456789abcdef"[usize::from(digit)])),
            );
        }
        hex.truncate(DIGEST_LENGTH);
        hex
    }
}

/// Returns what an install has of a guest's hardware and source, in one line.
pub(super) fn machine(guest: &Guest) -> String {
    let mut value = virtinst(guest);
    if let Some(value) = value.as_object_mut() {
        for key in NEXT_BOOT {
            value.remove(key);
        }
    }
    text("virtinst", &value).to_string()
}

/// Returns the digests of guests' install data by their names, as stamps have them.
#[must_use]
pub fn digests(
    lab: &Lab,
    engine: &Engine,
    payloads: &Payloads,
    sources: &Sources,
) -> HashMap<String, String> {
    let renderer = Renderer::new(lab, engine, payloads, sources);
    let digest = |guest: &Guest| (guest.name.to_string(), renderer.stamp_digest(guest));
    lab.guests.par_iter().map(digest).collect()
}
