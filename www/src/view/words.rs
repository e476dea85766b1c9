//! Times and numbers as they are written everywhere on the page.

use sessionful::Timestamp;

/// A time of the run: seconds and milliseconds.
pub(super) fn time(at: Timestamp) -> String {
    let millis = at.0 / 1000;
    format!("{}.{:03}", millis / 1000, millis % 1000)
}

/// A span, in the unit that suits it.
pub(super) fn span(micros: u64) -> String {
    match micros {
        0 => "0".into(),
        1..1_000 => format!("{micros} µs"),
        1_000..10_000_000 => format!("{} ms", micros / 1_000),
        _ => format!("{:.1} s", micros as f64 / 1e6),
    }
}

/// A count with a thin space between thousands.
pub(super) fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push('\u{202f}');
        }
        out.push(digit);
    }
    out
}
