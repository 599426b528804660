//! Parts of the site that are no object's: what may be missing when one of them cannot be read.

use std::collections::HashMap;
use std::sync::Arc;

use super::CLASSES;
use crate::diag::nearest;
use crate::source::Span;
use crate::yaml::Entry;

/// What a text or a file that is no object's is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Part {
    /// What every guest starts from.
    Common,
    /// The virtualization host.
    Host,
    /// The site's name and the like, which no object needs.
    Meta,
    /// What the site allows.
    Allowances,
    /// Where the layers of a class lie, or which there are: some may be missing.
    Class(&'static str),
    /// Something that may have been meant for layers of any class.
    Stray,
    /// Where all layers lie.
    Directories,
}

/// Where the parts of a site are written.
#[derive(Debug, Default)]
pub struct Parts {
    /// Their texts.
    pub texts: Vec<(Span, Part)>,
    /// The files and directories that cannot be read, by path: the class, and the object where there is one.
    pub unread: HashMap<String, (&'static str, Option<Arc<str>>)>,
    /// The directories, by path, that nobody reads and that are nearly named as those of a class.
    pub strays: Vec<(String, &'static str)>,
}

impl Parts {
    pub(super) fn extend(&mut self, other: Self) {
        self.texts.extend(other.texts);
        self.unread.extend(other.unread);
        self.strays.extend(other.strays);
    }
}

impl Part {
    /// Returns what the layers of a class are, when they could be read.
    pub(super) fn of_class(class: &'static str) -> Self {
        match class {
            "common" => Self::Common,
            "host" => Self::Host,
            _ => Self::Class(class),
        }
    }

    /// Returns what a key that is unknown among the classes and `others` was probably meant for.
    pub(super) fn meant(key: &str, others: &[(&'static str, Self)]) -> Self {
        let classes = CLASSES
            .iter()
            .map(|(class, _, _)| (*class, Self::Class(class)));
        let known: Vec<(&str, Self)> = classes.chain(others.iter().copied()).collect();
        let near = nearest(key, known.iter().map(|(key, _)| *key));
        let part = known.iter().find(|(key, _)| near == Some(*key));
        part.map_or(Self::Stray, |(_, part)| *part)
    }
}

/// Returns the place of a key with its value.
pub(super) fn whole(entry: &Entry) -> Span {
    Span {
        end: entry.key.end.max(entry.value.span.end),
        ..entry.key
    }
}
