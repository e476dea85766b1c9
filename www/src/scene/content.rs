//! What is told of each thing, from what is known of it.

use super::{Body, Slot, Token, Trait};
use crate::cast::{Cast, short_action};
use crate::run::Target;
use sessionful::channel::Role;
use sessionful::dispatch::Stage;
use sessionful::dispatch::gate::ConcurrencyMode;
use sessionful::event::ThrottleKind;
use sessionful::ids::{ChannelId, ContextId, DispatchId, NodeId};
use sessionful::lifecycle::Phase;
use sessionful::observe::{ChannelView, ContextView, DispatchView, End};
use smol_str::{SmolStr, format_smolstr};

/// A name, more about it, a phase, and what is drawn inside.
pub(super) type Drawn = (SmolStr, SmolStr, Option<Phase>, Body);

pub(super) fn proxy_node(cast: &Cast, node: NodeId, about: &Trait, end: &End) -> Drawn {
    let waiting = end.calls.iter().filter(|(_, call)| call.channel.is_none());
    let waiting = waiting.map(|(id, call)| Token {
        target: Target::Call(node, *id),
        text: cast.operation_name(node, call.operation),
    });
    let sessionful = end.channels.values().any(|channel| channel.role == Role::Proxy);
    let body = Body::Proxy {
        waiting: waiting.collect(),
        running: end.dispatches.iter().map(|(id, d)| token(node, *id, d)).collect(),
        sessionful,
    };
    (cast.name(node), about.about.clone(), Some(end.phase), body)
}

pub(super) fn channel_node(
    cast: &Cast,
    node: NodeId,
    id: ChannelId,
    channel: &ChannelView,
    end: &End,
) -> Drawn {
    let call = match channel.role {
        Role::Pooled => channel.call.and_then(|call| Some((call, end.calls.get(&call)?))),
        _ => {
            end.calls.iter().find(|(_, c)| c.channel == Some(id)).map(|(call, view)| (*call, view))
        }
    };
    let call = call.map(|(call, view)| Token {
        target: Target::Call(node, call),
        text: cast.operation_name(node, view.operation),
    });
    let slot = match (channel.role, channel.call) {
        (Role::Pooled, None) => Slot::Idle,
        (Role::Pooled, Some(_)) => Slot::Leased,
        _ => Slot::Session,
    };
    let about = match slot {
        Slot::Idle => "idle".into(),
        _ => call.as_ref().map_or_else(|| SmolStr::new("open"), |call| call.text.clone()),
    };
    (format_smolstr!("{id}"), about, Some(channel.phase), Body::Channel { slot, call })
}

pub(super) fn session_node(id: ChannelId, channel: &ChannelView) -> Drawn {
    let backlog = channel.backlog;
    let (name, body) = match channel.role {
        Role::Listener => (SmolStr::new("listener"), Body::Listener { backlog }),
        _ => (format_smolstr!("{id}"), Body::Session { backlog }),
    };
    let about = channel.session.map_or_else(SmolStr::default, |session| {
        let text = session.to_string();
        text.get(..4).unwrap_or_default().into()
    });
    (name, about, Some(channel.phase), body)
}

pub(super) fn context_node(
    (host, mode): (NodeId, ConcurrencyMode),
    id: ContextId,
    context: &ContextView,
    end: &End,
) -> Drawn {
    let named = |dispatch: &DispatchId| {
        let view = end.dispatches.get(dispatch);
        view.map(|view| token(host, *dispatch, view))
    };
    let queue = |ids: &[DispatchId]| ids.iter().filter_map(named).collect::<Vec<_>>();
    let here = end.dispatches.iter().filter(|(_, dispatch)| dispatch.context == Some(id));
    let inside = |dispatch: &DispatchId, view: &DispatchView| match mode {
        ConcurrencyMode::Multiple => view.stage >= Stage::GateHeld && view.calls.is_empty(),
        _ => context.holder == Some(*dispatch),
    };
    let (mut within, mut out) = (Vec::new(), Vec::new());
    for (dispatch, view) in here {
        if inside(dispatch, view) {
            within.push(token(host, *dispatch, view));
        } else if !view.calls.is_empty() {
            out.push(token(host, *dispatch, view));
        }
    }
    let body = Body::Context {
        mode,
        inside: within,
        resuming: queue(&context.resuming),
        arriving: queue(&context.arriving),
        out,
    };
    (format_smolstr!("{id}"), SmolStr::default(), Some(context.phase), body)
}

pub(super) fn host_body(seen: Option<&End>, node: NodeId) -> Body {
    let none = End::default();
    let end = seen.unwrap_or(&none);
    let slots = [ThrottleKind::Calls, ThrottleKind::Sessions, ThrottleKind::Instances]
        .map(|kind| end.slots.get(&kind).copied().unwrap_or_default());
    let waiting = end.dispatches.iter().filter(|(_, d)| d.context.is_none() && d.parked);
    Body::Host {
        seen: seen.is_some(),
        waiting: waiting.map(|(id, dispatch)| token(node, *id, dispatch)).collect(),
        held: slots.map(|slot| slot.held),
        queued: slots.map(|slot| slot.waiting),
    }
}

fn token(node: NodeId, id: DispatchId, view: &DispatchView) -> Token {
    Token { target: Target::Dispatch(node, id), text: short_action(&view.action).into() }
}
