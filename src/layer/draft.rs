//! One merged, unevaluated map per guest.

use std::collections::HashMap;
use std::sync::Arc;

use rayon::prelude::*;

use super::names::{check_name, index_of};
use super::{Layers, Object, groups, homes, legacy, merge, natural_order};
use crate::diag::{Code, Diagnostic, Sink};
use crate::model::os::{Os, OsTable};
use crate::secret::Secrets;
use crate::source::Span;
use crate::yaml::typed::{FromNode as _, Typer};
use crate::yaml::{Map, Node};

/// The most guests that `count` makes in a lab: past it, a number was mistyped.
pub(crate) const MAX_COUNT: u32 = 100_000;

/// The keys that layering itself consumes.
const LITERAL: &[&str] = &["name", "sysgroup", "sysgroups", "count", "os"];

/// A guest whose layers are merged and whose expressions are still text.
#[derive(Clone, Debug)]
pub struct Draft {
    /// Its name, unique in the lab.
    pub name: Arc<str>,
    /// Where it is defined.
    pub defined: Span,
    /// The trailing number of its name.
    pub index: Option<u32>,
    /// Its groups in load order, parents first.
    pub sysgroups: Arc<Vec<Arc<str>>>,
    /// Its operating system.
    pub os: Arc<Os>,
    /// Where that is written.
    pub os_span: Span,
    /// Whether the site says nothing of an OS for it, as in 0.3: its networks and pools then need no definition.
    pub legacy: bool,
    /// Its values: defaults, OS table, common, groups and its own files.
    pub merged: Arc<Map>,
    /// What `!env` and `!file` gave it, and what was made of that.
    pub secrets: Secrets,
}

/// Merges the layers of every guest, in the natural order of their names.
///
/// Guests of the same OS and groups share the merged layers beneath their own.
pub fn drafts(layers: &Layers, table: &OsTable, sink: &mut Sink) -> Vec<Draft> {
    let mut drafter = Drafter::new(layers, table, sink);
    let guests = layers.guests.iter();
    let guests: Vec<Unmerged> = guests
        .filter_map(|(name, object)| {
            drafter.sink.about(Some(name));
            drafter.guest(name, object)
        })
        .collect();
    drafter.sink.about(None);
    let merged = drafter.sink.each(
        guests.into_par_iter(),
        |guest| &guest.draft.name,
        Unmerged::merge,
    );
    let mut drafts = Vec::with_capacity(merged.len());
    drafts.extend(merged.into_iter().flatten());
    drafter.duplicates(&drafts);
    drafts.sort_by(|a, b| natural_order(&a.name, &b.name));
    let homes = homes::of(&drafter, layers);
    drafter.sink.know(homes);
    drafts
}

/// A guest whose layers are known.
pub(super) struct Unmerged {
    /// What is known of it; its values are those beneath its own layers.
    pub(super) draft: Draft,
    /// Its own layers.
    pub(super) layers: Vec<Node>,
    /// How many guests it stands for, when it says so.
    count: Option<u32>,
}

impl Unmerged {
    /// Merges its layers, and makes as many guests of it as it says.
    fn merge(self, sink: &mut Sink) -> Vec<Draft> {
        let mut draft = self.draft;
        let beneath = draft.merged.as_ref().clone();
        let layers = self.layers.iter().filter_map(Node::as_map);
        let merged = layers.fold(beneath, |below, layer| {
            merge(below, &draft.os.base, layer, sink)
        });
        draft.merged = Arc::new(less_literals(merged));
        let Some(count) = self.count else {
            return vec![draft];
        };
        let numbered = |index| Draft {
            name: format!("{}-{index}", draft.name).into(),
            index: Some(index),
            ..draft.clone()
        };
        (1..=count).map(numbered).collect()
    }
}

/// Takes away the keys that layering itself consumed.
pub(super) fn less_literals(mut merged: Map) -> Map {
    merged.retain(|key, _| !LITERAL.contains(&&**key));
    merged
}

pub(super) type Chain = Arc<Vec<Arc<str>>>;

pub(super) struct Drafter<'a> {
    table: &'a OsTable,
    sink: &'a mut Sink,
    pub(super) common: Vec<Node>,
    pub(super) sysgroups: super::Objects,
    guests: &'a super::Objects,
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
        check_name(name, object, self.sink);
        let own: Vec<Node> = object
            .layers
            .iter()
            .map(|layer| legacy::modernize(layer, self.sink))
            .collect();
        let object = Object {
            defined: object.defined,
            layers: own,
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
        let count = u32::from_node(node, &mut Typer { sink: self.sink })?;
        let Some(counted) = self
            .counted
            .checked_add(count)
            .filter(|counted| *counted <= MAX_COUNT)
        else {
            let message = format!("with this, `count` makes more than {MAX_COUNT} guests");
            Typer { sink: self.sink }.invalid(node.span, message);
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
    fn duplicates(&mut self, drafts: &[Draft]) {
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
    sysgroups: &'d super::Objects,
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{Draft, drafts};
    use crate::diag::Sink;
    use crate::files::Files;
    use crate::layer::discover;
    use crate::model::os::OsTable;
    use crate::yaml::{Kind, Map, Node, parse};

    const LAB: &str = "\
common: {os: x1, vars: {a: common, b: common}, packages: [p]}
os: {x1: {distro: x, family: x, installer: x, install_file: x, defaults: {lang: C}}}
sysgroups: {g: {vars: {b: group}, scripts: [{when: post, run: x}]}}
guests: {g-1: {vars: {c: guest}}, g-2: {}, g: {count: 2, sysgroups: [g]}}
";

    fn load() -> (Vec<Draft>, Files, Vec<&'static str>) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("lab.yml");
        std::fs::write(&path, LAB).unwrap();
        let (mut files, mut sink) = (Files::default(), Sink::default());
        let layers = discover(&[path], &mut files, &mut sink);
        let file = files.sources.add("defaults", "lang: B\nkeyboard: B\n");
        let defaults = parse(file, "lang: B\nkeyboard: B\n", &mut sink).unwrap();
        let table = OsTable::build(
            &Map::default(),
            defaults.as_map().unwrap(),
            &layers,
            &mut sink,
        );
        let drafts = drafts(&layers, &table, &mut sink);
        (drafts, files, sink.codes())
    }

    #[test]
    fn every_value_knows_the_layer_that_set_it() {
        let (drafts, files, faults) = load();
        assert_eq!(faults, ["defined-twice", "defined-twice"]);
        let place = |node: &Node| {
            (
                files.sources.position(node.span).line,
                files.sources.slice(node.span),
            )
        };
        let vars = drafts[0].merged["vars"].value.as_map().unwrap();
        assert_eq!(place(&vars["a"].value), (1, "common"));
        assert_eq!(place(&vars["b"].value), (3, "group"));
        assert_eq!(place(&vars["c"].value), (4, "guest"));
        assert_eq!(place(&drafts[0].merged["lang"].value), (2, "C"));
        assert_eq!(
            files
                .sources
                .name(drafts[0].merged["keyboard"].value.span.file),
            "defaults"
        );
    }

    #[test]
    fn guests_of_a_group_share_what_they_have_in_common() {
        let (drafts, _, _) = load();
        let list = |draft: &Draft, key: &str| match &draft.merged[key].value.kind {
            Kind::Seq(items) => Arc::clone(items),
            other => panic!("{other:?}"),
        };
        for key in ["packages", "scripts"] {
            assert!(
                Arc::ptr_eq(&list(&drafts[0], key), &list(&drafts[1], key)),
                "{key}"
            );
        }
        let counted: Vec<&Draft> = drafts.iter().skip(2).collect();
        assert!(Arc::ptr_eq(&counted[0].merged, &counted[1].merged));
    }
}
