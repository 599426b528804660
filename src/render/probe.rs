//! What a failing expression names that does not exist, and what exists beside it.
//!
//! Tera says that something is undefined, seldom what. So the template is rendered once more, with every name in the
//! failing tag replaced by a question that is asked in the name's own scope: loops, partials and `set` included. Only
//! failures cost this.

use std::cell::RefCell;
use std::ops::Range;

use tera::{Context, Error, Kwargs, State, Tera, TeraResult, Value};

use super::filters::restart;
use super::scan::{Name, names, parts, tag};

/// The function that asks. No template can mean it: names of this form are Tera's own.
const PROBE: &str = "__probe";

/// Tera's name for everything in scope, as a map.
const SCOPE: &str = "__tera_context";

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

#[cfg(test)]
mod tests {
    use super::*;

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
