//! Text → literal pieces and expressions.
//!
//! Only `{{` opens anything: `{%`, `{#` and shell's `${#array[@]}` are text.

use std::ops::Range;

/// A piece of a value's text, as byte ranges of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// Text that stays.
    Literal(Range<usize>),
    /// What stands between `{{` and `}}`.
    Expression(Range<usize>),
}

/// Splits `text`; `Err` is the offset of a `{{` that is never closed.
pub(super) fn scan(text: &str) -> Result<Vec<Piece>, usize> {
    let mut pieces = Vec::new();
    let mut at = 0;
    while let Some(open) = text[at..].find("{{").map(|offset| at + offset) {
        if open > at {
            pieces.push(Piece::Literal(at..open));
        }
        let close = closing(text, open + 2).ok_or(open)?;
        pieces.push(Piece::Expression(open + 2..close));
        at = close + 2;
    }
    if at < text.len() {
        pieces.push(Piece::Literal(at..text.len()));
    }
    Ok(pieces)
}

/// Finds the `}}` that closes an expression, past strings and braces inside it.
fn closing(text: &str, start: usize) -> Option<usize> {
    let mut quote = None;
    let mut depth = 0_usize;
    let mut bytes = text.bytes().enumerate().skip(start);
    while let Some((at, byte)) = bytes.next() {
        match (quote, byte) {
            (Some(_), b'\\') => {
                bytes.next();
            }
            (Some(open), _) if byte == open => quote = None,
            (Some(_), _) => {}
            (None, b'"' | b'\'' | b'`') => quote = Some(byte),
            (None, b'{') => depth += 1,
            (None, b'}') if depth > 0 => depth -= 1,
            (None, b'}') if text[at..].starts_with("}}") => return Some(at),
            (None, _) => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::{Piece, scan};

    fn expressions(text: &str) -> Vec<&str> {
        let pieces = scan(text).unwrap();
        pieces
            .iter()
            .filter_map(|piece| match piece {
                Piece::Expression(range) => Some(&text[range.clone()]),
                Piece::Literal(_) => None,
            })
            .collect()
    }

    #[test]
    fn reads_expressions_only() {
        assert_eq!(expressions("http://{{ a }}/{{b.c}}/"), [" a ", "b.c"]);
        assert_eq!(
            expressions("{{ '}}' ~ {\"k\": {}} }}"),
            [" '}}' ~ {\"k\": {}} "]
        );
        assert!(expressions("{% if x %} {# c #} ${#a[@]} { { }}").is_empty());
        assert_eq!(scan("a {{ b"), Err(2));
    }
}
