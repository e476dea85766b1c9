//! Who waits for what at one end, and what its driver has still to do.

use super::trunk::FULL;
use crate::action::{Action, Ticket};
use crate::error::{HostError, ProxyError};
use crate::ids::{CallId, ChannelId, DispatchId};
use crate::message::Message;
use crate::table::{Series, Set};
use std::collections::VecDeque;
use std::task::{Poll, Waker};

/// How something that somebody waits for has ended.
#[derive(Debug)]
pub(super) enum Ended {
    Call(Result<Box<Message>, ProxyError>),
    Resumed,
    Proxy(Result<(), ProxyError>),
    Host(Result<(), HostError>),
    /// A command that nobody waits for goes on.
    Going,
    Stopped,
}

impl Ended {
    pub(super) fn call(self) -> Result<Box<Message>, ProxyError> {
        match self {
            Ended::Call(result) => result,
            _ => Err(ProxyError::Stopped),
        }
    }

    pub(super) fn proxy(self) -> Result<(), ProxyError> {
        match self {
            Ended::Proxy(result) => result,
            Ended::Going => Ok(()),
            _ => Err(ProxyError::Stopped),
        }
    }

    pub(super) fn host(self) -> Result<(), HostError> {
        match self {
            Ended::Host(result) => result,
            Ended::Going => Ok(()),
            _ => Err(HostError::Stopped),
        }
    }
}

/// What is about to be waited for.
#[derive(Clone, Copy, Default)]
pub(super) struct Wait {
    /// Its end is not told before the pipe of this channel has room (`CONC-10`).
    pub after_room_on: Option<ChannelId>,
    /// It ends with this operation.
    pub within: Option<DispatchId>,
    /// It does not begin before the singleton is made (`INST-9`).
    pub after_singleton: bool,
}

#[derive(Debug, Default)]
struct Waiter {
    ended: Option<Ended>,
    waker: Option<Waker>,
    after_room_on: Option<ChannelId>,
    within: Option<DispatchId>,
}

/// Wakers that are to be woken once nothing is locked. Mostly there is one.
#[derive(Default)]
pub(super) struct Wakes {
    first: Option<Waker>,
    more: Vec<Waker>,
}

impl Wakes {
    fn add(&mut self, waker: Waker) {
        match &self.first {
            None => self.first = Some(waker),
            Some(_) => self.more.push(waker),
        }
    }

    fn extend(&mut self, wakers: impl IntoIterator<Item = Waker>) {
        for waker in wakers {
            self.add(waker);
        }
    }

    pub(super) fn wake(self) {
        if let Some(waker) = self.first {
            waker.wake();
        }
        for waker in self.more {
            waker.wake();
        }
    }
}

/// Everything but the machine and its watch.
#[derive(Default)]
pub(super) struct Desk {
    todo: VecDeque<Action>,
    waiters: Series<u64, Waiter>,
    /// What must not outlive an operation.
    within: Series<DispatchId, Vec<u64>>,
    /// Calls, call-outs and commands share one counter.
    last: u64,
    pub driver_wanted: bool,
    wakes: Wakes,
    /// Pipes whose queues are full, and who waits for them.
    congested: Set<ChannelId>,
    for_room: Vec<Waker>,
    /// Who wants to hear that a session has ended (`HOST-15`).
    cancels: Series<ChannelId, Vec<Waker>>,
    unmade: u32,
    pub stopped: bool,
    pub orphaned: bool,
}

impl Desk {
    pub(super) fn take(&mut self, action: Action) {
        match action {
            Action::Settle(CallId(call), result) => self.end(call, Ended::Call(result)),
            Action::Resume(_, CallId(call)) => self.end(call, Ended::Resumed),
            Action::ProxyDone(Ticket(ticket), result) => self.end(ticket, Ended::Proxy(result)),
            Action::HostDone(Ticket(ticket), result) => self.end(ticket, Ended::Host(result)),
            other => {
                match &other {
                    Action::ForgetDispatch(dispatch) => self.end_within(*dispatch),
                    Action::Release { channel, .. } => self.released(*channel),
                    Action::MakeSingleton(_) => self.unmade += 1,
                    _ => {}
                }
                if !self.stopped {
                    self.todo.push_back(other);
                }
            }
        }
    }

    pub(super) fn end(&mut self, id: u64, ended: Ended) {
        let Some(waiter) = self.waiters.get_mut(&id).filter(|waiter| waiter.ended.is_none()) else {
            return;
        };
        waiter.ended = Some(ended);
        if let Some(waker) = waiter.waker.take() {
            self.wakes.add(waker);
        }
    }

    /// The machine forgets what an operation still waited for when it has returned.
    fn end_within(&mut self, dispatch: DispatchId) {
        for id in self.within.remove(&dispatch).unwrap_or_default() {
            self.end(id, Ended::Call(Err(ProxyError::Abandoned)));
        }
    }

    fn released(&mut self, channel: ChannelId) {
        self.set_congested(channel, false);
        self.cancelled(channel);
    }

    pub(super) fn cancelled(&mut self, channel: ChannelId) {
        self.wakes.extend(self.cancels.remove(&channel).unwrap_or_default());
    }

    pub(super) fn on_cancel(&mut self, channel: ChannelId, waker: &Waker) {
        let waiting = self.cancels.get_or_default(channel);
        if !waiting.iter().any(|other| other.will_wake(waker)) {
            waiting.push(waker.clone());
        }
    }

    pub(super) fn set_congested(&mut self, channel: ChannelId, congested: bool) {
        if congested {
            self.congested.insert(channel);
        } else if self.congested.remove(&channel) {
            self.wakes.extend(self.for_room.drain(..));
        }
    }

    pub(super) fn singleton_made(&mut self) {
        self.unmade = self.unmade.saturating_sub(1);
        self.wakes.extend(self.for_room.drain(..));
    }

    /// The end of what is waited for; or else whom to wake when it comes, and a waker to drop.
    pub(super) fn poll(&mut self, id: u64, waker: &Waker) -> (Poll<Ended>, Option<Waker>) {
        let Some(waiter) = self.waiters.get_mut(&id) else {
            return (Poll::Ready(Ended::Stopped), None);
        };
        // What the driver has not yet taken counts too: a sender need not let it run in between.
        let is_full = |channel| self.congested.contains(&channel) || self.todo.len() >= FULL;
        let full = waiter.after_room_on.is_some_and(is_full);
        if full && waiter.ended.is_some() {
            self.for_room.push(waker.clone());
            return (Poll::Pending, None);
        }
        if let Some(ended) = waiter.ended.take() {
            let old = self.remove(id);
            return (Poll::Ready(ended), old);
        }
        match &waiter.waker {
            Some(known) if known.will_wake(waker) => (Poll::Pending, None),
            _ => (Poll::Pending, waiter.waker.replace(waker.clone())),
        }
    }

    pub(super) fn remove(&mut self, id: u64) -> Option<Waker> {
        let waiter = self.waiters.remove(&id)?;
        if let Some(dispatch) = waiter.within
            && let Some(others) = self.within.get_mut(&dispatch)
        {
            others.retain(|other| *other != id);
            if others.is_empty() {
                self.within.remove(&dispatch);
            }
        }
        waiter.waker
    }

    #[inline]
    pub(super) fn hand_over(&mut self, todo: &mut VecDeque<Action>) {
        if !self.todo.is_empty() {
            self.hand_all_over(todo);
        }
    }

    fn hand_all_over(&mut self, todo: &mut VecDeque<Action>) {
        if self.todo.len() >= FULL {
            self.wakes.extend(self.for_room.drain(..));
        }
        if todo.is_empty() {
            std::mem::swap(todo, &mut self.todo); // actions are large: they stay where they are
        } else {
            todo.append(&mut self.todo);
        }
    }

    /// Something begins that is going to be waited for; its number.
    pub(super) fn add(&mut self, wait: Wait) -> u64 {
        self.last += 1;
        let Wait { after_room_on, within, .. } = wait;
        self.waiters.insert(self.last, Waiter { after_room_on, within, ..Waiter::default() });
        if let Some(dispatch) = within {
            self.within.get_or_default(dispatch).push(self.last);
        }
        self.last
    }

    /// Whether it must wait before it may begin; the waker will be woken.
    pub(super) fn must_wait(&mut self, wait: Wait, waker: &Waker) -> bool {
        let waits = wait.after_singleton && self.unmade > 0;
        if waits {
            self.for_room.push(waker.clone());
        }
        waits
    }

    pub(super) fn is_going_on(&self, id: u64) -> bool {
        self.waiters.get(&id).is_some_and(|waiter| waiter.ended.is_none())
    }

    /// Whom to wake now, and whether the driver is wanted as well.
    pub(super) fn take_wakes(&mut self) -> (Option<Wakes>, bool) {
        let wakes = self.wakes.first.is_some().then(|| std::mem::take(&mut self.wakes));
        (wakes, std::mem::take(&mut self.driver_wanted))
    }

    /// Nothing goes on any more.
    pub(super) fn stop(&mut self) {
        self.stopped = true;
        let Desk { waiters, wakes, .. } = self;
        waiters.for_each_mut(|waiter| {
            waiter.ended.get_or_insert(Ended::Stopped);
            wakes.extend(waiter.waker.take());
        });
        self.congested = Set::default();
        self.todo.clear();
        self.wakes.extend(self.for_room.drain(..));
        for (_, wakers) in self.cancels.drain() {
            self.wakes.extend(wakers);
        }
    }
}
