//! Records of two threads in one order of time, with numbers of one run.

use crate::lane::Side;
use sessionful::Timestamp;
use sessionful::event::Record;
use std::collections::VecDeque;
use std::time::Duration;

/// Records wait that long, so that those of page and worker come in order.
const PATIENCE: Duration = Duration::from_millis(40);

/// How many numbers of a side are remembered, for causes.
const REMEMBERED: usize = 16_384;

/// Takes records of both sides, gives them out in order.
#[derive(Debug, Default)]
pub(super) struct Merge {
    waiting: Vec<(Timestamp, Side, Record)>,
    next: u64,
    last: Timestamp,
    page: Numbers,
    host: Numbers,
}

/// Which number a record of a side has in the run.
#[derive(Debug, Default)]
struct Numbers {
    first: u64,
    numbers: VecDeque<u64>,
}

impl Numbers {
    fn add(&mut self, theirs: u64, ours: u64) {
        if self.numbers.is_empty() {
            self.first = theirs;
        }
        // Lost records leave a gap, which nothing else may fill.
        let gap = theirs.saturating_sub(self.first + self.numbers.len() as u64);
        if gap > REMEMBERED as u64 {
            self.numbers.clear();
            self.first = theirs;
        } else {
            (0..gap).for_each(|_| self.numbers.push_back(u64::MAX));
        }
        self.numbers.push_back(ours);
        while self.numbers.len() > REMEMBERED {
            self.numbers.pop_front();
            self.first += 1;
        }
    }

    fn get(&self, theirs: u64) -> Option<u64> {
        let place = usize::try_from(theirs.checked_sub(self.first)?).ok()?;
        self.numbers.get(place).copied().filter(|number| *number != u64::MAX)
    }
}

impl Merge {
    /// Records of one side, whose clock is that much behind ours, in microseconds.
    pub(super) fn add(&mut self, side: Side, records: Vec<Record>, behind: i64) {
        let at = |record: &Record| Timestamp(record.at.0.saturating_add_signed(behind));
        self.waiting.extend(records.into_iter().map(|record| (at(&record), side, record)));
    }

    /// What is old enough that nothing before it can come any more.
    pub(super) fn ripe(&mut self, now: Timestamp) -> Vec<Record> {
        // Stable: each side's own order stays as it is.
        self.waiting.sort_by_key(|(at, _, _)| *at);
        let told = self.told(now);
        let ripe = self.waiting.partition_point(|(at, _, _)| *at <= told);
        let ripe: Vec<_> = self.waiting.drain(..ripe).collect();
        ripe.into_iter().map(|(at, side, record)| self.number(at, side, record)).collect()
    }

    /// Up to which time everything has been told.
    pub(super) fn told(&self, now: Timestamp) -> Timestamp {
        let micros = u64::try_from(PATIENCE.as_micros()).unwrap_or(0);
        Timestamp(now.0.saturating_sub(micros)).max(self.last)
    }

    fn number(&mut self, at: Timestamp, side: Side, record: Record) -> Record {
        let numbers = match side {
            Side::Proxy => &mut self.page,
            Side::Host => &mut self.host,
        };
        let cause = record.cause.and_then(|cause| numbers.get(cause));
        numbers.add(record.seq, self.next);
        // Whoever comes too late is told when it came: time does not run backwards.
        self.last = self.last.max(at);
        let record = Record { seq: self.next, at: self.last, cause, ..record };
        self.next += 1;
        record
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sessionful::event::Event;
    use sessionful::ids::{CallId, NodeId};

    fn record(seq: u64, at: u64, cause: Option<u64>) -> Record {
        let event = Event::CallAbandoned { call: CallId(seq) };
        Record { seq, at: Timestamp(at), node: NodeId(1), cause, event }
    }

    fn told(records: &[Record]) -> Vec<(u64, u64, Option<u64>)> {
        records.iter().map(|r| (r.seq, r.at.0, r.cause)).collect()
    }

    #[test]
    fn two_sides_come_in_one_order_with_one_numbering() {
        let mut merge = Merge::default();
        merge.add(Side::Proxy, vec![record(0, 1_000, None), record(1, 9_000, Some(0))], 0);
        // The worker began to count 2 ms after the page.
        merge.add(Side::Host, vec![record(0, 3_000, None), record(1, 3_500, Some(0))], 2_000);
        assert!(merge.ripe(Timestamp(20_000)).is_empty(), "nothing is old enough yet");
        let ripe = merge.ripe(Timestamp(60_000));
        let expected =
            [(0, 1_000, None), (1, 5_000, None), (2, 5_500, Some(1)), (3, 9_000, Some(0))];
        assert_eq!(told(&ripe), expected);
    }

    #[test]
    fn time_does_not_run_backwards() {
        let mut merge = Merge::default();
        merge.add(Side::Proxy, vec![record(0, 100_000, None)], 0);
        assert_eq!(merge.ripe(Timestamp(200_000)).len(), 1);
        merge.add(Side::Host, vec![record(0, 50_000, None)], 0);
        assert_eq!(told(&merge.ripe(Timestamp(200_000))), [(1, 100_000, None)]);
    }

    #[test]
    fn lost_records_are_no_causes() {
        let mut merge = Merge::default();
        merge.add(
            Side::Host,
            vec![record(0, 1, None), record(7, 2, Some(3)), record(8, 3, Some(7))],
            0,
        );
        let ripe = merge.ripe(Timestamp(1_000_000));
        assert_eq!(told(&ripe), [(0, 1, None), (1, 2, None), (2, 3, Some(1))]);
    }
}
