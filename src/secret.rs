//! What must not be shown, and what stands in its place.
//!
//! A secret is found in three ways: by its key (`password`, `passphrase`, …), by its form (the hash of a password, the
//! credentials in a URL, the passphrase of an installer command), and by its value, once `!env` or `!file` gave it or it
//! stood under such a key. This module knows texts only; who reads or prints them is not its business.

mod form;

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::fmt;
use std::sync::{Arc, LazyLock};

use aho_corasick::AhoCorasick;

pub use self::form::has_shape;
use self::form::{FORMS, shaped};

/// What stands in a secret's place.
pub const MASK: &str = "***";

/// The fewest bytes of a secret that is looked for inside other text: shorter ones are parts of every word.
const MIN_PART: usize = 4;

/// The keys of passwords, which expressions cannot read.
const PASSWORD_KEYS: &[&str] = &["rootpw", "password", "passphrase"];

/// The words that make a key a secret's, alone or after a `_` or `-`.
const SECRET_WORDS: &[&str] = &[
    "rootpw",
    "password",
    "passwd",
    "passphrase",
    "secret",
    "token",
    "private_key",
    "product_key",
];

/// Returns whether a key holds a password, which no expression may copy to where it would be shown.
#[must_use]
pub fn is_password_key(key: &str) -> bool {
    PASSWORD_KEYS.contains(&key)
}

/// Returns whether the text under a key is not to be shown there, whoever gave the key its name.
#[must_use]
pub fn is_secret_key(key: &str) -> bool {
    key == "hash" || names_secret(key)
}

/// Returns whether the text under a key is a secret wherever else it goes: that of `hash` is as often the name of an
/// algorithm.
#[must_use]
pub fn names_secret(key: &str) -> bool {
    ends_with_one(key, SECRET_WORDS)
}

/// Returns whether a number under a key is a secret: `max_token: 4096` is none.
#[must_use]
pub fn names_password(key: &str) -> bool {
    ends_with_one(key, &["rootpw", "password", "passwd", "passphrase"])
}

fn ends_with_one(key: &str, words: &[&str]) -> bool {
    words.iter().any(|word| {
        key.len()
            .checked_sub(word.len())
            .filter(|at| key.is_char_boundary(*at))
            .is_some_and(|at| {
                key[at..].eq_ignore_ascii_case(word) && (at == 0 || key[..at].ends_with(['_', '-']))
            })
    })
}

/// The values that are secrets, longest first.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Secrets(BTreeSet<(Reverse<usize>, Arc<str>)>);

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secrets({})", self.0.len())
    }
}

impl Secrets {
    /// Adds a value and the longer of its lines, which a template may indent.
    pub fn add(&mut self, value: &str) {
        self.insert(value);
        if value.contains('\n') {
            for line in value.lines().map(str::trim) {
                if line.len() >= 2 * MIN_PART {
                    self.insert(line);
                }
            }
        }
    }

    fn insert(&mut self, value: &str) {
        if !value.is_empty() {
            self.0.insert((Reverse(value.len()), value.into()));
        }
    }

    /// Adds all values of `other`.
    pub fn extend(&mut self, other: &Self) {
        self.0.extend(other.0.iter().cloned());
    }

    /// Adds a number, unless it is so short that it tells nobody anything.
    pub fn add_number(&mut self, digits: &str) {
        if digits.len() >= MIN_PART {
            self.insert(digits);
        }
    }

    /// Takes away values that turned out to be meant for everybody.
    pub fn retain(&mut self, keep: impl Fn(&str) -> bool) {
        self.0.retain(|(_, value)| keep(value));
    }

    fn values(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(_, value)| &**value)
    }

    /// Returns whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns whether `text` is one of the values, or has one in it.
    #[must_use]
    pub fn are_in(&self, text: &str) -> bool {
        self.values()
            .any(|value| value == text || value.len() >= MIN_PART && text.contains(value))
    }

    /// Returns whether one of the values is in `bytes`.
    #[must_use]
    pub fn are_in_bytes(&self, bytes: &[u8]) -> bool {
        if self.is_empty() {
            return false;
        }
        match std::str::from_utf8(bytes) {
            Ok(text) => self.are_in(text) || self.are_in(text.trim_end()),
            Err(_) => self.are_in(&String::from_utf8_lossy(bytes)),
        }
    }

    /// Returns `text` without the values, and without what is a secret by its form.
    #[must_use]
    pub fn hide<'a>(&self, text: &'a str) -> Cow<'a, str> {
        self.replaced(text, &|_| MASK.to_owned())
    }

    /// Returns `text` with as many `*` as a secret has bytes, so that places in it stay what they are.
    #[must_use]
    pub fn blot<'a>(&self, text: &'a str) -> Cow<'a, str> {
        self.replaced(text, &|secret| "*".repeat(secret.len()))
    }

    /// Returns a message without the values: a short one is hidden where it stands in backticks, or escaped.
    #[must_use]
    pub fn hide_quoted<'a>(&self, message: &'a str) -> Cow<'a, str> {
        let mut out = Cow::Borrowed(message);
        for value in self.values() {
            for quoted in [
                format!("`{value}`"),
                format!("`{}`", value.escape_debug()),
                format!("{value:?}"),
            ] {
                if out.contains(&quoted) {
                    out = Cow::Owned(out.replace(&quoted, &format!("`{MASK}`")));
                }
            }
            let escaped = value.escape_debug().to_string();
            if escaped.len() >= MIN_PART && out.contains(&escaped) {
                out = Cow::Owned(out.replace(&escaped, MASK));
            }
        }
        match self.hide(&out) {
            Cow::Borrowed(_) => out,
            Cow::Owned(hidden) => Cow::Owned(hidden),
        }
    }

    fn replaced<'a>(&self, text: &'a str, mask: &dyn Fn(&str) -> String) -> Cow<'a, str> {
        if self.values().any(|value| value == text) {
            return Cow::Owned(mask(text));
        }
        let mut out = Cow::Borrowed(text);
        for value in self.values().filter(|value| value.len() >= MIN_PART) {
            if out.contains(value) {
                out = Cow::Owned(out.replace(value, &mask(value)));
            }
        }
        for range in shaped(&out).into_iter().rev() {
            let masked = mask(&out[range.clone()]);
            out.to_mut().replace_range(range, &masked);
        }
        out
    }
}

/// Looks for forms, and for the words that keys of secrets have.
static HINTS: LazyLock<AhoCorasick> = LazyLock::new(|| {
    AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .build(SECRET_WORDS.iter().chain(&["hash"]).chain(FORMS))
        .expect("a few short texts")
});

/// Returns whether nothing in a text looks like a secret, nor like a key of one: a quick look, which may be wrong to say
/// no.
#[must_use]
pub fn is_plain(text: &str) -> bool {
    !HINTS.is_match(text)
}

#[cfg(test)]
mod tests {
    use super::{Secrets, is_secret_key};

    fn secrets(values: &[&str]) -> Secrets {
        let mut secrets = Secrets::default();
        values.iter().for_each(|value| secrets.add(value));
        secrets
    }

    #[test]
    fn keys_name_secrets() {
        for key in ["hash", "rootpw", "password", "admin_password", "API-Token"] {
            assert!(is_secret_key(key), "{key}");
        }
        for key in ["hashes", "name", "tokens", "passwords", "key", "é"] {
            assert!(!is_secret_key(key), "{key}");
        }
    }

    #[test]
    fn values_are_hidden_wherever_they_stand() {
        let secrets = secrets(&["hunter2", "hunter22", "ab", "line one is long\nx"]);
        for (text, want) in [
            ("hunter2", "***"),
            ("http://x/?t=hunter22&y", "http://x/?t=***&y"),
            ("ab", "***"),
            ("abc", "abc"),
            ("  line one is long", "  ***"),
            ("x", "x"),
        ] {
            assert_eq!(secrets.hide(text), want);
        }
        assert_eq!(
            secrets.hide_quoted("`ab` is bad, abc is not"),
            "`***` is bad, abc is not"
        );
        assert_eq!(secrets.blot("a: hunter2"), "a: *******");
        assert!(secrets.are_in_bytes(b"\xff hunter2") && secrets.are_in_bytes(b"ab\n"));
        assert!(!format!("{secrets:?}").contains("hunter"));
    }
}
