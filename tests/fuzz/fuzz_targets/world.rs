//! Games that nobody would play.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sessionful_tests::hostile::world;

fuzz_target!(|bytes: &[u8]| world(bytes));
