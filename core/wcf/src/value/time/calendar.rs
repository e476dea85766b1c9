//! Points in time: `2024-02-29T13:14:15.12Z`.

use super::{DAY, HOUR, MINUTE, SECOND, fraction, parse_fraction};
use std::fmt;

/// A point in time between the years 1 and 9999.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct DateTime {
    /// What the clock showed, in units of 100 nanoseconds since the first of January of year 1.
    ticks: i64,
    zone: Zone,
}

/// Which clock a time was read from.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum Zone {
    /// Nobody said.
    #[default]
    Unspecified,
    /// The clock of UTC.
    Utc,
    /// A clock that is ahead of UTC by so many minutes. Binary XML says only that a clock was local
    /// (`[MC-NBFX]` 2.2.3.17); as no zone is known here, it is read as UTC's.
    Local(i16),
}

impl DateTime {
    const END: i64 = 3_652_059 * DAY;

    /// A point in time; `None` outside the years 1 to 9999.
    pub fn new(ticks: i64, zone: Zone) -> Option<DateTime> {
        let zone_fits = !matches!(zone, Zone::Local(minutes) if minutes.abs() > 14 * 60);
        ((0..DateTime::END).contains(&ticks) && zone_fits).then_some(DateTime { ticks, zone })
    }

    /// What the clock showed, in units of 100 nanoseconds since the first of January of year 1.
    pub fn ticks(self) -> i64 {
        self.ticks
    }

    /// Which clock it was.
    pub fn zone(self) -> Zone {
        self.zone
    }

    /// Milliseconds since 1970 by UTC's clock, which is what JavaScript counts. An unspecified time
    /// is taken for UTC's.
    pub fn unix_millis(self) -> f64 {
        let ahead =
            if let Zone::Local(minutes) = self.zone { i64::from(minutes) * MINUTE } else { 0 };
        (self.ticks - ahead - 719_162 * DAY) as f64 / 10_000.0
    }

    /// Reads a time of XML Schema.
    pub fn parse(text: &str) -> Option<DateTime> {
        let (date, time) = text.split_once('T')?;
        let [year, month, day] = numbers(date, '-', [4, 2, 2])?;
        let days = days_before(year, month)? + day;
        if !(1..=days_in(year, month)?).contains(&day) {
            return None;
        }
        let (time, zone) = split_zone(time)?;
        let (clock, rest) = match time.split_once('.') {
            Some((clock, digits)) => (clock, parse_fraction(digits)?),
            None => (time, 0),
        };
        let [hour, minute, second] = numbers(clock, ':', [2, 2, 2])?;
        let end_of_day = hour == 24 && minute == 0 && second == 0 && rest == 0;
        if (hour > 23 && !end_of_day) || minute > 59 || second > 59 {
            return None;
        }
        let ticks = (days - 1) * DAY + hour * HOUR + minute * MINUTE + second * SECOND + rest;
        DateTime::new(ticks, zone)
    }
}

fn split_zone(time: &str) -> Option<(&str, Zone)> {
    if let Some(time) = time.strip_suffix('Z') {
        return Some((time, Zone::Utc));
    }
    let Some(at) = time.rfind(['+', '-']) else { return Some((time, Zone::Unspecified)) };
    let [hours, minutes] = numbers(&time[at + 1..], ':', [2, 2])?;
    let minutes = i16::try_from(hours * 60 + minutes % 60).ok().filter(|_| minutes < 60)?;
    let minutes = if time[at..].starts_with('-') { -minutes } else { minutes };
    Some((&time[..at], Zone::Local(minutes)))
}

fn numbers<const N: usize>(text: &str, between: char, widths: [usize; N]) -> Option<[i64; N]> {
    let (mut numbers, mut parts) = ([0; N], text.split(between));
    for (number, width) in numbers.iter_mut().zip(widths) {
        let part = parts.next()?;
        if part.len() != width || !part.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        *number = part.parse().ok()?;
    }
    parts.next().is_none().then_some(numbers)
}

fn is_leap(year: i64) -> bool {
    (year % 4 == 0 && year % 100 != 0) || year % 400 == 0
}

fn days_in(year: i64, month: i64) -> Option<i64> {
    Some(match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    })
}

/// Whole days between the beginning of year 1 and that of the month.
fn days_before(year: i64, month: i64) -> Option<i64> {
    let past = year.checked_sub(1).filter(|past| *past >= 0)?;
    let months: Option<i64> = (1..month).map(|month| days_in(year, month)).sum();
    Some(past * 365 + past / 4 - past / 100 + past / 400 + months?)
}

impl fmt::Display for DateTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (days, time) = (self.ticks / DAY, self.ticks % DAY);
        let mut year = days / 366 + 1;
        while days_before(year + 1, 1).is_some_and(|before| before <= days) {
            year += 1;
        }
        let mut month = 1;
        while month < 12 && days_before(year, month + 1).is_some_and(|before| before <= days) {
            month += 1;
        }
        let day = days - days_before(year, month).unwrap_or(0) + 1;
        let (hour, minute, second) = (time / HOUR, time / MINUTE % 60, time / SECOND % 60);
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}")?;
        f.write_str(&fraction(time.unsigned_abs()))?;
        match self.zone {
            Zone::Unspecified => Ok(()),
            Zone::Utc => f.write_str("Z"),
            Zone::Local(minutes) => {
                let sign = if minutes < 0 { '-' } else { '+' };
                write!(f, "{sign}{:02}:{:02}", minutes.abs() / 60, minutes.abs() % 60)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{DateTime, Zone};

    /// Ticks and texts are .NET's.
    #[test]
    fn times_look_as_dotnet_writes_them() {
        for (ticks, zone, text) in [
            (0, Zone::Unspecified, "0001-01-01T00:00:00"),
            (3_155_378_975_999_999_999, Zone::Unspecified, "9999-12-31T23:59:59.9999999"),
            (638_396_640_000_000_000, Zone::Local(0), "2024-01-01T00:00:00+00:00"),
            (638_397_503_990_000_010, Zone::Utc, "2024-01-01T23:59:59.000001Z"),
            (638_396_640_000_050_000, Zone::Utc, "2024-01-01T00:00:00.005Z"),
            (638_396_640_000_000_000, Zone::Local(-330), "2024-01-01T00:00:00-05:30"),
        ] {
            let time = DateTime::new(ticks, zone).unwrap();
            assert_eq!(time.to_string(), text);
            assert_eq!(DateTime::parse(text), Some(time), "{text}");
        }
    }

    #[test]
    fn every_day_of_four_centuries_comes_back() {
        for day in 0..(400 * 366) {
            let time = DateTime::new(day * super::DAY, Zone::Utc).unwrap();
            assert_eq!(DateTime::parse(&time.to_string()), Some(time));
        }
    }

    #[test]
    fn times_that_are_none_are_refused() {
        for text in [
            "",
            "2024-02-30T00:00:00",
            "2023-02-29T00:00:00",
            "2024-13-01T00:00:00",
            "2024-00-01T00:00:00",
            "0000-01-01T00:00:00",
            "2024-01-01",
            "2024-01-01T25:00:00",
            "2024-01-01T24:00:01",
            "2024-01-01T00:60:00",
            "2024-01-01T00:00:00.",
            "2024-01-01T00:00:00+15:00",
            "2024-01-01T00:00:00+01:60",
            "24-01-01T00:00:00",
            "2024-01-01T00:00:00z",
            "9999-12-31T24:00:00",
            "+024-01-01T00:00:00",
        ] {
            assert_eq!(DateTime::parse(text), None, "{text}");
        }
        let midnight = DateTime::parse("2024-01-02T00:00:00");
        assert_eq!(DateTime::parse("2024-01-01T24:00:00"), midnight);
    }

    #[test]
    fn javascript_counts_from_1970_by_utc() {
        for (text, millis) in [
            ("1970-01-01T00:00:00Z", 0.0),
            ("1970-01-01T01:00:00.0005+01:00", 0.5),
            ("2024-02-29T13:14:15.12Z", 1_709_212_455_120.0),
        ] {
            assert_eq!(DateTime::parse(text).unwrap().unix_millis(), millis, "{text}");
        }
    }
}
