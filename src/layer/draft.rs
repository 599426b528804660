//! One merged, unevaluated map per guest.

use std::sync::Arc;

use rayon::prelude::*;

use super::drafter::Drafter;
use super::merge::merge_entry;
use super::{Layers, Object, homes, natural_order, odd};
use crate::diag::Sink;
use crate::model::os::{Os, OsTable};
use crate::secret::Secrets;
use crate::source::Span;
use crate::yaml::{Entries as _, Map, Node, Overlay};

/// The keys that layering itself consumes, so that no guest's values have them.
pub(super) const LITERAL: &[&str] = &["name", "sysgroup", "sysgroups", "count", "os"];

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
    pub merged: Arc<Overlay>,
    /// What `!env` and `!file` gave it, and what was made of that.
    pub secrets: Secrets,
}

/// Merges the layers of every guest, in the natural order of their names.
///
/// Guests of the same OS and groups share the merged layers beneath their own.
pub fn drafts(layers: &Layers, table: &OsTable, sink: &mut Sink) -> Vec<Draft> {
    let before = sink.found();
    let mut drafter = Drafter::new(layers, table, sink);
    let guests: Vec<(&Arc<str>, &Object)> = layers.guests.iter().collect();
    let said = sink.each(
        guests.into_par_iter(),
        |(name, _)| *name,
        |(name, object), sink| drafter.said(name, object, sink),
    );
    let said = said.into_iter().flatten();
    let guests: Vec<Unmerged> = said.filter_map(|said| drafter.place(said, sink)).collect();
    let merged = sink.each(
        guests.into_par_iter(),
        |guest| &guest.draft.name,
        Unmerged::merge,
    );
    let mut drafts = Vec::with_capacity(merged.len());
    drafts.extend(merged.into_iter().flatten());
    drafter.duplicates(&drafts, sink);
    drafts.par_sort_by(|a, b| natural_order(&a.name, &b.name));
    sink.know(homes::of(&drafter, layers));
    odd::gather(layers, before, sink);
    drafts
}

/// A guest whose layers are known.
pub(super) struct Unmerged {
    /// What is known of it; its values are those beneath its own layers.
    pub(super) draft: Draft,
    /// Its own layers.
    pub(super) layers: Vec<Node>,
    /// How many guests it stands for, when it says so.
    pub(super) count: Option<u32>,
}

impl Unmerged {
    /// Merges its layers, and makes as many guests of it as it says.
    fn merge(self, sink: &mut Sink) -> Vec<Draft> {
        let mut draft = self.draft;
        let values = Arc::make_mut(&mut draft.merged);
        let layers = self.layers.iter().filter_map(Node::as_map);
        for (key, entry) in layers.flatten().filter(|(key, _)| !is_literal(key)) {
            let base = draft.os.base.get(key);
            match merge_entry(key, values.entry(key), base, entry, sink) {
                Some(entry) => values.insert(Arc::clone(key), entry),
                None => values.remove(key),
            }
        }
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

fn is_literal(key: &str) -> bool {
    LITERAL.contains(&key)
}

/// Takes away the keys that layering itself consumed.
pub(super) fn less_literals(mut merged: Map) -> Map {
    merged.retain(|key, _| !is_literal(key));
    merged
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::sync::Arc;

    use super::{Draft, drafts};
    use crate::diag::Sink;
    use crate::files::Files;
    use crate::layer::discover;
    use crate::model::os::OsTable;
    use crate::yaml::{Entries as _, Kind, Map, Node, parse};

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
            &HashSet::new(),
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
        let vars = drafts[0]
            .merged
            .entry("vars")
            .unwrap()
            .value
            .as_map()
            .unwrap();
        assert_eq!(place(&vars["a"].value), (1, "common"));
        assert_eq!(place(&vars["b"].value), (3, "group"));
        assert_eq!(place(&vars["c"].value), (4, "guest"));
        let value = |key: &str| &drafts[0].merged.entry(key).unwrap().value;
        assert_eq!(place(value("lang")), (2, "C"));
        assert_eq!(files.sources.name(value("keyboard").span.file), "defaults");
    }

    #[test]
    fn guests_of_a_group_share_what_they_have_in_common() {
        let (drafts, _, _) = load();
        let list = |draft: &Draft, key: &str| match &draft.merged.entry(key).unwrap().value.kind {
            Kind::Seq(items) => Arc::clone(items),
            other => panic!("{other:?}"),
        };
        for key in ["packages", "scripts"] {
            assert!(
                Arc::ptr_eq(&list(&drafts[0], key), &list(&drafts[1], key)),
                "{key}"
            );
        }
        // Each comes after the file of its name.
        let counted = [&drafts[1], &drafts[3]];
        assert!(Arc::ptr_eq(&counted[0].merged, &counted[1].merged));
    }
}
