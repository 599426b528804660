//! What a network's DNS knows: names of addresses, services, texts, and whom to ask for the rest.

mod records;

use std::net::IpAddr;

use serde::Serialize;

pub(super) use self::records::check_records;
pub use self::records::{Srv, SrvSpec, Txt, TxtSpec};
use crate::diag::{Code, Diagnostic};
use crate::model::text::DnsName;
use crate::source::Spanned;
use crate::yaml::Node;
use crate::yaml::schema::{Place, Schema};
use crate::yaml::typed::{FromNode, OneOrMany, Typer, section};

section! {
    /// Names of an address.
    "dns" struct DnsSpec {
        /// The address.
        ip: Spanned<IpAddr>,
        /// Its name or names; the network's domain is added to names without a dot.
        hostname: Spanned<OneOrMany<Spanned<DnsName>>>,
    }
}

/// Who is asked for names, all or those of a domain.
#[derive(Clone, Debug, Serialize)]
pub struct Forwarder {
    /// The server; without one the host's resolvers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub addr: Option<IpAddr>,
    /// The domain whose names are asked there; without one all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub domain: Option<DnsName>,
}

section! {
    /// A forwarder in full.
    "forwarder" struct ForwarderSpec {
        /// The server.
        addr: Option<IpAddr>,
        /// The domain.
        domain: Option<DnsName>,
    }
}

impl FromNode for Forwarder {
    fn from_node(node: &Node, typer: &mut Typer<'_>) -> Option<Self> {
        if node.as_map().is_none() {
            let addr = IpAddr::from_node(node, typer)?;
            return Some(Self {
                addr: Some(addr),
                domain: None,
            });
        }
        let ForwarderSpec { addr, domain } = ForwarderSpec::from_node(node, typer)?;
        if addr.is_none() && domain.is_none() {
            let message = "a forwarder needs an `addr` or a `domain`";
            typer.sink.push(
                Diagnostic::error(Code::MissingKey, node.span, message).help(
                    "write the `addr` of a server, or a `domain` for the host's own resolvers",
                ),
            );
            return None;
        }
        Some(Self { addr, domain })
    }

    fn schema(place: Place) -> Schema {
        IpAddr::schema(place).or(ForwarderSpec::schema(place))
    }
}

/// An address and all its names.
#[derive(Clone, Debug, Serialize)]
pub struct DnsHost {
    /// The address.
    pub ip: Spanned<IpAddr>,
    /// Its names.
    #[serde(rename = "hostname")]
    pub names: Vec<Spanned<String>>,
}

/// Joins the entries of one address: libvirt takes two, and then refuses every later update of either.
pub(super) fn merge_names(entries: Vec<DnsSpec>, domain: Option<&str>) -> Vec<DnsHost> {
    let mut hosts: Vec<DnsHost> = Vec::new();
    for entry in entries {
        let names = entry
            .hostname
            .value
            .0
            .iter()
            .map(|name| Spanned::new(qualify(name, domain), name.span));
        match hosts
            .iter_mut()
            .find(|host| host.ip.value == entry.ip.value)
        {
            Some(host) => {
                let known = |name: &Spanned<String>| {
                    let mut names = host.names.iter();
                    names.any(|other| other.value == name.value)
                };
                let new: Vec<Spanned<String>> = names.filter(|name| !known(name)).collect();
                host.names.extend(new);
            }
            None => hosts.push(DnsHost {
                names: names.collect(),
                ip: entry.ip,
            }),
        }
    }
    hosts
}

/// Returns a name with its domain, unless it has one.
#[must_use]
pub fn qualify(name: &str, domain: Option<&str>) -> String {
    match domain {
        Some(domain) if !name.contains('.') => format!("{name}.{domain}"),
        _ => name.to_owned(),
    }
}
