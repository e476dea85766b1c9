//! Writing values, with namespaces declared where .NET's serializer declares them.

use super::scalar;
use super::{
    DataError, Datum, Definition, Dictionary, Field, List, Object, Primitive, Schema, Type,
};
use crate::value::Value;
use crate::xml::{ArrayKind, Composer, Name, Sink, XSI};
use smol_str::SmolStr;

/// How deeply values may nest: as deeply as a reader accepts by default, the envelope left out.
const DEPTH: usize = 60;

pub(super) struct Writer<'a, S> {
    pub(super) schema: &'a Schema,
    pub(super) xml: Composer<S>,
    depth: usize,
}

impl<'a, S: Sink> Writer<'a, S> {
    pub(super) fn new(schema: &'a Schema, xml: Composer<S>) -> Writer<'a, S> {
        Writer { schema, xml, depth: 0 }
    }

    /// A parameter, or whatever else stands at the top of a serializer's work: its namespaces are
    /// declared on it.
    pub(super) fn root(
        &mut self,
        name: &Name,
        field: &Field,
        datum: &Datum,
    ) -> Result<(), DataError> {
        self.xml.start(&name.namespace, &name.local)?;
        self.declare_type(&field.ty, &name.namespace)?;
        // Whether it is used or not; only a primitive in an `object` has its own namespace before it.
        let boxed = matches!(datum, Datum::Typed(typed) if matches!(typed.0, Type::Primitive(_)));
        if !boxed && !self.is_simple(&field.ty)? {
            self.declare_instance()?;
        }
        self.content(&name.local, field, datum)?;
        self.body(&name.local, &field.ty, datum)?;
        Ok(self.xml.end()?)
    }

    /// A member, an item, a key or a value.
    fn element(&mut self, name: &Name, field: &Field, datum: &Datum) -> Result<(), DataError> {
        self.xml.start(&name.namespace, &name.local)?;
        self.declare_type(&field.ty, &name.namespace)?;
        self.content(&name.local, field, datum)?;
        self.body(&name.local, &field.ty, datum)?;
        Ok(self.xml.end()?)
    }

    fn declare_instance(&mut self) -> Result<(), DataError> {
        if self.xml.scope().prefix_of(XSI, true).is_none() {
            self.xml.declare_as("i", XSI)?;
        }
        Ok(())
    }

    /// The namespace of a type that has elements is declared on the element that holds it, null or not.
    fn declare_type(&mut self, ty: &Type, around: &str) -> Result<(), DataError> {
        match ty {
            Type::Named(name) if name.namespace != around && !self.is_simple(ty)? => {
                if self.xml.scope().prefix_of(&name.namespace, false).is_none() {
                    self.xml.prefix(&name.namespace)?;
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn is_simple(&self, ty: &Type) -> Result<bool, DataError> {
        Ok(match ty {
            Type::Primitive(_) => true,
            Type::Any => false,
            Type::Named(name) => {
                matches!(self.schema.definition(name)?, Definition::Enumeration(_))
            }
        })
    }

    /// What goes into the start tag: that there is nothing, or which type there is.
    fn content(&mut self, place: &str, field: &Field, datum: &Datum) -> Result<(), DataError> {
        match (datum, &field.ty) {
            (Datum::Nil, _) if field.nillable => {
                self.declare_instance()?;
                self.xml.attribute(XSI, "nil", Value::Bool(true))?;
            }
            (Datum::Nil, _) => return Err(DataError::Null { place: place.into() }),
            (Datum::Typed(typed), Type::Any) => self.instance_type(&typed.0.name())?,
            (Datum::Object(Object { class: Some(class), .. }), Type::Any) => {
                self.instance_type(class)?;
            }
            (Datum::Object(Object { class: Some(class), .. }), Type::Named(declared))
                if class != declared =>
            {
                if !self.schema.is_kind_of(class, declared)? {
                    let (expected, found) = (declared.clone().into(), class.clone().into());
                    return Err(DataError::WrongType { place: place.into(), expected, found });
                }
                self.instance_type(class)?;
            }
            _ => {}
        }
        Ok(())
    }

    fn instance_type(&mut self, name: &Name) -> Result<(), DataError> {
        let prefix = match self.xml.scope().prefix_of(&name.namespace, true) {
            Some(prefix) => prefix,
            None => self.xml.prefix(&name.namespace)?,
        };
        self.declare_instance()?;
        let value = Value::QName { prefix, local: name.local.clone() };
        Ok(self.xml.attribute(XSI, "type", value)?)
    }

    fn body(&mut self, place: &str, ty: &Type, datum: &Datum) -> Result<(), DataError> {
        self.depth += 1;
        if self.depth > DEPTH {
            return Err(DataError::TooDeep { limit: DEPTH });
        }
        match (datum, ty) {
            (Datum::Nil, _) => {}
            (Datum::QName(name), Type::Primitive(Primitive::QName)) => {
                let prefix = match name.namespace.as_str() {
                    "" => SmolStr::default(),
                    namespace => self.xml.prefix(namespace)?,
                };
                self.xml.text(Value::QName { prefix, local: name.local.clone() })?;
            }
            (_, Type::Primitive(primitive)) => {
                self.xml.text(scalar::write(*primitive, datum, place)?)?;
            }
            (Datum::Typed(typed), Type::Any) => self.body(place, &typed.0, &typed.1)?,
            // `new object()` has nothing to say.
            (Datum::Object(Object { class: None, members }), Type::Any) if members.is_empty() => {}
            (Datum::Object(object), Type::Any) if object.class.is_some() => {
                self.object(place, object, None)?;
            }
            (_, Type::Any) => return Err(mismatch(place, "a value with its type", datum)),
            (_, Type::Named(name)) => self.named(place, name, datum)?,
        }
        self.depth -= 1;
        Ok(())
    }

    fn named(&mut self, place: &str, name: &Name, datum: &Datum) -> Result<(), DataError> {
        let schema = self.schema;
        match (schema.definition(name)?, datum) {
            (Definition::Class(_), Datum::Object(object)) => self.object(place, object, Some(name)),
            (Definition::Enumeration(known), Datum::Enum(names)) => {
                let fits =
                    names.iter().all(|one| known.values.iter().any(|(value, _)| value == one));
                if !fits || (names.len() != 1 && !known.flags) {
                    return Err(mismatch(place, &name.local, datum));
                }
                // No flags at all have the name for nothing if there is one, and else no text.
                let nothing =
                    known.values.iter().find(|(_, value)| *value == 0 && names.is_empty());
                let names = nothing.map_or(&names[..], |(name, _)| std::slice::from_ref(name));
                for (index, one) in names.iter().enumerate() {
                    if index > 0 {
                        self.xml.text(Value::text(" "))?;
                    }
                    self.xml.text(Value::Text(one.clone()))?;
                }
                Ok(())
            }
            (Definition::List(list), Datum::List(items)) => self.list(name, list, items),
            (Definition::Dictionary(known), Datum::Map(entries)) => self.map(name, known, entries),
            _ => Err(mismatch(place, &name.local, datum)),
        }
    }

    fn object(
        &mut self,
        place: &str,
        object: &Object,
        declared: Option<&Name>,
    ) -> Result<(), DataError> {
        let schema = self.schema;
        let Some(class) = object.class.as_ref().or(declared) else {
            return Err(DataError::Missing { place: place.into() });
        };
        let members = schema.members(class)?;
        for (name, _) in &object.members {
            if !members.iter().any(|(known, _)| known.local == *name) {
                let (owner, place) = (class.local.clone(), name.clone());
                return Err(DataError::Unknown { owner, place });
            }
        }
        for (name, member) in members {
            match object.get(&member.name) {
                Some(datum) => self.element(&name, &member.field, datum)?,
                None if member.required && member.field.nillable => {
                    self.element(&name, &member.field, &Datum::Nil)?;
                }
                None if member.required => {
                    return Err(DataError::Missing { place: member.name.clone() });
                }
                None => {}
            }
        }
        Ok(())
    }

    fn list(&mut self, name: &Name, list: &List, items: &[Datum]) -> Result<(), DataError> {
        self.declare_type(&list.field.ty, &name.namespace)?;
        if let Some((kind, values)) = pack(list, items) {
            let values = values?;
            return Ok(self.xml.array(&name.namespace, &list.item, kind, values)?);
        }
        let item = Name::new(name.namespace.clone(), list.item.clone());
        items.iter().try_for_each(|datum| self.element(&item, &list.field, datum))
    }

    fn map(
        &mut self,
        name: &Name,
        known: &Dictionary,
        entries: &[(Datum, Datum)],
    ) -> Result<(), DataError> {
        let in_namespace = |local: &SmolStr| Name::new(name.namespace.clone(), local.clone());
        let (key_name, value_name) = (in_namespace(&known.key), in_namespace(&known.value));
        for (key, value) in entries {
            self.xml.start(&name.namespace, &known.item)?;
            self.element(&key_name, &known.key_field, key)?;
            self.element(&value_name, &known.value_field, value)?;
            self.xml.end()?;
        }
        Ok(())
    }
}

fn mismatch(place: &str, expected: &str, datum: &Datum) -> DataError {
    DataError::Kind {
        place: place.into(),
        expected: expected.to_owned(),
        found: datum.kind().to_owned(),
    }
}

/// The values of a list that .NET's serializer packs into one record.
fn pack(list: &List, items: &[Datum]) -> Option<(ArrayKind, Result<Vec<Value>, DataError>)> {
    let Type::Primitive(primitive) = list.field.ty else { return None };
    let kind = match primitive {
        Primitive::Boolean => ArrayKind::Bool,
        Primitive::Int => ArrayKind::Int32,
        Primitive::Long => ArrayKind::Int64,
        Primitive::Float => ArrayKind::Float,
        Primitive::Double => ArrayKind::Double,
        Primitive::Decimal => ArrayKind::Decimal,
        Primitive::DateTime => ArrayKind::DateTime,
        _ => return None,
    };
    if !list.packed || list.field.nillable {
        return None;
    }
    let values = items.iter().map(|datum| match datum {
        Datum::DateTime(time) if kind == ArrayKind::DateTime => Ok(Value::DateTime(*time)),
        _ => scalar::write(primitive, datum, &list.item),
    });
    Some((kind, values.collect()))
}
