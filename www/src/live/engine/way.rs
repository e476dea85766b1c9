//! The way to the hosts: a port of a worker, or the network.

use futures::{Sink, Stream};
use js_sys::Array;
use sessionful::Frame;
use sessionful::drive::{Connector, Exchange, PipeError};
use sessionful::ids::SessionId;
use sessionful_web::control::PortConnector;
use sessionful_web::exchange::PortExchange;
use sessionful_web::network::{NetworkConnector, NetworkExchange};
use sessionful_web::pipe::{PortPipe, SocketPipe};
use std::pin::Pin;
use std::task::{Context, Poll};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{ErrorEvent, MessageChannel, MessagePort, WorkerOptions, WorkerType};

/// Either way.
#[derive(Clone, Debug)]
pub(super) enum AnyConnector {
    Port(PortConnector),
    Network(NetworkConnector),
}

impl AnyConnector {
    /// What is connected through the result belongs to a group.
    pub(super) fn group(&self, group: u32) -> AnyConnector {
        match self {
            AnyConnector::Port(way) => AnyConnector::Port(way.group(group)),
            AnyConnector::Network(way) => AnyConnector::Network(way.group(group)),
        }
    }

    /// Breaks the connection of this group that was used last; whether there was one.
    pub(super) fn break_one(&self, reason: &str) -> bool {
        match self {
            AnyConnector::Port(way) => way.break_one(reason),
            AnyConnector::Network(way) => way.break_one(reason),
        }
    }

    /// The other end is gone.
    pub(super) fn cut(&self, reason: &str) {
        if let AnyConnector::Port(way) = self {
            way.cut(reason);
        }
    }

    /// Asks for a sign of life.
    pub(super) fn ping(&self, number: u32) {
        if let AnyConnector::Port(way) = self {
            way.ping(number);
        }
    }
}

/// A session either way.
pub(super) enum AnyPipe {
    Port(PortPipe),
    Socket(SocketPipe),
}

macro_rules! each {
    ($self:ident, $pipe:ident => $result:expr) => {
        match $self.get_mut() {
            AnyPipe::Port($pipe) => $result,
            AnyPipe::Socket($pipe) => $result,
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

/// Single requests either way.
pub(super) enum AnyExchange {
    Port(PortExchange),
    Network(NetworkExchange),
}

impl Exchange for AnyExchange {
    async fn send(&self, request: Frame) -> Result<Option<Frame>, PipeError> {
        match self {
            AnyExchange::Port(exchange) => exchange.send(request).await,
            AnyExchange::Network(exchange) => exchange.send(request).await,
        }
    }
}

impl Connector for AnyConnector {
    type Pipe = AnyPipe;
    type Exchange = AnyExchange;

    async fn dial(&self, address: &str) -> Result<(AnyPipe, SessionId), PipeError> {
        match self {
            AnyConnector::Port(way) => {
                way.dial(address).await.map(|(pipe, id)| (AnyPipe::Port(pipe), id))
            }
            AnyConnector::Network(way) => {
                way.dial(address).await.map(|(pipe, id)| (AnyPipe::Socket(pipe), id))
            }
        }
    }

    fn exchange(&self, address: &str) -> AnyExchange {
        match self {
            AnyConnector::Port(way) => AnyExchange::Port(way.exchange(address)),
            AnyConnector::Network(way) => AnyExchange::Network(way.exchange(address)),
        }
    }
}

/// One more instance of this very program, in a thread of its own.
pub(super) struct Worker(web_sys::Worker);

impl Worker {
    /// Starts it; our end of the port that it has the other end of.
    pub(super) fn start() -> Result<(Worker, MessagePort), JsValue> {
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        options.set_name("host");
        let worker = web_sys::Worker::new_with_options("js/worker.js", &options)?;
        let channel = MessageChannel::new()?;
        let moved = Array::of1(&channel.port2());
        worker.post_message_with_transfer(&JsValue::NULL, &moved)?;
        Ok((Worker(worker), channel.port1()))
    }

    /// Is told once it fails.
    pub(super) fn on_failure(&self, told: impl Fn(&str) + 'static) {
        let failed = Closure::<dyn FnMut(ErrorEvent)>::new(move |event: ErrorEvent| {
            // It is told in the page; the console need not repeat it.
            event.prevent_default();
            let message = event.message();
            told(if message.is_empty() { "it could not be loaded" } else { &message });
        });
        self.0.set_onerror(Some(failed.as_ref().unchecked_ref()));
        failed.forget(); // it goes with the worker
    }

    /// Ends it, as if it had crashed.
    pub(super) fn end(&self) {
        self.0.terminate();
    }
}
