use super::parse;
use crate::diag::Sink;
use crate::source::{Sources, Span};
use crate::yaml::{Kind, Node, Resolved};
use proptest::prelude::*;

fn read(text: &str) -> (Option<Node>, Vec<(&'static str, String)>) {
    let mut sources = Sources::default();
    let file = sources.add("x.yml", text);
    let mut sink = Sink::default();
    let node = parse(file, text, &mut sink);
    let faults = sink
        .finish()
        .diagnostics
        .into_iter()
        .map(|fault| (fault.code.as_str(), fault.message))
        .collect();
    (node, faults)
}

fn slice(text: &str, span: Span) -> &str {
    &text[span.range()]
}

#[test]
fn every_key_and_value_knows_its_bytes() {
    let text = "a: 1\nünï: [x, 'y z']\nm:\n  k: |\n    line\n    two\nt: !append [q]\n";
    let (node, faults) = read(text);
    assert!(faults.is_empty(), "{faults:?}");
    let node = node.unwrap();
    let map = node.as_map().unwrap();
    let spans: Vec<(&str, &str)> = map
        .values()
        .map(|entry| (slice(text, entry.key), slice(text, entry.value.span)))
        .collect();
    assert_eq!(
        spans,
        [
            ("a", "1"),
            ("ünï", "[x, 'y z']"),
            ("m", "k: |\n    line\n    two"),
            ("t", "!append [q]")
        ]
    );
    let items = map["ünï"].value.as_seq().unwrap();
    assert_eq!(slice(text, items[1].span), "'y z'");
}

#[test]
fn faults_name_their_kind() {
    for (text, code) in [
        ("a: 1\na: 2\n", "duplicate-key"),
        ("a: !includ x\n", "unknown-tag"),
        ("a: !append x\n", "misplaced-tag"),
        ("a:\n\tb: 1\n", "yaml-syntax"),
        ("a: [1, 2\n", "yaml-syntax"),
        ("a: 1\n---\nb: 2\n", "yaml-syntax"),
        ("a: *nowhere\n", "yaml-syntax"),
        ("a: &a [*a]\n", "yaml-syntax"),
        ("[a]: 1\n", "invalid-value"),
        ("<<: 1\n", "invalid-value"),
        ("a: !!int x\n", "invalid-value"),
    ] {
        let (_, faults) = read(text);
        assert_eq!(
            faults.first().map(|fault| fault.0),
            Some(code),
            "{text:?}: {faults:?}"
        );
    }
}

#[test]
fn empty_files_are_empty_maps() {
    for text in ["", "\n", "# nothing\n", "---\n", "~\n"] {
        let (node, faults) = read(text);
        assert!(faults.is_empty());
        assert!(node.unwrap().as_map().unwrap().is_empty(), "{text:?}");
    }
}

#[test]
fn bombs_are_refused() {
    let mut aliases = "a: &a [x,x,x,x,x,x,x,x,x]\n".to_owned();
    for (this, before) in ('b'..='i').zip('a'..) {
        aliases += &format!(
            "{this}: &{this} [{}]\n",
            vec![format!("*{before}"); 9].join(",")
        );
    }
    let (_, faults) = read(&aliases);
    assert_eq!(faults[0].0, "yaml-too-large");
    for text in [
        "[".repeat(100_000),
        "- ".repeat(100_000),
        "{a: ".repeat(100_000),
        (0..5_000).map(|n| " ".repeat(n) + "a:\n").collect(),
    ] {
        let (_, faults) = read(&text);
        assert!(faults.len() <= 1, "{faults:?}");
    }
}

#[test]
fn merge_keys_give_way_to_explicit_ones() {
    let (node, faults) = read("b: &b {x: 1, y: 1}\nc: &c {y: 2, z: 2}\nm: {<<: [*b, *c], x: 0}\n");
    assert!(faults.is_empty(), "{faults:?}");
    let node = node.unwrap();
    let merged = node.get("m").unwrap();
    let value = |key: &str| merged.get(key).and_then(Node::as_text).unwrap().to_owned();
    assert_eq!(
        (value("x"), value("y"), value("z")),
        ("0".into(), "1".into(), "2".into())
    );
}

/// Turns a node into the other reader's value.
fn plain_value(node: &Node) -> serde_yaml::Value {
    use serde_yaml::Value;
    match &node.kind {
        Kind::Scalar(scalar) => match scalar.resolve() {
            Resolved::Null => Value::Null,
            Resolved::Bool(value) => Value::Bool(value),
            Resolved::Int(value) => Value::from(value),
            Resolved::Float(value) => Value::from(value),
            Resolved::Str(value) => Value::from(value),
        },
        Kind::Seq(items) => Value::Sequence(items.iter().map(plain_value).collect()),
        Kind::Map(map) => Value::Mapping(
            map.iter()
                .map(|(key, entry)| (Value::from(&**key), plain_value(&entry.value)))
                .collect(),
        ),
    }
}

fn document() -> impl Strategy<Value = serde_yaml::Value> {
    use serde_yaml::Value;
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i32>().prop_map(Value::from),
        "[a-z:#\\-{}\\[\\]'\"\\\\ \n\u{e9}0-9~]{0,12}".prop_map(Value::from),
    ];
    let tree = leaf.prop_recursive(4, 32, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::Sequence),
            prop::collection::btree_map("[a-z][a-z0-9 :]{0,6}", inner, 0..5).prop_map(|map| {
                Value::Mapping(map.into_iter().map(|(k, v)| (Value::from(k), v)).collect())
            }),
        ]
    });
    prop::collection::btree_map("[a-z]{1,6}", tree, 1..5)
        .prop_map(|map| Value::Mapping(map.into_iter().map(|(k, v)| (Value::from(k), v)).collect()))
}

/// Comments are only looked at when one may be an allowance; the values must not depend on that.
#[test]
fn comments_change_no_value_and_no_place() {
    let examples = concat!(env!("CARGO_MANIFEST_DIR"), "/examples");
    let mut files = 0;
    for entry in walkdir::WalkDir::new(examples) {
        let path = entry.unwrap().into_path();
        if path.extension().is_some_and(|extension| extension == "yml") {
            let text = std::fs::read_to_string(&path).unwrap();
            let (plain, _) = read(&text);
            let (commented, faults) = read(&format!("{text}\n# allow: no-login\n"));
            assert_eq!(faults, [], "{}", path.display());
            assert_eq!(format!("{plain:?}"), format!("{commented:?}"));
            files += 1;
        }
    }
    assert!(files > 20);
}

proptest! {
    #[test]
    fn agrees_with_the_other_reader(value in document()) {
        let text = serde_yaml::to_string(&value).unwrap();
        let (node, faults) = read(&text);
        prop_assert!(faults.is_empty(), "{faults:?}\n{text}");
        prop_assert_eq!(plain_value(&node.unwrap()), value, "{}", text);
    }

    #[test]
    fn never_panics(text in "[a-c:\\-\\[\\]{}&*!|>'\"#%@`,?~ \t\n\u{e9}\u{feff}\u{0}]{0,60}") {
        let _ = read(&text);
        let _ = read(&format!("{text}# allow:{text}"));
    }

    #[test]
    fn never_panics_on_anything(text in any::<String>()) {
        let _ = read(&text);
    }
}
