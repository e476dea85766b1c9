//! Reading an envelope from anybody.

use super::envelope::{ADDRESSING, ANONYMOUS, NONE, read_fault_action};
use super::write::Frame;
use super::{fault, header};
use crate::binary;
use crate::error::XmlError;
use crate::value::Value;
use crate::xml::{AnySink, AnySource, Composer, Cursor, Source, Start, check, element_of};
use bytes::Bytes;
use sessionful::{Content, Header, Message};
use smol_str::SmolStr;

pub(super) fn message(
    source: AnySource<'_>,
    frame: &Frame,
    headers: usize,
) -> Result<Message, XmlError> {
    let version = frame.version;
    let envelope = version.namespace();
    let mut cursor = Cursor::new(source);
    cursor.expect(envelope, "Envelope")?;
    let mut message = Message::default();
    if cursor.optional(envelope, "Header")?.is_some() {
        let mut addressing = Addressing::default();
        let mut count = 0;
        while let Some(start) = cursor.start()? {
            count += 1;
            // Those of addressing do not count: a message may have its full number beside them.
            check("the number of headers", count, headers.saturating_add(7))?;
            if start.name.namespace == ADDRESSING {
                addressing.read(start, frame, &mut cursor, &mut message)?;
            } else if let Some(header) = header::read(start, version, &mut cursor)? {
                message.headers.push(header);
            }
        }
        cursor.end()?;
        check("the number of headers", message.headers.len(), headers)?;
    }
    cursor.expect(envelope, "Body")?;
    if let Some(start) = cursor.start()? {
        message.content = if start.name.is(envelope, "Fault") {
            let fault = fault::read(frame, &mut cursor)?;
            message.action = read_fault_action(&message.action).into();
            Content::Fault(fault)
        } else {
            Content::Body(element(start, frame, &mut cursor)?)
        };
    }
    cursor.end()?; // Body
    cursor.end()?; // Envelope
    cursor.finish()?;
    Ok(message)
}

/// An element as a document of its own.
pub(super) fn element<S: Source>(
    start: Start,
    frame: &Frame,
    cursor: &mut Cursor<S>,
) -> Result<Bytes, XmlError> {
    let mut writer = binary::Writer::new(None).limit(frame.limits.document);
    let mut composer = Composer::new(&mut writer as AnySink<'_>);
    element_of(cursor, start, frame.version.declared(), &mut composer)?;
    composer.finish()?;
    Ok(writer.into_bytes().into())
}

/// Which addressing headers have been seen: none may come twice (WS-Addressing SOAP binding 1.0,
/// section 3.2).
#[derive(Default)]
struct Addressing {
    seen: Vec<SmolStr>,
}

impl Addressing {
    fn read<S: Source>(
        &mut self,
        start: Start,
        frame: &Frame,
        cursor: &mut Cursor<S>,
        message: &mut Message,
    ) -> Result<(), XmlError> {
        let name = start.name.local.clone();
        let must_understand = header::must_understand(&start, frame.version);
        if !frame.version.addressing {
            return ignore(name, must_understand, cursor, message);
        }
        // A message may relate to several others.
        if name != "RelatesTo" {
            if self.seen.contains(&name) {
                return Err(XmlError::unexpected(format!("header a:{name} twice")));
            }
            self.seen.push(name.clone());
        }
        match name.as_str() {
            "Action" => message.action = cursor.text()?.to_text().trim().into(),
            "MessageID" => message.id = Some(frame.ids.read(cursor.text()?.to_text().trim())),
            "RelatesTo" => {
                let kind = start.attribute("", "RelationshipType").map(Value::to_text);
                let reply = kind.is_none_or(|kind| kind.trim().ends_with("/addressing/reply"));
                let id = frame.ids.read(cursor.text()?.to_text().trim());
                if reply {
                    message.relates_to.get_or_insert(id);
                }
            }
            "ReplyTo" | "FaultTo" => {
                let address = address(cursor)?;
                // Elsewhere cannot be reached from here: whoever insists must be refused.
                if address != ANONYMOUS && address != NONE {
                    let name = refused(&name);
                    message.headers.push(Header { name, value: address, must_understand: true });
                }
            }
            "To" | "From" => cursor.skip()?,
            _ => return ignore(name, must_understand, cursor, message),
        }
        Ok(())
    }
}

/// A header of addressing where there is no addressing, or one that nobody knows: zeep sends them even
/// with SOAP 1.1 (interop.md, 3.2).
fn ignore<S: Source>(
    name: SmolStr,
    must_understand: bool,
    cursor: &mut Cursor<S>,
    message: &mut Message,
) -> Result<(), XmlError> {
    cursor.skip()?;
    if must_understand {
        let (name, value) = (refused(&name), SmolStr::default());
        message.headers.push(Header { name, value, must_understand });
    }
    Ok(())
}

/// The name under which a header of addressing is told, so that whoever looks for headers that must be
/// understood finds it. It is not one of addressing any more: passing it on must not make it one.
fn refused(name: &str) -> SmolStr {
    smol_str::format_smolstr!("a:{name}")
}

fn address<S: Source>(cursor: &mut Cursor<S>) -> Result<SmolStr, XmlError> {
    let mut address = SmolStr::default();
    while let Some(start) = cursor.start()? {
        if start.name.is(ADDRESSING, "Address") {
            address = cursor.text()?.to_text().trim().into();
        } else {
            cursor.skip()?;
        }
    }
    cursor.end()?;
    Ok(address)
}
