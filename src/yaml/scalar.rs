//! What a scalar means: the core schema of YAML 1.2.2, section 10.3.2, and nothing of YAML 1.1.

use std::sync::Arc;

/// The text of a scalar and whether it stood unquoted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scalar {
    /// The text after unescaping.
    pub text: Arc<str>,
    /// Unquoted, and therefore maybe a null, boolean or number.
    pub plain: bool,
}

/// A scalar's value under the core schema.
#[derive(Clone, Debug, PartialEq)]
pub enum Resolved<'a> {
    /// `~`, `null` or nothing.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A number with a fraction or exponent, or a whole number too large for [`Resolved::Int`].
    Float(f64),
    /// Everything else.
    Str(&'a str),
}

impl Scalar {
    /// Makes a scalar that is text whatever it looks like.
    pub fn quoted(text: impl Into<Arc<str>>) -> Self {
        Self {
            text: text.into(),
            plain: false,
        }
    }

    /// Makes a scalar whose text decides its type.
    pub fn plain(text: impl Into<Arc<str>>) -> Self {
        Self {
            text: text.into(),
            plain: true,
        }
    }

    /// Returns the value.
    #[must_use]
    pub fn resolve(&self) -> Resolved<'_> {
        let text: &str = &self.text;
        if !self.plain {
            return Resolved::Str(text);
        }
        match text {
            "" | "~" | "null" | "Null" | "NULL" => return Resolved::Null,
            "true" | "True" | "TRUE" => return Resolved::Bool(true),
            "false" | "False" | "FALSE" => return Resolved::Bool(false),
            _ => {}
        }
        if !text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '.')) {
            return Resolved::Str(text);
        }
        number(text).unwrap_or(Resolved::Str(text))
    }
}

fn number(text: &str) -> Option<Resolved<'static>> {
    if let Some(octal) = text.strip_prefix("0o") {
        return radix(octal, 8);
    }
    if let Some(hex) = text.strip_prefix("0x") {
        return radix(hex, 16);
    }
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    if !unsigned.is_empty() && unsigned.bytes().all(|byte| byte.is_ascii_digit()) {
        let exact = text
            .strip_prefix('+')
            .unwrap_or(text)
            .parse()
            .map(Resolved::Int);
        return exact
            .ok()
            .or_else(|| text.parse().map(Resolved::Float).ok());
    }
    match unsigned {
        ".inf" | ".Inf" | ".INF" => {
            let value = if text.starts_with('-') {
                f64::NEG_INFINITY
            } else {
                f64::INFINITY
            };
            return Some(Resolved::Float(value));
        }
        _ if matches!(text, ".nan" | ".NaN" | ".NAN") => return Some(Resolved::Float(f64::NAN)),
        _ => {}
    }
    let shape = unsigned
        .bytes()
        .all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'e' | b'E' | b'-' | b'+'));
    let digit = unsigned
        .trim_start_matches('.')
        .starts_with(|c: char| c.is_ascii_digit());
    (shape && digit)
        .then(|| text.parse().ok().map(Resolved::Float))
        .flatten()
}

fn radix(digits: &str, radix: u32) -> Option<Resolved<'static>> {
    if digits.starts_with(['+', '-']) {
        return None;
    }
    i64::from_str_radix(digits, radix).ok().map(Resolved::Int)
}

#[cfg(test)]
mod tests {
    use super::{Resolved, Scalar};

    #[test]
    fn follows_the_core_schema() {
        for (text, want) in [
            ("", Resolved::Null),
            ("~", Resolved::Null),
            ("true", Resolved::Bool(true)),
            ("yes", Resolved::Str("yes")),
            ("on", Resolved::Str("on")),
            ("017", Resolved::Int(17)),
            ("0o17", Resolved::Int(15)),
            ("0xff", Resolved::Int(255)),
            ("-5", Resolved::Int(-5)),
            ("1_000", Resolved::Str("1_000")),
            ("1.5", Resolved::Float(1.5)),
            ("1e3", Resolved::Float(1000.0)),
            ("9.4.1", Resolved::Str("9.4.1")),
            ("22:22", Resolved::Str("22:22")),
            ("-", Resolved::Str("-")),
            (".", Resolved::Str(".")),
            ("-nano", Resolved::Str("-nano")),
            ("52:54:00:00:00:01", Resolved::Str("52:54:00:00:00:01")),
        ] {
            assert_eq!(Scalar::plain(text).resolve(), want, "{text:?}");
            assert_eq!(Scalar::quoted(text).resolve(), Resolved::Str(text));
        }
    }
}
