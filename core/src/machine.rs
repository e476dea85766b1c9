//! The shape of every machine: a value, one transition function, an outbox for what it wants done.

use crate::event::Event;
use crate::time::Timestamp;

/// Where a machine puts what it wants done and what it has to tell.
///
/// When `handle` returns, everything was said: there is no second place to look.
pub trait Outbox<A> {
    /// Asks the owner to do something.
    fn act(&mut self, action: A);

    /// Tells what happened. The event is built only if somebody listens.
    #[inline(always)]
    fn note(&mut self, _event: impl FnOnce() -> Event) {}
}

impl<A> Outbox<A> for Vec<A> {
    fn act(&mut self, action: A) {
        self.push(action);
    }
}

/// A deterministic state machine: `(state, now, input) -> (state', actions, events)`.
pub trait Machine {
    /// What can happen to it.
    type Input;
    /// What it can ask for.
    type Action;

    /// Takes one step.
    fn handle(&mut self, now: Timestamp, input: Self::Input, out: &mut impl Outbox<Self::Action>);

    /// The one timer the owner must keep: at that time, hand in the machine's wake-up input.
    fn deadline(&self) -> Option<Timestamp>;
}
