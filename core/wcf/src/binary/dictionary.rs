//! The strings that one direction of a session has announced ([MC-NBFSE] section 2).
//!
//! Each message begins with a block: its length, then new strings with their lengths. String k of
//! the direction (from 0) has the id 2k + 1.

use super::record::{read_length, write_length};
use crate::error::XmlError;
use crate::xml::check;
use smol_str::SmolStr;

/// A session's strings, one way. Each end of a session has two.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Dictionary {
    /// At most as many as there are bytes in the limit, so a search is short.
    strings: Vec<SmolStr>,
    /// How many bytes may still be announced.
    room: usize,
    limit: usize,
    /// How many strings the peer has been told.
    told: usize,
}

/// A moment in the life of a dictionary.
pub(crate) struct Mark {
    strings: usize,
    room: usize,
    told: usize,
}

impl Dictionary {
    /// An empty dictionary that takes so many bytes on the wire; WCF's quota is 2,048
    /// (`MaxSessionSize`).
    pub fn new(limit: usize) -> Dictionary {
        Dictionary { strings: Vec::new(), room: limit, limit, told: 0 }
    }

    /// The string of an odd id.
    pub fn get(&self, id: u32) -> Option<&SmolStr> {
        if id.is_multiple_of(2) { None } else { self.strings.get(id as usize / 2) }
    }

    /// The id of a string, which is added if there is room. `None` means: write it inline.
    ///
    /// The first string that does not fit ends the announcements for good, as in WCF's
    /// `XmlBinaryWriterSessionWithQuota`.
    pub fn id(&mut self, string: &str) -> Option<u32> {
        if let Some(place) = self.strings.iter().position(|known| known == string) {
            return Some(id_of(place));
        }
        if self.room == 0 || string.is_empty() {
            return None;
        }
        let size = encoded_len(string);
        if size > self.room {
            self.room = 0;
            return None;
        }
        self.room -= size;
        Some(self.add(string))
    }

    /// Where it stands, to go back to if what was written is not sent.
    pub(crate) fn mark(&self) -> Mark {
        Mark { strings: self.strings.len(), room: self.room, told: self.told }
    }

    /// Forgets what came after the mark.
    pub(crate) fn back_to(&mut self, mark: Mark) {
        self.strings.truncate(mark.strings);
        (self.room, self.told) = (mark.room, mark.told);
    }

    fn add(&mut self, string: &str) -> u32 {
        self.strings.push(SmolStr::new(string));
        id_of(self.strings.len() - 1)
    }

    /// The block that announces what was added since the last one.
    pub fn block(&mut self) -> Vec<u8> {
        let mut strings = Vec::new();
        for string in &self.strings[self.told..] {
            write_length(string.len(), &mut strings);
            strings.extend_from_slice(string.as_bytes());
        }
        self.told = self.strings.len();
        let mut block = Vec::with_capacity(strings.len() + 5);
        write_length(strings.len(), &mut block);
        block.extend_from_slice(&strings);
        block
    }

    /// Takes the block that a message begins with and returns what follows it. After an error the
    /// session is broken: both ends would give other strings the same id.
    pub fn read_block<'a>(&mut self, frame: &'a [u8]) -> Result<&'a [u8], XmlError> {
        let wrong = || XmlError::malformed("a session's dictionary that is none", 0);
        let (length, rest) = read_length(frame).ok_or_else(wrong)?;
        let (mut block, message) = rest.split_at_checked(length).ok_or_else(wrong)?;
        let used = self.limit - self.room;
        check("the session's dictionary", used.saturating_add(length), self.limit)?;
        self.room -= length;
        while !block.is_empty() {
            let (length, rest) = read_length(block).ok_or_else(wrong)?;
            let (string, rest) = rest.split_at_checked(length).ok_or_else(wrong)?;
            self.add(std::str::from_utf8(string).map_err(|_| wrong())?);
            block = rest;
        }
        Ok(message)
    }
}

fn id_of(place: usize) -> u32 {
    u32::try_from(place * 2 + 1).unwrap_or(u32::MAX)
}

fn encoded_len(string: &str) -> usize {
    let mut length = Vec::with_capacity(5);
    write_length(string.len(), &mut length);
    length.len() + string.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_one_end_announces_the_other_knows() {
        let (mut writer, mut reader) = (Dictionary::new(2048), Dictionary::new(2048));
        assert_eq!(
            (writer.id("Add"), writer.id("n"), writer.id("Add")),
            (Some(1), Some(3), Some(1))
        );
        let frame = [&writer.block()[..], b"rest"].concat();
        assert_eq!(frame, b"\x06\x03Add\x01nrest");
        assert_eq!(reader.read_block(&frame), Ok(&b"rest"[..]));
        assert_eq!(
            (reader.get(1).unwrap().as_str(), reader.get(3).unwrap().as_str()),
            ("Add", "n")
        );
        assert_eq!((reader.get(5), reader.get(2)), (None, None));
        assert_eq!(writer.block(), [0], "nothing is announced twice");
    }

    /// `CHAN-4`, and the rule of WCF that the first refusal is the last.
    #[test]
    fn a_full_dictionary_stays_full() {
        let mut writer = Dictionary::new(2048);
        assert_eq!(writer.id(&"x".repeat(2000)), Some(1), "2,002 bytes with their length");
        assert_eq!(writer.id(&"y".repeat(46)), None, "47 bytes, 46 are left");
        assert_eq!(writer.id("z"), None);
        assert_eq!(writer.id(&"x".repeat(2000)), Some(1));
        assert!(Dictionary::new(2048).id(&"x".repeat(2046)).is_some());
        assert!(Dictionary::new(2048).id(&"x".repeat(2047)).is_none());
    }

    #[test]
    fn a_peer_cannot_announce_more_than_the_limit() {
        let mut block = vec![];
        write_length(1002, &mut block);
        write_length(1000, &mut block);
        block.extend([b'x'; 1000]);
        let mut reader = Dictionary::new(2048);
        assert!(reader.read_block(&block).is_ok() && reader.read_block(&block).is_ok());
        let what = "the session's dictionary";
        assert_eq!(
            reader.read_block(&block),
            Err(XmlError::TooLarge { what, found: 3006, limit: 2048 })
        );
    }

    #[test]
    fn broken_blocks_are_refused() {
        for block in
            [&b""[..], b"\x05", b"\x02\x05a", b"\x01\x80", b"\x02\x01\xff", b"\xff\xff\xff\xff\xff"]
        {
            assert!(Dictionary::new(2048).read_block(block).is_err(), "{block:?}");
        }
    }
}
