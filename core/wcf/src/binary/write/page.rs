//! The bytes of a document, in pages as .NET's writer fills them.
//!
//! `XmlStreamNodeWriter` collects 512 bytes before it passes them on. A text can be given the end of
//! its element only while its type is still there, so the pages show in the result: that is why a
//! long text is followed by an end of its own. Each write asks for the most it could need, which
//! may begin a new page early; the sizes asked for here are .NET's.

use crate::binary::record::{self, write_length};

/// How many bytes .NET's writer collects.
const PAGE: usize = 512;
/// The most bytes of UTF-8 that a unit of UTF-16 can become.
const UNIT: usize = 3;

#[derive(Default)]
pub(super) struct Pages {
    bytes: Vec<u8>,
    /// Where the current page begins.
    page: usize,
    /// Where the type of the last text stands, while an end may still be added to it.
    text: Option<usize>,
}

impl Pages {
    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    pub(super) fn len(&self) -> usize {
        self.bytes.len()
    }

    fn reserve(&mut self, count: usize) {
        if self.bytes.len() - self.page + count > PAGE {
            self.flush();
        }
    }

    fn flush(&mut self) {
        self.page = self.bytes.len();
        self.text = None;
    }

    /// What comes next is no end: the last text stays as it is.
    pub(super) fn seal(&mut self) {
        self.text = None;
    }

    /// Writes the type of a record that is no text.
    pub(super) fn kind(&mut self, kind: u8) {
        self.reserve(1);
        self.bytes.push(kind);
    }

    /// Writes a length or an id.
    pub(super) fn number(&mut self, number: usize) {
        self.reserve(5);
        write_length(number, &mut self.bytes);
    }

    /// Writes a string with its length.
    pub(super) fn string(&mut self, string: &str) {
        let units = units(string);
        if units < 128 / UNIT {
            self.reserve(1 + units * UNIT);
            write_length(string.len(), &mut self.bytes);
            self.bytes.extend_from_slice(string.as_bytes());
        } else {
            self.number(string.len());
            self.characters(string, units);
        }
    }

    /// Writes a text record that says by its type how long it is.
    pub(super) fn text(&mut self, kind: u8, bytes: &[u8]) {
        self.reserve(1 + bytes.len());
        self.text = Some(self.bytes.len());
        self.bytes.push(kind);
        self.bytes.extend_from_slice(bytes);
    }

    /// Writes bytes; `kind` is the type of record with a length of 8 bits.
    pub(super) fn sized(&mut self, kind: u8, bytes: &[u8]) {
        self.sized_head(kind, bytes.len());
        self.raw(bytes);
    }

    /// Writes characters, as UTF-16 if that is shorter.
    pub(super) fn chars(&mut self, text: &str) {
        let units = units(text);
        let unicode = text.len() / 2 > units;
        let utf16 = || text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
        if units <= 255 / UNIT {
            self.reserve(2 + units * UNIT);
            self.text = Some(self.bytes.len());
            if unicode {
                self.head(record::UNICODE8, units * 2);
                self.bytes.extend(utf16());
            } else {
                self.head(record::CHARS8, text.len());
                self.bytes.extend_from_slice(text.as_bytes());
            }
        } else if unicode {
            self.sized_head(record::UNICODE8, units * 2);
            utf16().chunks(PAGE).for_each(|chunk| self.raw(chunk));
        } else {
            self.sized_head(record::CHARS8, text.len());
            self.characters(text, units);
        }
    }

    fn sized_head(&mut self, kind: u8, length: usize) {
        self.reserve(5);
        self.text = Some(self.bytes.len());
        self.head(kind, length);
    }

    /// The types with a length of 16 and of 31 bits follow that of 8.
    fn head(&mut self, kind: u8, length: usize) {
        if let Ok(length) = u8::try_from(length) {
            self.bytes.extend_from_slice(&[kind, length]);
        } else if let Ok(length) = u16::try_from(length) {
            self.bytes.push(kind + 2);
            self.bytes.extend_from_slice(&length.to_le_bytes());
        } else {
            let length = u32::try_from(length).unwrap_or(u32::MAX);
            self.bytes.push(kind + 4);
            self.bytes.extend_from_slice(&length.to_le_bytes());
        }
    }

    /// Bytes as they are; as many as a page, or more, go past the pages.
    pub(super) fn raw(&mut self, bytes: &[u8]) {
        self.reserve(bytes.len());
        self.bytes.extend_from_slice(bytes);
        if bytes.len() >= PAGE {
            self.flush();
        }
    }

    /// The values of an array go past the pages.
    pub(super) fn values(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
        self.flush();
    }

    /// Characters in portions that fit a page whatever they become.
    fn characters(&mut self, text: &str, units: usize) {
        if units <= PAGE / UNIT {
            self.reserve(units * UNIT);
            self.bytes.extend_from_slice(text.as_bytes());
            return;
        }
        let (mut from, mut count) = (0, 0);
        for (at, letter) in text.char_indices() {
            if count + letter.len_utf16() > PAGE / UNIT {
                self.reserve(count * UNIT);
                self.bytes.extend_from_slice(&text.as_bytes()[from..at]);
                (from, count) = (at, 0);
            }
            count += letter.len_utf16();
        }
        self.reserve(count * UNIT);
        self.bytes.extend_from_slice(&text.as_bytes()[from..]);
    }

    /// Ends an element: with its last text if that is still there, else by a record.
    pub(super) fn end(&mut self) {
        match self.text.take() {
            Some(at) => self.bytes[at] |= 1,
            None => self.kind(record::END_ELEMENT),
        }
    }
}

fn units(text: &str) -> usize {
    text.chars().map(char::len_utf16).sum()
}
