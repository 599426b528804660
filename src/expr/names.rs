//! Which names an expression reads.

pub(super) use crate::yaml::path::Step;

/// Words of the expression language that are no names.
const KEYWORDS: &[&str] = &[
    "and", "or", "not", "in", "is", "if", "else", "true", "false", "none", "True", "False", "None",
    "for",
];

/// Returns the paths an expression reads, as far as they can be told from its text.
///
/// `a.b[0].c` is a path of four steps; `a[b]` is the path `a`, for any part of it may be read, and the path `b`.
pub(super) fn paths(expression: &str) -> Vec<Vec<Step>> {
    let tokens = tokens(expression);
    let mut paths = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let Token::Word(word) = tokens[at] else {
            at += 1;
            continue;
        };
        let before = at.checked_sub(1).map(|before| tokens[before]);
        let after = tokens.get(at + 1);
        // Three dots spread a list; one stands before an attribute.
        let is_spread = tokens[..at].ends_with(&[Token::Symbol('.'); 3]);
        let is_attribute_or_filter = matches!(before, Some(Token::Symbol('|' | '.'))) && !is_spread;
        let is_test = before == Some(Token::Word("is"))
            || tokens[..at].ends_with(&[Token::Word("is"), Token::Word("not")]);
        let is_call = after == Some(&Token::Symbol('('));
        let is_argument =
            after == Some(&Token::Symbol('=')) && tokens.get(at + 2) != Some(&Token::Symbol('='));
        at += 1;
        if KEYWORDS.contains(&word) || is_attribute_or_filter || is_test || is_call || is_argument {
            continue;
        }
        let mut path = vec![Step::Key(word.to_owned())];
        loop {
            match (tokens.get(at), tokens.get(at + 1), tokens.get(at + 2)) {
                (Some(Token::Symbol('.')), Some(Token::Word(key)), _) => {
                    path.push(Step::Key((*key).to_owned()));
                    at += 2;
                }
                (
                    Some(Token::Symbol('[')),
                    Some(Token::Number(number)),
                    Some(Token::Symbol(']')),
                ) => {
                    let Ok(index) = number.parse() else { break };
                    path.push(Step::Index(index));
                    at += 3;
                }
                (Some(Token::Symbol('[')), Some(Token::Text(key)), Some(Token::Symbol(']'))) => {
                    path.push(Step::Key((*key).to_owned()));
                    at += 3;
                }
                _ => break,
            }
        }
        paths.push(path);
    }
    paths
}

/// Returns how many lists an expression makes with `for`: one in another would take as long as their product.
pub(super) fn loops(expression: &str) -> usize {
    let tokens = tokens(expression);
    let is_loop = |at: usize| {
        tokens[at] == Token::Word("for") && (at == 0 || tokens[at - 1] != Token::Symbol('.'))
    };
    (0..tokens.len()).filter(|at| is_loop(*at)).count()
}

/// Returns the names a template's tag mentions, its own variables and the language's words among them.
pub fn mentioned(tag: &str) -> impl Iterator<Item = String> {
    paths(tag)
        .into_iter()
        .filter_map(|path| match path.into_iter().next() {
            Some(Step::Key(name)) => Some(name),
            _ => None,
        })
}

/// Returns the length of the string literal that `text` begins with; a quote behind a `\` does not end it.
pub fn end_of_string(text: &str) -> usize {
    let mut chars = text.char_indices();
    let quote = chars.next().map(|(_, quote)| quote);
    while let Some((at, c)) = chars.next() {
        if c == '\\' {
            chars.next();
        } else if Some(c) == quote {
            return at + c.len_utf8();
        }
    }
    text.len()
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Token<'a> {
    Word(&'a str),
    Number(&'a str),
    Text(&'a str),
    Symbol(char),
}

fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let (token, length) = if first.is_ascii_alphabetic() || first == '_' {
            let length = rest
                .find(|c: char| !c.is_ascii_alphanumeric() && c != '_')
                .unwrap_or(rest.len());
            (Some(Token::Word(&rest[..length])), length)
        } else if first.is_ascii_digit() {
            let length = rest
                .find(|c: char| !c.is_ascii_digit())
                .unwrap_or(rest.len());
            (Some(Token::Number(&rest[..length])), length)
        } else if matches!(first, '"' | '\'' | '`') {
            let end = end_of_string(rest);
            (Some(Token::Text(rest[1..end].trim_end_matches(first))), end)
        } else {
            (
                (!first.is_whitespace()).then_some(Token::Symbol(first)),
                first.len_utf8(),
            )
        };
        tokens.extend(token);
        rest = &rest[length..];
    }
    tokens
}

#[cfg(test)]
mod tests {
    use super::{Step, paths};

    fn read(text: &str) -> Vec<String> {
        let show = |path: Vec<Step>| {
            let steps: Vec<String> = path
                .into_iter()
                .map(|step| match step {
                    Step::Key(key) => key,
                    Step::Index(index) => index.to_string(),
                })
                .collect();
            steps.join(".")
        };
        paths(text).into_iter().map(show).collect()
    }

    #[test]
    fn finds_what_is_read() {
        assert_eq!(read("2048 * index"), ["index"]);
        assert_eq!(read(r#""a\" ~ b \\" ~ c ~ "d""#), ["c"]);
        assert_eq!(
            read("virtinst.arch ~ vars['tree'][0].x"),
            ["virtinst.arch", "vars.tree.0.x"]
        );
        assert_eq!(
            read("vars[name] | default(value=other.x) | upper"),
            ["vars", "name", "other.x"]
        );
        assert_eq!(
            read("a if b is defined and not c == 'd e' else 1"),
            ["a", "b", "c"]
        );
        assert_eq!(read("a is not divisibleby(2)"), ["a"]);
        assert_eq!(read("[...a.b, ...c]"), ["a.b", "c"]);
    }
}
