//! Host names: ones that DNS, Linux and dnsmasq take, and each leads to one guest.

use std::collections::hash_map::Entry;
use std::net::IpAddr;

use foldhash::{HashMap, HashMapExt as _};

use super::members::{Member, addresses, interfaces};
use crate::diag::{Code, Diagnostic, Sink};
use crate::link::{Guest, Interface, Lab};
use crate::model::network::Network;
use crate::model::text::DnsName;
use crate::source::{Span, Spanned};

/// Linux's `HOST_NAME_MAX`.
const MAX_HOST_NAME: usize = 64;

/// What to do about a name that two guests have.
const RENAME: &str = "give one of them another `hostname` or `fqdn`";

pub(super) fn check(lab: &Lab, sink: &mut Sink) {
    let mut owners = Owners::new();
    for guest in &lab.guests {
        sink.about(Some(&guest.name));
        host_name(guest, sink);
        match owners.entry(guest.fqdn.to_ascii_lowercase()) {
            Entry::Vacant(place) => {
                place.insert(guest);
            }
            Entry::Occupied(first) => {
                let first = *first.get();
                // That their own names differ by case only has been said.
                if !first.name.eq_ignore_ascii_case(&guest.name) {
                    sink.push(taken(&guest.fqdn, first, first.fqdn.span, guest).help(RENAME));
                }
            }
        }
    }
    for (guest, nic) in interfaces(lab) {
        sink.about(Some(&guest.name));
        lease_time(guest, nic, lab, sink);
    }
    let others = interface_names(lab, &owners, sink);
    sink.about(None);
    for network in lab.networks.values() {
        aliases(network, &owners, &others, sink);
    }
}

/// Whose the guests' full names are, in lower case: DNS knows no case.
type Owners<'a> = HashMap<String, &'a Guest>;

/// Names of interfaces that are not their guests' own, by network.
type Others<'a> = HashMap<(&'a str, String), Member<'a>>;

fn taken(name: &Spanned<String>, first: &Guest, span: Span, guest: &Guest) -> Diagnostic {
    let message = format!(
        "the name `{}` is guest `{}`'s already",
        name.value, first.name
    );
    Diagnostic::error(Code::DuplicateName, name.span, message)
        .label(format!("guest `{}`", guest.name))
        .also(span, "the other one")
}

/// Reports a full name that is none: a guest's own name may have characters that host names have not.
fn host_name(guest: &Guest, sink: &mut Sink) {
    let fqdn = &guest.fqdn;
    let bad = |message: String| Diagnostic::error(Code::BadName, fqdn.span, message);
    if let Err(refusal) = fqdn.parse::<DnsName>() {
        let plain = |c: char| {
            if c.is_ascii_alphanumeric() || c == '.' {
                c
            } else {
                '-'
            }
        };
        let near: String = guest.hostname.chars().map(plain).collect();
        let help = match near.trim_matches('-') {
            near if near.parse::<DnsName>().is_ok() => {
                format!("write `hostname: {near}`; the guest keeps its name")
            }
            _ => "write a shorter `hostname`; the guest keeps its name".to_owned(),
        };
        sink.push(refusal.help(help).into_error(Code::BadName, fqdn.span));
    } else if fqdn.parse::<IpAddr>().is_ok() {
        let message = format!("`{}` is an address, and cannot be a host name", fqdn.value);
        sink.push(bad(message).help("write a `hostname` with a letter"));
    } else if fqdn.len() > MAX_HOST_NAME {
        let message = format!("`{}` is longer than {MAX_HOST_NAME} characters", fqdn.value);
        sink.push(bad(message).help("Linux cuts host names there; shorten `hostname` or `domain`"));
    }
}

/// Reports a reservation's name that dnsmasq takes for something else (dnsmasq(8), `--dhcp-host`): a lease time, or the
/// order to ignore the guest.
fn lease_time(guest: &Guest, nic: &Interface, lab: &Lab, sink: &mut Sink) {
    let name = nic.fqdn.as_str();
    let number = name.strip_suffix(['s', 'm', 'h', 'd', 'w']).unwrap_or(name);
    let is_time = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    let what = match name {
        "ignore" => "the order to ignore this guest",
        "infinite" => "the length of a lease",
        _ if is_time => "the length of a lease",
        _ => return,
    };
    let network = nic.network.as_ref();
    let network = network.and_then(|name| lab.networks.get(&name.value));
    let Some(network) = network.filter(|network| network.reserves()) else {
        return;
    };
    if nic.ip.is_none() || !nic.dns_record {
        return;
    }
    let at = if nic.fqdn == *guest.fqdn {
        guest.fqdn.span
    } else {
        nic.name_span
    };
    let message = format!("dnsmasq takes the name `{name}` for {what}");
    sink.push(
        Diagnostic::error(Code::BadName, at, message)
            .also(network.defined, "the network has no domain")
            .help("give the network a `domain`, or the guest another `hostname`"),
    );
}

/// Reports names of interfaces that lead to two guests, and returns the others.
fn interface_names<'a>(lab: &'a Lab, owners: &Owners<'a>, sink: &mut Sink) -> Others<'a> {
    let mut others = Others::new();
    for (guest, nic) in interfaces(lab) {
        sink.about(Some(&guest.name));
        let Some(network) = nic.network.as_ref().filter(|_| nic.dns_record) else {
            continue;
        };
        if nic.fqdn.eq_ignore_ascii_case(&guest.fqdn) {
            continue;
        }
        let name = nic.fqdn.to_ascii_lowercase();
        // A guest's full name is one everywhere; of others, each network has a DNS of its own.
        let first = match owners.get(&name) {
            Some(first) => Some((*first, first.fqdn.span)),
            None => match others.entry((&network.value, name)) {
                Entry::Vacant(place) => {
                    place.insert((guest, nic));
                    None
                }
                Entry::Occupied(first) => {
                    let (first, nic) = first.get();
                    Some((*first, nic.name_span))
                }
            },
        };
        if let Some((first, span)) = first.filter(|(first, _)| first.name != guest.name) {
            let name = Spanned::new(nic.fqdn.clone(), nic.name_span);
            let help = "say another `host`, or `dns_record: false` to keep it out of the DNS";
            sink.push(taken(&name, first, span, guest).help(help));
        }
    }
    others
}

/// Reports names in a network's `dns` that lead to a guest already, and notes those with two addresses.
fn aliases(network: &Network, owners: &Owners<'_>, others: &Others<'_>, sink: &mut Sink) {
    let mut seen: HashMap<(String, bool), Span> = HashMap::new();
    for host in &network.dns {
        for name in &host.names {
            let key = (network.name.as_str(), name.to_ascii_lowercase());
            let guest = owners
                .get(&key.1)
                .filter(|guest| elsewhere(guest.interfaces.iter(), host.ip.value))
                .map(|guest| (&*guest.name, guest.fqdn.span));
            let interface = others
                .get(&key)
                .filter(|(_, nic)| elsewhere(std::iter::once(*nic), host.ip.value))
                .map(|(guest, nic)| (&*guest.name, nic.name_span));
            if let Some((guest, span)) = guest.or(interface) {
                let message = format!("the name `{}` is guest `{guest}`'s already", name.value);
                sink.push(
                    Diagnostic::error(Code::DuplicateName, name.span, message)
                        .also(span, "the guest")
                        .help("`dns` names addresses that no guest has: remove it, or say another name"),
                );
                continue;
            }
            if let Some(first) = seen.insert((key.1, host.ip.value.is_ipv4()), name.span) {
                let message = format!(
                    "the name `{}` has two addresses in network `{}`",
                    name.value, network.name
                );
                sink.push(
                    Diagnostic::note(Code::DuplicateName, name.span, message)
                        .also(first, "the other one")
                        .help("dnsmasq answers with both; libvirt changes neither while the network runs"),
                );
            }
        }
    }
}

/// Returns whether the interfaces have addresses of the family of `address`, but not this one; one of each family may
/// have the same name.
fn elsewhere<'a>(nics: impl Iterator<Item = &'a Interface>, address: IpAddr) -> bool {
    let all: Vec<IpAddr> = nics
        .flat_map(|nic| addresses(nic).map(|own| own.value))
        .collect();
    let same_family = all.iter().any(|own| own.is_ipv4() == address.is_ipv4());
    !all.contains(&address) && (same_family || all.is_empty())
}
