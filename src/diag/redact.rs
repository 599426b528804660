//! Secrets in source lines: a diagnostic shows the line it is about, but never a password that stands there.

/// The keys whose values are not shown.
const SECRET: &[&str] = &["rootpw:", "password:", "passphrase:"];

/// Values that say nothing.
const HARMLESS: &[&str] = &["locked", "~", "null", "!env", "!file", "*", "{"];

/// Returns `text` with the value of every secret key replaced by `*`, byte for byte, so that places stay what they are.
pub(super) fn redact(text: &str) -> String {
    let mut out = text.to_owned();
    for key in SECRET {
        let mut from = 0;
        while let Some(found) = out[from..].find(key) {
            let start = from + found + key.len();
            let value = start + out[start..].len()
                - out[start..]
                    .trim_start_matches([' ', '\t', '"', '\''])
                    .len();
            let end = value + value_length(&out[start..value], &out[value..]);
            if !HARMLESS
                .iter()
                .any(|harmless| out[value..end].starts_with(harmless))
            {
                out.replace_range(value..end, &"*".repeat(end - value));
            }
            from = end.max(start);
        }
    }
    out
}

/// Returns how long the value at the start of `text` is; `before` holds its opening quote, if it has one.
fn value_length(before: &str, text: &str) -> usize {
    let quote = before.chars().find(|c| matches!(c, '"' | '\''));
    let end = match quote {
        Some(quote) => text.find([quote, '\n']),
        None => text.find([',', '}', ']', '\n']),
    };
    let value = &text[..end.unwrap_or(text.len())];
    if quote.is_some() {
        value.len()
    } else {
        value.trim_end().len()
    }
}

#[cfg(test)]
mod tests {
    use super::redact;

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
            ("rootpw: !env ROOTPW", "rootpw: !env ROOTPW"),
            (
                "encrypt: {passphrase: \"p\\n1\"}",
                "encrypt: {passphrase: \"****\"}",
            ),
            ("password:", "password:"),
        ] {
            assert_eq!(redact(text), want);
            assert_eq!(redact(text).len(), text.len());
        }
        assert_eq!(redact("rootpw: ü").len(), "rootpw: ü".len());
    }
}
