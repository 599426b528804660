//! [`Node`] → typed values, reporting every fault on the way.
//!
//! Deserializers stop at the first fault; a lab has many, and its user wants to see them all. So each section of the
//! model is declared once with [`section!`], which writes the struct, its reader, its list of keys and its schema.

use std::hash::Hash;
use std::sync::Arc;

use indexmap::IndexMap;

use super::habits;
use super::node::{Kind, Map, Node, Tag};
use super::scalar::Resolved;
use super::schema::{Place, Schema};
use crate::diag::{Code, Diagnostic, Sink, nearest};
use crate::source::{Span, Spanned};

/// What reading needs besides the node.
#[derive(Debug)]
pub struct Typer<'a> {
    /// Where faults go.
    pub sink: &'a mut Sink,
}

impl Typer<'_> {
    /// Reports that `node` is not `expected`, naming YAML 1.1 habits where one is the cause.
    pub fn mismatch(&mut self, node: &Node, expected: &str) {
        let found = match node.as_text() {
            Some(text)
                if !text.is_empty() && text.chars().count() <= 60 && !text.contains('\n') =>
            {
                format!("found {} `{text}`", node.describe())
            }
            _ => format!("found {}", node.describe()),
        };
        let mut diagnostic = Diagnostic::error(
            Code::InvalidValue,
            node.span,
            format!("{expected} is due here, {found}"),
        );
        if let Some(help) = habit(node, expected) {
            diagnostic = diagnostic.help(help);
        }
        self.sink.push(diagnostic);
    }

    /// Reports a value that has the right type but cannot be used.
    pub fn invalid(&mut self, span: Span, message: impl Into<String>) {
        self.sink
            .push(Diagnostic::error(Code::InvalidValue, span, message));
    }

    /// Reports a value that cannot be used, and what to do.
    pub fn invalid_with_help(&mut self, span: Span, message: &str, help: &str) {
        self.sink
            .push(Diagnostic::error(Code::InvalidValue, span, message).help(help));
    }

    /// Reports a value that stands alone where a list is due.
    fn not_a_list(&mut self, node: &Node, key: &str) {
        // One from outside may be a secret.
        let text = node.as_text().filter(|_| node.tag == Tag::None);
        let words = text.and_then(habits::as_words);
        let help = match (text, words) {
            (_, Some(words)) => format!("write `{key}: {words}`"),
            (Some(text), None) if !text.contains([',', '\n']) && text.chars().count() <= 60 => {
                format!("write `{key}: [{text}]`")
            }
            _ => "write `- ` before each item, or `[` and `]` around them".to_owned(),
        };
        let message = format!("a list of {key} is due here, found {}", node.describe());
        self.invalid_with_help(node.span, &message, &help);
    }

    /// Reports a number that other readers of YAML take for another.
    pub fn unambiguous(&mut self, node: &Node) {
        if let Kind::Scalar(scalar) = &node.kind
            && let Some((message, help)) = habits::leading_zero(scalar)
        {
            self.sink
                .push(Diagnostic::warning(Code::AmbiguousNumber, node.span, message).help(help));
        }
    }

    /// Returns the map behind `node`, or reports that `what` must be one.
    pub fn map<'n>(&mut self, node: &'n Node, what: &str) -> Option<&'n Map> {
        let map = node.as_map();
        if map.is_none() {
            self.mismatch(node, &format!("a map of {what} keys"));
        }
        map
    }

    /// Reports every key of `map` that is not among `known`.
    pub fn unknown_keys(&mut self, map: &Map, known: &[&str], what: &str) {
        for (key, entry) in map {
            if !known.contains(&&**key) {
                self.sink.push(
                    Diagnostic::error(
                        Code::UnknownKey,
                        entry.key,
                        format!("unknown key `{key}` in {what}"),
                    )
                    .suggest(key, known.iter().copied()),
                );
            }
        }
    }
}

/// Returns whether `map` has a key, unknown among `known`, by which `key` is probably meant.
///
/// That it is unknown is all there is to say: that `key` is missing only follows from it.
pub(crate) fn is_misspelt(map: &Map, key: &str, known: &[&str]) -> bool {
    let mut unknown = map.keys().filter(|given| !known.contains(&&***given));
    unknown.any(|given| nearest(given, known.iter().copied()) == Some(key))
}

/// Returns what to write instead of a scalar of the wrong type, where a habit is the cause.
fn habit(node: &Node, expected: &str) -> Option<String> {
    let Kind::Scalar(scalar) = &node.kind else {
        return None;
    };
    if expected.contains("`true` or `false`") {
        return habits::boolean(scalar, node.describe());
    }
    if expected.contains("number") {
        return habits::number(scalar);
    }
    let boolean = matches!(scalar.resolve(), Resolved::Bool(_)) && expected == "text";
    boolean.then(|| format!("write it in quotes: \"{}\"", scalar.text))
}

/// A value that can be read from a node.
pub trait FromNode: Sized {
    /// Reads the value; a fault is reported and gives `None`.
    fn from_node(node: &Node, typer: &mut Typer<'_>) -> Option<Self>;

    /// Returns the forms the value may have at this place.
    fn schema(place: Place) -> Schema;
}

/// Reads a value; one from outside the site is never shown, whatever is wrong with it.
fn read<T: FromNode>(node: &Node, typer: &mut Typer<'_>) -> Option<T> {
    match node.tag {
        Tag::Env | Tag::File => {
            // Nothing evaluates what is neither a guest's nor a group's.
            let message = "`!env` and `!file` give values to guests, sysgroups and common only";
            typer
                .sink
                .push(Diagnostic::error(Code::MisplacedTag, node.span, message));
            None
        }
        Tag::Secret => {
            let mut sink = Sink::default();
            let value = T::from_node(node, &mut Typer { sink: &mut sink });
            if sink.has_errors() {
                let message = "what this names cannot be a value here";
                let help = "the value is not shown, because it may be a secret";
                typer.invalid_with_help(node.span, message, help);
            }
            value
        }
        _ => T::from_node(node, typer),
    }
}

/// A field of a section: optional, a collection that may be missing, or required.
pub trait Field: Sized {
    /// Whether the section cannot exist without it.
    const REQUIRED: bool = false;

    /// Reads the field from the section at `section`; `None` means the section cannot exist without it.
    fn field(section: Span, key: &str, node: Option<&Node>, typer: &mut Typer<'_>) -> Option<Self>;

    /// Returns the forms the field may have in a section at this place.
    fn schema(place: Place) -> Schema;

    /// Returns whether templates see the field as undefined.
    fn is_absent(&self) -> bool {
        false
    }
}

/// Serde's `skip_serializing_if` for every field of every section.
pub(crate) fn is_absent<T: Field>(field: &T) -> bool {
    field.is_absent()
}

impl<T: FromNode> Field for Option<T> {
    fn field(_: Span, _: &str, node: Option<&Node>, typer: &mut Typer<'_>) -> Option<Self> {
        Some(
            node.filter(|node| !node.is_null())
                .and_then(|node| read(node, typer)),
        )
    }

    fn schema(place: Place) -> Schema {
        place.value::<T>().or_null()
    }

    fn is_absent(&self) -> bool {
        self.is_none()
    }
}

impl<T: FromNode> Field for Vec<T> {
    fn field(_: Span, key: &str, node: Option<&Node>, typer: &mut Typer<'_>) -> Option<Self> {
        let Some(node) = node.filter(|node| !node.is_null()) else {
            return Some(Self::new());
        };
        let Some(items) = node.as_seq() else {
            typer.not_a_list(node, key);
            return Some(Self::new());
        };
        let mut values = Self::with_capacity(items.len());
        for item in items {
            if item.is_null() {
                let message = format!("an item of `{key}` is empty");
                typer.invalid_with_help(item.span, &message, "write a value, or remove the item");
                continue;
            }
            values.extend(read(item, typer));
        }
        Some(values)
    }

    fn schema(place: Place) -> Schema {
        place.or_expression(place.list::<T>()).or_null()
    }
}

impl<K: From<Arc<str>> + Eq + Hash, T: FromNode> Field for IndexMap<K, T> {
    fn field(_: Span, key: &str, node: Option<&Node>, typer: &mut Typer<'_>) -> Option<Self> {
        let Some(node) = node.filter(|node| !node.is_null()) else {
            return Some(Self::new());
        };
        let Some(map) = typer.map(node, key) else {
            return Some(Self::new());
        };
        let entries = map.iter().filter_map(|(key, entry)| {
            Some((K::from(Arc::clone(key)), read(&entry.value, typer)?))
        });
        Some(entries.collect())
    }

    fn schema(place: Place) -> Schema {
        let map = Schema::map_of(place.value::<T>().or_null());
        place.or_expression(map).or_null()
    }
}

impl<T: FromNode> Field for Spanned<T> {
    const REQUIRED: bool = true;

    fn field(section: Span, key: &str, node: Option<&Node>, typer: &mut Typer<'_>) -> Option<Self> {
        match node.filter(|node| !node.is_null()) {
            Some(node) => read(node, typer),
            None => {
                typer.sink.push(Diagnostic::error(
                    Code::MissingKey,
                    section,
                    format!("`{key}` is missing here"),
                ));
                None
            }
        }
    }

    fn schema(place: Place) -> Schema {
        let schema = place.value::<T>();
        if place.listed {
            schema
        } else {
            schema.or_null()
        }
    }
}

impl<T: FromNode> FromNode for Spanned<T> {
    fn from_node(node: &Node, typer: &mut Typer<'_>) -> Option<Self> {
        Some(Self::new(T::from_node(node, typer)?, node.span))
    }

    fn schema(place: Place) -> Schema {
        T::schema(place)
    }
}

impl FromNode for Node {
    fn from_node(node: &Node, _: &mut Typer<'_>) -> Option<Self> {
        Some(node.clone())
    }

    fn schema(_: Place) -> Schema {
        Schema::any()
    }
}

impl FromNode for bool {
    fn from_node(node: &Node, typer: &mut Typer<'_>) -> Option<Self> {
        if let Kind::Scalar(scalar) = &node.kind
            && let Resolved::Bool(value) = scalar.resolve()
        {
            return Some(value);
        }
        typer.mismatch(node, "`true` or `false`");
        None
    }

    fn schema(_: Place) -> Schema {
        Schema::boolean()
    }
}

impl FromNode for u32 {
    fn from_node(node: &Node, typer: &mut Typer<'_>) -> Option<Self> {
        if let Kind::Scalar(scalar) = &node.kind
            && let Resolved::Int(value) = scalar.resolve()
        {
            if let Ok(value) = Self::try_from(value) {
                typer.unambiguous(node);
                return Some(value);
            }
            typer.invalid(
                node.span,
                format!("{value} is out of range: 0 to {} are possible", Self::MAX),
            );
            return None;
        }
        typer.mismatch(node, "a whole number");
        None
    }

    fn schema(_: Place) -> Schema {
        Schema::whole(Self::MIN, Self::MAX)
    }
}

impl FromNode for String {
    fn from_node(node: &Node, typer: &mut Typer<'_>) -> Option<Self> {
        if let Kind::Scalar(scalar) = &node.kind
            && matches!(
                scalar.resolve(),
                Resolved::Str(_) | Resolved::Int(_) | Resolved::Float(_)
            )
        {
            // A number where text is due is the text as written: `version: 9.10` keeps its zero.
            return Some(scalar.text.to_string());
        }
        if node.is_null() {
            return Some(Self::new());
        }
        typer.mismatch(node, "text");
        None
    }

    fn schema(_: Place) -> Schema {
        Schema::text()
    }
}

/// What is said of a key of a section, for pages made from the code.
#[derive(Clone, Copy, Debug)]
pub struct FieldDoc {
    /// The key.
    pub key: &'static str,
    /// The field's Rust type, as written.
    pub rust: &'static str,
    /// Its documentation.
    pub doc: &'static str,
}

/// Declares a section of the model: the struct, its reader, its schema, its keys and what is said of them.
///
/// Field types decide what is required: `Option`, `Vec` and `IndexMap` fields may be missing, [`Spanned`] ones may
/// not. `field("key"): T` names the YAML key where it is not the field's name.
macro_rules! section {
    (
        $(#[doc = $about:literal])+
        $what:literal struct $name:ident {
            $($(#[doc = $doc:literal])+ $field:ident $(($key:literal))? : $type:ty,)*
        }
    ) => {
        $(#[doc = $about])+
        #[derive(Clone, Debug, serde::Serialize)]
        pub struct $name {
            $(
                $(#[doc = $doc])+
                $(#[serde(rename = $key)])?
                #[serde(skip_serializing_if = "crate::yaml::typed::is_absent")]
                pub $field: $type,
            )*
        }

        impl $name {
            /// The keys of the section, in the order of its documentation.
            pub const KEYS: &'static [&'static str] = &[$(section!(@key $field $($key)?),)*];

            /// The keys with their documentation.
            pub const FIELDS: &'static [crate::yaml::typed::FieldDoc] = &[$(
                crate::yaml::typed::FieldDoc {
                    key: section!(@key $field $($key)?),
                    rust: stringify!($type),
                    doc: concat!($($doc),+),
                },
            )*];

            /// Reads the known keys of `map`, which stands at `span`, and leaves unknown ones to the caller.
            pub fn read(
                map: &crate::yaml::Map,
                span: crate::source::Span,
                typer: &mut crate::yaml::typed::Typer<'_>,
            ) -> Option<Self> {
                $(
                    let $field = {
                        let key = section!(@key $field $($key)?);
                        let node = map.get(key).map(|entry| &entry.value);
                        let required = <$type as crate::yaml::typed::Field>::REQUIRED;
                        if required
                            && node.is_none()
                            && crate::yaml::typed::is_misspelt(map, key, Self::KEYS)
                        {
                            None
                        } else {
                            <$type as crate::yaml::typed::Field>::field(span, key, node, typer)
                        }
                    };
                )*
                Some(Self { $($field: $field?,)* })
            }

            /// Adds the section's keys to a map's schema.
            pub fn describe(
                map: crate::yaml::schema::Schema,
                place: crate::yaml::schema::Place,
            ) -> crate::yaml::schema::Schema {
                map$(.key::<$type>(place, section!(@key $field $($key)?), concat!($($doc),+)))*
            }
        }

        impl crate::yaml::typed::FromNode for $name {
            fn from_node(
                node: &crate::yaml::Node,
                typer: &mut crate::yaml::typed::Typer<'_>,
            ) -> Option<Self> {
                let map = typer.map(node, $what)?;
                typer.unknown_keys(map, Self::KEYS, $what);
                Self::read(map, node.span, typer)
            }

            fn schema(place: crate::yaml::schema::Place) -> crate::yaml::schema::Schema {
                Self::describe(crate::yaml::schema::Schema::map(concat!($($about),+)), place)
            }
        }
    };
    (@key $field:ident $key:literal) => { $key };
    (@key $field:ident) => { stringify!($field) };
}
pub(crate) use section;
