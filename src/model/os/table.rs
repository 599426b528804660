//! The table itself: the built-in entries and the site's, and the system that each name stands for.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::extends::{Raw, chain, extend};
use super::{Os, OsEntry, meant};
use crate::diag::{Code, Diagnostic, Sink};
use crate::layer::{Layers, merge};
use crate::model::words::SystemName;
use crate::source::Span;
use crate::yaml::typed::Typer;
use crate::yaml::{Map, Node};

/// The entries, with the site's own over the built-in ones.
#[derive(Debug)]
pub struct OsTable {
    /// Each entry, with the program's defaults under its own.
    entries: HashMap<Arc<str>, (OsEntry, Arc<Map>)>,
    /// The entries as they are written, each over the one it extends.
    written: HashMap<Arc<str>, Map>,
    /// The entries that each one extends.
    extended: HashMap<Arc<str>, Vec<Arc<str>>>,
    /// The entries with faults, which were reported.
    faulty: HashSet<Arc<str>>,
    /// The program's defaults.
    defaults: Arc<Map>,
    found: std::sync::Mutex<HashMap<String, Arc<Os>>>,
    /// The built-in entries as they are written.
    builtin: Map,
}

impl OsTable {
    /// Builds the table from the built-in entries, the program's defaults for guests, and the site's `os` layers.
    ///
    /// Entries with a fault are left out, as are those `faulty` that have had one before.
    pub fn build(
        builtin: &Map,
        defaults: &Map,
        layers: &Layers,
        faulty: &HashSet<&str>,
        sink: &mut Sink,
    ) -> Self {
        let mut raw: Raw<'_> = HashMap::new();
        let nothing = Map::default();
        for (name, entry) in builtin {
            raw.insert(Arc::clone(name), entry.value.as_map().into_iter().collect());
        }
        let mut spans = HashMap::new();
        let mut without: HashSet<Arc<str>> = HashSet::new();
        for (name, object) in &layers.os {
            let own = raw.entry(Arc::clone(name)).or_default();
            own.extend(object.layers.iter().filter_map(Node::as_map));
            spans.insert(Arc::clone(name), object.defined);
            if object.unread || faulty.contains(&**name) {
                without.insert(Arc::clone(name));
            }
        }
        let mut names: Vec<&Arc<str>> = raw.keys().collect();
        names.sort();
        let mut entries = HashMap::new();
        let mut written = HashMap::new();
        let mut extends = HashMap::new();
        for name in names {
            let before = sink.errors();
            let chain = chain(name, &raw);
            let known = chain.iter().any(|name| without.contains(name));
            extends.insert(Arc::clone(name), chain);
            if known {
                without.insert(Arc::clone(name));
                continue;
            }
            let extended = extend(name, &raw, &mut Vec::new(), sink);
            // What it lacks is the other entry's to say.
            if sink.errors() > before {
                without.insert(Arc::clone(name));
                continue;
            }
            let span = spans
                .get(name)
                .or_else(|| builtin.get(name).map(|entry| &entry.key))
                .copied();
            let Some(span) = span else { continue };
            if let Err(refusal) = name.parse::<SystemName>() {
                sink.push(refusal.into_error(Code::InvalidValue, span));
                without.insert(Arc::clone(name));
                continue;
            }
            let mut typer = Typer { sink };
            typer.unknown_keys(&extended, OsEntry::KEYS, "an operating system");
            if let Some(entry) = OsEntry::read(&extended, span, &mut typer) {
                // Systems of no known generation may have no versions.
                let numbered = entry.generation.is_some() || entry.last_minor.is_some();
                if numbered && entry.version.is_none() && version_in(name).is_none() {
                    let message = format!("the name `{name}` tells no version");
                    sink.push(
                        Diagnostic::error(Code::MissingKey, span, message)
                            .help("write `version: \"9\"`, or a name that ends in a number"),
                    );
                    without.insert(Arc::clone(name));
                    continue;
                }
                let own = entry
                    .defaults
                    .as_ref()
                    .and_then(Node::as_map)
                    .unwrap_or(&nothing);
                let base = merge(defaults.clone(), defaults, own, sink);
                entries.insert(Arc::clone(name), (entry, Arc::new(base)));
                written.insert(Arc::clone(name), extended);
            }
            if sink.errors() > before {
                without.insert(Arc::clone(name));
            }
        }
        entries.retain(|name, _| !without.contains(name));
        Self {
            entries,
            written,
            extended: extends,
            faulty: without,
            defaults: Arc::new(defaults.clone()),
            found: std::sync::Mutex::default(),
            builtin: builtin.clone(),
        }
    }

    /// Returns the OS of that name, or reports at `span` that there is none; of an entry with a fault, no more is said.
    pub fn find(&self, name: &str, span: Span, sink: &mut Sink) -> Option<Arc<Os>> {
        let os = self.get(name);
        if let Some(os) = &os
            && let (Some(minor), Some(last)) = (os.minor, os.last_minor)
            && minor > last
        {
            let series = name.split('.').next().unwrap_or_default();
            let message = format!(
                "`{name}` is newer than the table, which knows `{series}` up to {series}.{last}"
            );
            let help = format!(
                "it is built like those; when that is right, say `{series}: {{last_minor: {minor}}}` in os.d"
            );
            sink.push(Diagnostic::warning(Code::UnknownOs, span, message).help(help));
        }
        let series = name.split_once('.').map_or(name, |(series, _)| series);
        let faulty = self.faulty.contains(name) || self.faulty.contains(series);
        if os.is_none() && !faulty {
            let known: Vec<&str> = self.names();
            let near = meant(name, &known);
            let series = name.split_once('.').map(|(series, _)| series);
            let help = match near {
                _ if series.is_some_and(|series| self.entries.contains_key(series)) => {
                    "it has no such release; `last_minor` in os.d says which there are".to_owned()
                }
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("known: {}; more can be defined in os.d", known.join(", ")),
            };
            let message = format!("operating system `{name}` is not in the table");
            sink.push(Diagnostic::error(Code::UnknownOs, span, message).help(help));
        }
        os
    }

    /// Returns the OS of that name, if the table has it.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<Arc<Os>> {
        let mut found = self
            .found
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(os) = found.get(name) {
            return Some(Arc::clone(os));
        }
        let os = Arc::new(self.resolve(name)?);
        found.insert(name.to_owned(), Arc::clone(&os));
        Some(os)
    }

    /// Returns the entry that serves the OS of that name, as it is written, over those it extends.
    #[must_use]
    pub fn entry(&self, name: &str) -> Option<&Map> {
        let series = || name.split_once('.').map(|(series, _)| series);
        let whole = self.written.get(name);
        whole.or_else(|| self.written.get(series()?))
    }

    /// Returns the program's defaults for guests.
    #[must_use]
    pub fn defaults(&self) -> &Arc<Map> {
        &self.defaults
    }

    /// Returns the built-in entries as they are written.
    #[must_use]
    pub fn builtin(&self) -> &Map {
        &self.builtin
    }

    /// Returns the names of all entries, sorted.
    #[must_use]
    pub fn names(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self.entries.keys().map(|name| &**name).collect();
        names.sort_unstable();
        names
    }

    fn resolve(&self, name: &str) -> Option<Os> {
        let whole = self.entries.get(name).map(|entry| (name, None, entry));
        let (series, minor, (entry, base)) = whole.or_else(|| {
            // `rhel6.3` is `rhel6` of a given minor version.
            let (series, minor) = name.split_once('.')?;
            let number = minor.parse::<u32>().ok()?;
            let found = self.entries.get(series)?;
            let fits = number.to_string() == minor && found.0.last_minor.is_some();
            fits.then_some((series, Some(minor), found))
        })?;
        let told = entry.version.as_ref().map(|version| version.as_str());
        let version = told.or_else(|| version_in(series)).unwrap_or_default();
        let version = match minor {
            Some(minor) => format!("{version}.{minor}"),
            None => version.to_owned(),
        };
        let mut numbers = version.split('.').map(|part| part.parse().ok());
        let mut osinfo = vec![name.to_owned()];
        osinfo.extend(texts(&entry.osinfo).filter(|id| id != name));
        Some(Os {
            name: name.to_owned(),
            major: numbers.next().flatten(),
            minor: numbers.next().flatten(),
            distro: entry.distro.to_string(),
            family: entry.family.to_string(),
            installer: entry.installer.to_string(),
            syntax: entry.syntax.as_ref().map(ToString::to_string),
            generation: entry.generation,
            tree: entry
                .tree
                .as_ref()
                .map(|tree| tree.replace("{version}", &version)),
            medium_dir: entry.medium_dir.as_ref().map(ToString::to_string),
            mirror: entry.mirror.as_ref().map(ToString::to_string),
            suite: entry.suite.as_ref().map(ToString::to_string),
            tasks: texts(&entry.tasks).collect(),
            cloud_user: entry.cloud_user.as_ref().map(|user| user.0.clone()),
            last_minor: entry.last_minor,
            filesystems: texts(&entry.filesystems).collect(),
            arches: texts(&entry.arches).collect(),
            cpu_level: entry.cpu_level,
            version,
            osinfo,
            install_file: entry.install_file.to_string(),
            kernel_args: texts(&entry.kernel_args).collect(),
            kernel: entry.kernel.as_ref().map(ToString::to_string),
            initrd: entry.initrd.as_ref().map(ToString::to_string),
            console_args: texts(&entry.console_args).collect(),
            hashes: texts(&entry.hashes).collect(),
            min_ram: entry.min_ram,
            min_ram_network: entry.min_ram_network,
            min_disk: entry.min_disk,
            entries: self.extended.get(series).cloned().unwrap_or_default(),
            base: Arc::clone(base),
        })
    }
}

/// Returns the texts of a list.
fn texts<T: ToString>(list: &[T]) -> impl Iterator<Item = String> {
    list.iter().map(ToString::to_string)
}

/// Returns the version a name tells: what begins with its first digit.
fn version_in(name: &str) -> Option<&str> {
    name.find(|c: char| c.is_ascii_digit())
        .map(|digits| &name[digits..])
}
