//! Messages as `serde_json` writes them.

use sessionful::{Codec, CodecError, Frame, Message};

/// The codec of a proxy.
pub(crate) fn client() -> impl Codec + Send {
    Plain
}

/// The codec of a host.
pub(crate) fn host() -> impl Codec + Send {
    Plain
}

#[derive(Clone)]
struct Plain;

impl Codec for Plain {
    fn content_type(&self) -> &'static str {
        "application/json"
    }

    fn subprotocol(&self) -> &'static str {
        "plain"
    }

    fn encode(&mut self, message: &Message) -> Result<Frame, CodecError> {
        let text = serde_json::to_string(message).map_err(malformed)?;
        if text.len() > 200_000 {
            return Err(CodecError::TooLarge { what: "frame", found: text.len(), limit: 200_000 });
        }
        Ok(Frame::Text(text))
    }

    fn decode(&mut self, frame: Frame) -> Result<Message, CodecError> {
        match frame {
            Frame::Text(text) => serde_json::from_str(&text).map_err(malformed),
            Frame::Bytes(bytes) => serde_json::from_slice(&bytes).map_err(malformed),
        }
    }
}

fn malformed(error: serde_json::Error) -> CodecError {
    CodecError::Malformed { reason: error.to_string(), at: error.column() }
}
