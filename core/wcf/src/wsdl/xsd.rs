//! XML Schema as data contracts use it (interop.md, 3.1; the rules of .NET's `SchemaImporter`).

mod convert;

use super::error::Unsupported;
use crate::data::{Definition, Field, Part, Primitive, SERIALIZATION, Schema, Type};
use crate::xml::{Element, Name, XSD};
use smol_str::{SmolStr, format_smolstr};
use std::collections::{BTreeMap, BTreeSet};

const SERIALIZER: &str = "the service uses XmlSerializer: give it [DataContract] types, or call it with \
    bodies of your own";

/// The components of all schemas of a description, and what has become of them.
#[derive(Default)]
pub(super) struct Types<'a> {
    elements: BTreeMap<Name, &'a Element>,
    named: BTreeMap<Name, &'a Element>,
    /// Simple types that are another name for a primitive.
    aliases: BTreeMap<Name, Primitive>,
    pub(super) schema: Schema,
    pub(super) documentation: BTreeMap<SmolStr, String>,
    /// Types that could not be converted.
    pub(super) failed: BTreeMap<Name, Unsupported>,
    /// Types that have been found complete, with everything they need.
    sound: BTreeSet<Name>,
}

impl<'a> Types<'a> {
    /// Registers the components of a schema. Those without a namespace of their own take that of the
    /// schema that includes them.
    pub(super) fn add(&mut self, schema: &'a Element, around: &str) {
        let namespace = schema.get("targetNamespace").unwrap_or(around);
        for child in &schema.children {
            let Some(local) = child.get("name").filter(|_| child.name.namespace == XSD) else {
                continue;
            };
            let name = Name::new(namespace, local);
            match child.name.local.as_str() {
                "element" => {
                    self.elements.entry(name).or_insert(child);
                }
                "complexType" | "simpleType" => {
                    self.named.entry(name).or_insert(child);
                }
                _ => {}
            }
        }
    }

    /// Converts all named types.
    pub(super) fn convert(&mut self) {
        let names: Vec<Name> = self.named.keys().cloned().collect();
        for name in &names {
            if let Some(primitive) = self.alias(name, 0) {
                self.aliases.insert(name.clone(), primitive);
            }
        }
        for name in names {
            if name.namespace != SERIALIZATION && !self.aliases.contains_key(&name) {
                self.one(&name);
            }
        }
    }

    fn one(&mut self, name: &Name) {
        let Some(element) = self.named.get(name).copied() else { return };
        self.define(name, element);
    }

    fn define(&mut self, name: &Name, element: &'a Element) {
        match convert::definition(self, name, element) {
            Ok(definition) => {
                self.schema.define(name.clone(), definition);
                self.note(&format_smolstr!("{name}"), element);
            }
            Err(unsupported) => {
                self.failed.insert(name.clone(), unsupported);
            }
        }
    }

    fn note(&mut self, key: &str, element: &Element) {
        let text = documentation(element);
        if !text.is_empty() {
            self.documentation.insert(key.into(), text);
        }
    }

    /// The primitive that a simple type restricts without adding values.
    fn alias(&self, name: &Name, depth: usize) -> Option<Primitive> {
        if name.namespace == XSD || name.namespace == SERIALIZATION {
            return Primitive::from_name(name);
        }
        let element = self.named.get(name).filter(|element| element.is(XSD, "simpleType"))?;
        let restriction = element.first(XSD, "restriction")?;
        if restriction.first(XSD, "enumeration").is_some() || depth > 32 {
            return None;
        }
        self.alias(restriction.qualified("base")?, depth + 1)
    }

    /// The type that an element or member has.
    fn field(&mut self, element: &'a Element, inline: &Name) -> Result<Field, Unsupported> {
        let nillable = is_true(element.get("nillable"));
        let ty = match (element.get("type"), element.qualified("type")) {
            (Some(_), Some(name)) => self.resolve(name)?,
            (Some(text), None) => {
                return Err(Unsupported::new(
                    inline.to_string(),
                    format!("the type {text}, whose prefix is not declared"),
                    "correct the description",
                ));
            }
            (None, _) => match element
                .children
                .iter()
                .find(|child| child.is(XSD, "complexType") || child.is(XSD, "simpleType"))
            {
                Some(anonymous) => {
                    self.define(inline, anonymous);
                    match self.failed.get(inline) {
                        Some(unsupported) => return Err(unsupported.clone()),
                        None => Type::Named(inline.clone()),
                    }
                }
                None => Type::Any,
            },
        };
        Ok(Field { ty, nillable })
    }

    fn resolve(&self, name: &Name) -> Result<Type, Unsupported> {
        if name.is(XSD, "anyType") {
            return Ok(Type::Any);
        }
        if let Some(primitive) = self.aliases.get(name).copied().or(Primitive::from_name(name)) {
            return Ok(primitive.into());
        }
        if self.named.contains_key(name) {
            return Ok(Type::Named(name.clone()));
        }
        let what = format!("the type {name}, which no schema has");
        Err(Unsupported::new(name.to_string(), what, "import all parts of the description"))
    }

    /// The parameters in a global element: it must be a sequence of elements, or refer to a class.
    pub(super) fn parts(&mut self, name: &Name) -> Result<Vec<Part>, Unsupported> {
        let Some(element) = self.elements.get(name).copied() else {
            let what = "an element that no schema has";
            return Err(Unsupported::new(
                name.to_string(),
                what,
                "import all parts of the description",
            ));
        };
        let mut content = element.first(XSD, "complexType");
        if let Some(named) = element.qualified("type").filter(|_| element.get("type").is_some()) {
            content = self.named.get(named).copied();
        }
        let Some(content) = content else {
            let what = "a body that is no wrapper of parameters";
            return Err(Unsupported::new(name.to_string(), what, MESSAGE_CONTRACT));
        };
        let members = convert::members(self, name, content)?;
        Ok(members
            .into_iter()
            .map(|member| Part { name: member.name, field: member.field })
            .collect())
    }

    /// The type of a global element, as details of faults are.
    pub(super) fn element(&mut self, name: &Name) -> Result<Field, Unsupported> {
        match self.elements.get(name).copied() {
            Some(element) => self.field(element, name),
            None => {
                let what = "an element that no schema has";
                Err(Unsupported::new(name.to_string(), what, "import all parts of the description"))
            }
        }
    }

    /// The first type that cannot be had, among those that a field needs.
    pub(super) fn obstacle(&mut self, field: &Field) -> Option<Unsupported> {
        let mut seen = BTreeSet::new();
        let mut waiting: Vec<Name> = named(field).cloned().into_iter().collect();
        while let Some(name) = waiting.pop() {
            if self.sound.contains(&name) || !seen.insert(name.clone()) {
                continue;
            }
            if let Some(unsupported) = self.failed.get(&name) {
                return Some(unsupported.clone());
            }
            match self.schema.get(&name) {
                Some(Definition::Class(class)) => {
                    let members = class.members.iter().map(|member| &member.field);
                    waiting.extend(class.base.iter().chain(members.filter_map(named)).cloned());
                }
                Some(Definition::List(list)) => waiting.extend(named(&list.field).cloned()),
                Some(Definition::Dictionary(known)) => {
                    let fields = [&known.key_field, &known.value_field];
                    waiting.extend(fields.into_iter().filter_map(named).cloned());
                }
                _ => {}
            }
        }
        // Whoever needs one of these later need not look again.
        self.sound.append(&mut seen);
        None
    }
}

fn named(field: &Field) -> Option<&Name> {
    if let Type::Named(name) = &field.ty { Some(name) } else { None }
}

pub(super) const MESSAGE_CONTRACT: &str =
    "the service uses message contracts: give it operations with parameters";

pub(super) fn is_true(value: Option<&str>) -> bool {
    matches!(value.map(str::trim), Some("true" | "1"))
}

/// What people wrote: `xs:documentation` inside `xs:annotation`.
fn documentation(element: &Element) -> String {
    let annotations = element.all(XSD, "annotation");
    let texts = annotations.flat_map(|annotation| annotation.all(XSD, "documentation"));
    texts.map(|text| text.text.trim().to_owned()).collect::<Vec<_>>().join("\n")
}

/// A fact in `xs:appinfo`, in the serialization namespace.
fn appinfo<'a>(element: &'a Element, local: &str) -> Option<&'a str> {
    let annotation = element.first(XSD, "annotation")?;
    let info = annotation.all(XSD, "appinfo").find_map(|info| info.first(SERIALIZATION, local))?;
    Some(info.text.trim())
}
