//! GUIDs, in the byte order of .NET.

use std::fmt;

/// A GUID as binary XML stores it: the first three groups have their lowest byte first
/// ([MC-NBFX] 2.2.3.31).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Guid(pub [u8; 16]);

impl Guid {
    /// What stands before a GUID that identifies a message.
    pub const URN: &str = "urn:uuid:";

    /// Reads the form with hyphens, in capitals or small letters.
    pub fn parse(text: &str) -> Option<Guid> {
        let text = text.as_bytes();
        if text.len() != 36 || [8, 13, 18, 23].iter().any(|at| text[*at] != b'-') {
            return None;
        }
        let mut digits = text.iter().filter(|byte| **byte != b'-');
        let mut bytes = [0; 16];
        for place in ORDER {
            let high = char::from(*digits.next()?).to_digit(16)?;
            let low = char::from(*digits.next()?).to_digit(16)?;
            bytes[place] = (high << 4 | low) as u8;
        }
        digits.next().is_none().then_some(Guid(bytes))
    }

    /// Reads only the form that [`Display`](fmt::Display) writes: small letters.
    pub fn canonical(text: &str) -> Option<Guid> {
        if text.bytes().any(|byte| byte.is_ascii_uppercase()) { None } else { Guid::parse(text) }
    }
}

impl fmt::Display for Guid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, place) in ORDER.into_iter().enumerate() {
            if [4, 6, 8, 10].contains(&index) {
                f.write_str("-")?;
            }
            write!(f, "{:02x}", self.0[place])?;
        }
        Ok(())
    }
}

/// Which byte each pair of digits is.
const ORDER: [usize; 16] = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];

#[cfg(test)]
mod tests {
    use super::Guid;

    /// The bytes are those of the golden vector `uniqueid urn:uuid`.
    #[test]
    fn bytes_are_in_the_order_of_dotnet() {
        let text = "00112233-4455-6677-8899-aabbccddeeff";
        let bytes = 0x3322_1100_5544_7766_8899_aabb_ccdd_eeff_u128.to_be_bytes();
        assert_eq!(Guid::parse(text), Some(Guid(bytes)));
        assert_eq!(Guid(bytes).to_string(), text);
        assert_eq!(Guid::parse(&text.to_uppercase()), Some(Guid(bytes)));
        assert_eq!(Guid::canonical(&text.to_uppercase()), None);
    }

    #[test]
    fn other_forms_are_refused() {
        for text in [
            "",
            "00112233445566778899aabbccddeeff",
            "{00112233-4455-6677-8899-aabbccddeeff}",
            "00112233-4455-6677-8899-aabbccddeefg",
            "00112233-4455-6677-8899-aabbccddee-f",
            "0011223-34455-6677-8899-aabbccddeeff",
            "00112233-4455-6677-8899-aabbccddeef\u{e9}",
        ] {
            assert_eq!(Guid::parse(text), None, "{text}");
        }
    }
}
