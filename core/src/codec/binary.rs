//! Compact: a few bytes of envelope before the bytes of the body, in a binary frame.
//!
//! ```text
//! version     1 byte     1
//! flags       1 byte     1 id   2 relates-to   4 headers   8 fault   16 the id is text
//!                        32 the relates-to is text   (64 and 128: none)
//! action      text
//! id          varint or text, if flagged
//! relates-to  varint or text, if flagged
//! headers     if flagged: varint count (at least 1), then for each
//!                        text name, text value, 1 byte 0 or 1: must understand
//! body        the rest of the frame; or, if flagged, a fault:
//!   code      1 byte     0 the service's own, 1 the runtime's;   text
//!   reason    text
//!   detail    nothing more, or text kind and the rest of the frame
//! ```
//!
//! A text is its length as a varint, then as many bytes of UTF-8. A varint is base 128, lowest
//! digits first (LEB128), in the shortest form, up to 2^64 - 1. Each message has one form only, and
//! a reader refuses all others: there is nothing to ignore, so another layout is another version.

use super::{Codec, CodecError, Frame, Limits};
use crate::ids::MessageId;
use crate::message::{Content, Detail, Fault, FaultCode, Header, Message};
use bytes::{Buf, Bytes};
use smol_str::SmolStr;

/// The compact codec, for peers that both run sessionful.
///
/// Reading copies neither body nor detail: they are parts of the frame.
///
/// ```
/// use sessionful::codec::{Binary, Codec, Frame, Limits};
/// use sessionful::Message;
///
/// let message = Message { id: Some(7.into()), ..Message::request("add", "[1,2]".into()) };
/// let bytes = (&b"\x01\x01\x03add\x07[1,2]"[..]).into();
/// assert_eq!(Binary::new(Limits::default()).encode(&message)?, Frame::Bytes(bytes));
/// # Ok::<(), sessionful::CodecError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Binary {
    limits: Limits,
    /// The action of the message that was read last: mostly it is that of the next one, too.
    action: SmolStr,
}

impl Binary {
    /// A codec with these limits. There is no nesting, so [`Limits::depth`] has no effect.
    pub fn new(limits: Limits) -> Binary {
        Binary { limits, action: SmolStr::default() }
    }
}

impl Codec for Binary {
    fn content_type(&self) -> &'static str {
        "application/vnd.sessionful.v1+octet-stream"
    }

    fn subprotocol(&self) -> &'static str {
        "sessionful.bin.v1"
    }

    fn encode(&mut self, message: &Message) -> Result<Frame, CodecError> {
        self.limits.check_headers(message.headers.len())?;
        let mut len = Length(0);
        write(message, &mut len);
        self.limits.check_frame(len.0)?;
        let mut frame = Vec::with_capacity(len.0);
        write(message, &mut frame);
        Ok(Frame::Bytes(frame.into()))
    }

    fn decode(&mut self, frame: Frame) -> Result<Message, CodecError> {
        let mut frame = frame.into_bytes()?;
        self.limits.check_frame(frame.len())?;
        let mut reader = Reader { frame: &frame, at: 0 };
        reader.version()?;
        let flags = reader.flags()?;
        let action = reader.raw("the action")?;
        if action != self.action.as_bytes() {
            self.action = reader.utf8("the action", action)?.into();
        }
        let id = reader.id(flags, Flags::ID, Flags::ID_TEXT)?;
        let relates_to = reader.id(flags, Flags::RELATES_TO, Flags::RELATES_TO_TEXT)?;
        let has_headers = flags & Flags::HEADERS != 0;
        let headers = if has_headers { reader.headers(&self.limits)? } else { Vec::new() };
        let content = if flags & Flags::FAULT != 0 {
            Content::Fault(reader.fault()?)
        } else {
            let at = reader.at;
            frame.advance(at); // a part of it would have to be counted
            Content::Body(frame)
        };
        Ok(Message { action: self.action.clone(), id, relates_to, headers, content })
    }
}

/// What the second byte says.
struct Flags;

impl Flags {
    const ID: u8 = 1;
    const RELATES_TO: u8 = 2;
    const HEADERS: u8 = 4;
    const FAULT: u8 = 8;
    const ID_TEXT: u8 = 16;
    const RELATES_TO_TEXT: u8 = 32;
    const UNKNOWN: u8 = 64 | 128;

    fn of(message: &Message) -> u8 {
        let id = |id: &Option<MessageId>, present, text| match id {
            None => 0,
            Some(MessageId::Number(_)) => present,
            Some(MessageId::Text(_)) => present | text,
        };
        id(&message.id, Flags::ID, Flags::ID_TEXT)
            | id(&message.relates_to, Flags::RELATES_TO, Flags::RELATES_TO_TEXT)
            | if message.headers.is_empty() { 0 } else { Flags::HEADERS }
            | if matches!(message.content, Content::Fault(_)) { Flags::FAULT } else { 0 }
    }
}

/// Written to twice: once to measure, so that the frame is allocated once and never too large.
trait Sink {
    fn bytes(&mut self, bytes: &[u8]);

    #[inline]
    fn varint(&mut self, mut number: u64) {
        while number >= 128 {
            self.bytes(&[number as u8 | 128]);
            number >>= 7;
        }
        self.bytes(&[number as u8]);
    }

    fn text(&mut self, text: &str) {
        self.varint(text.len() as u64);
        self.bytes(text.as_bytes());
    }

    fn id(&mut self, id: &Option<MessageId>) {
        match id {
            None => {}
            Some(MessageId::Number(number)) => self.varint(*number),
            Some(MessageId::Text(text)) => self.text(text),
        }
    }
}

struct Length(usize);

impl Sink for Length {
    #[inline]
    fn bytes(&mut self, bytes: &[u8]) {
        self.0 = self.0.saturating_add(bytes.len());
    }
}

impl Sink for Vec<u8> {
    #[inline]
    fn bytes(&mut self, bytes: &[u8]) {
        self.extend_from_slice(bytes);
    }
}

fn write(message: &Message, to: &mut impl Sink) {
    to.bytes(&[VERSION, Flags::of(message)]);
    to.text(&message.action);
    to.id(&message.id);
    to.id(&message.relates_to);
    if !message.headers.is_empty() {
        to.varint(message.headers.len() as u64);
    }
    for header in &message.headers {
        to.text(&header.name);
        to.text(&header.value);
        to.bytes(&[u8::from(header.must_understand)]);
    }
    match &message.content {
        Content::Body(body) => to.bytes(body),
        Content::Fault(fault) => {
            to.bytes(&[u8::from(!matches!(fault.code, FaultCode::Application(_)))]);
            to.text(fault.code.name());
            to.text(&fault.reason);
            if let Some(Detail { kind, body }) = fault.detail.as_deref() {
                to.text(kind);
                to.bytes(body);
            }
        }
    }
}

/// A frame and how much of it was read.
struct Reader<'a> {
    frame: &'a Bytes,
    at: usize,
}

impl<'a> Reader<'a> {
    fn version(&mut self) -> Result<(), CodecError> {
        match self.byte("the version")? {
            VERSION => Ok(()),
            found => Err(CodecError::Version { found: found.into(), known: VERSION.into() }),
        }
    }

    fn flags(&mut self) -> Result<u8, CodecError> {
        let flags = self.byte("the flags")?;
        let text_of_nothing = |present, text| flags & (present | text) == text;
        if flags & Flags::UNKNOWN != 0
            || text_of_nothing(Flags::ID, Flags::ID_TEXT)
            || text_of_nothing(Flags::RELATES_TO, Flags::RELATES_TO_TEXT)
        {
            return Err(CodecError::malformed("no message has these flags", 1));
        }
        Ok(flags)
    }

    fn id(&mut self, flags: u8, present: u8, text: u8) -> Result<Option<MessageId>, CodecError> {
        Ok(if flags & present == 0 {
            None
        } else if flags & text == 0 {
            Some(MessageId::Number(self.varint("an id")?))
        } else {
            Some(MessageId::Text(self.text("an id")?.into()))
        })
    }

    fn headers(&mut self, limits: &Limits) -> Result<Vec<Header>, CodecError> {
        let at = self.at;
        let count = self.varint("the number of headers")?;
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        limits.check_headers(count)?;
        // Each takes three bytes at least, so a short frame cannot ask for a long list.
        if count == 0 || count > self.left() / 3 {
            return Err(CodecError::malformed("not as many headers as it says", at));
        }
        (0..count).map(|_| self.header()).collect()
    }

    fn header(&mut self) -> Result<Header, CodecError> {
        let name = SmolStr::new(self.text("the name of a header")?);
        let value = SmolStr::new(self.text("the value of a header")?);
        Ok(Header { name, value, must_understand: self.flag("whether a header is a must")? })
    }

    fn fault(&mut self) -> Result<Fault, CodecError> {
        let runtime = self.flag("who chose the fault's code")?;
        let name = self.text("the fault's code")?;
        let known = if runtime { FaultCode::from_runtime_name(name) } else { None };
        Ok(Fault {
            code: known.unwrap_or_else(|| FaultCode::Application(name.into())),
            reason: self.text("the fault's reason")?.into(),
            detail: if self.left() > 0 { Some(self.detail()?.into()) } else { None },
        })
    }

    fn detail(&mut self) -> Result<Detail, CodecError> {
        let kind = self.text("the kind of the fault's detail")?.into();
        Ok(Detail { kind, body: self.rest() })
    }

    fn text(&mut self, what: &str) -> Result<&'a str, CodecError> {
        let bytes = self.raw(what)?;
        self.utf8(what, bytes)
    }

    /// The text that was read last, if it is one.
    fn utf8(&self, what: &str, bytes: &'a [u8]) -> Result<&'a str, CodecError> {
        std::str::from_utf8(bytes).map_err(|error| {
            let at = self.at - bytes.len() + error.valid_up_to();
            CodecError::malformed(format!("{what} is not UTF-8"), at)
        })
    }

    /// The bytes of a text.
    fn raw(&mut self, what: &str) -> Result<&'a [u8], CodecError> {
        let at = self.at;
        let len = self.varint(what)?;
        let left = self.left();
        let len = usize::try_from(len).ok().filter(|len| *len <= left);
        let len = len.ok_or_else(|| ends_within(what, at))?;
        let frame: &'a Bytes = self.frame;
        let bytes = &frame[self.at..self.at + len];
        self.at += len;
        Ok(bytes)
    }

    fn varint(&mut self, what: &str) -> Result<u64, CodecError> {
        let start = self.at;
        if let Some(&byte) = self.frame.get(start)
            && byte < 128
        {
            self.at += 1;
            return Ok(byte.into());
        }
        let mut number = 0u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte(what)?;
            let digit = u64::from(byte & 127);
            if digit << shift >> shift != digit || (byte == 0 && shift > 0) {
                break;
            }
            number |= digit << shift;
            if byte < 128 {
                return Ok(number);
            }
        }
        Err(CodecError::malformed(format!("{what}: not a number in its shortest form"), start))
    }

    fn flag(&mut self, what: &str) -> Result<bool, CodecError> {
        match self.byte(what)? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(CodecError::malformed(format!("{what} is neither 0 nor 1"), self.at - 1)),
        }
    }

    fn byte(&mut self, what: &str) -> Result<u8, CodecError> {
        let byte = self.frame.get(self.at).copied().ok_or_else(|| ends_within(what, self.at))?;
        self.at += 1;
        Ok(byte)
    }

    fn left(&self) -> usize {
        self.frame.len() - self.at
    }

    fn rest(&mut self) -> Bytes {
        let rest = self.frame.slice(self.at..);
        self.at = self.frame.len();
        rest
    }
}

fn ends_within(what: &str, at: usize) -> CodecError {
    CodecError::malformed(format!("it ends within {what}"), at)
}

/// The version of the layout written here.
const VERSION: u8 = 1;
