//! Single requests over a `MessagePort`: each proxy's channel has a port of its own, and on it one
//! request at a time (`PROXY-21`).
//!
//! | said                          | by     | meaning                                     |
//! |-------------------------------|--------|---------------------------------------------|
//! | `["request", id, frame]`      | client | ids count up                                |
//! | `["abort", id]`               | client | the answer is not wanted any more           |
//! | `["answer", id, frame]`       | host   | with `null` in place of the frame: one-way  |
//! | `["lost", id, reason]`        | host   | there will be no answer                     |
//! | `["refuse", why]`             | host   | nothing listens here, or too many do        |
//! | `null`                        | client | it was the last request                     |

use crate::control::Trunk;
use crate::port::{Cable, Heard, Line};
use crate::word::{
    Posting, clip, garbled, read_frame, read_name, read_number, read_refusal, read_tuple,
    write_refusal,
};
use js_sys::Array;
use sessionful::Frame;
use sessionful::drive::{Exchange, PipeError, Responder};
use smol_str::SmolStr;
use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use wasm_bindgen::JsValue;
use web_sys::MessagePort;

type Answer = Result<Option<Frame>, PipeError>;

/// `[name, id, frame]`, the frame's buffer moving along.
fn with_frame(name: &str, id: u32, frame: Option<Frame>) -> Posting {
    let frame = frame.map_or_else(|| Posting::new(JsValue::NULL), Posting::frame);
    Posting { moved: frame.moved, ..Posting::tuple(name, [id.into(), frame.value]) }
}

/// Sends requests to one address, one at a time, over a port of its own.
///
/// The port is made for the first request; dropping the exchange takes the listeners off it.
pub struct PortExchange {
    trunk: Rc<Trunk>,
    group: u32,
    address: SmolStr,
    desk: Rc<RefCell<Desk>>,
    line: RefCell<Option<Line>>,
}

#[derive(Default)]
struct Desk {
    last: u32,
    /// The request in progress, and its answer.
    pending: Option<u32>,
    answer: Option<Answer>,
    broken: Option<PipeError>,
    /// The next request takes a new port.
    is_stale: bool,
    waker: Option<Waker>,
    used: u64,
}

impl Desk {
    fn hear(&mut self, heard: &Heard) -> Result<(), PipeError> {
        let (name, tuple) = match heard {
            Heard::Message(event) => read_tuple(&event.data())?,
            Heard::Unreadable => return Err(garbled("a value that cannot be read")),
            Heard::Gone => return Err(PipeError::Broken("the other side is gone".into())),
        };
        if name == "refuse" {
            return Err(read_refusal(&read_name(&tuple.get(1))?));
        }
        let id = read_number(&tuple.get(1))?;
        let answer = match name.as_str() {
            "answer" => read_answer(&tuple).map(Ok)?,
            "lost" => Err(read_refusal(&read_name(&tuple.get(2))?)),
            _ => return Err(garbled("an unknown word")),
        };
        if id > self.last {
            return Err(garbled("the answer to a request that was never sent"));
        }
        if self.pending == Some(id) && self.answer.is_none() {
            self.answer = Some(answer);
        }
        Ok(()) // anything else answers a request that was given up
    }
}

fn read_answer(tuple: &Array) -> Result<Option<Frame>, PipeError> {
    let value = tuple.get(2);
    if value.is_null() { Ok(None) } else { read_frame(&value).map(Some) }
}

impl Cable for RefCell<Desk> {
    fn break_off(&self, reason: SmolStr) {
        self.borrow_mut().broken.get_or_insert(PipeError::Broken(reason));
        let waker = self.borrow_mut().waker.take();
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    fn hang_up(&self, reason: SmolStr) {
        let is_idle = self.borrow().pending.is_none();
        match is_idle {
            true => self.borrow_mut().is_stale = true,
            false => self.break_off(reason),
        }
    }

    fn used(&self) -> u64 {
        self.borrow().used
    }
}

impl PortExchange {
    pub(crate) fn new(trunk: Rc<Trunk>, group: u32, address: &str) -> PortExchange {
        let (desk, line) = (Rc::default(), RefCell::default());
        PortExchange { trunk, group, address: address.into(), desk, line }
    }

    /// The port, made if there is none yet.
    fn connect(&self) -> Result<(), PipeError> {
        if let Some(why) = &self.desk.borrow().broken {
            return Err(why.clone());
        }
        if std::mem::take(&mut self.desk.borrow_mut().is_stale) {
            self.leave();
        }
        if self.line.borrow().is_some() {
            return Ok(());
        }
        let port = self.trunk.ask("exchange", &self.address)?;
        let heard = Rc::clone(&self.desk);
        let line = Line::new(port, move |event| {
            let mut desk = heard.borrow_mut();
            if let Err(why) = desk.hear(&event) {
                desk.broken.get_or_insert(why);
            }
            let waker = desk.waker.take();
            drop(desk);
            if let Some(waker) = waker {
                waker.wake();
            }
        });
        let cable: Rc<dyn Cable> = self.desk.clone();
        self.trunk.watch(self.group, Rc::downgrade(&cable));
        self.line.replace(Some(line));
        Ok(())
    }

    fn post(&self, posting: &Posting) -> bool {
        self.line.borrow().as_ref().is_some_and(|line| line.post(posting))
    }

    fn leave(&self) {
        self.post(&Posting::new(JsValue::NULL));
        self.line.replace(None);
    }

    fn poll(&self, id: u32, cx: &mut Context<'_>) -> Poll<Answer> {
        let mut desk = self.desk.borrow_mut();
        if let Some(answer) = desk.answer.take() {
            desk.pending = None;
            return Poll::Ready(answer);
        }
        if let Some(why) = &desk.broken {
            return Poll::Ready(Err(why.clone()));
        }
        debug_assert_eq!(desk.pending, Some(id), "one request at a time");
        let old = desk.waker.replace(cx.waker().clone());
        drop(desk);
        drop(old);
        Poll::Pending
    }
}

/// A request that was sent. Dropped before its answer came, it is given up.
struct Sent<'a> {
    exchange: &'a PortExchange,
    id: u32,
}

impl Drop for Sent<'_> {
    fn drop(&mut self) {
        let mut desk = self.exchange.desk.borrow_mut();
        if desk.pending == Some(self.id) {
            (desk.pending, desk.answer) = (None, None);
            drop(desk);
            self.exchange.post(&Posting::tuple("abort", [self.id.into()]));
        }
    }
}

impl Exchange for PortExchange {
    /// Two at once are refused with [`PipeError::Busy`].
    async fn send(&self, request: Frame) -> Result<Option<Frame>, PipeError> {
        self.connect()?;
        let id = {
            let mut desk = self.desk.borrow_mut();
            if desk.pending.is_some() {
                return Err(PipeError::Busy);
            }
            desk.last += 1;
            desk.used = self.trunk.count();
            desk.pending = Some(desk.last);
            desk.last
        };
        let sent = Sent { exchange: self, id };
        let posting = with_frame("request", id, Some(request));
        if !self.post(&posting) {
            self.desk.borrow_mut().pending = None;
            return Err(PipeError::Broken("the port takes no message".into()));
        }
        poll_fn(|cx| sent.exchange.poll(id, cx)).await
    }
}

impl Drop for PortExchange {
    fn drop(&mut self) {
        self.leave();
    }
}

/// The host's end of such a port.
pub(crate) struct Requests {
    line: RefCell<Option<Line>>,
    state: Rc<Serving>,
}

#[derive(Default)]
struct Serving {
    last: Cell<u32>,
    /// The request whose answer is wanted.
    wanted: Cell<Option<u32>>,
    waker: RefCell<Option<Waker>>,
}

impl Serving {
    fn give_up(&self) {
        self.wanted.set(None);
        let waker = self.waker.take();
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    fn hear(&self, heard: &Heard) -> Result<Option<(u32, Frame)>, PipeError> {
        let Heard::Message(event) = heard else { return Err(garbled("unreadable, or gone")) };
        let (name, tuple) = read_tuple(&event.data())?;
        let id = read_number(&tuple.get(1))?;
        match name.as_str() {
            "request" if self.wanted.get().is_some() => Err(garbled("two requests at once")),
            "request" if id <= self.last.get() => Err(garbled("a request twice")),
            "request" => {
                let frame = read_frame(&tuple.get(2))?;
                self.last.set(id);
                self.wanted.set(Some(id));
                Ok(Some((id, frame)))
            }
            "abort" => {
                if self.wanted.get() == Some(id) {
                    self.give_up();
                }
                Ok(None)
            }
            _ => Err(garbled("an unknown word")),
        }
    }
}

/// What comes in at a port of requests.
pub(crate) enum Request {
    Came(Frame, PortResponder),
    /// The port is done, or its client is not to be understood; let go of it.
    Over,
}

impl Requests {
    /// Listens on a port.
    pub(crate) fn new(port: MessagePort, came: impl Fn(Request) + 'static) -> Rc<Requests> {
        let requests = Rc::new(Requests { line: RefCell::default(), state: Rc::default() });
        let weak = Rc::downgrade(&requests);
        let line = Line::new(port, move |heard| {
            let Some(requests) = weak.upgrade() else { return };
            let is_end = matches!(&heard, Heard::Message(event) if event.data().is_null());
            if is_end {
                requests.state.give_up();
                return came(Request::Over);
            }
            match requests.state.hear(&heard) {
                Ok(None) => {}
                Ok(Some((id, frame))) => {
                    let responder = PortResponder { requests, id, is_done: false };
                    came(Request::Came(frame, responder));
                }
                Err(why) => {
                    requests.post(&Posting::tuple("refuse", [write_refusal(&why).as_str().into()]));
                    requests.state.give_up();
                    came(Request::Over);
                }
            }
        });
        requests.line.replace(Some(line));
        requests
    }

    /// Nobody wants the answer any more.
    pub(crate) fn give_up(&self) {
        self.state.give_up();
    }

    fn post(&self, posting: &Posting) -> bool {
        // A client that has gone hears nothing.
        self.line.borrow().as_ref().is_none_or(|line| line.post(posting))
    }
}

/// Where the answer to a request from a port goes.
pub struct PortResponder {
    requests: Rc<Requests>,
    id: u32,
    is_done: bool,
}

impl PortResponder {
    fn is_wanted(&self) -> bool {
        self.requests.state.wanted.get() == Some(self.id)
    }

    fn finish(&mut self, posting: &Posting) {
        self.is_done = true;
        if !self.is_wanted() {
            return;
        }
        self.requests.state.wanted.set(None);
        self.requests.post(posting);
    }

    /// Says that there will be no answer, and why.
    pub(crate) fn refuse(mut self, why: &PipeError) {
        let reason = clip(&write_refusal(why));
        self.finish(&Posting::tuple("lost", [self.id.into(), reason.as_str().into()]));
    }
}

impl Responder for PortResponder {
    fn respond(mut self, answer: Option<Frame>) {
        let posting = with_frame("answer", self.id, answer);
        self.finish(&posting);
    }

    fn poll_gone(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if !self.is_wanted() {
            return Poll::Ready(());
        }
        let old = self.requests.state.waker.replace(Some(cx.waker().clone()));
        drop(old);
        Poll::Pending
    }
}

impl Drop for PortResponder {
    fn drop(&mut self) {
        if !self.is_done {
            let reason = "the host gave the request up";
            self.finish(&Posting::tuple("lost", [self.id.into(), reason.into()]));
        }
    }
}
