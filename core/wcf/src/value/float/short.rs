//! The short way between doubles and decimals of few digits, which most numbers are.
//!
//! Whole numbers of so many digits are doubles, and so are powers of ten up to 10^22: one division of
//! two such is rounded once, to the double that the decimal means. Two decimals of so many digits are
//! never one double, so the first that means a double is its shortest.

const DIGITS: usize = 15;
const PLACES: i32 = 22;
/// The first whole number of one digit more.
const MOST: f64 = 1e15;

fn power_of_ten(exponent: i32) -> f64 {
    (0..exponent).fold(1.0, |power, _| power * 10.0)
}

/// The double that a decimal means; nothing if that takes the long way, or if it is none.
pub(super) fn read(text: &str) -> Option<f64> {
    let (mut whole, mut count, mut point) = (0u64, 0, None);
    for byte in text.bytes() {
        match byte {
            b'.' if point.is_none() => point = Some(count),
            b'0'..=b'9' if count < DIGITS => {
                whole = whole * 10 + u64::from(byte - b'0');
                count += 1;
            }
            _ => return None,
        }
    }
    let places = count - point.unwrap_or(count);
    (count > 0).then(|| whole as f64 / power_of_ten(places as i32))
}

/// The digits of a double, and the exponent of the first of them; nothing if that takes the long way.
pub(super) fn digits(value: f64) -> Option<(String, i32)> {
    if !(1e-5..MOST).contains(&value) {
        return None;
    }
    for places in 0..=PLACES {
        let power = power_of_ten(places);
        let whole = (value * power).round();
        if whole >= MOST {
            break;
        }
        if whole / power == value {
            let digits = (whole as u64).to_string();
            let exponent = digits.len() as i32 - 1 - places;
            return Some((digits.trim_end_matches('0').to_owned(), exponent));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::{digits, read};
    use crate::value::float::exact::{self, DOUBLE};

    fn agrees(text: &str) {
        let number: f64 = text.parse().unwrap();
        assert_eq!(read(text), Some(number), "{text}");
        if number >= 1e-5 {
            assert_eq!(digits(number), Some(exact::digits(number.to_bits(), DOUBLE)), "{text}");
        }
    }

    #[test]
    fn it_ends_where_the_long_way_ends() {
        let mut state = 0x9e37_79b9_7f4a_7c15u64;
        for _ in 0..50_000 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let digits = (state >> 14) % 10u64.pow((state >> 8) as u32 % 15 + 1);
            let text = digits.to_string();
            agrees(&text);
            let (whole, places) = text.split_at((state >> 4) as usize % (text.len() + 1));
            agrees(&format!("{whole}.{places}"));
        }
    }

    #[test]
    fn what_is_long_or_no_number_is_left_to_it() {
        for text in ["", ".", "1e5", "-1", "+1", "1 ", "1.2.3", "1234567890123456", "NaN", "\u{e9}"]
        {
            assert_eq!(read(text), None, "{text}");
        }
        for number in [0.0, 1e15, 1e-6, 0.1 + 0.2, 1.0 / 3.0, f64::MAX, f64::NAN, f64::INFINITY] {
            assert_eq!(digits(number), None, "{number}");
        }
    }
}
