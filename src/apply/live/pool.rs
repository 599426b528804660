//! Storage pools (formatstorage.html).

use roxmltree::{Document, Error, Node};

use super::xml::{all, attribute, of_child, one, text};

/// What a storage pool is made from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pool {
    /// Its type.
    pub kind: String,
    /// What its source is, each part in words: `host nas.test`. Disks are in the order of their names.
    pub source: Vec<String>,
    /// Where its volumes appear.
    pub target: Option<String>,
}

impl Pool {
    /// Reads a pool from libvirt's XML or the lab's.
    ///
    /// # Errors
    /// Returns where the text is no XML.
    pub fn read(xml: &str) -> Result<Self, Error> {
        let document = Document::parse(xml)?;
        let root = document.root_element();
        Ok(Self {
            kind: attribute(root, "type").unwrap_or_default(),
            source: one(root, "source").map(source).unwrap_or_default(),
            target: one(root, "target").and_then(|target| text(target, "path")),
        })
    }
}

fn source(source: Node<'_, '_>) -> Vec<String> {
    let host = one(source, "host").map(|host| {
        let port = host.attribute("port").filter(|port| *port != "0");
        let port = port.map(|port| format!(":{port}")).unwrap_or_default();
        format!("host {}{port}", host.attribute("name").unwrap_or_default())
    });
    let named = |what: &str, value: Option<String>| value.map(|value| format!("{what} {value}"));
    let mut devices: Vec<String> = all(source, "device")
        .filter_map(|device| named("device", attribute(device, "path")))
        .collect();
    devices.sort();
    let initiator = one(source, "initiator").and_then(|node| of_child(node, "iqn", "name"));
    let login = of_child(source, "auth", "username");
    let secret = one(source, "auth").and_then(|auth| of_child(auth, "secret", "usage"));
    let format = of_child(source, "format", "type");
    let parts = [
        host,
        named("directory", of_child(source, "dir", "path")),
        named("name", text(source, "name")),
        named("initiator", initiator),
        named("user", login),
        named("secret", secret),
        named("format", format.filter(|format| is_chosen(format))),
    ];
    parts.into_iter().flatten().chain(devices).collect()
}

/// Returns whether a format says more than libvirt's own: it writes these where nothing was said.
fn is_chosen(format: &str) -> bool {
    !matches!(format, "unknown" | "auto")
}
