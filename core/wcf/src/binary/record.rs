//! The types of records ([MC-NBFX] section 2.2.1) and the lengths inside them (2.1.2).
//!
//! A text record has an even type; the odd one above it is the same text with the end of its element.

use crate::xml::ArrayKind;

pub(super) const END_ELEMENT: u8 = 0x01;
pub(super) const COMMENT: u8 = 0x02;
pub(super) const ARRAY: u8 = 0x03;

pub(super) const SHORT_ATTRIBUTE: u8 = 0x04;
pub(super) const ATTRIBUTE: u8 = 0x05;
pub(super) const SHORT_DICTIONARY_ATTRIBUTE: u8 = 0x06;
pub(super) const DICTIONARY_ATTRIBUTE: u8 = 0x07;
pub(super) const SHORT_XMLNS: u8 = 0x08;
pub(super) const XMLNS: u8 = 0x09;
pub(super) const SHORT_DICTIONARY_XMLNS: u8 = 0x0a;
pub(super) const DICTIONARY_XMLNS: u8 = 0x0b;
/// With prefix `a`; the other letters follow.
pub(super) const PREFIX_DICTIONARY_ATTRIBUTE: u8 = 0x0c;
pub(super) const PREFIX_ATTRIBUTE: u8 = 0x26;
pub(super) const LAST_ATTRIBUTE: u8 = 0x3f;

pub(super) const SHORT_ELEMENT: u8 = 0x40;
pub(super) const ELEMENT: u8 = 0x41;
pub(super) const SHORT_DICTIONARY_ELEMENT: u8 = 0x42;
pub(super) const DICTIONARY_ELEMENT: u8 = 0x43;
pub(super) const PREFIX_DICTIONARY_ELEMENT: u8 = 0x44;
pub(super) const PREFIX_ELEMENT: u8 = 0x5e;
pub(super) const LAST_ELEMENT: u8 = 0x77;

pub(super) const ZERO: u8 = 0x80;
pub(super) const ONE: u8 = 0x82;
pub(super) const FALSE: u8 = 0x84;
pub(super) const TRUE: u8 = 0x86;
pub(super) const INT8: u8 = 0x88;
pub(super) const INT16: u8 = 0x8a;
pub(super) const INT32: u8 = 0x8c;
pub(super) const INT64: u8 = 0x8e;
pub(super) const FLOAT: u8 = 0x90;
pub(super) const DOUBLE: u8 = 0x92;
pub(super) const DECIMAL: u8 = 0x94;
pub(super) const DATE_TIME: u8 = 0x96;
pub(super) const CHARS8: u8 = 0x98;
pub(super) const CHARS16: u8 = 0x9a;
pub(super) const CHARS32: u8 = 0x9c;
pub(super) const BYTES8: u8 = 0x9e;
pub(super) const BYTES16: u8 = 0xa0;
pub(super) const BYTES32: u8 = 0xa2;
pub(super) const START_LIST: u8 = 0xa4;
pub(super) const END_LIST: u8 = 0xa6;
pub(super) const EMPTY: u8 = 0xa8;
pub(super) const DICTIONARY: u8 = 0xaa;
pub(super) const UNIQUE_ID: u8 = 0xac;
pub(super) const TIME_SPAN: u8 = 0xae;
pub(super) const GUID: u8 = 0xb0;
pub(super) const UINT64: u8 = 0xb2;
pub(super) const BOOL: u8 = 0xb4;
pub(super) const UNICODE8: u8 = 0xb6;
pub(super) const UNICODE16: u8 = 0xb8;
pub(super) const UNICODE32: u8 = 0xba;
pub(super) const QNAME_DICTIONARY: u8 = 0xbc;

/// The types that an array may have, each with the end of its element, and the size of a value.
pub(super) const ARRAYS: [(u8, usize, ArrayKind); 10] = [
    (BOOL | 1, 1, ArrayKind::Bool),
    (INT16 | 1, 2, ArrayKind::Int16),
    (INT32 | 1, 4, ArrayKind::Int32),
    (INT64 | 1, 8, ArrayKind::Int64),
    (FLOAT | 1, 4, ArrayKind::Float),
    (DOUBLE | 1, 8, ArrayKind::Double),
    (DECIMAL | 1, 16, ArrayKind::Decimal),
    (DATE_TIME | 1, 8, ArrayKind::DateTime),
    (TIME_SPAN | 1, 8, ArrayKind::TimeSpan),
    (GUID | 1, 16, ArrayKind::Guid),
];

/// Writes a length or an id: seven bits a byte, the lowest first.
pub(super) fn write_length(length: usize, into: &mut Vec<u8>) {
    let mut rest = length;
    while rest >= 0x80 {
        into.push((rest & 0x7f) as u8 | 0x80);
        rest >>= 7;
    }
    into.push(rest as u8);
}

/// Reads a length or an id and returns what follows; 31 bits in at most five bytes.
pub(super) fn read_length(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let mut value = 0u64;
    for (place, byte) in bytes.iter().take(5).enumerate() {
        value |= u64::from(byte & 0x7f) << (7 * place);
        if byte & 0x80 == 0 {
            let value = usize::try_from(value).ok().filter(|_| value <= 0x7fff_ffff)?;
            return Some((value, &bytes[place + 1..]));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::{read_length, write_length};

    /// [MC-NBFX] 2.1.2 gives the ranges.
    #[test]
    fn lengths_take_one_to_five_bytes() {
        for (length, size) in [
            (0, 1),
            (0x7f, 1),
            (0x80, 2),
            (0x3fff, 2),
            (0x4000, 3),
            (0x20_0000, 4),
            (0x7fff_ffff, 5),
        ] {
            let mut bytes = Vec::new();
            write_length(length, &mut bytes);
            assert_eq!(bytes.len(), size);
            assert_eq!(read_length(&bytes), Some((length, &[][..])));
        }
        for bytes in [&b""[..], b"\x80", b"\xff\xff\xff\xff\x08", b"\x80\x80\x80\x80\x80\x00"] {
            assert_eq!(read_length(bytes), None, "{bytes:?}");
        }
    }
}
