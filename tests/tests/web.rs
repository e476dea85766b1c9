//! The runtime inside a browser.
#![cfg(target_arch = "wasm32")]

use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

#[wasm_bindgen_test]
fn tests_reach_the_browser() {
    assert_eq!(size_of::<usize>(), 4);
}
