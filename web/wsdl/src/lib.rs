//! Descriptions of services for JavaScript: WSDL in, WSDL out, and source code.
//!
//! Apart from the binary that carries messages: a page that calls a service has no use for this.
//! Whatever is thrown is a text for people.
#![cfg_attr(not(test), deny(clippy::unwrap_used))]

use js_sys::Function;
use sessionful_wcf::wsdl::{Description, Endpoint, WsdlError, export, import, rust, typescript};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

/// A description of a service.
#[wasm_bindgen]
pub struct Wsdl {
    description: Description,
}

#[wasm_bindgen]
impl Wsdl {
    /// The description that source code was made with, as JSON.
    #[wasm_bindgen(constructor)]
    pub fn new(json: &str) -> Result<Wsdl, JsValue> {
        let description: Description =
            serde_json::from_str(json).map_err(|error| thrown(error.to_string()))?;
        Ok(Wsdl { description })
    }

    /// Reads WSDL. `fetch` gives the text of a part that it imports, or `undefined`: then the error
    /// begins with `?` and the location that is wanted.
    pub fn import(document: &str, fetch: &Function) -> Result<Wsdl, JsValue> {
        let mut wanted = None;
        let mut fetch = |location: &str| {
            let found = fetch.call1(&JsValue::UNDEFINED, &location.into());
            let text = found.ok().and_then(|found| found.as_string());
            text.ok_or_else(|| {
                wanted.get_or_insert_with(|| location.to_owned());
                "it is not there".to_owned()
            })
        };
        match import(document, &mut fetch) {
            Ok(description) => Ok(Wsdl { description }),
            Err(WsdlError::Unreachable { location, .. }) => {
                Err(thrown(format!("?{}", wanted.unwrap_or(location))))
            }
            Err(error) => Err(thrown(error.to_string())),
        }
    }

    /// The description as JSON.
    #[wasm_bindgen(js_name = toText)]
    pub fn to_text(&self) -> Result<String, JsValue> {
        serde_json::to_string(&self.description).map_err(|error| thrown(error.to_string()))
    }

    /// What was left out when it was read, and what to do about it.
    pub fn unsupported(&self) -> Vec<String> {
        self.description.unsupported.iter().map(ToString::to_string).collect()
    }

    /// Its TypeScript.
    pub fn typescript(&self) -> String {
        typescript(&self.description)
    }

    /// Its Rust.
    pub fn rust(&self) -> String {
        rust(&self.description)
    }

    /// Its WSDL in one file, with these endpoints, which are JSON.
    pub fn wsdl(&self, endpoints: &str) -> Result<String, JsValue> {
        let endpoints: Vec<Endpoint> =
            serde_json::from_str(endpoints).map_err(|error| thrown(error.to_string()))?;
        let description = Description { endpoints, ..self.description.clone() };
        export(&description).map_err(|error| thrown(error.to_string()))
    }
}

fn thrown(what: impl AsRef<str>) -> JsValue {
    what.as_ref().into()
}
