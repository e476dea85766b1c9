//! From values of data contracts to JavaScript's.

use crate::take::{TYPE, VALUE};
use js_sys::{Array, BigInt, Map, Object as JsObject, Reflect, Uint8Array};
use sessionful_wcf::data::{Datum, Definition, Field, Object, Primitive, Schema, Type};
use sessionful_wcf::xml::Name;
use wasm_bindgen::JsValue;

/// The value of a field.
pub(crate) fn give(schema: &Schema, ty: &Type, datum: &Datum) -> JsValue {
    match (datum, ty) {
        (Datum::Nil, _) => JsValue::NULL,
        (Datum::Typed(typed), _) => {
            let object = JsObject::new();
            set(&object, TYPE, &name(&typed.0.name()));
            set(&object, VALUE, &give(schema, &typed.0, &typed.1));
            object.into()
        }
        (Datum::Object(object), _) => self::object(schema, ty, object),
        (_, Type::Primitive(kind)) => primitive(*kind, datum),
        (_, Type::Named(name)) => named(schema, name, datum),
        (_, Type::Any) => JsValue::UNDEFINED, // such a value says its type
    }
}

fn primitive(kind: Primitive, datum: &Datum) -> JsValue {
    let long = matches!(kind, Primitive::Long | Primitive::UnsignedLong);
    match datum {
        Datum::Bool(value) => (*value).into(),
        Datum::Int(value) if long => BigInt::from(*value).into(),
        Datum::UInt(value) if long => BigInt::from(*value).into(),
        Datum::Int(value) => (*value as f64).into(), // of at most 32 bits
        Datum::UInt(value) => (*value as f64).into(),
        Datum::Float(value) => f64::from(*value).into(),
        Datum::Double(value) => (*value).into(),
        Datum::Char(unit) => f64::from(*unit).into(),
        Datum::Text(text) => text.as_str().into(),
        Datum::Decimal(value) => value.to_string().as_str().into(),
        Datum::DateTime(value) => value.to_string().as_str().into(),
        Datum::TimeSpan(value) => value.to_string().as_str().into(),
        Datum::Guid(value) => value.to_string().as_str().into(),
        Datum::Bytes(bytes) => Uint8Array::from(&bytes[..]).into(),
        Datum::QName(value) => name(value),
        _ => JsValue::UNDEFINED, // the reader gives primitives for primitives
    }
}

fn named(schema: &Schema, of: &Name, datum: &Datum) -> JsValue {
    match (schema.get(of), datum) {
        (Some(Definition::Enumeration(known)), Datum::Enum(names)) if known.flags => {
            names.iter().map(|name| JsValue::from(name.as_str())).collect::<Array>().into()
        }
        (Some(Definition::Enumeration(_)), Datum::Enum(names)) => {
            names.first().map_or(JsValue::UNDEFINED, |name| name.as_str().into())
        }
        (Some(Definition::List(list)), Datum::List(items)) => {
            items.iter().map(|item| give(schema, &list.field.ty, item)).collect::<Array>().into()
        }
        (Some(Definition::Dictionary(known)), Datum::Map(entries)) => {
            let map = Map::new();
            for (key, value) in entries {
                let key = give(schema, &known.key_field.ty, key);
                map.set(&key, &give(schema, &known.value_field.ty, value));
            }
            map.into()
        }
        _ => JsValue::UNDEFINED, // the reader gives what the schema says
    }
}

/// Members that did not come are not there: they have the default value of their type.
fn object(schema: &Schema, ty: &Type, object: &Object) -> JsValue {
    let given = JsObject::new();
    let declared = match ty {
        Type::Named(name) => Some(name),
        _ => None,
    };
    if let Some(class) = &object.class
        && Some(class) != declared
    {
        set(&given, TYPE, &name(class));
    }
    let Some(class) = object.class.as_ref().or(declared) else { return given.into() };
    let Ok(members) = schema.members(class) else { return given.into() };
    for (_, member) in members {
        if let Some(datum) = object.get(&member.name) {
            set(&given, &member.name, &give(schema, &member.field.ty, datum));
        }
    }
    given.into()
}

/// What stands for a parameter or a result that did not come: `null`, or the zero of its type.
pub(crate) fn default(schema: &Schema, field: &Field) -> JsValue {
    if field.nillable {
        return JsValue::NULL;
    }
    match &field.ty {
        Type::Any => JsValue::NULL,
        Type::Primitive(kind) => match kind {
            Primitive::Boolean => false.into(),
            Primitive::Long | Primitive::UnsignedLong => BigInt::from(0).into(),
            Primitive::Decimal => "0".into(),
            Primitive::DateTime => "0001-01-01T00:00:00".into(),
            Primitive::Duration => "PT0S".into(),
            Primitive::Guid => "00000000-0000-0000-0000-000000000000".into(),
            Primitive::String | Primitive::AnyUri | Primitive::Base64Binary | Primitive::QName => {
                JsValue::NULL
            }
            _ => 0.into(),
        },
        Type::Named(name) => match schema.get(name) {
            Some(Definition::Class(class)) if class.is_struct => JsObject::new().into(),
            Some(Definition::Enumeration(known)) => {
                let zero = known.values.iter().find(|(_, number)| *number == 0);
                let zero = zero.map_or(JsValue::NULL, |(name, _)| name.as_str().into());
                if known.flags { Array::of1(&zero).into() } else { zero }
            }
            _ => JsValue::NULL,
        },
    }
}

fn name(name: &Name) -> JsValue {
    name.to_string().as_str().into()
}

/// A member by that very name: `__proto__` is one like any other.
pub(crate) fn set(object: &JsObject, name: &str, value: &JsValue) {
    if name != "__proto__" {
        let _ = Reflect::set(object, &name.into(), value); // a plain object takes everything
        return;
    }
    let own = JsObject::new();
    for (key, value) in
        [("value", value), ("enumerable", &JsValue::TRUE), ("writable", &JsValue::TRUE)]
    {
        let _ = Reflect::set(&own, &key.into(), value);
    }
    let _ = Reflect::define_property(object, &name.into(), &own);
}
