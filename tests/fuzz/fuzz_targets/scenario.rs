//! Text that claims to be a scenario.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sessionful_tests::hostile::scenario;

fuzz_target!(|text: &[u8]| scenario(text));
