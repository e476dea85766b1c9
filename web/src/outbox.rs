//! What is said in one turn, to be posted at its end: frames of one turn travel together, and no
//! timer ever delays a lone one.

use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::JsValue;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = queueMicrotask)]
    fn queue_microtask(task: &Closure<dyn FnMut()>);
}

thread_local! {
    /// Outboxes with something in them.
    static FULL: RefCell<Vec<Rc<Inner>>> = RefCell::default();
    /// One for all outboxes and for ever: a microtask cannot be taken back, and may come after the
    /// outbox that asked for it is gone.
    static FLUSH: Closure<dyn FnMut()> = Closure::new(|| {
        for outbox in FULL.take() {
            outbox.flush();
        }
    });
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
        let first = FULL.with_borrow_mut(|full| {
            full.push(Rc::clone(&self.0));
            full.len() == 1
        });
        if first {
            FLUSH.with(queue_microtask);
        }
    }

    /// Posts at once what waits, before something that must come after it.
    pub(crate) fn flush(&self) {
        self.0.flush();
    }
}
