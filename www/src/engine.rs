//! The page's side of the conversations: proxies, and what the buttons do to them.

mod acts;
mod start;

use crate::demo::{Ask, Beat, beat};
use crate::lane::{Lane, Side};
use crate::state::Change;
use sessionful::Phase;
use sessionful::drive::{Clock, ProxyHandle};
use sessionful_web::control::{News, PortConnector};
use sessionful_web::events::{Feed, Tap};
use sessionful_web::habitat::{BrowserClock, spawn};
use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::rc::Rc;
use std::time::Duration;
use web_sys::Worker;

/// How often the page takes records in.
const TICK: Duration = Duration::from_millis(50);

/// How long the demonstration waits between two beats.
const BEAT: Duration = Duration::from_millis(480);

/// How often the worker is asked for a sign of life, and how many may be missing.
const PING: Duration = Duration::from_secs(1);
const MISSING: u32 = 3;

/// How long the worker may take to start.
const START: Duration = Duration::from_secs(30);

/// Something that the visitor wants.
#[derive(Clone, PartialEq, Debug)]
pub enum Command {
    /// Call.
    Call(Ask),
    /// Call twice at once.
    Twice(Ask),
    /// Open the proxy.
    Open(Lane),
    /// Close it in good order.
    Close(Lane),
    /// End it at once.
    Abort(Lane),
    /// Make it new.
    Reset(Lane),
    /// Give up the results of its calls.
    Abandon(Lane),
    /// Cut the wire of the channel that was used last.
    Break(Lane),
    /// Let the demonstration go on, or rest.
    Demo(bool),
    /// End the worker, as if it had crashed.
    Kill,
}

type Proxy = ProxyHandle<BrowserClock, Tap>;
type Tell = Rc<dyn Fn(Change)>;

/// A worker with the proxies that call its services. It ends when it is dropped.
pub struct Engine(Rc<Inner>);

struct Inner {
    tell: Tell,
    feed: Feed,
    worker: Worker,
    connector: PortConnector,
    proxies: Vec<Proxy>,
    is_ready: Cell<bool>,
    is_over: Cell<bool>,
    is_playing: Cell<bool>,
    /// How far the worker's clock is behind the page's, in microseconds.
    behind: Cell<i64>,
    missing: Cell<u32>,
    counter: Cell<u64>,
    /// Lanes that a person has changed: the demonstration leaves them alone.
    taken: RefCell<BTreeSet<Lane>>,
}

impl Engine {
    /// Does what the visitor wants.
    pub fn obey(&self, command: Command) {
        let inner = &self.0;
        match command {
            Command::Demo(on) => {
                inner.is_playing.set(on);
                (inner.tell)(Change::Demo(on));
            }
            Command::Kill => {
                // Nobody is told: the page must notice by itself.
                inner.worker.terminate();
            }
            other => inner.act(other),
        }
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.0.is_over.set(true);
        self.0.connector.cut("the page has let the worker go");
        self.0.worker.terminate();
    }
}

impl Inner {
    fn proxy(&self, lane: Lane) -> &Proxy {
        &self.proxies[lane.index()]
    }

    fn hear(self: &Rc<Inner>, news: News) {
        match news {
            News::Ready(origin) => self.ready(origin),
            News::Pong(_) => self.missing.set(0),
            News::Records(json, lost) => match serde_json::from_str(&json) {
                Ok(records) => {
                    (self.tell)(Change::Records(Side::Host, records, self.behind.get()));
                    (self.tell)(Change::Missed(Side::Host, lost.into()));
                }
                Err(error) => self.lose(&format!("its records cannot be read: {error}")),
            },
            News::Panic(message) => self.lose(&message),
            News::Gone => self.lose("it has ended"),
            News::Garbled(error) => self.lose(&error.to_string()),
            _ => {}
        }
    }

    fn ready(self: &Rc<Inner>, origin: f64) {
        if self.is_ready.replace(true) {
            return;
        }
        self.behind.set(((origin - BrowserClock.origin()) * 1000.0) as i64);
        (self.tell)(Change::Ready);
        for lane in Lane::ALL {
            let this = Rc::clone(self);
            spawn(async move { _ = this.proxy(lane).open().await });
        }
        self.every(PING, |inner, _| inner.ping());
        self.every(BEAT, Inner::play);
    }

    /// The worker is lost: whatever waits for it ends.
    fn lose(&self, reason: &str) {
        if self.is_over.replace(true) {
            return;
        }
        self.connector.cut("the worker is gone");
        self.worker.terminate();
        (self.tell)(Change::Lost(reason.to_owned()));
    }

    /// Does something again and again, until the engine is over.
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

    fn tick(&self) {
        let batch = self.feed.take();
        (self.tell)(Change::Records(Side::Proxy, batch.records, 0));
        (self.tell)(Change::Missed(Side::Proxy, batch.lost));
        (self.tell)(Change::Tick(BrowserClock.now().0));
    }

    /// One beat of the demonstration, where no person has a hand in.
    fn play(self: &Rc<Inner>, number: u64) {
        if !self.is_playing.get() {
            return;
        }
        let is_free = |lane| !self.taken.borrow().contains(&lane);
        match beat(number) {
            Beat::Call(asks) => {
                let ready = |ask: &Ask| {
                    is_free(ask.lane()) && self.proxy(ask.lane()).phase() == Phase::Opened
                };
                asks.into_iter().filter(ready).for_each(|ask| self.call(ask, false));
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
