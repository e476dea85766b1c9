//! Time, tasks and randomness, the same in a page and in every kind of worker: all of it hangs on
//! `globalThis`, nothing on `window`.

use sessionful::Timestamp;
use sessionful::drive::Clock;
use sessionful::ids::SessionId;
use std::cell::{Cell, RefCell};
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::{Closure, JsValue, wasm_bindgen};

mod turn;

pub use turn::spawn;
pub(crate) use turn::{end_turn, heard, said, turn};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = performance, js_name = now)]
    fn performance_now() -> f64;

    #[wasm_bindgen(thread_local_v2, js_namespace = performance, js_name = timeOrigin)]
    static TIME_ORIGIN: f64;

    // Node answers with an object where browsers answer with a number.
    #[wasm_bindgen(js_name = setTimeout)]
    fn set_timeout(callback: &Closure<dyn FnMut()>, millis: i32) -> JsValue;

    #[wasm_bindgen(js_name = clearTimeout)]
    fn clear_timeout(timer: &JsValue);

    /// What Node answers with.
    type NodeTimer;

    #[wasm_bindgen(method)]
    fn unref(this: &NodeTimer);

    #[wasm_bindgen(js_namespace = crypto, js_name = getRandomValues)]
    fn get_random_values(into: &js_sys::Uint8Array);
}

/// The clock of a page or worker: `performance.now`, which never goes back, and `setTimeout`.
///
/// Each page and each worker counts from a beginning of its own; [`origin`](BrowserClock::origin)
/// tells how they relate.
///
/// ```no_run
/// use sessionful::drive::Clock;
/// use sessionful_web::habitat::BrowserClock;
/// use std::time::Duration;
///
/// # async fn example() {
/// let clock = BrowserClock;
/// clock.sleep_until(clock.now() + Duration::from_millis(20)).await;
/// # }
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct BrowserClock;

impl BrowserClock {
    /// When this page or worker began to count, in milliseconds since 1970.
    pub fn origin(self) -> f64 {
        TIME_ORIGIN.with(|origin| *origin)
    }

    /// Waits that long. See [`Clock::sleep_until`].
    pub async fn sleep(self, span: Duration) {
        self.sleep_until(self.now() + span).await;
    }
}

impl Clock for BrowserClock {
    fn now(&self) -> Timestamp {
        // A float to integer cast saturates, and no page lives for 580,000 years.
        Timestamp((performance_now() * 1000.0) as u64)
    }

    fn sleep_until(&self, at: Timestamp) -> impl Future<Output = ()> {
        Sleep { at, timer: None }
    }
}

struct Sleep {
    at: Timestamp,
    timer: Option<Timer>,
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let now = BrowserClock.now();
        if now >= self.at {
            self.timer = None;
            return Poll::Ready(());
        }
        match self.timer.as_ref().filter(|timer| !timer.bell.rung.get()) {
            Some(timer) => drop(timer.bell.waker.replace(Some(cx.waker().clone()))),
            // The platform's timers may be early by a rounding error, and wait 24 days at most.
            None => self.timer = Some(Timer::new(self.at.0 - now.0, cx.waker())),
        }
        Poll::Pending
    }
}

#[derive(Default)]
struct Bell {
    rung: Cell<bool>,
    waker: RefCell<Option<Waker>>,
}

struct Timer {
    id: JsValue,
    bell: Rc<Bell>,
    /// JavaScript calls it; it must live until the timer is cleared.
    _ring: Closure<dyn FnMut()>,
}

impl Timer {
    fn new(micros: u64, waker: &Waker) -> Timer {
        let bell = Rc::new(Bell::default());
        *bell.waker.borrow_mut() = Some(waker.clone());
        let rings = Rc::clone(&bell);
        let ring = Closure::new(move || {
            turn(|| {
                rings.rung.set(true);
                let waker = rings.waker.take();
                if let Some(waker) = waker {
                    waker.wake();
                }
            });
        });
        let millis = i32::try_from(micros.div_ceil(1000)).unwrap_or(i32::MAX);
        let id = set_timeout(&ring, millis);
        if id.is_object() {
            // Deadlines alone keep no program running, as those of `AbortSignal.timeout` do not.
            id.unchecked_ref::<NodeTimer>().unref();
        }
        Timer { id, bell, _ring: ring }
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        clear_timeout(&self.id);
    }
}

/// Draws the name of a session: 128 bits of the platform's randomness, which nobody can guess
/// (`SESS-23`).
pub fn draw_session() -> SessionId {
    let bytes = js_sys::Uint8Array::new_with_length(16);
    get_random_values(&bytes);
    let mut drawn = [0; 16];
    bytes.copy_to(&mut drawn);
    SessionId(u128::from_be_bytes(drawn))
}
