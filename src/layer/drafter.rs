//! Which layers a guest has: its groups, its OS, and what lies beneath its own.

use std::collections::HashMap;
use std::sync::Arc;

use super::draft::{Draft, Unmerged};
use super::literal::is_literal;
use super::names::{check_name, index_of};
use super::{Layers, Object, Objects, groups, legacy, merge};
use crate::diag::{Code, Diagnostic, Sink};
use crate::model::os::{Os, OsTable};
use crate::secret::Secrets;
use crate::source::Span;
use crate::yaml::typed::{FromNode as _, Typer};
use crate::yaml::{Map, Node};

/// The most guests that `count` makes in a lab: past it, a number was mistyped.
pub(crate) const MAX_COUNT: u32 = 100_000;

pub(super) type Chain = Arc<Vec<Arc<str>>>;

/// Finds the layers of guests, and keeps what those of the same groups share.
pub(super) struct Drafter<'a> {
    table: &'a OsTable,
    pub(super) sink: &'a mut Sink,
    pub(super) common: Vec<Node>,
    pub(super) sysgroups: Objects,
    guests: &'a Objects,
    /// How many guests `count` has made so far.
    counted: u32,
    beneath: HashMap<(Arc<str>, Chain), Arc<Map>>,
    /// Where each guest so far is defined, and its groups.
    pub(super) members: Vec<(Span, Chain)>,
}

impl<'a> Drafter<'a> {
    pub(super) fn new(layers: &'a Layers, table: &'a OsTable, sink: &'a mut Sink) -> Self {
        let common = layers
            .common
            .iter()
            .map(|layer| legacy::modernize(layer, sink))
            .collect();
        let mut sysgroups = layers.sysgroups.clone();
        for (name, object) in &mut sysgroups {
            check_name(name, object, sink);
            for layer in &mut object.layers {
                *layer = legacy::modernize(layer, sink);
            }
        }
        Self {
            table,
            sink,
            common,
            sysgroups,
            guests: &layers.guests,
            counted: 0,
            beneath: HashMap::new(),
            members: Vec::with_capacity(layers.guests.len()),
        }
    }

    /// Finds the layers of a guest, its groups and its OS.
    pub(super) fn guest(&mut self, name: &Arc<str>, object: &Object) -> Option<Unmerged> {
        if object.unread {
            return None;
        }
        check_name(name, object, self.sink);
        let own: Vec<Node> = object
            .layers
            .iter()
            .map(|layer| legacy::modernize(layer, self.sink))
            .collect();
        let object = Object {
            layers: own,
            ..Object::new(object.defined)
        };
        let wanted = groups::named(&object, self.sink)
            .or_else(|| {
                Some(vec![(
                    groups::implied(name, &self.sysgroups)?,
                    object.defined,
                )])
            })
            .unwrap_or_default();
        let chain: Chain = Arc::new(groups::load_order(&wanted, &self.sysgroups, self.sink));
        if chain.iter().any(|group| self.sysgroups[group].unread) {
            return None;
        }
        let count = self.count(&object);
        let found = self.os(name, &object, &chain);
        let Some((os, os_span, legacy)) = found else {
            self.members.push((object.defined, chain));
            return None;
        };
        let (chain, beneath) = self.beneath(&os, chain);
        self.members.push((object.defined, Arc::clone(&chain)));
        let draft = Draft {
            name: Arc::clone(name),
            defined: object.defined,
            index: index_of(name),
            sysgroups: chain,
            os,
            os_span,
            legacy,
            merged: beneath,
            secrets: Secrets::default(),
        };
        Some(Unmerged {
            draft,
            layers: object.layers,
            count,
        })
    }

    /// Returns defaults, OS, common and groups merged, computed once per OS and chain of groups, and that chain: the same
    /// one for all its guests.
    fn beneath(&mut self, os: &Os, chain: Chain) -> (Chain, Arc<Map>) {
        let key = (Arc::from(os.name.as_str()), chain);
        if let Some((known, beneath)) = self.beneath.get_key_value(&key) {
            return (Arc::clone(&known.1), Arc::clone(beneath));
        }
        let chain = &key.1;
        let mut faults = Sink::default();
        let merged = self
            .layers_beneath(chain)
            .filter_map(|(_, layer)| layer.as_map())
            .fold(os.base.as_ref().clone(), |below, layer| {
                merge(below, &os.base, layer, &mut faults)
            });
        self.sink.append(faults);
        let merged = Arc::new(merged);
        let chain = Arc::clone(chain);
        self.beneath.insert(key, Arc::clone(&merged));
        (chain, merged)
    }

    /// Returns the site's layers beneath a guest's own in load order, each with the group it is of; common's are of none.
    pub(super) fn layers_beneath<'d>(
        &'d self,
        chain: &'d [Arc<str>],
    ) -> impl Iterator<Item = (Option<&'d Arc<str>>, &'d Node)> {
        layers_beneath(&self.common, &self.sysgroups, chain)
    }

    fn count(&mut self, object: &Object) -> Option<u32> {
        let node = object
            .layers
            .iter()
            .rev()
            .find_map(|layer| layer.get("count"))?;
        if !is_literal(node, "count", self.sink) {
            return Some(0);
        }
        let count = u32::from_node(node, &mut Typer { sink: self.sink })?;
        let Some(counted) = self
            .counted
            .checked_add(count)
            .filter(|counted| *counted <= MAX_COUNT)
        else {
            let message = format!("with this, `count` makes more than {MAX_COUNT} guests");
            let help = "write a smaller number";
            Typer { sink: self.sink }.invalid(node.span, message, help);
            return Some(0);
        };
        self.counted = counted;
        Some(count)
    }

    /// Finds the guest's OS: of its own layers, its groups' and common's the last that says it.
    ///
    /// Returns it with the place that says so, and whether that is one of 0.3.
    fn os(&mut self, name: &str, object: &Object, chain: &Chain) -> Option<(Arc<Os>, Span, bool)> {
        let beneath = layers_beneath(&self.common, &self.sysgroups, chain);
        let beneath = beneath.map(|(_, layer)| layer);
        let all: Vec<&Node> = beneath.chain(&object.layers).collect();
        let said = all
            .iter()
            .rev()
            .find_map(|layer| Some(&layer.as_map()?.get("os")?.value));
        if let Some(node) = said.filter(|node| !node.is_null()) {
            if !is_literal(node, "os", self.sink) {
                return None;
            }
            let Some(text) = node.as_text() else {
                Typer { sink: self.sink }.mismatch(node, "the name of an operating system");
                return None;
            };
            return Some((
                self.table.find(text, node.span, self.sink)?,
                node.span,
                false,
            ));
        }
        let Some((os, because)) = legacy::operating_system(&all, self.table) else {
            let message = format!("guest `{name}` has no operating system");
            self.sink.push(
                Diagnostic::error(Code::MissingOs, object.defined, message)
                    .lacks(&["os"])
                    .help(
                        "set `os:` in the guest, its sysgroup or common, for example `os: rocky9`",
                    ),
            );
            return None;
        };
        self.sink.push(
            Diagnostic::warning(
                Code::LegacyKey,
                because,
                format!("no `os:` is set; `{}` is taken from this", os.name),
            )
            .help(format!("write `os: {}`", os.name)),
        );
        Some((os, because, true))
    }

    /// Reports names that `count` makes and a file defines as well.
    pub(super) fn duplicates(&mut self, drafts: &[Draft]) {
        let mut seen: HashMap<&str, &Draft> = HashMap::with_capacity(drafts.len());
        for draft in drafts {
            if let Some(first) = seen.insert(&draft.name, draft) {
                let place = |draft: &Draft| {
                    self.guests
                        .get(&draft.name)
                        .map_or(draft.defined, |own| own.defined)
                };
                self.sink.push(
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

fn layers_beneath<'d>(
    common: &'d [Node],
    sysgroups: &'d Objects,
    chain: &'d [Arc<str>],
) -> impl Iterator<Item = (Option<&'d Arc<str>>, &'d Node)> {
    let groups = chain
        .iter()
        .filter_map(|name| sysgroups.get_key_value(name));
    let groups = groups.flat_map(|(name, object)| {
        let layers = object.layers.iter();
        layers.map(move |layer| (Some(name), layer))
    });
    common.iter().map(|layer| (None, layer)).chain(groups)
}
