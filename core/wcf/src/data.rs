//! Data contracts: what WCF's `DataContractSerializer` puts into bodies (interop.md, section 3).
//!
//! A [`Schema`] says what the types are, a [`Datum`] is a value, and [`Schema::write_body`] and
//! [`Schema::read_body`] turn the parameters of an operation into a body and back. What is written is
//! what .NET writes, to the byte, in text and in binary; what is read is more than that: members in any
//! order, elements that nobody knows, types that are said although they need not be.
//!
//! | contract type | XML Schema name | [`Datum`] |
//! |---|---|---|
//! | `bool` | `boolean` | `Bool` |
//! | `sbyte`, `short`, `int`, `long` | `byte`, `short`, `int`, `long` | `Int` |
//! | `byte`, `ushort`, `uint`, `ulong` | `unsignedByte`, ... | `UInt` |
//! | `float`, `double`, `decimal` | the same | `Float`, `Double`, `Decimal` |
//! | `char` | `char` of the serialization namespace | `Char`: a unit of UTF-16 |
//! | `string`, `Uri` | `string`, `anyURI` | `Text` |
//! | `DateTime`, `TimeSpan`, `Guid` | `dateTime`, `duration`, `guid` | the same |
//! | `DateTimeOffset` | a class, [`Schema::date_time_offset`] | `Object` |
//! | `byte[]` | `base64Binary` | `Bytes` |
//! | enumerations and flags | a named type | `Enum`: the names |
//! | lists, arrays | `ArrayOf...` | `List` |
//! | dictionaries | `ArrayOfKeyValueOf...` | `Map` |
//! | classes | a named type | `Object` |
//! | `object` | `anyType` | `Typed`: a type and a value |
//! | `null` | `i:nil` | `Nil` |
//!
//! Rust types become contracts by `#[derive(DataContract)]`: see [`derive@DataContract`], and [`Describe`] for
//! what it adds to a schema.
//!
//! A member that is not there has the default value of its type; `Nil` says `null` aloud. Objects that
//! refer to each other (`IsReference`) are refused with [`DataError::Reference`].

mod body;
mod convert;
mod datum;
mod describe;
mod error;
mod read;
mod scalar;
mod schema;
mod types;
mod write;

pub use body::{Part, Wrapper};
pub use convert::{Char, DataContract, Map, Members, names_of, object, of_class, unknown_name};
pub use datum::{Datum, Object};
pub use describe::{Describe, Enumerated, Flags, NamedContract, class_of, of_kind};
pub use error::DataError;
pub use schema::Schema;
pub use sessionful_wcf_derive::DataContract;
pub use types::{
    ARRAYS, Class, ClassBuilder, DATA, Definition, Dictionary, Enumeration, Field, List, Member,
    Primitive, SERIALIZATION, SYSTEM, Type,
};
