//! Package repositories: each id once.

use std::collections::HashMap;

use crate::diag::{Code, Diagnostic, Sink};
use crate::link::Lab;
use crate::source::Span;

/// Reports two repositories of one id: the installed system reads the file of the last alone.
pub(super) fn check(lab: &Lab, sink: &mut Sink) {
    for install in super::installs(lab) {
        let mut seen: HashMap<&str, Span> = HashMap::new();
        for repo in &install.repos {
            let name = &repo.name;
            if let Some(first) = seen.insert(name.as_str(), name.span) {
                let message = format!("repository `{}` is listed twice", name.value);
                sink.push(
                    Diagnostic::error(Code::DuplicateName, name.span, message)
                        .also(first, "the other one")
                        .help("give one of them another `name`, or remove it"),
                );
            }
        }
    }
}
