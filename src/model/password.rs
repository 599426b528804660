//! Passwords: hashes pass through, plain text never leaves this module.

use serde::ser::Error as _;
use serde::{Serialize, Serializer};
use sha_crypt::{BLOCK_SIZE_SHA512, Params, sha512_crypt};
use sha2::{Digest as _, Sha256};

use super::text::Line;
use crate::yaml::schema::{Place, Schema};
use crate::yaml::typed::{FromNode, Typer};
use crate::yaml::{Node, Tag};

/// The alphabet of `crypt(5)` salts and hashes.
const ALPHABET: &[u8; 64] = b"./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// How the hashes of GRUB 2 begin (`grub2-mkpasswd-pbkdf2`).
pub const GRUB_HASH: &str = "grub.pbkdf2.sha512.";

/// The password of an account.
#[derive(Clone, PartialEq, Eq)]
pub enum Password {
    /// Nobody logs in with one.
    Locked,
    /// A hash in `crypt(5)`'s form.
    Hash(String),
    /// Plain text in the site, to be hashed before anything is written.
    Plain(String),
    /// Plain text from outside the site (`!env`, `!file`), to be hashed likewise.
    Outside(String),
}

impl Password {
    /// Turns plain text into a SHA-512 crypt hash, salted from the site and account so that it never changes by itself.
    #[must_use]
    pub fn hashed(&self, site: &str, account: &str) -> Self {
        match self {
            Self::Plain(text) | Self::Outside(text) => {
                Self::Hash(sha512(text, &salt(site, account)))
            }
            other => other.clone(),
        }
    }

    /// Returns whether this plain text is how other places say that nobody logs in with a password: `*`, `!` and `!`
    /// before a hash in shadow(5), `*LK*` of other systems, the option `lock` of installers. None of them is a secret.
    #[must_use]
    pub fn means_locked(&self) -> bool {
        let Self::Plain(text) = self else {
            return false;
        };
        let rest = text.trim_start_matches('!');
        let marked = rest.len() < text.len() && (rest.is_empty() || rest.starts_with('$'));
        let mut words = ["lock", "locked", "yes"].into_iter();
        marked || matches!(rest, "*" | "*LK*") || words.any(|word| text.eq_ignore_ascii_case(word))
    }

    /// Returns the plain text, if it is that.
    #[must_use]
    pub fn plain(&self) -> Option<&str> {
        match self {
            Self::Plain(text) | Self::Outside(text) => Some(text),
            Self::Locked | Self::Hash(_) => None,
        }
    }

    /// Returns the hash, if it is one.
    #[must_use]
    pub fn hash(&self) -> Option<&str> {
        match self {
            Self::Hash(hash) => Some(hash),
            _ => None,
        }
    }
}

impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Locked => "Locked",
            Self::Hash(_) => "Hash(…)",
            Self::Plain(_) => "Plain(…)",
            Self::Outside(_) => "Outside(…)",
        })
    }
}

impl FromNode for Password {
    fn from_node(node: &Node, typer: &mut Typer<'_>) -> Option<Self> {
        let text = String::from_node(node, typer)?;
        // The message of the type would show the password.
        let Ok(text) = text.parse::<Line>() else {
            typer.invalid(
                node.span,
                "a password is one line without control characters",
                "write it on one line, or its hash, made with `openssl passwd -6`",
            );
            return None;
        };
        if text.is_empty() {
            typer.invalid(
                node.span,
                "the password is empty",
                "write `locked` for none",
            );
            return None;
        }
        Some(match text.as_str() {
            "locked" => Self::Locked,
            hash if hash.starts_with('$') && hash[1..].contains('$')
                || hash.starts_with(GRUB_HASH) =>
            {
                Self::Hash(hash.to_owned())
            }
            outside if node.tag == Tag::Secret => Self::Outside(outside.to_owned()),
            plain => Self::Plain(plain.to_owned()),
        })
    }

    fn schema(_: Place) -> Schema {
        Schema::pattern(r"[^\r\n]+", "a password on one line, or `locked`").or_number()
    }
}

impl Serialize for Password {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Locked => serializer.serialize_str("locked"),
            Self::Hash(hash) => serializer.serialize_str(hash),
            Self::Plain(_) | Self::Outside(_) => {
                Err(S::Error::custom("a plain password reached an output"))
            }
        }
    }
}

/// Returns a salt of 16 characters for an account of a site.
fn salt(site: &str, account: &str) -> String {
    let digest = Sha256::digest(format!("{site}\0{account}"));
    digest
        .iter()
        .take(16)
        .map(|byte| char::from(ALPHABET[usize::from(byte & 63)]))
        .collect()
}

/// Hashes as `openssl passwd -6` does, with the default of 5000 rounds (crypt(5), "SHA-512").
pub(crate) fn sha512(password: &str, salt: &str) -> String {
    let digest = sha512_crypt(password.as_bytes(), salt.as_bytes(), Params::RECOMMENDED);
    format!("$6${salt}${}", encode(&digest))
}

/// Writes a digest in crypt's base 64, whose bytes are shuffled: three at a time, each taken a third further on.
fn encode(digest: &[u8; BLOCK_SIZE_SHA512]) -> String {
    let mut out = String::with_capacity(86);
    let mut push = |bytes: [u8; 3], count: usize| {
        let mut bits = u32::from(bytes[0]) << 16 | u32::from(bytes[1]) << 8 | u32::from(bytes[2]);
        for _ in 0..count {
            out.push(char::from(ALPHABET[(bits & 63) as usize]));
            bits >>= 6;
        }
    };
    for step in 0..21 {
        // Byte order 0,21,42 / 22,43,1 / 44,2,23 / …: each triple rotates and advances by one.
        let thirds = [step, step + 21, step + 42];
        let rotated = match step % 3 {
            0 => [thirds[0], thirds[1], thirds[2]],
            1 => [thirds[1], thirds[2], thirds[0]],
            _ => [thirds[2], thirds[0], thirds[1]],
        };
        push(rotated.map(|index| digest[index]), 4);
    }
    push([0, 0, digest[63]], 2);
    out
}

#[cfg(test)]
mod tests {
    use super::{Password, sha512};

    #[test]
    fn hashes_as_crypt_does() {
        // From `openssl passwd -6 -salt saltstring 'Hello world!'`.
        assert_eq!(
            sha512("Hello world!", "saltstring"),
            "$6$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G3uBnIFNjnQJuesI68u4OTLiBFdcbYEdFCoEOfaS35inz1"
        );
    }

    #[test]
    fn what_means_locked_elsewhere_is_no_password() {
        for text in [
            "!",
            "!!",
            "*",
            "!*",
            "*LK*",
            "!$6$salt$hash",
            "lock",
            "Locked",
            "yes",
        ] {
            assert!(Password::Plain(text.into()).means_locked(), "{text}");
            assert!(!Password::Outside(text.into()).means_locked(), "{text}");
        }
        for text in ["!Secret1", "**", "lockpick", "yes!"] {
            assert!(!Password::Plain(text.into()).means_locked(), "{text}");
        }
    }

    #[test]
    fn never_shows_itself() {
        let password = Password::Plain("hunter2".into());
        assert!(!format!("{password:?}").contains("hunter2"));
        assert!(serde_json::to_string(&password).is_err());
        let hashed = password.hashed("m2", "root");
        assert_eq!(hashed, password.hashed("m2", "root"));
        assert_ne!(hashed, password.hashed("m3", "root"));
    }
}
