//! The language of the npm package: its messages are JavaScript values that stay where they are.

use crate::value::{held, hold};
use bytes::Bytes;
use js_sys::{Array, JSON, JsString, Number, Object, Reflect};
use sessionful::codec::Limits;
use sessionful::ids::MessageId;
use sessionful::message::{Content, Detail, Fault, FaultCode};
use sessionful::{Codec, CodecError, Frame, Header, Message};
use smol_str::SmolStr;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};

#[wasm_bindgen(module = "/src/wire.js")]
extern "C" {
    #[wasm_bindgen(catch, js_name = writeText)]
    fn write_text(message: &JsValue, depth: u32) -> Result<JsString, JsValue>;

    #[wasm_bindgen(js_name = headOf)]
    fn head_of(message: &JsValue) -> f64;

    #[wasm_bindgen(js_name = makeMessage)]
    fn make_message(kind: u32, action: i32, name: &JsValue, id: f64, content: JsValue) -> Array;

    #[wasm_bindgen(js_name = readText)]
    fn read_text(text: &JsValue, depth: u32) -> JsValue;

    #[wasm_bindgen(catch)]
    fn settle(given: &JsValue, as_text: bool) -> Result<JsValue, JsValue>;

    /// What is given for a call over a session that may carry values or text.
    #[wasm_bindgen(js_name = settleForEither)]
    pub(crate) fn settle_for_either(given: &JsValue) -> JsValue;

    #[wasm_bindgen(catch)]
    fn settled(message: &JsValue) -> Result<JsValue, JsValue>;
}

/// What both ends speak over a WebSocket.
pub(crate) const SUBPROTOCOL: &str = "sessionful.v1";

const RELATES: u32 = 1;
const FAULT: u32 = 2;
/// The sender numbers the actions that it names, and later uses the numbers.
const NUMBERS: u32 = 4;
/// It came as text, so the answer goes as text.
const TEXT: u32 = 8;
/// It has headers.
const HEADERS: u32 = 16;
/// Something else spelled it, and will spell the answer.
const PLAIN: u32 = 64;

/// Actions beyond this many are written out each time, so that no peer fills the memory with them.
const MOST_ACTIONS: usize = 256;

/// The language of the npm package: a message is the value `[kind, action, id, body, headers?]`, which
/// a port carries as it is and everything else as JSON text.
///
/// Actions are written out once a session and direction: copying a short text into or out of the
/// binary's memory costs more than all the rest of a message.
#[derive(Clone, Debug)]
pub(crate) struct Language {
    limits: Limits,
    spelling: Spelling,
    /// This end belongs to a session, so that the peer keeps what it has read.
    numbers: bool,
    sent: Vec<SmolStr>,
    known: Vec<SmolStr>,
    written: Namesake,
    read: Namesake,
}

/// The last action that was written out, in both worlds: mostly the next one is the same.
#[derive(Clone, Debug, Default)]
struct Namesake(SmolStr, JsValue);

impl Namesake {
    fn write(&mut self, action: &SmolStr) -> &JsValue {
        if self.0 != *action || self.1.is_undefined() {
            *self = Namesake(action.clone(), action.as_str().into());
        }
        &self.1
    }

    fn read(&mut self, action: JsValue) -> Option<SmolStr> {
        if action.is_undefined() || self.1 != action {
            *self = Namesake(short(&action)?, action);
        }
        Some(self.0.clone())
    }
}

/// What happens to a message before it goes to its transport.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) enum Spelling {
    /// It stays a value, for a port or for another end of this program. What it carries is copied.
    Value,
    /// Nothing: something else spells it before it leaves.
    Plain,
    /// It becomes text.
    Text,
}

impl Spelling {
    /// What is given for a call as it is now: the call leaves at the end of the turn, and until then
    /// whoever gave it may change it.
    pub(crate) fn settle(self, given: JsValue) -> Result<JsValue, JsValue> {
        match self {
            Spelling::Plain => Ok(given),
            Spelling::Value => settle(&given, false),
            Spelling::Text => settle(&given, true),
        }
    }
}

impl Language {
    /// A client numbers actions from the start of a session over ports; a host does as its client.
    pub(crate) fn new(limits: Limits, spelling: Spelling, numbers: bool) -> Language {
        let (written, read) = (Namesake::default(), Namesake::default());
        Language { limits, spelling, numbers, sent: Vec::new(), known: Vec::new(), written, read }
    }

    pub(crate) fn spelling(&self) -> Spelling {
        self.spelling
    }

    fn spell(&self, frame: JsValue) -> Result<JsValue, CodecError> {
        match self.spelling {
            Spelling::Plain => Ok(frame),
            Spelling::Value => settled(&frame).map_err(|why| unwritable(&why)),
            Spelling::Text => {
                let text = spell_text(&frame, self.limits.depth)?;
                self.limits.check_frame(text.length() as usize)?;
                Ok(text.into())
            }
        }
    }
}

impl Codec for Language {
    fn content_type(&self) -> &'static str {
        "application/vnd.sessionful.v1+json"
    }

    fn subprotocol(&self) -> &'static str {
        SUBPROTOCOL
    }

    fn encode(&mut self, message: &Message) -> Result<Frame, CodecError> {
        self.limits.check_headers(message.headers.len())?;
        message.headers.iter().try_for_each(check_header)?;
        let (numbered, frame) = (self.sent.len(), self.write(message));
        let spelled = self.spell(frame.into());
        if spelled.is_err() {
            self.sent.truncate(numbered);
        }
        spelled.map(|value| Frame::Bytes(hold(value)))
    }

    fn decode(&mut self, frame: Frame) -> Result<Message, CodecError> {
        let Frame::Bytes(name) = &frame else { return Err(malformed("not a message")) };
        // Pipes and exchanges hold nothing but lists.
        let value = held(name).ok_or_else(|| malformed("not a message"))?;
        self.read(value.unchecked_ref())
    }
}

/// A message as text, nested no deeper than that.
pub(crate) fn spell_text(frame: &JsValue, depth: usize) -> Result<JsString, CodecError> {
    write_text(frame, u32::try_from(depth).unwrap_or(u32::MAX)).map_err(|why| unwritable(&why))
}

fn unwritable(why: &JsValue) -> CodecError {
    CodecError::Unwritable { reason: told(why) }
}

fn malformed(reason: &str) -> CodecError {
    CodecError::malformed(reason, 0)
}

impl Language {
    fn write(&mut self, message: &Message) -> Array {
        let mut kind = if message.relates_to.is_some() { RELATES } else { 0 };
        let id = message.relates_to.as_ref().or(message.id.as_ref());
        if self.numbers {
            kind |= NUMBERS;
        }
        let content = match &message.content {
            Content::Body(body) => write_body(body),
            Content::Fault(fault) => {
                kind |= FAULT;
                write_fault(fault)
            }
        };
        if !message.headers.is_empty() {
            kind |= HEADERS;
        }
        let action = self.action_number(&message.action);
        let number = match id {
            Some(MessageId::Number(number)) => *number as f64, // ours are counted from small numbers
            _ => -1.0,
        };
        let name = match action {
            0.. => &JsValue::UNDEFINED,
            _ => self.written.write(&message.action),
        };
        let frame = make_message(kind, action, name, number, content);
        if let Some(MessageId::Text(text)) = id {
            frame.set(2, text.as_str().into());
        }
        if !message.headers.is_empty() {
            frame.push(&write_headers(&message.headers));
        }
        frame
    }

    /// The number that the peer knows an action by; -1 if it is to be written out.
    fn action_number(&mut self, action: &SmolStr) -> i32 {
        if !self.numbers {
            return -1;
        }
        if let Some(number) = self.sent.iter().position(|known| known == action) {
            return number as i32;
        }
        if self.sent.len() < MOST_ACTIONS {
            self.sent.push(action.clone());
        }
        -1
    }

    fn read(&mut self, frame: &Array) -> Result<Message, CodecError> {
        // A negative number becomes none that fits.
        let head = u64::try_from(head_of(frame) as i64).map_err(|_| malformed("no kind"))?;
        let kind = (head & 0x7f) as u32;
        self.numbers |= kind & NUMBERS != 0;
        if kind & TEXT != 0 {
            self.spelling = Spelling::Text;
        } else if kind & PLAIN != 0 {
            self.spelling = Spelling::Plain;
        }
        let action = self.read_action(frame, (head >> 7 & 0x1ff) as usize)?;
        let id = read_id(frame, head >> 16)?;
        let content = frame.get(3);
        let content = if kind & FAULT == 0 {
            Content::Body(hold(content))
        } else {
            Content::Fault(read_fault(&content)?)
        };
        let headers = match kind & HEADERS {
            0 => Vec::new(),
            _ => read_headers(&frame.get(4), &self.limits)?,
        };
        let (id, relates_to) = if kind & RELATES == 0 { (id, None) } else { (None, id) };
        Ok(Message { action, id, relates_to, headers, content })
    }

    fn read_action(&mut self, frame: &Array, number: usize) -> Result<SmolStr, CodecError> {
        if number != MOST_ACTIONS {
            let known = self.known.get(number);
            return known.cloned().ok_or_else(|| malformed("an unknown action number"));
        }
        let action = self.read.read(frame.get(1)).ok_or_else(|| malformed("no action"))?;
        if self.numbers && self.known.len() < MOST_ACTIONS {
            self.known.push(action.clone());
        }
        Ok(action)
    }
}

/// Reads a text: a message, or a list of them.
pub(crate) fn parse(text: &JsValue, limits: &Limits) -> Result<JsValue, CodecError> {
    let value = read_text(text, u32::try_from(limits.depth).unwrap_or(u32::MAX));
    match value.as_string() {
        Some(refusal) => Err(CodecError::malformed(refusal, 0)),
        None => Ok(value),
    }
}

/// What was thrown, for people.
pub(crate) fn told(thrown: &JsValue) -> String {
    // Whoever throws may throw anything.
    let message = Reflect::get(thrown, &"message".into()).ok();
    let text = thrown.as_string().or_else(|| message?.as_string());
    text.unwrap_or_else(|| "no error, but a value, was thrown".into())
}

/// The value of a body; one that the runtime made itself is JSON, or empty.
pub(crate) fn write_body(body: &Bytes) -> JsValue {
    held(body).unwrap_or_else(|| {
        let made = std::str::from_utf8(body).ok().and_then(|json| JSON::parse(json).ok());
        made.unwrap_or_default()
    })
}

/// The longest identifier, action and header, in UTF-16 units, and what is read of a reason.
const LONGEST: u32 = 4096;

/// As `headOf` tells it.
fn read_id(frame: &Array, head: u64) -> Result<Option<MessageId>, CodecError> {
    match head {
        0 => return Ok(None),
        1 => {}
        _ => return Ok(Some(MessageId::Number(head - 2))),
    }
    let id = frame.get(2);
    let number = id.as_f64().filter(|number| Number::is_safe_integer(&id) && *number >= 0.0);
    let id = match number {
        Some(number) => Some(MessageId::Number(number as u64)),
        None => short(&id).map(MessageId::Text),
    };
    id.map(Some).ok_or_else(|| malformed("an id that is neither a whole number nor text"))
}

/// A text that is not too long to be a name or a reason.
fn short(value: &JsValue) -> Option<SmolStr> {
    let text = value.dyn_ref::<JsString>()?;
    (text.length() <= LONGEST).then(|| String::from(text).into())
}

fn write_headers(headers: &[Header]) -> Array {
    headers.iter().map(write_header).collect()
}

/// What the peer would not read is not written.
fn check_header(header: &Header) -> Result<(), CodecError> {
    let length = |text: &str| text.encode_utf16().count();
    let found = length(&header.name).max(length(&header.value));
    match found > LONGEST as usize {
        true => Err(CodecError::TooLarge { what: "a header", found, limit: LONGEST as usize }),
        false => Ok(()),
    }
}

fn write_header(header: &Header) -> Object {
    let object = object([("name", &*header.name), ("value", &*header.value)]);
    if header.must_understand {
        set(&object, "mustUnderstand", &true.into());
    }
    object
}

fn read_headers(value: &JsValue, limits: &Limits) -> Result<Vec<Header>, CodecError> {
    let list = value.dyn_ref::<Array>().ok_or_else(|| malformed("headers that are no list"))?;
    limits.check_headers(list.length() as usize)?;
    let mut headers = Vec::new();
    for header in list.iter() {
        headers.push(read_header(&header)?);
    }
    Ok(headers)
}

fn read_header(value: &JsValue) -> Result<Header, CodecError> {
    let text = |name: &str| Reflect::get(value, &name.into()).ok().as_ref().and_then(short);
    let (name, value_text) = (text("name"), text("value"));
    let must = Reflect::get(value, &"mustUnderstand".into()).is_ok_and(|must| must.is_truthy());
    match (name, value_text) {
        (Some(name), Some(value)) => Ok(Header { name, value, must_understand: must }),
        _ => Err(malformed("a header without name or value")),
    }
}

/// `{ code, runtime?, reason, detail?: { kind, body } }`
pub(crate) fn write_fault(fault: &Fault) -> JsValue {
    let written = object([("code", fault.code.name()), ("reason", &*fault.reason)]);
    if !matches!(fault.code, FaultCode::Application(_)) {
        set(&written, "runtime", &true.into());
    }
    if let Some(detail) = &fault.detail {
        let inner = object([("kind", &*detail.kind)]);
        set(&inner, "body", &write_body(&detail.body));
        set(&written, "detail", &inner);
    }
    written.into()
}

pub(crate) fn read_fault(value: &JsValue) -> Result<Fault, CodecError> {
    let member = |of: &JsValue, name: &str| Reflect::get(of, &name.into()).unwrap_or_default();
    if !value.is_object() {
        return Err(malformed("a fault that is no object"));
    }
    let code = short(&member(value, "code")).ok_or_else(|| malformed("a fault without code"))?;
    let reason = member(value, "reason");
    let reason = reason.dyn_ref::<JsString>().map(|text| String::from(&text.slice(0, LONGEST)));
    let runtime = member(value, "runtime").is_truthy();
    let known = if runtime { FaultCode::from_runtime_name(&code) } else { None };
    let fault = Fault {
        code: known.unwrap_or(FaultCode::Application(code)),
        reason: reason.unwrap_or_default(),
        detail: None,
    };
    let detail = member(value, "detail");
    if !detail.is_object() {
        return Ok(fault);
    }
    let kind = short(&member(&detail, "kind")).unwrap_or_default();
    let body = hold(member(&detail, "body"));
    Ok(Fault { detail: Some(Box::new(Detail { kind, body })), ..fault })
}

fn object<const N: usize>(members: [(&str, &str); N]) -> Object {
    let object = Object::new();
    for (name, value) in members {
        set(&object, name, &value.into());
    }
    object
}

pub(crate) fn set(object: &Object, name: &str, value: &JsValue) {
    let _ = Reflect::set(object, &name.into(), value); // a plain object takes everything
}
