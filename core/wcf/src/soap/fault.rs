//! Faults in both versions of SOAP.

use super::code::{self, Code};
use super::envelope::{ADDRESSING, SOAP11, SOAP12};
use super::read;
use super::write::{self, Frame};
use crate::error::XmlError;
use crate::value::Value;
use crate::xml::{Composer, Cursor, Name, Sink, Source, XML, is_char};
use sessionful::{Detail, Fault};
use smol_str::{SmolStr, format_smolstr};

pub(super) fn write<S: Sink>(
    fault: &Fault,
    frame: &Frame,
    xml: &mut Composer<S>,
) -> Result<(), XmlError> {
    let code = code::write(&fault.code);
    // A reason may be anything; the rest of the fault must not be lost for a character.
    let reason: String =
        fault.reason.chars().map(|one| if is_char(one) { one } else { '\u{fffd}' }).collect();
    xml.start(frame.version.namespace(), "Fault")?;
    if frame.version.soap12 {
        write_soap12(&code, &reason, xml)?;
    } else {
        write_soap11(&code, &reason, xml)?;
    }
    if let Some(detail) = &fault.detail {
        let (namespace, name) =
            if frame.version.soap12 { (SOAP12, "Detail") } else { ("", "detail") };
        xml.start(namespace, name)?;
        write::body(&detail.body, frame.limits, xml)?;
        xml.end()?;
    }
    xml.end()
}

fn write_soap12<S: Sink>(code: &Code, reason: &str, xml: &mut Composer<S>) -> Result<(), XmlError> {
    xml.start(SOAP12, "Code")?;
    xml.element(SOAP12, "Value", Value::text(format!("s:{}", code.class)))?;
    if let Some(subcode) = &code.subcode {
        xml.start(SOAP12, "Subcode")?;
        xml.start(SOAP12, "Value")?;
        name(subcode, xml)?;
        xml.end()?;
        xml.end()?;
    }
    xml.end()?;
    xml.start(SOAP12, "Reason")?;
    xml.start(SOAP12, "Text")?;
    xml.attribute(XML, "lang", Value::text("en-US"))?;
    xml.text(Value::text(reason))?;
    xml.end()?;
    xml.end()
}

fn write_soap11<S: Sink>(code: &Code, reason: &str, xml: &mut Composer<S>) -> Result<(), XmlError> {
    xml.start("", "faultcode")?;
    match &code.subcode {
        Some(subcode) => name(subcode, xml)?,
        None => {
            let class = match code.class.as_str() {
                "Sender" => "Client",
                "Receiver" => "Server",
                other => other,
            };
            xml.text(Value::text(format!("s:{class}")))?;
        }
    }
    xml.end()?;
    xml.start("", "faultstring")?;
    xml.attribute(XML, "lang", Value::text("en-US"))?;
    xml.text(Value::text(reason))?;
    xml.end()
}

fn name<S: Sink>(name: &Name, xml: &mut Composer<S>) -> Result<(), XmlError> {
    let text = match name.namespace.as_str() {
        "" => name.local.clone(),
        namespace => format_smolstr!("{}:{}", xml.prefix(namespace)?, name.local),
    };
    xml.text(Value::Text(text))
}

/// Reads a fault whose start has been taken.
pub(super) fn read<S: Source>(frame: &Frame, cursor: &mut Cursor<S>) -> Result<Fault, XmlError> {
    let mut parts = Parts::default();
    while let Some(start) = cursor.start()? {
        let local = start.name.local.as_str();
        match (start.name.namespace.as_str(), local) {
            (SOAP12, "Code") => parts.code = Some(read_code(cursor)?),
            (SOAP12, "Reason") => parts.reason = read_reason(cursor)?,
            (SOAP12, "Detail") => parts.detail = read_detail(frame, cursor)?,
            // The parts of SOAP 1.1 have no namespace, but some stacks give them the envelope's.
            ("" | SOAP11, "faultcode") => parts.code = Some(read_faultcode(cursor)?),
            ("" | SOAP11, "faultstring") => {
                parts.reason = cursor.text()?.to_text().to_string();
            }
            ("" | SOAP11, "detail") => parts.detail = read_detail(frame, cursor)?,
            _ => cursor.skip()?,
        }
    }
    cursor.end()?;
    let code = parts.code.ok_or_else(|| XmlError::unexpected("a fault without a code"))?;
    Ok(Fault { code: code::read(code), reason: parts.reason, detail: parts.detail })
}

#[derive(Default)]
struct Parts {
    code: Option<Code>,
    reason: String,
    detail: Option<Box<Detail>>,
}

fn read_code<S: Source>(cursor: &mut Cursor<S>) -> Result<Code, XmlError> {
    cursor.expect(SOAP12, "Value")?;
    let name = read_name(cursor)?;
    let mut subcode = None;
    if cursor.optional(SOAP12, "Subcode")?.is_some() {
        cursor.expect(SOAP12, "Value")?;
        subcode = Some(read_name(cursor)?);
        cursor.skip()?; // subcodes may nest; the outermost is the one that counts
    }
    // Mono forgets the prefix, or writes a subcode here; faults must be read.
    let class = code::class_of_soap12(&name.local);
    let subcode = if class.is_none() { subcode.or(Some(name)) } else { subcode };
    let class = class.unwrap_or_else(|| "Sender".into());
    cursor.end()?;
    Ok(Code { class, subcode })
}

fn read_faultcode<S: Source>(cursor: &mut Cursor<S>) -> Result<Code, XmlError> {
    let name = read_name(cursor)?;
    let own = [SOAP11, "", ADDRESSING].contains(&name.namespace.as_str());
    match code::class_of_soap11(&name.local).filter(|_| own) {
        Some(class) => Ok(Code { class, subcode: None }),
        None => Ok(Code { class: "Sender".into(), subcode: Some(name) }),
    }
}

/// A qualified name; a prefix that nobody declared is passed over, for faults must be read.
fn read_name<S: Source>(cursor: &mut Cursor<S>) -> Result<Name, XmlError> {
    let scope = cursor.scope().clone();
    let text = cursor.text()?.to_text();
    let text = text.trim();
    let (prefix, local) = text.split_once(':').unwrap_or(("", text));
    // Not the default namespace: nobody means it who writes a code without a prefix.
    let namespace = if prefix.is_empty() { None } else { scope.lookup(prefix) };
    let local: SmolStr = if crate::xml::is_ncname(local) { local.into() } else { "Sender".into() };
    Ok(Name::new(namespace.unwrap_or_default(), local))
}

/// The first text, whatever its language.
fn read_reason<S: Source>(cursor: &mut Cursor<S>) -> Result<String, XmlError> {
    let mut reason = None;
    while let Some(start) = cursor.start()? {
        if start.name.is(SOAP12, "Text") && reason.is_none() {
            reason = Some(cursor.text()?.to_text().to_string());
        } else {
            cursor.skip()?;
        }
    }
    cursor.end()?;
    Ok(reason.unwrap_or_default())
}

/// The first element; the others, which WCF does not write, are passed over.
fn read_detail<S: Source>(
    frame: &Frame,
    cursor: &mut Cursor<S>,
) -> Result<Option<Box<Detail>>, XmlError> {
    let Ok(Some(start)) = cursor.peek_start() else {
        cursor.skip()?;
        return Ok(None);
    };
    let kind = start.name.local.clone();
    let Some(start) = cursor.start()? else { return Ok(None) };
    let body = read::element(start, frame, cursor)?;
    cursor.skip()?;
    Ok(Some(Box::new(Detail { kind, body })))
}
