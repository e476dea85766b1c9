//! Primitives between values and text.

use super::{DataError, Datum, Primitive};
use crate::value::{DateTime, Decimal, Guid, TimeSpan, Value, from_base64, parse_f32, parse_f64};
use bytes::Bytes;
use smol_str::SmolStr;

/// A primitive as .NET's serializer writes it: numbers and truth values have records of their own in
/// binary, times, GUIDs and the longest whole numbers are text even there.
pub(super) fn write(primitive: Primitive, datum: &Datum, place: &str) -> Result<Value, DataError> {
    let range = |low: i64, high: i64| match *datum {
        Datum::Int(value) if (low..=high).contains(&value) => Some(Value::Int(value)),
        Datum::UInt(value) => {
            i64::try_from(value).ok().filter(|value| (low..=high).contains(value)).map(Value::Int)
        }
        _ => None,
    };
    let value = match (primitive, datum) {
        (Primitive::Boolean, Datum::Bool(value)) => Some(Value::Bool(*value)),
        (Primitive::Byte, _) => range(i8::MIN.into(), i8::MAX.into()),
        (Primitive::UnsignedByte, _) => range(0, u8::MAX.into()),
        (Primitive::Short, _) => range(i16::MIN.into(), i16::MAX.into()),
        (Primitive::UnsignedShort, _) => range(0, u16::MAX.into()),
        (Primitive::Int, _) => range(i32::MIN.into(), i32::MAX.into()),
        (Primitive::UnsignedInt, _) => range(0, u32::MAX.into()),
        (Primitive::Long, _) => range(i64::MIN, i64::MAX),
        (Primitive::UnsignedLong, Datum::UInt(value)) => Some(Value::text(value.to_string())),
        (Primitive::UnsignedLong, _) => {
            range(0, i64::MAX).map(|value| Value::Text(value.to_text()))
        }
        (Primitive::Float, Datum::Float(value)) => Some(Value::Float(*value)),
        (Primitive::Double, Datum::Double(value)) => Some(Value::Double(*value)),
        (Primitive::Double, Datum::Float(value)) => Some(Value::Double((*value).into())),
        (Primitive::Decimal, Datum::Decimal(value)) => Some(Value::Decimal(*value)),
        (Primitive::Char, Datum::Char(unit)) => Some(Value::Int((*unit).into())),
        (Primitive::String | Primitive::AnyUri, Datum::Text(text)) => {
            Some(Value::text(text.as_str()))
        }
        (Primitive::DateTime, Datum::DateTime(time)) => Some(Value::text(time.to_string())),
        (Primitive::Duration, Datum::TimeSpan(span)) => Some(Value::text(span.to_string())),
        (Primitive::Guid, Datum::Guid(guid)) => Some(Value::text(guid.to_string())),
        (Primitive::Base64Binary, Datum::Bytes(bytes)) => Some(Value::Bytes(bytes.clone())),
        _ => None,
    };
    value.ok_or_else(|| DataError::Kind {
        place: place.into(),
        expected: primitive.to_string(),
        found: match datum {
            Datum::Int(value) => value.to_string(),
            Datum::UInt(value) => value.to_string(),
            other => other.kind().to_owned(),
        },
    })
}

/// Reads any record that can mean the primitive: .NET shrinks numbers, so a double may come as a whole
/// number, and other writers send text.
pub(super) fn read(primitive: Primitive, value: &Value, place: &str) -> Result<Datum, DataError> {
    direct(primitive, value).or_else(|| parse(primitive, &value.to_text())).ok_or_else(|| {
        let text = value.to_text();
        let found: SmolStr = text.chars().take(40).collect();
        DataError::Kind {
            place: place.into(),
            expected: primitive.to_string(),
            found: format!("`{found}`"),
        }
    })
}

fn direct(primitive: Primitive, value: &Value) -> Option<Datum> {
    Some(match (primitive, value) {
        (Primitive::Boolean, Value::Bool(value)) => Datum::Bool(*value),
        (Primitive::Double, Value::Double(value)) => Datum::Double(*value),
        (Primitive::Double, Value::Float(value)) => Datum::Double((*value).into()),
        (Primitive::Float, Value::Float(value)) => Datum::Float(*value),
        (Primitive::Decimal, Value::Decimal(value)) => Datum::Decimal(*value),
        (Primitive::DateTime, Value::DateTime(value)) => Datum::DateTime(*value),
        (Primitive::Duration, Value::TimeSpan(value)) => Datum::TimeSpan(*value),
        (Primitive::Guid, Value::Guid(value) | Value::UniqueId(value)) => Datum::Guid(*value),
        (Primitive::Base64Binary, Value::Bytes(bytes)) => Datum::Bytes(bytes.clone()),
        _ => return None,
    })
}

fn parse(primitive: Primitive, text: &str) -> Option<Datum> {
    // White space counts in text, and nowhere else (XML Schema part 2, section 4.3.6).
    let raw = text;
    let text = text.trim_matches([' ', '\t', '\r', '\n']);
    let int = |low: i64, high: i64| {
        let value: i64 = text.parse().ok()?;
        (low..=high).contains(&value).then_some(Datum::Int(value))
    };
    let unsigned = |high: u64| {
        let value: u64 = text.parse().ok()?;
        (value <= high).then_some(Datum::UInt(value))
    };
    match primitive {
        Primitive::Boolean => match text {
            "true" | "1" => Some(Datum::Bool(true)),
            "false" | "0" => Some(Datum::Bool(false)),
            _ => None,
        },
        Primitive::Byte => int(i8::MIN.into(), i8::MAX.into()),
        Primitive::Short => int(i16::MIN.into(), i16::MAX.into()),
        Primitive::Int => int(i32::MIN.into(), i32::MAX.into()),
        Primitive::Long => int(i64::MIN, i64::MAX),
        Primitive::UnsignedByte => unsigned(u8::MAX.into()),
        Primitive::UnsignedShort => unsigned(u16::MAX.into()),
        Primitive::UnsignedInt => unsigned(u32::MAX.into()),
        Primitive::UnsignedLong => unsigned(u64::MAX),
        Primitive::Float => parse_f32(text).map(Datum::Float),
        Primitive::Double => parse_f64(text).map(Datum::Double),
        Primitive::Decimal => Decimal::parse(text).map(Datum::Decimal),
        Primitive::Char => text.parse().ok().map(Datum::Char),
        Primitive::String => Some(Datum::text(raw)),
        Primitive::AnyUri => Some(Datum::text(text)),
        Primitive::DateTime => DateTime::parse(text).map(Datum::DateTime),
        Primitive::Duration => TimeSpan::parse(text).map(Datum::TimeSpan),
        Primitive::Guid => Guid::parse(text).map(Datum::Guid),
        Primitive::Base64Binary => from_base64(text).map(Bytes::from).map(Datum::Bytes),
        Primitive::QName => None,
    }
}
