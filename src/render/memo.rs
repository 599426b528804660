//! Results that all threads look for, and whichever needs one first makes.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{PoisonError, RwLock};

use foldhash::fast::RandomState;

/// Results by what they were made from.
#[derive(Debug)]
pub(super) struct Memo<K, V>(RwLock<HashMap<K, V, RandomState>>);

impl<K, V> Default for Memo<K, V> {
    fn default() -> Self {
        Self(RwLock::default())
    }
}

impl<K: Eq + Hash, V: Clone> Memo<K, V> {
    /// Returns what is kept under `key`.
    pub(super) fn find<Q: Eq + Hash + ?Sized>(&self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        let kept = self.0.read().unwrap_or_else(PoisonError::into_inner);
        kept.get(key).cloned()
    }

    /// Keeps a result, unless another thread was faster, and returns the one that is kept.
    pub(super) fn keep(&self, key: K, value: V) -> V {
        let mut kept = self.0.write().unwrap_or_else(PoisonError::into_inner);
        kept.entry(key).or_insert(value).clone()
    }
}
