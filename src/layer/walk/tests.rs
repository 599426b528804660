//! What the walk tells of layers.

use std::collections::HashSet;
use std::sync::Arc;

use super::{How, LayerKind, Walk, guest_walk};
use crate::diag::Sink;
use crate::files::Files;
use crate::layer::{discover, drafts};
use crate::model::os::OsTable;
use crate::source::Sources;
use crate::yaml::path::read;
use crate::yaml::{Entries as _, Map, Node, parse};

const LAB: &str = "\
common: {os: x1, vars: {a: common, b: common}, packages: [p, q]}
os:
  x1: {distro: x, family: x, installer: x, install_file: x, osinfo: [x], cloud_user: x, defaults: {lang: C}}
  x2: {extends: x1, osinfo: !append [y], cloud_user: ~, defaults: {keyboard: C, packages: [o]}}
sysgroups: {g: {vars: {b: group}, packages: !append [r]}, h: {sysgroups: [g], packages: !remove [p], lang: D}}
guests: {g-1: {vars: {c: guest}, lang: ~}, w: {count: 2, sysgroups: [h], vars: !replace {d: 1}}, z: {os: x2, packages: ~}}
";

/// The walk ends where merging ended, for every guest.
#[test]
fn the_last_layer_leaves_what_merging_gave() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("lab.yml");
    std::fs::write(&path, LAB).unwrap();
    let (mut files, mut sink) = (Files::default(), Sink::default());
    let layers = discover(&[path], &mut files, &mut sink);
    let file = files.sources.add("defaults", "lang: B\nkeyboard: B\n");
    let defaults = parse(file, "lang: B\nkeyboard: B\n", &mut sink).unwrap();
    let defaults = defaults.as_map().unwrap();
    let table = OsTable::build(
        &Map::default(),
        defaults,
        &layers,
        &HashSet::new(),
        &mut sink,
    );
    let drafts = drafts(&layers, &table, &mut sink);
    assert!(!sink.has_errors());
    assert_eq!(drafts.len(), 4);
    let keys = |map: &Map| map.keys().cloned().collect::<Vec<Arc<str>>>();
    for draft in drafts {
        let found = guest_walk(&draft.name, &layers, &table).unwrap();
        assert_eq!(found.draft.index, draft.index);
        let entry = table.entry(&draft.os.name).unwrap();
        let walked = found.system.merged().unwrap();
        assert_eq!(keys(walked), keys(entry));
        let mut both = walked.values().zip(entry.values());
        assert!(both.all(|(walked, entry)| walked.value.same_value(&entry.value)));
        assert_eq!(found.draft.sysgroups, draft.sysgroups);
        let merged = draft.merged.to_map();
        assert_eq!(keys(&found.draft.merged.to_map()), keys(&merged));
        for (key, entry) in &merged {
            let walked = &found.draft.merged.entry(key).unwrap().value;
            assert!(walked.same_value(&entry.value), "{} {key}", draft.name);
            assert_eq!(walked.span, entry.value.span, "{} {key}", draft.name);
        }
    }
    let found = guest_walk(&"g-1".into(), &layers, &table).unwrap();
    let lang = found.walk.history(&read("lang").unwrap());
    let said: Vec<(&LayerKind, How)> = lang.iter().map(|past| (past.kind, past.how)).collect();
    let os = LayerKind::Os("x1".into());
    assert_eq!(
        said,
        [
            (&LayerKind::Defaults, How::Set),
            (&os, How::Set),
            (&LayerKind::Own, How::Returned)
        ]
    );
}

/// What each of some layers did to a value.
fn history(layers: &[&str], path: &str) -> Vec<(How, Option<String>)> {
    let mut sources = Sources::default();
    let nodes = layers.iter().map(|text| {
        let file = sources.add("x", *text);
        parse(file, text, &mut Sink::default()).unwrap()
    });
    let nodes: Vec<Node> = nodes.collect();
    let walk = Walk::of_object(&nodes);
    let history = walk.history(&read(path).unwrap());
    let text = |node: &Node| serde_json::to_string(node).unwrap();
    let each = history.iter();
    each.map(|past| (past.how, past.value.map(text))).collect()
}

#[test]
fn every_way_to_decide_over_a_value_is_told() {
    let some = |text: &str| Some(text.to_owned());
    let layers = [
        "a: {x: 1, y: 1}",
        "a: {y: 2}",
        "b: 1",
        "a: !replace {x: 3}",
        "a: ~",
    ];
    assert_eq!(
        history(&layers, "a.x"),
        [
            (How::Set, some("1")),
            (How::Set, some("3")),
            (How::Returned, None)
        ]
    );
    assert_eq!(
        history(&layers, "a.y"),
        [
            (How::Set, some("1")),
            (How::Set, some("2")),
            (How::Dropped, None)
        ]
    );
    assert_eq!(
        history(&layers[..2], "a")[1],
        (How::Merged, some("{\"x\":1,\"y\":2}"))
    );
    let lists = ["l: [a, b]", "l: !append [c]", "l: !remove [a]", "l: [z]"];
    assert_eq!(
        history(&lists[..3], "l"),
        [
            (How::Set, some("[\"a\",\"b\"]")),
            (How::Appended, some("[\"a\",\"b\",\"c\"]")),
            (How::Removed, some("[\"b\",\"c\"]")),
        ]
    );
    // The second item was the third.
    assert_eq!(
        history(&lists[..3], "l[1]"),
        [(How::Appended, some("\"c\""))]
    );
    assert_eq!(
        history(&lists, "l[0]"),
        [(How::Set, some("\"b\"")), (How::Set, some("\"z\""))]
    );
    // Where the last item is now, there was one that only moved up.
    let lists = ["l: [a, b, c]", "l: !remove [a]", "l: !append [d]"];
    assert_eq!(history(&lists, "l[2]"), [(How::Appended, some("\"d\""))]);
    assert_eq!(history(&lists, "nothing"), []);
}
