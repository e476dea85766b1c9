//! Exchanges recorded from Mono: requests and replies are read, and say the same when they are
//! written again. What Mono does otherwise than WCF (the README of the vectors) is not imitated.

use crate::canonical::{of_binary, of_text};
use crate::fixtures::{json, read, unhex};
use crate::{Case, contracts};
use sessionful::{Codec, Content, FaultCode, Frame, Limits, Message};
use sessionful_wcf::binary::{self, Dictionary};
use sessionful_wcf::soap::{Entity, Soap, Wire};
use sessionful_wcf::text::Writer;
use sessionful_wcf::xml::{Event, Source, copy};

/// All of them.
pub(crate) fn cases() -> Vec<Case> {
    let index = json("mono/index.json");
    let mut cases = Vec::new();
    for entry in index.as_array().expect("a list of exchanges") {
        for side in ["request", "response"] {
            if entry[side].is_string() {
                let (entry, name) = (entry.clone(), format!("mono::{} {side}", entry["vector"]));
                cases.push(Case::new(name.replace('"', ""), move || exchange(&entry, side)));
            }
        }
    }
    cases.extend(tcp());
    cases
}

/// One side of an exchange, as the codec sees it.
pub(crate) fn message(entry: &serde_json::Value, side: &str) -> (Wire, Message) {
    let file = entry[side].as_str().expect("a file");
    let document = read(&format!("mono/{file}"));
    let body = if file.ends_with(".hex") { unhex(&document) } else { document.into_bytes() };
    let headers = &entry[format!("{side}_headers")];
    let content_type = headers["content-type"].as_str().unwrap_or("text/xml").to_owned();
    let wire = match &body {
        // A few were sent by other programs than the folder's name says.
        body if body.starts_with(b"<") && memmem(body, b"schemas.xmlsoap.org/soap/envelope") => {
            Wire::BasicHttp
        }
        body if body.starts_with(b"<") && memmem(body, b"2005/08/addressing") => Wire::WsHttp,
        body if body.starts_with(b"<") => Wire::Soap12Http,
        _ => Wire::BinaryHttp,
    };
    let soap_action = headers["soapaction"].as_str().map(|action| action.trim_matches('"').into());
    let entity = Entity { status: 200, content_type, soap_action, body: body.into() };
    let mut codec = Soap::host(wire, Limits::default());
    (wire, codec.decode(entity.into_frame()).expect("Mono is understood"))
}

fn memmem(bytes: &[u8], what: &[u8]) -> bool {
    bytes.windows(what.len()).any(|window| window == what)
}

fn exchange(entry: &serde_json::Value, side: &str) {
    let (wire, message) = message(entry, side);
    let operation = entry["operation"].as_str().expect("an operation");
    if side == "request" && wire != Wire::BasicHttp && wire != Wire::Soap12Http {
        assert!(!message.action.is_empty(), "a request says what it wants");
    }
    if let Content::Fault(fault) = &message.content {
        assert!(!fault.reason.is_empty(), "{operation}: a fault says why");
        assert!(
            matches!(
                fault.code,
                FaultCode::Application(_)
                    | FaultCode::InternalService
                    | FaultCode::ActionNotSupported
                    | FaultCode::DestinationUnreachable
                    | FaultCode::DeserializationFailed
            ),
            "{operation}: {:?}",
            fault.code
        );
    }
    again(wire, &message);
    contract(&message);
    twin(entry, side, &message);
}

/// Parameters are read by the contract, and written again say the same.
fn contract(message: &Message) {
    let body = message.body();
    if body.is_empty() {
        return;
    }
    let mut reader = binary::Reader::new(&body, None, crate::canonical::limits()).unwrap();
    let Some(Event::Start(root)) = reader.next().unwrap() else { panic!("a root") };
    let mut schema = contracts::schema(false);
    let wrapper = contracts::wrapper(&mut schema, &root.name);
    let wrapper = wrapper.unwrap_or_else(|| panic!("no operation {}", root.name));
    let values = schema.read_body(&wrapper, &body).unwrap();
    let written = schema.write_body(&wrapper, &values).unwrap();
    assert_eq!(of_binary(&written), of_binary(&body), "{values:?}");
}

/// The same operation recorded as binary and as text says the same in its body.
fn twin(entry: &serde_json::Value, side: &str, message: &Message) {
    let vector = entry["vector"].as_str().expect("a name");
    let Some(operation) = vector.strip_prefix("types.msbin1/") else { return };
    let index = json("mono/index.json");
    let name = format!("types.soap12wsa10/{operation}");
    let other = index.as_array().unwrap().iter().find(|entry| entry["vector"] == name.as_str());
    let Some(other) = other else { return };
    let (_, text) = self::message(other, side);
    assert_eq!(of_binary(&message.body()), of_binary(&text.body()), "{operation}");
}

/// Every form carries the message: what was read comes back from each.
fn again(from: Wire, message: &Message) {
    for wire in [Wire::WsHttp, Wire::BinaryHttp, Wire::SocketText, Wire::SocketBinary] {
        let mut client = Soap::client(wire, "http://localhost/", Limits::default());
        let frame = client.encode(message).expect("what was read can be written");
        let read = Soap::host(wire, Limits::default()).decode(frame).expect("and read again");
        let same = |message: &Message| match &message.content {
            Content::Body(body) if body.is_empty() => String::new(),
            Content::Body(body) => of_binary(body),
            Content::Fault(fault) => format!("{fault:?}"),
        };
        if from == Wire::BasicHttp || matches!(message.content, Content::Body(_)) {
            assert_eq!(same(&read), same(message), "{wire:?}");
        }
    }
}

/// The net.tcp frames: sessions whose messages build on each other.
fn tcp() -> Vec<Case> {
    let frames = json("mono/nettcp/frames.json");
    let mut cases = Vec::new();
    for (stream, records) in frames.as_object().expect("streams") {
        let envelopes: Vec<serde_json::Value> = records
            .as_array()
            .expect("records")
            .iter()
            .filter(|record| record["record"] == "sized-envelope")
            .cloned()
            .collect();
        for count in 1..=envelopes.len() {
            let envelopes = envelopes[..count].to_vec();
            let name = format!("mono::nettcp::{stream} {count}");
            cases.push(Case::new(name, move || in_session(&envelopes)));
        }
    }
    cases
}

fn in_session(envelopes: &[serde_json::Value]) {
    let mut dictionary = Dictionary::new(2048);
    let mut host = Soap::host(Wire::SocketBinary, Limits::default());
    for (index, envelope) in envelopes.iter().enumerate() {
        let bytes = unhex(envelope["hex"].as_str().expect("digits"));
        let message = host.decode(Frame::Bytes(bytes.clone().into())).expect("Mono is understood");
        let records = dictionary.read_block(&bytes).unwrap();
        if index + 1 < envelopes.len() {
            continue;
        }
        let reader = binary::Reader::new(records, Some(&dictionary), crate::canonical::limits());
        let mut writer = Writer::default();
        copy(&mut reader.unwrap(), &mut writer).unwrap();
        // Read by another program too, which leaves out the `urn:uuid:` before ids.
        let plain = |text: String| text.replace("urn:uuid:", "");
        let ours = plain(of_text(writer.into_text().as_bytes()));
        assert_eq!(ours, plain(of_text(envelope["xml"].as_str().expect("XML").as_bytes())));
        assert!(!message.action.is_empty());
        contract(&message);
    }
}
