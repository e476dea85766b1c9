//! What is said in one turn, to be posted at its end: frames of one turn travel together, and no
//! timer ever delays a lone one.

use crate::habitat::ring;
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::JsValue;

thread_local! {
    /// Outboxes with something in them.
    static FULL: RefCell<Vec<Rc<Inner>>> = RefCell::default();
}

/// Posts what all outboxes hold: the turn is over.
pub(crate) fn flush() {
    for outbox in FULL.take() {
        outbox.flush();
    }
}

/// Keeps what is put in until the turn ends, then hands all of it over at once.
pub(crate) struct Outbox(Rc<Inner>);

struct Inner {
    waiting: RefCell<Vec<JsValue>>,
    post: Box<dyn Fn(Vec<JsValue>)>,
}

impl Inner {
    fn flush(&self) {
        let waiting = self.waiting.take();
        if !waiting.is_empty() {
            (self.post)(waiting);
        }
    }
}

impl Outbox {
    /// `post` gets at least one value.
    pub(crate) fn new(post: impl Fn(Vec<JsValue>) + 'static) -> Outbox {
        Outbox(Rc::new(Inner { waiting: RefCell::default(), post: Box::new(post) }))
    }

    pub(crate) fn put(&self, value: JsValue) {
        let mut waiting = self.0.waiting.borrow_mut();
        waiting.push(value);
        if waiting.len() > 1 {
            return;
        }
        FULL.with_borrow_mut(|full| full.push(Rc::clone(&self.0)));
        ring();
    }

    /// Posts at once what waits, before something that must come after it.
    pub(crate) fn flush(&self) {
        self.0.flush();
    }
}
