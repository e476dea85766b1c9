//! What a handle and its driver share: the machine, and who waits for what.
//!
//! Nobody foreign is called while it is locked: wakers are collected, and woken after.

use super::trunk::FULL;
use super::watch::Watch;
use crate::action::{Action, Ticket};
use crate::error::{HostError, ProxyError};
use crate::event::Event;
use crate::ids::{CallId, ChannelId, DispatchId};
use crate::machine::{Machine, Outbox};
use crate::message::Message;
use crate::time::Timestamp;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Waker};

/// How something that somebody waits for has ended.
#[derive(Debug)]
pub(super) enum Ended {
    Call(Result<Message, ProxyError>),
    Resumed,
    Proxy(Result<(), ProxyError>),
    Host(Result<(), HostError>),
    Stopped,
}

impl Ended {
    pub(super) fn call(self) -> Result<Message, ProxyError> {
        match self {
            Ended::Call(result) => result,
            _ => Err(ProxyError::Stopped),
        }
    }

    pub(super) fn proxy(self) -> Result<(), ProxyError> {
        match self {
            Ended::Proxy(result) => result,
            _ => Err(ProxyError::Stopped),
        }
    }

    pub(super) fn host(self) -> Result<(), HostError> {
        match self {
            Ended::Host(result) => result,
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

    fn wake(self) {
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
    waiters: BTreeMap<u64, Waiter>,
    /// What must not outlive an operation.
    within: BTreeSet<(DispatchId, u64)>,
    /// Calls, call-outs and commands share one counter.
    last: u64,
    driver: Option<Waker>,
    wakes: Wakes,
    /// Pipes whose queues are full, and who waits for them.
    congested: BTreeSet<ChannelId>,
    for_room: Vec<Waker>,
    /// Who wants to hear that a session has ended (`HOST-15`).
    cancels: BTreeMap<ChannelId, Vec<Waker>>,
    unmade: u32,
    stopped: bool,
    pub orphaned: bool,
}

impl Desk {
    fn take(&mut self, action: Action) {
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
                self.todo.push_back(other);
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
        while let Some(&(_, id)) = self.within.range((dispatch, 0)..=(dispatch, u64::MAX)).next() {
            self.within.remove(&(dispatch, id));
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
        let waiting = self.cancels.entry(channel).or_default();
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
    fn poll(&mut self, id: u64, waker: &Waker) -> (Poll<Ended>, Option<Waker>) {
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

    fn remove(&mut self, id: u64) -> Option<Waker> {
        let waiter = self.waiters.remove(&id)?;
        if let Some(dispatch) = waiter.within {
            self.within.remove(&(dispatch, id));
        }
        waiter.waker
    }

    fn hand_over(&mut self, todo: &mut VecDeque<Action>) {
        if self.todo.len() >= FULL {
            self.wakes.extend(self.for_room.drain(..));
        }
        todo.append(&mut self.todo);
    }

    fn fresh(&mut self) -> u64 {
        self.last += 1;
        self.last
    }
}

pub(super) struct State<M, W> {
    pub machine: M,
    pub desk: Desk,
    watch: W,
}

struct Out<'a, W> {
    now: Timestamp,
    desk: &'a mut Desk,
    watch: &'a mut W,
}

impl<W: Watch> Outbox<Action> for Out<'_, W> {
    fn act(&mut self, action: Action) {
        self.desk.take(action);
    }

    #[inline(always)]
    fn note(&mut self, event: impl FnOnce() -> Event) {
        self.watch.note(self.now, event);
    }
}

impl<M: Machine<Action = Action>, W: Watch> State<M, W> {
    pub(super) fn step(&mut self, now: Timestamp, input: M::Input) {
        self.watch.step();
        let mut out = Out { now, desk: &mut self.desk, watch: &mut self.watch };
        self.machine.handle(now, input, &mut out);
    }
}

/// What came of beginning something.
pub(super) enum Begun {
    /// It has ended at once.
    Ended(Ended),
    /// It goes on under this number.
    Waiting(u64),
    /// It could not begin yet; the waker will be woken.
    NotYet,
}

/// The shared state of one end.
pub(super) struct Shared<M, W>(Mutex<State<M, W>>);

impl<M: Machine<Action = Action>, W: Watch> Shared<M, W> {
    pub(super) fn new(machine: M, watch: W) -> Arc<Shared<M, W>> {
        Arc::new(Shared(Mutex::new(State { machine, desk: Desk::default(), watch })))
    }

    fn lock(&self) -> MutexGuard<'_, State<M, W>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads the machine.
    pub(super) fn read<R>(&self, look: impl FnOnce(&M) -> R) -> R {
        look(&self.lock().machine)
    }

    /// Changes the state; whoever waits for the change is woken after, with nothing locked.
    pub(super) fn change<R>(&self, change: impl FnOnce(&mut State<M, W>) -> R) -> R {
        let mut state = self.lock();
        let result = change(&mut state);
        let wakes = std::mem::take(&mut state.desk.wakes);
        drop(state);
        wakes.wake();
        result
    }

    /// A step from outside of the driver, who is woken to carry out what follows.
    pub(super) fn order(&self, now: Timestamp, input: M::Input) {
        self.change(|state| {
            if !state.desk.stopped {
                state.step(now, input);
                let driver = state.desk.driver.take();
                state.desk.wakes.extend(driver);
            }
        });
    }

    /// A step by the driver itself, who gets what follows.
    pub(super) fn feed<R>(
        &self,
        now: Timestamp,
        input: M::Input,
        todo: &mut VecDeque<Action>,
        look: impl FnOnce(&mut State<M, W>) -> R,
    ) -> R {
        self.change(|state| {
            state.step(now, input);
            state.desk.hand_over(todo);
            look(state)
        })
    }

    /// A step whose end the caller waits for.
    pub(super) fn begin(
        &self,
        now: Timestamp,
        waker: &Waker,
        wait: Wait,
        input: impl FnOnce(u64) -> M::Input,
    ) -> Begun {
        let (begun, old) = self.change(|state| {
            if state.desk.stopped {
                return (Begun::Ended(Ended::Stopped), None);
            }
            if wait.after_singleton && state.desk.unmade > 0 {
                state.desk.for_room.push(waker.clone());
                return (Begun::NotYet, None);
            }
            let id = state.desk.fresh();
            let Wait { after_room_on, within, .. } = wait;
            let waiter = Waiter { after_room_on, within, ..Waiter::default() };
            state.desk.waiters.insert(id, waiter);
            state.desk.within.extend(within.map(|dispatch| (dispatch, id)));
            state.step(now, input(id));
            let driver = state.desk.driver.take();
            state.desk.wakes.extend(driver);
            match state.desk.poll(id, waker) {
                (Poll::Ready(ended), old) => (Begun::Ended(ended), old),
                (Poll::Pending, old) => (Begun::Waiting(id), old),
            }
        });
        drop(old);
        begun
    }

    /// Looks whether something has ended.
    pub(super) fn poll(&self, id: u64, waker: &Waker) -> Poll<Ended> {
        let (ended, old) = self.change(|state| state.desk.poll(id, waker));
        drop(old);
        ended
    }

    /// Nobody waits any more. If it has not ended, the machine is told, in the given words.
    pub(super) fn forget(&self, now: Timestamp, id: u64, input: Option<M::Input>) {
        let old = self.change(|state| {
            let going_on = state.desk.waiters.get(&id).is_some_and(|w| w.ended.is_none());
            let old = state.desk.remove(id);
            if let Some(input) = input.filter(|_| going_on && !state.desk.stopped) {
                state.step(now, input);
                let driver = state.desk.driver.take();
                state.desk.wakes.extend(driver);
            }
            old
        });
        drop(old);
    }

    /// The driver is about to rest. False: there is something to do. The deadline comes along.
    pub(super) fn rest(
        &self,
        waker: &Waker,
        todo: &mut VecDeque<Action>,
    ) -> (bool, Option<Timestamp>) {
        let (rests, deadline, old) = self.change(|state| {
            state.desk.hand_over(todo);
            let deadline = state.machine.deadline();
            let driver = &mut state.desk.driver;
            let known = driver.as_ref().is_some_and(|known| known.will_wake(waker));
            let rests = todo.is_empty();
            let old = if known || !rests { None } else { driver.replace(waker.clone()) };
            (rests, deadline, old)
        });
        drop(old);
        (rests, deadline)
    }

    /// The last handle is gone.
    pub(super) fn orphan(&self) {
        self.change(|state| {
            state.desk.orphaned = true;
            let driver = state.desk.driver.take();
            state.desk.wakes.extend(driver);
        });
    }

    /// The driver is gone: nothing will ever end any more.
    pub(super) fn stop(&self) {
        self.change(|state| {
            let desk = &mut state.desk;
            desk.stopped = true;
            for waiter in desk.waiters.values_mut() {
                waiter.ended.get_or_insert(Ended::Stopped);
                desk.wakes.extend(waiter.waker.take());
            }
            desk.congested.clear();
            desk.wakes.extend(desk.for_room.drain(..));
            desk.wakes.extend(std::mem::take(&mut desk.cancels).into_values().flatten());
        });
    }

    pub(super) fn is_stopped(&self) -> bool {
        self.lock().desk.stopped
    }

    pub(super) fn is_orphaned(&self) -> bool {
        self.lock().desk.orphaned
    }
}

/// Held by everybody who may still want something; the last one to go tells.
pub(super) struct Keeper<M: Machine<Action = Action>, W: Watch>(pub Arc<Shared<M, W>>);

impl<M: Machine<Action = Action>, W: Watch> Drop for Keeper<M, W> {
    fn drop(&mut self) {
        self.0.orphan();
    }
}

/// Held by the driver.
pub(super) struct Stop<M: Machine<Action = Action>, W: Watch>(pub Arc<Shared<M, W>>);

impl<M: Machine<Action = Action>, W: Watch> Drop for Stop<M, W> {
    fn drop(&mut self) {
        self.0.stop();
    }
}
