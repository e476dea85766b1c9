//! What comes back for a request: messages, or why there are none.

use super::post::Answer;
use crate::language::{parse, told};
use crate::pipe::Carry;
use crate::value::hold;
use crate::word::{clip, garbled, named};
use js_sys::{Array, JsString, Reflect};
use sessionful::Frame;
use sessionful::drive::PipeError;
use smol_str::format_smolstr;
use wasm_bindgen::{JsCast, JsValue};

/// Why nothing came back. A browser tells less than it knows, so the caller is told where to look.
pub(crate) fn failed(why: &JsValue) -> PipeError {
    // What the package's own JavaScript has already named.
    let member = |name: &str| Reflect::get(why, &name.into()).ok()?.as_string();
    let code = member("code").unwrap_or_default();
    match (code.strip_prefix("TRANSPORT_"), member("detail")) {
        (Some(what), Some(detail)) => {
            PipeError::Failed { what: what.into(), detail: clip(&detail) }
        }
        _ => named("UNREACHABLE", &told(why)),
    }
}

fn broken(reason: &str) -> PipeError {
    PipeError::Broken(reason.into())
}

/// What a courier brings.
pub(super) struct Reply {
    /// Of HTTP; 0 for a redirect, negative if there was no answer.
    pub status: f64,
    pub kind: JsValue,
    pub content: JsValue,
}

impl Reply {
    /// The answers to so many messages, each for itself, if there are several.
    pub(super) fn list(&self, count: usize, carry: Carry) -> Option<Result<Array, PipeError>> {
        let text = self.content.dyn_ref::<JsString>()?;
        let mut limits = carry.limits();
        if count < 2 || self.status != 200.0 || text.char_code_at(0) != f64::from(b'[') {
            return None;
        }
        if text.length() as usize / count > limits.frame {
            return Some(Err(garbled("an answer too large")));
        }
        limits.depth = limits.depth.saturating_add(1);
        let list = parse(text, &limits).map(|list| Array::from(&list));
        Some(match list {
            Ok(list) if list.length() as usize == count => Ok(list),
            Ok(_) => Err(garbled("fewer answers than messages, or more")),
            Err(why) => Err(garbled(&why.to_string())),
        })
    }

    /// The answer to one message.
    pub(super) fn read(&self, carry: Carry) -> Answer {
        if self.status < 0.0 {
            return Err(failed(&self.content));
        }
        if Array::is_array(&self.content) {
            return Ok(Some(Frame::Bytes(hold(self.content.clone())))); // it was never spelled
        }
        let (status, limits) = (self.status as u16, carry.limits());
        let Some(text) = self.content.dyn_ref::<JsString>() else {
            return Err(broken("the answer broke off"));
        };
        match (status, text.length() as usize) {
            // A fault is an answer as well.
            (200 | 500, length) if length > limits.frame => {
                return Err(garbled("an answer too large"));
            }
            (200 | 500, length) if length > 0 => {}
            _ => return read_status(status),
        }
        if matches!(carry, Carry::Copied(_)) {
            return Ok(Some(Frame::Text(String::from(text))));
        }
        match parse(text, &limits) {
            Ok(message) => Ok(Some(Frame::Bytes(hold(message)))),
            Err(_) if status == 500 => Err(named("STATUS", "500")),
            Err(why) => Err(self
                .foreign()
                .map_or_else(|| garbled(&why.to_string()), |kind| named("CONTENT_TYPE", &kind))),
        }
    }

    /// A content type that says why the content is no message.
    fn foreign(&self) -> Option<String> {
        // The general search for a text in a text is larger than all of this.
        let is_json = |kind: &String| kind.as_bytes().windows(4).any(|part| part == b"json");
        self.kind.as_string().filter(|kind| !is_json(kind))
    }
}

/// One of several answers: a message, or a status.
pub(super) fn read_entry(value: JsValue) -> Answer {
    match value.as_f64() {
        Some(status) => read_status(status as u16),
        None => Ok(Some(Frame::Bytes(hold(value)))),
    }
}

/// An answer without a message.
pub(crate) fn read_status(status: u16) -> Answer {
    match status {
        200 | 202 | 204 => Ok(None),
        0 | 300..=399 => Err(named("REDIRECT", "")),
        401 | 403 => Err(PipeError::Denied),
        404 | 410 => Err(PipeError::NotFound),
        429 | 503 => Err(PipeError::Busy),
        _ => Err(named("STATUS", &format_smolstr!("{status}"))),
    }
}
