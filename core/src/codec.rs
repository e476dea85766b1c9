//! The seam between messages and bytes: a machine never knows which codec its frames go through.
//!
//! [`Json`] is for people who look into their browser's network panel, [`Binary`] for everybody
//! else. A codec of another language (SOAP, say) is a type that implements [`Codec`].

mod base64;
pub mod binary;
pub mod json;

pub use binary::Binary;
pub use json::Json;

use crate::message::Message;
use bytes::Bytes;

/// One whole message as a transport carries it.
///
/// ```
/// use sessionful::{CodecError, Frame};
///
/// let frame = Frame::Text("hello".to_owned());
/// assert_eq!(frame.len(), 5);
/// assert!(matches!(frame.into_bytes(), Err(CodecError::WrongFrame { found: "text", .. })));
/// ```
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Frame {
    /// UTF-8 text; a WebSocket sends it as a text frame.
    Text(String),
    /// Bytes; a WebSocket sends them as a binary frame.
    Bytes(Bytes),
}

impl Frame {
    /// Its length in bytes.
    pub fn len(&self) -> usize {
        match self {
            Frame::Text(text) => text.len(),
            Frame::Bytes(bytes) => bytes.len(),
        }
    }

    /// Whether it carries nothing at all.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Its text; an error for a frame of bytes.
    pub fn into_text(self) -> Result<String, CodecError> {
        match self {
            Frame::Text(text) => Ok(text),
            Frame::Bytes(_) => Err(CodecError::WrongFrame { expected: "text", found: "binary" }),
        }
    }

    /// Its bytes; an error for a frame of text.
    pub fn into_bytes(self) -> Result<Bytes, CodecError> {
        match self {
            Frame::Bytes(bytes) => Ok(bytes),
            Frame::Text(_) => Err(CodecError::WrongFrame { expected: "binary", found: "text" }),
        }
    }
}

/// Turns messages into frames and back.
///
/// Each end of each channel works with a clone of its own, taken before the first frame, because
/// an encoding may remember what it sent and received before (binary XML keeps a dictionary a
/// session). For the same reason frames must be decoded in the order in which the peer encoded
/// them, and an encoded frame must be sent.
///
/// ```
/// use sessionful::codec::{Codec, Json, Limits};
/// use sessionful::Message;
///
/// let mut codec = Json::new(Limits::default());
/// let message = Message::request("Calculator/add", (&b"[1,2]"[..]).into());
/// let frame = codec.encode(&message)?;
/// assert_eq!(codec.decode(frame)?, message);
/// # Ok::<(), sessionful::CodecError>(())
/// ```
pub trait Codec: Clone {
    /// The media type that a sessionless request names.
    fn content_type(&self) -> &'static str;

    /// The subprotocol that a WebSocket names.
    fn subprotocol(&self) -> &'static str;

    /// Writes a message. After an error the codec is as it was before, so that the next message
    /// can still be sent.
    fn encode(&mut self, message: &Message) -> Result<Frame, CodecError>;

    /// Reads a frame, which may come from anybody. An error says that the peer cannot be
    /// understood: end the channel.
    fn decode(&mut self, frame: Frame) -> Result<Message, CodecError>;
}

/// What a codec accepts. Everything beyond is refused before memory is spent on it.
///
/// ```
/// use sessionful::{CodecError, Limits};
///
/// let limits = Limits { frame: 1024, ..Limits::default() };
/// assert!(limits.check_frame(1024).is_ok());
/// assert!(matches!(limits.check_frame(1025), Err(CodecError::TooLarge { found: 1025, .. })));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, serde::Serialize, serde::Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Limits {
    /// The length of a frame in bytes; 65,536 unless set (`CHAN-4`).
    pub frame: usize,
    /// How deeply the structures that a codec itself reads may nest; 64 unless set. A body that a
    /// codec carries as opaque bytes is not one of them.
    pub depth: usize,
    /// How many headers a message may have; 64 unless set.
    pub headers: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { frame: 65_536, depth: 64, headers: 64 }
    }
}

impl Limits {
    /// Refuses a frame that is too long.
    pub fn check_frame(&self, len: usize) -> Result<(), CodecError> {
        check("the frame's length", len, self.frame)
    }

    /// Refuses nesting that is too deep.
    pub fn check_depth(&self, depth: usize) -> Result<(), CodecError> {
        check("the depth of nesting", depth, self.depth)
    }

    /// Refuses a message with too many headers.
    pub fn check_headers(&self, count: usize) -> Result<(), CodecError> {
        check("the number of headers", count, self.headers)
    }
}

fn check(what: &'static str, found: usize, limit: usize) -> Result<(), CodecError> {
    if found > limit { Err(CodecError::TooLarge { what, found, limit }) } else { Ok(()) }
}

/// Why a frame could not be read, or a message not be written.
///
/// ```
/// use sessionful::codec::{Codec, CodecError, Frame, Json, Limits};
///
/// let newer = Frame::Text(r#"{"v":2,"action":"Calculator/add"}"#.to_owned());
/// let error = Json::new(Limits::default()).decode(newer);
/// assert_eq!(error, Err(CodecError::Version { found: 2, known: 1 }));
/// ```
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CodecError {
    /// Over a limit: send less, or raise the limit at both ends.
    #[error("{what} is {found}, more than the limit of {limit}")]
    TooLarge {
        /// What was measured.
        what: &'static str,
        /// How much there was.
        found: usize,
        /// How much may be.
        limit: usize,
    },
    /// The transport carried text where this codec writes bytes, or the reverse: check that both
    /// ends use the same codec.
    #[error(
        "a {found} frame came where {expected} frames are expected: use one codec at both ends"
    )]
    WrongFrame {
        /// What this codec reads: `text` or `binary`.
        expected: &'static str,
        /// What came.
        found: &'static str,
    },
    /// Not in this codec's language: check that both ends use the same codec.
    #[error("the frame is not a message: {reason} (at byte {at})")]
    Malformed {
        /// What is wrong.
        reason: String,
        /// Where, counted from the start of the frame.
        at: usize,
    },
    /// The values have no form in this codec's language: send others.
    #[error("it cannot be written: {reason}")]
    Unwritable {
        /// What is in the way. It may quote the values, so it stays at the end that has them.
        reason: String,
    },
    /// Another version of the language: update the older end.
    #[error("the frame is written in version {found}, this end reads version {known}")]
    Version {
        /// The version of the frame.
        found: u64,
        /// The version that this end reads.
        known: u64,
    },
}

impl CodecError {
    /// What the peer may hear of it: what came from the values themselves is not told (`FLT-4`).
    pub(crate) fn told(&self) -> String {
        match self {
            CodecError::Unwritable { .. } => "it cannot be written".to_owned(),
            other => other.to_string(),
        }
    }

    /// For codecs: something is wrong at that byte.
    pub fn malformed(reason: impl Into<String>, at: usize) -> CodecError {
        CodecError::Malformed { reason: reason.into(), at }
    }
}
