//! Bytes as text that addresses may contain (RFC 4648 section 5), without padding.

const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

pub(super) fn encode(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let bits = chunk.iter().fold(0u32, |bits, byte| bits << 8 | u32::from(*byte));
        let bits = bits << (8 * (3 - chunk.len()));
        for place in 0..=chunk.len() {
            text.push(char::from(DIGITS[(bits >> (18 - 6 * place)) as usize & 63]));
        }
    }
    text
}

/// The error is the place of the first character that should not be there.
pub(super) fn decode(text: &str) -> Result<Vec<u8>, usize> {
    let digits = text.as_bytes();
    let mut bytes = Vec::with_capacity(digits.len() / 4 * 3);
    for (number, group) in digits.chunks(4).enumerate() {
        if group.len() == 1 {
            return Err(number * 4);
        }
        let mut bits = 0u32;
        for (place, digit) in group.iter().enumerate() {
            let value = DIGITS.iter().position(|known| known == digit).ok_or(number * 4 + place)?;
            bits |= (value as u32) << (18 - 6 * place);
        }
        let [_, high, middle, low] = bits.to_be_bytes();
        bytes.extend_from_slice(&[high, middle, low][..group.len() - 1]);
    }
    Ok(bytes)
}
