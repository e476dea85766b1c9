//! Why a description could not be read, or not all of it.

use crate::error::XmlError;
use std::fmt;

/// Why a description could not be read.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WsdlError {
    /// A document is not XML, or too large.
    #[error("{document}: {error}")]
    Xml {
        /// Which document.
        document: String,
        /// What is wrong.
        error: XmlError,
    },
    /// A document is something else: give the address of the WSDL, often `?singleWsdl`.
    #[error("{document} is no WSDL but an element {found}")]
    NotWsdl {
        /// Which document.
        document: String,
        /// Its element.
        found: String,
    },
    /// A part of the description could not be fetched: give its files, or `?singleWsdl`.
    #[error("{location}, which the description imports, cannot be read: {reason}")]
    Unreachable {
        /// Where it should be.
        location: String,
        /// Why it is not.
        reason: String,
    },
    /// Too many parts.
    #[error("the description has more than {limit} parts")]
    TooManyParts {
        /// How many may be.
        limit: usize,
    },
    /// The description refers to something that it does not have.
    #[error("{place} refers to {name}, which is not there")]
    Missing {
        /// Where.
        place: String,
        /// What.
        name: String,
    },
    /// Nothing in the description can be called; what it has is not supported.
    #[error("no operation can be called: {}", first(.unsupported))]
    Nothing {
        /// What was left out, and why.
        unsupported: Vec<Unsupported>,
    },
}

fn first(unsupported: &[Unsupported]) -> String {
    unsupported.first().map_or_else(|| "there is none".to_owned(), ToString::to_string)
}

/// Something that was left out, and what to do about it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Unsupported {
    /// The operation, type or endpoint.
    pub place: String,
    /// What is not supported.
    pub what: String,
    /// What to do.
    pub advice: &'static str,
}

impl Unsupported {
    pub(super) fn new(
        place: impl Into<String>,
        what: impl Into<String>,
        advice: &'static str,
    ) -> Unsupported {
        Unsupported { place: place.into(), what: what.into(), advice }
    }
}

impl fmt::Display for Unsupported {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}; {}", self.place, self.what, self.advice)
    }
}
