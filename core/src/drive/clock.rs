//! Time, as a driver gets it from its habitat.

use crate::time::Timestamp;
use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

/// The clock of a habitat: `performance.now` and `setTimeout` in a browser, a number in tests.
///
/// A clone shows the same time. The time never goes back.
pub trait Clock: Clone {
    /// The time now, since whatever the habitat calls the beginning.
    fn now(&self) -> Timestamp;

    /// Waits until that time; ends at once if it has passed.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future takes the timer back.
    fn sleep_until(&self, at: Timestamp) -> impl Future<Output = ()>;
}

/// A clock that stands still until it is told to go on: for tests and simulations.
///
/// ```
/// use sessionful::Timestamp;
/// use sessionful::drive::{Clock, ManualClock};
/// use std::time::Duration;
///
/// let clock = ManualClock::new();
/// clock.advance(Duration::from_millis(3));
/// assert_eq!(clock.now(), Timestamp(3_000));
/// ```
#[derive(Clone, Debug, Default)]
pub struct ManualClock(Arc<Mutex<Hands>>);

#[derive(Debug, Default)]
struct Hands {
    now: Timestamp,
    next: u64,
    sleepers: BTreeMap<(Timestamp, u64), Waker>,
}

impl ManualClock {
    /// A clock at the beginning of the run.
    pub fn new() -> ManualClock {
        ManualClock::default()
    }

    /// Lets time pass and wakes whoever waited for it, earliest first.
    pub fn advance(&self, span: Duration) {
        let due = {
            let mut hands = self.hands();
            hands.now = hands.now + span;
            let later = (Timestamp(hands.now.0.saturating_add(1)), 0);
            let later = hands.sleepers.split_off(&later);
            std::mem::replace(&mut hands.sleepers, later)
        };
        for waker in due.into_values() {
            waker.wake();
        }
    }

    /// How many timers are set; none when everything that uses the clock is gone.
    pub fn sleepers(&self) -> usize {
        self.hands().sleepers.len()
    }

    fn hands(&self) -> MutexGuard<'_, Hands> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        self.hands().now
    }

    fn sleep_until(&self, at: Timestamp) -> impl Future<Output = ()> {
        Sleep { clock: self.clone(), at, key: None }
    }
}

struct Sleep {
    clock: ManualClock,
    at: Timestamp,
    key: Option<u64>,
}

impl Future for Sleep {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = self.get_mut();
        let mut hands = this.clock.hands();
        if hands.now >= this.at {
            return Poll::Ready(());
        }
        let fresh = hands.next;
        let key = *this.key.get_or_insert(fresh);
        if key == fresh {
            hands.next += 1;
        }
        let before = hands.sleepers.insert((this.at, key), cx.waker().clone());
        drop(hands);
        drop(before); // a waker is foreign code: not under the lock
        Poll::Pending
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        let Some(key) = self.key else { return };
        let waker = self.clock.hands().sleepers.remove(&(self.at, key));
        drop(waker);
    }
}
