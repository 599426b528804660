//! The filters that make text longer, as Tera has them but for a limit: an expression that multiplies text by text must
//! end before the memory does.

use tera::{Error, Kwargs, State, StringInput, Tera, TeraResult, Value};

use super::run::MAX_SIZE;

/// The most characters that Tera indents by.
const MAX_INDENT: usize = 1000;

/// Puts the filters in the places of Tera's own.
pub(super) fn register(tera: &mut Tera) {
    tera.register_filter("replace", replace);
    tera.register_filter("indent", indent);
    tera.register_filter("join", join);
}

/// Refuses a text that would have more than [`MAX_SIZE`] bytes.
fn bounded(size: Option<usize>) -> TeraResult<()> {
    match size {
        Some(size) if size <= MAX_SIZE => Ok(()),
        _ => Err(Error::message("it gives more than 1 MiB")),
    }
}

fn replace(text: StringInput<'_>, kwargs: Kwargs, _: &State<'_>) -> TeraResult<String> {
    let text = text.as_str();
    let from = kwargs.must_get::<&str>("from")?;
    let to = kwargs.must_get::<StringInput<'_>>("to")?;
    let to = to.as_str();
    let added = text.matches(from).count().checked_mul(to.len());
    bounded(added.and_then(|added| added.checked_add(text.len())))?;
    Ok(text.replace(from, to))
}

fn indent(text: StringInput<'_>, kwargs: Kwargs, _: &State<'_>) -> TeraResult<String> {
    let text = text.as_str();
    let width = kwargs.get::<usize>("width")?.unwrap_or(4).min(MAX_INDENT);
    let with = kwargs.get::<StringInput<'_>>("indentation")?;
    let with = with.as_ref().map_or(" ", StringInput::as_str);
    let first = kwargs.get::<bool>("first")?.unwrap_or(false);
    let blank = kwargs.get::<bool>("blank")?.unwrap_or(false);
    if with.chars().count() != 1 {
        let message = "The `indentation` argument must contain exactly one character";
        return Err(Error::message(message));
    }
    let per_line = width.checked_mul(with.len());
    let added = per_line.and_then(|per_line| per_line.checked_mul(text.lines().count()));
    bounded(added.and_then(|added| added.checked_add(text.len())))?;
    let indentation = with.repeat(width);
    let mut out = String::new();
    for (at, line) in text.lines().enumerate() {
        if at > 0 {
            out.push('\n');
        }
        if if at == 0 {
            first
        } else {
            blank || !line.is_empty()
        } {
            out.push_str(&indentation);
        }
        out.push_str(line);
    }
    if text.ends_with('\n') {
        out.push('\n');
    }
    Ok(out)
}

fn join(items: Vec<Value>, kwargs: Kwargs, _: &State<'_>) -> TeraResult<String> {
    let separator = kwargs.get::<StringInput<'_>>("sep")?;
    let separator = separator.as_ref().map_or("", StringInput::as_str);
    let mut out = String::new();
    for (at, item) in items.iter().enumerate() {
        if at > 0 {
            out.push_str(separator);
        }
        out.push_str(&item.to_string());
        bounded(Some(out.len()))?;
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use tera::{Context, Tera};

    /// Renders an expression with Tera's own filters, and with the bounded ones.
    fn both(expression: &str) -> [Result<String, String>; 2] {
        let mut bounded = Tera::new();
        super::register(&mut bounded);
        [Tera::new(), bounded].map(|mut tera| {
            let template = format!("{{{{ {expression} }}}}");
            tera.autoescape_on(Vec::<&str>::new());
            tera.add_raw_template("t", &template).unwrap();
            let text = tera.render("t", &Context::new());
            text.map_err(|error| error.to_string())
        })
    }

    #[test]
    fn small_texts_are_what_tera_makes_of_them() {
        for expression in [
            "'a-b-c' | replace(from='-', to='--')",
            "'aaa' | replace(from='', to='x')",
            "12 | str | replace(from='1', to='')",
            "'a\\n\\nb\\r\\nc\\n' | indent",
            "'a\\n\\nb' | indent(width=2, first=true, blank=true)",
            "'a\\nb' | indent(indentation='\\t', width=1)",
            "'' | indent(first=true)",
            "'a\\nb' | indent(indentation='ab')",
            "[1, 'b', 2.5, true] | join(sep=', ')",
            "[] | join(sep=', ')",
            "['a', 'b'] | join",
        ] {
            let [tera, bounded] = both(expression);
            assert_eq!(bounded, tera, "{expression}");
        }
    }

    #[test]
    fn large_texts_are_refused() {
        for expression in [
            "range(end=90000) | join(sep='0123456789abcdef')",
            "range(end=90000) | join | replace(from='0', to='0123456789abcdef0123456789abcdef')",
            "range(end=2000) | join(sep='\\n') | indent(width=2000000)",
        ] {
            let [_, bounded] = both(expression);
            assert!(
                bounded.unwrap_err().contains("more than 1 MiB"),
                "{expression}"
            );
        }
    }
}
