//! What a visitor can do to a live run.

use super::{Inner, Proxy, Told};
use crate::act::{Act, Ask};
use crate::explain::Reason;
use crate::lane::{Lane, Side};
use serde_json::Value;
use sessionful::drive::{CallOptions, Clock};
use sessionful::message::Header;
use sessionful::{ProxyError, Rules};
use sessionful_web::habitat::{BrowserClock, spawn};
use smol_str::SmolStr;
use std::future::Future;
use std::rc::Rc;
use std::time::Duration;

impl Inner {
    pub(super) fn act(self: &Rc<Inner>, act: Act) -> Result<(), Reason> {
        let Some((lane, side)) = act.node().and_then(Lane::of) else {
            return Err(Reason::plain("that can be done in the simulation only"));
        };
        if side == Side::Host {
            return self.act_on_host(&act);
        }
        match act {
            Act::Call(_, ask) => {
                let arguments: Vec<Value> = ask.arguments.iter().map(value).collect();
                for _ in 0..ask.times.min(100) {
                    self.call(lane, ask.operation.clone(), arguments.clone(), options(&ask))?;
                }
                return Ok(());
            }
            Act::Open(_) => {
                self.taken.borrow_mut().remove(&lane);
                self.run(lane, "open", async |proxy: Proxy| done(proxy.open().await));
            }
            Act::Close(_) => {
                self.taken.borrow_mut().insert(lane);
                self.run(lane, "close", async |proxy: Proxy| done(proxy.close().await));
            }
            Act::Abort(_) => {
                self.taken.borrow_mut().insert(lane);
                self.proxy(lane).abort();
                self.ended(lane, "abort", done(Ok(())));
            }
            Act::Reset(_) => {
                self.taken.borrow_mut().insert(lane);
                let result = self.proxy(lane).reset();
                self.ended(lane, "reset", done(result));
            }
            Act::Abandon(_, group) => {
                let result = self.proxy(lane).abandon(group);
                self.ended(lane, "abandon", done(result));
            }
            Act::Cut(_) | Act::CutChannel(..) => return self.cut(lane),
            _ => return Err(Reason::plain("that can be done in the simulation only")),
        }
        Ok(())
    }

    fn act_on_host(&self, act: &Act) -> Result<(), Reason> {
        match (act, &self.worker) {
            // Nobody is told: the page must notice by itself.
            (Act::Kill(_), Some(worker)) => worker.end(),
            (Act::Kill(_), None) => {
                return Err(Reason::plain("that host is not ours to kill: end it where it runs"));
            }
            _ => return Err(Reason::plain("the hosts of a live run belong to somebody else")),
        }
        Ok(())
    }

    fn cut(&self, lane: Lane) -> Result<(), Reason> {
        if lane != Lane::Calculator {
            self.taken.borrow_mut().insert(lane);
        }
        let group = lane.node(Side::Proxy).0;
        match self.connector.group(group).break_one("its wire was cut, on purpose") {
            true => Ok(()),
            false => {
                Err(Reason::plain("there is no connection of ours to cut: call something first"))
            }
        }
    }

    /// Makes a call; how it ends is told.
    pub(super) fn call(
        self: &Rc<Inner>,
        lane: Lane,
        operation: SmolStr,
        arguments: Vec<Value>,
        options: CallOptions,
    ) -> Result<(), Reason> {
        let Some((id, _)) = lane.contract().named(&operation) else {
            let error = ProxyError::UnknownOperation { operation };
            return Err(Reason::of(&error, Rules::Wws));
        };
        let words: Vec<String> = arguments.iter().map(Value::to_string).collect();
        let asked = format!("{operation}({})", words.join(", "));
        let body = Value::Array(arguments).to_string();
        self.run(lane, &asked, async move |proxy: Proxy| {
            let answer = proxy.call_with(id, body.into(), options).await?;
            Ok(told(&answer.body))
        });
        Ok(())
    }

    fn run<F>(self: &Rc<Inner>, lane: Lane, asked: &str, act: impl FnOnce(Proxy) -> F + 'static)
    where
        F: Future<Output = Result<String, ProxyError>> + 'static,
    {
        let (weak, asked, proxy) =
            (Rc::downgrade(self), asked.to_owned(), self.proxy(lane).clone());
        spawn(async move {
            let result = act(proxy).await;
            if let Some(inner) = weak.upgrade() {
                inner.ended(lane, &asked, result);
            }
        });
    }

    pub(super) fn ended(&self, lane: Lane, asked: &str, result: Result<String, ProxyError>) {
        let result = result.map_err(|error| Reason::of(&error, Rules::Wws));
        let node = lane.node(Side::Proxy);
        self.tell(Told::Ended(BrowserClock.now(), node, asked.to_owned(), result));
    }
}

fn done(result: Result<(), ProxyError>) -> Result<String, ProxyError> {
    result.map(|()| "done".into())
}

/// An answer as one would say it: `6`, not `6.0`.
fn told(body: &[u8]) -> String {
    match serde_json::from_slice(body) {
        Ok(Value::Number(number)) => {
            number.as_f64().map_or_else(|| number.to_string(), |number| number.to_string())
        }
        Ok(Value::String(text)) => text,
        _ => String::from_utf8_lossy(body).into_owned(),
    }
}

/// A word as a value: a number if it is one, else a text.
fn value(word: &SmolStr) -> Value {
    serde_json::from_str(word).unwrap_or_else(|_| Value::String(word.to_string()))
}

fn options(ask: &Ask) -> CallOptions {
    let header = |(name, value): &(SmolStr, SmolStr)| Header {
        name: name.clone(),
        value: value.clone(),
        must_understand: false,
    };
    CallOptions {
        group: ask.group,
        timeout: ask.timeout_ms.map(|millis| Duration::from_millis(millis.into())),
        headers: ask.headers.iter().map(header).collect(),
        within: None,
    }
}
