//! The codec.

use super::entity::{Entity, parameter};
use super::envelope::{ANONYMOUS, Version};
use super::write::Frame;
use super::{Ids, read, write};
use crate::binary::{self, Dictionary};
use crate::error::XmlError;
use crate::text;
use crate::xml::Limits as XmlLimits;
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use sessionful::{Codec, CodecError, Content, Frame as Carried, Limits, Message};
use smol_str::SmolStr;

/// Which of WCF's forms is spoken; [the module](super) has a table.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Wire {
    /// SOAP 1.1 over HTTP.
    BasicHttp,
    /// SOAP 1.2 over HTTP, the action in the content type.
    Soap12Http,
    /// SOAP 1.2 with addressing over HTTP.
    WsHttp,
    /// The same as binary XML.
    BinaryHttp,
    /// SOAP 1.2 with addressing over WebSocket.
    SocketText,
    /// The same as binary XML with a dictionary each way.
    SocketBinary,
}

impl Wire {
    fn version(self) -> Version {
        let addressing = !matches!(self, Wire::BasicHttp | Wire::Soap12Http);
        Version { soap12: self != Wire::BasicHttp, addressing }
    }

    fn is_http(self) -> bool {
        !matches!(self, Wire::SocketText | Wire::SocketBinary)
    }

    /// The media type, with the parameters that every message has.
    pub fn content_type(self) -> &'static str {
        match self {
            Wire::BasicHttp => "text/xml; charset=utf-8",
            Wire::Soap12Http | Wire::WsHttp | Wire::SocketText => {
                "application/soap+xml; charset=utf-8"
            }
            Wire::BinaryHttp => "application/soap+msbin1",
            Wire::SocketBinary => "application/soap+msbinsession1",
        }
    }

    /// Whether a request with that content type can be read; if not, the answer is 415.
    pub fn accepts(self, content_type: &str) -> bool {
        let media_type =
            |text: &str| text.split(';').next().unwrap_or("").trim().to_ascii_lowercase();
        let charset = parameter(content_type, "charset").map(str::to_ascii_lowercase);
        media_type(content_type) == media_type(self.content_type())
            && charset.is_none_or(|charset| charset == "utf-8" || charset == "utf8")
    }
}

/// SOAP as a codec. Clone one for each end of each channel, before its first message.
///
/// ```
/// use sessionful::{Codec, Limits, Message};
/// use sessionful_wcf::soap::{Soap, Wire};
///
/// let mut client = Soap::client(Wire::SocketText, "ws://localhost/calc", Limits::default());
/// let mut host = Soap::host(Wire::SocketText, Limits::default());
/// let request = Message { id: Some(7.into()), ..Message::request("urn:Clear", Default::default()) };
/// assert_eq!(host.decode(client.encode(&request)?)?.action, "urn:Clear");
/// # Ok::<(), sessionful::CodecError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Soap {
    wire: Wire,
    frame: Frame,
    limits: Limits,
    sent: Dictionary,
    received: Dictionary,
}

impl Soap {
    /// How much longer than its frame a body may be: strings of dictionaries are short on the wire.
    const GROWTH: usize = 16;

    /// The codec of an end that calls `to`.
    pub fn client(wire: Wire, to: impl Into<SmolStr>, limits: Limits) -> Soap {
        Soap::new(wire, to.into(), true, limits)
    }

    /// The codec of an end that is called.
    pub fn host(wire: Wire, limits: Limits) -> Soap {
        // What a session's server sends is addressed to whoever is at the other end; over HTTP WCF
        // leaves it out.
        let to = if wire.is_http() { "" } else { ANONYMOUS };
        Soap::new(wire, SmolStr::new_static(to), false, limits)
    }

    fn new(wire: Wire, to: SmolStr, reply_to: bool, limits: Limits) -> Soap {
        let mut xml = XmlLimits { depth: limits.depth, ..XmlLimits::default() };
        xml.document = limits.frame.saturating_mul(Soap::GROWTH);
        let frame =
            Frame { version: wire.version(), ids: Ids::default(), to, reply_to, limits: xml };
        let (sent, received) = (Dictionary::new(xml.dictionary), Dictionary::new(xml.dictionary));
        Soap { wire, frame, limits, sent, received }
    }

    /// Sets what the ids of this end's messages look like.
    #[must_use]
    pub fn ids(mut self, ids: Ids) -> Soap {
        self.frame.ids = ids;
        self
    }

    /// Which form this is.
    pub fn wire(&self) -> Wire {
        self.wire
    }

    /// What stands beside the envelope of a request over HTTP: the content type, and what SOAP 1.1 says in
    /// the field `SOAPAction`, without its quotes.
    pub fn head_of(&self, action: &str) -> (String, Option<String>) {
        let content_type = self.wire.content_type();
        let action = (!action.is_empty()).then(|| action.replace('"', ""));
        match (self.wire, action) {
            (Wire::Soap12Http | Wire::WsHttp, Some(action)) => {
                (format!("{content_type}; action=\"{action}\""), None)
            }
            (Wire::BasicHttp, action) => (content_type.to_owned(), action),
            _ => (content_type.to_owned(), None),
        }
    }

    /// Gives a message the action that stood beside its envelope, in the forms that have it there. A fault
    /// is a reply: its action is not said, and is the runtime's own.
    pub fn name(&self, message: &mut Message, action: Option<&str>) {
        if !self.frame.version.addressing && matches!(message.content, Content::Body(_)) {
            message.action = action.unwrap_or_default().into();
        }
    }

    /// A message as an envelope alone. An error leaves the codec as it was.
    pub fn encode_envelope(&mut self, message: &Message) -> Result<Carried, CodecError> {
        self.limits.check_headers(message.headers.len())?;
        let mark = self.sent.mark();
        let written = self.write(message).map_err(CodecError::from).and_then(|envelope| {
            self.limits.check_frame(envelope.len())?;
            Ok(envelope)
        });
        if written.is_err() {
            self.sent.back_to(mark); // only a frame that will be sent may teach the peer
        }
        written
    }

    /// The message of an envelope alone. An error leaves the codec as it was.
    pub fn decode_envelope(&mut self, envelope: &[u8]) -> Result<Message, CodecError> {
        self.limits.check_frame(envelope.len())?;
        let mark = self.received.mark();
        let message = self.read(envelope);
        if message.is_err() {
            self.received.back_to(mark);
        }
        Ok(message?)
    }

    fn write(&mut self, message: &Message) -> Result<Carried, XmlError> {
        Ok(match self.wire {
            Wire::SocketBinary => {
                let mut writer = binary::Writer::new(Some(&mut self.sent)).limit(self.limits.frame);
                write::message(message, &self.frame, &mut writer)?;
                let bytes = writer.into_bytes();
                Carried::Bytes([self.sent.block(), bytes].concat().into())
            }
            Wire::BinaryHttp => {
                let mut writer = binary::Writer::new(None).limit(self.limits.frame);
                write::message(message, &self.frame, &mut writer)?;
                Carried::Bytes(writer.into_bytes().into())
            }
            _ => {
                let mut writer = text::Writer::default();
                write::message(message, &self.frame, &mut writer)?;
                Carried::Text(writer.into_text())
            }
        })
    }

    fn read(&mut self, envelope: &[u8]) -> Result<Message, XmlError> {
        let xml = XmlLimits { document: self.limits.frame, ..self.frame.limits };
        let headers = self.limits.headers;
        match self.wire {
            Wire::SocketBinary => {
                let records = self.received.read_block(envelope)?;
                let mut reader = binary::Reader::new(records, Some(&self.received), xml)?;
                read::message(&mut reader, &self.frame, headers)
            }
            Wire::BinaryHttp => {
                let mut reader = binary::Reader::new(envelope, None, xml)?;
                read::message(&mut reader, &self.frame, headers)
            }
            _ => read::message(&mut text::Reader::new(envelope, xml)?, &self.frame, headers),
        }
    }
}

impl Codec for Soap {
    fn content_type(&self) -> &'static str {
        self.wire.content_type()
    }

    fn subprotocol(&self) -> &'static str {
        "soap"
    }

    fn encode(&mut self, message: &Message) -> Result<Carried, CodecError> {
        let envelope = self.encode_envelope(message)?;
        if !self.wire.is_http() {
            return Ok(envelope);
        }
        let request = message.relates_to.is_none() && matches!(message.content, Content::Body(_));
        let (content_type, soap_action) =
            self.head_of(if request { write::action(message) } else { "" });
        let status = if matches!(message.content, Content::Fault(_)) { 500 } else { 200 };
        Ok(Entity { status, content_type, soap_action, body: bytes(envelope) }.into_frame())
    }

    fn decode(&mut self, frame: Carried) -> Result<Message, CodecError> {
        if !self.wire.is_http() {
            return self.decode_envelope(&bytes(frame));
        }
        let entity = Entity::from_frame(frame)?;
        let mut message = self.decode_envelope(&entity.body)?;
        let action = match self.wire {
            Wire::BasicHttp => entity.soap_action.as_deref(),
            _ => Entity::action_in(&entity.content_type),
        };
        self.name(&mut message, action);
        Ok(message)
    }
}

/// Either kind of WebSocket frame may carry either encoding (interop.md, 1.2).
fn bytes(frame: Carried) -> Bytes {
    match frame {
        Carried::Text(text) => text.into(),
        Carried::Bytes(bytes) => bytes,
    }
}
