//! Taking a template apart: into text, and units that can be rendered each by itself.

use std::collections::{BTreeSet, HashSet};

use super::tokens::{Token, tokens};
use crate::expr::mentioned;

/// Names that are everything at once.
const ALL_NAMES: &str = "__tera_context";

/// A piece of a template.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Segment {
    /// Text that is copied.
    Text(String),
    /// A tag, or a loop or condition with what is in it.
    Unit {
        /// A template for it alone: the `set` tags it needs, and itself.
        source: String,
        /// The names it mentions, those of its own variables among them.
        reads: BTreeSet<String>,
        /// Of a condition without an alternative: a template that is empty when it does not hold, and what that reads.
        guard: Option<(String, BTreeSet<String>)>,
    },
}

/// Splits a template into its pieces.
///
/// Returns `None` when rendering them one by one would not be the same: it extends another, a loop or condition sets what
/// is read after it, or what it reads cannot be known.
pub(super) fn split<'a>(
    template: &str,
    text_of: &dyn Fn(&str) -> Option<&'a str>,
) -> Option<Vec<Segment>> {
    if template.ends_with(".xml") {
        // Escaping follows the template that is rendered, not the one that is included.
        return None;
    }
    let tokens = tokens(text_of(template)?);
    let mut splitter = Splitter {
        text_of,
        pieces: Vec::new(),
        text: String::new(),
        trim_next: false,
        sets: Vec::new(),
        inner: HashSet::new(),
    };
    let mut rest = tokens.as_slice();
    while let Some(first) = rest.first() {
        let length = splitter.take(first, rest)?;
        rest = &rest[length..];
    }
    splitter.flush();
    Some(splitter.pieces)
}

/// The state of a template half taken apart.
struct Splitter<'a, 'f> {
    text_of: &'f dyn Fn(&str) -> Option<&'a str>,
    pieces: Vec<Segment>,
    /// The text since the last tag or comment.
    text: String,
    /// Whether the next text loses the space it begins with.
    trim_next: bool,
    /// The `set` tags so far: the name, the tag, and the names it mentions.
    sets: Vec<(String, String, BTreeSet<String>)>,
    /// What was set inside loops and conditions.
    inner: HashSet<String>,
}

impl<'a> Splitter<'a, '_> {
    /// Takes the next token, or all tokens of a loop or condition, and returns how many they were.
    fn take(&mut self, first: &Token<'a>, rest: &[Token<'a>]) -> Option<usize> {
        let Token::Tag { kind, inner } = first else {
            self.flush();
            let text = first.source();
            self.text = if std::mem::take(&mut self.trim_next) {
                text.trim_start().to_owned()
            } else {
                text
            };
            return Some(1);
        };
        if inner.starts_with('-') {
            self.text.truncate(self.text.trim_end().len());
        }
        self.flush();
        let length = match (kind, first.word()) {
            ('#', _) => 1,
            ('%', "set" | "set_global") => {
                let (_, value) = inner.split_once('=')?;
                let name = first.variable()?.to_owned();
                let mentions = mentioned(value.trim_end_matches('-')).collect();
                self.sets.push((name, first.source(), mentions));
                1
            }
            ('%', "if" | "for") => self.unit(&rest[..block(rest)?])?,
            ('%', "include") | ('{', _) => self.unit(&rest[..1])?,
            _ => return None,
        };
        if let Token::Tag { inner, .. } = &rest[length - 1] {
            self.trim_next = inner.ends_with('-');
        }
        Some(length)
    }

    /// Ends the text before a tag.
    fn flush(&mut self) {
        let text = std::mem::take(&mut self.text);
        match self.pieces.last_mut() {
            Some(Segment::Text(before)) => before.push_str(&text),
            _ if text.is_empty() => {}
            _ => self.pieces.push(Segment::Text(text)),
        }
    }

    /// Adds a unit.
    fn unit(&mut self, tokens: &[Token<'a>]) -> Option<usize> {
        let (source, reads) = self.alone(tokens)?;
        let guard = match tokens {
            [first, .., last] if first.word() == "if" && !has_alternative(tokens) => {
                Some(self.alone(&[*first, Token::Text("x"), *last])?)
            }
            _ => None,
        };
        for token in tokens.iter().filter(|token| token.sets()) {
            self.inner.extend(token.variable().map(str::to_owned));
        }
        self.pieces.push(Segment::Unit {
            source,
            reads,
            guard,
        });
        Some(tokens.len())
    }

    /// Makes a template of some tokens and the sets they need before them, and tells the names it mentions.
    fn alone(&self, tokens: &[Token<'a>]) -> Option<(String, BTreeSet<String>)> {
        let mut reads = BTreeSet::new();
        let mut names = Names {
            text_of: self.text_of,
            seen: HashSet::new(),
        };
        names.gather(tokens, &mut reads)?;
        let mut needed: Vec<&str> = Vec::new();
        for (name, tag, mentions) in self.sets.iter().rev() {
            if reads.contains(name) {
                needed.push(tag);
                reads.extend(mentions.iter().cloned());
            }
        }
        if reads.contains(ALL_NAMES) || reads.iter().any(|name| self.inner.contains(name)) {
            return None;
        }
        if let ([include], []) = (tokens, needed.as_slice())
            && let Some(name) = include.included()
        {
            return Some(((self.text_of)(name)?.to_owned(), reads));
        }
        let source = needed.into_iter().rev().map(str::to_owned);
        let source = source.chain(tokens.iter().map(Token::source)).collect();
        Some((source, reads))
    }
}

/// Returns whether a condition says what holds otherwise.
fn has_alternative(tokens: &[Token<'_>]) -> bool {
    let mut depth = 0;
    tokens.iter().any(|token| {
        match token.word() {
            "if" | "for" => depth += 1,
            "endif" | "endfor" => depth -= 1,
            "else" | "elif" => return depth == 1,
            _ => {}
        }
        false
    })
}

/// Returns how many tokens the loop or condition has that begins with the first.
fn block(tokens: &[Token<'_>]) -> Option<usize> {
    let mut depth = 0;
    for (index, token) in tokens.iter().enumerate() {
        match token.word() {
            "if" | "for" => depth += 1,
            "endif" | "endfor" => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(index + 1);
        }
    }
    None
}

/// Looks through templates for names.
struct Names<'a, 'f> {
    text_of: &'f dyn Fn(&str) -> Option<&'a str>,
    seen: HashSet<String>,
}

impl<'a> Names<'a, '_> {
    /// Gathers every name some tokens and what they include mention.
    ///
    /// Returns `None` when they cannot be known.
    fn gather(&mut self, tokens: &[Token<'a>], found: &mut BTreeSet<String>) -> Option<()> {
        for token in tokens {
            let Token::Tag { kind, inner } = token else {
                continue;
            };
            let inner = inner.trim_matches(['-', ' ', '\n']);
            match (kind, token.word()) {
                ('#', _) | ('%', "else" | "endif" | "endfor") => {}
                ('%', "extends" | "block" | "import" | "component" | "raw") => return None,
                ('%', "include") => {
                    let name = token.included()?;
                    if self.seen.insert(name.to_owned()) {
                        let included = self::tokens((self.text_of)(name)?);
                        self.gather(&included, found)?;
                    }
                }
                _ => found.extend(mentioned(inner)),
            }
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;
    use tera::{Context, Tera};

    use super::{Segment, split};
    use crate::render::builtin::text;

    const PARTS: [(&str, &str); 2] = [
        (
            "a",
            "{% set x = [...own, 1] %}{{ x | length }}{% include \"b\" %}{# c #}",
        ),
        (
            "b",
            "{% if map.key is defined %}{{ \"}} s\" ~ q }}{% endif %}",
        ),
    ];

    fn pieces(text: &'static str) -> Option<Vec<Segment>> {
        let text_of = |name: &str| match name {
            "top" => Some(text),
            _ => PARTS
                .iter()
                .find(|(own, _)| *own == name)
                .map(|(_, text)| *text),
        };
        split("top", &text_of)
    }

    /// Renders the pieces of a template each by itself, with the names it reads and no others.
    fn joined(text: &'static str) -> String {
        let values =
            json!({"own": [1], "map": {"key": 2}, "q": "Q", "name": "n", "list": ["a", "b"]});
        let values: BTreeMap<String, tera::Value> = values
            .as_object()
            .unwrap()
            .iter()
            .map(|(name, value)| (name.clone(), tera::Value::from_serializable(value)))
            .collect();
        let mut tera = Tera::new();
        tera.add_raw_templates(PARTS).unwrap();
        let render = |source: &str, reads: &dyn Fn(&str) -> bool| {
            let mut tera = tera.clone();
            tera.add_raw_template("x", source).unwrap();
            let mut context = Context::new();
            for (name, value) in values.iter().filter(|(name, _)| reads(name)) {
                context.insert_value(name.clone(), value.clone());
            }
            tera.render("x", &context).unwrap()
        };
        let pieces = pieces(text).unwrap().into_iter().map(|piece| match piece {
            Segment::Text(text) => text,
            Segment::Unit { source, reads, .. } => render(&source, &|name| reads.contains(name)),
        });
        let joined: String = pieces.collect();
        assert_eq!(joined, render(text, &|_| true), "{text}");
        joined
    }

    #[test]
    fn the_pieces_say_what_the_whole_says() {
        assert_eq!(
            joined("one \n{#- c -#}\n two\n{%- include \"a\" %}\nend\n"),
            "onetwo2}} sQ\nend\n"
        );
        assert_eq!(joined(" {{- name -}} x {{ name }}\n"), "nx n\n");
        assert_eq!(
            joined("{% set a = name -%}\n {% set b = a ~ q %}{% set a = 3 %} {{ b }} {{ a }}"),
            " nQ 3"
        );
        assert_eq!(
            joined(
                "{% for x in list %}\n{%- if loop.first %} {{ x }}{% else %}-{% endif %}{% endfor -%}\n ."
            ),
            " a-."
        );
        assert_eq!(joined("{{ \"\\\"}}\" ~ q }}."), "\"}}Q.");
        assert_eq!(
            joined("{% if q %}{% set z = 1 %}{{ z }}{% endif %}{{ name }}"),
            "1n"
        );
    }

    #[test]
    fn each_unit_reads_what_it_needs() {
        let pieces =
            pieces("{% set s = q %}{% set t = s ~ name %}{{ t }}{{ own }}{{ s }}").unwrap();
        let reads = pieces.iter().filter_map(|piece| match piece {
            Segment::Unit { reads, .. } => {
                Some(reads.iter().map(String::as_str).collect::<Vec<_>>())
            }
            Segment::Text(_) => None,
        });
        let reads: Vec<Vec<&str>> = reads.collect();
        assert_eq!(
            reads,
            [vec!["name", "q", "s", "t"], vec!["own"], vec!["q", "s"]]
        );
    }

    #[test]
    fn a_condition_can_be_asked_by_itself() {
        let guards = |text| {
            let pieces = pieces(text).unwrap().into_iter();
            let guards = pieces.filter_map(|piece| match piece {
                Segment::Unit { guard, .. } => guard,
                Segment::Text(_) => None,
            });
            guards
                .map(|(source, reads)| (source, reads.into_iter().collect::<Vec<_>>()))
                .collect::<Vec<_>>()
        };
        assert_eq!(
            guards(
                "{% set a = q %}{%- if a > 1 -%}{% if x %}{{ name }}{% else %}-{% endif %}{%- endif %}"
            ),
            [(
                "{% set a = q %}{%- if a > 1 -%}x{%- endif %}".to_owned(),
                vec!["a".to_owned(), "q".to_owned()]
            )]
        );
        assert_eq!(
            guards("{% if q %}{{ name }}{% else %}x{% endif %}{{ q }}"),
            []
        );
    }

    #[test]
    fn the_templates_of_guests_can_be_taken_apart() {
        for template in ["autoinstall/ks.cfg", "guest/vmbuild.sh"] {
            assert!(split(template, &|name| text(name)).is_some(), "{template}");
        }
    }

    #[test]
    fn what_cannot_be_taken_apart_is_not() {
        for text in [
            "{% include \"missing\" %}",
            "{% extends \"a\" %}",
            "{% raw %}{{ x }}{% endraw %}",
            "{% set body %}x{% endset %}{{ body }}",
            "{% for x in list %}{% set_global y = x %}{% endfor %}{{ y }}",
            "{{ __tera_context }}",
            "{% if x %}",
        ] {
            assert_eq!(pieces(text), None, "{text}");
        }
    }
}
