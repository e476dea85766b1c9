//! A message port whose listeners go when their owner goes.

use crate::habitat::turn;
use crate::word::Posting;
use smol_str::SmolStr;
use std::rc::Rc;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{MessageEvent, MessagePort};

/// What can be heard on a port.
pub(crate) enum Heard {
    /// Something was said.
    Message(MessageEvent),
    /// Something was said that this side cannot even deserialize.
    Unreadable,
    /// The other end is gone. Not every browser tells.
    Gone,
}

/// A port with its listeners.
pub(crate) struct Line {
    port: MessagePort,
    /// One for each of [`EVENTS`]: the name of an event would be copied in with every message.
    listeners: [Closure<dyn FnMut(MessageEvent)>; 3],
}

#[wasm_bindgen(module = "/src/wire.js")]
extern "C" {
    // The platform's own throws, and catching that over here costs as much as all the rest.
    #[wasm_bindgen(js_name = post)]
    fn post_value(port: &MessagePort, value: &JsValue) -> bool;
}

const EVENTS: [&str; 3] = ["message", "messageerror", "close"];

impl Line {
    /// Listens. What was said before is heard first.
    pub(crate) fn new(port: MessagePort, hear: impl Fn(Heard) + 'static) -> Line {
        let hear = Rc::new(move |heard| turn(|| hear(heard)));
        let (unreadable, gone) = (Rc::clone(&hear), Rc::clone(&hear));
        let listeners = [
            Closure::new(move |event| hear(Heard::Message(event))),
            Closure::new(move |_| unreadable(Heard::Unreadable)),
            Closure::new(move |_| gone(Heard::Gone)),
        ];
        for (event, listener) in EVENTS.into_iter().zip(&listeners) {
            // It throws for callbacks that are no functions only.
            let callback = listener.as_ref().unchecked_ref();
            let _ = port.add_event_listener_with_callback(event, callback);
        }
        port.start();
        Line { port, listeners }
    }

    /// Posts something; whether it could be posted.
    pub(crate) fn post(&self, posting: &Posting) -> bool {
        post(&self.port, posting)
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        for (event, listener) in EVENTS.into_iter().zip(&self.listeners) {
            let callback = listener.as_ref().unchecked_ref();
            let _ = self.port.remove_event_listener_with_callback(event, callback);
        }
        self.port.close();
    }
}

/// A connection that can be broken from outside: its worker is gone, or somebody plays.
pub(crate) trait Cable {
    /// Breaks it, as if the wire had been cut.
    fn break_off(&self, reason: SmolStr);

    /// The page goes, and perhaps comes back: it breaks, unless it can be connected anew unnoticed.
    fn hang_up(&self, reason: SmolStr) {
        self.break_off(reason);
    }

    /// When it was used last, counted; the greater the later. Sessions do not count.
    fn used(&self) -> u64;
}

/// Posts something on a port that nobody listens to.
pub(crate) fn post(port: &MessagePort, posting: &Posting) -> bool {
    match &posting.moved {
        None => post_value(port, &posting.value),
        Some(moved) => port.post_message_with_transferable(&posting.value, moved).is_ok(),
    }
}

/// The port that came along with a message, if exactly one did.
pub(crate) fn passenger(event: &MessageEvent) -> Option<MessagePort> {
    let ports = event.ports();
    (ports.length() == 1).then(|| ports.get(0).dyn_into().ok()).flatten()
}

/// Whether two ports could be made and entangled.
pub(crate) fn pair() -> Result<(MessagePort, MessagePort), JsValue> {
    let channel = web_sys::MessageChannel::new()?;
    Ok((channel.port1(), channel.port2()))
}
