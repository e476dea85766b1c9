//! Time is a number that is given: nothing in the core can ask what time it is.

use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fmt;
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
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timers<K: Ord>(BTreeSet<(Timestamp, K)>);

impl<K: Ord> Default for Timers<K> {
    fn default() -> Self {
        Timers(BTreeSet::new())
    }
}

impl<K: Ord + Clone> Timers<K> {
    /// Sets a timer. The same key may be due at several times.
    pub fn set(&mut self, at: Timestamp, key: K) {
        self.0.insert((at, key));
    }

    /// Takes a timer back; one that is not set is ignored.
    pub fn clear(&mut self, at: Timestamp, key: K) {
        self.0.remove(&(at, key));
    }

    /// When the next timer is due.
    pub fn next(&self) -> Option<Timestamp> {
        self.0.first().map(|(at, _)| *at)
    }

    /// Takes the earliest timer that is due by `now`.
    pub fn pop(&mut self, now: Timestamp) -> Option<K> {
        if self.next()? > now {
            return None;
        }
        self.0.pop_first().map(|(_, key)| key)
    }

    /// How many timers are set.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether no timer is set.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
