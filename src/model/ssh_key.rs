//! Public SSH keys, as `authorized_keys` has them (sshd(8), "AUTHORIZED_KEYS FILE FORMAT").
//!
//! sshd passes over a line it cannot read without a word to who tries to log in, so lines are read here as it reads them.

use std::str::FromStr;

use super::refusal::Refusal;
use super::text::{Line, escaped, text_type};
use crate::diag::nearest;

text_type! {
    /// A line of `authorized_keys` (sshd(8)); to editors also the name of its file, as `!file` takes it.
    SshKey ~ r"(?:[^#-].*\s)?(?:ssh-|ecdsa-|sk-)\S+\s+AAAA[A-Za-z0-9+/]+=*(?:\s.*)?|\S+[.]pub", "an SSH public key, as in ssh-ed25519 AAAA…"
}

/// A type of key.
struct Type {
    name: &'static str,
    /// How many strings its blob has, the type's name among them (RFC 4253, section 6.6; RFC 5656; RFC 8709; OpenSSH's
    /// PROTOCOL.u2f).
    strings: usize,
    /// The first release of RHEL whose sshd reads it: Ed25519 came with OpenSSH 6.5, ECDSA with 5.7, which RHEL 6 took
    /// over, and the keys of security tokens with 8.2.
    since: u32,
}

const fn kind(name: &'static str, strings: usize, since: u32) -> Type {
    Type {
        name,
        strings,
        since,
    }
}

const TYPES: &[Type] = &[
    kind("ssh-rsa", 3, 5),
    kind("ssh-dss", 5, 5),
    kind("ssh-ed25519", 2, 7),
    kind("ecdsa-sha2-nistp256", 3, 6),
    kind("ecdsa-sha2-nistp384", 3, 6),
    kind("ecdsa-sha2-nistp521", 3, 6),
    kind("sk-ssh-ed25519@openssh.com", 3, 9),
    kind("sk-ecdsa-sha2-nistp256@openssh.com", 4, 9),
];

/// Options without a value.
const FLAGS: &[&str] = &[
    "agent-forwarding",
    "cert-authority",
    "no-agent-forwarding",
    "no-port-forwarding",
    "no-pty",
    "no-touch-required",
    "no-user-rc",
    "no-x11-forwarding",
    "port-forwarding",
    "pty",
    "restrict",
    "user-rc",
    "verify-required",
    "x11-forwarding",
];

/// Options with a value in double quotes.
const SETTINGS: &[&str] = &[
    "command",
    "environment",
    "expiry-time",
    "from",
    "permitlisten",
    "permitopen",
    "principals",
    "tunnel",
];

const HELP: &str = "write the line of the file whose name ends in `.pub`, or `!file` and its path";

impl FromStr for SshKey {
    type Err = Refusal;

    fn from_str(text: &str) -> Result<Self, Refusal> {
        if text.contains("PRIVATE KEY") {
            return Err(Refusal::new(
                "this is a private SSH key, which stays with its owner",
                HELP,
            ));
        }
        Line::from_str(text)
            .map_err(|refusal| refusal.help("write each key as an item of the list"))?;
        let line = text.trim_matches([' ', '\t']);
        if line.starts_with('#') {
            return Err(Refusal::new(
                "this is a comment and no SSH public key",
                HELP,
            ));
        }
        let (options, rest) = parts(line);
        let Some((name, blob)) = type_and_blob(rest) else {
            return Err(no_key(line, options));
        };
        options_of(options).try_for_each(known_option)?;
        if is_certificate(name) {
            let message = "this is an SSH certificate, and sshd takes keys only here";
            let help =
                "write the key it was made for: the file's name ends in `.pub`, not in `-cert.pub`";
            return Err(Refusal::new(message, help));
        }
        if !is_blob_of(name, blob) {
            let message = format!("what follows `{name}` is no whole key of this type");
            return Err(Refusal::new(message, HELP));
        }
        Ok(Self(line.into()))
    }
}

impl SshKey {
    /// Returns the first release of RHEL whose sshd reads a key of this type, as far as it is known.
    #[must_use]
    pub fn since(&self) -> u32 {
        let (_, rest) = parts(self);
        let name = type_and_blob(rest).map(|(name, _)| name);
        let known = TYPES.iter().find(|known| name == Some(known.name));
        known.map_or(5, |known| known.since)
    }

    /// Returns whether options stand before the key.
    #[must_use]
    pub fn has_options(&self) -> bool {
        !parts(self).0.is_empty()
    }
}

/// Returns the options of a line, which may be none, and the rest.
fn parts(line: &str) -> (&str, &str) {
    if type_and_blob(line).is_some() {
        return ("", line);
    }
    let (mut quoted, mut escapes) = (false, false);
    let end = line.find(|c: char| {
        // Only a quote is escaped, and only the backslash before it does that.
        let literal = escapes && c == '"';
        escapes = c == '\\';
        quoted ^= c == '"' && !literal;
        !quoted && matches!(c, ' ' | '\t')
    });
    let (options, rest) = line.split_at(end.unwrap_or(line.len()));
    (options, rest.trim_start_matches([' ', '\t']))
}

/// Returns the type and the blob that a text begins with.
fn type_and_blob(text: &str) -> Option<(&str, &str)> {
    let mut words = text.split([' ', '\t']).filter(|word| !word.is_empty());
    let (name, blob) = (words.next()?, words.next()?);
    let is_type = TYPES.iter().any(|known| known.name == name)
        || is_certificate(name)
        // One that is newer than the list.
        || is_blob_of(name, blob);
    is_type.then_some((name, blob))
}

fn is_certificate(name: &str) -> bool {
    name.ends_with("-cert-v01@openssh.com")
}

/// Says what is wrong with a line that has no type of key where one is due.
fn no_key(line: &str, options: &str) -> Refusal {
    let first = line.split([' ', '\t']).next().unwrap_or_default();
    let near = nearest(first, TYPES.iter().map(|known| known.name));
    if line != first
        && let Some(near) = near
    {
        let message = format!("`{}` is not a type of SSH key", escaped(first));
        return Refusal::new(message, format!("did you mean `{near}`?"));
    }
    let is_option = options.contains(['=', ',']) || known_option(options).is_ok();
    if is_option && let Err(refusal) = options_of(options).try_for_each(known_option) {
        return refusal;
    }
    let message = format!(
        "`{}` is not an SSH public key, as in `ssh-ed25519 AAAA…`",
        escaped(line)
    );
    Refusal::new(message, HELP)
}

/// Returns the options of a list, which commas part where no quotes are around them.
fn options_of(list: &str) -> impl Iterator<Item = &str> {
    let (mut quoted, mut escapes) = (false, false);
    let parts = list.split(move |c: char| {
        let literal = escapes && c == '"';
        escapes = c == '\\';
        quoted ^= c == '"' && !literal;
        !quoted && c == ','
    });
    parts.filter(|_| !list.is_empty())
}

/// Checks that sshd knows an option; it passes over keys with one it does not.
fn known_option(option: &str) -> Result<(), Refusal> {
    let (name, value) = match option.split_once('=') {
        Some((name, value)) => (name, Some(value)),
        None => (option, None),
    };
    let lower = name.to_ascii_lowercase();
    let is_quoted = |value: &str| value.len() > 1 && value.starts_with('"') && value.ends_with('"');
    if SETTINGS.contains(&&*lower) {
        return match value {
            Some(value) if is_quoted(value) => Ok(()),
            _ => {
                let message = format!("the option `{}` needs a value in quotes", escaped(name));
                Err(Refusal::new(message, format!("write `{lower}=\"…\"`")))
            }
        };
    }
    if FLAGS.contains(&&*lower) && value.is_none() {
        return Ok(());
    }
    let message = format!("sshd knows no option `{}` of keys", escaped(option));
    let known = FLAGS.iter().chain(SETTINGS).copied();
    let help = match nearest(&lower, known) {
        Some(near) if FLAGS.contains(&near) => format!("write `{near}`"),
        Some(near) => format!("write `{near}=\"…\"`"),
        None => "remove it: sshd passes over keys with an option it does not know".to_owned(),
    };
    Err(Refusal::new(message, help))
}

/// Returns whether a text is a whole key of this type in base64; of a type that is not known, whether it says it is one.
fn is_blob_of(name: &str, blob: &str) -> bool {
    let Some(decoded) = decoded(blob) else {
        return false;
    };
    let mut strings = Strings(&decoded);
    if strings.next() != Some(name.as_bytes()) {
        return false;
    }
    let Some(known) = TYPES.iter().find(|known| known.name == name) else {
        return true;
    };
    let others: Vec<&[u8]> = strings.by_ref().collect();
    let is_whole = strings.0.is_empty() && others.len() + 1 == known.strings;
    is_whole && (!name.contains("ssh-ed25519") || others[0].len() == 32)
}

/// The strings of a blob (RFC 4251, section 5), and what is left after them.
struct Strings<'b>(&'b [u8]);

impl<'b> Iterator for Strings<'b> {
    type Item = &'b [u8];

    fn next(&mut self) -> Option<&'b [u8]> {
        let (length, rest) = self.0.split_first_chunk()?;
        let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
        let (string, rest) = rest.split_at_checked(length)?;
        self.0 = rest;
        Some(string)
    }
}

/// Decodes base64 (RFC 4648) with its padding.
fn decoded(text: &str) -> Option<Vec<u8>> {
    let bare = text.trim_end_matches('=');
    if !text.len().is_multiple_of(4) || text.len() - bare.len() > 2 {
        return None;
    }
    let mut out = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut count) = (0_u32, 0);
    for byte in bare.bytes() {
        let six = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        bits = bits << 6 | u32::from(six);
        count += 6;
        if count >= 8 {
            count -= 8;
            out.extend((bits >> count).to_be_bytes().last());
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::SshKey;

    const ED25519: &str =
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGFubgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    const RSA: &str = "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAACQC7Gf8hR2k9bQ==";

    fn refused(line: &str) -> String {
        line.parse::<SshKey>().unwrap_err().to_string()
    }

    #[test]
    fn lines_are_read_as_sshd_reads_them() {
        for line in [
            ED25519,
            RSA,
            &format!("{ED25519} ann@desk; rm -rf $HOME \"{{{{ 1 }}}}\" ssh-rsa"),
            &format!("  {RSA}  me "),
            &format!("no-pty,Command=\"echo \\\"a, b\\\"\",from=\"10.0.0.0/8\" {ED25519} x"),
            &format!("restrict   {RSA}"),
            "ssh-new@x.test AAAADnNzaC1uZXdAeC50ZXN0",
        ] {
            assert!(line.parse::<SshKey>().is_ok(), "{line}");
        }
    }

    #[test]
    fn what_sshd_passes_over_is_refused() {
        let cut = &ED25519[..ED25519.len() - 4];
        let other = ED25519.replace("ssh-ed25519", "ssh-rsa");
        for (line, why) in [
            ("ssh-rsa nonsense", "what follows `ssh-rsa` is no whole key"),
            (cut, "no whole key of this type"),
            (&ED25519[..ED25519.len() - 1], "no whole key of this type"),
            (&other, "what follows `ssh-rsa`"),
            (
                &ED25519.replace("ssh-", "shs-"),
                "`shs-ed25519` is not a type of SSH key",
            ),
            (&format!("no-pyt {RSA}"), "no option `no-pyt`"),
            (
                &format!("command=ls {RSA}"),
                "`command` needs a value in quotes",
            ),
            (&format!("no-pty=1 {RSA}"), "no option `no-pty=1`"),
            (
                &format!("command=\"ls {RSA}"),
                "`command` needs a value in quotes",
            ),
            (&format!("# {RSA}"), "this is a comment"),
            ("AAAA", "`AAAA` is not an SSH public key"),
            ("", "`` is not an SSH public key"),
            (
                "ssh-ed25519-cert-v01@openssh.com AAAAIHNzaC1lZDI1NTE5LWNlcnQtdjAxQG9wZW5zc2guY29t",
                "this is an SSH certificate",
            ),
        ] {
            let said = refused(line);
            assert!(said.contains(why), "{line}: {said}");
        }
    }

    #[test]
    fn a_comment_says_nothing_of_the_type() {
        let since = |line: &str| line.parse::<SshKey>().unwrap().since();
        assert_eq!(since(&format!("{RSA} ecdsa-host")), 5);
        assert_eq!(since(&format!("no-pty {ED25519}")), 7);
    }
}
