//! Seeing what goes on: records folded into a picture, and a bounded journal of them.

mod draw;
mod journal;

pub use journal::{Journal, Seek};

use crate::channel::Role;
use crate::dispatch::Stage;
use crate::event::{Event, Record, ThrottleKind};
use crate::ids::{
    CallId, ChannelId, ContextId, DispatchId, EndpointId, InstanceId, NodeId, OperationId,
    SessionId,
};
use crate::lifecycle::Phase;
use crate::table::{Series, Set};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

/// What exists now, at every end that was watched.
///
/// ```
/// use sessionful::event::{Event, Record};
/// use sessionful::ids::NodeId;
/// use sessionful::observe::Picture;
/// use sessionful::{Phase, Timestamp};
///
/// let event = Event::ProxyPhase { from: Phase::Created, to: Phase::Opening };
/// let record = Record { seq: 0, at: Timestamp::ZERO, node: NodeId(1), cause: None, event };
/// let mut picture = Picture::default();
/// picture.fold(&record);
/// assert_eq!(picture.ends[&NodeId(1)].phase, Phase::Opening);
/// ```
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
pub struct Picture {
    /// Proxies and hosts.
    pub ends: Series<NodeId, End>,
}

/// What exists at one end.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct End {
    /// Proxy or host.
    pub kind: EndKind,
    /// Where it is in its life.
    pub phase: Phase,
    /// Its channels.
    pub channels: Series<ChannelId, ChannelView>,
    /// Its instance contexts.
    pub contexts: Series<ContextId, ContextView>,
    /// Its living service objects; true for the user's own.
    pub objects: Series<InstanceId, bool>,
    /// The operations in progress.
    pub dispatches: Series<DispatchId, DispatchView>,
    /// A proxy's calls in progress.
    pub calls: Series<CallId, CallView>,
    /// Slots taken and waiters, of calls, sessions and instances.
    pub slots: Series<ThrottleKind, Slots>,
}

/// What an end is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum EndKind {
    /// A service host.
    #[default]
    Host,
    /// A service proxy.
    Proxy,
}

/// A channel, as seen from its end.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ChannelView {
    /// What it is for.
    pub role: Role,
    /// Whose contract it carries.
    pub endpoint: EndpointId,
    /// Where it is in its life.
    pub phase: Phase,
    /// Its session.
    pub session: Option<SessionId>,
    /// The peer has ended its half.
    pub input_ended: bool,
    /// This end has ended its half.
    pub output_ended: bool,
    /// Messages that wait to be picked up.
    pub backlog: u32,
    /// The call that leases it, if it is pooled.
    pub call: Option<CallId>,
}

/// An instance context with its gate.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ContextView {
    /// Where it is in its life.
    pub phase: Phase,
    /// Its service object.
    pub object: Option<InstanceId>,
    /// The sessions bound to it.
    pub channels: Set<ChannelId>,
    /// Who holds the gate.
    pub holder: Option<DispatchId>,
    /// Who returns from a call-out and waits, in order.
    pub resuming: Vec<DispatchId>,
    /// Who waits with a new message, in order.
    pub arriving: Vec<DispatchId>,
}

/// An operation in progress.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DispatchView {
    /// The channel it came through.
    pub channel: ChannelId,
    /// What was asked for.
    pub action: SmolStr,
    /// Where it is.
    pub stage: Stage,
    /// It waits there.
    pub parked: bool,
    /// Its context.
    pub context: Option<ContextId>,
    /// Call-outs that it waits for.
    pub calls: Set<CallId>,
}

/// A proxy's call in progress.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CallView {
    /// What is called.
    pub operation: OperationId,
    /// The channel that carries it; none while it waits for the proxy to open.
    pub channel: Option<ChannelId>,
    /// Its caller has given it up.
    pub abandoned: bool,
}

/// The state of one throttle.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
pub struct Slots {
    /// Slots taken.
    pub held: u32,
    /// Waiters.
    pub waiting: u32,
}

impl Picture {
    /// Takes one record in. Records must come in order and without gaps.
    pub fn fold(&mut self, record: &Record) {
        self.ends.get_or_default(record.node).fold(&record.event);
    }
}

impl End {
    fn fold(&mut self, event: &Event) {
        match event {
            Event::ProxyPhase { to, .. } => (self.kind, self.phase) = (EndKind::Proxy, *to),
            Event::HostPhase { to, .. } => self.phase = *to,
            Event::SlotTaken { throttle, held } | Event::SlotFreed { throttle, held } => {
                self.slots.get_or_default(*throttle).held = *held;
            }
            Event::SlotAwaited { throttle, waiting }
            | Event::SlotWaitEnded { throttle, waiting } => {
                self.slots.get_or_default(*throttle).waiting = *waiting;
            }
            Event::InstanceMade { instance, context, own } => {
                self.objects.insert(*instance, *own);
                self.place(*instance, *context);
            }
            Event::InstancePlaced { instance, context } => self.place(*instance, Some(*context)),
            Event::InstanceReleased { instance, disposed } => self.release(*instance, *disposed),
            _ => {
                self.fold_channel(event);
                self.fold_context(event);
                self.fold_dispatch(event);
                self.fold_call(event);
            }
        }
    }

    fn place(&mut self, instance: InstanceId, context: Option<ContextId>) {
        if let Some(context) = context.and_then(|context| self.contexts.get_mut(&context)) {
            context.object = Some(instance);
        }
    }

    fn release(&mut self, instance: InstanceId, disposed: bool) {
        self.contexts.for_each_mut(|context| {
            context.object.take_if(|object| *object == instance);
        });
        // The hidden singleton is only forgotten, and lives on until its host ends (INST-21).
        let own = self.objects.get(&instance).copied().unwrap_or(true);
        if disposed || own {
            self.objects.remove(&instance);
        }
    }

    fn fold_channel(&mut self, event: &Event) {
        match event {
            Event::ChannelMade { channel, endpoint, role, .. } => {
                let view = ChannelView {
                    role: *role,
                    endpoint: *endpoint,
                    phase: Phase::Created,
                    session: None,
                    input_ended: false,
                    output_ended: false,
                    backlog: 0,
                    call: None,
                };
                self.channels.insert(*channel, view);
            }
            Event::ChannelGone { channel, .. } => {
                self.channels.remove(channel);
            }
            Event::ChannelPhase { channel, to, .. } => self.channel(*channel, |c| c.phase = *to),
            Event::ChannelLeased { channel, call, .. } => {
                self.channel(*channel, |view| view.call = Some(*call));
            }
            Event::ChannelReturned { channel } => self.channel(*channel, |view| view.call = None),
            Event::SessionOpened { channel, session } => {
                self.channel(*channel, |view| view.session = Some(*session));
            }
            Event::SessionInputEnded { channel } => {
                self.channel(*channel, |v| v.input_ended = true);
            }
            Event::SessionOutputEnded { channel } => {
                self.channel(*channel, |view| view.output_ended = true);
            }
            Event::MessageArrived { channel, .. } => {
                self.channel(*channel, |view| view.backlog += 1);
            }
            Event::MessageTaken { channel } => self.channel(*channel, |view| view.backlog -= 1),
            _ => {}
        }
    }

    fn channel(&mut self, id: ChannelId, change: impl FnOnce(&mut ChannelView)) {
        if let Some(view) = self.channels.get_mut(&id) {
            change(view);
        }
    }

    fn fold_context(&mut self, event: &Event) {
        match event {
            Event::ContextMade { context } => {
                self.contexts.insert(*context, ContextView::default());
            }
            Event::ContextGone { context } => {
                self.contexts.remove(context);
            }
            Event::ContextPhase { context, to, .. } => self.context(*context, |c| c.phase = *to),
            Event::ContextBound { context, channel } => {
                self.context(*context, |view| _ = view.channels.insert(*channel));
            }
            Event::ContextUnbound { context, channel } => {
                self.context(*context, |view| _ = view.channels.remove(channel));
            }
            Event::GateQueued { context, dispatch, resuming: true } => {
                self.context(*context, |view| view.resuming.push(*dispatch));
            }
            Event::GateQueued { context, dispatch, .. } => {
                self.context(*context, |view| view.arriving.push(*dispatch));
            }
            Event::GateEntered { context, dispatch } => self.context(*context, |view| {
                view.forget(*dispatch);
                view.holder = Some(*dispatch);
            }),
            Event::GateLeft { context, dispatch } => {
                self.context(*context, |view| view.forget(*dispatch));
            }
            _ => {}
        }
    }

    fn context(&mut self, id: ContextId, change: impl FnOnce(&mut ContextView)) {
        if let Some(view) = self.contexts.get_mut(&id) {
            change(view);
        }
    }

    fn fold_dispatch(&mut self, event: &Event) {
        match event {
            Event::DispatchBegan { dispatch, channel, action } => {
                let view = DispatchView {
                    channel: *channel,
                    action: action.clone(),
                    stage: Stage::Received,
                    parked: false,
                    context: None,
                    calls: Set::default(),
                };
                self.dispatches.insert(*dispatch, view);
            }
            Event::DispatchEnded { dispatch, .. } => {
                self.dispatches.remove(dispatch);
            }
            Event::DispatchStage { dispatch, stage, parked } => {
                self.dispatch(*dispatch, |v| (v.stage, v.parked) = (*stage, *parked));
            }
            Event::DispatchPlaced { dispatch, context } => {
                self.dispatch(*dispatch, |view| view.context = Some(*context));
            }
            Event::CallOutBegan { dispatch, call } => {
                self.dispatch(*dispatch, |view| _ = view.calls.insert(*call));
            }
            Event::CallOutEnded { dispatch, call } => {
                self.dispatch(*dispatch, |view| _ = view.calls.remove(call));
            }
            _ => {}
        }
    }

    fn dispatch(&mut self, id: DispatchId, change: impl FnOnce(&mut DispatchView)) {
        if let Some(view) = self.dispatches.get_mut(&id) {
            change(view);
        }
    }

    /// A host's calls are shown with the operations that make them.
    fn fold_call(&mut self, event: &Event) {
        if matches!(event, Event::CallQueued { .. }) {
            // Only a proxy queues calls, and it may do so before it is anything else (CO-19).
            self.kind = EndKind::Proxy;
        }
        if self.kind != EndKind::Proxy {
            return;
        }
        match event {
            Event::CallQueued { call, operation } => {
                let (operation, channel, abandoned) = (*operation, None, false);
                self.calls.insert(*call, CallView { operation, channel, abandoned });
            }
            Event::CallSent { call, operation, channel, .. } => {
                let (operation, channel, abandoned) = (*operation, Some(*channel), false);
                self.calls.insert(*call, CallView { operation, channel, abandoned });
            }
            Event::CallAbandoned { call } => {
                if let Some(view) = self.calls.get_mut(call) {
                    view.abandoned = true;
                }
            }
            Event::CallEnded { call, .. } | Event::CallForgotten { call } => {
                self.calls.remove(call);
            }
            _ => {}
        }
    }
}

impl ContextView {
    fn forget(&mut self, dispatch: DispatchId) {
        if self.holder == Some(dispatch) {
            self.holder = None;
        }
        self.resuming.retain(|waiting| *waiting != dispatch);
        self.arriving.retain(|waiting| *waiting != dispatch);
    }
}
