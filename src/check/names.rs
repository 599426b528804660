//! Names: used once, and short enough for the systems that bear them.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::net::IpAddr;

use crate::diag::{Code, Diagnostic, Sink};
use crate::link::{Guest, Interface, Lab};
use crate::source::Span;

/// Linux's `HOST_NAME_MAX`.
const MAX_HOST_NAME: usize = 64;

pub(super) fn check(lab: &Lab, sink: &mut Sink) {
    let mut fqdns: HashMap<String, (&str, Span)> = HashMap::new();
    let mut names: HashMap<String, (&str, Span)> = HashMap::new();
    for guest in &lab.guests {
        sink.about(Some(&guest.name));
        if let Some((first, span)) =
            names.insert(guest.name.to_lowercase(), (&guest.name, guest.defined))
            && first != &*guest.name
        {
            let message = format!(
                "guest `{}` differs from guest `{first}` by case only",
                guest.name
            );
            sink.push(
                Diagnostic::error(Code::DuplicateName, guest.defined, message)
                    .also(span, "the other one"),
            );
        }
        for (index, nic) in guest.interfaces.iter().enumerate() {
            if let Some(other) = guest.interfaces[..index]
                .iter()
                .find(|other| other.device == nic.device)
            {
                let message = format!("guest `{}` has two interfaces `{}`", guest.name, nic.device);
                sink.push(
                    Diagnostic::error(Code::DuplicateName, nic.span, message)
                        .also(other.span, "the other one"),
                );
            }
        }
        if guest.fqdn.len() > MAX_HOST_NAME {
            let message = format!(
                "`{}` is longer than {MAX_HOST_NAME} characters",
                guest.fqdn.value
            );
            let help = "Linux cuts host names there; shorten `hostname` or `domain`";
            sink.push(Diagnostic::error(Code::BadName, guest.fqdn.span, message).help(help));
        }
        if let Some((first, span)) =
            fqdns.insert(guest.fqdn.to_lowercase(), (&guest.name, guest.fqdn.span))
        {
            let message = format!(
                "the name `{}` is guest `{first}`'s already",
                guest.fqdn.value
            );
            sink.push(
                Diagnostic::error(Code::DuplicateName, guest.fqdn.span, message)
                    .also(span, "the other one"),
            );
        }
    }
    sink.about(None);
    let others = interfaces(lab, &fqdns, sink);
    for network in lab.networks.values() {
        for (name, host) in network
            .dns
            .iter()
            .flat_map(|host| host.names.iter().map(move |name| (name, host)))
        {
            let key = (network.name.as_str(), name.to_lowercase());
            let interface = || {
                let (guest, nic) = others.get(&key)?;
                // One address of each family may have the name.
                let clash = match host.ip.value {
                    IpAddr::V4(ip) => nic.ip.as_ref().is_some_and(|own| own.value != ip),
                    IpAddr::V6(ip) => nic.ipv6.as_ref().is_some_and(|own| own.value != ip),
                };
                clash.then_some((&*guest.name, nic.span))
            };
            if let Some((guest, span)) = fqdns.get(&key.1).copied().or_else(interface) {
                let message = format!("the name `{name}` is guest `{guest}`'s already");
                sink.push(
                    Diagnostic::error(Code::DuplicateName, host.ip.span, message)
                        .also(span, "the guest"),
                );
            }
        }
    }
}

/// Names of interfaces that are not their guests' own, by network.
type Others<'a> = HashMap<(&'a str, String), (&'a Guest, &'a Interface)>;

/// Reports names of interfaces that lead to two guests, and returns the others.
fn interfaces<'a>(
    lab: &'a Lab,
    fqdns: &HashMap<String, (&str, Span)>,
    sink: &mut Sink,
) -> Others<'a> {
    let mut others = Others::new();
    for (guest, nic) in lab
        .guests
        .iter()
        .flat_map(|guest| guest.interfaces.iter().map(move |nic| (guest, nic)))
    {
        sink.about(Some(&guest.name));
        let Some(network) = nic.network.as_ref().filter(|_| nic.dns_record) else {
            continue;
        };
        if nic.fqdn.eq_ignore_ascii_case(&guest.fqdn) {
            continue;
        }
        let name = nic.fqdn.to_lowercase();
        // A guest's full name is one everywhere; of others, each network has a DNS of its own.
        let first = match fqdns.get(&name) {
            Some(first) => Some(*first),
            None => match others.entry((&network.value, name)) {
                Entry::Vacant(place) => {
                    place.insert((guest, nic));
                    None
                }
                Entry::Occupied(first) => {
                    let (first, nic) = first.get();
                    Some((&*first.name, nic.span))
                }
            },
        };
        if let Some((first, span)) = first.filter(|(first, _)| *first != &*guest.name) {
            let message = format!("the name `{}` is guest `{first}`'s already", nic.fqdn);
            sink.push(
                Diagnostic::error(Code::DuplicateName, nic.span, message)
                    .label(format!("guest `{}`", guest.name))
                    .also(span, "the other one")
                    .help("say another `host`, or `dns_record: false` to keep it out of the DNS"),
            );
        }
    }
    sink.about(None);
    others
}
