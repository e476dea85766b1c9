//! Records of what happened, many to a message: crossing to another thread or to JavaScript is
//! never done event by event.

use crate::habitat::BrowserClock;
use sessionful::Timestamp;
use sessionful::drive::{Recorder, Watch};
use sessionful::event::{Event, Record};
use sessionful::ids::NodeId;
use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Poll, Waker};
use std::time::Duration;

/// Collects the records of several ends and gives them out in batches.
///
/// The buffer is bounded; when nobody asks for batches the oldest records are lost, and counted.
///
/// ```
/// use sessionful::drive::Watch;
/// use sessionful::event::Event;
/// use sessionful::ids::{CallId, NodeId};
/// use sessionful::Timestamp;
/// use sessionful_web::events::Feed;
///
/// let feed = Feed::new(1024);
/// feed.watch(NodeId(1)).note(Timestamp(5), || Event::CallAbandoned { call: CallId(7) });
/// assert_eq!(feed.take().records.len(), 1);
/// ```
#[derive(Clone, Debug)]
pub struct Feed {
    recorder: Recorder,
    bell: Rc<Bell>,
}

#[derive(Debug, Default)]
struct Bell {
    rung: Cell<bool>,
    waker: RefCell<Option<Waker>>,
}

impl Bell {
    fn ring(&self) {
        if !self.rung.replace(true)
            && let Some(waker) = self.waker.take()
        {
            // It only queues a task: nobody foreign runs in the middle of the step.
            waker.wake();
        }
    }
}

/// Records in the order in which they were made.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Batch {
    /// The records.
    pub records: Vec<Record>,
    /// How many were lost since the beginning.
    pub lost: u64,
}

impl Feed {
    /// A feed that keeps at most that many records between two batches.
    pub fn new(capacity: usize) -> Feed {
        Feed { recorder: Recorder::new(capacity), bell: Rc::default() }
    }

    /// Listens to one end. The records of all ends share one numbering.
    pub fn watch(&self, node: NodeId) -> Tap {
        Tap { recorder: self.recorder.for_node(node), bell: Rc::clone(&self.bell) }
    }

    /// Has [`wait`](Feed::wait) end, though nothing was recorded.
    pub fn ring(&self) {
        self.bell.ring();
    }

    /// What has been recorded since the last time, perhaps nothing.
    pub fn take(&self) -> Batch {
        self.bell.rung.set(false);
        Batch { records: self.recorder.take_batch(), lost: self.recorder.lost() }
    }

    /// Waits until something is recorded, then for `span`, so that what comes soon after is in the
    /// same batch.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost when the future is dropped.
    pub async fn next(&self, span: Duration) -> Batch {
        self.wait().await;
        BrowserClock.sleep(span).await;
        self.take()
    }

    /// Waits until something is recorded.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost when the future is dropped.
    pub async fn wait(&self) {
        poll_fn(|cx| {
            if self.bell.rung.get() {
                return Poll::Ready(());
            }
            drop(self.bell.waker.replace(Some(cx.waker().clone())));
            Poll::Pending
        })
        .await;
    }
}

/// Listens to one end for a [`Feed`].
#[derive(Clone, Debug)]
pub struct Tap {
    recorder: Recorder,
    bell: Rc<Bell>,
}

impl Watch for Tap {
    fn step(&mut self) {
        self.recorder.step();
    }

    fn note(&mut self, at: Timestamp, event: impl FnOnce() -> Event) {
        self.keep(at, event());
    }
}

impl Tap {
    /// One for all: what is generic is copied for each of the places that tell something.
    fn keep(&mut self, at: Timestamp, event: Event) {
        self.recorder.note(at, || event);
        self.bell.ring();
    }
}
