//! One sentence for each event.

use super::{ending, message, outcome, short, throttle};
use crate::cast::Cast;
use sessionful::channel::Role;
use sessionful::event::{Event, Record};
use sessionful::ids::OperationId;

/// What an event is about.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Group {
    /// Proxies and hosts.
    Ends,
    /// Channels and sessions.
    Channels,
    /// Calls.
    Calls,
    /// Messages.
    Messages,
    /// Instance contexts and service objects.
    Instances,
    /// Operations on their way through the host, and its gates.
    Dispatch,
    /// Throttles.
    Throttles,
}

impl Group {
    /// All of them.
    pub const ALL: [Group; 7] = [
        Group::Ends,
        Group::Channels,
        Group::Calls,
        Group::Messages,
        Group::Instances,
        Group::Dispatch,
        Group::Throttles,
    ];

    /// What it is called.
    pub const fn name(self) -> &'static str {
        match self {
            Group::Ends => "proxies and hosts",
            Group::Channels => "channels",
            Group::Calls => "calls",
            Group::Messages => "messages",
            Group::Instances => "instances",
            Group::Dispatch => "operations",
            Group::Throttles => "throttles",
        }
    }
}

/// What happened in a run with that cast, in words, and what it is about.
pub fn tell_of(cast: &Cast, record: &Record) -> (Group, String) {
    tell_with(record, |id| cast.operation_name(record.node, id).to_string())
}

fn tell_with(record: &Record, operation: impl Fn(OperationId) -> String) -> (Group, String) {
    let event = &record.event;
    if let Event::ProxyPhase { from, to } | Event::HostPhase { from, to } = event {
        return (Group::Ends, format!("{from} → {to}"));
    }
    None.or_else(|| channel(event).map(|text| (Group::Channels, text)))
        .or_else(|| call(event, operation).map(|text| (Group::Calls, text)))
        .or_else(|| travelling(event).map(|text| (Group::Messages, text)))
        .or_else(|| instance(event).map(|text| (Group::Instances, text)))
        .or_else(|| dispatch(event).map(|text| (Group::Dispatch, text)))
        .or_else(|| slot(event).map(|text| (Group::Throttles, text)))
        .unwrap_or_else(|| (Group::Ends, "something else".into()))
}

fn channel(event: &Event) -> Option<String> {
    Some(match event {
        Event::ChannelMade { channel, role, .. } => {
            let role = match role {
                Role::Session => "for an accepted session",
                Role::Listener => "for all exchanges",
                Role::Proxy => "for the proxy's session",
                Role::Pooled => "for the pool",
            };
            format!("{channel} made {role}")
        }
        Event::ChannelPhase { channel, from, to } => format!("{channel} {from} → {to}"),
        Event::ChannelGone { channel, how } => format!("{channel} gone {}", ending(*how)),
        Event::ChannelLeased { channel, call, reused: true } => {
            format!("{channel} leased to {call}, reused")
        }
        Event::ChannelLeased { channel, call, .. } => format!("{channel} leased to {call}, new"),
        Event::ChannelReturned { channel } => format!("{channel} returned to the pool"),
        Event::SessionOpened { channel, session } => {
            format!("session {} opened on {channel}", short(*session))
        }
        Event::SessionInputEnded { channel } => format!("{channel}: the peer ended its half"),
        Event::SessionOutputEnded { channel } => format!("{channel}: this end ended its half"),
        Event::SessionEnded { session, how, .. } => {
            format!("session {} ended {}", short(*session), ending(*how))
        }
        _ => return None,
    })
}

fn call(event: &Event, operation: impl Fn(OperationId) -> String) -> Option<String> {
    Some(match event {
        Event::CallQueued { call, operation: id } => {
            format!("{call} {} waits for the proxy to open", operation(*id))
        }
        Event::CallSent { call, operation: id, channel, one_way } => {
            let manner = if *one_way { ", one-way" } else { "" };
            format!("{call} {} sent on {channel}{manner}", operation(*id))
        }
        Event::CallAbandoned { call } => format!("{call} abandoned by its caller"),
        Event::CallEnded { call, outcome: how } => format!("{call} ended {}", outcome(*how)),
        Event::CallForgotten { call } => format!("{call} forgotten: what it held is free"),
        Event::CallOutBegan { dispatch, call } => format!("{dispatch} calls out as {call}"),
        Event::CallOutEnded { dispatch, call } => format!("{dispatch} is back from {call}"),
        Event::DeadlockRefused { dispatch, call } => {
            format!("{call} of {dispatch} refused: it would deadlock")
        }
        _ => return None,
    })
}

fn travelling(event: &Event) -> Option<String> {
    Some(match event {
        Event::MessageSent { channel, kind, action, bytes } => {
            format!("{} sent on {channel} {action} {bytes} B", message(*kind))
        }
        Event::MessageArrived { channel, kind, action, bytes } => {
            format!("{} arrived on {channel} {action} {bytes} B", message(*kind))
        }
        Event::MessageTaken { channel } => format!("{channel}: a waiting message picked up"),
        Event::MessageDropped { channel, why } => format!("{channel}: message dropped, {why}"),
        _ => return None,
    })
}

fn instance(event: &Event) -> Option<String> {
    Some(match event {
        Event::ContextMade { context } => format!("{context} made"),
        Event::ContextPhase { context, from, to } => format!("{context} {from} → {to}"),
        Event::ContextBound { context, channel } => format!("{context} bound to {channel}"),
        Event::ContextUnbound { context, channel } => format!("{context} unbound from {channel}"),
        Event::ContextKept { context } => format!("{context} kept by its provider"),
        Event::ContextGone { context } => format!("{context} gone"),
        Event::InstanceMade { instance, context: Some(context), .. } => {
            format!("{instance} made for {context}")
        }
        Event::InstanceMade { instance, .. } => format!("{instance} made"),
        Event::InstancePlaced { instance, context } => format!("{instance} put into {context}"),
        Event::InstanceReleased { instance, disposed: true } => format!("{instance} disposed of"),
        Event::InstanceReleased { instance, .. } => format!("{instance} let go"),
        _ => return None,
    })
}

fn dispatch(event: &Event) -> Option<String> {
    Some(match event {
        Event::DispatchBegan { dispatch, channel, action } => {
            format!("{dispatch} began on {channel} {action}")
        }
        Event::DispatchStage { dispatch, stage, parked } => {
            let parked = if *parked { ", waits there" } else { "" };
            format!("{dispatch}: {}{parked}", spaced(&format!("{stage:?}")))
        }
        Event::DispatchPlaced { dispatch, context } => format!("{dispatch} belongs to {context}"),
        Event::DispatchEnded { dispatch, outcome: how } => {
            format!("{dispatch} ended {}", outcome(*how))
        }
        Event::GateEntered { context, dispatch } => {
            format!("{dispatch} holds the gate of {context}")
        }
        Event::GateQueued { context, dispatch, resuming: true } => {
            format!("{dispatch} waits to return through the gate of {context}")
        }
        Event::GateQueued { context, dispatch, .. } => {
            format!("{dispatch} waits for the gate of {context}")
        }
        Event::GateLeft { context, dispatch } => format!("{dispatch} left the gate of {context}"),
        _ => return None,
    })
}

/// `GateHeld` as people write it.
fn spaced(name: &str) -> String {
    let spaced = name.chars().flat_map(|letter| {
        letter.is_uppercase().then_some(' ').into_iter().chain(letter.to_lowercase())
    });
    spaced.skip(1).collect()
}

fn slot(event: &Event) -> Option<String> {
    Some(match event {
        Event::SlotTaken { throttle: kind, held } => {
            format!("slot of {} taken, {held} in use", throttle(*kind))
        }
        Event::SlotAwaited { throttle: kind, waiting } => {
            format!("{} throttled, {waiting} waiting", throttle(*kind))
        }
        Event::SlotWaitEnded { throttle: kind, waiting } => {
            format!("a wait for {} ended, {waiting} waiting", throttle(*kind))
        }
        Event::SlotFreed { throttle: kind, held } => {
            format!("slot of {} freed, {held} in use", throttle(*kind))
        }
        Event::SlotRefused { throttle: kind } => format!("{} full: refused", throttle(*kind)),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenarios;
    use sessionful::Timestamp;
    use sessionful::ids::{CallId, ChannelId, NodeId};

    #[test]
    fn stages_are_told_in_words() {
        assert_eq!(spaced("GateHeld"), "gate held");
        assert_eq!(spaced("Done"), "done");
    }

    fn told(node: u32, event: Event) -> (Group, String) {
        let node = NodeId(node);
        let record = Record { seq: 0, at: Timestamp::ZERO, node, cause: None, event };
        tell_of(&scenarios::find("first").unwrap().config.cast(), &record)
    }

    #[test]
    fn calls_are_told_with_the_names_of_operations() {
        let (call, channel, operation) = (CallId(7), ChannelId(2), OperationId(1));
        let event = Event::CallSent { call, operation, channel, one_way: false };
        assert_eq!(told(4, event), (Group::Calls, "call7 addTo sent on ch2".into()));
    }

    #[test]
    fn leases_tell_new_from_reused() {
        let lease =
            |reused| Event::ChannelLeased { channel: ChannelId(1), call: CallId(3), reused };
        assert_eq!(told(3, lease(true)).1, "ch1 leased to call3, reused");
        assert_eq!(told(3, lease(false)).1, "ch1 leased to call3, new");
    }
}
