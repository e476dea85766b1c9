//! Readable: each message is one JSON object in a text frame.
//!
//! ```json
//! {"v":1,"action":"Calculator/add","id":7,"headers":[{"name":"trace","value":"4f"}],"body":[1,2]}
//! {"v":1,"action":"Calculator/addResponse","relatesTo":7,"body":3}
//! {"v":1,"action":"Calculator/addFault","relatesTo":8,"fault":{"code":"Overflow","reason":"-"}}
//! ```
//!
//! | member | type | when |
//! |---|---|---|
//! | `v` | number | always; 1 |
//! | `action` | text | always |
//! | `id` | number (0 to 2^64 - 1) or text | if a reply is wanted over a session |
//! | `relatesTo` | number or text | on a reply: the `id` of its request |
//! | `headers` | list of objects | if there are any |
//! | `body` | any JSON value | if the body is JSON |
//! | `bytes` | text: base64 with padding | if the body is not empty and not JSON |
//! | `fault` | object | in place of a body |
//!
//! | member of a header | type | when |
//! |---|---|---|
//! | `name`, `value` | text | always |
//! | `mustUnderstand` | `true` | if it is |
//!
//! | member of `fault` | type | when |
//! |---|---|---|
//! | `code` | text | always |
//! | `runtime` | `true` | if the runtime sends it; else the code is the service's own |
//! | `reason` | text | always |
//! | `detail` | object: `kind` (text), `body` or `bytes` as above | if there is one |
//!
//! - **Bodies come back byte for byte.** Only what can be embedded as it stands is a `body`: JSON
//!   without white space around it (inside is fine), nested no deeper than the limit. All else
//!   travels as `bytes`; none at all is an empty body.
//! - **A later edition of version 1 may add members;** unknown ones are ignored. A member that
//!   means something here and comes twice is refused, as is any other `v`.
//! - **A number keeps all its digits here,** but not in a JavaScript reader: ids beyond 2^53 are
//!   for peers that read them as 64-bit integers. Ours are counted from small numbers.
//! - **A later runtime may know more fault codes;** an unknown one is read as a service's.

mod read;
mod write;

use super::{Codec, CodecError, Frame, Limits};
use crate::message::Message;

/// The readable codec, for developers' tools and for JavaScript peers.
///
/// ```
/// use sessionful::codec::{Codec, Frame, Json, Limits};
/// use sessionful::Message;
///
/// let message = Message { id: Some(7.into()), ..Message::request("add", "[1,2]".into()) };
/// let text = r#"{"v":1,"action":"add","id":7,"body":[1,2]}"#.to_owned();
/// assert_eq!(Json::new(Limits::default()).encode(&message)?, Frame::Text(text));
/// # Ok::<(), sessionful::CodecError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Json {
    limits: Limits,
}

impl Json {
    /// A codec with these limits.
    pub fn new(limits: Limits) -> Json {
        Json { limits }
    }
}

impl Codec for Json {
    fn content_type(&self) -> &'static str {
        "application/vnd.sessionful.v1+json"
    }

    fn subprotocol(&self) -> &'static str {
        "sessionful.json.v1"
    }

    fn encode(&mut self, message: &Message) -> Result<Frame, CodecError> {
        write::message(message, &self.limits).map(Frame::Text)
    }

    fn decode(&mut self, frame: Frame) -> Result<Message, CodecError> {
        read::message(frame.into_text()?, &self.limits)
    }
}

/// How deeply a text nests. It counts brackets outside strings; whether they match is the parser's
/// question.
fn depth(text: &[u8]) -> usize {
    let (mut depth, mut deepest) = (0usize, 0);
    let mut bytes = text.iter();
    while let Some(byte) = bytes.next() {
        match byte {
            b'[' | b'{' => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b']' | b'}' => depth = depth.saturating_sub(1),
            b'"' => skip_string(&mut bytes),
            _ => {}
        }
    }
    deepest
}

fn skip_string(bytes: &mut std::slice::Iter<'_, u8>) {
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' => return,
            b'\\' => {
                bytes.next();
            }
            _ => {}
        }
    }
}

/// The version of the language written here.
const VERSION: u64 = 1;

#[cfg(test)]
mod tests {
    use super::depth;

    #[test]
    fn brackets_in_strings_do_not_nest() {
        for (text, deepest) in [
            ("", 0),
            ("1", 0),
            ("[]", 1),
            ("[[],[{}]]", 3),
            (r#"["[[[["]"#, 1),
            (r#"["\"[[[["]"#, 1),
            (r#"["\\",[]]"#, 2),
            ("]]]]", 0),
            (r#"["[[["#, 1),
            ("\"\\", 0),
        ] {
            assert_eq!(depth(text.as_bytes()), deepest, "{text}");
        }
    }
}
