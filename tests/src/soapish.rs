//! A codec that is as unlike ours as SOAP is, to prove that it can be: addressing in text,
//! correlation by URN, faults with code and subcode, and a dictionary that grows with the session.
//!
//! ```text
//! <Envelope>
//! <Action d="0">Calculator/add</Action>
//! <MessageID>urn:uuid:53455353-494f-4e00-0000-000000000007</MessageID>
//! <Body>[1,2]</Body>
//! </Envelope>
//! ```
//!
//! Each line is one element. A string of the dictionary is sent once with the place it takes
//! (`d="0"`) and after that by its place alone (`r="0"`), each direction having a dictionary of
//! its own. Numbers become URNs under a prefix of ours; every other id is echoed untouched.

use bytes::Bytes;
use sessionful::ids::MessageId;
use sessionful::{
    Codec, CodecError, Content, Detail, Fault, FaultCode, Frame, Header, Limits, Message,
};
use smol_str::{SmolStr, format_smolstr};
use std::fmt::Write;

/// The codec of one end of one channel.
///
/// ```
/// use sessionful::{Codec, Limits, Message};
/// use sessionful_tests::soapish::Soapish;
///
/// let mut sender = Soapish::new(Limits::default());
/// let message = Message::request("Calculator/add", "[1,2]".into());
/// let (first, second) = (sender.encode(&message)?, sender.encode(&message)?);
/// assert!(second.len() < first.len(), "the dictionary has the action");
/// # Ok::<(), sessionful::CodecError>(())
/// ```
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Soapish {
    limits: Limits,
    sent: Dictionary,
    received: Dictionary,
}

impl Soapish {
    /// A codec before its first frame.
    pub fn new(limits: Limits) -> Soapish {
        Soapish { limits, ..Soapish::default() }
    }
}

impl Codec for Soapish {
    fn content_type(&self) -> &'static str {
        "application/soapish"
    }

    fn subprotocol(&self) -> &'static str {
        "soapish"
    }

    fn encode(&mut self, message: &Message) -> Result<Frame, CodecError> {
        self.limits.check_headers(message.headers.len())?;
        let mut writer = Writer { text: String::new(), dictionary: self.sent.clone() };
        writer.message(message);
        self.limits.check_frame(writer.text.len())?;
        self.sent = writer.dictionary; // only a frame that will be sent may teach the peer
        Ok(Frame::Text(writer.text))
    }

    fn decode(&mut self, frame: Frame) -> Result<Message, CodecError> {
        let text = frame.into_text()?;
        self.limits.check_frame(text.len())?;
        let dictionary = self.received.clone();
        let mut reader = Reader { lines: text.split('\n').peekable(), at: 0, dictionary };
        let message = reader.message(&self.limits)?;
        self.received = reader.dictionary;
        Ok(message)
    }
}

/// The strings that one direction has carried, in order.
#[derive(Clone, PartialEq, Debug, Default)]
struct Dictionary {
    strings: Vec<SmolStr>,
    bytes: usize,
}

impl Dictionary {
    /// The most that a session may store, in bytes (`CHAN-4`).
    const LIMIT: usize = 2048;

    fn has_room(&self, text: &str) -> bool {
        self.bytes + text.len() <= Dictionary::LIMIT && !text.is_empty()
    }

    fn add(&mut self, text: &str) -> Result<(), CodecError> {
        if !self.has_room(text) {
            let found = self.bytes + text.len();
            let what = "the session's dictionary";
            return Err(CodecError::TooLarge { what, found, limit: Dictionary::LIMIT });
        }
        self.bytes += text.len();
        self.strings.push(text.into());
        Ok(())
    }
}

struct Writer {
    text: String,
    dictionary: Dictionary,
}

impl Writer {
    fn message(&mut self, message: &Message) {
        self.text.push_str("<Envelope>\n");
        self.shared("Action", &message.action);
        for (name, id) in [("MessageID", &message.id), ("RelatesTo", &message.relates_to)] {
            if let Some(id) = id {
                self.element(name, "", &urn(id));
            }
        }
        for header in &message.headers {
            self.shared("Name", &header.name);
            let must = if header.must_understand { " mustUnderstand=\"1\"" } else { "" };
            self.element("Value", must, &header.value);
        }
        match &message.content {
            Content::Body(body) => self.bytes("Body", body),
            Content::Fault(fault) => self.fault(fault),
        }
        self.text.push_str("</Envelope>");
    }

    fn fault(&mut self, fault: &Fault) {
        let code = if fault.code.blames_sender() { "Sender" } else { "Receiver" };
        self.element("Code", "", code);
        let runtime = !matches!(fault.code, FaultCode::Application(_));
        self.shared(if runtime { "Subcode" } else { "UserSubcode" }, fault.code.name());
        self.element("Reason", "", &fault.reason);
        if let Some(Detail { kind, body }) = fault.detail.as_deref() {
            self.shared("Kind", kind);
            self.bytes("Detail", body);
        }
    }

    /// A string that goes into the dictionary if there is room.
    fn shared(&mut self, name: &str, text: &str) {
        let known = self.dictionary.strings.iter().position(|string| string == text);
        if let Some(place) = known {
            self.element(name, &format!(" r=\"{place}\""), "");
        } else if self.dictionary.has_room(text) {
            let place = self.dictionary.strings.len();
            self.element(name, &format!(" d=\"{place}\""), text);
            self.dictionary.add(text).expect("invariant: it has room");
        } else {
            self.element(name, "", text);
        }
    }

    fn bytes(&mut self, name: &str, bytes: &[u8]) {
        match std::str::from_utf8(bytes) {
            Ok(text) => self.element(name, "", text),
            Err(_) => {
                let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
                self.element(name, " hex=\"1\"", &hex);
            }
        }
    }

    fn element(&mut self, name: &str, attributes: &str, text: &str) {
        let _ = write!(self.text, "<{name}{attributes}>");
        for letter in text.chars() {
            match letter {
                '&' => self.text.push_str("&amp;"),
                '<' => self.text.push_str("&lt;"),
                '\n' => self.text.push_str("&#10;"),
                _ => self.text.push(letter),
            }
        }
        let _ = writeln!(self.text, "</{name}>");
    }
}

/// One line, taken apart.
struct Element<'a> {
    attribute: Option<(&'a str, &'a str)>,
    text: String,
}

struct Reader<'a> {
    lines: std::iter::Peekable<std::str::Split<'a, char>>,
    at: usize,
    dictionary: Dictionary,
}

impl<'a> Reader<'a> {
    fn message(&mut self, limits: &Limits) -> Result<Message, CodecError> {
        self.line("<Envelope>")?;
        let action = self.shared("Action")?;
        let id = self.optional("MessageID")?.map(|element| from_urn(&element.text));
        let relates_to = self.optional("RelatesTo")?.map(|element| from_urn(&element.text));
        let mut headers = Vec::new();
        while self.comes("Name") {
            limits.check_headers(headers.len() + 1)?;
            let name = self.shared("Name")?;
            let value = self.element("Value")?;
            let must_understand = value.attribute == Some(("mustUnderstand", "1"));
            headers.push(Header { name, value: value.text.into(), must_understand });
        }
        let content = if self.comes("Code") {
            Content::Fault(self.fault()?)
        } else {
            Content::Body(self.bytes("Body")?)
        };
        self.line("</Envelope>")?;
        match self.lines.next() {
            None => Ok(Message { action, id, relates_to, headers, content }),
            Some(_) => Err(self.malformed("something follows the envelope")),
        }
    }

    fn fault(&mut self) -> Result<Fault, CodecError> {
        if !matches!(self.element("Code")?.text.as_str(), "Sender" | "Receiver") {
            return Err(self.malformed("neither sender nor receiver is to blame"));
        }
        let code = if self.comes("UserSubcode") {
            FaultCode::Application(self.shared("UserSubcode")?)
        } else {
            let name = self.shared("Subcode")?;
            FaultCode::from_runtime_name(&name).unwrap_or(FaultCode::Application(name))
        };
        let reason = self.element("Reason")?.text;
        let detail = if self.comes("Kind") {
            let kind = self.shared("Kind")?;
            Some(Box::new(Detail { kind, body: self.bytes("Detail")? }))
        } else {
            None
        };
        Ok(Fault { code, reason, detail })
    }

    fn shared(&mut self, name: &str) -> Result<SmolStr, CodecError> {
        let at = self.at;
        let Element { attribute, text } = self.element(name)?;
        match attribute {
            None => Ok(text.into()),
            Some(("d", place)) if place.parse() == Ok(self.dictionary.strings.len()) => {
                self.dictionary.add(&text)?;
                Ok(text.into())
            }
            Some(("r", place)) if text.is_empty() => {
                let place = place.parse::<usize>().ok();
                let known = place.and_then(|place| self.dictionary.strings.get(place));
                known
                    .cloned()
                    .ok_or_else(|| CodecError::malformed("a string that was never sent", at))
            }
            Some(_) => Err(CodecError::malformed("not a reference to the dictionary", at)),
        }
    }

    fn bytes(&mut self, name: &str) -> Result<Bytes, CodecError> {
        let at = self.at;
        let Element { attribute, text } = self.element(name)?;
        if attribute.is_none() {
            return Ok(text.into());
        }
        let digits = text.as_bytes().chunks(2);
        let bytes: Option<Vec<u8>> = digits
            .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
            .collect();
        bytes.map(Bytes::from).ok_or_else(|| CodecError::malformed("not hexadecimal", at))
    }

    fn comes(&mut self, name: &str) -> bool {
        let rest = self.lines.peek().and_then(|line| line.strip_prefix('<')?.strip_prefix(name));
        rest.is_some_and(|rest| rest.starts_with([' ', '>']))
    }

    fn optional(&mut self, name: &str) -> Result<Option<Element<'a>>, CodecError> {
        if self.comes(name) { self.element(name).map(Some) } else { Ok(None) }
    }

    fn element(&mut self, name: &str) -> Result<Element<'a>, CodecError> {
        let parts = self.lines.peek().and_then(|line| {
            let (attributes, rest) = line.strip_prefix('<')?.strip_prefix(name)?.split_once('>')?;
            let text = rest.strip_suffix('>')?.strip_suffix(name)?.strip_suffix("</")?;
            Some((attributes, unescape(text)?))
        });
        let Some((attributes, text)) = parts else {
            return Err(self.malformed(&format!("not an element {name}")));
        };
        let attribute = match attributes.trim_start().split_once('=') {
            None if attributes.is_empty() => None,
            Some((key, value)) => Some((key, value.trim_matches('"'))),
            None => return Err(self.malformed("not an attribute")),
        };
        self.skip();
        Ok(Element { attribute, text })
    }

    fn line(&mut self, expected: &str) -> Result<(), CodecError> {
        if self.lines.peek() != Some(&expected) {
            return Err(self.malformed(&format!("not {expected}")));
        }
        self.skip();
        Ok(())
    }

    fn skip(&mut self) {
        self.at += self.lines.next().map_or(0, |line| line.len() + 1);
    }

    fn malformed(&self, reason: &str) -> CodecError {
        CodecError::malformed(reason, self.at)
    }
}

fn unescape(text: &str) -> Option<String> {
    let mut parts = text.split('&');
    let mut plain = parts.next()?.to_owned();
    for part in parts {
        let (entity, rest) = part.split_once(';')?;
        plain.push(match entity {
            "amp" => '&',
            "lt" => '<',
            "#10" => '\n',
            _ => return None,
        });
        plain.push_str(rest);
    }
    Some(plain)
}

/// `PROXY-19`: correlation is by text.
fn urn(id: &MessageId) -> SmolStr {
    match id {
        MessageId::Number(number) => {
            format_smolstr!("{OURS}{:04x}-{:012x}", number >> 48, number & 0xffff_ffff_ffff)
        }
        MessageId::Text(text) => text.clone(),
    }
}

fn from_urn(text: &str) -> MessageId {
    let number = || {
        let (high, low) = text.strip_prefix(OURS)?.split_once('-')?;
        let high = u64::from_str_radix(high, 16).ok().filter(|high| *high <= 0xffff)?;
        let low = u64::from_str_radix(low, 16).ok().filter(|low| *low <= 0xffff_ffff_ffff)?;
        Some(MessageId::Number(high << 48 | low))
    };
    // Only our own spelling is ours: any other must be echoed as it came.
    number().filter(|id| urn(id) == text).unwrap_or_else(|| MessageId::Text(text.into()))
}

/// How the URNs of our own numbers begin.
const OURS: &str = "urn:uuid:53455353-494f-4e00-";
