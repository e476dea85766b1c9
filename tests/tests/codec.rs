//! What the codecs promise: messages come back whole, hostile frames are refused with a reason, and
//! a codec may remember what it sent.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "a test may panic")]

#[path = "codec/hostile.rs"]
mod hostile;
#[path = "codec/messages.rs"]
mod messages;
#[path = "codec/soapish.rs"]
mod soapish;

use bytes::Bytes;
use messages::message;
use proptest::collection::vec;
use proptest::prelude::*;
use sessionful::codec::{Binary, Json};
use sessionful::{Codec, Frame, Limits, Message};
use sessionful_tests::codec_laws::{reads_or_refuses, round_trip};
use sessionful_tests::soapish::Soapish;

proptest! {
    /// Whatever the two users send, addressing and body come back to the byte (`PROXY-19`).
    #[test]
    fn json_gives_back_every_message(message in message()) {
        let codec = Json::new(Limits::default());
        prop_assert!(round_trip(&mut codec.clone(), &mut codec.clone(), &message).is_some());
    }

    #[test]
    fn binary_gives_back_every_message(message in message()) {
        let codec = Binary::new(Limits::default());
        prop_assert!(round_trip(&mut codec.clone(), &mut codec.clone(), &message).is_some());
    }

    /// A codec with a memory works as well: the two ends learn the same, even if a message in
    /// between was refused.
    #[test]
    fn a_dictionary_grows_alike_at_both_ends(messages in vec(message(), 1..12)) {
        let limits = Limits { frame: 700, headers: 3, ..Limits::default() };
        let (mut sender, mut receiver) = (Soapish::new(limits), Soapish::new(limits));
        for message in &messages {
            round_trip(&mut sender, &mut receiver, message);
        }
    }

    #[test]
    fn small_limits_hold_both_ways(
        message in message(), frame in 0..200usize, headers in 0..4usize,
    ) {
        let limits = Limits { frame, headers, depth: 4 };
        let json = round_trip(&mut Json::new(limits), &mut Json::new(limits), &message);
        let binary = round_trip(&mut Binary::new(limits), &mut Binary::new(limits), &message);
        for written in json.into_iter().chain(binary) {
            prop_assert!(written.len() <= frame && message.headers.len() <= headers);
        }
    }

    #[test]
    fn any_bytes_are_refused_or_read(bytes in vec(any::<u8>(), 0..60)) {
        let _ = reads_or_refuses(&Binary::new(Limits::default()), Frame::Bytes(bytes.into()));
    }

    /// One byte changed in a good frame finds more than bytes drawn blindly.
    #[test]
    fn damaged_frames_are_refused_or_read(
        message in message(), at in any::<usize>(), byte in any::<u8>(),
    ) {
        let (limits, damage) = (Limits::default(), (at, byte));
        let frame = Binary::new(limits).encode(&message).unwrap();
        let _ = reads_or_refuses(&Binary::new(limits), damaged(frame, damage).unwrap());
        let frame = Json::new(limits).encode(&message).unwrap();
        if let Some(frame) = damaged(frame, damage) {
            let _ = reads_or_refuses(&Json::new(limits), frame);
        }
        let frame = Soapish::new(limits).encode(&message).unwrap();
        if let Some(frame) = damaged(frame, damage) {
            let _ = Soapish::new(limits).decode(frame);
        }
    }
}

/// `None` if the damage leaves no text.
fn damaged(frame: Frame, (at, byte): (usize, u8)) -> Option<Frame> {
    let at = at % frame.len();
    match frame {
        Frame::Bytes(bytes) => {
            let mut bytes = bytes.to_vec();
            bytes[at] = byte;
            Some(Frame::Bytes(bytes.into()))
        }
        Frame::Text(text) => {
            let mut bytes = text.into_bytes();
            bytes[at] = byte;
            String::from_utf8(bytes).ok().map(Frame::Text)
        }
    }
}

/// Only what stands in the frame as it is may be embedded; the rest travels as base64.
#[test]
fn json_embeds_what_it_can_give_back_unchanged() {
    for (body, member) in [
        (&b"null"[..], r#","body":null}"#),
        (b"[ 1,\n2 ]", ",\"body\":[ 1,\n2 ]}"),
        (br#""\ud800""#, r#","body":"\ud800"}"#),
        (b"1e999", r#","body":1e999}"#),
        (b"", "}"),
        (b" 1", r#","bytes":"IDE="}"#),
        (b"1 2", r#","bytes":"MSAy"}"#),
        (b"nul", r#","bytes":"bnVs"}"#),
        (b"\xff", r#","bytes":"/w=="}"#),
        (b"\"\xff\"", r#","bytes":"Iv8i"}"#),
    ] {
        let message = Message::request("a", Bytes::from_static(body));
        let frame = Json::new(Limits::default()).encode(&message).unwrap();
        assert_eq!(frame, Frame::Text(format!(r#"{{"v":1,"action":"a"{member}"#)));
    }
}

/// A body that nests too deep to be embedded is not lost: what is opaque has no depth.
#[test]
fn json_carries_deep_bodies_as_bytes() {
    for (depth, member) in [(63, "body"), (64, "bytes"), (20_000, "bytes")] {
        let body = "[".repeat(depth) + &"]".repeat(depth);
        let message = Message::request("a", body.into());
        let mut codec = Json::new(Limits::default());
        let frame = round_trip(&mut codec.clone(), &mut codec, &message).unwrap();
        let text = frame.into_text().unwrap();
        assert!(text.starts_with(&format!(r#"{{"v":1,"action":"a","{member}":"#)), "{depth}");
    }
}

#[test]
fn json_shares_the_body_with_the_frame() {
    let text = r#"{"v":1,"action":"a","body":[1,2,3]}"#.to_owned();
    let place = text.as_ptr().addr() + text.find('[').unwrap();
    let message = Json::new(Limits::default()).decode(Frame::Text(text)).unwrap();
    assert_eq!(message.body().as_ptr().addr(), place);
}

#[test]
fn binary_shares_the_body_with_the_frame() {
    let frame = Bytes::from_static(b"\x01\x00\x01abody");
    let message = Binary::new(Limits::default()).decode(Frame::Bytes(frame.clone())).unwrap();
    assert_eq!(message.body().as_ptr(), frame[4..].as_ptr());
}

#[test]
fn json_ignores_members_of_later_editions() {
    let text = r#" {"later":{"x":[1]},"v":1,"later":2,"action":"a","id":null,"headers":
        [{"name":"n","value":"v","later":3}],"body":1} "#;
    let message = Json::new(Limits::default()).decode(Frame::Text(text.to_owned())).unwrap();
    assert_eq!((message.header("n"), message.body()), (Some("v"), Bytes::from_static(b"1")));
}

#[test]
fn codecs_name_themselves_differently() {
    let (json, binary) = (Json::new(Limits::default()), Binary::new(Limits::default()));
    assert_eq!(json.subprotocol(), "sessionful.json.v1");
    assert_eq!(binary.subprotocol(), "sessionful.bin.v1");
    assert_ne!(json.content_type(), binary.content_type());
}
