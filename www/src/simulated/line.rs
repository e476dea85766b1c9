//! One line of events: a world, what is planned for it, and what was recorded of it.

use super::wire::flight_of;
use crate::act::Act;
use crate::config::Refusal;
use crate::explain::Reason;
use crate::flights::Fate;
use crate::map::Map;
use crate::plan::{Edit, Moment};
use crate::run::{EndOf, Label, Run};
use crate::scenarios::Scenario;
use sessionful::Timestamp;
use sessionful::action::Ticket;
use sessionful::ids::{CallId, NodeId};
use sessionful::message::Message;
use sessionful::sim::{InFlight, World};
use std::rc::Rc;
use std::time::Duration;

/// How many records lie between keyframes at first; it doubles when there are many of them.
const STRIDE: u64 = 512;

/// How many keyframes are kept.
const KEYFRAMES: usize = 48;

/// How long a world may go on without time going by: operations may call each other in circles.
const TICKS: u32 = 10_000;

/// One line of events.
#[derive(Clone, Debug)]
pub struct Line {
    /// What is seen of it.
    pub run: Run,
    name: String,
    forked: Option<(String, Timestamp)>,
    scenario: Rc<Scenario>,
    pub(super) refusals: Vec<Refusal>,
    edits: Vec<Edit>,
    pub(super) state: State,
    keyframes: Vec<Keyframe>,
    stride: u64,
    /// The number of the first record of the last thing that happened.
    last: u64,
}

/// Everything that the future of a line depends on.
#[derive(Clone, Debug)]
pub(super) struct State {
    pub(super) world: World,
    tick: u32,
    /// How many cues of the script and how many edits were done.
    cues: usize,
    edits: usize,
    pub(super) asked: Map<(NodeId, CallId), String>,
    pub(super) commands: Vec<(NodeId, Ticket, &'static str)>,
}

#[derive(Clone, Debug)]
struct Keyframe {
    when: Moment,
    seq: u64,
    /// How many calls and commands had ended.
    ends: u64,
    state: State,
}

impl Line {
    /// The first line of a scenario.
    pub(super) fn new(scenario: Rc<Scenario>, name: String) -> Line {
        let (world, refusals) = scenario.config.world(scenario.seed);
        let mut run = Run::new(Label::Simulated, scenario.config.cast());
        for (node, proxy) in world.proxies() {
            run.weather.insert(node, proxy.weather);
        }
        let (asked, commands) = (Map::default(), Vec::new());
        let state = State { world, tick: 0, cues: 0, edits: 0, asked, commands };
        let mut line = Line {
            run,
            name,
            forked: None,
            scenario,
            refusals,
            edits: Vec::new(),
            state,
            keyframes: Vec::new(),
            stride: STRIDE,
            last: 0,
        };
        line.collect(false);
        line.keyframe();
        line.run.seek_head();
        line
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Which line it left, and when.
    pub fn forked(&self) -> Option<(&str, Timestamp)> {
        self.forked.as_ref().map(|(name, at)| (name.as_str(), *at))
    }

    /// What the visitor did.
    pub fn edits(&self) -> &[Edit] {
        &self.edits
    }

    /// What could not be made.
    pub fn refusals(&self) -> &[Refusal] {
        &self.refusals
    }

    /// The world at the newest moment.
    pub fn world(&self) -> &World {
        &self.state.world
    }

    /// The newest moment.
    pub fn moment(&self) -> Moment {
        Moment { at: self.state.world.now, tick: self.state.tick }
    }

    pub(super) fn is_cursor_in_past(&self) -> bool {
        let (cursor, head) = (self.run.cursor(), self.run.head());
        // What happened at once is one thing: within it the cursor counts as being at the end.
        cursor.at < head.at || (cursor.seq <= self.last && cursor.seq < head.seq)
    }

    /// The moment at the cursor.
    pub(super) fn moment_at_cursor(&self) -> Moment {
        match self.is_cursor_in_past() {
            true => self.fork_at_cursor(String::new()).moment(),
            false => self.moment(),
        }
    }

    /// Adds what was done elsewhere to what is still to come.
    pub(super) fn plan(&mut self, edits: Vec<Edit>) {
        self.edits.extend(edits);
    }

    /// Lets no more than that many things happen on the way to a moment. True: it is reached.
    pub(super) fn run_to(&mut self, moment: Moment, things: usize) -> bool {
        for _ in 0..things {
            if self.moment() >= moment || !self.tick(moment.at) {
                self.pass_to(moment.at);
                return true;
            }
        }
        false
    }

    /// Lets virtual time go by.
    pub(super) fn advance(&mut self, span: Duration) {
        let until = self.state.world.now + span;
        while self.tick(until) {}
        self.pass_to(until);
    }

    fn pass_to(&mut self, at: Timestamp) {
        if at > self.state.world.now {
            self.state.world.now = at;
            self.state.tick = 0;
        }
        self.run.reach(self.state.world.now);
    }

    /// Lets one thing happen, or time go by until one can, but not beyond a time. False: nothing is
    /// left before that.
    pub(super) fn tick(&mut self, until: Timestamp) -> bool {
        if let Some(act) = self.due() {
            let told = self.perform(&act);
            self.tell_refused(&act, told);
            self.happened(true);
            return true;
        }
        if self.state.tick < TICKS && self.state.world.step() {
            self.happened(false);
            return true;
        }
        let next = [self.state.world.next_time(), self.next_planned()].into_iter().flatten().min();
        match next {
            Some(at) if at <= until && at > self.state.world.now => {
                self.pass_to(at);
                true
            }
            _ => false,
        }
    }

    /// The next act of script or visitor, if its time has come.
    fn due(&mut self) -> Option<Act> {
        let now = self.moment();
        let state = &mut self.state;
        if let Some((_, act)) = self.scenario.script.cue(state.cues).filter(|(at, _)| *at <= now.at)
        {
            state.cues += 1;
            return Some(act.clone());
        }
        let edit = self.edits.get(state.edits).filter(|edit| edit.when <= now)?;
        state.edits += 1;
        Some(edit.act.clone())
    }

    fn next_planned(&self) -> Option<Timestamp> {
        let cue = self.scenario.script.cue(self.state.cues).map(|(at, _)| at);
        let edit = self.edits.get(self.state.edits).map(|edit| edit.when.at);
        [cue, edit].into_iter().flatten().min()
    }

    fn happened(&mut self, by_hand: bool) {
        self.state.tick += 1;
        self.collect(by_hand);
        if self.run.history.next() >= self.keyframes.last().map_or(0, |k| k.seq + self.stride) {
            self.keyframe();
        }
    }

    fn keyframe(&mut self) {
        let (when, seq) = (self.moment(), self.run.history.next());
        let ends = self.run.ends();
        self.keyframes.push(Keyframe { when, seq, ends, state: self.state.clone() });
        if self.keyframes.len() > KEYFRAMES {
            let mut even = false;
            self.keyframes.retain(|_| {
                even = !even;
                even
            });
            self.stride *= 2;
        }
    }

    /// Takes in what the world has to tell.
    fn collect(&mut self, by_hand: bool) {
        self.last = self.run.history.next();
        for record in self.state.world.take_records() {
            self.run.push(record);
        }
        self.run.reach(self.state.world.now);
        self.collect_flights(by_hand);
        self.collect_ends();
    }

    fn collect_flights(&mut self, by_hand: bool) {
        let (now, seq) = (self.state.world.now, self.run.history.next());
        let under_way = self.state.world.in_flight().map(|flight| (flight.order, flight));
        let mut under_way: Map<u64, InFlight<'_>> = under_way.collect();
        let mut take = |order| under_way.remove(&order);
        self.run.flights.update(|flight| match take(flight.id) {
            Some(seen) => {
                (flight.until, flight.due, flight.held) = (seen.due, seen.due, seen.held);
            }
            None => {
                let arrived = !by_hand && now >= flight.due;
                flight.fate = if arrived { Fate::Arrived } else { Fate::Lost };
                (flight.until, flight.seqs.1, flight.held) = (now, seq, false);
            }
        });
        for (_, flight) in under_way.iter() {
            let flight = flight_of(self.run.cast(), flight, now, seq);
            self.run.flights.send(flight);
        }
    }

    fn collect_ends(&mut self) {
        let State { world, asked, commands, .. } = &mut self.state;
        let now = world.now;
        let nodes: Vec<NodeId> = world.proxies().map(|(node, _)| node).collect();
        for node in nodes {
            for (call, settled) in world.take_settled(node).drain() {
                let rules = world.proxy(node).map(|p| p.proxy.options().rules).unwrap_or_default();
                let asked = asked.remove(&(node, call)).unwrap_or_default();
                let result = match settled {
                    Ok(message) => Ok(body(&message)),
                    Err(error) => Err(Reason::of(&error, rules)),
                };
                self.run.end_of(now, node, EndOf { call: Some(call), asked, result });
            }
        }
        let run = &mut self.run;
        commands.retain(|(node, ticket, asked)| {
            let rules = world.proxy(*node).map(|p| p.proxy.options().rules).unwrap_or_default();
            let proxy = world.proxy_done(*node, *ticket);
            let proxy = proxy.map(|done| done.clone().map_err(|e| Reason::of(&e, rules)));
            let host = world.host_done(*node, *ticket);
            let host = host.map(|done| done.clone().map_err(|e| Reason::of_host(&e)));
            let Some(result) = proxy.or(host) else { return true };
            let result = result.map(|()| "done".into());
            run.end_of(now, *node, EndOf { call: None, asked: (*asked).into(), result });
            false
        });
    }

    /// Does what the visitor wants, now.
    pub(super) fn act(&mut self, act: Act) -> Result<(), Reason> {
        // Whatever was planned for later in this line is of another line.
        self.edits.truncate(self.state.edits);
        let when = self.moment();
        self.edits.push(Edit { when, act: act.clone() });
        self.state.edits += 1;
        let told = self.perform(&act);
        self.happened(true);
        self.run.seek_head();
        told
    }

    fn tell_refused(&mut self, act: &Act, told: Result<(), Reason>) {
        if let Err(reason) = told {
            let (now, node) = (self.state.world.now, act.node().unwrap_or_default());
            self.run.end_of(
                now,
                node,
                EndOf { call: None, asked: act.label(), result: Err(reason) },
            );
        }
    }

    /// Another line that is, up to the cursor, the same.
    pub(super) fn fork_at_cursor(&self, name: String) -> Line {
        let cursor = self.run.cursor();
        let fits =
            |keyframe: &&Keyframe| keyframe.seq <= cursor.seq && keyframe.when.at <= cursor.at;
        let from = self.keyframes.iter().rev().find(fits).unwrap_or(&self.keyframes[0]);
        let mut fork = Line {
            run: self.run.clone(),
            name,
            forked: Some((self.name.clone(), cursor.at)),
            scenario: Rc::clone(&self.scenario),
            refusals: self.refusals.clone(),
            edits: self.edits.clone(),
            state: from.state.clone(),
            keyframes: self.keyframes.iter().take_while(|k| k.seq <= from.seq).cloned().collect(),
            stride: self.stride,
            last: from.seq,
        };
        fork.run.seek(from.seq);
        fork.run.cut_at_cursor(from.ends);
        // A keyframe may be later than the last record before it.
        fork.run.reach(from.when.at);
        // Everything at the cursor's time has happened, or the cursor is between two of those things.
        let all = self.run.history.after(cursor.at) == cursor.seq;
        while (all || fork.run.history.next() < cursor.seq) && fork.tick(cursor.at) {}
        fork.pass_to(cursor.at);
        fork.edits.truncate(fork.state.edits);
        fork.run.seek_head();
        fork
    }
}

fn body(message: &Message) -> String {
    String::from_utf8_lossy(&message.body()).into_owned()
}
