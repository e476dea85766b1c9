//! Tasks, and when they run: at the end of the event that woke them, or of the script's turn.
//!
//! What an event sets in motion is done, and what it makes the program say is posted, before its
//! listener returns: a microtask for each step costs more than the step. What the page itself sets
//! in motion waits until its script has ended, so that what it says in one turn travels together.

use crate::outbox;
use futures::future::LocalBoxFuture;
use js_sys::Promise;
use sessionful::drive::{Crew, Owner};
use std::cell::{Cell, RefCell};
use std::future::Future;
use std::sync::Arc;
use std::task::{Context, Wake, Waker};
use wasm_bindgen::JsValue;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::prelude::wasm_bindgen;

type Task = LocalBoxFuture<'static, ()>;

struct Tasks {
    owner: Owner,
    running: RefCell<Crew<Task>>,
    /// Begun while the others ran.
    fresh: RefCell<Vec<Task>>,
    is_running: Cell<bool>,
    is_woken: Cell<bool>,
    is_scheduled: Cell<bool>,
    /// Who was told last what may be answered.
    asked: Cell<Peer>,
    /// In this turn: that one was heard, or somebody was told something.
    has_heard: Cell<bool>,
    has_said: Cell<bool>,
}

/// Who is at the other end, by the address of what stands for it here.
type Peer = usize;

#[wasm_bindgen(module = "/src/polling.js")]
extern "C" {
    #[wasm_bindgen(js_name = lookOut)]
    fn look_out(heard: bool, said: bool);
}

thread_local! {
    static TASKS: Tasks = Tasks::default();
    static WAKER: Waker = Waker::from(Arc::new(Bell));
    /// A microtask by way of a promise: `queueMicrotask` costs several times as much in browsers.
    static SETTLED: Promise = Promise::resolve(&JsValue::UNDEFINED);
    static TURN: Closure<dyn FnMut(JsValue)> = Closure::new(|_| {
        turn(|| TASKS.with(|tasks| tasks.is_scheduled.set(false)));
    });
}

/// Rung by whatever wakes a task.
struct Bell;

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        ring();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        ring();
    }
}

/// Something is to be done before the turn is over.
fn ring() {
    let schedule = TASKS.with(|tasks| {
        tasks.is_woken.set(true);
        !tasks.is_running.get() && !tasks.is_scheduled.replace(true)
    });
    if schedule {
        SETTLED.with(|settled| TURN.with(|turn| drop(settled.then(turn))));
    }
}

/// The turn is to end with what is posted then. One in progress does so anyway.
pub(crate) fn end_turn() {
    if !TASKS.with(|tasks| tasks.is_running.get()) {
        ring();
    }
}

/// Runs a task of the program's. It begins before the turn is over, not at once.
pub fn spawn(task: impl Future<Output = ()> + 'static) {
    TASKS.with(|tasks| tasks.fresh.borrow_mut().push(Box::pin(task)));
    ring();
}

/// Something came from a peer.
pub(crate) fn heard<T>(peer: &T) {
    TASKS.with(|tasks| {
        if tasks.asked.get() == address(peer) {
            tasks.has_heard.set(true);
        }
    });
}

/// Something goes to a peer, which may be answered. Only that peer's answer is looked out for: a
/// host of many does not stay awake because it is never silent.
pub(crate) fn said<T>(peer: &T) {
    TASKS.with(|tasks| {
        tasks.asked.set(address(peer));
        tasks.has_said.set(true);
    });
}

fn address<T>(peer: &T) -> Peer {
    std::ptr::from_ref(peer).addr()
}

/// Deals with an event: takes it in, does everything that can be done then, and posts what came of it.
pub(crate) fn turn(event: impl FnOnce()) {
    let is_outermost = TASKS.with(|tasks| !tasks.is_running.replace(true));
    event();
    // Within another turn that one's loop goes round once more.
    if is_outermost {
        finish();
    }
}

fn finish() {
    TASKS.with(|tasks| {
        loop {
            if tasks.is_woken.take() {
                tasks.run();
            }
            outbox::flush();
            // What cannot be posted wakes somebody.
            if !tasks.is_woken.get() {
                break;
            }
        }
        tasks.is_running.set(false);
        let (heard, said) = (tasks.has_heard.take(), tasks.has_said.take());
        if heard || said {
            look_out(heard, said);
        }
    });
}

impl Default for Tasks {
    fn default() -> Tasks {
        let owner = Owner::default();
        Tasks {
            running: RefCell::new(Crew::new(&owner)),
            owner,
            fresh: RefCell::default(),
            is_running: Cell::default(),
            is_woken: Cell::default(),
            is_scheduled: Cell::default(),
            asked: Cell::default(),
            has_heard: Cell::default(),
            has_said: Cell::default(),
        }
    }
}

impl Tasks {
    fn run(&self) {
        let mut running = self.running.borrow_mut();
        for fresh in self.fresh.borrow_mut().drain(..) {
            running.insert(fresh);
        }
        WAKER.with(|waker| self.owner.register(waker));
        while running.begin_round() {
            while let Some(place) = running.next_rung() {
                let Some((task, waker)) = running.get(place) else { continue };
                if task.as_mut().poll(&mut Context::from_waker(waker)).is_ready() {
                    running.remove(place);
                }
            }
        }
    }
}
