//! Single requests over `fetch`.

use crate::language::{parse, told};
use crate::value::{held, hold};
use crate::word::{clip, garbled};
use js_sys::{Function, JsString, Object, Promise, Reflect};
use sessionful::Frame;
use sessionful::codec::Limits;
use sessionful::drive::{Exchange, PipeError};
use smol_str::SmolStr;
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

    /// What a `fetch` resolves to.
    type Answer;

    #[wasm_bindgen(method, getter)]
    fn status(this: &Answer) -> u16;

    #[wasm_bindgen(method, getter, js_name = type)]
    fn kind(this: &Answer) -> JsValue;

    #[wasm_bindgen(method, catch)]
    fn text(this: &Answer) -> Result<Promise, JsValue>;
}

/// How many requests may be on their way to one origin; the others wait in order. Browsers open six
/// connections to an origin, and a request that waits there could not be told from one that is
/// served.
pub(crate) const MOST_AT_ONCE: usize = 6;

/// Sends requests by `fetch`, or by a function of its shape.
#[derive(Clone)]
pub(crate) struct Fetch {
    /// `(address, init) => Promise<Response>`
    pub fetch: Function,
    /// Options of every request: credentials, headers, keepalive.
    pub init: Object,
    pub limits: Limits,
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
        let Fetch { fetch, init, limits, gate } = &self.fetch;
        let _pass = gate.enter().await;
        let mut sent = Request { controller: AbortController::new(), done: false };
        let init = Object::assign(&Object::new(), init);
        for (name, value) in [("body", body(request)), ("signal", sent.controller.signal())] {
            let _ = Reflect::set(&init, &name.into(), &value); // a plain object takes everything
        }
        let promise = fetch.call2(&JsValue::UNDEFINED, &(&*self.address).into(), &init);
        let answer = match settle(promise).await {
            Ok(answer) => answer.unchecked_into::<Answer>(),
            Err(why) => return Err(PipeError::Broken(clip(&told(&why)))),
        };
        let text = settle(answer.text()).await.map_err(|_| broken("the answer broke off"))?;
        sent.done = true;
        read(&answer, &text, limits)
    }
}

/// A function that answers at once need not answer with a promise.
async fn settle(value: Result<impl Into<JsValue>, JsValue>) -> Result<JsValue, JsValue> {
    JsFuture::from(Promise::resolve(&value?.into())).await
}

fn body(frame: Frame) -> JsValue {
    match frame {
        Frame::Text(text) => text.into(),
        Frame::Bytes(bytes) => {
            held(&bytes).unwrap_or_else(|| js_sys::Uint8Array::from(&bytes[..]).into())
        }
    }
}

fn broken(reason: &str) -> PipeError {
    PipeError::Broken(reason.into())
}

fn read(answer: &Answer, text: &JsValue, limits: &Limits) -> Result<Option<Frame>, PipeError> {
    let status = answer.status();
    let length = text.dyn_ref::<JsString>().map_or(0, JsString::length) as usize;
    match status {
        200 | 202 | 204 if length == 0 => return Ok(None),
        // A fault is an answer as well.
        200 | 500 if length > limits.frame => return Err(garbled("an answer too large")),
        200 | 500 if length > 0 => {}
        0 if answer.kind() == "opaqueredirect" => return Err(broken("the address redirects")),
        300..=399 => return Err(broken("the address redirects")),
        401 | 403 => return Err(PipeError::Denied),
        404 | 410 => return Err(PipeError::NotFound),
        429 | 503 => return Err(PipeError::Busy),
        _ => return Err(broken(&format!("HTTP status {status}"))),
    }
    match parse(text, limits) {
        Ok(message) => Ok(Some(Frame::Bytes(hold(message)))),
        Err(_) if status == 500 => Err(broken("HTTP status 500")),
        Err(why) => Err(garbled(&why.to_string())),
    }
}
