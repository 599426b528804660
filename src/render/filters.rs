//! The filters, tests and functions that templates have beside Tera's own.
//!
//! Each filter carries one value into one language: a shell word, a virt-install suboption, a word of a
//! kickstart command. A value that the language cannot carry is an error at its place in the template,
//! never a changed value. All of them are pure: no clock, no locale, no state.

mod agama;
mod autoinstall;
mod debian;
mod encode;
mod kickstart;
mod netplan;
mod plain;
mod range;
mod table;
mod unattend;
mod xml;

use tera::{Error, Kwargs, State, Tera, TeraResult, Value};

pub(super) use range::restart;
use table::Body;
pub(super) use table::CALLABLES;

pub(super) use unattend::password as unattend_password;

/// Tera's own filters, for suggestions.
pub(super) const TERA_FILTERS: &[&str] = &[
    "abs",
    "capitalize",
    "default",
    "escape",
    "escape_html",
    "escape_xml",
    "first",
    "float",
    "get",
    "group_by",
    "indent",
    "int",
    "join",
    "keys",
    "last",
    "length",
    "lower",
    "newlines_to_br",
    "nth",
    "pairs",
    "pluralize",
    "replace",
    "reverse",
    "round",
    "safe",
    "sort",
    "split",
    "str",
    "title",
    "trim",
    "trim_end",
    "trim_start",
    "truncate",
    "unique",
    "upper",
    "values",
    "wordcount",
];

/// Tera's own tests, for suggestions.
pub(super) const TERA_TESTS: &[&str] = &[
    "array",
    "bool",
    "containing",
    "defined",
    "divisible_by",
    "ending_with",
    "even",
    "float",
    "integer",
    "iterable",
    "map",
    "none",
    "number",
    "odd",
    "starting_with",
    "string",
    "undefined",
];

/// Returns base64 of bytes, for what no template could hold.
pub(super) fn encode_base64(bytes: &[u8]) -> String {
    encode::base64_of(bytes)
}

/// What every filter on text is: the new text, or why there is none.
type Filtered = Result<String, String>;

/// Registers every filter, test and function of the table. Must run before templates are added, because Tera resolves
/// the names when it compiles a template.
pub(crate) fn register(tera: &mut Tera) {
    for callable in CALLABLES {
        let name = callable.name;
        match callable.body {
            Body::Text(filter) => {
                tera.register_filter(name, move |value: &Value, kwargs: Kwargs, _: &State| {
                    no_options(name, &kwargs)?;
                    filter(text(name, value)?).map_err(|why| refusal(name, &why))
                })
            }
            Body::List(filter) => {
                tera.register_filter(name, move |value: &Value, kwargs: Kwargs, _: &State| {
                    no_options(name, &kwargs)?;
                    filter(&texts(name, value)?).map_err(|why| refusal(name, &why))
                })
            }
            Body::Bytes(filter) => {
                tera.register_filter(name, move |value: &Value, kwargs: Kwargs, _: &State| {
                    no_options(name, &kwargs)?;
                    bytes(name, value).map(filter)
                })
            }
            Body::Test(test) => {
                tera.register_test(name, move |value: &Value, kwargs: Kwargs, _: &State| {
                    no_options(name, &kwargs)?;
                    Ok::<_, Error>(test(text(name, value)?))
                })
            }
            Body::TestOf(argument, test) => {
                tera.register_test(name, move |value: &Value, kwargs: Kwargs, _: &State| {
                    let list = kwargs.must_get::<&Value>(argument)?;
                    Ok::<_, Error>(test(text(name, value)?, &texts(name, list)?))
                })
            }
            Body::Function(function) => {
                tera.register_function(name, move |kwargs: Kwargs, _: &State| function(&kwargs));
            }
        }
    }
}

/// The text in `value`.
fn text<'v>(name: &str, value: &'v Value) -> TeraResult<&'v str> {
    value
        .as_str()
        .ok_or_else(|| wrong_kind(name, "a string", value))
}

/// The texts in `value`.
fn texts<'v>(name: &str, value: &'v Value) -> TeraResult<Vec<&'v str>> {
    let wrong = |value: &Value| wrong_kind(name, "a list of strings", value);
    let items = value.as_array().ok_or_else(|| wrong(value))?;
    let text = |item: &'v Value| item.as_str().ok_or_else(|| wrong(item));
    items.iter().map(text).collect()
}

/// The number of bytes in `value`. A float is refused even when it is whole: a size that went through floating point
/// may have lost bytes.
fn bytes(name: &str, value: &Value) -> TeraResult<u64> {
    let whole = value.is_number() && !value.is_f64();
    let bytes = whole.then(|| value.as_u64()).flatten();
    bytes.ok_or_else(|| wrong_kind(name, "a whole number of bytes", value))
}

/// Refuses keyword arguments, which Tera would ignore.
fn no_options(name: &str, kwargs: &Kwargs) -> TeraResult<()> {
    match kwargs.iter().next() {
        Some((key, _)) => Err(refusal(name, &format!("unknown argument `{key}`"))),
        None => Ok(()),
    }
}

fn wrong_kind(name: &str, due: &str, found: &Value) -> Error {
    refusal(name, &format!("{due} is due, not {}", found.name()))
}

fn refusal(name: &str, why: &str) -> Error {
    Error::message(format!("filter `{name}`: {why}"))
}

/// One word of a POSIX shell command line. What ends CDATA in XML is quoted in two parts, as scripts may stand in there.
fn sh(text: &str) -> Filtered {
    if let Some(at) = text.find(plain::CDATA_END) {
        let (head, tail) = text.split_at(at + 2);
        return Ok(sh(head)? + &sh(tail)?);
    }
    // Nearly all words are names, numbers and suboptions; what `shlex` makes of these needs no looking for.
    let is_bare = |byte: u8| byte.is_ascii_alphanumeric() || b"-./:_".contains(&byte);
    let is_tame = |byte: u8| is_bare(byte) || b",= ".contains(&byte);
    match text.as_bytes() {
        [_, ..] if text.bytes().all(is_bare) => return Ok(text.to_owned()),
        [_, ..] if text.bytes().all(is_tame) => return Ok(["'", text, "'"].concat()),
        _ => {}
    }
    shlex::try_quote(text)
        .map(|word| word.into_owned())
        .map_err(|_| "a NUL character cannot be carried in a shell word".to_owned())
}

/// The value of a shell variable: one word, always in quotes. Where there is a variable `name`, shellcheck takes
/// `x=name-1` for arithmetic (SC2100).
fn sh_value(text: &str) -> Filtered {
    let word = sh(text)?;
    Ok(if word == text {
        format!("'{word}'")
    } else {
        word
    })
}

/// One value of a virt-install suboption string such as `--disk path=VALUE,size=5`, still to be quoted for the shell.
///
/// virtinst (`parse_optstr_tuples` in `cli.py`) splits such a string with Python's `shlex` in POSIX mode, with the
/// comma as the only separator and no comments, and each part at its first `=`. Inside double quotes only `"` and `\`
/// need a backslash, and everything XML can hold is carried.
fn subopt(text: &str) -> Filtered {
    encode::xml_chars(text)?;
    let bare = |c: char| !matches!(c, ',' | '"' | '\'' | '\\') && !c.is_whitespace();
    if !text.is_empty() && text.chars().all(bare) {
        return Ok(text.to_owned());
    }
    Ok(plain::double_quoted(text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use tera::Context;

    /// What `template` makes of `value`, or the innermost message of its error.
    fn render(template: &str, value: impl Into<Value>) -> Result<String, String> {
        let mut tera = Tera::default();
        register(&mut tera);
        tera.add_raw_template("t", template)
            .map_err(|e| e.to_string())?;
        let mut context = Context::new();
        context.insert("v", &value.into());
        tera.render("t", &context).map_err(|e| e.to_string())
    }

    #[test]
    fn what_tera_is_said_to_have_it_has() {
        for name in TERA_FILTERS {
            let error = render(&format!("{{{{ v | {name} }}}}"), "x").err();
            assert!(!error.unwrap_or_default().contains("Unknown"), "{name}");
        }
        for name in TERA_TESTS {
            let error = render(&format!("{{{{ v is {name} }}}}"), "x").err();
            assert!(!error.unwrap_or_default().contains("Unknown"), "{name}");
        }
    }

    #[test]
    fn shell_words_are_quoted_when_needed() {
        assert_eq!(render("{{ v | sh }}", "/a/b.img").unwrap(), "/a/b.img");
        assert_eq!(render("{{ v | sh }}", "").unwrap(), "''");
        assert_eq!(
            render("{{ v | sh }}", "a;rm -rf $HOME").unwrap(),
            "'a;rm -rf $HOME'"
        );
        let error = render("{{ v | sh }}", "a\0b").unwrap_err();
        assert!(error.contains("NUL"), "{error}");
    }

    #[test]
    fn suboptions_keep_commas_and_quotes() {
        let cases = [
            ("/x/a.img", "/x/a.img"),
            ("a=b", "a=b"),
            ("a,b", r#""a,b""#),
            ("it's", r#""it's""#),
            (r#"a"b\c"#, r#""a\"b\\c""#),
            ("", r#""""#),
        ];
        for (value, want) in cases {
            assert_eq!(render("{{ v | subopt }}", value).unwrap(), want);
        }
        let error = render("{{ v | subopt }}", "a\u{1}b").unwrap_err();
        assert!(error.contains("U+0001"), "{error}");
    }

    #[test]
    fn arguments_and_kinds_are_checked() {
        for (template, want) in [
            ("{{ v | sh(x=1) }}", "unknown argument `x`"),
            ("{{ 5 | sh }}", "filter `sh`: a string is due, not "),
            ("{{ v.w | ks }}", "a string is due, not undefined"),
            (
                "{{ v | gib }}",
                "filter `gib`: a whole number of bytes is due, not ",
            ),
            ("{{ 1.0 | mib }}", "a whole number of bytes is due"),
            ("{{ v | ks_list }}", "a list of strings is due"),
            ("{{ fail(msg=\"no such thing\") }}", "no such thing"),
        ] {
            let error = render(template, "x").unwrap_err();
            assert!(error.contains(want), "{template}: {error}");
        }
    }

    #[test]
    fn lists_and_the_script_test_reach_templates() {
        let list = Value::from(vec![Value::from("sshd"), Value::from("ntpd")]);
        assert_eq!(render("{{ v | ks_list }}", list).unwrap(), "sshd,ntpd");
        let test = "{% if v is ks_script %}plain{% else %}encoded{% endif %}";
        assert_eq!(render(test, "echo hi\n").unwrap(), "plain");
        assert_eq!(render(test, "echo hi\n%end\n").unwrap(), "encoded");
    }
}
