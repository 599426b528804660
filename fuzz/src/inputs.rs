//! What is done with an input: any text at all must end in a value or in diagnostics, and those must be presentable.
//!
//! The fuzz targets call these functions, and so does a test of the project, with every file of the corpus.

use std::path::Path;
use std::sync::{Arc, LazyLock};

use miniascape::diag::{Extent, Sink, Style, render, render_json, render_sarif};
use miniascape::expr::{Globals, evaluate};
use miniascape::files::Files;
use miniascape::layer::{Draft, merge, merge_all};
use miniascape::model::host::Host;
use miniascape::model::os::Os;
use miniascape::render::{self as rendering, Selection};
use miniascape::secret::Secrets;
use miniascape::source::{Sources, Span};
use miniascape::yaml::typed::{FromNode as _, Typer};
use miniascape::yaml::{Kind, Map, Node, Tag, emit, parse};
use miniascape::{Request, load_text, os_table};
use serde_json::Value;

/// The most guests of a lab that is loaded: more show nothing more, and take long.
const MAX_COUNT: u64 = 300;

/// How many diagnostics are rendered.
const SHOWN: usize = 200;

/// The line between the layers of one input.
const NEXT_LAYER: &str = "\n---\n";

/// Reads YAML, writes what it read, and reads that again: the data must be the same.
///
/// # Panics
/// Panics when they differ, or when a value's place is not in the text.
pub fn yaml(text: &str) {
    let (mut sources, mut sink) = (Sources::default(), Sink::default());
    // Text without any value is an empty map, and so is written as one.
    let node = read(text, &mut sources, &mut sink);
    if let Some(node) = node.filter(|node| plain(node) != Value::Null) {
        let written = emit::to_yaml(&plain(&node));
        let mut faults = Sink::default();
        let again = read(&written, &mut sources, &mut faults)
            .as_ref()
            .map(plain);
        let again = again.map(|value| emit::to_yaml(&value));
        assert_eq!(
            again.as_ref(),
            Some(&written),
            "{:?}",
            faults.finish().diagnostics
        );
    }
    present(sink, &sources);
}

/// Merges the layers of `text`, the first of them as built-in values.
///
/// # Panics
/// Panics when a merge tag survives where it has been carried out.
pub fn merging(text: &str) {
    let (mut sources, mut sink) = (Sources::default(), Sink::default());
    let layers: Vec<Node> = text
        .split(NEXT_LAYER)
        .filter_map(|text| read(text, &mut sources, &mut sink))
        .filter(|layer| layer.as_map().is_some())
        .collect();
    let (base, over) = layers.split_at(layers.len().min(1));
    let base = merge_all(base, &mut sink);
    let over = over.iter().filter_map(Node::as_map);
    let merged = over.fold(base.clone(), |below, over| {
        merge(below, &base, over, &mut sink)
    });
    carried_out(&merged);
    carried_out(&merge_all(&layers, &mut sink));
    present(sink, &sources);
}

/// Evaluates the expressions of a guest whose merged values are `text`; it may read files below `root`.
///
/// # Panics
/// Panics when the program does.
pub fn expressions(text: &str, root: &Path) {
    let mut files = Files::only_below(root);
    let mut sink = Sink::default();
    let node = read(text, &mut files.sources, &mut sink);
    if let Some(values) = node.as_ref().and_then(Node::as_map) {
        let host = Host::from_node(
            &Node::empty_map(start(&mut files.sources)),
            &mut Typer { sink: &mut sink },
        );
        let globals = Globals::new("fuzz", &host.expect("a host needs no key"), &[].into());
        let guests = vec![
            guest("guest-7", values, &mut files.sources),
            guest("guest", values, &mut files.sources),
        ];
        for guest in evaluate(guests, &globals, root, &mut files, &mut sink) {
            let values = Node::new(guest.defined, Kind::Map(Arc::new(guest.merged.to_map())));
            drop(plain(&values).to_string());
        }
    }
    present(sink, &files.sources);
}

/// Loads, checks and renders the single-file lab `text`, which may read files below `root`.
///
/// # Panics
/// Panics when the program does.
pub fn lab(text: &str, root: &Path) {
    if counts(text) > MAX_COUNT {
        return;
    }
    let mut files = Files::only_below(root);
    let mut sink = Sink::default();
    if let Some(loaded) = load_text("lab.yml", text, root, &mut files, &mut sink) {
        let (lab, engine, payloads) = (&loaded.lab, &loaded.engine, &loaded.payloads);
        let selection = Selection::all();
        rendering::render(lab, engine, payloads, &selection, &files.sources, &mut sink);
        drop(lab.lock.to_text());
    }
    present(sink, &files.sources);
}

fn read(text: &str, sources: &mut Sources, sink: &mut Sink) -> Option<Node> {
    let file = sources.add("input.yml", text);
    let node = parse(file, text, sink)?;
    in_text(&node, sources);
    Some(node)
}

/// Adds up what every `count` in a text says.
fn counts(text: &str) -> u64 {
    fn of(node: &Node) -> u64 {
        let inner = match &node.kind {
            Kind::Scalar(_) => 0,
            Kind::Seq(items) => items.iter().map(of).sum(),
            Kind::Map(map) => map.values().map(|entry| of(&entry.value)).sum(),
        };
        let count = node.get("count").and_then(Node::as_text);
        inner
            + count
                .and_then(|count| count.parse::<u32>().ok())
                .map_or(0, u64::from)
    }
    let (mut sources, mut sink) = (Sources::default(), Sink::default());
    read(text, &mut sources, &mut sink).as_ref().map_or(0, of)
}

/// Checks that every value lies in the text, between characters.
fn in_text(node: &Node, sources: &Sources) {
    let covered = sources.text(node.span.file).get(node.span.range());
    assert!(covered.is_some(), "{:?} is no part of the text", node.span);
    match &node.kind {
        Kind::Scalar(_) => {}
        Kind::Seq(items) => items.iter().for_each(|item| in_text(item, sources)),
        Kind::Map(map) => map
            .values()
            .for_each(|entry| in_text(&entry.value, sources)),
    }
}

/// Returns the data of a value, less the entries of maps that are null: reading leaves those out.
fn plain(node: &Node) -> Value {
    fn without_null(value: &mut Value) {
        match value {
            Value::Object(map) => {
                map.retain(|_, value| !value.is_null());
                map.values_mut().for_each(without_null);
            }
            Value::Array(items) => items.iter_mut().for_each(without_null),
            _ => {}
        }
    }
    let mut value = serde_json::to_value(node).expect("nodes are data");
    without_null(&mut value);
    value
}

/// Checks that no merge tag is left in maps.
fn carried_out(map: &Map) {
    for (key, entry) in map {
        let merges = matches!(entry.value.tag, Tag::Append | Tag::Remove | Tag::Replace);
        assert!(!merges, "{key} still has its tag {:?}", entry.value.tag);
        if let Some(map) = entry.value.as_map() {
            carried_out(map);
        }
    }
}

/// Renders the diagnostics in every format, as many as are shown.
fn present(mut sink: Sink, sources: &Sources) {
    sink.judge(sources, true, Extent::Whole);
    let mut report = sink.finish();
    report.diagnostics.truncate(SHOWN);
    report.allowed.truncate(SHOWN);
    for diagnostic in &report.diagnostics {
        for style in [Style::Plain, Style::Colour] {
            assert!(!render(diagnostic, sources, style).is_empty());
        }
    }
    drop(render_json(&report, sources).to_string());
    drop(render_sarif(&report, sources).to_string());
}

fn start(sources: &mut Sources) -> Span {
    Span::new(sources.add("nowhere", ""), 0, 0)
}

fn guest(name: &str, values: &Map, sources: &mut Sources) -> Draft {
    static SYSTEM: LazyLock<Arc<Os>> = LazyLock::new(|| {
        let (mut files, mut sink) = (Files::default(), Sink::default());
        let table = os_table(&Request::default(), &mut files, &mut sink);
        let nowhere = start(&mut files.sources);
        let system = table.and_then(|table| table.find("rocky9", nowhere, &mut sink));
        system.expect("the built-in table has it")
    });
    Draft {
        name: name.into(),
        defined: start(sources),
        index: name
            .rsplit_once('-')
            .and_then(|(_, index)| index.parse().ok()),
        sysgroups: Arc::default(),
        os: Arc::clone(&SYSTEM),
        os_span: start(sources),
        legacy: false,
        merged: Arc::new(values.clone().into()),
        secrets: Secrets::default(),
    }
}
