//! Many children of one future, polled only when they ask for it: an idle child costs nothing.

use futures::task::AtomicWaker;
use std::collections::VecDeque;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Wake, Waker};

/// Children of one future with a waker each, polled only when they ask for it: an idle child costs
/// nothing. Places are reused, so that a child that comes and goes costs no allocation.
///
/// Drivers keep their pipes, exchanges and operations in crews. A habitat whose platform has no
/// executor keeps its drivers in one.
///
/// ```
/// use futures::task::noop_waker;
/// use sessionful::drive::{Crew, Owner};
/// use std::future::{Future, ready};
/// use std::pin::Pin;
/// use std::task::Context;
///
/// let owner = Owner::default();
/// owner.register(&noop_waker()); // how the crew wakes whoever runs it
/// let mut crew: Crew<Pin<Box<dyn Future<Output = ()>>>> = Crew::new(&owner);
/// crew.insert(Box::pin(ready(())));
/// while crew.begin_round() {
///     while let Some(place) = crew.next_rung() {
///         let Some((task, waker)) = crew.get(place) else { continue };
///         if task.as_mut().poll(&mut Context::from_waker(waker)).is_ready() {
///             crew.remove(place);
///         }
///     }
/// }
/// assert!(crew.is_empty());
/// ```
pub struct Crew<T> {
    places: Vec<Place<T>>,
    queue: Queue,
}

struct Place<T> {
    child: Option<T>,
    bell: Arc<Bell>,
    waker: Waker,
}

/// Which places are free, and which are to be visited. It does not depend on who the children are,
/// and so is there once in a program that has crews of several kinds.
struct Queue {
    free: Vec<usize>,
    /// Taken from `ready`, to be visited in this round.
    batch: VecDeque<usize>,
    ready: Arc<Ready>,
}

/// Whom to wake when a child rings, whichever crew it belongs to. See [`Crew`].
#[derive(Clone, Default, Debug)]
pub struct Owner(Arc<AtomicWaker>);

impl Owner {
    /// To be called at the beginning of each poll of the owner.
    pub fn register(&self, waker: &Waker) {
        self.0.register(waker);
    }

    /// Wakes it.
    pub fn wake(&self) {
        self.0.wake();
    }

    /// It is gone; a waker that is kept would keep its task.
    pub fn forget(&self) {
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

impl Queue {
    fn new(owner: &Owner) -> Queue {
        let (any, rung) = (AtomicBool::new(false), Mutex::default());
        let ready = Arc::new(Ready { any, rung, owner: owner.clone() });
        Queue { free: Vec::new(), batch: VecDeque::new(), ready }
    }

    /// What a new place is rung by.
    fn bell(&self, place: usize) -> (Arc<Bell>, Waker) {
        let ready = Arc::clone(&self.ready);
        let bell = Arc::new(Bell { place, rung: AtomicBool::new(false), ready });
        let waker = Waker::from(Arc::clone(&bell));
        (bell, waker)
    }

    fn begin_round(&mut self) -> bool {
        if self.batch.is_empty() && self.ready.any.load(Ordering::Acquire) {
            let mut queue = self.ready.queue();
            std::mem::swap(&mut *queue, &mut self.batch);
            self.ready.any.store(false, Ordering::Release);
        }
        !self.batch.is_empty()
    }
}

impl<T> Crew<T> {
    /// A crew of nobody, that wakes its owner.
    pub fn new(owner: &Owner) -> Crew<T> {
        Crew { places: Vec::new(), queue: Queue::new(owner) }
    }

    /// Adds a child. It is visited in the next round.
    pub fn insert(&mut self, child: T) -> usize {
        let place = self.place(child);
        self.ring(place);
        place
    }

    /// Adds a child, which the caller visits.
    pub fn place(&mut self, child: T) -> usize {
        if let Some(free) = self.queue.free.pop() {
            self.places[free].child = Some(child);
            return free;
        }
        let place = self.places.len();
        let (bell, waker) = self.queue.bell(place);
        self.places.push(Place { child: Some(child), bell, waker });
        place
    }

    /// Takes a child out. A late ring of its bell is harmless.
    pub fn remove(&mut self, place: usize) -> Option<T> {
        let child = self.places.get_mut(place)?.child.take();
        if child.is_some() {
            self.queue.free.push(place);
        }
        child
    }

    /// A child, and the waker to poll it with.
    pub fn get(&mut self, place: usize) -> Option<(&mut T, &Waker)> {
        let place = self.places.get_mut(place)?;
        Some((place.child.as_mut()?, &place.waker))
    }

    /// Has a child visited again. The owner is awake, it is the one who rings.
    pub fn ring(&self, place: usize) {
        if let Some(place) = self.places.get(place) {
            place.bell.ring();
        }
    }

    /// Begins a round with those who have rung. False: nobody has.
    pub fn begin_round(&mut self) -> bool {
        self.queue.begin_round()
    }

    /// The next to visit in this round. From now on its bell counts again.
    pub fn next_rung(&mut self) -> Option<usize> {
        let place = self.queue.batch.pop_front()?;
        if let Some(place) = self.places.get(place) {
            place.bell.rung.store(false, Ordering::Release);
        }
        Some(place)
    }

    /// Whether somebody has rung since the round began.
    pub fn is_rung(&self) -> bool {
        !self.queue.batch.is_empty() || self.queue.ready.any.load(Ordering::Acquire)
    }

    /// Whether it has no children.
    pub fn is_empty(&self) -> bool {
        self.queue.free.len() == self.places.len()
    }
}

impl<T> fmt::Debug for Crew<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Crew({})", self.places.len() - self.queue.free.len())
    }
}
