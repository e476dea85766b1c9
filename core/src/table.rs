//! Where parents keep their children: ordered by id, so that every run visits them alike.

use std::collections::BTreeMap;

/// Things by their ids.
pub type Table<K, V> = BTreeMap<K, V>;
