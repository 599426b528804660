//! How the user of a new site logs in to its guests: with the SSH keys they have, else with a password made here.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::files::Files;
use crate::model::password::sha512;
use crate::model::ssh_key::SshKey;
use crate::yaml::emit::to_yaml;

/// Letters and digits that nobody takes for one another.
const READABLE: &[u8] = b"abcdefghjkmnpqrstuvwxyz23456789";

/// The characters of a salt: those of crypt(5).
const SALT: &[u8] = b"./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// How many characters the groups of a password have; four of them are 99 bits.
const GROUP: usize = 5;

/// A way to log in.
pub(super) enum Login {
    /// With SSH keys, each with the name of its file.
    Keys(Vec<(String, SshKey)>),
    /// With a password, and what is kept of it.
    Password {
        /// What the user gets to see once.
        password: String,
        /// Its SHA-512 hash in crypt(5)'s form.
        hash: String,
    },
}

impl Login {
    /// Takes the public keys below `home` that the sshd of a generation of RHEL reads, or makes a password when there
    /// is none.
    pub(super) fn choose(home: Option<&Path>, oldest: u32, files: &Files) -> io::Result<Self> {
        let mut keys = home.map_or_else(Vec::new, |home| public_keys(&home.join(".ssh"), files));
        keys.retain(|(_, key)| key.since() <= oldest);
        if !keys.is_empty() {
            return Ok(Self::Keys(keys));
        }
        let groups: io::Result<Vec<String>> = (0..4).map(|_| random(READABLE, GROUP)).collect();
        let password = groups?.join("-");
        let hash = sha512(&password, &random(SALT, 16)?);
        Ok(Self::Password { password, hash })
    }

    /// Returns the site's file that says so.
    pub(super) fn to_yaml(&self) -> String {
        match self {
            Self::Keys(keys) => {
                let mut out = String::from(
                    "# Who can log in to every guest as root: the owners of these public keys. Nobody does with a password.\n\
                     rootpw: locked\n\
                     ssh_authorized_keys:\n",
                );
                for (_, key) in keys {
                    // A comment of a key is no expression, whatever it looks like.
                    let text = to_yaml(&Value::from(key.as_str()));
                    out.push_str(&format!("  - !raw {text}"));
                }
                out
            }
            Self::Password { hash, .. } => {
                let hash = to_yaml(&Value::from(hash.as_str()));
                format!(
                    "# Root's password, as a hash; `openssl passwd -6` makes another. RHEL 9 and later take it at the console\n\
                     # (`virsh console GUEST`) only: for SSH, add a public key of yours, as in\n\
                     #   ssh_authorized_keys: [\"ssh-ed25519 AAAA… you@desk\"]\n\
                     rootpw: {hash}"
                )
            }
        }
    }
}

/// Reads the public keys in a directory, by the names of their files; what is no key for a person is passed over.
fn public_keys(dir: &Path, files: &Files) -> Vec<(String, SshKey)> {
    let entries = std::fs::read_dir(dir).into_iter().flatten().flatten();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "pub"));
    paths.sort();
    let read = |path: PathBuf| {
        let text = String::from_utf8(files.bytes(&path).ok()?).ok()?;
        let key = text.lines().find(|line| !line.trim().is_empty())?;
        let name = path.file_name()?.to_string_lossy().into_owned();
        let key: SshKey = key.parse().ok()?;
        (!key.has_options()).then_some((name, key))
    };
    paths.into_iter().filter_map(read).collect()
}

/// Returns random characters of an alphabet, each as likely as the others.
fn random(alphabet: &[u8], count: usize) -> io::Result<String> {
    let mut source = File::open("/dev/urandom")?;
    let mut out = String::with_capacity(count);
    // Bytes past the last whole alphabet would make its first characters likelier.
    let whole = 256 - 256 % alphabet.len();
    while out.len() < count {
        let mut byte = [0];
        source.read_exact(&mut byte)?;
        let byte = usize::from(byte[0]);
        if byte < whole {
            out.push(char::from(alphabet[byte % alphabet.len()]));
        }
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_long_and_new_each_time() {
        let choose = || match Login::choose(None, 9, &Files::default()).unwrap() {
            Login::Password { password, hash } => (password, hash),
            Login::Keys(_) => panic!("there is no home"),
        };
        let ((first, hash), (second, _)) = (choose(), choose());
        assert_eq!(first.len(), 23);
        assert_ne!(first, second);
        let salt = hash.split('$').nth(2).unwrap();
        assert_eq!(hash, sha512(&first, salt));
    }
}
