//! The journal in order of time, and what of it is shown.

use crate::lane::{Lane, Side};
use crate::words::{Group, is_trouble, tell};
use sessionful::event::Record;
use std::collections::VecDeque;

/// How many records are kept.
pub const CAPACITY: usize = 10_000;

/// A record with what is shown of it.
#[derive(Clone, PartialEq, Debug)]
pub struct Entry {
    /// At which end it happened.
    pub side: Side,
    /// When, by the page's clock, in microseconds.
    pub at: u64,
    /// What it is about.
    pub group: Group,
    /// What happened, in words.
    pub text: String,
    /// Whether somebody should look at it.
    pub trouble: bool,
    /// The record.
    pub record: Record,
}

impl Entry {
    /// An entry for a record of that side.
    pub fn new(side: Side, at: u64, record: Record) -> Entry {
        let (group, text) = tell(&record);
        let trouble = is_trouble(&record.event);
        Entry { side, at, group, text, trouble, record }
    }

    /// The name of its number: each side counts for itself.
    pub fn name(&self) -> String {
        name(self.side, self.record.seq)
    }

    /// The name of what led to it.
    pub fn cause(&self) -> Option<String> {
        self.record.cause.map(|seq| name(self.side, seq))
    }
}

fn name(side: Side, seq: u64) -> String {
    match side {
        Side::Proxy => format!("p{seq}"),
        Side::Host => format!("h{seq}"),
    }
}

/// What is to be shown.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Filter {
    /// Only what contains all of these words.
    pub words: String,
    /// Only this lane.
    pub lane: Option<Lane>,
    /// Only this group.
    pub group: Option<Group>,
    /// Only what somebody should look at.
    pub trouble: bool,
}

impl Filter {
    /// Whether an entry is to be shown.
    pub fn lets(&self, entry: &Entry) -> bool {
        (!self.trouble || entry.trouble)
            && self.group.is_none_or(|group| entry.group == group)
            && self.lane.is_none_or(|lane| {
                Lane::of(entry.record.node).is_some_and(|(other, _)| other == lane)
            })
            && (self.words.is_empty() || self.has_words(entry))
    }

    fn has_words(&self, entry: &Entry) -> bool {
        let text = entry.text.to_lowercase();
        let mut names = [entry.name(), entry.cause().unwrap_or_default()].into_iter();
        let wanted = self.words.to_lowercase();
        wanted.split_whitespace().all(|word| text.contains(word) || names.any(|name| name == word))
    }
}

/// The entries that are kept, and which of them are shown.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Log {
    entries: VecDeque<Entry>,
    /// How many have been dropped: the absolute place of the first that is kept.
    dropped: u64,
    /// Absolute places, ascending.
    shown: VecDeque<u64>,
    filter: Filter,
}

impl Log {
    /// Adds the newest entry; the oldest goes when there is no room.
    pub fn push(&mut self, entry: Entry) {
        if self.entries.len() >= CAPACITY {
            self.entries.pop_front();
            self.dropped += 1;
            while self.shown.front().is_some_and(|place| *place < self.dropped) {
                self.shown.pop_front();
            }
        }
        if self.filter.lets(&entry) {
            self.shown.push_back(self.dropped + self.entries.len() as u64);
        }
        self.entries.push_back(entry);
    }

    /// Shows something else.
    pub fn set_filter(&mut self, filter: Filter) {
        self.filter = filter;
        let all = self.entries.iter().enumerate();
        let lets = all.filter(|(_, entry)| self.filter.lets(entry));
        self.shown = lets.map(|(index, _)| self.dropped + index as u64).collect();
    }

    /// What is to be shown.
    pub fn filter(&self) -> &Filter {
        &self.filter
    }

    /// How many are kept.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// How many are shown.
    pub fn shown(&self) -> usize {
        self.shown.len()
    }

    /// How many have been dropped to make room.
    pub fn dropped(&self) -> u64 {
        self.dropped
    }

    /// A window of what is shown, newest first, with places that stay the same.
    pub fn window(&self, from: usize, count: usize) -> impl Iterator<Item = (u64, &Entry)> {
        self.shown.iter().rev().skip(from).take(count).filter_map(|place| {
            let index = usize::try_from(place - self.dropped).ok()?;
            Some((*place, self.entries.get(index)?))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sessionful::Timestamp;
    use sessionful::event::Event;
    use sessionful::ids::{CallId, NodeId};

    fn entry(seq: u64, node: u32) -> Entry {
        let event = Event::CallAbandoned { call: CallId(seq) };
        let record = Record {
            seq,
            at: Timestamp::ZERO,
            node: NodeId(node),
            cause: seq.checked_sub(1),
            event,
        };
        Entry::new(Side::Proxy, seq, record)
    }

    fn names(log: &Log) -> Vec<String> {
        log.window(0, 99).map(|(_, entry)| entry.name()).collect()
    }

    #[test]
    fn the_newest_comes_first() {
        let mut log = Log::default();
        (0..3).for_each(|seq| log.push(entry(seq, 1)));
        assert_eq!(names(&log), ["p2", "p1", "p0"]);
        assert_eq!(log.window(1, 1).next().and_then(|(_, entry)| entry.cause()), Some("p0".into()));
    }

    #[test]
    fn a_filter_holds_for_old_and_new_entries() {
        let mut log = Log::default();
        (0..4).for_each(|seq| log.push(entry(seq, 1 + u32::from(seq % 2 == 0))));
        log.set_filter(Filter { lane: Some(Lane::Calculator), ..Filter::default() });
        log.push(entry(4, 1));
        log.push(entry(5, 2));
        assert_eq!(names(&log), ["p4", "p3", "p1"]);
        log.set_filter(Filter { words: "CALL5 abandoned".into(), ..Filter::default() });
        assert_eq!(names(&log), ["p5"]);
        log.set_filter(Filter { group: Some(Group::Messages), ..Filter::default() });
        assert_eq!((log.shown(), log.len()), (0, 6));
    }

    #[test]
    fn a_full_log_drops_the_oldest() {
        let mut log = Log::default();
        (0..CAPACITY as u64 + 5).for_each(|seq| log.push(entry(seq, 1)));
        assert_eq!((log.len(), log.shown(), log.dropped()), (CAPACITY, CAPACITY, 5));
        assert_eq!(log.window(CAPACITY - 1, 9).next().map(|(place, _)| place), Some(5));
    }
}
