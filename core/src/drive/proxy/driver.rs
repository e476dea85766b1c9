//! What only the driver of a proxy does: it dials, and sends single requests.

use crate::action::{Action, Loss, Ticket, Wire};
use crate::codec::{Codec, CodecError, Frame};
use crate::drive::clock::Clock;
use crate::drive::crew::Crew;
use crate::drive::engine::{Engine, Role};
use crate::drive::pipe::{Connector, Exchange, PipeError};
use crate::drive::staff::Staff;
use crate::drive::state::Stop;
use crate::drive::timer::sleep;
use crate::drive::watch::Watch;
use crate::ids::{ChannelId, SessionId};
use crate::lifecycle::Phase;
use crate::message::Message;
use crate::proxy::{Proxy, ProxyInput};
use crate::table::Series;
use smol_str::SmolStr;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

pub(super) struct Parts<K, C, D> {
    pub address: SmolStr,
    pub clock: K,
    pub connector: C,
    pub codec: D,
}

async fn dial<C: Connector>(
    connector: Arc<C>,
    address: SmolStr,
) -> Result<(C::Pipe, SessionId), PipeError> {
    connector.dial(&address).await
}

async fn send<X: Exchange>(exchange: X, frame: Frame) -> (X, Result<Option<Frame>, PipeError>) {
    let result = exchange.send(frame).await;
    (exchange, result)
}

pub(super) async fn run<K: Clock, C: Connector, D: Codec, W: Watch, U: Staff>(
    parts: Parts<K, C, D>,
    stop: Stop<Proxy, W>,
    staff: U,
) {
    let Parts { address, clock, connector, codec } = parts;
    let linger = stop.0.read(|proxy| proxy.binding().timeouts.close);
    let role = Calling {
        address,
        connector: Arc::new(connector),
        codec,
        dial: dial::<C>,
        send: send::<C::Exchange>,
        works: Crew::new(&stop.0.owner),
        places: Series::new(),
        idle: Series::new(),
    };
    Engine::new(stop, clock, sleep, linger, staff).run(role).await;
}

struct Calling<C: Connector, D, F, G> {
    address: SmolStr,
    connector: Arc<C>,
    codec: D,
    /// Futures of the transport have no names; these make them, so that the driver is `Send` if
    /// they are.
    dial: fn(Arc<C>, SmolStr) -> G,
    send: fn(C::Exchange, Frame) -> F,
    /// Connections being made, and exchanges under way.
    works: Crew<Work<F, G, D>>,
    places: Series<ChannelId, usize>,
    /// Pooled channels between two calls.
    idle: Series<ChannelId, (C::Exchange, D)>,
}

struct Work<F, G, D> {
    channel: ChannelId,
    task: Task<F, G>,
    codec: D,
}

enum Task<F, G> {
    Dial(Pin<Box<G>>),
    Exchange(Pin<Box<F>>),
}

type Proxying<C, D, K, S, W, U> = Engine<Proxy, W, <C as Connector>::Pipe, D, K, S, U>;

impl<C, D, F, G, K, S, W, U> Role<Proxying<C, D, K, S, W, U>> for Calling<C, D, F, G>
where
    C: Connector,
    D: Codec,
    F: Future<Output = (C::Exchange, Result<Option<Frame>, PipeError>)>,
    G: Future<Output = Result<(C::Pipe, SessionId), PipeError>>,
    K: Clock,
    S: Future<Output = ()>,
    W: Watch,
    U: Staff,
{
    fn act(&mut self, engine: &mut Proxying<C, D, K, S, W, U>, action: Action) {
        match action {
            Action::Dial(channel) => {
                let dial = (self.dial)(Arc::clone(&self.connector), self.address.clone());
                self.begin(channel, Task::Dial(Box::pin(dial)), self.codec.clone());
            }
            Action::Request { channel, call, message } => {
                let Err((error, idle)) = self.request(channel, &message) else { return };
                self.idle.insert(channel, idle);
                let answer = engine.unwritten(call, &message, &error);
                engine.feed(ProxyInput::Wire(Wire::Response(channel, answer)));
            }
            // A proxy neither listens nor has singletons; the rest was dealt with on the desk.
            _ => {}
        }
    }

    fn released(&mut self, channel: ChannelId) {
        self.idle.remove(&channel);
        if let Some(place) = self.places.remove(&channel) {
            self.works.remove(place); // dropping it aborts it
        }
    }

    fn work(&mut self, engine: &mut Proxying<C, D, K, S, W, U>) -> bool {
        if self.works.begin_round() {
            while let Some(place) = self.works.next_rung() {
                if let Some((wire, pipe)) = self.visit(place) {
                    if let Some((channel, pipe)) = pipe {
                        engine.trunk.add(channel, pipe, self.codec.clone());
                    }
                    engine.feed(ProxyInput::Wire(wire));
                    engine.carry_out(self);
                }
            }
        }
        false
    }

    fn is_rung(&self) -> bool {
        self.works.is_rung()
    }

    /// Nobody is left who could want anything: the proxy is closed, then the driver ends.
    fn is_finished(&mut self, engine: &mut Proxying<C, D, K, S, W, U>) -> bool {
        if !engine.staff.is_empty() {
            return false;
        }
        let ticket = Ticket(0); // nobody waits
        match engine.stop.0.read(Proxy::phase) {
            Phase::Opened | Phase::Faulted => engine.feed(ProxyInput::Close(ticket)),
            Phase::Opening | Phase::Accepting => engine.feed(ProxyInput::Abort(ticket)),
            Phase::Created | Phase::Closed | Phase::Closing => {}
        }
        // It may be over at once: then nothing would wake the driver any more.
        let phase = engine.stop.0.read(Proxy::phase);
        matches!(phase, Phase::Created | Phase::Closed) && engine.trunk.is_empty()
    }
}

/// What came of connecting or of an exchange; a new connection comes along.
type Outcome<P> = (Wire, Option<(ChannelId, P)>);

impl<C, D, F, G> Calling<C, D, F, G>
where
    C: Connector,
    D: Codec,
    F: Future<Output = (C::Exchange, Result<Option<Frame>, PipeError>)>,
    G: Future<Output = Result<(C::Pipe, SessionId), PipeError>>,
{
    fn begin(&mut self, channel: ChannelId, task: Task<F, G>, codec: D) {
        let place = self.works.insert(Work { channel, task, codec });
        self.places.insert(channel, place);
    }

    /// An error gives the pooled channel back: nothing was sent.
    fn request(
        &mut self,
        channel: ChannelId,
        message: &Message,
    ) -> Result<(), (CodecError, (C::Exchange, D))> {
        let (exchange, mut codec) = match self.idle.remove(&channel) {
            Some(idle) => idle,
            None => (self.connector.exchange(&self.address), self.codec.clone()),
        };
        match codec.encode(message) {
            Ok(frame) => {
                let task = Task::Exchange(Box::pin((self.send)(exchange, frame)));
                self.begin(channel, task, codec);
                Ok(())
            }
            Err(error) => Err((error, (exchange, codec))),
        }
    }

    fn visit(&mut self, place: usize) -> Option<Outcome<C::Pipe>> {
        let (work, waker) = self.works.get(place)?;
        let (cx, channel) = (&mut Context::from_waker(waker), work.channel);
        match &mut work.task {
            Task::Dial(dial) => {
                let Poll::Ready(result) = dial.as_mut().poll(cx) else { return None };
                self.finish(place, channel);
                Some(match result {
                    Ok((pipe, session)) => (Wire::Opened(channel, session), Some((channel, pipe))),
                    Err(error) => (Wire::Lost(channel, error.into()), None),
                })
            }
            Task::Exchange(exchange) => {
                let Poll::Ready((exchange, result)) = exchange.as_mut().poll(cx) else {
                    return None;
                };
                let codec = self.finish(place, channel)?;
                Some((self.exchanged(channel, exchange, codec, result), None))
            }
        }
    }

    fn finish(&mut self, place: usize, channel: ChannelId) -> Option<D> {
        self.places.remove(&channel);
        self.works.remove(place).map(|work| work.codec)
    }

    fn exchanged(
        &mut self,
        channel: ChannelId,
        exchange: C::Exchange,
        mut codec: D,
        result: Result<Option<Frame>, PipeError>,
    ) -> Wire {
        let answer = match result {
            Ok(None) => Ok(None),
            Ok(Some(frame)) => codec
                .decode(frame)
                .map(|message| Some(message.into()))
                .map_err(|error| Loss::Garbled(error.to_string().into())),
            Err(error) => Err(error.into()),
        };
        match answer {
            Ok(answer) => {
                self.idle.insert(channel, (exchange, codec));
                Wire::Response(channel, answer)
            }
            Err(loss) => Wire::Lost(channel, loss),
        }
    }
}
