//! What the npm package's own JavaScript calls. Its types and texts are over there; here are the
//! runtime's handles, one call deep.

#[cfg(feature = "npm")]
mod context;
#[cfg(feature = "npm")]
mod data;
#[cfg(feature = "npm")]
mod feed;
#[cfg(feature = "npm")]
mod host;
#[cfg(feature = "npm")]
mod intake;
mod link;
mod options;
#[cfg(not(feature = "npm"))]
mod plain;
mod proxy;
#[cfg(feature = "npm")]
mod service;
mod thrown;

#[cfg(feature = "npm")]
pub use context::CoreContext;
#[cfg(feature = "npm")]
pub use feed::{CoreFeed, CoreTap};
#[cfg(feature = "npm")]
pub use host::{CoreBoard, CoreHost};
pub use link::CoreLink;
#[cfg(not(feature = "npm"))]
pub use plain::CoreTap;
pub use proxy::CoreProxy;

#[cfg(target_arch = "wasm32")]
#[global_allocator]
static ALLOCATOR: rlsf::SmallGlobalTlsf = rlsf::SmallGlobalTlsf::new();

use crate::value;
use crate::{habitat, panic};
use futures::future::{FutureExt, LocalBoxFuture, ready};
use js_sys::{Function, Promise};
use sessionful::Phase;
use thrown::thrown;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

/// Tells the first panic to a function.
#[wasm_bindgen(js_name = tellPanic)]
pub fn tell_panic(listener: Function) {
    panic::tell_alone(move |message| {
        let _ = listener.call1(&JsValue::UNDEFINED, &message.into());
    });
}

/// Panics, for tests of what is left then.
#[wasm_bindgen(js_name = panic)]
pub fn panic_now() {
    panic!("as it was asked to");
}

/// How many JavaScript values the runtime holds: none when nothing is in progress.
#[wasm_bindgen(js_name = heldValues)]
pub fn held_values() -> u32 {
    u32::try_from(value::count()).unwrap_or(u32::MAX)
}

/// How large the memory is, in bytes: its own name between binary and glue is no fixed one.
#[cfg(target_arch = "wasm32")]
#[wasm_bindgen(js_name = memorySize)]
pub fn memory_size() -> usize {
    core::arch::wasm32::memory_size::<0>() * 65_536
}

/// A promise of what a task ends with.
fn promise(task: impl Future<Output = Result<JsValue, JsValue>> + 'static) -> Promise {
    // Of one type, because each type would bring a copy of all that follows.
    let mut task: LocalBoxFuture<'static, _> = Box::pin(task);
    // It begins at once: what is asked for next finds it begun.
    let begun = match (&mut task).now_or_never() {
        Some(ended) => ready(ended).boxed_local(),
        None => task,
    };
    let mut task = Some(begun);
    Promise::new(&mut |resolve, reject| {
        let Some(task) = task.take() else { return };
        run(async move {
            let (settle, value) = match task.await {
                Ok(value) => (resolve, value),
                Err(error) => (reject, error),
            };
            let _ = settle.call1(&JsValue::UNDEFINED, &value); // neither of them throws
        });
    })
}

/// Runs a future of the library's.
fn run(task: impl Future<Output = ()> + 'static) {
    habitat::spawn(task);
}

/// In the order of the enumeration.
fn phase_number(phase: Phase) -> u8 {
    match phase {
        Phase::Created => 0,
        Phase::Opening => 1,
        Phase::Accepting => 2,
        Phase::Opened => 3,
        Phase::Closing => 4,
        Phase::Closed => 5,
        Phase::Faulted => 6,
    }
}
