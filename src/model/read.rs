//! A guest's evaluated map → its typed sections.

use super::guest::GuestSpec;
use super::install::Install;
use super::password::Password;
use crate::diag::{Code, Diagnostic, Sink, nearest};
use crate::layer::Draft;
use crate::secret::Secrets;
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
pub fn read_guest(mut draft: Draft, sink: &mut Sink) -> Option<TypedGuest> {
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
    own_secrets(&install, &mut draft.secrets);
    Some(TypedGuest {
        draft,
        spec,
        install,
        extra,
    })
}

/// Adds the secrets that stand in the site itself, and takes public keys away: `!file id.pub` gives no secret.
fn own_secrets(install: &Install, secrets: &mut Secrets) {
    if !secrets.is_empty() {
        let users = install
            .users
            .iter()
            .flat_map(|user| &user.ssh_authorized_keys);
        let keys: Vec<&str> = install
            .ssh_authorized_keys
            .iter()
            .chain(users)
            .map(|key| key.as_str())
            .collect();
        secrets.retain(|secret| !keys.contains(&secret.trim()));
    }
    let users = install
        .users
        .iter()
        .filter_map(|user| user.password.as_ref());
    for password in install.rootpw.iter().chain(users) {
        if let Password::Plain(text) | Password::Outside(text) = &password.value {
            secrets.add(text);
        }
    }
    for passphrase in install
        .partitions
        .iter()
        .flat_map(|layout| layout.passphrases())
    {
        secrets.add(passphrase);
    }
}

fn is_known(key: &str) -> bool {
    GuestSpec::KEYS.contains(&key) || Install::KEYS.contains(&key)
}
