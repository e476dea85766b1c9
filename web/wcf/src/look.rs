//! Looking into plain JavaScript values: whatever is not as expected is told as a text.

use js_sys::{Array, JsString, Reflect};
use smol_str::{SmolStr, format_smolstr};
use wasm_bindgen::{JsCast, JsValue};

pub(crate) type Looked<T> = Result<T, SmolStr>;

/// A member; nothing if there is none, or if it throws.
pub(crate) fn member(value: &JsValue, name: &str) -> JsValue {
    Reflect::get(value, &name.into()).unwrap_or_default()
}

/// A member that is a text.
pub(crate) fn text(value: &JsValue, name: &str) -> Looked<SmolStr> {
    maybe_text(value, name).ok_or_else(|| format_smolstr!("{name} is no text"))
}

/// A member that is a text, or is not there.
pub(crate) fn maybe_text(value: &JsValue, name: &str) -> Option<SmolStr> {
    short(&member(value, name))
}

/// A text.
pub(crate) fn short(value: &JsValue) -> Option<SmolStr> {
    value.dyn_ref::<JsString>().map(|text| String::from(text).into())
}

/// A member that is true or not.
pub(crate) fn flag(value: &JsValue, name: &str) -> bool {
    member(value, name).is_truthy()
}

/// The items of a member that is a list.
pub(crate) fn list(value: &JsValue, name: &str) -> Looked<Vec<JsValue>> {
    let list = member(value, name);
    let list: Option<&Array> = list.dyn_ref();
    list.map(|list| list.iter().collect()).ok_or_else(|| format_smolstr!("{name} is no list"))
}
