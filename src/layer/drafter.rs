//! Which layers a guest has: its groups, its OS, and what lies beneath its own.

use std::collections::HashMap;
use std::sync::Arc;

use foldhash::fast::RandomState;

use super::draft::{Draft, Unmerged, less_literals};
use super::literal::is_literal;
use super::names::{check_name, index_of};
use super::{Layers, Object, Objects, groups, legacy, merge};
use crate::diag::{Code, Diagnostic, Sink};
use crate::model::os::{Os, OsTable};
use crate::secret::Secrets;
use crate::source::Span;
use crate::yaml::typed::{FromNode as _, Typer};
use crate::yaml::{Map, Node, Overlay};

/// The most guests that `count` makes in a lab: past it, a number was mistyped.
pub(crate) const MAX_COUNT: u32 = 100_000;

pub(super) type Chain = Arc<Vec<Arc<str>>>;

/// Finds the layers of guests, and keeps what those of the same groups share.
pub(super) struct Drafter<'a> {
    table: &'a OsTable,
    pub(super) common: Vec<Node>,
    pub(super) sysgroups: Objects,
    guests: &'a Objects,
    /// How many guests `count` has made so far.
    counted: u32,
    beneath: HashMap<(Arc<str>, Chain), Arc<Map>, RandomState>,
    /// Where each guest so far is defined, and its groups.
    pub(super) members: Vec<(Span, Chain)>,
}

/// What a guest says itself of its layers.
pub(super) struct Said {
    name: Arc<str>,
    defined: Span,
    /// Its own layers.
    layers: Vec<Node>,
    /// Its groups.
    chain: Chain,
    /// How many guests it stands for, and where it says so.
    count: Option<(u32, Span)>,
    /// Its OS, if it has one.
    os: Option<System>,
}

/// A guest's OS.
struct System {
    os: Arc<Os>,
    /// Where that is written.
    span: Span,
    /// Whether that is a key of 0.3.
    legacy: bool,
}

impl<'a> Drafter<'a> {
    pub(super) fn new(layers: &'a Layers, table: &'a OsTable, sink: &mut Sink) -> Self {
        let common = layers
            .common
            .iter()
            .map(|layer| legacy::modernize(layer, sink))
            .collect();
        let mut sysgroups = layers.sysgroups.clone();
        for (name, object) in &mut sysgroups {
            check_name(name, object, &layers.sysgroups, sink);
            for layer in &mut object.layers {
                *layer = legacy::modernize(layer, sink);
            }
        }
        Self {
            table,
            common,
            sysgroups,
            guests: &layers.guests,
            counted: 0,
            beneath: HashMap::default(),
            members: Vec::with_capacity(layers.guests.len()),
        }
    }

    /// Reads a guest's groups, its OS and how many it stands for; `None` when its layers are not all known.
    pub(super) fn said(&self, name: &Arc<str>, object: &Object, sink: &mut Sink) -> Option<Said> {
        if object.unread {
            return None;
        }
        check_name(name, object, self.guests, sink);
        let layers = object.layers.iter();
        let object = Object {
            layers: layers.map(|layer| legacy::modernize(layer, sink)).collect(),
            ..Object::new(object.defined)
        };
        let implied = || {
            let group = groups::implied(name, &self.sysgroups)?;
            Some(vec![(group, object.defined)])
        };
        let wanted = groups::named(&object, sink).or_else(implied);
        let chain = groups::load_order(&wanted.unwrap_or_default(), &self.sysgroups, sink);
        if chain.iter().any(|group| self.sysgroups[group].unread) {
            return None;
        }
        let chain = Arc::new(chain);
        Some(Said {
            name: Arc::clone(name),
            defined: object.defined,
            count: count(&object, sink),
            os: self.os(name, &object, &chain, sink),
            chain,
            layers: object.layers,
        })
    }

    /// Finds what lies beneath a guest's own layers; `None` when it has no OS.
    pub(super) fn place(&mut self, said: Said, sink: &mut Sink) -> Option<Unmerged> {
        let Some(System { os, span, legacy }) = said.os else {
            self.members.push((said.defined, said.chain));
            return None;
        };
        sink.about(Some(&said.name));
        let (chain, beneath) = self.beneath(&os, said.chain, sink);
        let count = said.count.map(|count| self.bounded(count, sink));
        sink.about(None);
        self.members.push((said.defined, Arc::clone(&chain)));
        let draft = Draft {
            index: index_of(&said.name),
            name: said.name,
            defined: said.defined,
            sysgroups: chain,
            os,
            os_span: span,
            legacy,
            merged: Arc::new(Overlay::new(beneath)),
            secrets: Secrets::default(),
        };
        Some(Unmerged {
            draft,
            layers: said.layers,
            count,
        })
    }

    /// Returns defaults, OS, common and groups merged, computed once per OS and chain of groups, and that chain: the same
    /// one for all its guests.
    fn beneath(&mut self, os: &Os, chain: Chain, sink: &mut Sink) -> (Chain, Arc<Map>) {
        let key = (Arc::from(os.name.as_str()), chain);
        if let Some((known, beneath)) = self.beneath.get_key_value(&key) {
            return (Arc::clone(&known.1), Arc::clone(beneath));
        }
        let chain = &key.1;
        let merged = self
            .layers_beneath(chain)
            .filter_map(|(_, layer)| layer.as_map())
            .fold(os.base.as_ref().clone(), |below, layer| {
                merge(below, &os.base, layer, sink)
            });
        let merged = Arc::new(less_literals(merged));
        let chain = Arc::clone(chain);
        self.beneath.insert(key, Arc::clone(&merged));
        (chain, merged)
    }

    /// Returns the site's layers beneath a guest's own in load order, each with the group it is of; common's are of none.
    pub(super) fn layers_beneath<'d>(
        &'d self,
        chain: &'d [Arc<str>],
    ) -> impl Iterator<Item = (Option<&'d Arc<str>>, &'d Node)> {
        let groups = chain
            .iter()
            .filter_map(|name| self.sysgroups.get_key_value(name));
        let groups = groups.flat_map(|(name, object)| {
            let layers = object.layers.iter();
            layers.map(move |layer| (Some(name), layer))
        });
        let common = self.common.iter().map(|layer| (None, layer));
        common.chain(groups)
    }

    /// Returns the count of a guest, or none when the lab would have too many.
    fn bounded(&mut self, (count, span): (u32, Span), sink: &mut Sink) -> u32 {
        let counted = self.counted.checked_add(count);
        let Some(counted) = counted.filter(|counted| *counted <= MAX_COUNT) else {
            let message = format!("with this, `count` makes more than {MAX_COUNT} guests");
            Typer { sink }.invalid(span, message, "write a smaller number");
            return 0;
        };
        self.counted = counted;
        count
    }

    /// Finds the guest's OS: of its own layers, its groups' and common's the last that says it.
    fn os(&self, name: &str, object: &Object, chain: &Chain, sink: &mut Sink) -> Option<System> {
        let beneath = self.layers_beneath(chain).map(|(_, layer)| layer);
        let all: Vec<&Node> = beneath.chain(&object.layers).collect();
        let said = all
            .iter()
            .rev()
            .find_map(|layer| Some(&layer.as_map()?.get("os")?.value));
        if let Some(node) = said.filter(|node| !node.is_null()) {
            if !is_literal(node, "os", sink) {
                return None;
            }
            let Some(text) = node.as_text() else {
                Typer { sink }.mismatch(node, "the name of an operating system");
                return None;
            };
            return Some(System {
                os: self.table.find(text, node.span, sink)?,
                span: node.span,
                legacy: false,
            });
        }
        let Some((os, because)) = legacy::operating_system(&all, self.table) else {
            let message = format!("guest `{name}` has no operating system");
            sink.push(
                Diagnostic::error(Code::MissingOs, object.defined, message)
                    .lacks(&["os"])
                    .help(
                        "set `os:` in the guest, its sysgroup or common, for example `os: rocky9`",
                    ),
            );
            return None;
        };
        let message = format!("no `os:` is set; `{}` is taken from this", os.name);
        sink.push(
            Diagnostic::warning(Code::LegacyKey, because, message)
                .help(format!("write `os: {}`", os.name)),
        );
        Some(System {
            os,
            span: because,
            legacy: true,
        })
    }

    /// Reports names that `count` makes and a file defines as well.
    pub(super) fn duplicates(&self, drafts: &[Draft], sink: &mut Sink) {
        if self.counted == 0 {
            return;
        }
        let mut seen: HashMap<&str, &Draft> = HashMap::with_capacity(drafts.len());
        for draft in drafts {
            if let Some(first) = seen.insert(&draft.name, draft) {
                let place = |draft: &Draft| {
                    self.guests
                        .get(&draft.name)
                        .map_or(draft.defined, |own| own.defined)
                };
                sink.push(
                    Diagnostic::error(
                        Code::DefinedTwice,
                        draft.defined,
                        format!("guest `{}` is made twice", draft.name),
                    )
                    .also(
                        if first.defined == draft.defined {
                            place(first)
                        } else {
                            first.defined
                        },
                        "also from here",
                    )
                    .help("rename one of them, or let the other `count` fewer"),
                );
            }
        }
    }
}

/// Returns how many guests an object stands for, and where it says so; none when that cannot be read.
fn count(object: &Object, sink: &mut Sink) -> Option<(u32, Span)> {
    let node = object
        .layers
        .iter()
        .rev()
        .find_map(|layer| layer.get("count"))?;
    if !is_literal(node, "count", sink) {
        return Some((0, node.span));
    }
    Some((u32::from_node(node, &mut Typer { sink })?, node.span))
}
