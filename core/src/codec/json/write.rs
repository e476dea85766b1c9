//! From message to text.

use super::super::{CodecError, Limits, base64};
use super::{VERSION, depth};
use crate::ids::MessageId;
use crate::message::{Content, Detail, Fault, FaultCode, Header, Message};
use bytes::Bytes;
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

/// Writes a message as an object.
pub(super) fn message(message: &Message, limits: &Limits) -> Result<String, CodecError> {
    limits.check_headers(message.headers.len())?;
    limits.check_frame(least_length(message))?;
    let envelope = Envelope::of(message, limits);
    let text = serde_json::to_string(&envelope)
        .map_err(|error| CodecError::Unwritable { reason: error.to_string() })?;
    limits.check_frame(text.len())?;
    Ok(text)
}

/// A cheap lower bound, so that no memory is spent on a frame that is certainly too long.
fn least_length(message: &Message) -> usize {
    let content = match &message.content {
        Content::Body(body) => body.len(),
        Content::Fault(fault) => {
            fault.reason.len() + fault.detail.as_ref().map_or(0, |detail| detail.body.len())
        }
    };
    let headers = message.headers.iter().map(|header| header.name.len() + header.value.len());
    message.action.len().saturating_add(content).saturating_add(headers.sum())
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Envelope<'a> {
    v: u64,
    action: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a MessageId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    relates_to: Option<&'a MessageId>,
    #[serde(skip_serializing_if = "<[_]>::is_empty", serialize_with = "headers")]
    headers: &'a [Header],
    #[serde(flatten)]
    payload: Payload<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fault: Option<FaultObject<'a>>,
}

impl<'a> Envelope<'a> {
    fn of(message: &'a Message, limits: &Limits) -> Envelope<'a> {
        let (payload, fault) = match &message.content {
            Content::Body(body) => (Payload::of(body, 1, limits), None),
            Content::Fault(fault) => (Payload::default(), Some(FaultObject::of(fault, limits))),
        };
        Envelope {
            v: VERSION,
            action: &message.action,
            id: message.id.as_ref(),
            relates_to: message.relates_to.as_ref(),
            headers: &message.headers,
            payload,
            fault,
        }
    }
}

/// The two forms of a body, at most one of which is there.
#[derive(Serialize, Default)]
struct Payload<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<&'a RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bytes: Option<String>,
}

impl<'a> Payload<'a> {
    /// `outer` is how many objects the body will stand in.
    fn of(body: &'a Bytes, outer: usize, limits: &Limits) -> Payload<'a> {
        if body.is_empty() {
            return Payload::default();
        }
        let fits = outer + depth(body) <= limits.depth;
        match serde_json::from_slice::<&RawValue>(body) {
            // A raw value leaves out the white space around it, and all bytes must come back.
            Ok(raw) if fits && raw.get().len() == body.len() => {
                Payload { body: Some(raw), bytes: None }
            }
            _ => Payload { body: None, bytes: Some(base64::encode(body)) },
        }
    }
}

#[derive(Serialize)]
struct FaultObject<'a> {
    code: &'a str,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    runtime: bool,
    reason: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<DetailObject<'a>>,
}

impl<'a> FaultObject<'a> {
    fn of(fault: &'a Fault, limits: &Limits) -> FaultObject<'a> {
        FaultObject {
            code: fault.code.name(),
            runtime: !matches!(fault.code, FaultCode::Application(_)),
            reason: &fault.reason,
            detail: fault.detail.as_ref().map(|detail| DetailObject::of(detail, limits)),
        }
    }
}

#[derive(Serialize)]
struct DetailObject<'a> {
    kind: &'a str,
    #[serde(flatten)]
    payload: Payload<'a>,
}

impl<'a> DetailObject<'a> {
    fn of(detail: &'a Detail, limits: &Limits) -> DetailObject<'a> {
        DetailObject { kind: &detail.kind, payload: Payload::of(&detail.body, 3, limits) }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct HeaderObject<'a> {
    name: &'a str,
    value: &'a str,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    must_understand: bool,
}

fn headers<S: Serializer>(headers: &[Header], to: S) -> Result<S::Ok, S::Error> {
    to.collect_seq(headers.iter().map(|header| HeaderObject {
        name: &header.name,
        value: &header.value,
        must_understand: header.must_understand,
    }))
}
