//! The network, for Rust applications in a browser: sessions over WebSocket, single requests over
//! `fetch`, written by the runtime's own codecs.

use crate::exchange::{MOST_AT_ONCE, Post, PostExchange, failed};
use crate::language::SUBPROTOCOL;
use crate::pipe::{Carry, KeepAlive, Socket, SocketPipe};
use crate::port::Cable;
use js_sys::Function;
use sessionful::Frame;
use sessionful::codec::Limits;
use sessionful::drive::{Connector, Exchange, PipeError};
use sessionful::ids::SessionId;
use smol_str::{SmolStr, format_smolstr};
use std::cell::RefCell;
use std::fmt;
use std::rc::{Rc, Weak};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};

#[wasm_bindgen]
extern "C" {
    type WebSocket;

    #[wasm_bindgen(catch, constructor)]
    fn new(url: &str, protocol: &str) -> Result<WebSocket, JsValue>;
}

#[wasm_bindgen(module = "/src/network.js")]
extern "C" {
    /// See `courier.js`.
    #[wasm_bindgen(thread_local_v2, js_name = exchange)]
    static EXCHANGE: Function;
}

/// Connects over the network. Clones share what is connected.
#[derive(Clone)]
pub struct NetworkConnector {
    base: SmolStr,
    limits: Limits,
    post: Rc<Post>,
    cables: Rc<RefCell<Cables>>,
    group: u32,
    alive: Option<KeepAlive>,
}

impl fmt::Debug for NetworkConnector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NetworkConnector").field("base", &self.base).finish_non_exhaustive()
    }
}

/// Sessions with their groups, oldest first.
type Cables = Vec<(u32, Weak<dyn Cable>)>;

impl NetworkConnector {
    /// To a host at an address without a path: `http://127.0.0.1:8080`.
    pub fn new(base: &str, limits: Limits) -> NetworkConnector {
        let base = base.trim_end_matches('/').into();
        let post = EXCHANGE.with(|exchange| Post::new(exchange, MOST_AT_ONCE, 0));
        let alive = Some(KeepAlive::default());
        NetworkConnector { base, limits, post, cables: Rc::default(), group: 0, alive }
    }

    /// The same; the sessions of the result ask silent hosts for signs of life as told, or never.
    /// By [`KeepAlive::default`] unless set.
    #[must_use]
    pub fn keep_alive(&self, every: Option<KeepAlive>) -> NetworkConnector {
        NetworkConnector { alive: every, ..self.clone() }
    }

    /// The same; what is connected through the result belongs to a group, 0 unless given.
    #[must_use]
    pub fn group(&self, group: u32) -> NetworkConnector {
        NetworkConnector { group, ..self.clone() }
    }

    /// Breaks the newest session of this group, as if its wire had been cut; whether there was one.
    pub fn break_one(&self, reason: &str) -> bool {
        let cables = self.cables.borrow().clone();
        let ours = cables.iter().rev().filter(|(group, _)| *group == self.group);
        match ours.filter_map(|(_, cable)| cable.upgrade()).next() {
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

    fn url(&self, address: &str) -> SmolStr {
        format_smolstr!("{}{address}", self.base)
    }
}

impl Connector for NetworkConnector {
    type Pipe = SocketPipe;
    type Exchange = NetworkExchange;

    async fn dial(&self, address: &str) -> Result<(SocketPipe, SessionId), PipeError> {
        // `http` becomes `ws`, and `https` `wss`.
        let url = self.url(address).replacen("http", "ws", 1);
        let socket = WebSocket::new(&url, SUBPROTOCOL).map_err(|why| failed(&why))?;
        let pipe = SocketPipe::new(socket.unchecked_into::<Socket>(), self.limits);
        self.watch(pipe.cable());
        let (pipe, session) = pipe.answered().await?;
        if let Some(every) = self.alive {
            pipe.keep_alive(every);
        }
        Ok((pipe, session))
    }

    fn exchange(&self, address: &str) -> NetworkExchange {
        let (post, carry) = (Rc::clone(&self.post), Carry::Copied(self.limits));
        NetworkExchange(PostExchange { post, carry, address: self.url(address) })
    }
}

/// Sends requests to one address, one at a time.
pub struct NetworkExchange(PostExchange);

impl Exchange for NetworkExchange {
    async fn send(&self, request: Frame) -> Result<Option<Frame>, PipeError> {
        self.0.send(request).await
    }
}
