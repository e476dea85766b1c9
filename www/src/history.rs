//! The records of a run, in chunks that branches of the run share.
//!
//! A copy costs a pointer a chunk, so a fork of a long run costs nothing; going to any record folds
//! at most one chunk.

use sessionful::Timestamp;
use sessionful::event::Record;
use sessionful::observe::Picture;
use std::collections::VecDeque;
use std::rc::Rc;

/// How many records a chunk has: what is folded at most to see any moment.
const CHUNK: usize = 512;

/// How many records are kept unless told otherwise.
pub const CAPACITY: usize = 400_000;

/// A bounded list of records, oldest first, with the picture at any of them.
#[derive(Clone, Debug)]
pub struct History {
    chunks: VecDeque<Rc<Chunk>>,
    capacity: usize,
    len: usize,
    next: u64,
    newest: Picture,
}

#[derive(Clone, Debug)]
struct Chunk {
    /// What existed before its first record.
    before: Picture,
    first: u64,
    records: Vec<Record>,
}

impl Default for History {
    fn default() -> History {
        History::new(CAPACITY)
    }
}

impl History {
    /// Room for that many records, rounded up to whole chunks.
    pub fn new(capacity: usize) -> History {
        let newest = Picture::default();
        History { chunks: VecDeque::new(), capacity, len: 0, next: 0, newest }
    }

    /// Adds the newest record, whose number is [`History::next`]; the oldest go when there is no
    /// room.
    pub fn push(&mut self, mut record: Record) {
        record.seq = self.next;
        let full = self.chunks.back().is_none_or(|chunk| chunk.records.len() >= CHUNK);
        if full {
            let before = self.newest.clone();
            let records = Vec::with_capacity(CHUNK);
            self.chunks.push_back(Rc::new(Chunk { before, first: self.next, records }));
        }
        self.newest.fold(&record);
        self.next += 1;
        self.len += 1;
        if let Some(chunk) = self.chunks.back_mut() {
            Rc::make_mut(chunk).records.push(record);
        }
        while self.len > self.capacity + CHUNK {
            self.len -= self.chunks.pop_front().map_or(0, |chunk| chunk.records.len());
        }
    }

    /// The number of the oldest record that is kept.
    pub fn first(&self) -> u64 {
        self.next - self.len as u64
    }

    /// The number that the next record will have.
    pub fn next(&self) -> u64 {
        self.next
    }

    /// How many records are kept.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether none is kept.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// What exists after the newest record.
    pub fn newest(&self) -> &Picture {
        &self.newest
    }

    /// The record of that number, if it is kept.
    pub fn get(&self, seq: u64) -> Option<&Record> {
        let chunk = self.chunk(seq)?;
        chunk.records.get(usize::try_from(seq - chunk.first).ok()?)
    }

    fn chunk(&self, seq: u64) -> Option<&Chunk> {
        let after = self.chunks.partition_point(|chunk| chunk.first <= seq);
        self.chunks.get(after.checked_sub(1)?).map(|chunk| &**chunk)
    }

    /// The records from one number on, oldest first.
    pub fn from(&self, seq: u64) -> impl Iterator<Item = &Record> {
        let seq = seq.max(self.first());
        let skipped = self.chunks.partition_point(|chunk| chunk.first <= seq).saturating_sub(1);
        let chunks = self.chunks.iter().skip(skipped);
        chunks.flat_map(|chunk| &chunk.records).skip_while(move |record| record.seq < seq)
    }

    /// The records before one number, newest first.
    pub fn back_from(&self, seq: u64) -> impl Iterator<Item = &Record> {
        let kept = self.chunks.partition_point(|chunk| chunk.first < seq);
        let chunks = self.chunks.iter().take(kept).rev();
        let records = chunks.flat_map(|chunk| chunk.records.iter().rev());
        records.skip_while(move |record| record.seq >= seq)
    }

    /// What existed before the record of that number; the nearest that is kept.
    pub fn picture_before(&self, seq: u64) -> Picture {
        if seq >= self.next {
            return self.newest.clone();
        }
        let Some(chunk) = self.chunk(seq.max(self.first())) else { return self.newest.clone() };
        let mut picture = chunk.before.clone();
        let before = chunk.records.iter().take_while(|record| record.seq < seq);
        before.for_each(|record| picture.fold(record));
        picture
    }

    /// The number of the first record that is later than a time.
    pub fn after(&self, at: Timestamp) -> u64 {
        let later = |chunk: &Rc<Chunk>| chunk.records.first().is_some_and(|first| first.at <= at);
        let place = self.chunks.partition_point(later).saturating_sub(1);
        let Some(chunk) = self.chunks.get(place) else { return self.next };
        chunk.first + chunk.records.partition_point(|record| record.at <= at) as u64
    }

    /// Forgets every record from that number on.
    pub fn truncate(&mut self, seq: u64) {
        if seq >= self.next {
            return;
        }
        let seq = seq.max(self.first());
        self.newest = self.picture_before(seq);
        while self.chunks.back().is_some_and(|chunk| chunk.first >= seq) {
            self.chunks.pop_back();
        }
        if let Some(chunk) = self.chunks.back_mut() {
            let keep = usize::try_from(seq - chunk.first).unwrap_or(usize::MAX);
            Rc::make_mut(chunk).records.truncate(keep);
        }
        self.len -= usize::try_from(self.next - seq).unwrap_or(self.len).min(self.len);
        self.next = seq;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sessionful::event::Event;
    use sessionful::ids::{CallId, NodeId, OperationId};

    fn record(number: u64) -> Record {
        let event = Event::CallQueued { call: CallId(number), operation: OperationId(0) };
        Record { seq: 0, at: Timestamp(number * 10), node: NodeId(1), cause: None, event }
    }

    fn history(count: u64) -> History {
        let mut history = History::default();
        (0..count).for_each(|number| history.push(record(number)));
        history
    }

    fn calls(picture: &Picture) -> usize {
        picture.ends.get(&NodeId(1)).map_or(0, |end| end.calls.len())
    }

    #[test]
    fn every_moment_can_be_seen_again() {
        let history = history(2_000);
        for seq in [0, 1, 511, 512, 513, 1_024, 1_999, 2_000] {
            assert_eq!(calls(&history.picture_before(seq)) as u64, seq);
        }
        assert_eq!(history.get(1_500).map(|record| record.at), Some(Timestamp(15_000)));
        assert_eq!(history.after(Timestamp(9_995)), 1_000);
        assert_eq!(history.after(Timestamp(10_000)), 1_001);
    }

    #[test]
    fn both_ways_meet() {
        let history = history(1_300);
        let forward: Vec<u64> = history.from(510).take(5).map(|record| record.seq).collect();
        let back: Vec<u64> = history.back_from(515).take(5).map(|record| record.seq).collect();
        assert_eq!(forward, [510, 511, 512, 513, 514]);
        assert_eq!(back, [514, 513, 512, 511, 510]);
    }

    #[test]
    fn a_fork_goes_its_own_way() {
        let trunk = history(1_000);
        let mut fork = trunk.clone();
        fork.truncate(700);
        assert_eq!((fork.next(), calls(fork.newest())), (700, 700));
        (0..3).for_each(|_| fork.push(record(9_999)));
        assert_eq!((fork.len(), calls(fork.newest())), (703, 701));
        assert_eq!((trunk.len(), calls(trunk.newest())), (1_000, 1_000));
    }

    #[test]
    fn a_full_history_forgets_the_oldest() {
        let mut history = History::new(1_000);
        (0..5_000).for_each(|number| history.push(record(number)));
        assert!(history.len() <= 1_000 + 2 * CHUNK && history.first() > 3_000);
        assert_eq!(calls(&history.picture_before(4_500)), 4_500);
        assert_eq!(history.get(0), None);
    }
}
