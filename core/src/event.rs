//! What happened: the only window into a running end, and a complete one.
//!
//! Folding the records of an end rebuilds the picture that its state would give
//! ([`observe`](crate::observe)). With nobody listening no event is ever built.

mod read;

use crate::binding::Shape;
use crate::channel::Role;
use crate::dispatch::Stage;
use crate::ids::{
    CallId, ChannelId, ContextId, DispatchId, EndpointId, InstanceId, NodeId, OperationId,
    SessionId,
};
use crate::lifecycle::Phase;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

/// The version of the event vocabulary; it grows when an event changes its meaning.
pub const SCHEMA: u32 = 1;

/// One event with its place in the run.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Record {
    /// Its number, counted from the start of the run without gaps.
    pub seq: u64,
    /// When it happened.
    pub at: Timestamp,
    /// The end it happened at.
    pub node: NodeId,
    /// The record that led to it, if one did.
    pub cause: Option<u64>,
    /// What happened.
    pub event: Event,
}

/// How the end of something came about.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum Ending {
    /// In good order.
    Closed,
    /// By an abort at this end.
    Aborted,
    /// The connection was lost.
    Lost,
    /// Nothing arrived for too long (`SESS-22`).
    Idle,
    /// Closing took too long.
    Overdue,
}

/// Which throttle.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ThrottleKind {
    /// `THR-3`.
    Calls,
    /// `THR-4`.
    Sessions,
    /// `THR-5`.
    Instances,
}

/// How a call or an operation ended.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum Outcome {
    /// With a result, or as one-way.
    Ok,
    /// With a fault that its author meant.
    Fault,
    /// With a failure that nobody foresaw; at a proxy, with a local error.
    Failed,
    /// Given up by the caller.
    Abandoned,
    /// Not in time.
    TimedOut,
}

/// What travels.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Kind {
    /// Wants a reply.
    Request,
    /// Wants none.
    OneWay,
    /// The reply to a request.
    Reply,
    /// A fault in place of a reply.
    Fault,
    /// The end of one direction.
    End,
}

/// One thing that happened, in the past tense.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
#[non_exhaustive]
#[allow(missing_docs, reason = "the fields are named after the ids and enums that they hold")]
pub enum Event {
    /// The proxy went from one phase to another.
    ProxyPhase { from: Phase, to: Phase },
    /// The host went from one phase to another.
    HostPhase { from: Phase, to: Phase },
    /// A channel came to be.
    ChannelMade { channel: ChannelId, endpoint: EndpointId, role: Role, shape: Shape },
    /// A channel went from one phase to another.
    ChannelPhase { channel: ChannelId, from: Phase, to: Phase },
    /// A channel is gone.
    ChannelGone { channel: ChannelId, how: Ending },
    /// A pooled channel serves a call: one that was idle, or a new one (`PROXY-12`).
    ChannelLeased { channel: ChannelId, call: CallId, reused: bool },
    /// A pooled channel is idle again (`PROXY-13`).
    ChannelReturned { channel: ChannelId },
    /// A session began.
    SessionOpened { channel: ChannelId, session: SessionId },
    /// The peer ended its half of a session (`SESS-19`).
    SessionInputEnded { channel: ChannelId },
    /// This end ended its half of a session.
    SessionOutputEnded { channel: ChannelId },
    /// A session is over.
    SessionEnded { channel: ChannelId, session: SessionId, how: Ending },
    /// A call waits for its proxy to open.
    CallQueued { call: CallId, operation: OperationId },
    /// A call was sent.
    CallSent { call: CallId, operation: OperationId, channel: ChannelId, one_way: bool },
    /// The caller gave a call up; what it holds is kept until its answer comes (`CALL-5`).
    CallAbandoned { call: CallId },
    /// A call ended for its caller.
    CallEnded { call: CallId, outcome: Outcome },
    /// What an abandoned call held is free: its answer came, or cannot come any more.
    CallForgotten { call: CallId },
    /// A message left.
    MessageSent { channel: ChannelId, kind: Kind, action: SmolStr, bytes: u32 },
    /// A message arrived and waits to be picked up.
    MessageArrived { channel: ChannelId, kind: Kind, action: SmolStr, bytes: u32 },
    /// A waiting message was picked up.
    MessageTaken { channel: ChannelId },
    /// A message was dropped.
    MessageDropped { channel: ChannelId, why: SmolStr },
    /// An instance context came to be.
    ContextMade { context: ContextId },
    /// An instance context went from one phase to another.
    ContextPhase { context: ContextId, from: Phase, to: Phase },
    /// A session channel was bound to a context.
    ContextBound { context: ContextId, channel: ChannelId },
    /// A session channel was unbound from a context.
    ContextUnbound { context: ContextId, channel: ChannelId },
    /// Its provider keeps a context that nothing keeps busy (`INST-22`).
    ContextKept { context: ContextId },
    /// A context is gone.
    ContextGone { context: ContextId },
    /// A service object was made, or the user's own came into use.
    InstanceMade { instance: InstanceId, context: Option<ContextId>, own: bool },
    /// A service object moved into a context (a singleton's, `INST-9`).
    InstancePlaced { instance: InstanceId, context: ContextId },
    /// A service object was given up.
    InstanceReleased { instance: InstanceId, disposed: bool },
    /// A message began its way through the pipeline.
    DispatchBegan { dispatch: DispatchId, channel: ChannelId, action: SmolStr },
    /// An operation reached a stage; `parked` when it waits there.
    DispatchStage { dispatch: DispatchId, stage: Stage, parked: bool },
    /// An operation got its context.
    DispatchPlaced { dispatch: DispatchId, context: ContextId },
    /// An operation left the pipeline.
    DispatchEnded { dispatch: DispatchId, outcome: Outcome },
    /// An operation holds the gate of its context.
    GateEntered { context: ContextId, dispatch: DispatchId },
    /// An operation waits for the gate; one that returns from a call-out goes first (`CONC-4`).
    GateQueued { context: ContextId, dispatch: DispatchId, resuming: bool },
    /// An operation gave the gate up, or its place in a queue.
    GateLeft { context: ContextId, dispatch: DispatchId },
    /// An operation calls out and waits.
    CallOutBegan { dispatch: DispatchId, call: CallId },
    /// A call-out came back; the operation goes on.
    CallOutEnded { dispatch: DispatchId, call: CallId },
    /// A slot of a throttle was taken; that many are.
    SlotTaken { throttle: ThrottleKind, held: u32 },
    /// A throttle was full: somebody waits. That many do.
    SlotAwaited { throttle: ThrottleKind, waiting: u32 },
    /// A waiter is gone: it got a slot that was handed over, or gave up. That many still wait.
    SlotWaitEnded { throttle: ThrottleKind, waiting: u32 },
    /// A slot was freed; that many are taken.
    SlotFreed { throttle: ThrottleKind, held: u32 },
    /// A throttle and its queue were full: somebody was refused.
    SlotRefused { throttle: ThrottleKind },
    /// A call was refused because its reply could never arrive (`CONC-12`).
    DeadlockRefused { dispatch: DispatchId, call: CallId },
}
