//! How wide a text is, about: SVG does not cut texts off, and asking the browser costs a layout.

/// The width in pixels, in the usual sans-serif faces at a size; a little more rather than less.
pub(super) fn width(text: &str, size: f32) -> f32 {
    text.chars().map(advance).sum::<f32>() * size
}

fn advance(letter: char) -> f32 {
    match letter {
        'i' | 'j' | 'l' | '\'' | '.' | ',' | ':' | ';' | '|' | '!' => 0.27,
        'f' | 't' | 'r' | 'I' | '(' | ')' | '[' | ']' | ' ' | '-' | '·' => 0.36,
        'm' | 'M' | 'w' | 'W' | '@' | '%' => 0.88,
        '…' => 1.0,
        'A'..='Z' | '+' | '=' | '<' | '>' | '×' => 0.7,
        _ => 0.57,
    }
}

/// As much of a text as there is room for, with dots for the rest.
pub(super) fn fit(text: &str, size: f32, room: f32) -> String {
    if width(text, size) <= room {
        return text.into();
    }
    let mut left = room / size - advance('…');
    let kept: String = text
        .chars()
        .take_while(|letter| {
            left -= advance(*letter);
            left >= 0.0
        })
        .collect();
    format!("{}…", kept.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fits_is_left_alone() {
        assert_eq!(fit("add", 12.0, 40.0), "add");
        assert_eq!(fit("", 12.0, 0.0), "");
    }

    #[test]
    fn what_does_not_is_cut_with_dots_and_then_fits() {
        let cut = fit("multiplyByAVeryLargeNumber", 12.0, 60.0);
        assert!(cut.ends_with('…') && cut.starts_with("mul"), "{cut}");
        assert!(width(&cut, 12.0) <= 60.0);
        assert_eq!(fit("abc", 12.0, 1.0), "…");
    }
}
