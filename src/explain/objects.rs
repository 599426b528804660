//! The values of networks, pools and the host.

use std::cell::OnceCell;
use std::collections::HashMap;
use std::net::IpAddr;

use serde_json::{Value, json};

use super::values::{said, without_secrets};
use super::{Explanation, Layer, Origin, Site};
use crate::diag::Sink;
use crate::layer::{Walk, modernize_network};
use crate::model::host::Host;
use crate::model::network::Network;
use crate::render::{mask, network_context, storage_context};
use crate::secret::Secrets;
use crate::source::Span;
use crate::yaml::Node;
use crate::yaml::path::{Step, find, find_node, show};

/// A network, a pool or the host, with what `show` prints of it.
#[derive(Debug)]
pub enum ObjectValues<'a> {
    /// A network.
    Network(NetworkValues<'a>, Value),
    /// A pool: its layers and where it is defined.
    Storage(Walk, Span, Value),
    /// The host.
    Host(&'a Site<'a>, Value),
}

impl<'a> ObjectValues<'a> {
    /// Walks the layers of a network again.
    #[must_use]
    pub fn network(site: &'a Site<'a>, name: &str) -> Option<Self> {
        let values = NetworkValues::new(site, name)?;
        let mut resolved = network_context(values.network, site.lab);
        mask(&mut resolved, &Secrets::default());
        Some(Self::Network(values, resolved))
    }

    /// Walks the layers of a pool again.
    #[must_use]
    pub fn storage(site: &'a Site<'a>, name: &str) -> Option<Self> {
        let storage = site.lab.storages.get(name)?;
        let layers = site.layers.storages.get(name);
        let walk = Walk::of_object(layers.map_or(&[], |object| &object.layers));
        let mut resolved = storage_context(storage, site.lab);
        mask(&mut resolved, &Secrets::default());
        Some(Self::Storage(walk, storage.defined, resolved))
    }

    /// Walks the layers of the host again.
    #[must_use]
    pub fn host(site: &'a Site<'a>) -> Self {
        Self::Host(site, host_values(site))
    }

    /// Returns the resolved values, as `show` prints them.
    #[must_use]
    pub fn resolved(&self) -> &Value {
        match self {
            Self::Network(_, resolved)
            | Self::Storage(_, _, resolved)
            | Self::Host(_, resolved) => resolved,
        }
    }

    /// Returns where the value at a resolved path comes from.
    #[must_use]
    pub fn origin(&self, path: &[Step]) -> Origin {
        match self {
            Self::Network(values, resolved) => values.origin(path, resolved),
            Self::Storage(walk, defined, _) => storage_origin(walk, *defined, path),
            Self::Host(site, _) => host_origin(site, &Walk::of_object(&site.layers.host), path),
        }
    }

    /// Explains the value at a resolved path.
    #[must_use]
    pub fn explain(&self, path: &[Step], secrets: &Secrets) -> Explanation {
        let origin = self.origin(path);
        let host;
        let (walk, own) = match self {
            Self::Network(values, _) => (&values.walk, format!("network {}", values.network.name)),
            Self::Storage(walk, ..) => (walk, "pool".to_owned()),
            Self::Host(site, _) => {
                host = Walk::of_object(&site.layers.host);
                (&host, "host".to_owned())
            }
        };
        let value = find(self.resolved(), path).cloned().unwrap_or_default();
        explanation(path, value, origin, walk, &own, secrets)
    }
}

/// Puts together what is known of a value of an object.
fn explanation(
    path: &[Step],
    value: Value,
    origin: Origin,
    walk: &Walk,
    own: &str,
    secrets: &Secrets,
) -> Explanation {
    let history = origin.written.as_deref().map(|path| walk.history(path));
    let layer = |past: &crate::layer::Past<'_>| {
        let value = past.value.map(|node| said(path, node, secrets));
        Layer::new(past, own, value)
    };
    Explanation {
        path: show(path),
        value: without_secrets(path, value, secrets),
        layers: history.iter().flatten().map(layer).collect(),
        origin,
        expressions: Vec::new(),
    }
}

/// Returns the origin of the value at `path` of merged layers, or of the shorter value that it is a part of.
fn written(walk: &Walk, path: &[Step]) -> Option<Origin> {
    let merged = walk.merged()?;
    (1..=path.len()).rev().find_map(|length| {
        let node = find_node(merged, &path[..length]).filter(|node| !node.is_null())?;
        let whole = length == path.len() || node.as_map().is_none();
        whole.then(|| Origin {
            written: Some(path[..length].to_vec()),
            place: Some(node.span),
            why: None,
        })
    })
}

/// A network with its layers.
#[derive(Debug)]
pub struct NetworkValues<'a> {
    site: &'a Site<'a>,
    network: &'a Network,
    walk: Walk,
    /// The addresses of guests here, with the guest's name and the place that gave it; gathered when first asked for.
    guests: OnceCell<HashMap<IpAddr, (&'a str, Span)>>,
}

impl<'a> NetworkValues<'a> {
    /// Walks the layers of a network again.
    pub(super) fn new(site: &'a Site<'a>, name: &str) -> Option<Self> {
        let network = site.lab.networks.get(name)?;
        let layers = site.layers.networks.get(name);
        let layers = layers.map_or(&[][..], |object| &object.layers);
        let mut sink = Sink::default();
        let layers: Vec<Node> = layers
            .iter()
            .map(|layer| modernize_network(layer, &mut sink))
            .collect();
        Some(Self {
            site,
            network,
            walk: Walk::of_object(&layers),
            guests: OnceCell::new(),
        })
    }

    /// Returns where the value at a path is written.
    pub(super) fn place(&self, path: &[Step]) -> Option<Span> {
        written(&self.walk, path)?.place
    }

    /// Explains a value as every guest's templates and expressions see it.
    pub(super) fn explain(&self, path: &[Step], secrets: &Secrets) -> Explanation {
        let value = json!(self.network);
        let found = find(&value, path).cloned().unwrap_or_default();
        let origin = self.origin(path, &value);
        let own = format!("network {}", self.network.name);
        explanation(path, found, origin, &self.walk, &own, secrets)
    }

    fn origin(&self, path: &[Step], resolved: &Value) -> Origin {
        let made = match path {
            // Of several names for one address the network's context makes one entry.
            [Step::Key(key), Step::Index(at), rest @ ..] if key == "dns" => {
                self.dns(resolved.get("dns").and_then(|dns| dns.get(*at)), rest)
            }
            _ => None,
        };
        made.or_else(|| written(&self.walk, path))
            .or_else(|| self.made(path, resolved))
            .unwrap_or_else(|| {
                if self.site.layers.networks.contains_key(&*self.network.name) {
                    Origin::made("a default of the program")
                } else {
                    Origin::made("no file defines it: it must be there").at(self.network.defined)
                }
            })
    }

    /// What the program fills in.
    fn made(&self, path: &[Step], resolved: &Value) -> Option<Origin> {
        let network = self.network;
        let (Step::Key(key), rest) = path.split_first()? else {
            return None;
        };
        Some(match (key.as_str(), rest) {
            ("name", _) => Origin::made("the network's name").at(network.defined),
            ("uuid", _) => Origin::made("version 5 of site, kind and name"),
            ("bridge_mac", _) => Origin::made("drawn from the names of site and network"),
            ("stamp", [Step::Key(key)]) if key == "digest" => {
                Origin::made("a digest of all the network is made from")
            }
            ("stamp", _) => Origin::made("the mark of the site's networks"),
            ("subnet" | "family" | "prefix" | "netmask", _) => {
                Origin::made("the subnet").at(network.subnet.as_ref()?.span)
            }
            ("gateway", _) => {
                Origin::made("the first address of the subnet").at(network.gateway.as_ref()?.span)
            }
            ("domain", _) => Origin::made("common's domain").at(network.domain.as_ref()?.span),
            ("ipv6", [Step::Key(key)]) => {
                let ipv6 = network.ipv6.as_ref()?;
                match key.as_str() {
                    "prefix" => Origin::made("the subnet").at(ipv6.subnet.span),
                    "gateway" => Origin::made("the first address of the subnet")
                        .at(ipv6.gateway.as_ref()?.span),
                    _ => return None,
                }
            }
            ("ipv6", [Step::Key(key), Step::Index(at), ..]) if key == "reservations" => {
                self.reservation(resolved.get("ipv6")?.get("reservations")?.get(*at)?)?
            }
            ("reservations", [Step::Index(at), ..]) => {
                self.reservation(resolved.get("reservations")?.get(*at)?)?
            }
            ("routes", [at, _]) => {
                let route = [Step::Key("routes".to_owned()), at.clone()];
                let subnet = [&route[..], &[Step::Key("subnet".to_owned())]].concat();
                return written(&self.walk, &subnet);
            }
            _ => return None,
        })
    }

    /// An address with its names: those the network says, or those of a guest.
    fn dns(&self, entry: Option<&Value>, rest: &[Step]) -> Option<Origin> {
        let entry = entry?;
        let address: IpAddr = entry.get("ip")?.as_str()?.parse().ok()?;
        let name = match rest {
            [Step::Key(_), Step::Index(at)] => entry
                .get("hostnames")
                .and_then(|names| names.get(*at)?.as_str()),
            _ => None,
        };
        let own = self.network.dns.iter().find(|host| {
            let has = |name: &str| host.names.iter().any(|own| own.as_str() == name);
            host.ip.value == address && name.is_none_or(has)
        });
        let said = own.map(|host| Origin::made("the network's own entry").at(host.ip.span));
        said.or_else(|| self.of_guest(address))
    }

    fn reservation(&self, entry: &Value) -> Option<Origin> {
        self.of_guest(entry.get("ip")?.as_str()?.parse().ok()?)
    }

    /// Returns the guest whose interface here has an address.
    fn of_guest(&self, address: IpAddr) -> Option<Origin> {
        let guests = self.guests.get_or_init(|| self.addresses());
        let (guest, span) = guests.get(&address)?;
        Some(Origin::made(format!("guest `{guest}`")).at(*span))
    }

    fn addresses(&self) -> HashMap<IpAddr, (&'a str, Span)> {
        let guests = self.site.lab.guests.iter();
        let interfaces = guests.flat_map(|guest| {
            let own = guest.interfaces.iter();
            own.map(move |nic| (&*guest.name, nic))
        });
        let here = interfaces.filter(|(_, nic)| {
            let network = nic.network.as_ref();
            network.is_some_and(|name| name.value == self.network.name)
        });
        let addresses = here.flat_map(|(guest, nic)| {
            let ipv4 = nic.ip.as_ref().map(|ip| (IpAddr::V4(ip.value), ip.span));
            let ipv6 = nic.ipv6.as_ref().map(|ip| (IpAddr::V6(ip.value), ip.span));
            let both = ipv4.into_iter().chain(ipv6);
            both.map(move |(address, span)| (address, (guest, span)))
        });
        addresses.collect()
    }
}

fn storage_origin(walk: &Walk, defined: Span, path: &[Step]) -> Origin {
    if let Some(origin) = written(walk, path) {
        return origin;
    }
    match path.first() {
        Some(Step::Key(key)) if key == "name" => Origin::made("the pool's name").at(defined),
        Some(Step::Key(key)) if key == "uuid" => Origin::made("version 5 of site, kind and name"),
        _ if walk.merged().is_none() => {
            Origin::made("no file defines it: it must be there").at(defined)
        }
        _ => Origin::made("a default of the program"),
    }
}

/// Returns the host as `show` prints it.
fn host_values(site: &Site<'_>) -> Value {
    let mut value = json!(site.lab.host);
    if site.lab.host.connect.is_none() {
        value["connect"] = json!(Host::DEFAULT_CONNECT);
    }
    mask(&mut value, &Secrets::default());
    value
}

fn host_origin(site: &Site<'_>, walk: &Walk, path: &[Step]) -> Origin {
    let is_connect = matches!(path, [Step::Key(key)] if key == "connect");
    if is_connect && site.connect {
        return Origin::made("`--connect` on the command line");
    }
    written(walk, path).unwrap_or_else(|| Origin::made("a default of the program"))
}

/// Explains a value of the host.
pub(super) fn host(site: &Site<'_>, path: &[Step], secrets: &Secrets) -> Explanation {
    let walk = Walk::of_object(&site.layers.host);
    let value = find(&host_values(site), path).cloned().unwrap_or_default();
    let origin = host_origin(site, &walk, path);
    explanation(path, value, origin, &walk, "host", secrets)
}
