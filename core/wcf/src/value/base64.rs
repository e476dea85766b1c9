//! Bytes as text (RFC 4648 section 4), read as XML Schema allows: white space anywhere.

const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Writes bytes with padding and without line breaks.
pub fn encode(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3).saturating_mul(4));
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

/// Reads text; `None` if it is not base64 with padding.
pub fn decode(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut count, mut padding) = (0u32, 0usize, 0usize);
    for byte in text.bytes().filter(|byte| !b" \t\r\n".contains(byte)) {
        if byte == b'=' {
            padding += 1;
        } else if padding > 0 {
            return None;
        } else {
            bits = bits << 6 | value(byte)?;
            count += 1;
            if count.is_multiple_of(4) {
                bytes.extend_from_slice(&bits.to_be_bytes()[1..]);
                bits = 0;
            }
        }
    }
    match (count % 4, padding) {
        (0, 0) => {}
        (2, 2) if bits & 0xf == 0 => bytes.push((bits >> 4) as u8),
        (3, 1) if bits & 0x3 == 0 => bytes.extend_from_slice(&((bits >> 2) as u16).to_be_bytes()),
        _ => return None,
    }
    Some(bytes)
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

#[cfg(test)]
mod tests {
    use super::{decode, encode};

    #[test]
    fn the_vectors_of_the_standard_hold_both_ways() {
        let vectors = [
            "", "", "f", "Zg==", "fo", "Zm8=", "foo", "Zm9v", "foob", "Zm9vYg==", "fooba",
            "Zm9vYmE=", "foobar", "Zm9vYmFy",
        ];
        for pair in vectors.chunks(2) {
            assert_eq!(encode(pair[0].as_bytes()), pair[1]);
            assert_eq!(decode(pair[1]).as_deref(), Some(pair[0].as_bytes()));
        }
    }

    #[test]
    fn white_space_is_skipped_and_everything_else_refused() {
        assert_eq!(decode(" Zm9v\r\n Yg = = ").as_deref(), Some(&b"foob"[..]));
        for text in ["Zg", "Zg=", "Zh==", "Zm9=", "Z===", "=m9v", "Zg==Zg==", "====", "Zm.v"] {
            assert_eq!(decode(text), None, "{text}");
        }
    }
}
