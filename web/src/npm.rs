//! What the npm package's own JavaScript calls. Its types and texts are over there; here are the
//! runtime's handles, one call deep.

mod context;
mod feed;
mod host;
mod intake;
mod link;
mod options;
mod proxy;
mod service;

pub use context::CoreContext;
pub use feed::CoreFeed;
pub use host::CoreHost;
pub use link::CoreLink;
pub use proxy::CoreProxy;

use crate::value;
use crate::{habitat, panic};
use js_sys::Function;
use serde::Serialize;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

/// Both ends watch only when somebody listens.
type Watcher = Option<crate::events::Tap>;

/// An error of the runtime, as data; its class and its text are made over there.
fn thrown(error: &impl Serialize) -> JsValue {
    // Errors are plain data; what cannot be written would be a defect of theirs.
    serde_wasm_bindgen::to_value(error).unwrap_or_default()
}

/// Tells the first panic to a function.
#[wasm_bindgen(js_name = tellPanic)]
pub fn tell_panic(listener: Function) {
    panic::tell(move |message| {
        let _ = listener.call1(&JsValue::UNDEFINED, &message.into());
    });
}

/// How many JavaScript values the runtime holds: none when nothing is in progress.
#[wasm_bindgen(js_name = heldValues)]
pub fn held_values() -> u32 {
    u32::try_from(value::count()).unwrap_or(u32::MAX)
}

/// Runs a future of the library's.
fn run(task: impl Future<Output = ()> + 'static) {
    habitat::spawn(task);
}
