//! What types there are.

use crate::xml::{Name, XSD};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use std::fmt;

/// Where lists of primitives live.
pub const ARRAYS: &str = "http://schemas.microsoft.com/2003/10/Serialization/Arrays";
/// Where `guid`, `char` and `duration` live.
pub const SERIALIZATION: &str = "http://schemas.microsoft.com/2003/10/Serialization/";
/// What stands before a CLR namespace.
pub const DATA: &str = "http://schemas.datacontract.org/2004/07/";
/// Where nullable items and `DateTimeOffset` live.
pub const SYSTEM: &str = "http://schemas.datacontract.org/2004/07/System";

/// A type as a member refers to it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Type {
    /// A simple type that everybody knows.
    Primitive(Primitive),
    /// Any of the types that the schema has (`object`).
    Any,
    /// A type of the schema.
    Named(Name),
}

impl Type {
    /// A type of the schema.
    pub fn named(namespace: impl Into<SmolStr>, local: impl Into<SmolStr>) -> Type {
        Type::Named(Name::new(namespace, local))
    }

    /// Its name on the wire.
    pub fn name(&self) -> Name {
        match self {
            Type::Primitive(primitive) => primitive.name(),
            Type::Any => Name::new(XSD, "anyType"),
            Type::Named(name) => name.clone(),
        }
    }
}

impl From<Primitive> for Type {
    fn from(primitive: Primitive) -> Type {
        Type::Primitive(primitive)
    }
}

macro_rules! primitives {
    ($($variant:ident, $namespace:expr, $name:literal, $text:literal;)*) => {
        /// The simple types, by their XML Schema names.
        #[derive(
            Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize,
        )]
        #[serde(rename_all = "camelCase")]
        pub enum Primitive {
            $(#[doc = $text] $variant,)*
        }

        impl Primitive {
            /// Each of them.
            pub const ALL: &'static [Primitive] = &[$(Primitive::$variant),*];

            /// Its name on the wire.
            pub fn name(self) -> Name {
                let (namespace, local) = match self {
                    $(Primitive::$variant => ($namespace, $name),)*
                };
                Name::new(SmolStr::new_static(namespace), SmolStr::new_static(local))
            }
        }
    };
}

primitives! {
    Boolean, XSD, "boolean", "`bool`.";
    Byte, XSD, "byte", "`sbyte`: 8 bits with a sign.";
    UnsignedByte, XSD, "unsignedByte", "`byte`: 8 bits.";
    Short, XSD, "short", "16 bits with a sign.";
    UnsignedShort, XSD, "unsignedShort", "16 bits.";
    Int, XSD, "int", "32 bits with a sign.";
    UnsignedInt, XSD, "unsignedInt", "32 bits.";
    Long, XSD, "long", "64 bits with a sign.";
    UnsignedLong, XSD, "unsignedLong", "64 bits.";
    Float, XSD, "float", "A single.";
    Double, XSD, "double", "A double.";
    Decimal, XSD, "decimal", "96 bits with a scale.";
    Char, SERIALIZATION, "char", "A unit of UTF-16, as its number.";
    String, XSD, "string", "Text.";
    DateTime, XSD, "dateTime", "A point in time.";
    Duration, SERIALIZATION, "duration", "A span of time.";
    Guid, SERIALIZATION, "guid", "A GUID.";
    AnyUri, XSD, "anyURI", "An address.";
    Base64Binary, XSD, "base64Binary", "Bytes.";
    QName, XSD, "QName", "A qualified name.";
}

impl Primitive {
    /// The primitive of that name, or of one of XML Schema that is a kind of one.
    pub fn from_name(name: &Name) -> Option<Primitive> {
        let found = Primitive::ALL.iter().copied().find(|primitive| primitive.name() == *name);
        found.or_else(|| {
            if name.namespace != XSD {
                return None;
            }
            Some(match name.local.as_str() {
                "duration" => Primitive::Duration,
                "integer" | "nonNegativeInteger" | "positiveInteger" | "nonPositiveInteger"
                | "negativeInteger" => Primitive::Decimal,
                "normalizedString" | "token" | "language" | "Name" | "NCName" | "NMTOKEN"
                | "ID" | "IDREF" | "ENTITY" | "date" | "time" | "gYear" | "gYearMonth"
                | "gMonth" | "gMonthDay" | "gDay" | "hexBinary" => Primitive::String,
                _ => return None,
            })
        })
    }

    /// Whether `null` needs a nullable type of its own in .NET.
    pub fn is_value_type(self) -> bool {
        !matches!(
            self,
            Primitive::String | Primitive::AnyUri | Primitive::Base64Binary | Primitive::QName
        )
    }
}

impl fmt::Display for Primitive {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name().local)
    }
}

/// A type where it is used, and whether `null` is allowed there.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Field {
    /// The type.
    pub ty: Type,
    /// Whether `null` is allowed.
    pub nillable: bool,
}

impl Field {
    /// A field of a type, nillable if the type is a reference type in .NET. Enumerations are none: say
    /// so with [`Field::not_null`].
    pub fn new(ty: impl Into<Type>) -> Field {
        let ty = ty.into();
        let value = matches!(&ty, Type::Primitive(primitive) if primitive.is_value_type());
        Field { ty, nillable: !value }
    }

    /// Allows `null`.
    #[must_use]
    pub fn nullable(mut self) -> Field {
        self.nillable = true;
        self
    }

    /// Forbids `null`.
    #[must_use]
    pub fn not_null(mut self) -> Field {
        self.nillable = false;
        self
    }
}

impl<T: Into<Type>> From<T> for Field {
    fn from(ty: T) -> Field {
        Field::new(ty)
    }
}

/// A named type.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Definition {
    /// A class.
    Class(Class),
    /// An enumeration.
    Enumeration(Enumeration),
    /// A list.
    List(List),
    /// A dictionary.
    Dictionary(Dictionary),
}

/// A class: its members in the order of the wire, those of the base class before them.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Class {
    /// The base class.
    pub base: Option<Name>,
    /// Its own members.
    pub members: Vec<Member>,
    /// Whether it is a value type, of which there is no `null`.
    pub is_struct: bool,
}

/// A member of a class.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Member {
    /// Its name.
    pub name: SmolStr,
    /// Its type.
    pub field: Field,
    /// Whether it must be there (`IsRequired`).
    pub required: bool,
}

/// An enumeration.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Enumeration {
    /// Names on the wire with their numbers, in order.
    pub values: Vec<(SmolStr, i64)>,
    /// Whether several may be given (`[Flags]`).
    pub flags: bool,
}

/// A list.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct List {
    /// The name of an item, in the namespace of the list.
    pub item: SmolStr,
    /// The type of an item.
    pub field: Field,
    /// Whether binary XML may pack primitives into one record. .NET does so for arrays, and not for
    /// other collections; readers take both.
    pub packed: bool,
}

/// A dictionary.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Dictionary {
    /// The name of an entry, in the namespace of the dictionary.
    pub item: SmolStr,
    /// The name of a key in an entry.
    pub key: SmolStr,
    /// The type of a key.
    pub key_field: Field,
    /// The name of a value in an entry.
    pub value: SmolStr,
    /// The type of a value.
    pub value_field: Field,
}

/// A class being described, as a data contract of .NET describes it.
///
/// ```
/// use sessionful_wcf::data::{Class, Primitive};
///
/// let class = Class::contract()
///     .member("Y", Primitive::Int)
///     .member("X", Primitive::Int)
///     .ordered("Label", Primitive::String, 1)
///     .build();
/// let names: Vec<_> = class.members.iter().map(|member| member.name.as_str()).collect();
/// assert_eq!(names, ["X", "Y", "Label"], "alphabetical, then by order");
/// ```
#[derive(Clone, Debug, Default)]
pub struct ClassBuilder {
    base: Option<Name>,
    members: Vec<(Option<i32>, Member)>,
    is_struct: bool,
}

impl Class {
    /// Begins a class without members.
    pub fn contract() -> ClassBuilder {
        ClassBuilder::default()
    }
}

impl ClassBuilder {
    /// Sets the base class.
    #[must_use]
    pub fn extends(mut self, base: Name) -> ClassBuilder {
        self.base = Some(base);
        self
    }

    /// Makes it a value type.
    #[must_use]
    pub fn value_type(mut self) -> ClassBuilder {
        self.is_struct = true;
        self
    }

    /// Adds a member without an order of its own.
    #[must_use]
    pub fn member(self, name: impl Into<SmolStr>, field: impl Into<Field>) -> ClassBuilder {
        self.add(name.into(), field.into(), None)
    }

    /// Adds a member with an `Order`.
    #[must_use]
    pub fn ordered(
        self,
        name: impl Into<SmolStr>,
        field: impl Into<Field>,
        order: i32,
    ) -> ClassBuilder {
        self.add(name.into(), field.into(), Some(order))
    }

    fn add(mut self, name: SmolStr, field: Field, order: Option<i32>) -> ClassBuilder {
        self.members.push((order, Member { name, field, required: false }));
        self
    }

    /// Makes the last member required.
    #[must_use]
    pub fn required(mut self) -> ClassBuilder {
        if let Some((_, member)) = self.members.last_mut() {
            member.required = true;
        }
        self
    }

    /// Puts the members into the order of the wire: those without `Order` first, then by it, and
    /// alphabetically by the numbers of their letters (interop.md, 3.1, rule 3).
    pub fn build(mut self) -> Class {
        self.members.sort_by(|(a, first), (b, second)| {
            // UTF-16 orders a few letters otherwise than UTF-8.
            let units = |member: &Member| member.name.encode_utf16().collect::<Vec<_>>();
            a.cmp(b).then_with(|| units(first).cmp(&units(second)))
        });
        let members = self.members.into_iter().map(|(_, member)| member).collect();
        Class { base: self.base, members, is_struct: self.is_struct }
    }
}
