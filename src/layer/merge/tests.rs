use super::{merge, merge_all};
use crate::diag::Sink;
use crate::source::Sources;
use crate::yaml::{Entry, Kind, Map, Node, Scalar, parse};
use proptest::prelude::*;
use std::sync::Arc;

fn node(text: &str) -> Node {
    let mut sources = Sources::default();
    let file = sources.add("x.yml", text);
    parse(file, text, &mut Sink::default()).unwrap()
}

fn merged(layers: &[&str]) -> (Node, Vec<&'static str>) {
    let nodes: Vec<Node> = layers.iter().map(|layer| node(layer)).collect();
    let mut sink = Sink::default();
    let map = merge_all(&nodes, &mut sink);
    let node = Node {
        kind: Kind::Map(Arc::new(map)),
        ..nodes[0].clone()
    };
    (node, sink.codes())
}

#[track_caller]
fn check(layers: &[&str], want: &str) {
    let (got, faults) = merged(layers);
    assert!(faults.is_empty(), "{faults:?}");
    assert!(got.same_value(&node(want)), "{got:?}");
}

#[test]
fn maps_merge_and_the_rest_replaces() {
    check(
        &["a: {x: 1, y: [1]}", "a: {y: [2], z: 3}"],
        "a: {x: 1, y: [2], z: 3}",
    );
    check(&["a: 1\nb: 2", "b: 3"], "a: 1\nb: 3");
    check(&["p: auto", "p: [1]"], "p: [1]");
}

#[test]
fn tags_change_one_value() {
    check(&["p: [a, b]", "p: !append [c]"], "p: [a, b, c]");
    check(&["p: [a, b, a]", "p: !remove [a]"], "p: [b]");
    check(
        &[
            "p: [{a: 1, b: 2}, {c: 1.5}, x]",
            "p: !remove [{b: 2, a: 1}, {c: 1.5}]",
        ],
        "p: [x]",
    );
    check(&["m: {x: 1}", "m: !replace {y: 2}"], "m: {y: 2}");
    check(
        &["m: {x: [1]}", "m: {x: !append [2], y: !append [3]}"],
        "m: {x: [1, 2], y: [3]}",
    );
    check(&["m: [1]", "m: !replace {y: 2}"], "m: {y: 2}");
    check(
        &["a: 1", "m: {y: {z: !append [3], n: ~}}"],
        "a: 1\nm: {y: {z: [3]}}",
    );
}

#[test]
fn null_returns_the_built_in_value() {
    let map = |text| node(text).as_map().unwrap().clone();
    let base = map("p: [core]\nv: {ram: 1, cpu: 2}");
    let mut sink = Sink::default();
    let below = merge(
        base.clone(),
        &base,
        &map("p: [x]\nq: 1\nv: {ram: 5}"),
        &mut sink,
    );
    let got = merge(below, &base, &map("p: ~\nq: ~\nv: {ram: ~}"), &mut sink);
    let got = Node {
        kind: Kind::Map(Arc::new(got)),
        ..node("a: 1")
    };
    assert!(
        got.same_value(&node("p: [core]\nv: {ram: 1, cpu: 2}")),
        "{got:?}"
    );
}

#[test]
fn changes_of_kind_show_both_places() {
    assert_eq!(merged(&["a: [1]", "a: {x: 1}"]).1, ["kind-change"]);
    assert_eq!(merged(&["a: {x: 1}", "a: [1]"]).1, ["kind-change"]);
    assert_eq!(merged(&["a: {x: 1}", "a: !append [1]"]).1, ["kind-change"]);
    assert_eq!(merged(&["a: [1]", "a: !remove [2]"]).1, ["misplaced-tag"]);
}

/// Maps whose scalars are all of one kind, so that no merge changes the kind of a value.
fn layer() -> impl Strategy<Value = Node> {
    let file = Sources::default().add("x", "");
    let span = crate::source::Span::new(file, 0, 0);
    let scalar =
        "[a-z]{1,3}".prop_map(move |text| Node::new(span, Kind::Scalar(Scalar::quoted(text))));
    let inner = prop::collection::btree_map("[p-t]", scalar, 0..4);
    prop::collection::btree_map("[a-e]", inner, 0..4).prop_map(move |map| {
        let to_map = |entries: Vec<(String, Node)>| -> Map {
            entries
                .into_iter()
                .map(|(key, value)| (Arc::from(key), Entry { key: span, value }))
                .collect()
        };
        let outer = map
            .into_iter()
            .map(|(key, inner)| {
                (
                    key,
                    Node::new(
                        span,
                        Kind::Map(Arc::new(to_map(inner.into_iter().collect()))),
                    ),
                )
            })
            .collect();
        Node::new(span, Kind::Map(Arc::new(to_map(outer))))
    })
}

fn fold(layers: &[&Node]) -> Node {
    let nodes: Vec<Node> = layers.iter().map(|node| (*node).clone()).collect();
    Node {
        kind: Kind::Map(Arc::new(merge_all(&nodes, &mut Sink::default()))),
        ..nodes[0].clone()
    }
}

proptest! {
    #[test]
    fn merging_is_idempotent_and_associative(a in layer(), b in layer(), c in layer()) {
        prop_assert!(fold(&[&a, &a]).same_value(&a));
        let left = fold(&[&fold(&[&a, &b]), &c]);
        let right = fold(&[&a, &fold(&[&b, &c])]);
        prop_assert!(left.same_value(&right));
    }
}
