//! Bodies that claim to be values of a contract.
#![no_main]

#[path = "../../../core/wcf/tests/laws/mod.rs"]
mod laws;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| laws::contract(bytes));
