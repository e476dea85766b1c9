//! The types of a description as schemas, one a namespace.

use super::{Xml, attribute, reference};
use crate::data::{Class, Definition, Enumeration, Field, Primitive, SERIALIZATION, Type, Wrapper};
use crate::error::XmlError;
use crate::text::Reader;
use crate::value::Value;
use crate::wsdl::Description;
use crate::xml::{Limits, Name, Source, XSD};
use std::collections::{BTreeMap, BTreeSet};

/// The types that every description of WCF's has, and svcutil wants.
const SERIALIZATION_SCHEMA: &str = include_str!("serialization.xsd");

/// Gives every namespace of the types a prefix on the open element. Declared where they are used, as .NET
/// does it, one prefix would mean several namespaces; node-soap takes them for one.
pub(super) fn declare(description: &Description, xml: &mut Xml) -> Result<(), XmlError> {
    let wrappers = wrappers(description);
    let elements = elements(description, &wrappers);
    for namespace in namespaces(description, &wrappers, &elements) {
        if !namespace.is_empty() {
            xml.prefix(namespace)?;
        }
    }
    xml.prefix(SERIALIZATION).map(|_| ())
}

fn namespaces<'a>(
    description: &'a Description,
    wrappers: &BTreeMap<&'a Name, &'a Wrapper>,
    elements: &'a BTreeMap<Name, Field>,
) -> BTreeSet<&'a str> {
    let types = description.schema.types().map(|(name, _)| name);
    types
        .chain(wrappers.keys().copied().chain(elements.keys()))
        .map(|name| name.namespace.as_str())
        .filter(|namespace| *namespace != SERIALIZATION && *namespace != XSD)
        .collect()
}

pub(super) fn write(description: &Description, xml: &mut Xml) -> Result<(), XmlError> {
    let wrappers = wrappers(description);
    let elements = elements(description, &wrappers);
    let namespaces = namespaces(description, &wrappers, &elements);
    for namespace in &namespaces {
        let schema = One { description, wrappers: &wrappers, elements: &elements, namespace };
        schema.write(&namespaces, xml)?;
    }
    let mut reader = Reader::new(SERIALIZATION_SCHEMA.as_bytes(), Limits::default())?;
    while let Some(event) = reader.next()? {
        xml.event(event)?;
    }
    Ok(())
}

fn wrappers(description: &Description) -> BTreeMap<&Name, &Wrapper> {
    let contracts = description.contracts.iter();
    let operations =
        contracts.flat_map(|contract| contract.operations.iter().chain(&contract.callbacks));
    let both =
        operations.flat_map(|operation| [Some(&operation.request), operation.reply.as_ref()]);
    both.flatten().map(|wrapper| (&wrapper.name, wrapper)).collect()
}

/// An element for each type, as WCF has it, and those of the faults.
fn elements(
    description: &Description,
    wrappers: &BTreeMap<&Name, &Wrapper>,
) -> BTreeMap<Name, Field> {
    let types = description.schema.types().map(|(name, definition)| {
        let value = matches!(definition, Definition::Enumeration(_))
            || matches!(definition, Definition::Class(class) if class.is_struct);
        let field = Field { ty: Type::Named(name.clone()), nillable: !value };
        (name.clone(), field)
    });
    let mut elements: BTreeMap<Name, Field> = types.collect();
    for contract in &description.contracts {
        let operations = contract.operations.iter().chain(&contract.callbacks);
        for fault in operations.flat_map(|operation| &operation.faults) {
            elements.insert(fault.element.clone(), fault.field.clone());
        }
    }
    elements.retain(|name, _| !wrappers.contains_key(name) && !name.local.contains('.'));
    elements
}

struct One<'a> {
    description: &'a Description,
    wrappers: &'a BTreeMap<&'a Name, &'a Wrapper>,
    elements: &'a BTreeMap<Name, Field>,
    namespace: &'a str,
}

impl One<'_> {
    fn write(&self, all: &BTreeSet<&str>, xml: &mut Xml) -> Result<(), XmlError> {
        xml.start(XSD, "schema")?;
        attribute(xml, "elementFormDefault", "qualified")?;
        attribute(xml, "targetNamespace", self.namespace)?;
        let others = all.iter().copied().filter(|other| *other != self.namespace);
        for other in others.chain([SERIALIZATION]).filter(|other| !other.is_empty()) {
            xml.start(XSD, "import")?;
            attribute(xml, "namespace", other)?;
            xml.end()?;
        }
        for (_, wrapper) in
            self.wrappers.iter().filter(|(name, _)| name.namespace == self.namespace)
        {
            self.wrapper(wrapper, xml)?;
        }
        for (name, definition) in self.description.schema.types() {
            if name.namespace == self.namespace {
                self.definition(name, definition, xml)?;
            }
        }
        for (name, field) in
            self.elements.iter().filter(|(name, _)| name.namespace == self.namespace)
        {
            element(&name.local, field, None, xml)?;
            xml.end()?;
        }
        xml.end()
    }

    fn wrapper(&self, wrapper: &Wrapper, xml: &mut Xml) -> Result<(), XmlError> {
        xml.start(XSD, "element")?;
        attribute(xml, "name", &wrapper.name.local)?;
        xml.start(XSD, "complexType")?;
        xml.start(XSD, "sequence")?;
        for part in &wrapper.parts {
            element(&part.name, &part.field, Some(false), xml)?;
            xml.end()?;
        }
        xml.end()?;
        xml.end()?;
        xml.end()
    }

    fn definition(
        &self,
        name: &Name,
        definition: &Definition,
        xml: &mut Xml,
    ) -> Result<(), XmlError> {
        match definition {
            Definition::Class(class) => self.class(name, class, xml),
            Definition::Enumeration(known) => enumeration(name, known, xml),
            Definition::List(list) => {
                complex(name, xml)?;
                xml.start(XSD, "sequence")?;
                element(&list.item, &list.field, Some(false), xml)?;
                attribute(xml, "maxOccurs", "unbounded")?;
                xml.end()?;
                xml.end()?;
                xml.end()
            }
            Definition::Dictionary(known) => {
                complex(name, xml)?;
                fact("IsDictionary", "true", xml)?;
                xml.start(XSD, "sequence")?;
                xml.start(XSD, "element")?;
                attribute(xml, "name", &known.item)?;
                attribute(xml, "minOccurs", "0")?;
                attribute(xml, "maxOccurs", "unbounded")?;
                xml.start(XSD, "complexType")?;
                xml.start(XSD, "sequence")?;
                for (name, field) in
                    [(&known.key, &known.key_field), (&known.value, &known.value_field)]
                {
                    element(name, field, Some(true), xml)?;
                    xml.end()?;
                }
                for _ in 0..5 {
                    xml.end()?;
                }
                Ok(())
            }
        }
    }

    fn note(&self, key: &str, xml: &mut Xml) -> Result<(), XmlError> {
        let Some(text) = self.description.documentation.get(key) else { return Ok(()) };
        xml.start(XSD, "annotation")?;
        xml.element(XSD, "documentation", Value::text(text.as_str()))?;
        xml.end()
    }

    fn class(&self, name: &Name, class: &Class, xml: &mut Xml) -> Result<(), XmlError> {
        complex(name, xml)?;
        self.note(&name.to_string(), xml)?;
        if class.is_struct {
            fact("IsValueType", "true", xml)?;
        }
        if let Some(base) = &class.base {
            xml.start(XSD, "complexContent")?;
            xml.attribute("", "mixed", Value::Bool(false))?;
            xml.start(XSD, "extension")?;
            reference(xml, "base", base)?;
        }
        xml.start(XSD, "sequence")?;
        for member in &class.members {
            element(&member.name, &member.field, Some(member.required), xml)?;
            self.note(&format!("{name}/{}", member.name), xml)?;
            xml.end()?;
        }
        xml.end()?;
        if class.base.is_some() {
            xml.end()?;
            xml.end()?;
        }
        xml.end()
    }
}

fn complex(name: &Name, xml: &mut Xml) -> Result<(), XmlError> {
    xml.start(XSD, "complexType")?;
    attribute(xml, "name", &name.local)
}

/// Begins an element; inside a type it is there once, or may be missing.
fn element(
    name: &str,
    field: &Field,
    required: Option<bool>,
    xml: &mut Xml,
) -> Result<(), XmlError> {
    xml.start(XSD, "element")?;
    if required == Some(false) {
        attribute(xml, "minOccurs", "0")?;
    }
    attribute(xml, "name", name)?;
    if field.nillable {
        attribute(xml, "nillable", "true")?;
    }
    reference(xml, "type", &field.ty.name())
}

/// What XML Schema cannot say, and .NET reads.
fn fact(name: &str, value: &str, xml: &mut Xml) -> Result<(), XmlError> {
    xml.start(XSD, "annotation")?;
    xml.start(XSD, "appinfo")?;
    xml.element(SERIALIZATION, name, Value::text(value))?;
    xml.end()?;
    xml.end()
}

fn enumeration(name: &Name, known: &Enumeration, xml: &mut Xml) -> Result<(), XmlError> {
    xml.start(XSD, "simpleType")?;
    attribute(xml, "name", &name.local)?;
    if known.flags {
        xml.start(XSD, "list")?;
        xml.start(XSD, "simpleType")?;
    }
    xml.start(XSD, "restriction")?;
    reference(xml, "base", &Primitive::String.name())?;
    for (index, (text, number)) in known.values.iter().enumerate() {
        xml.start(XSD, "enumeration")?;
        attribute(xml, "value", text)?;
        let counted = i64::try_from(index).unwrap_or(i64::MAX);
        let counted =
            if known.flags { 1i64.checked_shl(index as u32).unwrap_or(0) } else { counted };
        if *number != counted {
            fact("EnumerationValue", &number.to_string(), xml)?;
        }
        xml.end()?;
    }
    xml.end()?;
    if known.flags {
        xml.end()?;
        xml.end()?;
    }
    xml.end()
}
