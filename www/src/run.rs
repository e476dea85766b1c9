//! What a view sees of a run, wherever it comes from: a simulation, a worker, a network.
//!
//! ```text
//!   simulated ─┐             ┌─ history   records, and the picture at any of them
//!   worker   ──┼─▶  Run ─────┼─ flights   messages on their way
//!   network  ──┘             ├─ timeline  lanes and bars
//!                            └─ cursor    the moment that is shown
//! ```

mod parts;

pub use parts::{Cursor, Label, Stride, Target};

use crate::act::Act;
use crate::cast::Cast;
use crate::explain::Reason;
use crate::flights::{Flight, Flights};
use crate::history::History;
use crate::map::Map;
use crate::timeline::Timeline;
use sessionful::Timestamp;
use sessionful::event::Record;
use sessionful::ids::{CallId, NodeId};
use sessionful::observe::{End, Picture};
use sessionful::sim::Weather;
use std::collections::VecDeque;
use std::time::Duration;

/// How a call, or a command, ended for whoever gave it.
#[derive(Clone, PartialEq, Debug)]
pub struct Ended {
    /// Its number in the run, counted from 0.
    pub number: u64,
    /// When.
    pub at: Timestamp,
    /// Whose.
    pub node: NodeId,
    /// The call, if it was one.
    pub call: Option<CallId>,
    /// What was asked, as one would write it.
    pub asked: String,
    /// What came of it.
    pub result: Result<String, Reason>,
}

/// How many ends are kept.
const ENDS: usize = 200;

/// How many records the timeline takes in at once.
pub(crate) const INDEXED: usize = 20_000;

/// Whether a visitor may do something now, and why not.
#[derive(Clone, PartialEq, Debug)]
pub struct Offer {
    /// What.
    pub act: Act,
    /// Why not, if not.
    pub legal: Result<(), Reason>,
}

/// A run as it is seen.
#[derive(Clone, Debug)]
pub struct Run {
    label: Label,
    cast: Cast,
    pub(crate) history: History,
    pub(crate) flights: Flights,
    timeline: Timeline,
    /// The number of the first record that the timeline has not taken in.
    indexed: u64,
    pub(crate) ended: VecDeque<Ended>,
    /// The number of the next end.
    ends: u64,
    pub(crate) weather: Map<NodeId, Weather>,
    /// How far the run itself has come.
    head: Timestamp,
    cursor: Cursor,
    picture: Picture,
}

impl Run {
    /// A run in which nothing has happened.
    pub fn new(label: Label, cast: Cast) -> Run {
        Run {
            label,
            cast,
            history: History::default(),
            flights: Flights::default(),
            timeline: Timeline::default(),
            indexed: 0,
            ended: VecDeque::new(),
            ends: 0,
            weather: Map::default(),
            head: Timestamp::ZERO,
            cursor: Cursor::default(),
            picture: Picture::default(),
        }
    }

    /// Where it comes from.
    pub fn label(&self) -> &Label {
        &self.label
    }

    /// Who takes part.
    pub fn cast(&self) -> &Cast {
        &self.cast
    }

    /// Its records.
    pub fn history(&self) -> &History {
        &self.history
    }

    /// Its lanes and bars.
    pub fn timeline(&self) -> &Timeline {
        &self.timeline
    }

    /// The moment that is shown.
    pub fn cursor(&self) -> Cursor {
        self.cursor
    }

    /// What time it is at the cursor.
    pub fn now(&self) -> Timestamp {
        self.cursor.at
    }

    /// How far the run has come.
    pub fn head(&self) -> Cursor {
        Cursor { at: self.head, seq: self.history.next() }
    }

    /// Whether the newest moment is shown.
    pub fn is_at_head(&self) -> bool {
        self.cursor == self.head()
    }

    /// What exists at the cursor.
    pub fn picture(&self) -> &Picture {
        &self.picture
    }

    /// A proxy or host at the cursor.
    pub fn end(&self, node: NodeId) -> Option<&End> {
        self.picture.ends.get(&node)
    }

    /// The messages under way at the cursor.
    pub fn flights(&self) -> impl Iterator<Item = &Flight> {
        self.flights.at(self.cursor.at)
    }

    /// A message, under way or not.
    pub fn flight(&self, id: u64) -> Option<&Flight> {
        self.flights.get(id)
    }

    /// How calls and commands ended up to the cursor, newest first.
    pub fn ended(&self) -> impl Iterator<Item = &Ended> {
        let now = self.cursor.at;
        self.ended.iter().rev().filter(move |ended| ended.at <= now)
    }

    /// How the links of a proxy behave at the head.
    pub fn weather(&self, proxy: NodeId) -> Weather {
        self.weather.get(&proxy).copied().unwrap_or_default()
    }

    /// What a visitor may do to something, with the reason where it is not allowed.
    pub fn acts(&self, target: Target) -> Vec<Offer> {
        crate::offers::offers(self, target)
    }

    /// Whether something may be done at the cursor.
    ///
    /// # Errors
    ///
    /// Why not.
    pub fn allows(&self, act: &Act) -> Result<(), Reason> {
        crate::offers::allows(self, act)
    }

    /// Goes to the moment before a record; the nearest that is kept.
    pub fn seek(&mut self, seq: u64) {
        let seq = seq.clamp(self.history.first(), self.history.next());
        let at = match self.history.get(seq) {
            _ if seq == self.history.next() => self.head,
            // The moment after the last record that has happened.
            Some(_) => match seq.checked_sub(1).and_then(|last| self.history.get(last)) {
                Some(last) => last.at,
                None => Timestamp::ZERO,
            },
            None => self.head,
        };
        self.show(Cursor { at, seq });
    }

    /// Goes to a time: everything up to it has happened.
    pub fn seek_time(&mut self, at: Timestamp) {
        let at = at.min(self.head);
        self.show(Cursor { at, seq: self.history.after(at) });
    }

    /// Shows the newest moment.
    pub fn seek_head(&mut self) {
        self.show(self.head());
    }

    /// Goes one step back.
    pub fn step_back(&mut self, stride: Stride) {
        let mut before = self.history.back_from(self.cursor.seq.saturating_sub(1));
        let found = before.find(|record| stride.stops_at(&record.event)).map(|r| r.seq + 1);
        drop(before);
        self.seek(found.unwrap_or(self.history.first()));
    }

    /// Goes one step on within what is recorded. False: there is no such record yet.
    pub fn step_on(&mut self, stride: Stride) -> bool {
        let found = self.history.from(self.cursor.seq).find(|r| stride.stops_at(&r.event));
        let Some(seq) = found.map(|record| record.seq + 1) else { return false };
        let at = found.map_or(self.cursor.at, |record| record.at);
        self.show(Cursor { at, seq });
        true
    }

    /// Lets recorded time go by at the cursor. What is left of the span once the head is reached.
    pub fn replay(&mut self, span: Duration) -> Duration {
        let wanted = self.cursor.at + span;
        self.seek_time(wanted);
        wanted.since(self.head)
    }

    fn show(&mut self, cursor: Cursor) {
        let near = cursor.seq.checked_sub(self.cursor.seq).is_some_and(|ahead| ahead < 512);
        if cursor.seq == self.history.next() && !near {
            self.picture = self.history.newest().clone();
        } else if near && self.cursor.seq >= self.history.first() {
            let count = usize::try_from(cursor.seq - self.cursor.seq).unwrap_or(0);
            for record in self.history.from(self.cursor.seq).take(count) {
                self.picture.fold(record);
            }
        } else {
            self.picture = self.history.picture_before(cursor.seq);
        }
        self.cursor = cursor;
    }

    /// Takes a record in. The cursor stays where it is.
    pub(crate) fn push(&mut self, record: Record) {
        self.head = self.head.max(record.at);
        let seq = self.history.next();
        if self.indexed == seq {
            // The history gives it this number.
            self.timeline.add(&self.cast, &Record { seq, ..record.clone() });
            self.indexed += 1;
        }
        self.history.push(record);
    }

    /// Lets the timeline take in that many of the records that it has not yet, so that a page stays
    /// awake. True: it has all of them.
    pub fn index(&mut self, records: usize) -> bool {
        let from = self.indexed.max(self.history.first());
        let timeline = &mut self.timeline;
        for record in self.history.from(from).take(records) {
            timeline.add(&self.cast, record);
            self.indexed = record.seq + 1;
        }
        self.indexed == self.history.next()
    }

    /// The run itself has come that far.
    pub(crate) fn reach(&mut self, at: Timestamp) {
        self.head = self.head.max(at);
    }

    pub(crate) fn end_of(&mut self, at: Timestamp, node: NodeId, what: EndOf) {
        let number = self.ends;
        self.ends += 1;
        let EndOf { call, asked, result } = what;
        self.ended.push_back(Ended { number, at, node, call, asked, result });
        if self.ended.len() > ENDS {
            self.ended.pop_front();
        }
    }

    /// How many calls and commands have ended.
    pub(crate) fn ends(&self) -> u64 {
        self.ends
    }

    /// Forgets everything after the cursor, where so many calls and commands had ended: the time does
    /// not tell, as some may have ended at once with what is forgotten.
    pub(crate) fn cut_at_cursor(&mut self, ends: u64) {
        let Cursor { at, seq } = self.cursor;
        self.history.truncate(seq);
        self.flights.truncate(seq);
        self.timeline = Timeline::default();
        self.indexed = 0;
        self.index(INDEXED);
        self.ended.retain(|ended| ended.number < ends);
        self.ends = ends;
        self.head = at;
    }
}

/// What has ended.
pub(crate) struct EndOf {
    pub call: Option<CallId>,
    pub asked: String,
    pub result: Result<String, Reason>,
}

/// Something that makes a run and can be acted upon.
pub trait Source {
    /// What is seen of it.
    fn run(&self) -> &Run;

    /// The same, to move its cursor.
    fn run_mut(&mut self) -> &mut Run;

    /// Does something to it. In the past of a simulated run that begins a branch.
    ///
    /// # Errors
    ///
    /// Why it cannot be done.
    fn act(&mut self, act: Act) -> Result<(), Reason>;

    /// Lets time go by at the cursor.
    fn advance(&mut self, span: Duration);

    /// Goes one step on. False: nothing more happens by itself.
    fn step(&mut self, stride: Stride) -> bool;
}
