//! A run in virtual time: the machines of the runtime in a simulated world.
//!
//! A line of events can be paused, stepped and scrubbed. Doing something in its past begins another
//! line, which goes on from a keyframe; the first stays as it was.

#[cfg(test)]
mod figures;
mod line;
mod perform;
#[cfg(test)]
mod tests;
mod wire;

pub use line::Line;

use crate::act::Act;
use crate::explain::Reason;
use crate::plan::{Edit, Moment};
use crate::run::{INDEXED, Run, Source, Stride};
use crate::scenarios::Scenario;
use sessionful::Timestamp;
use std::rc::Rc;
use std::time::Duration;

/// No more lines are kept; the oldest that is not shown goes.
const LINES: usize = 12;

/// A simulated run with its branches.
#[derive(Clone, Debug)]
pub struct Simulated {
    scenario: Rc<Scenario>,
    lines: Vec<Line>,
    current: usize,
    made: usize,
}

/// A branch, as a list shows it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Branch {
    /// Its name.
    pub name: String,
    /// Where it left another one; nothing for the first.
    pub forked: Option<Timestamp>,
    /// The name of that other one.
    pub from: Option<String>,
    /// Whether it is shown.
    pub current: bool,
}

impl Simulated {
    /// A run of a scenario, before anything has happened.
    pub fn new(scenario: Scenario) -> Simulated {
        let scenario = Rc::new(scenario);
        let line = Line::new(Rc::clone(&scenario), "main".into());
        Simulated { scenario, lines: vec![line], current: 0, made: 1 }
    }

    /// A run of a scenario to which things will be done: what a link carries.
    pub fn planned(scenario: Scenario, edits: Vec<Edit>) -> Simulated {
        let mut simulated = Simulated::new(scenario);
        simulated.line_mut().plan(edits);
        simulated
    }

    /// Lets no more than that many things happen on the way to a moment, so that a page stays
    /// awake. True: the moment is reached and shown.
    pub fn load(&mut self, head: Moment, things: usize) -> bool {
        let line = self.line_mut();
        if !line.run_to(head, things) {
            return false;
        }
        line.run.seek_head();
        true
    }

    /// A run of a scenario with things done to it, at a moment.
    pub fn resume(scenario: Scenario, edits: Vec<Edit>, at: Moment) -> Simulated {
        let mut simulated = Simulated::planned(scenario, edits);
        while !simulated.load(at, usize::MAX) {}
        simulated
    }

    /// What is run.
    pub fn scenario(&self) -> &Rc<Scenario> {
        &self.scenario
    }

    /// The line that is shown.
    pub fn line(&self) -> &Line {
        &self.lines[self.current]
    }

    fn line_mut(&mut self) -> &mut Line {
        &mut self.lines[self.current]
    }

    /// What the visitor did in the line that is shown.
    pub fn edits(&self) -> &[Edit] {
        self.line().edits()
    }

    /// The moment at the cursor, for a link.
    pub fn moment(&self) -> Moment {
        self.line().moment_at_cursor()
    }

    /// All branches, oldest first.
    pub fn branches(&self) -> Vec<Branch> {
        let branch = |(place, line): (usize, &Line)| Branch {
            name: line.name().to_owned(),
            forked: line.forked().map(|(_, at)| at),
            from: line.forked().map(|(name, _)| name.to_owned()),
            current: place == self.current,
        };
        self.lines.iter().enumerate().map(branch).collect()
    }

    /// Shows another branch.
    pub fn switch(&mut self, place: usize) {
        self.current = place.min(self.lines.len() - 1);
    }

    /// The refusals of hosts and proxies that could not be made.
    pub fn refusals(&self) -> &[crate::config::Refusal] {
        self.line().refusals()
    }

    /// Does something without asking whether it is allowed: the machines are.
    #[cfg(test)]
    pub(crate) fn force(&mut self, act: Act) {
        _ = self.line_mut().act(act);
    }

    fn fork(&mut self) {
        self.made += 1;
        let name = format!("branch {}", self.made - 1);
        let fork = self.line().fork_at_cursor(name);
        if self.lines.len() >= LINES {
            self.lines.remove(usize::from(self.current == 0));
        }
        self.lines.push(fork);
        self.current = self.lines.len() - 1;
    }
}

impl Source for Simulated {
    fn run(&self) -> &Run {
        &self.line().run
    }

    fn run_mut(&mut self) -> &mut Run {
        &mut self.line_mut().run
    }

    fn act(&mut self, act: Act) -> Result<(), Reason> {
        self.run().allows(&act)?;
        if self.line().is_cursor_in_past() {
            self.fork();
        }
        self.line_mut().act(act)
    }

    fn advance(&mut self, span: Duration) {
        let line = self.line_mut();
        line.run.index(INDEXED);
        let left = line.run.replay(span);
        if !left.is_zero() {
            line.advance(left);
            line.run.seek_head();
        }
    }

    fn step(&mut self, stride: Stride) -> bool {
        let line = self.line_mut();
        while !line.run.step_on(stride) {
            line.run.seek_head();
            if !line.tick(Timestamp(u64::MAX)) {
                return false;
            }
        }
        true
    }
}
