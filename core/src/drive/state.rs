//! What a handle and its driver share: the machine, and who waits for what.
//!
//! Nobody foreign is called while it is locked: wakers are collected, and woken after.

pub(super) use super::desk::{Desk, Ended, Wait};
use super::watch::Watch;
use crate::action::Action;
use crate::event::Event;
use crate::machine::{Machine, Outbox};
use crate::time::Timestamp;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Waker};

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

/// What a machine is told when its driver is gone: nothing that goes on could ever end.
pub(super) trait Mortal: Machine<Action = Action> {
    /// Everything ends at once.
    fn abort() -> Self::Input;
    /// An answer in place of the user's code, which is gone as well; none when nobody waits.
    fn last_answer(&self) -> Option<Self::Input>;
}

impl<M: Machine<Action = Action>, W: Watch> State<M, W> {
    pub(super) fn step(&mut self, now: Timestamp, input: M::Input) {
        self.now = self.now.max(now);
        self.watch.step();
        let now = self.now;
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
        Arc::new(Shared(Mutex::new(State {
            machine,
            desk: Desk::default(),
            watch,
            now: Timestamp::ZERO,
        })))
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
        let wakes = state.desk.take_wakes();
        drop(state);
        wakes.wake();
        result
    }

    /// A step from outside of the driver, who is woken to carry out what follows.
    pub(super) fn order(&self, now: Timestamp, input: M::Input) {
        self.change(|state| {
            if !state.desk.stopped {
                state.step(now, input);
                state.desk.wake_driver();
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
            if state.desk.must_wait(wait, waker) {
                return (Begun::NotYet, None);
            }
            let id = state.desk.add(wait);
            state.step(now, input(id));
            state.desk.wake_driver();
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
            let going_on = state.desk.is_going_on(id);
            let old = state.desk.remove(id);
            if let Some(input) = input.filter(|_| going_on && !state.desk.stopped) {
                state.step(now, input);
                state.desk.wake_driver();
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
            let rests = todo.is_empty();
            let old = if rests { state.desk.keep_driver(waker) } else { None };
            (rests, deadline, old)
        });
        drop(old);
        (rests, deadline)
    }

    /// The last handle is gone.
    pub(super) fn orphan(&self) {
        self.change(|state| {
            state.desk.orphaned = true;
            state.desk.wake_driver();
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
pub(super) struct Stop<M: Mortal, W: Watch>(pub Arc<Shared<M, W>>);

impl<M: Mortal, W: Watch> Drop for Stop<M, W> {
    /// Whoever waits hears that the driver has stopped. The machine ends as if aborted, so that its
    /// state, its events and [`leaks`](super::HostHandle::leaks) do not tell of what is no more.
    fn drop(&mut self) {
        self.0.change(|state| {
            state.desk.stop();
            let now = state.now;
            state.step(now, M::abort());
            while let Some(answer) = state.machine.last_answer() {
                state.step(now, answer);
            }
        });
    }
}
