//! Where parents keep their children, and what never changes: ordered, so that every run visits them
//! alike.
//!
//! Ids come from counters and names are few. Both need less than a general map, and the difference
//! is what a page has to load.

mod order;

use crate::action::Ticket;
use crate::event::ThrottleKind;
use crate::ids::{
    CallId, ChannelId, ContextId, DispatchId, EndpointId, ExchangeId, InstanceId, NodeId,
};
use order::{Order, give_back};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use smol_str::SmolStr;
use std::collections::BTreeMap;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::{Deref, Index};
use std::sync::Arc;

/// An id as a number, from a counter: neighbours in a [`Table`] are mostly neighbours in number.
pub trait Number: Copy + Ord {
    /// The number.
    fn number(self) -> u64;
}

macro_rules! numbers {
    ($($id:ident)*) => {$(
        impl Number for $id {
            fn number(self) -> u64 {
                self.0.into()
            }
        }
    )*};
}

numbers! { CallId ChannelId ContextId DispatchId EndpointId ExchangeId InstanceId NodeId Ticket }

impl Number for u32 {
    fn number(self) -> u64 {
        self.into()
    }
}

impl Number for ThrottleKind {
    fn number(self) -> u64 {
        self as u64
    }
}

impl Number for u64 {
    fn number(self) -> u64 {
        self
    }
}

/// Small things by their ids, in the order of the ids.
///
/// It finds a thing where counting leads to, without a search, as long as few ids are missing in
/// between; so a call costs the same among many sessions as among few.
///
/// ```
/// use sessionful::ids::CallId;
/// use sessionful::table::Series;
///
/// let mut series = Series::new();
/// series.insert(CallId(7), "seven");
/// series.insert(CallId(8), "eight");
/// assert_eq!(series.remove(&CallId(7)), Some("seven"));
/// assert_eq!(series[&CallId(8)], "eight");
/// ```
#[derive(Clone)]
pub struct Series<K, V> {
    order: Order,
    /// Without gaps, in whatever order they came and went.
    things: Vec<(K, V)>,
}

impl<K: Number, V> Series<K, V> {
    /// Nothing.
    pub const fn new() -> Series<K, V> {
        Series { order: Order::new(), things: Vec::new() }
    }

    /// The thing of that id.
    #[inline]
    pub fn get(&self, key: &K) -> Option<&V> {
        self.things.get(self.order.slot(key.number())).map(|(_, value)| value)
    }

    /// The thing of that id, to change it.
    #[inline]
    pub fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        self.things.get_mut(self.order.slot(key.number())).map(|(_, value)| value)
    }

    /// Puts a thing in; what had that id before.
    pub fn insert(&mut self, key: K, value: V) -> Option<V> {
        if let Some(thing) = self.get_mut(&key) {
            return Some(std::mem::replace(thing, value));
        }
        self.order.insert(key.number(), self.things.len());
        self.things.push((key, value));
        None
    }

    /// Takes a thing out.
    pub fn remove(&mut self, key: &K) -> Option<V> {
        Some(self.take(key.number())?.1)
    }

    fn take(&mut self, number: u64) -> Option<(K, V)> {
        let slot = self.order.slot(number);
        if slot >= self.things.len() {
            return None;
        }
        let removed = self.things.swap_remove(slot);
        if let Some((moved, _)) = self.things.get(slot) {
            self.order.set(moved.number(), slot);
        }
        self.order.remove(number, self.things.len());
        give_back(&mut self.things);
        Some(removed)
    }

    /// How many things there are.
    pub fn len(&self) -> usize {
        self.things.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.things.is_empty()
    }

    /// Ids and things.
    pub fn iter(&self) -> Iter<'_, K, V> {
        Iter { order: self.order.iter(), things: &self.things }
    }

    /// The ids.
    pub fn keys(&self) -> impl Iterator<Item = &K> {
        self.iter().map(|(key, _)| key)
    }

    /// The things.
    pub fn values(&self) -> impl Iterator<Item = &V> {
        self.iter().map(|(_, value)| value)
    }

    /// Shows the things, to change them, until one gives something.
    pub fn find_map_mut<R>(&mut self, mut look: impl FnMut(&mut V) -> Option<R>) -> Option<R> {
        let mut order = self.order.iter();
        order.find_map(|(_, slot)| look(&mut self.things[slot].1))
    }

    /// Shows all things, to change them.
    pub fn for_each_mut(&mut self, mut look: impl FnMut(&mut V)) {
        for (_, slot) in self.order.iter() {
            look(&mut self.things[slot].1);
        }
    }

    /// Whether there is a thing of that id.
    pub fn contains_key(&self, key: &K) -> bool {
        self.get(key).is_some()
    }

    /// The thing of that id, the usual one if there was none.
    pub fn get_or_default(&mut self, key: K) -> &mut V
    where
        V: Default,
    {
        if !self.contains_key(&key) {
            self.insert(key, V::default());
        }
        self.get_mut(&key).expect("invariant: it was there, or was put in")
    }

    /// Takes out what is not to be kept.
    pub fn retain(&mut self, mut keep: impl FnMut(&K, &mut V) -> bool) {
        let mut gone = Vec::new();
        for (_, slot) in self.order.iter() {
            let (key, value) = &mut self.things[slot];
            if !keep(key, value) {
                gone.push(*key);
            }
        }
        for key in gone {
            self.remove(&key);
        }
    }

    /// Takes every thing out, with its id.
    pub fn drain(&mut self) -> impl Iterator<Item = (K, V)> + use<K, V> {
        let mut all = std::mem::take(self);
        let numbers: Vec<u64> = all.order.iter().map(|(number, _)| number).collect();
        numbers.into_iter().filter_map(move |number| all.take(number))
    }
}

/// Ids and things of a [`Series`].
#[derive(Clone, Debug)]
pub struct Iter<'a, K, V> {
    order: order::Iter<'a>,
    things: &'a [(K, V)],
}

impl<'a, K, V> Iterator for Iter<'a, K, V> {
    type Item = (&'a K, &'a V);

    fn next(&mut self) -> Option<Self::Item> {
        let (_, slot) = self.order.next()?;
        let (key, value) = &self.things[slot];
        Some((key, value))
    }
}

impl<'a, K: Number, V> IntoIterator for &'a Series<K, V> {
    type Item = (&'a K, &'a V);
    type IntoIter = Iter<'a, K, V>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// Things by their ids, in the order of the ids, each in a box of its own.
///
/// It finds a thing where counting leads to, without a search, as long as few ids are missing in
/// between; so a call costs the same among many sessions as among few.
///
/// ```
/// use sessionful::ids::CallId;
/// use sessionful::table::Table;
///
/// let mut table = Table::new();
/// table.insert(CallId(7), "seven");
/// table.insert(CallId(8), "eight");
/// assert_eq!(table.remove(&CallId(7)), Some("seven"));
/// assert_eq!(table.values().collect::<Vec<_>>(), [&"eight"]);
/// ```
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(transparent, bound(deserialize = "K: Number + Deserialize<'de>, V: Deserialize<'de>"))]
pub struct Table<K: Number, V>(Series<K, Box<V>>);

impl<K: Number, V> Table<K, V> {
    /// Nothing.
    pub const fn new() -> Table<K, V> {
        Table(Series::new())
    }

    /// The thing of that id.
    pub fn get(&self, key: &K) -> Option<&V> {
        self.0.get(key).map(Box::as_ref)
    }

    /// The thing of that id, to change it.
    pub fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        self.0.get_mut(key).map(Box::as_mut)
    }

    /// Puts a thing in; what had that id before.
    pub fn insert(&mut self, key: K, value: V) -> Option<V> {
        self.0.insert(key, Box::new(value)).map(|before| *before)
    }

    /// Takes a thing out.
    pub fn remove(&mut self, key: &K) -> Option<V> {
        self.0.remove(key).map(|removed| *removed)
    }

    /// How many things there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Ids and things.
    pub fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        self.0.iter().map(|(key, value)| (key, value.as_ref()))
    }

    /// The ids.
    pub fn keys(&self) -> impl Iterator<Item = &K> {
        self.0.keys()
    }

    /// The things.
    pub fn values(&self) -> impl Iterator<Item = &V> {
        self.iter().map(|(_, value)| value)
    }
}

impl<K: Number, V> Default for Table<K, V> {
    fn default() -> Self {
        Table::new()
    }
}

impl<K: Number, V> Default for Series<K, V> {
    fn default() -> Self {
        Series::new()
    }
}

impl<K: Number, V> FromIterator<(K, V)> for Table<K, V> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(things: I) -> Self {
        Table(things.into_iter().map(|(key, value)| (key, Box::new(value))).collect())
    }
}

impl<K: Number, V> FromIterator<(K, V)> for Series<K, V> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(things: I) -> Self {
        let mut table = Series::new();
        for (key, value) in things {
            table.insert(key, value);
        }
        table
    }
}

impl<K: Number, V> Extend<(K, V)> for Series<K, V> {
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, things: I) {
        for (key, value) in things {
            self.insert(key, value);
        }
    }
}

impl<K: Number, V> Index<&K> for Series<K, V> {
    type Output = V;

    /// # Panics
    /// If there is no thing of that id.
    fn index(&self, key: &K) -> &V {
        self.get(key).expect("the id is in the table")
    }
}

// Gaps are nothing that anybody could see.

impl<K: Number, V: PartialEq> PartialEq for Series<K, V> {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.iter().eq(other.iter())
    }
}

impl<K: Number, V: Eq> Eq for Series<K, V> {}

impl<K: Number + Hash, V: Hash> Hash for Series<K, V> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.len().hash(state);
        self.iter().for_each(|thing| thing.hash(state));
    }
}

impl<K: Number + fmt::Debug, V: fmt::Debug> fmt::Debug for Series<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

impl<K: Number + Serialize, V: Serialize> Serialize for Series<K, V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

impl<'de, K: Number + Deserialize<'de>, V: Deserialize<'de>> Deserialize<'de> for Series<K, V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        BTreeMap::deserialize(deserializer).map(Series::from_iter)
    }
}

/// Ids, in their order.
///
/// ```
/// use sessionful::ids::CallId;
/// use sessionful::table::Set;
///
/// let mut set = Set::default();
/// assert!(set.insert(CallId(8)) && set.insert(CallId(7)));
/// assert!(!set.insert(CallId(8)), "it is in already");
/// assert_eq!(set.iter().collect::<Vec<_>>(), [&CallId(7), &CallId(8)]);
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Set<K: Number>(Series<K, ()>);

impl<K: Number> Set<K> {
    /// Puts an id in. False: it is in already.
    pub fn insert(&mut self, key: K) -> bool {
        self.0.insert(key, ()).is_none()
    }

    /// Takes an id out. False: it was not in.
    pub fn remove(&mut self, key: &K) -> bool {
        self.0.remove(key).is_some()
    }

    /// Whether an id is in.
    pub fn contains(&self, key: &K) -> bool {
        self.0.contains_key(key)
    }

    /// The ids.
    pub fn iter(&self) -> impl Iterator<Item = &K> {
        self.0.keys()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<K: Number> Default for Set<K> {
    fn default() -> Self {
        Set(Series::new())
    }
}

impl<K: Number> FromIterator<K> for Set<K> {
    fn from_iter<I: IntoIterator<Item = K>>(keys: I) -> Self {
        Set(keys.into_iter().map(|key| (key, ())).collect())
    }
}

impl<K: Number + fmt::Debug> fmt::Debug for Set<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

impl<K: Number + Serialize> Serialize for Set<K> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

impl<'de, K: Number + Deserialize<'de>> Deserialize<'de> for Set<K> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Vec::deserialize(deserializer).map(Set::from_iter)
    }
}

/// Things by their names, in the order of the names. It is made for few: addresses of a host,
/// operations of a contract.
///
/// ```
/// use sessionful::table::Names;
///
/// let mut names = Names::default();
/// names.insert("b".into(), 2);
/// names.insert("a".into(), 1);
/// assert_eq!(names.get("b"), Some(&2));
/// assert_eq!(names.keys().collect::<Vec<_>>(), ["a", "b"]);
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Names<V>(Vec<(SmolStr, V)>);

impl<V> Names<V> {
    /// Nothing.
    pub const fn new() -> Names<V> {
        Names(Vec::new())
    }

    fn place(&self, name: &str) -> Result<usize, usize> {
        let found = self.0.iter().position(|(other, _)| other.as_str() >= name);
        match found {
            Some(place) if self.0[place].0 == name => Ok(place),
            Some(place) => Err(place),
            None => Err(self.0.len()),
        }
    }

    /// The thing of that name.
    pub fn get(&self, name: &str) -> Option<&V> {
        self.0.iter().find(|(other, _)| other == name).map(|(_, value)| value)
    }

    /// The thing of that name, the usual one if there was none.
    pub fn get_or_default(&mut self, name: SmolStr) -> &mut V
    where
        V: Default,
    {
        let place = self.place(&name).unwrap_or_else(|place| {
            self.0.insert(place, (name, V::default()));
            place
        });
        &mut self.0[place].1
    }

    /// Puts a thing in; what had that name before.
    pub fn insert(&mut self, name: SmolStr, value: V) -> Option<V> {
        match self.place(&name) {
            Ok(place) => Some(std::mem::replace(&mut self.0[place].1, value)),
            Err(place) => {
                self.0.insert(place, (name, value));
                None
            }
        }
    }

    /// Takes a thing out.
    pub fn remove(&mut self, name: &str) -> Option<V> {
        let place = self.place(name).ok()?;
        Some(self.0.remove(place).1)
    }

    /// Takes out what is not to be kept.
    pub fn retain(&mut self, mut keep: impl FnMut(&SmolStr, &mut V) -> bool) {
        self.0.retain_mut(|(name, value)| keep(name, value));
    }

    /// Names and things.
    pub fn iter(&self) -> impl Iterator<Item = (&SmolStr, &V)> {
        self.0.iter().map(|(name, value)| (name, value))
    }

    /// The names.
    pub fn keys(&self) -> impl Iterator<Item = &SmolStr> {
        self.0.iter().map(|(name, _)| name)
    }

    /// How many things there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<V> Default for Names<V> {
    fn default() -> Self {
        Names::new()
    }
}

impl<V> FromIterator<(SmolStr, V)> for Names<V> {
    fn from_iter<I: IntoIterator<Item = (SmolStr, V)>>(things: I) -> Self {
        let mut names = Names::new();
        for (name, value) in things {
            names.insert(name, value);
        }
        names
    }
}

impl<V, const N: usize> From<[(SmolStr, V); N]> for Names<V> {
    fn from(things: [(SmolStr, V); N]) -> Self {
        things.into_iter().collect()
    }
}

impl<V: fmt::Debug> fmt::Debug for Names<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

impl<V: Serialize> Serialize for Names<V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

impl<'de, V: Deserialize<'de>> Deserialize<'de> for Names<V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        BTreeMap::deserialize(deserializer).map(Names::from_iter)
    }
}

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
