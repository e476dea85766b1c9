//! Time is a number that is given: nothing in the core can ask what time it is.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Add;
use std::time::Duration;

/// Microseconds since the run began.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Debug, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Timestamp(pub u64);

impl Timestamp {
    /// The beginning of the run.
    pub const ZERO: Timestamp = Timestamp(0);

    /// The time passed since `earlier`, or nothing if `earlier` is later.
    pub fn since(self, earlier: Timestamp) -> Duration {
        Duration::from_micros(self.0.saturating_sub(earlier.0))
    }
}

impl Add<Duration> for Timestamp {
    type Output = Timestamp;

    fn add(self, span: Duration) -> Timestamp {
        let micros = u64::try_from(span.as_micros()).unwrap_or(u64::MAX);
        Timestamp(self.0.saturating_add(micros))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:03} ms", self.0 / 1000, self.0 % 1000)
    }
}

/// The timers of one machine, earliest first; its owner keeps a single real timer.
///
/// The holder of a timer remembers when it is due, so that it can be taken back.
///
/// ```
/// use sessionful::Timestamp;
/// use sessionful::time::Timers;
///
/// let mut timers = Timers::default();
/// timers.set(Timestamp(20), "late");
/// timers.set(Timestamp(10), "early");
/// timers.set(Timestamp(15), "never");
/// timers.clear(Timestamp(15), "never");
/// assert_eq!(timers.next(), Some(Timestamp(10)));
/// assert_eq!(timers.pop(Timestamp(30)), Some("early"));
/// assert_eq!(timers.pop(Timestamp(30)), Some("late"));
/// ```
#[derive(Clone, Debug)]
pub struct Timers<K> {
    /// In order, in leaves of which none is empty unless it is the only one: there is a timer for each
    /// of many sessions, but only a leaf is moved when one is set or taken back.
    leaves: Vec<Vec<(Timestamp, K)>>,
    len: usize,
}

/// No leaf has more timers.
const LEAF: usize = 64;

impl<K> Default for Timers<K> {
    fn default() -> Self {
        Timers { leaves: Vec::new(), len: 0 }
    }
}

impl<K: Ord + Clone> Timers<K> {
    /// The leaf that has a timer, if any has it.
    fn leaf(&self, timer: &(Timestamp, K)) -> usize {
        let after = self.leaves.partition_point(|leaf| leaf.first().is_some_and(|f| f <= timer));
        after.saturating_sub(1)
    }

    /// Sets a timer. The same key may be due at several times.
    pub fn set(&mut self, at: Timestamp, key: K) {
        let timer = (at, key);
        let place = self.leaf(&timer);
        let Some(leaf) = self.leaves.get_mut(place) else {
            self.leaves.push(vec![timer]);
            self.len = 1;
            return;
        };
        let Err(within) = leaf.binary_search(&timer) else { return };
        self.len += 1;
        if leaf.len() < LEAF {
            return leaf.insert(within, timer);
        }
        // Most timers are later than all others: their leaves stay full.
        let mut rest = leaf.split_off(if within == LEAF { LEAF } else { LEAF / 2 });
        match within.checked_sub(leaf.len()) {
            Some(within) => rest.insert(within, timer),
            None => leaf.insert(within, timer),
        }
        self.leaves.insert(place + 1, rest);
    }

    /// Takes a timer back; one that is not set is ignored.
    pub fn clear(&mut self, at: Timestamp, key: K) {
        let timer = (at, key);
        let place = self.leaf(&timer);
        let found = self.leaves.get(place).map(|leaf| leaf.binary_search(&timer));
        if let Some(Ok(within)) = found {
            self.take(place, within);
        }
    }

    fn take(&mut self, place: usize, within: usize) -> Option<(Timestamp, K)> {
        let leaf = self.leaves.get_mut(place)?;
        let taken = leaf.remove(within);
        let left = leaf.len();
        self.len -= 1;
        // Almost empty leaves are joined, so that there are never many of them.
        let next = self.leaves.get(place + 1).map_or(LEAF, Vec::len);
        if left == 0 && self.leaves.len() > 1 {
            self.leaves.remove(place);
        } else if left + next <= LEAF / 2 {
            let next = self.leaves.remove(place + 1);
            self.leaves[place].extend(next);
        }
        Some(taken)
    }

    /// When the next timer is due.
    pub fn next(&self) -> Option<Timestamp> {
        self.iter().next().map(|(at, _)| *at)
    }

    /// Takes the earliest timer that is due by `now`.
    pub fn pop(&mut self, now: Timestamp) -> Option<K> {
        if self.next()? > now {
            return None;
        }
        self.take(0, 0).map(|(_, key)| key)
    }

    /// How many timers are set.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether no timer is set.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }
}

impl<K> Timers<K> {
    fn iter(&self) -> impl Iterator<Item = &(Timestamp, K)> {
        self.leaves.iter().flatten()
    }
}

// How they are spread over leaves is nothing that anybody could see.

impl<K: PartialEq> PartialEq for Timers<K> {
    fn eq(&self, other: &Self) -> bool {
        self.len == other.len && self.iter().eq(other.iter())
    }
}

impl<K: Eq> Eq for Timers<K> {}

impl<K: Hash> Hash for Timers<K> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.len.hash(state);
        self.iter().for_each(|timer| timer.hash(state));
    }
}

impl<K: Serialize> Serialize for Timers<K> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

impl<'de, K: Ord + Clone + Deserialize<'de>> Deserialize<'de> for Timers<K> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut timers = Timers::default();
        for (at, key) in Vec::deserialize(deserializer)? {
            timers.set(at, key);
        }
        Ok(timers)
    }
}
