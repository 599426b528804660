//! Every name a template can read, for the page for template authors.
//!
//! What comes from a section of the model is described by the section's own documentation, the rest in `table`. A test
//! walks the contexts of real sites and fails for a name that is not here, and for one that is here and nowhere else.

mod links;
mod table;

use crate::model::guest::VirtinstSpec;
use crate::model::host::Host;
use crate::model::install::locale::{KeyboardMap, TimezoneMap};
use crate::model::install::{
    Bootloader, Files, Firewall, Group, HostsEntry, Install, Kdump, Proxy, Repo, Script, Services,
    User,
};
use crate::yaml::typed::FieldDoc;

/// What a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Text.
    Text,
    /// A whole number.
    Number,
    /// A size in bytes.
    Bytes,
    /// A size in MiB.
    Mebibytes,
    /// A boolean.
    YesNo,
    /// A list of texts.
    Texts,
    /// A list of maps.
    Maps,
    /// A map.
    Map,
    /// Whatever the site wrote.
    Any,
}

impl Kind {
    /// Returns what the page calls it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Number => "number",
            Self::Bytes => "number of bytes",
            Self::Mebibytes => "number of MiB",
            Self::YesNo => "true or false",
            Self::Texts => "list of texts",
            Self::Maps => "list of maps",
            Self::Map => "map",
            Self::Any => "anything",
        }
    }
}

/// A name of a context.
#[derive(Clone, Debug)]
pub struct Name {
    /// Where it is: `interfaces[].mac` is in each item of a list, `networks.*.mode` under each key of a map.
    pub path: String,
    /// What its value is.
    pub kind: Kind,
    /// Whether it is there whenever what it is part of is.
    pub always: bool,
    /// What it means.
    pub doc: &'static str,
}

/// Names that belong together: a heading of the page.
#[derive(Debug)]
pub struct Topic {
    /// The heading.
    pub title: &'static str,
    /// The names.
    pub names: Vec<Name>,
}

/// A name that `table` describes.
struct Row {
    path: &'static str,
    kind: Kind,
    always: bool,
    doc: &'static str,
}

/// The sections of install data, by what stands before their keys.
const SECTIONS: &[(&str, &[FieldDoc])] = &[
    ("keyboard.", KeyboardMap::FIELDS),
    ("timezone.", TimezoneMap::FIELDS),
    ("users[].", User::FIELDS),
    ("groups[].", Group::FIELDS),
    ("repos[].", Repo::FIELDS),
    ("services.", Services::FIELDS),
    ("firewall.", Firewall::FIELDS),
    ("bootloader.", Bootloader::FIELDS),
    ("scripts[].", Script::FIELDS),
    ("proxy.", Proxy::FIELDS),
    ("hosts[].", HostsEntry::FIELDS),
    ("kdump.", Kdump::FIELDS),
];

/// Keys of sections that templates do not see: described in another topic, or replaced by what is computed from them.
const HIDDEN: &[&str] = &["partitions", "users[].password"];

/// Returns the names of a guest's templates.
#[must_use]
pub fn guest_names() -> Vec<Topic> {
    let virtinst = section("virtinst.", VirtinstSpec::FIELDS);
    let host = section("host.", Host::FIELDS);
    let networks = rows("networks.*.", table::NETWORK);
    vec![
        topic("The guest", rows("", table::GUEST)),
        topic("Its operating system", rows("", table::OS)),
        topic("Its interfaces", rows("", table::INTERFACES)),
        topic("Its links", rows("", links::LINKS)),
        topic("Its disks", rows("", table::DISKS)),
        topic(
            "Hardware and source",
            [rows("", table::VIRTINST), virtinst].concat(),
        ),
        topic("What is installed", install_names()),
        topic("Partitions", rows("", table::PARTITIONS)),
        topic("Other guests", rows("", table::GUESTS)),
        topic("Networks", [rows("", table::NETWORKS), networks].concat()),
        topic("The host", [rows("", table::HOST), host].concat()),
    ]
}

/// Returns the names of a network's template.
#[must_use]
pub fn network_names() -> Vec<Topic> {
    let own = rows("", table::NETWORK_OWN);
    let mut names = rows("", table::NETWORK);
    // The template sees the names of all guests beside the network's own, in another form.
    let replaced = |name: &Name| {
        ["dns", "routes"].iter().any(|key| {
            let below = name.path.strip_prefix(key);
            below.is_some_and(|rest| rest.is_empty() || rest.starts_with("[]"))
        })
    };
    names.retain(|name| !replaced(name));
    vec![topic("A network", [names, own].concat())]
}

/// Returns the names of a pool's template.
#[must_use]
pub fn storage_names() -> Vec<Topic> {
    vec![topic("A pool", rows("", table::STORAGE))]
}

/// Returns the names of the host's script.
#[must_use]
pub fn host_script_names() -> Vec<Topic> {
    vec![topic("The host's script", rows("", table::HOST_SCRIPT))]
}

/// Install data: each section behind the key it is under.
fn install_names() -> Vec<Name> {
    let mut names = Vec::new();
    let fields = [Install::FIELDS, Files::FIELDS];
    for name in fields.iter().flat_map(|fields| section("", fields)) {
        let path = name.path.clone();
        names.push(name);
        let below = |path: &str, owner: &str| {
            path.strip_prefix(owner)
                .is_some_and(|rest| rest.starts_with(['.', '[']))
        };
        for (prefix, fields) in SECTIONS.iter().filter(|(prefix, _)| below(prefix, &path)) {
            names.extend(section(prefix, fields));
        }
        let computed = rows("", table::INSTALL)
            .into_iter()
            .filter(|row| below(&row.path, &path));
        for row in computed {
            if !names.iter().any(|name| name.path == row.path) {
                names.push(row);
            }
        }
    }
    names
}

fn topic(title: &'static str, names: Vec<Name>) -> Topic {
    Topic { title, names }
}

fn rows(prefix: &str, rows: &[Row]) -> Vec<Name> {
    let name = |row: &Row| Name {
        path: format!("{prefix}{}", row.path),
        kind: row.kind,
        always: row.always,
        doc: row.doc,
    };
    rows.iter().map(name).collect()
}

/// Describes the keys of a section, less hidden ones; what `table` says of a key comes first.
fn section(prefix: &str, fields: &[FieldDoc]) -> Vec<Name> {
    let described = |field: &FieldDoc| {
        let path = format!("{prefix}{}", field.key);
        if let Some(row) = table::INSTALL.iter().find(|row| row.path == path) {
            return rows("", std::slice::from_ref(row)).pop();
        }
        let always = !field.rust.starts_with("Option") || table::DEFAULTED.contains(&path.as_str());
        (!HIDDEN.contains(&path.as_str())).then(|| Name {
            kind: kind(&path, field.rust),
            always,
            doc: field.doc.trim(),
            path,
        })
    };
    fields.iter().filter_map(described).collect()
}

/// What templates see of a value of this Rust type.
fn kind(path: &str, rust: &str) -> Kind {
    let has = |end: &str| {
        let mut prefixes = SECTIONS.iter().map(|(prefix, _)| prefix);
        prefixes.any(|prefix| prefix.strip_suffix(end) == Some(path))
    };
    let inner = rust.trim_end_matches('>').rsplit('<').next();
    match inner.unwrap_or_default() {
        _ if has("[].") => Kind::Maps,
        _ if has(".") || rust.contains("IndexMap<") => Kind::Map,
        _ if rust.contains("Vec<") => Kind::Texts,
        "bool" => Kind::YesNo,
        "u32" => Kind::Number,
        "Size" => Kind::Bytes,
        "Memory" => Kind::Mebibytes,
        "Node" => Kind::Any,
        _ => Kind::Text,
    }
}
