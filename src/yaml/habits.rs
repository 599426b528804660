//! Habits of YAML 1.1 that YAML 1.2 reads differently, and of shells: what to write instead.
//!
//! YAML 1.1 (2005) knew `yes` and `off` for booleans, `017` for fifteen, `1_000`, and `1:30` for ninety; most YAML in
//! other tools is still read that way.

use super::scalar::{Resolved, Scalar};

/// Returns what to write for `scalar`, which is `found`, where a boolean is due.
pub(super) fn boolean(scalar: &Scalar, found: &str) -> Option<String> {
    let text: &str = &scalar.text;
    let value = match text.to_lowercase().as_str() {
        "yes" | "on" | "y" | "1" | "true" => "true",
        "no" | "off" | "n" | "0" | "false" => "false",
        _ => return None,
    };
    let read = if scalar.plain {
        format!("YAML 1.2 reads `{text}` as {found}")
    } else {
        "this is quoted text".into()
    };
    Some(format!("{read}; write `{value}`"))
}

/// Returns what to write for `scalar` where a number is due.
#[must_use]
pub fn number(scalar: &Scalar) -> Option<String> {
    let text: &str = &scalar.text;
    if !scalar.plain && matches!(Scalar::plain(text).resolve(), Resolved::Int(_)) {
        return Some(format!("write it without quotes: `{text}`"));
    }
    let digits = text.replace('_', "");
    if digits != text && is_digits(&digits) {
        return Some(format!("YAML 1.2 has no `_` in numbers; write `{digits}`"));
    }
    if let Some(value) = sexagesimal(text) {
        return Some(format!(
            "YAML 1.1 took this for a number to the base of 60; write `{value}`"
        ));
    }
    let binary = text.strip_prefix("0b").filter(|digits| is_digits(digits));
    if let Some(value) = binary.and_then(|digits| i64::from_str_radix(digits, 2).ok()) {
        return Some(format!("YAML 1.2 has no binary numbers; write `{value}`"));
    }
    match scalar.resolve() {
        Resolved::Float(value) if !value.is_finite() => Some("write a number that ends".into()),
        Resolved::Float(_) => text
            .split_once('.')
            .filter(|(whole, rest)| is_digits(whole) && rest.bytes().all(|byte| byte == b'0'))
            .map(|(whole, _)| format!("write it without the fraction: `{whole}`")),
        _ => None,
    }
}

/// Returns what is ambiguous about a number that begins with a zero, and what to write.
#[must_use]
pub fn leading_zero(scalar: &Scalar) -> Option<(String, String)> {
    let text: &str = &scalar.text;
    if !scalar.plain || !text.starts_with('0') || text.len() == 1 || !is_digits(text) {
        return None;
    }
    let decimal = text.trim_start_matches('0');
    let decimal = if decimal.is_empty() { "0" } else { decimal };
    let other = match i64::from_str_radix(text, 8) {
        Ok(octal) if octal.to_string() == decimal => return None,
        Ok(octal) => octal.to_string(),
        Err(_) => "text".to_owned(),
    };
    Some((
        format!("`{text}` is {decimal} in YAML 1.2, and {other} in YAML 1.1"),
        match other.parse::<i64>() {
            Ok(octal) => format!("write `{decimal}`, or `{octal}` if that is meant"),
            Err(_) => format!("write `{decimal}`"),
        },
    ))
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Reads `22:22` as YAML 1.1 did: digits to the base of 60.
fn sexagesimal(text: &str) -> Option<u64> {
    let mut parts = text.split(':');
    let first = parts.next().filter(|part| is_digits(part))?;
    let mut value: u64 = first.parse().ok()?;
    let mut more = false;
    for part in parts {
        let part = Some(part).filter(|part| is_digits(part) && part.len() <= 2);
        let part = part?.parse().ok().filter(|part| *part < 60)?;
        value = value.checked_mul(60)?.checked_add(part)?;
        more = true;
    }
    more.then_some(value)
}

/// Returns the list to write instead of a flag and its value in one text; `None` when it is one word, as in
/// `--flag=a value`.
pub(crate) fn as_words(text: &str) -> Option<String> {
    let mut words = Vec::new();
    for flag in flags(text.trim()) {
        match flag.split_once(char::is_whitespace) {
            Some((name, value)) if !name.contains('=') => words.extend([name, value.trim()]),
            _ => words.push(flag),
        }
    }
    (text.starts_with("--") && words.len() > 1).then(|| format!("{words:?}"))
}

/// Returns the parts of `text` that begin with `--`, each with what follows it. One with `=` takes all that is left.
fn flags(text: &str) -> Vec<&str> {
    let (mut flags, mut rest) = (Vec::new(), text);
    while let Some(next) = rest.find(" --") {
        if rest[..next].contains('=') && !rest[..next].contains(char::is_whitespace) {
            break;
        }
        flags.push(rest[..next].trim_end());
        rest = rest[next..].trim_start();
    }
    flags.push(rest);
    flags
}

#[cfg(test)]
mod tests {
    use super::{Scalar, as_words, leading_zero, number};

    #[test]
    fn numbers_of_yaml_1_1_are_explained() {
        for (text, help) in [
            (
                "1_000",
                Some("YAML 1.2 has no `_` in numbers; write `1000`"),
            ),
            (
                "1:30",
                Some("YAML 1.1 took this for a number to the base of 60; write `90`"),
            ),
            (
                "22:22:22",
                Some("YAML 1.1 took this for a number to the base of 60; write `80542`"),
            ),
            ("0b101", Some("YAML 1.2 has no binary numbers; write `5`")),
            (".inf", Some("write a number that ends")),
            ("2.0", Some("write it without the fraction: `2`")),
            ("2.5", None),
            ("1:75", None),
            ("two", None),
            ("_", None),
        ] {
            assert_eq!(number(&Scalar::plain(text)).as_deref(), help, "{text}");
        }
        let quoted = number(&Scalar::quoted("5"));
        assert_eq!(quoted.as_deref(), Some("write it without quotes: `5`"));
    }

    #[test]
    fn leading_zeros_are_ambiguous_where_they_change_something() {
        let found = |text| leading_zero(&Scalar::plain(text)).map(|(message, _)| message);
        assert_eq!(
            found("017").as_deref(),
            Some("`017` is 17 in YAML 1.2, and 15 in YAML 1.1")
        );
        assert_eq!(
            found("08").as_deref(),
            Some("`08` is 8 in YAML 1.2, and text in YAML 1.1")
        );
        for fine in ["0", "00", "07", "17", "0o17", "0x11", "0.5"] {
            assert_eq!(found(fine), None, "{fine}");
        }
        assert!(leading_zero(&Scalar::quoted("017")).is_none());
    }

    #[test]
    fn flags_and_their_values_are_words() {
        for word in [
            "--sound=none",
            "--metadata=title=a --b",
            "-x y",
            "none",
            "a b",
            "--x",
        ] {
            assert_eq!(as_words(word), None, "{word}");
        }
        for (text, list) in [
            ("--sound none", r#"["--sound", "none"]"#),
            ("--iommu model=intel", r#"["--iommu", "model=intel"]"#),
            ("--a b --c d=e", r#"["--a", "b", "--c", "d=e"]"#),
        ] {
            assert_eq!(as_words(text).as_deref(), Some(list), "{text}");
        }
    }
}
