//! What only the driver of a host does: it listens, and answers single requests.

use crate::action::Action;
use crate::codec::Codec;
use crate::drive::clock::Clock;
use crate::drive::crew::Crew;
use crate::drive::engine::{Engine, ROUNDS, Role};
use crate::drive::pipe::{Acceptor, Incoming, PipeError, Responder};
use crate::drive::staff::{Servants, Staff};
use crate::drive::state::Stop;
use crate::drive::timer::sleep;
use crate::drive::watch::Watch;
use crate::host::{Host, HostInput};
use crate::ids::{ChannelId, EndpointId, ExchangeId};
use crate::lifecycle::Phase;
use crate::message::{Content, Fault, FaultCode, Message};
use crate::table::{Names, Series};
use futures::StreamExt;
use smol_str::SmolStr;
use std::future::Future;
use std::task::{Context, Poll};

pub(super) async fn run<K: Clock, A: Acceptor, D: Codec, W: Watch>(
    clock: K,
    acceptor: A,
    codec: D,
    stop: Stop<Host, W>,
    staff: Servants,
) {
    let mut arrivals = Crew::new(&stop.0.owner);
    arrivals.insert(());
    let exchanges = Crew::new(&stop.0.owner);
    // The longest close timeout of the bindings.
    let linger = |host: &Host| host.endpoints().iter().map(|e| e.binding.timeouts.close).max();
    let linger = stop.0.read(linger).unwrap_or_default();
    let role = Listening {
        acceptor,
        arrivals,
        is_accepting: true,
        listening: Names::new(),
        codec,
        exchanges,
        places: Series::new(),
        last_exchange: ExchangeId(0),
    };
    Engine::new(stop, clock, sleep, linger, staff).run(role).await;
}

struct Listening<A: Acceptor, D> {
    acceptor: A,
    /// A single child, that rings when something has come in.
    arrivals: Crew<()>,
    is_accepting: bool,
    /// Addresses with the endpoints that share them.
    listening: Names<Vec<EndpointId>>,
    codec: D,
    /// Requests that are not yet answered.
    exchanges: Crew<Open<A::Responder, D>>,
    places: Series<ExchangeId, usize>,
    last_exchange: ExchangeId,
}

struct Open<R, D> {
    endpoint: EndpointId,
    exchange: ExchangeId,
    responder: R,
    codec: D,
}

type Hosting<A, D, K, S, W> = Engine<Host, W, <A as Acceptor>::Pipe, D, K, S, Servants>;

impl<A, D, K, S, W> Role<Hosting<A, D, K, S, W>> for Listening<A, D>
where
    A: Acceptor,
    D: Codec,
    K: Clock,
    S: Future<Output = ()>,
    W: Watch,
{
    fn act(&mut self, engine: &mut Hosting<A, D, K, S, W>, action: Action) {
        match action {
            Action::Respond(exchange, message) => self.respond(exchange, message.as_deref()),
            // Dropping the responder tells whoever waits.
            Action::Cut(exchange) => drop(self.take(exchange)),
            Action::Listen(endpoint) => {
                let found = engine.stop.0.read(|host| {
                    let address = host.endpoints().get(usize::from(endpoint.0))?.address.clone();
                    Some((address, host.kind(endpoint)?.shape))
                });
                let Some((address, shape)) = found else { return };
                let sharing = self.listening.get_or_default(address.clone());
                sharing.push(endpoint);
                if sharing.len() == 1 {
                    self.acceptor.listen(&address, shape);
                    self.arrivals.ring(0); // the answer is waiting there
                }
            }
            Action::Unlisten(endpoint) => self.unlisten(endpoint),
            Action::MakeSingleton(instance) => engine.staff.make_singleton(instance),
            Action::AskIdle(context) => {
                let idle = engine.staff.is_idle(context);
                engine.feed(HostInput::ContextIdle(context, idle));
            }
            // A host neither dials nor requests; the rest was dealt with on the desk.
            _ => {}
        }
    }

    fn released(&mut self, _channel: ChannelId) {}

    fn work(&mut self, engine: &mut Hosting<A, D, K, S, W>) -> bool {
        if self.exchanges.begin_round() {
            while let Some(place) = self.exchanges.next_rung() {
                self.visit_exchange(engine, place);
                engine.carry_out(self);
            }
        }
        if !self.arrivals.begin_round() {
            return false;
        }
        while self.arrivals.next_rung().is_some() {}
        self.accept(engine)
    }

    fn is_rung(&self) -> bool {
        self.exchanges.is_rung() || self.arrivals.is_rung()
    }

    /// The host is closed for good: nobody is left to reset it, and nothing runs.
    fn is_finished(&mut self, engine: &mut Hosting<A, D, K, S, W>) -> bool {
        let closed = |host: &Host| host.phase() == Phase::Closed;
        engine.stop.0.read(closed) && engine.trunk.is_empty() && engine.staff.is_empty()
    }
}

impl<A: Acceptor, D: Codec> Listening<A, D> {
    fn take(&mut self, exchange: ExchangeId) -> Option<Open<A::Responder, D>> {
        self.exchanges.remove(self.places.remove(&exchange)?)
    }

    fn respond(&mut self, exchange: ExchangeId, message: Option<&Message>) {
        let Some(Open { responder, mut codec, .. }) = self.take(exchange) else { return };
        let Some(message) = message else { return responder.respond(None) };
        let frame = codec.encode(message).or_else(|error| {
            let reason = format!("the reply cannot be sent: {}", error.told());
            codec.encode(&fault(FaultCode::InternalService, reason))
        });
        if let Ok(frame) = frame {
            responder.respond(Some(frame));
        }
    }

    fn unlisten(&mut self, endpoint: EndpointId) {
        let Listening { listening, acceptor, .. } = self;
        listening.retain(|address, sharing| {
            sharing.retain(|other| *other != endpoint);
            if sharing.is_empty() {
                acceptor.unlisten(address);
            }
            !sharing.is_empty()
        });
    }

    /// The first of the endpoints that share an address.
    fn endpoint(&self, address: &SmolStr) -> Option<EndpointId> {
        self.listening.get(address)?.first().copied()
    }

    /// Takes what has come in. True: there may be more.
    fn accept<K, S, W>(&mut self, engine: &mut Hosting<A, D, K, S, W>) -> bool
    where
        K: Clock,
        S: Future<Output = ()>,
        W: Watch,
    {
        for _ in 0..ROUNDS {
            let Some((_, waker)) = self.arrivals.get(0).filter(|_| self.is_accepting) else {
                return false;
            };
            match self.acceptor.poll_next_unpin(&mut Context::from_waker(waker)) {
                Poll::Pending => return false,
                Poll::Ready(None) => self.is_accepting = false,
                Poll::Ready(Some(incoming)) => self.incoming(engine, incoming),
            }
            engine.carry_out(self);
        }
        self.arrivals.ring(0);
        true
    }

    fn incoming<K, S, W>(
        &mut self,
        engine: &mut Hosting<A, D, K, S, W>,
        incoming: Incoming<A::Pipe, A::Responder>,
    ) where
        K: Clock,
        S: Future<Output = ()>,
        W: Watch,
    {
        match incoming {
            Incoming::Listening(address, result) => self.listening(engine, &address, result),
            Incoming::Pipe(address, pipe, session) => {
                // Not ours any more: dropping the pipe cuts it.
                let Some(endpoint) = self.endpoint(&address) else { return };
                let channel = engine.stop.0.change(|state| state.machine.new_channel());
                engine.trunk.add(channel, pipe, self.codec.clone());
                engine.feed(HostInput::Connected(endpoint, channel, session));
            }
            Incoming::Exchange(address, frame, responder) => {
                let mut codec = self.codec.clone();
                match codec.decode(frame) {
                    // Nobody here asked: it would be dropped as a reply, and its sender wait for ever.
                    Ok(Message { relates_to: Some(_), .. }) => {
                        let reason = "a request relates to no other message".to_owned();
                        let fault = fault(FaultCode::DeserializationFailed, reason);
                        responder.respond(codec.encode(&fault).ok());
                    }
                    Ok(message) => {
                        let Some(endpoint) = self.endpoint(&address) else { return };
                        let exchange = self.keep(endpoint, responder, codec);
                        engine.feed(HostInput::Request(endpoint, exchange, message.into()));
                    }
                    Err(error) => {
                        let fault = fault(FaultCode::DeserializationFailed, error.to_string());
                        responder.respond(codec.encode(&fault).ok());
                    }
                }
            }
        }
    }

    fn listening<K, S, W>(
        &mut self,
        engine: &mut Hosting<A, D, K, S, W>,
        address: &SmolStr,
        result: Result<(), PipeError>,
    ) where
        K: Clock,
        S: Future<Output = ()>,
        W: Watch,
    {
        let endpoints = self.listening.get(address).cloned().unwrap_or_default();
        let result = result.map_err(|error| SmolStr::from(error.to_string()));
        if result.is_err() {
            self.listening.remove(address);
        }
        for endpoint in endpoints {
            engine.feed(HostInput::Listening(endpoint, result.clone()));
        }
    }

    fn keep(&mut self, endpoint: EndpointId, responder: A::Responder, codec: D) -> ExchangeId {
        self.last_exchange.0 += 1;
        let exchange = self.last_exchange;
        let place = self.exchanges.insert(Open { endpoint, exchange, responder, codec });
        self.places.insert(exchange, place);
        exchange
    }

    fn visit_exchange<K, S, W>(&mut self, engine: &mut Hosting<A, D, K, S, W>, place: usize)
    where
        K: Clock,
        S: Future<Output = ()>,
        W: Watch,
    {
        let Some((open, waker)) = self.exchanges.get(place) else { return };
        if open.responder.poll_gone(&mut Context::from_waker(waker)).is_pending() {
            return;
        }
        let (endpoint, exchange) = (open.endpoint, open.exchange);
        self.exchanges.remove(place);
        self.places.remove(&exchange);
        engine.feed(HostInput::ExchangeLost(endpoint, exchange));
        engine.stop.0.change(|state| {
            let listeners = state.machine.dispatcher().channels().filter(|c| !c.is_pipe());
            let listeners: Vec<ChannelId> = listeners.map(|channel| channel.id).collect();
            for channel in listeners {
                state.desk.cancelled(channel);
            }
        });
    }
}

fn fault(code: FaultCode, reason: String) -> Message {
    let content = Content::Fault(Fault::runtime(code, reason));
    Message { content, ..Message::default() }
}
