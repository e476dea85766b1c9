//! What happens at the ends, in batches.

use super::{promise, thrown};
use crate::events::{Feed, Tap};
use crate::habitat::BrowserClock;
use js_sys::{Array, Promise};
use sessionful::Phase;
use sessionful::drive::{Clock, Watch};
use sessionful::event::Event;
use sessionful::ids::NodeId;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

/// Collects records of several ends.
#[wasm_bindgen]
#[derive(Debug)]
pub struct CoreFeed {
    feed: Feed,
}

#[wasm_bindgen]
impl CoreFeed {
    /// A feed that keeps at most that many records between two batches.
    #[wasm_bindgen(constructor)]
    pub fn new(capacity: u32) -> CoreFeed {
        CoreFeed { feed: Feed::new(capacity as usize) }
    }

    /// What listens to one end, which the records name by that number.
    pub fn tap(&self, node: u32) -> CoreTap {
        CoreTap(self.feed.watch(NodeId(node)))
    }

    /// Ends the waiting, though there may be nothing.
    pub fn ring(&self) {
        self.feed.ring();
    }

    /// Waits until there is something to take.
    pub fn wait(&self) -> Promise {
        let feed = self.feed.clone();
        promise(async move {
            feed.wait().await;
            Ok(JsValue::UNDEFINED)
        })
    }

    /// The records since the last time, and how many were lost in all.
    pub fn take(&self) -> Array {
        let batch = self.feed.take();
        Array::of2(&thrown(&batch.records), &JsValue::from(batch.lost as f64))
    }
}

/// Listens to one end for a [`CoreFeed`].
#[wasm_bindgen]
#[derive(Debug)]
pub struct CoreTap(pub(super) Tap);

/// Both ends watch only when somebody listens.
pub(super) type Watcher = Option<Tap>;

pub(super) fn watcher(tap: Option<CoreTap>) -> Watcher {
    tap.map(|CoreTap(tap)| tap)
}

#[wasm_bindgen]
impl CoreTap {
    /// A closed proxy is new again. It has given back what it had here, so it cannot tell that itself.
    pub fn renew(&mut self) {
        self.0.step();
        let (from, to) = (Phase::Closed, Phase::Created);
        self.0.note(BrowserClock.now(), || Event::ProxyPhase { from, to });
    }
}
