//! The two beginnings of the one binary: the page's and the worker's.

use wasm_bindgen::prelude::wasm_bindgen;
use web_sys::MessagePort;

fn main() {}

/// Shows the playground in this page.
#[wasm_bindgen]
pub fn play() {
    sessionful_www::view::show();
}

/// Hosts the services in this worker, for the page at the other end of the port.
#[wasm_bindgen]
pub fn host(control: MessagePort) {
    sessionful_www::hosting::host(control);
}
