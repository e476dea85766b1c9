//! Runs of the real runtime: proxies in this page, and hosts in a worker of it or at an address.
//!
//! ```text
//!   proxies ── their records ─┐
//!                             ├─▶ merge (in order of time) ─▶ Run ─▶ views
//!   hosts ──── their records ─┘
//! ```
//!
//! Over the network only hosts that were told so tell what goes on there; that of `cargo xtask play` does.

mod engine;
mod merge;
mod seen;

use crate::act::Act;
use crate::cast::{Cast, Member};
use crate::explain::Reason;
use crate::lane::{Lane, Side};
use crate::run::{EndOf, INDEXED, Label, Run, Source, Stride};
use engine::{Engine, Told};
use merge::Merge;
use seen::Seen;
use sessionful::Rules;
use sessionful::drive::Clock;
use sessionful::event::Record;
use sessionful::ids::NodeId;
use sessionful_web::habitat::BrowserClock;
use smol_str::SmolStr;
use std::collections::BTreeMap;
use std::time::Duration;

/// Where the hosts are.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Where {
    /// In a worker of this page.
    Here,
    /// At an address without a path: `http://127.0.0.1:8080`.
    There(String),
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
        let (label, engine) = match at {
            Where::Here => (Label::LiveHere, Engine::start(None)),
            Where::There(address) => {
                let engine = Engine::start(Some(&address));
                (Label::LiveThere(address), engine)
            }
        };
        let (merge, seen) = (Merge::default(), Seen::default());
        let run = Run::new(label, cast());
        Live { run, merge, seen, engine, health: Health::Starting, missed: 0 }
    }

    /// How the other end is.
    pub fn health(&self) -> &Health {
        &self.health
    }

    /// How many records were lost because nobody looked for too long.
    pub fn missed(&self) -> u64 {
        self.missed
    }

    /// Lets the demonstration go on by itself, or rest.
    pub fn demonstrate(&self, on: bool) {
        self.engine.demonstrate(on);
    }

    fn add(&mut self, host: bool, mut records: Vec<Record>, behind: i64) {
        let side = if host { Side::Host } else { Side::Proxy };
        // Each end of a feed has the number of its place there.
        for record in &mut records {
            let lane =
                Lane::ALL.into_iter().find(|lane| lane.index() + 1 == record.node.0 as usize);
            record.node = lane.map_or(NodeId(0), |lane| lane.node(side));
        }
        self.merge.add(side, records, behind);
    }

    /// Takes in what has happened.
    fn take(&mut self) {
        for told in self.engine.take() {
            match told {
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

/// The three services of the samples, each with a proxy.
fn cast() -> Cast {
    let mut cast = Cast::default();
    for lane in Lane::ALL {
        let pooled = lane == Lane::Calculator;
        let host = Member {
            name: lane.title().into(),
            host: None,
            contract: std::sync::Arc::clone(lane.contract()),
            rules: Rules::Wcf,
            pooled,
            auto_open: false,
            max_pending: None,
            call_timeout: None,
            arguments: arguments(lane),
        };
        let proxy = Member {
            name: lane.slug().into(),
            host: Some(lane.node(Side::Host)),
            rules: Rules::Wws,
            max_pending: Some(100),
            call_timeout: Some(Duration::from_secs(30)),
            ..host.clone()
        };
        cast.add(lane.node(Side::Host), host);
        cast.add(lane.node(Side::Proxy), proxy);
    }
    cast
}

/// What a button calls an operation with.
fn arguments(lane: Lane) -> BTreeMap<SmolStr, Vec<SmolStr>> {
    let usual: &[(&str, &[&str])] = match lane {
        Lane::Calculator => &[
            ("add", &["6", "3"]),
            ("subtract", &["6", "3"]),
            ("multiply", &["6", "3"]),
            ("divide", &["6", "0"]),
        ],
        Lane::SessionCalculator => &[
            ("addTo", &["5"]),
            ("subtractFrom", &["1"]),
            ("multiplyBy", &["3"]),
            ("divideBy", &["2"]),
        ],
        Lane::DuplexHello => &[("hello", &["Good day"])],
    };
    let words = |words: &[&str]| words.iter().map(|word| SmolStr::from(*word)).collect();
    usual.iter().map(|(name, arguments)| ((*name).into(), words(arguments))).collect()
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
