//! What must not be shown, and what stands in its place.
//!
//! A secret is found in three ways: by its key (`password`, `passphrase`, …), by its form (the hash of a password, the
//! credentials in a URL, the passphrase of an installer command), and by its value, once `!env` or `!file` gave it or it
//! stood under such a key. This module knows texts only; who reads or prints them is not its business.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::fmt;
use std::sync::{Arc, LazyLock};

use aho_corasick::AhoCorasick;

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

/// What every secret that shows by its form has in it.
const FORMS: &[&str] = &["://", "$", "grub.pbkdf2.", "--pass"];

/// Looks for forms.
static SHAPES: LazyLock<AhoCorasick> =
    LazyLock::new(|| AhoCorasick::new(FORMS).expect("a few short texts"));

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

/// Returns whether `text` holds something that is a secret by its form.
#[must_use]
pub fn has_shape(text: &str) -> bool {
    SHAPES.is_match(text) && !shaped(text).is_empty()
}

/// Finds what is a secret by its form, in order and without overlap.
fn shaped(text: &str) -> Vec<std::ops::Range<usize>> {
    let mut found = Vec::new();
    if text.contains("://") {
        credentials(text, &mut found);
    }
    if text.contains('$') || text.contains("grub.pbkdf2.") {
        hashes(text, &mut found);
    }
    if text.contains("--pass") {
        options(text, &mut found);
    }
    found.sort_by_key(|range| (range.start, Reverse(range.end)));
    let mut end = 0;
    found.retain(|range| {
        let apart = range.start >= end && !range.is_empty();
        if apart {
            end = range.end;
        }
        apart
    });
    found
}

/// The password of `scheme://user:password@host`, or the token of `https://token@host` (RFC 3986, section 3.2.1).
fn credentials(text: &str, found: &mut Vec<std::ops::Range<usize>>) {
    for (at, _) in text.match_indices("://") {
        let start = at + "://".len();
        let ends = |c: char| c.is_whitespace() || "/?#\"'<>|`".contains(c);
        let authority = &text[start..];
        let authority = &authority[..authority.find(ends).unwrap_or(authority.len())];
        let Some(user) = authority.rfind('@') else {
            continue;
        };
        match authority[..user].find(':') {
            Some(colon) => found.push(start + colon + 1..start + user),
            // The user of ssh is no secret.
            None if text[..at].ends_with("http") || text[..at].ends_with("https") => {
                found.push(start..start + user);
            }
            None => {}
        }
    }
}

/// Hashes of passwords as crypt(5) and `grub2-mkpasswd-pbkdf2` write them.
fn hashes(text: &str, found: &mut Vec<std::ops::Range<usize>>) {
    const KINDS: &[&str] = &[
        "$1$", "$2a$", "$2b$", "$2y$", "$5$", "$6$", "$7$", "$y$", "$gy$", "$sha1$",
    ];
    const GRUB: &str = "grub.pbkdf2.";
    let inner = |c: char| c.is_ascii_alphanumeric() || "./$=,+-".contains(c);
    let crypt = text.match_indices('$').filter_map(|(start, _)| {
        let kind = KINDS
            .iter()
            .find(|kind| text[start..].starts_with(**kind))?;
        Some((start, kind.len()))
    });
    let grub = text
        .match_indices(GRUB)
        .map(|(start, _)| (start, GRUB.len()));
    for (start, kind) in crypt.chain(grub) {
        let rest = &text[start..];
        let length = rest.find(|c| !inner(c)).unwrap_or(rest.len());
        // A shell's `$1$2` is no hash.
        if length >= kind + 16 {
            found.push(start..start + length);
        }
    }
}

/// The words after the options of installer commands that take a secret.
fn options(text: &str, found: &mut Vec<std::ops::Range<usize>>) {
    for option in ["--passphrase", "--password"] {
        for (at, _) in text.match_indices(option) {
            let rest = &text[at + option.len()..];
            let Some(value) = rest.strip_prefix(['=', ' ']) else {
                continue;
            };
            let start = at + option.len() + 1;
            let length = match value.chars().next() {
                Some(quote @ ('"' | '\'')) => {
                    let inside = &value[1..];
                    let mut escaped = false;
                    let end = inside.find(|c: char| {
                        let ends = !escaped && c == quote || c == '\n';
                        escaped = !escaped && c == '\\' && quote == '"';
                        ends
                    });
                    found.push(start + 1..start + 1 + end.unwrap_or(inside.len()));
                    continue;
                }
                _ => value.find(char::is_whitespace).unwrap_or(value.len()),
            };
            found.push(start..start + length);
        }
    }
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

    #[test]
    fn forms_are_hidden_without_knowing_the_value() {
        let none = Secrets::default();
        for (text, want) in [
            (
                "http://joe:s3@cret@proxy:3128/x",
                "http://joe:***@proxy:3128/x",
            ),
            (
                "inst.repo=https://tok123@git/x y",
                "inst.repo=https://***@git/x y",
            ),
            ("qemu+ssh://root@host/system", "qemu+ssh://root@host/system"),
            (
                "rootpw --iscrypted $6$salt$abcdefghijklmnopq x",
                "rootpw --iscrypted *** x",
            ),
            ("echo $1$2 $6", "echo $1$2 $6"),
            (
                "part / --passphrase=\"a \\\"b\" --grow",
                "part / --passphrase=\"***\" --grow",
            ),
            (
                "bootloader --password=x --y",
                "bootloader --password=*** --y",
            ),
            ("grub.pbkdf2.sha512.10000.AB.CD", "***"),
        ] {
            assert_eq!(none.hide(text), want);
        }
    }
}
