//! What a site writes itself into a profile for Agama.

use serde_json::{Map, Value, from_str};

use super::Filtered;

/// How deep the keys of a section stand below the key it is the value of.
const INDENT: &str = "\n  ";

/// An object of JSON, in its own lines, as deep as a section stands: none of its texts can go on in another line.
pub(super) fn raw(text: &str) -> Filtered {
    let body = text.trim_ascii();
    from_str::<Map<String, Value>>(body).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        format!("is no object of JSON (line {line}, column {column})")
    })?;
    let lines: Vec<&str> = body.lines().collect();
    Ok(lines.join(INDENT))
}

#[cfg(test)]
mod tests {
    use super::raw;

    #[test]
    fn a_section_cannot_be_left() {
        assert_eq!(
            raw("\n{\n  \"drives\": []\n}\n").as_deref(),
            Ok("{\n    \"drives\": []\n  }")
        );
        for text in [
            "",
            "[]",
            "{}, \"x\": {}",
            "{} }",
            "{\"a\": \"b\nc\"}",
            "{a: 1}",
        ] {
            assert!(raw(text).is_err(), "{text:?}");
        }
    }
}
