//! Sessions whose two ends are in the same thread: while one end waits the other is at work, so there
//! is no answer to look out for.

use super::Desk;
use sessionful::ids::SessionId;
use smol_str::format_smolstr;
use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen(module = "/src/near.js")]
extern "C" {
    /// The host's end of a session.
    pub(super) type Accepted;

    #[wasm_bindgen(js_name = accepted)]
    fn remember(name: &str) -> Accepted;

    #[wasm_bindgen(method, getter, js_name = isNear)]
    fn is_near(this: &Accepted) -> bool;

    #[wasm_bindgen(js_name = opened)]
    fn recall(name: &str) -> bool;
}

impl Desk {
    /// The session was accepted by a name, which nobody can guess.
    pub(super) fn set_accepted(&mut self, session: SessionId) {
        self.accepted = Some(remember(&format_smolstr!("{session}")));
    }

    /// The session was opened under a name.
    pub(super) fn set_opened(&mut self, session: SessionId) {
        self.is_near = recall(&format_smolstr!("{session}"));
    }

    /// Whether the other end is in this thread. By the time this end says something the other one
    /// has heard of the session.
    pub(super) fn is_near(&mut self) -> bool {
        if let Some(accepted) = self.accepted.take() {
            self.is_near = accepted.is_near();
        }
        self.is_near
    }
}
