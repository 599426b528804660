//! Packages: installed or left out, and not both.

use std::collections::HashMap;

use crate::diag::{Code, Diagnostic, Sink};
use crate::link::Lab;
use crate::source::Span;

pub(super) fn check(lab: &Lab, sink: &mut Sink) {
    for install in super::installs(lab) {
        let left_out = || {
            let packages = install.packages.iter();
            packages.filter_map(|package| Some((package.strip_prefix('-')?, package.span)))
        };
        if left_out().next().is_none() {
            continue;
        }
        let packages = install.packages.iter();
        let installed: HashMap<&str, Span> = packages
            .map(|package| (package.as_str(), package.span))
            .collect();
        for (name, span) in left_out() {
            if let Some(other) = installed.get(name) {
                let message = format!("package `{name}` is both installed and left out");
                sink.push(
                    Diagnostic::error(Code::ConflictingKeys, span, message)
                        .also(*other, "installed here")
                        .help("write it once; `!remove` takes away what an earlier layer lists"),
                );
            }
        }
    }
}
