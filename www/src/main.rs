//! The beginning of the page.

use wasm_bindgen::prelude::wasm_bindgen;

fn main() {}

/// Shows the playground in this page.
#[wasm_bindgen]
pub fn play() {
    sessionful_www::view::show();
}
