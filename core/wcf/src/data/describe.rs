//! Rust types that say what their contract is: what `#[derive(DataContract)]` is made of.

use super::convert::names_of;
use super::{
    Char, DataContract, DataError, Datum, Field, Map, Members, Object, Primitive, Schema, Type,
};
use crate::value::{DateTime, Decimal, Guid, TimeSpan};
use crate::xml::Name;
use bytes::Bytes;
use smol_str::SmolStr;

/// A Rust type whose contract is known.
///
/// ```
/// use sessionful_wcf::data::{Describe, Field, Primitive, Schema};
///
/// let mut schema = Schema::default();
/// assert_eq!(i32::describe(&mut schema), Field::new(Primitive::Int));
/// assert_eq!(Option::<i32>::describe(&mut schema), Field::new(Primitive::Int).nullable());
/// assert_eq!(Vec::<i32>::describe(&mut schema).ty.name().local, "ArrayOfint");
/// ```
pub trait Describe: DataContract {
    /// Adds its types to a schema, and says how to refer to it.
    fn describe(schema: &mut Schema) -> Field;
}

/// A contract with a name: a class or an enumeration.
pub trait NamedContract: Describe {
    /// Its name.
    fn contract_name() -> Name;
}

/// An enumeration.
pub trait Enumerated: Sized {
    /// The name on the wire.
    fn wire_name(&self) -> &'static str;
    /// The value of a name on the wire.
    ///
    /// # Errors
    ///
    /// There is none of that name.
    fn from_wire_name(name: &str) -> Result<Self, DataError>;
}

/// Any number of the names of an enumeration (`[Flags]`).
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Flags<T>(pub Vec<T>);

impl<T> Default for Flags<T> {
    fn default() -> Self {
        Flags(Vec::new())
    }
}

impl<T: Enumerated> DataContract for Flags<T> {
    fn to_datum(&self) -> Datum {
        Datum::Enum(self.0.iter().map(|flag| SmolStr::new_static(flag.wire_name())).collect())
    }

    fn from_datum(datum: Datum) -> Result<Self, DataError> {
        let names = names_of(datum)?;
        names.iter().map(|name| T::from_wire_name(name)).collect::<Result<_, _>>().map(Flags)
    }
}

impl<T: Enumerated + Describe> Describe for Flags<T> {
    fn describe(schema: &mut Schema) -> Field {
        T::describe(schema)
    }
}

macro_rules! primitives {
    ($($type:ty, $primitive:ident;)*) => {$(
        impl Describe for $type {
            fn describe(_: &mut Schema) -> Field {
                Field::new(Primitive::$primitive)
            }
        }
    )*};
}

primitives! {
    bool, Boolean;
    i8, Byte;
    u8, UnsignedByte;
    i16, Short;
    u16, UnsignedShort;
    i32, Int;
    u32, UnsignedInt;
    i64, Long;
    u64, UnsignedLong;
    f32, Float;
    f64, Double;
    Decimal, Decimal;
    Char, Char;
    String, String;
    DateTime, DateTime;
    TimeSpan, Duration;
    Guid, Guid;
    Bytes, Base64Binary;
    Name, QName;
}

/// Whatever there is: an `object`.
impl Describe for Datum {
    fn describe(_: &mut Schema) -> Field {
        Field::new(Type::Any)
    }
}

impl<T: Describe> Describe for Option<T> {
    fn describe(schema: &mut Schema) -> Field {
        T::describe(schema).nullable()
    }
}

impl<T: Describe> Describe for Box<T> {
    fn describe(schema: &mut Schema) -> Field {
        T::describe(schema)
    }
}

impl<T: Describe> Describe for Vec<T> {
    fn describe(schema: &mut Schema) -> Field {
        let item = T::describe(schema);
        schema.array_of(item).into()
    }
}

impl<K: Describe, V: Describe> Describe for Map<K, V> {
    fn describe(schema: &mut Schema) -> Field {
        let (key, value) = (K::describe(schema), V::describe(schema));
        schema.dictionary_of(key, value).into()
    }
}

impl Members {
    /// All of them, in order: what a class inherits.
    pub fn into_all(self) -> Vec<(SmolStr, Datum)> {
        self.into_object().members
    }
}

/// The class that a value says it has, for derived code.
pub fn class_of(datum: &Datum) -> Option<Name> {
    match datum {
        Datum::Object(object) => object.class.clone(),
        _ => None,
    }
}

/// The same object, said to be of a class, for derived code.
pub fn of_kind(datum: Datum, class: Name) -> Datum {
    match datum {
        // A class that was named already is one that extends this one.
        Datum::Object(Object { class: None, members }) => {
            Datum::Object(Object { class: Some(class), members })
        }
        other => other,
    }
}
