//! The service host: endpoints that listen, sessions that are accepted, and their orderly end.

pub mod throttle;

use crate::action::{Action, Answer, Ticket, Wire};
use crate::binding::{Binding, Selected};
use crate::channel::{Channel, Inbound, Role};
use crate::contract::Contract;
use crate::dispatch::behavior::Behavior;
use crate::dispatch::callout::Outgoing;
use crate::dispatch::{Dispatcher, Report, Serving};
use crate::error::HostError;
use crate::event::{Ending, Event, ThrottleKind};
use crate::ids::{
    CallId, ChannelId, ContextId, DispatchId, EndpointId, ExchangeId, InstanceId, OperationId,
    SessionId,
};
use crate::lifecycle::{Phase, Rules, Verb};
use crate::machine::{Machine, Outbox};
use crate::message::{Content, Fault, FaultCode, Message};
use crate::table::Fixed;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use std::sync::Arc;
use std::time::Duration;
use throttle::{Admission, Throttle};

/// An address with a contract, and how messages travel to it.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Endpoint {
    /// Where; endpoints may share an address if one kind of channel suits them all (`SESS-3`).
    pub address: SmolStr,
    /// What may be called.
    pub contract: Arc<Contract>,
    /// How messages travel.
    pub binding: Binding,
}

/// What a host can be told.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum HostInput {
    /// First of all: a singleton's object is made, before the host opens (`INST-9`).
    Construct,
    /// That object is made, or could not be.
    SingletonMade(InstanceId, bool),
    /// Open it.
    Open(Ticket),
    /// Close it in good order.
    Close(Ticket),
    /// End it at once.
    Abort(Ticket),
    /// Make it usable again; under WWSAPI's rules only (`HOST-5`).
    Reset(Ticket),
    /// An endpoint listens, or cannot, or no longer does.
    Listening(EndpointId, Result<(), SmolStr>),
    /// Somebody connected to an endpoint; the id comes from [`Host::new_channel`].
    Connected(EndpointId, ChannelId, SessionId),
    /// A request came on a sessionless endpoint.
    Request(EndpointId, ExchangeId, Message),
    /// The client of an exchange is gone.
    ExchangeLost(EndpointId, ExchangeId),
    /// Something happened on a session channel.
    Wire(Wire),
    /// The user's code answers.
    Answer(DispatchId, Answer),
    /// Call the peer of a session; the call's id is the user's to choose and must be fresh.
    Call {
        /// The call.
        call: CallId,
        /// The session.
        channel: ChannelId,
        /// What to call, of the callback contract.
        operation: OperationId,
        /// Body and headers.
        message: Message,
        /// The operation that calls, if it is one.
        within: Option<DispatchId>,
        /// How long to wait for the reply; the binding's send timeout unless given.
        timeout: Option<Duration>,
    },
    /// Give such a call up.
    Abandon(ChannelId, CallId),
    /// An operation calls something else and will wait (`CONC-6`).
    StepOut(DispatchId, CallId),
    /// That is over; [`Action::Resume`] tells when the operation may go on.
    StepIn(DispatchId, CallId),
    /// Give up the service object of a context (`INST-19`).
    ReleaseObject(ContextId),
    /// A context takes more messages (`THR-6`).
    RaiseQuota(ContextId, u32),
    /// A channel that the service made is registered with its context (`INST-17`), or no longer.
    Outgoing(ContextId, bool),
    /// A provider binds a session to one of its contexts (`INST-22`).
    Bind(ContextId, ChannelId),
    /// The provider answers whether a context is idle, or tells that it has become so (`INST-22`).
    ContextIdle(ContextId, bool),
    /// The service ends a session in good order (`SESS-20`).
    CloseSession(ChannelId),
    /// The service cuts a session.
    AbortSession(ChannelId),
    /// A timer is due.
    Wake,
}

/// How a host is run, beyond what its service wants.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct HostOptions {
    /// Which automaton governs it; WCF's unless set.
    pub rules: Rules,
    /// How long closing may take: 10 seconds under WCF's rules (`CO-12`), 5 under WWSAPI's
    /// (`HOST-3`), unless set.
    pub close_timeout: Option<Duration>,
}

impl Default for HostOptions {
    fn default() -> Self {
        HostOptions { rules: Rules::Wcf, close_timeout: None }
    }
}

impl HostOptions {
    fn close_timeout(&self) -> Duration {
        let default = match self.rules {
            Rules::Wcf => Duration::from_secs(10),
            Rules::Wws => Duration::from_secs(5),
        };
        self.close_timeout.unwrap_or(default)
    }
}

#[derive(Clone, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
struct Listener {
    kind: Option<Selected>,
    listening: bool,
    /// The channel of all exchanges, for a sessionless kind.
    channel: Option<ChannelId>,
}

/// What an open or close in progress waits for.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
enum Task {
    Opening { ticket: Ticket, awaited: u16 },
    Closing { ticket: Ticket, due: Timestamp, sessions_told: bool },
}

/// A service host.
///
/// ```
/// use sessionful::action::Ticket;
/// use sessionful::host::{Endpoint, Host, HostInput, HostOptions};
/// use sessionful::{Behavior, Binding, Contract, Machine, Operation, Phase, Timestamp};
///
/// let contract = Contract::new("Calculator").operation(Operation::new("add")).build()?;
/// let endpoint = Endpoint {
///     address: "/calculator".into(),
///     contract: contract.into(),
///     binding: Binding::fetch(),
/// };
/// let mut host = Host::new(vec![endpoint], Behavior::default(), HostOptions::default());
/// let mut actions = Vec::new();
/// host.handle(Timestamp::ZERO, HostInput::Open(Ticket(1)), &mut actions);
/// assert_eq!(host.phase(), Phase::Opening); // it waits to hear that its endpoint listens
/// # Ok::<(), sessionful::ContractError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Host {
    options: HostOptions,
    phase: Phase,
    endpoints: Fixed<Vec<Endpoint>>,
    listeners: Vec<Listener>,
    dispatcher: Dispatcher,
    sessions: Throttle<ChannelId>,
    task: Option<Task>,
    next_channel: ChannelId,
}

impl Machine for Host {
    type Input = HostInput;
    type Action = Action;

    fn handle(&mut self, now: Timestamp, input: HostInput, out: &mut impl Outbox<Action>) {
        match input {
            HostInput::Construct => self.construct(out),
            HostInput::SingletonMade(instance, made) => self.singleton_made(instance, made, out),
            HostInput::Open(ticket) => self.open(ticket, out),
            HostInput::Close(ticket) => self.close(now, ticket, out),
            HostInput::Abort(ticket) => self.abort(ticket, out),
            HostInput::Reset(ticket) => self.reset(ticket, out),
            HostInput::Listening(endpoint, result) => self.listening(now, endpoint, result, out),
            HostInput::Connected(endpoint, channel, session) => {
                self.connected(now, endpoint, channel, session, out);
            }
            HostInput::Request(endpoint, exchange, message) => {
                self.request(now, endpoint, exchange, message, out);
            }
            HostInput::ExchangeLost(endpoint, exchange) => {
                if let Some(channel) = self.listener(endpoint).and_then(|l| l.channel) {
                    self.dispatcher.lose_exchange(channel, exchange, out);
                }
            }
            HostInput::Wire(wire) => self.wire(now, wire, out),
            HostInput::Answer(dispatch, answer) => {
                self.dispatcher.answer(now, dispatch, answer, out);
            }
            HostInput::Wake => self.wake(now, out),
            other => self.service(now, other, out),
        }
        self.dispatcher.settle(now, out);
        self.hear(now, out);
        self.go_on_closing(now, out);
    }

    fn deadline(&self) -> Option<Timestamp> {
        let closing = match &self.task {
            Some(Task::Closing { due, .. }) => Some(*due),
            _ => None,
        };
        [closing, self.dispatcher.deadline()].into_iter().flatten().min()
    }
}

impl Host {
    /// A host of one service. Nothing is checked before it opens (`CO-14`).
    pub fn new(endpoints: Vec<Endpoint>, behavior: Behavior, options: HostOptions) -> Host {
        let sessions = Throttle::new(behavior.throttles.sessions);
        let dispatcher = Dispatcher::new(behavior, endpoints.iter().map(serving).collect());
        Host {
            options,
            phase: Phase::Created,
            listeners: vec![Listener::default(); endpoints.len()],
            endpoints: Fixed::new(endpoints),
            dispatcher,
            sessions,
            task: None,
            next_channel: ChannelId(1),
        }
    }

    /// Where it is in its life.
    pub fn phase(&self) -> Phase {
        self.phase
    }

    /// Its endpoints.
    pub fn endpoints(&self) -> &[Endpoint] {
        &self.endpoints
    }

    /// How its service wants to be run.
    pub fn behavior(&self) -> &Behavior {
        &self.dispatcher.behavior
    }

    /// Operations, contexts and channels.
    pub fn dispatcher(&self) -> &Dispatcher {
        &self.dispatcher
    }

    /// The kind of channel that an endpoint got, once the host has opened.
    pub fn kind(&self, endpoint: EndpointId) -> Option<Selected> {
        self.listener(endpoint)?.kind
    }

    /// A fresh name for a connection that is about to be announced.
    pub fn new_channel(&mut self) -> ChannelId {
        self.next_channel.take()
    }

    /// Whether a session channel takes more at once; if not, its transport shall hold back.
    pub fn is_receptive(&self, channel: ChannelId) -> bool {
        self.dispatcher.is_receptive(channel)
    }

    /// How many session channels are open, as the service sees them (`ORC-1`).
    pub fn session_count(&self) -> usize {
        let open = |channel: &&Channel| channel.session.is_some();
        self.dispatcher.channels().filter(open).count()
    }

    /// Slots taken and waiters, of each throttle.
    pub fn throttle(&self, kind: ThrottleKind) -> (u32, usize) {
        match kind {
            ThrottleKind::Calls => (self.dispatcher.calls.held(), self.dispatcher.calls.waiting()),
            ThrottleKind::Sessions => (self.sessions.held(), self.sessions.waiting()),
            ThrottleKind::Instances => {
                (self.dispatcher.instances.held(), self.dispatcher.instances.waiting())
            }
        }
    }

    /// What is left over although nothing is in progress; empty when all is well.
    pub fn leaks(&self) -> Vec<String> {
        let mut leaks = self.dispatcher.leaks();
        if self.sessions.held() > 0 {
            leaks.push(format!("{} session slots", self.sessions.held()));
        }
        leaks
    }

    fn listener(&self, endpoint: EndpointId) -> Option<&Listener> {
        self.listeners.get(usize::from(endpoint.0))
    }

    fn go(&mut self, verb: Verb, out: &mut impl Outbox<Action>) -> Result<(), HostError> {
        let from = self.phase;
        let to = from.after(verb, self.options.rules).map_err(|_| self.refusal())?;
        if to != from {
            self.phase = to;
            out.note(|| Event::HostPhase { from, to });
        }
        Ok(())
    }

    fn refusal(&self) -> HostError {
        match self.phase {
            Phase::Faulted => HostError::Faulted,
            phase => HostError::InvalidState { phase },
        }
    }

    fn construct(&mut self, out: &mut impl Outbox<Action>) {
        let behavior = &self.dispatcher.behavior;
        let single = behavior.instancing == crate::dispatch::instance::InstanceMode::Single;
        if !single || behavior.custom_contexts || self.dispatcher.first.is_some() {
            return;
        }
        if !behavior.well_known && !behavior.constructible {
            return;
        }
        let own = behavior.well_known;
        let instance = self.dispatcher.new_instance();
        if own {
            self.dispatcher.first = Some(instance);
            out.note(|| Event::InstanceMade { instance, context: None, own });
        }
        // The habitat learns the id under which the object is called, its own one included.
        out.act(Action::MakeSingleton(instance));
    }

    fn singleton_made(&mut self, instance: InstanceId, made: bool, out: &mut impl Outbox<Action>) {
        if self.dispatcher.behavior.well_known {
            return;
        }
        if made {
            self.dispatcher.first = Some(instance);
            out.note(|| Event::InstanceMade { instance, context: None, own: false });
        } else {
            let from = self.phase;
            self.phase = Phase::Faulted;
            out.note(|| Event::HostPhase { from, to: Phase::Faulted });
        }
    }

    fn open(&mut self, ticket: Ticket, out: &mut impl Outbox<Action>) {
        if let Err(error) = self.go(Verb::Open, out) {
            return out.act(Action::HostDone(ticket, Err(error)));
        }
        if let Err(error) = self.validate() {
            return self.fail_open(ticket, error, out);
        }
        let behavior = &self.dispatcher.behavior;
        let single = behavior.instancing == crate::dispatch::instance::InstanceMode::Single;
        if single && !behavior.custom_contexts {
            self.dispatcher.make_singleton(out);
        }
        let awaited = u16::try_from(self.endpoints.len()).unwrap_or(u16::MAX);
        self.task = Some(Task::Opening { ticket, awaited });
        for endpoint in (0..awaited).map(EndpointId) {
            out.act(Action::Listen(endpoint));
        }
    }

    /// `CO-14`: contracts, then kinds of channel, then behavior.
    fn validate(&mut self) -> Result<(), HostError> {
        if self.endpoints.is_empty() {
            return Err(HostError::NoEndpoints);
        }
        for endpoint in self.endpoints.iter() {
            endpoint.contract.check()?;
        }
        for (endpoint, listener) in self.endpoints.iter().zip(&mut self.listeners) {
            let shares = |other: &&Endpoint| other.address == endpoint.address;
            let contracts: Vec<&Contract> =
                self.endpoints.iter().filter(shares).map(|other| &*other.contract).collect();
            listener.kind = Some(endpoint.binding.select(&contracts)?);
        }
        let contracts: Vec<&Contract> = self.endpoints.iter().map(|e| &*e.contract).collect();
        Ok(self.dispatcher.behavior.check(&contracts)?)
    }

    fn fail_open(&mut self, ticket: Ticket, error: HostError, out: &mut impl Outbox<Action>) {
        self.unlisten(out);
        self.task = None;
        if let Some(singleton) = self.dispatcher.singleton {
            self.dispatcher.close_context(singleton, out);
        }
        let _ = self.go(Verb::Fail, out);
        out.act(Action::HostDone(ticket, Err(error)));
    }

    /// `HOST-2`: all endpoints or none.
    fn listening(
        &mut self,
        now: Timestamp,
        endpoint: EndpointId,
        result: Result<(), SmolStr>,
        out: &mut impl Outbox<Action>,
    ) {
        let Some(Task::Opening { ticket, awaited }) = &mut self.task else {
            return self.heard_late(endpoint, &result, out);
        };
        let ticket = *ticket;
        match result {
            Err(reason) => {
                let error = HostError::Listener { endpoint: endpoint.0, reason };
                return self.fail_open(ticket, error, out);
            }
            Ok(()) => *awaited = awaited.saturating_sub(1),
        }
        let ready = *awaited == 0;
        if let Some(listener) = self.listeners.get_mut(usize::from(endpoint.0)) {
            listener.listening = true;
        }
        if ready {
            self.task = None;
            self.open_exchanges(now, out);
            let _ = self.go(Verb::Succeed, out);
            out.act(Action::HostDone(ticket, Ok(())));
        }
    }

    /// A listener breaks while the host is open (`CO-17`; a WWSAPI host faults by abort only,
    /// `HOST-1`), or listens after the opening has failed (`HOST-2`).
    fn heard_late(
        &mut self,
        endpoint: EndpointId,
        result: &Result<(), SmolStr>,
        out: &mut impl Outbox<Action>,
    ) {
        match (self.phase, result) {
            (Phase::Opened, Err(_)) if self.options.rules == Rules::Wcf => {
                let _ = self.go(Verb::Fail, out);
            }
            (Phase::Opened, _) | (_, Err(_)) => {}
            (_, Ok(())) => out.act(Action::Unlisten(endpoint)),
        }
    }

    /// A sessionless endpoint has one channel for all its exchanges (`THR-3`).
    fn open_exchanges(&mut self, now: Timestamp, out: &mut impl Outbox<Action>) {
        for index in 0..self.listeners.len() {
            let Some(kind) = self.listeners[index].kind.filter(|kind| kind.shape.is_exchange())
            else {
                continue;
            };
            let id = self.next_channel.take();
            let endpoint = EndpointId(u16::try_from(index).unwrap_or(u16::MAX));
            let channel = Channel::new(id, endpoint, kind, Role::Listener);
            self.listeners[index].channel = Some(id);
            self.dispatcher.add_channel(channel, out);
            self.dispatcher.open_channel(now, id, None, out);
        }
    }

    fn unlisten(&mut self, out: &mut impl Outbox<Action>) {
        for (index, listener) in self.listeners.iter_mut().enumerate() {
            if std::mem::take(&mut listener.listening) {
                out.act(Action::Unlisten(EndpointId(u16::try_from(index).unwrap_or(u16::MAX))));
            }
        }
    }

    /// `SESS-18`, `THR-4`: somebody connected; accepted as soon as there is a slot.
    fn connected(
        &mut self,
        now: Timestamp,
        endpoint: EndpointId,
        id: ChannelId,
        session: SessionId,
        out: &mut impl Outbox<Action>,
    ) {
        let kind = self.listener(endpoint).and_then(|listener| listener.kind);
        let Some(kind) = kind.filter(|_| self.phase == Phase::Opened) else {
            return out.act(Action::Release { channel: id, abort: true });
        };
        let mut channel = Channel::new(id, endpoint, kind, Role::Session);
        match self.sessions.enter(id) {
            Admission::Admitted => {
                let held = self.sessions.held();
                out.note(|| Event::SlotTaken { throttle: ThrottleKind::Sessions, held });
                self.dispatcher.add_channel(channel, out);
                self.dispatcher.open_channel(now, id, Some(session), out);
            }
            Admission::Waiting => {
                let waiting = throttle_count(&self.sessions);
                out.note(|| Event::SlotAwaited { throttle: ThrottleKind::Sessions, waiting });
                // Its name is kept for the day it is accepted; until then it is no session.
                channel.awaited = Some(session);
                self.dispatcher.add_channel(channel, out);
            }
            Admission::Refused => {
                out.note(|| Event::SlotRefused { throttle: ThrottleKind::Sessions });
                out.act(Action::Release { channel: id, abort: true });
            }
        }
    }

    fn request(
        &mut self,
        now: Timestamp,
        endpoint: EndpointId,
        exchange: ExchangeId,
        message: Message,
        out: &mut impl Outbox<Action>,
    ) {
        let channel = self.listener(endpoint).and_then(|listener| listener.channel);
        let Some(channel) = channel.filter(|_| self.phase == Phase::Opened) else {
            return out.act(Action::Respond(exchange, Some(unreachable_fault())));
        };
        if !self.dispatcher.is_receptive(channel) {
            let fault = Fault::runtime(FaultCode::TooBusy, "too many requests wait: try later");
            let content = Content::Fault(fault);
            let message = Message { content, ..Message::default() };
            return out.act(Action::Respond(exchange, Some(message)));
        }
        self.dispatcher.arrive(now, channel, Inbound::Message(message.into(), Some(exchange)), out);
    }

    fn wire(&mut self, now: Timestamp, wire: Wire, out: &mut impl Outbox<Action>) {
        match wire {
            Wire::Arrived(channel, message) => {
                self.dispatcher.arrive(now, channel, Inbound::Message(message.into(), None), out);
            }
            Wire::Ended(channel) => self.dispatcher.arrive(now, channel, Inbound::End, out),
            Wire::Lost(channel, loss) => self.dispatcher.lose(now, channel, loss, out),
            Wire::Opened(..) | Wire::Response(..) => {}
        }
    }

    /// What a service asks for.
    fn service(&mut self, now: Timestamp, input: HostInput, out: &mut impl Outbox<Action>) {
        let dispatcher = &mut self.dispatcher;
        match input {
            HostInput::Call { call, channel, operation, message, within, timeout } => {
                let sending = dispatcher.channel(channel).map(|c| usize::from(c.endpoint.0));
                let endpoint = sending.and_then(|index| self.endpoints.get(index));
                let timeout = timeout.or(endpoint.map(|e| e.binding.timeouts.send));
                let due = timeout.map(|timeout| now + timeout);
                let outgoing = Outgoing { call, operation, message, within, due };
                dispatcher.call_back(now, channel, outgoing, out);
            }
            HostInput::Abandon(channel, call) => {
                dispatcher.abandon_callback(now, channel, call, out);
            }
            HostInput::StepOut(dispatch, call) => dispatcher.step_out(dispatch, call, out),
            HostInput::StepIn(dispatch, call) => dispatcher.step_in(dispatch, call, None, out),
            HostInput::ReleaseObject(context) => dispatcher.release_object(context, out),
            HostInput::RaiseQuota(context, by) => dispatcher.raise_quota(context, by),
            HostInput::Outgoing(context, added) => dispatcher.count_outgoing(context, added, out),
            HostInput::Bind(context, channel) => dispatcher.bind(context, channel, out),
            HostInput::ContextIdle(context, idle) => dispatcher.context_idle(context, idle, out),
            HostInput::CloseSession(channel) => {
                let limit = self.options.close_timeout();
                dispatcher.close_channel(now, channel, limit, out);
            }
            HostInput::AbortSession(channel) => {
                dispatcher.end_channel(channel, Ending::Aborted, out);
            }
            _ => {}
        }
    }

    fn wake(&mut self, now: Timestamp, out: &mut impl Outbox<Action>) {
        self.dispatcher.wake(now, out);
        let Some(Task::Closing { ticket, due, .. }) = self.task else { return };
        if due <= now {
            self.task = None;
            self.end_everything(Ending::Overdue, out);
            let _ = self.go(Verb::Succeed, out);
            out.act(Action::HostDone(ticket, Err(HostError::TimedOut)));
        }
    }

    fn hear(&mut self, now: Timestamp, out: &mut impl Outbox<Action>) {
        while let Some(report) = self.dispatcher.reports.pop_front() {
            match report {
                Report::ChannelGone(channel, _) => self.free_session(now, channel, out),
                Report::CallEnded(call, result) => out.act(Action::Settle(call, result)),
                _ => {}
            }
        }
    }

    fn free_session(&mut self, now: Timestamp, gone: ChannelId, out: &mut impl Outbox<Action>) {
        const THROTTLE: ThrottleKind = ThrottleKind::Sessions;
        if self.sessions.forget(gone) {
            let waiting = throttle_count(&self.sessions);
            return out.note(|| Event::SlotWaitEnded { throttle: THROTTLE, waiting });
        }
        match self.sessions.leave() {
            Some(next) => {
                let waiting = throttle_count(&self.sessions);
                out.note(|| Event::SlotWaitEnded { throttle: THROTTLE, waiting });
                let session = self.dispatcher.channels.get(&next).and_then(|c| c.awaited);
                self.dispatcher.open_channel(now, next, session, out);
            }
            None => {
                let held = self.sessions.held();
                out.note(|| Event::SlotFreed { throttle: THROTTLE, held });
            }
        }
    }

    fn close(&mut self, now: Timestamp, ticket: Ticket, out: &mut impl Outbox<Action>) {
        let from = self.phase;
        if from == Phase::Faulted && self.options.rules == Rules::Wcf {
            self.end_everything(Ending::Aborted, out);
            let _ = self.go(Verb::Abort, out);
            return out.act(Action::HostDone(ticket, Err(HostError::Faulted)));
        }
        if let Err(error) = self.go(Verb::Close, out) {
            return out.act(Action::HostDone(ticket, Err(error)));
        }
        match (from, self.phase) {
            // GOT-39: a second closer does not wait.
            (Phase::Closing, _) | (Phase::Closed, _) => out.act(Action::HostDone(ticket, Ok(()))),
            (_, Phase::Closing) => {
                self.unlisten(out);
                self.dispatcher.draining = true;
                let due = now + self.options.close_timeout();
                self.task = Some(Task::Closing { ticket, due, sessions_told: false });
            }
            _ => {
                self.give_up_opening(out);
                self.end_everything(Ending::Aborted, out);
                out.act(Action::HostDone(ticket, Ok(())));
            }
        }
    }

    fn give_up_opening(&mut self, out: &mut impl Outbox<Action>) {
        match self.task.take() {
            Some(Task::Opening { ticket, .. } | Task::Closing { ticket, .. }) => {
                out.act(Action::HostDone(ticket, Err(HostError::Aborted)));
            }
            None => {}
        }
    }

    /// `CO-15`: running operations end, sessions end, contexts end, the host is closed.
    fn go_on_closing(&mut self, now: Timestamp, out: &mut impl Outbox<Action>) {
        let Some(Task::Closing { ticket, due, sessions_told }) = self.task else { return };
        if !self.dispatcher.dispatches.is_empty() {
            return;
        }
        if !sessions_told {
            self.task = Some(Task::Closing { ticket, due, sessions_told: true });
            let sessions: Vec<ChannelId> = self.dispatcher.pipes().collect();
            for channel in sessions {
                self.dispatcher.close_channel(now, channel, due.since(now), out);
            }
            self.dispatcher.settle(now, out);
            self.hear(now, out);
        }
        if self.dispatcher.pipes().next().is_none() {
            self.task = None;
            self.end_everything(Ending::Closed, out);
            let _ = self.go(Verb::Succeed, out);
            out.act(Action::HostDone(ticket, Ok(())));
        }
    }

    fn abort(&mut self, ticket: Ticket, out: &mut impl Outbox<Action>) {
        self.give_up_opening(out);
        let from = self.phase;
        let done = self.go(Verb::Abort, out);
        if from != Phase::Closed {
            self.end_everything(Ending::Aborted, out);
        }
        out.act(Action::HostDone(ticket, done));
    }

    /// Everything ends that is left: sessions, contexts, waiting requests, the hidden singleton.
    fn end_everything(&mut self, how: Ending, out: &mut impl Outbox<Action>) {
        self.unlisten(out);
        let pipes: Vec<ChannelId> = self.dispatcher.pipes().collect();
        for channel in pipes {
            self.dispatcher.end_channel(channel, how, out);
        }
        let contexts: Vec<ContextId> = self.dispatcher.contexts.keys().copied().collect();
        for context in contexts {
            if how == Ending::Closed {
                self.dispatcher.close_context(context, out);
            } else {
                self.dispatcher.abort_context(context, out);
            }
        }
        for listener in &mut self.listeners {
            if let Some(channel) = listener.channel.take() {
                self.dispatcher.remove_listener(channel, how, out);
            }
        }
        self.dispatcher.dispose_first(out);
    }

    /// `HOST-5`.
    fn reset(&mut self, ticket: Ticket, out: &mut impl Outbox<Action>) {
        let done = self.go(Verb::Reset, out);
        if done.is_ok() {
            self.dispatcher.draining = false;
            self.listeners.fill(Listener::default());
            self.construct(out);
        }
        out.act(Action::HostDone(ticket, done));
    }
}

fn throttle_count(throttle: &Throttle<ChannelId>) -> u32 {
    u32::try_from(throttle.waiting()).unwrap_or(u32::MAX)
}

fn serving(endpoint: &Endpoint) -> Serving {
    Serving {
        address: endpoint.address.clone(),
        calls: endpoint.contract.callback().map(|callback| Arc::new(callback.clone())),
        serves: Some(Arc::clone(&endpoint.contract)),
        idle: Some(endpoint.binding.timeouts.receive),
        close: endpoint.binding.timeouts.close,
    }
}

/// What a request gets that reaches no open endpoint.
pub(crate) fn unreachable_fault() -> Message {
    let reason = "the host does not serve this endpoint now";
    let content = Content::Fault(Fault::runtime(FaultCode::DestinationUnreachable, reason));
    Message { content, ..Message::default() }
}
