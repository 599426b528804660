//! What the expressions of a text read, for whoever explains what they came to. It evaluates nothing.

use super::names::paths;
use super::scan::{Piece, scan};
use crate::yaml::path::Step;

/// An expression in a text, and what it reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Read {
    /// What stands between the braces, trimmed.
    pub expression: String,
    /// The paths it names, each once, in order.
    pub paths: Vec<Vec<Step>>,
}

/// Returns the expressions of a text in order.
#[must_use]
pub fn inputs(text: &str) -> Vec<Read> {
    let pieces = scan(text).unwrap_or_default();
    let read = |piece| match piece {
        Piece::Literal(_) => None,
        Piece::Expression(range) => {
            let expression = text[range].trim();
            Some(Read {
                expression: expression.to_owned(),
                paths: reads(expression),
            })
        }
    };
    pieces.into_iter().filter_map(read).collect()
}

/// Returns the paths an expression or a template's tag names, each once, in order.
#[must_use]
pub fn reads(expression: &str) -> Vec<Vec<Step>> {
    let mut distinct: Vec<Vec<Step>> = Vec::new();
    for path in paths(expression) {
        if !distinct.contains(&path) {
            distinct.push(path);
        }
    }
    distinct
}

#[cfg(test)]
mod tests {
    use super::inputs;
    use crate::yaml::path::show;

    #[test]
    fn expressions_are_found_with_what_they_read() {
        let read = inputs("http://{{ a.b }}/{{ c[0] ~ a.b ~ c[0] }}/$x");
        let read: Vec<(&str, Vec<String>)> = read
            .iter()
            .map(|read| {
                (
                    &*read.expression,
                    read.paths.iter().map(|path| show(path)).collect(),
                )
            })
            .collect();
        let want = vec![
            ("a.b", vec!["a.b".to_owned()]),
            (
                "c[0] ~ a.b ~ c[0]",
                vec!["c[0]".to_owned(), "a.b".to_owned()],
            ),
        ];
        assert_eq!(read, want);
    }
}
