//! What is said on ports, and the reading of it: the other side may be anybody.

use crate::value::{held, hold};
use bytes::Bytes;
use js_sys::{Array, ArrayBuffer, JsString, Number, Object, Uint8Array};
use sessionful::Frame;
use sessionful::drive::PipeError;
use sessionful::ids::SessionId;
use smol_str::{SmolStr, format_smolstr};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};

/// No frame and no text on a port is longer, in bytes or UTF-16 units. Codecs have tighter limits;
/// this one keeps a stranger from filling the memory before a codec sees anything.
const LONGEST: u32 = 16 * 1024 * 1024;

/// No name and no reason is longer.
const LONGEST_NAME: u32 = 4096;

/// Something to post, with what moves along instead of being copied.
pub(crate) struct Posting {
    pub value: JsValue,
    pub moved: Option<Array>,
}

impl Posting {
    pub(crate) fn new(value: impl Into<JsValue>) -> Posting {
        Posting { value: value.into(), moved: None }
    }

    /// `[name, ...]`
    pub(crate) fn tuple(name: &str, rest: impl IntoIterator<Item = JsValue>) -> Posting {
        let tuple = Array::of1(&name.into());
        for value in rest {
            tuple.push(&value);
        }
        Posting::new(tuple)
    }

    /// Adds a frame to a tuple, or makes the frame all there is to post.
    pub(crate) fn frame(frame: Frame) -> Posting {
        match frame {
            Frame::Text(text) => Posting::new(text),
            Frame::Bytes(bytes) => match held(&bytes) {
                Some(value) => Posting::new(value),
                None => {
                    let array = Uint8Array::from(&bytes[..]);
                    Posting { moved: Some(Array::of1(&array.buffer())), value: array.into() }
                }
            },
        }
    }

    pub(crate) fn moving(mut self, thing: &JsValue) -> Posting {
        self.moved = Some(Array::of1(thing));
        self
    }
}

/// Says why something that arrived cannot be read.
pub(crate) fn garbled(what: &str) -> PipeError {
    PipeError::Garbled(what.into())
}

#[wasm_bindgen(module = "/src/wire.js")]
extern "C" {
    /// What arrived on a port: 1 for a message of values, 2 for several that were posted together, 0
    /// for anything else.
    #[wasm_bindgen(js_name = sortOf)]
    pub(crate) fn sort_of(value: &JsValue) -> u32;
}

/// A message of values, which stays where it is.
pub(crate) const VALUES: u32 = 1;
/// Several of them.
pub(crate) const TOGETHER: u32 = 2;

fn is_values(value: &JsValue) -> bool {
    sort_of(value) == VALUES
}

/// A frame: a string, bytes in an array or a buffer of their own, or a message of values.
pub(crate) fn read_frame(value: &JsValue) -> Result<Frame, PipeError> {
    if is_values(value) {
        return Ok(Frame::Bytes(hold(value.clone())));
    }
    if value.is_string() {
        return read_text(value).map(Frame::Text);
    }
    let bytes = match (value.dyn_ref::<Uint8Array>(), value.dyn_ref::<ArrayBuffer>()) {
        (Some(bytes), _) => bytes.clone(),
        (None, Some(buffer)) => Uint8Array::new(buffer),
        (None, None) => return Err(garbled("neither text nor bytes")),
    };
    if bytes.length() > LONGEST {
        return Err(garbled("a frame of more than 16 MiB"));
    }
    Ok(Frame::Bytes(Bytes::from(bytes.to_vec())))
}

pub(crate) fn read_text(value: &JsValue) -> Result<String, PipeError> {
    let text = value.dyn_ref::<JsString>().ok_or_else(|| garbled("not a text"))?;
    if text.length() > LONGEST {
        return Err(garbled("a text of more than 16 MiB"));
    }
    // A lone surrogate is no character, and silently becomes another one.
    let read = String::from(text);
    let has_other = read.as_bytes().windows(3).any(|bytes| bytes == "\u{fffd}".as_bytes());
    match has_other && !Object::is(value, &read.as_str().into()) {
        true => Err(garbled("a text with half a character")),
        false => Ok(read),
    }
}

/// The name of something, or a reason.
pub(crate) fn read_name(value: &JsValue) -> Result<String, PipeError> {
    match value.dyn_ref::<JsString>().is_some_and(|text| text.length() > LONGEST_NAME) {
        true => Err(garbled("a name too long")),
        false => read_text(value),
    }
}

/// A whole number that fits.
pub(crate) fn read_number(value: &JsValue) -> Result<u32, PipeError> {
    let number = value.as_f64().filter(|_| Number::is_safe_integer(value));
    let number = number.filter(|number| (0.0..=f64::from(u32::MAX)).contains(number));
    number.map(|number| number as u32).ok_or_else(|| garbled("not a small whole number"))
}

/// The name of a tuple, and the tuple.
pub(crate) fn read_tuple(value: &JsValue) -> Result<(String, Array), PipeError> {
    let tuple = value.dyn_ref::<Array>().filter(|tuple| (1..=8).contains(&tuple.length()));
    let tuple = tuple.ok_or_else(|| garbled("not a tuple"))?;
    Ok((read_name(&tuple.get(0))?, tuple.clone()))
}

/// What is said on the port of a session.
#[derive(Debug)]
#[doc(hidden)]
pub enum Word {
    /// A string, bytes, or a list that begins with a number: a frame.
    Frame(Frame),
    /// `null`: nothing more will be sent.
    End,
    /// A number: that many frames were picked up, so as many more may come.
    Taken(u32),
    /// `["open", id]`: the host has accepted the session under that name.
    Open(SessionId),
    /// `["refuse", why]`: it has not.
    Refuse(PipeError),
    /// `["abort", reason]`: the connection is cut.
    Abort(SmolStr),
}

impl Word {
    pub(crate) fn write(self) -> Posting {
        match self {
            Word::Frame(frame) => Posting::frame(frame),
            Word::End => Posting::new(JsValue::NULL),
            Word::Taken(frames) => Posting::new(frames),
            Word::Open(session) => Posting::tuple("open", [session.to_string().into()]),
            Word::Refuse(why) => Posting::tuple("refuse", [write_refusal(&why).as_str().into()]),
            Word::Abort(reason) => Posting::tuple("abort", [reason.as_str().into()]),
        }
    }

    pub(crate) fn read(value: &JsValue) -> Result<Word, PipeError> {
        if is_values(value) {
            return Ok(Word::Frame(Frame::Bytes(hold(value.clone()))));
        }
        if value.is_null() {
            return Ok(Word::End);
        }
        if value.as_f64().is_some() {
            return read_number(value).map(Word::Taken);
        }
        if !Array::is_array(value) {
            return read_frame(value).map(Word::Frame);
        }
        let (name, tuple) = read_tuple(value)?;
        let text = read_name(&tuple.get(1))?;
        match name.as_str() {
            "open" => read_session(&text).map(Word::Open),
            "refuse" => Ok(Word::Refuse(read_refusal(&text))),
            "abort" => Ok(Word::Abort(clip(&text))),
            _ => Err(garbled("an unknown word")),
        }
    }
}

pub(crate) fn read_session(text: &str) -> Result<SessionId, PipeError> {
    let hex = text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let id = hex.then(|| u128::from_str_radix(text, 16).ok()).flatten();
    id.map(SessionId).ok_or_else(|| garbled("not the name of a session"))
}

pub(crate) fn write_refusal(why: &PipeError) -> SmolStr {
    match why {
        PipeError::NotFound => "notFound".into(),
        PipeError::Denied => "denied".into(),
        PipeError::Busy => "busy".into(),
        other => clip(&other.to_string()),
    }
}

pub(crate) fn read_refusal(text: &str) -> PipeError {
    match text {
        "notFound" => PipeError::NotFound,
        "denied" => PipeError::Denied,
        "busy" => PipeError::Busy,
        other => PipeError::Broken(clip(other)),
    }
}

/// A failure that the package has a name for.
pub(crate) fn named(what: &'static str, detail: &str) -> PipeError {
    PipeError::Failed { what: what.into(), detail: clip(detail) }
}

/// A reason is shown to people; nobody reads more than this of it.
pub(crate) fn clip(text: &str) -> SmolStr {
    match text.char_indices().nth(200) {
        Some((end, _)) => format_smolstr!("{}…", &text[..end]),
        None => text.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn session_ids_are_read_to_the_letter() {
        let id = "00112233445566778899aabbccddeeff";
        assert_eq!(read_session(id).unwrap().to_string(), id);
        for wrong in ["", "0011", "+0112233445566778899aabbccddeeff", &"é".repeat(16)] {
            assert!(read_session(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn refusals_survive_the_journey() {
        for why in [PipeError::NotFound, PipeError::Denied, PipeError::Busy] {
            assert_eq!(read_refusal(&write_refusal(&why)), why);
        }
        assert!(matches!(read_refusal("closing"), PipeError::Broken(_)));
    }

    #[test]
    fn long_reasons_are_clipped_between_characters() {
        assert_eq!(clip("short"), "short");
        assert_eq!(clip(&"é".repeat(500)).chars().count(), 201);
    }
}
