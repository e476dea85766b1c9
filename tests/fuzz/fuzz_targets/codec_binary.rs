//! Bytes that claim to be a message in the compact form.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sessionful::codec::{Binary, Codec, Frame, Limits};
use sessionful_tests::codec_laws::reads_or_refuses;

fuzz_target!(|bytes: &[u8]| {
    let mut codec = Binary::new(Limits::default());
    let frame = Frame::Bytes(bytes.to_vec().into());
    if let Ok(message) = reads_or_refuses(&codec, frame.clone()) {
        // Each message has one form. Only a fault code that is unknown here is written otherwise.
        let written = codec.encode(&message).expect("it was read, so it can be written");
        assert!(written == frame || matches!(message.content, sessionful::Content::Fault(_)));
    }
});
