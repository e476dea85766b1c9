//! What can be wrong with XML, on the way in and on the way out.

use sessionful::CodecError;

/// Why XML could not be read or written.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum XmlError {
    /// Over a limit: raise it at this end, or let the peer send less.
    #[error("{what} is {found}, more than the limit of {limit}")]
    TooLarge {
        /// What was measured.
        what: &'static str,
        /// How much there was.
        found: usize,
        /// How much may be.
        limit: usize,
    },
    /// Not XML, or not binary XML: the peer is broken or no SOAP peer.
    #[error("not well-formed: {reason} (at byte {at})")]
    Malformed {
        /// What is wrong.
        reason: String,
        /// Where, counted from the start.
        at: usize,
    },
    /// XML that SOAP forbids: a document type or a processing instruction.
    #[error("{what} is not allowed in SOAP (at byte {at})")]
    Forbidden {
        /// What was met.
        what: &'static str,
        /// Where, counted from the start.
        at: usize,
    },
    /// XML, but not what was expected there: compare the contracts of both ends.
    #[error("unexpected: {0}")]
    Unexpected(String),
    /// XML cannot say this: a control character in text, or a name that is none.
    #[error("XML cannot carry {0}")]
    Unwritable(String),
}

impl XmlError {
    pub(crate) fn malformed(reason: impl Into<String>, at: usize) -> XmlError {
        XmlError::Malformed { reason: reason.into(), at }
    }

    pub(crate) fn unexpected(reason: impl Into<String>) -> XmlError {
        XmlError::Unexpected(reason.into())
    }
}

impl From<XmlError> for CodecError {
    fn from(error: XmlError) -> CodecError {
        match error {
            XmlError::TooLarge { what, found, limit } => {
                CodecError::TooLarge { what, found, limit }
            }
            XmlError::Malformed { reason, at } => CodecError::Malformed { reason, at },
            XmlError::Forbidden { at, .. } => CodecError::malformed(error.to_string(), at),
            XmlError::Unexpected(_) | XmlError::Unwritable(_) => {
                CodecError::malformed(error.to_string(), 0)
            }
        }
    }
}
