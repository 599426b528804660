//! A schema's forms → JSON.

use serde_json::{Map, Value, json};

use super::{Schema, Shape};

/// What begins an expression, as a pattern.
const EXPRESSION: &str = r"\{\{";

impl Schema {
    /// Returns the schema as JSON.
    #[must_use]
    pub fn to_value(&self) -> Value {
        self.to_map().into()
    }

    pub(super) fn to_map(&self) -> Map<String, Value> {
        let mut out = Map::new();
        if let [
            Shape {
                about: Some(about), ..
            },
        ] = self.shapes[..]
        {
            out.insert("description".to_owned(), about.into());
        }
        if self.anything {
            return out;
        }
        if self.words.is_empty() {
            self.write(&mut out);
            return out;
        }
        let rest = Self {
            words: Vec::new(),
            ..self.clone()
        };
        if rest.types().iter().all(|name| *name == "null") {
            let null = self.null.then_some((Value::Null, "Nothing."));
            out.extend(enumeration(&self.words, null));
        } else {
            let words = Value::from(enumeration(&self.words, None));
            out.insert("anyOf".to_owned(), json!([words, rest.to_value()]));
        }
        out
    }

    /// Writes the forms that are no words.
    fn write(&self, out: &mut Map<String, Value>) {
        match self.types()[..] {
            [only] => out.insert("type".to_owned(), only.into()),
            ref several => out.insert("type".to_owned(), json!(several)),
        };
        self.limit(out);
    }

    /// Returns the JSON types of its forms.
    fn types(&self) -> Vec<&'static str> {
        let whole = self.number.is_some_and(|number| number.whole);
        let types = [
            ("string", self.texts.is_some() || self.expression),
            ("integer", whole),
            ("number", self.number.is_some() && !whole),
            ("boolean", self.boolean),
            ("array", self.items.is_some()),
            ("object", !self.shapes.is_empty()),
            ("null", self.null),
        ];
        let allowed = types.into_iter().filter(|(_, allowed)| *allowed);
        allowed.map(|(name, _)| name).collect()
    }

    /// Writes what is required of the values of each type.
    fn limit(&self, out: &mut Map<String, Value>) {
        let whole = match &self.texts {
            Some(patterns) if patterns.is_empty() => return self.limit_others(out),
            Some(patterns) => Some(format!("^(?:{})$", patterns.join("|"))),
            None => None,
        };
        let expression = self.expression.then(|| EXPRESSION.to_owned());
        let patterns: Vec<String> = whole.into_iter().chain(expression).collect();
        if !patterns.is_empty() {
            out.insert("pattern".to_owned(), patterns.join("|").into());
        }
        if !patterns.is_empty() && !self.expected.is_empty() {
            // A word of VS Code's own, which the language server reads as well.
            let message = format!("expected {}", self.expected.join(", or "));
            out.insert("patternErrorMessage".to_owned(), message.into());
        }
        self.limit_others(out);
    }

    /// Writes what is required of numbers, lists and maps.
    fn limit_others(&self, out: &mut Map<String, Value>) {
        if let Some(number) = self.number {
            out.extend(
                number
                    .least
                    .map(|least| ("minimum".to_owned(), least.into())),
            );
            out.extend(number.most.map(|most| ("maximum".to_owned(), most.into())));
        }
        if let Some(items) = &self.items {
            out.insert("items".to_owned(), items.to_value());
            out.extend(self.not_empty.then(|| ("minItems".to_owned(), 1.into())));
        }
        match &self.shapes[..] {
            [] => {}
            [only] => out.extend(only.to_map()),
            several => {
                let shapes = several.iter().map(|shape| shape.to_map().into());
                out.insert("anyOf".to_owned(), Value::Array(shapes.collect()));
            }
        }
    }
}

impl Shape {
    fn to_map(&self) -> Map<String, Value> {
        let mut out = Map::new();
        if let Some(about) = self.about {
            out.insert("description".to_owned(), about.into());
        }
        if !self.keys.is_empty() {
            let keys: Map<String, Value> = self.keys.iter().cloned().collect();
            out.insert("properties".to_owned(), keys.into());
        }
        if !self.required.is_empty() {
            out.insert("required".to_owned(), json!(self.required));
        }
        let others = match &self.others {
            Some(others) => others.to_value(),
            None => false.into(),
        };
        out.insert("additionalProperties".to_owned(), others);
        out
    }
}

/// Returns words with what they mean, which VS Code and the language server show.
fn enumeration(words: &[(&str, &str)], other: Option<(Value, &str)>) -> Map<String, Value> {
    let words = words.iter().map(|(word, doc)| (Value::from(*word), *doc));
    let (words, docs): (Vec<Value>, Vec<&str>) = words.chain(other).unzip();
    let docs: Vec<&str> = docs.into_iter().map(str::trim).collect();
    Map::from_iter([
        ("enum".to_owned(), words.into()),
        ("enumDescriptions".to_owned(), docs.into()),
    ])
}
