//! Throttles: slots, and a queue for those who find none (`THR-1` to `THR-6`).

use crate::error::BehaviorError;
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

/// The limit of one throttle.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Limit {
    /// How many slots there are.
    pub slots: u32,
    /// How many may wait for a slot. WCF knows no bound (`None`, the default): callers see latency,
    /// then their own timeout (`THR-2`). With a bound the next one is refused as too busy.
    #[serde(default)]
    pub queue: Option<u32>,
}

impl Limit {
    /// That many slots and an unbounded queue.
    pub const fn slots(slots: u32) -> Limit {
        Limit { slots, queue: None }
    }

    /// Bounds the queue; beyond it callers are refused at once.
    #[must_use]
    pub const fn refusing_beyond(self, queue: u32) -> Limit {
        Limit { queue: Some(queue), ..self }
    }
}

/// The limits of a host. They are frozen when it opens.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Throttles {
    /// Messages in the pipeline, from admission to the very end, waiting at the gate included
    /// (`THR-3`).
    pub calls: Limit,
    /// Accepted session channels (`THR-4`).
    pub sessions: Limit,
    /// Living instance contexts (`THR-5`).
    pub instances: Limit,
}

impl Throttles {
    /// WCF's defaults for that many processors: 16 calls and 100 sessions each, any number of
    /// instances (`THR-1`).
    pub const fn for_processors(processors: u32) -> Throttles {
        Throttles {
            calls: Limit::slots(16 * processors),
            sessions: Limit::slots(100 * processors),
            instances: Limit::slots(i32::MAX as u32),
        }
    }

    /// Without limits, for tests and for hosts that are guarded elsewhere.
    pub const UNLIMITED: Throttles = Throttles {
        calls: Limit::slots(u32::MAX),
        sessions: Limit::slots(u32::MAX),
        instances: Limit::slots(u32::MAX),
    };

    /// No limit may be zero.
    pub(crate) fn check(&self) -> Result<(), BehaviorError> {
        let all =
            [("calls", self.calls), ("sessions", self.sessions), ("instances", self.instances)];
        match all.into_iter().find(|(_, limit)| limit.slots == 0) {
            Some((name, _)) => Err(BehaviorError::ThrottleLimit { throttle: name.into() }),
            None => Ok(()),
        }
    }
}

impl Default for Throttles {
    /// The defaults for one processor, which is what a page or worker has.
    fn default() -> Self {
        Throttles::for_processors(1)
    }
}

/// What became of someone who wanted a slot.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Admission {
    /// It has a slot.
    Admitted,
    /// It waits; it will be named by [`Throttle::leave`].
    Waiting,
    /// The queue is full too.
    Refused,
}

/// The slots of one throttle and who waits for them, first come first served.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Throttle<T> {
    limit: Limit,
    held: u32,
    waiting: VecDeque<T>,
}

impl<T: PartialEq + Copy> Throttle<T> {
    /// All slots free.
    pub fn new(limit: Limit) -> Throttle<T> {
        Throttle { limit, held: 0, waiting: VecDeque::new() }
    }

    /// Wants a slot.
    pub fn enter(&mut self, who: T) -> Admission {
        if self.held < self.limit.slots {
            self.held += 1;
            return Admission::Admitted;
        }
        let full = |bound: u32| self.waiting.len() >= bound as usize;
        if self.limit.queue.is_some_and(full) {
            return Admission::Refused;
        }
        self.waiting.push_back(who);
        Admission::Waiting
    }

    /// Gives a slot back; it passes to the oldest waiter, who is returned.
    pub fn leave(&mut self) -> Option<T> {
        let next = self.waiting.pop_front();
        if next.is_none() {
            debug_assert!(self.held > 0, "a slot was given back twice");
            self.held = self.held.saturating_sub(1);
        }
        next
    }

    /// The oldest waiter, who needs no slot any more.
    pub(crate) fn excuse(&mut self) -> Option<T> {
        self.waiting.pop_front()
    }

    /// A waiter gives up. False: it was not waiting.
    pub fn forget(&mut self, who: T) -> bool {
        let before = self.waiting.len();
        self.waiting.retain(|waiting| *waiting != who);
        self.waiting.len() < before
    }

    /// How many slots are taken.
    pub fn held(&self) -> u32 {
        self.held
    }

    /// How many wait.
    pub fn waiting(&self) -> usize {
        self.waiting.len()
    }
}
