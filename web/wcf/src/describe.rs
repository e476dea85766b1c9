//! Types and operations from a description: the plain value that a generated module exports, which is
//! the JSON of [`Description`](sessionful_wcf::wsdl::Description).

use crate::look::{Looked, flag, list, maybe_text, member, short, text};
use crate::take::qualified;
use js_sys::{Array, Object};
use sessionful_wcf::data::{
    Class, Definition, Dictionary, Enumeration, Field, List, Member, Part, Primitive, Schema, Type,
    Wrapper,
};
use sessionful_wcf::xml::Name;
use smol_str::{SmolStr, format_smolstr};
use wasm_bindgen::{JsCast, JsValue};

/// An operation, as far as its bodies go.
pub(crate) struct Operation {
    pub(crate) request: Wrapper,
    pub(crate) reply: Option<Wrapper>,
    pub(crate) faults: Vec<Fault>,
}

/// A fault that an operation declares.
pub(crate) struct Fault {
    pub(crate) element: Name,
    pub(crate) field: Field,
}

/// The types of a description.
pub(crate) fn schema(description: &JsValue) -> Looked<Schema> {
    let types = member(description, "schema");
    if !types.is_object() {
        return Err("the description has no schema".into());
    }
    let mut schema = Schema::default();
    for pair in Object::entries(types.unchecked_ref::<Object>()).iter() {
        let pair: &Array = pair.unchecked_ref();
        let name = named(&pair.get(0))?;
        let definition = definition(&pair.get(1));
        let definition = definition.map_err(|why| format_smolstr!("type {name}: {why}"))?;
        schema.define(name, definition);
    }
    Ok(schema)
}

/// The operations of a contract, or its callbacks.
pub(crate) fn operations(
    description: &JsValue,
    contract: &str,
    callbacks: bool,
) -> Looked<Vec<Operation>> {
    let contracts = list(description, "contracts")?;
    let found = contracts.iter().find(|one| maybe_text(one, "name").as_deref() == Some(contract));
    let found = found.ok_or_else(|| format_smolstr!("there is no contract {contract}"))?;
    let members = if callbacks { "callbacks" } else { "operations" };
    list(found, members)?.iter().map(operation).collect()
}

fn operation(value: &JsValue) -> Looked<Operation> {
    let reply = member(value, "reply");
    let faults = list(value, "faults")?;
    let fault = |fault: &JsValue| -> Looked<Fault> {
        let element = named(&member(fault, "element"))?;
        Ok(Fault { element, field: field(&member(fault, "field"))? })
    };
    Ok(Operation {
        request: wrapper(&member(value, "request"))?,
        reply: if reply.is_object() { Some(wrapper(&reply)?) } else { None },
        faults: faults.iter().map(fault).collect::<Looked<_>>()?,
    })
}

fn wrapper(value: &JsValue) -> Looked<Wrapper> {
    let parts = list(value, "parts")?;
    let part = |part: &JsValue| -> Looked<Part> {
        Ok(Part::new(text(part, "name")?, field(&member(part, "field"))?))
    };
    let parts = parts.iter().map(part).collect::<Looked<Vec<_>>>()?;
    Ok(Wrapper::new(named(&member(value, "name"))?, parts))
}

fn named(value: &JsValue) -> Looked<Name> {
    let name = short(value).and_then(|text| qualified(&text));
    name.ok_or_else(|| "a name that is not {namespace}local".into())
}

fn field(value: &JsValue) -> Looked<Field> {
    Ok(Field { ty: ty(&member(value, "ty"))?, nillable: flag(value, "nillable") })
}

fn ty(value: &JsValue) -> Looked<Type> {
    if value.as_string().as_deref() == Some("any") {
        return Ok(Type::Any);
    }
    if let Some(kind) = maybe_text(value, "primitive") {
        let mut all = Primitive::ALL.iter().copied();
        let found = all.find(|primitive| primitive.name().local.eq_ignore_ascii_case(&kind));
        return found
            .map(Type::Primitive)
            .ok_or_else(|| format_smolstr!("{kind} is no primitive type"));
    }
    named(&member(value, "named")).map(Type::Named)
}

fn definition(value: &JsValue) -> Looked<Definition> {
    let of = |kind: &str| Some(member(value, kind)).filter(JsValue::is_object);
    if let Some(value) = of("class") {
        return class(&value).map(Definition::Class);
    }
    if let Some(value) = of("enumeration") {
        return enumeration(&value).map(Definition::Enumeration);
    }
    if let Some(value) = of("list") {
        let (item, field) = (text(&value, "item")?, field(&member(&value, "field"))?);
        return Ok(Definition::List(List { item, field, packed: flag(&value, "packed") }));
    }
    let value = of("dictionary").ok_or("it is of no known kind")?;
    Ok(Definition::Dictionary(Dictionary {
        item: text(&value, "item")?,
        key: text(&value, "key")?,
        key_field: field(&member(&value, "keyField"))?,
        value: text(&value, "value")?,
        value_field: field(&member(&value, "valueField"))?,
    }))
}

fn class(value: &JsValue) -> Looked<Class> {
    let members = list(value, "members")?;
    let one = |value: &JsValue| -> Looked<Member> {
        let (name, field) = (text(value, "name")?, field(&member(value, "field"))?);
        Ok(Member { name, field, required: flag(value, "required") })
    };
    let base = member(value, "base");
    Ok(Class {
        base: if base.is_string() { Some(named(&base)?) } else { None },
        members: members.iter().map(one).collect::<Looked<_>>()?,
        is_struct: flag(value, "isStruct"),
    })
}

fn enumeration(value: &JsValue) -> Looked<Enumeration> {
    let one = |pair: &JsValue| -> Looked<(SmolStr, i64)> {
        let pair: &Array = pair.dyn_ref().ok_or("a value that is no pair")?;
        let name = short(&pair.get(0)).ok_or("a value without a name")?;
        Ok((name, pair.get(1).as_f64().unwrap_or_default() as i64))
    };
    let values = list(value, "values")?;
    let values = values.iter().map(one).collect::<Looked<_>>()?;
    Ok(Enumeration { values, flags: flag(value, "flags") })
}
