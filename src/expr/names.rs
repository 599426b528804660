//! Which names an expression reads.

use std::ops::Range;

pub(super) use crate::yaml::path::Step;

/// Words of the expression language that are no names.
const KEYWORDS: &[&str] = &[
    "and", "or", "not", "in", "is", "if", "else", "true", "false", "none", "True", "False", "None",
    "for",
];

/// Returns the paths an expression reads, as far as they can be told from its text.
///
/// `a.b[0].c` is a path of four steps; `a[b]` is the path `a`, for any part of it may be read, and the path `b`. The
/// variables of `[a for a in b]` are its own, whatever else has their names.
pub(super) fn paths(expression: &str) -> Vec<Vec<Step>> {
    let tokens = tokens(expression);
    let bound = Bound::of(&tokens);
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
        let is_bound = bound.iter().any(|bound| bound.has(word, at));
        at += 1;
        if KEYWORDS.contains(&word)
            || is_attribute_or_filter
            || is_test
            || is_call
            || is_argument
            || is_bound
        {
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
    (0..tokens.len()).filter(|at| is_for(&tokens, *at)).count()
}

fn is_for(tokens: &[Token<'_>], at: usize) -> bool {
    tokens[at] == Token::Word("for") && (at == 0 || tokens[at - 1] != Token::Symbol('.'))
}

/// The variables of a list that is made of another, `[item for key, value in list if condition]`, and the tokens they
/// stand in: all between the brackets but the list.
#[derive(Debug)]
struct Bound<'a> {
    names: Vec<&'a str>,
    item: Range<usize>,
    condition: Range<usize>,
}

impl<'a> Bound<'a> {
    /// Finds the lists in an expression that are made with `for`; the tag of a loop, `{% for … %}`, has no bracket.
    fn of(tokens: &[Token<'a>]) -> Vec<Self> {
        let loops = (0..tokens.len()).filter(|at| is_for(tokens, *at));
        loops.filter_map(|at| Self::at(tokens, at)).collect()
    }

    /// Reads what is around the `for` at a place.
    fn at(tokens: &[Token<'a>], at: usize) -> Option<Self> {
        let mut depth = 0_usize;
        let start = tokens[..at]
            .iter()
            .rposition(|token| token.leaves(&mut depth, CLOSING, OPENING))?;
        if tokens[start] != Token::Symbol('[') {
            return None;
        }
        let (names, list) = match tokens[at + 1..] {
            [Token::Word(value), Token::Word("in"), ..] => (vec![value], at + 3),
            [
                Token::Word(key),
                Token::Symbol(','),
                Token::Word(value),
                Token::Word("in"),
                ..,
            ] => (vec![key, value], at + 5),
            _ => return None,
        };
        let end_of = |from: usize, word: Option<&str>| {
            let mut depth = 0_usize;
            let end = tokens[from..].iter().position(|token| {
                let is_word = matches!(token, Token::Word(here) if word == Some(*here));
                token.leaves(&mut depth, OPENING, CLOSING) || depth == 0 && is_word
            });
            end.map_or(tokens.len(), |end| from + end)
        };
        let condition = end_of(list, Some("if"));
        Some(Self {
            names,
            item: start..list,
            condition: condition..end_of(condition, None),
        })
    }

    /// Returns whether the word at a place is one of the variables.
    fn has(&self, word: &str, at: usize) -> bool {
        self.names.contains(&word) && (self.item.contains(&at) || self.condition.contains(&at))
    }
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

const OPENING: [char; 3] = ['[', '(', '{'];
const CLOSING: [char; 3] = [']', ')', '}'];

impl Token<'_> {
    /// Returns whether a walk over tokens leaves with this one the brackets it began in; `depth` counts those it entered.
    fn leaves(&self, depth: &mut usize, entering: [char; 3], leaving: [char; 3]) -> bool {
        let Token::Symbol(c) = self else {
            return false;
        };
        if leaving.contains(c) {
            let leaves = *depth == 0;
            *depth = depth.saturating_sub(1);
            return leaves;
        }
        *depth += usize::from(entering.contains(c));
        false
    }
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

    #[test]
    fn variables_of_a_list_are_its_own() {
        assert_eq!(read("[n for n in a.b] | join(sep=n)"), ["a.b", "n"]);
        assert_eq!(read("[1 for n in a]"), ["a"]);
        assert_eq!(
            read("[n.x[k] ~ c for k, n in a[b] if n.on and d[(n)]] ~ k"),
            ["c", "a", "b", "d", "k"]
        );
        assert_eq!(
            read("[n if n else m for n in n.list if n]"),
            ["m", "n.list"]
        );
        assert_eq!(
            read("f(x=[[n, 1] for n in (a if b else c)], y=n)"),
            ["a", "b", "c", "n"]
        );
        assert_eq!(read("for n in a"), ["n", "a"]);
        assert_eq!(read("[for"), Vec::<String>::new());
        assert_eq!(read("[n for n in"), Vec::<String>::new());
    }
}
