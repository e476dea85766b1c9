//! Messages of sessions through the codec: what WCF wrote is read, and written again to the byte.

use crate::fixtures::{hex, unhex};
use bytes::Bytes;
use sessionful::{Codec, Frame, Limits, Message};
use sessionful_wcf::soap::{Soap, Wire};

/// One message, and what went before it in its direction.
pub(crate) struct Exchange {
    pub(crate) to_server: bool,
    pub(crate) before: Vec<Vec<u8>>,
    pub(crate) message: Vec<u8>,
    pub(crate) address: String,
}

impl Exchange {
    fn ends(&self, wire: Wire) -> (Soap, Soap) {
        let client = Soap::client(wire, self.address.as_str(), Limits::default());
        let host = Soap::host(wire, Limits::default());
        if self.to_server { (client, host) } else { (host, client) }
    }

    /// Reads and writes again what went before, then the message.
    pub(crate) fn check_binary(&self) -> Message {
        let (mut writer, mut reader) = self.ends(Wire::SocketBinary);
        let mut last = Message::default();
        for message in self.before.iter().chain([&self.message]) {
            last = reader.decode(Frame::Bytes(Bytes::copy_from_slice(message))).unwrap();
            let written = writer.encode(&last).unwrap().into_bytes().unwrap();
            assert_eq!(hex(&written), hex(message), "what WCF wrote");
        }
        last
    }

    /// The same as text.
    pub(crate) fn check_text(&self, xml: &str) {
        let (mut writer, mut reader) = self.ends(Wire::SocketText);
        let typed = self.check_binary();
        // Text forgets what is a number, so the message is taken from the binary form.
        assert_eq!(writer.encode(&typed), Ok(Frame::Text(xml.to_owned())));
        for frame in [Frame::Text(xml.to_owned()), Frame::Bytes(xml.to_owned().into())] {
            let message = reader.decode(frame).unwrap();
            assert_eq!(writer.encode(&message), Ok(Frame::Text(xml.to_owned())));
            assert_eq!((&message.action, &message.id), (&typed.action, &typed.id));
        }
    }
}

/// The address that messages of a direction are sent to: the text of `a:To`.
pub(crate) fn address_in(xml: &str) -> String {
    let (_, rest) = xml.split_once("<a:To s:mustUnderstand=\"1\">").expect("a header To");
    rest.split('<').next().unwrap().to_owned()
}

/// Cases of the recorded session of .NET Framework.
pub(crate) fn netframework() -> Vec<crate::Case> {
    let document = crate::fixtures::json("wcf-netframework/nettcp-session.json");
    let mut cases = Vec::new();
    let (mut before, mut count) = (std::collections::BTreeMap::<String, Vec<Vec<u8>>>::new(), 0);
    for envelope in document["envelopes"].as_array().expect("a list") {
        let direction = envelope["direction"].as_str().expect("a direction").to_owned();
        let message = unhex(envelope["nbfse"].as_str().expect("digits"));
        let past = before.entry(direction.clone()).or_default();
        count += 1;
        let exchange = Exchange {
            to_server: direction == "c2s",
            before: past.clone(),
            message: message.clone(),
            address: "net.tcp://localhost:8898/Demo".to_owned(),
        };
        past.push(message);
        let name = format!("wcf-netframework::envelopes::{count} {direction}");
        cases.push(crate::Case::new(name, move || {
            let message = exchange.check_binary();
            assert!(message.action.starts_with("urn:DemoService/IDemoService/Echo"));
            assert_eq!(message.id.is_some(), exchange.to_server);
            assert_eq!(message.relates_to.is_some(), !exchange.to_server);
        }));
    }
    cases.extend(raw_stream(&document));
    cases.extend(encoder(&document));
    cases
}

/// The raw chunks hold the envelopes in records of net.tcp: type 6, a length, the message.
fn raw_stream(document: &serde_json::Value) -> Vec<crate::Case> {
    let chunks = document["nettcp_session"].as_array().expect("a list").clone();
    let envelopes = document["envelopes"].as_array().expect("a list").clone();
    let mut inside = envelopes.into_iter();
    let mut cases = Vec::new();
    for (index, chunk) in chunks.iter().enumerate() {
        let bytes = unhex(chunk["hex"].as_str().expect("digits"));
        if bytes.first() != Some(&6) {
            continue;
        }
        let envelope = inside.next().expect("an envelope for each record");
        cases.push(crate::Case::new(format!("wcf-netframework::chunk {index}"), move || {
            let length = if bytes[1] < 0x80 { 1 } else { 2 };
            let message = &bytes[1 + length..];
            assert_eq!(hex(message), envelope["nbfse"].as_str().unwrap(), "the same envelope");
        }));
    }
    cases
}

/// What WCF's own session encoder announced, and the messages that rely on it.
fn encoder(document: &serde_json::Value) -> Vec<crate::Case> {
    let encoder = document["session_encoder"].clone();
    let messages = encoder["messages"].as_array().expect("a list").clone();
    let case = |index: usize| {
        let (messages, encoder) = (messages.clone(), encoder.clone());
        crate::Case::new(format!("wcf-netframework::session_encoder::{}", index + 1), move || {
            let frames: Vec<Vec<u8>> = messages[..=index]
                .iter()
                .map(|message| unhex(message["hex"].as_str().unwrap()))
                .collect();
            let (frame, before) = frames.split_last().unwrap();
            crate::dotnet::session_to_session(before, frame);
            let mut host = Soap::host(Wire::SocketBinary, Limits::default());
            let mut message = Message::default();
            for frame in &frames {
                message = host.decode(Frame::Bytes(frame.clone().into())).unwrap();
            }
            assert_eq!(message.action, encoder["action"].as_str().unwrap());
            let text = crate::canonical::of_binary(&message.body());
            let employee = messages[index]["employee_id"].as_str().unwrap();
            let days = &messages[index]["total_days"];
            assert!(text.contains(&format!("text {employee:?}")), "{text}");
            assert!(text.contains(&format!("text \"{days}\"")), "{text}");
            let mut dictionary = sessionful_wcf::binary::Dictionary::new(2048);
            dictionary.read_block(&frames[0]).unwrap();
            for (place, string) in encoder["session_strings"].as_array().unwrap().iter().enumerate()
            {
                let id = u32::try_from(place * 2 + 1).unwrap();
                assert_eq!(dictionary.get(id).map(smol_str::SmolStr::as_str), string.as_str());
            }
        })
    };
    (0..messages.len()).map(case).collect()
}
