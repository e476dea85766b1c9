//! WCF on the wire: what it takes to talk to WCF, CoreWCF and other SOAP stacks through
//! [`sessionful`]'s codec seam.
//!
//! | module | what is in it |
//! |---|---|
//! | [`value`] | typed texts and their lexical forms |
//! | [`xml`] | the infoset as events, limits, names and namespaces |
//! | [`text`] | XML as text |
//! | [`binary`] | XML as binary: \[MC-NBFX\], \[MC-NBFS\], \[MC-NBFSE\] |
//! | [`soap`] | envelopes, addressing and faults: the codec |
//! | [`data`] | data contracts: types, values, bodies |
//! | [`wsdl`] | descriptions: read, written, made into source code |

pub mod binary;
pub mod data;
pub mod error;
pub mod soap;
pub mod text;
pub mod value;
pub mod wsdl;
pub mod xml;

pub use error::XmlError;
