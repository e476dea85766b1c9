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
    /// Its end is taken with all others that have a tag.
    pub tag: Option<u64>,
}

#[derive(Debug, Default)]
struct Waiter {
    ended: Option<Ended>,
    waker: Option<Waker>,
    /// It is no future's: its end is told to whoever takes all of them.
    tag: Option<u64>,
    after_room_on: Option<ChannelId>,
    within: Option<DispatchId>,
}

/// What has ended and has a tag, in that order.
#[derive(Default)]
struct Completed {
    ended: VecDeque<u64>,
    /// Who takes them.
    taker: Option<Waker>,
    /// How many have not been taken, those included that have not ended.
    open: usize,
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
    /// The driver has not yet done all that it was handed over.
    pub driver_is_behind: bool,
    waiters: Series<u64, Waiter>,
    completions: Completed,
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
            // A call without reply ends well once it is written (`OP-2`): behind what is to be sent.
            Action::Settle(_, Ok(_)) if self.driver_is_behind || !self.todo.is_empty() => {
                self.todo.push_back(action);
            }
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
        let waker = match waiter.tag {
            None => waiter.waker.take(),
            Some(_) => {
                self.completions.ended.push_back(id);
                self.completions.taker.take()
            }
        };
        if let Some(waker) = waker {
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
        if waiter.ended.is_some() {
            let (channel, ended) = (waiter.after_room_on, &mut waiter.ended);
            // What the driver has not yet taken counts too: a sender need not let it run in between.
            let is_full = |channel| self.congested.contains(&channel) || self.todo.len() >= FULL;
            if channel.is_some_and(is_full) {
                self.for_room.push(waker.clone());
                return (Poll::Pending, None);
            }
            if let Some(ended) = ended.take() {
                return (Poll::Ready(ended), self.remove(id));
            }
        }
        (Poll::Pending, keep(&mut waiter.waker, waker))
    }

    /// The next end of something that has a tag, in the order in which they ended; nothing once
    /// there will be none.
    pub(super) fn poll_completed(
        &mut self,
        waker: &Waker,
    ) -> (Poll<Option<(u64, Ended)>>, Option<Waker>) {
        while let Some(id) = self.completions.ended.front().copied() {
            if let Some(tag) = self.waiters.get(&id).and_then(|waiter| waiter.tag) {
                let (Poll::Ready(ended), old) = self.poll(id, waker) else {
                    return (Poll::Pending, None); // its pipe has no room
                };
                self.completions.ended.pop_front();
                return (Poll::Ready(Some((tag, ended))), old);
            }
            self.completions.ended.pop_front(); // it was given up
        }
        if self.stopped {
            return (Poll::Ready(None), None);
        }
        (Poll::Pending, keep(&mut self.completions.taker, waker))
    }

    /// Nobody takes the ends of what has a tag any more; a waker to drop.
    pub(super) fn give_up_completions(&mut self) -> Option<Waker> {
        let tagged = self.waiters.iter().filter(|(_, waiter)| waiter.tag.is_some());
        for id in tagged.map(|(id, _)| *id).collect::<Vec<_>>() {
            self.remove(id); // no waker is in it
        }
        std::mem::take(&mut self.completions).taker
    }

    pub(super) fn remove(&mut self, id: u64) -> Option<Waker> {
        let waiter = self.waiters.remove(&id)?;
        if waiter.tag.is_some() {
            self.completions.open -= 1;
            // The driver of an orphan waited for this one.
            self.driver_wanted |= self.orphaned && self.completions.open == 0;
        }
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
        let Wait { after_room_on, within, tag, .. } = wait;
        self.waiters.insert(self.last, Waiter { after_room_on, within, tag, ..Waiter::default() });
        self.completions.open += usize::from(tag.is_some());
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

    /// Whether nobody is left who could want anything.
    pub(super) fn is_orphaned(&self) -> bool {
        self.orphaned && self.completions.open == 0
    }

    /// Nothing goes on any more.
    pub(super) fn stop(&mut self) {
        self.stopped = true;
        let running = self.waiters.iter().filter(|(_, waiter)| waiter.ended.is_none());
        let tagged = running.filter(|(_, waiter)| waiter.tag.is_some()).map(|(id, _)| *id);
        self.completions.ended.extend(tagged);
        self.wakes.extend(self.completions.taker.take());
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

/// Keeps whom to wake; the waker that was kept before.
fn keep(kept: &mut Option<Waker>, waker: &Waker) -> Option<Waker> {
    match kept {
        Some(known) if known.will_wake(waker) => None,
        _ => kept.replace(waker.clone()),
    }
}
