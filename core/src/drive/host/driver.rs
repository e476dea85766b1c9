//! The future that works for a host: it carries out the actions of the machine, and tells it what
//! the transport and the user's code tell.

use crate::action::{Action, Question, Wire};
use crate::codec::Codec;
use crate::drive::clock::Clock;
use crate::drive::crew::Crew;
use crate::drive::pipe::{Acceptor, Incoming, PipeError, Responder};
use crate::drive::staff::{Brief, Response, Servants, Staff};
use crate::drive::state::Stop;
use crate::drive::timer::{Timer, sleep};
use crate::drive::trunk::{News, Trunk, unsendable_reply};
use crate::drive::watch::Watch;
use crate::host::{Host, HostInput};
use crate::ids::{ChannelId, ContextId, DispatchId, EndpointId, ExchangeId, SessionId};
use crate::lifecycle::Phase;
use crate::message::{Content, Fault, FaultCode, Message};
use crate::table::{Names, Table};
use crate::time::Timestamp;
use futures::StreamExt;
use smol_str::SmolStr;
use std::collections::VecDeque;
use std::future::{Future, poll_fn};
use std::task::{Context, Poll};
use std::time::Duration;

pub(super) async fn run<K: Clock, A: Acceptor, D: Codec, W: Watch>(
    clock: K,
    acceptor: A,
    codec: D,
    // From the outset: a driver that is dropped before it ever ran is gone all the same.
    stop: Stop<Host, W>,
    staff: Servants,
) {
    let linger = |host: &Host| host.endpoints().iter().map(|e| e.binding.timeouts.close).max();
    let mut driver = Driver {
        linger: stop.0.read(linger).unwrap_or_default(),
        stop,
        timer: Timer::new(clock.clone(), sleep),
        now: clock.now(),
        clock,
        acceptor,
        is_accepting: true,
        listening: Names::new(),
        codec,
        trunk: Trunk::new(),
        exchanges: Crew::new(),
        places: Table::new(),
        last_exchange: ExchangeId(0),
        staff,
        todo: VecDeque::new(),
    };
    poll_fn(|cx| driver.poll(cx)).await;
}

struct Driver<K, A: Acceptor, D, W: Watch, S> {
    /// First, so that callers hear of the end before anything else is torn down.
    stop: Stop<Host, W>,
    clock: K,
    /// When the round began: one look at the clock serves all of it.
    now: Timestamp,
    acceptor: A,
    is_accepting: bool,
    /// Addresses with the endpoints that share them.
    listening: Names<Vec<EndpointId>>,
    codec: D,
    trunk: Trunk<A::Pipe, D>,
    /// Requests that are not yet answered.
    exchanges: Crew<Open<A::Responder, D>>,
    places: Table<ExchangeId, usize>,
    last_exchange: ExchangeId,
    timer: Timer<K, S>,
    /// How long a peer may take to receive the rest of a session: the longest close timeout of the
    /// bindings.
    linger: Duration,
    staff: Servants,
    todo: VecDeque<Action>,
}

struct Open<R, D> {
    endpoint: EndpointId,
    exchange: ExchangeId,
    responder: R,
    codec: D,
}

/// How often a driver goes round, and how much it accepts, before others have their turn.
const ROUNDS: u32 = 16;

impl<K, A, D, W, S> Driver<K, A, D, W, S>
where
    K: Clock,
    A: Acceptor,
    D: Codec,
    W: Watch,
    S: Future<Output = ()>,
{
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        self.trunk.register(cx.waker());
        self.exchanges.register(cx.waker());
        self.staff.register(cx.waker());
        self.timer.register(cx.waker());
        for _ in 0..ROUNDS {
            self.round();
            let accepted = self.accept(cx);
            let (rests, deadline) = self.stop.0.rest(cx.waker(), &mut self.todo);
            if !rests || accepted {
                continue;
            }
            if self.timer.poll(deadline.into_iter().chain(self.trunk.deadline()).min()) {
                self.now = self.clock.now();
                self.trunk.cut(self.now);
                self.feed(HostInput::Wake);
            } else if self.is_finished() {
                return Poll::Ready(());
            } else if !self.is_rung() {
                return Poll::Pending;
            }
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }

    fn is_rung(&self) -> bool {
        self.trunk.is_rung() || self.exchanges.is_rung() || self.staff.is_rung()
    }

    /// Everything that can be done now.
    fn round(&mut self) {
        self.now = self.clock.now();
        self.carry_out();
        if self.exchanges.begin_round() {
            while let Some(place) = self.exchanges.next() {
                self.visit_exchange(place);
                self.carry_out();
            }
        }
        if self.trunk.begin_round() {
            while let Some(news) = self.trunk.next() {
                self.hear(news);
                self.carry_out();
            }
        }
        if self.staff.begin_round() {
            while let Some(response) = self.staff.next() {
                self.answer(response);
                self.carry_out();
            }
        }
        if self.trunk.is_holding() {
            let Driver { trunk, stop, .. } = self;
            stop.0.read(|host| trunk.unhold(|channel| host.is_receptive(channel)));
        }
    }

    fn feed(&mut self, input: HostInput) {
        let now = self.now;
        self.stop.0.feed(now, input, &mut self.todo, |_| ());
    }

    fn answer(&mut self, response: Response) {
        match response {
            Response::Answer(dispatch, answer) => self.feed(HostInput::Answer(dispatch, answer)),
            Response::SingletonMade(instance, made) => {
                self.feed(HostInput::SingletonMade(instance, made));
                self.stop.0.change(|state| state.desk.singleton_made());
            }
        }
    }

    fn hear(&mut self, news: News) {
        let wire = match news {
            News::Wire(wire) => wire,
            News::Congested(channel, full) => {
                return self.stop.0.change(|state| state.desk.set_congested(channel, full));
            }
        };
        let (arrived, lost) = match &wire {
            Wire::Arrived(channel, _) => (Some(*channel), None),
            Wire::Lost(channel, _) => (None, Some(*channel)),
            _ => (None, None),
        };
        let now = self.now;
        let receptive = self.stop.0.feed(now, HostInput::Wire(wire), &mut self.todo, |state| {
            if let Some(lost) = lost {
                state.desk.cancelled(lost);
            }
            arrived.is_none_or(|channel| state.machine.is_receptive(channel))
        });
        if let (Some(channel), false) = (arrived, receptive) {
            self.trunk.hold(channel);
        }
    }

    fn carry_out(&mut self) {
        while let Some(action) = self.todo.pop_front() {
            match action {
                Action::Send(channel, message) => self.send(channel, &message),
                Action::EndOutput(channel) => self.trunk.end_output(channel),
                Action::Release { channel, abort } => {
                    let until = self.now + self.linger;
                    self.trunk.release(channel, (!abort).then_some(until));
                    self.staff.forget_channel(channel);
                }
                Action::Respond(exchange, message) => self.respond(exchange, message.as_deref()),
                Action::Listen(endpoint) => self.listen(endpoint),
                Action::Unlisten(endpoint) => self.unlisten(endpoint),
                Action::Ask(dispatch, question) => self.ask(dispatch, question),
                Action::MakeSingleton(instance) => self.staff.make_singleton(instance),
                Action::AskIdle(context) => self.ask_idle(context),
                Action::ReleaseObject { instance, dispose } => {
                    self.staff.release_object(instance, dispose);
                }
                Action::ForgetContext(context) => self.staff.forget_context(context),
                Action::ForgetDispatch(dispatch) => self.staff.forget_dispatch(dispatch),
                // A host neither dials nor requests; the rest was dealt with on the desk.
                _ => {}
            }
        }
    }

    fn send(&mut self, channel: ChannelId, message: &Message) {
        let Err(error) = self.trunk.send(channel, message) else { return };
        let instead = unsendable_reply(message, &error);
        if instead.is_none_or(|fault| self.trunk.send(channel, &fault).is_err()) {
            // Its receiver would wait for ever.
            let reason = error.to_string().into();
            self.trunk.release(channel, None);
            let lost = Wire::Lost(channel, crate::action::Loss::Garbled(reason));
            self.feed(HostInput::Wire(lost));
        }
    }

    fn respond(&mut self, exchange: ExchangeId, message: Option<&Message>) {
        let Some(place) = self.places.remove(&exchange) else { return };
        let Some(Open { responder, mut codec, .. }) = self.exchanges.remove(place) else { return };
        let Some(message) = message else { return responder.respond(None) };
        let frame = codec.encode(message).or_else(|error| {
            let reason = format!("the reply cannot be sent: {error}");
            codec.encode(&fault(FaultCode::InternalService, reason))
        });
        if let Ok(frame) = frame {
            responder.respond(Some(frame));
        }
    }

    fn listen(&mut self, endpoint: EndpointId) {
        let found = self.stop.0.read(|host| {
            let address = host.endpoints().get(usize::from(endpoint.0))?.address.clone();
            Some((address, host.kind(endpoint)?.shape))
        });
        let Some((address, shape)) = found else { return };
        let sharing = self.listening.get_or_default(address.clone());
        sharing.push(endpoint);
        if sharing.len() == 1 {
            self.acceptor.listen(&address, shape);
        }
    }

    fn unlisten(&mut self, endpoint: EndpointId) {
        let Driver { listening, acceptor, .. } = self;
        listening.retain(|address, sharing| {
            sharing.retain(|other| *other != endpoint);
            if sharing.is_empty() {
                acceptor.unlisten(address);
            }
            !sharing.is_empty()
        });
    }

    fn ask(&mut self, dispatch: DispatchId, question: Question) {
        let known = self.staff.knows(dispatch);
        let read = |host: &Host| Brief::new(host.dispatcher(), dispatch, &question, known);
        let brief = self.stop.0.read(read);
        self.staff.ask(brief, question);
    }

    fn ask_idle(&mut self, context: ContextId) {
        let idle = self.staff.is_idle(context);
        self.feed(HostInput::ContextIdle(context, idle));
    }

    /// Takes what has come in. True: there may be more.
    fn accept(&mut self, cx: &mut Context<'_>) -> bool {
        for _ in 0..ROUNDS {
            if !self.is_accepting {
                return false;
            }
            match self.acceptor.poll_next_unpin(cx) {
                Poll::Pending => return false,
                Poll::Ready(None) => self.is_accepting = false,
                Poll::Ready(Some(incoming)) => self.incoming(incoming),
            }
            self.carry_out();
        }
        true
    }

    fn incoming(&mut self, incoming: Incoming<A::Pipe, A::Responder>) {
        match incoming {
            Incoming::Listening(address, result) => self.listening(&address, result),
            Incoming::Pipe(address, pipe, session) => self.connected(&address, pipe, session),
            Incoming::Exchange(address, frame, responder) => {
                let mut codec = self.codec.clone();
                match codec.decode(frame) {
                    Ok(message) => self.requested(&address, message, responder, codec),
                    Err(error) => {
                        let fault = fault(FaultCode::DeserializationFailed, error.to_string());
                        responder.respond(codec.encode(&fault).ok());
                    }
                }
            }
        }
    }

    fn listening(&mut self, address: &SmolStr, result: Result<(), PipeError>) {
        let endpoints = self.listening.get(address).cloned().unwrap_or_default();
        let result = result.map_err(|error| SmolStr::from(error.to_string()));
        if result.is_err() {
            self.listening.remove(address);
        }
        for endpoint in endpoints {
            self.feed(HostInput::Listening(endpoint, result.clone()));
        }
    }

    fn connected(&mut self, address: &SmolStr, pipe: A::Pipe, session: SessionId) {
        // Not ours any more: dropping the pipe cuts it.
        let Some(&endpoint) = self.listening.get(address).and_then(|sharing| sharing.first())
        else {
            return;
        };
        let channel = self.stop.0.change(|state| state.machine.new_channel());
        self.trunk.add(channel, pipe, self.codec.clone());
        self.feed(HostInput::Connected(endpoint, channel, session));
    }

    fn requested(
        &mut self,
        address: &SmolStr,
        message: Message,
        responder: A::Responder,
        codec: D,
    ) {
        let sharing = self.listening.get(address);
        let Some(&endpoint) = sharing.and_then(|sharing| sharing.first()) else { return };
        self.last_exchange.0 += 1;
        let exchange = self.last_exchange;
        let place = self.exchanges.insert(Open { endpoint, exchange, responder, codec });
        self.places.insert(exchange, place);
        self.feed(HostInput::Request(endpoint, exchange, message.into()));
    }

    fn visit_exchange(&mut self, place: usize) {
        let Some((open, waker)) = self.exchanges.get(place) else { return };
        if open.responder.poll_gone(&mut Context::from_waker(waker)).is_pending() {
            return;
        }
        let (endpoint, exchange) = (open.endpoint, open.exchange);
        self.exchanges.remove(place);
        self.places.remove(&exchange);
        let now = self.now;
        let lost = HostInput::ExchangeLost(endpoint, exchange);
        self.stop.0.feed(now, lost, &mut self.todo, |state| {
            let listeners = state.machine.dispatcher().channels().filter(|c| !c.is_pipe());
            let listeners: Vec<ChannelId> = listeners.map(|channel| channel.id).collect();
            for channel in listeners {
                state.desk.cancelled(channel);
            }
        });
    }

    /// The host is closed for good: nobody is left to reset it, and nothing runs.
    fn is_finished(&self) -> bool {
        let closed = |host: &Host| host.phase() == Phase::Closed;
        self.stop.0.is_orphaned()
            && self.stop.0.read(closed)
            && self.trunk.is_empty()
            && self.staff.is_empty()
    }
}

fn fault(code: FaultCode, reason: String) -> Message {
    let content = Content::Fault(Fault::runtime(code, reason));
    Message { content, ..Message::default() }
}
