//! SOAP under the scenarios: their bodies are bytes, which a data contract of one member carries.

use bytes::Bytes;
use sessionful::{Codec, CodecError, Content, Detail, Fault, Frame, Limits, Message};
use sessionful_wcf::data::{DataError, Datum, Field, Part, Primitive, Schema, Wrapper};
use sessionful_wcf::soap::{Soap, Wire};
use sessionful_wcf::xml::Name;
use std::cell::Cell;

const NAMESPACE: &str = "urn:scenarios";

/// Something that a mapping does to a message, wrongly.
pub(crate) type Flaw = fn(&mut Message);

thread_local! {
    /// What every mapping of this thread does to a message that it has read.
    pub(crate) static FLAW: Cell<Option<Flaw>> = const { Cell::new(None) };
}

pub(crate) fn client(wire: Wire) -> Mapped {
    Mapped(Soap::client(wire, "ws://localhost/service", limits()))
}

pub(crate) fn host(wire: Wire) -> Mapped {
    Mapped(Soap::host(wire, limits()))
}

/// As much as the scenarios expect to fit.
fn limits() -> Limits {
    Limits { frame: 200_000, ..Limits::default() }
}

/// SOAP with bytes for bodies.
#[derive(Clone)]
pub(crate) struct Mapped(Soap);

impl Codec for Mapped {
    fn content_type(&self) -> &'static str {
        self.0.content_type()
    }

    fn subprotocol(&self) -> &'static str {
        self.0.subprotocol()
    }

    fn encode(&mut self, message: &Message) -> Result<Frame, CodecError> {
        let content = match &message.content {
            Content::Body(body) => Content::Body(wrap("Body", body).map_err(unfit)?),
            Content::Fault(fault) => {
                let detail = fault.detail.as_ref().map(|detail| {
                    let body = wrap(&detail.kind, &detail.body)?;
                    Ok(Box::new(Detail { kind: detail.kind.clone(), body }))
                });
                let detail = detail.transpose().map_err(unfit)?;
                Content::Fault(Fault { detail, ..fault.clone() })
            }
        };
        self.0.encode(&Message { content, ..message.clone() })
    }

    fn decode(&mut self, frame: Frame) -> Result<Message, CodecError> {
        let mut message = self.0.decode(frame)?;
        match &mut message.content {
            Content::Body(body) => *body = unwrap("Body", body).map_err(unfit)?,
            Content::Fault(fault) => {
                if let Some(detail) = &mut fault.detail {
                    detail.body = unwrap(&detail.kind, &detail.body).map_err(unfit)?;
                }
            }
        }
        if let Some(flaw) = FLAW.get() {
            flaw(&mut message);
        }
        Ok(message)
    }
}

fn unfit(error: DataError) -> CodecError {
    CodecError::malformed(error.to_string(), 0)
}

fn wrapper(name: &str) -> Wrapper {
    let part = Part::new("content", Field::new(Primitive::Base64Binary));
    Wrapper::new(Name::new(NAMESPACE, name), [part])
}

fn wrap(name: &str, bytes: &Bytes) -> Result<Bytes, DataError> {
    let value = ("content".into(), Datum::Bytes(bytes.clone()));
    Schema::default().write_body(&wrapper(name), &[value])
}

fn unwrap(name: &str, body: &[u8]) -> Result<Bytes, DataError> {
    match Schema::default().read_body(&wrapper(name), body)?.pop() {
        Some((_, Datum::Bytes(bytes))) => Ok(bytes),
        _ => Err(DataError::Missing { place: "content".into() }),
    }
}
