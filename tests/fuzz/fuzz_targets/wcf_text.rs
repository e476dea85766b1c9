//! Text that claims to be XML, beside a reference reader.
#![no_main]

#[path = "../../../core/wcf/tests/laws/mod.rs"]
mod laws;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| laws::text(bytes));
