//! The strings of [MC-NBFS] section 2.2, in order: the id of line n (from 0) is 2n.

use crate::xml::Places;
use std::sync::OnceLock;

const TABLE: &str = include_str!("strings.txt");

fn strings() -> &'static [&'static str] {
    static STRINGS: OnceLock<Vec<&'static str>> = OnceLock::new();
    STRINGS.get_or_init(|| TABLE.lines().collect())
}

fn text(place: u32) -> &'static str {
    strings()[place as usize]
}

/// The string of an even id.
pub fn known(id: u32) -> Option<&'static str> {
    if id.is_multiple_of(2) { strings().get(id as usize / 2).copied() } else { None }
}

/// The id of a string. Some strings are there twice: the first one counts, as in .NET.
pub fn known_id(string: &str) -> Option<u32> {
    static PLACES: OnceLock<Places> = OnceLock::new();
    let places = PLACES.get_or_init(|| {
        let mut places = Places::default();
        for (place, one) in (0..).zip(strings()) {
            if places.find(one, text).is_none() {
                places.insert(place, text);
            }
        }
        places
    });
    places.find(string, text).map(|place| place * 2)
}

#[cfg(test)]
mod tests {
    use super::{known, known_id};

    /// A few lines of the table in [MC-NBFS] 2.2.
    #[test]
    fn ids_are_those_of_the_specification() {
        for (id, string) in [
            (0x00, "mustUnderstand"),
            (0x02, "Envelope"),
            (0x04, "http://www.w3.org/2003/05/soap-envelope"),
            (0x06, "http://www.w3.org/2005/08/addressing"),
            (0x08, "Header"),
            (0x0a, "Action"),
            (0x0e, "Body"),
            (0x1a, "MessageID"),
            (0x3cc, "detail"),
        ] {
            assert_eq!(known(id), Some(string));
            assert_eq!(known_id(string), Some(id));
        }
        assert_eq!((known(1), known(0x3ce), known_id("no such string")), (None, None, None));
    }
}
