//! The reader of records.

mod text;

use super::dictionary::Dictionary;
use super::record;
use super::strings::known;
use crate::error::XmlError;
use crate::value::Value;
use crate::xml::{
    Array, Attribute, Declaration, Event, Limits, Name, NameTable, Scope, Source, Start, check,
    is_ncname,
};
use smol_str::SmolStr;

/// Reads a document from records.
///
/// ```
/// use sessionful_wcf::binary::Reader;
/// use sessionful_wcf::value::Value;
/// use sessionful_wcf::xml::{Event, Limits, Source};
///
/// // `<e>10</e>`: ShortElement, Int8 with the end of the element.
/// let mut reader = Reader::new(b"\x40\x01e\x89\x0a", None, Limits::default())?;
/// assert!(matches!(reader.next()?, Some(Event::Start(start)) if start.name.local == "e"));
/// assert_eq!(reader.next()?, Some(Event::Text(Value::Int(10))));
/// assert_eq!((reader.next()?, reader.next()?), (Some(Event::End), None));
/// # Ok::<(), sessionful_wcf::XmlError>(())
/// ```
pub struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    session: Option<&'a Dictionary>,
    limits: Limits,
    scope: Scope,
    names: NameTable,
    /// The last text ended its element.
    end: bool,
    rooted: bool,
}

impl<'a> Reader<'a> {
    /// A reader before the first event. In a session, `session` is what the peer has announced.
    pub fn new(
        bytes: &'a [u8],
        session: Option<&'a Dictionary>,
        limits: Limits,
    ) -> Result<Reader<'a>, XmlError> {
        check("the length of the document", bytes.len(), limits.document)?;
        Ok(Reader {
            bytes,
            at: 0,
            session,
            limits,
            scope: Scope::default(),
            names: NameTable::default(),
            end: false,
            rooted: false,
        })
    }

    fn malformed(&self, reason: impl Into<String>) -> XmlError {
        XmlError::malformed(reason, self.at)
    }

    fn byte(&mut self) -> Result<u8, XmlError> {
        self.array::<1>().map(|[byte]| byte)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], XmlError> {
        let found = self.bytes.get(self.at..).and_then(<[u8]>::first_chunk::<N>);
        let Some(found) = found.copied() else {
            return Err(self.malformed("the document ends inside a record"));
        };
        self.at += N;
        Ok(found)
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8], XmlError> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let Some((found, _)) = rest.split_at_checked(length) else {
            return Err(self.malformed("the document ends inside a record"));
        };
        self.at += length;
        Ok(found)
    }

    fn length(&mut self) -> Result<usize, XmlError> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let Some((length, behind)) = record::read_length(rest) else {
            return Err(self.malformed("a length that is none"));
        };
        self.at += rest.len() - behind.len();
        Ok(length)
    }

    /// A string with its length ([MC-NBFX] 2.1.3).
    fn string(&mut self) -> Result<SmolStr, XmlError> {
        let length = self.length()?;
        let bytes = self.take(length)?;
        match std::str::from_utf8(bytes) {
            Ok(string) => self.names.intern(string, &self.limits),
            Err(_) => Err(self.malformed("a string that is not UTF-8")),
        }
    }

    /// A string by its id: even ones are known to everybody, odd ones to the session.
    fn dictionary_string(&mut self) -> Result<SmolStr, XmlError> {
        let id = u32::try_from(self.length()?).unwrap_or(u32::MAX);
        let found = match known(id) {
            Some(string) => Some(SmolStr::new_static(string)),
            None => self.session.and_then(|session| session.get(id)).cloned(),
        };
        found.ok_or_else(|| self.malformed(format!("string {id}, which nobody announced")))
    }

    fn start(&mut self, kind: u8) -> Result<Start, XmlError> {
        if self.rooted && self.scope.depth() == 0 {
            return Err(self.malformed("a second root"));
        }
        self.rooted = true;
        self.scope.push();
        check("the depth of nesting", self.scope.depth(), self.limits.depth)?;
        let (prefix, local) = self.element_name(kind)?;
        let (mut raw, mut declarations) = (Vec::new(), Vec::new());
        while let Some(kind) = self
            .peek()
            .filter(|kind| (record::SHORT_ATTRIBUTE..=record::LAST_ATTRIBUTE).contains(kind))
        {
            self.at += 1;
            if (record::SHORT_XMLNS..=record::DICTIONARY_XMLNS).contains(&kind) {
                declarations.push(self.declaration(kind)?);
            } else {
                raw.push(self.attribute(kind)?);
            }
            let count = raw.len().max(declarations.len());
            check("the number of attributes", count, self.limits.attributes)?;
        }
        let name = self.resolve(prefix, local, false)?;
        let mut attributes: Vec<Attribute> = Vec::with_capacity(raw.len());
        for (prefix, local, value) in raw {
            let name = self.resolve(prefix, local, true)?;
            if attributes.iter().any(|other| other.name == name) {
                return Err(self.malformed(format!("attribute {name} twice")));
            }
            attributes.push(Attribute { name, value });
        }
        Ok(Start { name, attributes, declarations })
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn element_name(&mut self, kind: u8) -> Result<(SmolStr, SmolStr), XmlError> {
        Ok(match kind {
            record::SHORT_ELEMENT => (SmolStr::default(), self.string()?),
            record::ELEMENT => (self.prefix()?, self.string()?),
            record::SHORT_DICTIONARY_ELEMENT => (SmolStr::default(), self.dictionary_string()?),
            record::DICTIONARY_ELEMENT => (self.prefix()?, self.dictionary_string()?),
            record::PREFIX_DICTIONARY_ELEMENT..record::PREFIX_ELEMENT => {
                (letter(kind - record::PREFIX_DICTIONARY_ELEMENT), self.dictionary_string()?)
            }
            record::PREFIX_ELEMENT..=record::LAST_ELEMENT => {
                (letter(kind - record::PREFIX_ELEMENT), self.string()?)
            }
            _ => return Err(self.malformed(format!("record {kind:#04x}"))),
        })
    }

    fn prefix(&mut self) -> Result<SmolStr, XmlError> {
        let prefix = self.string()?;
        if is_ncname(&prefix) {
            Ok(prefix)
        } else {
            Err(self.malformed("a prefix that is no name"))
        }
    }

    fn attribute(&mut self, kind: u8) -> Result<(SmolStr, SmolStr, Value), XmlError> {
        let (prefix, local) = match kind {
            record::SHORT_ATTRIBUTE => (SmolStr::default(), self.string()?),
            record::ATTRIBUTE => (self.prefix()?, self.string()?),
            record::SHORT_DICTIONARY_ATTRIBUTE => (SmolStr::default(), self.dictionary_string()?),
            record::DICTIONARY_ATTRIBUTE => (self.prefix()?, self.dictionary_string()?),
            record::PREFIX_DICTIONARY_ATTRIBUTE..record::PREFIX_ATTRIBUTE => {
                (letter(kind - record::PREFIX_DICTIONARY_ATTRIBUTE), self.dictionary_string()?)
            }
            _ => (letter(kind - record::PREFIX_ATTRIBUTE), self.string()?),
        };
        let kind = self.byte()?;
        if !kind.is_multiple_of(2) {
            return Err(self.malformed("the end of an element inside an attribute"));
        }
        Ok((prefix, local, self.text(kind)?))
    }

    fn declaration(&mut self, kind: u8) -> Result<Declaration, XmlError> {
        let (prefix, namespace) = match kind {
            record::SHORT_XMLNS => (SmolStr::default(), self.string()?),
            record::XMLNS => (self.prefix()?, self.string()?),
            record::SHORT_DICTIONARY_XMLNS => (SmolStr::default(), self.dictionary_string()?),
            _ => (self.prefix()?, self.dictionary_string()?),
        };
        self.scope
            .declare(prefix.clone(), namespace.clone())
            .map_err(|error| self.malformed(error.to_string()))?;
        check("the number of namespaces", self.scope.len(), self.limits.declarations)?;
        Ok(Declaration { prefix, namespace })
    }

    fn resolve(&self, prefix: SmolStr, local: SmolStr, attribute: bool) -> Result<Name, XmlError> {
        if !is_ncname(&local) {
            return Err(self.malformed("a name that is none"));
        }
        let found = match (attribute, prefix.as_str()) {
            (true, "") => Some(SmolStr::default()),
            _ => self.scope.lookup(&prefix),
        };
        match found {
            Some(namespace) => Ok(Name { prefix, local, namespace }),
            None => Err(self.malformed(format!("prefix `{prefix}` is not declared"))),
        }
    }

    /// An element, then the type and number of its values, then the values ([MC-NBFX] 2.2.3.37).
    fn repeated(&mut self) -> Result<Array, XmlError> {
        let kind = self.byte()?;
        let element = self.start(kind)?;
        if self.byte()? != record::END_ELEMENT {
            return Err(self.malformed("an array of elements with content"));
        }
        let kind = self.byte()?;
        let count = self.length()?;
        let known = record::ARRAYS.iter().find(|(known, ..)| *known == kind);
        let Some((_, size, stored)) = known else {
            return Err(self.malformed(format!("an array of records {kind:#04x}")));
        };
        // Refused before memory is spent on it.
        if count.saturating_mul(*size) > self.bytes.len() - self.at {
            return Err(self.malformed("the document ends inside a record"));
        }
        let values = (0..count).map(|_| self.text(kind & !1)).collect::<Result<_, _>>()?;
        self.scope.pop();
        Ok(Array { element, kind: *stored, values })
    }
}

impl Source for Reader<'_> {
    fn next(&mut self) -> Result<Option<Event>, XmlError> {
        loop {
            if std::mem::take(&mut self.end) {
                self.scope.pop();
                return Ok(Some(Event::End));
            }
            let inside = self.scope.depth() > 0;
            let Some(kind) = self.peek() else {
                return match (inside, self.rooted) {
                    (false, true) => Ok(None),
                    (false, false) => Err(self.malformed("no root")),
                    (true, _) => Err(self.malformed("the document ends inside an element")),
                };
            };
            self.at += 1;
            match kind {
                record::END_ELEMENT if inside => self.end = true,
                record::COMMENT => {
                    let length = self.length()?;
                    let comment = std::str::from_utf8(self.take(length)?);
                    let comment = comment.map_err(|_| self.malformed("not UTF-8"))?;
                    return Ok(Some(Event::Comment(comment.to_owned())));
                }
                record::ARRAY if inside => return self.repeated().map(Event::Array).map(Some),
                record::SHORT_ELEMENT..=record::LAST_ELEMENT => {
                    return self.start(kind).map(Event::Start).map(Some);
                }
                record::ZERO.. if inside => {
                    // The end of a list carries the end of its element, its start never does.
                    let (value, end) = self.text_with_end(kind)?;
                    self.end = end;
                    if !value.is_empty() {
                        return Ok(Some(Event::Text(value)));
                    }
                }
                _ => return Err(self.malformed(format!("record {kind:#04x}"))),
            }
        }
    }
}

fn letter(offset: u8) -> SmolStr {
    const LETTERS: &str = "abcdefghijklmnopqrstuvwxyz";
    let at = usize::from(offset);
    LETTERS.get(at..=at).map(SmolStr::new_static).unwrap_or_default()
}
