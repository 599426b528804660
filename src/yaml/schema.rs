//! What a value may be, as JSON Schema, for editors.
//!
//! Owns how the forms of a value add up to a schema, in the words of draft 7: the YAML language server, which most
//! editors use, reads no later one. Each type says its forms beside its reader ([`FromNode::schema`]); which file has
//! which schema is `schema`'s.
//!
//! A schema sees one file, so it asks for less than the program does: no key is required of a map that layers can
//! complete, and a text that looks like one of the forms passes.
//!
//! [`FromNode::schema`]: super::typed::FromNode::schema

mod json;

use serde_json::{Map, Value};

use super::typed::{Field, FromNode};

/// What can stand after `!env` and `!file` where not every text can: an environment variable, by custom in upper case,
/// and a path with a `/`. Editors see no tags.
const OUTSIDE: &str = r"[A-Z_][A-Z0-9_]*|[A-Za-z./]\S*/\S+";

/// Words that stand for booleans elsewhere, and for nothing here.
const NO_BOOLEANS: &str = "(?!(?:Y|N|YES|NO|ON|OFF)$)";

/// Where a value stands, as far as that decides what it may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// In a guest, sysgroup or common, where `{{ expression }}`, `!env` and `!file` can stand for a value.
    pub evaluated: bool,
    /// In a list, whose maps are complete; other maps are merged with those of other layers.
    pub listed: bool,
}

impl Place {
    /// Returns what a value of this type may be here.
    #[must_use]
    pub fn value<T: FromNode>(self) -> Schema {
        self.or_expression(T::schema(self))
    }

    /// Returns a schema with what can stand for such a value here.
    #[must_use]
    pub fn or_expression(self, schema: Schema) -> Schema {
        if self.evaluated {
            schema.or_expression()
        } else {
            schema
        }
    }

    /// Returns what a list of values of this type may be here.
    #[must_use]
    pub fn list<T: FromNode>(self) -> Schema {
        self.list_of(T::schema)
    }

    /// Returns what a list may be here whose items have these forms.
    #[must_use]
    pub fn list_of(self, item: fn(Self) -> Schema) -> Schema {
        let inner = Self {
            listed: true,
            ..self
        };
        Schema {
            items: Some(Box::new(inner.or_expression(item(inner)))),
            ..Schema::default()
        }
    }

    /// Returns what a value of this type, or a list of them, may be here.
    #[must_use]
    pub fn one_or_many<T: FromNode>(self) -> Schema {
        self.value::<T>().or(self.list::<T>())
    }
}

/// The forms a value may have; a value that has one of them is fine.
#[derive(Clone, Debug, Default)]
pub struct Schema {
    /// Anything at all.
    anything: bool,
    /// Nothing.
    null: bool,
    /// `true` and `false`.
    boolean: bool,
    /// Numbers.
    number: Option<Number>,
    /// Some words, each with what it means.
    words: Vec<(&'static str, &'static str)>,
    /// Texts that one of these patterns describes as a whole; every text when there is none.
    texts: Option<Vec<String>>,
    /// What the patterns describe, in the words of messages.
    expected: Vec<String>,
    /// Texts with an expression in them.
    expression: bool,
    /// Lists of this.
    items: Option<Box<Self>>,
    /// Whether a list has an item at least.
    not_empty: bool,
    /// Maps of one of these shapes.
    shapes: Vec<Shape>,
}

/// Numbers, within bounds.
#[derive(Clone, Copy, Debug)]
struct Number {
    whole: bool,
    least: Option<u32>,
    most: Option<u32>,
}

/// The keys of a map.
#[derive(Clone, Debug, Default)]
struct Shape {
    /// What the map is.
    about: Option<&'static str>,
    keys: Vec<(String, Value)>,
    required: Vec<String>,
    /// What the value of any other key may be; without it there are no others.
    others: Option<Box<Schema>>,
}

impl Schema {
    /// Anything.
    #[must_use]
    pub fn any() -> Self {
        Self {
            anything: true,
            ..Self::default()
        }
    }

    /// Any text. A number is the text it was written as.
    #[must_use]
    pub fn text() -> Self {
        Self {
            texts: Some(Vec::new()),
            ..Self::default()
        }
        .or_number()
    }

    /// A text that a pattern describes from its first character to its last; `expected` says it in words.
    ///
    /// The pattern is one of ECMA 262 with the flag `u`, for which a needless escape is a fault.
    #[must_use]
    pub fn pattern(pattern: impl Into<String>, expected: &str) -> Self {
        Self {
            texts: Some(vec![pattern.into()]),
            expected: vec![expected.to_owned()],
            ..Self::default()
        }
    }

    /// One of some words, each with what it means.
    #[must_use]
    pub fn words(words: &[(&'static str, &'static str)]) -> Self {
        Self {
            words: words.to_vec(),
            ..Self::default()
        }
    }

    /// `true` or `false`.
    #[must_use]
    pub fn boolean() -> Self {
        Self {
            boolean: true,
            expected: vec!["`true` or `false`".to_owned()],
            ..Self::default()
        }
    }

    /// A whole number from `least` to `most`.
    #[must_use]
    pub fn whole(least: u32, most: u32) -> Self {
        Self {
            number: Some(Number {
                whole: true,
                least: Some(least),
                most: Some(most),
            }),
            expected: vec!["a whole number".to_owned()],
            ..Self::default()
        }
    }

    /// A map, as yet without keys.
    #[must_use]
    pub fn map(about: &'static str) -> Self {
        Self {
            shapes: vec![Shape {
                about: Some(about.trim()),
                ..Shape::default()
            }],
            ..Self::default()
        }
    }

    /// A map from names to values of this type.
    #[must_use]
    pub fn map_of(values: Self) -> Self {
        let mut schema = Self::default();
        schema.shapes.push(Shape {
            others: Some(Box::new(values)),
            ..Shape::default()
        });
        schema
    }

    /// Returns what is due, in the words of messages, as far as it is a scalar.
    #[must_use]
    pub fn expected(&self) -> Option<String> {
        let words: Vec<String> = self
            .words
            .iter()
            .map(|(word, _)| format!("`{word}`"))
            .collect();
        let all = joined(words, self.expected.clone());
        (!all.is_empty()).then(|| all.join(" or "))
    }

    /// Adds a key to a map.
    #[must_use]
    pub fn key<T: Field>(self, place: Place, key: &str, doc: &str) -> Self {
        self.with(key, doc, T::schema(place), T::REQUIRED && place.listed)
    }

    /// Adds a key of this schema to a map.
    #[must_use]
    pub fn with(mut self, key: &str, doc: &str, value: Self, required: bool) -> Self {
        if let Some(shape) = self.shapes.last_mut() {
            let mut described = Map::new();
            described.insert("description".to_owned(), doc.trim().into());
            described.extend(value.to_map());
            described["description"] = doc.trim().into();
            shape.keys.push((key.to_owned(), described.into()));
            shape.required.extend(required.then(|| key.to_owned()));
        }
        self
    }

    /// Requires a key of a map that tells it from others, wherever it stands.
    #[must_use]
    pub fn requiring(mut self, key: &str) -> Self {
        for shape in &mut self.shapes {
            if !shape.required.iter().any(|known| known == key) {
                shape.required.push(key.to_owned());
            }
        }
        self
    }

    /// Requires an item of lists.
    #[must_use]
    pub fn not_empty(mut self) -> Self {
        self.not_empty = true;
        self
    }

    /// Adds numbers.
    #[must_use]
    pub fn or_number(mut self) -> Self {
        self.number = Some(Number {
            whole: false,
            least: None,
            most: None,
        });
        self
    }

    /// Adds nothing, `~`.
    #[must_use]
    pub fn or_null(mut self) -> Self {
        self.null = true;
        self
    }

    /// Adds the forms of another schema.
    #[must_use]
    pub fn or(mut self, other: Self) -> Self {
        self.anything |= other.anything;
        self.null |= other.null;
        self.boolean |= other.boolean;
        self.number = match (self.number, other.number) {
            (Some(a), Some(b)) if a.whole && b.whole => Some(a),
            (Some(a), Some(b)) => Some(if a.whole { b } else { a }),
            (a, b) => a.or(b),
        };
        self.words.extend(other.words);
        self.texts = match (self.texts, other.texts) {
            (Some(a), Some(b)) if !a.is_empty() && !b.is_empty() => Some(joined(a, b)),
            (Some(_), Some(_)) => Some(Vec::new()),
            (a, b) => a.or(b),
        };
        self.expected = joined(self.expected, other.expected);
        self.expression |= other.expression;
        self.items = self.items.or(other.items);
        self.not_empty |= other.not_empty;
        self.shapes.extend(other.shapes);
        self
    }

    /// Adds what can stand for a value where expressions are evaluated.
    fn or_expression(mut self) -> Self {
        let scalar =
            self.boolean || self.number.is_some() || self.texts.is_some() || !self.words.is_empty();
        let outside = match (scalar, self.boolean) {
            (false, _) => None,
            (true, false) => Some(OUTSIDE.to_owned()),
            (true, true) => Some(format!("{NO_BOOLEANS}(?:{OUTSIDE})")),
        };
        self.expression = true;
        self.texts = match self.texts.take() {
            Some(any) if any.is_empty() => Some(any),
            None if !scalar => None,
            known => Some(joined(
                known.unwrap_or_default(),
                outside.into_iter().collect(),
            )),
        };
        self
    }
}

/// Joins two lists, each item once.
fn joined(mut first: Vec<String>, second: Vec<String>) -> Vec<String> {
    for item in second {
        if !first.contains(&item) {
            first.push(item);
        }
    }
    first
}

#[cfg(test)]
mod tests;
