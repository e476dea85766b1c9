//! What stands, in a build that only calls, for what only the whole one has. JavaScript gives such
//! things to the whole one alone; here are their names, so that one glue serves both builds.

use sessionful::Timestamp;
use sessionful::drive::Watch;
use sessionful::event::Event;
use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen]
extern "C" {
    /// Would serve callbacks.
    pub type Users;
}

/// Would listen to events.
#[wasm_bindgen]
#[derive(Debug)]
pub struct CoreTap(());

/// Nobody listens, so no event is ever built.
pub(super) struct Watcher;

impl Watch for Watcher {
    #[inline(always)]
    fn note(&mut self, _at: Timestamp, _event: impl FnOnce() -> Event) {}
}

pub(super) fn watcher(_: Option<CoreTap>) -> Watcher {
    Watcher
}
