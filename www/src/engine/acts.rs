//! What the buttons do.

use super::{Command, Inner};
use crate::demo::Ask;
use crate::lane::Lane;
use crate::samples::{CalculatorClient, DuplexHelloClient, SessionCalculatorClient};
use crate::state::{Change, Outcome, Trouble};
use crate::words::{kind, next_step, number, wrong};
use sessionful::ProxyError;
use sessionful::drive::Clock;
use sessionful_web::habitat::{BrowserClock, spawn};
use std::future::Future;
use std::rc::Rc;

impl Inner {
    pub(super) fn act(self: &Rc<Inner>, command: Command) {
        let at = |lane| self.proxy(lane).clone();
        match command {
            Command::Call(ask) => self.call(ask, true),
            Command::Twice(ask) => {
                self.call(ask.clone(), true);
                self.call(ask, true);
            }
            Command::Open(lane) => {
                self.taken.borrow_mut().remove(&lane);
                self.run(lane, "open", true, async move |proxy| done(proxy.open().await), at(lane));
            }
            Command::Close(lane) => {
                self.take(lane);
                let close = async |proxy: super::Proxy| done(proxy.close().await);
                self.run(lane, "close", true, close, at(lane));
            }
            Command::Abort(lane) => {
                self.take(lane);
                self.proxy(lane).abort();
                self.ended(lane, "abort", Ok("everything has ended".into()));
            }
            Command::Reset(lane) => {
                self.take(lane);
                let result = self.proxy(lane).reset();
                self.ended(lane, "reset", done(result));
            }
            Command::Abandon(lane) => {
                let result = self.proxy(lane).abandon(0);
                self.ended(lane, "abandon all calls", done(result));
            }
            Command::Break(lane) => self.break_one(lane),
            Command::Demo(_) | Command::Kill => {}
        }
    }

    /// A person has changed the life of a proxy: the demonstration keeps its hands off.
    fn take(&self, lane: Lane) {
        self.taken.borrow_mut().insert(lane);
    }

    fn break_one(&self, lane: Lane) {
        let is_pooled = lane == Lane::Calculator;
        if !is_pooled {
            self.take(lane);
        }
        let group = lane.node(crate::lane::Side::Proxy).0;
        let cut = self.connector.group(group).break_one("its wire was cut, on purpose");
        let told = match (cut, is_pooled) {
            (true, true) => "the channel used last is cut; the call that uses it next finds out",
            (true, false) => "the session's channel is cut",
            (false, _) => "there is no channel to cut: call something first",
        };
        self.ended(lane, "cut the wire", Ok(told.into()));
    }

    pub(super) fn call(self: &Rc<Inner>, ask: Ask, by_hand: bool) {
        let (lane, text) = (ask.lane(), ask.text());
        let proxy = self.proxy(lane).clone();
        self.run(lane, &text, by_hand, async |proxy| perform(proxy, ask).await, proxy);
    }

    fn run<F>(
        self: &Rc<Inner>,
        lane: Lane,
        asked: &str,
        by_hand: bool,
        act: impl FnOnce(super::Proxy) -> F + 'static,
        proxy: super::Proxy,
    ) where
        F: Future<Output = Result<String, ProxyError>> + 'static,
    {
        let (weak, asked) = (Rc::downgrade(self), asked.to_owned());
        spawn(async move {
            let begun = BrowserClock.now();
            let result = act(proxy).await;
            let took = BrowserClock.now().since(begun).as_micros();
            if let Some(inner) = weak.upgrade() {
                let took = u64::try_from(took).ok();
                inner.tell_end(lane, asked, by_hand, took, result);
            }
        });
    }

    fn ended(&self, lane: Lane, asked: &str, result: Result<String, ProxyError>) {
        self.tell_end(lane, asked.to_owned(), true, None, result);
    }

    fn tell_end(
        &self,
        lane: Lane,
        asked: String,
        by_hand: bool,
        took: Option<u64>,
        result: Result<String, ProxyError>,
    ) {
        let result = result.map_err(|error| Trouble {
            kind: kind(&error),
            text: wrong(&error),
            step: next_step(lane, &error),
        });
        let number = self.number();
        let outcome = Outcome { number, asked, by_hand, took, result };
        (self.tell)(Change::Ended(lane, outcome));
    }

    pub(super) fn number(&self) -> u64 {
        self.counter.set(self.counter.get() + 1);
        self.counter.get()
    }
}

fn done(result: Result<(), ProxyError>) -> Result<String, ProxyError> {
    result.map(|()| "done".into())
}

async fn perform(proxy: super::Proxy, ask: Ask) -> Result<String, ProxyError> {
    match ask {
        Ask::Pair(name, a, b) => pair(proxy, name, a, b).await,
        Ask::Step(name, value) => step(proxy, name, value.unwrap_or_default()).await,
        Ask::Hello(greeting) => {
            DuplexHelloClient::new(proxy).hello(greeting).await?;
            Ok("sent".into())
        }
    }
}

async fn pair(proxy: super::Proxy, name: &str, a: f64, b: f64) -> Result<String, ProxyError> {
    let client = CalculatorClient::new(proxy);
    let result = match name {
        "add" => client.add(a, b).await,
        "subtract" => client.subtract(a, b).await,
        "multiply" => client.multiply(a, b).await,
        "divide" => client.divide(a, b).await,
        other => Err(ProxyError::UnknownOperation { operation: other.into() }),
    };
    result.map(number)
}

async fn step(proxy: super::Proxy, name: &str, value: f64) -> Result<String, ProxyError> {
    let client = SessionCalculatorClient::new(proxy);
    let result = match name {
        "clear" => client.clear().await,
        "addTo" => client.add_to(value).await,
        "subtractFrom" => client.subtract_from(value).await,
        "multiplyBy" => client.multiply_by(value).await,
        "divideBy" => client.divide_by(value).await,
        "equals" => client.equals().await,
        other => Err(ProxyError::UnknownOperation { operation: other.into() }),
    };
    result.map(number)
}
