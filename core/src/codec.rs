//! The seam between messages and bytes: a machine never knows which codec its frames go through.

pub mod binary;
pub mod json;

pub use binary::Binary;
pub use json::Json;

use crate::message::Message;
use bytes::Bytes;

/// One whole message as a transport carries it.
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
}

/// Turns messages into frames and back. Each channel works with a clone of its own, because an
/// encoding may remember what it sent before (binary XML keeps a dictionary a session).
pub trait Codec: Clone {
    /// The media type that a sessionless request names.
    fn content_type(&self) -> &'static str;

    /// The subprotocol that a WebSocket names.
    fn subprotocol(&self) -> &'static str;

    /// Writes a message.
    fn encode(&mut self, message: &Message) -> Result<Frame, CodecError>;

    /// Reads a frame, which may come from anybody.
    fn decode(&mut self, frame: Frame) -> Result<Message, CodecError>;
}

/// What a codec accepts. Everything beyond is refused before memory is spent on it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, serde::Serialize, serde::Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Limits {
    /// The length of a frame in bytes; 65,536 unless set (`CHAN-4`).
    pub frame: usize,
    /// How deeply structures in an envelope or body may nest; 64 unless set.
    pub depth: usize,
    /// How many headers a message may have; 64 unless set.
    pub headers: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { frame: 65_536, depth: 64, headers: 64 }
    }
}

/// Why a frame could not be read, or a message not be written.
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
    /// Not in this codec's language: check that both ends use the same codec.
    #[error("the frame is not a message: {reason} (at byte {at})")]
    Malformed {
        /// What is wrong.
        reason: String,
        /// Where, counted from the start of the frame.
        at: usize,
    },
    /// A later version of the language: update this end.
    #[error("the frame is written in version {found}, this end reads version {known}")]
    Version {
        /// The version of the frame.
        found: u64,
        /// The newest version that this end reads.
        known: u64,
    },
}
