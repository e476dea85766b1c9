//! Reading values from anybody.

use super::scalar;
use super::{
    DataError, Datum, Definition, Dictionary, Enumeration, Field, List, Object, Primitive,
    SERIALIZATION, Schema, Type,
};
use crate::value::Value;
use crate::xml::{Cursor, Name, Source, Start, XSI};
use smol_str::SmolStr;

pub(super) struct Reader<'a, S> {
    pub(super) schema: &'a Schema,
    pub(super) xml: Cursor<S>,
}

impl<S: Source> Reader<'_, S> {
    /// The value of an element whose start has just been taken; its end is taken too.
    pub(super) fn value(&mut self, start: &Start, field: &Field) -> Result<Datum, DataError> {
        let place = &start.name.local;
        if start.attribute(SERIALIZATION, "Ref").is_some() {
            return Err(DataError::Reference { place: place.clone() });
        }
        if Cursor::<S>::is_nil(start) {
            self.xml.skip()?;
            let null = || DataError::Null { place: place.clone() };
            return if field.nillable { Ok(Datum::Nil) } else { Err(null()) };
        }
        let said = match start.attribute(XSI, "type") {
            Some(value) => Some(self.xml.resolve(value)?),
            None => None,
        };
        match (&field.ty, said) {
            (Type::Any, Some(name)) => self.open(place, &name),
            (Type::Any, None) => self.untyped(place),
            (Type::Primitive(primitive), _) => self.primitive(place, *primitive),
            (Type::Named(declared), Some(name)) if name != *declared => {
                self.derived(place, declared, name)
            }
            (Type::Named(declared), _) => self.named(place, declared, None),
        }
    }

    fn primitive(&mut self, place: &str, primitive: Primitive) -> Result<Datum, DataError> {
        if primitive != Primitive::QName {
            return scalar::read(primitive, &self.xml.text()?, place);
        }
        // The declarations of the element are gone once its end is read.
        let scope = self.xml.scope().clone();
        let text = self.xml.text()?.to_text();
        let (prefix, local) = text.trim().split_once(':').unwrap_or(("", text.trim()));
        match scope.lookup(prefix) {
            Some(namespace) => Ok(Datum::QName(Name::new(namespace, local))),
            None => Err(DataError::Kind {
                place: place.into(),
                expected: primitive.to_string(),
                found: format!("the prefix `{prefix}`, which is not declared"),
            }),
        }
    }

    /// A value that says its own type.
    fn open(&mut self, place: &SmolStr, name: &Name) -> Result<Datum, DataError> {
        let unknown = || DataError::UnknownType { name: name.clone().into() };
        let ty = self.schema.resolve(name).ok_or_else(unknown)?;
        let datum = match &ty {
            Type::Any => return self.untyped(place),
            Type::Primitive(primitive) => self.primitive(place, *primitive)?,
            Type::Named(name) => match self.named(place, name, Some(name))? {
                Datum::Object(object) => return Ok(Datum::Object(object)),
                datum => datum,
            },
        };
        Ok(Datum::Typed(Box::new((ty, datum))))
    }

    /// `new object()` is empty; text without a type is text.
    fn untyped(&mut self, place: &SmolStr) -> Result<Datum, DataError> {
        if let Ok(Some(start)) = self.xml.peek_start() {
            let found = format!("element {} without a type", start.name);
            let expected = "a value with its type".to_owned();
            return Err(DataError::Kind { place: place.clone(), expected, found });
        }
        let value = self.xml.text()?;
        if value.is_empty() {
            return Ok(Datum::Object(Object::default()));
        }
        let text = Datum::text(value.to_text());
        Ok(Datum::Typed(Box::new((Primitive::String.into(), text))))
    }

    fn derived(
        &mut self,
        place: &SmolStr,
        declared: &Name,
        found: Name,
    ) -> Result<Datum, DataError> {
        match (self.schema.definition(declared)?, self.schema.get(&found)) {
            (Definition::Class(_), Some(Definition::Class(_))) => {
                if self.schema.is_kind_of(&found, declared)? {
                    return self.named(place, declared, Some(&found));
                }
                let expected = declared.clone().into();
                Err(DataError::WrongType { place: place.clone(), expected, found: found.into() })
            }
            (Definition::Class(_), _) => Err(DataError::UnknownType { name: found.into() }),
            // Lists and enumerations have no kinds; other stacks name them as they like.
            _ => self.named(place, declared, None),
        }
    }

    fn named(
        &mut self,
        place: &SmolStr,
        name: &Name,
        class: Option<&Name>,
    ) -> Result<Datum, DataError> {
        let schema = self.schema;
        match schema.definition(name)? {
            Definition::Class(_) => self.object(name, class),
            Definition::Enumeration(known) => {
                let text = self.xml.text()?;
                enumeration(place, name, known, &text)
            }
            Definition::List(list) => self.list(name, list),
            Definition::Dictionary(known) => self.map(name, known),
        }
    }

    /// Members in any order: WCF's own reader ignores those that come too early, without a word
    /// (interop.md, 3.1, rule 3), and nobody wants that.
    fn object(&mut self, declared: &Name, class: Option<&Name>) -> Result<Datum, DataError> {
        let schema = self.schema;
        let members = schema.members(class.unwrap_or(declared))?;
        let mut object = Object { class: class.cloned(), members: Vec::new() };
        while let Some(start) = self.xml.start()? {
            let known = members.iter().find(|(name, _)| *name == start.name);
            match known {
                Some((_, member)) if object.get(&member.name).is_none() => {
                    let datum = self.value(&start, &member.field)?;
                    object.members.push((member.name.clone(), datum));
                }
                // Unknown ones are a newer contract's; of two the first counts.
                _ => self.xml.skip()?,
            }
        }
        self.xml.end()?;
        let missing = members
            .iter()
            .find(|(_, member)| member.required && object.get(&member.name).is_none());
        match missing {
            Some((_, member)) => Err(DataError::Missing { place: member.name.clone() }),
            None => Ok(Datum::Object(object)),
        }
    }

    fn list(&mut self, name: &Name, list: &List) -> Result<Datum, DataError> {
        let mut items = Vec::new();
        while let Some(start) = self.xml.start()? {
            if start.name.is(&name.namespace, &list.item) {
                items.push(self.value(&start, &list.field)?);
            } else {
                self.xml.skip()?;
            }
        }
        self.xml.end()?;
        Ok(Datum::List(items))
    }

    fn map(&mut self, name: &Name, known: &Dictionary) -> Result<Datum, DataError> {
        let mut entries = Vec::new();
        while let Some(start) = self.xml.start()? {
            if !start.name.is(&name.namespace, &known.item) {
                self.xml.skip()?;
                continue;
            }
            let (mut key, mut value) = (None, None);
            while let Some(part) = self.xml.start()? {
                if part.name.is(&name.namespace, &known.key) {
                    key = Some(self.value(&part, &known.key_field)?);
                } else if part.name.is(&name.namespace, &known.value) {
                    value = Some(self.value(&part, &known.value_field)?);
                } else {
                    self.xml.skip()?;
                }
            }
            self.xml.end()?;
            let missing = |place: &SmolStr| DataError::Missing { place: place.clone() };
            let key = key.ok_or_else(|| missing(&known.key))?;
            entries.push((key, value.ok_or_else(|| missing(&known.value))?));
        }
        self.xml.end()?;
        Ok(Datum::Map(entries))
    }
}

fn enumeration(
    place: &SmolStr,
    name: &Name,
    known: &Enumeration,
    value: &Value,
) -> Result<Datum, DataError> {
    let text = value.to_text();
    // A name may hold a space only if it is the only one.
    let whole = text.trim();
    let is_known = |one: &str| known.values.iter().any(|(value, _)| value == one);
    let names: Vec<SmolStr> = if known.flags && !is_known(whole) {
        whole.split_ascii_whitespace().map(SmolStr::new).collect()
    } else {
        vec![whole.into()]
    };
    // Flags without a name for nothing are empty.
    let fits = names.iter().all(|one| is_known(one));
    if fits {
        return Ok(Datum::Enum(names));
    }
    let found = format!("`{}`", whole.chars().take(40).collect::<String>());
    Err(DataError::Kind { place: place.clone(), expected: name.local.to_string(), found })
}
