//! What was set aside for its faults: it exists, and nothing more is known of it.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

/// The names of what was set aside; who names it has no fault.
#[derive(Clone, Debug, Default)]
pub struct Aside {
    /// The guests; of what a `count` makes, what it is called together.
    pub guests: HashSet<Arc<str>>,
    /// The pools.
    pub pools: BTreeSet<String>,
}

impl Aside {
    /// Returns whether a name is that of a guest that was set aside, or one that its `count` may make.
    pub(super) fn has_guest(&self, name: &str) -> bool {
        let numbered = |(made, number): (&str, &str)| {
            self.guests.contains(made) && number.bytes().all(|byte| byte.is_ascii_digit())
        };
        self.guests.contains(name) || name.rsplit_once('-').is_some_and(numbered)
    }
}
