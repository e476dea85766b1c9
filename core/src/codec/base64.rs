//! Bytes as text (RFC 4648 section 4), for codecs that have no bytes of their own.

/// Writes bytes as text, with padding.
pub(super) fn encode(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(encoded_len(bytes.len()));
    for chunk in bytes.chunks(3) {
        let bits = chunk.iter().fold(0, |bits, byte| bits << 8 | u32::from(*byte));
        let bits = bits << (8 * (3 - chunk.len()));
        for place in 0..4 {
            let digit = (bits >> (18 - 6 * place)) & 63;
            text.push(if place <= chunk.len() { char::from(DIGITS[digit as usize]) } else { '=' });
        }
    }
    text
}

/// How long the text will be.
pub(super) const fn encoded_len(bytes: usize) -> usize {
    bytes.div_ceil(3).saturating_mul(4)
}

/// Reads text; the error is the position of the first character that should not be there.
///
/// Strict, so that each sequence of bytes has one form only: padding is demanded, and the bits that
/// the last digit does not need must be zero.
pub(super) fn decode(text: &str) -> Result<Vec<u8>, usize> {
    let text = text.as_bytes();
    if !text.len().is_multiple_of(4) {
        return Err(text.len());
    }
    let digits = text.len() - text.iter().rev().take(2).take_while(|&&byte| byte == b'=').count();
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    for (index, group) in text[..digits].chunks(4).enumerate() {
        let mut bits = 0u32;
        for (place, byte) in group.iter().enumerate() {
            let value = value(*byte).ok_or(index * 4 + place)?;
            bits |= value << (18 - 6 * place);
        }
        let [_, high, middle, low] = bits.to_be_bytes();
        let whole = group.len() - 1; // a padded group has at least two digits
        if [high, middle, low][whole..].iter().any(|rest| *rest != 0) {
            return Err(index * 4 + whole);
        }
        bytes.extend_from_slice(&[high, middle, low][..whole]);
    }
    Ok(bytes)
}

fn value(digit: u8) -> Option<u32> {
    let value = match digit {
        b'A'..=b'Z' => digit - b'A',
        b'a'..=b'z' => digit - b'a' + 26,
        b'0'..=b'9' => digit - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    };
    Some(u32::from(value))
}

const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

#[cfg(test)]
mod tests {
    use super::{decode, encode, encoded_len};

    #[test]
    fn the_vectors_of_the_standard_hold_both_ways() {
        let vectors = [
            "", "", "f", "Zg==", "fo", "Zm8=", "foo", "Zm9v", "foob", "Zm9vYg==", "fooba",
            "Zm9vYmE=",
        ];
        for pair in vectors.chunks(2) {
            assert_eq!(encode(pair[0].as_bytes()), pair[1]);
            assert_eq!(encoded_len(pair[0].len()), pair[1].len());
            assert_eq!(decode(pair[1]).as_deref(), Ok(pair[0].as_bytes()));
        }
    }

    #[test]
    fn each_sequence_of_bytes_has_one_form_only() {
        for (text, at) in
            [("Zg", 2), ("Zg=", 3), ("Zh==", 1), ("Zm9=", 2), ("Z===", 1), ("=m9v", 0), ("Zm v", 2)]
        {
            assert_eq!(decode(text), Err(at), "{text}");
        }
        assert_eq!(decode("Zg==Zg=="), Err(2), "padding ends the text");
        assert_eq!(decode("===="), Err(0));
    }
}
