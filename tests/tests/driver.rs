//! Proxies and hosts over an in-memory network: the drivers, with real futures.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "the helpers of a test are tests too")]

mod driver {
    mod kit;
    #[path = "plain.rs"]
    mod wire;

    mod callbacks;
    mod calls;
    mod completions;
    mod crossings;
    mod ends;
    mod hosting;
    mod sessions;
}
