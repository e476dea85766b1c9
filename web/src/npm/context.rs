//! An operation in progress, as the user's code asks about it.

use super::proxy::told_headers;
use super::{promise, run, thrown};
use crate::language::{settle_for_either, write_body};
use crate::value::hold;
use futures::future::{AbortHandle, abortable};
use js_sys::{Array, Function, Map, Promise};
use sessionful::ids::OperationId;
use sessionful::{Caller, Context, Header};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen_futures::JsFuture;

/// What an operation knows about the call it serves.
#[wasm_bindgen]
pub struct CoreContext(pub(super) Context);

/// A map of the user's that lives as long as its owner.
struct State(Map);

#[wasm_bindgen]
impl CoreContext {
    /// The operation's name.
    #[wasm_bindgen(getter)]
    pub fn operation(&self) -> String {
        self.0.operation().into()
    }

    /// The name of the session, if there is one.
    #[wasm_bindgen(getter)]
    pub fn session(&self) -> Option<String> {
        self.0.session().map(|session| session.to_string())
    }

    /// The headers that came with the message, as names and values by turns.
    #[wasm_bindgen(getter)]
    pub fn headers(&self) -> Array {
        told_headers(self.0.headers())
    }

    /// Sends a header along with the reply.
    #[wasm_bindgen(js_name = addReplyHeader)]
    pub fn add_reply_header(&self, name: &str, value: &str) {
        let (name, value) = (name.into(), value.into());
        self.0.add_reply_header(Header { name, value, must_understand: false });
    }

    /// Whether the caller can be called back.
    #[wasm_bindgen(getter, js_name = callsBack)]
    pub fn calls_back(&self) -> bool {
        self.0.callback().is_some()
    }

    /// Calls the caller.
    pub fn call(&self, operation: u16, arguments: JsValue) -> Promise {
        let (callback, arguments) = (self.0.callback(), settle_for_either(&arguments));
        promise(async move {
            let Some(callback) = callback else { return Err("the caller has no callbacks".into()) };
            let answer = callback.call(OperationId(operation), hold(arguments)).await;
            answer.map(|body| write_body(&body)).map_err(|error| thrown(&error))
        })
    }

    /// Awaits something outside, and then its turn.
    #[wasm_bindgen(js_name = callOut)]
    pub fn call_out(&self, begin: Function) -> Promise {
        let at = self.0.clone();
        promise(async move {
            at.call_out(async move {
                let begun = begin.call0(&JsValue::UNDEFINED)?;
                JsFuture::from(Promise::resolve(&begun)).await
            })
            .await
        })
    }

    /// Calls a function once the result can reach nobody any more, unless the operation ends before.
    #[wasm_bindgen(js_name = onCancelled)]
    pub fn on_cancelled(&self, then: Function) {
        let at = self.0.clone();
        let (waiting, stop): (_, AbortHandle) = abortable(async move {
            at.cancelled().await;
            let _ = then.call0(&JsValue::UNDEFINED); // it aborts a signal
        });
        self.0.on_completed(move || stop.abort());
        run(async move {
            let _ = waiting.await; // aborted: the operation ended first
        });
    }

    /// Calls a function once the operation has ended and its reply is on its way.
    #[wasm_bindgen(js_name = onCompleted)]
    pub fn on_completed(&self, then: Function) {
        self.0.on_completed(move || {
            let _ = then.call0(&JsValue::UNDEFINED); // over there a throw is told
        });
    }

    /// The user's values: of the operation (0), its instance context (1), its session (2), its host (3).
    pub fn state(&self, of: u8) -> Map {
        let extensions = match of {
            0 => self.0.extensions(),
            1 => self.0.context_extensions(),
            2 => self.0.session_extensions(),
            _ => self.0.host_extensions(),
        };
        extensions.get_or_insert_with(|| State(Map::new())).0.clone()
    }

    /// Gives up the service object.
    #[wasm_bindgen(js_name = releaseInstance)]
    pub fn release_instance(&self) {
        self.0.release_object();
    }

    /// Ends the session in good order.
    #[wasm_bindgen(js_name = closeSession)]
    pub fn close_session(&self) {
        self.0.close_session();
    }

    /// Cuts the session.
    #[wasm_bindgen(js_name = abortSession)]
    pub fn abort_session(&self) {
        self.0.abort_session();
    }
}
