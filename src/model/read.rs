//! A guest's evaluated map → its typed sections.

mod secrets;

use std::collections::HashSet;
use std::sync::{Arc, LazyLock};

use foldhash::fast::RandomState;

use super::guest::{GuestSpec, Hardware, VirtinstSpec};
use super::install::{Files, Install, Links};
use super::text::Line;
use crate::diag::{Code, Diagnostic, Sink, nearest};
use crate::layer::{Draft, Layers};
use crate::source::{Span, Spanned};
use crate::yaml::typed::{Typer, doubled};
use crate::yaml::{Entries as _, Map, Node, NodeMemo, Overlay};

/// A guest whose values have their types.
#[derive(Clone, Debug)]
pub struct TypedGuest {
    /// What layering said of it.
    pub draft: Draft,
    /// Identity and hardware.
    pub spec: Box<GuestSpec>,
    /// Hardware and source; guests that share all of it share this.
    pub virtinst: Arc<VirtinstSpec>,
    /// What is installed; guests that share all of it share this.
    pub install: Arc<Install>,
    /// The files it gets; guests that share all of them share this.
    pub files: Arc<Files>,
    /// What it makes of its interfaces; guests that share all of it share this.
    pub links: Arc<Links>,
    /// Keys the program does not know; templates may read them.
    pub extra: Map,
}

/// Sections by the nodes they were read from; `None` when there is a fault in one.
type Known<T> = NodeMemo<(), Option<Arc<T>>>;

/// Types guests' values; what several guests have alike is read once.
#[derive(Debug)]
pub struct Reader<'l> {
    layers: &'l Layers,
    virtinsts: Known<VirtinstSpec>,
    installs: Known<Install>,
    files: Known<Files>,
    links: Known<Links>,
}

impl<'l> Reader<'l> {
    /// Makes a reader of guests that were merged of these layers.
    #[must_use]
    pub fn new(layers: &'l Layers) -> Self {
        Self {
            layers,
            virtinsts: Known::default(),
            installs: Known::default(),
            files: Known::default(),
            links: Known::default(),
        }
    }

    /// Types a guest's values; a section with a fault is missing from the result.
    pub fn read(&self, mut draft: Draft, sink: &mut Sink) -> Option<TypedGuest> {
        // Nobody needs them once they have their types.
        let values = std::mem::take(&mut draft.merged);
        let mut typer = Typer { sink };
        let spec = Box::new(GuestSpec::read(&*values, draft.defined, &mut typer)?);
        let virtinst = known(&self.virtinsts, Hardware::KEYS, &values, || {
            // The built-in defaults have one, so one that is missing has a fault.
            let mut virtinst = Hardware::read(&*values, draft.defined, &mut typer)?.virtinst?;
            give_way(&mut virtinst, &draft.os.base);
            Some(virtinst)
        })?;
        let install = known(&self.installs, Install::KEYS, &values, || {
            Install::read(&*values, draft.defined, &mut typer)
        })?;
        let files = known(&self.files, Files::KEYS, &values, || {
            Files::read(&*values, draft.defined, &mut typer)
        })?;
        let links = known(&self.links, Links::KEYS, &values, || {
            Links::read(&*values, draft.defined, &mut typer)
        })?;
        let extra = self.extra(&draft, &values, sink);
        secrets::of_install(&install, &mut draft.secrets);
        if let Some(key) = &virtinst.product_key {
            draft.secrets.add(key.as_str());
        }
        let vars = values.entries().find(|(key, _)| &***key == "vars");
        secrets::of_keys(extra.iter().chain(vars), &mut draft.secrets);
        Some(TypedGuest {
            draft,
            spec,
            virtinst,
            install,
            files,
            links,
            extra,
        })
    }

    /// Returns the values of unknown keys, and reports those that look like known ones.
    fn extra(&self, draft: &Draft, values: &Overlay, sink: &mut Sink) -> Map {
        let mut extra = Map::default();
        for (key, entry) in values.entries().filter(|(key, _)| !is_known(key)) {
            let known = KEYS.iter().copied();
            let message = format!("unknown key `{key}`");
            let Some(near) = nearest(key, known) else {
                let help = elsewhere(key).unwrap_or_else(|| {
                    "templates can read it; data of the site's own is best kept under `vars:`"
                        .to_owned()
                });
                sink.push(Diagnostic::warning(Code::UnknownKey, entry.key, message).help(help));
                extra.insert(Arc::clone(key), entry.clone());
                continue;
            };
            let fault = Diagnostic::error(Code::UnknownKey, entry.key, message);
            sink.push(match self.beside(draft, entry.key, near) {
                Some(at) => doubled(fault, near, at),
                None => fault.help(format!("did you mean `{near}`?")),
            });
        }
        extra
    }

    /// Returns the place of a key in the layer that has another key at `place`.
    fn beside(&self, draft: &Draft, place: Span, key: &str) -> Option<Span> {
        let guests = &self.layers.guests;
        let counted = || guests.get(draft.name.rsplit_once('-')?.0);
        let own = guests.get(&*draft.name).or_else(counted);
        let groups = draft.sysgroups.iter();
        let groups = groups.filter_map(|group| self.layers.sysgroups.get(group));
        let objects = groups.chain(own).flat_map(|object| &object.layers);
        let layer = self
            .layers
            .common
            .iter()
            .chain(objects)
            .find(|layer| layer.span.has(place))?;
        Some(layer.as_map()?.get(key)?.key)
    }
}

/// Finds what was read of the same nodes for another guest, or reads it; its faults are reported then.
fn known<T>(
    sections: &Known<T>,
    keys: &[&str],
    values: &Overlay,
    read: impl FnOnce() -> Option<T>,
) -> Option<Arc<T>> {
    let node = |key: &&str| values.entry(key).map(|entry| &entry.value);
    let nodes: Vec<Option<&Node>> = keys.iter().map(node).collect();
    sections.find(&(), &nodes).unwrap_or_else(|| {
        let section = read().map(Arc::new);
        sections.keep((), &nodes, section.clone());
        section
    })
}

/// The keys of guests.
static KEYS: LazyLock<HashSet<&str, RandomState>> = LazyLock::new(|| {
    let sections = [
        GuestSpec::KEYS,
        Hardware::KEYS,
        Install::KEYS,
        Files::KEYS,
        Links::KEYS,
    ];
    sections.into_iter().flatten().copied().collect()
});

/// Takes the install tree of the OS table away from a guest that is said to install from elsewhere.
pub(crate) fn give_way(virtinst: &mut VirtinstSpec, base: &Map) {
    let pxe = virtinst.pxe.as_ref().is_some_and(|pxe| pxe.value);
    if virtinst.cdrom.is_none() && virtinst.image.is_none() && !pxe {
        return;
    }
    let section = base.get("virtinst").and_then(|entry| entry.value.as_map());
    let table = section.and_then(|section| section.get("location"));
    let table = table.map(|entry| entry.value.span);
    let ours = |location: &Spanned<Line>| Some(location.span) == table;
    virtinst.location = virtinst.location.take().filter(|location| !ours(location));
}

/// Top-level keys of other versions, and what says it today.
const FORMER: &[(&str, &str)] = &[
    (
        "kickstart",
        "the keys of `kickstart` stand at the top level: `repos`, `users`, `rootpw`, `finish`",
    ),
    (
        "ssh_root_access",
        "root logs in with `ssh_authorized_keys`, or with `rootpw`",
    ),
];

/// Returns where that which an unknown key says is said.
fn elsewhere(key: &str) -> Option<String> {
    let section = match key {
        "memory" | "mem" => Some(("virtinst", "ram")),
        key if VirtinstSpec::KEYS.contains(&key) => Some(("virtinst", key)),
        "network" | "bridge" => Some(("interfaces", key)),
        _ => None,
    };
    match section {
        Some(("interfaces", key)) => return Some(format!("write `interfaces: [{{{key}: …}}]`")),
        Some((section, key)) => return Some(format!("write `{section}: {{{key}: …}}`")),
        None => {}
    }
    let former = nearest(key, FORMER.iter().map(|(key, _)| *key));
    let former = FORMER.iter().find(|(key, _)| former == Some(*key));
    former.map(|(_, today)| (*today).to_owned())
}

/// Returns whether a key of guests holds a list.
pub(crate) fn is_list(key: &str) -> bool {
    let fields = [
        GuestSpec::FIELDS,
        Install::FIELDS,
        Files::FIELDS,
        Links::FIELDS,
    ];
    let mut fields = fields.into_iter().flatten();
    fields.any(|field| field.key == key && field.rust.starts_with("Vec<"))
}

fn is_known(key: &str) -> bool {
    KEYS.contains(key)
}
