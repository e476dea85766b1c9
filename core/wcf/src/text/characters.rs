//! Characters: references and line ends on the way in, escapes on the way out.

use crate::error::XmlError;
use crate::xml::{are_chars, is_char};

/// What a piece of text or an attribute says (XML 1.0 sections 2.11, 3.3.3, 4.1).
pub(super) fn read(
    raw: &str,
    attribute: bool,
    at: usize,
    into: &mut String,
) -> Result<(), XmlError> {
    let mut rest = raw;
    let special = |byte: u8| matches!(byte, b'&' | b'\r' | b'\n' | b'\t' | b'<' | b']');
    while let Some(index) = rest.bytes().position(special) {
        plain(&rest[..index], at, into)?;
        let place = at + raw.len() - rest.len() + index;
        rest = &rest[index..];
        rest = match rest.as_bytes()[0] {
            b'&' => reference(rest, place, into)?,
            b'<' => return Err(XmlError::malformed("`<` in text", place)),
            b']' if !attribute && rest.starts_with("]]>") => {
                return Err(XmlError::malformed("`]]>` in text", place));
            }
            b']' => {
                into.push(']');
                &rest[1..]
            }
            b'\r' => {
                into.push(if attribute { ' ' } else { '\n' });
                rest[1..].strip_prefix('\n').unwrap_or(&rest[1..])
            }
            byte => {
                into.push(if attribute { ' ' } else { char::from(byte) });
                &rest[1..]
            }
        };
    }
    plain(rest, at, into)
}

/// What a section of character data says: line ends only.
pub(super) fn read_cdata(raw: &str, at: usize, into: &mut String) -> Result<(), XmlError> {
    let mut parts = raw.split('\r');
    plain(parts.next().unwrap_or_default(), at, into)?;
    for part in parts {
        into.push('\n');
        plain(part.strip_prefix('\n').unwrap_or(part), at, into)?;
    }
    Ok(())
}

/// Refuses what XML cannot carry.
pub(super) fn plain(text: &str, at: usize, into: &mut String) -> Result<(), XmlError> {
    if !are_chars(text) {
        let bad = text.chars().find(|letter| !is_char(*letter)).unwrap_or_default();
        return Err(XmlError::malformed(format!("the character {bad:?}"), at));
    }
    into.push_str(text);
    Ok(())
}

fn reference<'a>(rest: &'a str, at: usize, into: &mut String) -> Result<&'a str, XmlError> {
    let wrong = || XmlError::malformed("a reference that is none", at);
    let end = rest.find(';').ok_or_else(wrong)?;
    let letter = match &rest[1..end] {
        "lt" => '<',
        "gt" => '>',
        "amp" => '&',
        "apos" => '\'',
        "quot" => '"',
        name => number(name).ok_or_else(wrong)?,
    };
    into.push(letter);
    Ok(&rest[end + 1..])
}

fn number(name: &str) -> Option<char> {
    let digits = name.strip_prefix('#')?;
    let (digits, radix) = digits.strip_prefix('x').map_or((digits, 10), |digits| (digits, 16));
    // `from_str_radix` would take a sign.
    let plain = digits.chars().all(|digit| digit.is_digit(radix));
    let code = u32::from_str_radix(digits, radix).ok().filter(|_| plain)?;
    char::from_u32(code).filter(|letter| is_char(*letter))
}

/// Writes text as .NET's writer does: an attribute also escapes quotes and all white space but the
/// blank, an element only the carriage return, which a reader would take for a line end.
pub(super) fn write(text: &str, attribute: bool, into: &mut String) -> Result<(), XmlError> {
    if !are_chars(text) {
        let bad = text.chars().find(|letter| !is_char(*letter)).unwrap_or_default();
        return Err(XmlError::Unwritable(format!("the character {bad:?}")));
    }
    let mut from = 0;
    for (at, byte) in text.bytes().enumerate() {
        let escaped = match byte {
            b'&' => "&amp;",
            b'<' => "&lt;",
            b'>' => "&gt;",
            b'\r' => "&#xD;",
            b'"' if attribute => "&quot;",
            b'\n' if attribute => "&#xA;",
            b'\t' if attribute => "&#x9;",
            _ => continue,
        };
        into.push_str(&text[from..at]);
        into.push_str(escaped);
        from = at + 1;
    }
    into.push_str(&text[from..]);
    Ok(())
}
