//! .NET's decimal: 96 bits, a scale and a sign. Trailing zeros are part of the value.

use std::fmt;

/// `mantissa / 10^scale`, at most 96 bits and a scale of 28.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Decimal {
    negative: bool,
    scale: u8,
    mantissa: u128,
}

impl Decimal {
    const LARGEST: u128 = (1 << 96) - 1;
    const FINEST: u8 = 28;

    /// A decimal of its parts; `None` beyond 96 bits or a scale of 28.
    pub fn new(negative: bool, scale: u8, mantissa: u128) -> Option<Decimal> {
        let fits = mantissa <= Decimal::LARGEST && scale <= Decimal::FINEST;
        fits.then_some(Decimal { negative, scale, mantissa })
    }

    /// Reads `-12.3400`; digits that do not fit are refused, not rounded.
    pub fn parse(text: &str) -> Option<Decimal> {
        let (negative, digits) = match text.strip_prefix('-') {
            Some(digits) => (true, digits),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let all = || whole.bytes().chain(fraction.bytes());
        if whole.len() + fraction.len() == 0 || !all().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let mantissa = all().try_fold(0u128, |sum, digit| {
            sum.checked_mul(10)?.checked_add(u128::from(digit - b'0'))
        })?;
        Decimal::new(negative, u8::try_from(fraction.len()).ok()?, mantissa)
    }

    /// Reads the 16 bytes of a record ([MC-NBFX] 2.2.3.16, [MS-OAUT] 2.2.26).
    pub fn from_bytes(bytes: [u8; 16]) -> Option<Decimal> {
        let [_, _, scale, sign, h0, h1, h2, h3, rest @ ..] = bytes;
        let high = u128::from(u32::from_le_bytes([h0, h1, h2, h3]));
        let low = u128::from(u64::from_le_bytes(rest));
        let negative = match sign {
            0 => false,
            0x80 => true,
            _ => return None,
        };
        Decimal::new(negative, scale, high << 64 | low)
    }

    /// The 16 bytes of a record.
    pub fn to_bytes(self) -> [u8; 16] {
        let mut bytes = [0; 16];
        bytes[2] = self.scale;
        bytes[3] = if self.negative { 0x80 } else { 0 };
        bytes[4..8].copy_from_slice(&((self.mantissa >> 64) as u32).to_le_bytes());
        bytes[8..].copy_from_slice(&(self.mantissa as u64).to_le_bytes());
        bytes
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // .NET writes no minus before a zero.
        if self.negative && self.mantissa != 0 {
            f.write_str("-")?;
        }
        let unit = 10u128.pow(u32::from(self.scale));
        write!(f, "{}", self.mantissa / unit)?;
        if self.scale > 0 {
            let width = usize::from(self.scale);
            write!(f, ".{:0width$}", self.mantissa % unit)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Decimal;

    #[test]
    fn digits_are_kept() {
        for text in ["0", "1", "12345.6700", "-0.5", "79228162514264337593543950335", "0.00"] {
            let decimal = Decimal::parse(text).unwrap();
            assert_eq!(decimal.to_string(), text);
            assert_eq!(Decimal::from_bytes(decimal.to_bytes()), Some(decimal));
        }
        for (text, plain) in [("+1", "1"), (".5", "0.5"), ("5.", "5"), ("-0", "0"), ("007", "7")] {
            assert_eq!(Decimal::parse(text).unwrap().to_string(), plain);
        }
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        for text in [
            "",
            ".",
            "-",
            "1e3",
            "1,5",
            "79228162514264337593543950336",
            "1.00000000000000000000000000000",
        ] {
            assert_eq!(Decimal::parse(text), None, "{text}");
        }
        let mut bytes = [0; 16];
        bytes[2] = 29;
        assert_eq!(Decimal::from_bytes(bytes), None, "a scale of 29");
        bytes[2..4].copy_from_slice(&[0, 1]);
        assert_eq!(Decimal::from_bytes(bytes), None, "a sign that is none");
    }
}
