//! Which records the log shows: found a few at a time, so that a hundred thousand do not hold the
//! page up.

use crate::run::Run;
use crate::words::{Group, is_trouble, tell_of};
use sessionful::event::Record;
use sessionful::ids::NodeId;

/// What is to be shown.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Filter {
    /// Only what contains all of these words; `#12` is record 12 and what it led to.
    pub words: String,
    /// Only this end.
    pub node: Option<NodeId>,
    /// Only this group.
    pub group: Option<Group>,
    /// Only what somebody should look at.
    pub trouble: bool,
}

impl Filter {
    fn is_empty(&self) -> bool {
        self.words.trim().is_empty() && self.node.is_none() && self.group.is_none() && !self.trouble
    }

    /// Whether a record is to be shown.
    pub fn lets(&self, run: &Run, record: &Record) -> bool {
        // The cheap questions first: only the last needs the text.
        if self.trouble && !is_trouble(&record.event)
            || self.node.is_some_and(|node| node != record.node)
        {
            return false;
        }
        if self.group.is_none() && self.words.is_empty() {
            return true;
        }
        let (group, text) = tell_of(run.cast(), record);
        self.group.is_none_or(|wanted| wanted == group) && self.has_words(run, record, &text)
    }

    fn has_words(&self, run: &Run, record: &Record, text: &str) -> bool {
        let text = format!("{} {text}", run.cast().name(record.node)).to_lowercase();
        self.words.to_lowercase().split_whitespace().all(|word| {
            let number = word.strip_prefix('#').and_then(|number| number.parse::<u64>().ok());
            match number {
                Some(number) => record.seq == number || record.cause == Some(number),
                None => text.contains(word),
            }
        })
    }
}

/// The numbers of the records that a filter lets through, as far as they were looked at.
#[derive(Clone, Debug, Default)]
pub struct Sift {
    filter: Filter,
    /// Ascending; without a filter nothing is kept, because all records are shown.
    found: Vec<u64>,
    /// The first record that was not looked at.
    next: u64,
    /// Whose records these are.
    of: String,
}

impl Sift {
    /// What is shown.
    pub fn filter(&self) -> &Filter {
        &self.filter
    }

    /// Shows something else.
    pub fn set(&mut self, filter: Filter) {
        let of = std::mem::take(&mut self.of);
        *self = Sift { filter, of, ..Sift::default() };
    }

    /// Looks at so many more records; whether there is something new to show. Another line of
    /// events, `of`, is looked at from its beginning.
    pub fn look(&mut self, run: &Run, of: &str, most: usize) -> bool {
        let history = run.history();
        if self.of != of || self.next > history.next() {
            (self.found, self.next, self.of) = (Vec::new(), history.first(), of.to_owned());
        }
        if self.next == history.next() {
            return false;
        }
        if self.filter.is_empty() {
            self.next = history.next();
            return true;
        }
        let before = self.found.len();
        for record in history.from(self.next).take(most) {
            self.next = record.seq + 1;
            if self.filter.lets(run, record) {
                self.found.push(record.seq);
            }
        }
        self.found.len() != before || self.next == history.next()
    }

    /// Whether every record was looked at.
    pub fn is_done(&self, run: &Run) -> bool {
        self.next >= run.history().next()
    }

    /// How many are shown.
    pub fn len(&self, run: &Run) -> usize {
        if self.filter.is_empty() { run.history().len() } else { self.found.len() }
    }

    /// Whether nothing is shown.
    pub fn is_empty(&self, run: &Run) -> bool {
        self.len(run) == 0
    }

    /// The numbers of the records in a window: so many, after so many newer ones, newest first.
    pub fn window(&self, run: &Run, newer: usize, count: usize) -> Vec<u64> {
        if self.filter.is_empty() {
            let history = run.history();
            let last = history.next().saturating_sub(newer as u64);
            return (history.first()..last).rev().take(count).collect();
        }
        self.found.iter().rev().skip(newer).take(count).copied().collect()
    }

    /// How many of those shown are not older than a record.
    pub fn newer(&self, run: &Run, seq: u64) -> usize {
        if self.filter.is_empty() {
            return run.history().next().saturating_sub(seq) as usize;
        }
        self.found.len() - self.found.partition_point(|found| *found < seq)
    }

    /// All records that are shown, oldest first.
    pub fn all<'a>(&'a self, run: &'a Run) -> Box<dyn Iterator<Item = &'a Record> + 'a> {
        if self.filter.is_empty() {
            return Box::new(run.history().from(0));
        }
        Box::new(self.found.iter().filter_map(|seq| run.history().get(*seq)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cast::Cast;
    use crate::run::Label;
    use sessionful::Timestamp;
    use sessionful::event::Event;
    use sessionful::ids::{CallId, OperationId};
    use sessionful::lifecycle::Phase;

    fn run(count: u64) -> Run {
        let mut run = Run::new(Label::Simulated, Cast::default());
        for number in 0..count {
            let event = match number % 10 {
                9 => Event::ProxyPhase { from: Phase::Opened, to: Phase::Faulted },
                _ => Event::CallQueued { call: CallId(number), operation: OperationId(0) },
            };
            let node = NodeId(1 + (number % 2) as u32);
            let cause = number.checked_sub(1);
            run.push(Record { seq: number, at: Timestamp(number), node, cause, event });
        }
        run
    }

    #[test]
    fn without_a_filter_all_are_shown_newest_first() {
        let run = run(1_000);
        let mut sift = Sift::default();
        assert!(sift.look(&run, "main", 10));
        assert_eq!(sift.len(&run), 1_000);
        assert_eq!(sift.window(&run, 0, 3), [999, 998, 997]);
        assert_eq!(sift.window(&run, 998, 5), [1, 0]);
        assert_eq!([sift.newer(&run, 998), sift.newer(&run, 1_000)], [2, 0]);
        assert!(!sift.look(&run, "main", 10), "nothing new");
    }

    #[test]
    fn a_filter_looks_at_a_few_records_at_a_time() {
        let run = run(1_000);
        let mut sift = Sift::default();
        sift.set(Filter { trouble: true, ..Filter::default() });
        sift.look(&run, "main", 100);
        assert_eq!((sift.len(&run), sift.is_done(&run)), (10, false));
        while !sift.is_done(&run) {
            sift.look(&run, "main", 300);
        }
        assert_eq!((sift.len(&run), sift.window(&run, 0, 2)), (100, vec![999, 989]));
        assert_eq!(
            [sift.newer(&run, 990), sift.newer(&run, 989), sift.newer(&run, 0)],
            [1, 2, 100]
        );
    }

    #[test]
    fn a_number_finds_a_record_and_what_it_led_to() {
        let run = run(50);
        let mut sift = Sift::default();
        sift.set(Filter { words: "#12".into(), ..Filter::default() });
        sift.look(&run, "main", 1_000);
        assert_eq!(sift.window(&run, 0, 9), [13, 12]);
    }

    #[test]
    fn ends_and_words_narrow_it_down() {
        let run = run(40);
        let only = |filter: Filter| {
            let mut sift = Sift::default();
            sift.set(filter);
            sift.look(&run, "main", 1_000);
            sift.len(&run)
        };
        assert_eq!(only(Filter { node: Some(NodeId(2)), ..Filter::default() }), 20);
        assert_eq!(only(Filter { words: "FAULTED".into(), ..Filter::default() }), 4);
        assert_eq!(only(Filter { words: "faulted node1".into(), ..Filter::default() }), 0);
    }

    #[test]
    fn another_branch_is_looked_at_from_its_beginning() {
        let (trunk, branch) = (run(1_000), run(20));
        let mut sift = Sift::default();
        sift.set(Filter { trouble: true, ..Filter::default() });
        sift.look(&trunk, "main", 10_000);
        sift.look(&branch, "branch 1", 10_000);
        assert_eq!(sift.window(&branch, 0, 9), [19, 9]);
    }
}
