//! What a failing expression names that does not exist, and what exists beside it.
//!
//! Tera says that something is undefined, seldom what. So the template is rendered once more, with every name in the
//! failing tag replaced by a question that is asked in the name's own scope: loops, partials and `set` included. Only
//! failures cost this.

use std::cell::RefCell;
use std::ops::Range;

use tera::{Context, Error, Kwargs, State, Tera, TeraResult, Value};

use super::filters::restart;

/// The function that asks. No template can mean it: names of this form are Tera's own.
const PROBE: &str = "__probe";

/// Tera's name for everything in scope, as a map.
const SCOPE: &str = "__tera_context";

/// Words of an expression or tag that name no value.
const WORDS: &[&str] = &[
    "and",
    "as",
    "block",
    "component",
    "elif",
    "else",
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

std::thread_local! {
    /// What the probe of this thread found first.
    static FOUND: RefCell<Option<Missing>> = const { RefCell::new(None) };
}

/// A name that does not exist.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Missing {
    /// The name as written, up to the part that is missing.
    pub(super) path: String,
    /// Its bytes in the template.
    pub(super) range: Range<usize>,
    /// What it was looked for in: the value before the missing part, or nothing for a name by itself.
    pub(super) owner: Option<String>,
    /// The part that is missing.
    pub(super) part: String,
    /// What exists there, sorted.
    pub(super) known: Vec<String>,
    /// How many items the list has that it was looked for in.
    pub(super) items: Option<usize>,
}

/// A name in a template, with its fields and literal indexes.
#[derive(Debug, PartialEq, Eq)]
struct Name {
    range: Range<usize>,
    root: String,
}

/// Finds the first name around `span` in the template `name`, whose text is `text`, that does not exist when `root` is
/// rendered.
pub(super) fn probe(
    tera: &Tera,
    root: &str,
    context: &Context,
    (name, text): (&str, &str),
    span: &Range<usize>,
) -> Option<Missing> {
    let tag = tag(text, span);
    let all = names(text, &tag);
    let marked = |name: &&Name| {
        name.range.start < span.end.max(span.start + 1) && span.start < name.range.end
    };
    let marked: Vec<&Name> = all.iter().filter(marked).collect();
    // A filter's fault is marked at the filter, not at what it was given.
    [marked, all.iter().collect()].iter().find_map(|names| {
        let mut probed = text.to_owned();
        for found in names.iter().rev() {
            probed.replace_range(found.range.clone(), &question(text, found));
        }
        let mut tera = tera.clone();
        tera.register_function(PROBE, |kwargs: Kwargs, _: &State<'_>| ask(&kwargs));
        tera.add_raw_template(name, &probed).ok()?;
        FOUND.take();
        restart();
        tera.render(root, context).err()?;
        FOUND.take()
    })
}

/// Returns the call that asks for a name where it stands.
fn question(text: &str, name: &Name) -> String {
    let path = text[name.range.clone()]
        .replace('\\', "\\\\")
        .replace('"', "\\\"");
    format!(
        "{PROBE}(scope={SCOPE}, root={}, at={}, path=\"{path}\")",
        name.root, name.range.start
    )
}

/// Answers with the value of the path, or keeps what is missing and ends the rendering.
fn ask(kwargs: &Kwargs) -> TeraResult<Value> {
    let scope = kwargs.must_get::<Value>("scope")?;
    let root = kwargs
        .get::<Value>("root")?
        .unwrap_or_else(Value::undefined);
    let start = usize::try_from(kwargs.must_get::<u64>("at")?).unwrap_or_default();
    let path = kwargs.must_get::<&str>("path")?;
    let parts = parts(path);
    let mut value = root;
    let mut end = parts.first().map_or(path.len(), |part| part.start);
    if value.is_undefined() {
        let missing = Missing {
            path: path[..end].to_owned(),
            range: start..start + end,
            owner: None,
            part: path[..end].to_owned(),
            known: keys(&scope),
            items: None,
        };
        return Err(give_up(missing));
    }
    for part in parts {
        let text = path[part.clone()].trim_matches(['.', '?', '[', ']', '"', '\'', ' ']);
        let next = match value.as_array() {
            Some(items) => text
                .parse::<usize>()
                .ok()
                .and_then(|index| items.get(index)),
            None => value
                .as_map()
                .and_then(|map| map.iter().find(|(key, _)| key.to_string() == text))
                .map(|(_, value)| value),
        };
        match next.filter(|next| !next.is_undefined()) {
            Some(next) => value = next.clone(),
            None => {
                let missing = Missing {
                    path: path[..part.end].to_owned(),
                    range: start..start + part.end,
                    owner: Some(path[..end].to_owned()),
                    part: text.to_owned(),
                    known: keys(&value),
                    items: value.as_array().map(<[Value]>::len),
                };
                return Err(give_up(missing));
            }
        }
        end = part.end;
    }
    Ok(value)
}

fn give_up(missing: Missing) -> Error {
    let message = format!("`{}` is not defined", missing.path);
    FOUND.set(Some(missing));
    Error::message(message)
}

/// Returns the keys of a map, sorted, less Tera's own.
fn keys(value: &Value) -> Vec<String> {
    let keys = value.as_map().into_iter().flat_map(|map| map.keys());
    let mut keys: Vec<String> = keys
        .map(ToString::to_string)
        .filter(|key| !key.starts_with("__"))
        .collect();
    keys.sort_unstable();
    keys
}

/// Returns the fields and indexes of a path after its first name: `.ip`, `[0]`, `["a b"]`.
fn parts(path: &str) -> Vec<Range<usize>> {
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
fn tag(text: &str, span: &Range<usize>) -> Range<usize> {
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

/// Returns the names of values in a tag whose absence would be a fault, in order.
fn names(text: &str, tag: &Range<usize>) -> Vec<Name> {
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

    /// What the probe finds in the partial `p` of a template.
    fn missing(partial: &str, span: &str) -> Option<Missing> {
        let mut tera = Tera::new();
        let root = "{% for nic in nics %}{% include \"p\" %}{% endfor %}";
        tera.add_raw_templates([("root", root), ("p", partial)])
            .unwrap();
        let mut context = Context::new();
        context.insert("nics", &[serde_json::json!({"mac": "x", "sub": {"a": 1}})]);
        assert!(tera.render("root", &context).is_err(), "{partial}");
        let start = partial.find(span).unwrap();
        probe(
            &tera,
            "root",
            &context,
            ("p", partial),
            &(start..start + span.len()),
        )
    }

    #[test]
    fn the_missing_part_is_found_in_its_scope() {
        let found = missing("a {{ nic.sub.b | upper }}", "nic.sub.b | upper").unwrap();
        assert_eq!(
            (&*found.path, found.owner.as_deref()),
            ("nic.sub.b", Some("nic.sub"))
        );
        assert_eq!(found.known, ["a"]);
        assert_eq!(found.range, 5..14);
        let found = missing("{{ nics[1].mac }}", "nics[1].mac").unwrap();
        assert_eq!((&*found.path, found.items), ("nics[1]", Some(1)));
        let found = missing("{% set x = 1 %}{{ nik.mac }}", "nik").unwrap();
        assert_eq!((&*found.path, found.owner), ("nik", None));
        assert!(found.known.contains(&"nics".to_owned()) && found.known.contains(&"x".to_owned()));
        assert_eq!(
            missing("{{ nic.mac.x }}", "nic.mac").unwrap().path,
            "nic.mac.x"
        );
    }
}
