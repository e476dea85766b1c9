//! Names, and which characters XML 1.0 knows.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use smol_str::SmolStr;
use std::fmt;

/// A name in a namespace, with the prefix that stood before it.
#[derive(Clone, Debug, Default)]
pub struct Name {
    /// How the namespace was abbreviated; empty for the default one. It does not take part in
    /// comparisons.
    pub prefix: SmolStr,
    /// The name itself.
    pub local: SmolStr,
    /// The namespace; empty for none.
    pub namespace: SmolStr,
}

impl Name {
    /// A name without a prefix.
    pub fn new(namespace: impl Into<SmolStr>, local: impl Into<SmolStr>) -> Name {
        Name { prefix: SmolStr::default(), local: local.into(), namespace: namespace.into() }
    }

    /// Whether this is that name.
    pub fn is(&self, namespace: &str, local: &str) -> bool {
        self.local == local && self.namespace == namespace
    }
}

impl PartialEq for Name {
    fn eq(&self, other: &Name) -> bool {
        self.is(&other.namespace, &other.local)
    }
}

impl Eq for Name {}

impl PartialOrd for Name {
    fn partial_cmp(&self, other: &Name) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Name {
    fn cmp(&self, other: &Name) -> std::cmp::Ordering {
        (&self.namespace, &self.local).cmp(&(&other.namespace, &other.local))
    }
}

/// `{namespace}local`.
impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.namespace.is_empty() {
            return f.write_str(&self.local);
        }
        write!(f, "{{{}}}{}", self.namespace, self.local)
    }
}

/// As [`Display`](fmt::Display) writes it, so that it can be a key of JSON.
impl Serialize for Name {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Name, D::Error> {
        let text = SmolStr::deserialize(from)?;
        Ok(match text.strip_prefix('{').and_then(|text| text.rsplit_once('}')) {
            Some((namespace, local)) => Name::new(namespace, local),
            None => Name::new("", text),
        })
    }
}

/// Whether XML 1.0 can carry the character (production 2).
pub fn is_char(letter: char) -> bool {
    matches!(letter, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

/// Whether XML 1.0 can carry the text.
pub(crate) fn are_chars(text: &str) -> bool {
    let plain = |byte: u8| matches!(byte, b'\t' | b'\n' | b'\r' | b' '..=b'\x7f');
    text.bytes().all(plain) || text.chars().all(is_char)
}

/// Whether a text is a name without a colon (Namespaces in XML 1.0, production 4).
pub fn is_ncname(text: &str) -> bool {
    // Most names are of ASCII, which needs not be decoded.
    let plain = |byte: u8| matches!(byte, b'A'..=b'Z' | b'_' | b'a'..=b'z');
    let later = |byte: u8| plain(byte) || matches!(byte, b'-' | b'.' | b'0'..=b'9');
    if let [first, rest @ ..] = text.as_bytes()
        && plain(*first)
        && rest.iter().all(|byte| later(*byte))
    {
        return true;
    }
    let mut letters = text.chars();
    letters.next().is_some_and(begins_name) && letters.all(continues_name)
}

fn begins_name(letter: char) -> bool {
    matches!(letter, 'A'..='Z' | '_' | 'a'..='z' | '\u{c0}'..='\u{d6}' | '\u{d8}'..='\u{f6}'
        | '\u{f8}'..='\u{2ff}' | '\u{370}'..='\u{37d}' | '\u{37f}'..='\u{1fff}'
        | '\u{200c}'..='\u{200d}' | '\u{2070}'..='\u{218f}' | '\u{2c00}'..='\u{2fef}'
        | '\u{3001}'..='\u{d7ff}' | '\u{f900}'..='\u{fdcf}' | '\u{fdf0}'..='\u{fffd}'
        | '\u{10000}'..='\u{effff}')
}

fn continues_name(letter: char) -> bool {
    begins_name(letter)
        || matches!(letter, '-' | '.' | '0'..='9' | '\u{b7}' | '\u{300}'..='\u{36f}'
            | '\u{203f}'..='\u{2040}')
}
