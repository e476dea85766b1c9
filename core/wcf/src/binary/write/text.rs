//! Text records: numbers as short as they can be said.

use super::Writer;
use crate::binary::record;
use crate::binary::strings::known_id;
use crate::error::XmlError;
use crate::value::{DateTime, Value, Zone};
use crate::xml::ArrayKind;

impl Writer<'_> {
    /// A text in an element; nothing for an empty one.
    pub(super) fn text(&mut self, value: &Value) -> Result<(), XmlError> {
        match value {
            _ if value.is_empty() => Ok(()),
            Value::Bytes(bytes) => {
                // .NET writes whole groups of three bytes first, then the rest.
                let (groups, rest) = bytes.split_at(bytes.len() - bytes.len() % 3);
                for part in [groups, rest].into_iter().filter(|part| !part.is_empty()) {
                    check_length(part.len())?;
                    self.pages.sized(record::BYTES8, part);
                }
                Ok(())
            }
            Value::QName { prefix, local } if !self.qname(prefix, local) => {
                // As .NET does it: in three pieces.
                if !prefix.is_empty() {
                    self.characters(prefix)?;
                    self.characters(":")?;
                }
                self.characters(local)
            }
            Value::QName { .. } => Ok(()),
            _ => self.record(value),
        }
    }

    /// The one text of an attribute.
    pub(super) fn attribute_text(&mut self, value: &Value) -> Result<(), XmlError> {
        if value.is_empty() {
            self.characters("")?;
        } else {
            self.record(value)?;
        }
        self.pages.seal();
        Ok(())
    }

    /// A qualified name is a record of its own if its prefix is a letter and its local name can be
    /// announced (2.2.3.36).
    fn qname(&mut self, prefix: &str, local: &str) -> bool {
        let [letter @ b'a'..=b'z'] = prefix.as_bytes() else { return false };
        let Some(id) = self.announce(local) else { return false };
        self.pages.text(record::QNAME_DICTIONARY, &[letter - b'a']);
        self.pages.number(id as usize);
        true
    }

    fn record(&mut self, value: &Value) -> Result<(), XmlError> {
        let pages = &mut self.pages;
        match value {
            Value::Text(text) => return self.characters(text),
            Value::Shared(text) => return self.shared(text),
            Value::Bool(false) => pages.text(record::FALSE, &[]),
            Value::Bool(true) => pages.text(record::TRUE, &[]),
            Value::Int(value) => self.integer(*value),
            Value::UInt(value) => match i64::try_from(*value) {
                Ok(value) => self.integer(value),
                Err(_) => pages.text(record::UINT64, &value.to_le_bytes()),
            },
            Value::Float(value) => self.float(*value),
            Value::Double(value) if f64::from(*value as f32) == *value && value.is_finite() => {
                self.float(*value as f32);
            }
            Value::Double(value) => pages.text(record::DOUBLE, &value.to_le_bytes()),
            Value::Decimal(value) => pages.text(record::DECIMAL, &value.to_bytes()),
            Value::DateTime(value) => pages.text(record::DATE_TIME, &date_time(*value)),
            Value::TimeSpan(value) => pages.text(record::TIME_SPAN, &value.ticks.to_le_bytes()),
            Value::Guid(value) => pages.text(record::GUID, &value.0),
            Value::UniqueId(value) => pages.text(record::UNIQUE_ID, &value.0),
            Value::Bytes(bytes) => {
                check_length(bytes.len())?;
                pages.sized(record::BYTES8, bytes);
            }
            Value::QName { prefix, local } => {
                if !self.qname(prefix, local) {
                    self.characters(&value.to_text())?;
                }
            }
            Value::List(values) => self.list(values)?,
        }
        Ok(())
    }

    fn list(&mut self, values: &[Value]) -> Result<(), XmlError> {
        self.pages.kind(record::START_LIST);
        for value in values {
            match value {
                // A list in a list is no list of [MC-NBFX].
                Value::List(_) => self.characters(&value.to_text())?,
                _ => self.record(value)?,
            }
        }
        // The end of a list is not a text that .NET ends an element with.
        self.pages.seal();
        self.pages.kind(record::END_LIST);
        Ok(())
    }

    fn shared(&mut self, text: &str) -> Result<(), XmlError> {
        match known_id(text).or_else(|| self.announce(text)) {
            Some(id) => {
                self.pages.text(record::DICTIONARY, &[]);
                self.pages.number(id as usize);
                Ok(())
            }
            None if text.len() < 2 => self.characters(text),
            None => {
                check_length(text.len())?;
                self.pages.sized(record::CHARS8, text.as_bytes());
                Ok(())
            }
        }
    }

    fn integer(&mut self, value: i64) {
        let pages = &mut self.pages;
        if let Ok(small) = i8::try_from(value) {
            match small {
                0 => pages.text(record::ZERO, &[]),
                1 => pages.text(record::ONE, &[]),
                _ => pages.text(record::INT8, &small.to_le_bytes()),
            }
        } else if let Ok(value) = i16::try_from(value) {
            pages.text(record::INT16, &value.to_le_bytes());
        } else if let Ok(value) = i32::try_from(value) {
            pages.text(record::INT32, &value.to_le_bytes());
        } else {
            pages.text(record::INT64, &value.to_le_bytes());
        }
    }

    /// A single that is a whole number goes as one; the sign of a zero is lost, as in .NET.
    fn float(&mut self, value: f32) {
        // 2^63 is the first that does not fit; its negative does.
        let fits = (-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&value);
        if fits && value.fract() == 0.0 {
            self.integer(value as i64);
        } else {
            self.pages.text(record::FLOAT, &value.to_le_bytes());
        }
    }

    /// .NET writes a text of one letter, `0` or `1`, as the number that it looks like.
    fn characters(&mut self, text: &str) -> Result<(), XmlError> {
        match text {
            "" => self.pages.text(record::EMPTY, &[]),
            "0" => self.pages.text(record::ZERO, &[]),
            "1" => self.pages.text(record::ONE, &[]),
            _ => {
                check_length(text.len())?;
                self.pages.chars(text);
            }
        }
        Ok(())
    }
}

/// A length has 31 bits.
fn check_length(length: usize) -> Result<(), XmlError> {
    crate::xml::check("the length of a text", length, i32::MAX as usize / 2)
}

fn date_time(value: DateTime) -> [u8; 8] {
    let zone = match value.zone() {
        Zone::Unspecified => 0,
        Zone::Utc => 1,
        Zone::Local(_) => 2,
    };
    (value.ticks().unsigned_abs() | zone << 62).to_le_bytes()
}

/// Writes a value of an array, without a type of its own; false if it is not of that kind.
pub(super) fn fixed(value: &Value, kind: ArrayKind, into: &mut Vec<u8>) -> bool {
    match (kind, value) {
        (ArrayKind::Bool, Value::Bool(value)) => into.push(u8::from(*value)),
        (ArrayKind::Int16, Value::Int(value)) => match i16::try_from(*value) {
            Ok(value) => into.extend_from_slice(&value.to_le_bytes()),
            Err(_) => return false,
        },
        (ArrayKind::Int32, Value::Int(value)) => match i32::try_from(*value) {
            Ok(value) => into.extend_from_slice(&value.to_le_bytes()),
            Err(_) => return false,
        },
        (ArrayKind::Int64, Value::Int(value)) => into.extend_from_slice(&value.to_le_bytes()),
        (ArrayKind::Float, Value::Float(value)) => into.extend_from_slice(&value.to_le_bytes()),
        (ArrayKind::Double, Value::Double(value)) => into.extend_from_slice(&value.to_le_bytes()),
        (ArrayKind::Decimal, Value::Decimal(value)) => into.extend_from_slice(&value.to_bytes()),
        (ArrayKind::DateTime, Value::DateTime(value)) => {
            into.extend_from_slice(&date_time(*value));
        }
        (ArrayKind::TimeSpan, Value::TimeSpan(value)) => {
            into.extend_from_slice(&value.ticks.to_le_bytes());
        }
        (ArrayKind::Guid, Value::Guid(value)) => into.extend_from_slice(&value.0),
        _ => return false,
    }
    true
}
