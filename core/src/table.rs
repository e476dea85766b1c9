//! Where parents keep their children, and what never changes: ordered by id, so that every run
//! visits them alike.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::hash::{Hash, Hasher};
use std::ops::Deref;
use std::sync::Arc;

/// Things by their ids.
pub type Table<K, V> = BTreeMap<K, V>;

/// Configuration that is fixed for a run: cloned by reference, compared by content, and left out of
/// hashes, which would only hash the same thing again and again.
#[derive(PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Fixed<T>(Arc<T>);

impl<T> Fixed<T> {
    /// Fixes a value.
    pub fn new(value: T) -> Fixed<T> {
        Fixed(Arc::new(value))
    }
}

impl<T> From<Arc<T>> for Fixed<T> {
    fn from(shared: Arc<T>) -> Fixed<T> {
        Fixed(shared)
    }
}

impl<T> Clone for Fixed<T> {
    fn clone(&self) -> Fixed<T> {
        Fixed(Arc::clone(&self.0))
    }
}

impl<T> Deref for Fixed<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> Hash for Fixed<T> {
    fn hash<H: Hasher>(&self, _: &mut H) {}
}
