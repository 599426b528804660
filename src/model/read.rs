//! A guest's evaluated map → its typed sections.

use std::sync::Arc;

use super::guest::{GuestSpec, VirtinstSpec};
use super::install::Install;
use super::password::Password;
use crate::diag::{Code, Diagnostic, Sink, nearest};
use crate::layer::Draft;
use crate::secret::Secrets;
use crate::source::Span;
use crate::yaml::typed::Typer;
use crate::yaml::{Map, Node, NodeMemo};

/// A guest whose values have their types.
#[derive(Clone, Debug)]
pub struct TypedGuest {
    /// What layering said of it.
    pub draft: Draft,
    /// Identity and hardware.
    pub spec: GuestSpec,
    /// Hardware and source; guests that share all of it share this.
    pub virtinst: Arc<VirtinstSpec>,
    /// What is installed; guests that share all of it share this.
    pub install: Arc<Install>,
    /// Keys the program does not know; templates may read them.
    pub extra: Map,
}

/// Types guests' values; what several guests have alike is read once.
#[derive(Debug, Default)]
pub struct Reader {
    virtinsts: NodeMemo<(), Arc<VirtinstSpec>>,
    /// `None` when there is a fault in it.
    installs: NodeMemo<(), Option<Arc<Install>>>,
}

impl Reader {
    /// Types a guest's values; a section with a fault is missing from the result.
    pub fn read(&self, mut draft: Draft, sink: &mut Sink) -> Option<TypedGuest> {
        // Nobody needs them once they have their types.
        let values = std::mem::take(&mut draft.merged);
        let mut typer = Typer { sink };
        let mut spec = GuestSpec::read(&values, draft.defined, &mut typer)?;
        let install = self.install(&values, draft.defined, &mut typer)?;
        let extra = extra(&values, sink);
        own_secrets(&install, &mut draft.secrets);
        // The built-in defaults have one, so one that is missing has a fault.
        let virtinst = self.virtinst(&values, spec.virtinst.take()?.value);
        Some(TypedGuest {
            draft,
            spec,
            virtinst,
            install,
            extra,
        })
    }

    /// Returns what was read of the same hardware for another guest, in place of `own`.
    fn virtinst(&self, values: &Map, own: VirtinstSpec) -> Arc<VirtinstSpec> {
        let node = [values.get("virtinst").map(|entry| &entry.value)];
        self.virtinsts.find(&(), &node).unwrap_or_else(|| {
            let virtinst = Arc::new(own);
            self.virtinsts.keep((), &node, Arc::clone(&virtinst));
            virtinst
        })
    }

    /// Reads install data, or finds what was read of the same nodes for another guest. Its faults are reported then.
    fn install(&self, values: &Map, defined: Span, typer: &mut Typer<'_>) -> Option<Arc<Install>> {
        let node = |key: &&str| values.get(*key).map(|entry| &entry.value);
        let nodes: Vec<Option<&Node>> = Install::KEYS.iter().map(node).collect();
        if let Some(known) = self.installs.find(&(), &nodes) {
            return known;
        }
        let install = Install::read(values, defined, typer).map(Arc::new);
        self.installs.keep((), &nodes, install.clone());
        install
    }
}

/// Top-level keys of other versions, and what says it today.
const FORMER: &[(&str, &str)] = &[
    (
        "kickstart",
        "the keys of `kickstart` stand at the top level: `repos`, `users`, `rootpw`, `finish`",
    ),
    (
        "ssh_root_access",
        "root logs in with `ssh_authorized_keys`, or with `rootpw`",
    ),
];

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
                let former = nearest(key, FORMER.iter().map(|(key, _)| *key));
                let former = FORMER.iter().find(|(key, _)| former == Some(*key));
                let help = former.map_or(
                    "templates can read it; data of the site's own is best kept under `vars:`",
                    |(_, today)| *today,
                );
                sink.push(Diagnostic::warning(Code::UnknownKey, entry.key, message).help(help));
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

fn is_known(key: &str) -> bool {
    GuestSpec::KEYS.contains(&key) || Install::KEYS.contains(&key)
}
