//! Sessions whose two ends are in the same thread: what is said takes a shortcut past the port, and there is
//! no answer to look out for.

use super::{Desk, PortPipe};
use js_sys::Array;
use sessionful::ids::SessionId;
use smol_str::format_smolstr;
use wasm_bindgen::JsValue;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::prelude::wasm_bindgen;
use web_sys::{MessageEvent, MessagePort};

#[wasm_bindgen(module = "/src/near.js")]
extern "C" {
    /// One end of a session over a port.
    #[derive(Clone)]
    pub(super) type End;

    #[wasm_bindgen(constructor)]
    pub(super) fn new(port: &MessagePort, hear: &Closure<dyn Fn(JsValue)>) -> End;

    #[wasm_bindgen(method)]
    fn accept(this: &End, name: &str);

    #[wasm_bindgen(method)]
    fn open(this: &End, name: &str);

    #[wasm_bindgen(method, getter, js_name = isNear)]
    fn is_near(this: &End) -> bool;

    /// What an event on the port brought.
    #[wasm_bindgen(method)]
    pub(super) fn read(this: &End, event: &MessageEvent) -> JsValue;

    /// Says something; whether it could be said.
    #[wasm_bindgen(method)]
    pub(super) fn post(this: &End, value: &JsValue) -> bool;

    /// The same of bytes, which move along where they take the port.
    #[wasm_bindgen(method, js_name = post)]
    pub(super) fn post_moving(this: &End, value: &JsValue, moved: &Array) -> bool;

    #[wasm_bindgen(method)]
    pub(super) fn leave(this: &End);
}

impl PortPipe {
    /// The session was accepted by a name, which nobody can guess.
    pub(super) fn set_accepted(&self, session: SessionId) {
        self.wire.end.accept(&format_smolstr!("{session}"));
        self.desk.borrow_mut().accepted = Some(self.wire.end.clone());
    }

    /// The session was opened under a name.
    pub(super) fn set_opened(&self, session: SessionId) {
        self.wire.end.open(&format_smolstr!("{session}"));
        self.desk.borrow_mut().is_near = self.wire.end.is_near();
    }
}

impl Desk {
    /// Whether the other end is in this thread. By the time this end says something the other one
    /// has heard of the session.
    pub(super) fn is_near(&mut self) -> bool {
        if let Some(end) = self.accepted.take() {
            self.is_near = end.is_near();
        }
        self.is_near
    }
}
