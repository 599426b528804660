//! Whose output something is, and where the values come from that its templates read.

use serde_json::Value;

use super::{Explanation, GuestValues, ObjectValues, Origin, Site};
use crate::files::Files;
use crate::secret::Secrets;
use crate::yaml::path::{Step, show};

/// Whose output it is.
#[derive(Debug)]
pub enum Subject<'a> {
    /// A guest's.
    Guest(Box<GuestValues<'a>>),
    /// That of a network or pool.
    Object(Box<ObjectValues<'a>>),
    /// The host's script.
    Host,
}

impl<'a> Subject<'a> {
    /// Returns whose output the one at `path` is.
    pub fn of(path: &str, site: &'a Site<'a>, files: &mut Files) -> Option<Self> {
        if let Some(guest) = path.strip_prefix("guests.d/") {
            let (name, _) = guest.split_once('/')?;
            return Some(Self::Guest(GuestValues::new(site, name, files)?.into()));
        }
        let named = |dir: &str| {
            let file = path.strip_prefix(dir)?;
            file.strip_suffix(".xml")
                .or_else(|| file.strip_suffix(".yml"))
        };
        if let Some(name) = named("host/networks.d/") {
            return Some(Self::Object(ObjectValues::network(site, name)?.into()));
        }
        if let Some(name) = named("host/storages.d/") {
            return Some(Self::Object(ObjectValues::storage(site, name)?.into()));
        }
        (path == "host/net-setup.sh").then_some(Self::Host)
    }

    /// Returns the resolved values, as its file for review shows them.
    pub(super) fn resolved(&self) -> Option<&Value> {
        match self {
            Self::Guest(guest) => Some(guest.resolved()),
            Self::Object(object) => Some(object.resolved()),
            Self::Host => None,
        }
    }

    /// Explains what a template reads; `None` when it is not there.
    pub(super) fn explain(
        &self,
        path: &[Step],
        site: &Site<'_>,
        secrets: &Secrets,
    ) -> Option<Explanation> {
        let mut explained = match self {
            Self::Guest(guest) => of_guest(guest, path, site)?,
            Self::Object(object) => object.explain(path, secrets),
            Self::Host => of_host(path, site, secrets)?,
        };
        explained.path = show(path);
        (!explained.value.is_null()).then_some(explained)
    }
}

/// What a guest's templates read.
fn of_guest(guest: &GuestValues<'_>, path: &[Step], site: &Site<'_>) -> Option<Explanation> {
    let (Step::Key(root), rest) = path.split_first()? else {
        return None;
    };
    match (root.as_str(), rest) {
        ("networks" | "host", _) => guest.shared(path),
        // Every guest's templates see what others are called and where they are.
        ("guests", [Step::Index(at), ..]) => {
            let other = site.lab.guests.get(*at)?;
            let origin = Origin::made(format!("guest `{}`", other.name)).at(other.defined);
            Some(plain(&other.name, origin))
        }
        ("guests", _) => Some(plain("…", Origin::made("the guests of the lab"))),
        ("drives", _) => {
            let disks = [&[Step::Key("disks".to_owned())], rest].concat();
            Some(guest.explain(&disks))
        }
        ("setup_data", [Step::Index(_), Step::Key(key)]) if key == "base64" => {
            let entry = guest.origin(&path[..2]);
            Some(plain(
                "…",
                entry.because("the bytes of the file, in base64"),
            ))
        }
        _ => Some(guest.explain(path)),
    }
}

/// What the host's script reads.
fn of_host(path: &[Step], site: &Site<'_>, secrets: &Secrets) -> Option<Explanation> {
    let (Step::Key(root), rest) = path.split_first()? else {
        return None;
    };
    match (root.as_str(), rest) {
        ("connect", _) => Some(super::objects::host(site, path, secrets)),
        ("networks", [Step::Index(at), rest @ ..]) => {
            let (name, _) = site.lab.networks.get_index(*at)?;
            Some(ObjectValues::network(site, name)?.explain(rest, secrets))
        }
        ("storages", [Step::Index(at), rest @ ..]) => {
            let (name, _) = site.lab.storages.get_index(*at)?;
            Some(ObjectValues::storage(site, name)?.explain(rest, secrets))
        }
        ("site", _) => {
            let place = site.layers.site.as_ref().map(|site| site.span);
            Some(plain(
                &site.lab.site,
                Origin::made("the site's name").at(place),
            ))
        }
        _ => None,
    }
}

fn plain(value: &str, origin: Origin) -> Explanation {
    Explanation {
        path: String::new(),
        value: value.into(),
        origin,
        layers: Vec::new(),
        expressions: Vec::new(),
    }
}
