//! Messages of the runtime and envelopes: a message is the value that the runtime's JSON says
//! ([`sessionful::codec::Json`] documents it), an envelope is what the network has.
//!
//! Bodies of messages are base64 of binary XML; a request has a list of that one text, because the
//! runtime's requests are lists of arguments.

use crate::body::thrown;
use crate::give::set;
use crate::look::{self, Looked, flag, list, maybe_text, member, text};
use bytes::Bytes;
use js_sys::{Array, ArrayBuffer, Number, Object, Uint8Array};
use sessionful::ids::MessageId;
use sessionful::message::{Content, Detail};
use sessionful::{Codec, Fault, FaultCode, Frame, Header, Limits, Message, NOT_UNDERSTOOD};
use sessionful_wcf::soap::{Entity, Ids, Soap, Wire};
use sessionful_wcf::value::{from_base64, to_base64};
use smol_str::{SmolStr, format_smolstr};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};

/// One end of one channel.
#[wasm_bindgen]
pub struct WcfCodec {
    soap: Soap,
    headers: usize,
    is_client: bool,
    understood: Vec<SmolStr>,
    /// What the peer is to be told about the last message, which the runtime never gets.
    refusal: Option<Message>,
}

type Thrown<T> = Result<T, JsValue>;

#[wasm_bindgen]
impl WcfCodec {
    /// The end that calls. Ids of its messages begin with `own`, 64 random bits.
    pub fn client(
        wire: &str,
        to: &str,
        own: u64,
        frame: usize,
        depth: usize,
        headers: usize,
    ) -> Thrown<WcfCodec> {
        let limits = Limits { frame, depth, headers };
        let soap = Soap::client(wire_of(wire)?, to, limits).ids(Ids::new(own));
        Ok(WcfCodec::new(soap, limits, true))
    }

    /// The end that is called.
    pub fn host(
        wire: &str,
        own: u64,
        frame: usize,
        depth: usize,
        headers: usize,
    ) -> Thrown<WcfCodec> {
        let limits = Limits { frame, depth, headers };
        let soap = Soap::host(wire_of(wire)?, limits).ids(Ids::new(own));
        Ok(WcfCodec::new(soap, limits, false))
    }

    /// Says that headers of this name are understood here.
    pub fn understand(&mut self, header: &str) {
        self.understood.push(header.into());
    }

    /// A message of the runtime as a frame for the socket: a text, or bytes.
    pub fn encode(&mut self, message: &JsValue) -> Thrown<JsValue> {
        let message = read_message(message, self.headers).map_err(thrown)?;
        self.frame(&message)
    }

    /// A message of the runtime over HTTP: `[status, contentType, soapAction, body]`.
    #[wasm_bindgen(js_name = encodeEntity)]
    pub fn encode_entity(&mut self, message: &JsValue) -> Thrown<Array> {
        let message = read_message(message, self.headers).map_err(thrown)?;
        self.entity(&message)
    }

    /// What came over a socket as a message of the runtime. Nothing if the runtime is not to have it:
    /// then there may be a [`refusal`](WcfCodec::refusal).
    pub fn decode(&mut self, frame: &JsValue) -> Thrown<Option<Object>> {
        let frame = frame_of(frame)?;
        let message = self.soap.decode(frame).map_err(error)?;
        Ok(self.told(message))
    }

    /// What came over HTTP as a message of the runtime, as with [`decode`](WcfCodec::decode).
    #[wasm_bindgen(js_name = decodeEntity)]
    pub fn decode_entity(
        &mut self,
        status: u16,
        content_type: String,
        soap_action: Option<String>,
        body: &JsValue,
    ) -> Thrown<Option<Object>> {
        let body = match frame_of(body)? {
            Frame::Text(text) => text.into(),
            Frame::Bytes(bytes) => bytes,
        };
        let one_line = |text: String| text.replace(char::is_control, " ");
        let (content_type, soap_action) = (one_line(content_type), soap_action.map(one_line));
        let entity = Entity { status, content_type, soap_action, body };
        let message = self.soap.decode(entity.into_frame()).map_err(error)?;
        Ok(self.told(message))
    }

    /// Whether a content type is the one of this form.
    pub fn accepts(&self, content_type: &str) -> bool {
        self.soap.wire().accepts(content_type)
    }

    /// What the peer is to be told about a message that was refused, as a frame.
    pub fn refusal(&mut self) -> Thrown<JsValue> {
        match self.refusal.take() {
            Some(message) => self.frame(&message),
            None => Ok(JsValue::UNDEFINED),
        }
    }

    /// The same over HTTP.
    #[wasm_bindgen(js_name = refusalEntity)]
    pub fn refusal_entity(&mut self) -> Thrown<Option<Array>> {
        self.refusal.take().map(|message| self.entity(&message)).transpose()
    }
}

impl WcfCodec {
    fn new(soap: Soap, limits: Limits, is_client: bool) -> WcfCodec {
        let headers = limits.headers;
        WcfCodec { soap, headers, is_client, understood: Vec::new(), refusal: None }
    }

    fn frame(&mut self, message: &Message) -> Thrown<JsValue> {
        Ok(match self.soap.encode(message).map_err(error)? {
            Frame::Text(text) => text.into(),
            Frame::Bytes(bytes) => Uint8Array::from(&bytes[..]).into(),
        })
    }

    fn entity(&mut self, message: &Message) -> Thrown<Array> {
        let frame = self.soap.encode(message).map_err(error)?;
        let entity = Entity::from_frame(frame).map_err(error)?;
        let action = entity.soap_action.map_or(JsValue::UNDEFINED, JsValue::from);
        let body = Uint8Array::from(&entity.body[..]).into();
        Ok(Array::of4(&entity.status.into(), &entity.content_type.into(), &action, &body))
    }

    /// A message for the runtime; nothing if it is not to have it.
    fn told(&mut self, message: Message) -> Option<Object> {
        let is_reply = message.relates_to.is_some() || (self.is_client && self.is_http());
        if !is_reply && let Some(refusal) = self.not_understood(&message) {
            self.refusal = Some(refusal);
            return None;
        }
        Some(write_message(&message, is_reply, &self.understood))
    }

    fn is_http(&self) -> bool {
        !matches!(self.soap.wire(), Wire::SocketText | Wire::SocketBinary)
    }

    /// A request with a header that must be understood and is not is not carried out (SOAP 1.2 part 1,
    /// section 2.4).
    fn not_understood(&self, message: &Message) -> Option<Message> {
        let unknown =
            |header: &&Header| header.must_understand && !self.understood.contains(&header.name);
        let told = |header: &Header| Header {
            name: NOT_UNDERSTOOD.into(),
            value: header.name.clone(),
            must_understand: false,
        };
        let headers: Vec<Header> = message.headers.iter().filter(unknown).map(told).collect();
        let first = headers.first()?;
        let reason = format_smolstr!("header {} is not understood here", first.value);
        let fault = Fault::runtime(FaultCode::MustUnderstand, reason);
        Some(Message {
            action: message.action.clone(),
            id: None,
            relates_to: message.id.clone(),
            headers,
            content: Content::Fault(fault),
        })
    }
}

/// The forms by the names that TypeScript gives them.
pub(crate) fn wire_of(name: &str) -> Thrown<Wire> {
    Ok(match name {
        "basicHttp" => Wire::BasicHttp,
        "soap12Http" => Wire::Soap12Http,
        "wsHttp" => Wire::WsHttp,
        "binaryHttp" => Wire::BinaryHttp,
        "socketText" => Wire::SocketText,
        "socketBinary" => Wire::SocketBinary,
        _ => return Err("an unknown wire".into()),
    })
}

fn read_message(value: &JsValue, most_headers: usize) -> Looked<Message> {
    let fault = member(value, "fault");
    let content = match fault.is_object() {
        true => Content::Fault(read_fault(&fault)?),
        false => Content::Body(unpacked(&member(value, "body"))?),
    };
    Ok(Message {
        action: text(value, "action")?,
        id: read_id(&member(value, "id")),
        relates_to: read_id(&member(value, "relatesTo")),
        headers: read_headers(value, most_headers)?,
        content,
    })
}

fn read_id(value: &JsValue) -> Option<MessageId> {
    let number = value.as_f64().filter(|_| Number::is_safe_integer(value));
    let number = number.map(|number| MessageId::Number(number as u64));
    number.or_else(|| look::short(value).map(MessageId::Text))
}

fn read_headers(value: &JsValue, most: usize) -> Looked<Vec<Header>> {
    if member(value, "headers").is_undefined() {
        return Ok(Vec::new());
    }
    let headers = list(value, "headers")?;
    if headers.len() > most {
        return Err(format_smolstr!("more than {most} headers"));
    }
    let header = |one: &JsValue| -> Looked<Header> {
        let (name, value) = (text(one, "name")?, text(one, "value")?);
        Ok(Header { name, value, must_understand: flag(one, "mustUnderstand") })
    };
    headers.iter().map(header).collect()
}

fn read_fault(value: &JsValue) -> Looked<Fault> {
    let code = text(value, "code")?;
    let known = flag(value, "runtime").then(|| FaultCode::from_runtime_name(&code)).flatten();
    let detail = member(value, "detail");
    let detail = match detail.is_object() {
        true => {
            let kind = maybe_text(&detail, "kind").unwrap_or_default();
            Some(Box::new(Detail { kind, body: unpacked(&member(&detail, "body"))? }))
        }
        false => None,
    };
    let reason = maybe_text(value, "reason").unwrap_or_default().into();
    Ok(Fault { code: known.unwrap_or(FaultCode::Application(code)), reason, detail })
}

fn write_message(message: &Message, is_reply: bool, understood: &[SmolStr]) -> Object {
    let object = Object::new();
    set(&object, "v", &1.into());
    set(&object, "action", &message.action.as_str().into());
    for (name, id) in [("id", &message.id), ("relatesTo", &message.relates_to)] {
        match id {
            Some(MessageId::Number(number)) => set(&object, name, &(*number as f64).into()),
            Some(MessageId::Text(text)) => set(&object, name, &text.as_str().into()),
            None => {}
        }
    }
    if !message.headers.is_empty() {
        let headers: Array = message.headers.iter().map(|one| header(one, understood)).collect();
        set(&object, "headers", &headers);
    }
    match &message.content {
        Content::Fault(fault) => set(&object, "fault", &write_fault(fault)),
        Content::Body(body) if is_reply => set(&object, "body", &packed(body)),
        Content::Body(body) => set(&object, "body", &Array::of1(&packed(body))),
    }
    object
}

/// What was understood here needs not be by anybody else.
fn header(header: &Header, understood: &[SmolStr]) -> Object {
    let object = Object::new();
    set(&object, "name", &header.name.as_str().into());
    set(&object, "value", &header.value.as_str().into());
    if header.must_understand && !understood.contains(&header.name) {
        set(&object, "mustUnderstand", &JsValue::TRUE);
    }
    object
}

fn write_fault(fault: &Fault) -> Object {
    let object = Object::new();
    set(&object, "code", &fault.code.name().into());
    set(&object, "reason", &fault.reason.as_str().into());
    if !matches!(fault.code, FaultCode::Application(_)) {
        set(&object, "runtime", &JsValue::TRUE);
    }
    if let Some(detail) = &fault.detail {
        let inner = Object::new();
        set(&inner, "kind", &detail.kind.as_str().into());
        set(&inner, "body", &packed(&detail.body));
        set(&object, "detail", &inner);
    }
    object
}

fn packed(body: &Bytes) -> JsValue {
    to_base64(body).into()
}

/// A text, a list of one, or nothing at all.
fn unpacked(body: &JsValue) -> Looked<Bytes> {
    let body = match body.dyn_ref::<Array>() {
        Some(list) => list.get(0),
        None => body.clone(),
    };
    if body.is_undefined() || body.is_null() {
        return Ok(Bytes::new());
    }
    let bytes = look::short(&body).and_then(|text| from_base64(&text));
    bytes.map(Bytes::from).ok_or_else(|| "a body that no contract has written".into())
}

fn frame_of(value: &JsValue) -> Thrown<Frame> {
    if let Some(text) = value.as_string() {
        return Ok(Frame::Text(text));
    }
    let buffer = ArrayBuffer::is_view(value) || value.is_instance_of::<ArrayBuffer>();
    match buffer {
        true => Ok(Frame::Bytes(Uint8Array::new(value).to_vec().into())),
        false => Err(thrown("neither text nor bytes")),
    }
}

fn error(error: impl std::fmt::Display) -> JsValue {
    thrown(error.to_string())
}
