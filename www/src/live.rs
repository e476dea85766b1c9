//! Runs of the real runtime: proxies in this page, and hosts in a worker of it or at an address.
//!
//! ```text
//!   proxies ── their records ─┐
//!                             ├─▶ merge (in order of time) ─▶ Run ─▶ views
//!   hosts ──── their records ─┘
//! ```
//!
//! Over the network only hosts that were told so tell what goes on there; that of `cargo xtask play` does.

mod cast;
mod engine;
mod merge;
mod seen;

use crate::act::Act;
use crate::cast::Cast;
use crate::explain::Reason;
use crate::lane::{self, Side};
use crate::run::{EndOf, INDEXED, Label, Run, Source, Stride};
use engine::{Engine, Told};
use merge::Merge;
use seen::Seen;
use sessionful::drive::Clock;
use sessionful::event::Record;
use sessionful_web::habitat::BrowserClock;
use std::time::Duration;

/// Where the hosts are.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Where {
    /// In a worker of this page.
    Here,
    /// At an address without a path: `http://127.0.0.1:8080`.
    There(String),
    /// Wherever the description at an address says (WSDL).
    Described(String),
}

/// How the other end is.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum Health {
    /// It loads, or is being reached.
    #[default]
    Starting,
    /// It is there.
    Ready,
    /// It is gone, and why: the run stays, and nothing more happens in it.
    Lost(String),
}

/// What a live run has besides what every run has.
pub trait LiveSource: Source {
    /// How the other end is.
    fn health(&self) -> &Health;

    /// Lets the demonstration go on by itself, or rest.
    fn demonstrate(&self, on: bool);
}

/// A live run. It ends when it is dropped.
pub struct Live {
    run: Run,
    merge: Merge,
    seen: Seen,
    engine: Engine,
    health: Health,
    /// How many records were lost because nobody looked for too long.
    missed: u64,
}

impl Live {
    /// Starts one. Whoever shows it calls [`Source::advance`] now and then.
    pub fn start(at: Where) -> Live {
        let engine = Engine::start(&at);
        let (label, cast) = match at {
            Where::Here => (Label::LiveHere, cast::usual()),
            Where::There(address) => (Label::LiveThere(address), cast::usual()),
            Where::Described(address) => (Label::Described(address), Cast::default()),
        };
        let (merge, seen) = (Merge::default(), Seen::default());
        let run = Run::new(label, cast);
        Live { run, merge, seen, engine, health: Health::Starting, missed: 0 }
    }

    /// How many records were lost because nobody looked for too long.
    pub fn missed(&self) -> u64 {
        self.missed
    }

    fn add(&mut self, host: bool, mut records: Vec<Record>, behind: i64) {
        let side = if host { Side::Host } else { Side::Proxy };
        // Each end of a feed has the number of its place there.
        for record in &mut records {
            record.node = lane::node(record.node.0.saturating_sub(1), side);
        }
        self.merge.add(side, records, behind);
    }

    /// Takes in what has happened.
    fn take(&mut self) {
        for told in self.engine.take() {
            match told {
                Told::Cast(services) => match cast::described(&services) {
                    Ok(cast) => self.run = Run::new(self.run.label().clone(), cast),
                    Err(error) => self.health = Health::Lost(error.to_string()),
                },
                Told::Ready => self.health = Health::Ready,
                Told::Records { host, records, behind } => self.add(host, records, behind),
                Told::Missed(missed) => self.missed += missed,
                Told::Lost(reason) => self.health = Health::Lost(reason),
                Told::Ended(ended) => {
                    let (at, node, asked) = (ended.at, ended.node(), ended.asked.clone());
                    self.run.end_of(at, node, EndOf { call: None, asked, result: ended.result() });
                }
            }
        }
        let now = BrowserClock.now();
        for record in self.merge.ripe(now) {
            if let Some(flight) = self.seen.flights(&record, self.run.cast(), self.run.head().seq) {
                self.run.flights.send(flight);
            }
            self.run.push(record);
        }
        self.run.reach(self.merge.told(now));
        self.run.index(INDEXED);
    }
}

impl LiveSource for Live {
    fn health(&self) -> &Health {
        &self.health
    }

    fn demonstrate(&self, on: bool) {
        self.engine.demonstrate(on);
    }
}

impl Source for Live {
    fn run(&self) -> &Run {
        &self.run
    }

    fn run_mut(&mut self) -> &mut Run {
        &mut self.run
    }

    fn act(&mut self, act: Act) -> Result<(), Reason> {
        if let Health::Lost(reason) = &self.health {
            return Err(Reason::plain(&format!("the other end is gone: {reason}")));
        }
        // What has happened cannot be done otherwise: an act is of now.
        self.run.seek_head();
        self.run.allows(&act)?;
        self.engine.act(&act)
    }

    fn advance(&mut self, span: Duration) {
        let followed = self.run.is_at_head();
        self.take();
        if followed {
            self.run.seek_head();
        } else {
            self.run.replay(span);
        }
    }

    fn step(&mut self, stride: Stride) -> bool {
        self.take();
        self.run.step_on(stride)
    }
}
