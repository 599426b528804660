//! The names of values in a template's text, told from tags, filters, tests and loop variables.
//!
//! Tera keeps its syntax tree to itself, so this reads tags as far as names need it, and leaves out what it is not sure
//! of. It evaluates nothing.

use std::ops::Range;

/// Words of an expression or tag that name no value.
const WORDS: &[&str] = &[
    "and",
    "as",
    "block",
    "break",
    "component",
    "continue",
    "elif",
    "else",
    "endblock",
    "endcomponent",
    "endfilter",
    "endfor",
    "endif",
    "endset",
    "extends",
    "false",
    "False",
    "filter",
    "for",
    "if",
    "in",
    "include",
    "is",
    "loop",
    "none",
    "None",
    "not",
    "null",
    "or",
    "self",
    "set",
    "set_global",
    "true",
    "True",
];

/// A name in a template, with its fields and literal indexes.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Name {
    pub(super) range: Range<usize>,
    pub(super) root: String,
}

/// Returns the fields and indexes of a path after its first name: `.ip`, `[0]`, `["a b"]`.
pub(super) fn parts(path: &str) -> Vec<Range<usize>> {
    let mut starts: Vec<usize> = Vec::new();
    let mut quote = None;
    for (at, c) in path.char_indices() {
        match (quote, c) {
            (Some(open), c) if open == c => quote = None,
            (None, '"' | '\'') => quote = Some(c),
            (None, '.' | '[') => starts.push(at),
            _ => {}
        }
    }
    let ends = starts.iter().skip(1).copied().chain([path.len()]);
    starts
        .iter()
        .copied()
        .zip(ends)
        .map(|(start, end)| start..end)
        .collect()
}

/// Returns the bytes of the tag that `span` lies in.
pub(super) fn tag(text: &str, span: &Range<usize>) -> Range<usize> {
    let start = ["{{", "{%"]
        .iter()
        .filter_map(|open| text[..span.start].rfind(open))
        .max()
        .map_or(0, |start| start + 2);
    let end = ["}}", "%}"]
        .iter()
        .filter_map(|close| text[span.start..].find(close))
        .min()
        .map_or(text.len(), |end| span.start + end);
    start..end
}

/// Returns the bytes of every tag, in order, without comments and raw text.
pub(super) fn tags(text: &str) -> Vec<Range<usize>> {
    let mut tags = Vec::new();
    let mut at = 0;
    while let Some(open) = text[at..].find('{').map(|open| at + open) {
        let close = match text.as_bytes().get(open + 1) {
            Some(b'#') => "#}",
            Some(b'{') => "}}",
            Some(b'%') => "%}",
            _ => {
                at = open + 1;
                continue;
            }
        };
        let Some(end) = text[open + 2..].find(close).map(|end| open + 2 + end) else {
            break;
        };
        let inside = text[open + 2..end].trim_matches(['-', ' ']);
        at = end + 2;
        if inside == "raw" && close == "%}" {
            at = text[at..].find("endraw").map_or(text.len(), |end| at + end);
        } else if close != "#}" {
            tags.push(open + 2..end);
        }
    }
    tags
}

/// Returns the variables that a tag makes, each with the path a loop takes it from; `set` and the keys of maps have none.
pub(super) fn bound<'t>(text: &'t str, tag: &Range<usize>) -> Vec<(&'t str, Option<&'t str>)> {
    let mut bound = Vec::new();
    let mut words = Vec::new();
    let mut at = tag.start;
    while let Some(c) = text[at..tag.end].chars().next() {
        if c.is_alphabetic() || c == '_' {
            let end = path_end(text, word(text, at, tag.end), tag.end);
            words.push(&text[at..end]);
            at = end;
        } else {
            if !c.is_whitespace() {
                words.push(&text[at..at + c.len_utf8()]);
            }
            at += c.len_utf8();
        }
    }
    for (at, start) in words.iter().enumerate() {
        match (*start, &words[at + 1..]) {
            ("for", [name, "in", path, ..]) => {
                // A filter or an operator behind the path gives something else.
                let plain = matches!(words.get(at + 4).copied(), None | Some("-" | "]" | "if"));
                bound.push((*name, Some(*path).filter(|_| plain)));
            }
            ("for", [key, ",", value, "in", ..]) => bound.extend([(*key, None), (*value, None)]),
            ("set" | "set_global", [name, ..]) => bound.push((*name, None)),
            _ => {}
        }
    }
    bound
}

/// Returns the names of values in a tag whose absence would be a fault, in order.
pub(super) fn names(text: &str, tag: &Range<usize>) -> Vec<Name> {
    let mut names = Vec::new();
    let mut at = tag.start;
    // The token before, which tells a filter, a test or a loop's variable from a value.
    let mut before = "";
    while let Some(c) = text[at..tag.end].chars().next() {
        if matches!(c, '"' | '\'' | '`') {
            let close = text[at + 1..tag.end].find(c);
            at = close.map_or(tag.end, |close| at + close + 2);
            before = "\"";
        } else if c.is_alphabetic() || c == '_' {
            let root_end = word(text, at, tag.end);
            let root = &text[at..root_end];
            let end = path_end(text, root_end, tag.end);
            let rest = text[end..tag.end].trim_start();
            let next = &rest[..word(rest, 0, rest.len())];
            let assigned = rest.starts_with('=') && !rest.starts_with("==");
            let optional = matches!(next, "is" | "or") || rest.starts_with("| default");
            let called = rest.starts_with('(') || rest.starts_with('[');
            let named = matches!(before, "|" | "is" | "for" | "," if before != "," || in_loop_head(text, tag, at));
            if !(WORDS.contains(&root)
                || assigned
                || optional
                || called
                || named
                || matches!(before, "not" | "."))
            {
                names.push(Name {
                    range: at..end,
                    root: root.to_owned(),
                });
            }
            // `is not x` names a test as `is x` does.
            before = if root == "not" && before == "is" {
                "is"
            } else {
                root
            };
            at = end;
        } else {
            if !c.is_whitespace() {
                before = &text[at..at + c.len_utf8()];
            }
            at += c.len_utf8();
        }
    }
    names
}

/// Returns whether the name at `at` is the second variable of a loop, as in `for key, value in map`.
fn in_loop_head(text: &str, tag: &Range<usize>, at: usize) -> bool {
    let head = text[tag.start..at]
        .trim_end()
        .trim_end_matches(',')
        .trim_end();
    let mut words = head.rsplit(char::is_whitespace);
    words.next();
    words.next() == Some("for")
}

/// Returns where the word that starts at `at` ends.
fn word(text: &str, at: usize, end: usize) -> usize {
    let rest = &text[at..end];
    at + rest
        .find(|c: char| !(c.is_alphanumeric() || c == '_'))
        .unwrap_or(rest.len())
}

/// Returns where a path ends whose first name ends at `at`: fields and literal indexes follow.
fn path_end(text: &str, mut at: usize, end: usize) -> usize {
    loop {
        let rest = &text[at..end];
        let rest = rest.strip_prefix('?').unwrap_or(rest);
        let start = end - rest.len();
        let next = if rest.starts_with('.') {
            let field = word(text, start + 1, end);
            (field > start + 1).then_some(field)
        } else if rest.starts_with('[') {
            let close = rest.find(']').map(|close| start + close + 1);
            close.filter(|close| {
                let index = text[start + 1..close - 1].trim();
                let quoted = |quote: char| {
                    index.len() > 1 && index.starts_with(quote) && index.ends_with(quote)
                };
                quoted('"')
                    || quoted('\'')
                    || (!index.is_empty() && index.bytes().all(|b| b.is_ascii_digit()))
            })
        } else {
            None
        };
        match next {
            Some(next) => at = next,
            None => return at,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<&str> {
        let tag = tag(text, &(text.find("{").unwrap() + 2..text.len()));
        names(text, &tag)
            .into_iter()
            .map(|name| &text[name.range])
            .collect()
    }

    #[test]
    fn tags_and_what_they_bind_are_found() {
        let text = "{# {{ a }} #}{% raw %}{{ b }}{% endraw %}{%- for x in c.d -%}{{ {\"e\": x} }}";
        let tags = tags(text);
        let shown: Vec<&str> = tags.iter().map(|tag| &text[tag.clone()]).collect();
        assert_eq!(shown, ["- for x in c.d -", " {\"e\": x} "]);
        assert_eq!(bound(text, &tags[0]), [("x", Some("c.d"))]);
        let cases = [
            ("{% set_global x = 1 %}", vec![("x", None)]),
            ("{% for k, v in m %}", vec![("k", None), ("v", None)]),
            (
                "{{ [d.x for d in disks if d.y] }}",
                vec![("d", Some("disks"))],
            ),
            ("{% for x in y | sort %}", vec![("x", None)]),
        ];
        for (text, want) in cases {
            assert_eq!(bound(text, &(2..text.len() - 2)), want, "{text}");
        }
    }

    #[test]
    fn names_of_values_are_told_from_other_words() {
        let cases: [(&str, &[&str]); 9] = [
            ("{{ nic.foo | sh }}", &["nic.foo"]),
            (
                "{{ interfaces[0].foo ~ \"a.b\" ~ os[\"name\"] }}",
                &["interfaces[0].foo", "os[\"name\"]"],
            ),
            ("{% for nic in interfaces %}", &["interfaces"]),
            ("{% for key, value in vars.hosts %}", &["vars.hosts"]),
            (
                "{% if a.b is not defined and not c or d == e.f %}",
                &["d", "e.f"],
            ),
            ("{% set x = y | join(sep=z) %}", &["y", "z"]),
            ("{{ fail(msg=\"x\" ~ name) }}", &["name"]),
            ("{{ items[loop.index0].x }}", &[]),
            ("{{ [d.device for d in disks] }}", &["d.device", "disks"]),
        ];
        for (text, want) in cases {
            assert_eq!(found(text), want, "{text}");
        }
    }
}
