//! Bytes that claim to be binary XML, in a session or outside.
#![no_main]

#[path = "../../../core/wcf/tests/laws/mod.rs"]
mod laws;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| laws::records(bytes));
