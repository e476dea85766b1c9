//! Single requests over `fetch`.

use crate::language::{parse, told};
use crate::pipe::Carry;
use crate::value::{held, hold};
use crate::word::{clip, garbled, named};
use js_sys::{Array, Function, JsString, Promise, Reflect};
use sessionful::Frame;
use sessionful::drive::{Exchange, PipeError};
use smol_str::{SmolStr, format_smolstr};
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Poll, Waker};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

#[wasm_bindgen]
extern "C" {
    type AbortController;

    #[wasm_bindgen(constructor)]
    fn new() -> AbortController;

    #[wasm_bindgen(method, getter)]
    fn signal(this: &AbortController) -> JsValue;

    #[wasm_bindgen(method)]
    fn abort(this: &AbortController);
}

/// How many requests may be on their way to one origin; the others wait in order. Browsers open six
/// connections to an origin, and a request that waits there could not be told from one that is
/// served.
pub(crate) const MOST_AT_ONCE: usize = 6;

/// Sends requests by `fetch`, or by a function of its shape.
#[derive(Clone)]
pub(crate) struct Fetch {
    /// `(address, body, signal) => Promise<[status, contentType, text]>`; status 0 is a redirect, and
    /// without a text the answer broke off.
    pub fetch: Function,
    /// Who keeps the answers, and how large they may be.
    pub carry: Carry,
    pub gate: Rc<Gate>,
}

/// Lets so many requests through at once, first come first served.
pub(crate) struct Gate {
    free: Cell<usize>,
    waiting: RefCell<VecDeque<Rc<Turn>>>,
}

#[derive(Default)]
struct Turn {
    called: Cell<bool>,
    gone: Cell<bool>,
    waker: RefCell<Option<Waker>>,
}

impl Gate {
    pub(crate) fn new(most: usize) -> Gate {
        Gate { free: Cell::new(most.max(1)), waiting: RefCell::default() }
    }

    /// Waits for a place. Dropping the future gives up the place in the queue.
    async fn enter(self: &Rc<Self>) -> Pass {
        if self.free.get() > 0 {
            self.free.set(self.free.get() - 1);
            return Pass(Rc::clone(self));
        }
        let turn = Rc::new(Turn::default());
        self.waiting.borrow_mut().push_back(Rc::clone(&turn));
        let mut place = Place { gate: Rc::clone(self), turn, entered: false };
        poll_fn(|cx| {
            if place.turn.called.get() {
                return Poll::Ready(());
            }
            drop(place.turn.waker.replace(Some(cx.waker().clone())));
            Poll::Pending
        })
        .await;
        place.entered = true;
        Pass(Rc::clone(self))
    }

    fn leave(&self) {
        loop {
            let next = self.waiting.borrow_mut().pop_front();
            match next {
                None => return self.free.set(self.free.get() + 1),
                Some(turn) if turn.gone.get() => {}
                Some(turn) => {
                    turn.called.set(true);
                    let waker = turn.waker.take();
                    return waker.into_iter().for_each(Waker::wake);
                }
            }
        }
    }
}

struct Place {
    gate: Rc<Gate>,
    turn: Rc<Turn>,
    entered: bool,
}

impl Drop for Place {
    fn drop(&mut self) {
        self.turn.gone.set(true);
        // Called, but gone before it went in: the next one may.
        if self.turn.called.get() && !self.entered {
            self.gate.leave();
        }
    }
}

struct Pass(Rc<Gate>);

impl Drop for Pass {
    fn drop(&mut self) {
        self.0.leave();
    }
}

/// Sends requests to one address, one at a time.
pub(crate) struct FetchExchange {
    pub fetch: Fetch,
    pub address: SmolStr,
}

/// Aborts the request unless it came to its end.
struct Request {
    controller: AbortController,
    done: bool,
}

impl Drop for Request {
    fn drop(&mut self) {
        if !self.done {
            self.controller.abort();
        }
    }
}

impl Exchange for FetchExchange {
    async fn send(&self, request: Frame) -> Result<Option<Frame>, PipeError> {
        let Fetch { fetch, carry, gate } = &self.fetch;
        let _pass = gate.enter().await;
        let mut sent = Request { controller: AbortController::new(), done: false };
        let (address, body) = (JsValue::from(&*self.address), body(request));
        let promise = fetch.call3(&JsValue::UNDEFINED, &address, &body, &sent.controller.signal());
        let answer = match promise {
            Ok(promise) => JsFuture::from(Promise::resolve(&promise)).await,
            Err(why) => Err(why),
        };
        sent.done = true;
        read(&Array::from(&answer.map_err(|why| failed(&why))?), *carry)
    }
}

fn body(frame: Frame) -> JsValue {
    match frame {
        Frame::Text(text) => text.into(),
        Frame::Bytes(bytes) => {
            held(&bytes).unwrap_or_else(|| js_sys::Uint8Array::from(&bytes[..]).into())
        }
    }
}

/// Why nothing came back. A browser tells less than it knows, so the caller is told where to look.
pub(crate) fn failed(why: &JsValue) -> PipeError {
    // What the package's own JavaScript has already named.
    let member = |name: &str| Reflect::get(why, &name.into()).ok()?.as_string();
    let code = member("code").unwrap_or_default();
    match (code.strip_prefix("TRANSPORT_"), member("detail")) {
        (Some(what), Some(detail)) => {
            PipeError::Failed { what: what.into(), detail: clip(&detail) }
        }
        _ => named("UNREACHABLE", &told(why)),
    }
}

fn broken(reason: &str) -> PipeError {
    PipeError::Broken(reason.into())
}

fn read(answer: &Array, carry: Carry) -> Result<Option<Frame>, PipeError> {
    let limits = carry.limits();
    let (status, text) = (answer.get(0).as_f64().unwrap_or_default() as u16, answer.get(2));
    let Some(length) = text.dyn_ref::<JsString>().map(|text| text.length() as usize) else {
        return Err(broken("the answer broke off"));
    };
    match status {
        200 | 202 | 204 if length == 0 => return Ok(None),
        // A fault is an answer as well.
        200 | 500 if length > limits.frame => return Err(garbled("an answer too large")),
        200 | 500 if length > 0 => {}
        0 | 300..=399 => return Err(named("REDIRECT", "")),
        401 | 403 => return Err(PipeError::Denied),
        404 | 410 => return Err(PipeError::NotFound),
        429 | 503 => return Err(PipeError::Busy),
        _ => return Err(named("STATUS", &format_smolstr!("{status}"))),
    }
    // The general search for a text in a text is larger than all of this.
    let is_json = |kind: &str| kind.as_bytes().windows(4).any(|part| part == b"json");
    let kind = || answer.get(1).as_string().filter(|kind| !is_json(kind));
    if matches!(carry, Carry::Copied(_)) {
        return Ok(Some(Frame::Text(text.as_string().unwrap_or_default())));
    }
    match parse(&text, &limits) {
        Ok(message) => Ok(Some(Frame::Bytes(hold(message)))),
        Err(_) if status == 500 => Err(named("STATUS", "500")),
        Err(why) => {
            Err(kind()
                .map_or_else(|| garbled(&why.to_string()), |kind| named("CONTENT_TYPE", &kind)))
        }
    }
}
