//! What operations and controls want from the end they belong to, whatever kind of end it is.

use super::state::{Begun, End, Ended, Shared, Wait};
use super::watch::Watch;
use super::{clock::Clock, context::Order};
use crate::channel::Role;
use crate::dispatch::{Dispatcher, Stage};
use crate::ids::{CallId, ChannelId, DispatchId, OperationId};
use crate::lifecycle::Phase;
use crate::message::Message;
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

/// The link to an end of either kind.
pub(super) struct EndLink<M, K, W> {
    pub clock: K,
    pub shared: Arc<Shared<M, W>>,
}

impl<M: End, K: Clock, W: Watch> Link for EndLink<M, K, W> {
    fn call(&self, waker: &Waker, call: Outcall) -> Begun {
        let Outcall { channel, within, .. } = call;
        let wait = Wait { after_room_on: Some(channel), within, ..Wait::default() };
        self.shared.begin(self.clock.now(), waker, |_| wait, |id| M::call(CallId(id), call))
    }

    fn poll(&self, id: u64, waker: &Waker) -> Poll<Ended> {
        self.shared.poll(id, waker)
    }

    fn forget(&self, channel: ChannelId, id: u64) {
        let input = M::forget(channel, CallId(id));
        self.shared.forget(self.clock.now(), id, Some(input));
    }

    fn step_out(&self, dispatch: DispatchId, waker: &Waker) -> Option<u64> {
        let running = |end: &M| end.serving().is_some_and(|s| is_running(s, dispatch));
        if !self.shared.read(running) {
            return None;
        }
        let wait = Wait { within: Some(dispatch), ..Wait::default() };
        let out = |id| M::step_out(dispatch, CallId(id));
        waiting(self.shared.begin(self.clock.now(), waker, |_| wait, out))
    }

    fn step_in(&self, dispatch: DispatchId, id: u64) {
        self.shared.order(self.clock.now(), M::step_in(dispatch, CallId(id)));
    }

    fn order(&self, order: Order) {
        if let Some(input) = M::order(order) {
            self.shared.order(self.clock.now(), input);
        }
    }

    fn is_cancelled(&self, dispatch: DispatchId, waker: Option<&Waker>) -> bool {
        self.shared.change(|state| {
            let Some(serving) = state.machine.serving() else { return true };
            let (over, channel) = is_over(serving, dispatch);
            if let (false, Some(channel), Some(waker)) = (over, channel, waker) {
                state.desk.on_cancel(channel, waker);
            }
            over
        })
    }

    fn has_channel(&self, channel: ChannelId) -> bool {
        self.shared.read(|end| end.serving().is_some_and(|s| s.channel(channel).is_some()))
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
