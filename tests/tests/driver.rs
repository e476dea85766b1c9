//! Proxies and hosts over an in-memory network: the drivers, with real futures.
#![cfg(not(target_arch = "wasm32"))]

mod driver {
    mod kit;

    mod calls;
}
