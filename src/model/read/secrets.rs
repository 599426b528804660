//! The secrets that stand in the site itself.

use std::sync::Arc;

use crate::model::install::Install;
use crate::model::password::Password;
use crate::secret::{Secrets, names_password, names_secret};
use crate::yaml::{Entry, Kind, Node, Resolved};

/// Adds plain passwords and passphrases, and takes public keys away: `!file id.pub` gives no secret.
pub(super) fn of_install(install: &Install, secrets: &mut Secrets) {
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
        if let Password::Plain(text) | Password::Outside(text) = &password.value
            && !password.value.means_locked()
        {
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

/// Adds what stands under the key of a secret in data of the site's own, as in `vars: {db_password: x}`.
pub(super) fn of_keys<'n>(
    entries: impl Iterator<Item = (&'n Arc<str>, &'n Entry)>,
    secrets: &mut Secrets,
) {
    for (key, entry) in entries {
        of_value(key, &entry.value, secrets);
    }
}

fn of_value(key: &str, node: &Node, secrets: &mut Secrets) {
    match &node.kind {
        Kind::Map(map) => of_keys(map.iter(), secrets),
        Kind::Seq(items) => items.iter().for_each(|item| of_value(key, item, secrets)),
        Kind::Scalar(scalar) if names_secret(key) => match scalar.resolve() {
            Resolved::Str(text) if text != "locked" => secrets.add(text),
            Resolved::Int(_) | Resolved::Float(_) if names_password(key) => {
                secrets.add_number(&scalar.text);
            }
            _ => {}
        },
        Kind::Scalar(_) => {}
    }
}
