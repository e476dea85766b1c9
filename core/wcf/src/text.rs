//! XML as text: quick-xml finds the tags, and a strict layer over it does the rest.
//!
//! What the layer adds: UTF-8 only, one root, names and characters as XML 1.0 defines them, the five
//! entities and character references, attributes parsed to the letter, line ends and white space
//! normalized, namespaces resolved, limits. Document types and processing instructions are refused,
//! as SOAP demands (SOAP 1.1 section 3, SOAP 1.2 part 1 section 5).

mod attributes;
mod characters;
mod read;
mod write;

pub use read::Reader;
pub use write::Writer;
