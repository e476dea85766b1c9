//! The codec: laws, forms, faults, and what other stacks send.

#![allow(clippy::unwrap_used, reason = "these are tests")]

use bytes::Bytes;
use sessionful::ids::MessageId;
use sessionful::{
    Codec, CodecError, Content, Detail, Fault, FaultCode, Frame, Header, Limits, Message,
    NOT_UNDERSTOOD,
};
use sessionful_tests::codec_laws::{reads_or_refuses, round_trip};
use sessionful_wcf::binary;
use sessionful_wcf::soap::{Entity, SOAP12, Soap, Wire};
use sessionful_wcf::text;
use sessionful_wcf::xml::{Limits as XmlLimits, copy};

const ALL: [Wire; 6] = [
    Wire::BasicHttp,
    Wire::Soap12Http,
    Wire::WsHttp,
    Wire::BinaryHttp,
    Wire::SocketText,
    Wire::SocketBinary,
];
const ADDRESSED: [Wire; 4] = [Wire::WsHttp, Wire::BinaryHttp, Wire::SocketText, Wire::SocketBinary];

/// A body, from text.
fn body(xml: &str) -> Bytes {
    let mut writer = binary::Writer::new(None);
    copy(&mut text::Reader::new(xml.as_bytes(), XmlLimits::default()).unwrap(), &mut writer)
        .unwrap();
    writer.into_bytes().into()
}

/// A body, as text.
fn as_text(body: &[u8]) -> String {
    let mut writer = text::Writer::default();
    copy(&mut binary::Reader::new(body, None, XmlLimits::default()).unwrap(), &mut writer).unwrap();
    writer.into_text()
}

fn pair(wire: Wire) -> (Soap, Soap) {
    let client = Soap::client(wire, "http://localhost/calc", Limits::default());
    (client, Soap::host(wire, Limits::default()))
}

fn add() -> Message {
    let body = body("<Add xmlns=\"http://Interop.Samples\"><n>10</n></Add>");
    Message {
        id: Some(7.into()),
        ..Message::request("http://Interop.Samples/ICalculatorSession/Add", body)
    }
}

fn messages() -> Vec<Message> {
    let header = |name: &str, value: &str, must_understand| Header {
        name: name.into(),
        value: value.into(),
        must_understand,
    };
    let fault = |fault: Fault| Message {
        action: "urn:addFault".into(),
        relates_to: Some(7.into()),
        content: Content::Fault(fault),
        ..Message::default()
    };
    let detail = body("<MathFault xmlns=\"urn:data\"><Operation>Divide</Operation></MathFault>");
    vec![
        add(),
        Message { id: None, ..add() },
        Message { relates_to: Some(MessageId::Text("urn:x:1".into())), id: None, ..add() },
        Message { content: Content::default(), ..add() },
        Message {
            headers: vec![
                header("trace", "4f", false),
                header("no name at all!", "a <b> & \u{e9}", true),
                header("{urn:t}Token", " secret ", true),
                header("{urn:t}Empty", "", false),
                header(
                    "{urn:t}Tree",
                    "<h:Tree a=\"1\" xmlns:h=\"urn:t\"><h:b>x</h:b></h:Tree>",
                    true,
                ),
                header("{urn:t}Less", "<Less xmlns=\"urn:t\">&lt;</Less>", false),
            ],
            ..add()
        },
        fault(Fault::new("Overflow", "too much")),
        fault(Fault::new("{urn:calc}Overflow", "a < b")),
        fault(Fault::new("Sender", "").with_detail("MathFault", detail.clone())),
        fault(Fault::runtime(FaultCode::InternalService, "-")),
        fault(Fault::runtime(FaultCode::ActionNotSupported, "-").with_detail("MathFault", detail)),
        fault(Fault::runtime(FaultCode::MustUnderstand, "-")),
        fault(Fault::runtime(FaultCode::AccessDenied, "-")),
        Message { action: "sessionful/fault".into(), ..fault(Fault::new("Sender", "x")) },
    ]
}

#[test]
fn messages_survive_every_form_with_addressing() {
    for wire in ADDRESSED {
        let (mut client, mut host) = pair(wire);
        for message in messages() {
            round_trip(&mut client, &mut host, &message).unwrap();
            round_trip(&mut host, &mut client, &message).unwrap();
        }
    }
}

/// Without addressing the transport correlates, and a reply needs no action.
#[test]
fn forms_without_addressing_leave_correlation_to_the_transport() {
    for wire in [Wire::BasicHttp, Wire::Soap12Http] {
        let (mut client, mut host) = pair(wire);
        for message in messages() {
            let read = host.decode(client.encode(&message).unwrap()).unwrap();
            let request = message.relates_to.is_none();
            let expected = Message {
                id: None,
                relates_to: None,
                action: if request { message.action.clone() } else { read.action.clone() },
                ..message.clone()
            };
            assert_eq!(read, expected, "{wire:?}");
        }
    }
}

/// The bytes of interop.md 1.4, which .NET's own reader has read.
#[test]
fn the_least_that_an_encoder_can_say_is_read() {
    let text = "<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\" \
        xmlns:a=\"http://www.w3.org/2005/08/addressing\"><s:Header>\
        <a:Action>http://Interop.Samples/ICalculatorSession/Add</a:Action>\
        <a:MessageID>urn:uuid:11111111-2222-3333-4444-555555555555</a:MessageID></s:Header>\
        <s:Body><Add xmlns=\"http://Interop.Samples\"><n>10</n></Add></s:Body></s:Envelope>";
    assert_eq!(text.len(), 349);
    let message = pair(Wire::SocketText).1.decode(Frame::Text(text.to_owned())).unwrap();
    let mut records =
        vec![0, 0x56, 2, 0x0b, 1, b's', 4, 0x0b, 1, b'a', 6, 0x56, 8, 0x44, 0x0a, 0x99, 0x2d];
    records.extend_from_slice(b"http://Interop.Samples/ICalculatorSession/Add\x44\x1a\xad");
    records.extend_from_slice(&[0x11, 0x11, 0x11, 0x11, 0x22, 0x22, 0x33, 0x33, 0x44, 0x44]);
    records.extend_from_slice(b"UUUUUU\x01\x56\x0e\x40\x03Add\x08\x16http://Interop.Samples");
    records.extend_from_slice(b"\x40\x01n\x89\x0a\x01\x01\x01");
    assert_eq!(records.len(), 121);
    let binary = pair(Wire::SocketBinary).1.decode(Frame::Bytes(records.into())).unwrap();
    for message in [message, binary] {
        assert_eq!(message.action, "http://Interop.Samples/ICalculatorSession/Add");
        let id = "urn:uuid:11111111-2222-3333-4444-555555555555";
        assert_eq!(message.id, Some(MessageId::Text(id.into())));
        assert_eq!(
            as_text(&message.body()),
            "<Add xmlns=\"http://Interop.Samples\"><n>10</n></Add>"
        );
    }
}

/// interop.md 2, and SOAP 1.1 section 6.1.1.
#[test]
fn http_says_action_and_status_beside_the_envelope() {
    let entity = |wire, message: &Message| {
        let frame = pair(wire).0.encode(message).unwrap();
        Entity::from_frame(frame).unwrap()
    };
    let request = entity(Wire::BasicHttp, &add());
    assert_eq!(request.content_type, "text/xml; charset=utf-8");
    assert_eq!(
        request.soap_action.as_deref(),
        Some("http://Interop.Samples/ICalculatorSession/Add")
    );
    assert_eq!(
        request.body,
        "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body>\
         <Add xmlns=\"http://Interop.Samples\"><n>10</n></Add></s:Body></s:Envelope>"
    );
    let request = entity(Wire::WsHttp, &add());
    let content_type = "application/soap+xml; charset=utf-8; \
        action=\"http://Interop.Samples/ICalculatorSession/Add\"";
    assert_eq!((request.content_type.as_str(), request.soap_action), (content_type, None));
    let odd = Message { action: "urn:a;b=c".into(), ..add() };
    assert_eq!(Entity::action_in(&entity(Wire::Soap12Http, &odd).content_type), Some("urn:a;b=c"));
    assert_eq!(entity(Wire::BinaryHttp, &add()).content_type, "application/soap+msbin1");
    for wire in [Wire::BasicHttp, Wire::WsHttp] {
        let fault = Message { content: Content::Fault(Fault::new("Sender", "-")), ..add() };
        assert_eq!(entity(wire, &fault).status, 500);
        assert_eq!(entity(wire, &add()).status, 200);
    }
}

#[test]
fn media_types_are_compared_as_http_does() {
    for (wire, content_type, accepted) in [
        (Wire::BasicHttp, "text/xml", true),
        (Wire::BasicHttp, "Text/XML; Charset=\"UTF-8\"", true),
        (Wire::BasicHttp, "text/xml;charset=utf-16", false),
        (Wire::BasicHttp, "application/soap+xml", false),
        (Wire::WsHttp, "application/soap+xml; action='urn:a'; charset=utf-8", true),
        (Wire::BinaryHttp, "application/soap+msbin1", true),
        (Wire::BinaryHttp, "application/soap+msbinsession1", false),
    ] {
        assert_eq!(wire.accepts(content_type), accepted, "{content_type}");
    }
}

/// Codes, subcodes and actions of interop.md 1.5.
#[test]
fn faults_look_as_wcf_writes_them() {
    let dispatcher =
        "http://schemas.microsoft.com/net/2005/12/windowscommunicationfoundation/dispatcher";
    let addressing = "http://www.w3.org/2005/08/addressing";
    for (code, class, subcode, namespace, action) in [
        (
            FaultCode::InternalService,
            "Receiver",
            "b:InternalServiceFault",
            dispatcher,
            format!("{dispatcher}/fault"),
        ),
        (
            FaultCode::DeserializationFailed,
            "Sender",
            "b:DeserializationFailed",
            dispatcher,
            format!("{dispatcher}/fault"),
        ),
        (
            FaultCode::SessionTerminated,
            "Sender",
            "b:SessionTerminated",
            dispatcher,
            format!("{dispatcher}/fault"),
        ),
        (
            FaultCode::ActionNotSupported,
            "Sender",
            "a:ActionNotSupported",
            "",
            format!("{addressing}/fault"),
        ),
        (
            FaultCode::DestinationUnreachable,
            "Sender",
            "a:DestinationUnreachable",
            "",
            format!("{addressing}/soap/fault"),
        ),
        (
            FaultCode::Application("Sender".into()),
            "Sender",
            "",
            "",
            format!("{addressing}/soap/fault"),
        ),
        (FaultCode::MustUnderstand, "MustUnderstand", "", "", format!("{addressing}/soap/fault")),
    ] {
        let message = Message {
            action: "sessionful/fault".into(),
            content: Content::Fault(Fault::runtime(code, "why")),
            ..Message::default()
        };
        let frame = pair(Wire::SocketText).1.encode(&message).unwrap().into_text().unwrap();
        let declared = if namespace.is_empty() { "" } else { &format!(" xmlns:b=\"{namespace}\"") };
        let subcode = match subcode {
            "" => String::new(),
            code => format!("<s:Subcode><s:Value{declared}>{code}</s:Value></s:Subcode>"),
        };
        let fault = format!(
            "<s:Body><s:Fault><s:Code><s:Value>s:{class}</s:Value>{subcode}</s:Code><s:Reason>\
             <s:Text xml:lang=\"en-US\">why</s:Text></s:Reason></s:Fault></s:Body>"
        );
        assert!(frame.contains(&fault), "{frame}");
        assert!(
            frame.contains(&format!("<a:Action s:mustUnderstand=\"1\">{action}</a:Action>")),
            "{frame}"
        );
    }
    let fault = Fault::runtime(FaultCode::InternalService, "why").with_detail("D", body("<D/>"));
    let message = Message { content: Content::Fault(fault), ..Message::default() };
    let frame = pair(Wire::BasicHttp).1.encode(&message).unwrap();
    assert_eq!(
        Entity::from_frame(frame).unwrap().body,
        format!(
            "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body><s:Fault>\
             <faultcode xmlns:a=\"{dispatcher}\">a:InternalServiceFault</faultcode>\
             <faultstring xml:lang=\"en-US\">why</faultstring><detail><D/></detail></s:Fault>\
             </s:Body></s:Envelope>"
        )
    );
}

/// Envelopes as zeep, PHP, suds and Mono write them: other prefixes, indentation, headers of
/// addressing without addressing, faults without prefixes.
#[test]
fn other_stacks_are_understood() {
    let envelope = |xml: &str| {
        Entity {
            status: 200,
            content_type: "text/xml".into(),
            soap_action: Some("urn:Add".into()),
            body: Bytes::copy_from_slice(xml.as_bytes()),
        }
        .into_frame()
    };
    let read = |xml: &str| pair(Wire::BasicHttp).1.decode(envelope(xml));
    let message = read(
        "<?xml version='1.0' encoding='utf-8'?>\n<soap-env:Envelope \
         xmlns:soap-env=\"http://schemas.xmlsoap.org/soap/envelope/\" xmlns:t=\"urn:t\" \
         xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"> <soap-env:Header \
         xmlns:wsa=\"http://www.w3.org/2005/08/addressing\"><wsa:Action>urn:other</wsa:Action>\
         <wsa:MessageID>urn:uuid:1</wsa:MessageID></soap-env:Header> <soap-env:Body>\n\
         <ns0:Add xmlns:ns0=\"urn:t\"><ns0:n xsi:type=\"t:int\">1</ns0:n></ns0:Add></soap-env:Body>\
         </soap-env:Envelope>\n",
    )
    .unwrap();
    assert_eq!((message.action.as_str(), message.headers.len()), ("urn:Add", 0));
    assert_eq!(
        as_text(&message.body()),
        "<ns0:Add xmlns:t=\"urn:t\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" \
         xmlns:ns0=\"urn:t\"><ns0:n xsi:type=\"t:int\">1</ns0:n></ns0:Add>",
        "what `t:int` means is kept"
    );
    let fault = read(
        "<E:Envelope xmlns:E='http://schemas.xmlsoap.org/soap/envelope/'><E:Body><E:Fault>\
         <faultcode>Sender</faultcode><faultstring>no</faultstring><faultactor>x</faultactor>\
         <detail>\n <a/> <b/></detail></E:Fault></E:Body></E:Envelope>",
    )
    .unwrap();
    let detail = Detail { kind: "a".into(), body: body("<a/>") };
    let expected = Fault {
        code: FaultCode::Application("Sender".into()),
        reason: "no".into(),
        detail: Some(Box::new(detail)),
    };
    assert_eq!(fault.content, Content::Fault(expected));
}

#[test]
fn headers_for_others_are_passed_over_and_mandatory_ones_are_told() {
    let xml = "<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\" \
        xmlns:a=\"http://www.w3.org/2005/08/addressing\"><s:Header><a:Action>urn:a</a:Action>\
        <x:One xmlns:x='urn:x' s:mustUnderstand='true'>1</x:One>\
        <x:Two xmlns:x='urn:x' s:mustUnderstand='1' s:role='urn:somebody'>2</x:Two>\
        <x:Three xmlns:x='urn:x' s:mustUnderstand='0' \
        s:role='http://www.w3.org/2003/05/soap-envelope/role/next'>3</x:Three>\
        <a:ReplyTo><a:Address>http://elsewhere/</a:Address></a:ReplyTo>\
        <a:From><a:Address>http://me/</a:Address></a:From></s:Header><s:Body/></s:Envelope>";
    let message = pair(Wire::SocketText).1.decode(Frame::Text(xml.to_owned())).unwrap();
    let headers: Vec<(&str, &str, bool)> = message
        .headers
        .iter()
        .map(|header| (header.name.as_str(), header.value.as_str(), header.must_understand))
        .collect();
    let reply_to = "a:ReplyTo";
    let expected = [
        ("{urn:x}One", "1", true),
        ("{urn:x}Three", "3", false),
        (reply_to, "http://elsewhere/", true),
    ];
    assert_eq!(headers, expected);
}

#[test]
fn what_is_no_envelope_is_refused() {
    let soap12 = "xmlns='http://www.w3.org/2003/05/soap-envelope'";
    let a = "http://www.w3.org/2005/08/addressing";
    for xml in [
        "",
        "{\"v\":1}",
        "<Envelope/>",
        "<Envelope xmlns='http://schemas.xmlsoap.org/soap/envelope/'><Body/></Envelope>",
        &format!("<Envelope {soap12}/>"),
        &format!("<Envelope {soap12}><Header/></Envelope>"),
        &format!("<Envelope {soap12}><Body/><Body/></Envelope>"),
        &format!("<Envelope {soap12}><Body/>x</Envelope>"),
        &format!("<Envelope {soap12}><Body>x</Body></Envelope>"),
        &format!("<Envelope {soap12}><Body><a xmlns=''/><b xmlns=''/></Body></Envelope>"),
        &format!("<Envelope {soap12}><Body><Fault/></Body></Envelope>"),
        &format!(
            "<Envelope {soap12}><Header><To xmlns='{a}'/><To xmlns='{a}'/></Header><Body/></Envelope>"
        ),
        &format!("<!DOCTYPE Envelope><Envelope {soap12}><Body/></Envelope>"),
    ] {
        let error = reads_or_refuses(&pair(Wire::SocketText).1, Frame::Text(xml.to_owned()));
        assert!(matches!(error, Err(CodecError::Malformed { .. })), "{xml}: {error:?}");
    }
    for frame in ["", "Status: x\r\n\r\n", "no blank line", "Other: 1\r\n\r\n<a/>"] {
        assert!(pair(Wire::BasicHttp).1.decode(Frame::Text(frame.to_owned())).is_err());
    }
}

/// What is short on the wire because of a dictionary must not become long without bound.
#[test]
fn strings_of_the_dictionary_do_not_blow_a_body_up() {
    let mut frame = vec![0xd2, 0x0f, 0xd0, 0x0f];
    frame.extend([b'x'; 2000]);
    frame.extend_from_slice(b"\x56\x02\x0b\x01s\x04\x56\x0e\x40\x01e");
    for _ in 0..15_000 {
        frame.extend_from_slice(&[0x42, 1, 1]);
    }
    frame.extend_from_slice(&[1, 1, 1]);
    let error = pair(Wire::SocketBinary).1.decode(Frame::Bytes(frame.into()));
    assert!(matches!(error, Err(CodecError::TooLarge { limit: 1_048_576, .. })), "{error:?}");
}

/// `CHAN-4`.
#[test]
fn limits_of_the_seam_hold() {
    let small = Limits { frame: 400, headers: 1, ..Limits::default() };
    for wire in ALL {
        let mut codec = Soap::client(wire, "urn:to", small);
        let long = Message::request("urn:a", body(&format!("<a>{}</a>", "x".repeat(500))));
        assert!(matches!(codec.encode(&long), Err(CodecError::TooLarge { .. })), "{wire:?}");
        let many = Message {
            headers: vec![Header { name: "a".into(), value: "".into(), must_understand: false }; 2],
            ..Message::default()
        };
        assert!(matches!(codec.encode(&many), Err(CodecError::TooLarge { .. })), "{wire:?}");
        let frame = pair(wire).0.encode(&many).unwrap();
        let mut codec = Soap::host(wire, small);
        assert!(matches!(codec.decode(frame), Err(CodecError::TooLarge { .. })), "{wire:?}");
    }
}

/// A message that cannot be written teaches the peer nothing.
#[test]
fn an_error_leaves_the_session_as_it_was() {
    let (mut client, mut host) = pair(Wire::SocketBinary);
    let broken = Message { content: Content::Body(Bytes::from_static(b"[1,2]")), ..add() };
    assert!(matches!(client.encode(&broken), Err(CodecError::Malformed { .. })));
    round_trip(&mut client, &mut host, &add()).unwrap();
    let before = host.clone();
    assert!(host.decode(Frame::Bytes(Bytes::from_static(b"\x00\x01"))).is_err());
    let second = client.encode(&add()).unwrap();
    assert_eq!(before.clone().decode(second.clone()), host.decode(second));
}

/// SOAP 1.2 part 1 sections 5.4.6 and 5.4.8, SOAP 1.1 section 4.4.1; WCF's default fault action.
#[test]
fn what_was_not_understood_is_named_as_the_version_wants() {
    let told = |value: &str| Header {
        name: NOT_UNDERSTOOD.into(),
        value: value.into(),
        must_understand: false,
    };
    let names = [("{urn:h}One", "urn:h", "One"), ("{urn:i}Two", "urn:i", "Two")];
    let fault = Fault::runtime(FaultCode::MustUnderstand, "no");
    let message = Message {
        action: "sessionful/fault".into(),
        relates_to: Some(1.into()),
        headers: names.iter().map(|(name, ..)| told(name)).collect(),
        content: Content::Fault(fault),
        ..Message::default()
    };
    for wire in [Wire::BasicHttp, Wire::Soap12Http, Wire::WsHttp, Wire::SocketText] {
        let (mut client, mut host) = pair(wire);
        let frame = host.encode(&message).unwrap();
        let text = match &frame {
            Frame::Text(text) => text[text.find('<').unwrap()..].to_owned(),
            Frame::Bytes(_) => panic!("not text"),
        };
        let xml = roxmltree::Document::parse(&text).unwrap();
        let found: Vec<_> = xml
            .descendants()
            .filter(|node| node.has_tag_name((SOAP12, "NotUnderstood")))
            .map(|node| {
                let (prefix, local) = node.attribute("qname").unwrap().split_once(':').unwrap();
                (node.lookup_namespace_uri(Some(prefix)).unwrap(), local)
            })
            .collect();
        let code = |name: &str| xml.descendants().find(|node| node.tag_name().name() == name);
        let read = client.decode(frame.clone()).unwrap();
        if wire == Wire::BasicHttp {
            assert_eq!(found, []);
            assert_eq!(code("faultcode").unwrap().text(), Some("s:MustUnderstand"));
        } else {
            assert_eq!(found, names.map(|(_, namespace, local)| (namespace, local)));
            assert_eq!(code("Value").unwrap().text(), Some("s:MustUnderstand"));
            assert_eq!(read.headers, message.headers);
        }
        if let Some(action) = code("Action") {
            assert_eq!(action.text(), Some("http://www.w3.org/2005/08/addressing/soap/fault"));
        }
        let understood = |fault: &Fault| fault.code != FaultCode::MustUnderstand;
        assert!(!matches!(&read.content, Content::Fault(fault) if understood(fault)));
    }
}
