//! Frames that claim to be envelopes, in each form.
#![no_main]

#[path = "../../../core/wcf/tests/laws/mod.rs"]
mod laws;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| laws::envelope(bytes));
