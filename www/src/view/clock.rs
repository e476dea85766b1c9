//! A message for every frame that the browser wants to draw, as long as the clock lives.

use std::cell::Cell;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use yew::Callback;

/// Asks for frames one by one, so that a slow one delays the next instead of piling up.
pub(super) struct Clock {
    tick: Rc<Closure<dyn FnMut(f64)>>,
    asked: Rc<Cell<i32>>,
}

impl Clock {
    /// Calls back with the milliseconds since the frame before, from the next frame on.
    pub(super) fn start(frames: Callback<f64>) -> Option<Clock> {
        let last = Cell::new(None::<f64>);
        let tick = Closure::new(move |now: f64| {
            let span = last.replace(Some(now)).map_or(0.0, |before| now - before);
            frames.emit(span);
        });
        let clock = Clock { tick: Rc::new(tick), asked: Rc::default() };
        clock.next();
        Some(clock)
    }

    /// Asks for the next frame.
    pub(super) fn next(&self) {
        let Some(window) = web_sys::window() else { return };
        let tick = (*self.tick).as_ref().unchecked_ref();
        self.asked.set(window.request_animation_frame(tick).unwrap_or(0));
    }
}

impl Drop for Clock {
    fn drop(&mut self) {
        if let Some(window) = web_sys::window() {
            _ = window.cancel_animation_frame(self.asked.get());
        }
    }
}
