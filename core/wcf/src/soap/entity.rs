//! What travels over HTTP beside the envelope.

use bytes::Bytes;
use sessionful::{CodecError, Frame};

/// A frame of the HTTP forms, taken apart: what the transport puts into a request or a response, and
/// what it took out of one.
///
/// ```
/// use sessionful_wcf::soap::Entity;
///
/// let entity = Entity {
///     status: 200,
///     content_type: "text/xml; charset=utf-8".into(),
///     soap_action: Some("urn:Add".into()),
///     body: "<s:Envelope/>".into(),
/// };
/// assert_eq!(Entity::from_frame(entity.clone().into_frame())?, entity);
/// # Ok::<(), sessionful::CodecError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Entity {
    /// The status of a response: 200, or 500 for a fault. A request has 200.
    pub status: u16,
    /// The media type with its parameters.
    pub content_type: String,
    /// What SOAP 1.1 says in the `SOAPAction` field, without its quotes; nothing in a response.
    pub soap_action: Option<String>,
    /// The envelope.
    pub body: Bytes,
}

impl Entity {
    /// As one frame: a line for each part, a blank line, the envelope.
    pub fn into_frame(self) -> Frame {
        let mut head = format!("Status: {}\r\n", self.status);
        head.push_str(&format!("Content-Type: {}\r\n", one_line(&self.content_type)));
        if let Some(action) = &self.soap_action {
            head.push_str(&format!("SOAPAction: \"{}\"\r\n", one_line(action)));
        }
        head.push_str("\r\n");
        match std::str::from_utf8(&self.body) {
            Ok(text) if !text.is_empty() => Frame::Text(head + text),
            _ => Frame::Bytes([head.as_bytes(), &self.body].concat().into()),
        }
    }

    /// Takes a frame apart.
    pub fn from_frame(frame: Frame) -> Result<Entity, CodecError> {
        let bytes = match frame {
            Frame::Text(text) => Bytes::from(text),
            Frame::Bytes(bytes) => bytes,
        };
        let wrong = |at| CodecError::malformed("not the headers of an entity", at);
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").ok_or_else(|| wrong(0))?;
        let head = std::str::from_utf8(&bytes[..end]).map_err(|_| wrong(0))?;
        let mut entity = Entity {
            status: 200,
            content_type: String::new(),
            soap_action: None,
            body: bytes.slice(end + 4..),
        };
        for line in head.split("\r\n") {
            if line.contains(char::is_control) {
                return Err(wrong(0));
            }
            match line.split_once(": ").ok_or_else(|| wrong(0))? {
                ("Status", status) => entity.status = status.parse().map_err(|_| wrong(0))?,
                ("Content-Type", content_type) => entity.content_type = content_type.to_owned(),
                // Clients quote the action in either way, or not at all (interop.md, 2).
                ("SOAPAction", action) => {
                    let action = unquoted(action);
                    if action.contains('"') {
                        return Err(wrong(0));
                    }
                    entity.soap_action = Some(action.to_owned());
                }
                _ => return Err(wrong(0)),
            }
        }
        Ok(entity)
    }

    /// The media type alone, in small letters.
    pub fn media_type(&self) -> String {
        let media_type = self.content_type.split(';').next().unwrap_or_default();
        media_type.trim().to_ascii_lowercase()
    }

    /// The `action` parameter of SOAP 1.2's content type, with or without quotes.
    pub fn action_in(content_type: &str) -> Option<&str> {
        parameter(content_type, "action").filter(|action| !action.contains('"'))
    }
}

/// A parameter of a media type. A semicolon inside quotes is part of the value.
pub(super) fn parameter<'a>(content_type: &'a str, wanted: &str) -> Option<&'a str> {
    let mut quoted = false;
    let mut parts = content_type.split(|letter| {
        quoted ^= letter == '"';
        letter == ';' && !quoted
    });
    parts.find_map(|part| {
        let (name, value) = part.split_once('=')?;
        name.trim().eq_ignore_ascii_case(wanted).then(|| unquoted(value))
    })
}

fn unquoted(text: &str) -> &str {
    let text = text.trim();
    let inside = |quote: char| text.strip_prefix(quote)?.strip_suffix(quote);
    inside('"').or_else(|| inside('\'')).unwrap_or(text)
}

/// A header must not begin another one.
fn one_line(text: &str) -> String {
    text.chars().filter(|letter| !letter.is_control()).collect()
}
