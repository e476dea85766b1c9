//! The strings of [MC-NBFS] section 2.2, in order: the id of line n (from 0) is 2n.

use std::sync::OnceLock;

const TABLE: &str = include_str!("strings.txt");

/// The string of an even id.
pub fn known(id: u32) -> Option<&'static str> {
    static STRINGS: OnceLock<Vec<&'static str>> = OnceLock::new();
    let strings = STRINGS.get_or_init(|| TABLE.lines().collect());
    if id.is_multiple_of(2) { strings.get(id as usize / 2).copied() } else { None }
}

/// The id of a string. Some strings are there twice: the first one counts, as in .NET.
pub fn known_id(string: &str) -> Option<u32> {
    static IDS: OnceLock<Vec<(&'static str, u32)>> = OnceLock::new();
    let find =
        |ids: &[(&str, u32)], string: &str| ids.binary_search_by(|(one, _)| one.cmp(&string));
    let ids = IDS.get_or_init(|| {
        let mut ids = Vec::with_capacity(512);
        for (string, id) in TABLE.lines().zip((0..).step_by(2)) {
            if let Err(place) = find(&ids, string) {
                ids.insert(place, (string, id));
            }
        }
        ids
    });
    find(ids, string).ok().map(|place| ids[place].1)
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
