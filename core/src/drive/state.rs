//! What a handle and its driver share: the machine, and who waits for what.
//!
//! Nobody foreign is called while it is locked: wakers are collected, and woken after.

use super::clock::Clock;
use super::context::Order;
use super::crew::Owner;
pub(super) use super::desk::{Desk, Ended, Wait};
use super::link::Outcall;
use super::staff::Response;
use super::watch::Watch;
use crate::action::{Action, Ticket, Wire};
use crate::dispatch::Dispatcher;
use crate::event::Event;
use crate::ids::{CallId, ChannelId, DispatchId};
use crate::machine::{Machine, Outbox};
use crate::time::Timestamp;
use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

pub(super) struct State<M, W> {
    pub machine: M,
    pub desk: Desk,
    watch: W,
    /// Handles and driver look at the clock at different moments; the machine sees time go forward.
    now: Timestamp,
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

/// What hosts and proxies have in common.
pub(super) trait End: Machine<Action = Action> {
    fn wake() -> Self::Input;
    fn wire(wire: Wire) -> Self::Input;
    fn answer(response: Response) -> Self::Input;
    fn abort(ticket: Ticket) -> Self::Input;
    fn call(call: CallId, outcall: Outcall) -> Self::Input;
    /// The future of a call was dropped.
    fn forget(channel: ChannelId, call: CallId) -> Self::Input;
    fn step_out(dispatch: DispatchId, call: CallId) -> Self::Input;
    fn step_in(dispatch: DispatchId, call: CallId) -> Self::Input;
    /// None: this kind of end does not take the order.
    fn order(order: Order) -> Option<Self::Input>;
    /// Operations, contexts and channels; a proxy without sessions has none.
    fn serving(&self) -> Option<&Dispatcher>;
    /// Whether a channel takes more at once.
    fn is_receptive(&self, channel: ChannelId) -> bool {
        self.serving().is_none_or(|serving| serving.is_receptive(channel))
    }
}

impl<M: Machine<Action = Action>, W: Watch> State<M, W> {
    pub(super) fn step(&mut self, now: Timestamp, input: M::Input) {
        self.now = self.now.max(now);
        self.watch.step();
        let now = self.now;
        let mut out = Out { now, desk: &mut self.desk, watch: &mut self.watch };
        self.machine.handle(now, input, &mut out);
    }

    /// A step by a handle, whose end is waited for under a number.
    fn start(&mut self, now: Timestamp, wait: Wait, input: impl FnOnce(u64) -> M::Input) -> u64 {
        let id = self.desk.add(wait);
        self.step(now, input(id));
        self.desk.driver_wanted = true;
        id
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
pub(super) struct Shared<M, W> {
    state: Mutex<State<M, W>>,
    /// Handles have set something in motion that the driver does not know of.
    ordered: AtomicBool,
    /// The driver, and those that it polls.
    pub owner: Owner,
}

impl<M: Machine<Action = Action>, W: Watch> Shared<M, W> {
    pub(super) fn new(machine: M, watch: W) -> Arc<Shared<M, W>> {
        let desk = Desk::default();
        let state = Mutex::new(State { machine, desk, watch, now: Timestamp::ZERO });
        Arc::new(Shared { state, ordered: AtomicBool::new(true), owner: Owner::default() })
    }

    fn lock(&self) -> MutexGuard<'_, State<M, W>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads the machine.
    pub(super) fn read<R>(&self, look: impl FnOnce(&M) -> R) -> R {
        look(&self.lock().machine)
    }

    /// Changes the state; whoever waits for the change is woken after, with nothing locked.
    pub(super) fn change<R>(&self, change: impl FnOnce(&mut State<M, W>) -> R) -> R {
        let mut state = self.lock();
        let result = change(&mut state);
        self.changed(state);
        result
    }

    /// One for all changes.
    fn changed(&self, mut state: MutexGuard<'_, State<M, W>>) {
        let (wakes, wanted) = state.desk.take_wakes();
        drop(state);
        if let Some(wakes) = wakes {
            wakes.wake();
        }
        if wanted {
            self.ordered.store(true, Ordering::Release);
            self.owner.wake();
        }
    }

    /// A step from outside of the driver, who is woken to carry out what follows.
    pub(super) fn order(&self, now: Timestamp, input: M::Input) {
        self.change(|state| {
            if !state.desk.stopped {
                state.step(now, input);
                state.desk.driver_wanted = true;
            }
        });
    }

    /// What handles have set in motion.
    pub(super) fn collect(&self, todo: &mut VecDeque<Action>) {
        if self.ordered.swap(false, Ordering::AcqRel) {
            self.change(|state| state.desk.hand_over(todo));
        }
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
            state.desk.driver_is_behind = !todo.is_empty();
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
        wait: impl FnOnce(&M) -> Wait,
        input: impl FnOnce(u64) -> M::Input,
    ) -> Begun {
        let (begun, old) = self.change(|state| {
            if state.desk.stopped {
                return (Begun::Ended(Ended::Stopped), None);
            }
            let wait = wait(&state.machine);
            if state.desk.must_wait(wait, waker) {
                return (Begun::NotYet, None);
            }
            let id = state.start(now, wait, input);
            match state.desk.poll(id, waker) {
                (Poll::Ready(ended), old) => (Begun::Ended(ended), old),
                (Poll::Pending, old) => (Begun::Waiting(id), old),
            }
        });
        drop(old);
        begun
    }

    /// A step whose end is taken with others; nothing if nothing goes on any more.
    pub(super) fn submit(
        &self,
        now: Timestamp,
        wait: impl FnOnce(&M) -> Wait,
        input: impl FnOnce(u64) -> M::Input,
    ) -> Option<u64> {
        self.change(|state| {
            let wait = wait(&state.machine);
            (!state.desk.stopped).then(|| state.start(now, wait, input))
        })
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
            let going_on = state.desk.is_going_on(id);
            let old = state.desk.remove(id);
            if let Some(input) = input.filter(|_| going_on && !state.desk.stopped) {
                state.step(now, input);
                state.desk.driver_wanted = true;
            }
            old
        });
        drop(old);
    }

    /// The driver is about to rest, unless there is more to do.
    pub(super) fn rest(&self, todo: &mut VecDeque<Action>) -> Rest {
        self.change(|state| {
            state.desk.hand_over(todo);
            Rest { deadline: state.machine.deadline(), orphaned: state.desk.is_orphaned() }
        })
    }

    /// The last handle is gone.
    pub(super) fn orphan(&self) {
        self.change(|state| {
            state.desk.orphaned = true;
            state.desk.driver_wanted = true;
        });
    }

    pub(super) fn is_stopped(&self) -> bool {
        self.lock().desk.stopped
    }

    /// Gives a command whose end nobody waits for, unless it comes at once.
    pub(super) fn at_once(&self, now: Timestamp, make: impl FnOnce(Ticket) -> M::Input) -> Ended {
        let waker = futures::task::noop_waker();
        match self.begin(now, &waker, |_| Wait::default(), |id| make(Ticket(id))) {
            Begun::Ended(ended) => ended,
            _ => Ended::Going,
        }
    }
}

/// What a driver needs to know before it rests.
pub(super) struct Rest {
    pub deadline: Option<Timestamp>,
    /// No handle is left.
    pub orphaned: bool,
}

/// A command to an end; nothing happens before it is polled.
pub(super) struct Command<'a, M: Machine<Action = Action>, K: Clock, W: Watch> {
    pub shared: &'a Shared<M, W>,
    pub clock: &'a K,
    pub make: fn(Ticket) -> M::Input,
    pub wait: Wait,
    pub id: Option<u64>,
}

impl<M: Machine<Action = Action>, K: Clock, W: Watch> Future for Command<'_, M, K, W> {
    type Output = Ended;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Ended> {
        let Command { shared, clock, make, wait, id } = &mut *self;
        if let Some(id) = id {
            return shared.poll(*id, cx.waker());
        }
        match shared.begin(clock.now(), cx.waker(), |_| *wait, |id| make(Ticket(id))) {
            Begun::Ended(ended) => return Poll::Ready(ended),
            Begun::Waiting(begun) => *id = Some(begun),
            Begun::NotYet => {}
        }
        Poll::Pending
    }
}

impl<M: Machine<Action = Action>, K: Clock, W: Watch> Drop for Command<'_, M, K, W> {
    fn drop(&mut self) {
        if let Some(id) = self.id {
            self.shared.forget(self.clock.now(), id, None);
        }
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
pub(super) struct Stop<M: End, W: Watch>(pub Arc<Shared<M, W>>);

impl<M: End, W: Watch> Drop for Stop<M, W> {
    /// Whoever waits hears that the driver has stopped. The machine ends as if aborted, so that its
    /// state, its events and [`leaks`](super::HostHandle::leaks) do not tell of what is no more.
    fn drop(&mut self) {
        self.0.owner.forget();
        self.0.change(|state| {
            state.desk.stop();
            let now = state.now;
            state.step(now, M::abort(Ticket(0))); // nobody waits for it
            let unanswered = |end: &M| end.serving()?.last_answer();
            while let Some((dispatch, answer)) = unanswered(&state.machine) {
                state.step(now, M::answer(Response::Answer(dispatch, answer)));
            }
        });
    }
}
