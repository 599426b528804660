//! Names: used once, and short enough for the systems that bear them.

use std::collections::HashMap;

use crate::diag::{Code, Diagnostic, Sink};
use crate::link::Lab;
use crate::source::Span;

/// Linux's `HOST_NAME_MAX`.
const MAX_HOST_NAME: usize = 64;

pub(super) fn check(lab: &Lab, sink: &mut Sink) {
    let mut fqdns: HashMap<String, (&str, Span)> = HashMap::new();
    let mut names: HashMap<String, (&str, Span)> = HashMap::new();
    for guest in &lab.guests {
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
    for network in lab.networks.values() {
        for (name, host) in network
            .dns
            .iter()
            .flat_map(|host| host.names.iter().map(move |name| (name, host)))
        {
            if let Some((guest, span)) = fqdns.get(&name.to_lowercase()) {
                let message = format!("the name `{name}` is guest `{guest}`'s already");
                sink.push(
                    Diagnostic::error(Code::DuplicateName, host.ip.span, message)
                        .also(*span, "the guest"),
                );
            }
        }
    }
}
