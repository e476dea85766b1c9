//! What the page knows, and how it comes to know it.

use crate::flight::{self, Flight};
use crate::lane::{Lane, Side};
use crate::log::{Entry, Filter, Log};
use sessionful::event::{Event, Record};
use sessionful::lifecycle::Phase;
use sessionful::observe::{End, Picture};
use std::collections::{BTreeMap, VecDeque};

/// Records wait that long, in microseconds, so that those of page and worker come in order of time.
const PATIENCE: u64 = 40_000;

/// How many results each lane shows.
const RESULTS: usize = 3;

/// How a command or a call ended.
#[derive(Clone, PartialEq, Debug)]
pub struct Outcome {
    /// Its number, counted.
    pub number: u64,
    /// What was wanted.
    pub asked: String,
    /// A person wanted it, and not the demonstration.
    pub by_hand: bool,
    /// How long it took, in microseconds.
    pub took: Option<u64>,
    /// What came of it.
    pub result: Result<String, Trouble>,
}

/// An error as it is shown.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Trouble {
    /// The name of the error.
    pub kind: String,
    /// What is wrong.
    pub text: String,
    /// What to do.
    pub step: &'static str,
}

/// How the worker is.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum Worker {
    /// It loads.
    #[default]
    Starting,
    /// Its hosts listen.
    Ready,
    /// It is gone, and why.
    Lost(String),
}

/// What is counted of a lane.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Totals {
    /// Calls sent.
    pub calls: u64,
    /// Channels made by the proxy.
    pub channels: u64,
    /// Sessions opened at the host.
    pub sessions: u64,
    /// Instance contexts made at the host.
    pub contexts: u64,
    /// Service objects made.
    pub objects: u64,
}

/// Something the page learns.
#[derive(Clone, PartialEq, Debug)]
pub enum Change {
    /// Records of one side, with how far its clock is behind the page's, in microseconds.
    Records(Side, Vec<Record>, i64),
    /// So many records were lost at one side.
    Missed(Side, u64),
    /// Time passes.
    Tick(u64),
    /// The worker's hosts listen.
    Ready,
    /// The worker is gone.
    Lost(String),
    /// A call or command has ended.
    Ended(Lane, Outcome),
    /// Everything begins anew: another worker, other proxies.
    Restarted,
    /// The demonstration goes on, or rests.
    Demo(bool),
    /// The journal shows something else.
    Filter(Filter),
}

/// What the page knows.
#[derive(Clone, PartialEq, Debug)]
pub struct State {
    /// What exists now, in page and worker.
    pub picture: Picture,
    /// What happened.
    pub log: Log,
    /// Messages on their way.
    pub flights: Vec<Flight>,
    /// The latest results of each lane, newest first.
    pub results: BTreeMap<Lane, VecDeque<Outcome>>,
    /// What is counted of each lane.
    pub totals: BTreeMap<Lane, Totals>,
    /// How the worker is.
    pub worker: Worker,
    /// The demonstration goes on.
    pub demo: bool,
    /// Records that never arrived: what is drawn may be wrong.
    pub missed: BTreeMap<Side, u64>,
    /// What is said to those who do not see.
    pub said: String,
    waiting: Vec<(u64, Side, Record)>,
}

impl Default for State {
    fn default() -> State {
        State {
            picture: Picture::default(),
            log: Log::default(),
            flights: Vec::new(),
            results: BTreeMap::new(),
            totals: BTreeMap::new(),
            worker: Worker::Starting,
            demo: true,
            missed: BTreeMap::new(),
            said: String::new(),
            waiting: Vec::new(),
        }
    }
}

impl State {
    /// Takes a change in; whether there is something new to see.
    pub fn apply(&mut self, change: Change) -> bool {
        match change {
            Change::Records(side, records, behind) => {
                let at = |record: &Record| record.at.0.saturating_add_signed(behind);
                self.waiting.extend(records.into_iter().map(|r| (at(&r), side, r)));
                return false;
            }
            Change::Missed(side, lost) if lost == 0 || self.missed.get(&side) == Some(&lost) => {
                return false;
            }
            Change::Missed(side, lost) => _ = self.missed.insert(side, lost),
            Change::Tick(now) => return self.tick(now),
            Change::Ready => self.worker = Worker::Ready,
            Change::Lost(reason) => {
                self.said = format!("The worker is gone: {reason}. Start it again.");
                self.worker = Worker::Lost(reason);
                // What lived there is gone with it, without a word.
                for lane in Lane::ALL {
                    self.picture.ends.remove(&lane.node(Side::Host));
                }
                self.waiting.retain(|(_, side, _)| *side == Side::Proxy);
            }
            Change::Ended(lane, outcome) => self.end(lane, outcome),
            Change::Restarted => {
                let (demo, filter) = (self.demo, self.log.filter().clone());
                *self = State { demo, ..State::default() };
                self.log.set_filter(filter);
            }
            Change::Demo(demo) => {
                self.demo = demo;
                let said = if demo { "Demonstration running" } else { "Demonstration paused" };
                self.said = said.into();
            }
            Change::Filter(filter) => self.log.set_filter(filter),
        }
        true
    }

    /// One end of a lane, as it is now.
    pub fn end_of(&self, lane: Lane, side: Side) -> Option<&End> {
        self.picture.ends.get(&lane.node(side))
    }

    /// Where the proxy of a lane is in its life.
    pub fn phase(&self, lane: Lane) -> Phase {
        self.end_of(lane, Side::Proxy).map_or(Phase::Created, |end| end.phase)
    }

    fn tick(&mut self, now: u64) -> bool {
        // Stable: each side's own order stays as it is.
        self.waiting.sort_by_key(|(at, _, _)| *at);
        let ripe = self.waiting.partition_point(|(at, _, _)| at + PATIENCE <= now);
        let landed = flight::land(&mut self.flights, now);
        for (at, side, record) in self.waiting.drain(..ripe).collect::<Vec<_>>() {
            self.take(at, side, record, now);
        }
        ripe > 0 || landed
    }

    fn take(&mut self, at: u64, side: Side, record: Record, now: u64) {
        self.picture.fold(&record);
        if let Some(flight) = Flight::of(&record, now) {
            flight::add(&mut self.flights, flight);
        }
        if let Some((lane, _)) = Lane::of(record.node) {
            self.totals.entry(lane).or_default().count(side, &record.event);
            if let Event::ProxyPhase { to: Phase::Faulted, .. } = record.event {
                self.said = format!("{} proxy faulted", lane.title());
            }
        }
        self.log.push(Entry::new(side, at, record));
    }

    fn end(&mut self, lane: Lane, outcome: Outcome) {
        if outcome.by_hand {
            self.said = match &outcome.result {
                Ok(result) if result.is_empty() => format!("{}: done", outcome.asked),
                Ok(result) => format!("{}: {result}", outcome.asked),
                Err(trouble) => format!("{}: {}. {}", outcome.asked, trouble.text, trouble.step),
            };
        }
        let results = self.results.entry(lane).or_default();
        results.push_front(outcome);
        results.truncate(RESULTS);
    }
}

impl Totals {
    fn count(&mut self, side: Side, event: &Event) {
        match (side, event) {
            (Side::Proxy, Event::CallSent { .. }) => self.calls += 1,
            (Side::Proxy, Event::ChannelMade { .. }) => self.channels += 1,
            (Side::Host, Event::SessionOpened { .. }) => self.sessions += 1,
            (Side::Host, Event::ContextMade { .. }) => self.contexts += 1,
            (Side::Host, Event::InstanceMade { .. }) => self.objects += 1,
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sessionful::Timestamp;
    use sessionful::ids::{CallId, ChannelId, OperationId};

    fn record(lane: Lane, side: Side, seq: u64, at: u64, event: Event) -> Record {
        Record { seq, at: Timestamp(at), node: lane.node(side), cause: None, event }
    }

    fn phase(to: Phase) -> Event {
        Event::ProxyPhase { from: Phase::Created, to }
    }

    #[test]
    fn records_of_both_sides_come_in_order_of_time() {
        let mut state = State::default();
        let lane = Lane::Calculator;
        let sent = |call| Event::CallSent {
            call: CallId(call),
            operation: OperationId(0),
            channel: ChannelId(1),
            one_way: false,
        };
        let host = Event::HostPhase { from: Phase::Created, to: Phase::Opening };
        let ours = vec![
            record(lane, Side::Proxy, 0, 1_000, sent(1)),
            record(lane, Side::Proxy, 1, 9_000, sent(2)),
        ];
        assert!(!state.apply(Change::Records(Side::Proxy, ours, 0)));
        // The worker began to count 2 ms after the page.
        let theirs = vec![record(lane, Side::Host, 0, 3_000, host)];
        state.apply(Change::Records(Side::Host, theirs, 2_000));
        assert!(!state.apply(Change::Tick(20_000)), "nothing is old enough yet");
        assert!(state.apply(Change::Tick(60_000)));
        let names: Vec<String> = state.log.window(0, 9).map(|(_, entry)| entry.name()).collect();
        assert_eq!(names, ["p1", "h0", "p0"]);
        assert_eq!(state.totals[&lane].calls, 2);
    }

    #[test]
    fn a_faulted_proxy_is_seen_and_said() {
        let mut state = State::default();
        let lane = Lane::SessionCalculator;
        let records = vec![record(lane, Side::Proxy, 0, 0, phase(Phase::Faulted))];
        state.apply(Change::Records(Side::Proxy, records, 0));
        state.apply(Change::Tick(1_000_000));
        assert_eq!(state.phase(lane), Phase::Faulted);
        assert_eq!(state.said, "Session calculator proxy faulted");
    }

    #[test]
    fn only_what_a_person_asked_for_is_said() {
        let mut state = State::default();
        let outcome = |by_hand, number| Outcome {
            number,
            asked: "add(1, 2)".into(),
            by_hand,
            took: None,
            result: Ok("3".into()),
        };
        for number in 0..9 {
            state.apply(Change::Ended(Lane::Calculator, outcome(false, number)));
        }
        assert_eq!(state.said, "");
        state.apply(Change::Ended(Lane::Calculator, outcome(true, 9)));
        assert_eq!(state.said, "add(1, 2): 3");
        assert_eq!(state.results[&Lane::Calculator].len(), RESULTS);
    }

    #[test]
    fn a_restart_forgets_all_but_what_the_visitor_chose() {
        let mut state = State::default();
        state.apply(Change::Demo(false));
        state.apply(Change::Filter(Filter { trouble: true, ..Filter::default() }));
        state.apply(Change::Lost("gone".into()));
        state.apply(Change::Restarted);
        assert_eq!((state.worker.clone(), state.demo), (Worker::Starting, false));
        assert!(state.log.filter().trouble);
    }
}
