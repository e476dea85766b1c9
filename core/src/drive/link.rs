//! What operations and controls want from the end they belong to, whatever kind of end it is.

use super::state::{Begun, Ended, Shared, Wait};
use super::watch::Watch;
use super::{clock::Clock, context::Order};
use crate::action::Ticket;
use crate::channel::Role;
use crate::dispatch::{Dispatcher, Stage};
use crate::host::{Host, HostInput};
use crate::ids::{CallId, ChannelId, DispatchId, OperationId};
use crate::lifecycle::Phase;
use crate::message::Message;
use crate::proxy::{NewCall, Proxy, ProxyInput};
use std::sync::Arc;
use std::task::{Poll, Waker};
use std::time::Duration;

/// A call over a session, from an operation or from outside of one.
#[derive(Clone)]
pub(super) struct Outcall {
    pub channel: ChannelId,
    pub operation: OperationId,
    pub message: Box<Message>,
    pub within: Option<DispatchId>,
    pub group: u32,
    pub timeout: Option<Duration>,
}

/// The end behind a context, without its types.
pub(super) trait Link {
    fn call(&self, waker: &Waker, call: Outcall) -> Begun;
    fn poll(&self, id: u64, waker: &Waker) -> Poll<Ended>;
    fn forget(&self, channel: ChannelId, id: u64);
    /// The operation is about to wait for something outside. Nothing: it is over.
    fn step_out(&self, dispatch: DispatchId, waker: &Waker) -> Option<u64>;
    fn step_in(&self, dispatch: DispatchId, id: u64);
    fn order(&self, order: Order);
    /// Whether the operation's result can reach nobody any more; if not, who is told.
    fn is_cancelled(&self, dispatch: DispatchId, waker: Option<&Waker>) -> bool;
    fn has_channel(&self, channel: ChannelId) -> bool;
}

pub(super) struct HostLink<K, W> {
    pub clock: K,
    pub shared: Arc<Shared<Host, W>>,
}

impl<K: Clock, W: Watch> Link for HostLink<K, W> {
    fn call(&self, waker: &Waker, call: Outcall) -> Begun {
        let Outcall { channel, operation, message, within, timeout, .. } = call;
        let wait = Wait { after_room_on: Some(channel), within, after_singleton: false };
        self.shared.begin(self.clock.now(), waker, wait, |id| {
            let call = CallId(id);
            HostInput::Call { call, channel, operation, message, within, timeout }
        })
    }

    fn poll(&self, id: u64, waker: &Waker) -> Poll<Ended> {
        self.shared.poll(id, waker)
    }

    fn forget(&self, channel: ChannelId, id: u64) {
        let input = HostInput::Abandon(channel, CallId(id));
        self.shared.forget(self.clock.now(), id, Some(input));
    }

    fn step_out(&self, dispatch: DispatchId, waker: &Waker) -> Option<u64> {
        if !self.shared.read(|host| is_running(host.dispatcher(), dispatch)) {
            return None;
        }
        let wait = Wait { within: Some(dispatch), ..Wait::default() };
        let out = |id| HostInput::StepOut(dispatch, CallId(id));
        waiting(self.shared.begin(self.clock.now(), waker, wait, out))
    }

    fn step_in(&self, dispatch: DispatchId, id: u64) {
        self.shared.order(self.clock.now(), HostInput::StepIn(dispatch, CallId(id)));
    }

    fn order(&self, order: Order) {
        let input = match order {
            Order::ReleaseObject(context) => HostInput::ReleaseObject(context),
            Order::RaiseQuota(context, by) => HostInput::RaiseQuota(context, by),
            Order::Outgoing(context, added) => HostInput::Outgoing(context, added),
            Order::Bind(context, channel) => HostInput::Bind(context, channel),
            Order::ContextIdle(context, idle) => HostInput::ContextIdle(context, idle),
            Order::CloseSession(channel) => HostInput::CloseSession(channel),
            Order::AbortSession(channel) => HostInput::AbortSession(channel),
        };
        self.shared.order(self.clock.now(), input);
    }

    fn is_cancelled(&self, dispatch: DispatchId, waker: Option<&Waker>) -> bool {
        self.shared.change(|state| {
            let (over, channel) = is_over(state.machine.dispatcher(), dispatch);
            if let (false, Some(channel), Some(waker)) = (over, channel, waker) {
                state.desk.on_cancel(channel, waker);
            }
            over
        })
    }

    fn has_channel(&self, channel: ChannelId) -> bool {
        self.shared.read(|host| host.dispatcher().channel(channel).is_some())
    }
}

pub(super) struct ProxyLink<K, W> {
    pub clock: K,
    pub shared: Arc<Shared<Proxy, W>>,
}

impl<K: Clock, W: Watch> Link for ProxyLink<K, W> {
    fn call(&self, waker: &Waker, call: Outcall) -> Begun {
        let Outcall { channel, operation, message, within, group, timeout } = call;
        let wait = Wait { after_room_on: Some(channel), within, after_singleton: false };
        self.shared.begin(self.clock.now(), waker, wait, |id| {
            let call = CallId(id);
            ProxyInput::Call(NewCall { call, operation, message, group, timeout, within })
        })
    }

    fn poll(&self, id: u64, waker: &Waker) -> Poll<Ended> {
        self.shared.poll(id, waker)
    }

    fn forget(&self, _channel: ChannelId, id: u64) {
        let input = ProxyInput::Forget(CallId(id));
        self.shared.forget(self.clock.now(), id, Some(input));
    }

    fn step_out(&self, dispatch: DispatchId, waker: &Waker) -> Option<u64> {
        let running = |proxy: &Proxy| proxy.dispatcher().is_some_and(|d| is_running(d, dispatch));
        if !self.shared.read(running) {
            return None;
        }
        let wait = Wait { within: Some(dispatch), ..Wait::default() };
        let out = |id| ProxyInput::StepOut(dispatch, CallId(id));
        waiting(self.shared.begin(self.clock.now(), waker, wait, out))
    }

    fn step_in(&self, dispatch: DispatchId, id: u64) {
        self.shared.order(self.clock.now(), ProxyInput::StepIn(dispatch, CallId(id)));
    }

    /// A callback object has no host: only its session can be ended.
    fn order(&self, order: Order) {
        // Nobody waits under ticket 0: real ones begin at 1.
        let input = match order {
            Order::CloseSession(_) => ProxyInput::Close(Ticket(0)),
            Order::AbortSession(_) => ProxyInput::Abort(Ticket(0)),
            _ => return,
        };
        self.shared.order(self.clock.now(), input);
    }

    fn is_cancelled(&self, dispatch: DispatchId, waker: Option<&Waker>) -> bool {
        self.shared.change(|state| {
            let Some(dispatcher) = state.machine.dispatcher() else { return true };
            let (over, channel) = is_over(dispatcher, dispatch);
            if let (false, Some(channel), Some(waker)) = (over, channel, waker) {
                state.desk.on_cancel(channel, waker);
            }
            over
        })
    }

    fn has_channel(&self, channel: ChannelId) -> bool {
        self.shared.read(|proxy| proxy.dispatcher().is_some_and(|d| d.channel(channel).is_some()))
    }
}

fn waiting(begun: Begun) -> Option<u64> {
    match begun {
        Begun::Waiting(id) => Some(id),
        _ => None,
    }
}

fn is_running(dispatcher: &Dispatcher, dispatch: DispatchId) -> bool {
    dispatcher.dispatch(dispatch).is_some_and(|dispatch| dispatch.stage == Stage::Invoking)
}

/// Whether an operation's result can reach nobody any more, and the channel it depends on.
fn is_over(dispatcher: &Dispatcher, dispatch: DispatchId) -> (bool, Option<ChannelId>) {
    let Some(dispatch) = dispatcher.dispatch(dispatch) else { return (true, None) };
    let over = match dispatcher.channel(dispatch.channel) {
        None => true,
        Some(channel) if channel.role == Role::Listener => {
            dispatch.exchange.is_none() && !dispatch.one_way
        }
        Some(channel) => channel.phase == Phase::Faulted,
    };
    (over, Some(dispatch.channel))
}

/// The end of a context that has none: nothing waits, nothing happens.
pub(super) struct Nowhere;

impl Link for Nowhere {
    fn call(&self, _: &Waker, _: Outcall) -> Begun {
        Begun::Ended(Ended::Stopped)
    }

    fn poll(&self, _: u64, _: &Waker) -> Poll<Ended> {
        Poll::Ready(Ended::Stopped)
    }

    fn forget(&self, _: ChannelId, _: u64) {}

    fn step_out(&self, _: DispatchId, _: &Waker) -> Option<u64> {
        None
    }

    fn step_in(&self, _: DispatchId, _: u64) {}

    fn order(&self, _: Order) {}

    fn is_cancelled(&self, _: DispatchId, _: Option<&Waker>) -> bool {
        false
    }

    fn has_channel(&self, _: ChannelId) -> bool {
        false
    }
}
