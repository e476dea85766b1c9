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

/// Keeps what is put in until the turn ends, then hands all of it over at once.
pub(crate) struct Outbox {
    inner: Rc<Inner>,
    flush: Closure<dyn FnMut()>,
}

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
        let inner = Rc::new(Inner { waiting: RefCell::default(), post: Box::new(post) });
        let flushes = Rc::clone(&inner);
        Outbox { inner, flush: Closure::new(move || flushes.flush()) }
    }

    pub(crate) fn put(&self, value: JsValue) {
        let mut waiting = self.inner.waiting.borrow_mut();
        waiting.push(value);
        let first = waiting.len() == 1;
        drop(waiting);
        if first {
            queue_microtask(&self.flush);
        }
    }

    /// Posts at once what waits, before something that must come after it.
    pub(crate) fn flush(&self) {
        self.inner.flush();
    }
}
