//! The seam carries SOAP: text ids, faults that blame, and a memory.

use bytes::Bytes;
use sessionful::ids::MessageId;
use sessionful::{Codec, CodecError, Content, Fault, FaultCode, Frame, Limits, Message};
use sessionful_tests::codec_laws::round_trip;
use sessionful_tests::soapish::Soapish;
use smol_str::SmolStr;

#[test]
fn a_frame_says_what_soap_would() {
    let message = Message {
        action: "urn:fault".into(),
        relates_to: Some(7.into()),
        content: Content::Fault(Fault::runtime(FaultCode::TooBusy, "a < b")),
        ..Message::default()
    };
    let expected = [
        "<Envelope>",
        "<Action d=\"0\">urn:fault</Action>",
        "<RelatesTo>urn:uuid:53455353-494f-4e00-0000-000000000007</RelatesTo>",
        "<Code>Receiver</Code>",
        "<Subcode d=\"1\">ServerTooBusy</Subcode>",
        "<Reason>a &lt; b</Reason>",
        "</Envelope>",
    ];
    let frame = Soapish::new(Limits::default()).encode(&message);
    assert_eq!(frame, Ok(Frame::Text(expected.join("\n"))));
}

/// What was sent once is named by its place: each channel needs a codec of its own.
#[test]
fn the_second_message_relies_on_the_first() {
    let message = Message::request("Calculator/add", Bytes::new());
    let (mut sender, mut receiver) = pair();
    round_trip(&mut sender, &mut receiver, &message).unwrap();
    let second = sender.encode(&message).unwrap();
    assert!(second.clone().into_text().unwrap().contains("<Action r=\"0\"></Action>"));
    let error = Soapish::new(Limits::default()).decode(second.clone());
    assert_eq!(error, Err(CodecError::malformed("a string that was never sent", 11)));
    assert_eq!(receiver.decode(second), Ok(message));
}

/// `PROXY-19`: the id of a foreign peer is echoed untouched; ours come back as numbers.
#[test]
fn ids_survive_as_text() {
    let (mut sender, mut receiver) = pair();
    let foreign = MessageId::Text(SmolStr::new("urn:uuid:53455353-494F-4e00-0000-000000000007"));
    for id in [MessageId::Number(0), MessageId::Number(u64::MAX), foreign] {
        let message = Message { id: Some(id), ..Message::default() };
        round_trip(&mut sender, &mut receiver, &message).unwrap();
    }
}

/// `CHAN-4`: a peer cannot make a session store more than was agreed.
#[test]
fn a_dictionary_that_is_full_stays_full() {
    let (mut sender, mut receiver) = pair();
    for number in 0..100 {
        let message = Message::request(format!("{number:0>100}"), Bytes::new());
        round_trip(&mut sender, &mut receiver, &message).unwrap();
    }
    let define = |place: usize, length: usize| {
        let action = format!("<Action d=\"{place}\">{}</Action>", "x".repeat(length));
        let text = format!("<Envelope>\n{action}\n<Body></Body>\n</Envelope>");
        Soapish::new(Limits::default()).decode(Frame::Text(text))
    };
    assert!(define(0, 2048).is_ok());
    let what = "the session's dictionary";
    assert_eq!(define(0, 2049), Err(CodecError::TooLarge { what, found: 2049, limit: 2048 }));
    assert!(matches!(define(1, 1), Err(CodecError::Malformed { .. })));
}

fn pair() -> (Soapish, Soapish) {
    let codec = Soapish::new(Limits::default());
    (codec.clone(), codec)
}
