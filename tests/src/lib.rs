//! Harness, reference models and corpus loader.

pub mod chaos;
pub mod codec_laws;
pub mod corpus;
pub mod explore;
pub mod hostile;
pub mod matrix;
pub mod play;
pub mod soapish;

/// A test that runs natively and, through `wasm-bindgen-test`, in a browser.
#[macro_export]
macro_rules! dual_test {
    ($($(#[$doc:meta])* fn $name:ident() $body:block)*) => {$(
        $(#[$doc])*
        #[cfg_attr(not(target_arch = "wasm32"), test)]
        #[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
        fn $name() $body
    )*};
}
