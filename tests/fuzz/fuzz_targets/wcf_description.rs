//! Text that claims to be WSDL.
#![no_main]

#[path = "../../../core/wcf/tests/laws/mod.rs"]
mod laws;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| laws::description(bytes));
