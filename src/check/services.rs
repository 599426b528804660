//! Services: on or off, and not both.

use std::collections::HashMap;

use crate::diag::{Code, Diagnostic, Sink};
use crate::link::Lab;
use crate::source::Span;

pub(super) fn check(lab: &Lab, sink: &mut Sink) {
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

/// Returns the name of a unit without the ending that goes without saying (systemctl(1)).
fn unit(name: &str) -> &str {
    name.strip_suffix(".service").unwrap_or(name)
}
