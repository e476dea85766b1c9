//! Many children of one future, polled only when they ask for it: an idle child costs nothing.

use futures::task::AtomicWaker;
use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Wake, Waker};

/// A set of children with a waker each. Places are reused, so that a child that comes and goes
/// costs no allocation.
pub(super) struct Crew<T> {
    children: Vec<Option<T>>,
    bells: Bells,
}

/// The places of a crew: what does not depend on who its children are, and so is there once in a
/// program that has crews of several kinds.
struct Bells {
    places: Vec<Place>,
    free: Vec<usize>,
    /// Taken from `ready`, to be visited in this round.
    batch: VecDeque<usize>,
    ready: Arc<Ready>,
}

struct Place {
    bell: Arc<Bell>,
    waker: Waker,
}

/// Whom to wake when a child rings, whichever crew it belongs to.
#[derive(Clone, Default)]
pub(super) struct Owner(Arc<AtomicWaker>);

impl Owner {
    /// To be called at the beginning of each poll of the owner.
    pub(super) fn register(&self, waker: &Waker) {
        self.0.register(waker);
    }

    pub(super) fn wake(&self) {
        self.0.wake();
    }

    /// It is gone; a waker that is kept would keep its task.
    pub(super) fn forget(&self) {
        drop(self.0.take());
    }
}

struct Ready {
    /// Whether somebody is in the queue.
    any: AtomicBool,
    rung: Mutex<VecDeque<usize>>,
    owner: Owner,
}

impl Ready {
    fn queue(&self) -> MutexGuard<'_, VecDeque<usize>> {
        self.rung.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Bell {
    place: usize,
    rung: AtomicBool,
    ready: Arc<Ready>,
}

impl Bell {
    fn ring(&self) -> bool {
        let fresh = !self.rung.swap(true, Ordering::AcqRel);
        if fresh {
            let mut queue = self.ready.queue();
            queue.push_back(self.place);
            self.ready.any.store(true, Ordering::Release);
        }
        fresh
    }
}

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        if self.ring() {
            self.ready.owner.wake();
        }
    }
}

impl Bells {
    fn new(owner: &Owner) -> Bells {
        let (any, rung) = (AtomicBool::new(false), Mutex::default());
        let ready = Arc::new(Ready { any, rung, owner: owner.clone() });
        Bells { places: Vec::new(), free: Vec::new(), batch: VecDeque::new(), ready }
    }

    /// A place that is free; if there was none it comes after all others.
    fn take(&mut self) -> usize {
        if let Some(place) = self.free.pop() {
            return place;
        }
        let place = self.places.len();
        let ready = Arc::clone(&self.ready);
        let bell = Arc::new(Bell { place, rung: AtomicBool::new(false), ready });
        let waker = Waker::from(Arc::clone(&bell));
        self.places.push(Place { bell, waker });
        place
    }

    fn ring(&self, place: usize) {
        if let Some(place) = self.places.get(place) {
            place.bell.ring();
        }
    }

    fn begin_round(&mut self) -> bool {
        if self.batch.is_empty() && self.ready.any.load(Ordering::Acquire) {
            let mut queue = self.ready.queue();
            std::mem::swap(&mut *queue, &mut self.batch);
            self.ready.any.store(false, Ordering::Release);
        }
        !self.batch.is_empty()
    }

    fn next(&mut self) -> Option<usize> {
        let place = self.batch.pop_front()?;
        if let Some(place) = self.places.get(place) {
            place.bell.rung.store(false, Ordering::Release);
        }
        Some(place)
    }

    fn is_rung(&self) -> bool {
        !self.batch.is_empty() || self.ready.any.load(Ordering::Acquire)
    }
}

impl<T> Crew<T> {
    pub(super) fn new(owner: &Owner) -> Crew<T> {
        Crew { children: Vec::new(), bells: Bells::new(owner) }
    }

    /// Adds a child. It is visited in the next round.
    pub(super) fn insert(&mut self, child: T) -> usize {
        let place = self.place(child);
        self.ring(place);
        place
    }

    /// Adds a child, which the caller visits.
    pub(super) fn place(&mut self, child: T) -> usize {
        let place = self.bells.take();
        match self.children.get_mut(place) {
            Some(free) => *free = Some(child),
            None => self.children.push(Some(child)),
        }
        place
    }

    /// Takes a child out. A late ring of its bell is harmless.
    pub(super) fn remove(&mut self, place: usize) -> Option<T> {
        let child = self.children.get_mut(place)?.take();
        if child.is_some() {
            self.bells.free.push(place);
        }
        child
    }

    /// A child and the waker to poll it with.
    pub(super) fn get(&mut self, place: usize) -> Option<(&mut T, &Waker)> {
        let child = self.children.get_mut(place)?.as_mut()?;
        Some((child, &self.bells.places.get(place)?.waker))
    }

    /// Has a child visited again. The owner is awake, it is the one who rings.
    pub(super) fn ring(&self, place: usize) {
        self.bells.ring(place);
    }

    /// Begins a round with those who have rung. False: nobody has.
    pub(super) fn begin_round(&mut self) -> bool {
        self.bells.begin_round()
    }

    /// The next to visit in this round. From now on its bell counts again.
    pub(super) fn next(&mut self) -> Option<usize> {
        self.bells.next()
    }

    /// Whether somebody has rung since the round began.
    pub(super) fn is_rung(&self) -> bool {
        self.bells.is_rung()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.bells.free.len() == self.children.len()
    }
}
