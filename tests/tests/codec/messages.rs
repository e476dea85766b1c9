//! Any message, with a liking for those that codecs might trip over.

use bytes::Bytes;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use sessionful::ids::MessageId;
use sessionful::{Content, Fault, FaultCode, Header, Message};

/// Any message that two users could send.
pub(crate) fn message() -> impl Strategy<Value = Message> {
    let header = (text(), text(), any::<bool>()).prop_map(|(name, value, must_understand)| {
        Header { name: name.into(), value: value.into(), must_understand }
    });
    let content =
        prop_oneof![3 => body().prop_map(Content::Body), 1 => fault().prop_map(Content::Fault)];
    (text(), option::of(id()), option::of(id()), vec(header, 0..5), content).prop_map(
        |(action, id, relates_to, headers, content)| Message {
            action: action.into(),
            id,
            relates_to,
            headers,
            content,
        },
    )
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[a-zA-Z/:.-]{0,30}",
        1 => vec(any::<char>(), 0..20).prop_map(|letters| letters.into_iter().collect()),
    ]
}

/// Numbers, texts, and texts that look like numbers.
fn id() -> impl Strategy<Value = MessageId> {
    prop_oneof![
        any::<u64>().prop_map(MessageId::Number),
        text().prop_map(|text| MessageId::Text(text.into())),
        any::<u64>().prop_map(|number| MessageId::Text(number.to_string().into())),
    ]
}

/// Bodies that are JSON, bodies that almost are, and any other bytes.
fn body() -> impl Strategy<Value = Bytes> {
    let json = prop_oneof![
        Just("null".to_owned()),
        any::<f64>().prop_map(|number| number.to_string()),
        text().prop_map(|text| serde_json::to_string(&text).unwrap()),
        "\\[( |\n)*[0-9]{1,9}(, *-1e400)?\\]",
        "[ {}\\[\\]\":,0-9a-z\\\\]{0,12}",
        (0..80usize).prop_map(|depth| "[".repeat(depth) + &"]".repeat(depth)),
    ];
    prop_oneof![json.prop_map(Bytes::from), vec(any::<u8>(), 0..64).prop_map(Bytes::from)]
}

/// Faults of the runtime, of services, and of services that take the runtime's names.
fn fault() -> impl Strategy<Value = Fault> {
    let runtime = || proptest::sample::select(RUNTIME_CODES);
    let code = prop_oneof![
        text().prop_map(|code| FaultCode::Application(code.into())),
        runtime(),
        runtime().prop_map(|code| FaultCode::Application(code.name().into())),
    ];
    (code, text(), option::of((text(), body()))).prop_map(|(code, reason, detail)| {
        let fault = Fault::runtime(code, reason);
        match detail {
            None => fault,
            Some((kind, body)) => fault.with_detail(kind, body),
        }
    })
}

const RUNTIME_CODES: &[FaultCode] = &[
    FaultCode::InternalService,
    FaultCode::SessionTerminated,
    FaultCode::ActionNotSupported,
    FaultCode::DeserializationFailed,
    FaultCode::DestinationUnreachable,
    FaultCode::MustUnderstand,
    FaultCode::TooBusy,
    FaultCode::AccessDenied,
];
