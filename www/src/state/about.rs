//! Which records are about something.

use crate::run::{Run, Target};
use sessionful::event::{Event, Record};

/// No more records than that are looked through, from the cursor back.
const FAR: usize = 3_000;

/// The latest records before the cursor that are about something, newest first.
pub fn records_about(run: &Run, target: Target, most: usize) -> Vec<&Record> {
    let past = run.history().back_from(run.cursor().seq).take(FAR);
    past.filter(|record| is_about(record, target)).take(most).collect()
}

/// Whether a record is about something.
pub fn is_about(record: &Record, target: Target) -> bool {
    if target.node() != Some(record.node) {
        return false;
    }
    match target {
        Target::Proxy(_) => is_of_proxy(&record.event),
        Target::Host(_) => is_of_host(&record.event),
        Target::Channel(_, id) => channel(&record.event) == Some(id.0),
        Target::Context(_, id) => context(&record.event) == Some(id.0),
        Target::Object(_, id) => object(&record.event) == Some(id.0),
        Target::Dispatch(_, id) => dispatch(&record.event) == Some(id.0),
        Target::Call(_, id) => call(&record.event) == Some(id.0),
        Target::Flight(_) => false,
    }
}

fn is_of_proxy(event: &Event) -> bool {
    matches!(
        event,
        Event::ProxyPhase { .. } | Event::ChannelMade { .. } | Event::ChannelGone { .. }
    ) || call(event).is_some()
}

fn is_of_host(event: &Event) -> bool {
    matches!(
        event,
        Event::HostPhase { .. }
            | Event::SessionOpened { .. }
            | Event::SessionEnded { .. }
            | Event::ContextMade { .. }
            | Event::ContextGone { .. }
            | Event::SlotAwaited { .. }
            | Event::SlotRefused { .. }
    )
}

fn channel(event: &Event) -> Option<u32> {
    Some(match event {
        Event::ChannelMade { channel, .. }
        | Event::ChannelPhase { channel, .. }
        | Event::ChannelGone { channel, .. }
        | Event::ChannelLeased { channel, .. }
        | Event::ChannelReturned { channel }
        | Event::SessionOpened { channel, .. }
        | Event::SessionInputEnded { channel }
        | Event::SessionOutputEnded { channel }
        | Event::SessionEnded { channel, .. }
        | Event::CallSent { channel, .. }
        | Event::MessageSent { channel, .. }
        | Event::MessageArrived { channel, .. }
        | Event::MessageTaken { channel }
        | Event::MessageDropped { channel, .. }
        | Event::ContextBound { channel, .. }
        | Event::ContextUnbound { channel, .. }
        | Event::DispatchBegan { channel, .. } => channel.0,
        _ => return None,
    })
}

fn context(event: &Event) -> Option<u32> {
    Some(match event {
        Event::ContextMade { context }
        | Event::ContextPhase { context, .. }
        | Event::ContextBound { context, .. }
        | Event::ContextUnbound { context, .. }
        | Event::ContextKept { context }
        | Event::ContextGone { context }
        | Event::InstanceMade { context: Some(context), .. }
        | Event::InstancePlaced { context, .. }
        | Event::DispatchPlaced { context, .. }
        | Event::GateEntered { context, .. }
        | Event::GateQueued { context, .. }
        | Event::GateLeft { context, .. } => context.0,
        _ => return None,
    })
}

fn object(event: &Event) -> Option<u32> {
    Some(match event {
        Event::InstanceMade { instance, .. }
        | Event::InstancePlaced { instance, .. }
        | Event::InstanceReleased { instance, .. } => instance.0,
        _ => return None,
    })
}

fn dispatch(event: &Event) -> Option<u64> {
    Some(match event {
        Event::DispatchBegan { dispatch, .. }
        | Event::DispatchStage { dispatch, .. }
        | Event::DispatchPlaced { dispatch, .. }
        | Event::DispatchEnded { dispatch, .. }
        | Event::GateEntered { dispatch, .. }
        | Event::GateQueued { dispatch, .. }
        | Event::GateLeft { dispatch, .. }
        | Event::CallOutBegan { dispatch, .. }
        | Event::CallOutEnded { dispatch, .. }
        | Event::DeadlockRefused { dispatch, .. } => dispatch.0,
        _ => return None,
    })
}

fn call(event: &Event) -> Option<u64> {
    Some(match event {
        Event::ChannelLeased { call, .. }
        | Event::CallQueued { call, .. }
        | Event::CallSent { call, .. }
        | Event::CallAbandoned { call }
        | Event::CallEnded { call, .. }
        | Event::CallForgotten { call }
        | Event::CallOutBegan { call, .. }
        | Event::CallOutEnded { call, .. }
        | Event::DeadlockRefused { call, .. } => call.0,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use sessionful::Timestamp;
    use sessionful::ids::{CallId, ChannelId, ContextId, DispatchId, NodeId};

    fn record(node: u32, event: Event) -> Record {
        Record { seq: 0, at: Timestamp::ZERO, node: NodeId(node), cause: None, event }
    }

    #[test]
    fn a_lease_is_about_its_channel_and_its_call_and_nobody_elses() {
        let lease = record(
            3,
            Event::ChannelLeased { channel: ChannelId(1), call: CallId(7), reused: true },
        );
        assert!(is_about(&lease, Target::Channel(NodeId(3), ChannelId(1))));
        assert!(is_about(&lease, Target::Call(NodeId(3), CallId(7))));
        assert!(is_about(&lease, Target::Proxy(NodeId(3))));
        assert!(!is_about(&lease, Target::Channel(NodeId(3), ChannelId(2))));
        assert!(!is_about(&lease, Target::Channel(NodeId(4), ChannelId(1))));
        assert!(!is_about(&lease, Target::Flight(1)));
    }

    #[test]
    fn a_gate_is_about_its_context_and_who_holds_it() {
        let gate = record(1, Event::GateEntered { context: ContextId(2), dispatch: DispatchId(5) });
        assert!(is_about(&gate, Target::Context(NodeId(1), ContextId(2))));
        assert!(is_about(&gate, Target::Dispatch(NodeId(1), DispatchId(5))));
        assert!(!is_about(&gate, Target::Host(NodeId(1))));
    }
}
