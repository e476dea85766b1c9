//! Frames from anybody: each is refused with its reason, and before it costs anything.

use bytes::Bytes;
use sessionful::codec::{Binary, Json};
use sessionful::{Codec, CodecError, Frame, Header, Limits, Message};
use sessionful_tests::codec_laws::{contract_json, reads_or_refuses};
use sessionful_tests::soapish::Soapish;
use std::path::Path;

#[test]
fn json_refuses_with_a_reason() {
    const OBJECT: &str = "invalid type: sequence, expected an object";
    for (text, reason, at) in [
        ("", "EOF while parsing a value", 0),
        (r#"[1,"a"]"#, OBJECT, 0),
        (r#"{"v":1}"#, "missing field `action`", 6),
        (r#"{"action":"a"}"#, "missing field `v`", 13),
        (r#"{"v":1,"action":"a","action":"b"}"#, "duplicate field `action`", 27),
        (r#"{"v":1,"\u0076":1,"action":"b"}"#, "duplicate field `v`", 14),
        (r#"{"v":1,"action":"a","body":1,"body":1}"#, "duplicate field `body`", 34),
        (r#"{"v":1,"action":"a"} x"#, "trailing characters", 21),
        ("{\"v\":1,\"action\":\"a\",\n\"body\":{]}", "key must be a string", 29),
        (r#"{"v":1,"action":"a","body":1,"bytes":""}"#, "it has a body and bytes", 0),
        (r#"{"v":1,"action":"a","bytes":"Zh=="}"#, "bytes: not base64 at character 1", 0),
        (
            r#"{"v":1,"action":"a","body":1,"fault":{"code":"c","reason":""}}"#,
            "it has a fault and a body",
            0,
        ),
        (
            r#"{"v":1,"action":"a","bytes":"","fault":{"code":"c","reason":""}}"#,
            "it has a fault and bytes",
            0,
        ),
        (r#"{"v":1,"action":"a","fault":["c",false,"r",null]}"#, OBJECT, 27),
        (
            r#"{"v":1,"action":"a","headers":[1]}"#,
            "invalid type: integer `1`, expected an object",
            31,
        ),
        (
            r#"{"v":1,"action":"a","headers":{}}"#,
            "invalid type: map, expected a list of headers",
            30,
        ),
    ] {
        let error = Json::new(Limits::default()).decode(Frame::Text(text.to_owned()));
        assert_eq!(error, Err(CodecError::malformed(reason, at)), "{text}");
    }
}

#[test]
fn json_takes_whole_numbers_and_text_as_ids() {
    for id in ["-1", "1.5", "18446744073709551616", "true", "[]"] {
        let text = format!(r#"{{"v":1,"action":"a","id":{id}}}"#);
        let error = Json::new(Limits::default()).decode(Frame::Text(text)).unwrap_err();
        assert!(error.to_string().contains("a whole number from 0 to 2^64 - 1"), "{error}");
    }
}

#[test]
fn binary_refuses_with_a_reason() {
    const SHORTEST: &str = "an id: not a number in its shortest form";
    for (bytes, reason, at) in [
        (&b""[..], "it ends within the version", 0),
        (b"\x01", "it ends within the flags", 1),
        (b"\x01\x40\x01a", "no message has these flags", 1),
        (b"\x01\x10\x01a", "no message has these flags", 1),
        (b"\x01\x20\x01a", "no message has these flags", 1),
        (b"\x01\x00", "it ends within the action", 2),
        (b"\x01\x00\x02a", "it ends within the action", 2),
        (b"\x01\x00\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01a", "it ends within the action", 2),
        (b"\x01\x00\x02a\xff", "the action is not UTF-8", 4),
        (b"\x01\x01\x01a", "it ends within an id", 4),
        (b"\x01\x01\x01a\x87\x00", SHORTEST, 4),
        (b"\x01\x01\x01a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", SHORTEST, 4),
        (b"\x01\x01\x01a\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", SHORTEST, 4),
        (b"\x01\x04\x01a\x00", "not as many headers as it says", 4),
        (b"\x01\x04\x01a\x02\x00\x00\x00", "not as many headers as it says", 4),
        (b"\x01\x04\x01a\x01\x00\x00\x02", "whether a header is a must is neither 0 nor 1", 7),
        (b"\x01\x08\x01a\x02", "who chose the fault's code is neither 0 nor 1", 4),
        (b"\x01\x08\x01a\x00\x01c", "it ends within the fault's reason", 7),
        (b"\x01\x08\x01a\x00\x01c\x00\x05k", "it ends within the kind of the fault's detail", 8),
    ] {
        let frame = Frame::Bytes(Bytes::from_static(bytes));
        let error = Binary::new(Limits::default()).decode(frame);
        assert_eq!(error, Err(CodecError::malformed(reason, at)), "{bytes:?}");
    }
}

/// `CHAN-4`: 65,536 bytes unless set.
#[test]
fn frames_and_headers_are_measured_before_memory_is_spent() {
    let limits = Limits { headers: 2, ..Limits::default() };
    let too_large = |what, found, limit| Err(CodecError::TooLarge { what, found, limit });
    let text = |text: String| Json::new(limits).decode(Frame::Text(text));
    let bytes = |bytes: Vec<u8>| Binary::new(limits).decode(Frame::Bytes(bytes.into()));

    let length = too_large("the frame's length", 65_537, 65_536);
    assert_eq!(text(" ".repeat(65_537)), length);
    assert_eq!(bytes(vec![1; 65_537]), length);

    let deep = format!(r#"{{"v":1,"action":"a","later":{}"#, "[".repeat(60_000));
    assert_eq!(text(deep), too_large("the depth of nesting", 60_001, 64));

    let header = r#"{"name":"n","value":"v"}"#;
    let many = format!(r#"{{"v":1,"action":"a","headers":[{header},{header},{header},{header}]}}"#);
    assert_eq!(text(many), too_large("the number of headers", 4, 2));
    let claim = b"\x01\x04\x01a\xff\xff\xff\xff\x0f".to_vec();
    assert_eq!(bytes(claim), too_large("the number of headers", 0xffff_ffff, 2));
}

/// The sender learns it, instead of the receiver ending the channel.
#[test]
fn what_no_peer_would_take_is_not_written() {
    let limits = Limits { headers: 2, ..Limits::default() };
    let refused = |what, found, limit| Err(CodecError::TooLarge { what, found, limit });

    let headers = vec![Header { name: "n".into(), value: "v".into(), must_understand: false }; 3];
    let message = Message { headers, ..Message::default() };
    let too_many = refused("the number of headers", 3, 2);
    assert_eq!(Json::new(limits).encode(&message), too_many);
    assert_eq!(Binary::new(limits).encode(&message), too_many);

    let large = Message::request("a", vec![b'1'; 65_536].into());
    let length = |found| refused("the frame's length", found, 65_536);
    assert_eq!(Json::new(limits).encode(&large), length(65_537));
    assert_eq!(Binary::new(limits).encode(&large), length(65_539 + 1));
    let envelope = Message::request("a", vec![b'1'; 65_530].into());
    assert_eq!(Json::new(limits).encode(&envelope), length(65_530 + 28));
}

/// The other version is told even where it gave a member another type.
#[test]
fn another_version_is_told_from_nonsense() {
    for text in [r#"{"v":2,"action":"a"}"#, r#"{"v":2,"action":["x"],"id":{}}"#, r#"{"v":2}"#] {
        let error = Json::new(Limits::default()).decode(Frame::Text(text.to_owned()));
        assert_eq!(error, Err(CodecError::Version { found: 2, known: 1 }), "{text}");
    }
    let frame = Frame::Bytes(Bytes::from_static(b"\x02anything"));
    let error = Binary::new(Limits::default()).decode(frame);
    assert_eq!(error, Err(CodecError::Version { found: 2, known: 1 }));
}

#[test]
fn a_frame_of_the_other_kind_is_told_from_nonsense() {
    let limits = Limits::default();
    let wrong = |expected, found| Err(CodecError::WrongFrame { expected, found });
    let (text, bytes) = (Frame::Text(String::new()), Frame::Bytes(Bytes::new()));
    assert_eq!(Json::new(limits).decode(bytes.clone()), wrong("text", "binary"));
    assert_eq!(Soapish::new(limits).decode(bytes), wrong("text", "binary"));
    assert_eq!(Binary::new(limits).decode(text), wrong("binary", "text"));
}

/// A hostile frame may not make errors as long as itself.
#[test]
fn an_error_quotes_little() {
    let text = format!(r#"{{"v":1,"action":"a","headers":"{}"}}"#, "é".repeat(20_000));
    let error = Json::new(Limits::default()).decode(Frame::Text(text)).unwrap_err();
    assert!(error.to_string().len() < 400);
}

/// What the fuzzer starts from, and what it found, without the fuzzer.
#[test]
fn seeds_are_refused_or_read() {
    let limits = Limits::default();
    let mut count = 0;
    for_each_seed("codec_json", |bytes| {
        let text = String::from_utf8(bytes).expect("a seed for this target is text");
        let _ = reads_or_refuses(&Json::new(limits), Frame::Text(text));
        count += 1;
    });
    for_each_seed("codec_binary", |bytes| {
        let _ = reads_or_refuses(&Binary::new(limits), Frame::Bytes(bytes.into()));
        count += 1;
    });
    for_each_seed("contract_json", |bytes| {
        contract_json(&bytes);
        count += 1;
    });
    assert!(count >= 40, "only {count} seeds were found");
}

fn for_each_seed(target: &str, mut visit: impl FnMut(Vec<u8>)) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds").join(target);
    for entry in std::fs::read_dir(folder).unwrap() {
        visit(std::fs::read(entry.unwrap().path()).unwrap());
    }
}
