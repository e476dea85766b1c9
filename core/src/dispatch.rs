//! The serving side of an end: channels with their receive pumps, the pipeline that each message
//! goes through (`INST-13`), instance contexts and their gates.
//!
//! A host is a dispatcher with listeners; a proxy over a binding with sessions is one with a single
//! channel, which may carry callbacks. Duplex is symmetry: both ends run this code.

pub mod behavior;
pub mod gate;
pub mod instance;

pub(crate) mod callout;
mod contexts;
mod pipeline;
mod pump;
mod sessions;

use crate::action::{Action, Failure, Reply};
use crate::channel::Channel;
use crate::contract::{Contract, Operation};
use crate::error::ProxyError;
use crate::event::{Ending, Event};
use crate::host::throttle::Throttle;
use crate::ids::{
    CallId, ChannelId, ContextId, DispatchId, EndpointId, ExchangeId, InstanceId, OperationId,
};
use crate::machine::Outbox;
use crate::message::{Fault, Message};
use crate::table::{Fixed, Series, Table};
use crate::time::{Timers, Timestamp};
use behavior::Behavior;
use instance::InstanceContext;
pub(crate) use pump::sent;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

/// Where an operation in progress is. The numbers are the steps of `INST-13`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Stage {
    /// 4: wants a slot of the call throttle.
    Received,
    /// 5: looks for an existing context.
    CallAdmitted,
    /// 7: wants a slot of the instance throttle, if a context must be made.
    InstanceFound,
    /// 8 to 12: its operation is looked up, its caller let in.
    InstanceAdmitted,
    /// 13: its context is made and opened.
    Authorized,
    /// 14: wants to be let through by its context's own quota.
    ContextOpened,
    /// 16: wants the gate.
    FlowAdmitted,
    /// 19 and 20: the next message may be received; the service object is made.
    GateHeld,
    /// 22: the user's code runs.
    Invoking,
    /// 24: the error handlers may say what the caller hears.
    Failing,
    /// 26: the reply is sent.
    Replying,
    /// 28: an unhandled failure ends the session; its peer is awaited (`FLT-5`).
    Draining,
    /// 30 to 33: object, context and gate are given up.
    Releasing,
    /// 34: the error handlers hear of the failure.
    Handling,
    /// 35: the call slot is given back, the next message received.
    Done,
}

/// A message on its way through the pipeline.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Dispatch {
    /// Its name.
    pub id: DispatchId,
    /// The channel it came through.
    pub channel: ChannelId,
    /// Whose contract it speaks.
    pub endpoint: EndpointId,
    /// Where it is.
    pub stage: Stage,
    /// It waits there, for a slot, the gate, or an answer.
    pub parked: bool,
    /// The message; once the operation runs, without its body, which is with the user's code.
    pub message: Box<Message>,
    /// The operation, once it is looked up.
    pub operation: Option<OperationId>,
    /// The context, once it is found or made.
    pub context: Option<ContextId>,
    /// The service object, once it is made.
    pub instance: Option<InstanceId>,
    pub(crate) exchange: Option<ExchangeId>,
    pub(crate) one_way: bool,
    pub(crate) holds: Holds,
    pub(crate) outcome: Option<Result<Reply, Failure>>,
    pub(crate) verdict: Verdict,
    /// Call-outs that are under way.
    pub(crate) outside: Vec<CallId>,
    /// Call-outs that are back, but whose caller may not know before it has the gate again.
    pub(crate) returning: Vec<(CallId, Option<CallResult>)>,
}

/// What a dispatch must give back.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Holds {
    pub call_slot: bool,
    pub instance_slot: bool,
    pub gate: bool,
    pub context: bool,
    pub channel: bool,
}

/// What a failure does to the session.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
pub(crate) enum Verdict {
    /// Nothing.
    #[default]
    Harmless,
    /// It ends (`FLT-5`, `FLT-6`).
    Unhandled,
    /// It ends, unless an error handler forgives (`SESS-17`).
    UnknownAction,
}

/// What a caller learns.
pub(crate) type CallResult = Result<Box<Message>, ProxyError>;

/// What the dispatcher tells its owner.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Report {
    /// A reply came for a call that the owner made, or none can come any more.
    CallEnded(CallId, CallResult),
    /// The peer ended its half of the session.
    PeerEnded(ChannelId),
    /// The channel broke.
    ChannelFaulted(ChannelId, crate::action::Loss),
    /// An operation of ours has failed, and the session is being closed for it (`FLT-5`).
    SessionFailed,
    /// The channel is gone.
    ChannelGone(ChannelId, Ending),
    /// An operation left the pipeline, or a context closed: the owner may be waiting for that.
    Quieter,
}

/// What the dispatcher still has to do before it returns.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum Work {
    Pump(ChannelId),
    Run(DispatchId),
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
enum Due {
    Idle(ChannelId),
    Close(ChannelId),
    Call(ChannelId, CallId),
}

/// The contracts of one endpoint and what it grants in time.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub(crate) struct Serving {
    /// Endpoints of one address share their channels; the first message tells which is meant.
    pub address: SmolStr,
    /// What the peer may call here.
    pub serves: Option<Arc<Contract>>,
    /// What this end may call at the peer.
    pub calls: Option<Arc<Contract>>,
    /// How long a session may be idle; none at a client.
    pub idle: Option<Duration>,
    /// How long closing may take.
    pub close: Duration,
}

/// The serving side of an end. See the [module](self).
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Dispatcher {
    pub(crate) behavior: Fixed<Behavior>,
    pub(crate) serving: Fixed<Vec<Serving>>,
    pub(crate) channels: Table<ChannelId, Channel>,
    pub(crate) contexts: Table<ContextId, InstanceContext>,
    pub(crate) dispatches: Series<DispatchId, Dispatch>,
    pub(crate) calls: Throttle<DispatchId>,
    pub(crate) instances: Throttle<DispatchId>,
    pub(crate) singleton: Option<ContextId>,
    /// The singleton's first object: the user's own, or the hidden one (`INST-9`, `INST-21`).
    pub(crate) first: Option<InstanceId>,
    /// New messages are no longer picked up: the owner is closing.
    pub(crate) draining: bool,
    timers: Timers<Due>,
    next_dispatch: DispatchId,
    next_context: ContextId,
    next_instance: InstanceId,
    #[serde(skip)]
    work: VecDeque<Work>,
    #[serde(skip)]
    pub(crate) reports: VecDeque<Report>,
}

/// Whether anything can be served here. Without the feature `serve` there are only proxies without
/// callbacks: whatever their peers ask for is refused at the door, and what lies behind it is left
/// out of the program.
pub(crate) const SERVES: bool = cfg!(feature = "serve");

impl Dispatcher {
    pub(crate) fn new(behavior: Behavior, serving: Vec<Serving>) -> Dispatcher {
        let throttles = behavior.throttles;
        Dispatcher {
            behavior: Fixed::new(behavior),
            serving: Fixed::new(serving),
            channels: Table::new(),
            contexts: Table::new(),
            dispatches: Series::new(),
            calls: Throttle::new(throttles.calls),
            instances: Throttle::new(throttles.instances),
            singleton: None,
            first: None,
            draining: false,
            timers: Timers::default(),
            next_dispatch: DispatchId(1),
            next_context: ContextId(1),
            next_instance: InstanceId(1),
            work: VecDeque::new(),
            reports: VecDeque::new(),
        }
    }

    /// The operations in progress.
    pub fn dispatches(&self) -> impl Iterator<Item = &Dispatch> {
        self.dispatches.values()
    }

    /// The operation in progress of that name.
    pub fn dispatch(&self, id: DispatchId) -> Option<&Dispatch> {
        self.dispatches.get(&id)
    }

    /// The instance contexts.
    pub fn contexts(&self) -> impl Iterator<Item = &InstanceContext> {
        self.contexts.values()
    }

    /// The instance context of that name.
    pub fn context(&self, id: ContextId) -> Option<&InstanceContext> {
        self.contexts.get(&id)
    }

    /// The channels.
    pub fn channels(&self) -> impl Iterator<Item = &Channel> {
        self.channels.values()
    }

    /// The channel of that name.
    pub fn channel(&self, id: ChannelId) -> Option<&Channel> {
        self.channels.get(&id)
    }

    /// The connections: all channels but those of sessionless endpoints.
    pub(crate) fn pipes(&self) -> impl Iterator<Item = ChannelId> + '_ {
        self.channels.values().filter(|channel| channel.is_pipe()).map(|channel| channel.id)
    }

    /// A name for a service object that is about to be made.
    pub(crate) fn new_instance(&mut self) -> InstanceId {
        self.next_instance.take()
    }

    pub(crate) fn deadline(&self) -> Option<Timestamp> {
        self.timers.next()
    }

    /// What the peer may call, and what it was that it called.
    pub(crate) fn operation(&self, dispatch: &Dispatch) -> Option<&Operation> {
        self.serves(dispatch.endpoint)?.operation(dispatch.operation?)
    }

    /// The contract that a dispatch is served under.
    pub(crate) fn serves_of(&self, id: DispatchId) -> Option<&Contract> {
        self.serves(self.dispatches.get(&id)?.endpoint)
    }

    fn serves(&self, endpoint: EndpointId) -> Option<&Contract> {
        self.serving.get(usize::from(endpoint.0))?.serves.as_deref()
    }

    fn serving(&self, channel: &Channel) -> &Serving {
        &self.serving[usize::from(channel.endpoint.0)]
    }

    /// Does what is left to do. Everything that a transition sets in motion ends here, so depth
    /// never grows with the length of a queue.
    #[inline]
    pub(crate) fn settle(&mut self, now: Timestamp, out: &mut impl Outbox<Action>) {
        if !self.work.is_empty() {
            self.settle_all(now, out);
        }
    }

    fn settle_all(&mut self, now: Timestamp, out: &mut impl Outbox<Action>) {
        while let Some(work) = self.work.pop_front() {
            match work {
                Work::Pump(channel) => self.pump(now, channel, out),
                Work::Run(dispatch) if SERVES => self.run(now, dispatch, out),
                Work::Run(_) => {}
            }
        }
    }

    /// Fires the timers that are due.
    pub(crate) fn wake(&mut self, now: Timestamp, out: &mut impl Outbox<Action>) {
        while let Some(due) = self.timers.pop(now) {
            match due {
                Due::Idle(channel) => self.idle(now, channel, out),
                Due::Close(channel) => self.end_channel(channel, Ending::Overdue, out),
                Due::Call(channel, call) => {
                    self.time_out_call(now, channel, call, out);
                }
            }
            self.settle(now, out);
        }
    }

    /// What remains when nothing is in progress: nothing that could leak.
    pub(crate) fn tell_leaks(&self, leaks: &mut Vec<String>) {
        if SERVES {
            leaks.extend(self.leaks_of_service());
        }
        for channel in self.pipes() {
            leaks.push(channel.to_string());
        }
        if !self.timers.is_empty() {
            leaks.push(format!("{} timers", self.timers.len()));
        }
    }

    fn leaks_of_service(&self) -> Vec<String> {
        let mut leaks = Vec::new();
        leaks.extend(self.dispatches.values().map(|d| format!("{} at {:?}", d.id, d.stage)));
        let others = |context: &&InstanceContext| self.singleton != Some(context.id);
        leaks.extend(self.contexts.values().filter(others).map(|c| c.id.to_string()));
        let held = |c: &InstanceContext| c.gate.holder().is_some() || c.activity > 0;
        leaks.extend(
            self.contexts.values().filter(|c| held(c)).map(|c| format!("gate of {}", c.id)),
        );
        if self.calls.held() > 0 {
            leaks.push(format!("{} call slots", self.calls.held()));
        }
        let living = u32::from(self.contexts.values().any(|context| context.holds_slot));
        if self.instances.held() > living {
            leaks.push(format!("{} instance slots", self.instances.held()));
        }
        leaks
    }
}

/// The fault that stands for a failure (`FLT-4`).
pub(crate) fn fault_of(failure: &Failure, behavior: &Behavior, callback: bool) -> Fault {
    use crate::message::FaultCode;
    match failure {
        Failure::Fault(fault) => fault.clone(),
        Failure::Unhandled(text) if behavior.include_exception_detail => {
            let detail = detail_of(text);
            Fault::runtime(FaultCode::InternalService, text.clone())
                .with_detail("ExceptionDetail", detail.into_bytes().into())
        }
        Failure::Unhandled(_) => Fault::runtime(
            FaultCode::InternalService,
            if callback {
                "the client could not carry out the callback because of an internal error"
            } else {
                "the service could not carry out the request because of an internal error"
            },
        ),
    }
}

/// `{"message":"..."}`, which a single text needs no general writer for.
fn detail_of(text: &str) -> String {
    let mut detail = String::from("{\"message\":\"");
    for letter in text.chars() {
        match letter {
            '"' | '\\' => detail.extend(['\\', letter]),
            '\n' => detail.push_str("\\n"),
            '\r' => detail.push_str("\\r"),
            '\t' => detail.push_str("\\t"),
            '\x08' => detail.push_str("\\b"),
            '\x0c' => detail.push_str("\\f"),
            '\0'..='\x1f' => {
                let digit = |half: u32| char::from_digit(half, 16).unwrap_or('0');
                let code = letter as u32;
                detail.extend(['\\', 'u', '0', '0', digit(code >> 4), digit(code & 15)]);
            }
            _ => detail.push(letter),
        }
    }
    detail.push_str("\"}");
    detail
}

/// Notes a phase change of a channel; the table of [`Phase::after`](crate::Phase::after) is the law.
pub(crate) fn move_channel<A>(channel: &mut Channel, verb: crate::Verb, out: &mut impl Outbox<A>) {
    let from = channel.phase;
    if let Ok(to) = from.after(verb, crate::Rules::Wcf)
        && to != from
    {
        channel.phase = to;
        let id = channel.id;
        out.note(|| Event::ChannelPhase { channel: id, from, to });
    }
}
