//! Rust types as values of contracts: what generated code is made of.

use super::{DataError, Datum, Object, Schema, Wrapper};
use crate::value::{DateTime, Decimal, Guid, TimeSpan};
use crate::xml::Name;
use bytes::Bytes;
use smol_str::SmolStr;

/// A Rust type that is a value of a contract.
///
/// ```
/// use sessionful_wcf::data::{DataContract, Datum};
///
/// assert_eq!(Some(5i32).to_datum(), Datum::Int(5));
/// assert_eq!(Vec::<Option<i32>>::from_datum(Datum::List(vec![Datum::Nil]))?, [None]);
/// # Ok::<(), sessionful_wcf::data::DataError>(())
/// ```
pub trait DataContract: Sized {
    /// The value.
    fn to_datum(&self) -> Datum;
    /// Reads the value; another kind of value is an error.
    fn from_datum(datum: Datum) -> Result<Self, DataError>;
}

/// A unit of UTF-16 (`char` of .NET).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Char(pub u16);

/// A dictionary: keys and values in order.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Map<K, V>(pub Vec<(K, V)>);

impl<K, V> Default for Map<K, V> {
    fn default() -> Self {
        Map(Vec::new())
    }
}

fn mismatch(expected: &str, datum: &Datum) -> DataError {
    let (expected, found) = (expected.to_owned(), datum.kind().to_owned());
    DataError::Kind { place: "a value".into(), expected, found }
}

macro_rules! direct {
    ($($type:ty, $variant:ident, $expected:literal;)*) => {$(
        impl DataContract for $type {
            fn to_datum(&self) -> Datum {
                Datum::$variant(self.clone())
            }

            fn from_datum(datum: Datum) -> Result<Self, DataError> {
                match datum {
                    Datum::$variant(value) => Ok(value),
                    other => Err(mismatch($expected, &other)),
                }
            }
        }
    )*};
}

direct! {
    bool, Bool, "a truth value";
    f32, Float, "a single";
    f64, Double, "a double";
    Decimal, Decimal, "a decimal";
    String, Text, "text";
    DateTime, DateTime, "a time";
    TimeSpan, TimeSpan, "a span of time";
    Guid, Guid, "a GUID";
    Bytes, Bytes, "bytes";
    Name, QName, "a qualified name";
}

macro_rules! whole {
    ($($type:ty),*) => {$(
        impl DataContract for $type {
            fn to_datum(&self) -> Datum {
                match i64::try_from(*self) {
                    Ok(value) => Datum::Int(value),
                    Err(_) => Datum::UInt(u64::try_from(*self).unwrap_or(u64::MAX)),
                }
            }

            fn from_datum(datum: Datum) -> Result<Self, DataError> {
                let value = match &datum {
                    Datum::Int(value) => <$type>::try_from(*value).ok(),
                    Datum::UInt(value) => <$type>::try_from(*value).ok(),
                    _ => None,
                };
                value.ok_or_else(|| mismatch(stringify!($type), &datum))
            }
        }
    )*};
}

whole!(i8, i16, i32, i64, u8, u16, u32, u64);

impl DataContract for Char {
    fn to_datum(&self) -> Datum {
        Datum::Char(self.0)
    }

    fn from_datum(datum: Datum) -> Result<Self, DataError> {
        match datum {
            Datum::Char(unit) => Ok(Char(unit)),
            other => Err(mismatch("a character", &other)),
        }
    }
}

/// Whatever there is: an `object`.
impl DataContract for Datum {
    fn to_datum(&self) -> Datum {
        self.clone()
    }

    fn from_datum(datum: Datum) -> Result<Self, DataError> {
        Ok(datum)
    }
}

impl<T: DataContract> DataContract for Option<T> {
    fn to_datum(&self) -> Datum {
        self.as_ref().map_or(Datum::Nil, T::to_datum)
    }

    fn from_datum(datum: Datum) -> Result<Self, DataError> {
        if datum == Datum::Nil { Ok(None) } else { T::from_datum(datum).map(Some) }
    }
}

impl<T: DataContract> DataContract for Box<T> {
    fn to_datum(&self) -> Datum {
        (**self).to_datum()
    }

    fn from_datum(datum: Datum) -> Result<Self, DataError> {
        T::from_datum(datum).map(Box::new)
    }
}

impl<T: DataContract> DataContract for Vec<T> {
    fn to_datum(&self) -> Datum {
        Datum::List(self.iter().map(T::to_datum).collect())
    }

    fn from_datum(datum: Datum) -> Result<Self, DataError> {
        match datum {
            Datum::List(items) => items.into_iter().map(T::from_datum).collect(),
            other => Err(mismatch("a list", &other)),
        }
    }
}

impl<K: DataContract, V: DataContract> DataContract for Map<K, V> {
    fn to_datum(&self) -> Datum {
        Datum::Map(self.0.iter().map(|(key, value)| (key.to_datum(), value.to_datum())).collect())
    }

    fn from_datum(datum: Datum) -> Result<Self, DataError> {
        let Datum::Map(entries) = datum else { return Err(mismatch("a dictionary", &datum)) };
        let entry = |(key, value)| Ok((K::from_datum(key)?, V::from_datum(value)?));
        entries.into_iter().map(entry).collect::<Result<_, _>>().map(Map)
    }
}

/// The members of an object, taken one by one: what generated code reads with.
pub struct Members(Object);

impl Members {
    /// The members of a value that must be an object.
    pub fn new(datum: Datum) -> Result<Members, DataError> {
        match datum {
            Datum::Object(object) => Ok(Members(object)),
            other => Err(mismatch("an object", &other)),
        }
    }

    pub(super) fn into_object(self) -> Object {
        self.0
    }

    /// The class that the object says it has.
    pub fn class(&self) -> Option<&Name> {
        self.0.class.as_ref()
    }

    /// A member; one that is missing has the default value of its type.
    pub fn take<T: DataContract + Default>(&mut self, name: &str) -> Result<T, DataError> {
        let found = self.0.members.iter().position(|(member, _)| member == name);
        let Some(at) = found else { return Ok(T::default()) };
        let (_, datum) = self.0.members.swap_remove(at);
        T::from_datum(datum).map_err(|error| match error {
            DataError::Kind { expected, found, .. } => {
                DataError::Kind { place: name.into(), expected, found }
            }
            other => other,
        })
    }
}

/// An object of the declared class, for generated code.
pub fn object<const N: usize>(members: [(&'static str, Datum); N]) -> Datum {
    Datum::object(members.map(|(name, datum)| (SmolStr::new_static(name), datum)))
}

/// The same object, said to be of a class, for generated code.
pub fn of_class(datum: Datum, namespace: &'static str, local: &'static str) -> Datum {
    match datum {
        Datum::Object(object) => {
            let class = Name::new(SmolStr::new_static(namespace), SmolStr::new_static(local));
            Datum::Object(Object { class: Some(class), ..object })
        }
        other => other,
    }
}

/// The names of an enumeration, for generated code.
pub fn names_of(datum: Datum) -> Result<Vec<SmolStr>, DataError> {
    match datum {
        Datum::Enum(names) => Ok(names),
        other => Err(mismatch("names of an enumeration", &other)),
    }
}

/// An error for generated code: a name that an enumeration does not have.
pub fn unknown_name(name: &str, enumeration: &str) -> DataError {
    let found = format!("`{name}`");
    DataError::Kind { place: "a value".into(), expected: enumeration.to_owned(), found }
}

impl Schema {
    /// Writes the parameters of a wrapper from an object with a member each.
    pub fn write_parameters(
        &self,
        wrapper: &Wrapper,
        parameters: &impl DataContract,
    ) -> Result<Bytes, DataError> {
        let Members(object) = Members::new(parameters.to_datum())?;
        self.write_body(wrapper, &object.members)
    }

    /// Reads the parameters of a wrapper as an object with a member each.
    pub fn read_parameters<T: DataContract>(
        &self,
        wrapper: &Wrapper,
        body: &[u8],
    ) -> Result<T, DataError> {
        let members = self.read_body(wrapper, body)?;
        T::from_datum(Datum::Object(Object { class: None, members }))
    }
}
