//! The types that both ends know.

use super::{
    ARRAYS, Class, DataError, Definition, Dictionary, Field, List, Member, Primitive, SYSTEM, Type,
};
use crate::xml::{Name, XSD};
use serde::{Deserialize, Serialize};
use smol_str::{SmolStr, format_smolstr};
use std::collections::BTreeMap;

/// Named types. What a name refers to is looked up when a value is written or read, so the order in
/// which types are added does not matter.
///
/// ```
/// use sessionful_wcf::data::{Class, Datum, Part, Primitive, Schema, Wrapper};
/// use sessionful_wcf::xml::Name;
///
/// let mut schema = Schema::default();
/// let point = Class::contract().member("X", Primitive::Int).member("Y", Primitive::Int).build();
/// let point = schema.class(Name::new("urn:shapes", "Point"), point);
/// let request = Wrapper::new(Name::new("http://tempuri.org/", "Move"), [Part::new("to", point)]);
/// let to = Datum::object([("X", Datum::Int(1)), ("Y", Datum::Int(2))]);
/// let body = schema.write_body(&request, &[("to".into(), to.clone())])?;
/// assert_eq!(schema.read_body(&request, &body)?, [("to".into(), to)]);
/// # Ok::<(), sessionful_wcf::data::DataError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(from = "BTreeMap<Name, Definition>", into = "BTreeMap<Name, Definition>")]
pub struct Schema {
    /// In the order of their names.
    types: Vec<(Name, Definition)>,
}

impl From<BTreeMap<Name, Definition>> for Schema {
    fn from(types: BTreeMap<Name, Definition>) -> Schema {
        Schema { types: types.into_iter().collect() }
    }
}

impl From<Schema> for BTreeMap<Name, Definition> {
    fn from(schema: Schema) -> Self {
        schema.types.into_iter().collect()
    }
}

impl Schema {
    /// How many classes may extend each other.
    const LINEAGE: usize = 64;

    /// Adds a type, or replaces the one of that name, and says how to refer to it.
    pub fn define(&mut self, name: Name, definition: Definition) -> Type {
        match self.place(&name) {
            Ok(place) => self.types[place].1 = definition,
            Err(place) => self.types.insert(place, (name.clone(), definition)),
        }
        Type::Named(name)
    }

    /// Adds a class.
    pub fn class(&mut self, name: Name, class: Class) -> Type {
        self.define(name, Definition::Class(class))
    }

    /// Adds the list of a type under the name that .NET gives it, packed as an array is.
    pub fn array_of(&mut self, field: impl Into<Field>) -> Type {
        let field = field.into();
        let own = self.item_name(&field);
        let (namespace, prefix) = match &field.ty {
            Type::Primitive(primitive) if primitive.is_value_type() && field.nillable => {
                (SmolStr::new_static(SYSTEM), "NullableOf")
            }
            Type::Primitive(_) | Type::Any => (SmolStr::new_static(ARRAYS), ""),
            Type::Named(name) => (name.namespace.clone(), ""),
        };
        let name = Name::new(namespace, format_smolstr!("ArrayOf{prefix}{own}"));
        let list = List { item: own, field, packed: true };
        self.define(name, Definition::List(list))
    }

    /// Adds a dictionary under the name that .NET gives it. .NET adds a hash to the names of contract
    /// types in it; take such a dictionary from WSDL, or [define](Schema::define) it under its name.
    pub fn dictionary_of(&mut self, key: impl Into<Field>, value: impl Into<Field>) -> Type {
        let (key_field, value_field) = (key.into(), value.into());
        let names = [&key_field, &value_field].map(|field| {
            let nullable = matches!(&field.ty, Type::Primitive(primitive)
                if primitive.is_value_type() && field.nillable);
            let prefix = if nullable { "NullableOf" } else { "" };
            format_smolstr!("{prefix}{}", field.ty.name().local)
        });
        let item = format_smolstr!("KeyValueOf{}{}", names[0], names[1]);
        let name = Name::new(ARRAYS, format_smolstr!("ArrayOf{item}"));
        let dictionary =
            Dictionary { item, key: "Key".into(), key_field, value: "Value".into(), value_field };
        self.define(name, Definition::Dictionary(dictionary))
    }

    /// Adds `DateTimeOffset`: a time of UTC and the minutes that the clock was ahead.
    pub fn date_time_offset(&mut self) -> Type {
        let class = Class::contract()
            .member("DateTime", Primitive::DateTime)
            .required()
            .member("OffsetMinutes", Primitive::Short)
            .required()
            .value_type()
            .build();
        self.class(Name::new(SYSTEM, "DateTimeOffset"), class)
    }

    /// Items of a list of lists are named after the inner list, those of dictionaries after the
    /// dictionary.
    fn item_name(&self, field: &Field) -> SmolStr {
        field.ty.name().local
    }

    /// The type of a name.
    pub fn get(&self, name: &Name) -> Option<&Definition> {
        self.place(name).ok().map(|place| &self.types[place].1)
    }

    fn place(&self, name: &Name) -> Result<usize, usize> {
        self.types.binary_search_by(|(known, _)| known.cmp(name))
    }

    /// All types by name.
    pub fn types(&self) -> impl Iterator<Item = (&Name, &Definition)> {
        self.types.iter().map(|(name, definition)| (name, definition))
    }

    /// What a name means: a primitive, `anyType`, or a type of this schema.
    pub fn resolve(&self, name: &Name) -> Option<Type> {
        if self.get(name).is_some() {
            return Some(Type::Named(name.clone()));
        }
        if name.is(XSD, "anyType") {
            return Some(Type::Any);
        }
        Primitive::from_name(name).map(Type::Primitive)
    }

    pub(super) fn definition(&self, name: &Name) -> Result<&Definition, DataError> {
        self.get(name).ok_or_else(|| DataError::UnknownType { name: name.clone().into() })
    }

    /// A class and those that it extends, the outermost base first.
    pub(super) fn lineage(&self, name: &Name) -> Result<Vec<(Name, &Class)>, DataError> {
        let (mut lineage, mut next) = (Vec::new(), Some(name.clone()));
        while let Some(name) = next.take() {
            let Definition::Class(class) = self.definition(&name)? else {
                return Err(DataError::UnknownType { name: name.into() });
            };
            // A schema from anywhere may run in circles.
            if lineage.len() == Schema::LINEAGE {
                return Err(DataError::TooDeep { limit: Schema::LINEAGE });
            }
            next = class.base.clone();
            lineage.push((name, class));
        }
        lineage.reverse();
        Ok(lineage)
    }

    /// All members of a class with the namespace of each, in the order of the wire.
    pub fn members(&self, class: &Name) -> Result<Vec<(Name, &Member)>, DataError> {
        let lineage = self.lineage(class)?;
        let members = lineage.into_iter().flat_map(|(owner, class)| {
            let name =
                move |member: &Member| Name::new(owner.namespace.clone(), member.name.clone());
            class.members.iter().map(move |member| (name(member), member))
        });
        Ok(members.collect())
    }

    /// Whether a class is another, or extends it.
    pub(super) fn is_kind_of(&self, class: &Name, base: &Name) -> Result<bool, DataError> {
        Ok(class == base || self.lineage(class)?.iter().any(|(name, _)| name == base))
    }
}
