//! Where the events of an end go.

use crate::event::{Event, Record};
use crate::ids::NodeId;
use crate::time::Timestamp;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Somebody who listens to the events of an end, or `()` for nobody: then no event is ever built.
///
/// A watch takes notes. It is called while the end is in the middle of a step and must not call it
/// back; whoever wants to act on an event does it later, from the notes.
pub trait Watch {
    /// A step begins; its events follow.
    #[inline(always)]
    fn step(&mut self) {}

    /// Something happened.
    fn note(&mut self, at: Timestamp, event: impl FnOnce() -> Event);
}

impl Watch for () {
    #[inline(always)]
    fn note(&mut self, _at: Timestamp, _event: impl FnOnce() -> Event) {}
}

impl<W: Watch> Watch for Option<W> {
    fn step(&mut self) {
        if let Some(watch) = self {
            watch.step();
        }
    }

    fn note(&mut self, at: Timestamp, event: impl FnOnce() -> Event) {
        if let Some(watch) = self {
            watch.note(at, event);
        }
    }
}

/// Numbers events and keeps the latest of them until somebody takes them away.
///
/// Clones share one buffer, and so do recorders [`for_node`](Recorder::for_node): the records of
/// several ends come in one order. The buffer is bounded; when nobody takes records away the oldest
/// are lost, which shows as a gap in their numbers and in [`lost`](Recorder::lost).
///
/// ```
/// use sessionful::Timestamp;
/// use sessionful::drive::{Recorder, Watch};
/// use sessionful::event::Event;
/// use sessionful::ids::{CallId, NodeId};
///
/// let recorder = Recorder::new(1024);
/// let mut watch = recorder.for_node(NodeId(1));
/// watch.note(Timestamp(5), || Event::CallAbandoned { call: CallId(7) });
/// let batch = recorder.take_batch();
/// assert_eq!((batch.len(), batch[0].node), (1, NodeId(1)));
/// assert!(recorder.take_batch().is_empty());
/// ```
#[derive(Clone, Debug)]
pub struct Recorder {
    node: NodeId,
    /// The first record of the step in progress: what the others follow from.
    cause: Option<u64>,
    tape: Arc<Mutex<Tape>>,
}

#[derive(Debug)]
struct Tape {
    records: VecDeque<Record>,
    capacity: usize,
    next: u64,
    lost: u64,
}

impl Recorder {
    /// A recorder that keeps at most that many records, for node 0.
    pub fn new(capacity: usize) -> Recorder {
        let tape = Tape { records: VecDeque::new(), capacity: capacity.max(1), next: 0, lost: 0 };
        Recorder { node: NodeId(0), cause: None, tape: Arc::new(Mutex::new(tape)) }
    }

    /// A recorder for another end that shares the buffer and its numbering.
    pub fn for_node(&self, node: NodeId) -> Recorder {
        Recorder { node, cause: None, tape: Arc::clone(&self.tape) }
    }

    /// Takes away what has been recorded since the last time, oldest first.
    pub fn take_batch(&self) -> Vec<Record> {
        self.tape().records.drain(..).collect()
    }

    /// How many records were lost because nobody took them away in time.
    pub fn lost(&self) -> u64 {
        self.tape().lost
    }

    fn tape(&self) -> MutexGuard<'_, Tape> {
        self.tape.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Watch for Recorder {
    fn step(&mut self) {
        self.cause = None;
    }

    #[inline]
    fn note(&mut self, at: Timestamp, event: impl FnOnce() -> Event) {
        self.keep(at, event());
    }
}

impl Recorder {
    /// One for all: what is generic is copied for each of the places that tell something.
    fn keep(&mut self, at: Timestamp, event: Event) {
        let (node, cause) = (self.node, self.cause);
        let mut tape = self.tape();
        let seq = tape.next;
        tape.next += 1;
        if tape.records.len() == tape.capacity {
            tape.records.pop_front();
            tape.lost += 1;
        }
        tape.records.push_back(Record { seq, at, node, cause, event });
        drop(tape);
        self.cause.get_or_insert(seq);
    }
}
