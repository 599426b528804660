//! The spanned tree. Cloning a node costs a reference count, so layers share what they have in common.

use std::hash::{BuildHasher as _, Hash as _, Hasher as _};
use std::sync::Arc;

use foldhash::fast::{FixedState, FoldHasher};
use indexmap::IndexMap;
use serde::ser::{SerializeMap as _, Serializer};

use super::scalar::{Resolved, Scalar};
use crate::source::Span;

/// A value and where it stands.
#[derive(Clone, Debug)]
pub struct Node {
    /// The bytes of the value, tag included; the key's for a value that is not there.
    pub span: Span,
    /// Its tag, when it has one of ours.
    pub tag: Tag,
    /// The value.
    pub kind: Kind,
}

/// The tags with a meaning in a lab description.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Tag {
    /// No tag.
    None,
    /// `!append`: add these items to the list of the earlier layers.
    Append,
    /// `!remove`: take these items out of the list of the earlier layers.
    Remove,
    /// `!replace`: take this map or list in place of the earlier layers'.
    Replace,
    /// `!raw`: keep `{{ }}` as text.
    Raw,
    /// `!env NAME`: the value of an environment variable.
    Env,
    /// `!file PATH`: the content of a file, less its final line break.
    File,
    /// No tag of YAML: what `!env` or `!file` gave, and what an expression made of that.
    Secret,
}

impl Tag {
    /// Every tag with its name.
    pub const ALL: &[(&str, Self)] = &[
        ("append", Self::Append),
        ("remove", Self::Remove),
        ("replace", Self::Replace),
        ("raw", Self::Raw),
        ("env", Self::Env),
        ("file", Self::File),
    ];
}

/// The three kinds of YAML value.
#[derive(Clone, Debug)]
pub enum Kind {
    /// Text, number, boolean or null.
    Scalar(Scalar),
    /// A list.
    Seq(Arc<Vec<Node>>),
    /// A map with text keys, in the order written.
    Map(Arc<Map>),
}

/// A map's content. Keys are few and short, and looked up all the time.
pub type Map = IndexMap<Arc<str>, Entry, foldhash::fast::RandomState>;

/// One entry of a map.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Where the key stands.
    pub key: Span,
    /// The value.
    pub value: Node,
}

/// What [`Node::identity`] returns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Identity<'n>(Span, Tag, Content<'n>);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Content<'n> {
    /// A scalar's text, and whether it is plain.
    Text(&'n str, bool),
    /// The address of a list or map.
    Shared(usize),
}

impl Node {
    /// Makes an untagged node.
    #[must_use]
    pub fn new(span: Span, kind: Kind) -> Self {
        Self {
            span,
            tag: Tag::None,
            kind,
        }
    }

    /// Makes a text node.
    #[must_use]
    pub fn text(span: Span, text: impl Into<Arc<str>>) -> Self {
        Self::new(span, Kind::Scalar(Scalar::quoted(text)))
    }

    /// Makes an empty map.
    #[must_use]
    pub fn empty_map(span: Span) -> Self {
        Self::new(span, Kind::Map(Arc::default()))
    }

    /// Returns what tells the node from all others alive: nodes of the same identity are the same. The contents of lists
    /// and maps are not compared, so equal ones that were read or made twice are told apart.
    #[must_use]
    pub fn identity(&self) -> Identity<'_> {
        let content = match &self.kind {
            Kind::Scalar(scalar) => Content::Text(&scalar.text, scalar.plain),
            Kind::Seq(items) => Content::Shared(Arc::as_ptr(items) as usize),
            Kind::Map(map) => Content::Shared(Arc::as_ptr(map) as usize),
        };
        Identity(self.span, self.tag, content)
    }

    /// Returns whether the value is null.
    #[must_use]
    pub fn is_null(&self) -> bool {
        self.tag == Tag::None
            && matches!(&self.kind, Kind::Scalar(scalar) if scalar.resolve() == Resolved::Null)
    }

    /// Returns the map, if it is one.
    #[must_use]
    pub fn as_map(&self) -> Option<&Map> {
        match &self.kind {
            Kind::Map(map) => Some(map),
            _ => None,
        }
    }

    /// Returns the list, if it is one.
    #[must_use]
    pub fn as_seq(&self) -> Option<&[Self]> {
        match &self.kind {
            Kind::Seq(items) => Some(items),
            _ => None,
        }
    }

    /// Returns the items of a list, or the value itself as the only one.
    #[must_use]
    pub fn one_or_many(&self) -> &[Self] {
        self.as_seq().unwrap_or_else(|| std::slice::from_ref(self))
    }

    /// Returns the text of a scalar that is not null, numbers and booleans as they were written.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        match &self.kind {
            Kind::Scalar(scalar) if scalar.resolve() != Resolved::Null => Some(&scalar.text),
            _ => None,
        }
    }

    /// Returns the value under `key` of a map, unless it is null.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.as_map()?
            .get(key)
            .map(|entry| &entry.value)
            .filter(|value| !value.is_null())
    }

    /// Returns whether the value, or one in it, came from outside the site.
    #[must_use]
    pub fn holds_secret(&self) -> bool {
        match &self.kind {
            Kind::Scalar(_) => self.tag == Tag::Secret,
            Kind::Seq(items) => items.iter().any(Self::holds_secret),
            Kind::Map(map) => map.values().any(|entry| entry.value.holds_secret()),
        }
    }

    /// Returns what the value is, in the words of messages.
    #[must_use]
    pub fn describe(&self) -> &'static str {
        match &self.kind {
            Kind::Seq(_) => "a list",
            Kind::Map(_) => "a map",
            Kind::Scalar(scalar) => match scalar.resolve() {
                Resolved::Null => "nothing",
                Resolved::Bool(_) => "a boolean",
                Resolved::Int(_) | Resolved::Float(_) => "a number",
                Resolved::Str(_) => "text",
            },
        }
    }

    /// Returns a number that is the same for the same data, as [`Node::same_value`] sees it.
    #[must_use]
    pub fn value_hash(&self) -> u64 {
        let hash = |value: &dyn Fn(&mut FoldHasher<'_>)| {
            let mut hasher = FixedState::default().build_hasher();
            value(&mut hasher);
            hasher.finish()
        };
        match &self.kind {
            Kind::Scalar(scalar) => match scalar.resolve() {
                // Of numbers with a fraction, two kinds of zero are the same.
                Resolved::Float(_) | Resolved::Null => 0,
                Resolved::Bool(value) => hash(&|hasher| value.hash(hasher)),
                Resolved::Int(value) => hash(&|hasher| value.hash(hasher)),
                Resolved::Str(text) => hash(&|hasher| text.hash(hasher)),
            },
            Kind::Seq(items) => hash(&|hasher| {
                let items = items.iter().map(Self::value_hash);
                items.for_each(|item| item.hash(hasher));
            }),
            // The order of keys says nothing.
            Kind::Map(map) => map
                .iter()
                .map(|(key, entry)| hash(&|hasher| (key, entry.value.value_hash()).hash(hasher)))
                .fold(1, u64::wrapping_add),
        }
    }

    /// Returns whether two values are the same data, wherever they stand.
    #[must_use]
    pub fn same_value(&self, other: &Self) -> bool {
        match (&self.kind, &other.kind) {
            (Kind::Scalar(a), Kind::Scalar(b)) => a.resolve() == b.resolve(),
            (Kind::Seq(a), Kind::Seq(b)) => {
                a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| a.same_value(b))
            }
            (Kind::Map(a), Kind::Map(b)) => {
                a.len() == b.len()
                    && a.iter().all(|(key, entry)| {
                        b.get(key)
                            .is_some_and(|other| entry.value.same_value(&other.value))
                    })
            }
            _ => false,
        }
    }
}

/// Plain data, without places and tags. A null entry of a map is left out: templates see it as undefined.
impl serde::Serialize for Node {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.kind {
            Kind::Scalar(scalar) => match scalar.resolve() {
                Resolved::Null => serializer.serialize_unit(),
                Resolved::Bool(value) => serializer.serialize_bool(value),
                Resolved::Int(value) => serializer.serialize_i64(value),
                Resolved::Float(value) => serializer.serialize_f64(value),
                Resolved::Str(text) => serializer.serialize_str(text),
            },
            Kind::Seq(items) => serializer.collect_seq(items.iter()),
            Kind::Map(map) => {
                let mut entries = serializer.serialize_map(None)?;
                for (key, entry) in map.iter().filter(|(_, entry)| !entry.value.is_null()) {
                    entries.serialize_entry(&**key, &entry.value)?;
                }
                entries.end()
            }
        }
    }
}
