//! The records of a run, as many as there is room for, and the way back to any of them.

use super::Picture;
use crate::event::{Event, Record};
use crate::ids::NodeId;
use crate::time::Timestamp;
use std::collections::VecDeque;
use std::hash::{Hash, Hasher};

/// How many records lie between two keyframes.
const STRIDE: u64 = 1024;

/// A bounded ring of records with keyframes.
///
/// What falls off the old end is folded into the picture that the rest starts from, so the newest
/// picture is always right. A journal is about a run, not part of it: journals compare as equal.
///
/// ```
/// use sessionful::observe::Journal;
///
/// let journal = Journal::new(10_000);
/// assert_eq!(journal.dropped(), 0);
/// assert!(journal.records().next().is_none());
/// ```
#[derive(Clone, Debug)]
pub struct Journal {
    capacity: usize,
    next: u64,
    dropped: u64,
    records: VecDeque<Record>,
    /// The picture before the first record that is kept.
    base: Picture,
    /// Pictures before records whose numbers are multiples of the stride.
    keyframes: VecDeque<(u64, Picture)>,
    newest: Picture,
}

/// Why a place in the journal cannot be shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Seek {
    /// It has fallen off the old end.
    #[error("record {0} was dropped: the journal is full; record less or give it more room")]
    Dropped(u64),
    /// It is not there yet.
    #[error("record {0} has not happened yet")]
    Future(u64),
}

impl PartialEq for Journal {
    fn eq(&self, _: &Journal) -> bool {
        true
    }
}

impl Eq for Journal {}

impl Hash for Journal {
    fn hash<H: Hasher>(&self, _: &mut H) {}
}

impl Journal {
    /// Room for that many records. With room for none, nothing is ever recorded.
    pub fn new(capacity: usize) -> Journal {
        Journal {
            capacity,
            next: 0,
            dropped: 0,
            records: VecDeque::new(),
            base: Picture::default(),
            keyframes: VecDeque::new(),
            newest: Picture::default(),
        }
    }

    /// Whether anything is recorded.
    pub fn is_on(&self) -> bool {
        self.capacity > 0
    }

    /// Records an event; its number.
    pub fn note(
        &mut self,
        at: Timestamp,
        node: NodeId,
        cause: Option<u64>,
        event: impl FnOnce() -> Event,
    ) -> Option<u64> {
        if self.capacity == 0 {
            return None;
        }
        let seq = self.next;
        self.push(Record { seq, at, node, cause, event: event() });
        Some(seq)
    }

    /// Takes in a record that was made elsewhere; its number is kept.
    pub fn push(&mut self, record: Record) {
        if self.capacity == 0 {
            return;
        }
        if record.seq.is_multiple_of(STRIDE) {
            self.keyframes.push_back((record.seq, self.newest.clone()));
        }
        self.newest.fold(&record);
        self.next = record.seq + 1;
        self.records.push_back(record);
        while self.records.len() > self.capacity {
            self.drop_oldest();
        }
    }

    fn drop_oldest(&mut self) {
        if let Some(record) = self.records.pop_front() {
            self.base.fold(&record);
            self.dropped += 1;
            let oldest = record.seq + 1;
            while self.keyframes.front().is_some_and(|(seq, _)| *seq < oldest) {
                self.keyframes.pop_front();
            }
        }
    }

    /// Takes the records that are kept out, as if there were no more room for them: whoever keeps
    /// the records of a run elsewhere need not keep them twice.
    pub fn take(&mut self) -> Vec<Record> {
        let taken: Vec<Record> = self.records.drain(..).collect();
        taken.iter().for_each(|record| self.base.fold(record));
        self.dropped += taken.len() as u64;
        self.keyframes.clear();
        taken
    }

    /// The records that are kept, oldest first.
    pub fn records(&self) -> impl DoubleEndedIterator<Item = &Record> + ExactSizeIterator {
        self.records.iter()
    }

    /// How many have fallen off the old end.
    pub fn dropped(&self) -> u64 {
        self.dropped
    }

    /// The number that the next record will get.
    pub fn next_seq(&self) -> u64 {
        self.next
    }

    /// What exists after the newest record.
    pub fn picture(&self) -> &Picture {
        &self.newest
    }

    /// What existed before the record of that number; folds at most a stride of records.
    pub fn picture_before(&self, seq: u64) -> Result<Picture, Seek> {
        if seq > self.next {
            return Err(Seek::Future(seq));
        }
        let oldest = self.next - self.records.len() as u64;
        if seq < oldest {
            return Err(Seek::Dropped(seq));
        }
        let keyframe = self.keyframes.iter().rev().find(|(at, _)| *at <= seq);
        let (from, mut picture) = match keyframe {
            Some((at, picture)) => (*at, picture.clone()),
            None => (oldest, self.base.clone()),
        };
        let skip = usize::try_from(from - oldest).unwrap_or(usize::MAX);
        let take = usize::try_from(seq - from).unwrap_or(usize::MAX);
        self.records.iter().skip(skip).take(take).for_each(|record| picture.fold(record));
        Ok(picture)
    }

    /// A digest of the records that are kept: equal runs give equal digests, on every platform.
    pub fn digest(&self) -> u64 {
        self.records.iter().fold(0xCBF2_9CE4_8422_2325, |digest, record| {
            let text = serde_json::to_vec(record).unwrap_or_default();
            text.iter().fold(digest, |digest, byte| {
                (digest ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01B3)
            })
        })
    }
}
