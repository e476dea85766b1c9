//! Messages of the runtime and envelopes: a message is the value that the runtime's JSON says
//! ([`sessionful::codec::Json`] documents it), an envelope is what the network has.
//!
//! What comes is given to the runtime as JSON text, in one piece. What goes is taken member by member,
//! because JavaScript has taken the text apart already. Bodies of messages are base64 of binary XML; a
//! request has a list of that one text, because the runtime's requests are lists of arguments.

use crate::body::thrown;
use crate::json::{base64, member, number, string};
use crate::look::{self, Looked, flag, list, maybe_text, text};
use bytes::Bytes;
use js_sys::{Array, Number, Uint8Array};
use sessionful::ids::MessageId;
use sessionful::message::{Content, Detail};
use sessionful::{Fault, FaultCode, Frame, Header, Limits, Message};
use sessionful_wcf::soap::{Entity, Ids, Soap, Wire};
use sessionful_wcf::value::from_base64;
use smol_str::{SmolStr, format_smolstr};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

/// One end of one channel.
#[wasm_bindgen]
pub struct WcfCodec {
    soap: Soap,
    headers: usize,
    is_client: bool,
    understood: Vec<SmolStr>,
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
        Ok(WcfCodec { soap, headers, is_client: true, understood: Vec::new() })
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
        Ok(WcfCodec { soap, headers, is_client: false, understood: Vec::new() })
    }

    /// Says that headers of this name are understood here.
    pub fn understand(&mut self, header: &str) {
        self.understood.push(header.into());
    }

    /// A message of the runtime as an envelope: a text, or bytes. `rest` has its headers and its fault, if
    /// it has any.
    pub fn encode(
        &mut self,
        action: &str,
        id: &JsValue,
        relates_to: &JsValue,
        body: &str,
        rest: &JsValue,
    ) -> Thrown<JsValue> {
        let message = Message {
            action: action.into(),
            id: read_id(id),
            relates_to: read_id(relates_to),
            ..read_rest(body, rest, self.headers).map_err(thrown)?
        };
        Ok(match self.soap.encode_envelope(&message).map_err(error)? {
            Frame::Text(text) => text.into(),
            Frame::Bytes(bytes) => Uint8Array::from(&bytes[..]).into(),
        })
    }

    /// What stands beside the envelope of a request over HTTP: the content type, and what SOAP 1.1 has in
    /// the field `SOAPAction`.
    #[wasm_bindgen(js_name = headOf)]
    pub fn head_of(&self, action: &str) -> Array {
        let (content_type, soap_action) = self.soap.head_of(action);
        Array::of2(&content_type.into(), &soap_action.map_or(JsValue::UNDEFINED, JsValue::from))
    }

    /// What came over a socket, as a message in JSON.
    pub fn decode(&mut self, envelope: &[u8]) -> Thrown<String> {
        let message = self.soap.decode_envelope(envelope).map_err(error)?;
        Ok(self.told(&message))
    }

    /// The same for a text.
    #[wasm_bindgen(js_name = decodeText)]
    pub fn decode_text(&mut self, envelope: &str) -> Thrown<String> {
        self.decode(envelope.as_bytes())
    }

    /// What came over HTTP, as a message in JSON. The action is what stood beside the envelope.
    #[wasm_bindgen(js_name = decodeEntity)]
    pub fn decode_entity(&mut self, envelope: &[u8], action: Option<String>) -> Thrown<String> {
        let mut message = self.soap.decode_envelope(envelope).map_err(error)?;
        self.soap.name(&mut message, action.as_deref());
        Ok(self.told(&message))
    }

    /// The same for a text.
    #[wasm_bindgen(js_name = decodeEntityText)]
    pub fn decode_entity_text(&mut self, envelope: &str, action: Option<String>) -> Thrown<String> {
        self.decode_entity(envelope.as_bytes(), action)
    }

    /// Whether a content type is the one of this form.
    pub fn accepts(&self, content_type: &str) -> bool {
        self.soap.wire().accepts(content_type)
    }

    /// The action that a content type says, as with SOAP 1.2.
    #[wasm_bindgen(js_name = actionOf)]
    pub fn action_of(&self, content_type: &str) -> Option<String> {
        Entity::action_in(content_type).map(str::to_owned)
    }
}

impl WcfCodec {
    fn told(&self, message: &Message) -> String {
        let is_http = !matches!(self.soap.wire(), Wire::SocketText | Wire::SocketBinary);
        let is_reply = message.relates_to.is_some() || (self.is_client && is_http);
        write_message(message, is_reply, &self.understood)
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

fn read_rest(body: &str, rest: &JsValue, most_headers: usize) -> Looked<Message> {
    let body = || unpacked(body).map(Content::Body);
    if rest.is_undefined() {
        return Ok(Message { content: body()?, ..Message::default() });
    }
    let fault = look::member(rest, "fault");
    let content = if fault.is_object() { Content::Fault(read_fault(&fault)?) } else { body()? };
    Ok(Message { headers: read_headers(rest, most_headers)?, content, ..Message::default() })
}

fn read_id(value: &JsValue) -> Option<MessageId> {
    let number = value.as_f64().filter(|_| Number::is_safe_integer(value));
    let number = number.map(|number| MessageId::Number(number as u64));
    number.or_else(|| look::short(value).map(MessageId::Text))
}

fn read_headers(value: &JsValue, most: usize) -> Looked<Vec<Header>> {
    if look::member(value, "headers").is_undefined() {
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
    let detail = look::member(value, "detail");
    let detail = match detail.is_object() {
        true => {
            let kind = maybe_text(&detail, "kind").unwrap_or_default();
            let body = maybe_text(&detail, "body").unwrap_or_default();
            Some(Box::new(Detail { kind, body: unpacked(&body)? }))
        }
        false => None,
    };
    let reason = maybe_text(value, "reason").unwrap_or_default().into();
    Ok(Fault { code: known.unwrap_or(FaultCode::Application(code)), reason, detail })
}

fn write_message(message: &Message, is_reply: bool, understood: &[SmolStr]) -> String {
    let mut json = String::from("{\"v\":1");
    member(&mut json, "action");
    string(&mut json, &message.action);
    for (name, id) in [("id", &message.id), ("relatesTo", &message.relates_to)] {
        let Some(id) = id else { continue };
        member(&mut json, name);
        match id {
            MessageId::Number(id) => number(&mut json, *id),
            MessageId::Text(id) => string(&mut json, id),
        }
    }
    if !message.headers.is_empty() {
        member(&mut json, "headers");
        for (at, header) in message.headers.iter().enumerate() {
            json.push(if at == 0 { '[' } else { ',' });
            write_header(&mut json, header, understood);
        }
        json.push(']');
    }
    match &message.content {
        Content::Fault(fault) => {
            member(&mut json, "fault");
            write_fault(&mut json, fault);
        }
        Content::Body(body) => {
            member(&mut json, "body");
            json.push_str(if is_reply { "" } else { "[" });
            base64(&mut json, body);
            json.push_str(if is_reply { "" } else { "]" });
        }
    }
    json.push('}');
    json
}

/// What was understood here needs not be by anybody else.
fn write_header(json: &mut String, header: &Header, understood: &[SmolStr]) {
    json.push_str("{\"name\":");
    string(json, &header.name);
    member(json, "value");
    string(json, &header.value);
    if header.must_understand && !understood.contains(&header.name) {
        json.push_str(",\"mustUnderstand\":true");
    }
    json.push('}');
}

fn write_fault(json: &mut String, fault: &Fault) {
    json.push_str("{\"code\":");
    string(json, fault.code.name());
    member(json, "reason");
    string(json, &fault.reason);
    if !matches!(fault.code, FaultCode::Application(_)) {
        json.push_str(",\"runtime\":true");
    }
    if let Some(detail) = &fault.detail {
        json.push_str(",\"detail\":{\"kind\":");
        string(json, &detail.kind);
        member(json, "body");
        base64(json, &detail.body);
        json.push('}');
    }
    json.push('}');
}

/// Nothing at all is nothing.
fn unpacked(body: &str) -> Looked<Bytes> {
    let bytes = from_base64(body).map(Bytes::from);
    bytes.ok_or_else(|| "a body that no contract has written".into())
}

fn error(error: impl std::fmt::Display) -> JsValue {
    thrown(error.to_string())
}
