//! The writer of records: the shortest ones that .NET's own writer (`XmlBinaryNodeWriter`) chooses.

mod page;
mod text;

use self::page::Pages;
use super::dictionary::Dictionary;
use super::record;
use super::strings::known_id;
use crate::error::XmlError;
use crate::value::Value;
use crate::xml::{Array, Event, Name, Sink, Start, XML, XSD, XSI, check, is_ncname};

/// Writes a document as records.
///
/// Where a string goes is decided by its namespace: names of the envelope and its headers are in the
/// static table, names of contracts go into the session's dictionary (or inline, outside a session
/// and when it is full), and what `xml:` stands before is inline. That is what WCF's own writers
/// come to, because each of its layers has a table of its own.
///
/// ```
/// use sessionful_wcf::binary::Writer;
/// use sessionful_wcf::value::Value;
/// use sessionful_wcf::xml::Composer;
///
/// let mut xml = Composer::new(Writer::new(None));
/// xml.element("", "e", Value::Int(10))?;
/// assert_eq!(xml.finish()?.into_bytes(), b"\x40\x01e\x89\x0a");
/// # Ok::<(), sessionful_wcf::XmlError>(())
/// ```
pub struct Writer<'a> {
    pages: Pages,
    session: Option<&'a mut Dictionary>,
    limit: usize,
}

impl<'a> Writer<'a> {
    /// A writer of one document. In a session, `session` takes the strings of this direction.
    pub fn new(session: Option<&'a mut Dictionary>) -> Writer<'a> {
        Writer { pages: Pages::default(), session, limit: usize::MAX }
    }

    /// Refuses to write more than so many bytes. Strings of a dictionary are short to read and long to
    /// write, so passing a document on needs a bound of its own.
    #[must_use]
    pub fn limit(mut self, limit: usize) -> Writer<'a> {
        self.limit = limit;
        self
    }

    /// What was written, without the block that announces new strings
    /// ([`Dictionary::block`]).
    pub fn into_bytes(self) -> Vec<u8> {
        self.pages.into_bytes()
    }

    fn id(&mut self, string: &str, namespace: &str) -> Option<u32> {
        match namespace {
            XML => None,
            _ if is_envelope(namespace) => known_id(string).or_else(|| self.announce(string)),
            _ => self.announce(string),
        }
    }

    fn announce(&mut self, string: &str) -> Option<u32> {
        self.session.as_mut().and_then(|session| session.id(string))
    }

    fn start(&mut self, start: &Start) -> Result<(), XmlError> {
        self.pages.seal();
        self.name(&start.name, &ELEMENT)?;
        for attribute in &start.attributes {
            self.name(&attribute.name, &ATTRIBUTE)?;
            match instance_type(&attribute.name, &attribute.value) {
                Some(name) => self.attribute_text(&name)?,
                None => self.attribute_text(&attribute.value)?,
            }
        }
        for declaration in &start.declarations {
            let (prefix, namespace) = (&declaration.prefix, &declaration.namespace);
            let id = self.id(namespace, namespace);
            self.pages.kind(match (prefix.is_empty(), id.is_some()) {
                (true, false) => record::SHORT_XMLNS,
                (false, false) => record::XMLNS,
                (true, true) => record::SHORT_DICTIONARY_XMLNS,
                (false, true) => record::DICTIONARY_XMLNS,
            });
            if !prefix.is_empty() {
                self.pages.string(prefix);
            }
            self.string_or_id(namespace, id);
        }
        Ok(())
    }

    fn string_or_id(&mut self, string: &str, id: Option<u32>) {
        match id {
            Some(id) => self.pages.number(id as usize),
            None => self.pages.string(string),
        }
    }

    fn name(&mut self, name: &Name, kinds: &Kinds) -> Result<(), XmlError> {
        let Name { prefix, local, namespace } = name;
        if !is_ncname(local) || !(prefix.is_empty() || is_ncname(prefix)) {
            return Err(XmlError::Unwritable(format!("the name `{prefix}:{local}`")));
        }
        let id = self.id(local, namespace);
        let (short, long, lettered) = match id {
            None => (kinds.short, kinds.long, kinds.letter),
            Some(_) => (kinds.short_dictionary, kinds.dictionary, kinds.letter_dictionary),
        };
        match prefix.as_bytes() {
            [] => self.pages.kind(short),
            [letter @ b'a'..=b'z'] => self.pages.kind(lettered + (letter - b'a')),
            _ => {
                self.pages.kind(long);
                self.pages.string(prefix);
            }
        }
        self.string_or_id(local, id);
        Ok(())
    }

    fn array(&mut self, array: &Array) -> Result<(), XmlError> {
        let Array { element, kind, values } = array;
        let stored = record::ARRAYS.iter().find(|(_, _, known)| known == kind);
        let mut bytes = Vec::new();
        let fits = values.iter().all(|value| text::fixed(value, *kind, &mut bytes));
        let Some((record, ..)) = stored.filter(|_| fits) else {
            // Not all of that kind: element by element.
            return values.iter().try_for_each(|value| {
                self.start(element)?;
                self.text(value)?;
                self.pages.end();
                Ok(())
            });
        };
        self.pages.seal();
        self.pages.kind(record::ARRAY);
        self.start(element)?;
        self.pages.kind(record::END_ELEMENT);
        self.pages.kind(*record);
        self.pages.number(values.len());
        self.pages.values(&bytes);
        Ok(())
    }
}

impl Sink for Writer<'_> {
    fn write(&mut self, event: &Event) -> Result<(), XmlError> {
        match event {
            Event::Start(start) => self.start(start)?,
            Event::End => self.pages.end(),
            Event::Text(value) => self.text(value)?,
            Event::Comment(comment) => {
                self.pages.seal();
                self.pages.kind(record::COMMENT);
                self.pages.string(comment);
            }
            Event::Array(array) => self.array(array)?,
        }
        check("the length of the document", self.pages.len(), self.limit)
    }
}

/// Whether the message layer of WCF itself writes names of this namespace. The static table also
/// knows those of XML Schema, but data contracts write them, with a table of their own.
fn is_envelope(namespace: &str) -> bool {
    !namespace.is_empty() && namespace != XSI && namespace != XSD && known_id(namespace).is_some()
}

/// A body that was written outside a session has its `xsi:type` as text; it is a qualified name still,
/// and as such can be announced.
fn instance_type(name: &Name, value: &Value) -> Option<Value> {
    let Value::Text(text) = value else { return None };
    let (prefix, local) = text.split_once(':').filter(|_| name.is(XSI, "type"))?;
    is_ncname(local).then(|| Value::QName { prefix: prefix.into(), local: local.into() })
}

/// The types of the records that carry a name.
struct Kinds {
    short: u8,
    long: u8,
    short_dictionary: u8,
    dictionary: u8,
    letter_dictionary: u8,
    letter: u8,
}

const ELEMENT: Kinds = Kinds {
    short: record::SHORT_ELEMENT,
    long: record::ELEMENT,
    short_dictionary: record::SHORT_DICTIONARY_ELEMENT,
    dictionary: record::DICTIONARY_ELEMENT,
    letter_dictionary: record::PREFIX_DICTIONARY_ELEMENT,
    letter: record::PREFIX_ELEMENT,
};

const ATTRIBUTE: Kinds = Kinds {
    short: record::SHORT_ATTRIBUTE,
    long: record::ATTRIBUTE,
    short_dictionary: record::SHORT_DICTIONARY_ATTRIBUTE,
    dictionary: record::DICTIONARY_ATTRIBUTE,
    letter_dictionary: record::PREFIX_DICTIONARY_ATTRIBUTE,
    letter: record::PREFIX_ATTRIBUTE,
};
