//! Points and spans of time in .NET's unit: ticks of 100 nanoseconds.

mod calendar;
mod span;

pub use calendar::{DateTime, Zone};
pub use span::TimeSpan;

/// How many ticks a second has.
const SECOND: i64 = 10_000_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// A fraction of a second with up to seven digits and without trailing zeros; nothing for zero.
fn fraction(ticks: u64) -> String {
    let ticks = ticks % SECOND.unsigned_abs();
    if ticks == 0 {
        return String::new();
    }
    format!(".{ticks:07}").trim_end_matches('0').to_owned()
}

/// Reads the digits of a fraction as ticks; digits beyond the seventh round it, as .NET does.
fn parse_fraction(digits: &str) -> Option<i64> {
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let mut ticks = 0;
    for place in 0..7 {
        ticks = ticks * 10 + digits.as_bytes().get(place).map_or(0, |byte| i64::from(byte - b'0'));
    }
    let up = digits.as_bytes().get(7).is_some_and(|byte| *byte >= b'5');
    Some(ticks + i64::from(up))
}
