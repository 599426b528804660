//! Services: on or off, and not both; and those of the firewall ones that firewalld knows.

use std::collections::HashMap;

use crate::diag::{Code, Diagnostic, Sink};
use crate::link::Lab;
use crate::model::tables::{Known, firewall_service};
use crate::source::Span;

pub(super) fn check(lab: &Lab, sink: &mut Sink) {
    switched(lab, sink);
    let_in(lab, sink);
}

fn switched(lab: &Lab, sink: &mut Sink) {
    for services in super::installs(lab).filter_map(|install| install.services.as_ref()) {
        let enabled = services.enabled.iter();
        let enabled: HashMap<&str, Span> = enabled
            .map(|service| (unit(service), service.span))
            .collect();
        for service in &services.disabled {
            if let Some(other) = enabled.get(unit(service)) {
                let message = format!("service `{}` is both enabled and disabled", service.value);
                sink.push(
                    Diagnostic::error(Code::ConflictingKeys, service.span, message)
                        .also(*other, "enabled here")
                        .help("remove it from one of the lists, with `!remove` where an earlier layer has it"),
                );
            }
        }
    }
}

/// Reports services of the firewall whose names are nearly those of others: a package may bring services of its own.
fn let_in(lab: &Lab, sink: &mut Sink) {
    let firewalls = super::installs(lab).filter_map(|install| install.firewall.as_ref());
    for service in firewalls.flat_map(|firewall| &firewall.services) {
        if let Known::Near(near) = firewall_service(service.as_str()) {
            let message = format!("firewalld knows no service `{}`", service.value);
            sink.push(
                Diagnostic::warning(Code::UnknownService, service.span, message)
                    .help(format!("did you mean `{near}`?")),
            );
        }
    }
}

/// Returns the name of a unit without the ending that goes without saying (systemctl(1)).
fn unit(name: &str) -> &str {
    name.strip_suffix(".service").unwrap_or(name)
}
