//! A guest's evaluated map → its typed sections.

use super::guest::GuestSpec;
use super::install::Install;
use crate::diag::{Code, Diagnostic, Sink, nearest};
use crate::layer::Draft;
use crate::yaml::Map;
use crate::yaml::typed::Typer;

/// A guest whose values have their types.
#[derive(Clone, Debug)]
pub struct TypedGuest {
    /// What layering said of it.
    pub draft: Draft,
    /// Identity and hardware.
    pub spec: GuestSpec,
    /// What is installed.
    pub install: Install,
    /// Keys the program does not know; templates may read them.
    pub extra: Map,
}

/// Types a guest's values; a section with a fault is missing from the result.
pub fn read_guest(draft: Draft, sink: &mut Sink) -> Option<TypedGuest> {
    let values = std::sync::Arc::clone(&draft.merged);
    let mut typer = Typer { sink };
    let spec = GuestSpec::read(&values, draft.defined, &mut typer)?;
    let install = Install::read(&values, draft.defined, &mut typer)?;
    let mut extra = Map::new();
    for (key, entry) in values.iter().filter(|(key, _)| !is_known(key)) {
        let known = GuestSpec::KEYS.iter().chain(Install::KEYS).copied();
        let message = format!("unknown key `{key}`");
        match nearest(key, known) {
            Some(near) => sink.push(
                Diagnostic::error(Code::UnknownKey, entry.key, message)
                    .help(format!("did you mean `{near}`?")),
            ),
            None => {
                sink.push(
                    Diagnostic::warning(Code::UnknownKey, entry.key, message).help(
                        "templates can read it; data of the site's own is best kept under `vars:`",
                    ),
                );
                extra.insert(std::sync::Arc::clone(key), entry.clone());
            }
        }
    }
    Some(TypedGuest {
        draft,
        spec,
        install,
        extra,
    })
}

fn is_known(key: &str) -> bool {
    GuestSpec::KEYS.contains(&key) || Install::KEYS.contains(&key)
}
