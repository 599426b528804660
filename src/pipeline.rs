//! The stages in their order, from conf directories to a checked lab with its templates.
//!
//! A fault stops what needs the object it is in; the others go on, so that one run reports the faults of all stages.

mod faulty;
mod objects;
mod owners;

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;

#[cfg(feature = "apply")]
pub(crate) use self::objects::UNNAMED;

use self::faulty::Faulty;
use self::objects::{host, networks, site, storages};
use self::owners::Owner;
use crate::diag::{Code, Diagnostic, Severity, Sink};
use crate::files::Files;
use crate::layer::{
    self, DEFAULTS, Draft, Layers, OS_TABLE, Objects, discover, drafts, expect_lab, from_text,
};
use crate::link::{Input, Lab, link};
use crate::model::os::OsTable;
use crate::model::read::{Reader, TypedGuest};
use crate::model::text::Line;
use crate::render::{Engine, Payloads, check_outputs};
use crate::yaml::{Map, Node, parse};
use crate::{check, expr};

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
    Engine::prepare();
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
    let entries = faulty.names(Owner::os);
    let table = OsTable::build(&builtin_os, &defaults, &layers, &entries, sink);
    let mut drafts = if faulty.lacks_layers() {
        Vec::new()
    } else {
        drafts(&layers, &table, sink)
    };
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

    let mut guests = typed(drafts, &layers, sink);
    for guest in &guests {
        files.sources.hide(&guest.draft.secrets);
    }
    faulty.note(sink)?;
    faulty.typed(&mut guests);

    let counted = counted(&layers.guests);
    let aside = faulty.aside(&layers, &guests);
    let (root, lock) = (layers.root.clone(), layers.lock.clone());
    done(layers);
    if lock.symlink_metadata().is_ok() {
        faulty.choosing(&guests);
    }
    let input = Input {
        site,
        host,
        networks,
        storages,
        guests,
        counted,
        aside,
        lock: &lock,
    };
    let mut lab = link(input, files, sink);
    faulty.lock(&lock, &files.sources);
    faulty.note(sink)?;
    faulty.linked(&mut lab);

    if sink.has_errors() {
        sink.know_judged(lab.guests.iter().map(|guest| guest.defined));
    }
    check::check(&lab, sink);
    let payloads = Payloads::read(&lab, &root, files, sink);
    let checked = sink.found();
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
    let is_file = |fault: &Diagnostic| fault.severity == Severity::Error && fault.path.is_some();
    let unread = sink.after(checked).iter().any(is_file);
    // What is wrong in a template is nobody else's matter.
    faulty.note(sink);
    if sink.has_errors() {
        // A template that cannot be read is not one that does not exist.
        if let Some(engine) = engine.filter(|_| !unread) {
            faulty.linked(&mut lab);
            check_outputs(&lab, &engine, sink);
            faulty.note(sink);
        }
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
    let table = OsTable::build(&builtin_os, &defaults, &layers, &HashSet::new(), sink);
    proceed(sink)?;
    Some(table)
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

fn typed(drafts: Vec<Draft>, layers: &Layers, sink: &mut Sink) -> Vec<TypedGuest> {
    let reader = Reader::new(layers);
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
