//! The values of a network.

use std::cell::OnceCell;
use std::collections::HashMap;
use std::net::IpAddr;

use serde_json::{Value, json};

use super::objects::{explanation, written};
use super::{Explanation, Origin, Site};
use crate::diag::Sink;
use crate::layer::{Walk, modernize_network};
use crate::link::{AddressRule, Guest, MacRule};
use crate::model::network::Network;
use crate::secret::Secrets;
use crate::source::Span;
use crate::yaml::Node;
use crate::yaml::path::{Step, find};

/// A network with its layers.
#[derive(Debug)]
pub struct NetworkValues<'a> {
    site: &'a Site<'a>,
    pub(super) network: &'a Network,
    pub(super) walk: Walk,
    /// The addresses of guests here, with the guest and the number of its interface; gathered when first asked for.
    guests: OnceCell<HashMap<IpAddr, (&'a Guest, usize)>>,
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

    /// Returns where the value at a path comes from, as it is among the `resolved` ones.
    pub(super) fn origin(&self, path: &[Step], resolved: &Value) -> Origin {
        let made = match path {
            [Step::Key(key)] if key == "dns" => Some(Origin::made(
                "the network's own entries and those of its guests",
            )),
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
                    Origin::default_value()
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
            ("reservations", []) => Origin::made("the guests of the network"),
            ("ipv6", [Step::Key(key)]) if key == "reservations" => {
                Origin::made("the guests of the network")
            }
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
                let entry = resolved.get("ipv6")?.get("reservations")?.get(*at)?;
                self.reservation(entry, path.get(3))?
            }
            ("reservations", [Step::Index(at), ..]) => {
                self.reservation(resolved.get("reservations")?.get(*at)?, path.get(2))?
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
        let part = if name.is_some() { "name" } else { "ip" };
        said.or_else(|| self.of_guest(address, part))
    }

    fn reservation(&self, entry: &Value, part: Option<&Step>) -> Option<Origin> {
        let part = match part {
            Some(Step::Key(part)) => part,
            _ => "ip",
        };
        self.of_guest(entry.get("ip")?.as_str()?.parse().ok()?, part)
    }

    /// Returns where a part of the entry comes from that the guest with this address has here.
    fn of_guest(&self, address: IpAddr, part: &str) -> Option<Origin> {
        let guests = self.guests.get_or_init(|| self.addresses());
        let (guest, position) = *guests.get(&address)?;
        let nic = &guest.interfaces[position];
        let rules = &self.site.rules;
        let mac = || match rules.mac(guest, position) {
            MacRule::Written(place) => (Some(place), ""),
            MacRule::Locked(place) => (Some(place), ": kept by the lock"),
            MacRule::Readable => {
                let prefix = self.network.mac_prefix.as_ref();
                let place = prefix.map(|prefix| prefix.span);
                (place, ": the readable form of its address")
            }
            MacRule::Drawn | MacRule::NextFree => (Some(nic.span), ": drawn from names"),
        };
        let (place, how) = match part {
            "mac" => mac(),
            "id" => match &nic.duid {
                Some(duid) => (Some(duid.span), ""),
                None => {
                    let (place, _) = mac();
                    (place, ": made of its MAC address")
                }
            },
            // The first interface has the guest's own names.
            "name" if nic.name_span != nic.span => (Some(nic.name_span), ""),
            "name" if position == 0 => (Some(guest.fqdn.span), ""),
            "name" => (Some(guest.hostname.span), ""),
            _ => {
                let (rule, written) = match address {
                    IpAddr::V4(_) => (rules.ip(guest, position), nic.ip.as_ref()?.span),
                    IpAddr::V6(_) => (rules.ipv6(guest, position), nic.ipv6.as_ref()?.span),
                };
                match rule {
                    AddressRule::Written => (Some(written), ""),
                    AddressRule::Locked(place) => (Some(place), ": kept by the lock"),
                    AddressRule::Lowest => (Some(written), ": the lowest free address"),
                }
            }
        };
        Some(Origin::made(format!("guest `{}`{how}", guest.name)).at(place))
    }

    fn addresses(&self) -> HashMap<IpAddr, (&'a Guest, usize)> {
        let guests = self.site.lab.guests.iter();
        let interfaces = guests.flat_map(|guest| {
            let own = guest.interfaces.iter().enumerate();
            own.map(move |(position, nic)| (guest, position, nic))
        });
        let here = interfaces.filter(|(_, _, nic)| {
            let network = nic.network.as_ref();
            network.is_some_and(|name| name.value == self.network.name)
        });
        let addresses = here.flat_map(|(guest, position, nic)| {
            let ipv4 = nic.ip.as_ref().map(|ip| IpAddr::V4(ip.value));
            let ipv6 = nic.ipv6.as_ref().map(|ip| IpAddr::V6(ip.value));
            let both = ipv4.into_iter().chain(ipv6);
            both.map(move |address| (address, (guest, position)))
        });
        addresses.collect()
    }
}
