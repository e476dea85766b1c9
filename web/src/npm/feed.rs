//! What happens at the ends, in batches.

use super::thrown;
use crate::events::{Feed, Tap};
use js_sys::Promise;
use sessionful::ids::NodeId;
use std::time::Duration;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen_futures::future_to_promise;

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

    /// The next batch: what happens within that many milliseconds of something happening.
    pub fn next(&self, millis: f64) -> Promise {
        let (feed, span) = (self.feed.clone(), Duration::try_from_secs_f64(millis / 1000.0));
        future_to_promise(async move {
            let batch = feed.next(span.unwrap_or_default()).await;
            let array =
                js_sys::Array::of2(&thrown(&batch.records), &JsValue::from(batch.lost as f64));
            Ok(array.into())
        })
    }
}

/// Listens to one end for a [`CoreFeed`].
#[wasm_bindgen]
#[derive(Debug)]
pub struct CoreTap(pub(super) Tap);
