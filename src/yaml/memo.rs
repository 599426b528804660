//! Results by the nodes they were made from: guests have most of their nodes in common.

use std::collections::HashMap;
use std::hash::{BuildHasher as _, Hash};
use std::sync::{PoisonError, RwLock};

use foldhash::fast::RandomState;

use super::Node;

/// What was made of nodes, by their identities and by what else counts.
#[derive(Debug)]
pub struct NodeMemo<K, V> {
    hasher: RandomState,
    kept: RwLock<Buckets<K, V>>,
}

/// Results by the hash of what they were made from.
type Buckets<K, V> = HashMap<u64, Vec<Kept<K, V>>, RandomState>;

/// A result, and all that it depends on. Holding the nodes keeps their identities from being used again.
#[derive(Debug)]
struct Kept<K, V> {
    key: K,
    nodes: Box<[Option<Node>]>,
    value: V,
}

impl<K, V> Default for NodeMemo<K, V> {
    fn default() -> Self {
        Self {
            hasher: RandomState::default(),
            kept: RwLock::default(),
        }
    }
}

impl<K: Eq + Hash, V: Clone> NodeMemo<K, V> {
    /// Returns what was made of these very nodes.
    pub fn find(&self, key: &K, nodes: &[Option<&Node>]) -> Option<V> {
        let kept = self.kept.read().unwrap_or_else(PoisonError::into_inner);
        let alike = kept.get(&self.hash(key, nodes))?;
        let same = alike
            .iter()
            .find(|kept| kept.key == *key && kept.is_of(nodes));
        same.map(|kept| kept.value.clone())
    }

    /// Keeps what was made of these nodes.
    pub fn keep(&self, key: K, nodes: &[Option<&Node>], value: V) {
        let hash = self.hash(&key, nodes);
        let nodes = nodes.iter().map(|node| node.cloned()).collect();
        let mut kept = self.kept.write().unwrap_or_else(PoisonError::into_inner);
        kept.entry(hash)
            .or_default()
            .push(Kept { key, nodes, value });
    }

    fn hash(&self, key: &K, nodes: &[Option<&Node>]) -> u64 {
        let identities = nodes.iter().map(|node| node.map(Node::identity));
        self.hasher.hash_one((key, identities.collect::<Vec<_>>()))
    }
}

impl<K, V> Kept<K, V> {
    fn is_of(&self, nodes: &[Option<&Node>]) -> bool {
        let own = self
            .nodes
            .iter()
            .map(|node| node.as_ref().map(Node::identity));
        own.eq(nodes.iter().map(|node| node.map(Node::identity)))
    }
}
