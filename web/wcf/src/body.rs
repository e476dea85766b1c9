//! Arguments, results and details of one contract, and the bodies that carry them.
//!
//! A body is base64 of the binary XML that the codec takes: text, because it travels through the
//! runtime in its JSON; binary XML, because numbers stay numbers until the codec knows the wire.

use crate::describe::{self, Fault, Operation};
use crate::give::{default, give, set};
use crate::path::Path;
use crate::take::{take, told};
use js_sys::{Array, Object};
use sessionful_wcf::data::{Datum, Schema, Wrapper};
use sessionful_wcf::value::{from_base64, to_base64};
use smol_str::{SmolStr, format_smolstr};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

/// One contract of a description. Operations are known by their place in it.
#[wasm_bindgen]
pub struct WcfContract {
    schema: Schema,
    operations: Vec<Operation>,
}

type Written = Result<String, JsValue>;

impl WcfContract {
    fn operation(&self, at: usize) -> Result<&Operation, JsValue> {
        self.operations.get(at).ok_or_else(|| "no such operation".into())
    }

    fn reply(&self, at: usize) -> Result<&Wrapper, JsValue> {
        let reply = self.operation(at)?.reply.as_ref();
        reply.ok_or_else(|| "the operation has no reply".into())
    }

    fn write(&self, wrapper: &Wrapper, values: &Array) -> Written {
        let schema = &self.schema;
        if values.length() as usize != wrapper.parts.len() {
            let (wanted, found) = (wrapper.parts.len(), values.length());
            return Err(thrown(format_smolstr!("it takes {wanted} arguments, not {found}")));
        }
        let mut taken = Vec::with_capacity(wrapper.parts.len());
        for (part, value) in wrapper.parts.iter().zip(values.iter()) {
            let datum =
                take(schema, &part.field, &value, &Path::root(&part.name)).map_err(thrown)?;
            taken.push((part.name.clone(), datum));
        }
        let body = schema.write_body(wrapper, &taken).map_err(|error| thrown(told(&error)))?;
        Ok(to_base64(&body))
    }

    fn read(&self, wrapper: &Wrapper, body: &str) -> Result<Vec<JsValue>, JsValue> {
        let schema = &self.schema;
        let bytes = bytes(body)?;
        let mut values: Vec<(SmolStr, Datum)> = match bytes.is_empty() && wrapper.parts.is_empty() {
            true => Vec::new(), // an empty `Body` says as much as an empty wrapper
            false => schema.read_body(wrapper, &bytes).map_err(|error| thrown(told(&error)))?,
        };
        let given = wrapper.parts.iter().map(|part| {
            let found = values.iter().position(|(name, _)| *name == part.name);
            match found.map(|place| values.swap_remove(place)) {
                Some((_, datum)) => give(schema, &part.field.ty, &datum),
                None => default(schema, &part.field),
            }
        });
        Ok(given.collect())
    }

    fn fault(&self, at: usize, kind: &str) -> Result<Option<&Fault>, JsValue> {
        let faults = &self.operation(at)?.faults;
        Ok(faults.iter().find(|fault| fault.element.local == kind))
    }
}

#[wasm_bindgen]
impl WcfContract {
    /// A contract of a description, or its callbacks.
    #[wasm_bindgen(constructor)]
    pub fn new(description: &JsValue, name: &str, callbacks: bool) -> Result<WcfContract, JsValue> {
        let schema = describe::schema(description).map_err(thrown)?;
        let operations = describe::operations(description, name, callbacks).map_err(thrown)?;
        Ok(WcfContract { schema, operations })
    }

    /// Arguments, in order, as a body.
    #[wasm_bindgen(js_name = writeArguments)]
    pub fn write_arguments(&self, operation: usize, values: &Array) -> Written {
        self.write(&self.operation(operation)?.request, values)
    }

    /// The arguments of a body, in order.
    #[wasm_bindgen(js_name = readArguments)]
    pub fn read_arguments(&self, operation: usize, body: &str) -> Result<Array, JsValue> {
        let values = self.read(&self.operation(operation)?.request, body)?;
        Ok(values.into_iter().collect())
    }

    /// A result as a body: nothing, the one value, or an object with all that comes back by name.
    #[wasm_bindgen(js_name = writeResult)]
    pub fn write_result(&self, operation: usize, value: &JsValue) -> Written {
        let reply = self.reply(operation)?;
        let values = match &reply.parts[..] {
            [] => Array::new(),
            [_] => Array::of1(value),
            parts => {
                let member = |name: &str| js_sys::Reflect::get(value, &name.into());
                let member = |name: &str| member(name).unwrap_or_default();
                parts.iter().map(|part| member(&part.name)).collect()
            }
        };
        self.write(reply, &values)
    }

    /// The result of a body.
    #[wasm_bindgen(js_name = readResult)]
    pub fn read_result(&self, operation: usize, body: &str) -> Result<JsValue, JsValue> {
        let reply = self.reply(operation)?;
        let mut values = self.read(reply, body)?;
        if values.len() < 2 {
            return Ok(values.pop().unwrap_or_default());
        }
        let result = Object::new();
        for (part, value) in reply.parts.iter().zip(values) {
            set(&result, &part.name, &value);
        }
        Ok(result.into())
    }

    /// The detail of a fault as a body. The kind is the local name of its element.
    #[wasm_bindgen(js_name = writeDetail)]
    pub fn write_detail(&self, operation: usize, kind: &str, value: &JsValue) -> Written {
        let Some(fault) = self.fault(operation, kind)? else {
            return Err(thrown(format_smolstr!("the operation declares no fault `{kind}`")));
        };
        let schema = &self.schema;
        let datum = take(schema, &fault.field, value, &Path::root(kind)).map_err(thrown)?;
        let body = schema.write_document(&fault.element, &fault.field, &datum);
        Ok(to_base64(&body.map_err(|error| thrown(told(&error)))?))
    }

    /// The detail of a fault that the operation declares.
    #[wasm_bindgen(js_name = readDetail)]
    pub fn read_detail(
        &self,
        operation: usize,
        kind: &str,
        body: &str,
    ) -> Result<JsValue, JsValue> {
        let Some(fault) = self.fault(operation, kind)? else { return Ok(JsValue::UNDEFINED) };
        let schema = &self.schema;
        let datum = schema.read_document(&fault.field, &bytes(body)?);
        let datum = datum.map_err(|error| thrown(told(&error)))?;
        Ok(give(schema, &fault.field.ty, &datum))
    }
}

fn bytes(body: &str) -> Result<Vec<u8>, JsValue> {
    from_base64(body).ok_or_else(|| "a body that is not base64".into())
}

pub(crate) fn thrown(what: impl AsRef<str>) -> JsValue {
    what.as_ref().into()
}
