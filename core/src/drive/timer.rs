//! The one real timer of a driver.

use super::clock::Clock;
use super::crew::{Crew, Owner};
use crate::time::Timestamp;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

/// Sleeps until the machine's deadline. It is set anew only for an earlier deadline: deadlines
/// mostly move away, with every message.
pub(super) struct Timer<K, S> {
    clock: K,
    make: fn(K, Timestamp) -> S,
    due: Option<Timestamp>,
    sleep: Crew<Pin<Box<S>>>,
    place: usize,
}

impl<K: Clock, S: Future<Output = ()>> Timer<K, S> {
    pub(super) fn new(owner: &Owner, clock: K, make: fn(K, Timestamp) -> S) -> Timer<K, S> {
        Timer { clock, make, due: None, sleep: Crew::new(owner), place: 0 }
    }

    /// Whether the deadline has come. If not, the owner will be woken when it has.
    pub(super) fn poll(&mut self, deadline: Option<Timestamp>) -> bool {
        let Some(deadline) = deadline else { return false };
        loop {
            if self.due.is_none_or(|due| deadline < due) {
                self.sleep.remove(self.place);
                let sleep = (self.make)(self.clock.clone(), deadline);
                self.place = self.sleep.insert(Box::pin(sleep));
                self.due = Some(deadline);
            }
            if !self.sleep.begin_round() {
                return false;
            }
            while self.sleep.next_rung().is_some() {}
            let Some((sleep, waker)) = self.sleep.get(self.place) else { return false };
            match sleep.as_mut().poll(&mut Context::from_waker(waker)) {
                Poll::Pending => return false,
                Poll::Ready(()) => {
                    self.sleep.remove(self.place);
                    self.due = None;
                    if self.clock.now() >= deadline {
                        return true;
                    }
                }
            }
        }
    }
}

pub(super) async fn sleep<K: Clock>(clock: K, at: Timestamp) {
    clock.sleep_until(at).await;
}
