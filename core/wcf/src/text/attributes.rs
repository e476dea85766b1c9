//! The attributes of a start tag (XML 1.0 productions 25, 40 and 41).

use super::characters;
use crate::error::XmlError;
use crate::xml::{Limits, check};

/// One attribute as it was written: its qualified name and its value, read.
pub(super) struct Raw<'a> {
    pub(super) name: &'a str,
    pub(super) value: String,
    pub(super) at: usize,
}

/// Takes the part of a start tag behind the name apart.
pub(super) fn parse<'a>(
    tag: &'a str,
    at: usize,
    limits: &Limits,
) -> Result<Vec<Raw<'a>>, XmlError> {
    let mut found = Vec::new();
    let mut rest = tag;
    loop {
        let blank = rest.trim_start_matches(is_space);
        if blank.is_empty() {
            return Ok(found);
        }
        let place = at + tag.len() - blank.len();
        if blank.len() == rest.len() {
            return Err(XmlError::malformed("no space before an attribute", place));
        }
        let (raw, behind) = one(blank, place)?;
        found.push(raw);
        // Declarations are attributes here, so there may be as many of each.
        check("the number of attributes", found.len(), limits.attributes.saturating_mul(2))?;
        rest = behind;
    }
}

fn one(text: &str, at: usize) -> Result<(Raw<'_>, &str), XmlError> {
    let wrong = |reason: &str| XmlError::malformed(reason, at);
    let (name, rest) = text.split_once('=').ok_or_else(|| wrong("an attribute without a value"))?;
    let rest = rest.trim_start_matches(is_space);
    let quote = rest.chars().next().filter(|quote| ['"', '\''].contains(quote));
    let quote = quote.ok_or_else(|| wrong("an attribute without quotes"))?;
    let (raw, behind) =
        rest[1..].split_once(quote).ok_or_else(|| wrong("an attribute that does not end"))?;
    let mut value = String::with_capacity(raw.len());
    characters::read(raw, true, at, &mut value)?;
    Ok((Raw { name: name.trim_end_matches(is_space), value, at }, behind))
}

pub(super) fn is_space(letter: char) -> bool {
    matches!(letter, ' ' | '\t' | '\r' | '\n')
}
