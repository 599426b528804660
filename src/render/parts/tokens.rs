//! The tokens of a template: text, and the tags between braces. What a tag does is for others to judge.

use crate::expr::end_of_string;

/// A piece of a template's text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::render) enum Token<'a> {
    /// What is copied.
    Text(&'a str),
    /// What stands between the braces of `{{ }}`, `{% %}` or `{# #}`.
    Tag { kind: char, inner: &'a str },
}

impl Token<'_> {
    /// Returns the text it was read from.
    pub(in crate::render) fn source(&self) -> String {
        match self {
            Self::Text(text) => (*text).to_owned(),
            Self::Tag { kind, inner } => format!("{{{kind}{inner}{}", close(*kind)),
        }
    }

    /// Returns the first word of a `{% %}`.
    pub(in crate::render) fn word(&self) -> &str {
        match self {
            Self::Tag { kind: '%', inner } => {
                let inner = inner.trim_start_matches('-');
                inner.split_whitespace().next().unwrap_or_default()
            }
            _ => "",
        }
    }
}

impl<'a> Token<'a> {
    /// Returns whether it gives a variable a value.
    pub(in crate::render) fn sets(&self) -> bool {
        matches!(self.word(), "set" | "set_global")
    }

    /// Returns the name of the template an `include` names.
    pub(in crate::render) fn included(&self) -> Option<&'a str> {
        let Self::Tag { kind: '%', inner } = self else {
            return None;
        };
        let name = inner
            .trim_matches(['-', ' ', '\n'])
            .strip_prefix("include")?;
        name.trim().strip_prefix('"')?.strip_suffix('"')
    }

    /// Returns the second word of a tag, which is the variable of a `set`.
    pub(in crate::render) fn variable(&self) -> Option<&'a str> {
        let Self::Tag { inner, .. } = self else {
            return None;
        };
        let mut words = inner.trim_matches(['-', ' ', '\n']).split([' ', '=']);
        words.nth(1)
    }
}

/// Reads a template's text, comments among its tags.
pub(in crate::render) fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let start = ["{{", "{%", "{#"]
            .into_iter()
            .filter_map(|open| rest.find(open))
            .min();
        let Some(start) = start else { break };
        if start > 0 {
            tokens.push(Token::Text(&rest[..start]));
        }
        let kind = char::from(rest.as_bytes()[start + 1]);
        let inner = &rest[start + 2..];
        let end = end_of_tag(inner, kind);
        tokens.push(Token::Tag {
            kind,
            inner: &inner[..end],
        });
        rest = inner.get(end + 2..).unwrap_or_default();
    }
    if !rest.is_empty() {
        tokens.push(Token::Text(rest));
    }
    tokens
}

/// Returns where a tag ends; braces in its strings do not end it.
fn end_of_tag(inner: &str, kind: char) -> usize {
    let close = close(kind);
    let mut at = 0;
    while let Some(c) = inner[at..].chars().next() {
        if kind != '#' && matches!(c, '"' | '\'' | '`') {
            at += end_of_string(&inner[at..]);
        } else if inner[at..].starts_with(close) {
            return at;
        } else {
            at += c.len_utf8();
        }
    }
    inner.len()
}

fn close(kind: char) -> &'static str {
    match kind {
        '{' => "}}",
        '%' => "%}",
        _ => "#}",
    }
}
