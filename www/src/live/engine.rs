//! What runs behind a live run: proxies of this page, and a way to their hosts.

mod acts;
mod start;
mod way;

use crate::act::Act;
use crate::demo::{Beat, beat};
use crate::explain::Reason;
use crate::lane::{Lane, Side};
use sessionful::drive::ProxyHandle;
use sessionful::event::Record;
use sessionful::ids::NodeId;
use sessionful::{Phase, Timestamp};
use sessionful_web::control::News;
use sessionful_web::events::{Feed, Tap};
use sessionful_web::habitat::{BrowserClock, spawn};
use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::rc::Rc;
use std::time::Duration;
use way::{AnyConnector, Worker};

/// How long the demonstration waits between two beats.
const BEAT: Duration = Duration::from_millis(480);

/// How often the worker is asked for a sign of life, and how many may be missing.
const PING: Duration = Duration::from_secs(1);
const MISSING: u32 = 3;

/// No more of what happened is kept while nobody looks.
const MOST: usize = 4_096;

/// Where the hosts are.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Where {
    /// In a worker of this page.
    Here,
    /// At an address without a path: `http://127.0.0.1:8080`.
    There(String),
}

/// What the engine has to tell.
pub(super) enum Told {
    /// The hosts are there.
    Ready,
    /// Records of one side, and how far its clock is behind ours, in microseconds.
    Records(Side, Vec<Record>, i64),
    /// That many more records were lost.
    Missed(u64),
    /// The other end is gone.
    Lost(String),
    /// A call or a command has ended.
    Ended(Timestamp, NodeId, String, Result<String, Reason>),
}

type Proxy = ProxyHandle<BrowserClock, Tap>;

/// Proxies with the way to their hosts. They end when it is dropped.
pub(super) struct Engine(Rc<Inner>);

struct Inner {
    told: RefCell<Vec<Told>>,
    feed: Feed,
    /// How many records of each side were lost so far.
    lost: [Cell<u64>; 2],
    worker: Option<Worker>,
    connector: AnyConnector,
    proxies: Vec<Proxy>,
    is_ready: Cell<bool>,
    is_over: Cell<bool>,
    is_playing: Cell<bool>,
    /// How far the worker's clock is behind the page's, in microseconds.
    behind: Cell<i64>,
    missing: Cell<u32>,
    /// Lanes that a person has changed: the demonstration leaves them alone.
    taken: RefCell<BTreeSet<Lane>>,
}

impl Engine {
    /// What has happened since this was last asked.
    pub(super) fn take(&self) -> Vec<Told> {
        let inner = &self.0;
        let batch = inner.feed.take();
        inner.tell(Told::Records(Side::Proxy, batch.records, 0));
        inner.miss(Side::Proxy, batch.lost);
        inner.told.take()
    }

    pub(super) fn demonstrate(&self, on: bool) {
        self.0.is_playing.set(on);
    }

    /// Does what the visitor wants.
    pub(super) fn act(&self, act: Act) -> Result<(), Reason> {
        self.0.act(act)
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.0.is_over.set(true);
        self.0.connector.cut("the page has let it go");
        for proxy in &self.0.proxies {
            proxy.abort();
        }
        if let Some(worker) = &self.0.worker {
            worker.end();
        }
    }
}

impl Inner {
    fn tell(&self, told: Told) {
        let mut all = self.told.borrow_mut();
        if all.len() < MOST {
            return all.push(told);
        }
        // Nobody looks: records are lost, and that is told; nothing else is so many.
        if let Told::Records(side, records, _) = told {
            let lost = &self.lost[usize::from(side == Side::Host)];
            lost.set(lost.get() + records.len() as u64);
        }
    }

    fn miss(&self, side: Side, lost: u64) {
        let known = &self.lost[usize::from(side == Side::Host)];
        let more = lost.saturating_sub(known.replace(known.get().max(lost)));
        if more > 0 {
            self.tell(Told::Missed(more));
        }
    }

    fn proxy(&self, lane: Lane) -> &Proxy {
        &self.proxies[lane.index()]
    }

    fn hear(self: &Rc<Inner>, news: News) {
        match news {
            News::Ready(origin) => {
                self.behind.set(((origin - BrowserClock.origin()) * 1000.0) as i64);
                self.ready();
            }
            News::Pong(_) => self.missing.set(0),
            News::Records(json, lost) => match serde_json::from_str(&json) {
                Ok(records) => {
                    self.tell(Told::Records(Side::Host, records, self.behind.get()));
                    self.miss(Side::Host, lost.into());
                }
                Err(error) => self.lose(&format!("its records cannot be read: {error}")),
            },
            News::Panic(message) => self.lose(&message),
            News::Gone => self.lose("it has ended"),
            News::Garbled(error) => self.lose(&error.to_string()),
            _ => {}
        }
    }

    /// The hosts are there: proxies open, and the demonstration begins.
    fn ready(self: &Rc<Inner>) {
        if self.is_ready.replace(true) {
            return;
        }
        self.tell(Told::Ready);
        for lane in Lane::ALL {
            let this = Rc::clone(self);
            spawn(async move { _ = this.proxy(lane).open().await });
        }
        if self.worker.is_some() {
            self.every(PING, |inner, _| inner.ping());
        }
        self.every(BEAT, Inner::play);
    }

    /// The other end is lost: whatever waits for it ends.
    fn lose(&self, reason: &str) {
        if self.is_over.replace(true) {
            return;
        }
        self.connector.cut("the worker is gone");
        if let Some(worker) = &self.worker {
            worker.end();
        }
        self.tell(Told::Lost(reason.to_owned()));
    }

    /// Does something again and again, until the engine is over. Timers go on in hidden tabs, where
    /// frames do not.
    fn every(self: &Rc<Inner>, span: Duration, act: impl Fn(&Rc<Inner>, u64) + 'static) {
        let weak = Rc::downgrade(self);
        spawn(async move {
            for number in 0.. {
                BrowserClock.sleep(span).await;
                match weak.upgrade().filter(|inner| !inner.is_over.get()) {
                    Some(inner) => act(&inner, number),
                    None => return,
                }
            }
        });
    }

    fn ping(&self) {
        // Counted in questions, not in seconds: a machine that was asleep asks once.
        if self.missing.replace(self.missing.get() + 1) >= MISSING {
            return self.lose("it does not answer");
        }
        self.connector.ping(self.missing.get());
    }

    /// One beat of the demonstration, where no person has a hand in.
    fn play(self: &Rc<Inner>, number: u64) {
        if !self.is_playing.get() {
            return;
        }
        let is_free = |lane| !self.taken.borrow().contains(&lane);
        match beat(number) {
            Beat::Call(asks) => {
                let ready = |lane| is_free(lane) && self.proxy(lane).phase() == Phase::Opened;
                for ask in asks.into_iter().filter(|ask| ready(ask.lane())) {
                    let (operation, arguments) = ask.parts();
                    _ = self.call(ask.lane(), operation, arguments, Default::default());
                }
            }
            Beat::Renew if is_free(Lane::SessionCalculator) => self.renew(),
            Beat::Renew => {}
        }
    }

    fn renew(self: &Rc<Inner>) {
        let this = Rc::clone(self);
        spawn(async move {
            let proxy = this.proxy(Lane::SessionCalculator);
            if proxy.phase() == Phase::Closed && proxy.reset().is_ok() {
                _ = proxy.open().await;
            }
        });
    }
}
