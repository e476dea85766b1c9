//! What is accepted from anybody, checked before memory is spent.

use crate::error::XmlError;
use smol_str::SmolStr;

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

/// Keeps each different name once, up to a limit.
#[derive(Clone, Debug, Default)]
pub(crate) struct NameTable {
    names: Vec<SmolStr>,
    /// Their places, in the order of the names: to insert a number moves less than to insert a name.
    order: Vec<u32>,
    bytes: usize,
}

impl NameTable {
    pub(crate) fn intern(&mut self, name: &str, limits: &Limits) -> Result<SmolStr, XmlError> {
        let found =
            self.order.binary_search_by(|place| self.names[*place as usize].as_str().cmp(name));
        let place = match found {
            Ok(place) => return Ok(self.names[self.order[place] as usize].clone()),
            Err(place) => place,
        };
        self.bytes += name.len();
        check("the table of names", self.bytes, limits.names)?;
        let name = SmolStr::new(name);
        self.order.insert(place, u32::try_from(self.names.len()).unwrap_or(u32::MAX));
        self.names.push(name.clone());
        Ok(name)
    }
}
