//! What is said in one turn, to be posted at its end: frames of one turn travel together, and no
//! timer ever delays a lone one.

use crate::habitat::end_turn;
use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;
use wasm_bindgen::JsValue;

/// Has something to post when the turn is over.
pub(crate) trait Flush {
    /// Posts it, if it is still there.
    fn flush(&self);
}

thread_local! {
    /// Who has something to post.
    static FULL: RefCell<VecDeque<Rc<dyn Flush>>> = RefCell::default();
}

/// Has something posted at the end of this turn.
pub(crate) fn at_end_of_turn(full: Rc<dyn Flush>) {
    FULL.with_borrow_mut(|all| all.push_back(full));
    end_turn();
}

/// Posts all of it: the turn is over.
pub(crate) fn flush() {
    while let Some(full) = FULL.with_borrow_mut(VecDeque::pop_front) {
        full.flush();
    }
}

/// Keeps what is put in until the turn ends, then hands all of it over at once.
pub(crate) struct Outbox(Rc<Inner>);

type Post = Box<dyn Fn(&[JsValue])>;

struct Inner {
    waiting: RefCell<Vec<JsValue>>,
    post: Post,
}

/// Room that is kept for the next turn.
const ROOM: usize = 64;

impl Flush for Inner {
    fn flush(&self) {
        let mut posted = self.waiting.take();
        if posted.is_empty() {
            return;
        }
        (self.post)(&posted);
        posted.clear();
        let mut waiting = self.waiting.borrow_mut();
        if waiting.is_empty() && posted.capacity() <= ROOM {
            *waiting = posted;
        }
    }
}

impl Outbox {
    /// `post` gets at least one value.
    pub(crate) fn new(post: impl Fn(&[JsValue]) + 'static) -> Outbox {
        Outbox(Rc::new(Inner { waiting: RefCell::default(), post: Box::new(post) }))
    }

    pub(crate) fn put(&self, value: JsValue) {
        let mut waiting = self.0.waiting.borrow_mut();
        waiting.push(value);
        if waiting.len() == 1 {
            at_end_of_turn(Rc::clone(&self.0) as Rc<dyn Flush>);
        }
    }

    /// Posts at once what waits, before something that must come after it.
    pub(crate) fn flush(&self) {
        self.0.flush();
    }
}
