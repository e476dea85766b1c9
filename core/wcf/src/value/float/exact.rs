//! Between binary and decimal with whole numbers of any size: exact, and small. The standard library's
//! way is faster and comes with tables that a page would have to load.

use std::cmp::Ordering;

/// A kind of binary floating point number.
#[derive(Clone, Copy)]
pub(super) struct Kind {
    /// The bits of its significand.
    pub(super) bits: u32,
    /// The exponents of the last bit of its least and of its greatest numbers.
    pub(super) exponents: (i32, i32),
}

/// `f64`.
pub(super) const DOUBLE: Kind = Kind { bits: 53, exponents: (-1074, 971) };
/// `f32`.
pub(super) const SINGLE: Kind = Kind { bits: 24, exponents: (-149, 104) };

/// A whole number: its lowest 32 bits first, without zeros at the end.
#[derive(Clone, Default)]
struct Whole(Vec<u32>);

impl Whole {
    fn from(value: u64) -> Whole {
        let mut whole = Whole(vec![value as u32, (value >> 32) as u32]);
        whole.trim();
        whole
    }

    fn trim(&mut self) {
        while self.0.last() == Some(&0) {
            self.0.pop();
        }
    }

    fn len(&self) -> i32 {
        let whole = self.0.len() as i32 * 32; // numbers here have at most some thousand bits
        self.0.last().map_or(0, |last| whole - last.leading_zeros() as i32)
    }

    /// `self * factor + term`
    fn scale(&mut self, factor: u32, term: u32) {
        let mut carry = u64::from(term);
        for limb in &mut self.0 {
            carry += u64::from(*limb) * u64::from(factor);
            *limb = carry as u32;
            carry >>= 32;
        }
        if carry > 0 {
            self.0.push(carry as u32);
        }
    }

    fn times_ten_to(mut self, power: u32) -> Whole {
        (0..power / 9).for_each(|_| self.scale(1_000_000_000, 0));
        (0..power % 9).for_each(|_| self.scale(10, 0));
        self
    }

    fn shifted(mut self, bits: u32) -> Whole {
        if !bits.is_multiple_of(32) {
            self.scale(1 << (bits % 32), 0);
        }
        let zeros = std::iter::repeat_n(0, if self.0.is_empty() { 0 } else { bits as usize / 32 });
        self.0.splice(0..0, zeros);
        self
    }

    fn compare(&self, other: &Whole) -> Ordering {
        let order = self.0.len().cmp(&other.0.len());
        order.then_with(|| self.0.iter().rev().cmp(other.0.iter().rev()))
    }

    fn add(&mut self, other: &Whole) {
        self.0.resize(self.0.len().max(other.0.len()) + 1, 0);
        let mut carry = 0u64;
        for (place, limb) in self.0.iter_mut().enumerate() {
            carry += u64::from(*limb) + u64::from(other.0.get(place).copied().unwrap_or(0));
            *limb = carry as u32;
            carry >>= 32;
        }
        self.trim();
    }

    /// Takes away what is no greater.
    fn subtract(&mut self, other: &Whole) {
        let mut borrow = 0i64;
        for (place, limb) in self.0.iter_mut().enumerate() {
            borrow += i64::from(*limb) - i64::from(other.0.get(place).copied().unwrap_or(0));
            *limb = borrow as u32;
            borrow >>= 32;
        }
        self.trim();
    }

    /// Divides where the quotient has at most so many bits; what remains stays.
    fn divide(&mut self, divisor: &Whole, bits: u32) -> u64 {
        let mut quotient = 0;
        for bit in (0..bits).rev() {
            // What is longer by a bit is greater, which spares most of the comparisons.
            if self.len() < divisor.len() + bit as i32 {
                continue;
            }
            let part = divisor.clone().shifted(bit);
            if self.compare(&part).is_ge() {
                self.subtract(&part);
                quotient |= 1 << bit;
            }
        }
        quotient
    }
}

/// More digits than these decide nothing but a tie, and one digit does that as well.
const MOST_DIGITS: u32 = 800;
/// Whatever is further away than this is zero or infinite.
const FARTHEST: i32 = 5_000;

/// The bits, without a sign, of the number nearest to a decimal: digits with at most one point among
/// them, and an exponent.
pub(super) fn read(text: &str, kind: Kind) -> Option<u64> {
    let (digits, exponent) = match text.split_once(['e', 'E']) {
        Some((digits, exponent)) => (digits, read_exponent(exponent)?),
        None => (text, 0),
    };
    let (mut whole, mut count, mut exponent, mut some) = (Whole::default(), 0, exponent, false);
    let mut behind = false;
    for byte in digits.bytes() {
        match byte {
            b'.' if !behind => behind = true,
            b'0'..=b'9' => {
                some = true;
                let digit = u32::from(byte - b'0');
                let kept = count < MOST_DIGITS;
                if kept {
                    whole.scale(10, digit);
                    count += u32::from(!whole.0.is_empty());
                } else if digit > 0 && count == MOST_DIGITS {
                    whole.scale(10, 1);
                    count += 1;
                    exponent -= 1;
                }
                exponent += i32::from(!kept) - i32::from(behind);
                exponent = exponent.clamp(-1_000_000, 1_000_000);
            }
            _ => return None,
        }
    }
    some.then(|| nearest(whole, exponent, kind))
}

fn read_exponent(text: &str) -> Option<i32> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let value =
        digits.bytes().fold(0i32, |value, byte| (value * 10 + i32::from(byte - b'0')).min(100_000));
    Some(if text.starts_with('-') { -value } else { value })
}

/// The bits of the number nearest to `whole * 10^exponent`; of two the even one.
fn nearest(whole: Whole, exponent: i32, kind: Kind) -> u64 {
    let Kind { bits, exponents: (least, greatest) } = kind;
    let infinite = ((greatest - least + 2) as u64) << (bits - 1);
    if whole.0.is_empty() || exponent < -FARTHEST {
        return 0;
    }
    if exponent > FARTHEST {
        return infinite;
    }
    let over = whole.times_ten_to(exponent.max(0) as u32);
    let under = Whole::from(1).times_ten_to(exponent.min(0).unsigned_abs());
    // The exponent of the last bit, so that the quotient has all its bits, or one more.
    let mut last = (over.len() - under.len() - bits as i32).max(least);
    let mut over = over.shifted(last.min(0).unsigned_abs());
    let under = under.shifted(last.max(0) as u32);
    let mut value = over.divide(&under, bits + 1);
    let up = if value >> bits > 0 {
        let half = value & 1 == 1;
        value >>= 1;
        last += 1;
        half && (!over.0.is_empty() || value & 1 == 1)
    } else {
        match over.shifted(1).compare(&under) {
            Ordering::Greater => true,
            Ordering::Equal => value & 1 == 1,
            Ordering::Less => false,
        }
    };
    // A carry out of the significand lands in the exponent, where it belongs.
    let place = ((last - least) as u64) << (bits - 1);
    let result = place + value + u64::from(up);
    if last > greatest { infinite } else { result.min(infinite) }
}

/// The shortest digits that come back as the same number, and the exponent of the first of them: the
/// algorithm of Steele and White.
pub(super) fn digits(number: u64, kind: Kind) -> (String, i32) {
    let Kind { bits, exponents: (least, _) } = kind;
    let hidden = 1u64 << (bits - 1);
    let (place, fraction) = (number >> (bits - 1), number & (hidden - 1));
    let value = if place > 0 { fraction | hidden } else { fraction };
    let last = least + (place.max(1) - 1) as i32;
    // Below a power of two the numbers are closer.
    let uneven = u32::from(fraction == 0 && place > 1);
    let up = last.max(0) as u32;
    let mut rest = Whole::from(value).shifted(up + 1 + uneven);
    let mut whole = Whole::from(1).shifted(last.min(0).unsigned_abs() + 1 + uneven);
    let mut below = Whole::from(1).shifted(up);
    let mut above = Whole::from(1).shifted(up + uneven);
    let even = value & 1 == 0;
    let reaches = |sum: &Whole, whole: &Whole| {
        let order = sum.compare(whole);
        order.is_gt() || (even && order.is_eq())
    };
    // Within one of where the first digit is; too small rather than too large.
    let power_of_two = (64 - value.leading_zeros()) as i32 + last - 1;
    let mut exponent = ((power_of_two * 1233) >> 12) - 1;
    if exponent >= 0 {
        whole = whole.times_ten_to(exponent as u32);
    } else {
        let power = exponent.unsigned_abs();
        [&mut rest, &mut below, &mut above]
            .into_iter()
            .for_each(|one| *one = std::mem::take(one).times_ten_to(power));
    }
    // The first digit stands for units of `whole`, which is as much as ten of them at most.
    loop {
        let mut sum = rest.clone();
        sum.add(&above);
        if !reaches(&sum, &whole.clone().times_ten_to(1)) {
            break;
        }
        whole.scale(10, 0);
        exponent += 1;
    }
    let mut found = Vec::new();
    loop {
        let digit = rest.divide(&whole, 4) as u8;
        let mut sum = rest.clone();
        sum.add(&above);
        let order = rest.compare(&below);
        let (low, high) = (order.is_lt() || (even && order.is_eq()), reaches(&sum, &whole));
        if !low && !high {
            found.push(digit);
            [&mut rest, &mut below, &mut above].into_iter().for_each(|one| one.scale(10, 0));
            continue;
        }
        let round = high && (!low || rest.shifted(1).compare(&whole).is_ge());
        found.push(digit + u8::from(round));
        break;
    }
    (found.into_iter().map(|digit| char::from(b'0' + digit)).collect(), exponent)
}

#[cfg(test)]
mod tests {
    use super::{DOUBLE, SINGLE, digits, read};

    /// The standard library's shortest digits, and its reading.
    fn agrees(number: f64) {
        let text = format!("{number:e}");
        let (mantissa, exponent) = text.split_once('e').unwrap();
        let expected = (mantissa.replace('.', ""), exponent.parse().unwrap());
        assert_eq!(digits(number.to_bits(), DOUBLE), expected, "{number:e}");
        assert_eq!(read(&text, DOUBLE), Some(number.to_bits()), "{number:e}");
    }

    fn agrees_single(number: f32) {
        let text = format!("{number:e}");
        let (mantissa, exponent) = text.split_once('e').unwrap();
        let expected = (mantissa.replace('.', ""), exponent.parse().unwrap());
        assert_eq!(digits(number.to_bits().into(), SINGLE), expected, "{number:e}");
        assert_eq!(read(&text, SINGLE), Some(number.to_bits().into()), "{number:e}");
    }

    /// Any numbers, the same in every run.
    fn bits(count: usize) -> impl Iterator<Item = u64> {
        let mut state = 0x9e37_79b9_7f4a_7c15u64;
        std::iter::repeat_with(move || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state
        })
        .take(count)
    }

    #[test]
    fn any_number_is_written_and_read_as_by_the_standard_library() {
        bits(20_000)
            .map(|bits| f64::from_bits(bits & (u64::MAX >> 1)))
            .filter(|one| one.is_normal())
            .for_each(agrees);
        bits(20_000)
            .map(|bits| f32::from_bits(bits as u32 >> 1))
            .filter(|one| one.is_normal())
            .for_each(agrees_single);
        bits(20_000)
            .map(|bits| (bits >> 40) as f64 / 1000.0)
            .filter(|one| *one > 0.0)
            .for_each(agrees);
    }

    #[test]
    fn so_are_the_powers_of_two_and_of_ten_with_their_neighbours_and_the_least_numbers() {
        for exponent in 1..2047u64 {
            let bits = exponent << 52;
            [bits, bits + 1, bits - 1]
                .map(f64::from_bits)
                .into_iter()
                .filter(|one| *one > 0.0)
                .for_each(agrees);
        }
        for exponent in 1..255u32 {
            let bits = exponent << 23;
            [bits, bits + 1, bits - 1].map(f32::from_bits).into_iter().for_each(agrees_single);
        }
        for exponent in -323..=308 {
            let power: f64 = format!("1e{exponent}").parse().unwrap();
            [power, f64::from_bits(power.to_bits() + 1)].into_iter().for_each(agrees);
        }
        (1..200).map(f64::from_bits).for_each(agrees);
        (1..200).map(f32::from_bits).for_each(agrees_single);
    }

    #[test]
    fn texts_are_read_as_by_the_standard_library() {
        let long = "1".repeat(900);
        let tie = "9007199254740993"; // between two doubles: the even one
        for text in [
            "0",
            "0.0",
            "00",
            "1.",
            ".5",
            "1e5",
            "1E+05",
            "1e-5",
            "123456789012345678901234567890",
            &long,
            tie,
            "9007199254740993.00000000000000000000000000000000000001",
            "4.9e-324",
            "2.4703282292062327e-324",
            "2.4703282292062328e-324",
            "1.7976931348623157e308",
            "1.7976931348623158e308",
            "1.797693134862315807e308",
            "1.7976931348623159e308",
            "1e309",
            "1e400",
            "1e99999999999",
            "1e-99999999999",
            "0e99999999999",
            "1e-400",
            "2.2250738585072011e-308",
            "2.2250738585072014e-308",
            "0.000000000000000000000000000001",
            &format!("{}.{}1e-200", "3".repeat(150), "0".repeat(900)),
            &format!("0.{}5", "0".repeat(340)),
            &format!("{tie}.{}1", "0".repeat(1000)),
        ] {
            let expected: f64 = text.parse().unwrap();
            assert_eq!(read(text, DOUBLE), Some(expected.to_bits()), "{text}");
            let expected: f32 = text.parse().unwrap();
            assert_eq!(read(text, SINGLE), Some(expected.to_bits().into()), "{text}");
        }
        for text in ["", ".", "e5", "1e", "1e+", "1.2.3", "1e5.5", "--1", "1 ", "é", ".e1"] {
            assert_eq!(read(text, DOUBLE), None, "{text}");
        }
    }
}
