//! Plain data → YAML text that YAML 1.1 and 1.2 readers understand alike.
//!
//! Strings stay bare only when no reader could take them for anything else: a MAC address or `no` left bare is a number
//! or a boolean to a YAML 1.1 reader, and cloud-init and Ansible are such readers.

use serde_json::Value;

/// Plain data that YAML can say.
pub trait Plain: Sized {
    /// Returns the keys and values of a map.
    fn entries(&self) -> Option<impl ExactSizeIterator<Item = (&str, &Self)>>;

    /// Returns the items of a list.
    fn items(&self) -> Option<&[Self]>;

    /// Returns the text, of a string.
    fn text(&self) -> Option<&str>;

    /// Returns anything else as JSON writes it.
    fn json(&self) -> String;
}

impl Plain for Value {
    fn entries(&self) -> Option<impl ExactSizeIterator<Item = (&str, &Self)>> {
        Some(
            self.as_object()?
                .iter()
                .map(|(key, value)| (key.as_str(), value)),
        )
    }

    fn items(&self) -> Option<&[Self]> {
        self.as_array().map(Vec::as_slice)
    }

    fn text(&self) -> Option<&str> {
        self.as_str()
    }

    fn json(&self) -> String {
        self.to_string()
    }
}

/// Keys are text: that is all templates are given.
impl Plain for tera::Value {
    fn entries(&self) -> Option<impl ExactSizeIterator<Item = (&str, &Self)>> {
        let entries = self.as_map()?.iter();
        Some(entries.map(|(key, value)| (key.as_str().unwrap_or_default(), value)))
    }

    fn items(&self) -> Option<&[Self]> {
        self.as_array()
    }

    fn text(&self) -> Option<&str> {
        self.as_str()
    }

    fn json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// Writes `value` as a YAML document in block style, ending in a line break.
#[must_use]
pub fn to_yaml(value: &impl Plain) -> String {
    let mut out = String::new();
    if let Some(entries) = value.entries().filter(|entries| entries.len() > 0) {
        write_entries(&mut out, entries, 0, false);
    } else if let Some(items) = value.items().filter(|items| !items.is_empty()) {
        write_list(&mut out, items, 0);
    } else {
        write_inline(&mut out, value);
        out.push('\n');
    }
    out
}

/// Writes one entry of a document that is a map, as [`to_yaml`] would.
#[must_use]
pub fn entry_to_yaml(key: &str, value: &impl Plain) -> String {
    let mut out = String::new();
    write_entries(&mut out, [(key, value)].into_iter(), 0, false);
    out
}

/// Writes the keys and values of a map; when `begun`, its first line has its indentation already.
fn write_entries<'v, V: Plain + 'v>(
    out: &mut String,
    entries: impl Iterator<Item = (&'v str, &'v V)>,
    indent: usize,
    mut begun: bool,
) {
    for (key, value) in entries {
        if !std::mem::take(&mut begun) {
            pad(out, indent);
        }
        write_string(out, key);
        out.push(':');
        write_value(out, value, indent);
    }
}

fn write_list(out: &mut String, items: &[impl Plain], indent: usize) {
    for item in items {
        pad(out, indent);
        out.push('-');
        match item.entries().filter(|entries| entries.len() > 0) {
            Some(entries) => {
                // The first key stands beside the dash, the others below it.
                out.push(' ');
                write_entries(out, entries, indent + 2, true);
            }
            None => write_value(out, item, indent),
        }
    }
}

fn write_value(out: &mut String, value: &impl Plain, indent: usize) {
    if let Some(entries) = value.entries().filter(|entries| entries.len() > 0) {
        out.push('\n');
        write_entries(out, entries, indent + 2, false);
    } else if let Some(items) = value.items().filter(|items| !items.is_empty()) {
        out.push('\n');
        write_list(out, items, indent + 2);
    } else if let Some(text) = value.text().filter(|text| is_block_text(text)) {
        out.push_str(if text.ends_with('\n') {
            " |\n"
        } else {
            " |-\n"
        });
        for line in text.lines() {
            if !line.is_empty() {
                pad(out, indent + 2);
                out.push_str(line);
            }
            out.push('\n');
        }
    } else {
        out.push(' ');
        write_inline(out, value);
        out.push('\n');
    }
}

fn write_inline(out: &mut String, value: &impl Plain) {
    match value.text() {
        Some(text) => write_string(out, text),
        None => out.push_str(&value.json()),
    }
}

fn write_string(out: &mut String, text: &str) {
    let plain = |byte: u8| (b' '..=b'~').contains(&byte) && !matches!(byte, b'"' | b'\\');
    if is_bare(text) {
        out.push_str(text);
    } else if text.bytes().all(plain) {
        out.extend(["\"", text, "\""]);
    } else {
        // JSON leaves these as they are, but to a YAML 1.1 reader they end the line.
        let json = Value::from(text).to_string();
        out.push_str(
            &json
                .replace('\u{85}', "\\u0085")
                .replace('\u{2028}', "\\u2028")
                .replace('\u{2029}', "\\u2029"),
        );
    }
}

fn pad(out: &mut String, indent: usize) {
    out.extend(std::iter::repeat_n(' ', indent));
}

/// Returns whether text can be a literal block: several lines, nothing that needs escapes or an indentation hint.
fn is_block_text(text: &str) -> bool {
    text.trim_end_matches('\n').contains('\n')
        && !text.starts_with([' ', '\n'])
        && !text.ends_with("\n\n")
        && text.chars().all(|c| {
            c == '\n'
                || (!c.is_control()
                    && !matches!(c, '\u{85}' | '\u{2028}' | '\u{2029}' | '\u{feff}'))
        })
}

fn is_bare(text: &str) -> bool {
    let safe = |c: u8| c.is_ascii_alphanumeric() || matches!(c, b'.' | b'_' | b'-' | b'/' | b'+');
    let starts = text.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '/' | '_'));
    let reserved = ["y", "n", "yes", "no", "on", "off", "true", "false", "null"];
    let is_reserved = || reserved.iter().any(|word| text.eq_ignore_ascii_case(word));
    starts && text.bytes().all(safe) && !is_reserved()
}

#[cfg(test)]
mod tests {
    use super::to_yaml;
    use serde_json::json;

    #[test]
    fn quotes_what_a_yaml_1_1_reader_would_misread() {
        let value = json!({
            "mac": "52:54:00:00:00:01", "no": "no", "port": "22:22", "name": "web-1", "n": 5, "date": "2026-01-01",
            "list": [{"a": 1, "b": [true, null]}, "x", []], "text": "one\n  two\n", "odd": "a\n\n", "empty": {},
        });
        let text = to_yaml(&value);
        assert_eq!(
            text,
            "mac: \"52:54:00:00:00:01\"\n\"no\": \"no\"\nport: \"22:22\"\nname: web-1\n\"n\": 5\n\
             date: \"2026-01-01\"\nlist:\n  - a: 1\n    b:\n      - true\n      - null\n  - x\n  - []\n\
             text: |\n  one\n    two\nodd: \"a\\n\\n\"\nempty: {}\n"
        );
        let back: serde_json::Value = serde_yaml::from_str(&text).unwrap();
        assert_eq!(back, value);
    }

    proptest::proptest! {
        #[test]
        fn text_survives(text in proptest::prelude::any::<String>()) {
            let value = json!({ "key": [text.clone(), { "k": text }] });
            let back: serde_json::Value = serde_yaml::from_str(&to_yaml(&value)).unwrap();
            proptest::prop_assert_eq!(back, value);
        }
    }
}
