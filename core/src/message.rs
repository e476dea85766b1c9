//! What travels: a message with its addressing, and the fault that may take the place of a body.

use crate::ids::MessageId;
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

/// One message, in the form that every codec reads and writes.
///
/// The runtime reads the envelope and never the body.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
pub struct Message {
    /// Picks the operation; on a reply, names the kind of reply.
    pub action: SmolStr,
    /// Present when the sender wants a reply over a session (`PROXY-19`).
    pub id: Option<MessageId>,
    /// On a reply: the id of its request.
    pub relates_to: Option<MessageId>,
    /// Everything else that the users of the two ends tell each other, in order.
    pub headers: Vec<Header>,
    /// Body or fault.
    pub content: Content,
}

impl Message {
    /// A request for `action`.
    pub fn request(action: impl Into<SmolStr>, body: Bytes) -> Message {
        Message { action: action.into(), content: Content::Body(body), ..Message::default() }
    }

    /// The first header of that name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|header| header.name == name).map(|header| header.value.as_str())
    }

    /// Takes the body out; empty for a fault.
    pub fn take_body(&mut self) -> Bytes {
        match &mut self.content {
            Content::Body(body) => std::mem::take(body),
            Content::Fault(_) => Bytes::new(),
        }
    }

    /// The bytes of the body; empty for a fault.
    pub fn body(&self) -> Bytes {
        match &self.content {
            Content::Body(body) => body.clone(),
            Content::Fault(_) => Bytes::new(),
        }
    }
}

/// The header by which a [`FaultCode::MustUnderstand`] tells the name of a header that was not
/// understood; there is one for each.
pub const NOT_UNDERSTOOD: &str = "sessionful-not-understood";

/// A named text beside the body.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Header {
    /// Its name; the runtime's own begin with `sessionful-`.
    pub name: SmolStr,
    /// Its value.
    pub value: SmolStr,
    /// Whether a receiver that does not know it must refuse the message (`CALL-3`).
    pub must_understand: bool,
}

/// What a message carries.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Content {
    /// The bytes that the two users agreed on.
    Body(Bytes),
    /// The operation ended with a fault.
    Fault(Fault),
}

impl Default for Content {
    fn default() -> Self {
        Content::Body(Bytes::new())
    }
}

/// What a service says when an operation went wrong. It is sent by the peer; an error is local.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, thiserror::Error)]
#[error("{code}: {reason}")]
pub struct Fault {
    /// Who is to blame, and why.
    pub code: FaultCode,
    /// For people.
    pub reason: String,
    /// For programs. It is rare, and boxed: every message has room for a fault.
    pub detail: Option<Box<Detail>>,
}

impl Fault {
    /// A fault that the service's author meant to send (`FLT-1`): it leaves the session alone.
    pub fn new(code: impl Into<SmolStr>, reason: impl Into<String>) -> Fault {
        Fault { code: FaultCode::Application(code.into()), reason: reason.into(), detail: None }
    }

    /// A fault that the runtime sends.
    pub fn runtime(code: FaultCode, reason: impl Into<String>) -> Fault {
        Fault { code, reason: reason.into(), detail: None }
    }

    /// Adds a detail; `kind` is what a fault contract declares (`FLT-2`).
    #[must_use]
    pub fn with_detail(mut self, kind: impl Into<SmolStr>, body: Bytes) -> Fault {
        self.detail = Some(Box::new(Detail { kind: kind.into(), body }));
        self
    }
}

/// The part of a fault that a program reads.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Detail {
    /// The name of the detail's type.
    pub kind: SmolStr,
    /// Its bytes, in the encoding of bodies.
    pub body: Bytes,
}

/// Why a fault was sent. All but the first come from the runtime (`FLT-4`, `FLT-9`).
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum FaultCode {
    /// The service chose it.
    Application(SmolStr),
    /// The operation failed in a way its author did not foresee; the session ends (`FLT-5`).
    InternalService,
    /// The session had been terminated before this message (`SESS-14`).
    SessionTerminated,
    /// No operation has this action, or it may not begin a session (`SESS-13`, `SESS-17`).
    ActionNotSupported,
    /// The body could not be read as what the operation expects.
    DeserializationFailed,
    /// Nothing listens under this address.
    DestinationUnreachable,
    /// A header that must be understood was not.
    MustUnderstand,
    /// The host refuses more work for now; its queue is bounded and full.
    TooBusy,
    /// The host does not let this caller in.
    AccessDenied,
}

impl FaultCode {
    /// The name on the wire.
    pub fn name(&self) -> &str {
        match self {
            FaultCode::Application(code) => code,
            FaultCode::InternalService => "InternalServiceFault",
            FaultCode::SessionTerminated => "SessionTerminated",
            FaultCode::ActionNotSupported => "ActionNotSupported",
            FaultCode::DeserializationFailed => "DeserializationFailed",
            FaultCode::DestinationUnreachable => "DestinationUnreachable",
            FaultCode::MustUnderstand => "MustUnderstand",
            FaultCode::TooBusy => "ServerTooBusy",
            FaultCode::AccessDenied => "FailedAuthentication",
        }
    }

    /// Reads a runtime code by its name; `None` for a name that is the application's.
    pub fn from_runtime_name(name: &str) -> Option<FaultCode> {
        Some(match name {
            "InternalServiceFault" => FaultCode::InternalService,
            "SessionTerminated" => FaultCode::SessionTerminated,
            "ActionNotSupported" => FaultCode::ActionNotSupported,
            "DeserializationFailed" => FaultCode::DeserializationFailed,
            "DestinationUnreachable" => FaultCode::DestinationUnreachable,
            "MustUnderstand" => FaultCode::MustUnderstand,
            "ServerTooBusy" => FaultCode::TooBusy,
            "FailedAuthentication" => FaultCode::AccessDenied,
            _ => return None,
        })
    }

    /// Whether the sender of the request is to blame (SOAP's `Sender`), or else the receiver.
    pub fn blames_sender(&self) -> bool {
        !matches!(self, FaultCode::InternalService | FaultCode::TooBusy)
    }
}

impl std::fmt::Display for FaultCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}
