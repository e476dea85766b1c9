//! The future that works for a proxy: it carries out the actions of the machine, and tells it what
//! the transport and the user's code tell.

use crate::action::{Action, Loss, Question, Wire};
use crate::codec::{Codec, CodecError, Frame};
use crate::drive::clock::Clock;
use crate::drive::crew::Crew;
use crate::drive::pipe::{Connector, Exchange, PipeError};
use crate::drive::staff::{Brief, Response, Staff};
use crate::drive::state::{Ended, Shared, Stop};
use crate::drive::timer::{Timer, sleep};
use crate::drive::trunk::{News, Trunk, unsendable_reply};
use crate::drive::watch::Watch;
use crate::error::ProxyError;
use crate::ids::{ChannelId, DispatchId, MessageId, SessionId};
use crate::lifecycle::Phase;
use crate::message::{Content, Fault, FaultCode, Message};
use crate::proxy::{Proxy, ProxyInput};
use crate::table::Table;
use crate::time::Timestamp;
use smol_str::SmolStr;
use std::collections::VecDeque;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

pub(super) struct Parts<K, C, D> {
    pub address: SmolStr,
    pub clock: K,
    pub connector: C,
    pub codec: D,
}

/// Futures of the transport have no names; these make them, so that the driver is `Send` if they
/// are.
struct Makers<C: Connector, F, G> {
    dial: fn(Arc<C>, SmolStr) -> G,
    send: fn(C::Exchange, Frame) -> F,
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
    // From the outset: a driver that is dropped before it ever ran is gone all the same.
    stop: Stop<Proxy, W>,
    staff: U,
) {
    let Parts { address, clock, connector, codec } = parts;
    let mut driver = Driver {
        linger: stop.0.read(|proxy| proxy.binding().timeouts.close),
        stop,
        address,
        timer: Timer::new(clock.clone(), sleep),
        now: clock.now(),
        clock,
        connector: Arc::new(connector),
        codec,
        makers: Makers { dial: dial::<C>, send: send::<C::Exchange> },
        trunk: Trunk::new(),
        works: Crew::new(),
        places: Table::new(),
        idle: Table::new(),
        staff,
        todo: VecDeque::new(),
    };
    poll_fn(|cx| driver.poll(cx)).await;
}

struct Driver<K, C: Connector, D, W: Watch, U, F, G, S> {
    /// First, so that callers hear of the end before anything else is torn down.
    stop: Stop<Proxy, W>,
    address: SmolStr,
    clock: K,
    /// When the round began: one look at the clock serves all of it.
    now: Timestamp,
    connector: Arc<C>,
    codec: D,
    makers: Makers<C, F, G>,
    trunk: Trunk<C::Pipe, D>,
    /// Connections being made, and exchanges under way.
    works: Crew<Work<F, G, D>>,
    places: Table<ChannelId, usize>,
    /// Pooled channels between two calls.
    idle: Table<ChannelId, (C::Exchange, D)>,
    timer: Timer<K, S>,
    /// How long a peer may take to receive the rest of a session: the binding's close timeout.
    linger: Duration,
    staff: U,
    todo: VecDeque<Action>,
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

/// How often a driver goes round before others have their turn.
const ROUNDS: u32 = 16;

impl<K, C, D, W, U, F, G, S> Driver<K, C, D, W, U, F, G, S>
where
    K: Clock,
    C: Connector,
    D: Codec,
    W: Watch,
    U: Staff,
    F: Future<Output = (C::Exchange, Result<Option<Frame>, PipeError>)>,
    G: Future<Output = Result<(C::Pipe, SessionId), PipeError>>,
    S: Future<Output = ()>,
{
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        self.trunk.register(cx.waker());
        self.works.register(cx.waker());
        self.staff.register(cx.waker());
        self.timer.register(cx.waker());
        for _ in 0..ROUNDS {
            self.round();
            let (rests, deadline) = self.stop.0.rest(cx.waker(), &mut self.todo);
            if !rests {
                continue;
            }
            if self.timer.poll(deadline.into_iter().chain(self.trunk.deadline()).min()) {
                self.now = self.clock.now();
                self.trunk.cut(self.now);
                self.feed(ProxyInput::Wake);
            } else if self.is_finished() {
                return Poll::Ready(());
            } else if self.todo.is_empty() && !self.is_rung() {
                return Poll::Pending;
            }
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }

    fn shared(&self) -> &Shared<Proxy, W> {
        &self.stop.0
    }

    fn is_rung(&self) -> bool {
        self.trunk.is_rung() || self.works.is_rung() || self.staff.is_rung()
    }

    /// Everything that can be done now.
    fn round(&mut self) {
        self.now = self.clock.now();
        self.carry_out();
        if self.works.begin_round() {
            while let Some(place) = self.works.next() {
                self.visit_work(place);
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
                if let Response::Answer(dispatch, answer) = response {
                    self.feed(ProxyInput::Answer(dispatch, answer));
                }
                self.carry_out();
            }
        }
        if self.trunk.is_holding() {
            let Driver { trunk, stop, .. } = self;
            stop.0.read(|proxy| trunk.unhold(|channel| proxy.is_receptive(channel)));
        }
    }

    fn feed(&mut self, input: ProxyInput) {
        let now = self.now;
        self.stop.0.feed(now, input, &mut self.todo, |_| ());
    }

    fn hear(&mut self, news: News) {
        let wire = match news {
            News::Wire(wire) => wire,
            News::Congested(channel, full) => {
                return self.shared().change(|state| state.desk.set_congested(channel, full));
            }
        };
        let channel = match &wire {
            Wire::Arrived(channel, _) => Some(*channel),
            _ => None,
        };
        let now = self.now;
        let receptive = self.stop.0.feed(now, ProxyInput::Wire(wire), &mut self.todo, |state| {
            channel.is_none_or(|channel| state.machine.is_receptive(channel))
        });
        if let (Some(channel), false) = (channel, receptive) {
            self.trunk.hold(channel);
        }
    }

    fn carry_out(&mut self) {
        while let Some(action) = self.todo.pop_front() {
            match action {
                Action::Dial(channel) => self.dial(channel),
                Action::Send(channel, message) => self.send(channel, &message),
                Action::EndOutput(channel) => self.trunk.end_output(channel),
                Action::Release { channel, abort } => self.release(channel, abort),
                Action::Request(channel, message) => self.request(channel, &message),
                Action::Ask(dispatch, question) => self.ask(dispatch, question),
                Action::ReleaseObject { instance, dispose } => {
                    self.staff.release_object(instance, dispose);
                }
                Action::ForgetContext(context) => self.staff.forget_context(context),
                Action::ForgetDispatch(dispatch) => self.staff.forget_dispatch(dispatch),
                // A proxy neither listens nor has singletons; the rest was dealt with on the desk.
                _ => {}
            }
        }
    }

    fn dial(&mut self, channel: ChannelId) {
        let dial = (self.makers.dial)(Arc::clone(&self.connector), self.address.clone());
        let (task, codec) = (Task::Dial(Box::pin(dial)), self.codec.clone());
        let place = self.works.insert(Work { channel, task, codec });
        self.places.insert(channel, place);
    }

    fn send(&mut self, channel: ChannelId, message: &Message) {
        let Err(error) = self.trunk.send(channel, message) else { return };
        let instead = unsendable_reply(message, &error);
        if instead.is_none_or(|fault| self.trunk.send(channel, &fault).is_err()) {
            self.unsendable(channel, message, &error, false);
        }
    }

    fn request(&mut self, channel: ChannelId, message: &Message) {
        let (exchange, mut codec) = match self.idle.remove(&channel) {
            Some(idle) => idle,
            None => (self.connector.exchange(&self.address), self.codec.clone()),
        };
        match codec.encode(message) {
            Ok(frame) => {
                let task = Task::Exchange(Box::pin((self.makers.send)(exchange, frame)));
                let place = self.works.insert(Work { channel, task, codec });
                self.places.insert(channel, place);
            }
            Err(error) => {
                self.idle.insert(channel, (exchange, codec));
                self.unsendable(channel, message, &error, true);
            }
        }
    }

    /// A call that cannot be written fails alone; the machine gets an answer in place of the peer's.
    /// A one-way call has ended for its caller already, so its channel breaks instead.
    fn unsendable(
        &mut self,
        channel: ChannelId,
        message: &Message,
        error: &CodecError,
        pooled: bool,
    ) {
        let reason: SmolStr = error.to_string().into();
        let Some(MessageId::Number(call)) = &message.id else {
            let lost = Wire::Lost(channel, Loss::Garbled(reason));
            self.release(channel, true);
            return self.feed(ProxyInput::Wire(lost));
        };
        let ended = Ended::Call(Err(ProxyError::Encoding { reason: reason.clone() }));
        self.shared().change(|state| state.desk.end(*call, ended));
        let fault = Fault::runtime(FaultCode::DeserializationFailed, reason);
        let content = Content::Fault(fault);
        let answer = Message { relates_to: message.id.clone(), content, ..Message::default() }.into();
        self.feed(ProxyInput::Wire(match pooled {
            true => Wire::Response(channel, Some(answer)),
            false => Wire::Arrived(channel, answer),
        }));
    }

    fn release(&mut self, channel: ChannelId, abort: bool) {
        let until = self.now + self.linger;
        self.trunk.release(channel, (!abort).then_some(until));
        self.idle.remove(&channel);
        if let Some(place) = self.places.remove(&channel) {
            self.works.remove(place); // dropping it aborts it
        }
        self.staff.forget_channel(channel);
    }

    fn ask(&mut self, dispatch: DispatchId, question: Question) {
        let known = self.staff.knows(dispatch);
        let brief = self
            .stop
            .0
            .read(|proxy| proxy.dispatcher().map(|d| Brief::new(d, dispatch, &question, known)));
        if let Some(brief) = brief {
            self.staff.ask(brief, question);
        }
    }

    fn visit_work(&mut self, place: usize) {
        let Some((work, waker)) = self.works.get(place) else { return };
        let cx = &mut Context::from_waker(waker);
        let channel = work.channel;
        match &mut work.task {
            Task::Dial(dial) => {
                let Poll::Ready(result) = dial.as_mut().poll(cx) else { return };
                self.finish(place, channel);
                self.dialled(channel, result);
            }
            Task::Exchange(exchange) => {
                let Poll::Ready((exchange, result)) = exchange.as_mut().poll(cx) else { return };
                if let Some(codec) = self.finish(place, channel) {
                    self.exchanged(channel, exchange, codec, result);
                }
            }
        }
    }

    fn finish(&mut self, place: usize, channel: ChannelId) -> Option<D> {
        self.places.remove(&channel);
        self.works.remove(place).map(|work| work.codec)
    }

    fn dialled(&mut self, channel: ChannelId, result: Result<(C::Pipe, SessionId), PipeError>) {
        let wire = match result {
            Ok((pipe, session)) => {
                self.trunk.add(channel, pipe, self.codec.clone());
                Wire::Opened(channel, session)
            }
            Err(error) => Wire::Lost(channel, error.into()),
        };
        self.feed(ProxyInput::Wire(wire));
    }

    fn exchanged(
        &mut self,
        channel: ChannelId,
        exchange: C::Exchange,
        mut codec: D,
        result: Result<Option<Frame>, PipeError>,
    ) {
        let answer = match result {
            Ok(None) => Ok(None),
            Ok(Some(frame)) => codec
                .decode(frame)
                .map(|message| Some(message.into()))
                .map_err(|error| Loss::Garbled(error.to_string().into())),
            Err(error) => Err(error.into()),
        };
        let wire = match answer {
            Ok(answer) => {
                self.idle.insert(channel, (exchange, codec));
                Wire::Response(channel, answer)
            }
            Err(loss) => Wire::Lost(channel, loss),
        };
        self.feed(ProxyInput::Wire(wire));
    }

    /// Nobody is left who could want anything: the proxy is closed, then the driver ends.
    fn is_finished(&mut self) -> bool {
        if !self.shared().is_orphaned() || !self.staff.is_empty() {
            return false;
        }
        let ticket = crate::action::Ticket(0); // nobody waits
        match self.shared().read(Proxy::phase) {
            Phase::Created | Phase::Closed => return self.trunk.is_empty(),
            Phase::Opened | Phase::Faulted => self.feed(ProxyInput::Close(ticket)),
            Phase::Opening | Phase::Accepting => self.feed(ProxyInput::Abort(ticket)),
            Phase::Closing => {}
        }
        false
    }
}
