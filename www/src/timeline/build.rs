//! Bars and lanes, grown record by record.

use super::scale::QUIET;
use super::trace::{Arrived, Trace};
use super::{Bar, BarKey, Gap, LaneKey, PhaseKind, Stretch, Timeline};
use crate::cast::{Cast, short_action};
use crate::map::Map;
use crate::run::Target;
use sessionful::dispatch::Stage;
use sessionful::event::{Event, Kind, Outcome, Record};
use sessionful::ids::{CallId, ChannelId, ContextId, DispatchId, NodeId};
use sessionful::{Phase, Timestamp};
use smol_str::SmolStr;

/// What goes on at the end of the records.
#[derive(Clone, Debug, Default)]
pub(super) struct Open {
    trace: Trace,
    proxies: Map<NodeId, Phase>,
    channels: Map<(NodeId, ChannelId), LaneKey>,
    contexts: Map<(NodeId, ContextId), LaneKey>,
    /// The lanes that each bar that goes on is in.
    bars: Map<u32, Vec<LaneKey>>,
    /// The operations that make calls of their own.
    callers: Map<(NodeId, CallId), u32>,
    last: Timestamp,
}

impl Timeline {
    /// Takes the next record in.
    pub fn add(&mut self, cast: &Cast, record: &Record) {
        let at = record.at;
        let idle = self.open.bars.is_empty();
        if idle && at.0.saturating_sub(self.open.last.0) > QUIET {
            self.gaps.push(Gap { from: self.open.last, to: at });
        }
        self.open.last = at;
        self.minimap.add(at, crate::words::is_trouble(&record.event));
        let host = cast.get(record.node).and_then(|member| member.host);
        self.open.trace.add(record, host);
        self.add_life(record, host.is_some());
        self.add_call(cast, record);
        self.add_dispatch(record);
    }

    fn add_life(&mut self, record: &Record, is_proxy: bool) {
        let (node, at) = (record.node, record.at);
        match record.event {
            Event::ProxyPhase { to, .. } => {
                self.open.proxies.insert(node, to);
                let lane = self.lanes.get_or_default(LaneKey::Proxy(node));
                if to == Phase::Closed || to == Phase::Created {
                    lane.end(at);
                } else if !lane.is_taken() {
                    lane.begin(Target::Proxy(node), at);
                }
            }
            Event::ChannelMade { channel, .. } => {
                let key = self.free(|place| LaneKey::of_channel(node, is_proxy, place));
                self.open.channels.insert((node, channel), key);
                self.lanes.get_or_default(key).begin(Target::Channel(node, channel), at);
            }
            Event::ChannelGone { channel, .. } => {
                if let Some(key) = self.open.channels.remove(&(node, channel)) {
                    self.lanes.get_or_default(key).end(at);
                }
            }
            Event::ContextMade { context } => {
                let key = self.free(|place| LaneKey::Instance(node, place));
                self.open.contexts.insert((node, context), key);
                self.lanes.get_or_default(key).begin(Target::Context(node, context), at);
            }
            Event::ContextGone { context } => {
                if let Some(key) = self.open.contexts.remove(&(node, context)) {
                    self.lanes.get_or_default(key).end(at);
                }
            }
            _ => {}
        }
    }

    /// The first place of a kind in which nothing lives.
    fn free(&self, key: impl Fn(u32) -> LaneKey) -> LaneKey {
        let taken = |key: &LaneKey| self.lanes.get(key).is_some_and(super::Lane::is_taken);
        (0..).map(key).find(|key| !taken(key)).unwrap_or(LaneKey::Proxy(NodeId(0)))
    }

    fn add_call(&mut self, cast: &Cast, record: &Record) {
        let (node, at) = (record.node, record.at);
        let is_proxy = cast.get(node).is_some_and(|member| member.host.is_some());
        match record.event {
            Event::CallQueued { call, operation } => {
                let kind = match self.open.proxies.get(&node) {
                    Some(Phase::Opening) => PhaseKind::Opening,
                    _ => PhaseKind::WaitingForChannel,
                };
                self.begin_call(node, call, cast.operation_name(node, operation), at, kind);
            }
            Event::CallSent { call, operation, channel, .. } if is_proxy => {
                let name = cast.operation_name(node, operation);
                let bar = self.begin_call(node, call, name, at, PhaseKind::Requesting);
                self.stretch(bar, PhaseKind::Requesting, at);
                self.bars[bar as usize].sent = Some(at);
                if let Some(key) = self.open.channels.get(&(node, channel)).copied() {
                    self.put(bar, key);
                }
            }
            Event::CallEnded { call, outcome } => {
                if let Some(bar) = self.place(BarKey::Call(node, call)) {
                    self.close(bar, at, outcome != Outcome::Ok);
                }
            }
            // For its caller it is over, though its answer may still come (CALL-5, CALL-8).
            Event::CallAbandoned { call } => {
                if let Some(bar) = self.place(BarKey::Call(node, call)) {
                    self.close(bar, at, true);
                }
            }
            Event::MessageArrived { channel, kind: Kind::Request | Kind::OneWay, .. } => {
                if let Some((asker, _)) = self.open.trace.waiting(node, channel)
                    && let Some(bar) = self.place(BarKey::Call(asker.0, asker.1))
                {
                    self.stretch(bar, PhaseKind::WaitingForPump, at);
                }
            }
            _ => {}
        }
    }

    fn begin_call(
        &mut self,
        node: NodeId,
        call: CallId,
        label: SmolStr,
        at: Timestamp,
        kind: PhaseKind,
    ) -> u32 {
        let key = BarKey::Call(node, call);
        if let Some(bar) = self.place(key) {
            return bar;
        }
        let bar = self.begin(key, label, at, kind);
        self.put(bar, LaneKey::Proxy(node));
        bar
    }

    fn add_dispatch(&mut self, record: &Record) {
        let (node, at) = (record.node, record.at);
        if let Event::DispatchBegan { dispatch, channel, action } = &record.event {
            return self.begin_dispatch(node, *dispatch, *channel, action, at);
        }
        let (dispatch, kind) = match record.event {
            Event::DispatchStage { dispatch, stage, parked } => (dispatch, during(stage, parked)),
            Event::GateQueued { dispatch, .. } => (dispatch, Some(PhaseKind::WaitingForGate)),
            Event::CallOutBegan { dispatch, call } => {
                if let Some(bar) = self.place(BarKey::Dispatch(node, dispatch)) {
                    self.open.callers.insert((node, call), bar);
                }
                (dispatch, Some(PhaseKind::CallingOut))
            }
            Event::CallOutEnded { dispatch, call } => {
                self.open.callers.remove(&(node, call));
                (dispatch, Some(PhaseKind::Running))
            }
            Event::DispatchPlaced { dispatch, context } => {
                let bar = self.place(BarKey::Dispatch(node, dispatch));
                let lane = self.open.contexts.get(&(node, context)).copied();
                if let Some((bar, lane)) = bar.zip(lane) {
                    self.put(bar, lane);
                }
                return;
            }
            Event::DispatchEnded { dispatch, outcome } => {
                if let Some(bar) = self.place(BarKey::Dispatch(node, dispatch)) {
                    self.close(bar, at, outcome != Outcome::Ok);
                }
                return;
            }
            _ => return,
        };
        let (Some(bar), Some(kind)) = (self.place(BarKey::Dispatch(node, dispatch)), kind) else {
            return;
        };
        if kind == PhaseKind::Replying {
            let answered = &mut self.bars[bar as usize].answered;
            *answered = answered.or(Some(at));
        }
        self.stretch(bar, kind, at);
        if let Some(twin) = self.bars[bar as usize].twin {
            self.stretch(twin, kind, at);
        }
    }

    fn begin_dispatch(
        &mut self,
        node: NodeId,
        dispatch: DispatchId,
        channel: ChannelId,
        action: &str,
        at: Timestamp,
    ) {
        let label = short_action(action).into();
        let bar = self.begin(BarKey::Dispatch(node, dispatch), label, at, PhaseKind::Throttled);
        let lane = self.open.channels.get(&(node, channel)).copied();
        // A callback runs on its proxy's own lane.
        self.put(bar, lane.unwrap_or(LaneKey::Proxy(node)));
        if let Some(arrived) = self.open.trace.take(node, channel) {
            self.join(bar, arrived, at);
        }
    }

    /// An operation was asked for by that call.
    fn join(&mut self, bar: u32, ((asker, call), sent): Arrived, at: Timestamp) {
        self.bars[bar as usize].sent = Some(sent);
        if let Some(caller) = self.open.callers.get(&(asker, call)) {
            self.bars[bar as usize].parent = Some(*caller);
        }
        if let Some(twin) = self.place(BarKey::Call(asker, call)) {
            self.bars[bar as usize].twin = Some(twin);
            self.bars[twin as usize].twin = Some(bar);
            self.stretch(twin, PhaseKind::Throttled, at);
        }
    }

    fn place(&self, key: BarKey) -> Option<u32> {
        self.by_key.get(&key).copied()
    }

    fn begin(&mut self, key: BarKey, label: SmolStr, at: Timestamp, kind: PhaseKind) -> u32 {
        let place = u32::try_from(self.bars.len()).unwrap_or(u32::MAX);
        self.bars.push(Bar {
            key,
            label,
            from: at,
            to: None,
            stretches: vec![Stretch { kind, from: at }],
            failed: false,
            twin: None,
            parent: None,
            sent: None,
            answered: None,
        });
        self.by_key.insert(key, place);
        self.open.bars.insert(place, Vec::new());
        place
    }

    fn put(&mut self, bar: u32, key: LaneKey) {
        let lanes = self.open.bars.get_or_default(bar);
        if !lanes.contains(&key) {
            lanes.push(key);
            self.lanes.get_or_default(key).add(bar);
        }
    }

    fn stretch(&mut self, bar: u32, kind: PhaseKind, at: Timestamp) {
        let bar = &mut self.bars[bar as usize];
        if bar.to.is_some() {
            return;
        }
        // A stretch that took no time is as if it had not been.
        while bar.stretches.last().is_some_and(|last| last.from == at) {
            bar.stretches.pop();
        }
        if bar.stretches.last().is_none_or(|last| last.kind != kind) {
            bar.stretches.push(Stretch { kind, from: at });
        }
    }

    fn close(&mut self, place: u32, at: Timestamp, failed: bool) {
        let bar = &mut self.bars[place as usize];
        if bar.to.is_some() {
            return;
        }
        (bar.to, bar.failed) = (Some(at), failed);
        for lane in self.open.bars.remove(&place).unwrap_or_default() {
            if let Some(lane) = self.lanes.get_mut(&lane) {
                lane.close(place, at);
            }
        }
    }
}

/// What an operation's time is spent on at a stage.
fn during(stage: Stage, parked: bool) -> Option<PhaseKind> {
    match stage {
        Stage::Received | Stage::InstanceFound if parked => Some(PhaseKind::Throttled),
        Stage::FlowAdmitted if parked => Some(PhaseKind::WaitingForGate),
        Stage::GateHeld | Stage::Invoking => Some(PhaseKind::Running),
        Stage::Replying => Some(PhaseKind::Replying),
        _ => None,
    }
}
