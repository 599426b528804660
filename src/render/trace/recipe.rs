//! How an expression of a template comes to its value: which branch of a condition it takes, and which items of lists.
//!
//! What it chooses only the template engine knows. A recipe writes tags that print the choices, to stand beside the
//! expression in a template, and reads them back.

mod value;

use std::ops::Range;

pub(super) use self::value::Choices;
use super::super::scan::bound;
use crate::expr::{end_of_string, reads};
use crate::yaml::path::{Step, show};

/// Words of tags that name no value.
const WORDS: &[&str] = &[
    "elif",
    "endfilter",
    "endset",
    "filter",
    "loop",
    "set",
    "set_global",
];

/// What an expression is made of.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Recipe<'t> {
    /// The value at a path.
    Path(Vec<Step>),
    /// `[a, ...b]`: each item with whether it is a list to be spread.
    List(Vec<(bool, Self)>),
    /// `[item for variable in list if condition]`.
    Picked {
        item: &'t str,
        variable: &'t str,
        list: &'t str,
        from: Box<Self>,
        condition: Option<&'t str>,
    },
    /// `yes if condition else no`, and `yes or no`.
    Either {
        condition: &'t str,
        yes: Box<Self>,
        no: Box<Self>,
    },
    /// `of | unique`.
    Unique { text: &'t str, of: Box<Self> },
    /// `of | filters`, whose arguments name values, too.
    Filtered {
        text: &'t str,
        of: Box<Self>,
        filters: &'t str,
    },
    /// Something else, made of all it names.
    Made(&'t str),
}

impl<'t> Recipe<'t> {
    /// Returns how a tag comes to what it prints, sets or goes through; `None` when it has no expression.
    pub(super) fn of_tag(tag: &'t str) -> Option<Self> {
        let expression = match tag.split_whitespace().next() {
            Some("for") => tag.split_once(" in ")?.1,
            Some("set" | "set_global") => tag.split_once('=')?.1,
            _ => tag,
        };
        Some(Self::of(expression))
    }

    fn of(text: &'t str) -> Self {
        let text = text.trim();
        let tokens = tokens(text);
        let find = |word: &str| tokens.iter().find(|token| &text[(*token).clone()] == word);
        if tokens.len() == 1 {
            let inside = |open, close| text.strip_prefix(open)?.strip_suffix(close);
            if let Some(inner) = inside('(', ')') {
                return Self::of(inner);
            }
            if let Some(inner) = inside('[', ']') {
                return Self::list(inner).unwrap_or(Self::Made(text));
            }
        }
        if let (Some(if_), Some(else_)) = (find("if"), find("else"))
            && if_.end < else_.start
        {
            return Self::Either {
                condition: text[if_.end..else_.start].trim(),
                yes: Box::new(Self::of(&text[..if_.start])),
                no: Box::new(Self::of(&text[else_.end..])),
            };
        }
        if let Some(or) = find("or") {
            let condition = text[..or.start].trim();
            return match Self::of(condition) {
                Self::Made(_) => Self::Made(text),
                yes => Self::Either {
                    condition,
                    yes: Box::new(yes),
                    no: Box::new(Self::of(&text[or.end..])),
                },
            };
        }
        if let Some(pipe) = find("|") {
            // A filter binds tighter than any operator.
            return match Box::new(Self::of(&text[..pipe.start])) {
                of if matches!(*of, Self::Made(_)) => Self::Made(text),
                of if text[pipe.end..].trim() == "unique" => Self::Unique { text, of },
                of => Self::Filtered {
                    text,
                    of,
                    filters: &text[pipe.start..],
                },
            };
        }
        match reads(text).as_slice() {
            [path] if show(path) == text && names(text).len() == 1 => Self::Path(path.clone()),
            _ => Self::Made(text),
        }
    }

    /// Reads what stands between brackets.
    fn list(text: &'t str) -> Option<Self> {
        let tokens = tokens(text);
        let find = |word: &str| tokens.iter().find(|token| &text[(*token).clone()] == word);
        let Some(for_) = find("for") else {
            let commas = tokens.iter().filter(|token| &text[(*token).clone()] == ",");
            let ends = commas.clone().map(|comma| comma.start).chain([text.len()]);
            let starts = [0].into_iter().chain(commas.map(|comma| comma.end));
            let items = starts.zip(ends).map(|(start, end)| text[start..end].trim());
            let items = items.filter(|item| !item.is_empty());
            let items = items.map(|item| match item.strip_prefix("...") {
                Some(list) => (true, Self::of(list)),
                None => (false, Self::of(item)),
            });
            return Some(Self::List(items.collect()));
        };
        let in_ = find("in")?;
        let end = find("if").map_or(text.len(), |if_| if_.start);
        let variable = text[for_.end..in_.start].trim();
        let list = text[in_.end..end].trim();
        let condition = text.get(end + "if".len()..).map(str::trim);
        // The tags that print the choices are a loop of their own.
        let is_loop = |path: &Vec<Step>| path[0] == Step::Key("loop".to_owned());
        if variable.contains(',') || reads(condition.unwrap_or_default()).iter().any(is_loop) {
            return None;
        }
        Some(Self::Picked {
            item: text[..for_.start].trim(),
            variable,
            list,
            from: Box::new(Self::of(list)),
            condition,
        })
    }

    /// Writes tags that print what it chooses.
    pub(super) fn ask(&self) -> String {
        let mut out = String::new();
        self.ask_into(&mut out, false);
        out
    }

    /// Writes tags that print what it chooses and, where that is not enough to tell, the `length` of its value.
    fn ask_into(&self, out: &mut String, length: bool) {
        match self {
            Self::List(items) => {
                for (is_spread, item) in items {
                    item.ask_into(out, *is_spread);
                }
                return;
            }
            Self::Picked {
                variable,
                list,
                from,
                condition,
                ..
            } => {
                from.ask_into(out, false);
                let condition = condition.unwrap_or("true");
                out.push_str(&format!(
                    "{{% for {variable} in {list} %}}{{% if {condition} %}}{{{{ loop.index0 }}}},{{% endif %}}{{% endfor %}};"
                ));
                return;
            }
            Self::Either { condition, yes, no } => {
                out.push_str(&format!("{{% if {condition} %}}yes;"));
                yes.ask_into(out, length);
                out.push_str("{% else %}no;");
                no.ask_into(out, length);
                out.push_str("{% endif %}");
                return;
            }
            Self::Unique { text, of } => {
                of.ask_into(out, true);
                out.push_str(&format!("{{{{ ({text}) | length }}}};"));
                return;
            }
            Self::Filtered { of, .. } => of.ask_into(out, false),
            Self::Path(_) | Self::Made(_) => {}
        }
        if length {
            out.push_str(&format!("{{{{ ({}) | length }}}};", self.text()));
        }
    }

    /// Returns what it was read from, where that is one expression.
    fn text(&self) -> String {
        match self {
            Self::Path(path) => show(path),
            Self::Unique { text, .. } | Self::Filtered { text, .. } | Self::Made(text) => {
                (*text).to_owned()
            }
            Self::List(_) | Self::Picked { .. } | Self::Either { .. } => String::new(),
        }
    }
}

/// Returns the paths an expression names, less the variables it makes itself.
pub(super) fn names(expression: &str) -> Vec<Vec<Step>> {
    let bound = bound(expression, &(0..expression.len()));
    let is_own = |path: &Vec<Step>| match path.first() {
        Some(Step::Key(root)) => {
            let of_list = |(name, list): &(&str, Option<&str>)| name == root && list.is_some();
            WORDS.contains(&root.as_str()) || bound.iter().any(of_list)
        }
        _ => true,
    };
    let mut read = reads(expression);
    read.retain(|path| !is_own(path));
    read
}

/// Returns the words, signs and literals of an expression; what stands in brackets is one of them.
fn tokens(text: &str) -> Vec<Range<usize>> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        let rest = &text[at..];
        let length = match c {
            '"' | '\'' | '`' => end_of_string(rest),
            '(' | '[' | '{' => bracketed(rest),
            _ if c.is_alphanumeric() || c == '_' => rest
                .find(|c: char| !c.is_alphanumeric() && c != '_')
                .unwrap_or(rest.len()),
            _ => c.len_utf8(),
        };
        if !c.is_whitespace() {
            tokens.push(at..at + length);
        }
        at += length;
    }
    tokens
}

/// Returns how long the bracketed text is that `text` begins with.
fn bracketed(text: &str) -> usize {
    let (mut depth, mut at) = (0, 0);
    while let Some(c) = text[at..].chars().next() {
        match c {
            '"' | '\'' | '`' => {
                at += end_of_string(&text[at..]);
                continue;
            }
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth -= 1,
            _ => {}
        }
        at += c.len_utf8();
        if depth == 0 {
            break;
        }
    }
    at
}
