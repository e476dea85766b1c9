//! The network, for Rust applications in a browser: sessions over WebSocket, single requests over
//! `fetch`, written by the runtime's own codecs.

use crate::language::told;
use crate::pipe::{Socket, SocketPipe};
use crate::port::Cable;
use crate::word::{clip, garbled};
use js_sys::{JsString, Object, Promise, Reflect};
use sessionful::Frame;
use sessionful::codec::Limits;
use sessionful::drive::{Connector, Exchange, PipeError};
use sessionful::ids::SessionId;
use smol_str::SmolStr;
use std::cell::RefCell;
use std::rc::{Rc, Weak};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

/// What both ends speak over a WebSocket.
const SUBPROTOCOL: &str = "sessionful.v1";

/// Another origin is asked beforehand about any content type but three; this is one of them.
const CONTENT_TYPE: &str = "text/plain;charset=UTF-8";

#[wasm_bindgen]
extern "C" {
    type WebSocket;

    #[wasm_bindgen(catch, constructor)]
    fn new(url: &str, protocol: &str) -> Result<WebSocket, JsValue>;

    type AbortController;

    #[wasm_bindgen(constructor)]
    fn new() -> AbortController;

    #[wasm_bindgen(method, getter)]
    fn signal(this: &AbortController) -> JsValue;

    #[wasm_bindgen(method)]
    fn abort(this: &AbortController);

    type Answer;

    #[wasm_bindgen(method, getter)]
    fn status(this: &Answer) -> u16;

    #[wasm_bindgen(method, catch)]
    fn text(this: &Answer) -> Result<Promise, JsValue>;

    #[wasm_bindgen(catch)]
    fn fetch(address: &str, init: &Object) -> Result<Promise, JsValue>;
}

/// Connects over the network. Clones share what is connected.
#[derive(Clone, Debug)]
pub struct NetworkConnector {
    base: SmolStr,
    limits: Limits,
    cables: Rc<RefCell<Cables>>,
    group: u32,
}

/// Sessions with their groups, oldest first.
type Cables = Vec<(u32, Weak<dyn Cable>)>;

impl NetworkConnector {
    /// To a host at an address without a path: `http://127.0.0.1:8080`.
    pub fn new(base: &str, limits: Limits) -> NetworkConnector {
        let base = base.trim_end_matches('/').into();
        NetworkConnector { base, limits, cables: Rc::default(), group: 0 }
    }

    /// The same; what is connected through the result belongs to a group, 0 unless given.
    #[must_use]
    pub fn group(&self, group: u32) -> NetworkConnector {
        NetworkConnector { group, ..self.clone() }
    }

    /// Breaks the newest session of this group, as if its wire had been cut; whether there was one.
    pub fn break_one(&self, reason: &str) -> bool {
        let cables = self.cables.borrow().clone();
        let ours = cables.iter().filter(|(group, _)| *group == self.group);
        let newest = ours.filter_map(|(_, cable)| cable.upgrade()).max_by_key(|cable| cable.used());
        match newest {
            Some(cable) => cable.break_off(reason.into()),
            None => return false,
        }
        true
    }

    fn watch(&self, cable: Weak<dyn Cable>) {
        let mut cables = self.cables.borrow_mut();
        cables.retain(|(_, cable)| cable.strong_count() > 0);
        cables.push((self.group, cable));
    }

    fn url(&self, address: &str) -> String {
        format!("{}{address}", self.base)
    }
}

impl Connector for NetworkConnector {
    type Pipe = SocketPipe;
    type Exchange = NetworkExchange;

    async fn dial(&self, address: &str) -> Result<(SocketPipe, SessionId), PipeError> {
        // `http` becomes `ws`, and `https` `wss`.
        let url = self.url(address).replacen("http", "ws", 1);
        let socket = WebSocket::new(&url, SUBPROTOCOL).map_err(|why| broken(&told(&why)))?;
        let pipe = SocketPipe::new(socket.unchecked_into::<Socket>(), self.limits);
        self.watch(pipe.cable());
        pipe.answered().await
    }

    fn exchange(&self, address: &str) -> NetworkExchange {
        NetworkExchange { address: self.url(address), limits: self.limits }
    }
}

/// Sends requests to one address, one at a time.
#[derive(Clone, Debug)]
pub struct NetworkExchange {
    address: String,
    limits: Limits,
}

/// Aborts the request unless it came to its end.
struct Request {
    controller: AbortController,
    done: bool,
}

impl Drop for Request {
    fn drop(&mut self) {
        if !self.done {
            self.controller.abort();
        }
    }
}

impl Exchange for NetworkExchange {
    async fn send(&self, request: Frame) -> Result<Option<Frame>, PipeError> {
        let mut sent = Request { controller: AbortController::new(), done: false };
        let body: JsValue = match request {
            Frame::Text(text) => text.into(),
            Frame::Bytes(bytes) => js_sys::Uint8Array::from(&bytes[..]).into(),
        };
        let headers = Object::new();
        let init = Object::new();
        set(&headers, "content-type", &CONTENT_TYPE.into());
        for (name, value) in [
            ("method", "POST".into()),
            ("redirect", "manual".into()),
            ("headers", headers.into()),
            ("body", body),
            ("signal", sent.controller.signal()),
        ] {
            set(&init, name, &value);
        }
        let asked = fetch(&self.address, &init).map_err(|why| broken(&told(&why)))?;
        let answer = JsFuture::from(asked).await.map_err(|why| broken(&told(&why)))?;
        let answer = answer.unchecked_into::<Answer>();
        let text = answer.text().map_err(|why| broken(&told(&why)))?;
        let text = JsFuture::from(text).await.map_err(|_| broken("the answer broke off"))?;
        sent.done = true;
        read(answer.status(), &text, &self.limits)
    }
}

/// A plain object takes everything.
fn set(object: &Object, name: &str, value: &JsValue) {
    let _ = Reflect::set(object, &name.into(), value);
}

fn broken(reason: &str) -> PipeError {
    PipeError::Broken(clip(reason))
}

fn read(status: u16, text: &JsValue, limits: &Limits) -> Result<Option<Frame>, PipeError> {
    let length = text.dyn_ref::<JsString>().map_or(0, JsString::length) as usize;
    match status {
        200 | 202 | 204 if length == 0 => Ok(None),
        // A fault is an answer as well.
        200 | 500 if length > limits.frame => Err(garbled("an answer too large")),
        200 | 500 if length > 0 => Ok(Some(Frame::Text(text.as_string().unwrap_or_default()))),
        0 | 300..=399 => Err(broken("the address redirects")),
        401 | 403 => Err(PipeError::Denied),
        404 | 410 => Err(PipeError::NotFound),
        429 | 503 => Err(PipeError::Busy),
        _ => Err(broken(&format!("HTTP status {status}"))),
    }
}
