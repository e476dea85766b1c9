//! Ports, and what is counted of them.

#![allow(dead_code, reason = "each test file uses a part")]

use futures::future::{Either, select};
use js_sys::{Array, Reflect};
use sessionful_web::habitat::BrowserClock;
use std::future::Future;
use std::pin::pin;
use std::time::Duration;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{MessageChannel, MessagePort};

pub(crate) fn ports() -> (MessagePort, MessagePort) {
    let channel = MessageChannel::new().unwrap();
    (channel.port1(), channel.port2())
}

/// `["name", ...]`
pub(crate) fn tuple(name: &str, rest: &[JsValue]) -> JsValue {
    let tuple = Array::of1(&name.into());
    rest.iter().for_each(|value| _ = tuple.push(value));
    tuple.into()
}

pub(crate) async fn within<T>(future: impl Future<Output = T>) -> T {
    let limit = pin!(BrowserClock.sleep(Duration::from_secs(10)));
    match select(pin!(future), limit).await {
        Either::Left((value, _)) => value,
        Either::Right(_) => panic!("nothing came within ten seconds"),
    }
}

/// Long enough for a message that was posted to be heard.
pub(crate) async fn pass() {
    BrowserClock.sleep(Duration::from_millis(20)).await;
}

/// Begins to count the listeners on ports.
pub(crate) fn count_listeners() {
    let code = "
        if (globalThis.listeners === undefined) {
            globalThis.listeners = 0;
            const { addEventListener: add, removeEventListener: remove } = EventTarget.prototype;
            MessagePort.prototype.addEventListener = function (...all) {
                globalThis.listeners += 1;
                return add.apply(this, all);
            };
            MessagePort.prototype.removeEventListener = function (...all) {
                globalThis.listeners -= 1;
                return remove.apply(this, all);
            };
        }
    ";
    js_sys::Function::new_no_args(code).call0(&JsValue::NULL).unwrap();
}

pub(crate) fn listeners() -> f64 {
    let count = Reflect::get(&js_sys::global(), &"listeners".into()).unwrap();
    count.as_f64().unwrap()
}

/// Values that are no word of any of our languages.
pub(crate) fn garbage() -> Vec<JsValue> {
    let deep = Array::of1(&Array::of1(&Array::new()));
    let odd = js_sys::Function::new_no_args(
        "return [undefined, true, NaN, -1, 0.5, 1e300, {}, {length: 1, 0: 'open'}, new Date(), \
         new Map(), [], [1], [null], ['open'], ['open', 'not hex'], ['open', 7], ['nothing', 'x'], \
         ['abort'], Array(9).fill('a'), '\\ud800', new Float64Array(2), new Error('no'), 2n]",
    );
    let odd: Array = odd.call0(&JsValue::NULL).unwrap().unchecked_into();
    odd.push(&deep);
    odd.iter().collect()
}
