//! The typed texts that XML carries for WCF, with their lexical forms.
//!
//! Binary XML keeps a number a number, text does not: [`Value`] is what both can say, and its
//! `Display` is what WCF writes into text. Expectations come from .NET's own writers.

mod base64;
mod decimal;
mod float;
mod guid;
mod time;

pub use decimal::Decimal;
pub use guid::Guid;
pub use time::{DateTime, TimeSpan, Zone};

pub use base64::{decode as from_base64, encode as to_base64};
pub use float::{parse_f32, parse_f64, write_f32, write_f64};

use bytes::Bytes;
use smol_str::SmolStr;
use std::fmt::{self, Write};

/// One piece of text, as the writer meant it.
#[derive(Clone, PartialEq, Debug)]
pub enum Value {
    /// Characters.
    Text(SmolStr),
    /// Characters that both ends know or will know: a binary writer puts them into its dictionary.
    Shared(SmolStr),
    /// A truth value.
    Bool(bool),
    /// Any whole number up to 64 bits.
    Int(i64),
    /// A whole number that needs all 64 bits.
    UInt(u64),
    /// A single.
    Float(f32),
    /// A double.
    Double(f64),
    /// A number of 96 bits with a scale.
    Decimal(Decimal),
    /// A point in time.
    DateTime(DateTime),
    /// A span of time.
    TimeSpan(TimeSpan),
    /// A GUID.
    Guid(Guid),
    /// A GUID behind `urn:uuid:`, as ids of messages are.
    UniqueId(Guid),
    /// Bytes, base64 in text.
    Bytes(Bytes),
    /// A qualified name whose prefix is in scope.
    QName {
        /// The prefix; empty for none.
        prefix: SmolStr,
        /// The local name.
        local: SmolStr,
    },
    /// Values with a space between them.
    List(Vec<Value>),
}

impl Value {
    /// Characters.
    pub fn text(text: impl Into<SmolStr>) -> Value {
        Value::Text(text.into())
    }

    /// The lexical form; nothing is copied for characters.
    pub fn to_text(&self) -> SmolStr {
        match self {
            Value::Text(text) | Value::Shared(text) => text.clone(),
            other => smol_str::format_smolstr!("{other}"),
        }
    }

    /// Whether its lexical form is empty.
    pub fn is_empty(&self) -> bool {
        match self {
            Value::Text(text) | Value::Shared(text) => text.is_empty(),
            Value::Bytes(bytes) => bytes.is_empty(),
            Value::List(values) => values.is_empty(),
            _ => false,
        }
    }

    /// An id of a message: a record of its own in binary if it is a GUID in its canonical form.
    pub fn unique_id(text: &str) -> Value {
        let guid = text.strip_prefix(Guid::URN).and_then(Guid::canonical);
        guid.map_or_else(|| Value::text(text), Value::UniqueId)
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Text(text) | Value::Shared(text) => f.write_str(text),
            Value::Bool(value) => write!(f, "{value}"),
            Value::Int(value) => write!(f, "{value}"),
            Value::UInt(value) => write!(f, "{value}"),
            Value::Float(value) => f.write_str(&write_f32(*value)),
            Value::Double(value) => f.write_str(&write_f64(*value)),
            Value::Decimal(value) => write!(f, "{value}"),
            Value::DateTime(value) => write!(f, "{value}"),
            Value::TimeSpan(value) => write!(f, "{value}"),
            Value::Guid(value) => write!(f, "{value}"),
            Value::UniqueId(value) => write!(f, "{}{value}", Guid::URN),
            Value::Bytes(bytes) => f.write_str(&to_base64(bytes)),
            Value::QName { prefix, local } if prefix.is_empty() => f.write_str(local),
            Value::QName { prefix, local } => write!(f, "{prefix}:{local}"),
            Value::List(values) => {
                for (index, value) in values.iter().enumerate() {
                    if index > 0 {
                        f.write_char(' ')?;
                    }
                    write!(f, "{value}")?;
                }
                Ok(())
            }
        }
    }
}
