//! What will be done to a simulated run, and when: the script of its scenario, and what the visitor
//! did.

use crate::act::Act;
use serde::{Deserialize, Serialize};
use sessionful::Timestamp;
use std::time::Duration;

/// A place in a simulated run: so many things have happened at that time.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize,
)]
pub struct Moment {
    /// When, in virtual microseconds.
    pub at: Timestamp,
    /// How many things have happened at that very time.
    pub tick: u32,
}

/// Something that the visitor did.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Edit {
    /// When.
    pub when: Moment,
    /// What.
    pub act: Act,
}

/// What a scenario does by itself.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Script {
    /// The acts in the order of their times, in virtual microseconds.
    pub cues: Vec<(u64, Act)>,
    /// From one time on everything is done again and again, that much later each time.
    pub again: Option<(u64, u64)>,
}

impl Script {
    /// Adds an act at a time in milliseconds, which must not be before the last one's.
    #[must_use]
    pub fn at(mut self, millis: u64, act: Act) -> Script {
        self.cues.push((millis * 1000, act));
        self
    }

    /// Repeats what comes from `from` on with a period, both in milliseconds.
    #[must_use]
    pub fn again(mut self, from: u64, period: u64) -> Script {
        self.again = Some((from * 1000, period * 1000));
        self
    }

    /// The cue of that number, counted through all repetitions.
    pub fn cue(&self, number: usize) -> Option<(Timestamp, &Act)> {
        if let Some((at, act)) = self.cues.get(number) {
            return Some((Timestamp(*at), act));
        }
        let (from, period) = self.again?;
        let first = self.cues.partition_point(|(at, _)| *at < from);
        let round = self.cues.len() - first;
        let beyond = number.checked_sub(first).filter(|_| round > 0)?;
        let (at, act) = &self.cues[first + beyond % round];
        let later = period.saturating_mul(u64::try_from(beyond / round).ok()?);
        Some((Timestamp(at.saturating_add(later)), act))
    }

    /// How much later than in the first round everything is that is done at a moment.
    pub fn round(&self, now: Timestamp) -> Duration {
        let begun = self.again.filter(|(from, period)| now.0 >= *from && *period > 0);
        let rounds = begun.map_or(0, |(from, period)| (now.0 - from) / period * period);
        Duration::from_micros(rounds)
    }

    /// When the last act of a script that ends is done.
    pub fn end(&self) -> Option<Timestamp> {
        if self.again.is_some() {
            return None;
        }
        self.cues.last().map(|(at, _)| Timestamp(*at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sessionful::ids::NodeId;

    #[test]
    fn a_script_repeats_its_end() {
        let [one, two, three] = [1, 2, 3].map(|id| Act::Open(NodeId(id)));
        let script = Script::default().at(0, one).at(10, two.clone()).at(15, three.clone());
        assert_eq!((script.cue(3), script.end()), (None, Some(Timestamp(15_000))));
        let script = script.again(10, 20);
        let cues: Vec<_> = (1..5).filter_map(|number| script.cue(number)).collect();
        let expected = [(10, &two), (15, &three), (30, &two), (35, &three)];
        assert_eq!(cues, expected.map(|(at, act)| (Timestamp(at * 1000), act)));
        let rounds = [0, 10, 29, 30, 49, 50].map(|at| script.round(Timestamp(at * 1000)));
        assert_eq!(rounds, [0, 0, 0, 20, 20, 40].map(Duration::from_millis));
    }
}
