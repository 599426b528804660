//! The stages in their order, from conf directories to a checked lab with its templates.
//!
//! A fault stops what needs the object it is in; the others go on, so that one run reports the faults of all stages.

mod faulty;

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use indexmap::IndexMap;
use rayon::prelude::*;

use self::faulty::{Faulty, Owner};
use crate::diag::{Code, Diagnostic, Sink};
use crate::files::Files;
use crate::layer::{
    self, DEFAULTS, Draft, Layers, OS_TABLE, Objects, discover, drafts, expect_lab, from_text,
    merge_all,
};
use crate::link::{Input, Lab, link};
use crate::model::host::Host;
use crate::model::network::Network;
use crate::model::os::OsTable;
use crate::model::read::{Reader, TypedGuest};
use crate::model::storage::{Storage, StorageSpec};
use crate::model::text::{DnsName, Line};
use crate::render::{Engine, Payloads, check_outputs};
use crate::source::{Span, Spanned};
use crate::yaml::typed::{FromNode, Typer};
use crate::yaml::{Map, Node, parse};
use crate::{check, expr};

/// The site of a conf directory that names none.
const DEFAULT_SITE: &str = "default";

/// Which site to load, and how.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// Conf directories or single files; later ones win.
    pub confdirs: Vec<PathBuf>,
    /// Template directories; earlier ones win, and all of them over the site's own.
    pub tmpldirs: Vec<PathBuf>,
    /// The connection URI to use instead of the site's.
    pub connect: Option<Line>,
    /// Whether what takes a search of its own and is no fault is looked for.
    pub notes: bool,
}

/// A checked lab and all that rendering it takes.
#[derive(Debug)]
pub struct Loaded {
    /// The lab.
    pub lab: Lab,
    /// The templates.
    pub engine: Engine,
    /// The payload files.
    pub payloads: Payloads,
    /// Where the lock belongs.
    pub lock: PathBuf,
    /// The OS table.
    pub table: OsTable,
}

/// Runs the stages up to and including the checks; faults are in `sink`.
///
/// Returns `None` when there are errors.
pub fn load(request: &Request, files: &mut Files, sink: &mut Sink) -> Option<Loaded> {
    let found = found(request, files, sink);
    compile(found, request, files, sink, let_go)
}

/// Does what [`load`] does, and returns the layers as well, from which values can be explained.
pub fn load_with_layers(
    request: &Request,
    files: &mut Files,
    sink: &mut Sink,
) -> Option<(Loaded, Layers)> {
    let mut kept = None;
    let found = found(request, files, sink);
    let loaded = compile(found, request, files, sink, |layers| kept = Some(layers))?;
    Some((loaded, kept?))
}

/// Takes the trees apart while guests are linked: it takes a while, and linking leaves cores free.
fn let_go(layers: Layers) {
    rayon::spawn(move || drop(layers));
}

/// What stages start from: the program's own entries and defaults, and the site's layers.
struct Found {
    builtin_os: Map,
    defaults: Map,
    layers: Layers,
}

/// Finds the layers of the request's conf directories.
fn found(request: &Request, files: &mut Files, sink: &mut Sink) -> Found {
    let (builtin_os, defaults) = builtin(files, sink);
    let layers = discover(&request.confdirs, files, sink);
    expect_lab(&request.confdirs, &layers, sink);
    Found {
        builtin_os,
        defaults,
        layers,
    }
}

/// Does what [`load`] does with a text that is a whole lab; relative paths in it start from `root`.
pub fn load_text(
    name: &str,
    text: &str,
    root: &Path,
    files: &mut Files,
    sink: &mut Sink,
) -> Option<Loaded> {
    let (builtin_os, defaults) = builtin(files, sink);
    let found = Found {
        builtin_os,
        defaults,
        layers: from_text(name, text, root, files, sink),
    };
    compile(found, &Request::default(), files, sink, let_go)
}

/// Runs the stages after discovery, and hands on the layers once no stage needs them any more.
fn compile(
    found: Found,
    request: &Request,
    files: &mut Files,
    sink: &mut Sink,
    done: impl FnOnce(Layers),
) -> Option<Loaded> {
    let Found {
        builtin_os,
        defaults,
        layers,
    } = found;
    let mut faulty = Faulty::new(&layers);
    faulty.note(sink)?;

    let site = site(&layers, sink);
    let table = os_of(&builtin_os, &defaults, &layers, sink)?;
    let mut drafts = drafts(&layers, &table, sink);
    if request.notes && !sink.has_errors() {
        layer::shadowed(&layers, &drafts, sink);
    }
    let mut host = host(&layers, sink);
    if request.connect.is_some() {
        host.connect.clone_from(&request.connect);
    }
    let mut networks = networks(&layers, sink);
    let mut storages = storages(&layers, sink);
    faulty.note(sink)?;
    faulty.drafts(&mut drafts);
    for name in faulty.names(Owner::network) {
        networks.shift_remove(name);
    }
    for name in faulty.names(Owner::storage) {
        storages.shift_remove(name);
    }

    let globals = expr::Globals::new(&site, &host, &networks);
    let mut drafts = expr::evaluate(drafts, &globals, &layers.root, files, sink);
    faulty.note(sink)?;
    faulty.drafts(&mut drafts);

    let mut guests = typed(drafts, sink);
    for guest in &guests {
        files.sources.hide(&guest.draft.secrets);
    }
    faulty.note(sink)?;
    faulty.typed(&mut guests);

    let mut counted = counted(&layers.guests);
    counted.extend(faulty.guests());
    let (root, lock) = (layers.root.clone(), layers.lock.clone());
    done(layers);
    let input = Input {
        site,
        host,
        networks,
        storages,
        guests,
        counted,
        lock: &lock,
    };
    let mut lab = link(input, files, sink);
    faulty.note(sink)?;
    faulty.linked(&mut lab);

    check::check(&lab, sink);
    let payloads = Payloads::read(&lab, &root, files, sink);
    let mut tmpldirs = request.tmpldirs.clone();
    for dir in tmpldirs.iter().filter(|dir| !dir.is_dir()) {
        let message = "the template directory does not exist";
        sink.push(
            Diagnostic::file_error(Code::UnreadableFile, dir.display().to_string(), message).help(
                "name an existing one with `-t`; a relative path begins where the program runs",
            ),
        );
    }
    tmpldirs.retain(|dir| dir.is_dir());
    tmpldirs.extend(Some(root.join("templates")).filter(|dir| dir.is_dir()));
    let used = used_templates(&lab);
    let engine = Engine::load(&tmpldirs, &used, &payloads, files, sink);
    faulty.note(sink)?;
    if sink.has_errors() {
        faulty.linked(&mut lab);
        check_outputs(&lab, &engine?, sink);
        faulty.note(sink);
        return None;
    }
    if let Some(engine) = &engine {
        engine.check_names(&used, &lab.own_keys(), &files.sources, sink);
    }
    Some(Loaded {
        lab,
        engine: engine?,
        payloads,
        lock,
        table,
    })
}

/// Builds the OS table alone: the built-in one, under what the conf directories of the request add.
pub fn os_table(request: &Request, files: &mut Files, sink: &mut Sink) -> Option<OsTable> {
    let (builtin_os, defaults) = builtin(files, sink);
    let layers = discover(&request.confdirs, files, sink);
    proceed(sink)?;
    os_of(&builtin_os, &defaults, &layers, sink)
}

/// Builds the OS table; a fault in it would be one of every guest with the system.
fn os_of(builtin: &Map, defaults: &Map, layers: &Layers, sink: &mut Sink) -> Option<OsTable> {
    let before = sink.errors();
    let table = OsTable::build(builtin, defaults, layers, sink);
    (sink.errors() == before).then_some(table)
}

/// The templates that guests and the host ask for by name.
fn used_templates(lab: &Lab) -> HashSet<&str> {
    let guests = lab.guests.iter().flat_map(|guest| guest.templates.values());
    guests
        .chain(lab.host.host_templates.values())
        .filter_map(|output| Some(output.src.as_ref()?.as_str()))
        .collect()
}

fn proceed(sink: &Sink) -> Option<()> {
    (!sink.has_errors()).then_some(())
}

/// Reads the OS table and the defaults that ship inside the program.
fn builtin(files: &mut Files, sink: &mut Sink) -> (Map, Map) {
    let mut read = |(name, text): (&str, &str)| -> Node {
        let file = files.sources.add(name, text);
        parse(file, text, sink).expect("built-in files are valid YAML")
    };
    let defaults = read(DEFAULTS);
    let tables: Vec<Node> = OS_TABLE.iter().copied().map(&mut read).collect();
    // Their entries are distinct, and `~` in one is about the entry it extends: nothing to merge yet.
    let entries = tables.iter().filter_map(Node::as_map).flatten();
    (
        entries
            .map(|(name, entry)| (Arc::clone(name), entry.clone()))
            .collect(),
        defaults.as_map().cloned().unwrap_or_default(),
    )
}

fn site(layers: &Layers, sink: &mut Sink) -> String {
    let Some(site) = &layers.site else {
        return DEFAULT_SITE.to_owned();
    };
    layer::check_word(site, site.span, sink);
    site.value.clone()
}

/// Merges the layers of an object that is no guest, and types them.
fn object<T>(
    layers: &[Node],
    span: Span,
    sink: &mut Sink,
    read: impl FnOnce(&Node, &mut Typer<'_>) -> Option<T>,
) -> Option<T> {
    let merged = merge_all(layers, sink);
    let node = Node {
        kind: crate::yaml::Kind::Map(Arc::new(merged)),
        ..Node::empty_map(span)
    };
    read(&node, &mut Typer { sink })
}

fn host(layers: &Layers, sink: &mut Sink) -> Host {
    let empty = || {
        Host::read(
            &Map::default(),
            no_place(layers),
            &mut Typer {
                sink: &mut Sink::default(),
            },
        )
    };
    let span = layers
        .host
        .first()
        .map_or_else(|| no_place(layers), |node| node.span);
    object(&layers.host, span, sink, Host::from_node)
        .or_else(empty)
        .expect("a host needs no key")
}

/// A place for what no file says: the start of the first file.
fn no_place(layers: &Layers) -> Span {
    let first = layers
        .common
        .first()
        .map(|node| node.span)
        .or_else(|| Some(layers.guests.first()?.1.defined));
    first.unwrap_or_else(|| Span::new(crate::source::Sources::default().add("", ""), 0, 0))
}

fn networks(layers: &Layers, sink: &mut Sink) -> IndexMap<String, Network> {
    let domain = common_domain(&layers.common);
    let mut networks = IndexMap::new();
    for (name, definition) in &layers.networks {
        layer::check_name(name, definition, sink);
        let layers: Vec<Node> = definition
            .layers
            .iter()
            .map(|layer| layer::modernize_network(layer, sink))
            .collect();
        let network = object(&layers, definition.defined, sink, |node, typer| {
            Network::read(name, definition.defined, node, domain.as_ref(), typer)
        });
        networks.extend(network.map(|network| (name.to_string(), network)));
    }
    networks
}

/// Common's domain, which networks without one share; its type is reported with the guests'.
fn common_domain(common: &[Node]) -> Option<Spanned<DnsName>> {
    let node = common.iter().rev().find_map(|layer| layer.get("domain"))?;
    Some(Spanned::new(node.as_text()?.parse().ok()?, node.span))
}

fn storages(layers: &Layers, sink: &mut Sink) -> IndexMap<String, Storage> {
    let mut storages = IndexMap::new();
    for (name, definition) in &layers.storages {
        if layer::skip_legacy_storage(definition, sink) {
            continue;
        }
        layer::check_name(name, definition, sink);
        let defined = definition.defined;
        let storage = object(&definition.layers, defined, sink, |node, typer| {
            let before = typer.sink.errors();
            // A value that could not be read would look like one that is missing.
            let spec =
                StorageSpec::from_node(node, typer).filter(|_| typer.sink.errors() == before)?;
            Some(Storage::new(name, defined, spec, typer))
        });
        storages.extend(storage.map(|storage| (name.to_string(), storage)));
    }
    storages
}

fn typed(drafts: Vec<Draft>, sink: &mut Sink) -> Vec<TypedGuest> {
    let reader = Reader::default();
    let guests = sink.each(
        drafts.into_par_iter(),
        |draft| &draft.name,
        |draft, sink| reader.read(draft, sink),
    );
    guests.into_iter().flatten().collect()
}

fn counted(guests: &Objects) -> HashSet<Arc<str>> {
    let counts = |object: &layer::Object| {
        object
            .layers
            .iter()
            .any(|layer| layer.get("count").is_some())
    };
    guests
        .iter()
        .filter(|(_, object)| counts(object))
        .map(|(name, _)| Arc::clone(name))
        .collect()
}
