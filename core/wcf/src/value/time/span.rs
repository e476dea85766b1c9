//! Spans: `P1DT2H3M4.005S`.

use super::{DAY, HOUR, MINUTE, SECOND, fraction, parse_fraction};
use std::fmt::{self, Write};

/// A span of time.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct TimeSpan {
    /// In units of 100 nanoseconds.
    pub ticks: i64,
}

impl TimeSpan {
    /// Reads a duration of XML Schema. Like .NET it counts a year as 365 days and a month as 30.
    pub fn parse(text: &str) -> Option<TimeSpan> {
        let (negative, text) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
        let text = text.strip_prefix('P')?;
        let (date, time) = match text.split_once('T') {
            Some((_, "")) => return None,
            Some(parts) => parts,
            None => (text, ""),
        };
        if date.is_empty() && time.is_empty() {
            return None;
        }
        let days = sum(date, &[('Y', 365 * DAY), ('M', 30 * DAY), ('D', DAY)])?;
        let (time, seconds) = match time.strip_suffix('S').map(str::as_bytes) {
            Some(digits) => {
                let from = digits.iter().rposition(|byte| matches!(byte, b'H' | b'M'));
                let from = from.map_or(0, |at| at + 1);
                (&time[..from], seconds(&time[from..time.len() - 1])?)
            }
            None => (time, 0),
        };
        let ticks = sum(time, &[('H', HOUR), ('M', MINUTE)])?.checked_add(days)?;
        let ticks = ticks.checked_add(seconds)?;
        let ticks = if negative { -ticks } else { ticks };
        Some(TimeSpan { ticks: i64::try_from(ticks).ok()? })
    }
}

/// Adds up numbers that each stand before their letter, in the order of the letters.
fn sum(mut text: &str, units: &[(char, i64)]) -> Option<i128> {
    let mut total = 0i128;
    for (letter, ticks) in units {
        if let Some((number, rest)) = text.split_once(*letter) {
            total = total.checked_add(whole(number)?.checked_mul(i128::from(*ticks))?)?;
            text = rest;
        }
    }
    text.is_empty().then_some(total)
}

fn seconds(text: &str) -> Option<i128> {
    let (number, rest) = match text.split_once('.') {
        Some((number, digits)) => (number, parse_fraction(digits)?),
        None => (text, 0),
    };
    whole(number)?.checked_mul(i128::from(SECOND))?.checked_add(i128::from(rest))
}

fn whole(digits: &str) -> Option<i128> {
    let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    if plain { digits.parse::<i64>().ok().map(i128::from) } else { None }
}

impl fmt::Display for TimeSpan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.ticks == 0 {
            return f.write_str("PT0S");
        }
        f.write_str(if self.ticks < 0 { "-P" } else { "P" })?;
        let mut rest = self.ticks.unsigned_abs();
        let mut part = |f: &mut fmt::Formatter<'_>, unit: i64, letter: char| {
            let count = rest / unit.unsigned_abs();
            rest %= unit.unsigned_abs();
            if count > 0 { write!(f, "{count}{letter}") } else { Ok(()) }
        };
        part(f, DAY, 'D')?;
        if self.ticks % DAY == 0 {
            return Ok(());
        }
        f.write_char('T')?;
        part(f, HOUR, 'H')?;
        part(f, MINUTE, 'M')?;
        if rest > 0 {
            write!(f, "{}{}S", rest / SECOND.unsigned_abs(), fraction(rest))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::TimeSpan;

    /// Written by .NET Core 3.1.
    #[test]
    fn spans_look_as_dotnet_writes_them() {
        for (ticks, text) in [
            (0, "PT0S"),
            (1, "PT0.0000001S"),
            (-1, "-PT0.0000001S"),
            (10_000_000, "PT1S"),
            (864_000_000_000, "P1D"),
            (36_000_000_000, "PT1H"),
            (600_000_000, "PT1M"),
            (i64::MAX, "P10675199DT2H48M5.4775807S"),
            (i64::MIN, "-P10675199DT2H48M5.4775808S"),
            (-123_456_789, "-PT12.3456789S"),
            (937_840_050_000, "P1DT2H3M4.005S"),
        ] {
            assert_eq!(TimeSpan { ticks }.to_string(), text);
            assert_eq!(TimeSpan::parse(text), Some(TimeSpan { ticks }), "{text}");
        }
    }

    #[test]
    fn other_writers_are_understood_and_nonsense_is_not() {
        for (text, ticks) in [
            ("P1Y", 365 * super::DAY),
            ("P1M", 30 * super::DAY),
            ("P1Y2M3DT4H", (365 + 60 + 3) * super::DAY + 4 * super::HOUR),
            ("PT90M", 90 * super::MINUTE),
            ("PT0.00000005S", 1),
            ("P0D", 0),
        ] {
            assert_eq!(TimeSpan::parse(text), Some(TimeSpan { ticks }), "{text}");
        }
        for text in [
            "",
            "P",
            "PT",
            "P1",
            "1D",
            "P1S",
            "PT1D",
            "P1DT",
            "PT1.S",
            "PT.5S",
            "P-1D",
            "PT1M1H",
            "P10675199DT2H48M5.4775808S",
            "P99999999999999999999D",
        ] {
            assert_eq!(TimeSpan::parse(text), None, "{text}");
        }
    }
}
