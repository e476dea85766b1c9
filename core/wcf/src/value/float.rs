//! Floating point numbers as .NET Core 3.0 and later write them: the shortest digits that come back
//! as the same number, with an exponent when the number is long.

mod exact;
mod short;

use exact::{DOUBLE, Kind, SINGLE};

/// Writes a double; `INF`, `-INF` and `NaN` as XML Schema wants them.
pub fn write_f64(value: f64) -> String {
    let digits = || {
        short::digits(value.abs())
            .unwrap_or_else(|| digits(value.to_bits() & (u64::MAX >> 1), DOUBLE))
    };
    let written = || layout(value.is_sign_negative(), digits(), 17);
    special(value).map_or_else(written, str::to_owned)
}

/// Writes a single.
pub fn write_f32(value: f32) -> String {
    let number = u64::from(value.to_bits() & (u32::MAX >> 1));
    let written = || layout(value.is_sign_negative(), digits(number, SINGLE), 9);
    special(f64::from(value)).map_or_else(written, str::to_owned)
}

fn special(value: f64) -> Option<&'static str> {
    match value {
        _ if value.is_nan() => Some("NaN"),
        f64::INFINITY => Some("INF"),
        f64::NEG_INFINITY => Some("-INF"),
        _ => None,
    }
}

fn digits(number: u64, kind: Kind) -> (String, i32) {
    if number == 0 { ("0".to_owned(), 0) } else { exact::digits(number, kind) }
}

/// Lays digits out: `width` is how many places .NET's "R" format writes before it turns to an
/// exponent.
fn layout(negative: bool, (digits, exponent): (String, i32), width: i32) -> String {
    let sign = if negative { "-" } else { "" };
    let count = i32::try_from(digits.len()).unwrap_or(i32::MAX);
    let (place, size) = (exponent + 1, digits.len());
    if place > width.max(count) || place < -3 {
        let point = if size > 1 { "." } else { "" };
        let mark = if exponent < 0 { '-' } else { '+' };
        return format!(
            "{sign}{}{point}{}E{mark}{:02}",
            &digits[..1],
            &digits[1..],
            exponent.abs()
        );
    }
    match usize::try_from(place) {
        Ok(place) if place >= size => format!("{sign}{digits}{}", "0".repeat(place - size)),
        Ok(place) if place > 0 => format!("{sign}{}.{}", &digits[..place], &digits[place..]),
        _ => format!("{sign}0.{}{digits}", "0".repeat(place.unsigned_abs() as usize)),
    }
}

/// Reads a double as XML Schema writes it.
pub fn parse_f64(text: &str) -> Option<f64> {
    match text {
        "INF" => Some(f64::INFINITY),
        "-INF" => Some(f64::NEG_INFINITY),
        // .NET's has its sign bit set, and shows it in binary.
        "NaN" => Some(f64::from_bits(0xfff8 << 48)),
        // Rust would also read its own words for these.
        _ => {
            let (sign, digits) = signed(text);
            let number = short::read(digits).map(f64::to_bits);
            Some(f64::from_bits(sign << 63 | number.or_else(|| exact::read(digits, DOUBLE))?))
        }
    }
}

/// Reads a single as XML Schema writes it.
pub fn parse_f32(text: &str) -> Option<f32> {
    match text {
        "INF" => Some(f32::INFINITY),
        "-INF" => Some(f32::NEG_INFINITY),
        "NaN" => Some(f32::from_bits(0xffc0 << 16)),
        _ => {
            let (sign, digits) = signed(text);
            let number = exact::read(digits, SINGLE)?;
            u32::try_from(sign << 31 | number).ok().map(f32::from_bits)
        }
    }
}

/// The sign as a bit, and the rest.
fn signed(text: &str) -> (u64, &str) {
    (text.starts_with('-').into(), text.strip_prefix(['+', '-']).unwrap_or(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Written by .NET Core 3.1 (`XmlDictionaryWriter.WriteValue`).
    #[test]
    fn doubles_look_as_dotnet_writes_them() {
        for (value, text) in [
            (0.0, "0"),
            (-0.0, "-0"),
            (10.0, "10"),
            (0.1, "0.1"),
            (1e14, "100000000000000"),
            (1e15, "1000000000000000"),
            (1e18, "1E+18"),
            (123456789012345680.0, "1.2345678901234568E+17"),
            (1234567890123456.5, "1234567890123456.5"),
            (0.0001, "0.0001"),
            (0.00001, "1E-05"),
            (1.5e-10, "1.5E-10"),
            (123456.789, "123456.789"),
            (5e-324, "5E-324"),
            (f64::MAX, "1.7976931348623157E+308"),
            (1e300, "1E+300"),
            (-2147483649.0, "-2147483649"),
            (99999999999999.9, "99999999999999.9"),
            (f64::INFINITY, "INF"),
            (f64::NEG_INFINITY, "-INF"),
        ] {
            assert_eq!(write_f64(value), text);
            assert_eq!(parse_f64(text), Some(value), "{text}");
        }
    }

    /// Written by the same.
    #[test]
    fn singles_look_as_dotnet_writes_them() {
        for (value, text) in [
            (1.5f32, "1.5"),
            (0.1, "0.1"),
            (1e7, "10000000"),
            (3.3e9, "3.3E+09"),
            (1e10, "1E+10"),
            (0.0001, "0.0001"),
            (0.00001, "1E-05"),
            (3e38, "3E+38"),
            (1e-45, "1E-45"),
            (-0.0, "-0"),
        ] {
            assert_eq!(write_f32(value), text);
            assert_eq!(parse_f32(text), Some(value), "{text}");
        }
    }

    #[test]
    fn words_that_only_rust_knows_are_refused() {
        assert!(parse_f64("NaN").is_some_and(f64::is_nan));
        for text in ["inf", "infinity", "nan", "", "+INF", "0x1", "1_0", "1e"] {
            assert_eq!(parse_f64(text), None, "{text}");
            assert_eq!(parse_f32(text), None, "{text}");
        }
    }
}
