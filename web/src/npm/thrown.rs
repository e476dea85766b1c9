//! What the runtime tells JavaScript in values: errors, and in the whole build also what happened and
//! what exists. Classes and texts are made over there.

use crate::language::{set, write_fault};
use js_sys::Object;
use sessionful::error::Parts;
use sessionful::{HostError, ProxyError};
use wasm_bindgen::JsValue;

/// What can be told.
pub(super) trait Told {
    fn value(&self) -> JsValue;
}

/// A thing as JavaScript sees it.
pub(super) fn thrown(thing: &impl Told) -> JsValue {
    thing.value()
}

impl Told for ProxyError {
    fn value(&self) -> JsValue {
        match self {
            ProxyError::Fault(fault) => write_fault(fault),
            other => apart(|parts| other.take_apart(parts)),
        }
    }
}

impl Told for HostError {
    fn value(&self) -> JsValue {
        apart(|parts| self.take_apart(parts))
    }
}

#[cfg(feature = "npm")]
impl Told for sessionful::observe::End {
    fn value(&self) -> JsValue {
        super::data::write(self)
    }
}

#[cfg(feature = "npm")]
impl Told for Vec<sessionful::event::Record> {
    fn value(&self) -> JsValue {
        super::data::write(self)
    }
}

/// An error: `"name"`, `{ name: { field, ... } }`, or one of these as `{ name: error }`.
fn apart(take: impl FnOnce(&mut dyn Parts)) -> JsValue {
    let mut error = Error::default();
    take(&mut error);
    let named = match error.fields {
        Some(fields) => single(error.name, &fields),
        None => error.name.into(),
    };
    error.outer.map_or(named.clone(), |outer| single(outer, &named))
}

pub(super) fn single(name: &str, value: &JsValue) -> JsValue {
    let object = Object::new();
    set(&object, name, value);
    object.into()
}

#[derive(Default)]
struct Error {
    outer: Option<&'static str>,
    name: &'static str,
    fields: Option<Object>,
}

impl Error {
    fn field(&mut self, name: &str, value: &JsValue) {
        set(self.fields.get_or_insert_with(Object::new), name, value);
    }
}

impl Parts for Error {
    fn variant(&mut self, name: &'static str) {
        let outer = std::mem::replace(&mut self.name, name);
        self.outer = Some(outer).filter(|outer| !outer.is_empty());
    }

    fn text(&mut self, field: &'static str, value: &str) {
        self.field(field, &value.into());
    }

    fn number(&mut self, field: &'static str, value: u32) {
        self.field(field, &value.into());
    }
}
