//! From JavaScript values to those of data contracts.
//!
//! A value that does not fit is refused with the place where it stands: a number is not rounded, a text
//! is not cut, a misspelt member does not get lost in silence.

use crate::path::Path;
use bytes::Bytes;
use js_sys::{
    Array, ArrayBuffer, Date, JsString, Map, Number, Object as JsObject, Reflect, Uint8Array,
};
use sessionful_wcf::data::{
    Datum, Definition, Dictionary, Enumeration, Field, Object, Primitive, Schema, Type,
};
use sessionful_wcf::value::{DateTime, Decimal, Guid, TimeSpan};
use sessionful_wcf::xml::Name;
use smol_str::{SmolStr, format_smolstr};
use wasm_bindgen::{JsCast, JsValue};

type Taken = Result<Datum, SmolStr>;

/// The member that names the class of an object, or the type of a value, as `{namespace}local`.
pub(crate) const TYPE: &str = "$type";
/// The member that holds a value beside the name of its type.
pub(crate) const VALUE: &str = "value";

/// The value of a field.
pub(crate) fn take(schema: &Schema, field: &Field, value: &JsValue, path: &Path<'_>) -> Taken {
    path.check_depth()?;
    if value.is_null() || value.is_undefined() {
        return match field.nillable {
            true => Ok(Datum::Nil),
            false => Err(path.wrong("may not be null")),
        };
    }
    match &field.ty {
        Type::Primitive(kind) => primitive(*kind, value, path),
        Type::Any => any(schema, value, path),
        Type::Named(name) => named(schema, name, value, path),
    }
}

fn named(schema: &Schema, name: &Name, value: &JsValue, path: &Path<'_>) -> Taken {
    match schema.get(name) {
        Some(Definition::Class(_)) => object(schema, name, value, path),
        Some(Definition::Enumeration(known)) => enumeration(known, value, path),
        Some(Definition::List(list)) => self::list(schema, &list.field, value, path),
        Some(Definition::Dictionary(known)) => dictionary(schema, known, value, path),
        None => Err(path.wrong(&format!("type {name} is not in the description"))),
    }
}

/// What was given, in words.
fn kind(value: &JsValue) -> String {
    if Array::is_array(value) {
        return "a list".into();
    }
    match value.js_typeof().as_string().as_deref() {
        Some("number") => {
            let text: &Number = value.unchecked_ref();
            format!(
                "the number {}",
                text.to_string_with_radix(10).map(String::from).unwrap_or_default()
            )
        }
        Some("object") if value.is_null() => "null".into(),
        Some("object") => "an object".into(),
        Some(other) => format!("a {other}"),
        None => "something else".into(),
    }
}

fn mismatch(path: &Path<'_>, expected: &str, value: &JsValue) -> SmolStr {
    path.wrong(&format!("{} where {expected} is expected", kind(value)))
}

fn primitive(kind: Primitive, value: &JsValue, path: &Path<'_>) -> Taken {
    let whole = |low: f64, high: f64| {
        let number = value.as_f64().filter(|_| Number::is_integer(value));
        number.filter(|number| (low..=high).contains(number)).map(|number| number as i64)
    };
    let text = || text(value, path);
    let parsed = |expected: &str| mismatch_text(path, expected, value);
    let found = match kind {
        Primitive::Boolean => value.as_bool().map(Datum::Bool),
        Primitive::Byte => whole(-128.0, 127.0).map(Datum::Int),
        Primitive::UnsignedByte => whole(0.0, 255.0).map(Datum::Int),
        Primitive::Short => whole(-32_768.0, 32_767.0).map(Datum::Int),
        Primitive::UnsignedShort => whole(0.0, 65_535.0).map(Datum::Int),
        Primitive::Int => whole(i32::MIN.into(), i32::MAX.into()).map(Datum::Int),
        Primitive::UnsignedInt => whole(0.0, u32::MAX.into()).map(Datum::Int),
        Primitive::Long => long(value).map(Datum::Int),
        Primitive::UnsignedLong => unsigned_long(value).map(Datum::UInt),
        Primitive::Float => value.as_f64().map(|number| Datum::Float(number as f32)),
        Primitive::Double => value.as_f64().map(Datum::Double),
        Primitive::Char => character(value).map(Datum::Char),
        Primitive::Base64Binary => bytes(value).map(Datum::Bytes),
        Primitive::String | Primitive::AnyUri if value.is_string() => {
            return text().map(Datum::Text);
        }
        Primitive::Decimal if value.is_string() => {
            return Decimal::parse(&text()?).map(Datum::Decimal).ok_or_else(|| parsed("a decimal"));
        }
        Primitive::DateTime if value.is_instance_of::<Date>() => return date(value, path),
        Primitive::DateTime if value.is_string() => {
            return DateTime::parse(&text()?).map(Datum::DateTime).ok_or_else(|| parsed("a time"));
        }
        Primitive::Duration if value.is_string() => {
            let span = TimeSpan::parse(&text()?).map(Datum::TimeSpan);
            return span.ok_or_else(|| parsed("a span of time"));
        }
        Primitive::Guid if value.is_string() => {
            return Guid::parse(&text()?).map(Datum::Guid).ok_or_else(|| parsed("a GUID"));
        }
        Primitive::QName if value.is_string() => {
            return qualified(&text()?).map(Datum::QName).ok_or_else(|| parsed("a name"));
        }
        _ => None,
    };
    found.ok_or_else(|| mismatch(path, expected(kind), value))
}

/// What JavaScript calls the type.
fn expected(kind: Primitive) -> &'static str {
    match kind {
        Primitive::Boolean => "a boolean",
        Primitive::Byte => "a whole number from -128 to 127",
        Primitive::UnsignedByte => "a whole number from 0 to 255",
        Primitive::Short => "a whole number from -32768 to 32767",
        Primitive::UnsignedShort => "a whole number from 0 to 65535",
        Primitive::Int => "a whole number of 32 bits",
        Primitive::UnsignedInt => "a whole number of 32 bits without sign",
        Primitive::Long => "a bigint of 64 bits",
        Primitive::UnsignedLong => "a bigint of 64 bits without sign",
        Primitive::Float | Primitive::Double => "a number",
        Primitive::Char => "a unit of UTF-16",
        Primitive::Base64Binary => "a Uint8Array",
        Primitive::Decimal => "a decimal as a string",
        Primitive::DateTime => "a time as a string or a Date",
        Primitive::Duration => "a span of time as a string",
        Primitive::Guid => "a GUID as a string",
        Primitive::QName => "a name {namespace}local",
        Primitive::String | Primitive::AnyUri => "a string",
    }
}

fn mismatch_text(path: &Path<'_>, expected: &str, value: &JsValue) -> SmolStr {
    let found: String = value.as_string().unwrap_or_default().chars().take(40).collect();
    path.wrong(&format!("`{found}` is not {expected}"))
}

/// A lone surrogate is no character; it would silently become another one.
fn text(value: &JsValue, path: &Path<'_>) -> Result<String, SmolStr> {
    match value.dyn_ref::<JsString>() {
        Some(text) if text.is_valid_utf16() => Ok(String::from(text)),
        Some(_) => Err(path.wrong("a string with half a character")),
        None => Err(mismatch(path, "a string", value)),
    }
}

/// A bigint that fits, or a number that is surely meant.
fn long(value: &JsValue) -> Option<i64> {
    if value.is_bigint() {
        return i64::try_from(value.clone()).ok();
    }
    value.as_f64().filter(|_| Number::is_safe_integer(value)).map(|number| number as i64)
}

fn unsigned_long(value: &JsValue) -> Option<u64> {
    if value.is_bigint() {
        return u64::try_from(value.clone()).ok();
    }
    let number = value.as_f64().filter(|_| Number::is_safe_integer(value))?;
    (number >= 0.0).then_some(number as u64)
}

fn character(value: &JsValue) -> Option<u16> {
    if let Some(text) = value.dyn_ref::<JsString>() {
        return (text.length() == 1).then(|| text.char_code_at(0) as u16);
    }
    let number = value.as_f64().filter(|_| Number::is_integer(value))?;
    (0.0..=65_535.0).contains(&number).then_some(number as u16)
}

fn bytes(value: &JsValue) -> Option<Bytes> {
    let bytes = match (value.dyn_ref::<Uint8Array>(), value.dyn_ref::<ArrayBuffer>()) {
        (Some(bytes), _) => bytes.clone(),
        (None, Some(buffer)) => Uint8Array::new(buffer),
        (None, None) => return None,
    };
    Some(bytes.to_vec().into())
}

/// A `Date` is a time of UTC, to the millisecond.
fn date(value: &JsValue, path: &Path<'_>) -> Taken {
    let date: &Date = value.unchecked_ref();
    let invalid = || path.wrong("an invalid Date");
    if date.get_time().is_nan() {
        return Err(invalid());
    }
    let text = String::from(date.to_iso_string());
    DateTime::parse(&text).map(Datum::DateTime).ok_or_else(invalid)
}

/// `{namespace}local`, or a local name alone.
pub(crate) fn qualified(text: &str) -> Option<Name> {
    let (namespace, local) = match text.strip_prefix('{') {
        Some(rest) => rest.rsplit_once('}')?,
        None => ("", text),
    };
    sessionful_wcf::xml::is_ncname(local).then(|| Name::new(namespace, local))
}

/// A member; whatever a getter throws is told here.
fn member(value: &JsValue, name: &str, path: &Path<'_>) -> Result<JsValue, SmolStr> {
    Reflect::get(value, &name.into()).map_err(|_| path.member(name).wrong("it throws when read"))
}

fn plain(value: &JsValue) -> &JsObject {
    value.unchecked_ref()
}

fn is_record(value: &JsValue) -> bool {
    value.is_object()
        && !Array::is_array(value)
        && !value.is_instance_of::<Map>()
        && !value.is_instance_of::<Date>()
}

/// The type that a value says it has.
fn said(value: &JsValue, path: &Path<'_>) -> Result<Option<Name>, SmolStr> {
    let said = member(value, TYPE, path)?;
    if said.is_undefined() {
        return Ok(None);
    }
    let name = said.as_string().and_then(|text| qualified(&text));
    name.map(Some).ok_or_else(|| path.member(TYPE).wrong("not a name {namespace}local"))
}

fn object(schema: &Schema, declared: &Name, value: &JsValue, path: &Path<'_>) -> Taken {
    if !is_record(value) {
        return Err(mismatch(path, "an object", value));
    }
    let class = said(value, path)?;
    let name = class.as_ref().unwrap_or(declared);
    let members = schema.members(name).map_err(|error| path.wrong(&error.to_string()))?;
    for key in JsObject::keys(plain(value)).iter() {
        let key = key.as_string().unwrap_or_default();
        if key != TYPE && !members.iter().any(|(_, member)| member.name == key) {
            let key: String = key.chars().take(40).collect();
            return Err(path.wrong(&format!("{} has no member `{key}`", name.local)));
        }
    }
    let mut taken = Vec::with_capacity(members.len());
    for (_, known) in members {
        let found = member(value, &known.name, path)?;
        let path = path.member(&known.name);
        if !found.is_undefined() {
            taken.push((known.name.clone(), take(schema, &known.field, &found, &path)?));
        } else if known.required && !known.field.nillable {
            return Err(path.wrong("it is required and missing"));
        }
    }
    Ok(Datum::Object(Object { class, members: taken }))
}

fn enumeration(known: &Enumeration, value: &JsValue, path: &Path<'_>) -> Taken {
    let one = |value: &JsValue| -> Result<SmolStr, SmolStr> {
        let text = value.as_string().unwrap_or_default();
        let found = known.values.iter().find(|(name, _)| *name == text);
        found.map(|(name, _)| name.clone()).ok_or_else(|| {
            let names: Vec<&str> =
                known.values.iter().take(8).map(|(name, _)| name.as_str()).collect();
            mismatch(path, &format!("one of {}", names.join(", ")), value)
        })
    };
    let Some(list) = value.dyn_ref::<Array>().filter(|_| known.flags) else {
        return one(value).map(|name| Datum::Enum(vec![name]));
    };
    let mut names = list.iter().map(|value| one(&value)).collect::<Result<Vec<_>, _>>()?;
    if names.is_empty() {
        // No flag at all needs a name as well (interop.md, 3.1, rule 6).
        let zero = known.values.iter().find(|(_, number)| *number == 0);
        names.push(zero.map(|(name, _)| name.clone()).ok_or_else(|| path.wrong("no flag at all"))?);
    }
    Ok(Datum::Enum(names))
}

fn list(schema: &Schema, field: &Field, value: &JsValue, path: &Path<'_>) -> Taken {
    let items = match value.dyn_ref::<Array>() {
        Some(items) => items.clone(),
        // Float64Array and its kin are lists of numbers.
        None if ArrayBuffer::is_view(value) => Array::from(value),
        None => return Err(mismatch(path, "a list", value)),
    };
    let mut taken = Vec::new();
    for index in 0..items.length() {
        taken.push(take(schema, field, &items.get(index), &path.item(index))?);
    }
    Ok(Datum::List(taken))
}

/// A `Map`, or an object where keys are texts.
fn dictionary(schema: &Schema, known: &Dictionary, value: &JsValue, path: &Path<'_>) -> Taken {
    let texts = known.key_field.ty == Type::Primitive(Primitive::String);
    let pairs = match value.dyn_ref::<Map>() {
        Some(map) => Array::from(map),
        None if texts && is_record(value) => JsObject::entries(plain(value)),
        None => return Err(mismatch(path, "a Map", value)),
    };
    let mut taken = Vec::new();
    for (index, pair) in (0..).zip(pairs.iter()) {
        let pair: &Array = pair.unchecked_ref();
        let key = take(schema, &known.key_field, &pair.get(0), &path.key(index))?;
        let value = take(schema, &known.value_field, &pair.get(1), &path.value(index))?;
        taken.push((key, value));
    }
    Ok(Datum::Map(taken))
}

/// A value whose type the contract leaves open: it says its type, or has one that is plain to see.
fn any(schema: &Schema, value: &JsValue, path: &Path<'_>) -> Taken {
    let simple = |kind: Primitive| -> Taken {
        Ok(Datum::Typed(Box::new((kind.into(), primitive(kind, value, path)?))))
    };
    if value.is_string() {
        return simple(Primitive::String);
    }
    if value.as_bool().is_some() {
        return simple(Primitive::Boolean);
    }
    if let Some(number) = value.as_f64() {
        let fits = Number::is_integer(value)
            && (f64::from(i32::MIN)..=f64::from(i32::MAX)).contains(&number)
            && !(number == 0.0 && number.is_sign_negative());
        return simple(if fits { Primitive::Int } else { Primitive::Double });
    }
    if value.is_bigint() {
        return simple(if long(value).is_some() {
            Primitive::Long
        } else {
            Primitive::UnsignedLong
        });
    }
    if value.is_instance_of::<Date>() {
        return simple(Primitive::DateTime);
    }
    if bytes(value).is_some() {
        return simple(Primitive::Base64Binary);
    }
    if !is_record(value) {
        return Err(path.wrong(&format!("{} needs a {TYPE} here", kind(value))));
    }
    let Some(name) = said(value, path)? else {
        let is_empty = JsObject::keys(plain(value)).length() == 0;
        // `new object()` has nothing to say.
        return match is_empty {
            true => Ok(Datum::Object(Object::default())),
            false => Err(path.wrong(&format!("an object needs a {TYPE} here"))),
        };
    };
    typed(schema, name, value, path)
}

fn typed(schema: &Schema, name: Name, value: &JsValue, path: &Path<'_>) -> Taken {
    let unknown = || path.member(TYPE).wrong(&format!("type {name} is not in the description"));
    let ty = schema.resolve(&name).ok_or_else(unknown)?;
    if let Type::Named(class) = &ty
        && let Some(Definition::Class(_)) = schema.get(class)
    {
        let class = class.clone();
        return match object(schema, &class, value, path)? {
            Datum::Object(object) => {
                Ok(Datum::Object(Object { class: Some(class), members: object.members }))
            }
            other => Ok(other),
        };
    }
    let inner = member(value, VALUE, path)?;
    let field = Field { ty: ty.clone(), nillable: false };
    let datum = take(schema, &field, &inner, &path.member(VALUE))?;
    Ok(Datum::Typed(Box::new((ty, datum))))
}

/// What an error of data contracts says, for people.
pub(crate) fn told(error: &impl std::fmt::Display) -> SmolStr {
    format_smolstr!("{error}")
}
