//! Harness, reference models and corpus loader.

pub mod codec_laws;
pub mod soapish;
