//! [`Node`] → typed values, reporting every fault on the way.
//!
//! Deserializers stop at the first fault; a lab has many, and its user wants to see them all. So each section of the
//! model is declared once with [`section!`], which writes the struct, its reader, its list of keys and its schema.

mod outside;
mod section;
mod typer;

pub(crate) use self::outside::read;
pub use self::section::FieldDoc;
pub(crate) use self::section::section;
pub use self::typer::Typer;
pub(crate) use self::typer::{doubled, is_misspelt};

use std::hash::Hash;
use std::sync::Arc;

use indexmap::IndexMap;

use super::node::{Kind, Node};
use super::scalar::Resolved;
use super::schema::{Place, Schema};
use crate::diag::{Code, Diagnostic};
use crate::source::{Span, Spanned};

/// A value that can be read from a node.
pub trait FromNode: Sized {
    /// Reads the value; a fault is reported and gives `None`.
    fn from_node(node: &Node, typer: &mut Typer<'_>) -> Option<Self>;

    /// Returns the forms the value may have at this place.
    fn schema(place: Place) -> Schema;
}

/// Reads the items of a list, or a value that stands for the only one.
pub(crate) fn one_or_many<T: FromNode>(node: &Node, typer: &mut Typer<'_>) -> Vec<T> {
    let items = node.one_or_many().iter();
    items.filter_map(|item| read(item, typer)).collect()
}

/// A list whose only item may stand by itself.
#[derive(Clone, Debug, serde::Serialize)]
#[serde(transparent)]
pub struct OneOrMany<T>(pub Vec<T>);

impl<T: FromNode> FromNode for OneOrMany<T> {
    fn from_node(node: &Node, typer: &mut Typer<'_>) -> Option<Self> {
        Some(Self(one_or_many(node, typer)))
    }

    fn schema(place: Place) -> Schema {
        place.one_or_many::<T>()
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
            typer.not_a_list::<T>(node, key);
            return Some(Self::new());
        };
        let mut values = Self::with_capacity(items.len());
        for item in items {
            if item.is_null() {
                let message = format!("an item of `{key}` is empty");
                typer.invalid(item.span, message, "write a value, or remove the item");
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
                typer.sink.push(
                    Diagnostic::error(
                        Code::MissingKey,
                        section,
                        format!("`{key}` is missing here"),
                    )
                    .help(format!("write `{key}: …`")),
                );
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
            let most = Self::MAX;
            typer.invalid(
                node.span,
                format!("{value} is out of range: 0 to {most} are possible"),
                format!("write a number from 0 to {most}"),
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
