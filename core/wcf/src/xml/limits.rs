//! What is accepted from anybody, checked before memory is spent.

use crate::error::XmlError;

/// What a reader accepts. Everything beyond is refused.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Limits {
    /// The length of a document in bytes; 65,536 unless set (`CHAN-4`).
    pub document: usize,
    /// How deeply elements may nest; 64 unless set.
    pub depth: usize,
    /// How many attributes, and how many declarations of namespaces, an element may have; 64
    /// unless set.
    pub attributes: usize,
    /// How many declarations of namespaces may be in scope at once; 256 unless set. Each name looks
    /// through them.
    pub declarations: usize,
    /// How many bytes all different names, prefixes and namespaces have together; 16,384 unless set.
    pub names: usize,
    /// How many strings a session's dictionary may hold, in bytes on the wire, each way; 2,048
    /// unless set (`CHAN-4`).
    pub dictionary: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            document: 65_536,
            depth: 64,
            attributes: 64,
            declarations: 256,
            names: 16_384,
            dictionary: 2_048,
        }
    }
}

pub(crate) fn check(what: &'static str, found: usize, limit: usize) -> Result<(), XmlError> {
    if found > limit { Err(XmlError::TooLarge { what, found, limit }) } else { Ok(()) }
}
