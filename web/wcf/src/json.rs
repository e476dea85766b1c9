//! Writing JSON, as far as messages need it.

use sessionful_wcf::value::to_base64;

/// Begins another member of an object that has one already.
pub(crate) fn member(json: &mut String, name: &str) {
    json.push_str(",\"");
    json.push_str(name);
    json.push_str("\":");
}

/// Writes a text.
pub(crate) fn string(json: &mut String, text: &str) {
    json.push('"');
    let mut from = 0;
    for (at, byte) in text.bytes().enumerate() {
        if byte >= b' ' && byte != b'"' && byte != b'\\' {
            continue;
        }
        json.push_str(&text[from..at]);
        json.push_str("\\u00");
        for half in [byte >> 4, byte & 15] {
            json.push(char::from_digit(half.into(), 16).unwrap_or_default());
        }
        from = at + 1;
    }
    json.push_str(&text[from..]);
    json.push('"');
}

/// Writes a whole number.
pub(crate) fn number(json: &mut String, number: u64) {
    json.push_str(&number.to_string());
}

/// Writes bytes, as a text that needs no escapes.
pub(crate) fn base64(json: &mut String, bytes: &[u8]) {
    json.push('"');
    json.push_str(&to_base64(bytes));
    json.push('"');
}

#[cfg(test)]
mod tests {
    use super::string;

    /// RFC 8259 section 7.
    #[test]
    fn what_json_forbids_in_a_text_is_escaped() {
        let mut json = String::new();
        string(&mut json, "a\"\\\n\u{1f}\u{7f}é\u{2028}😀");
        assert_eq!(json, "\"a\\u0022\\u005c\\u000a\\u001f\u{7f}é\u{2028}😀\"");
    }
}
