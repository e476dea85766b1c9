//! One type of a schema as a data contract.

use super::{SERIALIZER, Types, appinfo, is_true};
use crate::data::{Class, Definition, Dictionary, Enumeration, Field, List, Member, SERIALIZATION};
use crate::wsdl::Unsupported;
use crate::xml::{Element, Name, XSD};
use smol_str::{SmolStr, format_smolstr};

pub(super) fn definition<'a>(
    types: &mut Types<'a>,
    name: &Name,
    element: &'a Element,
) -> Result<Definition, Unsupported> {
    if element.is(XSD, "simpleType") {
        return enumeration(name, element).map(Definition::Enumeration);
    }
    if let Some(item) = repeated(element) {
        let dictionary = is_true(appinfo(element, "IsDictionary"));
        return if dictionary {
            self::dictionary(types, name, item).map(Definition::Dictionary)
        } else {
            list(types, name, item).map(Definition::List)
        };
    }
    let members = members(types, name, element)?;
    let base = extension(element).and_then(|extension| extension.qualified("base").cloned());
    let is_struct = is_true(appinfo(element, "IsValueType"));
    Ok(Definition::Class(Class { base, members, is_struct }))
}

fn extension(element: &Element) -> Option<&Element> {
    element.first(XSD, "complexContent")?.first(XSD, "extension")
}

/// The one element of a list, which may come any number of times.
fn repeated(element: &Element) -> Option<&Element> {
    match &element.first(XSD, "sequence")?.children[..] {
        [item] if item.is(XSD, "element") && item.get("maxOccurs") == Some("unbounded") => {
            Some(item)
        }
        _ => None,
    }
}

/// The members of a class, without those of its base.
pub(super) fn members<'a>(
    types: &mut Types<'a>,
    name: &Name,
    element: &'a Element,
) -> Result<Vec<Member>, Unsupported> {
    let place = || name.to_string();
    let content = extension(element).unwrap_or(element);
    let mut members = Vec::new();
    for child in &content.children {
        match child.name.local.as_str() {
            "annotation" => {}
            "sequence" => members = sequence(types, name, child)?,
            "attribute"
                if child.qualified("ref").is_some_and(|name| name.namespace == SERIALIZATION) =>
            {
                return Err(Unsupported::new(
                    place(),
                    "objects that refer to each other (IsReference)",
                    "turn IsReference off in the data contract",
                ));
            }
            "attribute" | "anyAttribute" | "attributeGroup" => {
                return Err(Unsupported::new(place(), "attributes", SERIALIZER));
            }
            other => {
                return Err(Unsupported::new(place(), format!("xs:{other} in a type"), SERIALIZER));
            }
        }
    }
    Ok(members)
}

fn sequence<'a>(
    types: &mut Types<'a>,
    name: &Name,
    sequence: &'a Element,
) -> Result<Vec<Member>, Unsupported> {
    let place = || name.to_string();
    let mut members = Vec::new();
    for element in &sequence.children {
        let Some(local) = element.get("name").filter(|_| element.is(XSD, "element")) else {
            let what = match element.get("ref") {
                Some(name) => format!("a reference to the element {name}"),
                None => format!("xs:{} in a sequence", element.name.local),
            };
            if element.is(XSD, "annotation") {
                continue;
            }
            return Err(Unsupported::new(place(), what, SERIALIZER));
        };
        if !matches!(element.get("maxOccurs"), None | Some("1")) {
            let what = format!("the member {local}, which may come several times");
            return Err(Unsupported::new(place(), what, SERIALIZER));
        }
        if element.get("form") == Some("unqualified") {
            let what = format!("the member {local}, which is not qualified");
            return Err(Unsupported::new(place(), what, SERIALIZER));
        }
        let inline = Name::new(name.namespace.clone(), format_smolstr!("{}.{local}", name.local));
        let field = types.field(element, &inline)?;
        types.note(&format_smolstr!("{name}/{local}"), element);
        let required = element.get("minOccurs").is_none_or(|least| least.trim() != "0");
        members.push(Member { name: local.into(), field, required });
    }
    Ok(members)
}

fn list<'a>(types: &mut Types<'a>, name: &Name, item: &'a Element) -> Result<List, Unsupported> {
    let (local, field) = item_of(types, name, item)?;
    Ok(List { item: local, field, packed: true })
}

fn item_of<'a>(
    types: &mut Types<'a>,
    name: &Name,
    item: &'a Element,
) -> Result<(SmolStr, Field), Unsupported> {
    let Some(local) = item.get("name") else {
        return Err(Unsupported::new(
            name.to_string(),
            "a list of references to elements",
            SERIALIZER,
        ));
    };
    let inline = Name::new(name.namespace.clone(), format_smolstr!("{}.{local}", name.local));
    Ok((local.into(), types.field(item, &inline)?))
}

fn dictionary<'a>(
    types: &mut Types<'a>,
    name: &Name,
    item: &'a Element,
) -> Result<Dictionary, Unsupported> {
    let wrong =
        || Unsupported::new(name.to_string(), "a dictionary without key and value", SERIALIZER);
    let local = item.get("name").ok_or_else(wrong)?;
    let entry = item.first(XSD, "complexType").ok_or_else(wrong)?;
    let inline = Name::new(name.namespace.clone(), format_smolstr!("{}.{local}", name.local));
    match &members(types, &inline, entry)?[..] {
        [key, value] => Ok(Dictionary {
            item: local.into(),
            key: key.name.clone(),
            key_field: key.field.clone(),
            value: value.name.clone(),
            value_field: value.field.clone(),
        }),
        _ => Err(wrong()),
    }
}

/// Values with their numbers, which are counted where none is said; a list of them is flags.
fn enumeration(name: &Name, element: &Element) -> Result<Enumeration, Unsupported> {
    let inner = element.first(XSD, "list").and_then(|list| list.first(XSD, "simpleType"));
    let restriction = inner.unwrap_or(element).first(XSD, "restriction");
    let Some(restriction) = restriction else {
        return Err(Unsupported::new(
            name.to_string(),
            "a simple type that is no enumeration",
            SERIALIZER,
        ));
    };
    let flags = inner.is_some();
    let mut values = Vec::new();
    for (index, value) in restriction.all(XSD, "enumeration").enumerate() {
        let Some(text) = value.get("value") else { continue };
        let counted = i64::try_from(index).unwrap_or(i64::MAX);
        let counted = if flags { 1i64.checked_shl(index as u32).unwrap_or(0) } else { counted };
        let said = appinfo(value, "EnumerationValue").and_then(|text| text.parse().ok());
        values.push((text.into(), said.unwrap_or(counted)));
    }
    Ok(Enumeration { values, flags })
}
