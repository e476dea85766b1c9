//! Single requests over the network. They wait here for their turn, and those of one turn may travel
//! together; a courier of JavaScript's takes them away.
//!
//! Several messages in one request are a list of them, as on a socket. Its answer is the list of
//! their answers, in the same order, with a bare status in place of one that has no message.

use super::reply::{Reply, read_entry};
use crate::habitat::{heard, said};
use crate::outbox::{self, Flush};
use crate::pipe::{Carry, together};
use crate::value::held;
use js_sys::{Function, JsString};
use sessionful::Frame;
use sessionful::drive::{Exchange, PipeError};
use sessionful::table::Series;
use smol_str::SmolStr;
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::future::poll_fn;
use std::rc::{Rc, Weak};
use std::task::{Context, Poll, Waker};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};

#[wasm_bindgen(module = "/src/courier.js")]
extern "C" {
    /// Takes requests away and brings the answers.
    type Courier;

    #[wasm_bindgen(constructor)]
    fn new(exchange: &Function, answered: &Answered) -> Courier;

    #[wasm_bindgen(method)]
    fn post(this: &Courier, request: u32, address: &str, body: &JsValue, most: f64) -> Stop;

    /// By which a request is given up.
    type Stop;

    #[wasm_bindgen(method)]
    fn stop(this: &Stop);
}

/// Gets the number of a request, a status, a content type and the content.
type Answered = Closure<dyn FnMut(u32, f64, JsValue, JsValue)>;

pub(super) type Answer = Result<Option<Frame>, PipeError>;

/// How many requests may be on their way to one origin; the others wait in order. Browsers open six
/// connections to an origin, and a request that waits there could not be told from one that is
/// served.
pub(crate) const MOST_AT_ONCE: usize = 6;

/// How many messages a request may have where those of one turn travel together.
pub(crate) const MOST_TOGETHER: usize = 128;

/// As long as they may be together, in UTF-16 units, whatever the limit of one is: `PIECE` of `request.ts`.
#[cfg(feature = "npm")]
pub(crate) const LONGEST_TOGETHER: usize = 256 * 1024;

/// Where requests wait for their turn.
pub(crate) struct Post {
    courier: Courier,
    /// How long a request is, in UTF-16 units, when the next messages go in another one. Where requests cost
    /// little the host is at work on the first while the others are being written. 0: each travels alone.
    piece: usize,
    desk: RefCell<Desk>,
    me: Weak<Post>,
    /// JavaScript calls it.
    _answered: Answered,
}

struct Desk {
    /// How many more requests may be on their way.
    free: usize,
    waiting: VecDeque<Rc<Letter>>,
    under_way: Series<u32, Request>,
    last: u32,
}

/// What travels together.
struct Request {
    letters: Vec<Rc<Letter>>,
    stop: Stop,
}

/// A message that wants an answer.
struct Letter {
    address: SmolStr,
    carry: Carry,
    body: JsValue,
    /// The request that it is part of, once it is on its way.
    request: Cell<Option<u32>>,
    /// Nobody waits for the answer any more.
    gone: Cell<bool>,
    answer: RefCell<Option<Answer>>,
    waker: RefCell<Option<Waker>>,
}

impl Post {
    /// So many requests may be on their way at once, each so long, or 0: with one message. `exchange` sends
    /// one: see `courier.js`.
    pub(crate) fn new(exchange: &Function, most: usize, piece: usize) -> Rc<Post> {
        Rc::new_cyclic(|me: &Weak<Post>| {
            let post = Weak::clone(me);
            let answered =
                Answered::new(move |request, status, kind: JsValue, content: JsValue| {
                    if let Some(post) = post.upgrade() {
                        post.answered(request, &Reply { status, kind, content });
                    }
                });
            let courier = Courier::new(exchange, &answered);
            let under_way = Series::default();
            let desk = Desk { free: most.max(1), waiting: VecDeque::new(), under_way, last: 0 };
            let (desk, me) = (RefCell::new(desk), Weak::clone(me));
            Post { courier, piece, desk, me, _answered: answered }
        })
    }

    fn hand_in(&self, letter: &Rc<Letter>) {
        let is_first = {
            let waiting = &mut self.desk.borrow_mut().waiting;
            waiting.push_back(Rc::clone(letter));
            waiting.len() == 1
        };
        if self.piece == 0 {
            self.dispatch();
        } else if is_first && let Some(me) = self.me.upgrade() {
            outbox::at_end_of_turn(me);
        }
    }

    /// Sends what may go.
    fn dispatch(&self) {
        loop {
            let next = self.desk.borrow_mut().next(self.piece);
            let Some((number, letters)) = next else { return };
            let [first, ..] = &letters[..] else { return };
            let body = together(letters.iter().map(|letter| &letter.body));
            said(self);
            // What the longest texts that are taken have in UTF-8.
            let most = 3.0 * first.carry.limits().frame as f64 * letters.len() as f64;
            let stop = self.courier.post(number, &first.address, &body, most);
            self.desk.borrow_mut().under_way.insert(number, Request { letters, stop });
            self.recall_unwanted(number); // what sends it may have made its callers give up
        }
    }

    /// Whether a request was under way for nobody.
    fn recall_unwanted(&self, number: u32) -> bool {
        let unwanted = self.desk.borrow_mut().finish_unwanted(number);
        if let Some(request) = &unwanted {
            request.stop.stop();
        }
        unwanted.is_some()
    }

    fn answered(&self, request: u32, reply: &Reply) {
        heard(self);
        let Some(request) = self.desk.borrow_mut().finish(request) else { return };
        let letters = request.letters;
        let carry = letters.first().map(|letter| letter.carry);
        match carry.and_then(|carry| reply.list(letters.len(), carry)) {
            Some(Ok(answers)) => {
                for (letter, answer) in letters.iter().zip(answers.iter()) {
                    letter.settle(read_entry(answer));
                }
            }
            Some(Err(why)) => letters.iter().for_each(|letter| letter.settle(Err(why.clone()))),
            // What answers in place of the host, or a host that knows no lists, answers all alike.
            None => letters.iter().for_each(|letter| letter.settle(reply.read(letter.carry))),
        }
        self.dispatch();
    }

    /// Nobody waits for a letter any more.
    fn give_up(&self, letter: &Letter) {
        letter.gone.set(true);
        let Some(request) = letter.request.get() else { return }; // passed over when its turn comes
        if self.recall_unwanted(request) {
            self.dispatch();
        }
    }
}

impl Flush for Post {
    fn flush(&self) {
        self.dispatch();
    }
}

impl Desk {
    /// The letters of the next request, if one may go.
    fn next(&mut self, piece: usize) -> Option<(u32, Vec<Rc<Letter>>)> {
        if self.free == 0 {
            return None;
        }
        let first = self.next_wanted()?;
        self.free -= 1;
        self.last = self.last.wrapping_add(1);
        let mut length = first.length();
        let mut letters = vec![first];
        while piece > 0
            && letters.len() < MOST_TOGETHER
            && let Some(next) = self.next_wanted()
        {
            length = length.saturating_add(next.length());
            if !letters[0].goes_with(&next) || length > next.carry.limits().frame.min(piece) {
                self.waiting.push_front(next);
                break;
            }
            letters.push(next);
        }
        letters.iter().for_each(|letter| letter.request.set(Some(self.last)));
        Some((self.last, letters))
    }

    fn next_wanted(&mut self) -> Option<Rc<Letter>> {
        loop {
            let next = self.waiting.pop_front()?;
            if !next.gone.get() {
                return Some(next);
            }
        }
    }

    fn finish(&mut self, number: u32) -> Option<Request> {
        let request = self.under_way.remove(&number)?;
        self.free += 1;
        Some(request)
    }

    /// A request that is still under way, for nobody.
    fn finish_unwanted(&mut self, number: u32) -> Option<Request> {
        let letters = &self.under_way.get(&number)?.letters;
        let unwanted = letters.iter().all(|letter| letter.gone.get());
        unwanted.then(|| self.finish(number))?
    }
}

impl Letter {
    /// What it adds to a list, in UTF-16 units. What is no text travels alone.
    fn length(&self) -> usize {
        self.body.dyn_ref::<JsString>().map_or(usize::MAX, |text| text.length() as usize + 2)
    }

    fn goes_with(&self, other: &Letter) -> bool {
        self.address == other.address && self.carry == other.carry
    }

    fn settle(&self, answer: Answer) {
        self.answer.replace(Some(answer));
        let waker = self.waker.take();
        waker.into_iter().for_each(Waker::wake);
    }

    fn poll(&self, cx: &mut Context<'_>) -> Poll<Answer> {
        if let Some(answer) = self.answer.take() {
            return Poll::Ready(answer);
        }
        drop(self.waker.replace(Some(cx.waker().clone())));
        Poll::Pending
    }
}

/// Sends requests to one address, one at a time.
pub(crate) struct PostExchange {
    pub post: Rc<Post>,
    /// Who keeps the answers, and how large they may be.
    pub carry: Carry,
    pub address: SmolStr,
}

/// Gives up its letter, unless it was answered.
struct Waiting<'a> {
    post: &'a Post,
    letter: Rc<Letter>,
    done: bool,
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        if !self.done {
            self.post.give_up(&self.letter);
        }
    }
}

impl Exchange for PostExchange {
    async fn send(&self, request: Frame) -> Answer {
        let letter = Rc::new(Letter {
            address: self.address.clone(),
            carry: self.carry,
            body: body(request),
            request: Cell::new(None),
            gone: Cell::new(false),
            answer: RefCell::default(),
            waker: RefCell::default(),
        });
        self.post.hand_in(&letter);
        let mut waiting = Waiting { post: &self.post, letter, done: false };
        let answer = poll_fn(|cx| waiting.letter.poll(cx)).await;
        waiting.done = true;
        answer
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
