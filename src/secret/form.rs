//! Secrets that show by their form: credentials in URLs, hashes of passwords, private keys, and what installer commands
//! are given.

use std::cmp::Reverse;
use std::ops::Range;
use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

/// What every secret that shows by its form has in it.
pub(super) const FORMS: &[&str] = &["://", "$", "grub.pbkdf2.", "--pass", PRIVATE_KEY];

/// How the first and the last line of a private key end (RFC 7468, section 2).
const PRIVATE_KEY: &str = "PRIVATE KEY-----";

/// Looks for forms.
static SHAPES: LazyLock<AhoCorasick> =
    LazyLock::new(|| AhoCorasick::new(FORMS).expect("a few short texts"));

/// Returns whether `text` holds something that is a secret by its form.
#[must_use]
pub fn has_shape(text: &str) -> bool {
    SHAPES.is_match(text) && !shaped(text).is_empty()
}

/// Finds what is a secret by its form, in order and without overlap.
pub(super) fn shaped(text: &str) -> Vec<Range<usize>> {
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
    private_keys(text, &mut found);
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
fn credentials(text: &str, found: &mut Vec<Range<usize>>) {
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
fn hashes(text: &str, found: &mut Vec<Range<usize>>) {
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
fn options(text: &str, found: &mut Vec<Range<usize>>) {
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

/// The lines of private keys, or what stands for them in a text of one line.
fn private_keys(text: &str, found: &mut Vec<Range<usize>>) {
    for (at, _) in text.match_indices(PRIVATE_KEY) {
        let header = text[..at].lines().next_back().unwrap_or_default();
        if header.rfind("-----BEGIN ") <= header.rfind("-----END ") {
            continue;
        }
        let start = at + PRIVATE_KEY.len();
        let rest = &text[start..];
        let rest = &rest[..rest.find("-----BEGIN ").unwrap_or(rest.len())];
        let end = rest.find("-----END ");
        let known = |c: char| c.is_ascii_alphanumeric() || "+/=".contains(c);
        let mut from = start;
        for (number, line) in rest[..end.unwrap_or(rest.len())].split('\n').enumerate() {
            let bare = line.trim();
            // Nobody knows where a key without an end does end.
            if number > 0 && end.is_none() && !bare.chars().all(known) {
                break;
            }
            if bare.contains(known) {
                let begin = from + line.len() - line.trim_start().len();
                found.push(begin..begin + bare.len());
            }
            from += line.len() + 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::secret::Secrets;

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
            (
                "-----BEGIN PRIVATE KEY-----\n b3Bl\n bm4=\n-----END PRIVATE KEY-----\nx",
                "-----BEGIN PRIVATE KEY-----\n ***\n ***\n-----END PRIVATE KEY-----\nx",
            ),
            (
                r"a -----BEGIN RSA PRIVATE KEY-----\nb3Bl\n-----END RSA PRIVATE KEY-----\n",
                r"a -----BEGIN RSA PRIVATE KEY-----***-----END RSA PRIVATE KEY-----\n",
            ),
            (
                "-----BEGIN PRIVATE KEY-----\nb3Bl\nx: 1",
                "-----BEGIN PRIVATE KEY-----\n***\nx: 1",
            ),
            (
                "-----BEGIN PUBLIC KEY-----\nb3Bl\n-----END PUBLIC KEY-----",
                "-----BEGIN PUBLIC KEY-----\nb3Bl\n-----END PUBLIC KEY-----",
            ),
        ] {
            assert_eq!(none.hide(text), want);
        }
    }
}
