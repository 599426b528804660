//! JSON as people review it: what fits in a line stands in one.

use serde_json::Value;

/// How long a line may be; what has nothing to break is longer.
const WIDTH: usize = 120;

/// Returns a value as text.
pub(super) fn text(value: &Value) -> String {
    let mut out = String::new();
    write(value, 0, 0, &mut out);
    out.push('\n');
    out
}

/// Writes a value that begins `column` characters after a line's beginning, which is indented by `indent`.
fn write(value: &Value, indent: usize, column: usize, out: &mut String) {
    let line = inline(value);
    // Room for a comma.
    if column + line.chars().count() < WIDTH {
        out.push_str(&line);
        return;
    }
    let inner = indent + 2;
    let pad = " ".repeat(inner);
    match value {
        Value::Object(map) if !map.is_empty() => {
            out.push_str("{\n");
            for (index, (key, value)) in map.iter().enumerate() {
                let key = format!("{pad}{}: ", Value::from(key.as_str()));
                out.push_str(&key);
                write(value, inner, key.chars().count(), out);
                out.push_str(if index + 1 < map.len() { ",\n" } else { "\n" });
            }
            out.push_str(&format!("{}}}", " ".repeat(indent)));
        }
        Value::Array(items) if !items.is_empty() => {
            out.push_str("[\n");
            for (index, item) in items.iter().enumerate() {
                out.push_str(&pad);
                write(item, inner, inner, out);
                out.push_str(if index + 1 < items.len() { ",\n" } else { "\n" });
            }
            out.push_str(&format!("{}]", " ".repeat(indent)));
        }
        _ => out.push_str(&line),
    }
}

/// Returns a value in one line.
fn inline(value: &Value) -> String {
    let list = |open: &str, items: Vec<String>, close: &str| match items.is_empty() {
        true => format!("{}{}", open.trim(), close.trim()),
        false => format!("{open}{}{close}", items.join(", ")),
    };
    match value {
        Value::Object(map) => {
            let entry = |(key, value): (&String, &Value)| {
                format!("{}: {}", Value::from(key.as_str()), inline(value))
            };
            list("{ ", map.iter().map(entry).collect(), " }")
        }
        Value::Array(items) => list("[", items.iter().map(inline).collect(), "]"),
        scalar => scalar.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::text;
    use serde_json::{Value, json};

    #[test]
    fn lines_are_filled_and_nothing_is_lost() {
        let long = "x".repeat(70);
        let value = json!({"a": [1, null], "b": {}, "c": {"d": long, "e": [long, {"f": true}]}});
        let printed = text(&value);
        assert_eq!(
            printed.replace(&long, "…"),
            r#"{
  "a": [1, null],
  "b": {},
  "c": {
    "d": "…",
    "e": ["…", { "f": true }]
  }
}
"#
        );
        assert_eq!(serde_json::from_str::<Value>(&printed).unwrap(), value);
    }
}
