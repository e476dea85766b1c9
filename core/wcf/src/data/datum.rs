//! Values.

use super::Type;
use crate::value::{DateTime, Decimal, Guid, TimeSpan};
use crate::xml::Name;
use bytes::Bytes;
use smol_str::SmolStr;

/// A value of a data contract.
#[derive(Clone, PartialEq, Debug, Default)]
pub enum Datum {
    /// `null`.
    #[default]
    Nil,
    /// A truth value.
    Bool(bool),
    /// A whole number with a sign.
    Int(i64),
    /// A whole number without one.
    UInt(u64),
    /// A single.
    Float(f32),
    /// A double.
    Double(f64),
    /// A decimal.
    Decimal(Decimal),
    /// A unit of UTF-16.
    Char(u16),
    /// Text, or an address.
    Text(String),
    /// A point in time.
    DateTime(DateTime),
    /// A span of time.
    TimeSpan(TimeSpan),
    /// A GUID.
    Guid(Guid),
    /// Bytes.
    Bytes(Bytes),
    /// A qualified name.
    QName(Name),
    /// The names of an enumeration: one, or as many as there are flags.
    Enum(Vec<SmolStr>),
    /// Items in order.
    List(Vec<Datum>),
    /// Keys and values in order.
    Map(Vec<(Datum, Datum)>),
    /// Members.
    Object(Object),
    /// A value whose type the contract leaves open.
    Typed(Box<(Type, Datum)>),
}

/// An object: the members that it has, and its class if that is not the declared one.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Object {
    /// The class; `None` for the declared one.
    pub class: Option<Name>,
    /// Members by name. Those that are missing have the default value of their type.
    pub members: Vec<(SmolStr, Datum)>,
}

impl Object {
    /// The value of a member.
    pub fn get(&self, name: &str) -> Option<&Datum> {
        self.members.iter().find(|(member, _)| member == name).map(|(_, datum)| datum)
    }
}

impl Datum {
    /// Text.
    pub fn text(text: impl Into<String>) -> Datum {
        Datum::Text(text.into())
    }

    /// An object of the declared class.
    pub fn object<N: Into<SmolStr>>(members: impl IntoIterator<Item = (N, Datum)>) -> Datum {
        let members = members.into_iter().map(|(name, datum)| (name.into(), datum)).collect();
        Datum::Object(Object { class: None, members })
    }

    /// What kind of value it is, for people.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Datum::Nil => "null",
            Datum::Bool(_) => "a truth value",
            Datum::Int(_) | Datum::UInt(_) => "a whole number",
            Datum::Float(_) | Datum::Double(_) => "a number",
            Datum::Decimal(_) => "a decimal",
            Datum::Char(_) => "a character",
            Datum::Text(_) => "text",
            Datum::DateTime(_) => "a time",
            Datum::TimeSpan(_) => "a span of time",
            Datum::Guid(_) => "a GUID",
            Datum::Bytes(_) => "bytes",
            Datum::QName(_) => "a qualified name",
            Datum::Enum(_) => "names of an enumeration",
            Datum::List(_) => "a list",
            Datum::Map(_) => "a dictionary",
            Datum::Object(_) => "an object",
            Datum::Typed(_) => "a value with a type of its own",
        }
    }
}
