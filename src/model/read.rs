//! A guest's evaluated map → its typed sections.

use std::collections::HashMap;
use std::hash::BuildHasher as _;
use std::sync::{Arc, Mutex, PoisonError};

use foldhash::fast::RandomState;

use super::guest::GuestSpec;
use super::install::Install;
use super::password::Password;
use crate::diag::{Code, Diagnostic, Sink, nearest};
use crate::layer::Draft;
use crate::secret::Secrets;
use crate::yaml::typed::Typer;
use crate::yaml::{Map, Node};

/// A guest whose values have their types.
#[derive(Clone, Debug)]
pub struct TypedGuest {
    /// What layering said of it.
    pub draft: Draft,
    /// Identity and hardware.
    pub spec: GuestSpec,
    /// What is installed; guests that share all of it share this.
    pub install: Arc<Install>,
    /// Keys the program does not know; templates may read them.
    pub extra: Map,
}

/// Types guests' values; install data that several guests have alike is read once.
#[derive(Debug, Default)]
pub struct Reader {
    hasher: RandomState,
    installs: Mutex<HashMap<u64, Vec<Known>>>,
}

/// Install data that was read.
#[derive(Debug)]
struct Known {
    /// The nodes it was read from, by the keys of [`Install`].
    nodes: Box<[Option<Node>]>,
    /// What they mean; `None` when there is a fault in them.
    install: Option<Arc<Install>>,
}

impl Reader {
    /// Types a guest's values; a section with a fault is missing from the result.
    pub fn read(&self, mut draft: Draft, sink: &mut Sink) -> Option<TypedGuest> {
        let values = Arc::clone(&draft.merged);
        let mut typer = Typer { sink };
        let spec = GuestSpec::read(&values, draft.defined, &mut typer)?;
        let install = self.install(&draft, &mut typer)?;
        let extra = extra(&values, sink);
        own_secrets(&install, &mut draft.secrets);
        Some(TypedGuest {
            draft,
            spec,
            install,
            extra,
        })
    }

    /// Reads install data, or finds what was read of the same nodes for another guest. Its faults are reported then.
    fn install(&self, draft: &Draft, typer: &mut Typer<'_>) -> Option<Arc<Install>> {
        let values = &draft.merged;
        let node = |key: &&str| values.get(*key).map(|entry| &entry.value);
        let nodes: Vec<Option<&Node>> = Install::KEYS.iter().map(node).collect();
        let identities = nodes.iter().map(|node| node.map(Node::identity));
        let identities: Vec<_> = identities.collect();
        let hash = self.hasher.hash_one(&identities);
        let same = |known: &&Known| {
            let own = known
                .nodes
                .iter()
                .map(|node| node.as_ref().map(Node::identity));
            own.eq(identities.iter().copied())
        };
        let installs = self.installs.lock().unwrap_or_else(PoisonError::into_inner);
        let known = installs.get(&hash).into_iter().flatten().find(same);
        if let Some(known) = known {
            return known.install.clone();
        }
        drop(installs);
        let install = Install::read(values, draft.defined, typer).map(Arc::new);
        let known = Known {
            nodes: nodes.into_iter().map(Option::<&Node>::cloned).collect(),
            install: install.clone(),
        };
        let mut installs = self.installs.lock().unwrap_or_else(PoisonError::into_inner);
        installs.entry(hash).or_default().push(known);
        install
    }
}

/// Returns the values of unknown keys, and reports those that look like known ones.
fn extra(values: &Map, sink: &mut Sink) -> Map {
    let mut extra = Map::default();
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
                extra.insert(Arc::clone(key), entry.clone());
            }
        }
    }
    extra
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
