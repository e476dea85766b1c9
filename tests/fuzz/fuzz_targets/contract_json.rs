//! Text that claims to be a contract.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sessionful_tests::codec_laws::contract_json;

fuzz_target!(|text: &[u8]| contract_json(text));
