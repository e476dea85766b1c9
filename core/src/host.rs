//! The service host: endpoints that listen, sessions that are accepted, and their orderly end.

pub mod throttle;

mod life;
mod traffic;

use crate::action::{Action, Answer, Ticket, Wire};
use crate::binding::{Binding, Selected};
use crate::channel::Channel;
use crate::contract::Contract;
use crate::dispatch::behavior::Behavior;
use crate::dispatch::{Dispatcher, Serving};
use crate::event::ThrottleKind;
use crate::ids::{
    CallId, ChannelId, ContextId, DispatchId, EndpointId, ExchangeId, InstanceId, OperationId,
    SessionId,
};
use crate::lifecycle::{Phase, Rules};
use crate::machine::{Machine, Outbox};
use crate::message::{Content, Fault, FaultCode, Message};
use crate::table::Fixed;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use std::sync::Arc;
use std::time::Duration;
use throttle::Throttle;

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
    Request(EndpointId, ExchangeId, Box<Message>),
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
        message: Box<Message>,
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
    #[cfg(feature = "serve")]
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
        let mut leaks = Vec::new();
        self.dispatcher.tell_leaks(&mut leaks);
        if self.sessions.held() > 0 {
            leaks.push(format!("{} session slots", self.sessions.held()));
        }
        leaks
    }

    fn listener(&self, endpoint: EndpointId) -> Option<&Listener> {
        self.listeners.get(usize::from(endpoint.0))
    }
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
