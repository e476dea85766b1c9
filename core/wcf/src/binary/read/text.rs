//! Text records ([MC-NBFX] section 2.2.3).

use super::{Reader, letter};
use crate::binary::record;
use crate::error::XmlError;
use crate::value::{DateTime, Decimal, Guid, TimeSpan, Value, Zone};
use crate::xml::is_ncname;
use bytes::Bytes;
use smol_str::SmolStr;

impl Reader<'_> {
    /// A text in an element, and whether the element ends with it.
    pub(super) fn text_with_end(&mut self, kind: u8) -> Result<(Value, bool), XmlError> {
        match kind {
            record::START_LIST => self.list(),
            _ => Ok((self.text(kind & !1)?, kind & 1 == 1)),
        }
    }

    /// A text of an even type.
    pub(super) fn text(&mut self, kind: u8) -> Result<Value, XmlError> {
        Ok(match kind {
            record::ZERO => Value::Int(0),
            record::ONE => Value::Int(1),
            record::FALSE => Value::Bool(false),
            record::TRUE => Value::Bool(true),
            record::INT8 => Value::Int(i8::from_le_bytes(self.array()?).into()),
            record::INT16 => Value::Int(i16::from_le_bytes(self.array()?).into()),
            record::INT32 => Value::Int(i32::from_le_bytes(self.array()?).into()),
            record::INT64 => Value::Int(i64::from_le_bytes(self.array()?)),
            record::UINT64 => Value::UInt(u64::from_le_bytes(self.array()?)),
            record::FLOAT => Value::Float(f32::from_le_bytes(self.array()?)),
            record::DOUBLE => Value::Double(f64::from_le_bytes(self.array()?)),
            record::DECIMAL => self.decimal()?,
            record::DATE_TIME => self.date_time()?,
            record::TIME_SPAN => {
                Value::TimeSpan(TimeSpan { ticks: i64::from_le_bytes(self.array()?) })
            }
            record::UNIQUE_ID => Value::UniqueId(Guid(self.array()?)),
            record::GUID => Value::Guid(Guid(self.array()?)),
            record::BOOL => match self.byte()? {
                0 => Value::Bool(false),
                1 => Value::Bool(true),
                _ => return Err(self.malformed("a truth value that is none")),
            },
            record::EMPTY => Value::Text(SmolStr::default()),
            record::DICTIONARY => Value::Shared(self.dictionary_string()?),
            record::QNAME_DICTIONARY => self.qname()?,
            record::START_LIST => match self.list()? {
                (list, false) => list,
                (_, true) => return Err(self.malformed("the end of an element in an attribute")),
            },
            _ => return self.sized(kind),
        })
    }

    /// Characters and bytes, which say how long they are.
    fn sized(&mut self, kind: u8) -> Result<Value, XmlError> {
        let length = match kind {
            record::CHARS8 | record::BYTES8 | record::UNICODE8 => usize::from(self.byte()?),
            record::CHARS16 | record::BYTES16 | record::UNICODE16 => {
                usize::from(u16::from_le_bytes(self.array()?))
            }
            record::CHARS32 | record::BYTES32 | record::UNICODE32 => {
                let length = i32::from_le_bytes(self.array()?);
                usize::try_from(length).map_err(|_| self.malformed("a length that is none"))?
            }
            _ => return Err(self.malformed(format!("record {kind:#04x}"))),
        };
        let bytes = self.take(length)?;
        match kind {
            record::BYTES8 | record::BYTES16 | record::BYTES32 => {
                Ok(Value::Bytes(Bytes::copy_from_slice(bytes)))
            }
            record::CHARS8 | record::CHARS16 | record::CHARS32 => {
                let text = std::str::from_utf8(bytes);
                text.map(Value::text).map_err(|_| self.malformed("text that is not UTF-8"))
            }
            _ => utf16(bytes).ok_or_else(|| self.malformed("text that is not UTF-16")),
        }
    }

    fn decimal(&mut self) -> Result<Value, XmlError> {
        let decimal = Decimal::from_bytes(self.array()?);
        decimal.map(Value::Decimal).ok_or_else(|| self.malformed("a decimal that is none"))
    }

    /// 62 bits of ticks and two of zone (2.2.3.17).
    fn date_time(&mut self) -> Result<Value, XmlError> {
        let bits = u64::from_le_bytes(self.array()?);
        let zone = match bits >> 62 {
            0 => Some(Zone::Unspecified),
            1 => Some(Zone::Utc),
            2 => Some(Zone::Local(0)),
            _ => None,
        };
        let ticks = i64::try_from(bits & !(3 << 62)).ok();
        let time = zone.zip(ticks).and_then(|(zone, ticks)| DateTime::new(ticks, zone));
        time.map(Value::DateTime).ok_or_else(|| self.malformed("a time that is none"))
    }

    /// A letter as the prefix, then a string by its id (2.2.3.36).
    fn qname(&mut self) -> Result<Value, XmlError> {
        let offset = self.byte()?;
        let local = self.dictionary_string()?;
        if offset > 25 || !is_ncname(&local) {
            return Err(self.malformed("a qualified name that is none"));
        }
        Ok(Value::QName { prefix: letter(offset), local })
    }

    /// Texts up to the end of the list, none of which ends the element (2.2.3.29). A list inside a
    /// list has no meaning.
    fn list(&mut self) -> Result<(Value, bool), XmlError> {
        let mut values = Vec::new();
        loop {
            match self.byte()? {
                record::END_LIST => return Ok((Value::List(values), false)),
                kind if kind == record::END_LIST | 1 => return Ok((Value::List(values), true)),
                kind if kind >= record::ZERO && kind & 1 == 0 && kind != record::START_LIST => {
                    values.push(self.text(kind)?);
                }
                kind => return Err(self.malformed(format!("record {kind:#04x} in a list"))),
            }
        }
    }
}

fn utf16(bytes: &[u8]) -> Option<Value> {
    if !bytes.len().is_multiple_of(2) {
        return None;
    }
    let units = bytes.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]]));
    let text: Result<String, _> = char::decode_utf16(units).collect();
    text.ok().map(Value::text)
}
