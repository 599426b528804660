//! Secrets in source lines: a diagnostic shows the line it is about, but never a password that stands there.
//!
//! The text may be no valid YAML, so it is not parsed: whatever follows the key of a secret is taken for its value, in
//! each of YAML's styles, and where that is in doubt, more is hidden rather than less.

use std::ops::Range;

use crate::secret::{Secrets, is_secret_key};

/// Values that say nothing.
const HARMLESS: &[&str] = &["locked", "~", "null", "true", "false"];

/// Returns `text` with every secret replaced by as many `*` as it has bytes, so that places stay what they are.
pub(super) fn redact(text: &str, secrets: &Secrets) -> String {
    let mut values = Vec::new();
    let mut aliases = Vec::new();
    for (colon, _) in text.match_indices(':') {
        if let Some(key) = secret_key(text, colon) {
            let alias = value(text, colon + 1, column(text, key), &mut values);
            aliases.extend(alias);
        }
    }
    for alias in aliases {
        let anchor = format!("&{alias}");
        for (at, _) in text.match_indices(&anchor) {
            let end = at + anchor.len();
            if text[end..].starts_with(char::is_whitespace) {
                value(text, end, indentation(text, at), &mut values);
            }
        }
    }
    let mut out = text.as_bytes().to_vec();
    for range in values {
        let mut indents = false;
        for byte in &mut out[range] {
            indents = *byte == b'\n' || indents && *byte == b' ';
            if !indents {
                *byte = b'*';
            }
        }
    }
    let out = String::from_utf8(out).expect("values begin and end between characters");
    secrets.blot(&out).into_owned()
}

/// Returns where the key before a colon begins, when it is a secret's.
fn secret_key(text: &str, colon: usize) -> Option<usize> {
    let before = text[..colon].trim_end_matches([' ', '\t']);
    let quote = before
        .chars()
        .next_back()
        .filter(|c| matches!(c, '"' | '\''));
    let after = text[colon + 1..].chars().next();
    if quote.is_none() && after.is_some_and(|c| !c.is_whitespace()) {
        return None;
    }
    let bare = before.strip_suffix(['"', '\'']).unwrap_or(before);
    let word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    let start = bare.trim_end_matches(word).len();
    is_secret_key(&bare[start..]).then(|| start - usize::from(quote.is_some() && start > 0))
}

/// Returns how far into its line a place lies, in bytes.
fn column(text: &str, at: usize) -> usize {
    at - text[..at].rfind('\n').map_or(0, |newline| newline + 1)
}

/// Returns how far the line of a place is indented, in bytes.
fn indentation(text: &str, at: usize) -> usize {
    let line = &text[at - column(text, at)..];
    line.len() - line.trim_start_matches([' ', '-']).len()
}

/// Finds the value that begins at `from`, whose key stands `column` bytes into its line, and adds its bytes to
/// `values`; an alias is returned instead, by its name.
fn value<'t>(
    text: &'t str,
    from: usize,
    column: usize,
    values: &mut Vec<Range<usize>>,
) -> Option<&'t str> {
    let blank = |rest: &str| rest.len() - rest.trim_start_matches([' ', '\t']).len();
    let mut start = from + blank(&text[from..]);
    while text[start..].starts_with(['!', '&']) {
        let property = &text[start..];
        let length = property.find(char::is_whitespace).unwrap_or(property.len());
        if matches!(&property[..length], "!env" | "!file") {
            return None;
        }
        start += length;
        start += blank(&text[start..]);
    }
    let rest = &text[start..];
    let below = below(text, start, column);
    let end = match rest.chars().next() {
        Some('*') => {
            let ends = |c: char| c.is_whitespace() || ",]}".contains(c);
            return Some(&rest[1..rest.find(ends).unwrap_or(rest.len())]);
        }
        Some('{' | '[') if is_flow(text, from) => start + bracketed(rest),
        Some(quote @ ('"' | '\'')) => {
            let end = start + quoted(rest, quote);
            let inside = &text[start + 1..end];
            if !(inside.starts_with("{{") && inside.ends_with("}}")) {
                values.push(start + 1..end);
            }
            return None;
        }
        Some(_) if is_flow(text, from) => start + rest.find([',', '}', ']']).unwrap_or(rest.len()),
        _ => below,
    };
    let found = text[start..end].trim_end();
    if !HARMLESS.contains(&found) {
        values.push(start..start + found.len());
    }
    None
}

/// Returns where the line of `start` and the lines below it end that are indented by more than `column`.
fn below(text: &str, start: usize, column: usize) -> usize {
    let mut end = start;
    for (number, line) in text[start..].split_inclusive('\n').enumerate() {
        let blank = line.len() - line.trim_start_matches(' ').len();
        if number > 0 && blank <= column && !line.trim().is_empty() {
            break;
        }
        end += line.len();
    }
    end
}

/// Returns how long the quoted text at the start of `rest` is, less its last quote.
fn quoted(rest: &str, quote: char) -> usize {
    let mut chars = rest.char_indices().skip(1);
    while let Some((at, c)) = chars.next() {
        if c == '\\' && quote == '"' {
            chars.next();
        } else if c == quote {
            if quote == '\'' && rest[at + 1..].starts_with('\'') {
                chars.next();
                continue;
            }
            return at;
        }
    }
    rest.len()
}

/// Returns how long the list or map at the start of `rest` is.
fn bracketed(rest: &str) -> usize {
    let mut depth = 0;
    for (at, c) in rest.char_indices() {
        match c {
            '{' | '[' => depth += 1,
            '}' | ']' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return at + 1;
        }
    }
    rest.len()
}

/// Returns whether a place is inside `{}` or `[]` that were opened on its line.
fn is_flow(text: &str, at: usize) -> bool {
    let before = &text[at - column(text, at)..at];
    before.contains(['{', '['])
}

#[cfg(test)]
mod tests {
    use super::redact;
    use crate::secret::Secrets;

    fn hidden(text: &str) -> String {
        let out = redact(text, &Secrets::default());
        assert_eq!(out.len(), text.len(), "{text:?}");
        out
    }

    #[test]
    fn hides_values_and_keeps_their_length() {
        for (text, want) in [
            ("rootpw: hunter2\nx: 1", "rootpw: *******\nx: 1"),
            (
                "{name: ann, password: 'a, b', x: 1}",
                "{name: ann, password: '****', x: 1}",
            ),
            ("{rootpw: x, os: y}", "{rootpw: *, os: y}"),
            ("rootpw: locked", "rootpw: locked"),
            ("rootpw: locked1", "rootpw: *******"),
            ("rootpw: !env ROOTPW", "rootpw: !env ROOTPW"),
            (
                "encrypt: {passphrase: \"p\\n1\"}",
                "encrypt: {passphrase: \"****\"}",
            ),
            ("password:", "password:"),
            ("password: a,b}c # x", "password: *********"),
            ("\"password\":\"x'y\"", "\"password\":\"***\""),
            ("password : it's", "password : ****"),
            ("password: 'it''s' # no", "password: '*****' # no"),
            (
                "- password: |\n    one\n\n    two\n  x: 1",
                "- password: *\n    ***\n\n    ***\n  x: 1",
            ),
            ("password:\n  hunter2\nx: 1", "password:\n  *******\nx: 1"),
            ("password: one\n  two\nx: 1", "password: ***\n  ***\nx: 1"),
            ("token:\n  name: x\ny: z", "token:\n  *******\ny: z"),
            ("rootpw: !!str &p hunter2", "rootpw: !!str &p *******"),
            ("x: &p hunter2\nrootpw: *p", "x: &p *******\nrootpw: *p"),
            (
                "db_password: x\npasswords: y",
                "db_password: *\npasswords: y",
            ),
            ("rootpw: \"{{ vars.pw }}\"", "rootpw: \"{{ vars.pw }}\""),
            ("url: http://u:pw@h/", "url: http://u:**@h/"),
        ] {
            assert_eq!(hidden(text), want);
        }
        assert!(!hidden("rootpw: ü").contains('ü'));
    }

    #[test]
    fn hides_private_keys_under_any_key() {
        let text = "x: |\n  -----BEGIN PRIVATE KEY-----\n  b3Bl\n  -----END PRIVATE KEY-----\ny: 1";
        assert_eq!(hidden(text), text.replace("b3Bl", "****"));
    }

    #[test]
    fn hides_known_values_anywhere() {
        let mut secrets = Secrets::default();
        secrets.add("hunter2");
        assert_eq!(redact("vars: {x: hunter2}", &secrets), "vars: {x: *******}");
    }
}
