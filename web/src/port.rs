//! A message port whose listeners go when their owner goes.

use crate::word::Posting;
use smol_str::SmolStr;
use wasm_bindgen::closure::Closure;
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
    listen: Closure<dyn FnMut(MessageEvent)>,
}

const EVENTS: [&str; 3] = ["message", "messageerror", "close"];

impl Line {
    /// Listens. What was said before is heard first.
    pub(crate) fn new(port: MessagePort, mut hear: impl FnMut(Heard) + 'static) -> Line {
        let listen = Closure::new(move |event: MessageEvent| {
            hear(match event.type_().as_str() {
                "message" => Heard::Message(event),
                "messageerror" => Heard::Unreadable,
                _ => Heard::Gone,
            });
        });
        for event in EVENTS {
            // It throws for callbacks that are no functions only.
            let _ = port.add_event_listener_with_callback(event, listen.as_ref().unchecked_ref());
        }
        port.start();
        Line { port, listen }
    }

    /// Posts something; whether it could be posted.
    pub(crate) fn post(&self, posting: &Posting) -> bool {
        post(&self.port, posting)
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        for event in EVENTS {
            let callback = self.listen.as_ref().unchecked_ref();
            let _ = self.port.remove_event_listener_with_callback(event, callback);
        }
        self.port.close();
    }
}

/// A connection that can be broken from outside: its worker is gone, or somebody plays.
pub(crate) trait Cable {
    /// Breaks it, as if the wire had been cut.
    fn break_off(&self, reason: SmolStr);

    /// When it was used last, counted; the greater the later.
    fn used(&self) -> u64;
}

/// Posts something on a port that nobody listens to.
pub(crate) fn post(port: &MessagePort, posting: &Posting) -> bool {
    port.post_message_with_transferable(&posting.value, &posting.moved).is_ok()
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
