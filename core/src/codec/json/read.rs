//! From text to message.
//!
//! The text is read once for its depth and once for its members. Bodies are not read: they are
//! found, and then shared with the frame.

use super::super::{CodecError, Limits, base64};
use super::{VERSION, depth};
use crate::ids::MessageId;
use crate::message::{Content, Detail, Fault, FaultCode, Header, Message};
use bytes::Bytes;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use smol_str::SmolStr;
use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;
use std::ops::Range;

/// Reads an object as a message.
pub(super) fn message(text: String, limits: &Limits) -> Result<Message, CodecError> {
    limits.check_frame(text.len())?;
    limits.check_depth(depth(text.as_bytes()))?;
    let (mut message, body) = envelope(&text, limits)?;
    let body = match body {
        Payload::Nothing => return Ok(message),
        Payload::Owned(bytes) => Bytes::from(bytes),
        Payload::Embedded(range) => Bytes::from(text).slice(range),
    };
    match &mut message.content {
        Content::Body(empty) => *empty = body,
        Content::Fault(fault) => fault.detail.iter_mut().for_each(|d| d.body = body.clone()),
    }
    Ok(message)
}

/// A message that lacks the bytes of its body or detail, and where those are.
fn envelope(text: &str, limits: &Limits) -> Result<(Message, Payload), CodecError> {
    let Object(envelope) = serde_json::from_str::<Object<Envelope<'_>>>(text)
        .map_err(|error| other_version(text).unwrap_or_else(|| malformed(&error, text, 0)))?;
    if envelope.v != VERSION {
        return Err(CodecError::Version { found: envelope.v, known: VERSION });
    }
    let headers = envelope.headers.map(|raw| headers(raw, text, limits)).transpose()?;
    let both = |what| Err(CodecError::malformed(what, 0));
    let (content, payload) = match envelope.fault {
        None => (Content::default(), payload(envelope.body, envelope.bytes, text)?),
        Some(_) if envelope.body.is_some() => return both("it has a fault and a body"),
        Some(_) if envelope.bytes.is_some() => return both("it has a fault and bytes"),
        Some(Object(object)) => {
            let (fault, payload) = fault(object, text)?;
            (Content::Fault(fault), payload)
        }
    };
    let message = Message {
        action: envelope.action,
        id: envelope.id.map(|Id(id)| id),
        relates_to: envelope.relates_to.map(|Id(id)| id),
        headers: headers.unwrap_or_default(),
        content,
    };
    Ok((message, payload))
}

/// A later version may have given a member another type, which must not hide that it is later.
fn other_version(text: &str) -> Option<CodecError> {
    #[derive(serde::Deserialize)]
    struct Peek {
        v: u64,
    }
    let Object(Peek { v }) = serde_json::from_str(text).ok()?;
    (v != VERSION).then_some(CodecError::Version { found: v, known: VERSION })
}

fn fault(object: FaultObject<'_>, text: &str) -> Result<(Fault, Payload), CodecError> {
    let known = if object.runtime { FaultCode::from_runtime_name(&object.code) } else { None };
    let code = known.unwrap_or(FaultCode::Application(object.code));
    let (detail, payload) = match object.detail {
        None => (None, Payload::Nothing),
        Some(Object(DetailObject { kind, body, bytes })) => {
            (Some(Box::new(Detail { kind, body: Bytes::new() })), payload(body, bytes, text)?)
        }
    };
    Ok((Fault { code, reason: object.reason, detail }, payload))
}

/// Where the bytes of a body are.
enum Payload {
    Nothing,
    Embedded(Range<usize>),
    Owned(Vec<u8>),
}

fn payload(
    body: Option<&RawValue>,
    bytes: Option<Cow<'_, str>>,
    text: &str,
) -> Result<Payload, CodecError> {
    match (body, bytes) {
        (None, None) => Ok(Payload::Nothing),
        (Some(raw), None) => Ok(Payload::Embedded(place(raw.get(), text))),
        (Some(_), Some(_)) => Err(CodecError::malformed("it has a body and bytes", 0)),
        (None, Some(digits)) => match base64::decode(&digits) {
            Ok(bytes) => Ok(Payload::Owned(bytes)),
            Err(at) => {
                Err(CodecError::malformed(format!("bytes: not base64 at character {at}"), 0))
            }
        },
    }
}

/// Where a part of the text lies in it.
fn place(part: &str, text: &str) -> Range<usize> {
    let start = part.as_ptr().addr() - text.as_ptr().addr();
    start..start + part.len()
}

fn headers(raw: &RawValue, text: &str, limits: &Limits) -> Result<Vec<Header>, CodecError> {
    let mut json = serde_json::Deserializer::from_str(raw.get());
    let (headers, count) = json
        .deserialize_seq(Headers { limit: limits.headers })
        .map_err(|error| malformed(&error, raw.get(), place(raw.get(), text).start))?;
    limits.check_headers(count)?;
    Ok(headers)
}

#[derive(serde::Deserialize)]
#[serde(rename_all = "camelCase")]
struct Envelope<'a> {
    v: u64,
    action: SmolStr,
    id: Option<Id>,
    relates_to: Option<Id>,
    #[serde(borrow)]
    headers: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "present")]
    body: Option<&'a RawValue>,
    #[serde(borrow)]
    bytes: Option<Cow<'a, str>>,
    #[serde(borrow)]
    fault: Option<Object<FaultObject<'a>>>,
}

#[derive(serde::Deserialize)]
struct FaultObject<'a> {
    code: SmolStr,
    #[serde(default)]
    runtime: bool,
    reason: String,
    #[serde(borrow)]
    detail: Option<Object<DetailObject<'a>>>,
}

#[derive(serde::Deserialize)]
struct DetailObject<'a> {
    kind: SmolStr,
    #[serde(borrow, default, deserialize_with = "present")]
    body: Option<&'a RawValue>,
    #[serde(borrow)]
    bytes: Option<Cow<'a, str>>,
}

#[derive(serde::Deserialize)]
#[serde(rename_all = "camelCase")]
struct HeaderObject {
    name: SmolStr,
    value: SmolStr,
    #[serde(default)]
    must_understand: bool,
}

/// A body of `null` is a body.
fn present<'de, D: Deserializer<'de>>(from: D) -> Result<Option<&'de RawValue>, D::Error> {
    <&RawValue>::deserialize(from).map(Some)
}

/// What must be written as an object: a derived reader would also take a list of the values.
struct Object<T>(T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_map(ObjectVisitor(PhantomData)).map(Object)
    }
}

struct ObjectVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ObjectVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<M: MapAccess<'de>>(self, map: M) -> Result<T, M::Error> {
        T::deserialize(MapAccessDeserializer::new(map))
    }
}

/// A message id; read by hand because an untagged reader would copy the value first.
struct Id(MessageId);

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(IdVisitor).map(Id)
    }
}

struct IdVisitor;

impl Visitor<'_> for IdVisitor {
    type Value = MessageId;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text or a whole number from 0 to 2^64 - 1")
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<MessageId, E> {
        Ok(MessageId::Number(number))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<MessageId, E> {
        Ok(MessageId::Text(SmolStr::new(text)))
    }
}

/// Reads as many headers as there may be, and counts the rest.
struct Headers {
    limit: usize,
}

impl<'de> Visitor<'de> for Headers {
    type Value = (Vec<Header>, usize);

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of headers")
    }

    fn visit_seq<S: SeqAccess<'de>>(self, mut list: S) -> Result<Self::Value, S::Error> {
        let mut headers = Vec::new();
        while headers.len() < self.limit {
            let Some(Object(HeaderObject { name, value, must_understand })) =
                list.next_element()?
            else {
                let count = headers.len();
                return Ok((headers, count));
            };
            headers.push(Header { name, value, must_understand });
        }
        let mut count = headers.len();
        while list.next_element::<IgnoredAny>()?.is_some() {
            count += 1;
        }
        Ok((headers, count))
    }
}

/// What the parser says about `part`, which begins at byte `start` of the frame.
fn malformed(error: &serde_json::Error, part: &str, start: usize) -> CodecError {
    let line = part.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len);
    let at = start + line.sum::<usize>() + error.column().saturating_sub(1);
    let text = error.to_string();
    let reason = text.rsplit_once(" at line ").map_or(text.as_str(), |(reason, _)| reason);
    // A parser quotes what it did not expect, which may be as long as the frame.
    CodecError::malformed(reason.chars().take(REASON).collect::<String>(), at)
}

/// How much of a reason is kept, in characters.
const REASON: usize = 120;
