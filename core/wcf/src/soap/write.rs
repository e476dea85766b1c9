//! Writing an envelope, in the order in which WCF writes it.

use super::envelope::{ADDRESSING, ANONYMOUS, Version, fault_action};
use super::{Ids, fault, header};
use crate::binary;
use crate::error::XmlError;
use crate::value::Value;
use crate::xml::{AnySink, Composer, Limits, Sink, Source};
use sessionful::{Content, Message};
use smol_str::SmolStr;

/// What an envelope needs to know beside the message.
#[derive(Clone, Debug)]
pub(super) struct Frame {
    pub(super) version: Version,
    pub(super) ids: Ids,
    /// Whom messages are addressed to; empty for nobody in particular.
    pub(super) to: SmolStr,
    /// Whether requests say where replies go: clients do (interop.md, 1.3).
    pub(super) reply_to: bool,
    pub(super) limits: Limits,
}

/// The action of a message on the wire.
pub(super) fn action(message: &Message) -> &str {
    match &message.content {
        Content::Fault(fault) => fault_action(&message.action, &fault.code),
        Content::Body(_) => &message.action,
    }
}

pub(super) fn message(message: &Message, frame: &Frame, sink: AnySink<'_>) -> Result<(), XmlError> {
    let version = frame.version;
    let envelope = version.namespace();
    let mut xml = Composer::new(sink);
    xml.start_as("s", envelope, "Envelope")?;
    if version.addressing {
        xml.declare_as("a", ADDRESSING)?;
    }
    if version.addressing || !message.headers.is_empty() {
        xml.start(envelope, "Header")?;
        if version.addressing {
            addressing(message, frame, &mut xml)?;
        }
        for one in &message.headers {
            header::write(one, version, frame.limits, &mut xml)?;
        }
        xml.end()?;
    }
    xml.start(envelope, "Body")?;
    match &message.content {
        Content::Body(bytes) => body(bytes, frame.limits, &mut xml)?,
        Content::Fault(fault) => fault::write(fault, frame, &mut xml)?,
    }
    xml.end()?;
    xml.end()?;
    xml.finish().map(|_| ())
}

fn addressing<S: Sink>(
    message: &Message,
    frame: &Frame,
    xml: &mut Composer<S>,
) -> Result<(), XmlError> {
    let must = |xml: &mut Composer<S>, name: &str, value: Value| {
        xml.start(ADDRESSING, name)?;
        xml.attribute(frame.version.namespace(), "mustUnderstand", Value::text("1"))?;
        xml.text(value)?;
        xml.end()
    };
    must(xml, "Action", Value::Shared(action(message).into()))?;
    if let Some(id) = &message.id {
        xml.element(ADDRESSING, "MessageID", frame.ids.write(id))?;
    }
    if let Some(id) = &message.relates_to {
        xml.element(ADDRESSING, "RelatesTo", frame.ids.write(id))?;
    }
    if frame.reply_to && message.id.is_some() {
        xml.start(ADDRESSING, "ReplyTo")?;
        xml.element(ADDRESSING, "Address", Value::Shared(ANONYMOUS.into()))?;
        xml.end()?;
    }
    if frame.to.is_empty() {
        return Ok(());
    }
    must(xml, "To", Value::Shared(frame.to.clone()))
}

/// Bodies and details are documents of their own; nothing at all is nothing.
pub(super) fn body<S: Sink>(
    bytes: &[u8],
    limits: Limits,
    xml: &mut Composer<S>,
) -> Result<(), XmlError> {
    if bytes.is_empty() {
        return Ok(());
    }
    let mut reader = binary::Reader::new(bytes, None, limits)?;
    while let Some(event) = reader.next()? {
        xml.event(event)?;
    }
    Ok(())
}
