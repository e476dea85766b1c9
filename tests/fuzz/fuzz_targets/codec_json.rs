//! Text that claims to be a message in JSON.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sessionful::codec::{Frame, Json, Limits};
use sessionful_tests::codec_laws::reads_or_refuses;

fuzz_target!(|text: &str| {
    let _ = reads_or_refuses(&Json::new(Limits::default()), Frame::Text(text.to_owned()));
});
