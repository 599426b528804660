//! The parts of a network that libvirt changes while it runs (`virNetworkUpdate`).

use std::collections::BTreeSet;
use std::fmt;

use roxmltree::Node;

use super::xml::{all, attribute, one};

/// A part of a network that comes and goes while guests are in it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Entry {
    /// What DHCP hands out to anybody, for so many seconds.
    Range {
        /// The first address.
        start: String,
        /// The last.
        end: String,
        /// How long; libvirt's hour when nothing is said.
        lease: Option<u64>,
    },
    /// An address kept for one client.
    Reservation {
        /// The address.
        ip: String,
        /// The client, by its MAC address.
        mac: Option<String>,
        /// The client, by its DHCPv6 identifier.
        id: Option<String>,
        /// Its name.
        name: Option<String>,
    },
    /// The names of an address.
    Names {
        /// The address.
        ip: String,
        /// The names.
        names: BTreeSet<String>,
    },
    /// A text under a name.
    Text {
        /// The name.
        name: String,
        /// The text.
        value: String,
    },
    /// Where a service is.
    Service {
        /// The service and its protocol, as in `_ldap._tcp`.
        service: String,
        /// The domain it is found in; the network's when nothing is said.
        domain: Option<String>,
        /// Host, port, priority and weight, as they are written.
        at: [Option<String>; 4],
    },
    /// A class of guests' interfaces.
    Portgroup {
        /// Its name.
        name: String,
        /// Whether interfaces are in it that name none.
        is_default: bool,
        /// Its VLANs.
        vlan: Option<Vlan>,
        /// What guests may send.
        inbound: Option<Rate>,
        /// What guests may receive.
        outbound: Option<Rate>,
    },
}

/// VLANs, each with what its frames without a tag are.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Vlan {
    is_trunk: bool,
    tags: Vec<(String, Option<String>)>,
}

/// A rate: average, peak, burst and floor, as they are written.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rate([Option<String>; 4]);

impl Vlan {
    /// Reads the `<vlan>` of a network or portgroup. With several tags it is a trunk, said or not.
    pub(super) fn read(parent: Node<'_, '_>) -> Option<Self> {
        let vlan = one(parent, "vlan")?;
        let tags: Vec<_> = all(vlan, "tag")
            .map(|tag| {
                let id = attribute(tag, "id").unwrap_or_default();
                (id, attribute(tag, "nativeMode"))
            })
            .collect();
        Some(Self {
            is_trunk: vlan.attribute("trunk") == Some("yes") || tags.len() > 1,
            tags,
        })
    }
}

impl fmt::Display for Vlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_trunk { "trunk" } else { "VLAN" })?;
        for (id, native) in &self.tags {
            write!(f, " {id}")?;
            if let Some(native) = native {
                write!(f, " ({native})")?;
            }
        }
        Ok(())
    }
}

impl Rate {
    fn read(portgroup: Node<'_, '_>, direction: &'static str) -> Option<Self> {
        let rate = one(one(portgroup, "bandwidth")?, direction)?;
        Some(Self(
            ["average", "peak", "burst", "floor"].map(|name| attribute(rate, name)),
        ))
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let given = self.0.iter().map(|rate| rate.as_deref().unwrap_or("-"));
        f.write_str(given.collect::<Vec<_>>().join("/").trim_end_matches("/-"))
    }
}

impl Entry {
    /// Reads the ranges and reservations of an `<ip>`.
    pub(super) fn of_dhcp(ip: Node<'_, '_>) -> Vec<Self> {
        let Some(dhcp) = one(ip, "dhcp") else {
            return Vec::new();
        };
        let ranges = all(dhcp, "range").map(|range| Self::Range {
            start: attribute(range, "start").unwrap_or_default(),
            end: attribute(range, "end").unwrap_or_default(),
            lease: one(range, "lease").and_then(lease),
        });
        let hosts = all(dhcp, "host").map(|host| Self::Reservation {
            ip: attribute(host, "ip").unwrap_or_default(),
            mac: attribute(host, "mac").map(|mac| mac.to_ascii_lowercase()),
            id: attribute(host, "id"),
            name: attribute(host, "name"),
        });
        ranges.chain(hosts).collect()
    }

    /// Reads names, texts and services of a `<dns>`.
    pub(super) fn of_dns(dns: Node<'_, '_>) -> Vec<Self> {
        let hosts = all(dns, "host").map(|host| Self::Names {
            ip: attribute(host, "ip").unwrap_or_default(),
            names: all(host, "hostname")
                .filter_map(|name| name.text().map(str::to_owned))
                .collect(),
        });
        let texts = all(dns, "txt").map(|entry| Self::Text {
            name: attribute(entry, "name").unwrap_or_default(),
            value: attribute(entry, "value").unwrap_or_default(),
        });
        let services = all(dns, "srv").map(|entry| Self::Service {
            service: format!(
                "_{}._{}",
                entry.attribute("service").unwrap_or_default(),
                entry.attribute("protocol").unwrap_or_default()
            ),
            domain: attribute(entry, "domain"),
            at: ["target", "port", "priority", "weight"].map(|name| attribute(entry, name)),
        });
        hosts.chain(texts).chain(services).collect()
    }

    /// Reads a `<portgroup>`.
    pub(super) fn portgroup(node: Node<'_, '_>) -> Self {
        Self::Portgroup {
            name: attribute(node, "name").unwrap_or_default(),
            is_default: node.attribute("default") == Some("yes"),
            vlan: Vlan::read(node),
            inbound: Rate::read(node, "inbound"),
            outbound: Rate::read(node, "outbound"),
        }
    }
}

/// Returns a lease's length in seconds; libvirt's unit is the minute (formatnetwork.html, "lease").
fn lease(lease: Node<'_, '_>) -> Option<u64> {
    let expiry: u64 = lease.attribute("expiry")?.parse().ok()?;
    let unit = match lease.attribute("unit") {
        Some("seconds") => 1,
        Some("hours") => 3600,
        _ => 60,
    };
    expiry.checked_mul(unit)
}

impl Entry {
    /// Returns what it is about, by which an entry that changed is the same one: `names of 10.0.0.2`.
    #[must_use]
    pub fn subject(&self) -> String {
        match self {
            Self::Range { .. } => "range".to_owned(),
            Self::Reservation { ip, mac, id, name } => {
                let client = mac.as_ref().or(id.as_ref()).or(name.as_ref());
                format!("reservation of {}", client.unwrap_or(ip))
            }
            Self::Names { ip, .. } => format!("names of {ip}"),
            Self::Text { name, .. } => format!("text of {name}"),
            Self::Service { service, .. } => format!("service {service}"),
            Self::Portgroup { name, .. } => format!("portgroup {name}"),
        }
    }

    /// Returns what it says of that.
    #[must_use]
    pub fn value(&self) -> String {
        let mut parts: Vec<String> = Vec::new();
        match self {
            Self::Range { start, end, lease } => {
                parts.push(format!("{start} to {end}"));
                parts.extend(lease.map(|lease| format!("leases of {} minutes", lease / 60)));
                return parts.join(", ");
            }
            Self::Reservation { ip, mac, id, name } => {
                parts.push(ip.clone());
                parts.extend(id.clone().filter(|_| mac.is_some()));
                parts.extend(name.clone());
            }
            Self::Names { names, .. } => parts.extend(names.iter().cloned()),
            Self::Text { value, .. } => parts.push(value.clone()),
            Self::Service { domain, at, .. } => {
                parts.extend(at.iter().flatten().cloned());
                parts.extend(domain.as_ref().map(|domain| format!("in {domain}")));
            }
            Self::Portgroup {
                is_default,
                vlan,
                inbound,
                outbound,
                ..
            } => {
                parts.extend(is_default.then(|| "default".to_owned()));
                parts.extend(vlan.as_ref().map(Vlan::to_string));
                parts.extend(inbound.as_ref().map(|rate| format!("in {rate}")));
                parts.extend(outbound.as_ref().map(|rate| format!("out {rate}")));
                if parts.is_empty() {
                    parts.push("plain".to_owned());
                }
                return parts.join(", ");
            }
        }
        parts.join(" ")
    }
}
