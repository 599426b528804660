//! Templates made of parts: what guests have in common is rendered once.
//!
//! A template that consists of text and `{% include %}`s is not rendered as a whole. Each part it includes is, alone,
//! with the names it mentions and no others; the result serves every guest for which these names have the same values.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::{Arc, PoisonError, RwLock};

use tera::Context;

use super::content::Piece;
use super::sections::Sections;
use super::{Content, Engine};
use crate::expr::mentioned;
use crate::source::Sources;

/// Names that are everything at once.
const ALL_NAMES: &str = "__tera_context";

/// What the templates of a run consist of, and what their parts became.
#[derive(Debug, Default)]
pub(super) struct Parts {
    split: RwLock<HashMap<String, Option<Arc<[Part]>>>>,
    rendered: RwLock<HashMap<Key, Piece>>,
}

/// A part's name and the numbers of the sections it reads.
type Key = (Arc<str>, Box<[Option<u32>]>);

/// A piece of a template.
#[derive(Debug)]
enum Part {
    /// Text that is copied.
    Text(Piece),
    /// An included template, and the names it mentions.
    Include { name: Arc<str>, reads: Vec<String> },
}

impl Parts {
    /// Renders a template part by part; `None` when it does not consist of parts, or one fails.
    pub(super) fn render(
        &self,
        engine: &Engine,
        template: &str,
        sections: &Sections<'_>,
        sources: &Sources,
    ) -> Option<Content> {
        let parts = self.of(engine, template, sources)?;
        let mut content = Content::default();
        for part in &*parts {
            content.push(match part {
                Part::Text(text) => text.clone(),
                Part::Include { name, reads } => self.part(engine, name, reads, sections)?,
            });
        }
        Some(content)
    }

    fn of(&self, engine: &Engine, template: &str, sources: &Sources) -> Option<Arc<[Part]>> {
        let known = self.split.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(parts) = known.get(template) {
            return parts.clone();
        }
        drop(known);
        let text_of = |name: &str| engine.text(name, sources);
        let parts = split(template, &text_of).map(Arc::from);
        self.split
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(template.to_owned(), parts.clone());
        parts
    }

    fn part(
        &self,
        engine: &Engine,
        name: &Arc<str>,
        reads: &[String],
        sections: &Sections<'_>,
    ) -> Option<Piece> {
        let ids = reads.iter().map(|name| Some(sections.get(name)?.id));
        let key = (Arc::clone(name), ids.collect());
        let rendered = self.rendered.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(text) = rendered.get(&key) {
            return Some(text.clone());
        }
        drop(rendered);
        let mut context = Context::new();
        for read in reads {
            if let Some(section) = sections.get(read) {
                context.insert_value(read.clone(), section.value.clone());
            }
        }
        let text = Piece::from(engine.try_render(name, &context)?);
        self.rendered
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(key, text.clone());
        Some(text)
    }
}

/// Splits a template into its parts; `None` when it holds anything but text, comments and includes.
fn split<'a>(template: &str, text_of: &dyn Fn(&str) -> Option<&'a str>) -> Option<Vec<Part>> {
    if template.ends_with(".xml") {
        // Escaping follows the template that is rendered, not the one that is included.
        return None;
    }
    let mut parts = Vec::new();
    let mut text = String::new();
    // Where the text that a `-` would trim begins.
    let mut last = 0;
    let mut trim_next = false;
    for token in tokens(text_of(template)?) {
        match token {
            Token::Text(more) => {
                last = text.len();
                text.push_str(if trim_next { more.trim_start() } else { more });
                trim_next = false;
            }
            Token::Tag { kind, inner } => {
                if inner.starts_with('-') {
                    text.truncate(text.trim_end().len().max(last));
                }
                last = text.len();
                trim_next = inner.ends_with('-');
                if kind == '#' {
                    continue;
                }
                let (word, name) = inner.trim_matches(['-', ' ', '\n']).split_once(' ')?;
                let name = name.trim().strip_prefix('"')?.strip_suffix('"')?;
                if kind != '%' || word != "include" || name.contains('"') {
                    return None;
                }
                let mut reads = BTreeSet::new();
                names(name, text_of, &mut reads, &mut HashSet::new())?;
                parts.push(Part::Text(std::mem::take(&mut text).into()));
                parts.push(Part::Include {
                    name: name.into(),
                    reads: reads.into_iter().collect(),
                });
                last = 0;
            }
        }
    }
    parts.push(Part::Text(text.into()));
    Some(parts)
}

/// Gathers every name a template and what it includes mention, those of its own variables among them.
///
/// Returns `None` when they cannot be known.
fn names<'a>(
    template: &str,
    text_of: &dyn Fn(&str) -> Option<&'a str>,
    found: &mut BTreeSet<String>,
    seen: &mut HashSet<String>,
) -> Option<()> {
    if !seen.insert(template.to_owned()) {
        return Some(());
    }
    for token in tokens(text_of(template)?) {
        let Token::Tag { kind, inner } = token else {
            continue;
        };
        let inner = inner.trim_matches(['-', ' ', '\n']);
        match (kind, inner.split_whitespace().next()) {
            ('#', _) => {}
            ('%', Some("extends" | "block" | "import" | "component")) => return None,
            ('%', Some("include")) => {
                let name = inner["include".len()..].trim();
                let name = name.strip_prefix('"')?.strip_suffix('"')?;
                names(name, text_of, found, seen)?;
            }
            _ => found.extend(mentioned(inner)),
        }
    }
    (!found.contains(ALL_NAMES)).then_some(())
}

/// A piece of a template's text.
#[derive(Debug, PartialEq, Eq)]
enum Token<'a> {
    /// What is copied.
    Text(&'a str),
    /// What stands between the braces of `{{ }}`, `{% %}` or `{# #}`.
    Tag { kind: char, inner: &'a str },
}

fn tokens(text: &str) -> Vec<Token<'_>> {
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
    let close = match kind {
        '{' => "}}",
        '%' => "%}",
        _ => "#}",
    };
    let mut quote = None;
    for (at, c) in inner.char_indices() {
        match quote {
            Some(open) if c == open => quote = None,
            Some(_) => {}
            None if kind != '#' && matches!(c, '"' | '\'' | '`') => quote = Some(c),
            None if inner[at..].starts_with(close) => return at,
            None => {}
        }
    }
    inner.len()
}

#[cfg(test)]
mod tests {
    use super::{Part, split};

    fn parts(text: &'static str) -> Option<Vec<(String, Vec<String>)>> {
        let text_of = |name: &str| match name {
            "top" => Some(text),
            "a" => Some("{% set x = [...own, 1] %}{{ x | f(k=arg) }}{% include \"b\" %}{# c #}"),
            "b" => Some("{% if map.key is defined %}{{ \"}} s\" ~ q }}{% endif %}"),
            _ => None,
        };
        let show = |part: &Part| match part {
            Part::Text(text) => (
                format!("{}", String::from_utf8_lossy(text.bytes())),
                Vec::new(),
            ),
            Part::Include { name, reads } => (name.to_string(), reads.clone()),
        };
        Some(split("top", &text_of)?.iter().map(show).collect())
    }

    #[test]
    fn a_template_of_includes_is_split() {
        let parts = parts("one \n{#- c -#}\n two\n{%- include \"a\" %}\nend\n").unwrap();
        assert_eq!(parts[0].0, "onetwo");
        assert_eq!(parts[1].0, "a");
        for name in ["own", "arg", "map", "q"] {
            assert!(
                parts[1].1.iter().any(|read| read == name),
                "{name}: {parts:?}"
            );
        }
        assert_eq!(parts[2].0, "\nend\n");
    }

    #[test]
    fn a_template_with_logic_of_its_own_is_not() {
        assert!(parts("{{ name }}{% include \"a\" %}").is_none());
        assert!(parts("{% if x %}{% include \"a\" %}{% endif %}").is_none());
        assert!(parts("{% include \"missing\" %}").is_none());
    }
}
