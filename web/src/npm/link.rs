//! The connecting side: ports, sockets and fetch, or a host in the same program, behind one type.

#[cfg(feature = "npm")]
use super::host::CoreHost;
use super::options::span;
use crate::control::{News, PortConnector};
use crate::exchange::{PortExchange, Post, PostExchange, failed};
use crate::language::{Language, Spelling};
use crate::pipe::{Carry, KeepAlive, PortPipe, Socket, SocketPipe, leave_later};
use futures::{Sink, Stream};
use js_sys::{Function, Promise};
use sessionful::Frame;
use sessionful::codec::Limits;
use sessionful::drive::{Connector, Exchange, PipeError};
#[cfg(feature = "npm")]
use sessionful::drive::{MemoryConnector, MemoryExchange, MemoryPipe};
use sessionful::ids::SessionId;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::MessagePort;

/// Where a proxy's channels lead.
#[wasm_bindgen]
#[derive(Clone)]
pub struct CoreLink(Way);

#[derive(Clone)]
enum Way {
    Port(PortConnector),
    Web(Web),
    #[cfg(feature = "npm")]
    Memory(MemoryConnector),
}

#[derive(Clone)]
struct Web {
    /// `address => WebSocket`, or a promise of one.
    connect: Function,
    post: Rc<Post>,
    /// Requests and their answers stay values: something else spells them.
    values: bool,
    alive: Option<KeepAlive>,
}

#[wasm_bindgen]
impl CoreLink {
    /// To the hosts of a worker, by the port that the worker has the other end of. `lost` is told
    /// when the worker has panicked or is gone.
    pub fn port(control: MessagePort, lost: Function) -> CoreLink {
        CoreLink(Way::Port(PortConnector::new(control, move |news| {
            let reason = match news {
                News::Panic(message) => message,
                News::Gone => "the worker is gone".into(),
                _ => return,
            };
            let _ = lost.call1(&JsValue::UNDEFINED, &reason.as_str().into());
        })))
    }

    /// Over sockets and fetch, or functions of their shape: see `courier.js` for `exchange`. So many
    /// requests may be on their way at once; the messages of one turn travel together in requests of up to
    /// `piece` UTF-16 units, or each alone if that is 0.
    /// With `values` they are not spelled as text: `exchange` gets, and brings, lists as a port does.
    /// A silence of `idle` milliseconds is looked into, and an answer awaited for `answer`.
    pub fn web(
        connect: Function,
        exchange: &Function,
        most: u32,
        piece: u32,
        values: bool,
        idle: f64,
        answer: f64,
    ) -> CoreLink {
        let post = Post::new(exchange, most as usize, piece as usize);
        let is_span = |millis: f64| millis.is_finite() && millis >= 0.0;
        let alive = (is_span(idle) && is_span(answer))
            .then(|| KeepAlive { idle: span(idle), answer: span(answer) });
        CoreLink(Way::Web(Web { connect, post, values, alive }))
    }

    /// To a host of this very program.
    #[cfg(feature = "npm")]
    pub fn memory(host: &CoreHost) -> CoreLink {
        CoreLink(Way::Memory(host.network.connector()))
    }

    /// What was connected over a port breaks, and nothing more can be: the worker is gone.
    pub fn cut(&self, reason: &str) {
        if let Way::Port(connector) = &self.0 {
            connector.cut(reason);
        }
    }

    /// Sessions over a port break: the page goes, and perhaps comes back.
    #[wasm_bindgen(js_name = hangUp)]
    pub fn hang_up(&self, reason: &str) {
        if let Way::Port(connector) = &self.0 {
            connector.hang_up(reason);
        }
    }
}

impl CoreLink {
    pub(super) fn way(&self, limits: Limits) -> LinkConnector {
        LinkConnector { way: self.0.clone(), limits }
    }

    pub(super) fn language(&self, limits: Limits, sessionful: bool) -> Language {
        match self.0 {
            Way::Port(_) => Language::new(limits, Spelling::Value, sessionful),
            #[cfg(feature = "npm")]
            Way::Memory(_) => Language::new(limits, Spelling::Value, sessionful),
            Way::Web(Web { values: true, .. }) if !sessionful => {
                Language::new(limits, Spelling::Plain, false)
            }
            Way::Web(_) => Language::new(limits, Spelling::Text, false),
        }
    }
}

pub(super) struct LinkConnector {
    way: Way,
    limits: Limits,
}

/// A session over whatever carries it.
pub(super) enum AnyPipe {
    Port(PortPipe),
    Socket(SocketPipe),
    #[cfg(feature = "npm")]
    Memory(MemoryPipe),
}

macro_rules! each {
    ($self:ident, $pipe:ident => $result:expr) => {
        match $self.get_mut() {
            AnyPipe::Port($pipe) => $result,
            AnyPipe::Socket($pipe) => $result,
            #[cfg(feature = "npm")]
            AnyPipe::Memory($pipe) => $result,
        }
    };
}

impl Stream for AnyPipe {
    type Item = Result<Frame, PipeError>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        each!(self, pipe => Pin::new(pipe).poll_next(cx))
    }
}

impl Sink<Frame> for AnyPipe {
    type Error = PipeError;

    fn poll_ready(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), PipeError>> {
        each!(self, pipe => Pin::new(pipe).poll_ready(cx))
    }

    fn start_send(self: Pin<&mut Self>, frame: Frame) -> Result<(), PipeError> {
        each!(self, pipe => Pin::new(pipe).start_send(frame))
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), PipeError>> {
        each!(self, pipe => Pin::new(pipe).poll_flush(cx))
    }

    fn poll_close(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), PipeError>> {
        each!(self, pipe => Pin::new(pipe).poll_close(cx))
    }
}

pub(super) enum AnyExchange {
    Port(PortExchange),
    Post(PostExchange),
    #[cfg(feature = "npm")]
    Memory(MemoryExchange),
}

impl Exchange for AnyExchange {
    async fn send(&self, request: Frame) -> Result<Option<Frame>, PipeError> {
        match self {
            AnyExchange::Port(exchange) => exchange.send(request).await,
            AnyExchange::Post(exchange) => exchange.send(request).await,
            #[cfg(feature = "npm")]
            AnyExchange::Memory(exchange) => exchange.send(request).await,
        }
    }
}

impl Connector for LinkConnector {
    type Pipe = AnyPipe;
    type Exchange = AnyExchange;

    async fn dial(&self, address: &str) -> Result<(AnyPipe, SessionId), PipeError> {
        match &self.way {
            Way::Port(connector) => {
                connector.dial(address).await.map(|(pipe, id)| (AnyPipe::Port(pipe), id))
            }
            #[cfg(feature = "npm")]
            Way::Memory(connector) => {
                connector.dial(address).await.map(|(pipe, id)| (AnyPipe::Memory(pipe), id))
            }
            Way::Web(web) => {
                web.dial(address, self.limits).await.map(|(pipe, id)| (AnyPipe::Socket(pipe), id))
            }
        }
    }

    fn exchange(&self, address: &str) -> AnyExchange {
        match &self.way {
            Way::Port(connector) => AnyExchange::Port(connector.exchange(address)),
            #[cfg(feature = "npm")]
            Way::Memory(connector) => AnyExchange::Memory(connector.exchange(address)),
            Way::Web(Web { post, .. }) => {
                let (post, carry) = (Rc::clone(post), Carry::Held(self.limits));
                AnyExchange::Post(PostExchange { post, carry, address: address.into() })
            }
        }
    }
}

/// The socket of a promise; when nobody waits for it any more, it is left as soon as it is there.
async fn made(promise: Promise) -> Result<JsValue, JsValue> {
    struct Late(Option<Promise>);
    impl Drop for Late {
        fn drop(&mut self) {
            if let Some(promise) = &self.0 {
                leave_later(promise);
            }
        }
    }
    let mut late = Late(Some(promise.clone()));
    let socket = JsFuture::from(promise).await;
    late.0 = None;
    socket
}

impl Web {
    async fn dial(
        &self,
        address: &str,
        limits: Limits,
    ) -> Result<(SocketPipe, SessionId), PipeError> {
        let socket = self.connect.call1(&JsValue::UNDEFINED, &address.into());
        let socket = socket.map_err(|why| failed(&why))?;
        let socket = match socket.dyn_into::<Promise>() {
            Ok(promise) => made(promise).await.map_err(|why| failed(&why))?,
            Err(socket) => socket,
        };
        let pipe = SocketPipe::carrying(socket.unchecked_into::<Socket>(), Carry::Held(limits));
        let (pipe, session) = pipe.answered().await?;
        if let Some(alive) = self.alive {
            pipe.keep_alive(alive);
        }
        Ok((pipe, session))
    }
}
